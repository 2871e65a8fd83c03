// SPDX-License-Identifier: GPL-3.0-or-later
/* Every fault on every reply of every program: not only the first list of a check breaks, also its second and third, its second page and
 * its sign-in, after all before them was good. Each is tried with one case of each shape of requests that ends OK; with the fault the
 * program must end as it promises, and not OK. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/caserun.h"
#include "support/casetext.h"
#include "support/crew.h"
#include "support/honest.h"
#include "support/shelf.h"

#define LIMIT_MS 1000
#define WITHIN_MS (LIMIT_MS + 1000)
#define AGAIN 1000 /* repeats of the request get the same reply */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What becomes of a reply. */
struct fault {
	const char *name;
	int status;       /* 0: as it was */
	const char *body; /* NULL: as it was */
	const char *header;
	void (*bend)(struct reply *reply);
};

static void halve(struct reply *reply)
{
	buf_cut(&reply->body, reply->body.len / 2);
}

static void repeat_body(struct reply *reply)
{
	AUTO_FREE char *once = mem_copy_text(buf_text(&reply->body));

	buf_add(&reply->body, once);
}

static void promise_more(struct reply *reply)
{
	reply->is_short = true;
}

static void stall_within(struct reply *reply)
{
	reply->cut_after = 60 + reply->body.len / 2;
	reply->end = REPLY_STALL;
}

static void reset_within(struct reply *reply)
{
	stall_within(reply);
	reply->end = REPLY_RESET;
}

/* No reply at all, and so it ends. */
static void end_with(struct reply *reply, enum reply_end end)
{
	reply->status = 0;
	reply->end = end;
}

static void stall(struct reply *reply)
{
	end_with(reply, REPLY_STALL);
}

static void drop(struct reply *reply)
{
	end_with(reply, REPLY_CLOSE);
}

static void reset(struct reply *reply)
{
	end_with(reply, REPLY_RESET);
}

static void write_garbage(struct reply *reply)
{
	drop(reply);
	buf_add(&reply->raw, "SSH-2.0-contoso\r\n");
}

static const struct fault faults[] = {
	{ "no fault", 0, NULL, NULL, NULL }, /* so that all others show what they do */
	{ "a page of HTML", 0, "<!DOCTYPE html><html><title>Sign in</title></html>", "Content-Type: text/html", NULL },
	{ "half of it", 0, NULL, NULL, halve },
	{ "the same twice", 0, NULL, NULL, repeat_body },
	{ "nothing", 0, "", NULL, NULL },
	{ "null", 0, "null", NULL, NULL },
	{ "an empty object", 0, "{}", NULL, NULL },
	{ "a text", 0, "\"contoso\"", NULL, NULL },
	{ "an error with status 200", 0, "{\"error\":{\"code\":\"contoso\",\"message\":\"contoso\"}}", NULL, NULL },
	{ "plain bytes said to be gzip", 0, NULL, "Content-Encoding: gzip", NULL },
	{ "less than promised", 0, NULL, NULL, promise_more },
	{ "a stall within it", 0, NULL, NULL, stall_within },
	{ "a reset within it", 0, NULL, NULL, reset_within },
	{ "a stall", 0, NULL, NULL, stall },
	{ "an end", 0, NULL, NULL, drop },
	{ "a reset", 0, NULL, NULL, reset },
	{ "no HTTP", 0, NULL, NULL, write_garbage },
	{ "204", 204, "", NULL, NULL },
	{ "206", 206, NULL, NULL, NULL },
	{ "302 to another host", 302, "", "Location: http://portal.contoso.example/", NULL },
	{ "304", 304, "", NULL, NULL },
	{ "400", 400, "{}", NULL, NULL },
	{ "401", 401, "{}", NULL, NULL },
	{ "403", 403, "{}", NULL, NULL },
	{ "404", 404, "{}", NULL, NULL },
	{ "410", 410, "{}", NULL, NULL },
	{ "429 without a wait", 429, "{}", NULL, NULL },
	{ "429 with a wait", 429, "{}", "Retry-After: 20", NULL },
	{ "500", 500, "{}", NULL, NULL },
	{ "502", 502, "<html>", NULL, NULL },
	{ "503 with a wait", 503, "{}", "Retry-After: 0", NULL },
	{ "504", 504, "", NULL, NULL },
};

