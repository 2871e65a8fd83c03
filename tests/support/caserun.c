// SPDX-License-Identifier: GPL-3.0-or-later
/* One thread, one poll loop for server and program: nothing races but the program itself. */
#include "support/caserun.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/fakeapi.h"
#include "support/honest.h"
#include "support/spawn.h"

#define MARGIN "    "
/* Of the preloaded clock, in the case folder. */
#define CLOCK_FILE ".clock"
/* What every simulated secret begins with. */
#define SECRET_MARK "contoso-simulated-"

struct stage {
	const struct caserun *c;
	struct casefile script;
	struct fakeapi *api;
	char *folder;
	struct strings environment;
	struct buf *report;
};

static bool PRINTF_LIKE(2, 3) blame(struct buf *report, const char *fmt, ...)
{
	va_list args;

	buf_add(report, MARGIN);
	va_start(args, fmt);
	buf_vprint(report, fmt, args);
	va_end(args);
	buf_add_char(report, '\n');
	return false;
}

/* Adds a text of several lines, each behind the margin. */
static void blame_lines(struct buf *report, const char *text)
{
	CLEANUP(strings_clear) struct strings lines = { 0 };

	lines_cut(text, &lines);
	for (size_t i = 0; i < lines.count; i++)
		blame(report, "%s", lines.items[i]);
}

static bool read_case(const char *file, const char *tests, const char *plugin, const char *folder, int port,
		      int refusing, int other, struct casefile *out, struct err *e)
{
	AUTO_FREE char *port_text = mem_print("%d", port);
	AUTO_FREE char *url = mem_print("http://127.0.0.1:%d", port);
	AUTO_FREE char *refused = mem_print("http://127.0.0.1:%d", refusing);
	AUTO_FREE char *elsewhere = mem_print("http://127.0.0.1:%d", other);
	const struct casefile_var vars[] = {
		{ "DIR", folder },          { "PORT", port_text }, { "URL", url },                  { "REFUSED", refused },
		{ "ELSEWHERE", elsewhere }, { "PLUGIN", plugin },  { "VERSION", PACKAGE_VERSION }, { NULL, NULL },
	};
	return casefile_read(file, tests, vars, out, e);
}

bool caserun_peek(const char *file, const char *tests, struct casefile *out, struct err *e)
{
	return read_case(file, tests, "check", "/nowhere", 1, 2, 3, out, e);
}

/* Only the case's own folder is ever removed. */
static int remove_node(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

/* A folder that a case closed cannot be emptied. */
static int open_folder(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)walk;
	if (type == FTW_D || type == FTW_DNR)
		return chmod(path, st->st_mode | 0700);
	return 0;
}

static void remove_folder(const char *folder)
{
	nftw(folder, open_folder, 16, FTW_PHYS);
	nftw(folder, remove_node, 16, FTW_PHYS | FTW_DEPTH);
}

static char *make_folder(struct err *e)
{
	const char *parent = getenv("TMPDIR");
	AUTO_FREE char *pattern = mem_print("%s/mdca-case-XXXXXX", parent && *parent == '/' ? parent : "/tmp");

	if (!mkdtemp(pattern)) {
		err_set(e, ERR_CONFIG, "cannot make %s: %s", pattern, strerror(errno));
		return NULL;
	}
	AUTO_FREE char *home = mem_print("%s/home", pattern);
	AUTO_FREE char *cache = mem_print("%s/cache", pattern);
	if (mkdir(home, 0700) || mkdir(cache, 0700)) {
		err_set(e, ERR_CONFIG, "cannot make %s: %s", cache, strerror(errno));
		remove_folder(pattern);
		return NULL;
	}
	return mem_copy_text(pattern);
}

static bool write_file(const char *path, const struct buf *content, mode_t mode)
{
	unlink(path); /* an earlier run's may be read-only */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	ssize_t n = content->len ? write(fd, content->data, content->len) : 0;
	bool good = n == (ssize_t)content->len && fchmod(fd, mode) == 0;
	return close(fd) == 0 && good;
}

