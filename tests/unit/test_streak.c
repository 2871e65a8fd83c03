// SPDX-License-Identifier: GPL-3.0-or-later
/* monitor/streak: the run of failures since the newest success, whatever the order of the reports. */
#include "unit/unit.h"

#include <string.h>

#include "monitor/streak.h"

/* A report a letter: x failed, o succeeded; its place is the time. */
static const struct {
	const char *history; /* oldest first */
	unsigned length;
} runs[] = {
	{ "", 0 },
	{ "o", 0 },
	{ "x", 1 },
	{ "xo", 0 },
	{ "ox", 1 },
	{ "oxx", 2 },
	{ "xoxx", 2 },
	{ "xxox", 1 },
	{ "xxxxo", 0 },
	{ "oxoxoxxx", 3 },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 32 },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 33 },
	{ "oxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 55 },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxoxxx", 3 },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxo", 0 },
};

static void report(struct streak *s, const char *history, size_t place)
{
	if (history[place] == 'x')
		streak_bad(s, (int64_t)place + 1);
	else
		streak_good(s, (int64_t)place + 1);
}

/* Oldest first, newest first, from both ends, and by steps that visit every place once. */
START_TEST(run_row)
{
	const char *history = runs[_i].history;
	size_t len = strlen(history);
	struct streak rising = { 0 }, falling = { 0 };

	for (size_t i = 0; i < len; i++) {
		report(&rising, history, i);
		report(&falling, history, len - 1 - i);
	}
	ck_assert_uint_eq(streak_length(&rising), runs[_i].length);
	ck_assert_uint_eq(streak_length(&falling), runs[_i].length);
	for (size_t step = 2; step < len; step++) {
		struct streak mixed = { 0 };

		for (size_t start = 0; start < step; start++)
			for (size_t i = start; i < len; i += step)
				report(&mixed, history, i);
		if (runs[_i].length <= STREAK_EXACT)
			ck_assert_uint_eq(streak_length(&mixed), runs[_i].length);
		else
			ck_assert_uint_ge(streak_length(&mixed), runs[_i].length);
	}
}
END_TEST

START_TEST(same_second_is_a_failure)
{
	struct streak a = { 0 }, b = { 0 };

	streak_good(&a, 7);
	streak_bad(&a, 7);
	streak_bad(&b, 7);
	streak_good(&b, 7);
	ck_assert_uint_eq(streak_length(&a), 1);
	ck_assert_uint_eq(streak_length(&b), 1);
	ck_assert_int_eq(b.good_at, 7);
}
END_TEST

static Suite *streak_suite(void)
{
	Suite *suite = suite_create("streak");
	TCase *tests = tcase_create("streak");

	tcase_add_loop_test(tests, run_row, 0, ROWS(runs));
	tcase_add_test(tests, same_second_is_a_failure);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(streak_suite)
