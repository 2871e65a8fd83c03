// SPDX-License-Identifier: GPL-3.0-or-later
/* The requests for days of the secure score, read entry by entry: memory holds one at a time. */
#pragma once
#include "cloud/api.h"
#include "cloud/score.h"

#define SCORE_PERMISSION "SecurityEvents.Read.All"

extern const struct query score_newest;
/* The newest day, into an empty one; what was read before a failure stays. */
bool score_read_newest(struct api *api, struct score_day *day, struct err *e) MUST_USE;
/* An action of the day, lent, and its profile, NULL when the catalogue lacks it; without an action: a profile whose id cannot be read.
 * False ends the walk. */
typedef bool score_visit(const struct action *a, struct json_object *profile, void *data, struct err *e);
extern const struct query score_catalogue;
/* Visits the day's actions as their profiles come, then those that none came for. */
bool score_read_catalogue(struct api *api, struct score_day *day, score_visit *visit, void *data, struct err *e) MUST_USE;
/* The day to compare with, the newest between day->from and day->upto. */
bool score_read_earlier(struct api *api, struct score_day *day, struct err *e) MUST_USE;
