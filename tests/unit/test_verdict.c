// SPDX-License-Identifier: GPL-3.0-or-later
/* The verdict: exact output for each rule of states, order, line 1, performance data, ceilings and JSON; hostile names;
 * and that neither the order of the items nor their number can be seen where it must not. */
#include "unit/unit.h"

#include <json-c/json.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "monitor/verdict_own.h"

enum { FAILED, DISABLED, PENDING, ITEMS, AGE, LEFT, SCORE, MISSING, UNREADABLE };
static const struct metric metrics[] = {
	[FAILED] = METRIC_COUNT("failed", NULL, "0", "h"),     [DISABLED] = METRIC_COUNT("disabled", "0", NULL, "h"),
	[PENDING] = METRIC_COUNT("pending", NULL, NULL, "h"),  [ITEMS] = METRIC_TALLY("items", NULL, NULL, "h"),
	[AGE] = METRIC_PEAK("age", "24h", "48h", "h"),         [LEFT] = METRIC_PEAK("left", "30d:", "7d:", "h"),
	[SCORE] = METRIC_VALUE("score", "%", NULL, NULL, "h"), METRICS_COMMON
};

static struct limits limits[METRICS_MAX];
static struct verdict_options vo;
static struct verdict *v;
static struct buf out;

#define ZEROS "failed=0;;0 disabled=0;0 pending=0 items=0 missing=0;;0 unreadable=0"

static void set_limits(int metric, const char *warn, const char *crit)
{
	struct err e;

	ck_assert(range_parse(warn ? warn : "", metrics[metric].unit, &limits[metric].warn, &e));
	ck_assert(range_parse(crit ? crit : "", metrics[metric].unit, &limits[metric].crit, &e));
}

static void set_up(void)
{
	vo = (struct verdict_options){ .metrics = metrics, .limits = limits, .max_output = 4096 };
	for (int i = 0; metrics[i].name; i++)
		set_limits(i, metrics[i].warn, metrics[i].crit);
	v = verdict_new(&vo);
}

/* Starts anew, for tests that change options or print more than once. */
static void renew(void)
{
	verdict_free(v);
	buf_free(&out);
	v = verdict_new(&vo);
}

static void tear_down(void)
{
	verdict_free(v);
	buf_free(&out);
}

static void expect(enum state state, const char *text)
{
	enum state printed = verdict_print(v, &out);

	ck_assert_str_eq(buf_text(&out), text);
	ck_assert_str_eq(state_name(printed), state_name(state));
}

static void find(const char *name, int metric, const char *text)
{
	verdict_item(v, name);
	verdict_find(v, metric, 1, "%s", text);
}

static void age(const char *name, double seconds)
{
	verdict_item(v, name);
	verdict_peak(v, AGE, seconds, "%.0f s old", seconds);
}

/* Line 1 without performance data, and the lines below. */
static void expect_text(enum state state, const char *text)
{
	AUTO_BUF without = { 0 };
	enum state printed = verdict_print(v, &out);
	const char *bar = strchr(buf_text(&out), '|');
	const char *end = strchr(buf_text(&out), '\n');

	ck_assert_ptr_nonnull(end);
	buf_add_bytes(&without, out.data, (size_t)((bar && bar < end ? bar : end) - out.data));
	buf_add(&without, end);
	ck_assert_str_eq(buf_text(&without), text);
	ck_assert_str_eq(state_name(printed), state_name(state));
}

static size_t count_of(char c)
{
	size_t n = 0;

	for (size_t i = 0; i < out.len; i++)
		n += out.data[i] == c;
	return n;
}

START_TEST(told_nothing_is_unknown)
{
	expect(STATE_UNKNOWN, "[UNKNOWN] - nothing was judged\n");
}
END_TEST

START_TEST(remarks_alone_tell_nothing)
{
	verdict_leave_out(v, SCORE, "score not read");
	verdict_remark(v, "as of 2026-08-20T12:00:00Z");
	expect(STATE_UNKNOWN, "[UNKNOWN] - nothing was judged, score not read, as of 2026-08-20T12:00:00Z\n");
}
END_TEST

START_TEST(a_sentence_is_enough)
{
	verdict_say(v, "first");
	verdict_say(v, "%d connectors connected", 4);
	expect(STATE_OK, "[OK] - 4 connectors connected|" ZEROS "\n");
}
END_TEST

START_TEST(the_composed_example)
{
	verdict_add(v, ITEMS, 4);
	find("Box", DISABLED, "disabled");
	verdict_item(v, "Dropbox");
	verdict_peak(v, AGE, 420, "last check 7 min ago");
	find("Salesforce (production)", FAILED, "connection error since 2 d 4 h");
	verdict_note(v, "token expired");
	verdict_say(v, "1 of 4 app connectors in error: %s", verdict_names(v, FAILED, 3));
	expect(STATE_CRITICAL,
	       "[CRITICAL] - 1 of 4 app connectors in error: Salesforce (production)|"
	       "failed=1;;0 disabled=1;0 pending=0 items=4 age=420s;86400;172800 missing=0;;0 unreadable=0\n"
	       "\t\\_[CRITICAL] - Salesforce (production): connection error since 2 d 4 h, token expired\n"
	       "\t\\_[WARNING] - Box: disabled\n");
}
END_TEST

/* Without a sentence the figures speak. */
START_TEST(no_sentence)
{
	age("old", 100000);
	expect_text(STATE_WARNING, "[WARNING] - age 100000 s\n\t\\_[WARNING] - old: 100000 s old\n");
	renew();
	find("a", FAILED, "");
	age("old", 200000);
	expect_text(STATE_CRITICAL,
		    "[CRITICAL] - failed 1, age 200000 s\n\t\\_[CRITICAL] - a\n\t\\_[CRITICAL] - old: 200000 s old\n");
	renew();
	verdict_item(v, "fine");
	expect_text(STATE_OK, "[OK] - failed 0\n");
}
END_TEST

START_TEST(worst_comes_first)
{
	verdict_say(v, "x");
	age("ok", 1);
	find("b", DISABLED, "disabled");
	find("z", FAILED, "later");
	find("c", FAILED, "failed");
	verdict_item(v, "a");
	verdict_unreadable(v, "status is 7");
	find("z", FAILED, "earlier");
	find("B", DISABLED, "disabled");
	find("M\xc3\xbcnchen", DISABLED, "disabled");
	expect_text(STATE_CRITICAL, "[CRITICAL] - x, 1 unreadable: a\n"
				    "\t\\_[CRITICAL] - c: failed\n"
				    "\t\\_[CRITICAL] - z: earlier\n"
				    "\t\\_[CRITICAL] - z: later\n"
				    "\t\\_[UNKNOWN] - a: status is 7\n"
				    "\t\\_[WARNING] - B: disabled\n"
				    "\t\\_[WARNING] - M\xc3\xbcnchen: disabled\n"
				    "\t\\_[WARNING] - b: disabled\n");
}
END_TEST

