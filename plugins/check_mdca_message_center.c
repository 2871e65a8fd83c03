// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_message_center - announced changes of Defender for Cloud Apps, and the dates by which they need action */
#include "plugin.h"

#include <string.h>
#include <strings.h>

#include "cloud/post.h"

#define LATE_MAX (14 * 86400) /* seconds for which a passed date is called overdue */
#define TITLE_MAX 160
#define LINE_1_MAX 100 /* bytes of the post that is named there */
/* A convention of the admin center, documented nowhere. */
#define PORTAL_LINK "https://admin.microsoft.com/#/MessageCenter/:/messages/"

struct settings {
	struct strings services, ignored;
	char *title;
	bool title_only;
	int64_t since;
};

static const struct opt options[] = {
	OPT_LIST(0, "service", services,
		 "Microsoft Defender XDR,Microsoft 365 Defender,Microsoft Defender for Cloud Apps,Microsoft Cloud App Security", "NAME",
		 "judge posts for this service (* and ? may stand in it), repeatable"),
	OPT_TEXT(0, "title", title, "*Defender for Cloud Apps*", "GLOB", "judge also posts with such a title, whatever their service"),
	OPT_FLAG(0, "title-only", title_only, "judge only posts with such a title: the service's name also covers posts of sister products"),
	OPT_DURATION(0, "since", since, "7d", "posts count as new or updated when that happened within this time"),
	OPT_LIST(0, "ignore-id", ignored, NULL, "ID", "leave out this post (MC1234567), for one that is dealt with; repeatable"),
	OPT_END
};

enum { NEXT_DEADLINE, MAJOR, URGENT, NEW, UPDATED, POSTS, OVERDUE };
static const struct metric metrics[] = {
	[NEXT_DEADLINE] = METRIC_PEAK("next_deadline", "30d:", "7d:", "time to the nearest date by which a post that has not ended needs action"),
	[MAJOR] = METRIC_COUNT("major", "0", NULL, "major changes published or updated within --since"),
	[URGENT] = METRIC_COUNT("urgent", "0", NULL, "posts within --since about an issue to prevent or fix, or of high or critical severity"),
	[NEW] = METRIC_COUNT("new", NULL, NULL, "posts published within --since"),
	[UPDATED] = METRIC_COUNT("updated", NULL, NULL, "older posts updated within --since"),
	[POSTS] = METRIC_TALLY("posts", NULL, NULL, "matching posts"),
	[OVERDUE] = METRIC_COUNT("overdue", "0", NULL, "posts that have not ended and whose date passed within the last 14 days"),
	METRICS_COMMON
};

struct seen {
	unsigned rows, matching, ignored;
	int64_t next_at; /* 0: none */
	struct buf next;
};

static int64_t newest(const struct post *p)
{
	return p->published_at > p->edited_at ? p->published_at : p->edited_at;
}

/* The date that stands first in the line. */
static void judge_date(struct job *job, const struct post *p)
{
	const struct settings *set = job->settings;
	int64_t start = job->now - set->since, at = newest(p);
	char stamp[CLOCK_STAMP_SIZE];

	if (p->published_at && p->published_at >= start)
		verdict_find(job->verdict, NEW, 1, "published %.10s", clock_stamp(p->published_at, stamp));
	else if (at)
		verdict_find(job->verdict, UPDATED, at >= start, "updated %.10s", clock_stamp(at, stamp));
	verdict_rank(job->verdict, at);
	job_note_future(job, at);
}

/* Old news alarm no more, so what they are need not be known. */
static void judge_news(struct job *job, const struct post *p)
{
	const struct settings *set = job->settings;

	if (newest(p) < job->now - set->since)
		return;
	verdict_find(job->verdict, MAJOR, p->major, "%s", p->major ? "major change" : "");
	if (p->urgency == POST_URGENCY_UNKNOWN)
		verdict_unreadable(job->verdict, "%s", p->urgency_oddity);
	else
		verdict_find(job->verdict, URGENT, p->urgency == POST_URGENT, "%s", p->urgency == POST_URGENT ? "urgent" : "");
}

static void judge_deadline(struct job *job, const struct post *p, const char *title)
{
	struct seen *seen = job->seen;
	char stamp[CLOCK_STAMP_SIZE], span[CLOCK_SPAN_SIZE];
	bool ended = p->ends_at && p->ends_at <= job->now;
	int64_t left = p->due_at - job->now;

	if (!p->due_at)
		return;
	clock_stamp(p->due_at, stamp);
	clock_span(left < 0 ? -left : left, span);
	if (ended) {
		verdict_note(job->verdict, "ended, action was required by %.10s", stamp);
		return;
	}
	if (left < 0) {
		verdict_find(job->verdict, OVERDUE, -left <= LATE_MAX, "action was required by %.10s, %s ago", stamp, span);
		return;
	}
	verdict_peak(job->verdict, NEXT_DEADLINE, (double)left, "action required by %.10s, in %s", stamp, span);
	if (seen->next_at && seen->next_at <= p->due_at)
		return;
	seen->next_at = p->due_at;
	buf_cut(&seen->next, 0);
	buf_print(&seen->next, "%s %s", p->id ? p->id : "", title);
	clean_shorten(&seen->next, LINE_1_MAX);
}

