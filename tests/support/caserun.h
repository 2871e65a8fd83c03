// SPDX-License-Identifier: GPL-3.0-or-later
/* Plays one case: a folder of its own, the server, the program once or more, and what was wrong. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"
#include "support/casefile.h"
#include "support/spawn.h"
#include <stdint.h>

struct caserun {
	const char *file;           /* the case */
	const char *tests;          /* folder that includes are relative to */
	const char *program;        /* absolute path */
	const char *plugin;         /* its name */
	const struct strings *wrap; /* words in front of it (valgrind …); then memory is not judged, nor without a clock `within` */
	const char *clock;          /* support/waiting_clock.so, to be preloaded: times are then those of its clock; or NULL */
	int64_t limit_ms;           /* the program is killed after that, whatever the clock, and the case has failed */
	bool keep;                  /* leave the folder where it is and say where */
	/* Another play on the same stage: `bend` changes the case before it begins; of it only the first run is played, and
	 * `judge` decides instead of what the case says, with a line for everything that is wrong. Both or none. */
	void (*bend)(struct casefile *c, void *data);
	void (*judge)(const struct casefile *c, const struct spawn *s, struct buf *report, void *data);
	void *data;
};

/* Adds a line or more to the report for everything that is wrong; true when nothing is. */
bool caserun_play(const struct caserun *c, struct buf *report);
/* Reads the case as far as that is possible without a server and a folder, for a list of cases. */
bool caserun_peek(const char *file, const char *tests, struct casefile *out, struct err *e) MUST_USE;
