// SPDX-License-Identifier: GPL-3.0-or-later
/* cloud/score: what a day and a profile say of an action, status by status, and the order of what is worth most. */
#include "unit/unit.h"

#include <math.h>
#include <string.h>

#include "cloud/product.h"
#include "cloud/score.h"

static struct json_object *parse(const char *json)
{
	struct err e = { 0 };
	struct json_object *o = jget_parse(json, strlen(json), &e);

	ck_assert_msg(o != NULL, "%s: %s", json, e.text);
	return o;
}

typedef void visit_entry(struct score_day *day, struct json_object *entry);

static void each_entry(struct json_object *record, struct score_day *day, visit_entry *visit)
{
	struct json_object *list = NULL;

	if (jget_array(record, SCORE_ENTRIES, &list) != GOT)
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		visit(day, json_object_array_get_idx(list, i));
}

static void read_day(const char *json, struct score_day *day)
{
	AUTO_JSON record = parse(json);

	each_entry(record, day, score_add);
	score_finish(day, record);
}

static void read_earlier(const char *json, struct score_day *day)
{
	AUTO_JSON record = parse(json);

	score_begin_earlier(day);
	each_entry(record, day, score_add_earlier);
	score_end_earlier(day, record);
}

/* The day of one action named A with these members. */
static void read_one(const char *members, struct score_day *day)
{
	AUTO_FREE char *json = mem_print("{\"controlScores\":[{\"controlName\":\"A\"%s%s}]}", *members ? "," : "", members);

	read_day(json, day);
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
	AUTO_FREE char *json = mem_print("{\"id\":\"a\",%s}", actions[_i].profile ? actions[_i].profile : "\"title\":null");
	AUTO_JSON profile = parse(json);
	CLEANUP(action_free) struct action a = { 0 };
	ck_assert(score_describe(&day, &day.scored[0], actions[_i].profile ? profile : NULL, &a));
	ck_assert_str_eq(buf_text(&a.oddity), actions[_i].oddity);
	ck_assert_int_eq(action_status(&a), actions[_i].status);
	ck_assert_msg(is_same(action_max(&a), actions[_i].max), "max is %g", action_max(&a));
	ck_assert_msg(is_same(action_open(&a), actions[_i].open), "open is %g", action_open(&a));
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

	read_day(days[_i].record, &day);
	ck_assert(day.found);
	ck_assert_str_eq(buf_text(&day.oddity), days[_i].oddity);
	ck_assert_uint_eq(day.count, days[_i].count);
	ck_assert_uint_eq(day.nameless, days[_i].nameless);
}
END_TEST

START_TEST(actions_are_found_in_any_case)
{
	CLEANUP(score_free) struct score_day day = { 0 };

	ck_assert_ptr_null(score_find(&day, "mcas"));
	read_day("{\"controlScores\":[{\"controlName\":\"11114.MDA_SF_x\",\"score\":1},{\"controlName\":\"mcas\",\"score\":2}]}", &day);
	ck_assert_double_eq(score_result(&day, score_find(&day, "MCAS"))->score, 2);
	ck_assert_ptr_null(score_find(&day, "MDA_SF_x"));
	const struct action instance = { .id = score_id(&day, score_find(&day, "11114.mda_sf_X")) };
	const struct action own = { .id = score_id(&day, score_find(&day, "mcas")) };
	ck_assert_str_eq(action_bare_id(&instance), "MDA_SF_x");
	ck_assert_str_eq(action_bare_id(&own), "mcas");
}
END_TEST

START_TEST(twins_that_differ_cannot_be_judged)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	CLEANUP(action_free) struct action twin = { 0 };
	AUTO_JSON profile = parse("{\"maxScore\":2}");

	read_day("{\"controlScores\":[{\"controlName\":\"A\",\"score\":1},{\"controlName\":\"a\",\"score\":2}]}", &day);
	ck_assert_uint_eq(day.count, 1);
	ck_assert(score_describe(&day, day.scored, profile, &twin));
	ck_assert_int_eq(action_status(&twin), ACTION_UNCLEAR);
	ck_assert_str_eq(buf_text(&twin.oddity), "scored twice, not alike");
}
END_TEST

