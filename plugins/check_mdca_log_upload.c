// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_log_upload - Cloud Discovery without fresh logs: collectors, data sources and input streams
 *
 * Three lists witness the same deliveries. A tenant may refuse some of them, and of the first two nobody has published a row. */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>

#include "cloud/upload.h"
#include "lists.h"
#include "monitor/wordlist.h"
#include "status.h"

struct settings {
	struct strings sources, optional;
	int64_t grace;
	struct strings status_map;
};

static const struct opt options[] = {
	OPT_LIST(0, "source", sources, "collectors,data-sources,streams", "LIST",
		 "which lists are read: collectors, data-sources, streams, parted by commas or repeated; each costs a request"),
	OPT_LIST(0, "optional-source", optional, NULL, "LIST",
		 "lists that the tenant may refuse (403, 404) as long as another one was judged, in the same words"),
	OPT_DURATION(0, "grace", grace, "24h", "how long a new collector, data source or stream may wait for its first data"),
	OPT_STATUS_MAP(status_map, "the state of collectors with this status, where the service gives a code or an unknown word: ok, unknown, "
				   "warning (counts in warned) or critical (counts in disconnected), repeatable"),
	OPT_END
};

enum { UPLOAD_AGE, DISCONNECTED, WAITING, WARNED, COLLECTORS, DATA_SOURCES, STREAMS };
static const struct metric metrics[] = {
	[UPLOAD_AGE] = METRIC_PEAK("upload_age", "24h", "48h", "age of the oldest last delivery"),
	[DISCONNECTED] = METRIC_COUNT("disconnected", NULL, "0", "collectors without data from any of their sources"),
	[WAITING] = METRIC_COUNT("waiting", "0", NULL, "created or healthy, without any data for longer than --grace"),
	[WARNED] = METRIC_COUNT("warned", "0", NULL, "collectors connected with a warning, such as a full disk"),
	[COLLECTORS] = METRIC_TALLY("collectors", NULL, NULL, "log collectors"),
	[DATA_SOURCES] = METRIC_TALLY("data_sources", NULL, NULL, "data sources"),
	[STREAMS] = METRIC_TALLY("streams", NULL, NULL, "input streams"),
	METRICS_COMMON
};

#define TOKEN_NEEDED "an API token whose owner is Global reader; no Entra permission opens this list"
#define STREAMS_NEED "an API token whose owner is Global reader, or Discovery.read"
static const char *const stream_lists[] = { "data", "streams", NULL };
static const char *const source_words[] = { "collectors", "data-sources", "streams", NULL };

static const struct query collectors = { .service = CLOUD_APPS, .path = "/cas/api/v1/discovery/log_collectors/", .what = "log collectors",
					 .paging = PAGED_NOT, .permission = TOKEN_NEEDED };
static const struct query data_sources = { .service = CLOUD_APPS, .path = "/cas/api/v1/discovery/data_sources/", .what = "data sources",
					   .parameters = "sortField=created&sortDirection=desc", .permission = TOKEN_NEEDED };
static const struct query streams = { .service = CLOUD_APPS, .path = "/api/discovery/streams/", .what = "discovery streams",
				      .paging = PAGED_NOT, .lists = stream_lists, .entra_permission = "Discovery.read",
				      .permission = STREAMS_NEED };
/* These and the words in the order of enum upload_kind. */
static const struct query *const reads[] = { &collectors, &data_sources, &streams, NULL };
static const struct source {
	const char *noun;
	int tally;
} sources[] = { { "collector", COLLECTORS }, { "data source", DATA_SOURCES }, { "stream", STREAMS } };
#define SOURCE_COUNT (sizeof(sources) / sizeof(sources[0]))

enum { CREATED, HEALTHY, CONNECTED, IS_DISCONNECTED };
static const char *const words[] = { "Created", "Healthy", "Connected", "Disconnected", NULL };
static const char *const status_members[] = { "status", "statusValue", "state", NULL };

/* A data source that says nothing of its last data: whether it never had any is known when the others were seen. */
struct silent {
	char *name;
	int64_t since;
};

struct seen {
	enum upload_kind kind; /* of the list at hand */
	unsigned rows, judged[SOURCE_COUNT], items;
	struct silent *silent;
	size_t silent_count;
	bool data_told; /* by at least one data source */
	double oldest;
	char oldest_name[96];
};

