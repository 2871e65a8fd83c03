// SPDX-License-Identifier: GPL-3.0-or-later
/* The portal API: who may ask, how often, and for which list. Paths without their final slash do not exist, filters
 * that nobody documented select nothing, and no reply has more than a hundred rows where a list is paged. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "support/sim.h"
#include "support/sim_query.h"
#include "support/sim_rows.h"
#include "support/sim_token.h"

#define PAGE_MAX 100
#define BODY_DEPTH_MAX 16

enum {
	GET = 1,
	POST = 2,
};

/* Which app-only permissions open a path; without any it is closed to Bearer tokens. */
enum {
	INVESTIGATION = 1,
	DISCOVERY = 2,
};

/* What a reply has beside its rows. */
enum {
	HAS_NEXT = 1,
	TOTAL = 2,
	MAX = 4,
	MORE_THAN_TOTAL = 8,
	ASYNC_TOTAL = 16,
	IN_STREAMS = 32, /* rows under "streams" instead of "data" */
	WHOLE = 64,      /* never paged */
	ONLY_COUNT = 128,
	COUNTERS = 256,  /* the dashboard's */
	HAS_ITEMS = 512, /* PATH/ID/ gives one row */
};

/* A filter that works, and the member that it looks at. */
struct filter {
	const char *name, *member;
};

struct route {
	const char *path, *list;
	unsigned methods, opened_by, shape;
	const struct filter *filters; /* ends with a NULL name */
};

static const struct filter alert_filters[] = {
	{ "alertOpen", "resolutionStatusValue" },
	{ "date", "timestamp" },
	{ "severity", "severityValue" },
	{ "resolutionStatus", "resolutionStatusValue" },
	{ "alertType", "idValue" },
	{ "id", "_id" },
	{ NULL, NULL },
};
static const struct filter governance_filters[] = { { "timestamp", "timestamp" }, { NULL, NULL } };
static const struct filter activity_filters[] = { { "date", "timestamp" }, { "service", "appId" }, { NULL, NULL } };
static const struct filter no_filters[] = { { NULL, NULL } };

#define ALERT_SHAPE (HAS_NEXT | MAX | TOTAL | MORE_THAN_TOTAL | HAS_ITEMS)
#define EITHER (INVESTIGATION | DISCOVERY)

static const struct route routes[] = {
	{ "/api/v1/alerts/", "alerts", GET | POST, EITHER, ALERT_SHAPE, alert_filters },
	{ "/cas/api/v1/alerts/", "alerts", GET | POST, EITHER, ALERT_SHAPE, alert_filters },
	{ "/api/v1/activities/", "activities", GET | POST, INVESTIGATION, HAS_NEXT | TOTAL | HAS_ITEMS,
	  activity_filters },
	{ "/cas/api/v1/app_connectors/", "app_connectors", GET | POST, 0, 0, no_filters },
	{ "/cas/api/v1/app_connectors/dashboard/get_apps_count_by_status/", "services", GET, 0, COUNTERS, no_filters },
	{ "/cas/api/v1/connected_services/apps/", "services", GET, 0, HAS_NEXT | TOTAL, no_filters },
	{ "/cas/api/v1/connected_services/instances/", "instances", GET, 0, HAS_NEXT | TOTAL, no_filters },
	{ "/cas/api/v1/discovery/log_collectors/", "log_collectors", GET, 0, WHOLE, no_filters },
	{ "/cas/api/v1/discovery/data_sources/", "data_sources", GET, 0, 0, no_filters },
	{ "/cas/api/v1/discovery/continuous_reports/", "streams", GET, 0, WHOLE, no_filters },
	{ "/api/discovery/streams/", "streams", GET, DISCOVERY, WHOLE | IN_STREAMS, no_filters },
	{ "/cas/api/discovery/streams/", "streams", GET, DISCOVERY, WHOLE | IN_STREAMS, no_filters },
	{ "/api/v1/agents/siem/", "siem_agents", GET, 0, HAS_NEXT | ASYNC_TOTAL, no_filters },
	{ "/api/v1/agents/siem/count/", "siem_agents", GET, 0, ONLY_COUNT, no_filters },
	{ "/cas/api/v1/tokens/", "tokens", POST, 0, 0, no_filters },
	{ "/api/v1/governance/", "governance", POST, 0, TOTAL | HAS_ITEMS, governance_filters },
	{ "/cas/api/v1/governance/", "governance", POST, 0, TOTAL, governance_filters },
	{ "/cas/api/v1/governance/count/", "governance", POST, 0, ONLY_COUNT, governance_filters },
};

