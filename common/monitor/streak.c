// SPDX-License-Identifier: GPL-3.0-or-later
/* The run of failures since the newest success. */
#include "monitor/streak.h"

void streak_good(struct streak *s, int64_t at)
{
	unsigned kept = 0;

	if (at <= s->good_at)
		return;
	s->good_at = at;
	for (unsigned i = 0; i < s->kept; i++)
		if (s->bad_at[i] >= at)
			s->bad_at[kept++] = s->bad_at[i];
	s->kept = kept;
	if (s->older_at < at)
		s->older = 0;
}

void streak_bad(struct streak *s, int64_t at)
{
	unsigned oldest = 0;

	if (at < s->good_at)
		return;
	if (s->kept < STREAK_EXACT) {
		s->bad_at[s->kept++] = at;
		return;
	}
	for (unsigned i = 1; i < STREAK_EXACT; i++)
		if (s->bad_at[i] < s->bad_at[oldest])
			oldest = i;
	if (at > s->bad_at[oldest]) {
		int64_t pushed_out = s->bad_at[oldest];

		s->bad_at[oldest] = at;
		at = pushed_out;
	}
	if (!s->older++ || at > s->older_at)
		s->older_at = at;
}

unsigned streak_length(const struct streak *s)
{
	return s->kept + s->older;
}
