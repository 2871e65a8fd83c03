// SPDX-License-Identifier: GPL-3.0-or-later
/* A record of the governance log: which task, when, and what became of it. Facts: contract, "governance log". */
#pragma once
#include "net/jget.h"

enum task_outcome {
	TASK_PENDING, /* no verdict yet, which is how a queued task looks */
	TASK_DONE,
	TASK_FAILED,  /* for a parse also: anything but a clean one */
	TASK_UNCLEAR, /* cannot be judged, `oddity` says why */
};

#define TASK_PARSES "DiscoveryParseLogTask"
#define TASK_ODDITY_SIZE (JGET_RAW_SIZE + 24)

struct task {
	const char *name, *stream; /* lent by the record; NULL: none that can be read */
	bool parses;               /* an uploaded log */
	enum task_outcome outcome;
	int64_t begun_at, changed_at; /* each stands in for the other; 0: neither can be read */
	const char *reason;        /* key of the service's message without its family, lent; "" without one */
	bool found_nothing;        /* a clean parse without any transaction */
	char oddity[TASK_ODDITY_SIZE];
};

void task_read(struct json_object *record, struct task *t);
