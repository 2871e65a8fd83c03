// SPDX-License-Identifier: GPL-3.0-or-later
/* Microsoft's words for a status, of services and issues alike, and what they come to. */
#include "health.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "status.h"

#define ISSUES_MAX 900 /* bytes after which no further issue is named */

static const struct {
	const char *status;
	enum state state;
} statuses[] = {
	{ "serviceOperational", STATE_OK }, { "falsePositive", STATE_OK }, { "serviceRestored", STATE_OK },
	{ "postIncidentReviewPublished", STATE_OK }, { "resolved", STATE_OK }, { "mitigated", STATE_OK },
	{ "mitigatedExternal", STATE_OK }, { "resolvedExternal", STATE_OK }, { "investigating", STATE_WARNING },
	{ "investigationSuspended", STATE_WARNING }, { "restoringService", STATE_WARNING }, { "verifyingService", STATE_WARNING },
	{ "extendedRecovery", STATE_WARNING }, { "serviceDegradation", STATE_WARNING }, { "confirmed", STATE_WARNING },
	{ "reported", STATE_WARNING }, { "serviceInterruption", STATE_CRITICAL },
};

/* Adds a status to what is known of the service. */
static void weigh(struct health *h, const struct strings *map, const char *whose, struct json_object *row)
{
	const char *status = jget_text_or(row, "status", "");
	enum state state = STATE_UNKNOWN;
	char raw[JGET_RAW_SIZE];

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (!strcasecmp(statuses[i].status, status))
			state = statuses[i].state;
	status_map_find(map, status, &state);
	h->interrupted |= state == STATE_CRITICAL;
	h->degraded |= state == STATE_WARNING;
	if (state == STATE_UNKNOWN && !*h->oddity)
		snprintf(h->oddity, sizeof(h->oddity), "%sstatus is %s", whose, jget_raw(row, "status", raw));
}

void health_read(struct json_object *row, const struct strings *map, struct health *h)
{
	*h = (struct health){ .name = mem_copy_text(jget_text_or(row, "service", jget_text_or(row, "id", ""))) };
	weigh(h, map, "", row);
	if (!*h->oddity)
		snprintf(h->status, sizeof(h->status), "%s", jget_text_or(row, "status", ""));
}

void health_add_issue(struct health *h, struct json_object *row, const struct strings *map, int64_t now)
{
	const char *class = jget_text_or(row, "classification", ""), *id = jget_text_or(row, "id", "issue without an id");
	AUTO_FREE char *whose = mem_print("%.32s: ", id);
	char raw[JGET_RAW_SIZE], span[CLOCK_SPAN_SIZE] = "unknown time";
	int64_t at = 0;

	h->incidents += !strcasecmp(class, "incident");
	h->advisories += !strcasecmp(class, "advisory");
	if (strcasecmp(class, "incident") != 0 && strcasecmp(class, "advisory") != 0 && !*h->oddity)
		snprintf(h->oddity, sizeof(h->oddity), "%sclassification is %s", whose, jget_raw(row, "classification", raw));
	if (jget_time(row, "startDateTime", &at) != GOT && !*h->oddity)
		snprintf(h->oddity, sizeof(h->oddity), "%sstartDateTime is %s", whose, jget_raw(row, "startDateTime", raw));
	weigh(h, map, whose, row);
	if (at && (!h->oldest_at || at < h->oldest_at))
		h->oldest_at = at;
	if (at)
		clock_span(at > now ? 0 : now - at, span);
	if (h->issues.len < ISSUES_MAX)
		buf_print(&h->issues, "%s%s %s for %s (%s): %s", h->issues.len ? ", " : "", class, id, span,
			  jget_text_or(row, "status", "?"), jget_text_or(row, "title", "no title"));
}

void health_free(struct health *h)
{
	free(h->name);
	buf_free(&h->issues);
}
