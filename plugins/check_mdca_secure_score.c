// SPDX-License-Identifier: GPL-3.0-or-later
/* check_mdca_secure_score - secure score of connected apps and Defender for Cloud Apps, recommended actions by product.
 *
 * The newest day tells the points, the catalogue what they are for, an earlier day what was lost. Of all three only the actions that
 * the newest day counts are kept. */
#include "plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cloud/score.h"

#define DAY 86400
#define COMPARED_WITHIN (3 * DAY) /* how much older than --since ago the day to compare with may be */
#define NO_PRODUCT "unknown"      /* of an action that the catalogue lacks */
#define NAMED 3                   /* actions worth most in a line, losses on line 1 */

enum { SCORE, DROP, REGRESSED, TO_ADDRESS, RISK_ACCEPTED, POINTS_OPEN, TENANT_SCORE, AGE, METRICS };
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
	bool judged[METRICS]; /* has a range, so that it must not go missing */
};

static const struct opt options[] = {
	OPT_LIST(0, "product", products, "MCAS,AppG,MDA_*", "GLOB",
		 "judge the actions of these products, by service key (MDA_SF, AzureAD, * …) or name (Salesforce), repeatable; an action "
		 "that the catalogue lacks is of product " NO_PRODUCT " and is also known by its id"),
	OPT_DURATION(0, "since", since, "7d", "compare with the score of this time ago, for drop and regressed"),
	OPT_FLAG(0, "without-accepted", without_accepted,
		 "leave actions whose risk is accepted out of points: out of score, drop and points_open"),
	OPT_END
};

struct seen {
	struct score_day day;
	unsigned days, wanted;
	bool catalogue_read;
	/* The day to compare with. */
	bool asked, filter_ignored;
	int64_t earlier_at; /* 0: none */
	/* Sums of the walk over products. */
	struct points points;
	const struct action *lost[NAMED];
};

/* The actions of one product, for its line. */
struct product {
	const char *service;
	unsigned actions, to_address, accepted, planned, regressed, unreadable;
	struct points points;
	const struct action *worst[NAMED];
	struct buf losses, oddities, states;
};

static const char *service_of(const struct action *a)
{
	return a->service ? a->service : NO_PRODUCT;
}

static const char *title_of(const struct action *a)
{
	return a->title ? a->title : a->id;
}

static bool is_wanted_product(const struct settings *set, const char *service)
{
	return glob_any(&set->products, service) || glob_any(&set->products, product_name(service));
}

static bool is_of_product(const struct settings *set, const struct action *a)
{
	return is_wanted_product(set, service_of(a)) ||
	       (!a->service && (glob_any(&set->products, a->id) || glob_any(&set->products, action_bare_id(a))));
}

/* An action is what can be expected, and so is a product: it loses its last action when its connector goes (contract, "Secure Score"). */
static void select_action(struct job *job, struct action *a)
{
	struct seen *seen = job->seen;

	job_selects(job, service_of(a), product_name(service_of(a)));
	a->wanted = job_selects(job, title_of(a), a->id) && is_of_product(job->settings, a);
	seen->wanted += a->wanted;
}

static bool visit_newest(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;

	(void)e;
	if (!seen->days++ || score_time(row) > seen->day.at)
		score_read(row, &seen->day);
	return true;
}

/* Rows come newest first, a day each. The link to older days that comes along is not followed (contract, "Secure Score"). */
static bool read_newest(struct job *job, struct err *e)
{
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "the newest score", .limit = 1, .paging = PAGED_NOT,
			   .parameters = "$select=id,createdDateTime,currentScore,maxScore,controlScores",
			   .permission = "SecurityEvents.Read.All" };

	return api_each(job->api, &q, visit_newest, job, e);
}

