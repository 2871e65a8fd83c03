// SPDX-License-Identifier: GPL-3.0-or-later
/* Every program against damaged replies. The cases tell what a program asks for and hold the samples as replies; here
 * one reply of a case is damaged, by chance that a seed repeats, and whatever comes must be a result: a state, one
 * clean line, and OK only for an answer that is whole. The oracle for that is json-c's strict parser. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/caserun.h"
#include "support/casetext.h"
#include "support/crew.h"
#include "support/honest.h"
#include "support/mutate.h"
#include "support/shelf.h"

#define LIMIT_S 2
#define WITHIN_MS (LIMIT_S * 1000 + 2500) /* one second by promise, the rest for a sanitizer */
#define REPLIES_MAX 64
#define DEPTH_MAX 128

struct settings {
	char *cases;
	const char *plugins;
	uint64_t seed;
	long first, count, jobs;
	bool show;
	struct shelves shelves;
};

/* One damaged reply. */
struct attempt {
	struct dice dice;
	struct exchange *damaged;
	struct buf body; /* as it was damaged */
	const char *wire; /* fault around it, or NULL */
	bool whole;      /* may an honest client take it for an answer? */
	bool may_be_refused; /* its check needs nobody's leave to be OK */
	bool show;
	int status;      /* how the program ended; -1: not at all */
};

static void __attribute__((noreturn)) PRINTF_LIKE(1, 2) quit(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("test_fuzz: ", stdout);
	vprintf(fmt, args);
	va_end(args);
	puts("\n0 passed, 1 failed");
	exit(EXIT_FAILURE);
}

/* Answers of use; the sign-in's one in eight. */
static struct exchange *choose(struct dice *d, struct casefile *c)
{
	struct exchange *lists[REPLIES_MAX], *tokens[REPLIES_MAX];
	size_t list_count = 0, token_count = 0;

	for (size_t i = 0; i < c->script.count; i++) {
		struct exchange *x = &c->script.exchanges[i];
		if (!shelf_is_good_reply(x))
			continue;
		if (strstr(x->target, "/oauth2/") && token_count < REPLIES_MAX)
			tokens[token_count++] = x;
		else if (list_count < REPLIES_MAX)
			lists[list_count++] = x;
	}
	if (token_count && (!list_count || !dice_below(d, 8)))
		return tokens[dice_below(d, token_count)];
	return lists[dice_below(d, list_count)];
}

static void bend(struct casefile *c, void *data)
{
	struct attempt *a = data;
	AUTO_FREE char *limit = mem_print("--timeout=%d", LIMIT_S);

	strings_add(&c->runs[0].args, limit);
	c->script.any_order = true;
	c->connections = -1;
	for (size_t i = 0; i < c->script.count; i++)
		c->script.exchanges[i].times = 1000; /* repeats get the same again */
	a->damaged = choose(&a->dice, c);
	struct reply *reply = &a->damaged->reply;
	a->whole = true;
	size_t kind = dice_below(&a->dice, 8);
	if (kind < 7)
		for (size_t i = 0, n = 1 + dice_below(&a->dice, 4) / 2; i < n; i++)
			mutate_body(&a->dice, &reply->body);
	buf_add_bytes(&a->body, buf_text(&reply->body), reply->body.len);
	if (kind >= 6)
		a->whole = mutate_wire(&a->dice, reply, &a->wire);
	if (a->show) {
		AUTO_BUF bytes = { 0 };
		size_t fast;
		reply_write(reply, &bytes, &fast);
		printf("%s %s, fault of the wire: %s\n", a->damaged->method, a->damaged->target, a->wire ? a->wire : "none");
		fwrite(buf_text(&bytes), 1, bytes.len, stdout);
		puts("");
	}
}

static bool is_json(const struct buf *body)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL, which tells json-c that there is no more. */
	struct json_object *value = json_tokener_parse_ex(tokener, buf_text(body), (int)body->len + 1);
	bool good = json_tokener_get_error(tokener) == json_tokener_success && strlen(buf_text(body)) == body->len &&
		    json_tokener_get_parse_end(tokener) >= body->len;
	json_object_put(value);
	json_tokener_free(tokener);
	return good;
}

