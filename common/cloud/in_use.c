// SPDX-License-Identifier: GPL-3.0-or-later
/* Whoever renews in time has two at once, and the one that ends first is that which may stop the checks. */
#include "cloud/in_use.h"

struct in_use in_use_begin(int64_t now)
{
	return (struct in_use){ .now = now, .place = IN_USE_NONE };
}

static bool is_better(const struct in_use *u, int64_t ends_at, bool matches)
{
	if (u->place == IN_USE_NONE || matches != u->matches)
		return matches || u->place == IN_USE_NONE;
	if (matches || (u->ends_at > u->now && ends_at > u->now))
		return ends_at < u->ends_at;
	return ends_at > u->ends_at;
}

void in_use_offer(struct in_use *u, size_t place, int64_t ends_at, bool matches)
{
	if (is_better(u, ends_at, matches))
		*u = (struct in_use){ u->now, place, ends_at, matches };
}
