// SPDX-License-Identifier: GPL-3.0-or-later
/* A day of the secure score: the recommended actions that it counts, joined with their profiles in the catalogue and with the points
 * of an earlier day. Replies come entry by entry, and only what the join needs is kept. Facts: contract, "Secure Score". */
#pragma once
#include "net/jget.h"

/* The member of a day's record that holds its entries; they come one by one, before the rest of the record. */
#define SCORE_ENTRIES "controlScores"

enum action_status {
	ACTION_TO_ADDRESS, /* also a state that nobody knows */
	ACTION_PLANNED,
	ACTION_COMPLETED,
	ACTION_ACCEPTED,   /* the tenant ignores it: "risk accepted" */
	ACTION_RESOLVED,   /* by a third party, or another way */
	ACTION_UNCLEAR,    /* its points are not known */
};

/* An entry of controlScores. Points and percentages that nobody tells are NAN; texts are the day's. */
struct scored {
	const char *id;                  /* controlName */
	double score, percent, earlier;  /* points, of the maximum, points on the earlier day */
	const char *oddity;              /* why it cannot be judged, NULL when it can */
};

/* What the catalogue says of many entries alike. */
struct kind {
	const char *service, *state;     /* NULL: not told; a state of NULL is "Default" */
	double max;                      /* NAN: not told */
	struct kind *older;
};

/* An entry that may be judged, with what the catalogue says of it. */
struct action {
	struct scored *scored;
	const char *title;               /* NULL: not told */
	const struct kind *kind;
	int64_t rank;                    /* lower is better */
};

struct score_texts {
	struct text_block *newest;
	struct text_block *mark;         /* what was there before the newest action */
	size_t mark_used;
};

/* All zero: empty. */
struct score_day {
	bool found;                      /* there is such a day */
	int64_t at;                      /* 0: not told */
	double current, max;             /* points of all products */
	struct scored *scored;           /* after score_finish by id, each once */
	size_t count, scored_room;
	struct action *actions;          /* those described and not dropped */
	size_t action_count, action_room;
	unsigned nameless;               /* entries without a controlName */
	const char *oddity;              /* what of the day itself cannot be read, NULL without */
	/* The day to compare with: the newest that came between `from` and `upto` (score_compare_with). */
	int64_t from, upto;
	int64_t earlier_at;              /* 0: none came */
	bool later_came;                 /* a day behind `upto` */
	double *pending;                 /* points of the earlier day at hand, as `scored`; below 0: not scored */
	bool *profiled;                  /* as `scored`: the catalogue has it */
	struct kind *kinds, *kinds_mark; /* mark: what was there before the newest action */
	struct score_texts texts;
};

/* When the day was scored: createdDateTime, else the date at the end of its id; 0 without either. */
int64_t score_time(struct json_object *record);
/* Takes over an entry of a day that began empty. NULL is an entry without a name. */
void score_add(struct score_day *day, struct json_object *entry);
/* All entries are in: takes over the rest of the record. */
void score_finish(struct score_day *day, struct json_object *record);
void score_free(struct score_day *day);
/* Without regard to case; NULL when the day does not count it. */
struct scored *score_find(const struct score_day *day, const char *id);

/* Adds the action of an entry, with what the profile says; NULL: the catalogue lacks it. Lent until the next one. NULL when the profile is
 * deprecated or not the entry's first. */
struct action *score_describe(struct score_day *day, struct scored *scored, struct json_object *profile);
/* Forgets the action that was added last. */
void score_drop_newest(struct score_day *day);
/* Was it described by a profile? */
bool score_is_profiled(const struct score_day *day, const struct scored *scored);

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
/* Has it more points to be had, or as many and the better rank? What is not known is worth least. */
bool action_is_worth_more(const struct action *a, const struct action *than);
bool action_has_lost_more(const struct action *a, const struct action *than);
/* Takes the action in among the `most` best, which begin as NULL. */
void action_keep_best(const struct action **best, int most, const struct action *a,
		      bool (*beats)(const struct action *a, const struct action *than));
/* The id without the number of a connected app's instance. */
const char *action_bare_id(const struct action *a);
/* The title, else the id. */
const char *action_title(const struct action *a);
