// SPDX-License-Identifier: GPL-3.0-or-later
/* A day of the secure score: the recommended actions that it counts, joined with their profiles in the catalogue and with the points
 * of an earlier day. Replies come entry by entry, and only what the join needs is kept. Facts: contract, "Secure Score". */
#pragma once
#include "base/buf.h"
#include "net/jget.h"

/* The member of a day's record that holds its entries; they come one by one, before the rest of the record. */
#define SCORE_ENTRIES "controlScores"
#define SCORE_TEXT_MAX 1000 /* bytes of a title or a service; no line shows more */

enum action_status {
	ACTION_TO_ADDRESS, /* also a state that nobody knows */
	ACTION_PLANNED,
	ACTION_COMPLETED,
	ACTION_ACCEPTED,   /* the tenant ignores it: "risk accepted" */
	ACTION_RESOLVED,   /* by a third party, or another way */
	ACTION_UNCLEAR,    /* its points are not known */
};

/* What an entry of controlScores tells. Points and percentages that nobody tells are NAN. */
struct result {
	double score, percent, earlier; /* points, of the maximum, points on the earlier day */
	uint32_t oddity;                /* why it cannot be judged, where in the day's texts; at 0 stands "": it can */
};

/* An entry. Memory follows their number: ids stand in one text, and of many results few differ. */
struct scored {
	uint32_t id;                    /* controlName, where in the day's texts */
	uint32_t result;                /* which of the day's results */
};

/* An entry that may be judged, with what the catalogue says of it. Texts are empty when they are not told. */
struct action {
	const char *id;                 /* the day's */
	const struct result *result;    /* the day's */
	struct buf title, service;
	const char *state;              /* the profile's; NULL: none, or "Default" */
	double max;                     /* NAN: not told */
	int64_t rank;                   /* lower is better */
	struct buf oddity;              /* why it cannot be judged; empty: it can */
};

/* All zero: empty. */
struct score_day {
	bool found;                     /* there is such a day */
	int64_t at;                     /* 0: not told */
	double current, max;            /* points of all products */
	struct scored *scored;          /* after score_finish by id, each once */
	size_t count, scored_room;
	struct result *results;
	size_t result_count, results_room;
	char *texts;
	size_t texts_len, texts_room;
	unsigned nameless;              /* entries without a controlName */
	struct buf oddity;              /* what of the day itself cannot be read; empty: all can */
	/* The day to compare with: the newest that came between `from` and `upto` (score_compare_with). */
	int64_t from, upto;
	int64_t earlier_at;             /* 0: none came */
	bool later_came;                /* a day behind `upto` */
	uint32_t *pending;              /* as `scored`: the result with the points of the earlier day at hand */
	bool *profiled;                 /* as `scored`: the catalogue has it */
};

/* When the day was scored: createdDateTime, else the date at the end of its id; 0 without either. */
int64_t score_time(struct json_object *record);
/* Takes over an entry of a day that began empty. NULL is an entry without a name. */
void score_add(struct score_day *day, struct json_object *entry);
/* All entries are in: takes over the rest of the record. */
void score_finish(struct score_day *day, struct json_object *record);
void score_free(struct score_day *day);
/* Without regard to case; NULL when the day does not count it. */
const struct scored *score_find(const struct score_day *day, const char *id);

/* Of an entry of the day; lent until the day changes. */
const char *score_id(const struct score_day *day, const struct scored *scored);
const struct result *score_result(const struct score_day *day, const struct scored *scored);

/* Fills the action in, whatever was there, with what the profile says, which lends its state; NULL: the catalogue lacks it. False when it
 * is deprecated, or when one came before. */
bool score_describe(struct score_day *day, const struct scored *scored, struct json_object *profile, struct action *a) MUST_USE;
void action_free(struct action *a);

/* Another day is wanted for comparing: that of this moment, else the newest of the three days before it. */
void score_compare_with(struct score_day *day, int64_t at);
/* A record of another day, entry by entry: begin forgets those of a record that did not come to its end. It is the one to compare
 * with when its time says so. */
void score_begin_earlier(struct score_day *day);
void score_add_earlier(struct score_day *day, struct json_object *entry);
void score_end_earlier(struct score_day *day, struct json_object *record);
/* The day to compare with may be this one itself; false when it is not. */
bool score_is_its_earlier(struct score_day *day);

enum action_status action_status(const struct action *a);
/* Is its state one that the contract does not name? */
bool action_is_strange(const struct action *a);
/* Points at most: the profile's, else what score and percentage tell, else NAN. */
double action_max(const struct action *a);
/* Points still to be had, NAN when not known. */
double action_open(const struct action *a);
/* Points lost since the earlier day, 0 when none or not known. */
double action_loss(const struct action *a);
/* The id without the number of a connected app's instance. */
const char *action_bare_id(const struct action *a);
/* The title, else the id. */
const char *action_title(const struct action *a);
