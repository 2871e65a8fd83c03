// SPDX-License-Identifier: GPL-3.0-or-later
/* Starts programs at an even pace, each at its due moment whatever became of those before it, and writes down how each went: what a
 * scheduler does to a host, without one. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "support/spawn.h"

#define PARALLEL_MAX 512
#define LIMIT_MS 60000

extern char **environ;

struct run {
	struct spawn process;
	unsigned line;
	int64_t late_ms;
};

struct pacer {
	double rate;
	unsigned count;
	struct strings plan, environment;
	struct run runs[PARALLEL_MAX];
	unsigned running, most;
};

static const char help[] =
    "Usage: pacer --rate=N --count=N <PLAN\n"
    "Starts the commands of the plan, one a line, its words parted by tabs, again from the first after the last.\n"
    "\n"
    "  --rate=N    a second; fractions are fine\n"
    "  --count=N   so many in all\n"
    "\n"
    "Prints a line for each that has ended, parted by tabs: number of its line in the plan, ms that it began behind its due moment,\n"
    "ms that it ran, microseconds of CPU, exit status (128 + signal), bytes on stderr, first line of stdout. At the end: \"most N\",\n"
    "how many ran at a time. A program that runs for a minute is killed.\n";

static void die(const char *what)
{
	fprintf(stderr, "pacer: %s\n", what);
	exit(1);
}

static void read_options(struct pacer *p, int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' },
						 { "rate", required_argument, NULL, 'r' },
						 { "count", required_argument, NULL, 'c' },
						 { NULL, 0, NULL, 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			p->rate = strtod(optarg, NULL);
		else if (option == 'c')
			p->count = (unsigned)strtoul(optarg, NULL, 10);
		else {
			fputs(help, option == 'h' ? stdout : stderr);
			exit(option != 'h');
		}
	}
	if (optind < argc || !(p->rate > 0 && p->rate <= 10000) || !p->count || p->count > 10000000)
		die("--rate and --count are needed, see --help");
}

static void read_plan(struct pacer *p)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			strings_add(&p->plan, line);
	}
	free(line);
	if (!p->plan.count)
		die("the plan has no line");
	for (char **variable = environ; *variable; variable++)
		strings_add(&p->environment, *variable);
}

static void start(struct pacer *p, unsigned number, int64_t due_ms)
{
	struct run *r = &p->runs[p->running];
	struct strings argv = { 0 };
	struct err e;

	r->line = number % (unsigned)p->plan.count;
	AUTO_FREE char *text = mem_copy_text(p->plan.items[r->line]);
	for (char *state = NULL, *word = strtok_r(text, "\t", &state); word; word = strtok_r(NULL, "\t", &state))
		strings_add(&argv, word);
	if (!spawn_start(&r->process, &argv, &p->environment, ".", NULL, &e))
		die(e.text);
	strings_clear(&argv);
	r->late_ms = r->process.begun_ms - due_ms;
	if (++p->running > p->most)
		p->most = p->running;
}

static void report(const struct run *r)
{
	const struct spawn *s = &r->process;
	const char *text = buf_text(&s->text[0]);

	printf("%u\t%lld\t%lld\t%lld\t%d\t%zu\t%.*s\n", r->line + 1, (long long)r->late_ms, (long long)s->ran_ms, (long long)s->cpu_us,
	       WIFEXITED(s->status) ? WEXITSTATUS(s->status) : 128 + WTERMSIG(s->status), s->text[1].len, (int)strcspn(text, "\n"), text);
}

static void gather(struct pacer *p)
{
	for (unsigned i = 0; i < p->running;) {
		struct spawn *s = &p->runs[i].process;

		spawn_handle(s);
		if (!s->ended && clock_ticks_ms() - s->begun_ms > LIMIT_MS)
			spawn_kill(s);
		if (!s->ended) {
			i++;
			continue;
		}
		report(&p->runs[i]);
		spawn_free(s);
		p->runs[i] = p->runs[--p->running];
	}
}

/* Until one of them says something or ends, or the moment has come. */
static void wait_until(const struct pacer *p, int64_t at_ms)
{
	struct pollfd set[PARALLEL_MAX * SPAWN_WATCH_MAX];
	int64_t left = at_ms - clock_ticks_ms();
	int wait_ms = left > 1000 ? 1000 : left > 0 ? (int)left : 0;
	size_t count = 0;

	for (unsigned i = 0; i < p->running; i++)
		count += spawn_watch(&p->runs[i].process, set + count, &wait_ms);
	poll(set, count, wait_ms);
}

static void run(struct pacer *p)
{
	int64_t begun = clock_ticks_ms();

	for (unsigned started = 0; started < p->count || p->running;) {
		int64_t due = begun + (int64_t)(started * 1000.0 / p->rate);
		bool may = started < p->count && p->running < PARALLEL_MAX;

		if (may && due <= clock_ticks_ms())
			start(p, started++, due);
		else
			wait_until(p, may ? due : INT64_MAX);
		gather(p);
	}
}

int main(int argc, char **argv)
{
	static struct pacer p;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	read_options(&p, argc, argv);
	read_plan(&p);
	run(&p);
	printf("most %u\n", p.most);
	strings_clear(&p.plan);
	strings_clear(&p.environment);
	return 0;
}