static bool visit_profile(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	const char *id = NULL, *service = jget_text_or(row, "service", NO_PRODUCT);
	char raw[JGET_RAW_SIZE];

	(void)e;
	if (jget_text(row, "id", &id) != GOT && is_wanted_product(job->settings, service)) {
		verdict_item(job->verdict, product_name(service));
		verdict_unreadable(job->verdict, "id of %s is %s", jget_text_or(row, "title", "a profile"), jget_raw(row, "id", raw));
	}
	/* What the newest day does not count, does not apply to the tenant: most of the catalogue. */
	struct action *a = id ? score_find(&seen->day, id) : NULL;
	if (!a || a->profiled)
		return true;
	action_describe(a, row);
	if (!a->deprecated)
		select_action(job, a);
	return true;
}

static bool read_catalogue(struct job *job, struct err *e)
{
	struct seen *seen = job->seen;
	struct query q = { .service = GRAPH, .path = "/security/secureScoreControlProfiles", .what = "the catalogue of actions", .limit = 999,
			   .parameters = "$select=id,title,service,maxScore,rank,deprecated,controlStateUpdates",
			   .permission = "SecurityEvents.Read.All" };

	if (!api_each(job->api, &q, visit_profile, job, e))
		return false;
	for (size_t i = 0; i < seen->day.count; i++)
		if (!seen->day.actions[i].profiled)
			select_action(job, &seen->day.actions[i]);
	seen->catalogue_read = true;
	return true;
}

static int64_t compared_at(const struct job *job)
{
	const struct settings *set = job->settings;

	return job->now - COMPARED_WITHIN > set->since ? job->now - set->since : COMPARED_WITHIN;
}

/* The service may pass over a filter in silence: only the day's own time tells. */
static bool visit_earlier(struct json_object *row, void *data, struct err *e)
{
	struct job *job = data;
	struct seen *seen = job->seen;
	int64_t at = score_time(row), upto = compared_at(job);

	(void)e;
	if (at > upto)
		seen->filter_ignored = true;
	if (at > upto || at < upto - COMPARED_WITHIN || at <= seen->earlier_at)
		return true;
	seen->earlier_at = at;
	score_compare(&seen->day, row);
	return true;
}

/* Days are large (all actions of all products with their texts), so one is asked for by its time instead of a page that holds it. The
 * lower bound makes a service that sorts the other way give a day that will do. */
static bool read_earlier(struct job *job, struct err *e)
{
	struct seen *seen = job->seen;
	char from[CLOCK_STAMP_SIZE], upto[CLOCK_STAMP_SIZE];
	int64_t at = compared_at(job);
	AUTO_FREE char *parameters = mem_print("$select=id,createdDateTime,controlScores&$filter=createdDateTime%%20ge%%20%s%%20and%%20"
					       "createdDateTime%%20le%%20%s",
					       clock_stamp(at - COMPARED_WITHIN, from), clock_stamp(at, upto));
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "the score to compare with", .limit = 1,
			   .paging = PAGED_NOT, .parameters = parameters, .permission = "SecurityEvents.Read.All" };

	seen->asked = true;
	return api_each(job->api, &q, visit_earlier, job, e);
}

/* A newest day that is old enough is itself the day to compare with. */
static bool compare_with_itself(struct job *job)
{
	struct seen *seen = job->seen;
	int64_t upto = compared_at(job);

	if (!seen->day.at || seen->day.at > upto || seen->day.at < upto - COMPARED_WITHIN)
		return false;
	for (size_t i = 0; i < seen->day.count; i++)
		seen->day.actions[i].earlier = seen->day.actions[i].score;
	seen->earlier_at = seen->day.at;
	return true;
}

static bool run(struct job *job, struct err *e)
{
	struct seen *seen = job->seen;

	if (!read_newest(job, e))
		return false;
	if (!seen->day.count)
		return true;
	if (!read_catalogue(job, e))
		return false;
	return !seen->wanted || compare_with_itself(job) || read_earlier(job, e);
}

/* Points to one decimal, whole ones without. */
static const char *points_text(double points, char out[32])
{
	double rounded = round(points * 10) / 10;

	snprintf(out, 32, fabs(rounded - round(rounded)) < 0.05 ? "%.0f" : "%.1f", rounded);
	return out;
}

