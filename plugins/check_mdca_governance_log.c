// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_governance_log - governance tasks that failed or hang, and logs that the service cannot parse.
 *
 * The log can be long and comes in no promised order, so of each task name and stream only a summary of fixed size is kept. */
#include "plugin.h"

#include <math.h>
#include "task_group.h"

#define NAMES_ON_LINE_1 3

struct settings {
	int64_t since;
	struct strings tasks;
};

static const struct opt options[] = {
	OPT_DURATION(0, "since", since, "24h", "judge the tasks begun within this time"),
	OPT_LIST(0, "task", tasks, NULL, "GLOB", "judge only tasks of this name (QuarantineTask, Discovery* …), repeatable"),
	OPT_END
};

enum { FAILED, PENDING, OLDEST_PENDING, PARSE_FAILURES, PARSE_SILENCE, TASKS };
static const struct metric metrics[] = {
	[FAILED] = METRIC_COUNT("failed", "0", "10", "tasks that failed, parsing of logs left out"),
	[PENDING] = METRIC_COUNT("pending", NULL, NULL, "tasks without a verdict"),
	[OLDEST_PENDING] = METRIC_PEAK("oldest_pending", "1h", "12h", "longest wait of a task for its verdict"),
	[PARSE_FAILURES] = { "parse_failures", "", METRIC_IS_PEAK, "0", "2", "longest run of failed newest parses of one input stream" },
	[PARSE_SILENCE] = METRIC_PEAK("parse_silence", NULL, NULL, "time since the last clean parse of the worst stream, at most --since"),
	[TASKS] = METRIC_TALLY("tasks", NULL, NULL, "tasks begun within --since"),
	METRICS_COMMON
};

struct seen {
	unsigned rows, tasks;
	struct task_groups groups;
	/* The worst of their kind, NULL without one, and what is said of all. */
	const struct task_group *failing, *waiting, *silent;
	unsigned parse_failures, found_nothing;
};

static bool visit_task(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	struct task task;

	(void)e;
	task_read(row, &task);
	/* A filter that the service does not know is passed over in silence. */
	if (task.begun_at && task.begun_at < job->now - set->since)
		return true;
	seen->rows++;
	/* Whether a task without a name is wanted, nobody can tell. */
	if (task.name && (!job_selects(job, task.name, NULL) || (set->tasks.count && !glob_any(&set->tasks, task.name))))
		return true;

	seen->tasks++;
	verdict_add(job->verdict, TASKS, 1);
	task_groups_add(&seen->groups, &task);
	return true;
}

#define PERMISSION "an API token whose owner is Global reader (a scoped role sees only its part); no Entra permission opens this list"
static const struct query tasks = { .service = CLOUD_APPS, .path = "/api/v1/governance/", .what = "the governance log", .post = true,
				    .permission = PERMISSION };
static const struct query *const reads[] = { &tasks, NULL };

static bool run(struct job *job, struct err *e)
{
	const struct settings *set = job->settings;
	AUTO_JSON body = json_object_new_object();
	struct json_object *filters = json_object_new_object(), *since = json_object_new_object();
	int64_t from = job->now > set->since ? job->now - set->since : 0;
	struct query q = tasks;

	json_object_object_add(since, "gte", json_object_new_int64(from * 1000));
	json_object_object_add(filters, "timestamp", since);
	json_object_object_add(body, "filters", filters);
	json_object_object_add(body, "sortField", json_object_new_string("timestamp"));
	json_object_object_add(body, "sortDirection", json_object_new_string("desc"));
	q.body = body;
	return api_each(job->api, &q, visit_task, job, e);
}

static void judge_newest_parses(struct job *job, const struct task_group *g)
{
	unsigned length = streak_length(&g->parsing);
	AUTO_BUF text = { 0 };

	if (length == 1)
		buf_add(&text, "newest parse failed");
	else if (length)
		buf_print(&text, "newest %u parses failed", length);
	if (length && *g->reason)
		buf_print(&text, " (%s)", g->reason);
	verdict_peak(job->verdict, PARSE_FAILURES, length, "%s", buf_text(&text));
}

