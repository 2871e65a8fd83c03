// SPDX-License-Identifier: GPL-3.0-or-later
/* Runs the built programs against the fake API as tests/cases tells, and compares exactly.
 *
 * The language of a case is in support/casefile.h. Reports come in the order of the names, whatever ends first. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/caserun.h"
#include "support/casetext.h"

#define LIMIT_MS 20000

struct settings {
	char *plugins, *cases, *tests; /* absolute */
	char *clock;                   /* absolute, or NULL */
	struct strings patterns, programs, wrap;
	int64_t limit_ms;
	long jobs;
	bool verbose, keep;
};

struct task {
	char *label, *file, *program, *plugin;
	char *title;
	char *refusal; /* why it cannot even start */
	pid_t pid;
	FILE *report; /* written by the worker */
	bool ended, passed;
};

struct tasks {
	struct task *items;
	size_t count;
};

static void usage(FILE *out)
{
	fputs("test_cases [OPTION]... [PATTERN]...\n"
	      "  --plugins=DIR    built programs (plugins)\n"
	      "  --cases=DIR      cases ($srcdir/tests/cases)\n"
	      "  --programs=NAMES programs for cases/common ($PLUGINS, else all check_* in the folder)\n"
	      "  --filter=GLOB    as PATTERN: run only what fits PROGRAM/NAME, or all of one PROGRAM\n"
	      "  --jobs=N         cases at once (two a processor, as half of the time they wait)\n"
	      "  --limit=TIME     a program that still runs after it is killed (20s)\n"
	      "  --wrap=WORDS     run every program under this, an absolute path and arguments\n"
	      "  --clock=FILE     preload this clock, under which only waits take time (tests/support/waiting_clock.so)\n"
	      "  --keep           keep the folders of the cases\n"
	      "  -v, --verbose    name the cases that pass as well\n",
	      out);
}

