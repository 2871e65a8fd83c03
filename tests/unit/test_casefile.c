// SPDX-License-Identifier: GPL-3.0-or-later
/* The parser of cases, and the pure parts of the fake API: requests, bodies, replies. What the runner does with them is
 * in tests/test_runner.c. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/casefile.h"
#include "support/casetext.h"
#include "unit/unit.h"

static const struct casefile_var vars[] = {
	{ "DIR", "/case" },
	{ "URL", "http://127.0.0.1:7" },
	{ NULL, NULL },
};

/* Reads a case from a text, with the folder of the text as the place of includes. */
static bool read_text(const char *text, struct casefile *c, struct err *e)
{
	char folder[] = "/tmp/mdca-casefile-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	AUTO_FREE char *path = mem_print("%s/x.case", folder);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);

	bool good = casefile_read(path, folder, vars, c, e);
	unlink(path);
	rmdir(folder);
	return good;
}

#define HEAD "# t\noutput x\n"

static const struct {
	const char *text, *reason;
} refused[] = {
	{ "", "the run of line 1 has no output line" },
	{ "output x\n", ":1: no title" },
	{ "output x\n# late\n", ":2: no title" },
	{ "#\noutput x\n", "no title" },
	{ "# t\n", ":1: the run of line 1 has no output line" },
	{ HEAD "run\n", "the run of line 3 has no output line" },
	{ HEAD "outputs x\n", ":3: unknown word: outputs" },
	{ HEAD "Exit 1\n", "unknown word: Exit" },
	{ HEAD "exit\n", ":3: not a number from 0 to 255: " },
	{ HEAD "exit 256\n", "not a number" },
	{ HEAD "exit -1\n", "not a number" },
	{ HEAD "exit 1x\n", "not a number" },
	{ HEAD "exit 1 \n", ":3: a blank at the end of the line" },
	{ HEAD "args 'a\n", "a quote is not closed" },
	{ HEAD "args @DIRR@\n", ":3: nobody knows @DIRR@" },
	{ HEAD "env A\n", "NAME=VALUE" },
	{ HEAD "env =b\n", "NAME=VALUE" },
	{ HEAD "unset\n", "wants a name" },
	{ HEAD "unset A=b\n", "wants a name" },
	{ HEAD "file f\n", "two words" },
	{ HEAD "file f 0888\n", "not an octal mode: 0888" },
	{ HEAD "file f 10000\n", "not an octal mode" },
	{ HEAD "file /f 0600\n", "not below the case folder" },
	{ HEAD "file ../f 0600\n", "not below the case folder" },
	{ HEAD "| x\n", "content without" },
	{ HEAD "folder f 0700\n| x\n", "content without" },
	{ HEAD "file f 0600\n|x\n", "a blank is missing" },
	{ HEAD "file f 0600\n|@ none.txt\n", "none.txt" },
	{ HEAD "file f 0600\n|@ x.case\n|@ x.case noth''ing=x\n", "x.case has no \"nothing\"" },
	{ HEAD "file f 0600\n|@ x.case nothing\n", "wants FROM=TO: nothing" },
	{ HEAD "output \\x00\n", "NUL" },
	{ HEAD "output \\xg0\n", "a broken escape" },
	{ HEAD "output~ (\n", "not an extended regular expression: (" },
	{ HEAD "stderr~ [\n", "not an extended regular expression: [" },
	{ HEAD "output-rest\noutput y\n", "must be the last one" },
	{ "# t\noutput-rest\n", "behind at least one output line" },
	{ HEAD "within soon\n", "not a length of time: soon" },
	{ HEAD "absent\n", "a text is missing" },
	{ HEAD "connections many\n", "not a number from 0 to 1000" },
	{ HEAD "portal azure\n", "knows only `entra`" },
	{ HEAD "graph entra\n", "knows only `no-sign-in`" },
	{ HEAD "portal\ngraph\n", "stands once" },
	{ HEAD "at now\nportal\n", "before `at`" },
	{ HEAD "> GET /\n< 200\nportal\n", "stands once" },
	{ HEAD "run\noutput y\nportal\n", "before the first run" },
	{ HEAD "run\noutput y\nat now\n", "before the first run" },
	{ HEAD "run\noutput y\nplugin a\n", "before the first run" },
	{ HEAD "run\noutput y\nany-order\n", "before the first run" },
	{ HEAD "run twice\n", "knows only `again`" },
	{ HEAD "> GET\n", "METHOD TARGET" },
	{ HEAD "> GET /a b\n", "METHOD TARGET" },
	{ HEAD "> GET /\n", "the exchange of line 3 has no reply" },
	{ HEAD "> GET /\n> GET /\n", "the exchange of line 3 has no reply" },
	{ HEAD "> GET /\nrun\n", "the exchange of line 3 has no reply" },
	{ HEAD "> GET /\n< wait 1\n", "has no reply" },
	{ HEAD "> GET /\n| {}\n< 200\n", "content without" },
	{ HEAD "> GET /\n<h A: b\n< drop\n", "has no status" },
	{ HEAD "> GET /\n< drop\n| {}\n", "has no status" },
	{ HEAD "> GET /\n< drop\n< 200\n", "a status was given already, or there is no reply" },
	{ HEAD "> GET /\n< 200\n< 200\n", "a status was given already" },
	{ HEAD "> GET /\n< 200\n< drop\n", "see close" },
	{ HEAD "> GET /\n< close\n", "see drop" },
	{ HEAD "> GET /\n< drop-after 3\n", "has no status" },
	{ HEAD "> GET /\n< 99\n", "not a number from 100 to 999" },
	{ HEAD "> GET /\n< soon\n", "not a number from 100 to 999: soon" },
	{ HEAD "> GET /\n< 200 Retry-After\n", "NAME: VALUE" },
	{ HEAD "> GET /\n< 200\n< drip 0\n", "not a number from 1" },
	{ HEAD "> GET /\n< 200\n< short 3\n", "short stands alone" },
	{ HEAD "> GET /\n< 200\n< stall\n< reset\n", "an end stands alone and once" },
	{ HEAD "> GET /\n< raw \\q\n", "a broken escape" },
	{ HEAD "> GET /\n<? x\n< 200\n", "unknown: <?" },
	{ HEAD ">= {}\n", "between a request and its reply" },
	{ HEAD "> GET /\n< 200\n>= {}\n", "between a request and its reply" },
	{ HEAD "> GET /\n>= {\n< 200\n", "the exchange of line 3 wants a body that is not JSON" },
	{ HEAD "> GET /\n>h A\n< 200\n", "wants NAME:VALUE" },
	{ HEAD "> GET /\n>f A\n< 200\n", "wants NAME=VALUE" },
	{ HEAD "> GET /\n>x 0\n< 200\n", "not a number from 1" },
	{ HEAD "> GET /\n>~\n< 200\n", "a text is missing" },
	{ HEAD "> GET /\n>z b\n< 200\n", "unknown: >z" },
	{ HEAD "< 200\n", "a reply without a request" },
};

