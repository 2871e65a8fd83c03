// SPDX-License-Identifier: GPL-3.0-or-later
/* The frame: settings, sign-in, run, print once, exit status. There is no other way out but the last words. */
#include "plugin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "base/file.h"
#include "base/last_words.h"
#include "base/secrets.h"
#include "frame.h"
#include "monitor/optvalue.h"

#define EXIT_OK 0
#define EXIT_UNKNOWN 3
#define START_LIMIT_S 30      /* for reading settings, until --timeout is known: a section on standard input may never end */
#define BACKSTOP_MS 600       /* behind the deadline, for waits that no deadline breaks */
#define FRAME_ROWS 24
#define ENTRA_GROUP 2

/* All that a run owns. */
struct run {
	const struct plugin *plugin;
	struct frame frame;
	struct cloud_settings cloud;
	void *own;                     /* the plugin's struct settings */
	struct opt frame_rows[FRAME_ROWS];
	struct limits limits[METRICS_MAX];
	struct opt_group groups[5];
	struct opt_table table;
	struct endpoint *endpoints;    /* what the plugin reads, ends with one without a path */
};

static int print_and(int status, struct buf *out)
{
	secrets_mask(out);
	return file_write_all(STDOUT_FILENO, buf_text(out), out->len) ? status : EXIT_UNKNOWN;
}

/* The frame's rows with the defaults that the plugin has for some of them. */
static void fit_frame_rows(struct run *r)
{
	size_t n = 0;

	for (const struct opt *row = frame_options; row->name; row++) {
		struct opt *fitted = &r->frame_rows[n++];

		*fitted = *row;
		if (!strcmp(row->name, "empty-state"))
			fitted->fallback = r->plugin->empty_state;
		if (!strcmp(row->name, "exclude")) {
			fitted->fallback = r->plugin->exclude;
			fitted->keep_default = r->plugin->exclude_adds;
		}
	}
}

static void list_endpoints(struct run *r)
{
	r->endpoints = mem_new(query_count(r->plugin->reads) + 1, sizeof(*r->endpoints));
	for (size_t i = 0; r->plugin->reads[i]; i++) {
		const struct query *q = r->plugin->reads[i];

		r->endpoints[i] = (struct endpoint){ .path = q->path, .resource = service_resource(q->service),
						     .entra_permission = q->entra_permission,
						     .permission = q->permission ? q->permission : q->entra_permission };
	}
}

static void run_init(struct run *r, const struct plugin *p)
{
	*r = (struct run){ .plugin = p };
	r->cloud.any_sign_in = p->any_sign_in;
	r->own = mem_new(1, p->settings_size);
	fit_frame_rows(r);
	for (int i = 0; i < FAIL_COUNT; i++)
		r->frame.on_failure[i] = STATE_UNKNOWN;
	r->groups[0] = (struct opt_group){ .title = "What to judge", .rows = p->options, .settings = r->own, .own = true };
	r->groups[1] = (struct opt_group){ .title = "Connection", .rows = cloud_options, .settings = &r->cloud, .environment = true };
	r->groups[ENTRA_GROUP] = (struct opt_group){
		.title = "Sign-in with Entra", .rows = entra_options, .settings = &r->cloud, .environment = true, .entra = true
	};
	r->groups[3] = (struct opt_group){ .title = "Run and output", .rows = r->frame_rows, .settings = &r->frame };
	r->table = (struct opt_table){ p->name, r->groups, p->metrics, r->limits };
	list_endpoints(r);
	options_defaults(&r->table);
}

static void run_release(struct run *r)
{
	options_release(&r->table);
	selection_release(&r->frame.selection);
	free(r->own);
	free(r->endpoints);
}

static struct page page_of(const struct run *r)
{
	const struct plugin *p = r->plugin;

	return (struct page){ .name = p->name, .version = PACKAGE_VERSION, .summary = p->summary, .about = p->about,
			      .permission = p->permission, .endpoints = r->endpoints, .requests = p->requests,
			      .service = p->service == GRAPH ? "graph" : "portal", .examples = p->examples };
}

/* The faces of the table, which need no tenant. Returns the exit status, -1 when none was asked for. */
static int describe(const struct run *r, bool help, bool version)
{
	struct page page = page_of(r);
	AUTO_BUF out = { 0 };

	if (help) {
		describe_help(&page, &r->table, &out);
		return print_and(EXIT_UNKNOWN, &out);
	}
	if (version) {
		describe_version(&page, &out);
		return print_and(EXIT_UNKNOWN, &out);
	}
	if (r->frame.describe < 0)
		return -1;
	if (r->frame.describe == DESCRIBE_MAN)
		describe_man(&page, &r->table, &out);
	else if (r->frame.describe == DESCRIBE_ICINGA)
		describe_icinga(&page, &r->table, &out);
	else
		describe_json(&page, &r->table, &out);
	return print_and(EXIT_OK, &out);
}

static int refuse(const struct run *r, const struct err *e)
{
	struct page page = page_of(r);
	AUTO_BUF out = { 0 };

	buf_print(&out, "[UNKNOWN] - %s: ", r->plugin->name);
	clean_first_line(e->text, &out);
	buf_add_char(&out, '\n');
	if (e->kind == ERR_USAGE)
		describe_usage(&page, &r->table, &out);
	return print_and(EXIT_UNKNOWN, &out);
}

/* Libraries may write to stderr, which Icinga mixes into the output: only traces that were asked for get there. */
static void quiet_stderr(int verbose)
{
	if (verbose >= 2)
		return;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
}

