// SPDX-License-Identifier: GPL-3.0-or-later
/* Microsoft Graph: collections with $filter, $select, $orderby, $top and links to the next page, single entities by
 * key, and its own kind of error body. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "support/sim.h"
#include "support/sim_odata.h"
#include "support/sim_query.h"
#include "support/sim_token.h"

#define BASE "/v1.0"
#define CONTEXT "https://graph.microsoft.com/v1.0/$metadata#"

enum denial { DENIED_SECURITY, DENIED_DIRECTORY, DENIED_PLAIN };

struct collection {
	const char *path, *list, *permission;
	const char *key; /* member of `path/KEY` or `path(NAME='KEY')`; NULL: no entities */
	enum denial denial;
	unsigned page, page_max; /* rows a reply: unasked, at most */
	bool by_token;           /* $skiptoken in links, else $skip */
	bool prefers;            /* heeds Prefer: odata.maxpagesize */
};

static const struct collection collections[] = {
	{ "security/secureScores", "secureScores", "SecurityEvents.Read.All", "id", DENIED_SECURITY, 100, 999, true,
	  false },
	{ "security/secureScoreControlProfiles", "secureScoreControlProfiles", "SecurityEvents.Read.All", "id",
	  DENIED_SECURITY, 200, 999, true, false },
	{ "admin/serviceAnnouncement/messages", "messages", "ServiceMessage.Read.All", "id", DENIED_PLAIN, 100, 1000,
	  false, true },
	{ "admin/serviceAnnouncement/healthOverviews", "healthOverviews", "ServiceHealth.Read.All", "id", DENIED_PLAIN,
	  100, 1000, false, true },
	{ "admin/serviceAnnouncement/issues", "issues", "ServiceHealth.Read.All", "id", DENIED_PLAIN, 100, 1000, false,
	  true },
	{ "applications", "applications", "Application.Read.All", "appId", DENIED_DIRECTORY, 100, 999, true, false },
};

/* What a request asks of a collection. */
struct ask {
	const struct collection *of;
	struct tenant *tenant;
	struct json_object *list;
	char *key; /* one entity; NULL: the list */
	struct strings select;
	struct odata_filter *filter;
	unsigned skip, page;
	bool preferred; /* the page is from Prefer */
};

static void ask_free(struct ask *a)
{
	free(a->key);
	strings_clear(&a->select);
	odata_free(a->filter);
}

bool sim_graph_owns(const char *path)
{
	return !strncmp(path, BASE "/", strlen(BASE "/"));
}

static bool fail(const struct sim_request *r, struct sim_reply *reply, unsigned status, const char *code,
		 const char *message)
{
	char stamp[CLOCK_STAMP_SIZE], guid[GUID_SIZE];

	clock_stamp(clock_now(), stamp);
	buf_cut(&reply->body, 0);
	buf_print(&reply->body, "{\"error\":{\"code\":\"%s\",\"message\":", code);
	json_write_text(message, &reply->body);
	buf_print(&reply->body,
		  ",\"innerError\":{\"date\":\"%.19s\",\"request-id\":\"%s\",\"client-request-id\":", stamp,
		  sim_guid(guid));
	json_write_text(*r->client_request_id ? r->client_request_id : guid, &reply->body);
	buf_add(&reply->body, "}}}");
	reply->status = status;
	return false;
}

static bool identify(const struct sim_request *r, const struct issued **who, struct sim_reply *reply)
{
	const char *bearer = sim_credential(r->authorization, "Bearer");
	enum token_verdict verdict;

	if (!bearer || !*bearer)
		return fail(r, reply, 401, "InvalidAuthenticationToken", "Access token is empty.");
	verdict = sim_token_find(bearer, who);
	if (verdict == TOKEN_EXPIRED)
		return fail(r, reply, 401, "InvalidAuthenticationToken",
			    "Lifetime validation failed, the token is expired.");
	if (verdict == TOKEN_UNKNOWN)
		return fail(r, reply, 401, "InvalidAuthenticationToken",
			    "Access token validation failure. Invalid signature.");
	if ((*who)->audience != FOR_GRAPH)
		return fail(r, reply, 401, "InvalidAuthenticationToken",
			    "Access token validation failure. Invalid audience.");
	return true;
}

static bool may_read(const struct sim_request *r, const struct issued *who, const struct collection *of,
		     struct sim_reply *reply)
{
	if (list_holds(member_list(who->client->raw, "graph_roles"), of->permission))
		return true;
	switch (of->denial) {
	case DENIED_SECURITY:
		return fail(r, reply, 403, "",
			    "Auth token does not contain valid permissions or user does not have valid roles.");
	case DENIED_DIRECTORY:
		return fail(r, reply, 403, "Authorization_RequestDenied",
			    "Insufficient privileges to complete the operation.");
	default:
		return fail(r, reply, 403, "Forbidden", "The caller lacks a permission for this API.");
	}
}