START_TEST(refuses)
{
	struct casefile c = { 0 };
	struct err e;

	ck_assert_msg(!read_text(refused[_i].text, &c, &e), "read:\n%s", refused[_i].text);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_msg(strstr(e.text, refused[_i].reason) != NULL, "%s\n%s", e.text, refused[_i].text);
}
END_TEST

/* Lists are compared as one text. */
static void check_strings(const struct strings *list, const char *want)
{
	AUTO_BUF all = { 0 };
	for (size_t i = 0; i < list->count; i++)
		buf_print(&all, "[%s]", list->items[i]);
	ck_assert_str_eq(buf_text(&all), want);
}

START_TEST(reads_a_whole_case)
{
	CLEANUP(casefile_free) struct casefile c = { 0 };
	struct err e = { 0 };
	ck_assert_msg(read_text("# One,\n#  two\n\n"
				"portal\n"
				"at 2026-11-20T12:00:00Z\n"
				"# a comment\n"
				"args --a='b c' \"d\\\"\"\n"
				"args @DIR@/e\n"
				"env A=b c\n"
				"unset TZ\n"
				"file f 0640\n| 1\n|\n| @URL@\n"
				"exit 2\n"
				"output   [WARNING] - a|b=1;;0\n"
				"output \\t\\_[OK] - \\x41\\n\n"
				"output~ a+\n"
				"within 1.5\n"
				"> GET /a?$filter='b'\n"
				">h X-Y:  z\n"
				"< 429 Retry-After: 1\n"
				"<h X: y\n"
				"| {\n| }\n"
				"run\n"
				"output y\n"
				"> POST /b\n"
				">= {\"a\":\n"
				">= 1}\n"
				"< reset\n",
				&c, &e),
		      "%s", e.text);
	ck_assert_str_eq(c.title, "One, two");
	ck_assert_uint_eq(c.run_count, 2);
	ck_assert_int_eq(c.connections, -1);

	const struct case_run *run = &c.runs[0];
	check_strings(&run->args, "[--api-url=http://127.0.0.1:7][--api-token-file=/case/api-token]"
				  "[--at=2026-11-20T12:00:00Z][--a=b c][d\"][/case/e]");
	check_strings(&run->environment, "[A=b c][TZ]");
	ck_assert_uint_eq(run->file_count, 2);
	ck_assert_str_eq(run->files[0].name, "api-token");
	ck_assert_uint_eq(run->files[0].content.len, 65);
	ck_assert_uint_eq(run->files[0].mode, 0600);
	ck_assert_str_eq(buf_text(&run->files[1].content), "1\n\nhttp://127.0.0.1:7\n");
	ck_assert_uint_eq(run->files[1].mode, 0640);
	ck_assert_int_eq(run->exit_status, 2);
	ck_assert_int_eq(run->within_ms, 1500);
	ck_assert_uint_eq(run->output_count, 3);
	ck_assert_str_eq(run->output[0].text, "[WARNING] - a|b=1;;0");
	ck_assert_str_eq(run->output[1].text, "\t\\_[OK] - A\\n");
	ck_assert(run->output[2].pattern);
	check_strings(&c.runs[1].args, "[--api-url=http://127.0.0.1:7][--api-token-file=/case/api-token]"
				       "[--at=2026-11-20T12:00:00Z]");

	ck_assert_uint_eq(c.script.count, 2);
	const struct exchange *x = c.script.exchanges;
	ck_assert_str_eq(x[0].method, "GET");
	ck_assert_str_eq(x[0].target, "/a?$filter='b'");
	ck_assert_uint_eq(x[0].run, 0);
	ck_assert_str_eq(x[0].rules[0].value, "z");
	check_strings(&x[0].reply.headers, "[Retry-After: 1][X: y]");
	ck_assert_str_eq(buf_text(&x[0].reply.body), "{\n}\n");
	ck_assert_int_eq(x[0].reply.end, REPLY_KEEP);
	ck_assert_uint_eq(x[1].run, 1);
	ck_assert_str_eq(x[1].rules[0].value, "{\"a\":\n1}");
	ck_assert_int_eq(x[1].reply.end, REPLY_RESET);
}
END_TEST

