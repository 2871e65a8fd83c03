// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_siem_agents - SIEM agents that lost their connection
 *
 * Generic agents are being retired: the list may answer 404 where their number is still told, so that is asked then. */
#include "plugin.h"

#include "status.h"

#define RETIRED "generic agents were retired from November 2025, the Defender XDR streaming API and Graph alerts_v2 " \
		"replace them"

struct settings {
	int64_t grace;
	struct strings status_map;
};

static const struct opt options[] = {
	OPT_DURATION(0, "grace", grace, "24h", "how long a new agent may wait for its first connection"),
	OPT_STATUS_MAP(status_map, "the state of agents with this status, where the service gives a code or an unknown word: ok, unknown, "
				   "warning (counts in failed) or critical (counts in disconnected), repeatable"),
	OPT_END
};

enum { DISCONNECTED, FAILED, WAITING, NOTIFICATIONS, AGENTS, CONTACT_AGE };
static const struct metric metrics[] = {
	[DISCONNECTED] = METRIC_COUNT("disconnected", NULL, "0", "agents without a connection for over 12 hours"),
	[FAILED] = METRIC_COUNT("failed", "0", NULL, "agents with a connection error, for over 2 hours"),
	[WAITING] = METRIC_COUNT("waiting", "0", NULL, "agents that never connected, made longer than --grace ago"),
	[NOTIFICATIONS] = METRIC_COUNT("notifications", "0", NULL, "agents with notifications"),
	[AGENTS] = METRIC_TALLY("agents", NULL, NULL, "agents"),
	[CONTACT_AGE] = METRIC_PEAK("contact_age", "2h", "12h", "age of the oldest last contact of an agent"),
	METRICS_COMMON
};

enum { CREATED, CONNECTED, CONNECTION_ERROR, IS_DISCONNECTED };
static const char *const words[] = { "Created", "Connected", "Connection error", "Disconnected", NULL };
static const char *const status_members[] = { "status", "statusValue", NULL };
static const char *const name_members[] = { "name", "displayName", "_id", NULL };
static const char *const contact_members[] = { "lastConnection", "lastConnected", "lastSeen", NULL };
static const char *const begun_members[] = { "created", "createdAt", NULL };

struct seen {
	unsigned rows, agents;
	bool not_listed; /* the list is gone, and the count says that there are none */
};

static void judge_contact(struct job *job, struct json_object *row)
{
	char span[CLOCK_SPAN_SIZE];
	int64_t at;

	if (!job_time(job, row, jget_first_time(row, contact_members), &at))
		return;
	verdict_peak(job->verdict, CONTACT_AGE, (double)job_age(job, at), "last contact %s ago", clock_span(job_age(job, at), span));
	job_note_future(job, at);
}

/* Never connected. Without a readable time of its making nobody can tell how long it waits, so it waits too long. */
static void judge_waiting(struct job *job, struct json_object *row)
{
	const struct settings *set = job->settings;
	char span[CLOCK_SPAN_SIZE];
	int64_t at;

	if (jget_time(row, jget_first_time(row, contact_members), &at) != UNSET)
		return;
	if (!job_time(job, row, jget_first_time(row, begun_members), &at))
		verdict_find(job->verdict, WAITING, 1, "never connected");
	else if (job_age(job, at) > set->grace)
		verdict_find(job->verdict, WAITING, 1, "never connected, made %s ago", clock_span(job_age(job, at), span));
	else
		verdict_note(job->verdict, "waits for its first connection for %s", clock_span(job_age(job, at), span));
}

static void judge_status(struct job *job, struct json_object *row)
{
	const struct settings *set = job->settings;
	struct status_kind kind = { status_members, words, &set->status_map, FAILED, DISCONNECTED, false };

	switch (job_status(job, row, &kind)) {
	case CREATED:
		judge_waiting(job, row);
		break;
	case CONNECTION_ERROR:
		verdict_find(job->verdict, FAILED, 1, "connection error");
		break;
	case IS_DISCONNECTED:
		verdict_find(job->verdict, DISCONNECTED, 1, "disconnected");
		break;
	default:
		break;
	}
}

/* A list of them or their number. */
static void judge_notifications(struct job *job, struct json_object *row)
{
	struct json_object *list;
	double count = 0;

	if (jget_array(row, "notifications", &list) == GOT)
		count = (double)json_object_array_length(list);
	else
		job_number(job, row, "notifications", &count);
	if (count > 0)
		verdict_find(job->verdict, NOTIFICATIONS, 1, "%.0f notification%s", count, count == 1 ? "" : "s");
}

static bool visit_agent(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	const char *name = jget_first_text(row, name_members, "(no name)");

	(void)e;
	seen->rows++;
	if (!job_selects(job, name, NULL))
		return true;
	seen->agents++;
	verdict_add(job->verdict, AGENTS, 1);
	verdict_item(job->verdict, name);
	judge_status(job, row);
	judge_notifications(job, row);
	judge_contact(job, row);
	return true;
}

