// SPDX-License-Identifier: GPL-3.0-or-later
/* Loading: templates are filled in, then the lists that follow from others are made (secure scores from points,
 * connected services from connectors), so that they always agree with each other. */
#include "support/sim_scenario.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "support/sim.h"
#include "support/sim_copies.h"
#include "support/sim_derive.h"

#define LIKE_DEPTH_MAX 16

const char *member_text(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) && json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : "";
}

bool member_true(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) && json_object_get_boolean(value);
}

struct json_object *member_list(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) && json_object_is_type(value, json_type_array) ? value : NULL;
}

bool list_holds(struct json_object *list, const char *text)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *item = json_object_get_string(json_object_array_get_idx(list, i));

		if (item && !strcasecmp(item, text))
			return true;
	}
	return false;
}

unsigned scenario_copies(size_t index, size_t count, unsigned rows)
{
	if (rows <= count)
		return 1;
	return (unsigned)(rows / count + (index < rows % count));
}

/* Members of `from` win; objects are joined, everything else is replaced. */
static void join(struct json_object *into, struct json_object *from)
{
	json_object_object_foreach(from, name, value)
	{
		struct json_object *old;

		if (json_object_is_type(value, json_type_object) && json_object_object_get_ex(into, name, &old) &&
		    json_object_is_type(old, json_type_object))
			join(old, value);
		else
			json_object_object_add(into, name, json_object_get(value));
	}
}

static bool resolve(struct json_object *raw, struct json_object *templates, int depth, struct json_object **out,
		    struct err *e);

static bool resolve_list(struct json_object *raw, struct json_object *templates, int depth, struct json_object **out,
			 struct err *e)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(raw); i++) {
		struct json_object *item;

		if (!resolve(json_object_array_get_idx(raw, i), templates, depth, &item, e)) {
			json_object_put(list);
			return false;
		}
		json_object_array_add(list, item);
	}
	*out = list;
	return true;
}

static bool resolve_members(struct json_object *raw, struct json_object *templates, int depth, struct json_object *into,
			    struct err *e)
{
	json_object_object_foreach(raw, name, value)
	{
		struct json_object *item, *one;

		if (!strcmp(name, "@like"))
			continue;
		if (!resolve(value, templates, depth, &item, e))
			return false;
		one = json_object_new_object();
		json_object_object_add(one, name, item);
		join(into, one);
		json_object_put(one);
	}
	return true;
}

/* Makes *out, a copy of raw with every "@like" filled in. Yours. */
static bool resolve(struct json_object *raw, struct json_object *templates, int depth, struct json_object **out,
		    struct err *e)
{
	struct json_object *template, *into;
	const char *like = member_text(raw, "@like");

	if (json_object_is_type(raw, json_type_array))
		return resolve_list(raw, templates, depth, out, e);
	if (!json_object_is_type(raw, json_type_object)) {
		*out = json_object_get(raw);
		return true;
	}
	if (!*like)
		into = json_object_new_object();
	else if (depth >= LIKE_DEPTH_MAX || !json_object_object_get_ex(templates, like, &template))
		return err_set(e, ERR_CONFIG, "template %s is missing or refers to itself", like);
	else if (!resolve(template, templates, depth + 1, &into, e))
		return false;
	if (!resolve_members(raw, templates, depth, into, e)) {
		json_object_put(into);
		return false;
	}
	*out = into;
	return true;
}

static bool moments_are_valid(struct json_object *o, struct err *e)
{
	struct moment m;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			if (!moments_are_valid(json_object_array_get_idx(o, i), e))
				return false;
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) if (!moments_are_valid(value, e)) return err_add(e, "%s",
													    name);
	} else if (json_object_is_type(o, json_type_string)) {
		const char *text = json_object_get_string(o);
		if (*text == '@' && !moment_parse(text, &m))
			return err_set(e, ERR_CONFIG, "%s is no moment", text);
	}
	return true;
}