START_TEST(graph_signs_in_first)
{
	CLEANUP(casefile_free) struct casefile c = { 0 };
	struct err e = { 0 };
	ck_assert_msg(read_text("# t\ngraph\noutput x\n> GET /v1.0/a\n< 200\nrun again\n", &c, &e), "%s", e.text);
	check_strings(
	    &c.runs[1].args,
	    "[--api-url=http://127.0.0.1:7/v1.0][--login-url=http://127.0.0.1:7]"
	    "[--tenant-id=00000000-aaaa-bbbb-cccc-111111111111][--client-id=00001111-aaaa-2222-bbbb-3333cccc4444]"
	    "[--client-secret-file=/case/client-secret]");
	ck_assert_uint_eq(c.script.count, 2);
	ck_assert_str_eq(c.script.exchanges[0].target, "/00000000-aaaa-bbbb-cccc-111111111111/oauth2/v2.0/token");
	ck_assert_str_eq(c.script.authorization, "Bearer contoso-simulated-access-token");
	ck_assert_str_eq(c.runs[1].output[0].text, "x");
}
END_TEST

static const struct {
	const char *text, *words; /* NULL: refused */
} split[] = {
	{ "", "" },
	{ "  a\tb  ", "[a][b]" },
	{ "a'b c'd", "[ab cd]" },
	{ "'' \"\"", "[][]" },
	{ "\"a\\\"b\\\\c\\d\"", "[a\"b\\c\\d]" },
	{ "'a\\'", "[a\\]" },
	{ "a\\ b\\'", "[a b']" },
	{ "\"'\" '\"'", "['][\"]" },
	{ "a'b", NULL },
	{ "\"a", NULL },
};

START_TEST(splits_words)
{
	CLEANUP(strings_clear) struct strings words = { 0 };
	ck_assert_int_eq(casetext_words(split[_i].text, &words), split[_i].words != NULL);
	if (split[_i].words)
		check_strings(&words, split[_i].words);
}
END_TEST