static void add_action(struct job *job, struct product *p, const struct action *a)
{
	const struct settings *set = job->settings;
	struct seen *seen = job->seen;
	enum action_status status = action_status(a);
	bool pointless = status == ACTION_ACCEPTED && set->without_accepted;
	char then[32], now[32];

	p->actions++;
	p->to_address += status == ACTION_TO_ADDRESS;
	p->accepted += status == ACTION_ACCEPTED;
	p->planned += status == ACTION_PLANNED;
	if (status == ACTION_TO_ADDRESS)
		action_keep_best(p->worst, NAMED, a, action_is_worth_more);
	if (action_is_strange(a))
		buf_print(&p->states, "%s%s of %s", p->states.len ? ", " : "state ", a->state, title_of(a));
	if (action_loss(a) > 0) {
		p->regressed++;
		action_keep_best(seen->lost, NAMED, a, action_has_lost_more);
		buf_print(&p->losses, "%s%s (%s to %s)", p->losses.len ? ", " : "", title_of(a), points_text(a->earlier, then),
			  points_text(a->score, now));
	}
	if (pointless)
		return;
	if (*a->oddity || isnan(action_open(a))) {
		p->unreadable++;
		buf_print(&p->oddities, "%s%s (%s)", p->oddities.len ? ", " : "", title_of(a),
			  *a->oddity ? a->oddity : "its maximum is not told");
		return;
	}
	points_add(&p->points, a);
	points_add(&seen->points, a);
}

static void add_worst(const struct product *p, struct buf *out)
{
	char points[32];
	unsigned named = 0;

	for (; named < NAMED && p->worst[named]; named++) {
		double open = action_open(p->worst[named]);

		buf_print(out, "%s%s (%s point%s)", named ? ", " : "", title_of(p->worst[named]),
			  isnan(open) ? "unknown" : points_text(open, points), fabs(open - 1) < 0.05 ? "" : "s");
	}
	if (p->to_address > named)
		buf_print(out, " and %u more", p->to_address - named);
}

static void judge_product(struct job *job, struct product *p)
{
	struct verdict *v = job->verdict;
	char achieved[32], possible[32];
	AUTO_BUF worst = { 0 };

	verdict_item(v, product_name(p->service));
	if (p->points.possible > 0)
		verdict_note(v, "%.1f %% (%s of %s points)", score_percent(p->points.achieved, p->points.possible),
			     points_text(p->points.achieved, achieved), points_text(p->points.possible, possible));
	add_worst(p, &worst);
	if (p->to_address)
		verdict_find(v, TO_ADDRESS, p->to_address, "%u to address: %s", p->to_address, buf_text(&worst));
	else
		verdict_note(v, "none to address");
	if (p->planned)
		verdict_note(v, "%u planned", p->planned);
	if (p->accepted)
		verdict_find(v, RISK_ACCEPTED, p->accepted, "%u risk accepted", p->accepted);
	if (p->regressed)
		verdict_find(v, REGRESSED, p->regressed, "regressed: %s", buf_text(&p->losses));
	if (p->states.len)
		verdict_note(v, "%s", buf_text(&p->states));
	if (p->unreadable)
		verdict_find(v, verdict_metric(v, "unreadable"), p->unreadable, "cannot be judged: %s", buf_text(&p->oddities));
}

static int by_product(const void *a, const void *b)
{
	const struct action *x = *(struct action *const *)a, *y = *(struct action *const *)b;
	int order = strcasecmp(service_of(x), service_of(y));

	return order ? order : strcmp(title_of(x), title_of(y));
}

