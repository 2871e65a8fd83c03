// SPDX-License-Identifier: GPL-3.0-or-later
/* Which of an application's credentials is the one in use? Nothing in the tenant says so. Of those that are like the local one it is the
 * first to end; without any of these the first that is still to end, else the last that did. Of equal ends the one offered first. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IN_USE_NONE SIZE_MAX

/* The best so far. Times are seconds since 1970. */
struct in_use {
	int64_t now;
	size_t place;    /* the caller's number for it, or IN_USE_NONE */
	int64_t ends_at;
	bool matches;    /* it is like the local one */
};

struct in_use in_use_begin(int64_t now);
void in_use_offer(struct in_use *u, size_t place, int64_t ends_at, bool matches);