static const struct {
	const char *text;
	int64_t ms; /* -1: refused */
} times[] = {
	{ "0", 0 },   { "3", 3000 }, { "3s", 3000 }, { "1.5s", 1500 },    { "20ms", 20 }, { "", -1 },   { "s", -1 },
	{ "-1", -1 }, { "1 s", -1 }, { "1m", -1 },   { "3600", 3600000 }, { "3601", -1 }, { ".5", -1 }, { "nan", -1 },
};

START_TEST(reads_times)
{
	int64_t ms = -1;
	ck_assert_int_eq(casetext_time(times[_i].text, &ms), times[_i].ms >= 0);
	ck_assert_int_eq(ms, times[_i].ms);
}
END_TEST

#define POST "POST /a HTTP/1.1\r\nHost: x\r\n"

static const struct {
	const char *bytes;
	enum wire_got got;
	size_t used;
	const char *body;
} requests[] = {
	{ "", WIRE_MORE, 0, NULL },
	{ "GET /a HTTP/1.1\r\n", WIRE_MORE, 0, NULL },
	{ "GET /a HTTP/1.1\r\n\r\n", WIRE_WHOLE, 19, "" },
	{ "GET /a HTTP/1.1\r\n\r\nGET /b", WIRE_WHOLE, 19, "" },
	{ POST "Content-Length: 3\r\n\r\nab", WIRE_MORE, 0, NULL },
	{ POST "Content-Length: 3\r\n\r\nabcd", WIRE_WHOLE, 51, "abc" },
	{ POST "content-length:3\r\n\r\nabc", WIRE_WHOLE, 50, "abc" },
	{ POST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", WIRE_CONTINUE, 0, NULL },
	{ POST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\na", WIRE_WHOLE, 71, "a" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;", WIRE_MORE, 0, NULL },
	{ POST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r", WIRE_MORE, 0, NULL },
	{ POST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nA\r\n0123456789\r\n0\r\n\r\n", WIRE_WHOLE, 84,
	  "ab0123456789" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", WIRE_BAD, 0, NULL },
	{ POST "Transfer-Encoding: chunked\r\n\r\nx\r\n", WIRE_BAD, 0, NULL },
	{ POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", WIRE_BAD, 0, NULL },
	{ POST "Transfer-Encoding: gzip\r\n\r\n", WIRE_BAD, 0, NULL },
	{ POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", WIRE_BAD, 0, NULL },
	{ POST "Content-Length: -1\r\n\r\n", WIRE_BAD, 0, NULL },
	{ POST "Content-Length: 1x\r\n\r\n", WIRE_BAD, 0, NULL },
	{ POST "Content-Length: 99999999\r\n\r\n", WIRE_BAD, 0, NULL },
	{ POST "no header\r\n\r\n", WIRE_BAD, 0, NULL },
	{ "GET /a HTTP/1.0\r\n\r\n", WIRE_BAD, 0, NULL },
	{ "GET  /a HTTP/1.1\r\n\r\n", WIRE_BAD, 0, NULL },
	{ "GET /a b HTTP/1.1\r\n\r\n", WIRE_BAD, 0, NULL },
	{ "\r\n\r\n", WIRE_BAD, 0, NULL },
};

START_TEST(takes_requests)
{
	CLEANUP(wire_free) struct wire_request r = { 0 };
	size_t used = 0;
	struct err e = { 0 };
	ck_assert_int_eq(wire_parse(requests[_i].bytes, strlen(requests[_i].bytes), &r, &used, &e), requests[_i].got);
	ck_assert_uint_eq(used, requests[_i].used);
	if (requests[_i].got == WIRE_WHOLE)
		ck_assert_str_eq(buf_text(&r.body), requests[_i].body);
	else
		ck_assert_ptr_null(r.method);
	ck_assert_int_eq(e.kind != ERR_NONE, requests[_i].got == WIRE_BAD);
}
END_TEST

START_TEST(bounds_the_head)
{
	AUTO_FREE char *long_head = mem_new(WIRE_HEAD_MAX + 2, 1);
	struct wire_request r = { 0 };
	size_t used;
	struct err e;
	memset(long_head, 'a', WIRE_HEAD_MAX + 1);
	ck_assert_int_eq(wire_parse(long_head, WIRE_HEAD_MAX, &r, &used, &e), WIRE_MORE);
	ck_assert_int_eq(wire_parse(long_head, WIRE_HEAD_MAX + 1, &r, &used, &e), WIRE_BAD);
}
END_TEST

static const struct {
	const char *want, *got, *why; /* NULL: the same */
} bodies[] = {
	{ "{}", "{}", NULL },
	{ "{\"a\":1,\"b\":[2,null]}", "{ \"b\": [2, null], \"a\": 1 }", NULL },
	{ "\"@any@\"", "[1]", NULL },
	{ "{\"a\":\"@any@\"}", "{\"a\":null}", NULL },
	{ "{\"a\":\"@any@\"}", "{}", "body.a: absent" },
	{ "{\"a\":null}", "{}", "body.a: absent" },
	{ "{}", "{\"a\":null}", "body.a: not expected" },
	{ "{\"a\":1}", "{\"a\":\"1\"}", "body.a: expected 1, got \"1\"" },
	{ "{\"a\":1}", "{\"a\":1.0}", "body.a: expected 1, got 1.0" },
	{ "{\"a\":true}", "{\"a\":1}", "body.a: expected true, got 1" },
	{ "[1,2]", "[2,1]", "body[0]: expected 1, got 2" },
	{ "[1,2]", "[1]", "body: expected [1,2], got [1]" },
	{ "{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":2}]}}", "body.a.b[0].c: expected 1, got 2" },
	{ "{}", "", "body is not JSON: " },
	{ "{}", "{", "body is not JSON: {" },
};

START_TEST(compares_bodies)
{
	AUTO_BUF why = { 0 };
	ck_assert_int_eq(exchange_same_json(bodies[_i].want, bodies[_i].got, &why), bodies[_i].why == NULL);
	ck_assert_str_eq(buf_text(&why), bodies[_i].why ? bodies[_i].why : "");
}
END_TEST

static const struct {
	const char *lines, *wire;
	size_t fast;
} replies[] = {
	{ "< 200\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38 },
	{ "< 429 Retry-After: 1\n| a\n",
	  "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: "
	  "2\r\n\r\na\n",
	  103 },
	{ "< 200 Content-Type: text/html\n< drip 1\n| a\n",
	  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\na\n", 63 },
	{ "< 200 Content-Type: x\n< chunked 2\n| ab\n",
	  "HTTP/1.1 200 OK\r\nContent-Type: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\n\n\r\n0\r\n\r\n",
	  82 },
	{ "< 200 Content-Type: x\n< chunked\n< short\n| a\n",
	  "HTTP/1.1 200 OK\r\nContent-Type: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na\n\r\n", 71 },
	{ "< 200 Content-Type: x\n< short\n| a\n",
	  "HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: 102\r\n\r\na\n", 59 },
	{ "< 200\n< until-close\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 38 },
	{ "< 299\n< drop-after 12\n| a\n", "HTTP/1.1 299", 12 },
	{ "< raw a\\r\\n\\x41\n", "a\r\nA", 4 },
	{ "< stall\n", "", 0 },
};

START_TEST(writes_replies)
{
	CLEANUP(casefile_free) struct casefile c = { 0 };
	AUTO_FREE char *text = mem_print("# t\noutput x\n> GET /\n%s", replies[_i].lines);
	AUTO_BUF out = { 0 };
	size_t fast;
	struct err e = { 0 };
	ck_assert_msg(read_text(text, &c, &e), "%s", e.text);
	reply_write(&c.script.exchanges[0].reply, &out, &fast);
	ck_assert_str_eq(buf_text(&out), replies[_i].wire);
	ck_assert_uint_eq(fast, replies[_i].fast);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("casefile");
	TCase *tests = tcase_create("rows");
	tcase_add_loop_test(tests, refuses, 0, ROWS(refused));
	tcase_add_test(tests, reads_a_whole_case);
	tcase_add_test(tests, graph_signs_in_first);
	tcase_add_loop_test(tests, splits_words, 0, ROWS(split));
	tcase_add_loop_test(tests, reads_times, 0, ROWS(times));
	tcase_add_loop_test(tests, takes_requests, 0, ROWS(requests));
	tcase_add_test(tests, bounds_the_head);
	tcase_add_loop_test(tests, compares_bodies, 0, ROWS(bodies));
	tcase_add_loop_test(tests, writes_replies, 0, ROWS(replies));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
