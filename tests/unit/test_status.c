// SPDX-License-Identifier: GPL-3.0-or-later
/* status: what a status of any form counts as, and which value the operator's map means. */
#include "unit/unit.h"

#include <string.h>

#include "plugin.h"
#include "status.h"

enum { WARNED, FAILED };
static const struct metric metrics[] = {
	[WARNED] = METRIC_COUNT("warned", "0", NULL, "h"), [FAILED] = METRIC_COUNT("failed", NULL, "0", "h"), METRICS_COMMON
};
static const char *const words[] = { "Connected", "Connection error", NULL };
static const char *const members[] = { "status", "state", NULL };

static void read_map(const char *text, struct strings *map)
{
	AUTO_FREE char *copy = mem_copy_text(text);

	for (char *rest = copy, *entry; (entry = strsep(&rest, " "));)
		if (*entry)
			strings_add(map, entry);
}

static const struct {
	const char *row, *map;
	int status;
	double warned, failed, unreadable;
} statuses[] = {
	{ "{\"status\":\"Connected\"}", "", 0, 0, 0, 0 },
	{ "{\"status\":\"CONNECTION ERROR\"}", "", 1, 0, 0, 0 },
	{ "{\"status\":[7,\"connected\"]}", "", 0, 0, 0, 0 },
	{ "{\"status\":{\"template\":\"connected\"}}", "", 0, 0, 0, 0 },
	{ "{\"status\":{\"value\":[7,\"connected\"]}}", "", 0, 0, 0, 0 },
	{ "{\"status\":{\"template\":\"X\",\"value\":\"connected\"}}", "", 0, 0, 0, 0 },
	{ "{\"status\":{\"template\":\"Connected\",\"value\":\"Connected\"}}", "", 0, 0, 0, 0 },
	{ "{\"status\":{\"template\":\"Connected\",\"value\":\"Connection error\"}}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":{\"template\":null,\"value\":null}}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":{\"text\":\"Connected\"}}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":\"Connecte\"}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":\"Connected \"}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":0}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":\"0\"}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":true}", "1:ok true:ok", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":[\"Connected\"]}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":null,\"state\":\"Connected\"}", "", 0, 0, 0, 0 },
	{ "{\"status\":3,\"state\":\"Connected\"}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"state\":\"Connection error\"}", "", 1, 0, 0, 0 },
	{ "{}", "", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":\"null\"}", ":ok null:ok", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":2}", "2:ok", STATUS_GOOD, 0, 0, 0 },
	{ "{\"status\":\"2\"}", "2:warning", STATUS_BAD, 1, 0, 0 },
	{ "{\"status\":\"02\"}", "2:warning", STATUS_BAD, 1, 0, 0 },
	{ "{\"status\":-2}", "-2:critical", STATUS_BAD, 0, 1, 0 },
	{ "{\"status\":[2,\"X\"]}", "2:critical", STATUS_BAD, 0, 1, 0 },
	{ "{\"status\":[2,\"X\"]}", "x:critical", STATUS_BAD, 0, 1, 0 },
	{ "{\"status\":{\"template\":\"A_B\",\"value\":2}}", "a_b:warning", STATUS_BAD, 1, 0, 0 },
	{ "{\"status\":{\"template\":\"A_B\",\"value\":2}}", "2:warning", STATUS_BAD, 1, 0, 0 },
	{ "{\"status\":2}", "2:unknown", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":2}", "22:ok 1:ok", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":2}", "2:ok 2:critical", STATUS_BAD, 0, 1, 0 },
	{ "{\"status\":\"Connected\"}", "connected:critical", STATUS_BAD, 0, 1, 0 },
	{ "{\"status\":\"Connected\"}", "connected:unknown", STATUS_UNREADABLE, 0, 0, 1 },
	{ "{\"status\":\"a:b\"}", "a:b:ok", STATUS_GOOD, 0, 0, 0 },
};

START_TEST(status_row)
{
	struct err e;
	struct limits limits[METRICS_MAX] = { 0 };
	struct verdict_options vo = { .metrics = metrics, .limits = limits };
	struct job job = { .verdict = verdict_new(&vo) };
	struct strings map = { 0 };
	struct status_kind kind = { members, words, &map, WARNED, FAILED, false };
	AUTO_JSON row = jget_parse(statuses[_i].row, strlen(statuses[_i].row), &e);

	ck_assert_msg(row != NULL, "%s: %s", statuses[_i].row, e.text);
	read_map(statuses[_i].map, &map);
	verdict_item(job.verdict, "item");
	int status = job_status(&job, row, &kind);
	ck_assert_msg(status == statuses[_i].status, "%s: %d", statuses[_i].row, status);
	ck_assert_double_eq(verdict_so_far(job.verdict, WARNED), statuses[_i].warned);
	ck_assert_double_eq(verdict_so_far(job.verdict, FAILED), statuses[_i].failed);
	ck_assert_double_eq(verdict_so_far(job.verdict, verdict_metric(job.verdict, "unreadable")), statuses[_i].unreadable);
	strings_clear(&map);
	verdict_free(job.verdict);
}
END_TEST

START_TEST(absent_status)
{
	struct err e;
	struct job job = { 0 };
	struct strings map = { 0 };
	struct status_kind kind = { members, words, &map, WARNED, FAILED, true };
	AUTO_JSON row = jget_parse("{\"status\":null}", 15, &e);

	ck_assert_int_eq(job_status(&job, row, &kind), STATUS_ABSENT);
}
END_TEST

static const struct {
	const char *map;
	bool good;
} maps[] = {
	{ "", true }, { "2:ok", true }, { "2:OK 3:Warning 4:CRITICAL 5:unknown", true }, { "a:b:ok", true }, { "2", false },
	{ "2:", false }, { ":ok", false }, { "2:fine", false }, { "1:ok 2", false },
};

START_TEST(map_row)
{
	struct strings map = { 0 };
	struct err e = { 0 };

	read_map(maps[_i].map, &map);
	ck_assert_msg(status_map_check(&map, &e) == maps[_i].good, "%s", maps[_i].map);
	ck_assert(maps[_i].good || (e.kind == ERR_USAGE && strstr(e.text, "--status-map")));
	strings_clear(&map);
}
END_TEST

static Suite *status_suite(void)
{
	Suite *suite = suite_create("status");
	TCase *tests = tcase_create("status");

	tcase_add_loop_test(tests, status_row, 0, ROWS(statuses));
	tcase_add_test(tests, absent_status);
	tcase_add_loop_test(tests, map_row, 0, ROWS(maps));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(status_suite)
