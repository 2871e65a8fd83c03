// SPDX-License-Identifier: GPL-3.0-or-later
/* monitor/wordlist: which words an option with a list of them names. */
#include "unit/unit.h"

#include <string.h>

#include "monitor/wordlist.h"

static const char *const words[] = { "alpha", "beta-two", "gamma", NULL };

static const struct {
	const char *first, *second; /* as given; NULL: not given */
	bool has[3];
	const char *error; /* NULL: none */
} lists[] = {
	{ NULL, NULL, { false, false, false }, NULL },
	{ "alpha", NULL, { true, false, false }, NULL },
	{ "alpha,gamma", NULL, { true, false, true }, NULL },
	{ "GAMMA , Beta-Two", NULL, { false, true, true }, NULL },
	{ "alpha", "gamma", { true, false, true }, NULL },
	{ ",alpha,,", NULL, { true, false, false }, NULL },
	{ "alpha,beta", NULL, { true, false, false }, "--list: 'beta' is none of alpha, beta-two, gamma" },
	{ "alphabet", NULL, { false, false, false }, "--list: 'alphabet' is none of alpha, beta-two, gamma" },
	{ "alpha", "alp", { true, false, false }, "--list: 'alp' is none of alpha, beta-two, gamma" },
	{ "alpha gamma", NULL, { false, false, false }, "--list: 'alpha gamma' is none of alpha, beta-two, gamma" },
};

START_TEST(list_row)
{
	struct strings given = { 0 };
	struct err e = { 0 };

	if (lists[_i].first)
		strings_add(&given, lists[_i].first);
	if (lists[_i].second)
		strings_add(&given, lists[_i].second);
	for (int n = 0; n < 3; n++)
		ck_assert_msg(wordlist_has(&given, words[n]) == lists[_i].has[n], "%s in row %d", words[n], _i);
	ck_assert(wordlist_check("--list", &given, words, &e) == !lists[_i].error);
	if (lists[_i].error) {
		ck_assert_int_eq(e.kind, ERR_USAGE);
		ck_assert_str_eq(e.text, lists[_i].error);
	}
	strings_clear(&given);
}
END_TEST

static Suite *wordlist_suite(void)
{
	Suite *suite = suite_create("wordlist");
	TCase *tests = tcase_create("wordlist");

	tcase_add_loop_test(tests, list_row, 0, ROWS(lists));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(wordlist_suite)
