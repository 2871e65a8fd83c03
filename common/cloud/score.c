// SPDX-License-Identifier: GPL-3.0-or-later
/* Reads days and profiles of the secure score. The status follows the portal's words; what is missing is never taken for zero. */
#include "cloud/score.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define PRECISION 1e6             /* parts of a point, or of a percent, that are told apart */
#define ROUNDING (1 / PRECISION) /* what two ways to compute the same may differ by */

const char *product_name(const char *service)
{
	static const struct {
		const char *service, *name;
	} products[] = {
		{ "MCAS", "Microsoft Defender for Cloud Apps" },
		{ "AppG", "App governance" },
		{ "MDA_SF", "Salesforce" },
		{ "MDA_SNOW", "ServiceNow" },
		{ "MDA_Zendesk", "Zendesk" },
		{ "MDA_GitHub", "GitHub" },
		{ "MDA_CitrixSF", "CitrixSF (Citrix ShareFile)" },
		{ "MDA_Atlassian", "Atlassian" },
		{ "MDA_Zoom", "Zoom" },
		{ "MDA_Okta", "Okta" },
		{ "MDA_DocuSign", "DocuSign" },
		{ "MDA_Dropbox", "Dropbox" },
		{ "MDA_Google", "Google Workspace" },
		{ "MDA_NetDocuments", "NetDocument" },
		{ "MDA_Workplace", "Workplace (by Meta)" },
		{ "AzureAD", "Entra ID" },
		{ "EXO", "Exchange" },
		{ "SPO", "SharePoint" },
		{ "MDO", "Defender for Office" },
		{ "MIP", "Information Protection" },
		{ "MS Teams", "Teams" },
		{ "Azure ATP", "Defender for Identity" },
	};

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (!strcasecmp(service, products[i].service))
			return products[i].name;
	return service;
}

/* The first oddity is the one that is told. */
static void note_oddity(char oddity[ACTION_ODDITY_SIZE], struct json_object *o, const char *name)
{
	char raw[JGET_RAW_SIZE];

	if (!*oddity)
		snprintf(oddity, ACTION_ODDITY_SIZE, "%s is %s", name, jget_raw(o, name, raw));
}

/* A number that is not negative, NAN when it is not told. */
static double read_points(struct json_object *o, const char *name, char oddity[ACTION_ODDITY_SIZE])
{
	double value = NAN;

	if (jget_number(o, name, &value) != ODD && !(value < 0))
		return value;
	note_oddity(oddity, o, name);
	return NAN;
}

static char *read_copy(struct json_object *o, const char *name, char oddity[ACTION_ODDITY_SIZE])
{
	const char *text = NULL;

	if (jget_text(o, name, &text) == ODD)
		note_oddity(oddity, o, name);
	if (!text)
		return NULL;
	text += strspn(text, " \t\r\n");
	size_t len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len ? mem_copy_bytes(text, len) : NULL;
}

int64_t score_time(struct json_object *record)
{
	const char *id = jget_text_or(record, "id", ""), *date = strrchr(id, '_');
	int64_t at = 0;

	if (jget_time(record, "createdDateTime", &at) != GOT && date)
		clock_parse_date(date + 1, &at);
	return at;
}

static int by_id(const void *a, const void *b)
{
	return strcasecmp(((const struct action *)a)->id, ((const struct action *)b)->id);
}

struct action *score_find(const struct score_day *day, const char *id)
{
	struct action wanted = { .id = (char *)id };

	return day->count ? bsearch(&wanted, day->actions, day->count, sizeof(wanted), by_id) : NULL;
}

static void action_free(struct action *a)
{
	free(a->id);
	free(a->title);
	free(a->service);
	free(a->state);
}

void score_free(struct score_day *day)
{
	for (size_t i = 0; i < day->count; i++)
		action_free(&day->actions[i]);
	free(day->actions);
	*day = (struct score_day){ 0 };
}

static void read_action(struct json_object *entry, struct score_day *day)
{
	const char *id = NULL;

	if (!json_object_is_type(entry, json_type_object) || jget_text(entry, "controlName", &id) != GOT) {
		day->nameless++;
		return;
	}
	struct action *a = &day->actions[day->count++];
	*a = (struct action){ .id = mem_copy_text(id), .earlier = NAN, .max = NAN, .rank = INT64_MAX };
	a->score = read_points(entry, "score", a->oddity);
	a->percent = read_points(entry, "scoreInPercentage", a->oddity);
	if (isnan(a->score))
		note_oddity(a->oddity, entry, "score");
}

static bool is_same(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) <= ROUNDING;
}

/* An id that comes twice counts once, and which one is no matter of order. */
static void merge_action(struct action *kept, struct action *twin)
{
	if (!is_same(kept->score, twin->score) || !is_same(kept->percent, twin->percent)) {
		snprintf(kept->oddity, sizeof(kept->oddity), "scored twice, not alike");
		kept->score = kept->percent = NAN;
	}
	action_free(twin);
}

static void sort_actions(struct score_day *day)
{
	size_t kept = 0;

	if (day->count)
		qsort(day->actions, day->count, sizeof(*day->actions), by_id);
	for (size_t i = 0; i < day->count; i++) {
		if (kept && !by_id(&day->actions[kept - 1], &day->actions[i]))
			merge_action(&day->actions[kept - 1], &day->actions[i]);
		else
			day->actions[kept++] = day->actions[i];
	}
	day->count = kept;
}

