// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_credentials - how long the checks can still sign in
 *
 * A way to sign in that ends is found in the tenant, by its own means of telling which of several is in use. */
#include "plugin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cloud/assertion.h"
#include "cloud/in_use.h"

#define NAME_SIZE 128

struct settings {
	int64_t secret_end; /* 0: not given */
};

static bool parse_secret_end(const char *value, void *settings, struct err *e)
{
	struct settings *set = settings;

	return clock_parse_date(value, &set->secret_end) || clock_parse(value, &set->secret_end) ||
	       err_set(e, ERR_USAGE, "'%s' is no date, use the form 2027-02-20", value);
}

static const struct opt options[] = {
	{ OPT_IS_CUSTOM, 0, "secret-end", .arg = "DATE", .parse = parse_secret_end, .last_counts = true,
	  .help = "the day on which the client secret ends, as in 2027-02-20, for an application that may not read itself (403)" },
	OPT_END
};

enum { REMAINING, EXPIRED, CREDENTIALS };
static const struct metric metrics[] = {
	[REMAINING] = METRIC_PEAK("remaining", "30d:", "7d:", "life left of the credential in use"),
	[EXPIRED] = METRIC_COUNT("expired", NULL, NULL, "credentials past their end that are not in use"),
	[CREDENTIALS] = METRIC_TALLY("credentials", NULL, NULL, "credentials of the application"),
	METRICS_UNREADABLE
};

static const char *const kinds[AUTH_COUNT] = {
	[AUTH_API_TOKEN] = "an API token",
	[AUTH_SECRET] = "client secret",
	[AUTH_CERTIFICATE] = "certificate",
	[AUTH_FEDERATED] = "a federated token",
	[AUTH_MANAGED_IDENTITY] = "a managed identity",
};

struct seen {
	struct signer *certificate; /* the local one, NULL for a secret */
	bool found;                 /* the application */
	bool listed;                /* a credential like the local one, selected or not */
	bool refused;               /* the sentence is said */
	char in_use[NAME_SIZE];
	int64_t ends_at;            /* of the one in use, 0: not known */
	bool guessed;
};

static bool has_end(const struct job *job)
{
	return job->cloud->auth == AUTH_SECRET || job->cloud->auth == AUTH_CERTIFICATE;
}

/* Entra keeps the thumbprint of a certificate, and the first characters of a secret to tell them apart. */
static bool is_ours(const struct job *job, struct json_object *row)
{
	const struct seen *seen = job->seen;
	const char *hint = jget_text_or(row, "hint", "");

	if (seen->certificate)
		return signer_is_named(seen->certificate, jget_text_or(row, "customKeyIdentifier", ""));
	return *hint && !strncmp(job->cloud->client_secret, hint, strlen(hint));
}

static bool is_selected(struct job *job, struct json_object *row)
{
	return job_selects(job, jget_text_or(row, "displayName", ""), NULL);
}

/* A certificate is told by its thumbprint, so that no other is taken for it. */
static size_t find_in_use(struct job *job, struct json_object *list)
{
	struct seen *seen = job->seen;
	struct in_use in_use = in_use_begin(job->now);
	int64_t at;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		bool matches = is_ours(job, row);

		seen->listed |= matches;
		if (is_selected(job, row) && (matches || !seen->certificate) && jget_time(row, "endDateTime", &at) == GOT)
			in_use_offer(&in_use, i, at, matches);
	}
	seen->guessed = !in_use.matches;
	return in_use.place;
}

static void judge_in_use(struct job *job, int64_t at)
{
	struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE], stamp[CLOCK_STAMP_SIZE];

	seen->ends_at = at;
	clock_stamp(at, stamp);
	if (at > job->now)
		verdict_peak(job->verdict, REMAINING, (double)(at - job->now), "ends in %s, on %.10s", clock_span(at - job->now, span), stamp);
	else
		verdict_peak(job->verdict, REMAINING, 0, "ended %s ago, on %.10s", clock_span(job->now - at, span), stamp);
}