/* Of a list that was not read to its end, the rest may hold the clean parse that is missed. */
static void judge_silence(struct job *job, const struct task_group *g)
{
	const struct settings *set = job->settings;
	unsigned judged = g->tasks - g->pending - g->unclear;
	int64_t age = g->parsing.good_at ? job_age(job, g->parsing.good_at) : set->since;
	char span[CLOCK_SPAN_SIZE];

	if (g->parsing.good_at)
		verdict_peak(job->verdict, PARSE_SILENCE, (double)age, "last clean parse %s ago", clock_span(age, span));
	else if (!job->incomplete)
		verdict_peak(job->verdict, PARSE_SILENCE, (double)age, "no clean parse within %s", clock_span(age, span));
	if (g->failed > streak_length(&g->parsing))
		verdict_note(job->verdict, "%u of %u parses failed", g->failed, judged);
	if (g->found_nothing)
		verdict_note(job->verdict, "%u of %u parses found no transaction", g->found_nothing, judged);
}

static void judge_group(struct job *job, const struct task_group *g)
{
	struct verdict *v = job->verdict;
	unsigned done = g->tasks - g->failed - g->pending - g->unclear;
	char span[CLOCK_SPAN_SIZE];

	verdict_item(v, g->label);
	verdict_rank(v, g->newest_at);
	if (g->unclear)
		verdict_find(v, verdict_metric(v, "unreadable"), g->unclear, "%u cannot be judged (%s)", g->unclear, g->oddity);
	if (g->parses)
		judge_newest_parses(job, g);
	else if (g->failed)
		verdict_find(v, FAILED, g->failed, "%u failed, newest %s ago%s%s%s", g->failed,
			     clock_span(job_age(job, g->failed_at), span), *g->reason ? " (" : "", g->reason, *g->reason ? ")" : "");
	if (g->pending) {
		int64_t age = job_age(job, g->pending_since);
		verdict_find(v, PENDING, g->pending, "%u pending", g->pending);
		verdict_peak(v, OLDEST_PENDING, (double)age, "oldest for %s", clock_span(age, span));
	}
	if (g->parses)
		judge_silence(job, g);
	else if (done)
		verdict_note(v, "%u done", done);
	job_note_future(job, g->newest_at);
}

static void sum_up_group(struct job *job, const struct task_group *g)
{
	struct seen *seen = job->seen;

	judge_group(job, g);
	seen->found_nothing += g->found_nothing;
	if (g->pending && (!seen->waiting || g->pending_since < seen->waiting->pending_since))
		seen->waiting = g;
	if (!g->parses)
		return;
	seen->parse_failures += g->failed;
	if (!seen->failing || streak_length(&g->parsing) > streak_length(&seen->failing->parsing))
		seen->failing = g;
	if ((g->parsing.good_at || !job->incomplete) && (!seen->silent || g->parsing.good_at < seen->silent->parsing.good_at))
		seen->silent = g;
}

/* The sentence's next part, when the value of its metric alerts. */
static void add_alarm(struct job *job, int metric, const char *what, const struct task_group *g, struct buf *text)
{
	char span[CLOCK_SPAN_SIZE];

	if (g && verdict_alerts(job->verdict, metric))
		buf_print(text, "%s%s for %s: %s", text->len ? ", " : "", what,
			  clock_span((int64_t)verdict_so_far(job->verdict, metric), span), g->label);
}

static void say(struct job *job)
{
	const struct seen *seen = job->seen;
	double failed = verdict_so_far(job->verdict, FAILED), pending = verdict_so_far(job->verdict, PENDING);
	unsigned length = seen->failing ? streak_length(&seen->failing->parsing) : 0;
	AUTO_BUF text = { 0 };

	if (failed > 0)
		buf_print(&text, "%.0f of %u governance tasks failed: %s", failed, seen->tasks,
			  verdict_names(job->verdict, FAILED, NAMES_ON_LINE_1));
	if (length == 1)
		buf_print(&text, "%snewest parse failed: %s", text.len ? ", " : "", seen->failing->label);
	else if (length)
		buf_print(&text, "%snewest %u parses failed: %s", text.len ? ", " : "", length, seen->failing->label);
	add_alarm(job, OLDEST_PENDING, "pending", seen->waiting, &text);
	add_alarm(job, PARSE_SILENCE, "no clean parse", seen->silent, &text);
	if (!text.len) {
		buf_print(&text, "%u governance task%s, ", seen->tasks, seen->tasks == 1 ? "" : "s");
		if (seen->parse_failures)
			buf_print(&text, "%u failed before a clean parse", seen->parse_failures);
		else
			buf_add(&text, "none failed");
		if (pending > 0)
			buf_print(&text, ", %.0f pending", pending);
	}
	verdict_say(job->verdict, "%s", buf_text(&text));
}