static void judge_post(struct job *job, const struct post *p)
{
	AUTO_BUF title = { 0 };

	buf_add(&title, p->title ? p->title : "");
	clean_shorten(&title, TITLE_MAX);
	verdict_item(job->verdict, p->id ? p->id : "(no id)");
	judge_date(job, p);
	judge_deadline(job, p, buf_text(&title));
	judge_news(job, p);
	if (*p->oddity)
		verdict_unreadable(job->verdict, "%s", p->oddity);
	verdict_note(job->verdict, "%s", buf_text(&title));
	if (p->id && !strncasecmp(p->id, "MC", 2) && strlen(p->id) == 2 + strspn(p->id + 2, "0123456789"))
		verdict_note(job->verdict, PORTAL_LINK "%s", p->id);
}

static bool visit_post(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	struct post post;

	(void)e;
	seen->rows++;
	enum post_match match = post_matches(row, set->title_only ? NULL : &set->services, set->title);
	if (match == POST_ELSEWHERE)
		return true;
	post_read(row, &post);
	/* Whether one without a title is wanted, nobody can tell. */
	if (post.title && !job_selects(job, post.title, NULL))
		return true;
	if (post.id && glob_any(&set->ignored, post.id)) {
		seen->ignored++;
		return true;
	}

	seen->matching++;
	if (match == POST_UNCLEAR) {
		verdict_item(job->verdict, post.id ? post.id : "(no id)");
		verdict_unreadable(job->verdict, "nobody can tell what it is about%s%s", *post.oddity ? ", " : "", post.oddity);
		return true;
	}
	verdict_add(job->verdict, POSTS, 1);
	judge_post(job, &post);
	return true;
}

static const char *const headers[] = { "Prefer: odata.maxpagesize=1000", NULL };
static const struct query posts = { .service = GRAPH, .path = "/admin/serviceAnnouncement/messages", .what = "message center posts",
				    .parameters = "$select=id,title,category,severity,services,isMajorChange,actionRequiredByDateTime,"
						  "startDateTime,endDateTime,lastModifiedDateTime",
				    .headers = headers, .entra_permission = "ServiceMessage.Read.All" };
static const struct query *const reads[] = { &posts, NULL };

static bool run(struct job *job, struct err *e)
{
	return api_each(job->api, &posts, visit_post, job, e);
}

static void say_empty(struct job *job)
{
	const struct seen *seen = job->seen;

	/* An empty center is no sign of rest: even a new tenant is shown the posts that hold for all. */
	if (!seen->rows)
		job_empty_reply(job, "the message center has no post at all");
	else if (seen->ignored)
		job_empty(job, "no post left of %u in the message center, %u left out by --ignore-id", seen->rows, seen->ignored);
	else
		job_empty(job, "none of %u message center posts is about the product", seen->rows);
}

static void sum_up(struct job *job)
{
	static const struct phrase phrases[] = {
		{ OVERDUE, "overdue" }, { URGENT, "urgent" }, { MAJOR, "with a major change" }, { 0, NULL }
	};
	const struct settings *set = job->settings;
	const struct seen *seen = job->seen;
	char span[CLOCK_SPAN_SIZE];

	if (!seen->matching) {
		say_empty(job);
		return;
	}
	job_say(job, seen->matching, "message center posts", phrases, "%u message center post%s, %.0f new and %.0f updated within %s",
		seen->matching, seen->matching == 1 ? "" : "s", verdict_so_far(job->verdict, NEW), verdict_so_far(job->verdict, UPDATED),
		clock_span(set->since, span));
	if (seen->next_at)
		verdict_remark(job->verdict, "next action required in %s: %s", clock_span(seen->next_at - job->now, span),
			       buf_text(&seen->next));
}

static void release(void *data)
{
	struct seen *seen = data;

	buf_free(&seen->next);
}

static const char *const examples[] = {
	"check_mdca_message_center --tenant-id=contoso.onmicrosoft.com --client-id=00001111-aaaa-2222-bbbb-3333cccc4444 "
	"--client-secret-file=/etc/mdca-plugins/contoso.secret",
	"posts about Defender for Cloud Apps and the Defender family",
	"check_mdca_message_center --extra-opts=contoso --title-only --ignore-id=MC1061724 --warning-major=",
	"only posts that name the product, one of them dealt with, and no alarm for major changes",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_message_center",
	.summary = "announced changes, and the dates by which they need action",
	.about = "Reads the message center of Microsoft 365 and judges the posts about Defender for Cloud Apps: by the date until which they "
		 "require action, and by what was published or updated within --since.\n\n"
		 "An application can neither see nor set that a post was read. So an alarm about news ends with --since, and one about a date "
		 "when the post ends, 14 days after the date, or when --ignore-id names it.\n\n"
		 "Posts about the product carry the name of the Defender family as their service, which brings posts of its sister products "
		 "too; --title-only does without them. In the China cloud the center exists, the product does not.",
	.permission = "ServiceMessage.Read.All (application permission of Microsoft Graph) with admin consent",
	.requests = "1 for each 1000 posts of the tenant",
	.service = GRAPH,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "ok",
	.reads = reads,
	.run = run, .sum_up = sum_up, .release = release,
};