START_TEST(an_item_has_one_line_of_its_worst_state)
{
	verdict_say(v, "x");
	verdict_item(v, "a");
	verdict_note(v, "note");
	verdict_find(v, DISABLED, 1, "disabled");
	verdict_find(v, FAILED, 3, "3 faults");
	verdict_find(v, FAILED, 1, "%s", "");
	verdict_peak(v, AGE, 5, "5 s old");
	verdict_unreadable(v, "odd");
	verdict_unreadable(v, "odder");
	expect(STATE_CRITICAL, "[CRITICAL] - x, 1 unreadable: a|failed=4;;0 disabled=1;0 pending=0 items=0 "
			       "age=5s;86400;172800 missing=0;;0 "
			       "unreadable=1\n\t\\_[CRITICAL] - a: note, disabled, 3 faults, 5 s old, odd, odder\n");
}
END_TEST

START_TEST(a_state_may_be_given)
{
	verdict_say(v, "x");
	find("b", DISABLED, "disabled");
	verdict_give(v, STATE_CRITICAL);
	verdict_give(v, STATE_WARNING);
	verdict_item(v, "a");
	verdict_note(v, "no answer");
	verdict_give(v, STATE_UNKNOWN);
	verdict_item(v, "fine");
	verdict_give(v, STATE_OK);
	expect_text(STATE_CRITICAL, "[CRITICAL] - x\n\t\\_[CRITICAL] - b: disabled\n\t\\_[UNKNOWN] - a: no answer\n");
	renew();
	verdict_say(v, "x");
	verdict_item(v, "a");
	verdict_give(v, STATE_UNKNOWN);
	expect_text(STATE_UNKNOWN, "[UNKNOWN] - x\n\t\\_[UNKNOWN] - a\n");
}
END_TEST

START_TEST(names_and_texts_may_be_missing)
{
	verdict_say(v, "x");
	find("", FAILED, "text only");
	find(NULL, FAILED, "no name");
	find("name only", FAILED, "");
	find("  \n blanks \t ", FAILED, " \x01 ");
	find("\x02", FAILED, "");
	expect_text(STATE_CRITICAL, "[CRITICAL] - x\n\t\\_[CRITICAL] - no name\n\t\\_[CRITICAL] - text only\n"
				    "\t\\_[CRITICAL] - blanks\n\t\\_[CRITICAL] - name only\n");
}
END_TEST

START_TEST(a_finding_without_an_item)
{
	verdict_find(v, FAILED, 2, "two of them");
	expect_text(STATE_CRITICAL, "[CRITICAL] - failed 2\n\t\\_[CRITICAL] - two of them\n");
}
END_TEST

/* A range on the total decides the state of each line. */
START_TEST(lines_are_judged_by_the_total)
{
	set_limits(FAILED, "1", "2");
	verdict_say(v, "x");
	find("a", FAILED, "failed");
	find("b", FAILED, "failed");
	find("c", FAILED, "failed");
	expect_text(
	    STATE_CRITICAL,
	    "[CRITICAL] - x\n\t\\_[CRITICAL] - a: failed\n\t\\_[CRITICAL] - b: failed\n\t\\_[CRITICAL] - c: failed\n");
	renew();
	verdict_say(v, "x");
	find("a", FAILED, "failed");
	expect_text(STATE_OK, "[OK] - x\n");
}
END_TEST

START_TEST(counts_without_a_range_show_with_detail_all)
{
	verdict_say(v, "x");
	find("a", PENDING, "pending");
	age("b", 5);
	expect_text(STATE_OK, "[OK] - x\n");
	vo.detail = DETAIL_ALL;
	renew();
	verdict_say(v, "x");
	find("a", PENDING, "pending");
	age("b", 5);
	verdict_item(v, "c");
	expect_text(STATE_OK, "[OK] - x\n\t\\_[OK] - a: pending\n\t\\_[OK] - b: 5 s old\n\t\\_[OK] - c\n");
}
END_TEST

START_TEST(zero_times_is_a_note)
{
	vo.detail = DETAIL_ALL;
	renew();
	verdict_item(v, "a");
	verdict_find(v, FAILED, 0, "0 faults");
	expect_text(STATE_OK, "[OK] - failed 0\n\t\\_[OK] - a: 0 faults\n");
}
END_TEST

/* warn, crit of `unreadable`; items; state, line */
static const struct {
	const char *warn, *crit;
	int items;
	enum state state;
	const char *line;
} unreadables[] = {
	{ NULL, NULL, 0, STATE_OK, "[OK] - x\n" },
	{ NULL, NULL, 1, STATE_UNKNOWN, "[UNKNOWN] - x, 1 unreadable: a\n\t\\_[UNKNOWN] - a: odd\n" },
	{ "0", NULL, 1, STATE_WARNING, "[WARNING] - x, 1 unreadable: a\n\t\\_[WARNING] - a: odd\n" },
	{ NULL, "0", 1, STATE_CRITICAL, "[CRITICAL] - x, 1 unreadable: a\n\t\\_[CRITICAL] - a: odd\n" },
	{ "5", NULL, 1, STATE_OK, "[OK] - x\n\t\\_[OK] - a: odd\n" },
};

START_TEST(unreadable_row)
{
	set_limits(UNREADABLE, unreadables[_i].warn, unreadables[_i].crit);
	verdict_say(v, "x");
	for (int i = 0; i < unreadables[_i].items; i++) {
		verdict_item(v, "a");
		verdict_unreadable(v, "odd");
	}
	expect_text(unreadables[_i].state, unreadables[_i].line);
}
END_TEST

START_TEST(missing_is_said)
{
	verdict_say(v, "4 connectors connected");
	find("Salesforce*", MISSING, "expected, but there is no such item");
	find("Box*", MISSING, "expected, but there is no such item");
	verdict_remark(v, "as of then");
	expect_text(STATE_CRITICAL, "[CRITICAL] - 4 connectors connected, 2 missing: Box*, Salesforce*, as of then\n"
				    "\t\\_[CRITICAL] - Box*: expected, but there is no such item\n"
				    "\t\\_[CRITICAL] - Salesforce*: expected, but there is no such item\n");
}
END_TEST