struct ask {
	struct json_object *filters; /* yours */
	char *sort;                  /* member to sort by, NULL: none */
	bool descending;
	unsigned skip, limit;
};

struct asker {
	struct tenant *tenant;
	const struct client *client; /* NULL: an API token */
	bool sees_nothing;           /* a scoped role */
};

static void json_release(struct json_object **o)
{
	json_object_put(*o);
}

static void ask_free(struct ask *a)
{
	json_object_put(a->filters);
	free(a->sort);
}

bool sim_portal_owns(const char *path)
{
	return !strncmp(path, "/api/", 5) || !strncmp(path, "/cas/api/", 9);
}

static bool fail(struct sim_reply *reply, unsigned status, const char *detail)
{
	buf_cut(&reply->body, 0);
	buf_add(&reply->body, "{\"detail\": ");
	json_write_text(detail, &reply->body);
	buf_add(&reply->body, "}");
	reply->status = status;
	return false;
}

static bool find_api_token(const struct sim_settings *set, const char *token, struct asker *who,
			   struct sim_reply *reply)
{
	for (size_t i = 0; i < set->scenario->tenant_count; i++) {
		struct tenant *t = &set->scenario->tenants[i];
		struct json_object *tokens = member_list(t->raw, "api_tokens");

		for (size_t j = 0; tokens && j < json_object_array_length(tokens); j++) {
			struct json_object *known = json_object_array_get_idx(tokens, j);

			if (strcmp(member_text(known, "token"), token) != 0)
				continue;
			if (member_true(known, "owner_removed"))
				return fail(reply, 401,
					    "Invalid user - the owner of this token is not permitted to use tokens");
			*who = (struct asker){ .tenant = t, .sees_nothing = member_true(known, "sees_nothing") };
			return true;
		}
	}
	return fail(reply, 401, "Invalid token");
}

/* Each tenant's portal knows its own tokens only. */
static bool is_at_home(const struct tenant *t, const char *host)
{
	return !*t->host || (strcspn(host, ":") == strlen(t->host) && !strncasecmp(host, t->host, strlen(t->host)));
}

static bool identify(const struct sim_settings *set, const struct sim_request *r, struct asker *who,
		     struct sim_reply *reply)
{
	const char *token = sim_credential(r->authorization, "Token");
	const char *bearer = sim_credential(r->authorization, "Bearer");
	const struct issued *issued;

	if (token) {
		if (!find_api_token(set, token, who, reply))
			return false;
	} else if (!bearer)
		return fail(reply, 401, "Authentication credentials were not provided.");
	else if (sim_token_find(bearer, &issued) != TOKEN_GOOD || issued->audience != FOR_PORTAL)
		return fail(reply, 401, "Invalid token");
	else
		*who = (struct asker){ .tenant = issued->tenant, .client = issued->client };
	return is_at_home(who->tenant, r->host) || fail(reply, 401, "Invalid token");
}

static void add_retry_after(int64_t at, struct sim_reply *reply)
{
	time_t seconds = at;
	struct tm tm;
	char text[64] = "";

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "Retry-After: %a, %d %b %Y %H:%M:%S GMT", &tm);
	strings_add(&reply->headers, text);
}

/* A refused request does not count against the window. */
static bool take_from_limit(const struct sim_settings *set, struct tenant *t, struct sim_reply *reply)
{
	int64_t now = clock_ticks_ms(), length = (int64_t)set->window * 1000;
	char text[96];

	if (!set->limit)
		return true;
	int64_t *oldest = &t->hits[t->next_hit % set->limit];
	if (*oldest && now - *oldest < length) {
		int64_t seconds = (*oldest + length - now + 999) / 1000;

		snprintf(text, sizeof(text), "Request was throttled. Expected available in %lld second%s.",
			 (long long)seconds, seconds == 1 ? "" : "s");
		if (set->dated)
			add_retry_after(clock_now() + seconds, reply);
		return fail(reply, 429, text);
	}
	*oldest = now;
	t->next_hit++;
	return true;
}

