// SPDX-License-Identifier: GPL-3.0-or-later
/* Proves that the case runner fails when it should, and why: every row is a case for the stand-in (support/standin.c),
 * with the runner's exit status and a text that its report must hold.
 *
 * TEST_CASES is the runner (tests/test_cases), STANDIN the stand-in (tests/standin), WAITING_CLOCK the clock to be preloaded
 * (tests/support/waiting_clock.so). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/spawn.h"
#include "unit/unit.h"

#define LIMIT_MS 60000
#define OK "# A title\noutput hello\n"
#define ANSWER "< 200\n| {}\n"

static char *program, *standin, *waiting_clock;
static char *stage; /* folder with plugins/ and tests/ */

struct row {
	const char *why, *text;
	int status;
	const char *report; /* must occur; NULL: only the count */
	const char *option, *folder;
};

static const struct row rows[] = {
	{ "all is well", OK "args say hello\n", 0, "1 passed, 0 failed\n", NULL, NULL },
	{ "verbose names it", OK "args say hello\n", 0, "ok   check_standin/x: A title\n", "-v", NULL },

	{ "exit status", OK "args say hello exit 2\nexit 1\n", 1, "exit status: expected 1, got 2\n", NULL, NULL },
	{ "exit status by default 0", OK "args say hello exit 1\n", 1, "exit status: expected 0, got 1\n", NULL, NULL },
	{ "a signal", OK "args say hello die\n", 1, "ended by signal 15", NULL, NULL },
	{ "a signal is no exit status", OK "args say hello die\nexit 15\n", 1, "ended by signal 15", NULL, NULL },

	{ "another line", OK "args say hallo\n", 1, "    -hello\n    +hallo\n", NULL, NULL },
	{ "its column", OK "args say hallo\n", 1, "first difference in line 1 at column 2: ...allo\n", NULL, NULL },
	{ "a line too many", OK "args say hello say you\n", 1, "     hello\n    +you\n", NULL, NULL },
	{ "a line too few", OK "output you\nargs say hello\n", 1, "     hello\n    -you\n", NULL, NULL },
	{ "no line", OK "args exit 0\n", 1, "    -hello\n", NULL, NULL },
	{ "an empty line too many", OK "args say hello say ''\n", 1, "     hello\n    +\n", NULL, NULL },
	{ "lines in another order", OK "output you\nargs say you say hello\n", 1, "    -hello\n     you\n    +hello\n",
	  NULL, NULL },
	{ "a blank too many", OK "args say 'hello '\n", 1, "    +hello \n", NULL, NULL },
	{ "TAB and blank differ", "# t\noutput a\\tb\nargs say 'a b'\n", 1, "    -a\\tb\n    +a b\n", NULL, NULL },
	{ "no newline at the end", OK "args bare hello\n", 1, "the output does not end with a newline\n", NULL, NULL },
	{ "a pattern is for the whole line", "# t\noutput~ hel\nargs say hello\n", 1, "    -~ hel\n    +hello\n", NULL,
	  NULL },
	{ "a pattern that fits", "# t\noutput~ h[a-e]l+o\nargs say hello\n", 0, NULL, NULL, NULL },
	{ "a rest", OK "output-rest\nargs say hello say you\n", 0, NULL, NULL, NULL },
	{ "a rest does not excuse the start", OK "output-rest\nargs say hallo say hello\n", 1,
	  "    +hallo\n     hello\n", NULL, NULL },
	{ "too much", OK "output-rest\nargs say hello flood 1100000\n", 1, "longer than 1048576 bytes", NULL, NULL },
	{ "what must be present", OK "present ell\npresent you\nargs say hello\n", 1, "output lacks: you\n", NULL,
	  NULL },
	{ "what must be absent", OK "absent ell\nargs say hello\n", 1, "output holds what must be absent: ell\n", NULL,
	  NULL },
	{ "absent from stderr", OK "absent ell\nstderr~ .*\nargs say hello err hell\n", 1,
	  "stderr holds what must be absent: ell\n", NULL, NULL },
	{ "a rest alone", "# t\nportal\noutput-rest\n", 1, "behind at least one output line", NULL, NULL },
	{ "the API token", "# t\nportal\noutput~ .*\nargs cat api-token\n", 1, "a simulated secret stands in output\n",
	  NULL, NULL },
	{ "a secret on stderr", OK "stderr~ .*\nargs say hello err @CLIENT_SECRET@\n", 1,
	  "a simulated secret stands in stderr\n", NULL, NULL },

	{ "noise on stderr", OK "args say hello err noise\n", 1, "unexpected on stderr: noise\n", NULL, NULL },
	{ "stderr as told", OK "stderr~ tra.e [0-9]\nargs say hello err 'trace 1' err 'trace 2'\n", 0, NULL, NULL,
	  NULL },
	{ "more than told", OK "stderr~ trace\nargs say hello err trace err noise\n", 1,
	  "unexpected on stderr: noise\n", NULL, NULL },
	{ "less than told", OK "stderr~ trace\nargs say hello\n", 1, "no line of stderr fits: trace\n", NULL, NULL },

	{ "too long for the runner", OK "args say hello wait 5000\n", 1, "killed: it still ran", "--limit=300ms",
	  NULL },
	{ "too long for the case", OK "within 100ms\nargs say hello wait 400\n", 1, "longer than 100 ms\n", NULL,
	  NULL },
	{ "too long for its own limit", OK "args -t 1 say hello wait 2400\n", 1, "longer than 2000 ms\n", NULL, NULL },
	{ "too long for its own limit with a state", OK "args -t 0.1:critical say hello wait 1400\n", 1, "longer than 1100 ms\n", NULL, NULL },
	{ "as long as its own limit allows", OK "args -t 1 say hello wait 1400\n", 0, NULL, NULL, NULL },
	{ "the case's own bound holds beside it", OK "within 3\nargs -t 1 say hello wait 2400\n", 0, NULL, NULL, NULL },
	{ "work is not what the waiting clock counts", OK "within 300ms\nargs say hello work 500\n", 0, NULL,
	  "--clock=plugins/waiting_clock.so", NULL },
	{ "waits are", OK "within 100ms\nargs say hello wait 400\n", 1, "longer than 100 ms\n", "--clock=plugins/waiting_clock.so", NULL },
	{ "a wait is as long as it is", OK "at-least 400ms\nargs say hello wait 400\n", 0, NULL, "--clock=plugins/waiting_clock.so", NULL },
	{ "a clock that is not there", OK "args say hello\n", 1, "nothing.so", "--clock=nothing.so", NULL },
	{ "too short for the case", OK "at-least 2\nargs say hello\n", 1, "not even 2000 ms\n", NULL, NULL },

	{ "too much memory", OK "args say hello take 80\n", 1, "MiB of memory, more than 64\n", NULL, NULL },
	{ "memory enough", OK "args say hello take 40\n", 0, NULL, NULL, NULL },

	{ "a request beyond the script", OK "portal\nargs say hello get /a\noutput-rest\n", 1,
	  "request beyond the script: GET /a\n", NULL, NULL },
	{ "the plugin hears 500", "# t\nportal\nargs get /a\noutput 404:{}\n", 1, "    +500:", NULL, NULL },
	{ "a request that never came", OK "portal\nargs say hello\n> GET /a\n" ANSWER, 1,
	  "request of line 5 never came: GET /a (0 of 1)\n", NULL, NULL },
	{ "not as often as told", "# t\nportal\nargs get /a\noutput 200:{}\n> GET /a\n>x 2\n" ANSWER, 1,
	  "never came: GET /a (1 of 2)\n", NULL, NULL },
	{ "another path", "# t\nportal\nargs get /b\noutput~ .*\n> GET /a\n" ANSWER, 1,
	  "request of line 5: expected GET /a, got GET /b\n", NULL, NULL },
	{ "another method", "# t\nportal\nargs get /a\noutput~ .*\n> POST /a\n" ANSWER, 1,
	  "expected POST /a, got GET /a\n", NULL, NULL },
	{ "the query is part of it", "# t\nportal\nargs get /a?b\noutput~ .*\n> GET /a\n" ANSWER, 1,
	  "expected GET /a, got GET /a?b\n", NULL, NULL },
	{ "any request", "# t\nportal\nargs get /a\noutput 200:{}\n> * *\n" ANSWER, 0, NULL, NULL, NULL },
	{ "another order",
	  "# t\nportal\nargs get /b get /a\noutput~ .*\noutput-rest\n> GET /a\n" ANSWER "> GET /b\n" ANSWER, 1,
	  "expected GET /a, got GET /b\n", NULL, NULL },
	{ "any order",
	  "# t\nportal\nany-order\nargs get /b get /a\noutput 200:{}\noutput 201:{}\n> GET /a\n< 201\n| {}\n> GET "
	  "/b\n" ANSWER,
	  0, NULL, NULL, NULL },
	{ "any order, told by the body",
	  "# t\nportal\nany-order\nargs post /a 2 post /a 1\noutput 202:\noutput 201:\n> POST /a\n>= 1\n< 201\n"
	  "> POST /a\n>= 2\n< 202\n",
	  0, NULL, NULL, NULL },
	{ "any order is not any request",
	  "# t\nportal\nany-order\nargs post /a 3\noutput~ .*\n> POST /a\n>= 1\n< 200\n", 1,
	  "request of line 6, POST /a: body: expected 1, got 3\n", NULL, NULL },

	{ "another member",
	  "# t\nportal\nargs post /a '{\"b\":{\"c\":[1,2]}}'\noutput 200:\n> POST /a\n>= {\"b\":{\"c\":[1,3]}}\n< "
	  "200\n",
	  1, "request of line 5, POST /a: body.b.c[1]: expected 3, got 2\n", NULL, NULL },
	{ "a member too many",
	  "# t\nportal\nargs post /a '{\"b\":1,\"c\":2}'\noutput 200:\n> POST /a\n>= {\"b\":1}\n< 200\n", 1,
	  "body.c: not expected\n", NULL, NULL },
	{ "a member too few", "# t\nportal\nargs post /a {}\noutput 200:\n> POST /a\n>= {\"b\":1}\n< 200\n", 1,
	  "body.b: absent\n", NULL, NULL },
	{ "no JSON at all", "# t\nportal\nargs post /a b=1\noutput 200:\n> POST /a\n>= {\"b\":1}\n< 200\n", 1,
	  "body is not JSON: b=1\n", NULL, NULL },
	{ "a text in the body", "# t\nportal\nargs post /a xyz\noutput 200:\n> POST /a\n>~ xz\n< 200\n", 1,
	  "body lacks \"xz\": xyz\n", NULL, NULL },
	{ "a form field",
	  "# t\nportal\nargs post /a 'x=1&y=a%2Fb+c'\noutput 200:\n> POST /a\n>f y=a/b c\n>f x=2\n>f z=3\n< 200\n", 1,
	  "form field x: expected 2, got 1\n    request of line 5, POST /a: form field z is not there\n", NULL, NULL },
	{ "a header", "# t\nportal\nargs get /a\noutput 200:\n> GET /a\n>h X-A: 1\n< 200\n", 1,
	  "header X-A is not there, expected: 1\n", NULL, NULL },
	{ "a header that must not be", "# t\nportal\nargs get /a\noutput 200:\n> GET /a\n>!h host\n< 200\n", 1,
	  "header host is there: 127.0.0.1\n", NULL, NULL },
	{ "without the token", "# t\nportal\nargs --api-token-file=/dev/null get /a\noutput 200:\n> GET /a\n< 200\n", 1,
	  "header Authorization: expected Token contoso-simulated-api-token000", NULL, NULL },
	{ "a blank at the end of a line",
	  "# t\nportal\nargs --api-token-file=/dev/null get /a\noutput 200:\n> GET /a\n>h Authorization: Token \n< "
	  "200\n",
	  1, "a blank at the end", NULL, NULL },
	{ "the token rule can change",
	  "# t\nportal\nargs --bearer=b get /a\noutput 200:\n> GET /a\n>h Authorization: Bearer b\n< 200\n", 0, NULL,
	  NULL, NULL },
	{ "Graph wants a sign-in", "# t\ngraph\nargs get /a\noutput~ .*\n> GET /v1.0/a\n< 200\n", 1,
	  "expected POST /00000000-aaaa-bbbb-cccc-111111111111/oauth2/v2.0/token, got GET /v1.0/a\n", NULL, NULL },
	{ "Graph signed in",
	  "# t\ngraph\nargs --api-url=@URL@ post /@TENANT_ID@/oauth2/v2.0/token "
	  "'grant_type=client_credentials&client_id=@CLIENT_ID@&client_secret=@CLIENT_SECRET@&scope=https%3A%2F%"
	  "2Fgraph.microsoft.com%2F.default' "
	  "--bearer=@ACCESS_TOKEN@ get /v1.0/a\noutput~ 200:.*\noutput 200:{}\n> GET /v1.0/a\n" ANSWER,
	  1, "a simulated secret stands in output\n", NULL, NULL },
	{ "Graph without the token", "# t\ngraph no-sign-in\nargs get /a\noutput 200:{}\n> GET /v1.0/a\n" ANSWER, 0,
	  NULL, NULL, NULL },
	{ "connections",
	  "# t\nportal\nconnections 2\nargs get /a get /b\noutput 200:{}\noutput 200:{}\n> GET /a\n" ANSWER
	  "> GET /b\n" ANSWER,
	  1, "connections: expected 2, made 1\n", NULL, NULL },
	{ "a closed connection",
	  "# t\nportal\nconnections 2\nargs get /a say - get /b\noutput 200:{}\noutput -\noutput no reply\n> GET /a\n< "
	  "200\n< close\n| {}\n",
	  1, "connections: expected 2, made 1\n", NULL, NULL },

	{ "chunks both ways",
	  "# t\nportal\nargs chunks /a '{\"b\":1}'\noutput 200:{}\n> POST /a\n>= {\"b\":1}\n< 200\n< chunked 1\n| {}\n",
	  0, NULL, NULL, NULL },
	{ "a chunk is missing",
	  "# t\nportal\nargs get /a\noutput 200:{}\noutput no reply\n> GET /a\n< 200\n< chunked\n< short\n| {}\n", 0,
	  NULL, NULL, NULL },
	{ "a short body", "# t\nportal\nargs get /a\noutput 200:{}\noutput no reply\n> GET /a\n< 200\n< short\n| {}\n",
	  0, NULL, NULL, NULL },
	{ "dropped", "# t\nportal\nargs get /a\noutput no reply\n> GET /a\n< drop\n", 0, NULL, NULL, NULL },
	{ "reset", "# t\nportal\nargs get /a\noutput no reply\n> GET /a\n< reset\n", 0, NULL, NULL, NULL },
	{ "reset on the way",
	  "# t\nportal\nargs get /a\noutput 200:\noutput no reply\n> GET /a\n< 200\n< drop-after 17\n| {}\n", 0, NULL,
	  NULL, NULL },
	{ "refused", "# t\nargs --api-url=@REFUSED@ get /a\noutput no connection\n", 0, NULL, NULL, NULL },
	{ "an end without length", "# t\nportal\nargs get /a\noutput 200:{}\n> GET /a\n< 200\n< until-close\n| {}\n", 0,
	  NULL, NULL, NULL },
	{ "raw", "# t\nportal\nargs get /a\noutput 299:\\x01b\n> GET /a\n< raw HTTP/1.1 299 x\\r\\n\\r\\n\\x01b\\n\n",
	  0, NULL, NULL, NULL },
	{ "raw behind a body", "# t\nportal\nargs get /a\noutput 200:{}\n> GET /a\n< 200\n| {}\n< raw rest\n", 0, NULL,
	  NULL, NULL },
	{ "stalled", "# t\nportal\nargs get /a\noutput 200:\n> GET /a\n< stall\n", 1, "killed: it still ran",
	  "--limit=300ms", NULL },
	{ "waits", "# t\nportal\nargs get /a\noutput 200:{}\nat-least 300ms\n> GET /a\n< 200\n< wait 300ms\n| {}\n", 0,
	  NULL, NULL, NULL },
	{ "waits and drops",
	  "# t\nportal\nargs get /a\noutput no reply\nat-least 300ms\n> GET /a\n< drop\n< wait 300ms\n", 0, NULL, NULL,
	  NULL },
	{ "drips", "# t\nportal\nargs get /a\noutput 200:12345\nat-least 350ms\n> GET /a\n< 200\n< drip 16\n| 12345\n",
	  0, NULL, NULL, NULL },
	{ "padded", "# t\nportal\nargs get /a\noutput 200:\\x20\\x20\\x20\n> GET /a\n< 200\n< pad 3\n", 0, NULL, NULL,
	  NULL },
	{ "repeated behind raw bytes", "# t\nportal\nargs get /a\noutput 200:12ababab\n> GET /a\n< raw HTTP/1.1 200 x\\r\\n\\r\\n12\n< repeat 3 ab\n",
	  0, NULL, NULL, NULL },
	{ "repeated behind a body", "# t\nportal\nargs get /a\noutput 200:12\noutput abababab\n> GET /a\n< 200\n| 12\n< repeat 4 ab\n", 0, NULL, NULL,
	  NULL },
	{ "repeated by chunks", "# t\nportal\nargs get /a\noutput 200:\n> GET /a\n< 200\n< chunked\n< repeat 3 ab\n", 1, "repeat stands behind", NULL,
	  NULL },
	{ "another origin", "# t\nportal\nargs --api-url=@ELSEWHERE@ get /a\noutput no reply\n", 1, "a connection to another origin\n", NULL, NULL },
	{ "headers", "# t\nportal\nargs get /a\noutput 200:{}\n> GET /a\n< 200 X-A: 1\n<h Content-Length: 3\n| {}\n", 0,
	  NULL, NULL, NULL },
	{ "a file",
	  "# t\nportal\nargs get /a\noutput 200:next=@URL@/b\n> GET /a\n< 200\n<@ samples/next.txt "
	  "https://graph.microsoft.com=@URL@\n",
	  0, NULL, NULL, NULL },

	{ "a case folder",
	  "# t\nargs cat a/b.txt env HOME stdin cat home/l\noutput 1\noutput @DIR@/home\noutput 3\noutput 1\nfolder a "
	  "0700\n"
	  "file a/b.txt 0600\n| 1\nlink home/l ../a/b.txt\nstdin\n| 3\n",
	  0, NULL, NULL, NULL },
	{ "a clean environment",
	  "# t\nenv A=b\nargs env SECRET env A env LC_ALL env TZ env LANG\noutput (unset)\noutput b\noutput C\noutput "
	  "UTC\n"
	  "output (unset)\n",
	  0, NULL, NULL, NULL },
	{ "two runs",
	  "# t\nportal\nargs get /a cat f\noutput 200:{}\noutput 1\nfile f 0400\n| 1\n> GET /a\n" ANSWER
	  "run\nargs cat f\noutput 2\n"
	  "file f 0400\n| 2\n",
	  0, NULL, NULL, NULL },
	{ "the second run fails", OK "args say hello\nrun\nargs say you\noutput me\n", 1, "run 2 (line 4):\n", NULL,
	  NULL },
	{ "the second run asks too early",
	  "# t\nportal\nargs get /a\noutput 500:\noutput-rest\nrun\nargs get /a\noutput 200:{}\n> GET /a\n" ANSWER, 1,
	  "request beyond the script: GET /a\n", NULL, NULL },
	{ "the same again",
	  "# t\nportal\nargs get /a exit 1\nexit 1\noutput 200:{}\n> GET /a\n" ANSWER "run again\n> GET /a\n" ANSWER, 0,
	  NULL, NULL, NULL },
	{ "the same again without its request",
	  "# t\nportal\nargs get /a\noutput~ 200:.*\n> GET /a\n" ANSWER "run again\n", 1,
	  "request beyond the script: GET /a\n", NULL, NULL },

	{ "no output expected", "# t\nargs say hello\n", 1, "the run of line 1 has no output line\n", NULL, NULL },
	{ "an unknown word", OK "outputs hello\n", 1, "x.case:3: unknown word: outputs\n", NULL, NULL },
	{ "no such program", OK "args say hello\n", 1, "check_other is not built\n", NULL, "check_other" },
	{ "no case fits", OK "args say hello\n", 1, "no case found\n0 passed, 0 failed\n", "nothing_fits", NULL },
	{ "a filter", OK "args say hello\n", 0, "1 passed, 0 failed\n", "--filter=check_s*/x", NULL },
	{ "a program as filter", OK "args say hello\n", 0, "1 passed, 0 failed\n", "check_standin", NULL },
	{ "common", "# t\nargs say @PLUGIN@\noutput check_standin\n", 0, "ok   common/x [check_standin]: t\n", "-v",
	  "common" },
	{ "common by name", "# t\nplugin check_s*\nargs say @PLUGIN@\noutput check_standin\n", 0,
	  "1 passed, 0 failed\n", NULL, "common" },
	{ "common by a name that is not there",
	  "# t\nplugin check_s* check_x\nargs say @PLUGIN@\noutput check_standin\n", 1,
	  "its plugin line fits no built program\n1 passed, 1 failed\n", NULL, "common" },
	{ "common with a program that is not built", "# t\nargs say @PLUGIN@\noutput @PLUGIN@\n", 1,
	  "check_b is not built\n1 passed, 1 failed\n", "--programs=plugins/check_standin plugins/check_b", "common" },
	{ "a plugin line elsewhere", OK "plugin check_standin\n", 1, "plugin lines are for cases/common\n", NULL,
	  NULL },
	{ "wrapped", OK "args say hello\n", 0, "1 passed, 0 failed\n", "--wrap=/usr/bin/env A=b", NULL },
};