/* Of many entries each is its own, and a profile leaves nothing behind for the next one. */
START_TEST(actions_come_one_by_one)
{
	CLEANUP(score_free) struct score_day day = { .upto = INT64_MAX };
	CLEANUP(action_free) struct action a = { 0 };
	AUTO_BUF json = { 0 };
	AUTO_BUF then = { 0 };

	buf_add(&json, "{\"controlScores\":[");
	buf_add(&then, "{\"createdDateTime\":\"2026-08-17T00:00:00Z\",\"controlScores\":[");
	for (int i = 0; i < 2000; i++) {
		buf_print(&json, "%s{\"controlName\":\"c%04d\",\"score\":%d,\"scoreInPercentage\":%s}", i ? "," : "", 1999 - i, i % 300,
			  i % 7 ? "50" : "\"x\"");
		buf_print(&then, "%s{\"controlName\":\"C%04d\",\"score\":%d}", i ? "," : "", 1999 - i, i % 301);
	}
	buf_add(&json, "]}");
	buf_add(&then, "]}");
	read_day(buf_text(&json), &day);
	read_earlier(buf_text(&then), &day);
	ck_assert_uint_eq(day.count, 2000);
	for (int n = 0; n < 2000; n++) {
		int i = 1999 - n;
		AUTO_FREE char *text = mem_print("{\"title\":\" Title %d \",\"deprecated\":%s%s}", n, n % 5 == 4 ? "true" : "false",
						 n % 2 ? ",\"service\":\"S\",\"maxScore\":400,\"rank\":1,\"controlStateUpdates\":["
							 STATE("Ignored") "]" : "");
		AUTO_FREE char *title = mem_print("Title %d", n), *id = mem_print("c%04d", n);
		AUTO_JSON profile = parse(text);

		ck_assert_int_eq(score_describe(&day, &day.scored[n], profile, &a), n % 5 != 4);
		ck_assert_str_eq(a.id, id);
		ck_assert_str_eq(buf_text(&a.title), title);
		ck_assert_str_eq(buf_text(&a.service), n % 2 ? "S" : "");
		ck_assert_int_eq(a.state != NULL, n % 2);
		ck_assert(is_same(a.max, n % 2 ? 400 : NAN));
		ck_assert_int_eq(a.rank, n % 2 ? 1 : INT64_MAX);
		ck_assert_str_eq(buf_text(&a.oddity), i % 7 ? "" : "scoreInPercentage is \"x\"");
		ck_assert_double_eq(a.result->score, i % 300);
		ck_assert(is_same(a.result->percent, i % 7 ? 50 : NAN));
		ck_assert_double_eq(a.result->earlier, i % 301);
		ck_assert(!score_describe(&day, &day.scored[n], profile, &a));
		ck_assert(!score_describe(&day, &day.scored[n], NULL, &a));
	}
}
END_TEST

#define NOW "{\"controlScores\":[{\"controlName\":\"down\",\"score\":1},{\"controlName\":\"up\",\"score\":2}," \
	"{\"controlName\":\"new\",\"score\":2},{\"controlName\":\"blank\",\"score\":null}]}"
#define ON(date, entries) "{\"createdDateTime\":\"" date "T00:00:00Z\",\"controlScores\":" entries "}"

