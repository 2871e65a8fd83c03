// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_service_health - is Defender for Cloud Apps itself well, by Microsoft's own word?
 *
 * Open issues come in a list of their own, so what they say of a service is gathered until both lists are read. */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "status.h"

#define IDS_MAX 400    /* bytes of the ids that are told when one is absent */
#define ISSUES_MAX 900 /* bytes of the issues on a service's line */
#define ODDITY_SIZE (JGET_RAW_SIZE + 64)

struct settings {
	struct strings ids, status_map;
};

static const struct opt options[] = {
	OPT_LIST(0, "service-id", ids, "cloudappsecurity,Microsoft365Defender", "ID", "judge the service of this id, repeatable"),
	OPT_STATUS_MAP(status_map,
		       "what to make of a status, repeatable, the last one wins: ok, warning (degraded), critical (interrupted), unknown "
		       "(cannot be judged), as in serviceDegradation:critical"),
	OPT_END
};

enum { INTERRUPTED, DEGRADED, INCIDENTS, ADVISORIES, OLDEST };
static const struct metric metrics[] = {
	[INTERRUPTED] = METRIC_COUNT("interrupted", NULL, "0", "services that do not work"),
	[DEGRADED] = METRIC_COUNT("degraded", "0", NULL, "services that work badly, or that Microsoft looks into"),
	[INCIDENTS] = METRIC_COUNT("incidents", NULL, NULL, "open issues called incident"),
	[ADVISORIES] = METRIC_COUNT("advisories", NULL, NULL, "open issues called advisory"),
	[OLDEST] = METRIC_PEAK("oldest", NULL, NULL, "age of the oldest open issue"),
	METRICS_UNREADABLE
};

static const struct {
	const char *status;
	enum state state;
} statuses[] = {
	{ "serviceOperational", STATE_OK }, { "falsePositive", STATE_OK }, { "serviceRestored", STATE_OK },
	{ "postIncidentReviewPublished", STATE_OK }, { "resolved", STATE_OK }, { "mitigated", STATE_OK },
	{ "mitigatedExternal", STATE_OK }, { "resolvedExternal", STATE_OK }, { "investigating", STATE_WARNING },
	{ "investigationSuspended", STATE_WARNING }, { "restoringService", STATE_WARNING }, { "verifyingService", STATE_WARNING },
	{ "extendedRecovery", STATE_WARNING }, { "serviceDegradation", STATE_WARNING }, { "confirmed", STATE_WARNING },
	{ "reported", STATE_WARNING }, { "serviceInterruption", STATE_CRITICAL },
};

/* A chosen one, with what its open issues add. Texts are owned. */
struct health {
	char *name;
	char status[JGET_RAW_SIZE]; /* "" where it is odd */
	bool interrupted, degraded;
	char oddity[ODDITY_SIZE]; /* the first thing that cannot be read, "" without */
	unsigned incidents, advisories;
	int64_t oldest_at;        /* begin of the oldest issue, 0: none */
	struct buf issues;
};

struct seen {
	struct health *services;
	size_t count;
	struct buf ids;   /* of all rows, for people */
	bool *met;        /* of the ids asked for */
};

/* Adds a status to what is known of the service. */
static void weigh(const struct settings *set, struct health *s, const char *whose, struct json_object *row)
{
	const char *status = jget_text_or(row, "status", "");
	enum state state = STATE_UNKNOWN;
	char raw[JGET_RAW_SIZE];

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (!strcasecmp(statuses[i].status, status))
			state = statuses[i].state;
	status_map_find(&set->status_map, status, &state);
	s->interrupted |= state == STATE_CRITICAL;
	s->degraded |= state == STATE_WARNING;
	if (state == STATE_UNKNOWN && !*s->oddity)
		snprintf(s->oddity, sizeof(s->oddity), "%sstatus is %s", whose, jget_raw(row, "status", raw));
}

