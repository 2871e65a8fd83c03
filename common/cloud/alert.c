// SPDX-License-Identifier: GPL-3.0-or-later
/* No public reply holds a system alert, so each fact is looked for in more than one place. */
#include "cloud/alert.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CONNECTOR_TYPE 15794945
#define SYSTEM_TITLE "System alert"

static const char *const severities[] = { "low", "medium", "high", "informational", "?", NULL };
static const char *const resolutions[] = { "open", "dismissed", "resolved", "false_positive", "benign", "true_positive", NULL };
static const char *const statuses[] = { "unread", "read", "archived", NULL };
#define OPEN 0
#define ARCHIVED 2

static const struct {
	const char *words;
	enum alert_class class;
} classes[] = {
	{ "app connector", ALERT_CONNECTOR }, { "log upload", ALERT_COLLECTOR }, { "log-processing", ALERT_PARSING },
	{ "log processing", ALERT_PARSING }, { "ICAP", ALERT_DLP }, { "SIEM agent", ALERT_SIEM },
};

/* The index of a code or name among the names. */
static enum got read_code(struct json_object *row, const char *member, const char *const *names, int *out)
{
	const char *name = NULL;
	int64_t code = 0;
	enum got got = jget_enum(row, member, &code, &name);

	for (int i = 0; got == GOT && names[i]; i++) {
		if (code == INT64_MIN ? strcasecmp(name, names[i]) != 0 : code != i)
			continue;
		*out = i;
		return GOT;
	}
	return got == UNSET ? UNSET : ODD;
}

static void set_oddity(struct alert *a, struct json_object *row, const char *member)
{
	char raw[JGET_RAW_SIZE];

	if (!*a->oddity)
		snprintf(a->oddity, sizeof(a->oddity), "%s is %s", member, jget_raw(row, member, raw));
}

/* Only open ones were asked for, which counts where the row itself does not tell. */
static bool is_open(struct alert *a, struct json_object *row)
{
	int code = OPEN;
	enum got got = read_code(row, "resolutionStatusValue", resolutions, &code);

	if (got == ODD)
		set_oddity(a, row, "resolutionStatusValue");
	if (got != UNSET)
		return code == OPEN;
	got = read_code(row, "statusValue", statuses, &code);
	if (got == ODD)
		set_oddity(a, row, "statusValue");
	return got != GOT || code != ARCHIVED;
}

static bool is_connector_type(struct json_object *row)
{
	int64_t type = 0;

	return jget_int(row, "idValue", &type) == GOT && type == CONNECTOR_TYPE;
}

static bool is_system(struct alert *a, struct json_object *row)
{
	bool flag = false;
	enum got got = jget_bool(row, "isSystemAlert", &flag);

	if (got == GOT)
		return flag;
	if (is_connector_type(row) || (a->title && !strncasecmp(a->title, SYSTEM_TITLE, strlen(SYSTEM_TITLE))))
		return true;
	if (got == UNSET && a->title)
		return false;
	set_oddity(a, row, "isSystemAlert");
	return true;
}

static enum alert_class find_class(const struct alert *a, struct json_object *row)
{
	if (is_connector_type(row))
		return ALERT_CONNECTOR;
	for (size_t i = 0; a->title && i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcasestr(a->title, classes[i].words))
			return classes[i].class;
	return ALERT_OTHER;
}

/* Templates of connector alerts name the app deep inside. */
static const char *template_object(struct json_object *row)
{
	static const char *const way[] = { "descriptionTemplate", "parameters", "LOGRABBER_SYSTEM_ALERT_MESSAGE_BASE",
					   "functionObject", "parameters" };
	struct json_object *o = row;

	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++)
		if (jget_object(o, way[i], &o) != GOT)
			return NULL;
	return jget_text_or(o, "appName", NULL);
}

static const char *service_label(struct json_object *entity)
{
	return strcmp(jget_text_or(entity, "type", ""), "service") ? NULL : jget_text_or(entity, "label", NULL);
}

/* The portal has been seen to send an object with the keys 0, 1 … in place of the array. */
static const char *entity_object(struct json_object *row)
{
	struct json_object *entities = NULL;
	const char *label = NULL;

	if (jget_array(row, "entities", &entities) == GOT) {
		for (size_t i = 0; !label && i < json_object_array_length(entities); i++)
			label = service_label(json_object_array_get_idx(entities, i));
	} else if (jget_object(row, "entities", &entities) == GOT) {
		json_object_object_foreach(entities, key, entity) {
			(void)key;
			label = label ? label : service_label(entity);
		}
	}
	return label;
}

void alert_read(struct json_object *row, struct alert *a)
{
	int severity = ALERT_SEVERITY_UNKNOWN;

	*a = (struct alert){ .title = jget_text_or(row, "title", NULL), .description = jget_text_or(row, "description", NULL) };
	a->wanted = is_system(a, row) && is_open(a, row);
	a->class = find_class(a, row);
	a->object = template_object(row);
	if (!a->object)
		a->object = entity_object(row);
	read_code(row, "severityValue", severities, &severity);
	a->severity = (enum alert_severity)severity;
}

const char *alert_severity_name(enum alert_severity s)
{
	return severities[s];
}

void alert_name(const struct alert *a, struct buf *out)
{
	const char *title = a->title ? a->title : "(no title)";

	if (!strncasecmp(title, SYSTEM_TITLE, strlen(SYSTEM_TITLE)))
		title += strlen(SYSTEM_TITLE);
	title += strspn(title, ": ");
	buf_add(out, *title ? title : SYSTEM_TITLE);
	if (a->object)
		buf_print(out, " (%s)", a->object);
}

/* The length of `__word__` at the start of text, 0 without one. */
static size_t mark_length(const char *text)
{
	size_t len = 2;

	if (strncmp(text, "__", 2) != 0)
		return 0;
	while (isalnum((unsigned char)text[len]))
		len++;
	return len > 2 && !strncmp(text + len, "__", 2) ? len + 2 : 0;
}

void alert_description(const struct alert *a, struct buf *out)
{
	AUTO_BUF text = { 0 };

	for (const char *at = a->description ? a->description : ""; *at;) {
		size_t mark = mark_length(at);

		if (!mark)
			buf_add_char(&text, *at);
		at += mark ? mark : 1;
	}
	buf_add(out, buf_text(&text) + strspn(buf_text(&text), " "));
}