/* Templates of the file and, below them, of the file it includes. */
static bool read_file(const char *path, struct json_object **file, struct json_object **templates, struct err *e)
{
	struct json_object *own, *below = NULL, *included = NULL;
	AUTO_FREE char *copy = mem_copy_text(path);

	*file = json_object_from_file(path);
	if (!json_object_is_type(*file, json_type_object))
		return err_set(e, ERR_CONFIG, "%s cannot be read: %s", path, json_util_get_last_err());
	*templates = json_object_new_object();
	if (*member_text(*file, "include")) {
		AUTO_FREE char *other = mem_print("%s/%s", dirname(copy), member_text(*file, "include"));
		bool read = read_file(other, &included, &below, e);
		if (read)
			join(*templates, below);
		json_object_put(below);
		json_object_put(included);
		if (!read)
			return false;
	}
	if (json_object_object_get_ex(*file, "templates", &own))
		join(*templates, own);
	return true;
}

static bool take_tenant(struct tenant *t, struct json_object *raw, struct err *e)
{
	struct json_object *clients = member_list(raw, "clients");

	t->raw = raw;
	t->id = member_text(raw, "id");
	t->domain = member_text(raw, "domain");
	t->name = member_text(raw, "name");
	t->host = member_text(raw, "host");
	t->graph_resource = member_text(raw, "graph_resource");
	if (!*t->graph_resource)
		t->graph_resource = "https://graph.microsoft.com";
	if (!*t->id || !*t->domain)
		return err_set(e, ERR_CONFIG, "a tenant without id or domain");
	if (!json_object_object_get_ex(raw, "portal", &t->portal) ||
	    !json_object_object_get_ex(raw, "graph", &t->graph))
		return err_set(e, ERR_CONFIG, "tenant %s has no portal or no graph", t->domain);
	t->client_count = clients ? json_object_array_length(clients) : 0;
	t->clients = mem_new(t->client_count, sizeof(*t->clients));
	for (size_t i = 0; i < t->client_count; i++) {
		t->clients[i].raw = json_object_array_get_idx(clients, i);
		t->clients[i].id = member_text(t->clients[i].raw, "id");
	}
	t->hits = mem_new(SIM_LIMIT_MAX, sizeof(*t->hits));
	return true;
}

static bool take_tenants(struct scenario *s, struct json_object *tenants, struct err *e)
{
	s->raw = tenants;
	s->tenant_count = json_object_is_type(tenants, json_type_array) ? json_object_array_length(tenants) : 0;
	s->tenants = mem_new(s->tenant_count, sizeof(*s->tenants));
	if (!s->tenant_count)
		return err_set(e, ERR_CONFIG, "no tenants");
	for (size_t i = 0; i < s->tenant_count; i++)
		if (!take_tenant(&s->tenants[i], json_object_array_get_idx(tenants, i), e))
			return false;
	return moments_are_valid(tenants, e);
}

static void derive(struct scenario *s)
{
	for (size_t i = 0; i < s->tenant_count; i++) {
		sim_derive_scores(&s->tenants[i], s->rows);
		sim_derive_services(&s->tenants[i]);
		sim_derive_health(&s->tenants[i]);
	}
}

static bool multiply(struct scenario *s, unsigned copies, struct err *e)
{
	if (!s->tenants[0].client_count)
		return err_set(e, ERR_CONFIG, "the first tenant has no clients");
	struct json_object *tenants = sim_copies(&s->tenants[0], copies);
	unsigned rows = s->rows;
	scenario_free(s);
	s->rows = rows;
	return take_tenants(s, tenants, e);
}

bool scenario_load(const char *path, unsigned rows, unsigned copies, struct scenario *out, struct err *e)
{
	struct json_object *file = NULL, *templates = NULL, *resolved = NULL;
	struct scenario fresh = { .rows = rows };
	bool loaded = read_file(path, &file, &templates, e) &&
		      resolve(member_list(file, "tenants"), templates, 0, &resolved, e) &&
		      take_tenants(&fresh, resolved, e);

	if (loaded)
		derive(&fresh);
	if (loaded && copies)
		loaded = multiply(&fresh, copies, e);
	json_object_put(file);
	json_object_put(templates);
	if (!loaded) {
		scenario_free(&fresh);
		return err_add(e, "%s", path);
	}
	*out = fresh;
	return true;
}

void scenario_free(struct scenario *s)
{
	for (size_t i = 0; s->tenants && i < s->tenant_count; i++) {
		free(s->tenants[i].clients);
		free(s->tenants[i].hits);
	}
	free(s->tenants);
	json_object_put(s->raw);
	*s = (struct scenario){ 0 };
}