static void add_service(struct job *job, struct json_object *row, const char *id)
{
	struct seen *seen = job->seen;

	seen->services = mem_resize(seen->services, seen->count + 1, sizeof(*seen->services));
	struct health *s = &seen->services[seen->count++];
	*s = (struct health){ .name = mem_copy_text(jget_text_or(row, "service", id)) };
	weigh(job->settings, s, "", row);
	if (!*s->oddity)
		snprintf(s->status, sizeof(s->status), "%s", jget_text_or(row, "status", ""));
}

static bool visit_overview(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	const char *id = jget_text_or(row, "id", "");
	bool chosen = false;

	(void)e;
	if (seen->ids.len < IDS_MAX)
		buf_print(&seen->ids, "%s%s", seen->ids.len ? ", " : "", id);
	for (size_t i = 0; i < set->ids.count; i++) {
		if (strcasecmp(set->ids.items[i], id) != 0)
			continue;
		seen->met[i] = chosen = true;
	}
	if (chosen && job_selects(job, id, NULL))
		add_service(job, row, id);
	return true;
}

/* Class, id, age and title go to the service's line, the rest is counted. */
static void add_issue(struct job *job, struct health *s, struct json_object *row)
{
	const char *class = jget_text_or(row, "classification", ""), *id = jget_text_or(row, "id", "issue without an id");
	AUTO_FREE char *whose = mem_print("%.32s: ", id);
	char raw[JGET_RAW_SIZE], span[CLOCK_SPAN_SIZE] = "unknown time";
	int64_t at = 0;

	s->incidents += !strcasecmp(class, "incident");
	s->advisories += !strcasecmp(class, "advisory");
	if (strcasecmp(class, "incident") != 0 && strcasecmp(class, "advisory") != 0 && !*s->oddity)
		snprintf(s->oddity, sizeof(s->oddity), "%sclassification is %s", whose, jget_raw(row, "classification", raw));
	if (jget_time(row, "startDateTime", &at) != GOT && !*s->oddity)
		snprintf(s->oddity, sizeof(s->oddity), "%sstartDateTime is %s", whose, jget_raw(row, "startDateTime", raw));
	weigh(job->settings, s, whose, row);
	if (at && (!s->oldest_at || at < s->oldest_at))
		s->oldest_at = at;
	if (at)
		clock_span(job_age(job, at), span);
	if (s->issues.len < ISSUES_MAX)
		buf_print(&s->issues, "%s%s %s for %s (%s): %s", s->issues.len ? ", " : "", class, id, span,
			  jget_text_or(row, "status", "?"), jget_text_or(row, "title", "no title"));
}

static bool visit_issue(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	const char *service = jget_text_or(row, "service", NULL);
	char raw[JGET_RAW_SIZE];
	bool resolved = false;

	(void)e;
	if (jget_bool(row, "isResolved", &resolved) == GOT && resolved)
		return true;
	for (size_t i = 0; service && i < seen->count; i++)
		if (!strcasecmp(seen->services[i].name, service))
			add_issue(job, &seen->services[i], row);
	if (!service) {
		verdict_item(job->verdict, jget_text_or(row, "id", "issue without an id"));
		verdict_unreadable(job->verdict, "service is %s", jget_raw(row, "service", raw));
	}
	return true;
}

static const struct query overviews = { .service = GRAPH, .path = "/admin/serviceAnnouncement/healthOverviews", .what = "service health",
					.entra_permission = "ServiceHealth.Read.All" };
static const struct query open_issues = { .service = GRAPH, .path = "/admin/serviceAnnouncement/issues", .what = "open health issues",
				     .parameters = "$filter=isResolved%20eq%20false&$select=id,title,classification,status,service,"
						   "isResolved,startDateTime",
				     .entra_permission = "ServiceHealth.Read.All" };
static const struct query *const reads[] = { &overviews, &open_issues, NULL };

static bool run(struct job *job, struct err *e)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;

	seen->met = mem_new(set->ids.count + 1, sizeof(*seen->met));
	return api_each(job->api, &overviews, visit_overview, job, e) &&
	       (!seen->count || api_each(job->api, &open_issues, visit_issue, job, e));
}

