// SPDX-License-Identifier: GPL-3.0-or-later
/* The client: pages, the signs of a whole list, second attempts, waits, and the first line of every refusal. */
#include "unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cloud/api.h"
#include "cloud/pages.h"
#include "cloud/refusal.h"
#include "cloud/seen.h"
#include "support/http_script.h"

#define PORTAL "contoso.us2.portal.cloudappsecurity.com"
#define PORTAL_URL "https://" PORTAL "/api/v1/governance/"
#define GRAPH_HOST "graph.microsoft.com"
#define GRAPH_URL "https://" GRAPH_HOST "/v1.0/security/secureScores"
#define SCENES 6

static struct deadline deadline;

/* The ids visited, each followed by a blank. */
struct visited {
	struct buf ids;
	const char *stop_at;
};

static bool visit(struct json_object *record, void *data, struct err *e)
{
	struct visited *v = data;
	const char *id = jget_text_or(record, "_id", jget_text_or(record, "id", "?"));

	buf_print(&v->ids, "%s ", id);
	return !v->stop_at || strcmp(v->stop_at, id) != 0 || err_set(e, ERR_USAGE, "the visitor stops");
}

static struct api *make_api(enum service service)
{
	static char portal[] = "https://" PORTAL, graph[] = "https://" GRAPH_HOST "/v1.0", token[] = "abc";
	static char tenant[] = "contoso.example", client[] = "1", secret[] = "s", login[] = "https://login.microsoftonline.com";
	static struct cloud_settings apps = { .auth = AUTH_API_TOKEN, .api_token = token, .api_url = portal, .login_url = login };
	static struct cloud_settings score = { .auth = AUTH_SECRET, .api_url = graph, .login_url = login, .tenant_id = tenant,
					       .client_id = client, .client_secret = secret, .no_cache = true };
	struct err e = { 0 };

	deadline = deadline_in(30000);
	struct api *a = api_new(service == GRAPH ? &score : &apps, service, &deadline, 0, "check/1", &e);
	ck_assert_ptr_nonnull(a);
	return a;
}

#define TOKEN { .status = 200, .reply = "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"one\"}" }
#define TOKEN_TWO { .status = 200, .reply = "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"two\"}" }
#define PAGE(json) { .status = 200, .reply = json }
#define ROW(id) "{\"_id\":\"" id "\"}"