START_TEST(peaks)
{
	verdict_say(v, "x");
	ck_assert(isnan(verdict_so_far(v, AGE)));
	ck_assert_int_eq(verdict_judge(v, AGE, verdict_so_far(v, AGE)), STATE_OK);
	ck_assert(!verdict_alerts(v, AGE) && !verdict_alerts(v, LEFT));
	age("young", 10.4);
	age("old", 86400.6);
	age("none", NAN);
	verdict_item(v, "soon");
	verdict_peak(v, LEFT, 6 * 86400, "6 d");
	verdict_item(v, "late");
	verdict_peak(v, LEFT, 60 * 86400, "60 d");
	ck_assert(verdict_so_far(v, AGE) > 86400.5 && verdict_so_far(v, LEFT) < 518401);
	ck_assert_int_eq(verdict_judge(v, AGE, verdict_so_far(v, AGE)), STATE_WARNING);
	ck_assert(verdict_alerts(v, AGE) && verdict_alerts(v, LEFT));
	expect(STATE_CRITICAL,
	       "[CRITICAL] - x|failed=0;;0 disabled=0;0 pending=0 items=0 age=86401s;86400;172800 "
	       "left=518400s;2592000:;604800: "
	       "missing=0;;0 unreadable=0\n\t\\_[CRITICAL] - soon: 6 d\n\t\\_[WARNING] - old: 86401 s old\n");
}
END_TEST

/* The default range tells the bad end, not what the operator gives. */
START_TEST(operator_ranges_do_not_turn_a_peak)
{
	set_limits(LEFT, "2d", NULL);
	renew();
	verdict_say(v, "x");
	verdict_item(v, "a");
	verdict_peak(v, LEFT, 86400, "1 d");
	verdict_item(v, "b");
	verdict_peak(v, LEFT, 86400 * 3, "3 d");
	expect(STATE_WARNING,
	       "[WARNING] - x|failed=0;;0 disabled=0;0 pending=0 items=0 left=86400s;172800 missing=0;;0 unreadable=0\n"
	       "\t\\_[WARNING] - b: 3 d\n");
}
END_TEST

START_TEST(values)
{
	set_limits(SCORE, "65:", "50:");
	verdict_say(v, "x");
	verdict_measure(v, SCORE, 61.34567);
	expect(STATE_WARNING, "[WARNING] - x|failed=0;;0 disabled=0;0 pending=0 items=0 score=61.3457%;65:;50: "
			      "missing=0;;0 unreadable=0\n");
	renew();
	verdict_say(v, "x");
	verdict_measure(v, SCORE, NAN);
	expect(STATE_OK, "[OK] - x|" ZEROS "\n");
}
END_TEST

START_TEST(tallies)
{
	set_limits(ITEMS, "1:", NULL);
	verdict_say(v, "x");
	expect(STATE_WARNING,
	       "[WARNING] - x|failed=0;;0 disabled=0;0 pending=0 items=0;1: missing=0;;0 unreadable=0\n");
	renew();
	verdict_add(v, ITEMS, 2);
	verdict_add(v, ITEMS, 3);
	verdict_add(v, FAILED, 1);
	ck_assert(verdict_so_far(v, ITEMS) > 4.9 && verdict_so_far(v, ITEMS) < 5.1);
	expect(STATE_CRITICAL,
	       "[CRITICAL] - failed 1|failed=1;;0 disabled=0;0 pending=0 items=5;1: missing=0;;0 unreadable=0\n");
}
END_TEST

START_TEST(left_out)
{
	verdict_say(v, "x");
	find("a", DISABLED, "disabled");
	age("b", 1e6);
	verdict_leave_out(v, DISABLED, "disabled not read");
	verdict_leave_out(v, AGE, NULL);
	expect(STATE_OK, "[OK] - x, disabled not read|failed=0;;0 pending=0 items=0 missing=0;;0 unreadable=0\n");
}
END_TEST

START_TEST(empty)
{
	verdict_empty(v, STATE_UNKNOWN, "no app connectors (%d rows)", 7);
	expect(STATE_UNKNOWN, "[UNKNOWN] - no app connectors (7 rows)|" ZEROS "\n");
	renew();
	verdict_empty(v, STATE_OK, "no alerts");
	expect(STATE_OK, "[OK] - no alerts|" ZEROS "\n");
	renew();
	verdict_empty(v, STATE_WARNING, "nothing");
	find("Box", MISSING, "expected");
	expect_text(STATE_CRITICAL, "[CRITICAL] - nothing, 1 missing: Box\n\t\\_[CRITICAL] - Box: expected\n");
}
END_TEST

START_TEST(trouble_without_numbers)
{
	find("a", FAILED, "failed");
	verdict_say(v, "not to be said");
	verdict_remark(v, "as of then");
	verdict_trouble(v, STATE_UNKNOWN, "sign-in refused: the client secret has expired; renew it", false);
	expect(STATE_UNKNOWN, "[UNKNOWN] - sign-in refused: the client secret has expired, renew it, as of then\n");
	renew();
	verdict_trouble(v, STATE_CRITICAL, "timeout after 30 s", false);
	expect(STATE_CRITICAL, "[CRITICAL] - timeout after 30 s\n");
	renew();
	verdict_trouble(v, STATE_OK, "", false);
	expect(STATE_UNKNOWN, "[UNKNOWN] - the check was not finished\n");
}
END_TEST

#define ASIDE "\t\\_[OK] - cache: not used: full\n"

START_TEST(an_aside_is_no_item)
{
	verdict_aside(v, "cache", "not used: %s", "full");
	expect(STATE_UNKNOWN, "[UNKNOWN] - nothing was judged\n");
	renew();
	vo.detail = DETAIL_ALL;
	renew();
	verdict_say(v, "x");
	age("a", 1);
	find("b", DISABLED, "disabled");
	verdict_aside(v, "cache", "not used: %s", "full");
	age("c", 2);
	expect_text(STATE_WARNING, "[WARNING] - x\n\t\\_[WARNING] - b: disabled\n" ASIDE "\t\\_[OK] - a: 1 s old\n\t\\_[OK] - c: 2 s old\n");
	renew();
	find("a", FAILED, "failed");
	verdict_aside(v, "cache", "not used: %s", "full");
	verdict_trouble(v, STATE_UNKNOWN, "timeout after 30 s", false);
	expect(STATE_UNKNOWN, "[UNKNOWN] - timeout after 30 s\n" ASIDE);
}
END_TEST

START_TEST(trouble_with_numbers)
{
	verdict_say(v, "4 connectors connected");
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", true);
	expect(STATE_UNKNOWN, "[UNKNOWN] - page 2 failed, so far: 4 connectors connected|" ZEROS "\n");
	renew();
	verdict_add(v, ITEMS, 1);
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", true);
	expect_text(STATE_UNKNOWN, "[UNKNOWN] - page 2 failed\n");
	renew();
	verdict_say(v, "1 of 4 failed");
	find("a", FAILED, "failed");
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", true);
	expect_text(STATE_CRITICAL,
		    "[CRITICAL] - 1 of 4 failed, but incomplete: page 2 failed\n\t\\_[CRITICAL] - a: failed\n");
	renew();
	verdict_say(v, "1 of 4 disabled");
	find("a", DISABLED, "disabled");
	verdict_trouble(v, STATE_CRITICAL, "page 2 failed", true);
	expect_text(STATE_CRITICAL,
		    "[CRITICAL] - page 2 failed, so far: 1 of 4 disabled\n\t\\_[WARNING] - a: disabled\n");
	renew();
	find("a", FAILED, "failed");
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", true);
	expect_text(STATE_CRITICAL,
		    "[CRITICAL] - failed 1, but incomplete: page 2 failed\n\t\\_[CRITICAL] - a: failed\n");
	renew();
	verdict_say(v, "s");
	verdict_item(v, "a");
	verdict_unreadable(v, "odd");
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", true);
	expect_text(STATE_UNKNOWN, "[UNKNOWN] - page 2 failed, so far: s, 1 unreadable: a\n\t\\_[UNKNOWN] - a: odd\n");
}
END_TEST