/* Points that `down` lost since the day that is compared with: the newest of those that came from the 14th to the 17th. */
static const struct {
	const char *records[5];
	double loss;
	int64_t day; /* of August, 0: none */
	bool later_came;
} earlier[] = {
	{ { ON("2026-08-17", "[{\"controlName\":\"Down\",\"score\":\"3.5\"},{\"controlName\":\"gone\",\"score\":9}]") }, 2.5, 17, false },
	{ { ON("2026-08-14", "[{\"controlName\":\"down\",\"score\":9}]"), ON("2026-08-15", "[{\"controlName\":\"down\",\"score\":8}]"),
	    ON("2026-08-16", "[{\"controlName\":\"down\",\"score\":7}]"), ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":6}]") },
	  5, 17, false },
	{ { ON("2026-08-16", "[{\"controlName\":\"down\",\"score\":6}]"), ON("2026-08-15", "[{\"controlName\":\"down\",\"score\":9}]") }, 5, 16,
	  false },
	/* the newest one may lack the action, or the whole list */
	{ { ON("2026-08-16", "[{\"controlName\":\"down\",\"score\":6}]"), ON("2026-08-17", "[{\"controlName\":\"up\",\"score\":6}]") }, 0, 17,
	  false },
	{ { ON("2026-08-16", "[{\"controlName\":\"down\",\"score\":6}]"), ON("2026-08-17", "null") }, 0, 17, false },
	/* the filter was passed over */
	{ { ON("2026-08-18", "[{\"controlName\":\"down\",\"score\":9}]"), ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":2}]") }, 1, 17,
	  true },
	{ { ON("2026-08-23", "[{\"controlName\":\"down\",\"score\":9}]") }, 0, 0, true },
	{ { ON("2026-08-13", "[{\"controlName\":\"down\",\"score\":9}]") }, 0, 0, false },
	{ { "{\"controlScores\":[{\"controlName\":\"down\",\"score\":9}]}" }, 0, 0, false },
	/* what is not known is no loss */
	{ { ON("2026-08-17", "[null,{},{\"controlName\":\"down\",\"score\":\"much\"}]") }, 0, 17, false },
	{ { ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":3},{\"controlName\":\"DOWN\",\"score\":4}]") }, 0, 17, false },
	{ { ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":3},{\"controlName\":\"DOWN\",\"score\":3}]") }, 2, 17, false },
	{ { ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":null},{\"controlName\":\"DOWN\",\"score\":4}]") }, 0, 17, false },
};

static double loss_of(const struct score_day *day, const char *id)
{
	const struct action a = { .result = score_result(day, score_find(day, id)) };

	return action_loss(&a);
}

START_TEST(newest_earlier_day_counts)
{
	const int64_t first = 1785542400; /* August 1st */
	CLEANUP(score_free) struct score_day day = { 0 };

	score_compare_with(&day, first + 16 * 86400);
	read_day(NOW, &day);
	for (int i = 0; i < 5 && earlier[_i].records[i]; i++)
		read_earlier(earlier[_i].records[i], &day);
	ck_assert_double_eq(loss_of(&day, "down"), earlier[_i].loss);
	ck_assert_double_eq(loss_of(&day, "new"), 0);
	ck_assert_double_eq(loss_of(&day, "blank"), 0);
	ck_assert_int_eq(day.earlier_at, earlier[_i].day ? first + (earlier[_i].day - 1) * 86400 : 0);
	ck_assert_int_eq(day.later_came, earlier[_i].later_came);
}
END_TEST

/* A reply that breaks off is read again from its beginning. */
START_TEST(half_a_record_is_forgotten)
{
	CLEANUP(score_free) struct score_day day = { .upto = INT64_MAX };
	AUTO_JSON entry = parse("{\"controlName\":\"up\",\"score\":9}");

	read_day(NOW, &day);
	score_begin_earlier(&day);
	score_add_earlier(&day, entry);
	read_earlier(ON("2026-08-17", "[{\"controlName\":\"down\",\"score\":3}]"), &day);
	ck_assert_double_eq(loss_of(&day, "up"), 0);
	ck_assert_double_eq(loss_of(&day, "down"), 2);
}
END_TEST

/* However many earlier days come: of many results, more than are looked through, none is kept anew for a day that says nothing. */
START_TEST(memory_follows_the_entries)
{
	CLEANUP(score_free) struct score_day day = { .upto = INT64_MAX };
	AUTO_BUF entries = { 0 };

	for (int i = 0; i < 500; i++)
		buf_print(&entries, "%s{\"controlName\":\"%d\",\"score\":%d}", i ? "," : "", i, i);
	AUTO_FREE char *record = mem_print("{\"controlScores\":[%s]}", buf_text(&entries));
	read_day(record, &day);
	for (int i = 10; i < 20; i++) {
		AUTO_FREE char *empty = mem_print(ON("2026-08-%d", "[]"), i);

		read_earlier(empty, &day);
		ck_assert_uint_eq(day.result_count, 500);
	}
	ck_assert_int_eq(day.earlier_at, 1787097600);
}
END_TEST

START_TEST(a_day_may_be_its_own_earlier_one)
{
	CLEANUP(score_free) struct score_day day = { 0 };

	read_day(ON("2026-08-17", "[{\"controlName\":\"a\",\"score\":3}]"), &day);
	day.from = day.at;
	day.upto = day.at - 1;
	ck_assert(!score_is_its_earlier(&day));
	ck_assert(isnan(score_result(&day, day.scored)->earlier));
	day.upto = day.at;
	ck_assert(score_is_its_earlier(&day));
	ck_assert_double_eq(score_result(&day, day.scored)->earlier, 3);
	ck_assert_int_eq(day.earlier_at, day.at);
}
END_TEST

