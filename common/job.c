// SPDX-License-Identifier: GPL-3.0-or-later
/* What a plugin asks of its run: which items to judge, how old they are, typed reads, and sentences. */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

#include "selection.h"

#define FUTURE_TOLERANCE 300  /* seconds that a moment may lie ahead before it is said */
#define NAMES_ON_LINE_1 3

bool job_selects(struct job *job, const char *name, const char *other_name)
{
	return selection_takes(job->selection, name, other_name);
}

/* They stand first, unless an empty --exclude has emptied the list. */
void job_drop_default_exclude(struct job *job)
{
	struct strings *exclude = &job->selection->exclude;
	AUTO_FREE char *defaults = mem_copy_text(plugin.exclude);
	char *state = NULL;

	for (char *word = strtok_r(defaults, ",", &state); word; word = strtok_r(NULL, ",", &state)) {
		if (!exclude->count || strcmp(exclude->items[0], word) != 0)
			continue;
		free(exclude->items[0]);
		memmove(exclude->items, exclude->items + 1, --exclude->count * sizeof(*exclude->items));
	}
}

int64_t job_age(const struct job *job, int64_t at)
{
	return at > job->now ? 0 : job->now - at;
}

void job_note_future(struct job *job, int64_t at)
{
	char span[CLOCK_SPAN_SIZE];

	if (at - job->now > FUTURE_TOLERANCE)
		verdict_note(job->verdict, "its time lies %s ahead of the clock", clock_span(at - job->now, span));
}

PRINTF_LIKE(3, 0)
static void set_empty(struct job *job, enum state s, const char *fmt, va_list args)
{
	AUTO_BUF text = { 0 };

	if (job->incomplete)
		return;
	buf_vprint(&text, fmt, args);
	verdict_empty(job->verdict, s, "%s", buf_text(&text));
}

void job_empty(struct job *job, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_empty(job, job->empty_state, fmt, args);
	va_end(args);
}

void job_empty_reply(struct job *job, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	set_empty(job, job->empty_state_given ? job->empty_state : STATE_UNKNOWN, fmt, args);
	va_end(args);
}

/* The outcome of a typed read, said on the item's line where it must be. */
static bool settle(struct job *job, enum got got, bool needed, struct json_object *o, const char *name)
{
	char raw[JGET_RAW_SIZE];

	if (got == ODD || (got == UNSET && needed))
		verdict_unreadable(job->verdict, "%s is %s", name, jget_raw(o, name, raw));
	return got == GOT;
}

bool job_bool(struct job *job, struct json_object *o, const char *name, bool *out)
{
	return settle(job, jget_bool(o, name, out), false, o, name);
}

bool job_must_bool(struct job *job, struct json_object *o, const char *name, bool *out)
{
	return settle(job, jget_bool(o, name, out), true, o, name);
}

bool job_time(struct job *job, struct json_object *o, const char *name, int64_t *out)
{
	return settle(job, jget_time(o, name, out), false, o, name);
}

bool job_must_time(struct job *job, struct json_object *o, const char *name, int64_t *out)
{
	return settle(job, jget_time(o, name, out), true, o, name);
}

bool job_number(struct job *job, struct json_object *o, const char *name, double *out)
{
	return settle(job, jget_number(o, name, out), false, o, name);
}

void job_say(struct job *job, unsigned total, const char *nouns, const struct phrase *phrases, const char *all_well, ...)
{
	AUTO_BUF text = { 0 };
	va_list args;

	for (const struct phrase *p = phrases; p->text; p++) {
		double count = verdict_so_far(job->verdict, p->metric);

		if (!(count > 0))
			continue;
		if (text.len)
			buf_print(&text, ", %.0f %s", count, p->text);
		else
			buf_print(&text, "%.0f of %u %s %s", count, total, nouns, p->text);
		const char *names = verdict_names(job->verdict, p->metric, NAMES_ON_LINE_1);
		if (*names)
			buf_print(&text, ": %s", names);
	}
	if (!text.len && verdict_so_far(job->verdict, verdict_metric(job->verdict, "unreadable")) > 0) {
		buf_print(&text, "%u %s looked at", total, nouns);
	} else if (!text.len) {
		va_start(args, all_well);
		buf_vprint(&text, all_well, args);
		va_end(args);
	}
	verdict_say(job->verdict, "%s", buf_text(&text));
}
