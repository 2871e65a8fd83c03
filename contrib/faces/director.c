// SPDX-License-Identifier: GPL-3.0-or-later
/* A basket of Icinga Director: the commands, a field for each of their custom variables, a service template for each check.
 *
 * The commands are external objects: their definition is the one that the programs print, which Icinga reads from its include folder. So
 * nothing is defined twice, and secrets reach the checks by `env`, which Director cannot write. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/faces.h"

#define WEEKLY_GUIDE "https://learn.microsoft.com/defender-cloud-apps/ops-guide/ops-guide-weekly"
#define DATA_TYPE "Icinga\\Module\\Director\\DataType\\DataType"

struct basket {
	const struct suite *suite;
	bool with_uuids;
	struct json_object *commands, *templates, *fields;
};

static struct json_object *string(const char *text)
{
	return json_object_new_string(text);
}

static void put(struct json_object *o, const char *key, struct json_object *value)
{
	json_object_object_add(o, key, value);
}

/* The same name always has the same UUID (version 5), so that a newer basket changes what an older one brought. */
static void put_uuid(const struct basket *b, struct json_object *o, const char *kind, const char *name)
{
	static const char space[16] = "mdca-plugins v1";
	AUTO_BUF input = { 0 }, uuid = { 0 };
	unsigned char sum[EVP_MAX_MD_SIZE];

	if (!b->with_uuids)
		return;
	buf_add_bytes(&input, space, sizeof(space));
	buf_print(&input, "%s %s", kind, name);
	if (!EVP_Digest(input.data, input.len, sum, NULL, EVP_sha1(), NULL)) {
		fprintf(stderr, "faces: no SHA-1 in this libcrypto\n");
		exit(1);
	}
	sum[6] = (sum[6] & 0x0f) | 0x50;
	sum[8] = (sum[8] & 0x3f) | 0x80;
	for (int i = 0; i < 16; i++)
		buf_print(&uuid, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", sum[i]);
	put(o, "uuid", string(buf_text(&uuid)));
}

static bool is_switch(const struct option *o)
{
	return !o->arg;
}

static char *variable_of(const struct check *c, const struct option *o)
{
	char *name = mem_print("%s_%s", o->own ? c->object : "mdca", o->name);

	for (char *at = name; *at; at++) {
		if (*at == '-')
			*at = '_';
	}
	return name;
}

static struct json_object *argument(const struct option *o, const char *variable)
{
	AUTO_FREE char *macro = mem_print("$%s$", variable);
	struct json_object *new = json_object_new_object();

	put(new, is_switch(o) ? "set_if" : "value", string(macro));
	put(new, "description", string(o->help));
	if (!strcmp(o->name, "extra-opts") || !strcmp(o->name, "timeout"))
		put(new, "order", string("-1"));
	if (!is_switch(o) && o->repeatable)
		put(new, "repeat_key", json_object_new_boolean(true));
	return new;
}

static const char *data_type(const struct option *o)
{
	if (is_switch(o))
		return DATA_TYPE "Boolean";
	return o->repeatable ? DATA_TYPE "Array" : DATA_TYPE "String";
}

static void describe_field(const struct option *o, struct buf *out)
{
	size_t count = o->choices ? json_object_array_length(o->choices) : 0;

	buf_add(out, o->help);
	for (size_t i = 0; i < count; i++)
		buf_print(out, "%s%s", i ? ", " : " (", json_object_get_string(json_object_array_get_idx(o->choices, i)));
	if (count)
		buf_add_char(out, ')');
}

static struct json_object *field(const struct basket *b, const struct check *c, const struct option *o, const char *variable)
{
	AUTO_FREE char *caption = o->own ? mem_print("MDCA %s: %s", c->words, o->name) : mem_print("MDCA: %s", o->name);
	struct json_object *new = json_object_new_object(), *settings = json_object_new_object();
	AUTO_BUF help = { 0 };

	describe_field(o, &help);
	put(new, "varname", string(variable));
	put(new, "caption", string(caption));
	put(new, "description", string(buf_text(&help)));
	put(new, "datatype", string(data_type(o)));
	put(new, "format", NULL);
	if (!is_switch(o) && !o->repeatable)
		put(settings, "visibility", string(o->secret ? "hidden" : "visible"));
	put(new, "settings", settings);
	put(new, "category", NULL);
	put_uuid(b, new, "field", variable);
	return new;
}

/* The number of the variable's field, which is made when no check before had it. */
static int field_number(struct basket *b, const struct check *c, const struct option *o, const char *variable)
{
	int count = json_object_object_length(b->fields);

	json_object_object_foreach(b->fields, number, known)
	{
		if (!strcmp(json_object_get_string(json_object_object_get(known, "varname")), variable))
			return (int)strtol(number, NULL, 10);
	}
	AUTO_FREE char *number_text = mem_print("%d", count + 1);
	put(b->fields, number_text, field(b, c, o, variable));
	return count + 1;
}

static void add_option(struct basket *b, const struct check *c, const struct option *o, struct json_object *arguments,
		       struct json_object *fields)
{
	AUTO_FREE char *variable = variable_of(c, o), *key = mem_print("--%s", o->name);
	struct json_object *link = json_object_new_object();

	if (o->is_argument)
		put(arguments, key, argument(o, variable));
	put(link, "datafield_id", json_object_new_int(field_number(b, c, o, variable)));
	put(link, "is_required", string("n"));
	put(link, "var_filter", NULL);
	json_object_array_add(fields, link);
}

static void add_command(struct basket *b, const struct check *c)
{
	struct json_object *new = json_object_new_object(), *arguments = json_object_new_object(), *fields = json_object_new_array();
	AUTO_FREE char *command = mem_print("%s/%s", b->suite->folder, c->name);

	for (size_t i = 0; i < c->option_count; i++) {
		if (c->options[i].is_argument || c->options[i].secret)
			add_option(b, c, &c->options[i], arguments, fields);
	}
	put(new, "object_name", string(c->object));
	put(new, "object_type", string("external_object"));
	put(new, "methods_execute", string("PluginCheck"));
	put(new, "command", string(command));
	put(new, "arguments", arguments);
	put(new, "fields", fields);
	put(new, "timeout", string("60"));
	put(new, "imports", json_object_new_array());
	put(new, "vars", json_object_new_object());
	put(new, "disabled", json_object_new_boolean(false));
	put(new, "is_string", NULL);
	put(new, "zone", NULL);
	put_uuid(b, new, "command", c->object);
	put(b->commands, c->object, new);
}

static struct json_object *service_template(const struct basket *b, const char *name)
{
	struct json_object *new = json_object_new_object();

	put(new, "object_name", string(name));
	put(new, "object_type", string("template"));
	put(new, "imports", json_object_new_array());
	put(new, "fields", json_object_new_array());
	put(new, "vars", json_object_new_object());
	put_uuid(b, new, "service template", name);
	put(b->templates, name, new);
	return new;
}

/* No interval of a check is its own: all of it is looked at weekly. */
static void add_base_template(const struct basket *b)
{
	struct json_object *new = service_template(b, "mdca-service");

	put(new, "check_interval", string("3600"));
	put(new, "retry_interval", string("900"));
	put(new, "max_check_attempts", string("3"));
	put(new, "enable_perfdata", json_object_new_boolean(true));
	put(new, "notes_url", string(WEEKLY_GUIDE));
}

static void add_template(const struct basket *b, const struct check *c)
{
	struct json_object *new = service_template(b, c->object);

	json_object_array_add(json_object_object_get(new, "imports"), string("mdca-service"));
	put(new, "check_command", string(c->object));
	put(new, "notes", string(c->summary));
}

static void print_basket(const struct suite *s, bool with_uuids, struct buf *out)
{
	struct json_object *top = json_object_new_object();
	struct basket b = { s, with_uuids, json_object_new_object(), json_object_new_object(), json_object_new_object() };

	add_base_template(&b);
	for (size_t i = 0; i < s->count; i++) {
		add_command(&b, &s->checks[i]);
		add_template(&b, &s->checks[i]);
	}
	put(top, "Command", b.commands);
	put(top, "ServiceTemplate", b.templates);
	put(top, "Datafield", b.fields);
	buf_print(out, "%s\n", json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
								      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(top);
}

void director_basket(const struct suite *s, struct buf *out)
{
	print_basket(s, true, out);
}

void director_basket_without_uuids(const struct suite *s, struct buf *out)
{
	print_basket(s, false, out);
}