/* However long ago, it asks for no time before 1970. */
START_TEST(the_day_to_compare_with_is_bounded)
{
	struct score_day day = { 0 };

	score_compare_with(&day, 1785542400);
	ck_assert_int_eq(day.from, 1785542400 - 3 * 86400);
	ck_assert_int_eq(day.upto, 1785542400);
	score_compare_with(&day, -5);
	ck_assert_int_eq(day.from, 0);
	ck_assert_int_eq(day.upto, 3 * 86400);
}
END_TEST

static const struct {
	struct place place;
	const char *text;
} places[] = {
	{ { .worth = 7, .rank = 1, .id = "z" }, "best" },
	{ { .worth = 7, .rank = 10, .name = "A", .id = "b" }, "name" },
	{ { .worth = 7 + 1e-7, .rank = 10, .name = "B", .id = "A" }, "as much" },
	{ { .worth = 7, .rank = 10, .name = "B", .id = "b" }, "id" },
	{ { .worth = 7, .rank = INT64_MAX }, "rank" },
	{ { .worth = 2 }, "worth" },
	{ { .worth = NAN, .rank = -1 }, "unknown" },
	{ { .worth = NAN }, "last" },
};

static void list_places(bool backwards, size_t most, size_t enough, const char *expected)
{
	CLEANUP(shortlist_free) struct shortlist list = { 0 };
	AUTO_BUF text = { 0 };

	for (size_t i = 0; i < ROWS(places); i++) {
		size_t at = backwards ? ROWS(places) - 1 - i : i;

		shortlist_add(&list, most, enough, &places[at].place, "%s", places[at].text);
	}
	shortlist_print(&list, &text);
	ck_assert_str_eq(buf_text(&text), expected);
}

START_TEST(the_first_are_listed_whatever_the_order)
{
	list_places(_i, SIZE_MAX, SIZE_MAX, "best, name, as much, id, rank, worth, unknown, last");
	list_places(_i, 3, SIZE_MAX, "best, name, as much");
	list_places(_i, 0, SIZE_MAX, "");
	list_places(_i, SIZE_MAX, 0, "best");
	list_places(_i, SIZE_MAX, 7, "best, name");
	list_places(_i, SIZE_MAX, 8, "best, name, as much");
}
END_TEST

/* Titles and ids may have 4 MiB each. */
START_TEST(of_a_long_text_the_beginning_is_kept)
{
	CLEANUP(shortlist_free) struct shortlist list = { 0 };
	AUTO_FREE char *a = mem_new(5000, 1), *b = mem_new(5000, 1);
	AUTO_BUF text = { 0 };

	memset(a, 'a', 4999);
	memset(b, 'b', 4999);
	shortlist_add(&list, 3, SIZE_MAX, &(struct place){ .name = b, .id = "1" }, "%s", b);
	shortlist_add(&list, 3, SIZE_MAX, &(struct place){ .name = a, .id = b }, "%s", "second");
	shortlist_add(&list, 3, SIZE_MAX, &(struct place){ .name = a, .id = a }, "%s", "first");
	ck_assert_uint_eq(list.len, SHORTLIST_TEXT_MAX + strlen("first") + strlen("second"));
	a[SHORTLIST_TEXT_MAX] = 'A'; /* is not told apart */
	shortlist_add(&list, 3, SIZE_MAX, &(struct place){ .name = a, .id = a }, "%s", "alike");
	shortlist_print(&list, &text);
	ck_assert_str_eq(buf_text(&text), "first, alike, second");
}
END_TEST

/* A line a product, as the plugin might word it. */
static void print_products(const struct products *all, struct buf *out)
{
	char share[SHARE_SIZE];

	for (const struct product *p = all->items; p < all->items + all->count; p++) {
		const struct shortlist *lists[] = { &p->losses, &p->states, &p->oddities };

		buf_print(out, "%s: %s; ", p->name, points_share(p->points.achieved, p->points.possible, share) ? share : "-");
		product_print_worst(p, out);
		buf_print(out, "; %u %u %u %u %u", p->to_address, p->accepted, p->planned, p->regressed, p->unreadable);
		for (size_t i = 0; i < ROWS(lists); i++) {
			buf_add(out, "; ");
			shortlist_print(lists[i], out);
		}
		buf_add(out, "\n");
	}
}