/* What the pages not read could still mend is no alarm. */
START_TEST(trouble_judges_bounds)
{
	set_limits(ITEMS, "5:", NULL);
	set_limits(FAILED, NULL, "@1:3");
	verdict_say(v, "s");
	find("a", FAILED, "failed");
	verdict_add(v, ITEMS, 1);
	verdict_trouble(v, STATE_UNKNOWN, "t", true);
	expect(STATE_UNKNOWN,
	       "[UNKNOWN] - t, so far: s|failed=1;;@1:3 disabled=0;0 pending=0 items=1;5: missing=0;;0 unreadable=0\n");
	renew();
	verdict_say(v, "s");
	verdict_item(v, "a");
	verdict_peak(v, LEFT, 86400, "1 d");
	verdict_trouble(v, STATE_UNKNOWN, "t", true);
	expect_text(STATE_CRITICAL, "[CRITICAL] - s, but incomplete: t\n\t\\_[CRITICAL] - a: 1 d\n");
	renew();
	verdict_say(v, "s");
	find("a", MISSING, "gone");
	verdict_trouble(v, STATE_UNKNOWN, "t", true);
	expect_text(STATE_CRITICAL, "[CRITICAL] - s, but incomplete: t, 1 missing: a\n\t\\_[CRITICAL] - a: gone\n");
}
END_TEST

START_TEST(several_troubles)
{
	verdict_say(v, "s");
	verdict_trouble(v, STATE_UNKNOWN, "one", true);
	verdict_trouble(v, STATE_WARNING, "two", true);
	expect_text(STATE_WARNING, "[WARNING] - one, two, so far: s\n");
	renew();
	verdict_say(v, "s");
	verdict_trouble(v, STATE_UNKNOWN, "one", false);
	verdict_trouble(v, STATE_UNKNOWN, "two", true);
	expect(STATE_UNKNOWN, "[UNKNOWN] - one, two\n");
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(verdict_names(v, FAILED, 3), "");
	find("c", FAILED, "");
	find("a", FAILED, "");
	find("b", DISABLED, "");
	ck_assert_str_eq(verdict_names(v, FAILED, 3), "a, c");
	ck_assert_str_eq(verdict_names(v, FAILED, 1), "a and 1 more");
	ck_assert_str_eq(verdict_names(v, DISABLED, 1), "b");
	ck_assert_str_eq(verdict_names(v, PENDING, 1), "");
	find("a", FAILED, "again");
	find("d", PENDING, "");
	verdict_find(v, FAILED, 5, " ");
	find("z", PENDING, "");
	find("", PENDING, "nameless");
	ck_assert_str_eq(verdict_names(v, FAILED, 2), "a, c and 1 more");
	ck_assert_str_eq(verdict_names(v, PENDING, 3), "d, z and 1 more");
	ck_assert_str_eq(verdict_names(v, FAILED, 0), "");
}
END_TEST

/* The worst stand first also among names. */
START_TEST(names_of_the_worst)
{
	verdict_item(v, "a");
	verdict_find(v, PENDING, 1, "pending");
	verdict_item(v, "z");
	verdict_find(v, PENDING, 1, "pending");
	verdict_find(v, FAILED, 1, "failed");
	ck_assert_str_eq(verdict_names(v, PENDING, 3), "z, a");
}
END_TEST

static const struct {
	enum perfdata_ranges ranges;
	const char *warn, *crit, *item;
} forms[] = {
	{ PERFDATA_RANGE, "10", "20:", "items=1;10;20:" }, { PERFDATA_RANGE, "@1:2", "~:4", "items=1;@1:2;~:4" },
	{ PERFDATA_RANGE, NULL, "5:", "items=1;;5:" },     { PERFDATA_RANGE, "5:10", NULL, "items=1;5:10" },
	{ PERFDATA_RANGE, NULL, NULL, "items=1" },         { PERFDATA_PLAIN, "10", "20:", "items=1;10;20" },
	{ PERFDATA_PLAIN, "@1:2", "~:4", "items=1;1;4" },  { PERFDATA_PLAIN, "~:", "5:", "items=1;;5" },
	{ PERFDATA_PLAIN, "5", "~:", "items=1;5" },        { PERFDATA_NONE, "10", "20:", "items=1" },
};

START_TEST(range_form_row)
{
	set_limits(ITEMS, forms[_i].warn, forms[_i].crit);
	vo.ranges = forms[_i].ranges;
	renew();
	verdict_add(v, ITEMS, 1);
	verdict_say(v, "x");
	ck_assert_int_le(verdict_print(v, &out), STATE_UNKNOWN);
	const char *at = strstr(buf_text(&out), "items=");
	ck_assert_int_eq(strncmp(at, forms[_i].item, strlen(forms[_i].item)), 0);
	ck_assert_int_eq(at[strlen(forms[_i].item)], ' ');
}
END_TEST

START_TEST(perfdata_of_items)
{
	vo.perfdata_per_item = true;
	renew();
	verdict_say(v, "x");
	find("it's", FAILED, "failed");
	age("Box", 5.5);
	age("Box", 7);
	age("A=B", 90000);
	verdict_item(v, "nothing");
	verdict_item(v, "a");
	verdict_find(v, PENDING, 2, "pending");
	verdict_peak(v, LEFT, 1e7, "left");
	find("a", PENDING, "pending");
	expect(STATE_CRITICAL, "[CRITICAL] - x|failed=1;;0 disabled=0;0 pending=3 items=0 age=90000s;86400;172800 "
			       "left=10000000s;2592000:;604800: missing=0;;0 "
			       "unreadable=0 'A_B age'=90000s;86400;172800 'Box age'=7s;86400;172800 'a pending'=3 'a "
			       "left'=10000000s;2592000:;604800: "
			       "'it_s failed'=1\n"
			       "\t\\_[CRITICAL] - it's: failed\n\t\\_[WARNING] - A=B: 90000 s old\n");
}
END_TEST

