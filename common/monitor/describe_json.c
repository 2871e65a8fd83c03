// SPDX-License-Identifier: GPL-3.0-or-later
/* The table for programs. The options that the metrics bring follow from their names and are not listed one by one. */
#include <json-c/json.h>

#include "monitor/describe_own.h"

static const char *type_name(enum opt_type type)
{
	static const char *const names[] = {
		[OPT_IS_FLAG] = "flag", [OPT_IS_COUNT] = "count", [OPT_IS_INT] = "integer", [OPT_IS_DURATION] = "duration",
		[OPT_IS_TEXT] = "text", [OPT_IS_CHOICE] = "choice", [OPT_IS_LIST] = "list", [OPT_IS_SECRET] = "secret",
		[OPT_IS_TIME] = "time", [OPT_IS_CUSTOM] = "custom", [OPT_IS_BREAK] = "action",
	};

	return names[type];
}

static const char *kind_name(enum metric_kind kind)
{
	static const char *const names[] = {
		[METRIC_IS_COUNT] = "count", [METRIC_IS_TALLY] = "tally", [METRIC_IS_PEAK] = "peak", [METRIC_IS_VALUE] = "value",
	};

	return names[kind];
}

static void put_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text ? json_object_new_string(text) : NULL);
}

static void put_letter(struct json_object *o, char letter)
{
	const char text[] = { letter, '\0' };

	put_text(o, "letter", letter ? text : NULL);
}

static void put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

static struct json_object *choices_of(const struct opt *row)
{
	struct json_object *all = json_object_new_array();

	for (int i = 0; row->choices && row->choices[i]; i++)
		json_object_array_add(all, json_object_new_string(row->choices[i]));
	return all;
}

static struct json_object *option_object(const struct opt *row, const struct opt_group *g)
{
	struct json_object *o = json_object_new_object();
	AUTO_FREE char *variable = options_variable(row);

	put_text(o, "name", row->name);
	put_letter(o, row->letter);
	put_text(o, "type", type_name(row->type));
	put_text(o, "default", row->fallback);
	put_text(o, "arg", row->arg);
	put_text(o, "help", row->help);
	json_object_object_add(o, "choices", choices_of(row));
	put_bool(o, "own", g && describe_is_own(row, g));
	put_bool(o, "value_optional", row->value_optional);
	put_bool(o, "repeatable", describe_is_repeatable(row));
	put_bool(o, "secret", row->type == OPT_IS_SECRET);
	put_text(o, "environment", g && g->environment ? variable : NULL);
	return o;
}

/* -w and -c, written like the rows. */
static struct json_object *threshold_object(const struct describe_threshold *d, const char *fallback)
{
	struct opt row = { .name = d->name, .letter = d->letter, .arg = d->arg, .help = d->help, .fallback = fallback };
	struct opt_group own = { .own = true };
	struct json_object *o = option_object(&row, &own);

	put_text(o, "type", "range");
	return o;
}

static struct json_object *options_array(const struct opt_table *t)
{
	struct json_object *all = json_object_new_array();

	for (const struct opt_group *g = t->groups; g->rows; g++)
		for (const struct opt *row = g->rows; row->name; row++)
			json_object_array_add(all, option_object(row, g));
	json_object_array_add(all, option_object(&options_extra_opts, NULL));
	for (const struct describe_threshold *d = describe_thresholds; d->letter && t->metrics[0].name; d++)
		json_object_array_add(all,
				      threshold_object(d, d->letter == 'w' ? t->metrics[0].warn : t->metrics[0].crit));
	return all;
}

static struct json_object *metrics_array(const struct opt_table *t)
{
	struct json_object *all = json_object_new_array();

	for (const struct metric *m = t->metrics; m->name; m++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "name", m->name);
		put_text(o, "unit", m->unit);
		put_text(o, "kind", kind_name(m->kind));
		put_text(o, "warning", m->warn);
		put_text(o, "critical", m->crit);
		put_text(o, "help", m->help);
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *endpoints_array(const struct page *p)
{
	struct json_object *all = json_object_new_array();

	for (const struct endpoint *one = p->endpoints; one && one->path; one++) {
		struct json_object *o = json_object_new_object();

		put_text(o, "path", one->path);
		put_text(o, "resource", one->resource);
		put_text(o, "entra_permission", one->entra_permission);
		put_text(o, "permission", one->permission);
		json_object_array_add(all, o);
	}
	return all;
}

void describe_json(const struct page *p, const struct opt_table *t, struct buf *out)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", p->name);
	put_text(o, "version", p->version);
	put_text(o, "summary", p->summary);
	put_text(o, "permission", p->permission);
	json_object_object_add(o, "endpoints", endpoints_array(p));
	put_text(o, "requests", p->requests);
	put_text(o, "service", p->service);
	json_object_object_add(o, "options", options_array(t));
	json_object_object_add(o, "metrics", metrics_array(t));
	buf_print(out, "%s\n",
		  json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
