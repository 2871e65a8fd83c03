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

/* Texts of a day live and end together; a block of them costs less than each by itself. */
#define TEXTS_SIZE 16000
#define ROOM_STEP 8192   /* beyond malloc's 128 kB, from where on it moves blocks without a copy, and what is not used costs nothing */
#define KINDS_LOOKED 128 /* the newest ones */

struct text_block {
	struct text_block *older;
	size_t size, used;
	char bytes[];
};

static const char *keep_text(struct score_texts *texts, const char *text, size_t len)
{
	struct text_block *block = texts->newest;

	if (!block || block->size - block->used <= len) {
		size_t size = len < TEXTS_SIZE ? TEXTS_SIZE : len + 1;

		block = mem_new(1, sizeof(*block) + size);
		*block = (struct text_block){ .older = texts->newest, .size = size };
		texts->newest = block;
	}
	char *kept = block->bytes + block->used;
	memcpy(kept, text, len);
	kept[len] = '\0';
	block->used += len + 1;
	return kept;
}

/* A text on loan; without a length there is none. */
struct span {
	const char *text;
	size_t len;
};

static const char *keep_span(struct score_texts *texts, struct span span)
{
	return span.len ? keep_text(texts, span.text, span.len) : NULL;
}

static bool is_span(const char *kept, struct span span)
{
	return kept && span.len ? !strncmp(kept, span.text, span.len) && !kept[span.len] : !kept && !span.len;
}

static void mark_texts(struct score_texts *texts)
{
	texts->mark = texts->newest;
	texts->mark_used = texts->newest ? texts->newest->used : 0;
}

static void cut_texts(struct score_texts *texts, const struct text_block *down_to)
{
	while (texts->newest != down_to) {
		struct text_block *older = texts->newest->older;

		free(texts->newest);
		texts->newest = older;
	}
}

/* Forgets what came since the mark. */
static void drop_texts(struct score_texts *texts)
{
	cut_texts(texts, texts->mark);
	if (texts->newest)
		texts->newest->used = texts->mark_used;
}

/* The first oddity is the one that is told; NULL: nobody asks. */
static void note_oddity(struct score_day *day, const char **oddity, struct json_object *o, const char *name)
{
	char raw[JGET_RAW_SIZE], text[JGET_RAW_SIZE + 32];

	if (!oddity || *oddity)
		return;
	snprintf(text, sizeof(text), "%s is %s", name, jget_raw(o, name, raw));
	*oddity = keep_text(&day->texts, text, strlen(text));
}

/* A number that is not negative, NAN when it is not told. */
static double read_points(struct score_day *day, struct json_object *o, const char *name, const char **oddity)
{
	double value = NAN;

	if (jget_number(o, name, &value) != ODD && !(value < 0))
		return value;
	note_oddity(day, oddity, o, name);
	return NAN;
}

/* Without blanks at either end. */
static struct span read_text(struct score_day *day, struct json_object *o, const char *name, const char **oddity)
{
	struct span span = { NULL, 0 };

	if (jget_text(o, name, &span.text) == ODD)
		note_oddity(day, oddity, o, name);
	if (!span.text)
		return span;
	span.text += strspn(span.text, " \t\r\n");
	span.len = strlen(span.text);
	while (span.len && isspace((unsigned char)span.text[span.len - 1]))
		span.len--;
	return span;
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
	return strcasecmp(((const struct scored *)a)->id, ((const struct scored *)b)->id);
}

struct scored *score_find(const struct score_day *day, const char *id)
{
	struct scored wanted = { .id = id };

	return day->count ? bsearch(&wanted, day->scored, day->count, sizeof(wanted), by_id) : NULL;
}

static void cut_kinds(struct score_day *day, const struct kind *down_to)
{
	while (day->kinds != down_to) {
		struct kind *older = day->kinds->older;

		free(day->kinds);
		day->kinds = older;
	}
}

void score_free(struct score_day *day)
{
	free(day->scored);
	free(day->actions);
	free(day->pending);
	free(day->profiled);
	cut_texts(&day->texts, NULL);
	cut_kinds(day, NULL);
	*day = (struct score_day){ 0 };
}

/* Room for one element more. */
static void *make_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room += ROOM_STEP;
	return mem_resize(array, *room, size);
}

static const char *id_of(struct json_object *entry)
{
	const char *id = NULL;

	return json_object_is_type(entry, json_type_object) && jget_text(entry, "controlName", &id) == GOT ? id : NULL;
}