/* How a check calls what it reads, where it does not tell the last part of the path. */
static const struct {
	const char *part, *words;
} steps[] = {
	{ "token", "sign-in" },
	{ "app_connectors", "controlled apps" },
	{ "app_connectors", "app connectors" },
	{ "instances", "instances" },
	{ "tokens", "API tokens" },
	{ "governance", "governance log" },
	{ "log_collectors", "log collectors" },
	{ "data_sources", "data sources" },
	{ "siem", "SIEM agents" },
	{ "applications", "the application" },
	{ "healthOverviews", "service health" },
	{ "issues", "service issues" },
	{ "messages", "messages" },
	{ "secureScores", "score" },
	{ "secureScoreControlProfiles", "catalogue of actions" },
};

/* A reply that is to be damaged. */
struct place {
	const struct shelf *shelf;
	const char *file;
	size_t exchange;
};

struct settings {
	char *cases;
	const char *plugins, *only;
	long jobs;
	bool show;
	struct shelves shelves;
	struct place *places;
	size_t place_count;
};

struct play {
	const struct place *place;
	const struct fault *fault;
	bool show;
	int status;
};

static void __attribute__((noreturn)) PRINTF_LIKE(1, 2) quit(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("test_faults: ", stdout);
	vprintf(fmt, args);
	va_end(args);
	puts("\n0 passed, 1 failed");
	exit(EXIT_FAILURE);
}

/* Options that make OK of a failure, and what is asked for again, are what their own cases are about. */
static bool is_special(const struct casefile *c)
{
	static const char *const globs[] = { "--optional-source*", "--error-state*", "--timeout-result*" };

	for (size_t i = 0; i < c->runs[0].args.count; i++)
		for (size_t j = 0; j < COUNT(globs); j++)
			if (glob_fits(globs[j], c->runs[0].args.items[i]))
				return true;
	for (size_t i = 0; i < c->script.count; i++) {
		int status = c->script.exchanges[i].reply.status;

		if (c->script.exchanges[i].run == 0 && (status == 401 || status == 429 || status >= 500))
			return true;
	}
	return false;
}

/* The requests of the first run, without what stands behind a question mark. */
static void print_shape(const struct casefile *c, struct buf *out)
{
	for (size_t i = 0; i < c->script.count; i++) {
		const struct exchange *x = &c->script.exchanges[i];

		for (unsigned n = 0; x->run == 0 && n < x->times; n++)
			buf_print(out, "%s %.*s %d\n", x->method, (int)strcspn(x->target, "?"), x->target, x->reply.status);
	}
}

static void add_places(struct settings *set, const struct shelf *shelf, const char *file, const struct casefile *c)
{
	for (size_t i = 0; i < c->script.count; i++) {
		if (!shelf_is_good_reply(&c->script.exchanges[i]))
			continue;
		set->places = mem_resize(set->places, set->place_count + 1, sizeof(*set->places));
		set->places[set->place_count++] = (struct place){ shelf, file, i };
	}
}

