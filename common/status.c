// SPDX-License-Identifier: GPL-3.0-or-later
/* A status is a handful of texts (a code, a name, a template) of which one must be known to the operator or to us. */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plugin.h"

#define TEXTS_MAX 4
#define CODE_SIZE 24

/* The texts that one status can be known by; borrowed but for the codes. */
struct reading {
	const char *texts[TEXTS_MAX];
	char codes[TEXTS_MAX][CODE_SIZE];
	unsigned count;
};

/* VALUE:STATE; a value may hold colons itself. */
static bool split(const char *entry, size_t *len, enum state *s)
{
	const char *colon = strrchr(entry, ':');

	if (!colon || colon == entry || !state_parse(colon + 1, s))
		return false;
	*len = (size_t)(colon - entry);
	return true;
}

bool status_map_check(const struct strings *map, struct err *e)
{
	enum state s;
	size_t len;

	for (size_t i = 0; i < map->count; i++)
		if (!split(map->items[i], &len, &s))
			return err_set(e, ERR_USAGE, "--status-map: '%.120s' is not VALUE:STATE with a state of ok, warning, critical or unknown",
				       map->items[i]);
	return true;
}

bool status_map_find(const struct strings *map, const char *value, enum state *s)
{
	enum state found;
	size_t len;

	for (size_t i = map->count; i--;) {
		if (!split(map->items[i], &len, &found) || strlen(value) != len || strncasecmp(map->items[i], value, len))
			continue;
		*s = found;
		return true;
	}
	return false;
}

/* Adds code and name of a member; false when there is none or it is of another form. */
static bool add_texts(struct reading *r, struct json_object *o, const char *name)
{
	const char *text = NULL;
	int64_t code;

	if (jget_enum(o, name, &code, &text) != GOT)
		return false;
	if (text)
		r->texts[r->count++] = text;
	if (code != INT64_MIN) {
		snprintf(r->codes[r->count], CODE_SIZE, "%lld", (long long)code);
		r->texts[r->count] = r->codes[r->count];
		r->count++;
	}
	return true;
}

static void read_texts(struct reading *r, struct json_object *row, const char *name)
{
	struct json_object *inner;

	if (add_texts(r, row, name) || jget_object(row, name, &inner) != GOT)
		return;
	add_texts(r, inner, "template");
	add_texts(r, inner, "value");
}

static bool is_mapped(const struct reading *r, const struct strings *map, enum state *s)
{
	for (unsigned i = 0; i < r->count; i++)
		if (status_map_find(map, r->texts[i], s))
			return true;
	return false;
}

/* Texts that contradict each other are no known word. */
static int find_word(const struct reading *r, const char *const *words)
{
	int found = -1;

	for (unsigned i = 0; i < r->count; i++) {
		for (int n = 0; words[n]; n++) {
			if (strcasecmp(words[n], r->texts[i]))
				continue;
			if (found >= 0 && found != n)
				return -1;
			found = n;
		}
	}
	return found;
}

int job_status(struct job *job, struct json_object *row, const struct status_kind *kind)
{
	const char *name = jget_first(row, kind->members);
	struct reading r = { .count = 0 };
	char raw[JGET_RAW_SIZE];
	enum state s;

	if (kind->may_be_absent && !jget_is_set(row, name))
		return STATUS_ABSENT;
	read_texts(&r, row, name);
	jget_raw(row, name, raw);
	int word = find_word(&r, kind->words);
	bool mapped = is_mapped(&r, kind->map, &s);
	if (mapped && s == STATE_OK)
		return STATUS_GOOD;
	if (mapped && s != STATE_UNKNOWN) {
		verdict_find(job->verdict, s == STATE_CRITICAL ? kind->critical : kind->warning, 1, "%s is %s", name, raw);
		return STATUS_BAD;
	}
	if (!mapped && word >= 0)
		return word;
	verdict_unreadable(job->verdict, "%s is %s", name, raw);
	return STATUS_UNREADABLE;
}
