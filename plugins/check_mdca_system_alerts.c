// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_system_alerts - open alerts about the health of Defender for Cloud Apps itself */
#include "plugin.h"

#include "cloud/alert.h"

#define NAMES_ON_LINE_1 3

struct settings {
	int64_t since;
	bool with_notices;
};

static const struct opt options[] = {
	OPT_DURATION(0, "since", since, "30d", "judge the alerts raised within this time"),
	OPT_FLAG(0, "include-security-notices", with_notices,
		 "judge also alerts about OAuth apps and breaches, which are marked as system alerts but tell nothing of the product's health"),
	OPT_END
};

enum { OPEN, OPEN_HIGH, BY_CLASS, OLDEST = BY_CLASS + ALERT_OTHER + 1 };
static const struct metric metrics[] = {
	[OPEN] = METRIC_COUNT("open", "0", NULL, "open system alerts about the product's health"),
	[OPEN_HIGH] = METRIC_COUNT("open_high", NULL, "0", "of them with severity high or unknown"),
	[BY_CLASS + ALERT_CONNECTOR] = METRIC_COUNT("connector", NULL, NULL, "of them about app connectors"),
	[BY_CLASS + ALERT_COLLECTOR] = METRIC_COUNT("collector", NULL, NULL, "of them about log collectors and the upload of logs"),
	[BY_CLASS + ALERT_PARSING] = METRIC_COUNT("parsing", NULL, NULL, "of them about logs that cannot be parsed"),
	[BY_CLASS + ALERT_SIEM] = METRIC_COUNT("siem", NULL, NULL, "of them about SIEM agents"),
	[BY_CLASS + ALERT_DLP] = METRIC_COUNT("dlp", NULL, NULL, "of them about external DLP connectors"),
	[BY_CLASS + ALERT_OTHER] = METRIC_COUNT("other", NULL, NULL, "of them about anything else"),
	[OLDEST] = METRIC_PEAK("oldest", NULL, NULL, "age of the oldest open one"),
	METRICS_COMMON
};

struct seen {
	unsigned unclear, left_out;
};

static void judge_open(struct job *job, const struct alert *a, struct json_object *row)
{
	const char *severity = alert_severity_name(a->severity);
	char raw[JGET_RAW_SIZE];

	verdict_find(job->verdict, OPEN, 1, "severity %s", severity);
	verdict_find(job->verdict, BY_CLASS + (int)a->class, 1, "%s", "");
	if (a->severity == ALERT_HIGH || a->severity == ALERT_SEVERITY_UNKNOWN)
		verdict_find(job->verdict, OPEN_HIGH, 1, "%s", "");
	if (a->severity == ALERT_SEVERITY_UNKNOWN)
		verdict_note(job->verdict, "severityValue is %s", jget_raw(row, "severityValue", raw));
}

static void judge_alert(struct job *job, const struct alert *a, struct json_object *row)
{
	struct seen *seen = job->seen;
	AUTO_BUF name = { 0 }, text = { 0 };
	char span[CLOCK_SPAN_SIZE];
	int64_t at;

	alert_name(a, &name);
	verdict_item(job->verdict, buf_text(&name));
	if (*a->oddity) {
		seen->unclear++;
		verdict_unreadable(job->verdict, "%s", a->oddity);
		return;
	}
	judge_open(job, a, row);
	if (job_time(job, row, "timestamp", &at)) {
		verdict_rank(job->verdict, at);
		verdict_peak(job->verdict, OLDEST, (double)job_age(job, at), "raised %s ago", clock_span(job_age(job, at), span));
		job_note_future(job, at);
	} else {
		verdict_note(job->verdict, "age unknown");
	}
	if (!a->object) {
		alert_description(a, &text);
		verdict_note(job->verdict, "%s", buf_text(&text));
	}
}

static bool visit_alert(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	struct alert alert;
	int64_t at;

	(void)e;
	alert_read(row, &alert);
	/* A filter that the service does not know is passed over in silence. */
	if (!alert.wanted || (jget_time(row, "timestamp", &at) == GOT && at < job->now - set->since))
		return true;
	/* Whether one without a title is wanted, nobody can tell. */
	if (alert.title && !job_selects(job, alert.title, NULL))
		seen->left_out++;
	else
		judge_alert(job, &alert, row);
	return true;
}

