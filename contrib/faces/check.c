// SPDX-License-Identifier: GPL-3.0-or-later
/* One program's description, read from its JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/faces.h"

static struct json_object *member(struct json_object *o, const char *name)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, name, &value))
		return value;
	fprintf(stderr, "faces: a description has no %s\n", name);
	exit(1);
}

static const char *text(struct json_object *o, const char *name)
{
	return json_object_get_string(member(o, name));
}

static bool flag(struct json_object *o, const char *name)
{
	return json_object_get_boolean(member(o, name));
}

static void swap(char *at, char from, char to)
{
	for (; *at; at++) {
		if (*at == from)
			*at = to;
	}
}

/* Options that the JSON lists one by one. --warning and --critical are short for those of the first metric. */
static struct option listed(struct json_object *o)
{
	struct option new = { .name = mem_copy_text(text(o, "name")), .help = mem_copy_text(text(o, "help")), .type = text(o, "type"),
			      .arg = text(o, "arg"), .choices = member(o, "choices"), .own = flag(o, "own"),
			      .repeatable = flag(o, "repeatable"), .value_optional = flag(o, "value_optional"), .secret = flag(o, "secret") };
	const char *letter = text(o, "letter");

	new.letter = letter ? *letter : '\0';
	new.is_argument = !new.secret && strcmp(new.type, "action") && strcmp(new.type, "range") && strcmp(new.name, "describe");
	return new;
}

/* One of the three that each metric brings. */
static struct option of_metric(struct json_object *metric, const char *kind)
{
	bool ignores = !strcmp(kind, "ignore");
	struct option new = { .name = mem_print("%s-%s", kind, text(metric, "name")), .type = ignores ? "flag" : "range",
			      .arg = ignores ? NULL : "RANGE", .own = true, .is_argument = true };

	swap(new.name, '_', '-');
	new.help = ignores ? mem_print("removes both ranges of %s", text(metric, "name")) :
			     mem_print("range of %s: %s", text(metric, "name"), text(metric, "help"));
	return new;
}

static void read_options(struct check *c)
{
	struct json_object *options = member(c->top, "options"), *metrics = member(c->top, "metrics");
	size_t option_count = json_object_array_length(options), metric_count = json_object_array_length(metrics);
	struct option *to = c->options = mem_new(option_count + 3 * metric_count, sizeof(struct option));

	for (size_t i = 0; i < option_count; i++)
		*to++ = listed(json_object_array_get_idx(options, i));
	for (size_t i = 0; i < metric_count; i++) {
		struct json_object *metric = json_object_array_get_idx(metrics, i);

		*to++ = of_metric(metric, "warning");
		*to++ = of_metric(metric, "critical");
		*to++ = of_metric(metric, "ignore");
	}
	c->option_count = (size_t)(to - c->options);
}

void check_read(const char *path, struct check *c)
{
	c->top = json_object_from_file(path);
	if (!c->top) {
		fprintf(stderr, "faces: %s: %s\n", path, json_util_get_last_err());
		exit(1);
	}
	c->name = text(c->top, "name");
	c->object = c->name + strlen("check_");
	c->version = text(c->top, "version");
	c->summary = text(c->top, "summary");
	c->graph = !strcmp(text(c->top, "service"), "graph");
	c->words = mem_copy_text(c->name + strlen("check_mdca_"));
	swap(c->words, '_', ' ');
	read_options(c);
}

void check_release(struct check *c)
{
	for (size_t i = 0; i < c->option_count; i++) {
		free(c->options[i].name);
		free(c->options[i].help);
	}
	free(c->options);
	free(c->words);
	json_object_put(c->top);
}

bool option_takes_file(const struct option *o)
{
	return o->arg && (!strcmp(o->arg, "FILE") || !strcmp(o->arg, "PEM"));
}

bool option_takes_folder(const struct option *o)
{
	return o->arg && !strcmp(o->arg, "DIR");
}
