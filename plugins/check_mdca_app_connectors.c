// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_app_connectors - App connectors that lost their connection, are switched off or warn */
#include "plugin.h"

#include <math.h>
#include <stdio.h>

#include "portal_app.h"
#include "portal_instance.h"

enum { FROM_CONNECTORS, FROM_INSTANCES };
static const char *const flag_sources[] = { "connectors", "instances", NULL };

struct settings {
	struct strings app_ids;
	int warnings_from;
};

static const struct opt options[] = {
	OPT_LIST(0, "app-id", app_ids, NULL, "N", "judge only connectors of this catalogue id (10489 is Box, 11114 Salesforce …), repeatable"),
	OPT_CHOICE(0, "warnings-from", warnings_from, "connectors", flag_sources, "LIST",
		   "where the warning flag is read: in the list of connectors, or in that of instances, which costs a request more"),
	OPT_END
};

enum { FAILED, DISABLED, WARNED, CONNECTORS, CHECK_AGE };
static const struct metric metrics[] = {
	[FAILED] = METRIC_COUNT("failed", NULL, "0", "set up, not disabled, not connected"),
	[DISABLED] = METRIC_COUNT("disabled", "0", NULL, "switched off by an administrator"),
	[WARNED] = METRIC_COUNT("warned", "0", NULL, "connected with warnings"),
	[CONNECTORS] = METRIC_TALLY("connectors", NULL, NULL, "set-up connectors"),
	[CHECK_AGE] = METRIC_PEAK("check_age", "24h", "48h", "age of the oldest health check of the connected ones"),
	METRICS_COMMON
};

struct seen {
	struct instance_flags flags;
	unsigned rows, set_up, connected;
	bool flag_seen;
};

/* One whose id cannot be read is not passed over: it may be the one that is asked for. */
static bool is_wanted_app(const struct settings *set, struct json_object *row)
{
	char number[24];
	int64_t id;

	if (!set->app_ids.count || jget_int(row, "appId", &id) != GOT)
		return true;
	snprintf(number, sizeof(number), "%lld", (long long)id);
	return glob_any(&set->app_ids, number);
}

/* Connectable, and someone has begun to connect it: every other row is of another kind (contract, "App connectors"). */
static bool is_set_up(struct json_object *row, struct json_object *api)
{
	bool connectable = true, connected = false, enabled;
	int64_t at;

	if (jget_bool(row, "isApiConnectable", &connectable) == GOT && !connectable)
		return false;
	enum got got_connected = jget_bool(api, "isConnected", &connected);
	return got_connected == ODD || connected || jget_bool(api, "isEnabled", &enabled) != UNSET ||
	       jget_time(api, "lastConnected", &at) != UNSET || jget_text_or(api, "creator", NULL);
}

/* The flag of the list of instances, under the same id. A connector that the list lacks cannot be judged, unless no row has a flag. */
static bool instance_flag(struct job *job, struct json_object *row, bool *warns)
{
	const struct seen *seen = job->seen;
	const struct instance_flag *found = instance_flags_find(&seen->flags, jget_text_or(row, "_id", ""));

	if (seen->flags.count && !found)
		verdict_unreadable(job->verdict, "not among the instances, so without a warning flag");
	else if (found && found->got == ODD)
		verdict_unreadable(job->verdict, "hasWarnings of its instance is no truth value");
	if (!found || found->got != GOT)
		return false;
	*warns = found->warns;
	return true;
}

static void judge_connected(struct job *job, struct json_object *row, struct json_object *api)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE];
	bool warns = false;
	int64_t at;

	seen->connected++;
	if (set->warnings_from == FROM_INSTANCES ? instance_flag(job, row, &warns) : job_bool(job, api, "hasWarnings", &warns))
		seen->flag_seen = true;
	if (warns)
		verdict_find(job->verdict, WARNED, 1, "connected with a warning (%s)",
			     jget_text_or(api, "statusTemplateMessage", "no message key"));
	if (job_time(job, api, "lastCheckTime", &at)) {
		verdict_peak(job->verdict, CHECK_AGE, (double)job_age(job, at), "last status check %s ago",
			     clock_span(job_age(job, at), span));
		job_note_future(job, at);
	} else {
		verdict_note(job->verdict, "no check time");
	}
}

static void find_failed(struct job *job, struct json_object *api)
{
	char span[CLOCK_SPAN_SIZE];
	int64_t at;

	if (jget_time(api, "lastConnected", &at) == GOT)
		verdict_find(job->verdict, FAILED, 1, "connection error, last connected %s ago", clock_span(job_age(job, at), span));
	else
		verdict_find(job->verdict, FAILED, 1, "connection error, never connected");
}