/* Portal lists, two rows a page. `text` is the error; NULL: the list is whole. */
static const struct walk_row {
	struct scene scenes[SCENES];
	int requests;
	const char *ids;
	enum err_kind kind;
	const char *text;
} portal_walks[] = {
	{ { { .method = "POST", .url = PORTAL_URL, .authorization = "Token abc", .body = "{\"filters\":{},\"skip\":0,\"limit\":2}",
	      .status = 200, .reply = "{\"data\":[" ROW("a") "],\"hasNext\":false,\"total\":1}" } }, 1, "a ", ERR_NONE, NULL },
	{ { { .status = 200, .reply = "{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":true,\"total\":3}" },
	    { .body = "{\"filters\":{},\"skip\":2,\"limit\":2}", .status = 200, .reply = "{\"data\":[" ROW("c") "],\"hasNext\":false,\"total\":3}" } },
	  2, "a b c ", ERR_NONE, NULL },
	/* an empty list is whole */
	{ { PAGE("{\"data\":[],\"hasNext\":false,\"total\":0}") }, 1, "", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[]}") }, 1, "", ERR_NONE, NULL },
	/* by total alone */
	{ { PAGE("{\"total\":3,\"data\":[" ROW("a") "," ROW("b") "]}"), PAGE("{\"total\":3,\"data\":[" ROW("c") "]}") }, 2, "a b c ",
	  ERR_NONE, NULL },
	{ { PAGE("{\"total\":3,\"data\":[" ROW("a") "]}"), PAGE("{\"total\":3,\"data\":[" ROW("b") "," ROW("c") "]}") }, 2, "a b c ",
	  ERR_NONE, NULL },
	{ { PAGE("{\"total\":\"1\",\"data\":[" ROW("a") "]}") }, 1, "a ", ERR_NONE, NULL },
	/* without a sign: fewer, more, exactly the limit */
	{ { PAGE("{\"data\":[" ROW("a") "]}") }, 1, "a ", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "," ROW("c") "]}") }, 1, "a b c ", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "]}"), PAGE("{\"data\":[]}") }, 2, "a b ", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "]}"), PAGE("{\"data\":[" ROW("a") "," ROW("b") "]}") }, 2, "a b ", ERR_PARTIAL,
	  "governance log incomplete after 2 rows: page 2 repeats rows that came before" },
	/* signs that disagree */
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":false,\"total\":5}") }, 1, "a ", ERR_PARTIAL,
	  "governance log incomplete: 1 rows came, the service counts 5" },
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":false,\"total\":0}") }, 1, "a ", ERR_PARTIAL,
	  "governance log incomplete: 1 rows came, the service counts 0" },
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":false,\"total\":1,\"moreThanTotal\":true}") }, 1, "a ", ERR_PARTIAL,
	  "governance log incomplete after 1 rows: the service has more than it counts" },
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":true,\"total\":3}"), PAGE("{\"data\":[],\"hasNext\":true,\"total\":3}") }, 2, "a ",
	  ERR_PARTIAL, "governance log incomplete after 1 rows: an empty page where the service promised more" },
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":true}"), PAGE("{\"data\":[],\"hasNext\":false}") }, 2, "a ", ERR_PARTIAL,
	  "governance log incomplete after 1 rows: an empty page where the service promised more" },
	{ { PAGE("{\"data\":[],\"hasNext\":true}") }, 1, "", ERR_PARTIAL,
	  "governance log incomplete after 0 rows: an empty page where the service promised more" },
	{ { PAGE("{\"total\":3,\"data\":[" ROW("a") "," ROW("b") "]}"), PAGE("{\"total\":3,\"data\":[]}") }, 2, "a b ", ERR_PARTIAL,
	  "governance log incomplete after 2 rows: an empty page where the service promised more" },
	{ { PAGE("{\"total\":4,\"data\":[" ROW("a") "," ROW("b") "]}"), PAGE("{\"total\":3,\"data\":[" ROW("d") "]}") }, 2, "a b d ",
	  ERR_PARTIAL, "governance log incomplete after 3 rows: its total changed while it was read" },
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":true,\"total\":2}"), PAGE("{\"data\":[" ROW("c") "],\"hasNext\":false,\"total\":2}") },
	  2, "a b c ", ERR_PARTIAL, "governance log incomplete: 3 rows came, the service counts 2" },
	{ { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":\"maybe\"}") }, 1, "a ", ERR_PARTIAL,
	  "governance log incomplete after 1 rows: hasNext, total or moreThanTotal is not what it should be" },
	/* a duplicate counts once and is not visited again */
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":true,\"total\":3}"),
	    PAGE("{\"data\":[" ROW("b") "," ROW("c") "],\"hasNext\":false,\"total\":3}") }, 2, "a b c ", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[{\"_id\":7},{\"_id\":7},{\"x\":1},{\"x\":1}]}") }, 1, "? ? ", ERR_NONE, NULL },
	/* envelopes */
	{ { PAGE("[" ROW("a") "]") }, 1, "a ", ERR_NONE, NULL },
	{ { PAGE("{\"data\":{\"0\":" ROW("a") ",\"1\":null},\"hasNext\":false}") }, 1, "a ", ERR_NONE, NULL },
	{ { PAGE(ROW("a")) }, 1, "a ", ERR_NONE, NULL },
	{ { PAGE("{\"ok\":1}") }, 1, "", ERR_REPLY, PORTAL " answered governance without the list that was asked for" },
	{ { PAGE("{\"data\":null,\"total\":0}") }, 1, "", ERR_REPLY, PORTAL " answered governance without the list that was asked for" },
	{ { PAGE("{\"filters\":[{\"error\":\"x is not valid\"}],\"error\":true}") }, 1, "", ERR_REPLY,
	  PORTAL " refused a filter of governance: x is not valid" },
	{ { PAGE("{\"data\":[],\"error\":false}") }, 1, "", ERR_NONE, NULL },
	{ { PAGE("{\"data\":[],\"error\":true}") }, 1, "", ERR_REPLY, PORTAL " refused a filter of governance: no reason given" },
	{ { PAGE("{\"data\":[5]}") }, 1, "", ERR_REPLY, "row 1 of governance log is no object" },
	{ { PAGE("  <!DOCTYPE html><html>") }, 1, "", ERR_REPLY,
	  PORTAL " answered governance with an HTML page instead of JSON: is it the right base, or does a proxy or sign-in page answer?" },
	/* second attempts visit nothing twice */
	{ { { .error = ERR_NETWORK, .reply = "{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":false}", .breaks_after = 30 },
	    { .fresh = true, .status = 200, .reply = "{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":false,\"total\":2}" } }, 2, "a b ", ERR_NONE,
	  NULL },
	/* trouble on a later page */
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":true}"), { .status = 429, .retry_after = "41" } }, 2, "a b ", ERR_THROTTLED,
	  "page 2 of governance log (incomplete, 2 rows read): throttled by " PORTAL ": available in 41 s, 30 s left of 30 s" },
	{ { PAGE("{\"data\":[" ROW("a") "," ROW("b") "],\"hasNext\":true}"), { .error = ERR_TIMEOUT } }, 2, "a b ", ERR_PARTIAL,
	  "page 2 of governance log (incomplete, 2 rows read): page 2 of governance log: the script says so" },
	{ { { .error = ERR_TIMEOUT } }, 1, "", ERR_TIMEOUT, "governance log: the script says so" },
};

static void expect_walk(struct api *a, const struct query *q, const struct walk_row *row)
{
	struct visited v = { 0 };
	struct err e = { 0 };

	script_play(row->scenes);
	bool whole = api_each(a, q, visit, &v, &e);
	ck_assert_str_eq(e.text, row->text ? row->text : "");
	ck_assert_int_eq(whole, row->kind == ERR_NONE);
	ck_assert_int_eq(e.kind, row->kind);
	ck_assert_str_eq(buf_text(&v.ids), row->ids);
	ck_assert_int_eq(script_played(), row->requests);
	buf_free(&v.ids);
}

START_TEST(portal_list_is_whole_or_partial)
{
	AUTO_JSON body = json_object_new_object();
	struct api *a = make_api(CLOUD_APPS);
	struct query q = { .service = CLOUD_APPS, .path = "/api/v1/governance/", .what = "governance log", .body = body, .limit = 2 };

	json_object_object_add(body, "filters", json_object_new_object());
	expect_walk(a, &q, &portal_walks[_i]);
	api_free(a);
}
END_TEST

#define NEXT(url, rows) "{\"@odata.nextLink\":\"" url "\",\"value\":[" rows "]}"
#define GROW(id) "{\"id\":\"" id "\"}"
#define ELSEWHERE "scores incomplete after 1 rows: the next page is said to be on another host, which is not asked"