/* `PATH`, `PATH/KEY` and `PATH(NAME='KEY')`; *key is set for the latter two, yours. */
static const struct collection *find_collection(const char *path, char **key)
{
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		const struct collection *c = &collections[i];
		size_t len = strlen(c->path);

		if (strncmp(path, c->path, len) != 0)
			continue;
		const char *rest = path + len;
		const char *quote = *rest == '(' ? strchr(rest, '\'') : NULL;
		if (!*rest)
			return c;
		if (*rest == '/' && rest[1] && !strchr(rest + 1, '/') && strcmp(c->key, "id") == 0) {
			*key = mem_copy_text(rest + 1);
			return c;
		}
		if (quote && !strncmp(rest + 1, c->key, strlen(c->key)) && strlen(quote) > 3 &&
		    !strcmp(quote + strlen(quote) - 2, "')")) {
			*key = mem_copy_bytes(quote + 1, strlen(quote) - 3);
			return c;
		}
	}
	return NULL;
}

static bool read_select(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	AUTO_BUF text = { 0 };

	if (!query_field(r->query, "$select", &text))
		return true;
	for (char *state = NULL, *name = strtok_r(text.data, ", ", &state); name; name = strtok_r(NULL, ", ", &state)) {
		if (!odata_knows(ask->list, name)) {
			AUTO_BUF why = { 0 };
			buf_print(&why, "Could not find a property named '%s' on this type.", name);
			return fail(r, reply, 400, "BadRequest", why.data);
		}
		strings_add(&ask->select, name);
	}
	return true;
}

static bool read_filter(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	AUTO_BUF text = { 0 };
	AUTO_BUF why = { 0 };

	if (!query_field(r->query, "$filter", &text))
		return true;
	if (!odata_parse(text.data, ask->list, &ask->filter, &why))
		return fail(r, reply, 400, "BadRequest", why.data);
	odata_set_now(ask->filter, r->now);
	return true;
}

/* Skip tokens are offsets in the shape of a GUID. */
static bool read_skip(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	AUTO_BUF token = { 0 };
	unsigned check;

	if (!query_number(r->query, "$skip", &ask->skip))
		return fail(r, reply, 400, "BadRequest", "Invalid value for $skip.");
	if (!query_field(r->query, "$skiptoken", &token))
		return true;
	if (sscanf(token.data, "%8x-0000-4000-8000-%12x", &ask->skip, &check) != 2 || check != ~ask->skip)
		return fail(r, reply, 400, "BadRequest", "Invalid skip token.");
	return true;
}

static bool read_page(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	static const char wish[] = "odata.maxpagesize=";
	const char *preferred = strcasestr(r->prefer, wish);

	ask->page = ask->of->page;
	if (ask->of->prefers && preferred) {
		ask->page = (unsigned)strtoul(preferred + strlen(wish), NULL, 10);
		ask->preferred = true;
	}
	if (!query_number(r->query, "$top", &ask->page) || !ask->page)
		return fail(r, reply, 400, "BadRequest", "Invalid value for $top.");
	if (ask->page > ask->of->page_max)
		ask->page = ask->of->page_max;
	return true;
}

static bool read_ask(const struct sim_request *r, struct ask *ask, struct sim_reply *reply)
{
	AUTO_BUF expand = { 0 };
	bool overviews = !strcmp(ask->of->list, "healthOverviews");
	const char *list = ask->of->list;

	if (query_field(r->query, "$expand", &expand)) {
		if (!overviews || strcmp(expand.data, "issues") != 0)
			return fail(r, reply, 400, "BadRequest", "Could not find that navigation property.");
		list = "healthOverviews_expanded";
	}
	ask->list = member_list(ask->tenant->graph, list);
	return read_select(r, ask, reply) && read_filter(r, ask, reply) && read_skip(r, ask, reply) &&
	       read_page(r, ask, reply);
}

static void sort(const struct sim_request *r, struct rows *rows)
{
	AUTO_BUF order = { 0 };

	if (!query_field(r->query, "$orderby", &order))
		return;
	char *direction = strchr(order.data, ' ');
	if (direction)
		*direction++ = '\0';
	rows_sort(rows, order.data, direction && !strcmp(direction, "desc"), r->now);
}

static void write_context(const struct ask *ask, struct buf *out)
{
	buf_print(out, "{\"@odata.context\":\"" CONTEXT "%s", ask->of->path);
	for (size_t i = 0; i < ask->select.count; i++)
		buf_print(out, "%s%s", i ? "," : "(", ask->select.items[i]);
	buf_print(out, "%s%s\"", ask->select.count ? ")" : "", ask->key ? "/$entity" : "");
}

