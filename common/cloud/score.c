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

#define ROUNDING 1e-6 /* of points or a percent: what two ways to compute the same may differ by */
#define COMPARED_WITHIN (3 * 86400) /* seconds that the day to compare with may be older than asked for */
#define ROOM_STEP 262144   /* bytes; beyond malloc's 128 kB, from where on it moves blocks without a copy, and what is not used costs nothing */
#define RESULTS_LOOKED 128 /* the newest ones */
#define NOT_SCORED UINT32_MAX

/* Room for `count` elements. */
static void *make_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count <= *room)
		return array;
	*room = count + ROOM_STEP / size;
	return mem_resize(array, *room, size);
}

/* At 0 stands "". */
static uint32_t keep_text(struct score_day *day, const char *text)
{
	size_t size = strlen(text) + 1;

	day->texts = make_room(day->texts, 1 + day->texts_len + size, &day->texts_room, 1);
	if (!day->texts_len)
		day->texts[day->texts_len++] = '\0';
	if (!*text)
		return 0;
	uint32_t at = (uint32_t)day->texts_len;
	memcpy(day->texts + at, text, size);
	day->texts_len += size;
	return at;
}

static const char *text_at(const struct score_day *day, uint32_t at)
{
	return day->texts + at;
}

/* The first oddity is the one that is told; NULL: nobody asks. */
static void note_oddity(struct buf *oddity, struct json_object *o, const char *name)
{
	char raw[JGET_RAW_SIZE];

	if (oddity && !oddity->len)
		buf_print(oddity, "%s is %s", name, jget_raw(o, name, raw));
}

/* A number that is not negative, NAN when it is not told. */
static double read_points(struct json_object *o, const char *name, struct buf *oddity)
{
	double value = NAN;

	if (jget_number(o, name, &value) != ODD && !(value < 0))
		return value;
	note_oddity(oddity, o, name);
	return NAN;
}

/* Without blanks at either end, and no more of it than lines show. */
static void read_text(struct json_object *o, const char *name, struct buf *out, struct buf *oddity)
{
	const char *text = NULL;

	if (jget_text(o, name, &text) == ODD)
		note_oddity(oddity, o, name);
	if (!text)
		return;
	text += strspn(text, " \t\r\n");
	size_t len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	buf_add_bytes(out, text, len < SCORE_TEXT_MAX ? len : SCORE_TEXT_MAX);
}

int64_t score_time(struct json_object *record)
{
	const char *id = jget_text_or(record, "id", ""), *date = strrchr(id, '_');
	int64_t at = 0;

	if (jget_time(record, "createdDateTime", &at) != GOT && date)
		clock_parse_date(date + 1, &at);
	return at;
}

const char *score_id(const struct score_day *day, const struct scored *scored)
{
	return text_at(day, scored->id);
}

const struct result *score_result(const struct score_day *day, const struct scored *scored)
{
	return &day->results[scored->result];
}

static int by_id(const void *a, const void *b, void *day)
{
	return strcasecmp(score_id(day, a), score_id(day, b));
}

