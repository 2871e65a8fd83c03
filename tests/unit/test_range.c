// SPDX-License-Identifier: GPL-3.0-or-later
/* Ranges, limits and states: the grammar with its refused forms, every edge, and numbers as they are printed. */
#include "unit/unit.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "monitor/range.h"

static const struct {
	const char *text, *unit;
	const char *printed, *plain;
} accepted[] = {
	{ "10", "", "10", "10" },
	{ "10:", "", "10:", "10" },
	{ ":10", "", "10", "10" },
	{ "0:10", "", "10", "10" },
	{ "~:10", "", "~:10", "10" },
	{ "10:20", "", "10:20", "20" },
	{ "10:10", "", "10:10", "10" },
	{ "@10:20", "", "@10:20", "10" },
	{ "@10", "", "@10", "10" },
	{ "@0:0", "", "@0", "0" },
	{ "@0", "", "@0", "0" },
	{ "@10:", "", "@10:", "10" },
	{ "@~:10", "", "@~:10", "10" },
	{ "0", "", "0", "0" },
	{ "0:", "", "0:", "0" },
	{ "~:", "", "~:", "" },
	{ "@~:", "", "@~:", "" },
	{ "-5:5", "", "-5:5", "5" },
	{ "-10:-5", "", "-10:-5", "-5" },
	{ "~:-5", "", "~:-5", "-5" },
	{ "-0", "", "0", "0" },
	{ "-0.0:0", "", "0", "0" },
	{ "010", "", "10", "10" },
	{ "0.5:1.25", "", "0.5:1.25", "1.25" },
	{ "61.3:", "%", "61.3:", "61.3" },
	{ "80%", "%", "80", "80" },
	{ "10%:20%", "%", "10:20", "20" },
	{ "10:20%", "%", "10:20", "20" },
	{ "@0.5%:", "%", "@0.5:", "0.5" },
	{ "36h", "s", "129600", "129600" },
	{ "30d:", "s", "2592000:", "2592000" },
	{ "1h:2d", "s", "3600:172800", "172800" },
	{ "@1m:2w", "s", "@60:1209600", "60" },
	{ "~:90", "s", "~:90", "90" },
	{ "1.5h", "s", "5400", "5400" },
	{ "", "", "", "" },
	{ "999999999999999", "", "999999999999999", "999999999999999" },
	{ "0000000000000000000007", "", "7", "7" },
};

START_TEST(accepted_row)
{
	struct range r = { .lo = 77, .hi = 78, .given = true }, again = { 0 };
	AUTO_BUF printed = { 0 };
	AUTO_BUF plain = { 0 };
	struct err e = { 0 };

	ck_assert_msg(range_parse(accepted[_i].text, accepted[_i].unit, &r, &e), "'%s': %s", accepted[_i].text, e.text);
	ck_assert_int_eq(r.given, *accepted[_i].text != '\0');
	range_print(&r, &printed);
	range_print_plain(&r, &plain);
	ck_assert_str_eq(buf_text(&printed), accepted[_i].printed);
	ck_assert_str_eq(buf_text(&plain), accepted[_i].plain);

	ck_assert(range_parse(buf_text(&printed), "", &again, &e));
	ck_assert(again.given == r.given && again.alert_inside == r.alert_inside);
	ck_assert(!r.given || (!(again.lo < r.lo) && !(again.lo > r.lo) && !(again.hi < r.hi) && !(again.hi > r.hi)));
}
END_TEST