static const struct {
	const char *id, *profile;
} described[] = {
	{ "d", "{\"title\":\"Delta\",\"service\":\"mcas\",\"maxScore\":1}" },
	{ "c", "{\"title\":\"Gamma\",\"service\":\"MCAS\",\"maxScore\":1,\"controlStateUpdates\":[{\"state\":\"Later\"}]}" },
	{ "b", "{\"title\":\"Beta\",\"service\":\"MCAS\",\"maxScore\":5,\"controlStateUpdates\":[{\"state\":\"Ignored\"}]}" },
	{ "a", "{\"title\":\"Alpha\",\"service\":\"MCAS\",\"maxScore\":2.5}" },
	{ "f", "{\"title\":\"Phi\",\"service\":\"new\",\"maxScore\":1}" },
	{ "g", "{\"title\":\"Chi\",\"service\":\"New\",\"maxScore\":1}" },
	{ "e", NULL },
};

static void sum_up(struct score_day *day, bool backwards, bool without_accepted, struct products *all)
{
	CLEANUP(action_free) struct action a = { 0 };
	struct err e = { 0 };

	memset(day->profiled, 0, day->count * sizeof(*day->profiled));
	for (size_t i = 0; i < ROWS(described); i++) {
		size_t at = backwards ? ROWS(described) - 1 - i : i;
		AUTO_JSON profile = parse(described[at].profile ? described[at].profile : "{}");

		ck_assert(score_describe(day, score_find(day, described[at].id), described[at].profile ? profile : NULL, &a));
		ck_assert(products_add(all, &a, without_accepted, &e));
	}
}

/* What is known of a product is kept to the end. */
START_TEST(products_have_bounds)
{
	CLEANUP(products_free) struct products all = { 0 };
	CLEANUP(action_free) struct action a = { .id = "id", .result = &(const struct result){ .score = 1 }, .max = 1 };
	struct err e = { 0 };

	for (int i = 0; i < PRODUCTS_MAX; i++) {
		buf_cut(&a.service, 0);
		buf_print(&a.service, "%d", i);
		ck_assert(products_add(&all, &a, false, &e));
	}
	ck_assert(products_add(&all, &a, false, &e));
	buf_add(&a.service, "more");
	ck_assert(!products_add(&all, &a, false, &e));
	ck_assert_int_eq(e.kind, ERR_PARTIAL);
	ck_assert_str_eq(e.text, "the catalogue of actions incomplete: more than 1000 products");
	ck_assert_uint_eq(all.count, PRODUCTS_MAX);
	ck_assert_uint_eq(all.actions, PRODUCTS_MAX + 1);
}
END_TEST

START_TEST(a_service_is_read_as_far_as_a_line_shows_it)
{
	CLEANUP(score_free) struct score_day day = { 0 };
	CLEANUP(action_free) struct action a = { 0 };
	AUTO_FREE char *text = mem_new(5000, 1);

	memset(text, 'x', 4999);
	AUTO_FREE char *profile = mem_print("{\"service\":\"%s\",\"title\":\"%s\"}", text, text);
	read_one("", &day);
	AUTO_JSON parsed = parse(profile);
	ck_assert(score_describe(&day, day.scored, parsed, &a));
	ck_assert_uint_eq(a.service.len, SCORE_TEXT_MAX);
	ck_assert_uint_eq(a.title.len, SCORE_TEXT_MAX);
}
END_TEST

