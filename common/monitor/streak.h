// SPDX-License-Identifier: GPL-3.0-or-later
/* The run of failures of one subject since its newest success, from reports in any order and in memory of fixed size.
 *
 * Exact for a run of at most STREAK_EXACT, and for longer ones when the reports come sorted by time, either way; else a longer
 * run may be said too long, never too short. Of the same second, the failure counts as the later. All zero is empty. */
#pragma once
#include <stdint.h>

#define STREAK_EXACT 32

struct streak {
	int64_t good_at; /* newest success, 0: none */
	int64_t bad_at[STREAK_EXACT];
	unsigned kept;    /* of bad_at: the newest failures, unsorted */
	unsigned older;   /* failures beyond them */
	int64_t older_at; /* the newest of those */
};

void streak_good(struct streak *s, int64_t at);
void streak_bad(struct streak *s, int64_t at);
unsigned streak_length(const struct streak *s);