static void judge_products(struct job *job)
{
	struct seen *seen = job->seen;
	AUTO_FREE struct action **wanted = mem_new(seen->wanted, sizeof(*wanted));
	size_t count = 0, next;

	for (size_t i = 0; i < seen->day.count; i++)
		if (seen->day.actions[i].wanted)
			wanted[count++] = &seen->day.actions[i];
	qsort(wanted, count, sizeof(*wanted), by_product);
	for (size_t i = 0; i < count; i = next) {
		struct product p = { .service = service_of(wanted[i]) };

		for (next = i; next < count && !strcasecmp(service_of(wanted[next]), p.service); next++)
			add_action(job, &p, wanted[next]);
		judge_product(job, &p);
		buf_free(&p.losses);
		buf_free(&p.oddities);
		buf_free(&p.states);
	}
	verdict_add(job->verdict, POINTS_OPEN, seen->points.open);
}

/* A metric that has a range must not go missing without a word: then there is an item that cannot be judged, the newest
 * one or one of that name. */
static void cannot_measure(struct job *job, int metric, const char *item, const char *why)
{
	const struct settings *set = job->settings;

	if (set->judged[metric]) {
		if (item)
			verdict_item(job->verdict, item);
		verdict_unreadable(job->verdict, "%s", why);
	}
	verdict_leave_out(job->verdict, metric, set->judged[metric] ? NULL : why);
}

static void judge_day(struct job *job)
{
	const struct score_day *day = &((const struct seen *)job->seen)->day;
	struct verdict *v = job->verdict;
	double percent = score_percent(day->current, day->max);
	char stamp[CLOCK_STAMP_SIZE], span[CLOCK_SPAN_SIZE], current[32], max[32];

	verdict_item(v, "newest score");
	if (day->at) {
		int64_t age = job_age(job, day->at);
		verdict_peak(v, AGE, (double)age, "of %.10s, %s old", clock_stamp(day->at, stamp), clock_span(age, span));
		job_note_future(job, day->at);
	}
	if (!isnan(percent)) {
		verdict_measure(v, TENANT_SCORE, percent);
		verdict_note(v, "all products %.1f %% (%s of %s points)", percent, points_text(day->current, current),
			     points_text(day->max, max));
	}
	if (*day->oddity)
		verdict_unreadable(v, "%s", day->oddity);
	if (day->nameless)
		verdict_find(v, verdict_metric(v, "unreadable"), day->nameless, "%u entries of controlScores without a name", day->nameless);
	if (!day->at)
		cannot_measure(job, AGE, NULL, "age unknown (no createdDateTime, no date in the id)");
	if (isnan(percent))
		cannot_measure(job, TENANT_SCORE, NULL, day->max <= 0 ? "no tenant score (maxScore is 0)" : "no tenant score (not told)");
}

/* Part of a catalogue makes no percentage. */
static void measure_score(struct job *job)
{
	const struct seen *seen = job->seen;
	double percent = score_percent(seen->points.achieved, seen->points.possible);

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
	double drop = score_percent(seen->points.then - seen->points.now, seen->points.compared);
	char from[CLOCK_STAMP_SIZE], upto[CLOCK_STAMP_SIZE];
	int64_t at = compared_at(job);
	AUTO_BUF why = { 0 };

	if (seen->earlier_at && !isnan(drop)) {
		verdict_measure(job->verdict, DROP, drop > 0 ? drop : 0);
		return;
	}
	if (seen->earlier_at)
		buf_print(&why, "not compared: none of the actions was scored on %.10s", clock_stamp(seen->earlier_at, upto));
	else if (seen->filter_ignored)
		buf_print(&why, "not compared: the service gave a later day than the one asked for");
	else
		buf_print(&why, "not compared: no score from %.10s to %.10s", clock_stamp(at - COMPARED_WITHIN, from), clock_stamp(at, upto));
	verdict_leave_out(job->verdict, DROP, seen->asked && !job->incomplete ? buf_text(&why) : NULL);
	if (!seen->earlier_at)
		verdict_leave_out(job->verdict, REGRESSED, NULL);
}

static bool alarms(const struct job *job, int metric)
{
	double value = verdict_so_far(job->verdict, metric);

	return !isnan(value) && verdict_judge(job->verdict, metric, value) != STATE_OK;
}