static const struct {
	const char *text, *unit;
} refused[] = {
	{ ":", "" },
	{ "@", "" },
	{ "~", "" },
	{ "@:", "" },
	{ "@~", "" },
	{ "~10", "" },
	{ "10:~", "" },
	{ "~:~", "" },
	{ "1:2:3", "" },
	{ "::", "" },
	{ "1::2", "" },
	{ "10abc", "" },
	{ "abc", "" },
	{ "5O", "" },
	{ "20:10", "" },
	{ "5:-5", "" },
	{ "@20:10", "" },
	{ "nan", "" },
	{ "inf", "" },
	{ "~:inf", "" },
	{ "-inf:0", "" },
	{ "0x10", "" },
	{ "1e3", "" },
	{ "1E3", "" },
	{ " 10", "" },
	{ "10 ", "" },
	{ "1 0", "" },
	{ "10: 20", "" },
	{ " ", "" },
	{ "+5", "" },
	{ "--5", "" },
	{ "-", "" },
	{ "-:5", "" },
	{ "1,5", "" },
	{ "1.", "" },
	{ ".5", "" },
	{ "1.2.3", "" },
	{ "@@5", "" },
	{ "5@", "" },
	{ "10%", "" },
	{ "36h", "" },
	{ "10%%", "%" },
	{ "%", "%" },
	{ "%:", "%" },
	{ "10h", "%" },
	{ "-1h:", "s" },
	{ "1x", "s" },
	{ "h", "s" },
	{ "1h30m", "s" },
	{ "10%", "s" },
	{ "2d:1h", "s" },
	{ "1234567890123456", "" },
	{ "1\n", "" },
	{ "\t1", "" },
	{ "0.1234567890123456", "" },
};

START_TEST(refused_row)
{
	struct range r = { .lo = 77, .hi = 78, .given = true };
	struct err e = { 0 };

	ck_assert_msg(!range_parse(refused[_i].text, refused[_i].unit, &r, &e), "'%s' is accepted", refused[_i].text);
	ck_assert_int_eq(e.kind, ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(e.text, refused[_i].text));
	ck_assert(r.lo > 76 && r.lo < 78 && r.hi > 77 && r.hi < 79 && r.given && !r.alert_inside);
}
END_TEST

START_TEST(refusal_names_the_cure)
{
	struct range r;
	struct err e = { 0 };

	ck_assert(!range_parse("20:10", "", &r, &e));
	ck_assert_str_eq(e.text, "'20:10' is not a range: its start is greater than its end, swap them");
	ck_assert(!range_parse("5O", "", &r, &e));
	ck_assert_str_eq(
	    e.text,
	    "'5O' is not a range: use [@][START:]END with decimal numbers, for example 10, 5:, 10:20, ~:10, @10:20");
	ck_assert(!range_parse("5y", "s", &r, &e));
	ck_assert_str_eq(
	    e.text, "'5y' is not a range: use [@][START:]END with durations in s, m, h, d or w, for example 36h, 30d:, "
		    "1h:2d, @1h:2h");
	ck_assert(!range_parse("5y", "%", &r, &e));
	ck_assert_str_eq(
	    e.text,
	    "'5y' is not a range: use [@][START:]END with decimal numbers or percentages, for example 10, 80%:, "
	    "10%:20%, @10:20");
}
END_TEST

static const struct {
	const char *range;
	double value;
	bool alerts;
} edges[] = {
	{ "10", -0.01, true },   { "10", -1, true },       { "10", 0, false },       { "10", -0.0, false },
	{ "10", 10, false },     { "10", 10.01, true },    { "10", 11, true },       { "10:", 9, true },
	{ "10:", 9.99, true },   { "10:", 10, false },     { "10:", 1e12, false },   { "~:10", -1e12, false },
	{ "~:10", 10, false },   { "~:10", 10.01, true },  { "~:10", 11, true },     { "10:20", 9.99, true },
	{ "10:20", 10, false },  { "10:20", 20, false },   { "10:20", 20.01, true }, { "@10:20", 9.99, false },
	{ "@10:20", 10, true },  { "@10:20", 15, true },   { "@10:20", 20, true },   { "@10:20", 20.01, false },
	{ "@0:0", 0, true },     { "@0:0", -0.0, true },   { "@0", 0, true },        { "@0", 0.01, false },
	{ "@0", -1, false },     { "0", 0, false },        { "0", -0.0, false },     { "0", 1, true },
	{ "0", -1, true },       { "0", 0.0001, true },    { "~:", -1e12, false },   { "~:", 1e12, false },
	{ "@~:", 0, true },      { "61.3:", 61.3, false }, { "0.1", 0.1, false },    { "-5:5", -5, false },
	{ "-5:5", -5.01, true }, { "", 5, false },         { "10", NAN, false },     { "@10", NAN, false },
};