static void judge_service(struct job *job, const struct health *s)
{
	int64_t age = job_age(job, s->oldest_at);

	verdict_item(job->verdict, s->name);
	verdict_note(job->verdict, "%s", s->status);
	verdict_find(job->verdict, INTERRUPTED, s->interrupted, "%s", "");
	verdict_find(job->verdict, DEGRADED, s->degraded && !s->interrupted, "%s", "");
	if (*s->oddity)
		verdict_unreadable(job->verdict, "%s", s->oddity);
	verdict_find(job->verdict, INCIDENTS, s->incidents, "%s", "");
	verdict_find(job->verdict, ADVISORIES, s->advisories, "%s", buf_text(&s->issues));
	if (s->oldest_at)
		verdict_peak(job->verdict, OLDEST, (double)age, "%s", "");
}

/* Services that were asked for and are not there; returns how many. */
static unsigned judge_absent(struct job *job)
{
	const struct settings *set = job->settings;
	const struct seen *seen = job->seen;
	unsigned absent = 0;

	for (size_t i = 0; i < set->ids.count; i++) {
		if (seen->met[i])
			continue;
		absent++;
		verdict_item(job->verdict, set->ids.items[i]);
		verdict_unreadable(job->verdict, "no such service, the ids are %s", buf_text(&seen->ids));
	}
	return absent;
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = { { INTERRUPTED, "interrupted" }, { DEGRADED, "degraded" }, { 0, NULL } };
	struct seen *seen = job->seen;
	unsigned total = (unsigned)seen->count;

	clean_shorten(&seen->ids, IDS_MAX);
	if (!total) {
		job_empty(job, "no such service in the tenant%s%s", seen->ids.len ? ", the ids are " : ", nor any other", buf_text(&seen->ids));
		return;
	}
	for (size_t i = 0; i < seen->count; i++)
		judge_service(job, &seen->services[i]);
	if (!job->incomplete)
		total += judge_absent(job);
	double issues = verdict_so_far(job->verdict, INCIDENTS) + verdict_so_far(job->verdict, ADVISORIES);
	job_say(job, total, "services", phrases, "%u service%s operational, %.0f open issue%s", total, total == 1 ? "" : "s", issues,
		issues == 1 ? "" : "s");
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	const struct settings *set = settings;

	(void)limits;
	return status_map_check(&set->status_map, e);
}

static void release(void *data)
{
	struct seen *seen = data;

	for (size_t i = 0; i < seen->count; i++) {
		free(seen->services[i].name);
		buf_free(&seen->services[i].issues);
	}
	free(seen->services);
	buf_free(&seen->ids);
	free(seen->met);
}

static const char *const examples[] = {
	"check_mdca_service_health --tenant-id=contoso.onmicrosoft.com --client-id=00001111-aaaa-2222-bbbb-3333cccc4444 "
	"--client-secret-file=/etc/mdca-plugins/contoso.secret",
	"Defender for Cloud Apps and Defender XDR",
	"check_mdca_service_health --extra-opts=contoso --service-id=cloudappsecurity --status-map=investigating:ok "
	"--status-map=serviceDegradation:critical",
	"only the product itself, calm while Microsoft looks, critical as soon as it confirms",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_service_health",
	.summary = "is the product well, by Microsoft's own word",
	.about = "Reads the service health of Microsoft 365 and judges the services of Defender for Cloud Apps, each by its status and by "
		 "those of its open issues, of which the worst counts.\n\n"
		 "What Microsoft has confirmed is theirs to repair: read the issue in the admin center, tell the people concerned, and expect "
		 "other checks to fail for the same reason. A service that is not in the list has no subscription in the tenant, or another id "
		 "by now, and is UNKNOWN; name the ones to judge by --service-id. The China cloud has service health, but not the product.",
	.permission = "ServiceHealth.Read.All (application permission of Microsoft Graph) with admin consent",
	.requests = "2; 1 when none of the chosen services is there",
	.service = GRAPH,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads,
	.check = check, .run = run, .sum_up = sum_up, .release = release,
};
