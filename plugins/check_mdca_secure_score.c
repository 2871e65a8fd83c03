// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_secure_score - secure score of connected apps and Defender for Cloud Apps, recommended actions by product.
 *
 * The newest day tells the points, an earlier day what was lost, the catalogue what they are for. */
#include "plugin.h"

#include <math.h>

#include "cloud/product.h"
#include "cloud/score_read.h"

enum { SCORE, DROP, REGRESSED, TO_ADDRESS, RISK_ACCEPTED, POINTS_OPEN, TENANT_SCORE, AGE };
static const struct metric metrics[] = {
	[SCORE] = METRIC_VALUE("score", "%", NULL, NULL, "points achieved of points possible, selected products"),
	[DROP] = METRIC_VALUE("drop", "%", "5", NULL, "percentage points lost since --since ago"),
	[REGRESSED] = METRIC_COUNT("regressed", NULL, NULL, "actions that have fewer points than --since ago"),
	[TO_ADDRESS] = METRIC_COUNT("to_address", NULL, NULL, "recommended actions to address"),
	[RISK_ACCEPTED] = METRIC_COUNT("risk_accepted", NULL, NULL, "recommended actions whose risk the tenant accepts"),
	[POINTS_OPEN] = METRIC_TALLY("points_open", NULL, NULL, "points still to be had"),
	[TENANT_SCORE] = METRIC_VALUE("tenant_score", "%", NULL, NULL, "score of the whole tenant, all products"),
	[AGE] = METRIC_PEAK("age", "3d", "7d", "age of the newest score"),
	METRICS_COMMON
};

struct settings {
	struct strings products;
	int64_t since;
	bool without_accepted;
};

static const struct opt options[] = {
	OPT_LIST(0, "product", products, "MCAS,AppG,MDA_*", "GLOB",
		 "judge the actions of these products, by service key (MDA_SF, AzureAD, * …) or name (Salesforce), repeatable; an action "
		 "that the catalogue lacks is of product " PRODUCT_UNKNOWN " and is also known by its id"),
	OPT_DURATION(0, "since", since, "7d", "compare with the score of this time ago, for drop and regressed"),
	OPT_FLAG(0, "without-accepted", without_accepted,
		 "leave actions whose risk is accepted out of points: out of score, drop and points_open"),
	OPT_END
};

struct seen {
	struct score_day day;
	bool catalogue_read;
	struct products all;
};

static bool is_wanted_product(const struct settings *set, const char *service)
{
	return glob_any(&set->products, service) || glob_any(&set->products, product_name(service));
}

static bool is_of_product(const struct settings *set, const struct action *a)
{
	return is_wanted_product(set, product_of(a)) ||
	       (!a->service.len && (glob_any(&set->products, a->id) || glob_any(&set->products, action_bare_id(a))));
}

/* An action is what can be expected, and so is a product: it loses its last action when its connector goes (contract, "Secure Score"). */
static bool judge_action(struct job *job, const struct action *a, struct err *e)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;

	job_selects(job, product_of(a), product_name(product_of(a)));
	if (!job_selects(job, action_title(a), a->id) || !is_of_product(set, a))
		return true;
	return products_add(&seen->all, a, set->without_accepted, e);
}

static bool visit_action(const struct action *a, struct json_object *profile, void *data, struct err *e)
{
	struct job *job = data;
	const char *service = jget_text_or(profile, "service", PRODUCT_UNKNOWN);
	char raw[JGET_RAW_SIZE];

	if (a)
		return judge_action(job, a, e);
	if (is_wanted_product(job->settings, service)) {
		verdict_item(job->verdict, product_name(service));
		verdict_unreadable(job->verdict, "id of %s is %s", jget_text_or(profile, "title", "a profile"), jget_raw(profile, "id", raw));
	}
	return true;
}

static const struct query *const reads[] = { &score_newest, &score_catalogue, NULL };

/* The catalogue comes last: what an action lost is known when it comes, and no title is kept for later. A newest day that is old enough
 * is itself the day to compare with. */
static bool run(struct job *job, struct err *e)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	struct score_day *day = &seen->day;
	struct err earlier = { 0 };

	if (!score_read_newest(job->api, day, e))
		return false;
	score_compare_with(day, job->now - set->since);
	if (!day->count)
		return true;
	bool compared = score_is_its_earlier(day) || score_read_earlier(job->api, day, &earlier);
	bool over = earlier.kind == ERR_TIMEOUT || earlier.kind == ERR_THROTTLED;
	if (!over && !score_read_catalogue(job->api, day, visit_action, job, e))
		return false;
	seen->catalogue_read = !over;
	if (!compared)
		*e = earlier;
	return compared;
}

static const char *listed(const struct shortlist *list, struct buf *out)
{
	buf_cut(out, 0);
	shortlist_print(list, out);
	return buf_text(out);
}