void score_read(struct json_object *record, struct score_day *day)
{
	struct json_object *list = NULL;
	int64_t at;

	score_free(day);
	day->at = score_time(record);
	day->current = read_points(record, "currentScore", day->oddity);
	day->max = read_points(record, "maxScore", day->oddity);
	if (jget_time(record, "createdDateTime", &at) == ODD)
		note_oddity(day->oddity, record, "createdDateTime");
	if (jget_array(record, "controlScores", &list) != GOT) {
		note_oddity(day->oddity, record, "controlScores");
		return;
	}
	size_t count = json_object_array_length(list);
	day->actions = mem_new(count, sizeof(*day->actions));
	for (size_t i = 0; i < count; i++)
		read_action(json_object_array_get_idx(list, i), day);
	sort_actions(day);
}

void score_compare(struct score_day *day, struct json_object *record)
{
	CLEANUP(score_free) struct score_day other = { 0 };

	score_read(record, &other);
	for (size_t i = 0; i < day->count; i++) {
		const struct action *then = score_find(&other, day->actions[i].id);

		day->actions[i].earlier = then ? then->score : NAN;
	}
}

/* The newest entry of the history decides; one without a time is the oldest, of equals the last in the list counts. */
static const char *newest_state(struct action *a, struct json_object *profile)
{
	struct json_object *history = NULL;
	const char *state = NULL;
	int64_t newest = 0;

	enum got got = jget_array(profile, "controlStateUpdates", &history);
	if (got == ODD)
		note_oddity(a->oddity, profile, "controlStateUpdates");
	size_t count = got == GOT ? json_object_array_length(history) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(history, i);
		const char *text = NULL;
		int64_t at = 0;

		if (!entry)
			continue;
		if (!json_object_is_type(entry, json_type_object) || jget_time(entry, "updatedDateTime", &at) == ODD ||
		    jget_text(entry, "state", &text) == ODD) {
			note_oddity(a->oddity, profile, "controlStateUpdates");
			continue;
		}
		if (at >= newest) {
			newest = at;
			state = text;
		}
	}
	return state && strcasecmp(state, "Default") ? state : NULL;
}

void action_describe(struct action *a, struct json_object *profile)
{
	a->profiled = true;
	a->title = read_copy(profile, "title", a->oddity);
	a->service = read_copy(profile, "service", a->oddity);
	a->state = mem_copy_text(newest_state(a, profile));
	a->max = read_points(profile, "maxScore", a->oddity);
	if (jget_int(profile, "rank", &a->rank) == ODD)
		note_oddity(a->oddity, profile, "rank");
	if (jget_bool(profile, "deprecated", &a->deprecated) == ODD)
		note_oddity(a->oddity, profile, "deprecated");
}

double action_max(const struct action *a)
{
	if (!isnan(a->max) || !(a->percent > 0) || !(a->score > 0))
		return a->max;
	return 100 * a->score / a->percent;
}

double action_open(const struct action *a)
{
	double open = action_max(a) - a->score;

	return open < 0 ? 0 : open;
}

double action_loss(const struct action *a)
{
	double loss = a->earlier - a->score;

	return loss > ROUNDING ? loss : 0;
}

static bool differ(double a, double b)
{
	return fabs(a - b) > ROUNDING;
}

/* Makes the order one that replies cannot shuffle. */
static bool comes_first(const struct action *a, const struct action *than)
{
	return by_id(a, than) < 0;
}

bool action_is_worth_more(const struct action *a, const struct action *than)
{
	double open = action_open(a), other = action_open(than);

	if (isnan(open) != isnan(other))
		return isnan(other);
	if (!isnan(open) && differ(open, other))
		return open > other;
	return a->rank != than->rank ? a->rank < than->rank : comes_first(a, than);
}

bool action_has_lost_more(const struct action *a, const struct action *than)
{
	double loss = action_loss(a), other = action_loss(than);

	return differ(loss, other) ? loss > other : comes_first(a, than);
}

void action_keep_best(const struct action **best, int most, const struct action *a,
		      bool (*beats)(const struct action *a, const struct action *than))
{
	for (int i = 0; i < most && a; i++) {
		const struct action *here = best[i];

		if (here && !beats(a, here))
			continue;
		best[i] = a;
		a = here;
	}
}

static double without_dust(double value)
{
	return round(value * PRECISION) / PRECISION;
}

void points_add(struct points *sums, const struct action *a)
{
	double max = action_max(a);

	sums->achieved += a->score;
	sums->possible += max;
	sums->open = without_dust(sums->open + action_open(a));
	if (isnan(a->earlier))
		return;
	sums->then += a->earlier;
	sums->now += a->score;
	sums->compared += max;
}

double score_percent(double points, double possible)
{
	return possible > 0 ? without_dust(100 * points / possible) : NAN;
}

const char *action_bare_id(const struct action *a)
{
	size_t digits = strspn(a->id, "0123456789");

	return digits && a->id[digits] == '.' ? a->id + digits + 1 : a->id;
}

static bool is_state(const struct action *a, const char *state)
{
	return a->state && !strcasecmp(a->state, state);
}

/* States that stand whatever the points are. */
static bool is_resolved(const struct action *a)
{
	return is_state(a, "ThirdParty") || is_state(a, "AlternateMitigation");
}

bool action_is_strange(const struct action *a)
{
	return a->state && !is_state(a, "Ignored") && !is_state(a, "Reviewed") && !is_resolved(a);
}

enum action_status action_status(const struct action *a)
{
	double open = action_open(a);

	if (is_state(a, "Ignored"))
		return ACTION_ACCEPTED;
	if (*a->oddity)
		return ACTION_UNCLEAR;
	if (is_resolved(a))
		return ACTION_RESOLVED;
	if (action_is_strange(a))
		return ACTION_TO_ADDRESS;
	if (open <= ROUNDING || a->percent >= 100)
		return ACTION_COMPLETED;
	if (isnan(open) && isnan(a->percent))
		return ACTION_UNCLEAR;
	return is_state(a, "Reviewed") ? ACTION_PLANNED : ACTION_TO_ADDRESS;
}
