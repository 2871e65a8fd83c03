// SPDX-License-Identifier: GPL-3.0-or-later
/* Posts: documents write the enum values in another case than the wire, and most members may be null. */
#include "cloud/post.h"

#include <stdio.h>
#include <strings.h>

static void set_oddity(char out[POST_ODDITY_SIZE], struct json_object *row, const char *member)
{
	char raw[JGET_RAW_SIZE];

	if (!*out)
		snprintf(out, POST_ODDITY_SIZE, "%s is %s", member, jget_raw(row, member, raw));
}

static int64_t read_time(struct post *p, struct json_object *row, const char *member, bool needed)
{
	int64_t at = 0;
	enum got got = jget_time(row, member, &at);

	if (got == ODD || (got == UNSET && needed))
		set_oddity(p->oddity, row, member);
	return at;
}

static bool is_one_of(struct json_object *row, const char *member, const char *const *words)
{
	const char *value = jget_text_or(row, member, "");

	while (*words && strcasecmp(*words, value) != 0)
		words++;
	return *words;
}

/* Either member alone can make a post urgent, only both together make it calm. */
static void read_urgency(struct post *p, struct json_object *row)
{
	static const char *const fix[] = { "preventOrFixIssue", NULL }, *const severe[] = { "high", "critical", NULL };
	static const char *const other[] = { "planForChange", "stayInformed", NULL }, *const normal[] = { "normal", NULL };

	if (is_one_of(row, "category", fix) || is_one_of(row, "severity", severe)) {
		p->urgency = POST_URGENT;
		return;
	}
	if (!is_one_of(row, "category", other))
		set_oddity(p->urgency_oddity, row, "category");
	if (!is_one_of(row, "severity", normal))
		set_oddity(p->urgency_oddity, row, "severity");
	p->urgency = *p->urgency_oddity ? POST_URGENCY_UNKNOWN : POST_CALM;
}

void post_read(struct json_object *row, struct post *p)
{
	*p = (struct post){ .id = jget_text_or(row, "id", NULL), .title = jget_text_or(row, "title", NULL) };
	if (!p->id)
		set_oddity(p->oddity, row, "id");
	if (!p->title)
		set_oddity(p->oddity, row, "title");
	p->published_at = read_time(p, row, "startDateTime", true);
	p->edited_at = read_time(p, row, "lastModifiedDateTime", true);
	p->due_at = read_time(p, row, "actionRequiredByDateTime", false);
	p->ends_at = read_time(p, row, "endDateTime", false);
	if (jget_bool(row, "isMajorChange", &p->major) == ODD)
		set_oddity(p->oddity, row, "isMajorChange");
	read_urgency(p, row);
}

static enum post_match match_services(struct json_object *row, const struct strings *wanted)
{
	struct json_object *services = NULL;
	enum post_match found = POST_ELSEWHERE;
	enum got got = jget_array(row, "services", &services);

	if (got != GOT)
		return got == UNSET ? POST_ELSEWHERE : POST_UNCLEAR;
	for (size_t i = 0; i < json_object_array_length(services); i++) {
		struct json_object *name = json_object_array_get_idx(services, i);

		if (!json_object_is_type(name, json_type_string))
			found = POST_UNCLEAR;
		else if (glob_any(wanted, json_object_get_string(name)))
			return POST_MATCHES;
	}
	return found;
}

enum post_match post_matches(struct json_object *row, const struct strings *services, const char *title)
{
	const char *own_title = NULL;
	bool titled = jget_text(row, "title", &own_title) == GOT;

	if (title && titled && glob_fits(title, own_title))
		return POST_MATCHES;
	enum post_match by_service = services ? match_services(row, services) : POST_ELSEWHERE;
	return by_service == POST_ELSEWHERE && title && !titled ? POST_UNCLEAR : by_service;
}
