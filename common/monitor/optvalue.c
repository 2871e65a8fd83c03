// SPDX-License-Identifier: GPL-3.0-or-later
/* The grammar of each option type. Everything is read to its end or refused. */
#include "monitor/optvalue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define COUNT_MAX 9
#define DURATION_MAX (100LL * 366 * 86400) /* a hundred years: a moment minus it stays a moment */

/* Quotes a value in a message, short enough to leave room for the cure. */
#define QUOTED "'%.120s'"

static void *member(const struct opt *row, void *settings)
{
	return (char *)settings + row->at;
}

void optvalue_clear(const struct opt *row, void *settings)
{
	if (row->type == OPT_IS_CHOICE)
		*(int *)member(row, settings) = -1;
}

bool optvalue_parse_switch(const char *value, bool *on, struct err *e)
{
	static const char *const words[][2] = { { "0", "1" }, { "false", "true" }, { "no", "yes" }, { "off", "on" } };

	if (!value || !*value) {
		*on = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int truth = 0; truth <= 1; truth++) {
			if (!strcasecmp(value, words[i][truth])) {
				*on = truth;
				return true;
			}
		}
	}
	return err_set(e, ERR_USAGE, QUOTED " is neither on nor off, use 1, true, yes, on or 0, false, no, off", value);
}

static bool parse_whole(const char *value, int64_t low, int64_t high, int64_t *out)
{
	const char *digits = value + (*value == '-');

	if (!*digits || strspn(digits, "0123456789") != strlen(digits))
		return false;
	errno = 0;
	long long number = strtoll(value, NULL, 10);
	if (errno || number < low || number > high)
		return false;
	*out = number;
	return true;
}

static bool set_count(int *count, const char *value, struct err *e)
{
	int64_t more = 1;

	if (value && *value && !parse_whole(value, 0, COUNT_MAX, &more))
		return err_set(e, ERR_USAGE, QUOTED " is not a whole number from 0 to %d", value, COUNT_MAX);
	*count = *count + (int)more > COUNT_MAX ? COUNT_MAX : *count + (int)more;
	return true;
}

static bool set_duration(int64_t *at, const char *value, struct err *e)
{
	double seconds;

	if (!clock_parse_duration(value, &seconds) || seconds < 1 || seconds > (double)DURATION_MAX)
		return err_set(e, ERR_USAGE,
			       QUOTED " is not a duration of at least a second, use a number with s, m, h, d or w, for "
				      "example 90, 36h, 7d",
			       value);
	*at = (int64_t)seconds;
	return true;
}

void optvalue_print_choices(const struct opt *row, struct buf *out)
{
	for (int i = 0; row->choices[i]; i++)
		buf_print(out, "%s%s", i ? ", " : "", row->choices[i]);
}

static bool set_choice(const struct opt *row, int *choice, const char *value, struct err *e)
{
	AUTO_BUF all = { 0 };

	for (int i = 0; row->choices[i]; i++) {
		if (!strcasecmp(value, row->choices[i])) {
			*choice = i;
			return true;
		}
	}
	optvalue_print_choices(row, &all);
	return err_set(e, ERR_USAGE, QUOTED " is none of %s", value, buf_text(&all));
}

static void set_text(const struct opt *row, char **text, const char *value)
{
	char *copy = mem_copy_text(value);

	if (row->type == OPT_IS_SECRET || row->userinfo_refused)
		mem_wipe_text(*text);
	else
		free(*text);
	*text = copy;
}

bool optvalue_set(const struct opt *row, void *settings, const char *value, struct err *e)
{
	void *at = member(row, settings);

	switch (row->type) {
	case OPT_IS_FLAG:
	case OPT_IS_BREAK:
		return optvalue_parse_switch(value, at, e);
	case OPT_IS_COUNT:
		return set_count(at, value, e);
	case OPT_IS_INT:
		return parse_whole(value, row->low, row->high, at) ||
		       err_set(e, ERR_USAGE, QUOTED " is not a whole number from %lld to %lld", value,
			       (long long)row->low, (long long)row->high);
	case OPT_IS_DURATION:
		return set_duration(at, value, e);
	case OPT_IS_TEXT:
	case OPT_IS_SECRET:
		set_text(row, at, value);
		return true;
	case OPT_IS_CHOICE:
		return set_choice(row, at, value, e);
	case OPT_IS_LIST:
		if (*value)
			strings_add(at, value);
		else
			strings_clear(at);
		return true;
	case OPT_IS_TIME:
		return clock_parse(value, at) ||
		       err_set(e, ERR_USAGE, QUOTED " is not an RFC 3339 time, for example 2026-11-20T12:00:00Z",
			       value);
	case OPT_IS_CUSTOM:
		return row->parse(value, settings, e);
	}
	abort();
}

void optvalue_add_split(const struct opt *row, void *settings, const char *values)
{
	while (*values) {
		size_t len = strcspn(values, ","), front = strspn(values, " \t"), back = len;

		while (back > front && strchr(" \t", values[back - 1]))
			back--;
		if (back > front) {
			AUTO_FREE char *one = mem_copy_bytes(values + front, back - front);
			strings_add(member(row, settings), one);
		}
		values += len + (values[len] == ',');
	}
}

void optvalue_empty(const struct opt *row, void *settings)
{
	strings_clear(member(row, settings));
}

void optvalue_release(const struct opt *row, void *settings)
{
	if (row->type == OPT_IS_LIST)
		optvalue_empty(row, settings);
	if (row->type == OPT_IS_TEXT || row->type == OPT_IS_SECRET) {
		char **text = member(row, settings);

		mem_wipe_text(*text);
		*text = NULL;
	}
}

static void print_list(const struct strings *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		buf_print(out, "%s%s", i ? "," : "", list->items[i]);
}

/* user:password@ of a URL */
static void print_text(const struct opt *row, const char *text, struct buf *out)
{
	const char *at = row->userinfo_refused ? strrchr(text, '@') : NULL;
	const char *host = strstr(text, "://");

	if (at)
		buf_print(out, "%.*s***%s", host ? (int)(host + 3 - text) : 0, text, at);
	else
		buf_add(out, text);
}

void optvalue_print(const struct opt *row, void *settings, struct buf *out)
{
	void *at = member(row, settings);
	char stamp[CLOCK_STAMP_SIZE];

	switch (row->type) {
	case OPT_IS_COUNT:
		buf_print(out, "%d", *(int *)at);
		break;
	case OPT_IS_INT:
	case OPT_IS_DURATION:
		buf_print(out, "%lld", (long long)*(int64_t *)at);
		break;
	case OPT_IS_TIME:
		buf_add(out, clock_stamp(*(int64_t *)at, stamp));
		break;
	case OPT_IS_CHOICE:
		buf_add(out, *(int *)at < 0 ? "" : row->choices[*(int *)at]);
		break;
	case OPT_IS_TEXT:
		print_text(row, *(char **)at ? *(char **)at : "", out);
		break;
	case OPT_IS_LIST:
		print_list(at, out);
		break;
	case OPT_IS_SECRET:
		buf_add(out, "***");
		break;
	case OPT_IS_FLAG:
	case OPT_IS_BREAK:
	case OPT_IS_CUSTOM:
		break;
	}
}
