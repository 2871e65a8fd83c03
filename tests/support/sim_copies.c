// SPDX-License-Identifier: GPL-3.0-or-later
/* What belongs to one tenant alone is copied whole, everything else is shared: three hundred tenants weigh little more than one. */
#include "support/sim_copies.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "support/sim_file.h"

static void set_printed(struct json_object *o, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void set_printed(struct json_object *o, const char *name, const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	json_object_object_add(o, name, json_object_new_string(text));
}

static struct json_object *list_of(struct json_object *item)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, item);
	return list;
}

static struct json_object *whole_copy(struct json_object *o)
{
	struct json_object *copy = NULL;

	json_object_deep_copy(o, &copy, NULL);
	return copy;
}

/* Its members are shared. */
static struct json_object *flat_copy(struct json_object *o)
{
	struct json_object *copy = json_object_new_object();

	json_object_object_foreach(o, name, value) json_object_object_add(copy, name, json_object_get(value));
	return copy;
}

/* The registrations, of which the first client's gets its new id. */
static struct json_object *applications(const struct tenant *first, const char *id)
{
	struct json_object *list = whole_copy(member_list(first->graph, "applications"));

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		if (!strcmp(member_text(row, "appId"), first->clients[0].id))
			set_printed(row, "appId", "%s", id);
	}
	return list;
}

static struct json_object *copy_of(const struct tenant *first, unsigned n)
{
	struct json_object *tenant = flat_copy(first->raw), *graph = flat_copy(first->graph);
	struct json_object *token = json_object_new_object(), *secret = json_object_new_object();
	struct json_object *client = whole_copy(first->clients[0].raw);

	set_printed(token, "token", "contoso-simulated-api-token-%036u", n);
	set_printed(secret, "value", "contoso-simulated-client-secret-%08u", n);
	set_printed(client, "id", "00001111-aaaa-2222-bbbb-%012u", n);
	json_object_object_add(client, "secrets", list_of(secret));
	json_object_object_add(graph, "applications", applications(first, member_text(client, "id")));
	set_printed(tenant, "id", "aaaabbbb-0000-cccc-1111-%012u", n);
	set_printed(tenant, "domain", "t%03u.contoso.com", n);
	set_printed(tenant, "name", "t%03u", n);
	set_printed(tenant, "host", "t%03u.tenants.localhost", n);
	json_object_object_add(tenant, "api_tokens", list_of(token));
	json_object_object_add(tenant, "clients", list_of(client));
	json_object_object_add(tenant, "graph", graph);
	return tenant;
}

struct json_object *sim_copies(const struct tenant *first, unsigned count)
{
	struct json_object *list = json_object_new_array();

	for (unsigned n = 1; n <= count; n++)
		json_object_array_add(list, copy_of(first, n));
	return list;
}

static const char *only(struct json_object *of, const char *list, const char *member)
{
	return member_text(json_object_array_get_idx(member_list(of, list), 0), member);
}

static bool write_one(const struct tenant *t, const char *dir, unsigned port, FILE *sections, struct err *e)
{
	AUTO_FREE char *token = mem_print("%s/tenants/%s.token", dir, t->name);
	AUTO_FREE char *secret = mem_print("%s/tenants/%s.secret", dir, t->name);

	fprintf(sections, "[%s]\napi-url=https://%s:%u\napi-token-file=%s\nca-path=%s/certs\n", t->name, t->host, port, token, dir);
	fprintf(sections,
		"[%s-graph]\napi-url=https://localhost:%u/v1.0\nlogin-url=https://localhost:%u\ntenant-id=%s\nclient-id=%s\n"
		"client-secret-file=%s\nca-path=%s/certs\n",
		t->name, port, port, t->id, t->clients[0].id, secret, dir);
	return sim_write_private(token, only(t->raw, "api_tokens", "token"), e) &&
	       sim_write_private(secret, only(t->clients[0].raw, "secrets", "value"), e);
}

bool sim_copies_write(const struct scenario *s, const char *dir, unsigned port, struct err *e)
{
	AUTO_FREE char *folder = mem_print("%s/tenants", dir);
	AUTO_FREE char *path = mem_print("%s/tenants.ini", dir);
	bool written = true;

	if (mkdir(folder, 0700) && errno != EEXIST)
		return err_set(e, ERR_CONFIG, "cannot make %s: %s", folder, strerror(errno));
	FILE *sections = fopen(path, "we");
	if (!sections)
		return err_set(e, ERR_CONFIG, "cannot write %s: %s", path, strerror(errno));
	for (size_t i = 0; written && i < s->tenant_count; i++)
		written = write_one(&s->tenants[i], dir, port, sections, e);
	if (fclose(sections) && written)
		return err_set(e, ERR_CONFIG, "cannot write %s: %s", path, strerror(errno));
	return written;
}