static void __attribute__((noreturn)) PRINTF_LIKE(1, 2) quit(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("test_cases: ", stdout);
	vprintf(fmt, args);
	va_end(args);
	puts("");
	exit(EXIT_FAILURE);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder that fit, in byte order whatever the locale. */
static void list_folder(const char *path, const char *glob, struct strings *names)
{
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.' && glob_fits(glob, entry->d_name))
			strings_add(names, entry->d_name);
	closedir(folder);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

static bool is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Programs for cases/common: as told, else what was built. */
static void find_programs(struct settings *set)
{
	CLEANUP(strings_clear) struct strings found = { 0 };

	if (set->programs.count)
		return;
	list_folder(set->plugins, "check_*", &found);
	for (size_t i = 0; i < found.count; i++) {
		AUTO_FREE char *path = mem_print("%s/%s", set->plugins, found.items[i]);
		if (is_program(path))
			strings_add(&set->programs, found.items[i]);
	}
}

static bool is_wanted(const struct settings *set, const char *label, const char *folder, const char *plugin)
{
	const struct strings *p = &set->patterns;
	return !p->count || glob_any(p, label) || glob_any(p, folder) || glob_any(p, plugin);
}

static void add_task(struct tasks *tasks, const struct settings *set, const char *folder, const char *name,
		     const char *plugin, const char *title, const char *refusal)
{
	int length = (int)(strlen(name) - strlen(".case"));
	bool common = strcmp(folder, "common") == 0 && plugin;
	AUTO_FREE char *label = mem_print("%s/%.*s%s%s%s", folder, length, name, common ? " [" : "",
					  common ? plugin : "", common ? "]" : "");

	if (!is_wanted(set, label, folder, plugin ? plugin : folder))
		return;
	tasks->items = mem_resize(tasks->items, tasks->count + 1, sizeof(*tasks->items));
	struct task *task = &tasks->items[tasks->count++];
	*task = (struct task){
		.label = mem_copy_text(label),
		.file = mem_print("%s/%s/%s", set->cases, folder, name),
		.program = mem_print("%s/%s", set->plugins, plugin ? plugin : ""),
		.plugin = mem_copy_text(plugin),
		.title = mem_copy_text(title),
		.refusal = mem_copy_text(refusal),
	};
	if (!task->refusal && !is_program(task->program))
		task->refusal = mem_print("%s is not built", task->program);
}

/* A case in common runs with every program that its plugin line names, or with all. */
static void add_common(struct tasks *tasks, const struct settings *set, const char *name, const struct casefile *c)
{
	static char *all[] = { (char *)"*" };
	struct strings every = { .items = all, .count = 1 };
	const struct strings *globs = c->plugins.count ? &c->plugins : &every;

	for (size_t i = 0; i < set->programs.count; i++)
		if (glob_any(globs, set->programs.items[i]))
			add_task(tasks, set, "common", name, set->programs.items[i], c->title, NULL);
	for (size_t i = 0; i < globs->count; i++) {
		bool fits = false;
		for (size_t j = 0; j < set->programs.count && !fits; j++)
			fits = glob_fits(globs->items[i], set->programs.items[j]);
		if (!fits)
			add_task(tasks, set, "common", name, NULL, c->title, "its plugin line fits no built program");
	}
}

static void add_case(struct tasks *tasks, const struct settings *set, const char *folder, const char *name)
{
	CLEANUP(casefile_free) struct casefile c = { 0 };
	AUTO_FREE char *file = mem_print("%s/%s/%s", set->cases, folder, name);
	bool common = strcmp(folder, "common") == 0;
	struct err e;

	if (!caserun_peek(file, set->tests, &c, &e))
		add_task(tasks, set, folder, name, common ? NULL : folder, NULL, e.text);
	else if (common)
		add_common(tasks, set, name, &c);
	else
		add_task(tasks, set, folder, name, folder, c.title,
			 c.plugins.count ? "plugin lines are for cases/common" : NULL);
}

static void find_tasks(struct tasks *tasks, const struct settings *set)
{
	CLEANUP(strings_clear) struct strings folders = { 0 };

	list_folder(set->cases, "*", &folders);
	for (size_t i = 0; i < folders.count; i++) {
		CLEANUP(strings_clear) struct strings names = { 0 };
		AUTO_FREE char *path = mem_print("%s/%s", set->cases, folders.items[i]);
		list_folder(path, "*.case", &names);
		for (size_t j = 0; j < names.count; j++)
			add_case(tasks, set, folders.items[i], names.items[j]);
	}
}

static bool work(const struct settings *set, const struct task *task)
{
	AUTO_BUF report = { 0 };
	const struct caserun c = {
		.file = task->file,
		.tests = set->tests,
		.program = task->program,
		.plugin = task->plugin,
		.wrap = &set->wrap,
		.clock = set->clock,
		.limit_ms = set->limit_ms,
		.keep = set->keep,
	};
	bool passed = caserun_play(&c, &report);
	fputs(buf_text(&report), task->report);
	return fflush(task->report) == 0 && passed;
}

static void begin_task(const struct settings *set, struct task *task)
{
	if (task->refusal) {
		task->ended = true;
		return;
	}
	task->report = tmpfile();
	if (!task->report)
		quit("no temporary file: %s", strerror(errno));
	fflush(stdout);
	task->pid = fork();
	if (task->pid < 0)
		quit("no process: %s", strerror(errno));
	if (task->pid == 0)
		exit(work(set, task) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void print_report(struct task *task)
{
	char line[4096];

	if (task->refusal)
		printf("    %s\n", task->refusal);
	if (!task->report)
		return;
	rewind(task->report);
	while (fgets(line, sizeof(line), task->report))
		fputs(line, stdout);
	fclose(task->report);
}

static void print_task(const struct settings *set, struct task *task)
{
	const char *title = task->title ? task->title : "";
	if (!task->passed)
		printf("FAIL %s: %s\n", task->label, title);
	else if (set->verbose || set->keep)
		printf("ok   %s: %s\n", task->label, title);
	print_report(task);
	fflush(stdout);
}

/* Waits for one worker. One that died without a verdict has failed. */
static void end_task(struct tasks *tasks)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);

	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->items[i];
		if (task->ended || task->pid != pid || pid <= 0)
			continue;
		task->ended = true;
		task->passed = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
		if (WIFSIGNALED(status))
			task->refusal = mem_print("the runner itself ended by signal %d", WTERMSIG(status));
	}
}

static size_t run_tasks(const struct settings *set, struct tasks *tasks)
{
	size_t begun = 0, printed = 0, passed = 0;
	long running = 0;

	while (printed < tasks->count) {
		while (begun < tasks->count && running < set->jobs) {
			begin_task(set, &tasks->items[begun]);
			running += !tasks->items[begun++].ended;
		}
		if (running > 0) {
			end_task(tasks);
			running--;
		}
		for (; printed < tasks->count && tasks->items[printed].ended; printed++) {
			passed += tasks->items[printed].passed;
			print_task(set, &tasks->items[printed]);
		}
	}
	return passed;
}

static void free_tasks(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->items[i];
		free(task->label);
		free(task->file);
		free(task->program);
		free(task->plugin);
		free(task->title);
		free(task->refusal);
	}
	free(tasks->items);
}

