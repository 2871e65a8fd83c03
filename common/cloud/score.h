// SPDX-License-Identifier: GPL-3.0-or-later
/* A day of the secure score: the recommended actions that it counts, joined with their profiles in the catalogue and with the points
 * of an earlier day. Keeps of the replies what the join needs. Facts: contract, "Secure Score". */
#pragma once
#include "net/jget.h"

enum action_status {
	ACTION_TO_ADDRESS, /* also a state that nobody knows */
	ACTION_PLANNED,
	ACTION_COMPLETED,
	ACTION_ACCEPTED,   /* the tenant ignores it: "risk accepted" */
	ACTION_RESOLVED,   /* by a third party, or another way */
	ACTION_UNCLEAR,    /* its points are not known */
};

#define ACTION_ODDITY_SIZE (JGET_RAW_SIZE + 32)

/* An entry of controlScores. Points and percentages that nobody tells are NAN. */
struct action {
	char *id;                        /* controlName */
	double score, percent, earlier;  /* points, of the maximum, points on the earlier day */
	bool profiled;                   /* the catalogue has it; what follows is its profile's */
	bool deprecated;
	char *title, *service, *state;   /* NULL: not told; a state of NULL is "Default" */
	double max;
	int64_t rank;                    /* lower is better */
	char oddity[ACTION_ODDITY_SIZE]; /* why it cannot be judged, "" when it can */
	bool wanted;                     /* the caller's */
};

struct score_day {
	int64_t at;                      /* 0: not told */
	double current, max;             /* points of all products */
	struct action *actions;          /* by id, each once */
	size_t count;
	unsigned nameless;               /* entries without a controlName */
	char oddity[ACTION_ODDITY_SIZE]; /* what of the day itself cannot be read, "" without */
};

/* When the day was scored: createdDateTime, else the date at the end of its id; 0 without either. */
int64_t score_time(struct json_object *record);
/* Fills the day anew, which begins as zero. */
void score_read(struct json_object *record, struct score_day *day);
void score_free(struct score_day *day);
/* Without regard to case; NULL when the day does not count it. */
struct action *score_find(const struct score_day *day, const char *id);
/* Sets `earlier` of all actions from the record of another day. */
void score_compare(struct score_day *day, struct json_object *record);

/* Takes over what a profile says. */
void action_describe(struct action *a, struct json_object *profile);
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

/* Sums over actions whose points are known. */
struct points {
	double achieved, possible, open;
	double then, now, compared; /* of those scored on both days: points then and now, and possible */
};
void points_add(struct points *sums, const struct action *a);
/* NAN when there is nothing to be had, or one is not told. Free of the dust of sums, so that 5 is not above 5. */
double score_percent(double points, double possible);

/* The portal's name of a `service`; the key itself when it is new. */
const char *product_name(const char *service);
