// SPDX-License-Identifier: GPL-3.0-or-later
/* A day is one row of half a thousand entries with long texts; rows are days. */
#include "cloud/score_read.h"

#include <stdlib.h>

#include "base/clock.h"

#define PATH "/security/secureScores"
#define EARLIER_ROWS 4 /* days in a window of three, both ends included */

/* The newest day so far, and the one that comes in. */
struct newest {
	struct score_day *day;
	struct score_day next;
};

static void begin_newest(void *data)
{
	score_free(&((struct newest *)data)->next);
}

static bool visit_newest_entry(struct json_object *entry, void *data, struct err *e)
{
	(void)e;
	score_add(&((struct newest *)data)->next, entry);
	return true;
}

static bool visit_newest(struct json_object *row, void *data, struct err *e)
{
	struct newest *newest = data;

	(void)e;
	score_finish(&newest->next, row);
	if (newest->day->found && newest->next.at <= newest->day->at)
		return true;
	score_free(newest->day);
	*newest->day = newest->next;
	newest->next = (struct score_day){ 0 };
	return true;
}

static const struct inner_list newest_entries = { .name = SCORE_ENTRIES, .begin = begin_newest, .visit = visit_newest_entry };
/* Rows come newest first. The link to older days that comes along is not followed (contract, "Secure Score"). */
const struct query score_newest = { .service = GRAPH, .path = PATH, .what = "the newest score", .limit = 1, .paging = PAGED_NOT,
				    .parameters = "$select=id,createdDateTime,currentScore,maxScore," SCORE_ENTRIES,
				    .inner = &newest_entries, .entra_permission = SCORE_PERMISSION };

bool score_read_newest(struct api *api, struct score_day *day, struct err *e)
{
	struct newest newest = { .day = day };
	bool read = api_each(api, &score_newest, visit_newest, &newest, e);

	score_free(&newest.next);
	return read;
}

const struct query score_catalogue = { .service = GRAPH, .path = "/security/secureScoreControlProfiles", .what = "the catalogue of actions",
				       .limit = 999, .entra_permission = SCORE_PERMISSION,
				       .parameters = "$select=id,title,service,maxScore,rank,deprecated,controlStateUpdates" };

struct catalogue_walk {
	struct score_day *day;
	score_visit *visit;
	void *data;
	struct action action; /* the one at hand */
};

/* What the newest day does not count, does not apply to the tenant: most of the catalogue. */
static bool visit_profile(struct json_object *row, void *data, struct err *e)
{
	struct catalogue_walk *walk = data;
	const char *id = NULL;

	jget_text(row, "id", &id);
	const struct scored *scored = id ? score_find(walk->day, id) : NULL;
	if (!id)
		return walk->visit(NULL, row, walk->data, e);
	return !scored || !score_describe(walk->day, scored, row, &walk->action) || walk->visit(&walk->action, row, walk->data, e);
}

static bool visit_undescribed(struct catalogue_walk *walk, struct err *e)
{
	for (size_t i = 0; i < walk->day->count; i++)
		if (score_describe(walk->day, &walk->day->scored[i], NULL, &walk->action) && !walk->visit(&walk->action, NULL, walk->data, e))
			return false;
	return true;
}

bool score_read_catalogue(struct api *api, struct score_day *day, score_visit *visit, void *data, struct err *e)
{
	struct catalogue_walk walk = { .day = day, .visit = visit, .data = data };
	bool read = api_each(api, &score_catalogue, visit_profile, &walk, e) && visit_undescribed(&walk, e);

	action_free(&walk.action);
	return read;
}

static void begin_earlier(void *data)
{
	score_begin_earlier(data);
}

static bool visit_earlier_entry(struct json_object *entry, void *data, struct err *e)
{
	(void)e;
	score_add_earlier(data, entry);
	return true;
}

static bool visit_earlier(struct json_object *row, void *data, struct err *e)
{
	(void)e;
	score_end_earlier(data, row);
	return true;
}

/* A day is asked for by its time instead of a page that holds it. All days that may do are asked for, because nobody promises which
 * comes first. */
bool score_read_earlier(struct api *api, struct score_day *day, struct err *e)
{
	static const struct inner_list entries = { .name = SCORE_ENTRIES, .begin = begin_earlier, .visit = visit_earlier_entry };
	char from[CLOCK_STAMP_SIZE], upto[CLOCK_STAMP_SIZE];
	AUTO_FREE char *parameters = mem_print("$select=id,createdDateTime," SCORE_ENTRIES "&$filter=createdDateTime%%20ge%%20%s%%20and%%20"
					       "createdDateTime%%20le%%20%s",
					       clock_stamp(day->from, from), clock_stamp(day->upto, upto));
	struct query q = { .service = GRAPH, .path = PATH, .what = "the score to compare with", .limit = EARLIER_ROWS, .paging = PAGED_NOT,
			   .parameters = parameters, .inner = &entries, .entra_permission = SCORE_PERMISSION };

	bool read = api_each(api, &q, visit_earlier, day, e);

	free(day->pending);
	day->pending = NULL;
	return read;
}