START_TEST(edge_row)
{
	struct range r;
	struct err e;

	ck_assert(range_parse(edges[_i].range, "", &r, &e));
	ck_assert_msg(range_alerts(&r, edges[_i].value) == edges[_i].alerts, "'%s' on %g", edges[_i].range,
		      edges[_i].value);
}
END_TEST

static const struct {
	const char *warn, *crit;
	double value;
	enum state whole, may_grow, may_shrink;
} judged[] = {
	{ "0", "10", 0, STATE_OK, STATE_OK, STATE_OK },
	{ "0", "10", 1, STATE_WARNING, STATE_WARNING, STATE_OK },
	{ "0", "10", 10, STATE_WARNING, STATE_WARNING, STATE_OK },
	{ "0", "10", 11, STATE_CRITICAL, STATE_CRITICAL, STATE_OK },
	{ "10", "0", 5, STATE_CRITICAL, STATE_CRITICAL, STATE_OK },
	{ "", "0", 1, STATE_CRITICAL, STATE_CRITICAL, STATE_OK },
	{ "0", "", 1, STATE_WARNING, STATE_WARNING, STATE_OK },
	{ "", "", 1, STATE_OK, STATE_OK, STATE_OK },
	{ "5:", "2:", 4, STATE_WARNING, STATE_OK, STATE_WARNING },
	{ "5:", "2:", 1, STATE_CRITICAL, STATE_OK, STATE_CRITICAL },
	{ "5:", "2:", 5, STATE_OK, STATE_OK, STATE_OK },
	{ "5:10", "", 4, STATE_WARNING, STATE_OK, STATE_WARNING },
	{ "5:10", "", 11, STATE_WARNING, STATE_WARNING, STATE_OK },
	{ "@5:10", "", 7, STATE_WARNING, STATE_OK, STATE_OK },
	{ "@5:", "", 7, STATE_WARNING, STATE_WARNING, STATE_OK },
	{ "@~:10", "", 7, STATE_WARNING, STATE_OK, STATE_WARNING },
	{ "@~:", "", 7, STATE_WARNING, STATE_WARNING, STATE_WARNING },
	{ "10", "@20:30", 25, STATE_CRITICAL, STATE_WARNING, STATE_OK },
	{ "0", "0", NAN, STATE_OK, STATE_OK, STATE_OK },
};

START_TEST(judged_row)
{
	struct limits l;
	struct err e;

	ck_assert(range_parse(judged[_i].warn, "", &l.warn, &e) && range_parse(judged[_i].crit, "", &l.crit, &e));
	ck_assert_int_eq(limits_judge(&l, judged[_i].value), judged[_i].whole);
	ck_assert_int_eq(limits_judge_bound(&l, judged[_i].value, true), judged[_i].may_grow);
	ck_assert_int_eq(limits_judge_bound(&l, judged[_i].value, false), judged[_i].may_shrink);
}
END_TEST

static const struct {
	double value;
	const char *text;
} numbers[] = {
	{ 0, "0" },
	{ -0.0, "0" },
	{ -0.00001, "0" },
	{ 0.00001, "0" },
	{ 1, "1" },
	{ -1, "-1" },
	{ 61.3, "61.3" },
	{ 0.5, "0.5" },
	{ -0.5, "-0.5" },
	{ 0.05, "0.05" },
	{ 0.0001, "0.0001" },
	{ 1.00005, "1.0001" },
	{ 2.99999, "3" },
	{ -2.99999, "-3" },
	{ 100, "100" },
	{ 1e6, "1000000" },
	{ 1e15, "1000000000000000" },
	{ 1234567890123.5, "1234567890123.5" },
	{ 9007199254740992.0, "9007199254740992" },
	{ -1e15, "-1000000000000000" },
	{ 1.0 / 3, "0.3333" },
	{ 10.25, "10.25" },
	{ 1.1, "1.1" },
	{ 1e20, "100000000000000000000" },
	{ NAN, "" },
	{ INFINITY, "" },
};

