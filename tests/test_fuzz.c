// SPDX-License-Identifier: GPL-3.0-or-later
/* Every program against damaged replies. The cases tell what a program asks for and hold the samples as replies; here
 * one reply of a case is damaged, by chance that a seed repeats, and whatever comes must be a result: a state, one
 * clean line, and OK only for an answer that is whole. The oracle for that is json-c's strict parser. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/caserun.h"
#include "support/casetext.h"
#include "support/mutate.h"

#define LIMIT_S 2
#define GRACE_MS 2500 /* one second by promise, the rest for a sanitizer */
#define OUTPUT_MAX 4096
#define PROGRAMS_MAX 64
#define DEPTH_MAX 128

/* The cases of one program, those that end well before the others. */
struct shelf {
	char *name, *path;
	struct strings good, other;
};

struct settings {
	char *plugins, *cases, *tests;
	uint64_t seed;
	long first, count, jobs;
	bool show;
	struct shelf shelves[PROGRAMS_MAX];
	size_t shelf_count;
};

/* One damaged reply. */
struct attempt {
	struct dice dice;
	struct exchange *damaged;
	struct buf body; /* as it was damaged */
	const char *wire; /* fault around it, or NULL */
	bool whole;      /* may an honest client take it for an answer? */
	bool show;
	int status;      /* how the program ended; -1: not at all */
};

