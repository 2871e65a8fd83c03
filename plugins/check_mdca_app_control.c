// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_app_control - apps behind Conditional Access App Control that are suspended, switched off or not connected */
#include "plugin.h"

#include "portal_app.h"

static const struct opt options[] = {
	OPT_END
};

enum { SUSPENDED, DISABLED, NOT_CONNECTED, IN_SETUP, APPS };
static const struct metric metrics[] = {
	[SUSPENDED] = METRIC_COUNT("suspended", "0", NULL, "apps whose control is suspended"),
	[DISABLED] = METRIC_COUNT("disabled", "0", NULL, "configured apps that are switched off"),
	[NOT_CONNECTED] = METRIC_COUNT("not_connected", "0", NULL, "configured apps that are not connected"),
	[IN_SETUP] = METRIC_COUNT("in_setup", NULL, NULL, "apps whose set-up has not been finished"),
	[APPS] = METRIC_TALLY("apps", NULL, NULL, "apps that App Control knows"),
	METRICS_COMMON
};

struct seen {
	unsigned rows, told, all_apps, apps; /* told: rows that have the member */
};

/* Does App Control know the app? Every app of the tenant has the object (contract, "App Control"). */
static bool is_controlled(struct json_object *proxy)
{
	static const char *const signs[] = { "isConnected", "isConfigured", "isConfiguredInAAD", "inDeployment" };
	bool is = false;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (jget_bool(proxy, signs[i], &is) == ODD || is)
			return true;
	return false;
}

static void judge_configured(struct job *job, struct json_object *proxy)
{
	bool on = true, connected = false;

	if (job_bool(job, proxy, "isAppStatusEnabled", &on) && !on)
		verdict_find(job->verdict, DISABLED, 1, "switched off");
	if (job_must_bool(job, proxy, "isConnected", &connected) && !connected)
		verdict_find(job->verdict, NOT_CONNECTED, 1, "configured, not connected");
}

static void judge_setup(struct job *job, struct json_object *proxy, bool configured)
{
	bool in_setup = false, in_entra = false;

	job_bool(job, proxy, "inDeployment", &in_setup);
	job_bool(job, proxy, "isConfiguredInAAD", &in_entra);
	if (in_setup || (in_entra && !configured))
		verdict_find(job->verdict, IN_SETUP, 1, "set-up not finished");
}

/* Nobody has published what the codes mean, and no activity is common: both are shown and never judged. */
static void note_the_rest(struct job *job, struct json_object *proxy)
{
	char span[CLOCK_SPAN_SIZE], raw[JGET_RAW_SIZE];
	bool connected = false;
	int64_t at;

	jget_bool(proxy, "isConnected", &connected);
	if (jget_time(proxy, "lastConnected", &at) == GOT) {
		verdict_note(job->verdict, "last connected %s ago", clock_span(job_age(job, at), span));
		job_note_future(job, at);
	} else if (connected) {
		verdict_note(job->verdict, "no activities");
	}
	if (jget_is_set(proxy, "status"))
		verdict_note(job->verdict, "code %s", jget_raw(proxy, "status", raw));
}

static void judge_app(struct job *job, struct json_object *proxy)
{
	bool suspended = false, configured = false;

	if (job_must_bool(job, proxy, "isSuspended", &suspended) && suspended)
		verdict_find(job->verdict, SUSPENDED, 1, "suspended");
	if (job_must_bool(job, proxy, "isConfigured", &configured)) {
		if (configured)
			judge_configured(job, proxy);
		judge_setup(job, proxy, configured);
	}
	note_the_rest(job, proxy);
}

static bool visit_app(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	struct json_object *proxy = NULL;
	AUTO_BUF name = { 0 };
	char raw[JGET_RAW_SIZE];

	(void)e;
	seen->rows++;
	seen->told += jget_is_there(row, "proxy");
	enum got got = jget_object(row, "proxy", &proxy);
	if (got == UNSET || (got == GOT && !is_controlled(proxy)))
		return true;
	seen->all_apps++;
	portal_app_name(row, &name);
	if (!job_selects(job, buf_text(&name), jget_text_or(row, "name", NULL)))
		return true;

	seen->apps++;
	verdict_add(job->verdict, APPS, 1);
	verdict_item(job->verdict, buf_text(&name));
	if (got == ODD)
		verdict_unreadable(job->verdict, "proxy is %s", jget_raw(row, "proxy", raw));
	else
		judge_app(job, proxy);
	return true;
}

static const struct query *const reads[] = { &portal_apps, NULL };

static bool run(struct job *job, struct err *e)
{
	return portal_apps_each(job->api, "controlled apps", visit_app, job, e);
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = {
		{ SUSPENDED, "suspended" }, { DISABLED, "switched off" }, { NOT_CONNECTED, "not connected" }, { 0, NULL }
	};
	const struct seen *seen = job->seen;
	double in_setup = verdict_so_far(job->verdict, IN_SETUP);

	if (!seen->rows)
		job_empty_reply(job, "no apps at all, check the role of the token's owner: a scoped role sees none");
	else if (!seen->told)
		job_empty_reply(job, "none of %u app%s tells of App Control (no member \"proxy\")", seen->rows, seen->rows == 1 ? "" : "s");
	else if (!seen->all_apps)
		job_empty(job, "no apps behind App Control, they appear with the first hit of a policy");
	else if (!seen->apps)
		job_empty(job, "none of %u apps behind App Control is one that the options select", seen->all_apps);
	else if (in_setup > 0)
		job_say(job, seen->apps, "controlled apps", phrases, "%u app%s behind App Control, %.0f in set-up", seen->apps,
			seen->apps == 1 ? "" : "s", in_setup);
	else
		job_say(job, seen->apps, "controlled apps", phrases, "%u app%s behind App Control, all connected", seen->apps,
			seen->apps == 1 ? "" : "s");
}

static const char *const examples[] = {
	"check_mdca_app_control -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all apps behind the control",
	"check_mdca_app_control --extra-opts=contoso --expect=\"Contoso Intranet*\" --critical-suspended=0 --warning-in-setup=0",
	"one app must be there, a suspended control is critical, an unfinished set-up a warning",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_app_control",
	.summary = "apps behind Conditional Access App Control that are suspended, off or not connected",
	.about = "Reads the apps behind Conditional Access App Control of Defender for Cloud Apps (Settings > Cloud apps > Connected apps > "
		 "Conditional Access App Control apps).\n\n"
		 "While the control of an app is suspended or switched off, its sessions pass by the access and session policies: find out "
		 "who did it and why, and switch it on again. An app that is configured but not connected is not controlled either; sign in to "
		 "it through its Conditional Access policy, and finish its set-up.\n\n"
		 "Apps appear only after a policy was hit, so none is normal. A reply without any row is UNKNOWN: the service leaves out what "
		 "the token's owner may not see. So is one in which no row tells of the control.",
	.permission = PORTAL_APPS_PERMISSION,
	.requests = "1 for each 100 apps and connectors",
	.service = CLOUD_APPS,
	.seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "ok",
	.reads = reads,
	.run = run, .sum_up = sum_up,
};
