// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_api_tokens - API tokens that nobody uses
 *
 * A row may hold the token itself: nothing but the members named here is printed. */
#include "plugin.h"

#include "status.h"

#define USED_WITHIN (7 * 86400) /* the portal's own rule for an active token */

struct settings {
	int64_t grace;
	struct strings status_map;
};

static const struct opt options[] = {
	OPT_DURATION(0, "grace", grace, "30d", "how long a new token may stay unused"),
	OPT_STATUS_MAP(status_map, "the state of tokens with this status, where the service gives a code or an unknown word: ok, unknown, "
				   "or warning and critical (both count in inactive), repeatable"),
	OPT_END
};

enum { INACTIVE, NEVER_USED, TOKENS, OLDEST };
static const struct metric metrics[] = {
	[INACTIVE] = METRIC_COUNT("inactive", "0", NULL, "tokens that were used, but not in the last 7 days"),
	[NEVER_USED] = METRIC_COUNT("never_used", "0", NULL, "tokens that were never used, made longer than --grace ago"),
	[TOKENS] = METRIC_TALLY("tokens", NULL, NULL, "tokens"),
	[OLDEST] = METRIC_PEAK("oldest", NULL, NULL, "age of the oldest token"),
	METRICS_COMMON
};

enum { IS_ACTIVE, IS_INACTIVE, IS_GENERATED };
static const char *const words[] = { "Active", "Inactive", "Generated", NULL };
static const char *const status_members[] = { "status", NULL };
static const char *const name_members[] = { "name", "_id", NULL };
static const char *const begun_members[] = { "created", "createdAt", NULL };
static const char *const used_members[] = { "lastUsed", "lastUsedDate", "lastActivity", NULL };

struct seen {
	unsigned rows, tokens;
};

static void judge_never_used(struct job *job, int64_t made_at)
{
	const struct settings *set = job->settings;

	if (!made_at)
		verdict_unreadable(job->verdict, "never used, and nothing says since when");
	else if (job_age(job, made_at) > set->grace)
		verdict_find(job->verdict, NEVER_USED, 1, "never used");
	else
		verdict_note(job->verdict, "not used yet");
}

static void judge_last_use(struct job *job, int64_t used_at, int status)
{
	char span[CLOCK_SPAN_SIZE];
	int64_t age = job_age(job, used_at);
	bool counted = status == STATUS_GOOD || status == STATUS_BAD;

	if (!counted && (status == IS_INACTIVE || age > USED_WITHIN))
		verdict_find(job->verdict, INACTIVE, 1, "%slast used %s ago", age > USED_WITHIN ? "" : "inactive, ", clock_span(age, span));
	else
		verdict_note(job->verdict, "last used %s ago", clock_span(age, span));
	job_note_future(job, used_at);
}

/* Status and last use are two witnesses. The one that says worse is believed, and silence of both is no answer. */
static void judge_use(struct job *job, struct json_object *row, int64_t made_at)
{
	const struct settings *set = job->settings;
	struct status_kind kind = { status_members, words, &set->status_map, INACTIVE, INACTIVE, true };
	const char *used_member = jget_first_time(row, used_members);
	int status = job_status(job, row, &kind);
	int64_t used_at;

	if (job_time(job, row, used_member, &used_at))
		judge_last_use(job, used_at, status);
	else if (status == IS_INACTIVE)
		verdict_find(job->verdict, INACTIVE, 1, "inactive");
	else if (jget_time(row, used_member, &used_at) == ODD)
		return;
	else if (status == IS_GENERATED || (status == STATUS_ABSENT && jget_is_there(row, used_member)))
		judge_never_used(job, made_at);
	else if (status == STATUS_ABSENT)
		verdict_unreadable(job->verdict, "neither status nor last use");
}

static bool visit_token(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	const char *name = jget_first_text(row, name_members, "(no name)");
	char span[CLOCK_SPAN_SIZE];
	int64_t made_at = 0;

	(void)e;
	seen->rows++;
	if (!job_selects(job, name, NULL))
		return true;
	seen->tokens++;
	verdict_add(job->verdict, TOKENS, 1);
	verdict_item(job->verdict, name);
	job_time(job, row, jget_first_time(row, begun_members), &made_at);
	judge_use(job, row, made_at);
	if (made_at) {
		int64_t age = job_age(job, made_at);
		verdict_peak(job->verdict, OLDEST, (double)age, "made %s ago", clock_span(age, span));
		job_note_future(job, made_at);
	}
	return true;
}

#define PERMISSION "an API token whose owner may see the tokens (full administrators see all); no Entra permission opens this list"
static const struct query tokens = { .service = CLOUD_APPS, .path = "/cas/api/v1/tokens/", .what = "API tokens", .post = true,
				     .permission = PERMISSION };
static const struct query *const reads[] = { &tokens, NULL };

static bool run(struct job *job, struct err *e)
{
	AUTO_JSON body = json_object_new_object();
	struct query q = tokens;

	json_object_object_add(body, "filters", json_object_new_object());
	json_object_object_add(body, "performAsyncTotal", json_object_new_boolean(false));
	json_object_object_add(body, "sortField", json_object_new_string("created"));
	json_object_object_add(body, "sortDirection", json_object_new_string("desc"));
	q.body = body;
	return api_each(job->api, &q, visit_token, job, e);
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = { { INACTIVE, "inactive" }, { NEVER_USED, "never used" }, { 0, NULL } };
	const struct seen *seen = job->seen;
	double age = verdict_so_far(job->verdict, OLDEST);
	char span[CLOCK_SPAN_SIZE];

	if (verdict_alerts(job->verdict, OLDEST))
		verdict_remark(job->verdict, "the oldest made %s ago", clock_span((int64_t)age, span));
	if (!seen->rows)
		job_empty(job, "no API tokens, check the role of the token's owner, who must see at least the token in use");
	else if (!seen->tokens)
		job_empty(job, "none of %u API tokens is one that the options select", seen->rows);
	else
		job_say(job, seen->tokens, "API tokens", phrases, "%u API token%s, none idle", seen->tokens, seen->tokens == 1 ? "" : "s");
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	const struct settings *set = settings;

	(void)limits;
	return status_map_check(&set->status_map, e);
}

static const char *const examples[] = {
	"check_mdca_api_tokens -H contoso.us2.portal.cloudappsecurity.com --api-token-file=/etc/mdca-plugins/contoso.token",
	"all tokens that the owner of this one may see",
	"check_mdca_api_tokens --extra-opts=contoso --expect=monitoring --exclude=archive-* --warning-oldest=365d",
	"one token must be there, others may rest, and a token older than a year is a warning",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_api_tokens",
	.summary = "API tokens that nobody uses",
	.about = "Reads the API tokens of Defender for Cloud Apps (Settings > Cloud apps > System > API tokens). Names, times and states are "
		 "read, the tokens themselves never printed.\n\n"
		 "A token has no end: one that is not used any more opens the portal to whoever finds it. Ask its owner, and revoke it. "
		 "A token that was never used was made for something that does not run. Revoked tokens vanish from the list, which is noticed "
		 "only by --expect.\n\n"
		 "Full administrators see all tokens, others only their own, so a low number can be a matter of rights. Tokens of SIEM agents "
		 "and log collectors are not in this list.",
	.permission = PERMISSION,
	.requests = "1 for each 100 tokens",
	.service = CLOUD_APPS,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads,
	.check = check, .run = run, .sum_up = sum_up,
};