static char *absolute(const char *path)
{
	char *found = realpath(path, NULL);
	if (!found)
		quit("%s: %s", path, strerror(errno));
	return found;
}

/* Names as the build system writes them, perhaps with their folder. */
static void add_programs(struct settings *set, const char *names)
{
	CLEANUP(strings_clear) struct strings words = { 0 };

	if (!casetext_words(names, &words))
		quit("an open quote: %s", names);
	for (size_t i = 0; i < words.count; i++) {
		const char *slash = strrchr(words.items[i], '/');
		strings_add(&set->programs, slash ? slash + 1 : words.items[i]);
	}
}

enum { OPT_PLUGINS = 256, OPT_CASES, OPT_PROGRAMS, OPT_FILTER, OPT_JOBS, OPT_LIMIT, OPT_WRAP, OPT_CLOCK, OPT_KEEP };

static void read_option(struct settings *set, int option, const char **plugins, char **cases)
{
	switch (option) {
	case OPT_PLUGINS:
		*plugins = optarg;
		break;
	case OPT_CASES:
		free(*cases);
		*cases = mem_copy_text(optarg);
		break;
	case OPT_PROGRAMS:
		add_programs(set, optarg);
		break;
	case OPT_FILTER:
		strings_add(&set->patterns, optarg);
		break;
	case OPT_JOBS:
		if (!casetext_number(optarg, 10, 1000, &set->jobs) || !set->jobs)
			quit("not a number of jobs: %s", optarg);
		break;
	case OPT_LIMIT:
		if (!casetext_time(optarg, &set->limit_ms) || !set->limit_ms)
			quit("not a length of time: %s", optarg);
		break;
	case OPT_WRAP:
		if (!casetext_words(optarg, &set->wrap))
			quit("an open quote: %s", optarg);
		break;
	case OPT_CLOCK:
		free(set->clock);
		set->clock = absolute(optarg);
		break;
	case OPT_KEEP:
		set->keep = true;
		break;
	case 'v':
		set->verbose = true;
		break;
	default:
		usage(option == 'h' ? stdout : stderr);
		exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
	}
}

static void read_arguments(struct settings *set, int argc, char **argv)
{
	static const struct option known[] = {
		{ "plugins", required_argument, NULL, OPT_PLUGINS },
		{ "cases", required_argument, NULL, OPT_CASES },
		{ "programs", required_argument, NULL, OPT_PROGRAMS },
		{ "filter", required_argument, NULL, OPT_FILTER },
		{ "jobs", required_argument, NULL, OPT_JOBS },
		{ "limit", required_argument, NULL, OPT_LIMIT },
		{ "wrap", required_argument, NULL, OPT_WRAP },
		{ "clock", required_argument, NULL, OPT_CLOCK },
		{ "keep", no_argument, NULL, OPT_KEEP },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *plugins = "plugins", *source = getenv("srcdir");
	AUTO_FREE char *cases = mem_print("%s/tests/cases", source ? source : ".");

	for (int option; (option = getopt_long(argc, argv, "vh", known, NULL)) != -1;)
		read_option(set, option, &plugins, &cases);
	for (int i = optind; i < argc; i++)
		strings_add(&set->patterns, argv[i]);
	if (!set->programs.count && getenv("PLUGINS"))
		add_programs(set, getenv("PLUGINS"));
	set->plugins = absolute(plugins);
	set->cases = absolute(cases);
	AUTO_FREE char *above = mem_print("%s/..", set->cases);
	set->tests = absolute(above);
}

int main(int argc, char **argv)
{
	struct settings set = { .limit_ms = LIMIT_MS, .jobs = 2 * sysconf(_SC_NPROCESSORS_ONLN) };
	struct tasks tasks = { 0 };

	if (set.jobs < 1)
		set.jobs = 1;
	read_arguments(&set, argc, argv);
	find_programs(&set);
	find_tasks(&tasks, &set);
	size_t count = tasks.count, passed = run_tasks(&set, &tasks);
	if (!count)
		puts("no case found");
	printf("%zu passed, %zu failed\n", passed, count - passed);

	free_tasks(&tasks);
	strings_clear(&set.patterns);
	strings_clear(&set.programs);
	strings_clear(&set.wrap);
	free(set.clock);
	free(set.plugins);
	free(set.cases);
	free(set.tests);
	return count && passed == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