static void write_link(const struct sim_settings *set, const struct sim_request *r, const struct ask *ask,
		       struct buf *out)
{
	AUTO_BUF link = { 0 };
	unsigned next = ask->skip + ask->page;

	buf_print(&link, "%s://%s" BASE "/%s?", set->tls ? "https" : "http", r->host, ask->of->path);
	query_without_skip(r->query, &link);
	if (ask->of->by_token)
		buf_print(&link, "$skiptoken=%08x-0000-4000-8000-%012x", next, ~next);
	else
		buf_print(&link, "$skip=%u", next);
	buf_add(out, ",\"@odata.nextLink\":");
	json_write_text(link.data, out);
}

static void write_list(const struct sim_settings *set, const struct sim_request *r, struct ask *ask,
		       struct row_view *view, struct sim_reply *reply)
{
	/* Days are not multiplied, since the service keeps ninety, nor is the one entity of a key. */
	bool single = !strcmp(ask->of->list, "secureScores") || odata_pins(ask->filter, ask->of->key);
	unsigned wanted = single ? 0 : set->scenario->rows;
	AUTO_ROWS rows = { 0 };
	AUTO_BUF count = { 0 };

	if (set->whole && !single)
		ask->page = UINT_MAX - ask->skip;
	rows_pick(&rows, ask->list, wanted, ask->filter ? odata_fits : NULL, ask->filter);
	sort(r, &rows);
	write_context(ask, &reply->body);
	if (query_field(r->query, "$count", &count) && !strcmp(count.data, "true"))
		buf_print(&reply->body, ",\"@odata.count\":%zu", rows_total(&rows));
	if (ask->skip + (size_t)ask->page < rows_total(&rows))
		write_link(set, r, ask, &reply->body);
	buf_add(&reply->body, ",\"value\":[");
	rows_write(&rows, ask->skip, ask->page, view, &reply->body);
	buf_add(&reply->body, "]}");
	if (ask->preferred)
		strings_add(&reply->headers, "Preference-Applied: odata.maxpagesize");
}

static void write_entity(const struct sim_request *r, const struct ask *ask, const struct row_view *view,
			 struct sim_reply *reply)
{
	AUTO_BUF row = { 0 };
	size_t count = ask->list ? json_object_array_length(ask->list) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *entity = json_object_array_get_idx(ask->list, i);

		if (strcasecmp(member_text(entity, ask->of->key), ask->key) != 0)
			continue;
		row_write(entity, view, &row);
		write_context(ask, &reply->body);
		buf_print(&reply->body, ",%s", row.data + 1);
		return;
	}
	fail(r, reply, 404, ask->of->denial == DENIED_DIRECTORY ? "Request_ResourceNotFound" : "ResourceNotFound",
	     "Resource could not be discovered.");
}

static void name_request(const struct sim_request *r, struct sim_reply *reply)
{
	char guid[GUID_SIZE];
	AUTO_FREE char *own = mem_print("request-id: %s", sim_guid(guid));
	AUTO_FREE char *client =
	    mem_print("client-request-id: %s", *r->client_request_id ? r->client_request_id : guid);

	strings_add(&reply->headers, own);
	strings_add(&reply->headers, client);
}

void sim_graph(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply)
{
	CLEANUP(ask_free) struct ask ask = { 0 };
	const struct issued *who = NULL;

	reply->content_type =
	    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
	name_request(r, reply);
	if (!identify(r, &who, reply))
		return;
	ask.tenant = who->tenant;
	ask.of = find_collection(r->path + strlen(BASE "/"), &ask.key);
	if (!ask.of) {
		fail(r, reply, 404, "ResourceNotFound", "Resource could not be discovered.");
		return;
	}
	if (!may_read(r, who, ask.of, reply))
		return;
	if (strcmp(r->method, "GET") != 0) {
		fail(r, reply, 405, "Request_BadRequest",
		     "Specified HTTP method is not allowed for the request target.");
		return;
	}
	if (!read_ask(r, &ask, reply))
		return;
	struct json_object *profiles = member_list(ask.tenant->graph, "secureScoreControlProfiles");
	struct row_view view = { .tenant = ask.tenant,
				 .now = r->now,
				 .wanted = set->scenario->rows,
				 .row_bytes = set->row_bytes,
				 .profiles = profiles ? json_object_array_length(profiles) : 0,
				 .select = ask.select.count ? &ask.select : NULL };
	if (ask.key)
		write_entity(r, &ask, &view, reply);
	else
		write_list(set, r, &ask, &view, reply);
}
