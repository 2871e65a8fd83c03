// SPDX-License-Identifier: GPL-3.0-or-later
/* cloud/score: what a day and a profile say of an action, status by status, and the order of what is worth most. */
#include "unit/unit.h"

#include <math.h>
#include <string.h>

#include "cloud/score.h"

static struct json_object *parse(const char *json)
{
	struct err e = { 0 };
	struct json_object *o = jget_parse(json, strlen(json), &e);

	ck_assert_msg(o != NULL, "%s: %s", json, e.text);
	return o;
}

/* The day of one action named A with these members. */
static void read_one(const char *members, struct score_day *day)
{
	AUTO_FREE char *json = mem_print("{\"controlScores\":[{\"controlName\":\"A\"%s%s}]}", *members ? "," : "", members);
	AUTO_JSON record = parse(json);

	score_read(record, day);
	ck_assert_uint_eq(day->count, 1);
}

static bool is_same(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) < 1e-9;
}

#define STATE(name) "{\"state\":\"" name "\",\"updatedDateTime\":\"2026-08-01T00:00:00Z\"}"
#define HISTORY(entries) "\"maxScore\":7,\"controlStateUpdates\":[" entries "]"

static const struct {
	const char *entry, *profile; /* NULL: the catalogue lacks it */
	enum action_status status;
	double max, open;
	const char *oddity;
} actions[] = {
	{ "\"score\":7", "\"maxScore\":7", ACTION_COMPLETED, 7, 0, "" },
	{ "\"score\":\"7.0\"", "\"maxScore\":\"7\"", ACTION_COMPLETED, 7, 0, "" },
	{ "\"score\":6.9999999", "\"maxScore\":7", ACTION_COMPLETED, 7, 1e-7, "" },
	{ "\"score\":6.9", "\"maxScore\":7", ACTION_TO_ADDRESS, 7, 0.1, "" },
	{ "\"score\":8", "\"maxScore\":7", ACTION_COMPLETED, 7, 0, "" },
	{ "\"score\":0", "\"maxScore\":0", ACTION_COMPLETED, 0, 0, "" },
	{ "\"score\":6.9,\"scoreInPercentage\":100", "\"maxScore\":7", ACTION_COMPLETED, 7, 0.1, "" },
	{ "\"score\":0", "\"maxScore\":7", ACTION_TO_ADDRESS, 7, 7, "" },
	/* Who does not tell the maximum, may tell the percentage. */
	{ "\"score\":3,\"scoreInPercentage\":50", "\"maxScore\":null", ACTION_TO_ADDRESS, 6, 3, "" },
	{ "\"score\":3,\"scoreInPercentage\":50", NULL, ACTION_TO_ADDRESS, 6, 3, "" },
	{ "\"score\":3,\"scoreInPercentage\":100", NULL, ACTION_COMPLETED, 3, 0, "" },
	{ "\"score\":0,\"scoreInPercentage\":0", NULL, ACTION_TO_ADDRESS, NAN, NAN, "" },
	{ "\"score\":0,\"scoreInPercentage\":50", NULL, ACTION_TO_ADDRESS, NAN, NAN, "" },
	{ "\"score\":3", NULL, ACTION_UNCLEAR, NAN, NAN, "" },
	{ "\"score\":3", "\"title\":\"T\"", ACTION_UNCLEAR, NAN, NAN, "" },
	/* Points that are not there, or none. */
	{ "\"score\":null,\"scoreInPercentage\":0", "\"maxScore\":1", ACTION_UNCLEAR, 1, NAN, "score is null" },
	{ "", "\"maxScore\":1", ACTION_UNCLEAR, 1, NAN, "score is absent" },
	{ "\"score\":\"many\"", "\"maxScore\":1", ACTION_UNCLEAR, 1, NAN, "score is \"many\"" },
	{ "\"score\":-1", "\"maxScore\":1", ACTION_UNCLEAR, 1, NAN, "score is -1" },
	{ "\"score\":1,\"scoreInPercentage\":\"all\"", "\"maxScore\":1", ACTION_UNCLEAR, 1, 0, "scoreInPercentage is \"all\"" },
	{ "\"score\":1", "\"maxScore\":true", ACTION_UNCLEAR, NAN, NAN, "maxScore is true" },
	{ "\"score\":1", "\"maxScore\":-1", ACTION_UNCLEAR, NAN, NAN, "maxScore is -1" },
	{ "\"score\":1", "\"maxScore\":1,\"deprecated\":\"maybe\"", ACTION_UNCLEAR, 1, 0, "deprecated is \"maybe\"" },
	{ "\"score\":1", "\"maxScore\":1,\"title\":5", ACTION_UNCLEAR, 1, 0, "title is 5" },
	{ "\"score\":1", "\"maxScore\":1,\"rank\":\"low\"", ACTION_UNCLEAR, 1, 0, "rank is \"low\"" },
	/* States. */
	{ "\"score\":0", HISTORY(STATE("Default")), ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":0", HISTORY(STATE("Ignored")), ACTION_ACCEPTED, 7, 7, "" },
	{ "\"score\":7", HISTORY(STATE("ignored")), ACTION_ACCEPTED, 7, 0, "" },
	{ "\"score\":null", HISTORY(STATE("Ignored")), ACTION_ACCEPTED, 7, NAN, "score is null" },
	{ "\"score\":7", HISTORY(STATE("ThirdParty")), ACTION_RESOLVED, 7, 0, "" },
	{ "\"score\":0", HISTORY(STATE("thirdParty")), ACTION_RESOLVED, 7, 7, "" },
	{ "\"score\":0", HISTORY(STATE("AlternateMitigation")), ACTION_RESOLVED, 7, 7, "" },
	{ "\"score\":0", HISTORY(STATE("Reviewed")), ACTION_PLANNED, 7, 7, "" },
	{ "\"score\":7", HISTORY(STATE("Reviewed")), ACTION_COMPLETED, 7, 0, "" },
	{ "\"score\":0", HISTORY(STATE("SomethingNew")), ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":7", HISTORY(STATE("SomethingNew")), ACTION_TO_ADDRESS, 7, 0, "" },
	{ "\"score\":0", "\"maxScore\":7,\"controlStateUpdates\":null", ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":0", HISTORY(""), ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":0", HISTORY("null"), ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":0", HISTORY("{\"state\":null}"), ACTION_TO_ADDRESS, 7, 7, "" },
	{ "\"score\":0", "\"maxScore\":7,\"controlStateUpdates\":\"none\"", ACTION_UNCLEAR, 7, 7, "controlStateUpdates is \"none\"" },
	{ "\"score\":0", HISTORY("3"), ACTION_UNCLEAR, 7, 7, "controlStateUpdates is [3]" },
	{ "\"score\":0", HISTORY("{\"state\":1}"), ACTION_UNCLEAR, 7, 7, "controlStateUpdates is [{\"state\":1}]" },
	/* The newest state, wherever it stands; without a time it is the oldest, of equals the last counts. */
	{ "\"score\":0", HISTORY(STATE("Ignored") ",{\"state\":\"Default\",\"updatedDateTime\":null}"), ACTION_ACCEPTED, 7, 7, "" },
	{ "\"score\":0", HISTORY("{\"state\":\"Default\"}," STATE("Ignored")), ACTION_ACCEPTED, 7, 7, "" },
	{ "\"score\":0", HISTORY(STATE("Ignored") "," STATE("Reviewed")), ACTION_PLANNED, 7, 7, "" },
	{ "\"score\":0", HISTORY(STATE("Ignored") ",{\"state\":\"Default\",\"updatedDateTime\":\"2026-08-01T00:00:01.5Z\"}"),
	  ACTION_TO_ADDRESS, 7, 7, "" },
};