static const struct walk_row graph_walks[] = {
	{ { TOKEN, { .method = "GET", .url = GRAPH_URL "?$select=id&$top=2", .authorization = "Bearer one", .header = "Prefer: x",
		     .status = 200, .reply = "{\"value\":[" GROW("a") "]}" } }, 2, "a ", ERR_NONE, NULL },
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?$skiptoken=1", GROW("a"))),
	    { .url = GRAPH_URL "?$skiptoken=1", .header = "Prefer: x", .authorization = "Bearer one", .status = 200,
	      .reply = "{\"value\":[" GROW("b") "],\"@odata.nextLink\":null}" } }, 3, "a b ", ERR_NONE, NULL },
	/* an empty page is followed */
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?p=2", "")), PAGE(NEXT(GRAPH_URL "?p=3", GROW("a"))), PAGE("{\"value\":[]}") }, 4, "a ", ERR_NONE, NULL },
	/* the same origin in other words */
	{ { TOKEN, PAGE(NEXT("https://Graph.Microsoft.com:443/v1.0/x", GROW("a"))), PAGE("{\"value\":[]}") }, 3, "a ", ERR_NONE, NULL },
	{ { TOKEN, PAGE(NEXT("https://graph.microsoft.us/v1.0/x", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("https://graph.microsoft.com.evil.example/v1.0", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("https://graph.microsoft.com:444/v1.0/x", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("http://graph.microsoft.com/v1.0/x", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("https://a@graph.microsoft.com/v1.0/x", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("https://graph.microsoft.com@evil.example/v1.0", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	{ { TOKEN, PAGE(NEXT("/v1.0/x", GROW("a"))) }, 2, "a ", ERR_PARTIAL, ELSEWHERE },
	/* it leads back */
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?$select=id&$top=2", GROW("a"))) }, 2, "a ", ERR_PARTIAL,
	  "scores incomplete after 1 rows: the link to the next page leads back" },
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?p=2", GROW("a"))), PAGE(NEXT(GRAPH_URL "?p=2", GROW("b"))) }, 3, "a b ", ERR_PARTIAL,
	  "scores incomplete after 2 rows: the link to the next page leads back" },
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?p=2", GROW("a"))), PAGE(NEXT(GRAPH_URL "?p=3", GROW("a"))) }, 3, "a ", ERR_PARTIAL,
	  "scores incomplete after 1 rows: page 2 repeats rows that came before" },
	{ { TOKEN, PAGE("{\"value\":[],\"@odata.nextLink\":5}") }, 2, "", ERR_PARTIAL,
	  "scores incomplete after 0 rows: the link to the next page is no text" },
	/* no list */
	{ { TOKEN, PAGE("[" GROW("a") "]") }, 2, "", ERR_REPLY, GRAPH_HOST " answered secureScores with a bare list, which Graph does not do" },
	{ { TOKEN, PAGE(GROW("a")) }, 2, "", ERR_REPLY, GRAPH_HOST " answered secureScores without the list that was asked for" },
	/* a new token, once */
	{ { TOKEN, { .status = 401 }, TOKEN_TWO, { .authorization = "Bearer two", .status = 200, .reply = "{\"value\":[" GROW("a") "]}" } }, 4,
	  "a ", ERR_NONE, NULL },
	{ { TOKEN, { .status = 401 }, TOKEN_TWO, { .status = 401, .reply = "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"\"}}" } }, 4,
	  "", ERR_AUTH, "401 from " GRAPH_HOST " on secureScores: InvalidAuthenticationToken, check --cloud and the permissions of the application" },
	/* a token of this run holds all that is granted */
	{ { TOKEN, { .status = 403, .reply = "{\"error\":{\"code\":\"\",\"message\":\"No valid roles.\"}}" } }, 2, "", ERR_DENIED,
	  "403 from " GRAPH_HOST " on secureScores: grant SecurityEvents.Read.All (application) and admin consent" },
	{ { TOKEN, { .status = 403, .reply = "{\"error\":{\"message\":\"Your tenant is not licensed for this feature.\"}}" } }, 2, "", ERR_DENIED,
	  "403 from " GRAPH_HOST " on secureScores: Your tenant is not licensed for this feature" },
};

START_TEST(graph_list_is_whole_or_partial)
{
	static const char *const headers[] = { "Prefer: x", NULL };
	struct api *a = make_api(GRAPH);
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "scores", .parameters = "$select=id", .limit = 2,
			   .headers = headers, .permission = "SecurityEvents.Read.All" };

	expect_walk(a, &q, &graph_walks[_i]);
	if (graph_walks[_i].requests > 1)
		ck_assert_uint_eq(strlen(script_last_header("client-request-id")), 36);
	api_free(a);
}
END_TEST

static const struct single_row {
	enum service service;
	struct scene scenes[3];
	const char *ids, *text;
} singles[] = {
	{ CLOUD_APPS, { { .method = "GET", .url = PORTAL_URL, .status = 200, .reply = "{\"streams\":[" ROW("a") "]}" } }, "a ", "" },
	{ CLOUD_APPS, { PAGE("{\"data\":[" ROW("a") "],\"hasNext\":true}") }, "a ", "streams incomplete after 1 rows: the service has more" },
	{ CLOUD_APPS, { PAGE("{\"data\":[" ROW("a") "],\"total\":2}") }, "a ", "streams incomplete: 1 rows came, the service counts 2" },
	{ CLOUD_APPS, { PAGE("{\"data\":[" ROW("a") "],\"total\":1}") }, "a ", "" },
	{ GRAPH, { TOKEN, { .url = "https://" GRAPH_HOST "/v1.0/api/v1/governance/", .status = 200,
			    .reply = "{\"data\":[" GROW("a") "],\"@odata.nextLink\":\"https://elsewhere.example/\"}" } }, "a ", "" },
};

START_TEST(one_reply_is_the_whole_list)
{
	static const char *const lists[] = { "data", "streams", NULL };
	const struct single_row *row = &singles[_i];
	struct api *a = make_api(row->service);
	struct query q = { .service = row->service, .path = "/api/v1/governance/", .what = "streams", .lists = lists, .paging = PAGED_NOT };
	struct visited v = { 0 };
	struct err e = { 0 };

	script_play(row->scenes);
	ck_assert_int_eq(api_each(a, &q, visit, &v, &e), !*row->text);
	ck_assert_str_eq(e.text, row->text);
	ck_assert_str_eq(buf_text(&v.ids), row->ids);
	buf_free(&v.ids);
	api_free(a);
}
END_TEST

static void begin_inner(void *data)
{
	buf_add_char(&((struct visited *)data)->ids, '<');
}

static bool visit_inner(struct json_object *element, void *data, struct err *e)
{
	struct visited *v = data;
	char raw[JGET_RAW_SIZE];
	const char *text = json_object_is_type(element, json_type_object)
				   ? jget_raw(element, "x", raw)
				   : json_object_to_json_string_ext(element, JSON_C_TO_STRING_PLAIN);

	buf_print(&v->ids, "%s,", text);
	return strcmp(text, "\"stop\"") != 0 || err_set(e, ERR_USAGE, "the visitor stops inside");
}

#define LONG_ROW(id, inner) "{\"id\":\"" id "\",\"in\":" inner "}"

/* Rows with an inner list: `<` begins a row, elements have a `,` behind them. */
static const struct walk_row inner_walks[] = {
	{ { TOKEN, PAGE("{\"value\":[" LONG_ROW("a", "[1,{\"x\":[]},null]") ",{\"in\":[2],\"id\":\"b\"}]}") }, 2, "<1,[],null,a <2,b ",
	  ERR_NONE, NULL },
	{ { TOKEN, PAGE("{\"value\":[" LONG_ROW("a", "null") "," LONG_ROW("b", "[]") "," GROW("c") "]}") }, 2, "<a <b <c ", ERR_NONE, NULL },
	/* a row that comes again is not visited, whatever it holds; its elements come */
	{ { TOKEN, PAGE(NEXT(GRAPH_URL "?p=2", LONG_ROW("a", "[1]"))), PAGE("{\"value\":[" LONG_ROW("a", "[2]") "," LONG_ROW("b", "[3]") "]}") }, 3,
	  "<1,a <2,<3,b ", ERR_NONE, NULL },
	/* known by their ids alone */
	{ { TOKEN, PAGE("{\"value\":[{\"in\":[1]},{\"in\":[2]},{\"in\":[2]}]}") }, 2, "<1,? <2,? <2,? ", ERR_NONE, NULL },
	/* a reply that breaks off inside */
	{ { TOKEN, { .error = ERR_NETWORK, .reply = "{\"value\":[" LONG_ROW("a", "[1]") "," LONG_ROW("b", "[2,3]") "]}", .breaks_after = 48 },
	    { .fresh = true, .status = 200, .reply = "{\"value\":[" LONG_ROW("a", "[1]") "," LONG_ROW("b", "[2,3]") "]}" } }, 3,
	  "<1,a <2,<1,<2,3,b ", ERR_NONE, NULL },
	{ { TOKEN, PAGE("{\"value\":[" LONG_ROW("a", "[1,\"stop\",2]") "]}") }, 2, "<1,\"stop\",", ERR_USAGE, "the visitor stops inside" },
	{ { TOKEN, PAGE("{\"value\":[" LONG_ROW("a", "[1],\"in\":[2]") "]}") }, 2, "<1,", ERR_REPLY,
	  "reply of " GRAPH_HOST " on secureScores: no valid JSON at byte 33: the inner list is there twice" },
};

START_TEST(inner_list_comes_before_its_row)
{
	static const struct inner_list inner = { .name = "in", .begin = begin_inner, .visit = visit_inner };
	struct api *a = make_api(GRAPH);
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "scores", .inner = &inner };

	expect_walk(a, &q, &inner_walks[_i]);
	api_free(a);
}
END_TEST

/* A portal list that comes as its one row alone is no item to cut. */
START_TEST(inner_list_needs_a_list)
{
	static const struct inner_list inner = { .name = "in", .begin = begin_inner, .visit = visit_inner };
	static const struct walk_row lone = { { PAGE("{\"_id\":\"a\",\"in\":[1]}") }, 1, "", ERR_REPLY,
					      PORTAL " answered x without the list that was asked for" };
	struct api *a = make_api(CLOUD_APPS);
	struct query q = { .service = CLOUD_APPS, .path = "/x/", .what = "rows", .inner = &inner };

	expect_walk(a, &q, &lone);
	api_free(a);
}
END_TEST

/* What a portal list says of a status, and how long it slept before. */
static const struct status_row {
	struct scene scenes[SCENES];
	int requests;
	long least_ms, most_ms;
	enum err_kind kind;
	const char *text;
} statuses[] = {
	{ { { .status = 401, .reply = "{\"detail\":\"Invalid token\"}" } }, 1, 0, 0, ERR_AUTH,
	  "401 from " PORTAL " on governance: Invalid token, check the API token, or make a new one" },
	{ { { .status = 401, .reply = "{\"detail\":\"Invalid JSON Web Key Set\"}" } }, 1, 0, 0, ERR_AUTH,
	  "401 from " PORTAL " on governance: Invalid JSON Web Key Set, give the tenant's own host and not the generic one" },
	{ { { .status = 403, .reply = "{\"detail\":\"Invalid user - the owner of this token is not permitted to use tokens\"}" } }, 1, 0, 0,
	  ERR_AUTH, "403 from " PORTAL " on governance: Invalid user - the owner of this token is not permitted to use tokens, "
		    "its owner lost the role that it needs, make a token with another account" },
	{ { { .status = 403, .reply = "{\"detail\":\"Insufficient role based permissions\"}" } }, 1, 0, 0, ERR_DENIED,
	  "403 from " PORTAL " on governance: Insufficient role based permissions, needed: Global reader" },
	{ { { .status = 403 } }, 1, 0, 0, ERR_DENIED, "403 from " PORTAL " on governance: not allowed, needed: Global reader" },
	{ { { .status = 404, .reply = "{\"detail\":\"Not found.\"}" } }, 1, 0, 0, ERR_REPLY,
	  "404 from " PORTAL " on governance: not available in this tenant or cloud" },
	{ { { .status = 302, .location = "https://login.contoso.example/x?y" } }, 1, 0, 0, ERR_REPLY,
	  "302 from " PORTAL " on governance: redirects to login.contoso.example, which is not followed" },
	{ { { .status = 400, .reply = "{\"error\":{\"message\":\"a\\tb\\n c\"}}" } }, 1, 0, 0, ERR_REPLY, "400 from " PORTAL " on governance: a b c" },
	{ { { .status = 418, .reply = "not json" } }, 1, 0, 0, ERR_REPLY, "418 from " PORTAL " on governance" },
	{ { { .status = 500, .reply = "<html>" }, { .status = 500, .reply = "<html>" }, { .status = 500, .reply = "<html>" } }, 3, 1125, 1875,
	  ERR_NETWORK, "500 from " PORTAL " on governance: an HTML page" },
	{ { { .status = 503, .retry_after = "3" }, PAGE("{\"data\":[]}") }, 2, 3000, 3000, ERR_NONE, "" },
	{ { { .status = 503, .retry_after = "300" } }, 1, 0, 0, ERR_NETWORK, "503 from " PORTAL " on governance" },
	{ { { .error = ERR_NETWORK }, PAGE("{\"data\":[]}") }, 2, 375, 625, ERR_NONE, "" },
	{ { { .error = ERR_NETWORK }, { .error = ERR_NETWORK }, { .error = ERR_NETWORK } }, 3, 1125, 1875, ERR_NETWORK,
	  "governance log: the script says so" },
	{ { { .error = ERR_TLS } }, 1, 0, 0, ERR_TLS, "governance log: the script says so" },
	{ { { .status = 429, .reply = "{\"detail\":\"Request was throttled. Expected available in 1 second.\"}" }, PAGE("{\"data\":[]}") }, 2, 1000,
	  1000, ERR_NONE, "" },
	{ { { .status = 429 }, PAGE("{\"data\":[]}") }, 2, 5000, 5000, ERR_NONE, "" },
	{ { { .status = 429, .retry_after = "0" }, PAGE("{\"data\":[]}") }, 2, 1000, 1000, ERR_NONE, "" },
	{ { { .status = 429, .reply = "{\"detail\":\"Request was throttled. Expected available in 41 seconds.\"}" } }, 1, 0, 0, ERR_THROTTLED,
	  "throttled by " PORTAL ": available in 41 s, 30 s left of 30 s" },
	{ { { .status = 429, .retry_after = "3000" } }, 1, 0, 0, ERR_THROTTLED, "throttled by " PORTAL ": available in 60 s, 30 s left of 30 s" },
	{ { { .status = 429 }, { .status = 429 }, { .status = 429 }, { .status = 429 } }, 4, 15000, 15000, ERR_THROTTLED,
	  "throttled by " PORTAL ": does not say until when, 30 s left of 30 s" },
	{ { PAGE("{\"data\":[" ROW("a") "],") }, 1, 0, 0, ERR_REPLY, NULL },
	{ { PAGE("") }, 1, 0, 0, ERR_REPLY, NULL },
	{ { PAGE("{\"data\":[NaN]}") }, 1, 0, 0, ERR_REPLY, NULL },
	{ { PAGE("{\"data\":[]} x") }, 1, 0, 0, ERR_REPLY, NULL },
};

START_TEST(status_becomes_a_line)
{
	const struct status_row *row = &statuses[_i];
	struct api *a = make_api(CLOUD_APPS);
	struct query q = { .service = CLOUD_APPS, .path = "/api/v1/governance/", .what = "governance log", .permission = "Global reader" };
	struct visited v = { 0 };
	struct err e = { 0 };

	script_play(row->scenes);
	ck_assert_int_eq(api_each(a, &q, visit, &v, &e), row->kind == ERR_NONE);
	ck_assert_int_eq(e.kind, row->kind);
	if (row->text)
		ck_assert_str_eq(e.text, row->text);
	else
		ck_assert_msg(strstr(e.text, "reply of " PORTAL " on governance: no "), "%s", e.text);
	ck_assert_int_eq(script_played(), row->requests);
	ck_assert_int_ge(script_slept_ms(), row->least_ms);
	ck_assert_int_le(script_slept_ms(), row->most_ms);
	ck_assert_int_eq(api_has_read(a), row->kind == ERR_NONE);
	/* a refusal is what the role or the tenant lacks, not what is wrong with the token */
	long status = row->scenes[0].status;
	ck_assert_int_eq(api_refusal(a, &e), row->kind == ERR_DENIED || status == 404 ? status : 0);
	buf_free(&v.ids);
	api_free(a);
}
END_TEST

START_TEST(graph_backs_off_by_itself)
{
	static const struct scene scenes[] = { TOKEN, { .status = 429 }, { .status = 429 }, { .status = 429 }, PAGE("{\"value\":[]}"), { 0 } };
	struct api *a = make_api(GRAPH);
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "scores" };
	struct visited v = { 0 };
	struct err e = { 0 };

	script_play(scenes);
	ck_assert(api_each(a, &q, visit, &v, &e));
	ck_assert_int_ge(script_slept_ms(), 5250);
	ck_assert_int_le(script_slept_ms(), 8750);
	api_free(a);
}
END_TEST

START_TEST(visitor_ends_the_walk)
{
	static const struct scene scenes[] = { PAGE("{\"data\":[" ROW("a") "," ROW("b") "," ROW("c") "]}"), { 0 } };
	struct api *a = make_api(CLOUD_APPS);
	struct query q = { .service = CLOUD_APPS, .path = "/api/v1/governance/", .what = "governance log" };
	struct visited v = { .stop_at = "b" };
	struct err e = { 0 };

	script_play(scenes);
	ck_assert(!api_each(a, &q, visit, &v, &e));
	ck_assert_str_eq(e.text, "page 1 of governance log (incomplete, 2 rows read): the visitor stops");
	ck_assert_str_eq(buf_text(&v.ids), "a b ");
	ck_assert_uint_eq(api_seen(a), 2);
	buf_free(&v.ids);
	api_free(a);
}
END_TEST

START_TEST(one_document_comes_whole)
{
	static const struct scene scenes[] = {
		TOKEN, { .url = "https://" GRAPH_HOST "/v1.0/applications?$filter=x&$top=1", .status = 200, .reply = "{\"value\":[{\"id\":\"a\"}],\"n\":5}" },
		{ .status = 404 }, { .status = 200, .reply = "{\"error\":true}" }, { .status = 200, .reply = "[1,2]" }, { 0 }
	};
	struct api *a = make_api(GRAPH);
	struct query q = { .service = GRAPH, .path = "/applications", .what = "applications", .parameters = "$filter=x", .limit = 1 };
	struct json_object *out = NULL;
	struct err e = { 0 };

	script_play(scenes);
	ck_assert(!api_has_read(a));
	ck_assert_int_eq(api_status(a), 0);
	ck_assert(api_get(a, &q, &out, &e));
	ck_assert_str_eq(json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN), "{\"value\":[{\"id\":\"a\"}],\"n\":5}");
	json_object_put(out);
	out = NULL;
	ck_assert(api_has_read(a));
	ck_assert(!api_get(a, &q, &out, &e));
	ck_assert_int_eq(api_status(a), 404);
	ck_assert(!api_get(a, &q, &out, &e));
	ck_assert_int_eq(e.kind, ERR_REPLY);
	ck_assert_ptr_null(out);
	ck_assert(api_get(a, &q, &out, &e));
	ck_assert(json_object_is_type(out, json_type_array));
	json_object_put(out);
	api_free(a);
}
END_TEST

static const struct told_row {
	const char *retry_after, *body;
	int64_t seconds;
} told[] = {
	{ "", "", -1 },
	{ "7", "", 7 },
	{ "0", "", 0 },
	{ "7 ", "", -1 },
	{ "-7", "", -1 },
	{ "1.5", "", -1 },
	{ "99999999999999999999", "", -1 },
	{ "86400", "", 86400 },
	{ "soon", "available in 3 seconds", 3 },
	{ "2", "available in 3 seconds", 2 },
	{ "", "{\"detail\":\"Request was throttled. Expected available in 1 second.\"}", 1 },
	{ "", "available in 2.5 seconds", 3 },
	{ "", "available in a minute", -1 },
	{ "Fri, 20 Nov 2026 12:00:41 GMT", "", 41 },
	{ "Fri, 20 Nov 2026 11:00:00 GMT", "", 0 },
	{ "Fri, 20 Nov 2027 11:00:00 GMT", "", -1 },
	{ "Fri, 20 Nom 2026 12:00:41 GMT", "", -1 },
	{ "Fri, 40 Nov 2026 12:00:41 GMT", "", -1 },
	{ "Friday, 20-Nov-26 12:00:41 GMT", "", -1 },
};

START_TEST(wait_is_read)
{
	struct http_reply reply = { 0 };
	int64_t now = 0;

	ck_assert(clock_parse("2026-11-20T12:00:00Z", &now));
	snprintf(reply.retry_after, sizeof(reply.retry_after), "%s", told[_i].retry_after);
	buf_add(&reply.body, told[_i].body);
	ck_assert_int_eq(refusal_wait(&reply, now), told[_i].seconds);
	http_reply_free(&reply);
}
END_TEST

static const struct dated_row {
	const char *date, *retry_after;
	int64_t seconds;
} dated[] = {
	{ "Sat, 20 Nov 2027 12:00:00 GMT", "Sat, 20 Nov 2027 12:00:41 GMT", 41 },
	{ "Thu, 20 Nov 2025 12:00:00 GMT", "Thu, 20 Nov 2025 12:00:41 GMT", 41 },
	{ "Fri, 20 Nov 2026 12:00:40 GMT", "Fri, 20 Nov 2026 12:00:41 GMT", 1 },
	{ "Fri, 20 Nov 2026 13:00:00 GMT", "Fri, 20 Nov 2026 12:00:41 GMT", 0 },
	{ "Thu, 20 Nov 2025 12:00:00 GMT", "Fri, 20 Nov 2026 12:00:41 GMT", -1 },
	{ "Thu, 20 Nov 2025 12:00:00 GMT", "7", 7 },
	{ "today", "Fri, 20 Nov 2026 12:00:41 GMT", 41 },
};

/* By the service's own clock, however far this host's is off. */
START_TEST(wait_counts_from_the_reply)
{
	struct http_reply reply = { 0 };
	int64_t now = 0;

	ck_assert(clock_parse("2026-11-20T12:00:00Z", &now));
	snprintf(reply.date, sizeof(reply.date), "%s", dated[_i].date);
	snprintf(reply.retry_after, sizeof(reply.retry_after), "%s", dated[_i].retry_after);
	ck_assert_int_eq(refusal_wait(&reply, now), dated[_i].seconds);
}
END_TEST

static const struct reason_row {
	const char *body, *reason;
} reasons[] = {
	{ "", "" },
	{ "{}", "" },
	{ "{\"detail\":\"Not found.\"}", "Not found" },
	{ "{\"error\":{\"code\":\"BadRequest\",\"message\":\"Invalid Operation\"}}", "Invalid Operation" },
	{ "{\"error\":{\"code\":\"UnknownError\",\"message\":\"\"}}", "UnknownError" },
	{ "{\"error\":{}}", "" },
	{ "{\"error\":\"invalid_client\"}", "invalid_client" },
	{ "{\"message\":\"x\"}", "x" },
	{ "\"words\"", "" },
	{ "[1]", "" },
	{ " <?xml", "an HTML page" },
	{ "{\"detail\":\"", "" },
	{ "{\"detail\":\"\\u001b[31m red \\r\\n  line \"}", "[31m red line" },
};

START_TEST(reason_is_plain)
{
	AUTO_BUF body = { 0 };
	AUTO_BUF out = { 0 };

	buf_add(&body, reasons[_i].body);
	refusal_reason(&body, &out);
	ck_assert_str_eq(buf_text(&out), reasons[_i].reason);
}
END_TEST

START_TEST(long_text_is_cut_between_characters)
{
	AUTO_BUF out = { 0 };

	refusal_plain("aaa\xc3\xa9\xc3\xa9\xc3\xa9", 4, &out);
	ck_assert_str_eq(buf_text(&out), "aaa...");
	buf_cut(&out, 0);
	refusal_plain("aaa\xc3\xa9", 5, &out);
	ck_assert_str_eq(buf_text(&out), "aaa\xc3\xa9");
}
END_TEST

/* Twice as many rows as a walk reads, so that some blocks are full, and in two of three runs one is filled up by two rows that move at once.
 * By chance one in 3000 times two rows are the same. */
START_TEST(set_remembers_many)
{
	struct seen *s = seen_new();
	int fresh[2] = { 0 };
	char id[16];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 430000; i++)
			fresh[round] += seen_add(s, 'i', id, (size_t)snprintf(id, sizeof(id), "%d", i));
	ck_assert_int_ge(fresh[0], 430000 - 1);
	ck_assert_int_eq(fresh[1], 0);
	ck_assert(seen_add(s, 't', "5", 1));
	seen_free(s);
}
END_TEST

