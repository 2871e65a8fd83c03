// SPDX-License-Identifier: GPL-3.0-or-later
/* lists: which are read, and which may be refused. What a refusal comes to, the cases of check_mdca_log_upload show. */
#include "unit/unit.h"

#include "lists.h"

static const struct query first = { .path = "/first" }, second = { .path = "/second" };
static const struct query *const queries[] = { &first, &second, NULL };
static const char *const words[] = { "first", "second", NULL };

static const struct {
	const char *wanted, *optional;
	bool wants_first, wants_second, spares_first, spares_second;
} choices[] = {
	{ "first,second", "", true, true, false, false },
	{ "first", "second", true, false, false, true },
	{ "SECOND", "First,Second", false, true, true, true },
	{ "", "first", false, false, true, false },
};

START_TEST(choice_row)
{
	CLEANUP(strings_clear) struct strings wanted = { 0 }, optional = { 0 };
	const struct lists lists = { queries, words, &wanted, &optional };

	strings_add(&wanted, choices[_i].wanted);
	strings_add(&optional, choices[_i].optional);
	ck_assert_int_eq(lists_wants(&lists, &first), choices[_i].wants_first);
	ck_assert_int_eq(lists_wants(&lists, &second), choices[_i].wants_second);
	ck_assert_int_eq(lists_spares(&lists, &first, 403), choices[_i].spares_first);
	ck_assert_int_eq(lists_spares(&lists, &first, 404), choices[_i].spares_first);
	ck_assert_int_eq(lists_spares(&lists, &second, 403), choices[_i].spares_second);
	ck_assert_int_eq(lists_spares(&lists, &second, 404), choices[_i].spares_second);
}
END_TEST

/* Trouble is no refusal. */
START_TEST(only_a_refusal_is_spared)
{
	static const long statuses[] = { 0, 200, 401, 405, 429, 500, 503 };
	CLEANUP(strings_clear) struct strings all = { 0 };
	const struct lists lists = { queries, words, &all, &all };

	strings_add(&all, "first,second");
	ck_assert(!lists_spares(&lists, &second, statuses[_i]));
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("lists");
	TCase *tests = tcase_create("lists");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, choice_row, 0, ROWS(choices));
	tcase_add_loop_test(tests, only_a_refusal_is_spared, 0, 7);
	return suite;
}

UNIT_MAIN(make_suite)
