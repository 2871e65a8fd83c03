// SPDX-License-Identifier: GPL-3.0-or-later
/* task_group: what is kept of a log of any length and order. */
#include "unit/unit.h"

#include <stdio.h>

#include "task_group.h"

static struct task_groups all;

static void begin(void)
{
	all = (struct task_groups){ 0 };
}

static void end(void)
{
	task_groups_free(&all);
	ck_assert_uint_eq(all.count, 0);
}

static void add(const char *name, const char *stream, enum task_outcome outcome, int64_t at)
{
	struct task t = { .name = name, .stream = stream, .parses = stream, .outcome = outcome, .begun_at = at - 1, .changed_at = at,
			  .reason = at % 2 ? "ODD_SECOND" : "EVEN_SECOND", .oddity = "status is 7" };

	task_groups_add(&all, &t);
}

START_TEST(a_group_for_each_name_and_stream)
{
	add("A", NULL, TASK_DONE, 5);
	add("A", "s", TASK_DONE, 6);
	add("A", "t", TASK_DONE, 7);
	add("A", "s", TASK_FAILED, 8);
	add(NULL, NULL, TASK_UNCLEAR, 9);
	ck_assert_uint_eq(all.count, 4);
	ck_assert_str_eq(all.group[0]->label, "A");
	ck_assert_str_eq(all.group[1]->label, "A (stream s)");
	ck_assert_str_eq(all.group[2]->label, "A (stream t)");
	ck_assert_str_eq(all.group[3]->label, "(no name)");
	ck_assert_uint_eq(all.group[1]->tasks, 2);
	ck_assert(!all.group[0]->parses && all.group[1]->parses);
	ck_assert_uint_eq(streak_length(&all.group[1]->parsing), 1);
	ck_assert_int_eq(all.group[1]->parsing.good_at, 6);
	ck_assert_uint_eq(streak_length(&all.group[0]->parsing), 0);
}
END_TEST

/* Either way: the newest failure tells the reason, the oldest pending one the wait, the first unclear one why. */
START_TEST(order_does_not_matter)
{
	for (int i = 0; i < 4; i++) {
		int64_t at = _i ? 13 - i : 10 + i;

		add("A", NULL, TASK_FAILED, at);
		add("A", NULL, TASK_PENDING, at + 20);
	}
	add("A", NULL, TASK_UNCLEAR, 1);
	const struct task_group *g = all.group[0];
	ck_assert_uint_eq(all.count, 1);
	ck_assert_uint_eq(g->tasks, 9);
	ck_assert_uint_eq(g->failed, 4);
	ck_assert_uint_eq(g->pending, 4);
	ck_assert_uint_eq(g->unclear, 1);
	ck_assert_int_eq(g->newest_at, 33);
	ck_assert_int_eq(g->failed_at, 13);
	ck_assert_int_eq(g->pending_since, 29);
	ck_assert_str_eq(g->reason, "ODD_SECOND");
	ck_assert_str_eq(g->oddity, "status is 7");
}
END_TEST

/* Actions without room are still counted; of parses nobody could tell whose stream they belong to. */
START_TEST(what_has_no_room)
{
	char name[16];

	for (int i = 0; i < TASK_GROUPS_MAX; i++) {
		snprintf(name, sizeof(name), "Task%d", i);
		add(name, NULL, TASK_DONE, 5);
	}
	ck_assert_uint_eq(all.count, TASK_GROUPS_MAX);
	add("B", NULL, TASK_FAILED, 6);
	add("C", NULL, TASK_DONE, 7);
	add("D", "s", TASK_FAILED, 8);
	add("Task7", NULL, TASK_FAILED, 9);
	ck_assert_uint_eq(all.count, TASK_GROUPS_MAX + 1);
	ck_assert_uint_eq(all.group[7]->failed, 1);
	const struct task_group *rest = all.group[TASK_GROUPS_MAX];
	ck_assert_str_eq(rest->label, "other tasks");
	ck_assert_uint_eq(rest->tasks, 3);
	ck_assert_uint_eq(rest->failed, 1);
	ck_assert_uint_eq(rest->unclear, 1);
	ck_assert_str_eq(rest->oddity, "more than 256 names and streams, use --task");
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("task_group");
	TCase *tests = tcase_create("task_group");

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, a_group_for_each_name_and_stream);
	tcase_add_loop_test(tests, order_does_not_matter, 0, 2);
	tcase_add_test(tests, what_has_no_room);
	return suite;
}

UNIT_MAIN(make_suite)