static void trace_settings(const struct run *r)
{
	if (r->frame.verbose < 2)
		return;
	for (const struct opt_group *g = r->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			const char *source = options_source(&r->table, row);

			if (!strcmp(source, "default"))
				continue;
			AUTO_BUF value = { 0 };
			optvalue_print(row, g->settings, &value);
			secrets_mask(&value);
			fprintf(stderr, "* --%s%s%s from %s\n", row->name, value.len ? "=" : "", buf_text(&value), source);
		}
	}
}

static bool is_given(const struct run *r, const char *name)
{
	const struct opt *row = r->frame_rows;

	while (strcmp(row->name, name))
		row++;
	return strcmp(options_source(&r->table, row), "default") != 0;
}

static bool walk(struct run *r, struct job *job, struct deadline *deadline, struct err *e)
{
	const struct plugin *p = r->plugin;
	AUTO_FREE char *agent = mem_print("%s/%s (%s)", p->name, PACKAGE_VERSION, PACKAGE_NAME);

	job->api = api_new(&r->cloud, p->service, deadline, r->frame.verbose, agent, e);
	if (!job->api)
		return false;
	if (r->frame.check_access)
		return access_check(job, p, &r->frame, e);
	bool whole = p->run(job, e);
	job->incomplete = !whole;
	if (whole)
		selection_report_missing(&r->frame.selection, job->verdict);
	if (whole || api_has_read(job->api))
		p->sum_up(job);
	return whole;
}

/* A check does without its cache; whoever asks for detail learns why. */
static void note_cache(const struct frame *f, struct job *job)
{
	const char *fault = f->verbose && job->api ? api_cache_fault(job->api) : "";

	if (*fault)
		verdict_aside(job->verdict, "cache", "not used: %s; mend that or name another folder by --cache-dir", fault);
}

static int judge(struct run *r)
{
	const struct frame *f = &r->frame;
	bool as_of = is_given(r, "at") && !f->check_access;
	struct deadline deadline = deadline_in(f->timeout * 1000);
	struct verdict_options vo = {
		.metrics = r->plugin->metrics, .limits = r->limits, .detail = f->verbose ? DETAIL_ALL : (enum detail)f->detail,
		.format = (enum output_format)f->format, .ranges = (enum perfdata_ranges)f->ranges,
		.perfdata_per_item = f->perfdata_per_item, .max_output = f->verbose >= 3 ? 0 : f->max_output,
	};
	if (f->check_access) {
		vo.metrics = access_metrics;
		vo.limits = access_limits;
		vo.detail = DETAIL_ALL;
	}
	struct job job = { .settings = r->own, .cloud = &r->cloud, .verdict = verdict_new(&vo), .now = as_of ? f->at : clock_now(),
			   .selection = &r->frame.selection, .seen = mem_new(1, r->plugin->seen_size), .empty_state = (enum state)f->empty_state,
			   .empty_state_given = is_given(r, "empty-state") };
	struct err e = { 0 };
	char stamp[CLOCK_STAMP_SIZE];
	AUTO_BUF out = { 0 };

	last_words_after(f->timeout * 1000 + BACKSTOP_MS, f->timeout, (int)f->on_failure[FAIL_TIMEOUT]);
	last_words_during(NULL);
	if (!walk(r, &job, &deadline, &e))
		verdict_trouble(job.verdict, frame_state(f, e.kind), e.text, job.api && api_has_read(job.api));
	note_cache(f, &job);
	if (as_of)
		verdict_remark(job.verdict, "as of %s", clock_stamp(f->at, stamp));
	int status = print_and((int)verdict_print(job.verdict, &out), &out);
#ifdef UNDER_SANITIZER /* elsewhere the kernel frees faster */
	verdict_free(job.verdict);
	api_free(job.api);
	if (r->plugin->release)
		r->plugin->release(job.seen);
	free(job.seen);
#endif
	return status;
}

static bool check_settings(struct run *r, struct err *e)
{
	const struct plugin *p = r->plugin;

	r->cloud.azure_set = r->groups[ENTRA_GROUP].azure_set;
	if (p->absent_in_china && r->cloud.cloud == CHINA)
		return err_set(e, ERR_CONFIG, "--cloud=china does not offer what this check reads, so it does not work there");
	if ((p->check && !p->check(r->own, r->limits, e)) || !cloud_settings_check(&r->cloud, p->service, e))
		return false;
	secrets_keep(r->cloud.api_token);
	secrets_keep(r->cloud.client_secret);
	secrets_keep(r->cloud.client_certificate_password);
	return true;
}

int plugin_main(const struct plugin *p, int argc, char **argv)
{
	struct err e = { 0 };
	struct run r;
	int status;

	last_words_on_signals();
	last_words_after(START_LIMIT_S * 1000, START_LIMIT_S, EXIT_UNKNOWN);
	last_words_during("reading the settings");
	run_init(&r, p);
	bool help = options_asks(argc, argv, 'h', "help");
	bool version = !help && options_asks(argc, argv, 'V', "version");
	if (help || version)
		status = describe(&r, help, version);
	else if (!options_read(&r.table, argc, argv, &e))
		status = refuse(&r, &e);
	else
		status = describe(&r, false, false);
	if (status < 0 && e.kind == ERR_NONE) {
		quiet_stderr(r.frame.verbose);
		trace_settings(&r);
		if (!check_settings(&r, &e))
			status = refuse(&r, &e);
		else
			status = judge(&r);
	}
#ifdef UNDER_SANITIZER
	run_release(&r);
	secrets_forget();
	return status;
#else
	(void)run_release;
	_exit(status);
#endif
}