static void judge_connector(struct job *job, struct json_object *row, struct json_object *api)
{
	bool connected = false, enabled;

	if (job_bool(job, api, "isEnabled", &enabled) && !enabled)
		verdict_find(job->verdict, DISABLED, 1, "disabled");
	else if (job_must_bool(job, api, "isConnected", &connected) && connected)
		judge_connected(job, row, api);
	else if (jget_bool(api, "isConnected", &connected) == GOT)
		find_failed(job, api);
}

static bool visit_connector(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	struct json_object *api = NULL;
	AUTO_BUF name = { 0 };
	char raw[JGET_RAW_SIZE];
	int64_t id;

	(void)e;
	seen->rows++;
	enum got got = jget_object(row, "api", &api);
	if (got == UNSET || (got == GOT && !is_set_up(row, api)))
		return true;
	portal_app_name(row, &name);
	if (!job_selects(job, buf_text(&name), jget_text_or(row, "name", NULL)) || !is_wanted_app(set, row))
		return true;

	seen->set_up++;
	verdict_add(job->verdict, CONNECTORS, 1);
	verdict_item(job->verdict, buf_text(&name));
	if (set->app_ids.count && jget_int(row, "appId", &id) != GOT)
		verdict_unreadable(job->verdict, "appId is %s", jget_raw(row, "appId", raw));
	if (got == ODD)
		verdict_unreadable(job->verdict, "api is %s", jget_raw(row, "api", raw));
	else
		judge_connector(job, row, api);
	return true;
}

static const struct query *const reads[] = { &portal_instances, &portal_apps, NULL };

static bool does_read(const struct job *job, const struct query *q)
{
	const struct settings *set = job->settings;

	return q != &portal_instances || set->warnings_from == FROM_INSTANCES;
}

static bool run(struct job *job, struct err *e)
{
	struct seen *seen = job->seen;

	if (does_read(job, &portal_instances) && !instance_flags_read(job->api, &seen->flags, e))
		return false;
	return portal_apps_each(job->api, "app connectors", visit_connector, job, e);
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = {
		{ FAILED, "in error" }, { DISABLED, "disabled" }, { WARNED, "with warnings" }, { 0, NULL }
	};
	const struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE];
	double age = verdict_so_far(job->verdict, CHECK_AGE);

	if (verdict_alerts(job->verdict, CHECK_AGE))
		verdict_remark(job->verdict, "oldest status check %s ago", clock_span((int64_t)age, span));
	if (seen->connected && isnan(age))
		verdict_leave_out(job->verdict, CHECK_AGE, "no check time in the reply");
	if (!seen->flag_seen)
		verdict_leave_out(job->verdict, WARNED, seen->set_up ? "no warning flag in the reply" : NULL);
	if (!seen->set_up)
		job_empty(job, "no app connector to judge among %u rows, check the options and the role of the token's owner", seen->rows);
	else
		job_say(job, seen->set_up, "app connectors", phrases, "%u app connector%s connected", seen->set_up,
			seen->set_up == 1 ? "" : "s");
}

static void release(void *data)
{
	struct seen *seen = data;

	instance_flags_free(&seen->flags);
}

static const char *const examples[] = {
	"check_mdca_app_connectors -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all connectors of the tenant",
	"check_mdca_app_connectors --extra-opts=contoso --expect=Salesforce* --exclude=*sandbox*",
	"tenant and token from section contoso, at least one Salesforce connector must exist, sandboxes do not count",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_app_connectors",
	.summary = "app connectors that lost their connection, are switched off or warn",
	.about = "Reads the App connectors of Defender for Cloud Apps (Settings > Cloud apps > Connected apps > App connectors) and judges "
		 "each one that has been set up.\n\n"
		 "A connector in error delivers no activities, so policies for its app see nothing: open it in the portal, read its "
		 "message, and connect it again with an administrator account of the app. A disabled connector was switched off "
		 "by someone on purpose or by mistake. An old status check means that the service itself has not looked for a while.\n\n"
		 "The service leaves out what the token's owner may not see: an empty answer is UNKNOWN, and a connector that was deleted is "
		 "noticed only by --expect.",
	.permission = PORTAL_APPS_PERMISSION,
	.requests = "1 for each 100 connectors and controlled apps; with --warnings-from=instances as many again",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads, .does_read = does_read,
	.run = run, .sum_up = sum_up, .release = release,
};