static bool make_node(const char *folder, const struct case_file *file)
{
	AUTO_FREE char *path = mem_print("%s/%s", folder, file->name);

	switch (file->node) {
	case NODE_FILE:
		return write_file(path, &file->content, file->mode);
	case NODE_FOLDER:
		return (mkdir(path, 0700) == 0 || errno == EEXIST) && chmod(path, file->mode) == 0;
	case NODE_LINK:
		unlink(path);
		return symlink(buf_text(&file->content), path) == 0;
	}
	return false;
}

/* A child's environment is empty but for this; settings of tools that look at the program itself pass through. */
static void begin_environment(struct stage *st)
{
	static const char *const pass[] = {
		"PATH",          "ASAN_OPTIONS",      "LSAN_OPTIONS",
		"UBSAN_OPTIONS", "TSAN_OPTIONS",      "LLVM_PROFILE_FILE",
		"GCOV_PREFIX",   "GCOV_PREFIX_STRIP", "LD_LIBRARY_PATH",
		"LOCPATH",
	};
	for (size_t i = 0; i < sizeof(pass) / sizeof(pass[0]); i++) {
		const char *value = getenv(pass[i]);
		AUTO_FREE char *line = mem_print("%s=%s", pass[i], value ? value : "");
		if (value)
			strings_add(&st->environment, line);
	}
	AUTO_FREE char *home = mem_print("HOME=%s/home", st->folder);
	AUTO_FREE char *cache = mem_print("MDCA_CACHE_DIR=%s/cache", st->folder);
	strings_add(&st->environment, home);
	strings_add(&st->environment, cache);
	strings_add(&st->environment, "MDCA_BUDGET=0");
	strings_add(&st->environment, "LC_ALL=C");
	strings_add(&st->environment, "TZ=UTC");
	if (!st->c->clock)
		return;
	int64_t ticks_ms = clock_ticks_ms();
	int64_t clocks_ns[] = { ticks_ms * 1000000, (clock_now() * 1000 - ticks_ms) * 1000000 };
	AUTO_BUF content = { 0 };
	AUTO_FREE char *path = mem_print("%s/" CLOCK_FILE, st->folder);
	AUTO_FREE char *file = mem_print("WAITING_CLOCK=%s", path);
	AUTO_FREE char *preload = mem_print("LD_PRELOAD=%s", st->c->clock);
	buf_add_bytes(&content, (const char *)clocks_ns, sizeof(clocks_ns));
	if (!write_file(path, &content, 0600))
		blame(st->report, "cannot make %s: %s", path, strerror(errno));
	strings_add(&st->environment, file);
	strings_add(&st->environment, preload);
}

/* The time in the preloaded clock's file; false without one. */
static bool read_clock(const struct stage *st, int64_t *ms)
{
	AUTO_FREE char *path = mem_print("%s/" CLOCK_FILE, st->folder);
	int64_t ns = 0;
	int fd = st->c->clock ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return false;
	bool good = read(fd, &ns, sizeof(ns)) == sizeof(ns);
	close(fd);
	*ms = ns / 1000000;
	return good;
}

static void change_environment(struct strings *environment, const char *change)
{
	size_t name = strcspn(change, "=");

	for (size_t i = 0; i < environment->count; i++) {
		char *old = environment->items[i];
		if (strncmp(old, change, name) != 0 || old[name] != '=')
			continue;
		free(old);
		environment->items[i] = environment->items[--environment->count];
		break;
	}
	if (change[name] == '=')
		strings_add(environment, change);
}