START_TEST(perfdata_of_items_loses_its_end)
{
	size_t labels = 0;
	int gone;

	vo.perfdata_per_item = true;
	renew();
	verdict_say(v, "x");
	for (int i = 1999; i >= 0; i--) {
		AUTO_FREE char *name = mem_print("item %04d", i);

		age(name, i < 10 ? 90000 : i);
	}
	ck_assert_int_eq(verdict_print(v, &out), STATE_WARNING);
	ck_assert_uint_le(out.len, 4096);
	ck_assert_uint_gt(out.len, 3900);
	for (const char *at = buf_text(&out); (at = strstr(at, "'item ")); at++) {
		char label[32];

		snprintf(label, sizeof(label), "'item %04zu age'=", labels++);
		ck_assert_int_eq(strncmp(at, label, strlen(label)), 0);
		at += strlen(label);
	}
	ck_assert_uint_gt(labels, 90);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\t\\_[WARNING] - item 0009: 90000 s old\n"));
	ck_assert_int_eq(sscanf(strstr(buf_text(&out), "\n... "), "\n... %d metrics of items left out\n", &gone), 1);
	ck_assert_int_eq(gone, 2000 - (int)labels);
}
END_TEST

static const char *const hostile[] = {
	"pipe | x=1;2;3",
	"a\nb",
	"<script>alert(1)</script>",
	"C:\\new\\table",
	"[OK]",
	"(CRITICAL)",
	"a;b",
	"\x1b[31mred",
	"ev\xe2\x80\xaelive",
	"caf\xe9",
	"\xed\xa0\x80",
	"@@@@@@@@",
	"a,b",
	"%s%n",
	"$(id) `id` $HOME",
	"'\"",
	"\t\\_[OK] - forged",
	"x\n\t\\_[OK] - y|z=1",
	"|",
	"\xf0\x9f\x98\x80",
	"a::b=1",
};

START_TEST(hostile_row)
{
	const char *name = hostile[_i];

	vo.perfdata_per_item = true;
	renew();
	verdict_item(v, name);
	verdict_find(v, FAILED, 1, "%s", name);
	verdict_peak(v, AGE, 1, "%s", name);
	verdict_note(v, "%s", name);
	verdict_say(v, "%s failed: %s", name, verdict_names(v, FAILED, 3));
	verdict_remark(v, "%s", name);
	verdict_leave_out(v, SCORE, name);
	verdict_trouble(v, STATE_UNKNOWN, name, true);
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_uint_eq(count_of('|'), 1);
	ck_assert_uint_eq(count_of('\n'), 2);
	ck_assert_uint_eq(count_of('\t'), 1);
	ck_assert_uint_eq(count_of('\\'), 1);
	ck_assert_uint_eq(count_of('\x1b') + count_of('<') + count_of('>'), 0);
	ck_assert_ptr_null(strstr(buf_text(&out), "[OK]"));
	ck_assert_ptr_null(strstr(buf_text(&out), "(CRITICAL)"));
	const char *bar = strchr(buf_text(&out), '|');
	ck_assert_ptr_null(memchr(out.data, ';', (size_t)(bar - out.data)));
	ck_assert_ptr_null(memchr(bar, ':', (size_t)(strchr(bar, '\n') - bar)));
}
END_TEST

START_TEST(hostile_exactly)
{
	verdict_item(v, "[OK] a|b\n<c>");
	verdict_find(v, FAILED, 1, "C:\\x; %s", "caf\xe9");
	verdict_say(v, "failed; %s", verdict_names(v, FAILED, 1));
	expect_text(STATE_CRITICAL,
		    "[CRITICAL] - failed, [ OK] a/b (c)\n\t\\_[CRITICAL] - [ OK] a/b (c): C:/x; caf\xef\xbf\xbd\n");
}
END_TEST

/* The same items in orders that begin anywhere and go in strides. */
static void tell_in_order(int start, int stride, int count)
{
	renew();
	for (int n = 0; n < count; n++) {
		int i = (start + n * stride) % count;
		char name[24];

		snprintf(name, sizeof(name), "item %d", i / 2);
		verdict_item(v, name);
		verdict_add(v, ITEMS, 1);
		if (i % 3 == 0)
			verdict_find(v, DISABLED, 1, "disabled %d", i % 7);
		if (i % 5 == 0)
			verdict_find(v, FAILED, 1, "failed %d", i % 4);
		if (i % 11 == 0)
			verdict_unreadable(v, "odd");
		verdict_peak(v, AGE, i * 200, "old");
	}
	verdict_say(v, "%s failed", verdict_names(v, FAILED, 3));
}

static const struct {
	int count;
	int64_t ceiling;
	enum detail detail;
	enum output_format format;
	bool per_item;
} orders[] = {
	{ 10, 4096, DETAIL_PROBLEMS, OUTPUT_MULTI_LINE, false },   { 10, 4096, DETAIL_ALL, OUTPUT_MULTI_LINE, true },
	{ 997, 4096, DETAIL_PROBLEMS, OUTPUT_MULTI_LINE, false },  { 997, 4096, DETAIL_ALL, OUTPUT_MULTI_LINE, true },
	{ 997, 512, DETAIL_ALL, OUTPUT_MULTI_LINE, false },        { 997, 0, DETAIL_ALL, OUTPUT_MULTI_LINE, true },
	{ 997, 4096, DETAIL_PROBLEMS, OUTPUT_MP_TEST_JSON, true }, { 4999, 1024, DETAIL_ALL, OUTPUT_MULTI_LINE, true },
};

START_TEST(order_row)
{
	static const int strides[] = { 1, 2, 3, 10, 333, 996 };
	AUTO_BUF first = { 0 };

	vo.max_output = orders[_i].ceiling;
	vo.detail = orders[_i].detail;
	vo.format = orders[_i].format;
	vo.perfdata_per_item = orders[_i].per_item;
	for (int n = 0; n < ROWS(strides); n++) {
		if (orders[_i].count == 10 && strides[n] % 2 == 0)
			continue;
		tell_in_order(n * 7, strides[n], orders[_i].count);
		ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
		if (!n)
			buf_add(&first, buf_text(&out));
		ck_assert_str_eq(buf_text(&out), buf_text(&first));
		ck_assert(!orders[_i].ceiling || out.len <= (size_t)orders[_i].ceiling);
	}
}
END_TEST

START_TEST(ok_lines_go_first)
{
	int shown = 0, more = 0;

	vo.detail = DETAIL_ALL;
	vo.max_output = 1024;
	renew();
	verdict_say(v, "x");
	for (int i = 0; i < 200; i++) {
		AUTO_FREE char *name = mem_print("item %03d", i);

		age(name, i < 10 ? 90000 : 1);
	}
	ck_assert_int_eq(verdict_print(v, &out), STATE_WARNING);
	ck_assert_uint_le(out.len, 1024);
	for (const char *at = buf_text(&out); (at = strstr(at, "\t\\_[")); at++, shown++)
		ck_assert(shown >= 10 || !strncmp(at, "\t\\_[WARNING] - item 00", 22));
	ck_assert_int_gt(shown, 10);
	ck_assert_int_eq(sscanf(strstr(buf_text(&out), "\n... "), "\n... %d more", &more), 1);
	ck_assert_int_eq(shown + more, 200);
	ck_assert_int_eq(out.data[out.len - 1], '\n');
}
END_TEST