static void judge_credential(struct job *job, struct json_object *row, const char *kind, bool in_use)
{
	struct seen *seen = job->seen;
	AUTO_BUF name = { 0 };
	char span[CLOCK_SPAN_SIZE];
	int64_t at;

	if (!is_selected(job, row))
		return;
	buf_print(&name, "%s %s", kind, jget_text_or(row, "displayName", jget_text_or(row, "keyId", "(no name)")));
	clean_shorten(&name, NAME_SIZE - 1);
	verdict_add(job->verdict, CREDENTIALS, 1);
	verdict_item(job->verdict, buf_text(&name));
	if (!job_must_time(job, row, "endDateTime", &at))
		return;
	if (in_use) {
		snprintf(seen->in_use, sizeof(seen->in_use), "%s", buf_text(&name));
		judge_in_use(job, at);
		verdict_note(job->verdict, "%s", seen->guessed ? "taken for the one in use, as none begins like the local one" : "in use");
	} else if (at > job->now) {
		verdict_note(job->verdict, "ends in %s", clock_span(at - job->now, span));
	} else {
		verdict_find(job->verdict, EXPIRED, 1, "ended %s ago, not in use", clock_span(job->now - at, span));
	}
}

static void judge_list(struct job *job, struct json_object *application, const char *member, enum auth auth)
{
	struct json_object *list = NULL;
	char raw[JGET_RAW_SIZE];
	enum got got = jget_array(application, member, &list);

	if (got == ODD) {
		verdict_item(job->verdict, kinds[auth]);
		verdict_unreadable(job->verdict, "%s is %s", member, jget_raw(application, member, raw));
	}
	if (got != GOT)
		return;
	size_t ours = job->cloud->auth == (int)auth ? find_in_use(job, list) : IN_USE_NONE;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		judge_credential(job, json_object_array_get_idx(list, i), kinds[auth], i == ours);
}

/* The one in use, where the application tells nothing of it. */
static void begin_local(struct job *job)
{
	struct seen *seen = job->seen;

	snprintf(seen->in_use, sizeof(seen->in_use), "%s%s%.8s", kinds[job->cloud->auth], seen->certificate ? " " : "",
		 seen->certificate ? signer_thumbprint(seen->certificate) : "");
	verdict_item(job->verdict, seen->in_use);
}

static bool visit_application(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;

	(void)e;
	if (strcasecmp(jget_text_or(row, "appId", ""), job->cloud->client_id) != 0)
		return true;
	seen->found = true;
	judge_list(job, row, "passwordCredentials", AUTH_SECRET);
	judge_list(job, row, "keyCredentials", AUTH_CERTIFICATE);
	if (!seen->certificate || seen->listed)
		return true;
	begin_local(job);
	judge_in_use(job, signer_ends_at(seen->certificate));
	verdict_remark(job->verdict, "by the local file, as the application lists no certificate of its thumbprint");
	return true;
}

static bool judge_refusal(struct job *job, struct err *e)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	int64_t local_end = seen->certificate ? signer_ends_at(seen->certificate) : set->secret_end;

	/* Where the operator took the ranges away, the refused sign-in is still trouble. */
	if (e->kind == ERR_ENDED && verdict_judge(job->verdict, REMAINING, 0) != STATE_OK) {
		seen->refused = true;
		verdict_say(job->verdict, "%s", e->text);
		begin_local(job);
		verdict_peak(job->verdict, REMAINING, 0, "past its end");
	} else if (e->kind == ERR_DENIED && local_end) {
		begin_local(job);
		judge_in_use(job, local_end);
		verdict_remark(job->verdict, "by %s, as the application may not read itself", seen->certificate ? "the local file" : "--secret-end");
	} else {
		return e->kind == ERR_DENIED ? err_set(e, ERR_DENIED, "%s, or give --secret-end", e->text) : false;
	}
	verdict_leave_out(job->verdict, EXPIRED, NULL);
	verdict_leave_out(job->verdict, CREDENTIALS, NULL);
	return true;
}

static const struct query applications = { .service = GRAPH, .path = "/applications", .what = "the application",
					   .entra_permission = "Application.Read.All" };