static bool may_read(const struct asker *who, const struct route *route)
{
	struct json_object *roles;

	if (!who->client)
		return true;
	roles = member_list(who->client->raw, "portal_roles");
	return ((route->opened_by & INVESTIGATION) &&
		(list_holds(roles, "Investigation.Read") || list_holds(roles, "Investigation.Manage"))) ||
	       ((route->opened_by & DISCOVERY) &&
		(list_holds(roles, "Discovery.Read") || list_holds(roles, "Discovery.Manage")));
}

/* `PATH/ID/` of a list with items matches too; *id is then set, yours. */
static const struct route *find_route(const char *path, char **id)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (!strcmp(routes[i].path, path))
			return &routes[i];
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t base = strlen(routes[i].path);

		if (!(routes[i].shape & HAS_ITEMS) || strncmp(path, routes[i].path, base) != 0 ||
		    path[len - 1] != '/' || strcspn(path + base, "/") != len - base - 1)
			continue;
		*id = mem_copy_bytes(path + base, len - base - 1);
		return &routes[i];
	}
	return NULL;
}

static bool reject_value(struct sim_reply *reply, const char *value)
{
	AUTO_BUF text = { 0 };

	buf_print(&text, "%s is not valid", value);
	buf_cut(&reply->body, 0);
	buf_add(&reply->body, "{\"filters\": [{\"error\": ");
	json_write_text(text.data, &reply->body);
	buf_add(&reply->body,
		", \"errorMessageCode\": \"CONSOLE_FORMS_NOT_VALID_VALUE\", \"errorMessageParams\": {\"value\": ");
	json_write_text(value, &reply->body);
	buf_add(&reply->body, "}}], \"error\": true}");
	reply->status = 200;
	return false;
}

static bool take_count(struct json_object *body, const char *name, unsigned *value, struct sim_reply *reply)
{
	struct json_object *o;

	if (!json_object_object_get_ex(body, name, &o) || !o)
		return true;
	if (!json_object_is_type(o, json_type_int) || json_object_get_int64(o) < 0 ||
	    json_object_get_int64(o) > INT32_MAX)
		return reject_value(reply, json_object_to_json_string(o));
	*value = (unsigned)json_object_get_int64(o);
	return true;
}

static void take_sort(struct ask *ask, const char *field, const char *direction)
{
	static const char *const members[] = { "date", "timestamp", "severity", "severityValue", "app", "appId", NULL };
	const char *member = field;

	for (const char *const *pair = members; *pair; pair += 2)
		if (!strcmp(*pair, field))
			member = pair[1];
	ask->sort = *member ? mem_copy_text(member) : NULL;
	ask->descending = !strcmp(direction, "desc");
}

static struct json_object *parse_json(const char *text, size_t len)
{
	struct json_tokener *parser = json_tokener_new_ex(BODY_DEPTH_MAX);
	struct json_object *o = json_tokener_parse_ex(parser, text, (int)len);
	bool whole =
	    json_tokener_get_error(parser) == json_tokener_success && json_tokener_get_parse_end(parser) == len;

	json_tokener_free(parser);
	if (whole && json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}

static bool ask_from_body(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	CLEANUP(json_release) struct json_object *body = NULL;
	struct json_object *filters;

	if (!r->body.len)
		return true;
	if (!strcasestr(r->content_type, "json"))
		return fail(reply, 415, "Unsupported media type in request.");
	body = parse_json(r->body.data, r->body.len);
	if (!body)
		return fail(reply, 400, "JSON parse error");
	if (json_object_object_get_ex(body, "filters", &filters) && json_object_is_type(filters, json_type_object))
		ask->filters = json_object_get(filters);
	take_sort(ask, member_text(body, "sortField"), member_text(body, "sortDirection"));
	return take_count(body, "skip", &ask->skip, reply) && take_count(body, "limit", &ask->limit, reply);
}

static bool ask_from_query(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	AUTO_BUF filters = { 0 };
	AUTO_BUF field = { 0 };
	AUTO_BUF direction = { 0 };

	if (query_field(r->query, "filters", &filters) && !(ask->filters = parse_json(filters.data, filters.len)))
		return reject_value(reply, filters.data);
	query_field(r->query, "sortField", &field);
	query_field(r->query, "sortDirection", &direction);
	take_sort(ask, buf_text(&field), buf_text(&direction));
	return (query_number(r->query, "skip", &ask->skip) && query_number(r->query, "limit", &ask->limit)) ||
	       reject_value(reply, "limit");
}

struct filtering {
	const struct route *route;
	struct json_object *filters;
	int64_t now;
};

/* One value or a list of values; a row with any of them fits. */
static bool is_one_of(struct json_object *row, const char *member, struct json_object *values, bool boolean_is_open)
{
	struct json_object *mine;
	size_t count = json_object_is_type(values, json_type_array) ? json_object_array_length(values) : 1;

	if (!json_object_object_get_ex(row, member, &mine))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct json_object *value =
		    json_object_is_type(values, json_type_array) ? json_object_array_get_idx(values, i) : values;

		if (boolean_is_open ? json_object_get_boolean(value) == (json_object_get_int(mine) == 0)
				    : json_object_equal(value, mine))
			return true;
	}
	return false;
}

