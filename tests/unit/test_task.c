// SPDX-License-Identifier: GPL-3.0-or-later
/* cloud/task: what a record of the governance log says, in all forms that were seen or must be feared. */
#include "unit/unit.h"

#include <string.h>

#include "cloud/task.h"

#define AT "\"timestamp\":1795174800000,\"updateTimestamp\":1795174860000,"
#define ACTION "{\"taskName\":\"QuarantineTask\"," AT
#define PARSE "{\"taskName\":\"DiscoveryParseLogTask\",\"inputStreamId\":\"s\"," AT
#define FAMILY "REPOOPER_COMPLETION_STATUS_BASELOGPARSER_"
#define TOLD(success, template) "\"status\":{\"isSuccess\":" success ",\"templateMessage\":{\"template\":" template "}}}"

static const struct {
	const char *record;
	enum task_outcome outcome;
	const char *text; /* reason, or why it is unclear */
} outcomes[] = {
	{ ACTION "\"status\":{\"isSuccess\":true}}", TASK_DONE, "" },
	{ ACTION "\"status\":{\"isSuccess\":false}}", TASK_FAILED, "" },
	{ ACTION "\"status\":{\"isSuccess\":1}}", TASK_DONE, "" },
	{ ACTION "\"status\":{\"isSuccess\":\"False\"}}", TASK_FAILED, "" },
	{ ACTION "\"status\":{\"isSuccess\":null}}", TASK_PENDING, "" },
	{ ACTION "\"status\":{\"isSuccess\":\"perhaps\"}}", TASK_UNCLEAR, "isSuccess is \"perhaps\"" },
	{ ACTION "\"status\":{\"isSuccess\":2}}", TASK_UNCLEAR, "isSuccess is 2" },
	{ ACTION "\"status\":{}}", TASK_PENDING, "" },
	{ ACTION "\"status\":null}", TASK_PENDING, "" },
	{ ACTION "\"status\":\"\"}", TASK_PENDING, "" },
	{ ACTION "\"status\":\"null\"}", TASK_PENDING, "" },
	{ ACTION "\"other\":0}", TASK_PENDING, "" },
	{ ACTION "\"status\":true}", TASK_DONE, "" },
	{ ACTION "\"status\":false}", TASK_FAILED, "" },
	{ ACTION "\"status\":\"True\"}", TASK_DONE, "" },
	{ ACTION "\"status\":\"Successful\"}", TASK_DONE, "" },
	{ ACTION "\"status\":\"FAILED\"}", TASK_FAILED, "" },
	{ ACTION "\"status\":\"pending\"}", TASK_PENDING, "" },
	{ ACTION "\"status\":\"Done\"}", TASK_UNCLEAR, "status is \"Done\"" },
	{ ACTION "\"status\":1}", TASK_UNCLEAR, "status is 1" },
	{ ACTION "\"status\":0}", TASK_UNCLEAR, "status is 0" },
	{ ACTION "\"status\":\"1\"}", TASK_UNCLEAR, "status is \"1\"" },
	{ ACTION "\"status\":[0,\"Failed\"]}", TASK_UNCLEAR, "status is [0,\"Failed\"]" },
	{ ACTION TOLD("true", "\"ANYTHING\""), TASK_DONE, "ANYTHING" },
	{ ACTION TOLD("false", "\"REPOOPER_COMPLETION_STATUS_NO_ACCESS\""), TASK_FAILED, "NO_ACCESS" },
	{ ACTION TOLD("true", "7"), TASK_DONE, "" },
	{ PARSE TOLD("true", "\"" FAMILY "PARSED_LOG_FILE_ALL_RELEVANT\""), TASK_DONE, "PARSED_LOG_FILE_ALL_RELEVANT" },
	{ PARSE TOLD("false", "\"" FAMILY "PARSED_LOG_FILE_ALL_RELEVANT\""), TASK_FAILED, "PARSED_LOG_FILE_ALL_RELEVANT" },
	{ PARSE TOLD("true", "\"" FAMILY "UNEXPECTED_FORMAT\""), TASK_FAILED, "UNEXPECTED_FORMAT" },
	{ PARSE TOLD("true", "\"PARSED_LOG_FILE_ALL_RELEVANT\""), TASK_FAILED, "PARSED_LOG_FILE_ALL_RELEVANT" },
	{ PARSE TOLD("true", "null"), TASK_DONE, "" },
	{ PARSE TOLD("true", "7"), TASK_UNCLEAR, "template is 7" },
	{ PARSE TOLD("false", "7"), TASK_FAILED, "" },
	{ PARSE TOLD("null", "\"" FAMILY "UNEXPECTED_FORMAT\""), TASK_PENDING, "" },
	{ PARSE "\"status\":{\"isSuccess\":true}}", TASK_DONE, "" },
	{ PARSE "\"status\":{\"isSuccess\":true,\"templateMessage\":null}}", TASK_DONE, "" },
	{ PARSE "\"status\":{\"isSuccess\":true,\"templateMessage\":\"fine\"}}", TASK_UNCLEAR, "templateMessage is \"fine\"" },
	{ PARSE "\"status\":{\"isSuccess\":false,\"templateMessage\":\"bad\"}}", TASK_FAILED, "" },
	{ PARSE "\"status\":\"Successful\"}", TASK_DONE, "" },
	{ "{" AT "\"status\":true}", TASK_UNCLEAR, "taskName is absent" },
	{ "{\"taskName\":7," AT "\"status\":true}", TASK_UNCLEAR, "taskName is 7" },
	{ "{\"taskName\":\"T\",\"inputStreamId\":7," AT "\"status\":true}", TASK_UNCLEAR, "inputStreamId is 7" },
	{ "{\"taskName\":\"T\",\"status\":true}", TASK_UNCLEAR, "timestamp is absent" },
	{ "{\"taskName\":\"T\",\"timestamp\":\"soon\",\"updateTimestamp\":1795174860,\"status\":true}", TASK_UNCLEAR, "timestamp is \"soon\"" },
	{ "{\"taskName\":\"T\",\"timestamp\":1795174860,\"updateTimestamp\":{},\"status\":true}", TASK_UNCLEAR, "updateTimestamp is {}" },
};