static void judge_product(struct verdict *v, const struct product *p)
{
	char share[SHARE_SIZE];
	AUTO_BUF worst = { 0 };
	AUTO_BUF list = { 0 };

	verdict_item(v, p->name);
	if (points_share(p->points.achieved, p->points.possible, share))
		verdict_note(v, "%s", share);
	product_print_worst(p, &worst);
	if (p->to_address)
		verdict_find(v, TO_ADDRESS, p->to_address, "%u to address: %s", p->to_address, buf_text(&worst));
	else
		verdict_note(v, "none to address");
	if (p->planned)
		verdict_note(v, "%u planned", p->planned);
	if (p->accepted)
		verdict_find(v, RISK_ACCEPTED, p->accepted, "%u risk accepted", p->accepted);
	if (p->regressed)
		verdict_find(v, REGRESSED, p->regressed, "regressed: %s", listed(&p->losses, &list));
	if (p->states.count)
		verdict_note(v, "state %s", listed(&p->states, &list));
	if (p->unreadable)
		verdict_find(v, verdict_metric(v, "unreadable"), p->unreadable, "cannot be judged: %s", listed(&p->oddities, &list));
}

/* A metric that has a range must not go missing without a word: then there is an item that cannot be judged, the newest
 * one or one of that name. */
static void cannot_measure(struct job *job, int metric, const char *item, const char *why)
{
	bool judged = verdict_has_range(job->verdict, metric);

	if (judged) {
		if (item)
			verdict_item(job->verdict, item);
		verdict_unreadable(job->verdict, "%s", why);
	}
	verdict_leave_out(job->verdict, metric, judged ? NULL : why);
}

static void judge_day(struct job *job)
{
	const struct score_day *day = &((const struct seen *)job->seen)->day;
	struct verdict *v = job->verdict;
	char stamp[CLOCK_STAMP_SIZE], span[CLOCK_SPAN_SIZE], share[SHARE_SIZE];

	verdict_item(v, "newest score");
	if (day->at) {
		int64_t age = job_age(job, day->at);
		verdict_peak(v, AGE, (double)age, "of %.10s, %s old", clock_stamp(day->at, stamp), clock_span(age, span));
		job_note_future(job, day->at);
	}
	if (points_share(day->current, day->max, share)) {
		verdict_measure(v, TENANT_SCORE, score_percent(day->current, day->max));
		verdict_note(v, "all products %s", share);
	}
	if (day->oddity.len)
		verdict_unreadable(v, "%s", buf_text(&day->oddity));
	if (day->nameless)
		verdict_find(v, verdict_metric(v, "unreadable"), day->nameless, "%u entries of controlScores without a name", day->nameless);
	if (!day->at)
		cannot_measure(job, AGE, NULL, "age unknown (no createdDateTime, no date in the id)");
	if (isnan(score_percent(day->current, day->max)))
		cannot_measure(job, TENANT_SCORE, NULL, day->max <= 0 ? "no tenant score (maxScore is 0)" : "no tenant score (not told)");
}

/* Part of a catalogue makes no percentage. */
static void measure_score(struct job *job)
{
	const struct seen *seen = job->seen;
	double percent = score_percent(seen->all.points.achieved, seen->all.points.possible);

	if (!seen->catalogue_read)
		return;
	if (!isnan(percent))
		verdict_measure(job->verdict, SCORE, percent);
	else
		cannot_measure(job, SCORE, "selected products", "no score (the actions have no points)");
}

static void measure_drop(struct job *job)
{
	const struct seen *seen = job->seen;
	const struct score_day *day = &seen->day;
	double drop = score_percent(seen->all.points.then - seen->all.points.now, seen->all.points.compared);
	char from[CLOCK_STAMP_SIZE], upto[CLOCK_STAMP_SIZE];
	AUTO_BUF why = { 0 };

	if (day->earlier_at && !isnan(drop) && seen->catalogue_read) {
		verdict_measure(job->verdict, DROP, drop > 0 ? drop : 0);
		return;
	}
	/* Where there are no points, that is said of the score. */
	if (!day->earlier_at && day->later_came)
		buf_print(&why, "not compared: the service gave a later day than the one asked for");
	else if (!day->earlier_at)
		buf_print(&why, "not compared: no score from %.10s to %.10s", clock_stamp(day->from, from), clock_stamp(day->upto, upto));
	else if (seen->all.points.possible > 0)
		buf_print(&why, "not compared: none of the actions was scored on %.10s", clock_stamp(day->earlier_at, upto));
	verdict_leave_out(job->verdict, DROP, job->incomplete || !why.len ? NULL : buf_text(&why));
	if (!day->earlier_at)
		verdict_leave_out(job->verdict, REGRESSED, NULL);
}

static void add_losses(const struct job *job, struct buf *out)
{
	const struct seen *seen = job->seen;
	char stamp[CLOCK_STAMP_SIZE];

	if (verdict_alerts(job->verdict, DROP))
		buf_print(out, "%.1f percentage points lost", verdict_so_far(job->verdict, DROP));
	else if (seen->all.regressed)
		buf_print(out, "points of %u action%s lost", seen->all.regressed, seen->all.regressed == 1 ? "" : "s");
	else
		buf_add(out, "no action lost points");
	buf_print(out, " since %.10s", clock_stamp(seen->day.earlier_at, stamp));
	products_print_lost(&seen->all, out);
	buf_add(out, ", ");
}