/* Of lines that say the same the first stays, and a single milder one is not lost over them. */
START_TEST(repeats_go_before_the_mild)
{
	vo.max_output = 700;
	renew();
	verdict_say(v, "x");
	for (int i = 0; i < 40; i++) {
		AUTO_FREE char *name = mem_print("item %02d", i);

		find(name, FAILED, "connection error, token expired");
	}
	find("Box", DISABLED, "switched off");
	find("zoom", FAILED, "something else");
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_uint_le(out.len, 700);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\t\\_[CRITICAL] - item 00: connection error, token expired\n"));
	ck_assert_ptr_nonnull(strstr(
	    buf_text(&out), "\t\\_[CRITICAL] - zoom: something else\n\t\\_[WARNING] - Box: switched off\n... 3"));
	ck_assert_str_eq(out.data + out.len - 6, " more\n");
}
END_TEST

START_TEST(the_mildest_go_last)
{
	vo.max_output = 560;
	renew();
	verdict_say(v, "x");
	for (int i = 0; i < 12; i++) {
		AUTO_FREE char *name = mem_print("item %02d", i);
		AUTO_FREE char *text = mem_print("reason number %02d", i);

		find(name, i < 6 ? DISABLED : FAILED, text);
	}
	expect_text(STATE_CRITICAL, "[CRITICAL] - x\n"
				    "\t\\_[CRITICAL] - item 06: reason number 06\n"
				    "\t\\_[CRITICAL] - item 07: reason number 07\n"
				    "\t\\_[CRITICAL] - item 08: reason number 08\n"
				    "\t\\_[CRITICAL] - item 09: reason number 09\n"
				    "\t\\_[CRITICAL] - item 10: reason number 10\n"
				    "\t\\_[CRITICAL] - item 11: reason number 11\n"
				    "\t\\_[WARNING] - item 00: reason number 00\n"
				    "\t\\_[WARNING] - item 01: reason number 01\n"
				    "\t\\_[WARNING] - item 02: reason number 02\n"
				    "\t\\_[WARNING] - item 03: reason number 03\n"
				    "... 2 more\n");
}
END_TEST

/* Every name is 4-byte characters, so a careless cut shows. */
START_TEST(line_1_stays_short)
{
	static const int64_t ceilings[] = { 4096, 512, 1048576 };

	for (int n = 0; n < ROWS(ceilings); n++) {
		AUTO_BUF text = { 0 };

		vo.max_output = ceilings[n];
		renew();
		for (int i = 0; i < 3000; i++)
			buf_add(&text, "\xf0\x9f\x98\x80");
		find(buf_text(&text), FAILED, buf_text(&text));
		verdict_say(v, "failed: %s", buf_text(&text));
		verdict_remark(v, "as of 2026-08-20T12:00:00Z");
		verdict_trouble(v, STATE_UNKNOWN, buf_text(&text), true);
		ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
		const char *end = strchr(buf_text(&out), '\n');
		ck_assert_int_lt(end - out.data, ceilings[n] < 1000 ? 512 : 999);
		ck_assert_uint_le(out.len, (size_t)ceilings[n]);
		ck_assert_ptr_nonnull(strstr(buf_text(&out), "..., but incomplete: \xf0\x9f\x98\x80"));
		ck_assert_ptr_nonnull(strstr(buf_text(&out), "..., as of 2026-08-20T12:00:00Z|failed=1;;0 "));
		ck_assert_ptr_null(strstr(buf_text(&out), "\xef\xbf\xbd"));
		for (const char *at = buf_text(&out); *at; at++)
			if ((unsigned char)*at == 0xf0)
				ck_assert_int_eq(strncmp(at, "\xf0\x9f\x98\x80", 4), 0);
	}
}
END_TEST

START_TEST(no_ceiling)
{
	size_t lines = 0;

	vo.max_output = 0;
	renew();
	verdict_say(v, "x");
	for (int i = 0; i < 5000; i++) {
		AUTO_FREE char *name = mem_print("item %04d", (i * 7) % 5000);

		find(name, FAILED, "failed");
	}
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	for (const char *at = buf_text(&out); (at = strstr(at, "\t\\_[CRITICAL] - item ")); at++) {
		ck_assert_int_eq(atoi(at + 21), (int)lines);
		lines++;
	}
	ck_assert_uint_eq(lines, 5000);
	ck_assert_ptr_null(strstr(buf_text(&out), "... "));
}
END_TEST

static unsigned random_below(uint64_t *seed, unsigned bound)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % bound;
}

/* What a random list is like: so many rows, of so many kinds, names, texts and ranks, each of up to so many bytes. */
struct mix {
	unsigned rows, kinds, names, texts, ranks, name_size, text_size;
};

static struct mix mix_of(uint64_t *seed)
{
	static const unsigned some[] = { 1, 2, 7, 40, 250, 3000 }, sizes[] = { 2, 12, 60, 230 };
	struct mix m = { .rows = some[3 + random_below(seed, 3)] };

	m.kinds = 1 + random_below(seed, 4);
	m.names = some[random_below(seed, ROWS(some))];
	m.texts = some[random_below(seed, ROWS(some))];
	m.ranks = some[random_below(seed, ROWS(some))];
	m.name_size = sizes[random_below(seed, ROWS(sizes))];
	m.text_size = sizes[random_below(seed, ROWS(sizes))];
	return m;
}

/* One of `count` words, always the same for a number; the first is empty. */
static void word(unsigned number, unsigned size, struct buf *letters)
{
	uint64_t seed = number;
	unsigned len = number ? 1 + random_below(&seed, size) : 0;

	buf_cut(letters, 0);
	while (len--)
		buf_add_char(letters, (char)('a' + random_below(&seed, 26)));
}

static void tell_random(uint64_t seed, const struct mix *m)
{
	static const int kinds[] = { PENDING, FAILED, DISABLED, AGE };
	AUTO_BUF name = { 0 }, text = { 0 };

	verdict_say(v, "x");
	for (unsigned i = 0; i < m->rows; i++) {
		int kind = kinds[random_below(&seed, m->kinds)];

		word(random_below(&seed, m->names), m->name_size, &name);
		word(random_below(&seed, m->texts), m->text_size, &text);
		verdict_item(v, buf_text(&name));
		verdict_rank(v, random_below(&seed, m->ranks));
		if (kind == AGE)
			verdict_peak(v, AGE, 80000 + random_below(&seed, 10000), "%s", buf_text(&text));
		else
			verdict_find(v, kind, 1, "%s", buf_text(&text));
		if (m->kinds > 2 && !random_below(&seed, 3))
			verdict_find(v, PENDING, 1, "%s", "");
	}
}

