// SPDX-License-Identifier: GPL-3.0-or-later
/* A row of the three lists that witness the upload of logs: collectors, data sources, streams (contract, "Log upload"). What it
 * is called, since when there is such a thing, and when data came last. Of the first two nobody has published a row, so
 * several names are tried. */
#pragma once
#include "net/jget.h"

enum upload_kind { UPLOAD_COLLECTOR, UPLOAD_DATA_SOURCE, UPLOAD_STREAM };

struct upload {
	const char *name;         /* lent by the row, as are all texts; "(no name)" without one */
	bool repeats;             /* a stream that says nothing of its own: a view, a snapshot, an unused built-in one */
	bool strange;             /* a stream of a type that is not known */
	const char *data_member;  /* where the last delivery stands */
	bool data_told;           /* it is there, if only as null */
	enum got data;            /* GOT: data_at is set; UNSET: no data yet */
	int64_t data_at;
	int64_t begun_at;         /* 0: cannot be read */
	const char *text;         /* that goes with the status; NULL without one */
};

void upload_read(struct json_object *row, enum upload_kind kind, struct upload *u);