START_TEST(products_are_summed_up)
{
	CLEANUP(score_free) struct score_day day = { .upto = INT64_MAX };
	CLEANUP(products_free) struct products all = { 0 }, without = { 0 };
	AUTO_BUF text = { 0 };

	products_print_lost(&all, &text);
	ck_assert_str_eq(buf_text(&text), "");
	read_day("{\"controlScores\":[{\"controlName\":\"a\",\"score\":1},{\"controlName\":\"b\",\"score\":2},{\"controlName\":\"c\",\"score\":0},"
		 "{\"controlName\":\"d\",\"score\":null},{\"controlName\":\"e\",\"score\":4,\"scoreInPercentage\":100},"
		 "{\"controlName\":\"f\",\"score\":1},{\"controlName\":\"g\",\"score\":1}]}", &day);
	read_earlier(ON("2026-08-17", "[{\"controlName\":\"a\",\"score\":1.5},{\"controlName\":\"b\",\"score\":3},{\"controlName\":\"e\",\"score\":4}]"),
		     &day);
	sum_up(&day, _i, false, &all);
	print_products(&all, &text);
	ck_assert_str_eq(buf_text(&text),
			 "Microsoft Defender for Cloud Apps: 35.3 % (3 of 8.5 points); Alpha (1.5 points), Gamma (1 point); 2 1 0 2 1; "
			 "Alpha (1.5 to 1), Beta (3 to 2); Later of Gamma; Delta (score is null)\n"
			 "New: 100.0 % (2 of 2 points); ; 0 0 0 0 0; ; ; \n"
			 "unknown: 100.0 % (4 of 4 points); ; 0 0 0 0 0; ; ; \n");
	ck_assert_uint_eq(all.actions, ROWS(described));
	ck_assert_double_eq(all.points.then - all.points.now, 1.5);
	buf_cut(&text, 0);
	products_print_lost(&all, &text);
	ck_assert_str_eq(buf_text(&text), ": Beta (Microsoft Defender for Cloud Apps), Alpha (Microsoft Defender for Cloud Apps)");
	sum_up(&day, _i, true, &without);
	ck_assert_double_eq(without.points.possible, all.points.possible - 5);
	ck_assert_uint_eq(without.regressed, 2);
}
END_TEST

/* Nor does the order in which actions come show in what binary fractions leave of a sum. */
START_TEST(sums_know_no_order)
{
	static const double scores[] = { 0.7, 0.35, 0.45, 0.15 };
	struct points sums = { 0 };
	char share[SHARE_SIZE];

	for (size_t i = 0; i < ROWS(scores); i++) {
		double score = scores[_i ? ROWS(scores) - 1 - i : i];
		const struct result r = { .score = score, .percent = NAN, .earlier = score };

		points_add(&sums, &(struct action){ .result = &r, .max = score });
	}
	ck_assert_str_eq(points_share(sums.achieved, sums.possible, share), "100.0 % (1.7 of 1.7 points)");
	ck_assert_double_eq(sums.achieved, 1.65);
	ck_assert_double_eq(sums.possible, 1.65);
	ck_assert_double_eq(sums.then, 1.65);
	ck_assert_double_eq(sums.now, 1.65);
	ck_assert_double_eq(sums.compared, 1.65);
	points_add(&sums, &(struct action){ .result = &(const struct result){ .score = 0 }, .max = 1e305 });
	ck_assert_double_eq(sums.open, 1e305);
}
END_TEST

START_TEST(points_are_short)
{
	char text[POINTS_SIZE], share[SHARE_SIZE];

	ck_assert_str_eq(points_text(5, text), "5");
	ck_assert_str_eq(points_text(5.04, text), "5");
	ck_assert_str_eq(points_text(5.06, text), "5.1");
	ck_assert_str_eq(points_share(1, 3, share), "33.3 % (1 of 3 points)");
	ck_assert_ptr_null(points_share(0, 0, share));
	ck_assert_ptr_null(points_share(NAN, 3, share));
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
	tcase_add_test(tests, actions_come_one_by_one);
	tcase_add_loop_test(tests, newest_earlier_day_counts, 0, ROWS(earlier));
	tcase_add_test(tests, half_a_record_is_forgotten);
	tcase_add_test(tests, memory_follows_the_entries);
	tcase_add_test(tests, a_day_may_be_its_own_earlier_one);
	tcase_add_test(tests, the_day_to_compare_with_is_bounded);
	tcase_add_loop_test(tests, the_first_are_listed_whatever_the_order, 0, 2);
	tcase_add_test(tests, of_a_long_text_the_beginning_is_kept);
	tcase_add_loop_test(tests, products_are_summed_up, 0, 2);
	tcase_add_test(tests, products_have_bounds);
	tcase_add_test(tests, a_service_is_read_as_far_as_a_line_shows_it);
	tcase_add_loop_test(tests, sums_know_no_order, 0, 2);
	tcase_add_test(tests, points_are_short);
	tcase_add_test(tests, products_have_names);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(score_suite)