static bool fits_operator(const struct filtering *f, struct json_object *row, const char *name, const char *member,
			  const char *operator, struct json_object * value)
{
	bool days = !strcmp(operator, "gte_ndays") || !strcmp(operator, "lte_ndays");
	double mine, limit = json_object_get_double(value);

	if (!strcmp(operator, "eq"))
		return is_one_of(row, member, value, !strcmp(name, "alertOpen"));
	if (!strcmp(operator, "neq"))
		return !is_one_of(row, member, value, false);
	if (!member_number(row, member, f->now, &mine))
		return false;
	if (days) /* an age: at least so many days back is an upper bound */
		return !strcmp(operator, "gte_ndays") ? mine <= ((double)f->now - limit * 86400) * 1000
						      : mine >= ((double)f->now - limit * 86400) * 1000;
	if (!strncmp(operator, "gt", 2))
		return operator[2] ? mine >= limit : mine> limit;
	return operator[2] ? mine <= limit : mine<limit;
}

static const char *filter_member(const struct route *route, const char *name)
{
	for (const struct filter *f = route->filters; f->name; f++)
		if (!strcmp(f->name, name))
			return f->member;
	return NULL;
}

static bool row_passes(struct json_object *row, void *data)
{
	const struct filtering *f = data;

	if (!f->filters)
		return true;
	json_object_object_foreach(f->filters, name, operators)
	{
		const char *member = filter_member(f->route, name);

		if (!member)
			return false;
		json_object_object_foreach(
		    operators, operator, value) if (!fits_operator(f, row, name, member, operator, value)) return false;
	}
	return true;
}

static bool operator_takes(const char *operator, struct json_object * value)
{
	static const char *const numeric[] = { "gt", "gte", "lt", "lte", "gte_ndays", "lte_ndays" };

	if (!strcmp(operator, "eq") || !strcmp(operator, "neq"))
		return true;
	for (size_t i = 0; i < sizeof(numeric) / sizeof(numeric[0]); i++)
		if (!strcmp(operator, numeric[i]))
			return json_object_is_type(value, json_type_int) ||
			       json_object_is_type(value, json_type_double);
	return false;
}

/* Values that cannot be meant are rejected for known filters; for unknown ones nobody looks. */
static bool filters_are_valid(const struct route *route, struct json_object *filters, struct sim_reply *reply)
{
	if (!filters)
		return true;
	json_object_object_foreach(filters, name, operators)
	{
		if (!filter_member(route, name))
			continue;
		if (!json_object_is_type(operators, json_type_object))
			return reject_value(reply, json_object_to_json_string(operators));
		json_object_object_foreach(
		    operators, operator,
		    value) if (!operator_takes(operator, value)) return reject_value(reply,
										     json_object_to_json_string(value));
	}
	return true;
}

static void write_counters(struct json_object *services, struct buf *out)
{
	unsigned connected = 0, warned = 0, rest = 0;

	for (size_t i = 0; services && i < json_object_array_length(services); i++) {
		struct json_object *api;

		json_object_object_get_ex(json_object_array_get_idx(services, i), "api", &api);
		if (!member_true(api, "isConnected"))
			rest++;
		else if (member_true(api, "hasWarnings"))
			warned++;
		else
			connected++;
	}
	buf_print(out, "{\"data\": {\"protected\": %u, \"needAttention\": %u, \"notProtected\": %u}}", connected,
		  warned, rest);
}

