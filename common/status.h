// SPDX-License-Identifier: GPL-3.0-or-later
/* The status of things that the portal shows in words while nobody has published their form in JSON (contract, "Log upload",
 * "SIEM agents", "API tokens"): the members that may hold it, the words that are known, and --status-map for what is not. What cannot be
 * placed is never taken for good. */
#pragma once
#include "monitor/options.h"
#include "monitor/state.h"
#include "net/jget.h"

struct job;

/* The option's row; `struct strings` in the settings. */
#define OPT_STATUS_MAP(member, help_) OPT_LIST(0, "status-map", member, NULL, "VALUE:STATE", help_)
/* Is each given one VALUE:STATE? For the plugin's check. */
bool status_map_check(const struct strings *map, struct err *e) MUST_USE;
/* The state that the operator gave to this value, if any: without regard to case, the last one given wins. */
bool status_map_find(const struct strings *map, const char *value, enum state *s);

struct status_kind {
	const char *const *members; /* that may hold it, in the order of reading, ends with NULL */
	const char *const *words;   /* that the portal shows, ends with NULL */
	const struct strings *map;
	int warning, critical;      /* metrics that count what the map calls so */
	bool may_be_absent;         /* else an item without one is unreadable */
};

#define STATUS_GOOD -1       /* by the map: no finding */
#define STATUS_BAD -2        /* by the map: counted */
#define STATUS_UNREADABLE -3 /* by the map, unknown to all, or absent: said */
#define STATUS_ABSENT -4     /* with may_be_absent: nothing is said */

/* The index of the current item's status in kind->words, or one of the above. It comes as word, number, digits in
 * text, [code, "NAME"], or an object with `template` or `value` of these forms. */
int job_status(struct job *job, struct json_object *row, const struct status_kind *kind);
