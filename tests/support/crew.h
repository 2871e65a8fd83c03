// SPDX-License-Identifier: GPL-3.0-or-later
/* Worker processes that share numbered plays. */
#pragma once
#include <stdbool.h>

/* Plays done well, and how the programs in all of them ended. */
struct crew_tally {
	long passed, by_status[4];
};

/* Calls play() for first … first + count - 1 in `jobs` processes; it gives whether all was well and, in *status, how the program ended
 * (-1: not at all). Output is the play's own, in any order. False when there is no process or no memory to share: then nothing counts. */
bool crew_run(long first, long count, long jobs, bool (*play)(long number, int *status, void *data), void *data, struct crew_tally *sum);
/* Prints what was counted, with "N passed, M failed" at the end: a play that a dead worker did not come to has failed. The exit status. */
int crew_report(const struct crew_tally *sum, long count);