#define PERMISSION "an API token whose owner is Global reader, or Investigation.read (application)"
static const struct query alerts = { .service = CLOUD_APPS, .path = "/api/v1/alerts/", .what = "alerts", .post = true,
				     .entra_permission = "Investigation.read", .permission = PERMISSION };
static const struct query *const reads[] = { &alerts, NULL };

static bool run(struct job *job, struct err *e)
{
	const struct settings *set = job->settings;
	AUTO_JSON body = json_object_new_object();
	struct json_object *filters = json_object_new_object(), *open = json_object_new_object(), *date = json_object_new_object();
	int64_t from = job->now > set->since ? job->now - set->since : 0;
	struct query q = alerts;

	if (set->with_notices)
		job_drop_default_exclude(job);
	json_object_object_add(open, "eq", json_object_new_boolean(true));
	json_object_object_add(filters, "alertOpen", open);
	json_object_object_add(date, "gte", json_object_new_int64(from * 1000));
	json_object_object_add(filters, "date", date);
	json_object_object_add(body, "filters", filters);
	json_object_object_add(body, "sortField", json_object_new_string("date"));
	json_object_object_add(body, "sortDirection", json_object_new_string("desc"));
	q.body = body;
	return api_each(job->api, &q, visit_alert, job, e);
}

static void sum_up(struct job *job)
{
	const struct settings *set = job->settings;
	const struct seen *seen = job->seen;
	struct verdict *v = job->verdict;
	double open = verdict_so_far(v, OPEN), high = verdict_so_far(v, OPEN_HIGH);
	unsigned read = api_seen(job->api);
	AUTO_BUF text = { 0 };
	char span[CLOCK_SPAN_SIZE];

	clock_span(set->since, span);
	if (job->incomplete)
		verdict_remark(v, "%u alert%s of the last %s read, newest first: a shorter --since needs fewer", read,
			       read == 1 ? "" : "s", span);
	if (high > 0)
		buf_print(&text, ", %.0f of high severity", high);
	else if (seen->left_out)
		buf_print(&text, ", %u left out by title", seen->left_out);
	if (open > 0)
		verdict_say(v, "%.0f open system alert%s within %s%s: %s", open, open == 1 ? "" : "s", span, buf_text(&text),
			    verdict_names(v, OPEN, NAMES_ON_LINE_1));
	else if (seen->unclear)
		verdict_say(v, "no open system alert among those within %s that can be judged", span);
	else
		job_empty(job, "no open system alert within %s%s", span, buf_text(&text));
}

static const char *const examples[] = {
	"check_mdca_system_alerts -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"open system alerts of the last 30 days",
	"check_mdca_system_alerts --extra-opts=contoso --since=7d --exclude=*SIEM* --critical-oldest=2d",
	"of the last 7 days without those about SIEM agents, and critical when one stays open for 2 days",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_system_alerts",
	.summary = "open alerts about the health of the product itself",
	.about = "Reads the alerts of Defender for Cloud Apps and judges the open ones that the product raises about itself: an app "
		 "connector lost its connection, a log collector has sent nothing for about two days, logs cannot be parsed, a SIEM or DLP agent failed. Alerts "
		 "of policies are left out.\n\n"
		 "An alert stays open until someone closes it. Repair what it names (the checks for connectors, log upload and agents tell "
		 "more), then close it in the portal: one that is older than --since is no longer seen. One whose severity is unknown counts as high.\n\n"
		 "All open alerts within --since are read, as the service cannot be asked for system alerts alone. In a tenant with many, a "
		 "shorter --since costs fewer requests.",
	.permission = PERMISSION,
	.requests = "1 for each 100 open alerts within --since",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "ok",
	.exclude = "*oauth app*,*breach*", .exclude_adds = true,
	.reads = reads,
	.run = run, .sum_up = sum_up,
};
