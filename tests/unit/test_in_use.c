// SPDX-License-Identifier: GPL-3.0-or-later
/* cloud/in_use: which credential is taken for the one in use. */
#include "unit/unit.h"

#include "cloud/in_use.h"

#define NOW 1000

static const struct {
	const char *what;
	struct {
		int64_t ends_at;
		bool matches;
	} offers[4]; /* the first without an end is the end */
	size_t place;
} rows[] = {
	{ "nothing", { { 0 } }, IN_USE_NONE },
	{ "the only one", { { 2000, false } }, 0 },
	{ "the only one, past its end", { { 500, false } }, 0 },
	{ "the first to end", { { 3000, false }, { 2000, false }, { 4000, false } }, 1 },
	{ "the first that is still to end", { { 500, false }, { 3000, false }, { 2000, false } }, 2 },
	{ "the last that ended", { { 500, false }, { 900, false }, { 700, false } }, 1 },
	{ "one that ends now has ended", { { NOW, false }, { 2000, false } }, 1 },
	{ "one that ended does not come after one that has not", { { 2000, false }, { 900, false } }, 0 },
	{ "like the local one, though others end before", { { 2000, false }, { 3000, true }, { 1500, false } }, 1 },
	{ "like the local one, though past its end", { { 500, true }, { 2000, false } }, 0 },
	{ "of those like it the first to end", { { 3000, true }, { 500, true }, { 2000, true } }, 1 },
	{ "of equal ends the first", { { 2000, false }, { 2000, false } }, 0 },
	{ "of equal ends the first like it", { { 2000, false }, { 2000, true }, { 2000, true } }, 1 },
};

START_TEST(offer_row)
{
	struct in_use u = in_use_begin(NOW);

	for (size_t i = 0; i < 4 && rows[_i].offers[i].ends_at; i++)
		in_use_offer(&u, i, rows[_i].offers[i].ends_at, rows[_i].offers[i].matches);
	ck_assert_msg(u.place == rows[_i].place, "%s: %zu", rows[_i].what, u.place);
	if (u.place == IN_USE_NONE)
		return;
	ck_assert_int_eq(u.ends_at, rows[_i].offers[u.place].ends_at);
	ck_assert_int_eq(u.matches, rows[_i].offers[u.place].matches);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("in_use");
	TCase *tests = tcase_create("in_use");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, offer_row, 0, ROWS(rows));
	return suite;
}

UNIT_MAIN(make_suite)