/* "3 to address" with the products, when that alarms. */
static void add_count(struct job *job, int metric, struct buf *out)
{
	if (verdict_alerts(job->verdict, metric))
		buf_print(out, ": %s", verdict_names(job->verdict, metric, PRODUCT_NAMED));
}

static void add_age(const struct job *job, const char *behind, struct buf *out)
{
	char span[CLOCK_SPAN_SIZE];

	if (verdict_alerts(job->verdict, AGE))
		buf_print(out, "newest score is %s old%s", clock_span((int64_t)verdict_so_far(job->verdict, AGE), span), behind);
}

static void say(struct job *job)
{
	const struct seen *seen = job->seen;
	struct verdict *v = job->verdict;
	char share[SHARE_SIZE], open[POINTS_SIZE];
	AUTO_BUF text = { 0 };

	add_age(job, ", ", &text);
	if (seen->day.earlier_at && (verdict_alerts(v, DROP) || verdict_alerts(v, REGRESSED)))
		add_losses(job, &text);
	if (!isnan(verdict_so_far(v, SCORE)))
		buf_print(&text, "score %s, ", points_share(seen->all.points.achieved, seen->all.points.possible, share));
	if (verdict_alerts(v, POINTS_OPEN))
		buf_print(&text, "%s points open, ", points_text(seen->all.points.open, open));
	buf_print(&text, "%.0f of %u recommended actions to address", verdict_so_far(v, TO_ADDRESS), seen->all.actions);
	add_count(job, TO_ADDRESS, &text);
	if (verdict_alerts(v, RISK_ACCEPTED))
		buf_print(&text, ", %.0f risk accepted", verdict_so_far(v, RISK_ACCEPTED));
	add_count(job, RISK_ACCEPTED, &text);
	if (verdict_alerts(v, TENANT_SCORE))
		buf_print(&text, ", all products %.1f %%", verdict_so_far(v, TENANT_SCORE));
	verdict_say(v, "%s", buf_text(&text));
}

/* When there is no action to judge, because none is wanted or the catalogue was not read. */
static void say_none(struct job *job)
{
	const struct seen *seen = job->seen;
	AUTO_BUF text = { 0 };

	verdict_leave_out(job->verdict, REGRESSED, NULL);
	if (job->incomplete) {
		for (int i = TO_ADDRESS; i <= POINTS_OPEN; i++)
			verdict_leave_out(job->verdict, i, NULL);
		add_age(job, "", &text);
		verdict_say(job->verdict, "%s", buf_text(&text));
	} else if (!seen->day.found) {
		job_empty(job, "no score published: the tenant has no secure score");
	} else if (!seen->day.count) {
		job_empty(job, "the newest score counts no recommended action");
	} else {
		job_empty(job, "none of %zu recommended actions is one that the options select: are apps connected?", seen->day.count);
	}
}

static void sum_up(struct job *job)
{
	const struct seen *seen = job->seen;

	if (seen->day.found)
		judge_day(job);
	if (!seen->all.actions) {
		say_none(job);
		return;
	}
	for (size_t i = 0; i < seen->all.count; i++)
		judge_product(job->verdict, &seen->all.items[i]);
	verdict_add(job->verdict, POINTS_OPEN, seen->all.points.open);
	measure_score(job);
	measure_drop(job);
	say(job);
}

static void release(void *data)
{
	struct seen *seen = data;

	score_free(&seen->day);
	products_free(&seen->all);
}

static const char *const examples[] = {
	"check_mdca_secure_score --tenant-id=contoso.com --client-id=00001111-aaaa-2222-bbbb-3333cccc4444 "
	"--client-secret-file=/etc/mdca-plugins/contoso.secret",
	"the product itself, app governance and all connected apps",
	"check_mdca_secure_score --extra-opts=contoso --product=Salesforce --expect=MDA_SF --warning-score=60: -v",
	"only Salesforce, which must have recommended actions and 60 % of its points, with a line for it in any case",
	NULL
};

const struct plugin plugin = {
	.name = "check_mdca_secure_score",
	.summary = "secure score and recommended actions of connected apps, by product",
	.about = "Reads the newest Microsoft Secure Score of the tenant (Exposure management > Secure score > Recommended actions in the "
		 "Defender portal) and judges the actions of Defender for Cloud Apps, app governance and the connected SaaS apps.\n\n"
		 "A line for each product tells its points and the three actions to address that are worth most. The score is made once a "
		 "day, and a change in an app takes one to two days to show: a drop means that someone switched a protection off, that the "
		 "tenant grew, or that Microsoft counts anew. Compare in the portal's history.\n\n"
		 "Only actions that the newest score counts apply to the tenant; the catalogue lists many more. An app whose connector is gone "
		 "loses its actions without an alarm: --expect=MDA_SF notices that. By default only a drop and an old score alarm; set "
		 "ranges for the rest.",
	.permission = "SecurityEvents.Read.All (application permission of Microsoft Graph) with admin consent",
	.requests = "3: the newest score, the score to compare with, the catalogue of actions (1 for each 999)",
	.service = GRAPH, .absent_in_china = true,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.reads = reads,
	.run = run, .sum_up = sum_up, .release = release,
};