static void sum_up(struct job *job)
{
	const struct settings *set = job->settings;
	const struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE];

	/* An item without a name and a line: nothing parsed is nothing failed. */
	verdict_item(job->verdict, "");
	verdict_peak(job->verdict, PARSE_FAILURES, 0, "%s", "");
	for (unsigned i = 0; i < seen->groups.count; i++)
		sum_up_group(job, seen->groups.group[i]);
	if (seen->found_nothing)
		verdict_remark(job->verdict, "%u parse%s found no transaction", seen->found_nothing, seen->found_nothing == 1 ? "" : "s");
	if (seen->tasks)
		say(job);
	else if (seen->rows)
		job_empty(job, "none of %u governance tasks within %s is one that the options select", seen->rows, clock_span(set->since, span));
	else
		job_empty(job, "no governance tasks within %s", clock_span(set->since, span));
}

/* No age beyond --since is ever seen, so a range must end there: ours are cut, the operator is told. */
static bool fit_range(struct range *r, const char *option, int64_t since, struct err *e)
{
	double *const bounds[] = { &r->lo, &r->hi };
	char there[CLOCK_SPAN_SIZE], here[CLOCK_SPAN_SIZE];

	for (int i = 0; i < 2; i++) {
		if (!r->given || isinf(*bounds[i]) || *bounds[i] <= (double)since)
			continue;
		if (!r->is_default)
			return err_set(e, ERR_USAGE, "%s reaches to %s, beyond --since of %s: nothing older is read, change one of them",
				       option, clock_span((int64_t)*bounds[i], there), clock_span(since, here));
		*bounds[i] = (double)since;
	}
	return true;
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	const struct settings *set = settings;

	return fit_range(&limits[OLDEST_PENDING].warn, "--warning-oldest-pending", set->since, e) &&
	       fit_range(&limits[OLDEST_PENDING].crit, "--critical-oldest-pending", set->since, e) &&
	       fit_range(&limits[PARSE_SILENCE].warn, "--warning-parse-silence", set->since, e) &&
	       fit_range(&limits[PARSE_SILENCE].crit, "--critical-parse-silence", set->since, e);
}

static void release(void *data)
{
	struct seen *seen = data;

	task_groups_free(&seen->groups);
}

static const char *const examples[] = {
	"check_mdca_governance_log -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all tasks of the last 24 hours",
	"check_mdca_governance_log --extra-opts=contoso --task=DiscoveryParseLogTask --expect=DiscoveryParseLogTask --critical-parse-silence=8h",
	"only the parsing of uploaded logs, of which there must be some, and a clean one of each stream every 8 hours",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_governance_log",
	.summary = "governance tasks that failed or hang, and logs that cannot be parsed",
	.about = "Reads the governance log of Defender for Cloud Apps (Cloud apps > Governance log) and judges the tasks begun within "
		 "--since.\n\n"
		 "A failed task is an action of a policy or an administrator that had no effect: the file is not in quarantine, the user not "
		 "suspended. Open it in the portal, see why, and repeat it there. A task that stays pending hangs in the service or waits for "
		 "the app.\n\n"
		 "Uploaded logs are parsed by tasks named " TASK_PARSES ". The upload itself succeeds whatever is in the log, so only here can "
		 "be seen that its format does not fit the data source. They are judged for each input stream by the newest ones: a failed "
		 "parse before a clean one is history. A sender that died leaves no failures: "
		 "--critical-parse-silence watches for it, and --expect=" TASK_PARSES " for a window without any upload.",
	.permission = PERMISSION,
	.requests = "1 for each 100 tasks within --since",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "ok",
	.reads = reads,
	.check = check, .run = run, .sum_up = sum_up, .release = release,
};