static bool is_gone(const struct job *job, const struct err *e)
{
	return api_refusal(job->api, e) == HTTP_NOT_FOUND;
}

#define PERMISSION \
	"an API token whose owner is Global reader or, where that sees no agents, Security administrator; no Entra permission opens this list"
static const char *const count_members[] = { "total", NULL };
static const struct query agents = { .service = CLOUD_APPS, .path = "/api/v1/agents/siem/", .what = "SIEM agents", .permission = PERMISSION };
static const struct query count = { .service = CLOUD_APPS, .path = "/api/v1/agents/siem/count/", .what = "the number of SIEM agents",
				    .lists = count_members, .paging = NOT_A_LIST, .permission = PERMISSION };
static const struct query *const reads[] = { &agents, &count, NULL };

/* The number stands in for a list that is gone. */
static bool does_read(const struct job *job, const struct query *q)
{
	return q != &count || api_status(job->api) == HTTP_NOT_FOUND;
}

static bool does_without(const struct job *job, const struct query *q, long refusal, unsigned others)
{
	(void)job;
	return q == &agents && refusal == HTTP_NOT_FOUND && others;
}

/* The list is not there: are there agents all the same? */
static bool ask_count(struct job *job, struct err *e)
{
	struct seen *seen = job->seen;
	AUTO_JSON reply = NULL;
	bool more = false;
	char raw[JGET_RAW_SIZE];
	int64_t total;

	if (!api_get(job->api, &count, &reply, e)) {
		if (is_gone(job, e))
			err_add(e, "neither the list of SIEM agents nor their number is there (" RETIRED ")");
		return false;
	}
	if (jget_int(reply, "total", &total) != GOT || total < 0 || jget_bool(reply, "moreThanTotal", &more) == ODD)
		return err_set(e, ERR_REPLY, "404 on the list of SIEM agents, and total of their number is %s",
			       jget_raw(reply, "total", raw));
	verdict_add(job->verdict, AGENTS, (double)total);
	if (total || more)
		return err_set(e, ERR_REPLY, "404 on the list of SIEM agents, but there are %s%lld: look in the portal (%s)",
			       more ? "more than " : "", (long long)total, RETIRED);
	seen->not_listed = true;
	return true;
}

static bool run(struct job *job, struct err *e)
{
	const struct seen *seen = job->seen;

	if (api_each(job->api, &agents, visit_agent, job, e))
		return true;
	return is_gone(job, e) && !seen->rows && ask_count(job, e);
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = {
		{ DISCONNECTED, "disconnected" }, { FAILED, "with a connection error" }, { WAITING, "never connected" },
		{ NOTIFICATIONS, "with notifications" }, { 0, NULL }
	};
	const struct seen *seen = job->seen;
	double age = verdict_so_far(job->verdict, CONTACT_AGE);
	char span[CLOCK_SPAN_SIZE];

	bool late = verdict_alerts(job->verdict, CONTACT_AGE);
	if (late)
		verdict_remark(job->verdict, "oldest contact %s ago", clock_span((int64_t)age, span));
	if (seen->agents)
		job_say(job, seen->agents, "SIEM agents", phrases, "%u SIEM agent%s%s", seen->agents, seen->agents == 1 ? "" : "s",
			late ? "" : ", no error");
	else if (seen->rows)
		job_empty(job, "none of %u SIEM agents is one that the options select", seen->rows);
	else
		job_empty(job, "no SIEM agents%s (%s)", seen->not_listed ? ", their list is gone" : "", RETIRED);
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	const struct settings *set = settings;

	(void)limits;
	return status_map_check(&set->status_map, e);
}

static const char *const examples[] = {
	"check_mdca_siem_agents -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all agents of the tenant; none is fine",
	"check_mdca_siem_agents --extra-opts=contoso --expect=contoso-siem01 --status-map=1:ok --status-map=3:critical",
	"one agent must be there, and the service gives codes whose meaning was seen in the portal",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_siem_agents",
	.summary = "SIEM agents that lost their connection",
	.about = "Reads the SIEM agents of Defender for Cloud Apps (Settings > Cloud apps > System > SIEM agents).\n\n"
		 "An agent without a connection forwards no alerts and activities: see on its host whether it runs, whether it reaches the "
		 "portal and the SIEM, and what its log says. An agent that never connected was made in the portal and not started.\n\n"
		 "The retirement of generic agents began in November 2025; agents of Microsoft Sentinel stay. In their place the Defender XDR streaming "
		 "API delivers activities and Graph alerts_v2 alerts. In a tenant without agents this check is OK.\n\n"
		 "The service's own codes for the status are not published. A status that is none of the portal's words cannot be judged and "
		 "makes UNKNOWN until --status-map says what it means.",
	.permission = PERMISSION,
	.requests = "1 for each 100 agents; 1 more where the list is gone",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "ok",
	.reads = reads, .does_read = does_read, .does_without = does_without,
	.check = check, .run = run, .sum_up = sum_up,
};
