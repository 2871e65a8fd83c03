// SPDX-License-Identifier: GPL-3.0-or-later
/* The data of the simulated tenants, as a scenario file gives them: identities, secrets, and the rows of every list.
 *
 * A file may include another for its templates; an object with "@like": NAME starts as a copy of that template. A text
 * such as
 * "@iso:-2h30m" stands for a moment relative to now. Members whose name begins with @ are for the simulator and never
 * sent. */
#pragma once
#include "base/err.h"
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct client {
	const char *id;
	struct json_object *raw; /* secrets[], graph_roles[], portal_roles[], disabled */
};

struct tenant {
	const char *id, *domain, *name;
	const char *host;           /* of its portal; "": whatever it is asked as */
	const char *graph_resource; /* "https://graph.microsoft.com" */
	struct json_object *raw;    /* api_tokens[] */
	struct json_object *portal; /* list name: rows */
	struct json_object *graph;
	struct client *clients;
	size_t client_count;
	int64_t *hits; /* monotonic ms of the latest portal requests, a ring of SIM_LIMIT_MAX */
	size_t next_hit;
};

struct scenario {
	struct tenant *tenants;
	size_t tenant_count;
	unsigned rows; /* every list has at least so many, by copies of its rows */
	struct json_object *raw;
};

/* With `copies` other than 0 so many tenants like the first (sim_copies.h) take the place of all. */
bool scenario_load(const char *path, unsigned rows, unsigned copies, struct scenario *out, struct err *e) MUST_USE;
void scenario_free(struct scenario *s);

/* How often the row number `index` of a list of `count` occurs when the list is multiplied to `rows`. */
unsigned scenario_copies(size_t index, size_t count, unsigned rows);

/* Moments relative to now. */
enum moment_form { MOMENT_ISO, MOMENT_ISO3, MOMENT_DATE, MOMENT_DAY_ID, MOMENT_MS, MOMENT_SEC };
struct moment {
	enum moment_form form;
	int64_t offset; /* seconds from now */
};
/* "@iso:-2h30m" (2026-11-20T09:30:00Z), "@iso3:…" (with .000), "@date:-1d" (its first second), "@dayid:-1d"
 * (TENANT_2026-11-19),
 * "@ms:…" and "@sec:…" (numbers). */
bool moment_parse(const char *text, struct moment *m);
/* The moment itself in seconds; days begin at 00:00 UTC. */
int64_t moment_at(const struct moment *m, int64_t now);

/* The member as a text, "" when it is absent or no text; lent. */
const char *member_text(struct json_object *o, const char *name);
bool member_true(struct json_object *o, const char *name);
/* The member as a list, NULL otherwise; borrowed. */
struct json_object *member_list(struct json_object *o, const char *name);
/* Does the list of texts hold this one, without regard to case? */
bool list_holds(struct json_object *list, const char *text);