static const struct query *const reads[] = { &applications, NULL };

static bool does_read(const struct job *job, const struct query *q)
{
	(void)q;
	return has_end(job);
}

static bool does_without(const struct job *job, const struct query *q, long refusal, unsigned others)
{
	const struct settings *set = job->settings;

	(void)q;
	(void)others;
	return refusal == HTTP_FORBIDDEN && (job->cloud->auth == AUTH_CERTIFICATE || set->secret_end);
}

/* By filter and not by key: where there is no such application the list is empty, while a 404 could mean anything. */
static bool run(struct job *job, struct err *e)
{
	const struct cloud_settings *cloud = job->cloud;
	struct seen *seen = job->seen;

	if (!has_end(job))
		return true;
	if (cloud->auth == AUTH_CERTIFICATE &&
	    (!(seen->certificate = signer_new(cloud->client_certificate, e)) ||
	     !signer_open(seen->certificate, cloud->client_certificate_password_file, cloud->client_certificate_password, e)))
		return false;
	AUTO_FREE char *parameters = mem_print("$filter=appId%%20eq%%20%%27%s%%27&$select=id,appId,displayName,passwordCredentials,keyCredentials",
					       cloud->client_id);
	struct query q = applications;

	q.parameters = parameters;
	return api_each(job->api, &q, visit_application, job, e) || judge_refusal(job, e);
}

static void sum_up(struct job *job)
{
	const struct seen *seen = job->seen;
	struct verdict *v = job->verdict;
	char span[CLOCK_SPAN_SIZE];
	const char *kind = kinds[job->cloud->auth];
	int64_t left = seen->ends_at - job->now;

	if (!has_end(job)) {
		verdict_leave_out(v, EXPIRED, NULL);
		verdict_leave_out(v, CREDENTIALS, NULL);
		verdict_say(v, "signs in with %s, which has no end that could be told", kind);
	} else if (seen->ends_at) {
		verdict_say(v, "%s %s %s%s", seen->in_use, left > 0 ? "ends in" : "ended", clock_span(left > 0 ? left : -left, span),
			    left > 0 ? "" : " ago");
	} else if (seen->refused) {
		return;
	} else if (verdict_so_far(v, verdict_metric(v, "unreadable")) > 0) {
		verdict_say(v, "the end of the %s in use cannot be told", kind);
	} else if (seen->found) {
		job_empty(job, "the application has no %s to judge, though one signed in", kind);
	} else {
		job_empty(job, "no application of this tenant has the client id %s, look for it in its home tenant", job->cloud->client_id);
	}
}

static void release(void *data)
{
	struct seen *seen = data;

	signer_free(seen->certificate);
}

static const char *const examples[] = {
	"check_mdca_credentials --tenant-id=contoso.onmicrosoft.com --client-id=00001111-aaaa-2222-bbbb-3333cccc4444 "
	"--client-secret-file=/etc/mdca-plugins/contoso.secret",
	"the life left of the client secret in this file",
	"check_mdca_credentials --extra-opts=contoso --secret-end=2027-02-20 --warning-remaining=60d:",
	"by the date given, unless the application may read itself",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_credentials",
	.summary = "how long the checks can still sign in",
	.about = "Tells how much life is left of the credential that this suite signs in with, so that it is renewed in time: when it ends, all "
		 "checks end with it.\n\n"
		 "The end is read from the app registration. In use is the certificate with the thumbprint of the local one, or the secret "
		 "whose first characters are those of the local one. Make a new one, replace the file, and delete the old one. Without the "
		 "permission the certificate's file tells, or --secret-end. A sign-in refused for an ended credential is no life left.\n\n"
		 "API tokens of the portal, federated tokens and managed identities have no end that could be told: OK, and said so.",
	.permission = "Application.Read.All (application permission of Microsoft Graph) with admin consent, or none with a certificate or "
		      "--secret-end",
	.requests = "1; 0 for what has no end",
	.service = GRAPH, .any_sign_in = true,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads, .does_read = does_read, .does_without = does_without,
	.run = run, .sum_up = sum_up, .release = release,
};