static void write_list(const struct rows *rows, const struct route *route, const struct ask *ask,
		       const struct row_view *view, struct buf *out)
{
	size_t total = rows_total(rows), limit = route->shape & WHOLE ? SIZE_MAX : ask->limit;
	size_t skip = route->shape & WHOLE ? 0 : ask->skip;

	buf_print(out, "{\"%s\": [", route->shape & IN_STREAMS ? "streams" : "data");
	size_t written = rows_write(rows, skip, limit, view, out);
	buf_add(out, "]");
	if (route->shape & HAS_NEXT)
		buf_print(out, ", \"hasNext\": %s", skip + written < total ? "true" : "false");
	if (route->shape & MAX)
		buf_print(out, ", \"max\": %u", PAGE_MAX);
	if (route->shape & TOTAL)
		buf_print(out, ", \"total\": %zu", total);
	if (route->shape & MORE_THAN_TOTAL)
		buf_add(out, ", \"moreThanTotal\": false");
	if (route->shape & ASYNC_TOTAL)
		buf_add(out, ", \"performAsyncTotal\": true");
	buf_add(out, "}");
}

static bool write_item(struct json_object *list, const char *id, const struct row_view *view, struct sim_reply *reply)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		if (strcmp(member_text(row, "_id"), id) != 0)
			continue;
		row_write(row, view, &reply->body);
		return true;
	}
	return fail(reply, 404, "Not found.");
}

static void answer(const struct sim_settings *set, const struct sim_request *r, const struct route *route,
		   const struct asker *who, const struct ask *ask, struct sim_reply *reply)
{
	bool get = !strcmp(r->method, "GET");
	bool reduced = get && !strcmp(route->list, "app_connectors");
	struct json_object *list = member_list(who->tenant->portal, reduced ? "app_connectors_reduced" : route->list);
	struct row_view view = { .tenant = who->tenant, .now = r->now, .row_bytes = set->row_bytes };
	struct filtering filtering = { .route = route, .filters = ask->filters, .now = r->now };
	AUTO_ROWS rows = { 0 };

	if (route->shape & COUNTERS) {
		write_counters(who->sees_nothing ? NULL : list, &reply->body);
		return;
	}
	rows_pick(&rows, who->sees_nothing ? NULL : list, set->scenario->rows, row_passes, &filtering);
	if (ask->sort)
		rows_sort(&rows, ask->sort, ask->descending, r->now);
	if (route->shape & ONLY_COUNT)
		buf_print(&reply->body, "{\"total\": %zu, \"moreThanTotal\": false}", rows_total(&rows));
	else
		write_list(&rows, route, ask, &view, &reply->body);
}

void sim_portal(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply)
{
	CLEANUP(ask_free) struct ask ask = { .limit = PAGE_MAX };
	AUTO_FREE char *id = NULL;
	const struct route *route = find_route(r->path, &id);
	bool get = !strcmp(r->method, "GET");
	struct asker who = { 0 };

	reply->content_type = "application/json";
	if (!identify(set, r, &who, reply) || !take_from_limit(set, who.tenant, reply))
		return;
	if (!route) {
		fail(reply, 404, "Not found.");
		return;
	}
	if (!may_read(&who, route)) {
		fail(reply, 403, "Insufficient role based permissions");
		return;
	}
	if (id) {
		struct row_view view = { .tenant = who.tenant, .now = r->now };

		write_item(member_list(who.tenant->portal, route->list), id, &view, reply);
		return;
	}
	if (!(route->methods & (get ? GET : !strcmp(r->method, "POST") ? POST : 0))) {
		fail(reply, 405, "Method not allowed.");
		return;
	}
	if (!(get ? ask_from_query(r, &ask, reply) : ask_from_body(r, &ask, reply)) ||
	    !filters_are_valid(route, ask.filters, reply))
		return;
	if (set->whole)
		ask.limit = UINT_MAX;
	else if (ask.limit > PAGE_MAX)
		ask.limit = PAGE_MAX;
	answer(set, r, route, &who, &ask, reply);
}