static bool has(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

static void find_places(struct settings *set, const struct shelf *shelf)
{
	CLEANUP(strings_clear) struct strings shapes = { 0 };
	struct err e;

	for (size_t i = 0; i < shelf->good.count; i++) {
		CLEANUP(casefile_free) struct casefile c = { 0 };
		AUTO_BUF shape = { 0 };

		if (!caserun_peek(shelf->good.items[i], set->shelves.tests, &c, &e))
			quit("%s", e.text);
		print_shape(&c, &shape);
		if (is_special(&c) || has(&shapes, buf_text(&shape)))
			continue;
		strings_add(&shapes, buf_text(&shape));
		add_places(set, shelf, shelf->good.items[i], &c);
	}
}

static void bend(struct casefile *c, void *data)
{
	struct play *p = data;
	struct exchange *x = &c->script.exchanges[p->place->exchange];
	struct reply *reply = &x->reply;

	strings_add(&c->runs[0].args, "--timeout=1");
	c->script.any_order = true;
	c->connections = -1;
	x->times = AGAIN;
	for (size_t i = 0; i < c->script.count; i++)
		if (strstr(c->script.exchanges[i].target, "/oauth2/"))
			c->script.exchanges[i].times = AGAIN;
	if (p->fault->status)
		reply->status = p->fault->status;
	if (p->fault->body) {
		buf_cut(&reply->body, 0);
		buf_add(&reply->body, p->fault->body);
	}
	if (p->fault->header)
		strings_add(&reply->headers, p->fault->header);
	if (p->fault->bend)
		p->fault->bend(reply);
}

/* Does the first line tell what was being read? A host that throttles does so for all of it; "*" is any request. */
static bool names_step(const char *line, const char *target)
{
	AUTO_FREE char *path = mem_copy_bytes(target, strcspn(target, "?"));
	size_t len = strlen(path);

	if (path[len - 1] == '/')
		path[len - 1] = '\0';
	const char *slash = strrchr(path, '/'), *part = slash ? slash + 1 : path;
	bool named = !slash || strstr(line, part) || strstr(line, "throttled by ");
	for (size_t i = 0; i < COUNT(steps); i++)
		named = named || (!strcmp(part, steps[i].part) && strstr(line, steps[i].words));
	return named;
}

static void judge(const struct casefile *c, const struct spawn *s, struct buf *report, void *data)
{
	struct play *p = data;
	const struct exchange *x = &c->script.exchanges[p->place->exchange];

	p->status = honest_judge(s, WITHIN_MS, report);
	if (!x->seen)
		buf_add(report, "    the request never came\n");
	if (p->fault == faults && p->status != 0)
		buf_add(report, "    not OK, though nothing is wrong\n");
	if (p->fault != faults && p->status == 0)
		buf_add(report, "    OK for half an answer\n");
	if (p->fault != faults && !names_step(buf_text(&s->text[0]), x->target))
		buf_add(report, "    it does not name the step\n");
	if (report->len || p->show)
		printf("%s, %s: %s %s, %s\n    %s", p->place->shelf->name, strrchr(p->place->file, '/') + 1, x->method, x->target, p->fault->name,
		       buf_text(&s->text[0]));
}

static bool play(long number, int *status, void *data)
{
	const struct settings *set = data;
	struct play p = { &set->places[(size_t)number / COUNT(faults)], &faults[(size_t)number % COUNT(faults)], set->show, -1 };
	const struct caserun c = {
		.file = p.place->file, .tests = set->shelves.tests, .program = p.place->shelf->path, .plugin = p.place->shelf->name,
		.limit_ms = WITHIN_MS + 10000, .bend = bend, .judge = judge, .data = &p,
	};
	AUTO_BUF report = { 0 };
	bool good = caserun_play(&c, &report);

	if (!good)
		printf("FAIL %s with %s, %s\n%s", p.place->shelf->name, strrchr(p.place->file, '/') + 1, p.fault->name, buf_text(&report));
	*status = p.status;
	return good;
}

static void usage(void)
{
	puts("test_faults [OPTION]... [PROGRAM]\n"
	     "  --plugins=DIR  built programs (plugins)\n"
	     "  --cases=DIR    cases ($srcdir/tests/cases)\n"
	     "  --jobs=N       plays at once (8 a processor, as most of them wait)\n"
	     "  --show         tell of every play what the program said");
}

static void read_arguments(struct settings *set, int argc, char **argv)
{
	static const struct option known[] = {
		{ "plugins", required_argument, NULL, 'p' }, { "cases", required_argument, NULL, 'c' },
		{ "jobs", required_argument, NULL, 'j' },    { "show", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },	     { 0 },
	};
	const char *source = getenv("srcdir");

	set->cases = mem_print("%s/tests/cases", source ? source : ".");
	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		switch (option) {
		case 'p': set->plugins = optarg; break;
		case 'c': free(set->cases); set->cases = mem_copy_text(optarg); break;
		case 'j':
			if (!casetext_number(optarg, 10, 1000, &set->jobs) || !set->jobs)
				quit("not a number of jobs: %s", optarg);
			break;
		case 'v': set->show = true; break;
		default: usage(); exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
		}
	}
	set->only = argv[optind];
}

int main(int argc, char **argv)
{
	struct settings set = { .plugins = "plugins", .jobs = 8 * sysconf(_SC_NPROCESSORS_ONLN) };
	struct crew_tally sum = { 0 };
	struct err e;

	read_arguments(&set, argc, argv);
	if (!shelves_fill(&set.shelves, set.cases, set.plugins, &e))
		quit("%s", e.text);
	for (size_t i = 0; i < set.shelves.count; i++)
		if (!set.only || !strcmp(set.only, set.shelves.items[i].name))
			find_places(&set, &set.shelves.items[i]);
	long count = (long)(set.place_count * COUNT(faults));
	printf("%zu faults on %zu replies\n", COUNT(faults) - 1, set.place_count);
	if (!crew_run(0, count, set.jobs, play, &set, &sum))
		quit("no process or no memory to share: %s", strerror(errno));
	free(set.places);
	shelves_clear(&set.shelves);
	free(set.cases);
	return crew_report(&sum, count);
}