/* Writes each cached token anew, as if it had been issued two minutes ago. */
static void age_tokens(const char *folder, const char *content)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".token"))
			continue;
		int fd = openat(dirfd(dir), entry->d_name, O_WRONLY | O_TRUNC);
		ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
		close(fd);
	}
	closedir(dir);
}

static void remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while ((entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
}

/* A permission granted since the cached token was issued is only in a new one. */
START_TEST(denied_with_an_old_token_asks_anew)
{
	static const struct scene warm[] = { TOKEN, PAGE("{\"value\":[]}"), { 0 } };
	static const struct scene granted[] = { { .authorization = "Bearer old", .status = 403 }, TOKEN_TWO,
						{ .authorization = "Bearer two", .status = 200, .reply = "{\"value\":[]}" }, { 0 } };
	static const struct scene still_denied[] = { { .authorization = "Bearer old", .status = 403 }, TOKEN_TWO,
						     { .authorization = "Bearer two", .status = 403 }, { 0 } };
	static const struct scene refused[] = { { .authorization = "Bearer old", .status = 403 },
						{ .status = 400, .reply = "{\"error\":\"invalid_client\"}" }, { 0 } };
	static const struct {
		const struct scene *scenes;
		bool whole;
		int requests;
		long status, refusal;
	} runs[] = { { warm, true, 2, 200, 0 }, { granted, true, 3, 200, 0 }, { still_denied, false, 3, 403, 403 }, { refused, false, 2, 0, 0 } };
	struct query q = { .service = GRAPH, .path = "/security/secureScores", .what = "scores" };
	char folder[] = "/tmp/test_api.XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(folder));
	struct cloud_settings set = { .auth = AUTH_SECRET, .cache_dir = folder, .api_url = (char[]){ "https://" GRAPH_HOST "/v1.0" },
				      .login_url = (char[]){ "https://login.microsoftonline.com" }, .tenant_id = (char[]){ "contoso.example" },
				      .client_id = (char[]){ "1" }, .client_secret = (char[]){ "s" } };
	deadline = deadline_in(30000);
	AUTO_FREE char *old = mem_print("{\"token\":\"old\",\"issued_at\":%lld,\"renew_at\":%lld,\"expires_at\":%lld}",
					(long long)clock_now() - 120, (long long)clock_now() + 3000, (long long)clock_now() + 3400);
	for (size_t i = 0; i < ROWS(runs); i++) {
		struct visited v = { 0 };
		struct err e = { 0 };
		struct api *a = api_new(&set, GRAPH, &deadline, 0, "check/1", &e);

		script_play(runs[i].scenes);
		ck_assert_int_eq(api_each(a, &q, visit, &v, &e), runs[i].whole);
		ck_assert_int_eq(script_played(), runs[i].requests);
		ck_assert_int_eq(api_status(a), runs[i].status);
		ck_assert_int_eq(api_refusal(a, &e), runs[i].refusal);
		api_free(a);
		age_tokens(folder, old);
	}
	remove_folder(folder);
}
END_TEST

START_TEST(pages_have_a_ceiling)
{
	AUTO_JSON more = json_object_new_object();
	struct query q = { .service = CLOUD_APPS, .path = "/x/", .what = "rows", .limit = 1 };
	struct pages *p = pages_new(&q, "https://" PORTAL);
	struct page_count count = { .rows = 1, .fresh = 1 };
	struct err e = { 0 };

	json_object_object_add(more, "hasNext", json_object_new_boolean(true));
	for (count.seen = 1; count.seen < PAGES_MAX; count.seen++)
		ck_assert_int_eq(pages_judge(p, more, &count, &e), STEP_NEXT);
	ck_assert_str_eq(pages_url(p), "https://" PORTAL "/x/?skip=1999&limit=1");
	ck_assert_int_eq(pages_judge(p, more, &count, &e), STEP_FAILED);
	ck_assert_str_eq(e.text, "rows incomplete after 2000 rows: more than 2000 pages");
	pages_free(p);
}
END_TEST

static bool count_row(struct json_object *record, void *data, struct err *e)
{
	(void)record;
	(void)e;
	++*(unsigned *)data;
	return true;
}

static const struct ceiling_row {
	unsigned rows, padding; /* padding: bytes in each row */
	const char *text;
} ceilings[] = {
	{ 200000, 0, "" },
	{ 200001, 0, "rows incomplete: more than 200000 rows" },
	{ 15, 1024 * 1024, "" },
	{ 17, 1024 * 1024, "rows incomplete: a reply of more than 16 MiB" },
};

START_TEST(rows_and_bodies_have_ceilings)
{
	const struct ceiling_row *row = &ceilings[_i];
	AUTO_FREE char *padding = mem_new(row->padding + 1, 1);
	struct query q = { .service = CLOUD_APPS, .path = "/x/", .what = "rows", .paging = PAGED_NOT };
	struct api *a = make_api(CLOUD_APPS);
	AUTO_BUF body = { 0 };
	unsigned visited = 0;
	struct err e = { 0 };

	memset(padding, 'x', row->padding);
	buf_add(&body, "{\"data\":[");
	for (unsigned i = 0; i < row->rows; i++)
		buf_print(&body, "%s{\"_id\":%u,\"x\":\"%s\"}", i ? "," : "", i, padding);
	buf_add(&body, "]}");
	const struct scene scenes[] = { { .status = 200, .reply = buf_text(&body) }, { 0 } };
	script_play(scenes);
	ck_assert_int_eq(api_each(a, &q, count_row, &visited, &e), !*row->text);
	ck_assert_str_eq(e.text, row->text);
	ck_assert_uint_eq(visited, row->rows < 200000 ? api_seen(a) : 200000);
	api_free(a);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("api");
	TCase *tests = tcase_create("api");

	tcase_add_loop_test(tests, portal_list_is_whole_or_partial, 0, ROWS(portal_walks));
	tcase_add_loop_test(tests, graph_list_is_whole_or_partial, 0, ROWS(graph_walks));
	tcase_add_loop_test(tests, one_reply_is_the_whole_list, 0, ROWS(singles));
	tcase_add_loop_test(tests, inner_list_comes_before_its_row, 0, ROWS(inner_walks));
	tcase_add_test(tests, inner_list_needs_a_list);
	tcase_add_loop_test(tests, status_becomes_a_line, 0, ROWS(statuses));
	tcase_add_test(tests, graph_backs_off_by_itself);
	tcase_add_test(tests, visitor_ends_the_walk);
	tcase_add_test(tests, one_document_comes_whole);
	tcase_add_test(tests, denied_with_an_old_token_asks_anew);
	tcase_add_test(tests, pages_have_a_ceiling);
	tcase_add_loop_test(tests, rows_and_bodies_have_ceilings, 0, ROWS(ceilings));
	tcase_add_loop_test(tests, wait_is_read, 0, ROWS(told));
	tcase_add_loop_test(tests, wait_counts_from_the_reply, 0, ROWS(dated));
	tcase_add_loop_test(tests, reason_is_plain, 0, ROWS(reasons));
	tcase_add_test(tests, long_text_is_cut_between_characters);
	tcase_add_loop_test(tests, set_remembers_many, 0, 4);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