START_TEST(action_row)
{
	CLEANUP(score_free) struct score_day day = { 0 };

	read_one(actions[_i].entry, &day);
	struct action *a = &day.actions[0];
	if (actions[_i].profile) {
		AUTO_FREE char *json = mem_print("{\"id\":\"a\",%s}", actions[_i].profile);
		AUTO_JSON profile = parse(json);

		action_describe(a, profile);
	}
	ck_assert_str_eq(a->oddity, actions[_i].oddity);
	ck_assert_int_eq(action_status(a), actions[_i].status);
	ck_assert_msg(is_same(action_max(a), actions[_i].max), "max is %g", action_max(a));
	ck_assert_msg(is_same(action_open(a), actions[_i].open), "open is %g", action_open(a));
}
END_TEST

static const struct {
	const char *record;
	int64_t at;
} times[] = {
	{ "{\"createdDateTime\":\"2026-08-23T00:00:00Z\",\"id\":\"t_2020-01-01\"}", 1787443200 },
	{ "{\"createdDateTime\":null,\"id\":\"aaaabbbb-0000-cccc-1111-dddd2222eeee_2026-08-23\"}", 1787443200 },
	{ "{\"createdDateTime\":\"yesterday\",\"id\":\"t_2026-08-23\"}", 1787443200 },
	{ "{\"id\":\"t_2026-08-32\"}", 0 },
	{ "{\"id\":\"2026-08-23\"}", 0 },
	{ "{\"id\":7}", 0 },
	{ "{}", 0 },
};

START_TEST(time_row)
{
	AUTO_JSON record = parse(times[_i].record);

	ck_assert_int_eq(score_time(record), times[_i].at);
}
END_TEST

static const struct {
	const char *record;
	const char *oddity;
	unsigned count, nameless;
} days[] = {
	{ "{\"controlScores\":[]}", "", 0, 0 },
	{ "{\"controlScores\":null}", "controlScores is null", 0, 0 },
	{ "{}", "controlScores is absent", 0, 0 },
	{ "{\"controlScores\":{}}", "controlScores is {}", 0, 0 },
	{ "{\"currentScore\":\"much\",\"controlScores\":[]}", "currentScore is \"much\"", 0, 0 },
	{ "{\"maxScore\":-2,\"controlScores\":[]}", "maxScore is -2", 0, 0 },
	{ "{\"createdDateTime\":\"noon\",\"controlScores\":[]}", "createdDateTime is \"noon\"", 0, 0 },
	{ "{\"controlScores\":[null,3,{},{\"controlName\":\"\"},{\"controlName\":8},{\"controlName\":\"A\"}]}", "", 1, 5 },
	{ "{\"controlScores\":[{\"controlName\":\"b\",\"score\":1},{\"controlName\":\"A\",\"score\":2},{\"controlName\":\"B\",\"score\":1}]}",
	  "", 2, 0 },
};