/* What the workers counted. */
struct tally {
	long passed, by_status[4];
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

static bool is_reply_of_value(const struct exchange *x)
{
	return x->run == 0 && x->reply.status == 200 && x->reply.body.len && x->reply.end == REPLY_KEEP;
}

/* One that answers at once in one line, and has a good reply to damage. */
static bool is_of_use(const struct casefile *c)
{
	const struct case_run *run = &c->runs[0];
	bool any = false;

	for (size_t i = 0; i < run->args.count; i++)
		if (!strncmp(run->args.items[i], "-v", 2) || glob_fits("--verbose*", run->args.items[i]) ||
		    glob_fits("--max-output*", run->args.items[i]))
			return false;
	for (size_t i = 0; i < c->script.count; i++) {
		const struct exchange *x = &c->script.exchanges[i];
		if (x->run == 0 && (x->reply.end == REPLY_STALL || x->reply.wait_ms || x->reply.drip))
			return false;
		any = any || is_reply_of_value(x);
	}
	return any && run->output_count && run->output[0].text[0] != '{';
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_sorted(const char *path, const char *glob, struct strings *names)
{
	DIR *folder = opendir(path);

	if (!folder)
		quit("%s: %s", path, strerror(errno));
	for (struct dirent *entry; (entry = readdir(folder));)
		if (glob_fits(glob, entry->d_name))
			strings_add(names, entry->d_name);
	closedir(folder);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

static void fill_shelf(const struct settings *set, struct shelf *shelf)
{
	CLEANUP(strings_clear) struct strings names = { 0 };
	AUTO_FREE char *folder = mem_print("%s/%s", set->cases, shelf->name);
	struct err e;

	list_sorted(folder, "*.case", &names);
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(casefile_free) struct casefile c = { 0 };
		AUTO_FREE char *file = mem_print("%s/%s", folder, names.items[i]);
		if (!caserun_peek(file, set->tests, &c, &e))
			quit("%s", e.text);
		if (is_of_use(&c))
			strings_add(c.runs[0].exit_status ? &shelf->other : &shelf->good, file);
	}
	if (!shelf->good.count || !shelf->other.count)
		quit("%s: too few cases of use", folder);
}

static void fill_shelves(struct settings *set)
{
	CLEANUP(strings_clear) struct strings names = { 0 };

	list_sorted(set->cases, "check_*", &names);
	for (size_t i = 0; i < names.count && set->shelf_count < PROGRAMS_MAX; i++) {
		struct shelf *shelf = &set->shelves[set->shelf_count];
		shelf->name = mem_copy_text(names.items[i]);
		shelf->path = mem_print("%s/%s", set->plugins, names.items[i]);
		if (access(shelf->path, X_OK))
			quit("%s: not built", shelf->path);
		fill_shelf(set, shelf);
		set->shelf_count++;
	}
	if (!set->shelf_count)
		quit("no cases in %s", set->cases);
}

/* Answers of use; the sign-in's one in eight. */
static struct exchange *choose(struct dice *d, struct casefile *c)
{
	struct exchange *lists[PROGRAMS_MAX], *tokens[PROGRAMS_MAX];
	size_t list_count = 0, token_count = 0;

	for (size_t i = 0; i < c->script.count; i++) {
		struct exchange *x = &c->script.exchanges[i];
		if (!is_reply_of_value(x))
			continue;
		if (strstr(x->target, "/oauth2/") && token_count < PROGRAMS_MAX)
			tokens[token_count++] = x;
		else if (list_count < PROGRAMS_MAX)
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

/* RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF; and of the control characters only TAB and newline. */
static bool is_clean(const struct buf *text)
{
	for (size_t i = 0, n; i < text->len; i += n) {
		const unsigned char *p = (const unsigned char *)text->data + i;
		n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
		if ((*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4 || i + n > text->len)
			return false;
		for (size_t j = 1; j < n; j++)
			if (p[j] >> 6 != 2)
				return false;
		if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
			return false;
	}
	return true;
}

static void judge_text(int status, const struct buf *out, struct buf *report)
{
	static const char *const heads[] = { "[OK] - ", "[WARNING] - ", "[CRITICAL] - ", "[UNKNOWN] - " };
	const char *text = buf_text(out), *bar = strchr(text, '|');

	if (status < 0 || status > 3)
		return;
	if (strncmp(text, heads[status], strlen(heads[status])) != 0 || text[strlen(heads[status])] <= ' ')
		buf_print(report, "    the first line does not begin with %s and a text\n", heads[status]);
	if (!out->len || text[out->len - 1] != '\n')
		buf_add(report, "    the output does not end with a newline\n");
	if (bar && strchr(bar + 1, '|'))
		buf_add(report, "    more than one |\n");
	if (bar && memchr(text, '\n', (size_t)(bar - text)))
		buf_add(report, "    a | behind the first line\n");
	if (!is_clean(out))
		buf_add(report, "    bytes that are no clean UTF-8\n");
	if (strstr(text, "contoso-simulated-"))
		buf_add(report, "    a simulated secret\n");
	if (out->len > OUTPUT_MAX)
		buf_print(report, "    %zu bytes of output\n", out->len);
}

static void judge(const struct casefile *c, const struct spawn *s, struct buf *report, void *data)
{
	struct attempt *a = data;
	bool exited = !s->killed && WIFEXITED(s->status);

	(void)c;
	a->status = exited ? WEXITSTATUS(s->status) : -1;
	if (s->killed)
		buf_add(report, "    it did not end\n");
	else if (!exited)
		buf_print(report, "    ended by signal %d\n", WTERMSIG(s->status));
	else if (a->status > 3)
		buf_print(report, "    exit status %d\n", a->status);
	if (s->ran_ms - s->starved_ms > LIMIT_S * 1000 + GRACE_MS)
		buf_print(report, "    ran %lld ms of %d s\n", (long long)s->ran_ms, LIMIT_S);
	if (s->text[1].len)
		buf_print(report, "    stderr: %.4000s\n", buf_text(&s->text[1]));
	judge_text(a->status, &s->text[0], report);
	if (a->status == 0 && a->damaged->seen && (!a->whole || !is_json(&a->body)))
		buf_print(report, "    OK for an answer that is not whole (%s)\n",
			  a->whole ? "no JSON" : a->wire);
	if (report->len)
		buf_print(report, "    output: %s", buf_text(&s->text[0]));
	else if (a->show)
		printf("exit status %d, output: %s", a->status, buf_text(&s->text[0]));
}

/* Attempt `number` does the same whatever came before it. */
static void attempt(const struct settings *set, long number, struct tally *tally)
{
	struct attempt a = { .dice = { set->seed ^ (uint64_t)number * UINT64_C(0xd1342543de82ef95) }, .show = set->show, .status = -1 };
	const struct shelf *shelf = &set->shelves[(size_t)number % set->shelf_count];
	const struct strings *cases = dice_below(&a.dice, 4) ? &shelf->good : &shelf->other;
	const char *file = cases->items[dice_below(&a.dice, cases->count)];
	const struct caserun c = {
		.file = file, .tests = set->tests, .program = shelf->path, .plugin = shelf->name,
		.limit_ms = LIMIT_S * 1000 + 10000, .bend = bend, .judge = judge, .data = &a,
	};
	AUTO_BUF report = { 0 };

	bool good = caserun_play(&c, &report) && a.damaged;
	if (!good)
		printf("FAIL %s with %s, to repeat: --seed=%llu --first=%ld --count=1 --show\n", shelf->name,
		       strrchr(file, '/') + 1, (unsigned long long)set->seed, number);
	fputs(buf_text(&report), stdout);
	fflush(stdout);
	tally->passed += good;
	if (a.status >= 0 && a.status < 4)
		tally->by_status[a.status]++;
	buf_free(&a.body);
}

static void run_workers(const struct settings *set, struct tally *tallies)
{
	fflush(stdout);
	for (long job = 0; job < set->jobs; job++) {
		pid_t pid = fork();
		if (pid < 0)
			quit("no process: %s", strerror(errno));
		if (pid)
			continue;
		for (long i = job; i < set->count; i += set->jobs)
			attempt(set, set->first + i, &tallies[job]);
		_exit(0);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
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

static char *absolute(const char *path)
{
	char *found = realpath(path, NULL);

	if (!found)
		quit("%s: %s", path, strerror(errno));
	return found;
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
	const char *source = getenv("srcdir"), *plugins = "plugins";
	AUTO_FREE char *cases = mem_print("%s/tests/cases", source ? source : ".");

	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		switch (option) {
		case 'p': plugins = optarg; break;
		case 'c': free(cases); cases = mem_copy_text(optarg); break;
		case 's': set->seed = (uint64_t)number(optarg); break;
		case 'f': set->first = number(optarg); break;
		case 'n': set->count = number(optarg); break;
		case 'j': set->jobs = number(optarg); break;
		case 'v': set->show = true; break;
		default: usage(); exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
		}
	}
	set->plugins = absolute(plugins);
	set->cases = absolute(cases);
	AUTO_FREE char *above = mem_print("%s/..", set->cases);
	set->tests = absolute(above);
}

static void release(struct settings *set)
{
	for (size_t i = 0; i < set->shelf_count; i++) {
		struct shelf *shelf = &set->shelves[i];
		free(shelf->name);
		free(shelf->path);
		strings_clear(&shelf->good);
		strings_clear(&shelf->other);
	}
	free(set->plugins);
	free(set->cases);
	free(set->tests);
}

int main(int argc, char **argv)
{
	struct settings set = { .seed = 1, .count = 1000, .jobs = 8 * sysconf(_SC_NPROCESSORS_ONLN) };
	struct tally sum = { 0 };

	read_arguments(&set, argc, argv);
	if (set.jobs < 1 || set.jobs > set.count)
		set.jobs = 1;
	size_t size = (size_t)set.jobs * sizeof(struct tally);
	struct tally *tallies = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED)
		quit("no memory to share: %s", strerror(errno));
	fill_shelves(&set);
	printf("seed %llu, %ld attempts from %ld on %zu programs\n", (unsigned long long)set.seed, set.count, set.first, set.shelf_count);
	run_workers(&set, tallies);
	for (long i = 0; i < set.jobs; i++) {
		sum.passed += tallies[i].passed;
		for (int j = 0; j < 4; j++)
			sum.by_status[j] += tallies[i].by_status[j];
	}
	munmap(tallies, size);
	release(&set);
	printf("%ld OK, %ld WARNING, %ld CRITICAL, %ld UNKNOWN\n", sum.by_status[0], sum.by_status[1], sum.by_status[2], sum.by_status[3]);
	/* What a worker that died did not come to has failed. */
	printf("%ld passed, %ld failed\n", sum.passed, set.count - sum.passed);
	return sum.passed == set.count && set.count ? EXIT_SUCCESS : EXIT_FAILURE;
}