static void write_text(const char *folder, const char *name, const char *text)
{
	AUTO_FREE char *path = mem_print("%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static char *make_below(const char *folder, const char *name)
{
	char *path = mem_print("%s/%s", folder, name);
	ck_assert_msg(mkdir(path, 0700) == 0 || errno == EEXIST, "%s: %s", path, strerror(errno));
	return path;
}

/* A link, not a copy: the runner wants a file of the name of the plugin. */
static void set_up(void)
{
	const char *told_runner = getenv("TEST_CASES"), *told_standin = getenv("STANDIN"), *told_clock = getenv("WAITING_CLOCK");

	stage = mem_copy_text("/tmp/mdca-runner-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stage));
	program = realpath(told_runner ? told_runner : "tests/test_cases", NULL);
	standin = realpath(told_standin ? told_standin : "tests/standin", NULL);
	waiting_clock = realpath(told_clock ? told_clock : "tests/support/waiting_clock.so", NULL);
	ck_assert_msg(program && standin && waiting_clock, "test_cases, standin and waiting_clock.so must be built");
	AUTO_FREE char *plugins = make_below(stage, "plugins");
	AUTO_FREE char *plugin = mem_print("%s/check_standin", plugins);
	ck_assert_int_eq(symlink(standin, plugin), 0);
	AUTO_FREE char *clock = mem_print("%s/waiting_clock.so", plugins);
	ck_assert_int_eq(symlink(waiting_clock, clock), 0);
	AUTO_FREE char *tests = make_below(stage, "tests");
	AUTO_FREE char *samples = make_below(tests, "samples");
	free(make_below(tests, "cases"));
	write_text(samples, "next.txt", "next=https://graph.microsoft.com/b\n");
}

static void tear_down(void)
{
	static const char *const nodes[] = { "tests/samples/next.txt",
					     "tests/samples",
					     "tests/cases",
					     "tests",
					     "plugins/check_standin",
					     "plugins/waiting_clock.so",
					     "plugins",
					     "" };

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		AUTO_FREE char *path = mem_print("%s/%s", stage, nodes[i]);
		ck_assert_msg(remove(path) == 0, "%s: %s", path, strerror(errno));
	}
	free(stage);
	free(program);
	free(standin);
	free(waiting_clock);
}

/* Runs the runner in the stage; the exit status, -1 for none. */
static int run_runner(const char *option, struct buf *out)
{
	CLEANUP(spawn_free) struct spawn s;
	CLEANUP(strings_clear) struct strings argv = { 0 }, environment = { 0 };
	struct pollfd set[SPAWN_WATCH_MAX];
	struct err e;

	strings_add(&argv, program);
	strings_add(&argv, "--cases=tests/cases");
	if (option)
		strings_add(&argv, option);
	strings_add(&environment, "PATH=/usr/bin:/bin");
	strings_add(&environment, "SECRET=not for the plugin");
	ck_assert_msg(spawn_start(&s, &argv, &environment, stage, NULL, &e), "%s", e.text);
	while (!s.ended) {
		int wait_ms = 1000;
		size_t count = spawn_watch(&s, set, &wait_ms);
		poll(set, (nfds_t)count, wait_ms);
		spawn_handle(&s);
		if (clock_ticks_ms() - s.begun_ms > LIMIT_MS)
			spawn_kill(&s);
	}
	buf_add_bytes(out, buf_text(&s.text[0]), s.text[0].len);
	buf_add_bytes(out, buf_text(&s.text[1]), s.text[1].len);
	return WIFEXITED(s.status) ? WEXITSTATUS(s.status) : -1;
}

START_TEST(a_row)
{
	const struct row *row = &rows[_i];
	AUTO_FREE char *folder = mem_print("tests/cases/%s", row->folder ? row->folder : "check_standin");
	AUTO_BUF out = { 0 };

	set_up();
	AUTO_FREE char *cases = make_below(stage, folder);
	write_text(cases, "x.case", row->text);
	int status = run_runner(row->option, &out);
	AUTO_FREE char *path = mem_print("%s/x.case", cases);
	remove(path);
	remove(cases);
	tear_down();
	ck_assert_msg(status == row->status, "%s: status %d\n%s", row->why, status, buf_text(&out));
	ck_assert_msg(!row->report || strstr(buf_text(&out), row->report), "%s: report lacks \"%s\"\n%s", row->why,
		      row->report, buf_text(&out));
	ck_assert_msg(row->report || strcmp(buf_text(&out), "1 passed, 0 failed\n") == 0, "%s:\n%s", row->why,
		      buf_text(&out));
}
END_TEST

START_TEST(no_case_at_all)
{
	AUTO_BUF out = { 0 };

	set_up();
	int status = run_runner(NULL, &out);
	tear_down();
	ck_assert_int_eq(status, 1);
	ck_assert_str_eq(buf_text(&out), "no case found\n0 passed, 0 failed\n");
}
END_TEST

/* The slow first one is reported first, however many run at once. */
START_TEST(reports_in_order)
{
	static const char *const jobs[] = { "--jobs=1", "--jobs=2", "--jobs=8" };
	AUTO_BUF out = { 0 };

	set_up();
	AUTO_FREE char *cases = make_below(stage, "tests/cases/check_standin");
	write_text(cases, "a.case", "# slow\nargs wait 300 say a\noutput b\n");
	write_text(cases, "b.case", "# good\nargs say b\noutput b\n");
	write_text(cases, "c.case", "# broken\n");
	write_text(cases, "d.case", "# quick\nargs say d\noutput e\n");
	int status = run_runner(jobs[_i], &out);
	for (const char *name = "abcd"; *name; name++) {
		AUTO_FREE char *path = mem_print("%s/%c.case", cases, *name);
		remove(path);
	}
	remove(cases);
	tear_down();
	ck_assert_int_eq(status, 1);
	const char *a = strstr(buf_text(&out), "FAIL check_standin/a: slow\n"),
		   *c = strstr(buf_text(&out), "FAIL check_standin/c: \n");
	const char *d = strstr(buf_text(&out), "FAIL check_standin/d: quick\n"),
		   *sum = strstr(buf_text(&out), "\n1 passed, 3 failed\n");
	ck_assert_msg(a && c && d && sum && a < c && c < d && d < sum, "%s", buf_text(&out));
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("runner");
	TCase *tests = tcase_create("cases");

	tcase_set_timeout(tests, 90);
	tcase_add_loop_test(tests, a_row, 0, ROWS(rows));
	tcase_add_test(tests, no_case_at_all);
	tcase_add_loop_test(tests, reports_in_order, 0, 3);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