/* The last delivery; false when there has been none. An odd time is said. */
static bool judge_age(struct job *job, struct json_object *row, const struct upload *u, const char *label)
{
	struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE], raw[JGET_RAW_SIZE];
	double age = (double)job_age(job, u->data_at);

	if (u->data == ODD)
		verdict_unreadable(job->verdict, "%s is %s", u->data_member, jget_raw(row, u->data_member, raw));
	if (u->data != GOT)
		return u->data == ODD;
	verdict_peak(job->verdict, UPLOAD_AGE, age, "last data %s ago", clock_span((int64_t)age, span));
	job_note_future(job, u->data_at);
	if (!*seen->oldest_name || age > seen->oldest) {
		snprintf(seen->oldest_name, sizeof(seen->oldest_name), "%s", label);
		seen->oldest = age;
	}
	return true;
}

/* Without any data yet. Where nothing tells since when, it waits too long. */
static void judge_wait(struct job *job, int64_t since)
{
	const struct settings *set = job->settings;
	char span[CLOCK_SPAN_SIZE];

	if (!since)
		verdict_find(job->verdict, WAITING, 1, "no data yet");
	else if (job_age(job, since) > set->grace)
		verdict_find(job->verdict, WAITING, 1, "no data yet for %s", clock_span(job_age(job, since), span));
	else
		verdict_note(job->verdict, "waits for its first data for %s", clock_span(job_age(job, since), span));
}

static void judge_warning(struct job *job, struct json_object *row, const char *text)
{
	bool warns = false;

	if (job_bool(job, row, "hasWarnings", &warns) && warns)
		verdict_find(job->verdict, WARNED, 1, "connected with a warning%s%s%s", text ? " (" : "", text ? text : "",
			     text ? ")" : "");
	else if (text)
		verdict_note(job->verdict, "%s", text);
}

static void judge_collector(struct job *job, struct json_object *row, const struct upload *u, const char *label)
{
	const struct settings *set = job->settings;
	struct status_kind kind = { status_members, words, &set->status_map, WARNED, DISCONNECTED, false };
	int status = job_status(job, row, &kind);

	if (status == IS_DISCONNECTED)
		verdict_find(job->verdict, DISCONNECTED, 1, "disconnected");
	else if (status != STATUS_BAD)
		judge_warning(job, row, u->text);
	if (judge_age(job, row, u, label))
		return;
	if (status == CREATED || status == HEALTHY)
		judge_wait(job, u->begun_at);
	else if (status == CONNECTED)
		verdict_note(job->verdict, "no time of its last data");
}

static void judge_stream(struct job *job, struct json_object *row, const struct upload *u, const char *label)
{
	char raw[JGET_RAW_SIZE];

	if (u->strange)
		verdict_unreadable(job->verdict, "streamType is %s", jget_raw(row, "streamType", raw));
	else if (!judge_age(job, row, u, label))
		judge_wait(job, u->begun_at);
}

static void keep_silent(struct seen *seen, const struct upload *u, const char *label)
{
	seen->silent = mem_resize(seen->silent, seen->silent_count + 1, sizeof(*seen->silent));
	seen->silent[seen->silent_count++] = (struct silent){ mem_copy_text(label), u->begun_at };
}

static void judge_silent(struct job *job)
{
	const struct seen *seen = job->seen;

	for (size_t i = 0; i < seen->silent_count; i++) {
		verdict_item(job->verdict, seen->silent[i].name);
		if (seen->data_told)
			judge_wait(job, seen->silent[i].since);
		else
			verdict_unreadable(job->verdict, "no time of its last data, as in all data sources: judge the streams");
	}
}

static void judge_data_source(struct job *job, struct json_object *row, const struct upload *u, const char *label)
{
	struct seen *seen = job->seen;

	seen->data_told = true;
	if (!judge_age(job, row, u, label))
		judge_wait(job, u->begun_at);
}

static bool visit(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	const struct source *source = &sources[seen->kind];
	struct upload u;

	(void)e;
	seen->rows++;
	upload_read(row, seen->kind, &u);
	if (u.repeats || !job_selects(job, u.name, NULL))
		return true;
	AUTO_FREE char *label = mem_print("%s (%s)", u.name, source->noun);
	seen->items++;
	seen->judged[seen->kind]++;
	verdict_add(job->verdict, source->tally, 1);
	if (seen->kind == UPLOAD_DATA_SOURCE && !u.data_told) {
		keep_silent(seen, &u, label);
		return true;
	}
	verdict_item(job->verdict, label);
	if (seen->kind == UPLOAD_COLLECTOR)
		judge_collector(job, row, &u, label);
	else if (seen->kind == UPLOAD_DATA_SOURCE)
		judge_data_source(job, row, &u, label);
	else
		judge_stream(job, row, &u, label);
	return true;
}