static void add_losses(const struct job *job, struct buf *out)
{
	const struct seen *seen = job->seen;
	double regressed = verdict_so_far(job->verdict, REGRESSED);
	char stamp[CLOCK_STAMP_SIZE];

	if (alarms(job, DROP))
		buf_print(out, "%.1f percentage points", verdict_so_far(job->verdict, DROP));
	else
		buf_print(out, "points of %.0f actions", regressed);
	buf_print(out, " lost since %.10s", clock_stamp(seen->earlier_at, stamp));
	for (int i = 0; i < NAMED && seen->lost[i]; i++)
		buf_print(out, "%s%s (%s)", i ? ", " : ": ", title_of(seen->lost[i]), product_name(service_of(seen->lost[i])));
	if (regressed > NAMED)
		buf_print(out, " and %.0f more", regressed - NAMED);
	buf_add(out, ", ");
}

/* "3 to address" with the products, when that alarms. */
static void add_count(struct job *job, int metric, struct buf *out)
{
	if (alarms(job, metric))
		buf_print(out, ": %s", verdict_names(job->verdict, metric, NAMED));
}

static void add_age(const struct job *job, const char *behind, struct buf *out)
{
	char span[CLOCK_SPAN_SIZE];

	if (alarms(job, AGE))
		buf_print(out, "newest score is %s old%s", clock_span((int64_t)verdict_so_far(job->verdict, AGE), span), behind);
}

static void say(struct job *job)
{
	const struct seen *seen = job->seen;
	struct verdict *v = job->verdict;
	double score = verdict_so_far(v, SCORE);
	char achieved[32], possible[32];
	AUTO_BUF text = { 0 };

	add_age(job, ", ", &text);
	if (alarms(job, DROP) || alarms(job, REGRESSED))
		add_losses(job, &text);
	if (!isnan(score))
		buf_print(&text, "score %.1f %% (%s of %s points), ", score, points_text(seen->points.achieved, achieved),
			  points_text(seen->points.possible, possible));
	if (alarms(job, POINTS_OPEN))
		buf_print(&text, "%s points open, ", points_text(seen->points.open, possible));
	buf_print(&text, "%.0f of %u recommended actions to address", verdict_so_far(v, TO_ADDRESS), seen->wanted);
	add_count(job, TO_ADDRESS, &text);
	if (alarms(job, RISK_ACCEPTED))
		buf_print(&text, ", %.0f risk accepted", verdict_so_far(v, RISK_ACCEPTED));
	add_count(job, RISK_ACCEPTED, &text);
	if (alarms(job, TENANT_SCORE))
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
	} else if (!seen->days) {
		job_empty(job, "no score published: the tenant has no secure score");
	} else if (!seen->day.count) {
		job_empty(job, "the newest score counts no recommended action");
	} else {
		job_empty(job, "none of %zu recommended actions is one that the options select: are apps connected?", seen->day.count);
	}
}

static void sum_up(struct job *job)
{
	struct seen *seen = job->seen;

	if (seen->days)
		judge_day(job);
	if (!seen->wanted) {
		say_none(job);
		return;
	}
	judge_products(job);
	measure_score(job);
	measure_drop(job);
	say(job);
}

static bool check(void *settings, struct limits *limits, struct err *e)
{
	struct settings *set = settings;

	(void)e;
	for (int i = 0; i < METRICS; i++)
		set->judged[i] = limits[i].warn.given || limits[i].crit.given;
	return true;
}

static void release(void *data)
{
	struct seen *seen = data;

	score_free(&seen->day);
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
	.requests = "3: the newest score, the catalogue of actions (1 for each 999), the score to compare with",
	.service = GRAPH, .absent_in_china = true,
	.settings_size = sizeof(struct settings), .seen_size = sizeof(struct seen),
	.options = options, .metrics = metrics, .examples = examples, .empty_state = "unknown",
	.check = check, .run = run, .sum_up = sum_up, .release = release,
};