START_TEST(number_row)
{
	AUTO_BUF out = { 0 };

	number_print(numbers[_i].value, &out);
	ck_assert_str_eq(buf_text(&out), numbers[_i].text);
}
END_TEST

/* Who sets LOCPATH, as contrib/test does, has made the locales; elsewhere a missing one makes its turn empty. */
START_TEST(locale_does_not_matter)
{
	static const char *const locales[] = { "de_DE.UTF-8", "tr_TR.UTF-8" };
	struct range r;
	struct err e;
	enum state s;

	for (int i = 0; i < ROWS(locales); i++) {
		AUTO_BUF out = { 0 };

		bool set = setlocale(LC_ALL, locales[i]) != NULL;
		ck_assert_msg(set || !getenv("LOCPATH"), "%s is not in LOCPATH", locales[i]);
		ck_assert(!set || !strcmp(localeconv()->decimal_point, ","));
		ck_assert(range_parse("0.5:61.3", "", &r, &e));
		range_print(&r, &out);
		ck_assert_str_eq(buf_text(&out), "0.5:61.3");
		ck_assert(state_parse("critical", &s));
		ck_assert(!range_parse("0,5", "", &r, &e));
	}
	setlocale(LC_ALL, "C");
}
END_TEST

static const struct {
	const char *text;
	int state; /* -1: refused */
} states[] = {
	{ "ok", STATE_OK },
	{ "OK", STATE_OK },
	{ "Warning", STATE_WARNING },
	{ "CRITICAL", STATE_CRITICAL },
	{ "unknown", STATE_UNKNOWN },
	{ "0", STATE_OK },
	{ "1", STATE_WARNING },
	{ "2", STATE_CRITICAL },
	{ "3", STATE_UNKNOWN },
	{ "4", -1 },
	{ "", -1 },
	{ "w", -1 },
	{ "warn", -1 },
	{ "crit", -1 },
	{ "criticals", -1 },
	{ " ok", -1 },
	{ "ok ", -1 },
	{ "01", -1 },
	{ "-1", -1 },
	{ "unkn\xc3\xb6wn", -1 },
};

START_TEST(state_row)
{
	enum state s = (enum state)9;

	ck_assert_int_eq(state_parse(states[_i].text, &s), states[_i].state >= 0);
	ck_assert_int_eq((int)s, states[_i].state >= 0 ? states[_i].state : 9);
}
END_TEST

START_TEST(state_ranking)
{
	static const enum state order[] = { STATE_OK, STATE_UNKNOWN, STATE_WARNING, STATE_CRITICAL };

	for (int a = 0; a < ROWS(order); a++) {
		ck_assert_int_eq(state_rank(order[a]), a);
		for (int b = 0; b < ROWS(order); b++)
			ck_assert_int_eq(state_worse(order[a], order[b]), order[a > b ? a : b]);
	}
	ck_assert_str_eq(state_name(STATE_OK), "OK");
	ck_assert_str_eq(state_name(STATE_WARNING), "WARNING");
	ck_assert_str_eq(state_name(STATE_CRITICAL), "CRITICAL");
	ck_assert_str_eq(state_name(STATE_UNKNOWN), "UNKNOWN");
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("range");
	TCase *tests = tcase_create("range");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, accepted_row, 0, ROWS(accepted));
	tcase_add_loop_test(tests, refused_row, 0, ROWS(refused));
	tcase_add_test(tests, refusal_names_the_cure);
	tcase_add_loop_test(tests, edge_row, 0, ROWS(edges));
	tcase_add_loop_test(tests, judged_row, 0, ROWS(judged));
	tcase_add_loop_test(tests, number_row, 0, ROWS(numbers));
	tcase_add_test(tests, locale_does_not_matter);
	tcase_add_loop_test(tests, state_row, 0, ROWS(states));
	tcase_add_test(tests, state_ranking);
	return suite;
}

UNIT_MAIN(make_suite)