START_TEST(day_row)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	AUTO_JSON record = parse(days[_i].record);

	score_read(record, &day);
	ck_assert_str_eq(day.oddity, days[_i].oddity);
	ck_assert_uint_eq(day.count, days[_i].count);
	ck_assert_uint_eq(day.nameless, days[_i].nameless);
}
END_TEST

START_TEST(actions_are_found_in_any_case)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	AUTO_JSON record = parse("{\"controlScores\":[{\"controlName\":\"11114.MDA_SF_x\",\"score\":1},{\"controlName\":\"mcas\",\"score\":2}]}");

	ck_assert_ptr_null(score_find(&day, "mcas"));
	score_read(record, &day);
	ck_assert_double_eq(score_find(&day, "MCAS")->score, 2);
	ck_assert_str_eq(action_bare_id(score_find(&day, "11114.mda_sf_X")), "MDA_SF_x");
	ck_assert_str_eq(action_bare_id(score_find(&day, "mcas")), "mcas");
	ck_assert_ptr_null(score_find(&day, "MDA_SF_x"));
}
END_TEST

START_TEST(twins_that_differ_cannot_be_judged)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	AUTO_JSON record = parse("{\"controlScores\":[{\"controlName\":\"A\",\"score\":1},{\"controlName\":\"a\",\"score\":2}]}");

	score_read(record, &day);
	ck_assert_uint_eq(day.count, 1);
	ck_assert_int_eq(action_status(&day.actions[0]), ACTION_UNCLEAR);
}
END_TEST

START_TEST(loss_needs_both_days)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	AUTO_JSON now = parse("{\"controlScores\":[{\"controlName\":\"down\",\"score\":1},{\"controlName\":\"up\",\"score\":2},"
			      "{\"controlName\":\"new\",\"score\":2},{\"controlName\":\"blank\",\"score\":null}]}");
	AUTO_JSON then = parse("{\"controlScores\":[{\"controlName\":\"Down\",\"score\":\"3.5\"},{\"controlName\":\"up\",\"score\":1},"
			       "{\"controlName\":\"gone\",\"score\":9},{\"controlName\":\"blank\",\"score\":4}]}");

	score_read(now, &day);
	score_compare(&day, then);
	ck_assert_double_eq(action_loss(score_find(&day, "down")), 2.5);
	ck_assert_double_eq(action_loss(score_find(&day, "up")), 0);
	ck_assert_double_eq(action_loss(score_find(&day, "new")), 0);
	ck_assert_double_eq(action_loss(score_find(&day, "blank")), 0);
}
END_TEST

START_TEST(worth_most_first)
{
	static char c[] = "c", b[] = "b", a[] = "a", x[] = "x";
	const struct action unknown = { .id = x, .max = NAN, .score = 0 }, small = { .id = c, .max = 2, .rank = 1 },
			    late = { .id = b, .max = 7, .rank = INT64_MAX }, large = { .id = a, .max = 7, .rank = 10 };
	const struct action *best[3] = { NULL };

	action_keep_best(best, 3, &unknown, action_is_worth_more);
	action_keep_best(best, 3, &small, action_is_worth_more);
	action_keep_best(best, 3, &late, action_is_worth_more);
	action_keep_best(best, 3, &large, action_is_worth_more);
	ck_assert_ptr_eq(best[0], &large);
	ck_assert_ptr_eq(best[1], &late);
	ck_assert_ptr_eq(best[2], &small);
}
END_TEST

START_TEST(products_have_names)
{
	ck_assert_str_eq(product_name("mda_sf"), "Salesforce");
	ck_assert_str_eq(product_name("MDA_New"), "MDA_New");
	ck_assert(isnan(score_percent(0, 0)) && isnan(score_percent(1, NAN)));
	ck_assert_double_eq(score_percent(1, 4), 25);
}
END_TEST

static Suite *score_suite(void)
{
	Suite *suite = suite_create("score");
	TCase *tests = tcase_create("score");

	tcase_add_loop_test(tests, action_row, 0, ROWS(actions));
	tcase_add_loop_test(tests, time_row, 0, ROWS(times));
	tcase_add_loop_test(tests, day_row, 0, ROWS(days));
	tcase_add_test(tests, actions_are_found_in_any_case);
	tcase_add_test(tests, twins_that_differ_cannot_be_judged);
	tcase_add_test(tests, loss_needs_both_days);
	tcase_add_test(tests, worth_most_first);
	tcase_add_test(tests, products_have_names);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(score_suite)