static struct lists lists_of(const struct job *job)
{
	const struct settings *set = job->settings;

	return (struct lists){ reads, source_words, &set->sources, &set->optional };
}

static bool does_read(const struct job *job, const struct query *q)
{
	const struct lists lists = lists_of(job);

	return lists_wants(&lists, q);
}

static bool does_without(const struct job *job, const struct query *q, long refusal, unsigned others)
{
	const struct lists lists = lists_of(job);

	return others && lists_spares(&lists, q, refusal);
}

static bool read_list(struct job *job, size_t place, struct err *e)
{
	struct seen *seen = job->seen;

	seen->kind = (enum upload_kind)place;
	return api_each(job->api, reads[place], visit, job, e);
}

static bool run(struct job *job, struct err *e)
{
	const struct seen *seen = job->seen;
	const struct lists lists = lists_of(job);

	return lists_read(job, &lists, read_list, &seen->items, e);
}

static void say_counts(const struct seen *seen, struct buf *out)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++)
		if (seen->judged[i])
			buf_print(out, "%s%u %s%s", out->len ? ", " : "", seen->judged[i], sources[i].noun, seen->judged[i] == 1 ? "" : "s");
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = {
		{ DISCONNECTED, "disconnected" }, { WARNED, "with a warning" }, { WAITING, "without any data yet" }, { 0, NULL }
	};
	const struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE];
	AUTO_BUF counts = { 0 };

	judge_silent(job);
	say_counts(seen, &counts);
	clock_span((int64_t)seen->oldest, span);
	if (!*seen->oldest_name)
		buf_add(&counts, ", no data yet");
	else if (verdict_judge(job->verdict, UPLOAD_AGE, seen->oldest) != STATE_OK)
		verdict_remark(job->verdict, "no data for %s: %s", span, seen->oldest_name);
	else
		buf_print(&counts, ", oldest data %s old", span);
	if (seen->items)
		job_say(job, seen->items, "sources of logs", phrases, "%s", buf_text(&counts));
	else if (seen->rows)
		job_empty(job, "none of %u rows is a collector, data source or input stream that the options select", seen->rows);
	else
		job_empty(job, "no collectors, data sources or input streams, check the role of the token's owner");
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	const struct settings *set = settings;

	(void)limits;
	if (!set->sources.count)
		return err_set(e, ERR_USAGE, "--source is empty, name collectors, data-sources or streams");
	return wordlist_check("--source", &set->sources, source_words, e) &&
	       wordlist_check("--optional-source", &set->optional, source_words, e) && status_map_check(&set->status_map, e);
}

static void release(void *data)
{
	struct seen *seen = data;

	for (size_t i = 0; i < seen->silent_count; i++)
		free(seen->silent[i].name);
	free(seen->silent);
}

static const char *const examples[] = {
	"check_mdca_log_upload -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all collectors, data sources and input streams",
	"check_mdca_log_upload --extra-opts=contoso --source=streams --expect=contoso-fw* -w 6h -c 12h",
	"only the documented list, which an Entra application with Discovery.read may read too; at least one firewall, with data each 6 hours",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_log_upload",
	.summary = "Cloud Discovery without fresh logs: collectors, data sources, streams",
	.about = "Reads what Defender for Cloud Apps receives for Cloud Discovery (Settings > Cloud apps > Cloud Discovery > Automatic log "
		 "upload): log collectors, data sources and the input streams of continuous reports. All three tell when data came last, and "
		 "of all the oldest is judged. Views and snapshots are left out.\n\n"
		 "Old data means that shadow IT goes unseen: see on the collector's host whether it runs and has disk space, then whether the "
		 "firewall or proxy still sends to it. A source that waits has been set up and never delivered. Data that arrives and cannot "
		 "be parsed is the affair of check_mdca_governance_log.\n\n"
		 "The service's own codes for the status of a collector are not published. A status that is none of the portal's words cannot "
		 "be judged, however fresh the data, and makes UNKNOWN until --status-map says what it means.",
	.permission = "an API token whose owner is Global reader; for --source=streams alone also Discovery.read",
	.requests = "1 for each source, 1 more for each further 100 data sources",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads, .does_read = does_read, .does_without = does_without,
	.check = check, .run = run, .sum_up = sum_up, .release = release,
};