static bool begin_run(struct stage *st, const struct case_run *run, struct spawn *s, struct err *e)
{
	CLEANUP(strings_clear) struct strings argv = { 0 };
	AUTO_FREE char *input = run->input.len ? mem_print("%s/.stdin", st->folder) : NULL;

	for (size_t i = 0; i < run->file_count; i++)
		if (!make_node(st->folder, &run->files[i]))
			return err_set(e, ERR_CONFIG, "cannot make %s: %s", run->files[i].name, strerror(errno));
	if (input && !write_file(input, &run->input, 0600))
		return err_set(e, ERR_CONFIG, "cannot write standard input: %s", strerror(errno));
	for (size_t i = 0; i < run->environment.count; i++)
		change_environment(&st->environment, run->environment.items[i]);
	for (size_t i = 0; st->c->wrap && i < st->c->wrap->count; i++)
		strings_add(&argv, st->c->wrap->items[i]);
	strings_add(&argv, st->c->program);
	for (size_t i = 0; i < run->args.count; i++)
		strings_add(&argv, run->args.items[i]);
	return spawn_start(s, &argv, &st->environment, st->folder, input, e);
}

static void attend(struct stage *st, struct spawn *s)
{
	struct pollfd set[SPAWN_WATCH_MAX + FAKEAPI_WATCH_MAX];

	while (!s->ended) {
		int wait_ms = 1000;
		size_t own = spawn_watch(s, set, &wait_ms);
		size_t served = fakeapi_watch(st->api, set + own, &wait_ms);
		if (poll(set, (nfds_t)(own + served), wait_ms) < 0 && errno != EINTR)
			break;
		fakeapi_handle(st->api, set + own, served);
		spawn_handle(s);
		if (clock_ticks_ms() - s->begun_ms > st->c->limit_ms)
			spawn_kill(s);
	}
	fakeapi_end_run(st->api);
}

static void judge_end(const struct stage *st, const struct case_run *run, const struct spawn *s, struct buf *report)
{
	if (s->killed)
		blame(report, "killed: it still ran after %lld s", (long long)st->c->limit_ms / 1000);
	else if (WIFSIGNALED(s->status))
		blame(report, "ended by signal %d (%s)", WTERMSIG(s->status), strsignal(WTERMSIG(s->status)));
	else if (WEXITSTATUS(s->status) != run->exit_status)
		blame(report, "exit status: expected %d, got %d", run->exit_status, WEXITSTATUS(s->status));
	bool wrapped = st->c->wrap && st->c->wrap->count;
	if (run->within_ms && (!wrapped || st->c->clock) && s->ran_ms - s->starved_ms > run->within_ms)
		blame(report, "ran %lld ms (and %lld ms without a processor), longer than %lld ms", (long long)(s->ran_ms - s->starved_ms),
		      (long long)s->starved_ms, (long long)run->within_ms);
	if (!wrapped)
		honest_memory(s, report);
	if (s->ran_ms < run->at_least_ms)
		blame(report, "ran %lld ms, not even %lld ms", (long long)s->ran_ms, (long long)run->at_least_ms);
}

static void judge_output(const struct case_run *run, const struct spawn *s, struct buf *report)
{
	CLEANUP(strings_clear) struct strings got = { 0 };
	const char *text = buf_text(&s->text[0]);

	if (strlen(text) != s->text[0].len || s->overflowed)
		blame(report, "output holds a NUL or is longer than %d bytes", SPAWN_OUTPUT_MAX);
	bool whole = lines_cut(text, &got);
	if (!lines_fit(run->output, run->output_count, run->output_rest, &got)) {
		blame(report, "output (- expected, + came):");
		lines_differ(run->output, run->output_count, run->output_rest, &got, MARGIN, report);
	}
	if (!whole)
		blame(report, "the output does not end with a newline");
	for (size_t i = 0; i < run->present.count; i++)
		if (!strstr(text, run->present.items[i]))
			blame(report, "output lacks: %s", run->present.items[i]);
}

static bool fits_any(const struct case_run *run, const char *line)
{
	for (size_t i = 0; i < run->error_count; i++)
		if (wanted_fits(&run->errors[i], line))
			return true;
	return false;
}

