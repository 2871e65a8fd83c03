// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_service_health - is Defender for Cloud Apps itself well, by Microsoft's own word?
 *
 * Open issues come in a list of their own, so what they say of a service is gathered until both lists are read. */
#include "plugin.h"

#include <stdlib.h>
#include <strings.h>

#include "health.h"
#include "status.h"

#define IDS_MAX 400 /* bytes of the ids that are told when one is absent */

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

struct seen {
	struct health *services;
	size_t count;
	struct buf ids;   /* of all rows, for people */
	bool *met;        /* of the ids asked for */
};

static void add_service(struct job *job, struct json_object *row)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;

	seen->services = mem_resize(seen->services, seen->count + 1, sizeof(*seen->services));
	health_read(row, &set->status_map, &seen->services[seen->count++]);
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
		add_service(job, row);
	return true;
}

static bool visit_issue(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	const char *service = jget_text_or(row, "service", NULL);
	char raw[JGET_RAW_SIZE];
	bool resolved = false;

	(void)e;
	if (jget_bool(row, "isResolved", &resolved) == GOT && resolved)
		return true;
	for (size_t i = 0; service && i < seen->count; i++)
		if (!strcasecmp(seen->services[i].name, service))
			health_add_issue(&seen->services[i], row, &set->status_map, job->now);
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

	for (size_t i = 0; i < seen->count; i++)
		health_free(&seen->services[i]);
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