static void judge(const struct casefile *c, const struct spawn *s, struct buf *report, void *data)
{
	struct attempt *a = data;

	(void)c;
	a->status = honest_judge(s, WITHIN_MS, report);
	bool refused = a->may_be_refused && a->damaged->reply.status == 403;
	if (a->status == 0 && a->damaged->seen && !refused && (!a->whole || !is_json(&a->body)))
		buf_print(report, "    OK for an answer that is not whole (%s)\n",
			  a->whole ? "no JSON" : a->wire);
	if (report->len)
		buf_print(report, "    output: %s", buf_text(&s->text[0]));
	else if (a->show)
		printf("exit status %d, output: %s", a->status, buf_text(&s->text[0]));
}

/* Attempt `number` does the same whatever came before it. */
static bool attempt(long number, int *status, void *data)
{
	const struct settings *set = data;
	struct attempt a = { .dice = { set->seed ^ (uint64_t)number * UINT64_C(0xd1342543de82ef95) }, .show = set->show, .status = -1 };
	const struct shelf *shelf = &set->shelves.items[(size_t)number % set->shelves.count];
	const struct strings *cases = dice_below(&a.dice, 4) ? &shelf->good : &shelf->other;
	const char *file = cases->items[dice_below(&a.dice, cases->count)];
	/* Of a local certificate it knows the end by itself. */
	a.may_be_refused = strstr(shelf->name, "_credentials");
	const struct caserun c = {
		.file = file, .tests = set->shelves.tests, .program = shelf->path, .plugin = shelf->name,
		.limit_ms = LIMIT_S * 1000 + 10000, .bend = bend, .judge = judge, .data = &a,
	};
	AUTO_BUF report = { 0 };

	bool good = caserun_play(&c, &report) && a.damaged;
	if (!good)
		printf("FAIL %s with %s, to repeat: --seed=%llu --first=%ld --count=1 --show\n", shelf->name,
		       strrchr(file, '/') + 1, (unsigned long long)set->seed, number);
	fputs(buf_text(&report), stdout);
	*status = a.status;
	buf_free(&a.body);
	return good;
}

static void usage(void)
{
	puts("test_fuzz [OPTION]...\n"
	     "  --plugins=DIR  built programs (plugins)\n"
	     "  --cases=DIR    cases ($srcdir/tests/cases)\n"
	     "  --seed=N       what the damage is drawn from (1)\n"
	     "  --first=N      number of the first attempt (0)\n"
	     "  --count=N      how many attempts (1000)\n"
	     "  --jobs=N       attempts at once (8 a processor, as most of them wait)\n"
	     "  --show         print each damaged reply and what the program said");
}

static long number(const char *text)
{
	long n;

	if (!casetext_number(text, 10, 1000000000, &n))
		quit("not a number: %s", text);
	return n;
}

static void read_arguments(struct settings *set, int argc, char **argv)
{
	static const struct option known[] = {
		{ "plugins", required_argument, NULL, 'p' }, { "cases", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' },    { "first", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'n' },   { "jobs", required_argument, NULL, 'j' },
		{ "show", no_argument, NULL, 'v' },	     { "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *source = getenv("srcdir");

	set->cases = mem_print("%s/tests/cases", source ? source : ".");

	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		switch (option) {
		case 'p': set->plugins = optarg; break;
		case 'c': free(set->cases); set->cases = mem_copy_text(optarg); break;
		case 's': set->seed = (uint64_t)number(optarg); break;
		case 'f': set->first = number(optarg); break;
		case 'n': set->count = number(optarg); break;
		case 'j': set->jobs = number(optarg); break;
		case 'v': set->show = true; break;
		default: usage(); exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
		}
	}
}

int main(int argc, char **argv)
{
	struct settings set = { .plugins = "plugins", .seed = 1, .count = 1000, .jobs = 8 * sysconf(_SC_NPROCESSORS_ONLN) };
	struct crew_tally sum = { 0 };
	struct err e;

	read_arguments(&set, argc, argv);
	if (set.jobs < 1 || set.jobs > set.count)
		set.jobs = 1;
	if (!shelves_fill(&set.shelves, set.cases, set.plugins, &e))
		quit("%s", e.text);
	printf("seed %llu, %ld attempts from %ld on %zu programs\n", (unsigned long long)set.seed, set.count, set.first, set.shelves.count);
	if (!crew_run(set.first, set.count, set.jobs, attempt, &set, &sum))
		quit("no process or no memory to share: %s", strerror(errno));
	shelves_clear(&set.shelves);
	free(set.cases);
	return crew_report(&sum, set.count);
}