const struct scored *score_find(const struct score_day *day, const char *id)
{
	size_t from = 0, upto = day->count;

	while (from < upto) {
		size_t middle = (from + upto) / 2;
		int order = strcasecmp(id, score_id(day, &day->scored[middle]));

		if (!order)
			return &day->scored[middle];
		if (order < 0)
			upto = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

void score_free(struct score_day *day)
{
	free(day->scored);
	free(day->results);
	free(day->pending);
	free(day->profiled);
	free(day->texts);
	buf_free(&day->oddity);
	*day = (struct score_day){ 0 };
}

static bool is_equal(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* One of few that come often. */
static uint32_t keep_result(struct score_day *day, const struct result *result)
{
	size_t end = day->result_count > RESULTS_LOOKED ? day->result_count - RESULTS_LOOKED : 0;

	for (size_t i = day->result_count; i-- > end;) {
		const struct result *r = &day->results[i];

		if (is_equal(r->score, result->score) && is_equal(r->percent, result->percent) && is_equal(r->earlier, result->earlier) &&
		    !strcmp(text_at(day, r->oddity), text_at(day, result->oddity)))
			return (uint32_t)i;
	}
	day->results = make_room(day->results, day->result_count + 1, &day->results_room, sizeof(*day->results));
	day->results[day->result_count] = *result;
	return (uint32_t)day->result_count++;
}

static const char *id_of(struct json_object *entry)
{
	const char *id = NULL;

	return json_object_is_type(entry, json_type_object) && jget_text(entry, "controlName", &id) == GOT ? id : NULL;
}

void score_add(struct score_day *day, struct json_object *entry)
{
	struct result r = { .earlier = NAN };
	const char *id = id_of(entry);
	AUTO_BUF oddity = { 0 };

	if (!id) {
		day->nameless++;
		return;
	}
	r.score = read_points(entry, "score", &oddity);
	r.percent = read_points(entry, "scoreInPercentage", &oddity);
	if (isnan(r.score))
		note_oddity(&oddity, entry, "score");
	day->scored = make_room(day->scored, day->count + 1, &day->scored_room, sizeof(*day->scored));
	struct scored *s = &day->scored[day->count++];
	s->id = keep_text(day, id);
	size_t len = day->texts_len;
	r.oddity = keep_text(day, buf_text(&oddity));
	s->result = keep_result(day, &r);
	if (score_result(day, s)->oddity != r.oddity)
		day->texts_len = len;
}

static bool is_same(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) <= ROUNDING;
}

/* An id that comes twice counts once, and which one is no matter of order. */
static void merge_twin(struct score_day *day, struct scored *kept, const struct scored *twin)
{
	const struct result *a = score_result(day, kept), *b = score_result(day, twin);

	if (is_same(a->score, b->score) && is_same(a->percent, b->percent))
		return;
	struct result r = { NAN, NAN, NAN, keep_text(day, "scored twice, not alike") };
	kept->result = keep_result(day, &r);
}

static void sort_entries(struct score_day *day)
{
	size_t kept = 0;

	if (day->count)
		qsort_r(day->scored, day->count, sizeof(*day->scored), by_id, day);
	for (size_t i = 0; i < day->count; i++) {
		if (kept && !by_id(&day->scored[kept - 1], &day->scored[i], day))
			merge_twin(day, &day->scored[kept - 1], &day->scored[i]);
		else
			day->scored[kept++] = day->scored[i];
	}
	day->count = kept;
}

void score_finish(struct score_day *day, struct json_object *record)
{
	struct json_object *list;
	int64_t at;

	day->found = true;
	day->at = score_time(record);
	day->current = read_points(record, "currentScore", &day->oddity);
	day->max = read_points(record, "maxScore", &day->oddity);
	if (jget_time(record, "createdDateTime", &at) == ODD)
		note_oddity(&day->oddity, record, "createdDateTime");
	if (jget_array(record, SCORE_ENTRIES, &list) != GOT)
		note_oddity(&day->oddity, record, SCORE_ENTRIES);
	sort_entries(day);
	day->profiled = mem_new(day->count, sizeof(*day->profiled));
}

void score_begin_earlier(struct score_day *day)
{
	if (!day->pending)
		day->pending = mem_new(day->count, sizeof(*day->pending));
	for (size_t i = 0; i < day->count; i++)
		day->pending[i] = NOT_SCORED;
}

/* Most of the time a result that is there already, and not always among the newest. */
static uint32_t with_earlier(struct score_day *day, const struct scored *s, double points)
{
	struct result r = *score_result(day, s);

	if (is_equal(r.earlier, points))
		return s->result;
	r.earlier = points;
	return keep_result(day, &r);
}

/* Of an id that comes twice, not alike, the points are not known. */
void score_add_earlier(struct score_day *day, struct json_object *entry)
{
	const char *id = id_of(entry);
	const struct scored *now = id ? score_find(day, id) : NULL;

	if (!now)
		return;
	uint32_t *then = &day->pending[now - day->scored];
	double score = read_points(entry, "score", NULL);
	bool alike = *then == NOT_SCORED || is_same(day->results[*then].earlier, score);
	*then = with_earlier(day, now, alike ? score : NAN);
}

void score_compare_with(struct score_day *day, int64_t at)
{
	day->upto = at > COMPARED_WITHIN ? at : COMPARED_WITHIN;
	day->from = day->upto - COMPARED_WITHIN;
}

static bool is_earlier(const struct score_day *day, int64_t at)
{
	return at && at >= day->from && at <= day->upto && at > day->earlier_at;
}

/* The service may pass over a filter in silence: only the day's own time tells. */
void score_end_earlier(struct score_day *day, struct json_object *record)
{
	int64_t at = score_time(record);

	day->later_came = day->later_came || at > day->upto;
	if (!is_earlier(day, at))
		return;
	day->earlier_at = at;
	for (size_t i = 0; i < day->count; i++) {
		struct scored *s = &day->scored[i];

		s->result = day->pending[i] == NOT_SCORED ? with_earlier(day, s, NAN) : day->pending[i];
	}
}

bool score_is_its_earlier(struct score_day *day)
{
	if (!is_earlier(day, day->at))
		return false;
	for (size_t i = 0; i < day->result_count; i++)
		day->results[i].earlier = day->results[i].score;
	day->earlier_at = day->at;
	return true;
}

/* Reads an entry of the history; false when it is odd. One that is null says nothing. */
static bool read_update(struct json_object *entry, int64_t *at, const char **state)
{
	return json_object_is_type(entry, json_type_object) && jget_time(entry, "updatedDateTime", at) != ODD &&
	       jget_text(entry, "state", state) != ODD;
}

/* The newest entry of the history decides; one without a time is the oldest, of equals the last in the list counts. */
static const char *newest_state(struct json_object *profile, struct buf *oddity)
{
	struct json_object *history = NULL;
	const char *state = NULL;
	int64_t newest = 0;

	enum got got = jget_array(profile, "controlStateUpdates", &history);
	if (got == ODD)
		note_oddity(oddity, profile, "controlStateUpdates");
	size_t count = got == GOT ? json_object_array_length(history) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(history, i);
		const char *text = NULL;
		int64_t at = 0;

		if (!entry)
			continue;
		if (!read_update(entry, &at, &text)) {
			note_oddity(oddity, profile, "controlStateUpdates");
		} else if (at >= newest) {
			newest = at;
			state = text;
		}
	}
	return state && strcasecmp(state, "Default") ? state : NULL;
}

static bool read_profile(struct json_object *profile, struct action *a)
{
	bool deprecated = false;

	read_text(profile, "title", &a->title, &a->oddity);
	read_text(profile, "service", &a->service, &a->oddity);
	a->state = newest_state(profile, &a->oddity);
	a->max = read_points(profile, "maxScore", &a->oddity);
	if (jget_int(profile, "rank", &a->rank) == ODD)
		note_oddity(&a->oddity, profile, "rank");
	if (jget_bool(profile, "deprecated", &deprecated) == ODD)
		note_oddity(&a->oddity, profile, "deprecated");
	return !deprecated;
}

bool score_describe(struct score_day *day, const struct scored *scored, struct json_object *profile, struct action *a)
{
	bool *profiled = &day->profiled[scored - day->scored];

	if (*profiled)
		return false;
	a->id = score_id(day, scored);
	a->result = score_result(day, scored);
	buf_cut(&a->title, 0);
	buf_cut(&a->service, 0);
	a->state = NULL;
	a->max = NAN;
	a->rank = INT64_MAX;
	buf_cut(&a->oddity, 0);
	buf_add(&a->oddity, text_at(day, a->result->oddity));
	if (!profile)
		return true;
	*profiled = true;
	return read_profile(profile, a);
}

void action_free(struct action *a)
{
	buf_free(&a->title);
	buf_free(&a->service);
	buf_free(&a->oddity);
}

double action_max(const struct action *a)
{
	const struct result *r = a->result;

	if (!isnan(a->max) || !(r->percent > 0) || !(r->score > 0))
		return a->max;
	return 100 * r->score / r->percent;
}

double action_open(const struct action *a)
{
	double open = action_max(a) - a->result->score;

	return open < 0 ? 0 : open;
}

double action_loss(const struct action *a)
{
	double loss = a->result->earlier - a->result->score;

	return loss > ROUNDING ? loss : 0;
}

const char *action_bare_id(const struct action *a)
{
	size_t digits = strspn(a->id, "0123456789");

	return digits && a->id[digits] == '.' ? a->id + digits + 1 : a->id;
}

const char *action_title(const struct action *a)
{
	return a->title.len ? buf_text(&a->title) : a->id;
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
	if (a->oddity.len)
		return ACTION_UNCLEAR;
	if (is_resolved(a))
		return ACTION_RESOLVED;
	if (action_is_strange(a))
		return ACTION_TO_ADDRESS;
	if (open <= ROUNDING || a->result->percent >= 100)
		return ACTION_COMPLETED;
	if (isnan(open) && isnan(a->result->percent))
		return ACTION_UNCLEAR;
	return is_state(a, "Reviewed") ? ACTION_PLANNED : ACTION_TO_ADDRESS;
}