static void keep_all(void)
{
	v->lines.bytes = v->lines.keep = SIZE_MAX;
}

/* What a store does not keep, no ceiling lets through, whatever repeats and whatever the order of the rows. */
START_TEST(bounded_lines_are_those_of_all)
{
	static const int64_t ceilings[] = { 150, 512, 1024, 4096, 20000 };
	uint64_t seed = (uint64_t)_i;
	struct mix m = mix_of(&seed);
	AUTO_BUF of_all = { 0 };

	vo.max_output = ceilings[random_below(&seed, ROWS(ceilings))];
	vo.detail = random_below(&seed, 2) ? DETAIL_ALL : DETAIL_PROBLEMS;
	vo.format = random_below(&seed, 3) ? OUTPUT_MULTI_LINE : OUTPUT_MP_TEST_JSON;
	if (random_below(&seed, 2))
		set_limits(FAILED, "100000", NULL);
	renew();
	keep_all();
	tell_random(seed, &m);
	enum state state = verdict_print(v, &of_all);
	renew();
	tell_random(seed, &m);
	expect(state, buf_text(&of_all));
}
END_TEST

/* As many rows as a bucket keeps names: all are counted that bear a name on line 1. */
START_TEST(bounded_names_are_those_of_all)
{
	uint64_t seed = (uint64_t)_i;
	struct mix m = mix_of(&seed);
	AUTO_BUF of_all = { 0 };

	m.rows = 250;
	renew();
	keep_all();
	tell_random(seed, &m);
	for (int metric = FAILED; metric <= PENDING; metric++)
		buf_print(&of_all, "%s\n", verdict_names(v, metric, 3));
	renew();
	tell_random(seed, &m);
	for (int metric = FAILED; metric <= PENDING; metric++)
		buf_print(&out, "%s\n", verdict_names(v, metric, 3));
	ck_assert_str_eq(buf_text(&out), buf_text(&of_all));
}
END_TEST

/* Behind any number of lines that say the same one that says something else is found, in whatever order they came. */
START_TEST(repeats_do_not_hide_a_line)
{
	renew();
	verdict_say(v, "x");
	if (_i)
		find("zoom", FAILED, "something else");
	for (int i = 0; i < 3000; i++) {
		AUTO_FREE char *name = mem_print("item %04d", _i ? 2999 - i : i);

		find(name, FAILED, "connection error, token expired");
	}
	if (!_i)
		find("zoom", FAILED, "something else");
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\t\\_[CRITICAL] - zoom: something else\n... 29"));
}
END_TEST

/* Nor behind long names whose texts worse lines say. */
START_TEST(repeats_of_worse_lines_do_not_hide_a_line)
{
	renew();
	verdict_say(v, "x");
	find("zoom", DISABLED, "something else");
	for (int i = 0; i < 30; i++) {
		AUTO_FREE char *name = mem_print("a%0200d", i);
		AUTO_FREE char *text = mem_print("reason %d", i);

		find(name, DISABLED, text);
		find("b", FAILED, text);
	}
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\t\\_[WARNING] - zoom: something else\n... "));
}
END_TEST

static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Under a sanitizer, whose allocator tells nothing, only the output is looked at. */
START_TEST(memory_does_not_follow_the_items)
{
	size_t early = 0;

	vo.detail = DETAIL_ALL;
	vo.perfdata_per_item = true;
	renew();
	for (int i = 0; i < 100000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "item %06d", (int)(((int64_t)i * 7919) % 100000));
		verdict_item(v, name);
		verdict_peak(v, AGE, 90000, "last seen 1 d 1 h ago");
		if (i % 2)
			verdict_find(v, FAILED, 1, "connection error, the token has expired");
		else if (i % 3)
			verdict_find(v, DISABLED, 1, "disabled");
		if (i == 2000)
			early = heap_in_use();
	}
	ck_assert_uint_lt(heap_in_use(), early + 200000);
	verdict_say(v, "%s failed", verdict_names(v, FAILED, 2));
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_uint_le(out.len, 4096);
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&out),
		   "[CRITICAL] - item 000001, item 000003 and 49998 more failed|failed=50000;;0 disabled=33333;0 "));
}
END_TEST

static void expect_json(enum state state, const char *text)
{
	vo.format = OUTPUT_MP_TEST_JSON;
	expect(state, text);
}

#define JSON_COUNT(name, range)                                                                                        \
	"{\"output\":\"" name " 0\",\"state\":\"OK\",\"perfdata\":[{\"label\":\"" name                                 \
	"\",\"value\":{\"type\":\"int\",\"value\":\"0\"},"                                                             \
	"\"uom\":\"\"" range "}]}"
#define JSON_CRIT_0                                                                                                    \
	",\"crit\":{\"alert_on_inside\":false,\"end\":{\"type\":\"int\",\"value\":\"0\"},\"start\":{\"type\":\"int\"," \
	"\"value\":\"0\"}}"
#define JSON_WARN_0                                                                                                    \
	",\"warn\":{\"alert_on_inside\":false,\"end\":{\"type\":\"int\",\"value\":\"0\"},\"start\":{\"type\":\"int\"," \
	"\"value\":\"0\"}}"

START_TEST(json)
{
	vo.format = OUTPUT_MP_TEST_JSON;
	set_limits(SCORE, "65:", "@~:50.5");
	renew();
	verdict_say(v, "score 61.3 of 84 is \"below\" 65 | x");
	verdict_measure(v, SCORE, 61.3);
	find("Box [OK]", DISABLED, "off/\"x\"");
	expect_json(
	    STATE_WARNING,
	    "{\"state\":\"WARNING\",\"summary\":\"score 61.3 of 84 is \\\"below\\\" 65 / x\",\"checks\":[" JSON_COUNT(
		"failed",
		JSON_CRIT_0) ","
			     "{\"output\":\"disabled "
			     "1\",\"state\":\"WARNING\",\"perfdata\":[{\"label\":\"disabled\",\"value\":{\"type\":"
			     "\"int\","
			     "\"value\":\"1\"},\"uom\":\"\"" JSON_WARN_0
			     "}]}," JSON_COUNT("pending", "") "," JSON_COUNT(
				 "items",
				 "") ","
				     "{\"output\":\"score "
				     "61.3%\",\"state\":\"WARNING\",\"perfdata\":[{\"label\":\"score\",\"value\":{"
				     "\"type\":\"double\","
				     "\"value\":\"61.3\"},\"uom\":\"%\",\"warn\":{\"alert_on_inside\":false,\"end\":"
				     "\"inf\",\"start\":{\"type\":\"int\","
				     "\"value\":\"65\"}},\"crit\":{\"alert_on_inside\":true,\"end\":{\"type\":"
				     "\"double\",\"value\":\"50.5\"},\"start\":\"inf\"}}]}," JSON_COUNT(
					 "missing",
					 JSON_CRIT_0) "," JSON_COUNT("unreadable",
								     "") ","
									 "{\"output\":\"Box [ OK]: "
									 "off/\\\"x\\\"\",\"state\":\"WARNING\"}]}\n");
}
END_TEST