void score_add(struct score_day *day, struct json_object *entry)
{
	const char *id = id_of(entry);

	if (!id) {
		day->nameless++;
		return;
	}
	day->scored = make_room(day->scored, day->count, &day->scored_room, sizeof(*day->scored));
	struct scored *s = &day->scored[day->count++];
	*s = (struct scored){ .id = keep_text(&day->texts, id, strlen(id)), .earlier = NAN };
	s->score = read_points(day, entry, "score", &s->oddity);
	s->percent = read_points(day, entry, "scoreInPercentage", &s->oddity);
	if (isnan(s->score))
		note_oddity(day, &s->oddity, entry, "score");
}

static bool is_same(double a, double b)
{
	return isnan(a) ? isnan(b) : fabs(a - b) <= ROUNDING;
}

/* An id that comes twice counts once, and which one is no matter of order. */
static void merge_twin(struct scored *kept, const struct scored *twin)
{
	if (is_same(kept->score, twin->score) && is_same(kept->percent, twin->percent))
		return;
	kept->oddity = "scored twice, not alike";
	kept->score = kept->percent = NAN;
}

static void sort_entries(struct score_day *day)
{
	size_t kept = 0;

	if (day->count)
		qsort(day->scored, day->count, sizeof(*day->scored), by_id);
	for (size_t i = 0; i < day->count; i++) {
		if (kept && !by_id(&day->scored[kept - 1], &day->scored[i]))
			merge_twin(&day->scored[kept - 1], &day->scored[i]);
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
	day->current = read_points(day, record, "currentScore", &day->oddity);
	day->max = read_points(day, record, "maxScore", &day->oddity);
	if (jget_time(record, "createdDateTime", &at) == ODD)
		note_oddity(day, &day->oddity, record, "createdDateTime");
	if (jget_array(record, SCORE_ENTRIES, &list) != GOT)
		note_oddity(day, &day->oddity, record, SCORE_ENTRIES);
	sort_entries(day);
	day->profiled = mem_new(day->count, sizeof(*day->profiled));
}

void score_begin_earlier(struct score_day *day)
{
	if (!day->pending)
		day->pending = mem_new(day->count, sizeof(*day->pending));
	for (size_t i = 0; i < day->count; i++)
		day->pending[i] = -1;
}

/* Of an id that comes twice, not alike, the points are not known. */
void score_add_earlier(struct score_day *day, struct json_object *entry)
{
	const char *id = id_of(entry);
	const struct scored *now = id ? score_find(day, id) : NULL;

	if (!now)
		return;
	double score = read_points(day, entry, "score", NULL), *then = &day->pending[now - day->scored];
	*then = *then < 0 || is_same(*then, score) ? score : NAN;
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
	for (size_t i = 0; i < day->count; i++)
		day->scored[i].earlier = day->pending[i] < 0 ? NAN : day->pending[i];
}

bool score_is_its_earlier(struct score_day *day)
{
	if (!is_earlier(day, day->at))
		return false;
	for (size_t i = 0; i < day->count; i++)
		day->scored[i].earlier = day->scored[i].score;
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
static struct span newest_state(struct score_day *day, struct json_object *profile, const char **oddity)
{
	struct json_object *history = NULL;
	const char *state = NULL;
	int64_t newest = 0;

	enum got got = jget_array(profile, "controlStateUpdates", &history);
	if (got == ODD)
		note_oddity(day, oddity, profile, "controlStateUpdates");
	size_t count = got == GOT ? json_object_array_length(history) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(history, i);
		const char *text = NULL;
		int64_t at = 0;

		if (!entry)
			continue;
		if (!read_update(entry, &at, &text)) {
			note_oddity(day, oddity, profile, "controlStateUpdates");
		} else if (at >= newest) {
			newest = at;
			state = text;
		}
	}
	return (struct span){ state, state && strcasecmp(state, "Default") ? strlen(state) : 0 };
}

bool score_is_profiled(const struct score_day *day, const struct scored *scored)
{
	return day->profiled[scored - day->scored];
}

/* One of few that come often. */
static const struct kind *keep_kind(struct score_day *day, struct span service, struct span state, double max)
{
	int looked = 0;

	for (const struct kind *k = day->kinds; k && looked++ < KINDS_LOOKED; k = k->older)
		if ((k->max == max || (isnan(k->max) && isnan(max))) && is_span(k->service, service) && is_span(k->state, state))
			return k;
	struct kind *kind = mem_new(1, sizeof(*kind));
	kind->service = keep_span(&day->texts, service);
	kind->state = keep_span(&day->texts, state);
	kind->max = max;
	kind->older = day->kinds;
	day->kinds = kind;
	return kind;
}

static bool read_profile(struct score_day *day, struct action *a, struct json_object *profile)
{
	const char **oddity = &a->scored->oddity;
	bool deprecated = false;

	struct span title = read_text(day, profile, "title", oddity), service = read_text(day, profile, "service", oddity);
	struct span state = newest_state(day, profile, oddity);
	double max = read_points(day, profile, "maxScore", oddity);
	a->kind = keep_kind(day, service, state, max);
	if (jget_int(profile, "rank", &a->rank) == ODD)
		note_oddity(day, oddity, profile, "rank");
	if (jget_bool(profile, "deprecated", &deprecated) == ODD)
		note_oddity(day, oddity, profile, "deprecated");
	a->title = keep_span(&day->texts, title);
	return !deprecated;
}

struct action *score_describe(struct score_day *day, struct scored *scored, struct json_object *profile)
{
	static const struct kind unknown = { .max = NAN };

	if (score_is_profiled(day, scored))
		return NULL;
	day->actions = make_room(day->actions, day->action_count, &day->action_room, sizeof(*day->actions));
	struct action *a = &day->actions[day->action_count++];
	*a = (struct action){ .scored = scored, .kind = &unknown, .rank = INT64_MAX };
	mark_texts(&day->texts);
	day->kinds_mark = day->kinds;
	if (!profile)
		return a;
	day->profiled[scored - day->scored] = true;
	if (read_profile(day, a, profile))
		return a;
	score_drop_newest(day);
	return NULL;
}

void score_drop_newest(struct score_day *day)
{
	day->actions[--day->action_count].scored->oddity = NULL; /* its text may go */
	drop_texts(&day->texts);
	cut_kinds(day, day->kinds_mark);
}

double action_max(const struct action *a)
{
	if (!isnan(a->kind->max) || !(a->scored->percent > 0) || !(a->scored->score > 0))
		return a->kind->max;
	return 100 * a->scored->score / a->scored->percent;
}

double action_open(const struct action *a)
{
	double open = action_max(a) - a->scored->score;

	return open < 0 ? 0 : open;
}

double action_loss(const struct action *a)
{
	double loss = a->scored->earlier - a->scored->score;

	return loss > ROUNDING ? loss : 0;
}

static bool differ(double a, double b)
{
	return fabs(a - b) > ROUNDING;
}

/* Makes the order one that replies cannot shuffle. */
static bool comes_first(const struct action *a, const struct action *than)
{
	return by_id(a->scored, than->scored) < 0;
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

const char *action_bare_id(const struct action *a)
{
	const char *id = a->scored->id;
	size_t digits = strspn(id, "0123456789");

	return digits && id[digits] == '.' ? id + digits + 1 : id;
}

const char *action_title(const struct action *a)
{
	return a->title ? a->title : a->scored->id;
}

static bool is_state(const struct action *a, const char *state)
{
	return a->kind->state && !strcasecmp(a->kind->state, state);
}

/* States that stand whatever the points are. */
static bool is_resolved(const struct action *a)
{
	return is_state(a, "ThirdParty") || is_state(a, "AlternateMitigation");
}

bool action_is_strange(const struct action *a)
{
	return a->kind->state && !is_state(a, "Ignored") && !is_state(a, "Reviewed") && !is_resolved(a);
}

enum action_status action_status(const struct action *a)
{
	double open = action_open(a);

	if (is_state(a, "Ignored"))
		return ACTION_ACCEPTED;
	if (a->scored->oddity)
		return ACTION_UNCLEAR;
	if (is_resolved(a))
		return ACTION_RESOLVED;
	if (action_is_strange(a))
		return ACTION_TO_ADDRESS;
	if (open <= ROUNDING || a->scored->percent >= 100)
		return ACTION_COMPLETED;
	if (isnan(open) && isnan(a->scored->percent))
		return ACTION_UNCLEAR;
	return is_state(a, "Reviewed") ? ACTION_PLANNED : ACTION_TO_ADDRESS;
}