static void judge_stderr(const struct case_run *run, const struct spawn *s, struct buf *report)
{
	CLEANUP(strings_clear) struct strings got = { 0 };

	lines_cut(buf_text(&s->text[1]), &got);
	for (size_t i = 0; i < got.count; i++)
		if (!fits_any(run, got.items[i]))
			blame(report, "unexpected on stderr: %s", got.items[i]);
	for (size_t i = 0; i < run->error_count; i++) {
		bool found = false;
		for (size_t j = 0; j < got.count && !found; j++)
			found = wanted_fits(&run->errors[i], got.items[j]);
		if (!found)
			blame(report, "no line of stderr fits: %s", run->errors[i].text);
	}
}

static void judge_absent(const struct stage *st, const struct spawn *s, struct buf *report)
{
	static const char *const names[] = { "output", "stderr" };

	for (int i = 0; i < 2; i++) {
		const char *text = buf_text(&s->text[i]);
		if (strstr(text, SECRET_MARK))
			blame(report, "a simulated secret stands in %s", names[i]);
		for (size_t j = 0; j < st->script.absent.count; j++)
			if (strstr(text, st->script.absent.items[j]))
				blame(report, "%s holds what must be absent: %s", names[i], st->script.absent.items[j]);
	}
}

static void play_run(struct stage *st, unsigned number)
{
	const struct case_run *run = &st->script.runs[number];
	CLEANUP(spawn_free) struct spawn s = { .pid = -1, .pipes = { -1, -1 } };
	AUTO_BUF report = { 0 };
	int64_t begun_ms, ended_ms;
	struct err e;

	fakeapi_play(st->api, &st->script.script, number);
	bool clock = read_clock(st, &begun_ms);
	if (!begin_run(st, run, &s, &e)) {
		blame(st->report, "%s", e.text);
		return;
	}
	attend(st, &s);
	if (clock && read_clock(st, &ended_ms))
		s.ran_ms = ended_ms - begun_ms;
	if (st->c->judge) {
		st->c->judge(&st->script, &s, st->report, st->c->data);
		return;
	}
	judge_end(st, run, &s, &report);
	judge_output(run, &s, &report);
	judge_stderr(run, &s, &report);
	judge_absent(st, &s, &report);
	blame_lines(&report, fakeapi_faults(st->api));
	if (report.len && st->script.run_count > 1)
		blame(st->report, "run %u (line %d):", number + 1, run->line);
	buf_add_bytes(st->report, buf_text(&report), report.len);
}

static void play_runs(struct stage *st)
{
	begin_environment(st);
	if (st->c->bend)
		st->c->bend(&st->script, st->c->data);
	size_t runs = st->c->judge ? 1 : st->script.run_count;
	for (unsigned i = 0; i < runs && !st->report->len; i++)
		play_run(st, i);

	int wanted = st->script.connections;
	if (!st->report->len && wanted >= 0 && fakeapi_connections(st->api) != (unsigned)wanted)
		blame(st->report, "connections: expected %d, made %u", wanted, fakeapi_connections(st->api));
}

bool caserun_play(const struct caserun *c, struct buf *report)
{
	AUTO_BUF own = { 0 };
	struct stage st = { .c = c, .report = &own };
	struct err e;

	st.api = fakeapi_new(&e);
	if (st.api)
		st.folder = make_folder(&e);
	if (!st.folder || !read_case(c->file, c->tests, c->plugin, st.folder, fakeapi_port(st.api),
				     fakeapi_refusing_port(st.api), fakeapi_other_port(st.api), &st.script, &e))
		blame(&own, "%s", e.text);
	else
		play_runs(&st);

	bool good = own.len == 0;
	if (st.folder && c->keep)
		blame(&own, "kept: %s", st.folder);
	else if (st.folder)
		remove_folder(st.folder);
	buf_add_bytes(report, buf_text(&own), own.len);
	strings_clear(&st.environment);
	casefile_free(&st.script);
	fakeapi_free(st.api);
	free(st.folder);
	return good;
}