START_TEST(json_of_trouble_and_nothing)
{
	vo.format = OUTPUT_MP_TEST_JSON;
	renew();
	verdict_trouble(v, STATE_UNKNOWN, "page 2 failed", false);
	expect_json(STATE_UNKNOWN, "{\"state\":\"UNKNOWN\",\"summary\":\"page 2 failed\",\"checks\":[]}\n");
	renew();
	expect_json(STATE_UNKNOWN, "{\"state\":\"UNKNOWN\",\"summary\":\"nothing was judged\",\"checks\":[]}\n");
}
END_TEST

START_TEST(json_of_items)
{
	vo.format = OUTPUT_MP_TEST_JSON;
	vo.perfdata_per_item = true;
	renew();
	age("Box", 5);
	ck_assert_int_eq(verdict_print(v, &out), STATE_OK);
	ck_assert_ptr_nonnull(strstr(buf_text(&out),
				     "{\"output\":\"Box: 5 s old\",\"state\":\"OK\",\"perfdata\":[{\"label\":\"Box "
				     "age\",\"value\":{\"type\":\"int\",\"value\":\"5\"},"
				     "\"uom\":\"s\",\"warn\":{\"alert_on_inside\":false,\"end\":{\"type\":\"int\","
				     "\"value\":\"86400\"},\"start\":{\"type\":\"int\","
				     "\"value\":\"0\"}},\"crit\":"));
}
END_TEST

START_TEST(json_is_never_cut)
{
	vo.format = OUTPUT_MP_TEST_JSON;
	vo.detail = DETAIL_ALL;
	renew();
	verdict_say(v, "x");
	for (int i = 0; i < 3000; i++) {
		AUTO_FREE char *name = mem_print("\"item\" %04d", i);

		find(name, i % 2 ? FAILED : PENDING, name);
	}
	ck_assert_int_eq(verdict_print(v, &out), STATE_CRITICAL);
	ck_assert_uint_le(out.len, 4096);
	ck_assert_uint_gt(out.len, 3500);
	struct json_object *o = json_tokener_parse(buf_text(&out));
	struct json_object *checks = NULL, *text = NULL;
	ck_assert(o && json_object_object_get_ex(o, "checks", &checks));
	size_t count = json_object_array_length(checks);
	ck_assert(json_object_object_get_ex(json_object_array_get_idx(checks, count - 1), "output", &text));
	AUTO_FREE char *more = mem_print("... %zu more", 3000 - (count - 1 - 6));
	ck_assert_str_eq(json_object_get_string(text), more);
	json_object_put(o);
}
END_TEST

START_TEST(lookups)
{
	ck_assert_int_eq(verdict_metric(v, "failed"), FAILED);
	ck_assert_int_eq(verdict_metric(v, "unreadable"), UNREADABLE);
	ck_assert_int_eq(verdict_metric(v, "none"), -1);
	ck_assert_int_eq(verdict_judge(v, FAILED, 0), STATE_OK);
	ck_assert_int_eq(verdict_judge(v, FAILED, 1), STATE_CRITICAL);
	ck_assert_int_eq(verdict_judge(v, UNREADABLE, 1), STATE_UNKNOWN);
	ck_assert(verdict_has_range(v, FAILED) && verdict_has_range(v, DISABLED) && !verdict_has_range(v, UNREADABLE));
	ck_assert(!verdict_alerts(v, FAILED));
	verdict_item(v, "a");
	verdict_find(v, FAILED, 2, "still open");
	ck_assert(verdict_alerts(v, FAILED));
	ck_assert(verdict_so_far(v, FAILED) > 1.9);
	ck_assert(isnan(verdict_so_far(v, SCORE)));
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tests = tcase_create("verdict");

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, told_nothing_is_unknown);
	tcase_add_test(tests, remarks_alone_tell_nothing);
	tcase_add_test(tests, a_sentence_is_enough);
	tcase_add_test(tests, the_composed_example);
	tcase_add_test(tests, no_sentence);
	tcase_add_test(tests, worst_comes_first);
	tcase_add_test(tests, an_item_has_one_line_of_its_worst_state);
	tcase_add_test(tests, a_state_may_be_given);
	tcase_add_test(tests, an_aside_is_no_item);
	tcase_add_test(tests, names_and_texts_may_be_missing);
	tcase_add_test(tests, a_finding_without_an_item);
	tcase_add_test(tests, lines_are_judged_by_the_total);
	tcase_add_test(tests, counts_without_a_range_show_with_detail_all);
	tcase_add_test(tests, zero_times_is_a_note);
	tcase_add_loop_test(tests, unreadable_row, 0, ROWS(unreadables));
	tcase_add_test(tests, missing_is_said);
	tcase_add_test(tests, peaks);
	tcase_add_test(tests, operator_ranges_do_not_turn_a_peak);
	tcase_add_test(tests, values);
	tcase_add_test(tests, tallies);
	tcase_add_test(tests, left_out);
	tcase_add_test(tests, empty);
	tcase_add_test(tests, trouble_without_numbers);
	tcase_add_test(tests, trouble_with_numbers);
	tcase_add_test(tests, trouble_judges_bounds);
	tcase_add_test(tests, several_troubles);
	tcase_add_test(tests, names);
	tcase_add_test(tests, names_of_the_worst);
	tcase_add_loop_test(tests, range_form_row, 0, ROWS(forms));
	tcase_add_test(tests, perfdata_of_items);
	tcase_add_test(tests, perfdata_of_items_loses_its_end);
	tcase_add_loop_test(tests, hostile_row, 0, ROWS(hostile));
	tcase_add_test(tests, hostile_exactly);
	tcase_add_loop_test(tests, order_row, 0, ROWS(orders));
	tcase_add_test(tests, ok_lines_go_first);
	tcase_add_test(tests, repeats_go_before_the_mild);
	tcase_add_loop_test(tests, repeats_do_not_hide_a_line, 0, 2);
	tcase_add_test(tests, repeats_of_worse_lines_do_not_hide_a_line);
	tcase_add_test(tests, the_mildest_go_last);
	tcase_add_test(tests, line_1_stays_short);
	tcase_add_test(tests, no_ceiling);
	tcase_add_loop_test(tests, bounded_lines_are_those_of_all, 0, 200);
	tcase_add_loop_test(tests, bounded_names_are_those_of_all, 0, 50);
	tcase_add_test(tests, memory_does_not_follow_the_items);
	tcase_add_test(tests, json);
	tcase_add_test(tests, json_of_trouble_and_nothing);
	tcase_add_test(tests, json_of_items);
	tcase_add_test(tests, json_is_never_cut);
	tcase_add_test(tests, lookups);
	return suite;
}

UNIT_MAIN(make_suite)
