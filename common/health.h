// SPDX-License-Identifier: GPL-3.0-or-later
/* How well a service is by Microsoft's own word: its status, joined with those of its open issues, of which the worst counts. Facts:
 * contract, "Service health". A status that is neither in the table nor in the operator's map (status.h) cannot be judged. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"
#include "net/jget.h"

struct health {
	char *name;                     /* as issues call the service; owned */
	char status[JGET_RAW_SIZE];     /* "" where it is odd */
	bool interrupted, degraded;     /* by its status or that of an open issue */
	char oddity[JGET_RAW_SIZE + 64]; /* the first thing that cannot be read, "" without */
	unsigned incidents, advisories; /* open issues */
	int64_t oldest_at;              /* begin of the oldest issue, seconds since 1970, 0: none */
	struct buf issues;              /* class, id, age and title of each, for the service's line */
};

/* A row of the overviews. Yours to free. */
void health_read(struct json_object *row, const struct strings *map, struct health *h);
/* An open issue of this service. */
void health_add_issue(struct health *h, struct json_object *row, const struct strings *map, int64_t now);
void health_free(struct health *h);