START_TEST(outcome_row)
{
	struct err e;
	struct task t;
	AUTO_JSON record = jget_parse(outcomes[_i].record, strlen(outcomes[_i].record), &e);

	ck_assert_msg(record != NULL, "%s: %s", outcomes[_i].record, e.text);
	task_read(record, &t);
	ck_assert_msg(t.outcome == outcomes[_i].outcome, "%s: %d", outcomes[_i].record, t.outcome);
	ck_assert_str_eq(t.outcome == TASK_UNCLEAR ? t.oddity : t.reason, outcomes[_i].text);
}
END_TEST

static const struct {
	const char *record;
	int64_t begun_at, changed_at;
} times[] = {
	{ "{\"timestamp\":1795174800000,\"updateTimestamp\":1795174860000}", 1795174800, 1795174860 },
	{ "{\"timestamp\":1795174800,\"updateTimestamp\":\"1795174860\"}", 1795174800, 1795174860 },
	{ "{\"timestamp\":\"2026-11-20T11:40:00.1234567Z\"}", 1795174800, 1795174800 },
	{ "{\"timestamp\":0,\"updateTimestamp\":1795174860000}", 1795174860, 1795174860 },
	{ "{\"timestamp\":null,\"updateTimestamp\":\"\"}", 0, 0 },
};

START_TEST(time_row)
{
	struct err e;
	struct task t;
	AUTO_JSON record = jget_parse(times[_i].record, strlen(times[_i].record), &e);

	ck_assert_msg(record != NULL, "%s: %s", times[_i].record, e.text);
	task_read(record, &t);
	ck_assert_int_eq(t.begun_at, times[_i].begun_at);
	ck_assert_int_eq(t.changed_at, times[_i].changed_at);
}
END_TEST

static Suite *task_suite(void)
{
	Suite *suite = suite_create("task");
	TCase *tests = tcase_create("task");

	tcase_add_loop_test(tests, outcome_row, 0, ROWS(outcomes));
	tcase_add_loop_test(tests, time_row, 0, ROWS(times));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(task_suite)
