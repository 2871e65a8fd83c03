// SPDX-License-Identifier: GPL-3.0-or-later
/* The client. A reply is cut into rows while it arrives; of a row nothing is kept but the hash of its id. */
#include "cloud/api.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/budget.h"
#include "cloud/chance.h"
#include "cloud/exchange.h"
#include "cloud/pages.h"
#include "cloud/seen.h"
#include "cloud/token.h"
#include "net/scan.h"

#define REPEATS 2
/* One piece below the wire's own ceiling: a list that is too long is an incomplete one and no broken reply. */
#define LIST_BODY_MAX (HTTP_BODY_MAX - 16 * 1024)
#define HEADERS_MAX 12
#define REQUEST_ID "client-request-id: "

struct api {
	const struct cloud_settings *set;
	enum service service;
	struct deadline deadline;
	int trace;
	struct http *http;
	struct token *token;
	struct budget *budget;    /* NULL until first needed */
	struct buf host;
	unsigned seen;
	bool has_read;
	long status;
};

/* Replies of one query on their way in. */
struct reading {
	struct api *a;
	const struct query *q;
	struct scan *scan;
	struct seen *ids;
	api_visit *visit;
	void *data;
	struct page_count page;
	size_t bytes;
	bool begun;               /* the first byte of the document has come */
	bool row_failed;          /* the error is about a row and not the reply's JSON */
	bool first_only;          /* whatever the reply says of further pages */
	char target[48];
	char request_id[sizeof(REQUEST_ID) + CHANCE_UUID_SIZE];
	const char *headers[HEADERS_MAX + 1];
};

size_t query_count(const struct query *const *queries)
{
	size_t count = 0;

	while (queries[count])
		count++;
	return count;
}

struct api *api_new(const struct cloud_settings *set, enum service service, const struct deadline *deadline, int trace,
		    const char *user_agent, struct err *e)
{
	struct http_options options = { .user_agent = user_agent, .proxy = set->proxy, .noproxy = set->noproxy, .ca_cert = set->ca_cert,
					.ca_path = set->ca_path, .only_ipv4 = set->only_ipv4, .only_ipv6 = set->only_ipv6,
					.trace = trace, .deadline = *deadline };
	struct api *a = mem_new(1, sizeof(*a));

	a->set = set;
	a->service = service;
	a->deadline = *deadline;
	a->trace = trace;
	a->http = http_new(&options, e);
	if (!a->http || !http_host(set->api_url, &a->host)) {
		if (a->http)
			err_set(e, ERR_CONFIG, "%s is no URL to ask", set->api_url);
		api_free(a);
		return NULL;
	}
	a->token = token_new(set, service, a->http, &a->deadline, trace);
	return a;
}

void api_free(struct api *a)
{
	if (!a)
		return;
	token_free(a->token);
	budget_free(a->budget);
	http_free(a->http);
	buf_free(&a->host);
	free(a);
}

const char *api_host(const struct api *a)
{
	return buf_text(&a->host);
}

const char *api_cache_fault(const struct api *a)
{
	const char *fault = token_cache_fault(a->token);

	return *fault || !a->budget ? fault : budget_fault(a->budget);
}

unsigned api_seen(const struct api *a)
{
	return a->seen;
}

bool api_has_read(const struct api *a)
{
	return a->has_read;
}

long api_status(const struct api *a)
{
	return a->status;
}

long api_refusal(const struct api *a, const struct err *e)
{
	bool refused = (e->kind == ERR_DENIED && a->status == HTTP_FORBIDDEN) || (e->kind == ERR_REPLY && a->status == HTTP_NOT_FOUND);

	return refused ? a->status : 0;
}

/* The last part of the path that says something: "/cas/api/v1/app_connectors/" is about app_connectors. */
static void name_target(const char *path, char *out, size_t size)
{
	size_t end = strcspn(path, "?("), start;

	while (end && path[end - 1] == '/')
		end--;
	for (start = end; start && path[start - 1] != '/'; start--)
		;
	snprintf(out, size, "%.*s", (int)(end - start), path + start);
}

static const char *id_name(const struct query *q)
{
	return q->id ? q->id : q->service == GRAPH ? "id" : "_id";
}

/* Was the row not met before? A row without an id is known by its whole text; of one whose inner list was cut out that is not at
 * hand, and it passes for new. */
static bool is_fresh(struct reading *r, struct json_object *row, const char *json, size_t len)
{
	const char *id = NULL;
	char digits[24];
	int64_t number;

	if (jget_text(row, id_name(r->q), &id) != GOT && jget_int(row, id_name(r->q), &number) == GOT) {
		snprintf(digits, sizeof(digits), "%lld", (long long)number);
		id = digits;
	}
	if (id)
		return seen_add(r->ids, 'i', id, strlen(id));
	return r->q->inner || seen_add(r->ids, 't', json, len);
}

static void begin_inner(void *data)
{
	struct reading *r = data;

	r->q->inner->begin(r->data);
}

static bool take_inner(const char *json, size_t len, void *data, struct err *e)
{
	struct reading *r = data;
	bool empty = !strcmp(json, "null");
	AUTO_JSON element = empty ? NULL : jget_open(json, len, e);

	if (!element && !empty)
		return false;
	r->row_failed = true;
	if (!r->q->inner->visit(element, r->data, e))
		return false;
	r->row_failed = false;
	return true;
}

static bool take_row(const char *json, size_t len, void *data, struct err *e)
{
	struct reading *r = data;
	AUTO_JSON row = jget_open(json, len, e);

	if (!row)
		return false;
	r->page.rows++;
	r->row_failed = true;
	if (!json_object_is_type(row, json_type_object))
		return err_set(e, ERR_REPLY, "row %u of %s is no object", r->page.rows, r->q->what);
	if (is_fresh(r, row, json, len)) {
		if (r->page.seen >= PAGES_ROWS_MAX)
			return err_set(e, ERR_PARTIAL, "%s incomplete: more than %u rows", r->q->what, PAGES_ROWS_MAX);
		r->page.fresh++;
		r->a->seen = ++r->page.seen;
		if (!r->visit(row, r->data, e))
			return false;
	}
	r->row_failed = false;
	return true;
}

/* A look at the first byte tells pages of gateways and lists of their own from documents. */
static bool check_first(const struct reading *r, char first, struct err *e)
{
	if (first == '<')
		return err_set(e, ERR_REPLY, "%s answered %s with an HTML page instead of JSON: is it the right base, or does a proxy "
			       "or sign-in page answer?", buf_text(&r->a->host), r->target);
	if (first == '[' && r->visit && r->q->service == GRAPH)
		return err_set(e, ERR_REPLY, "%s answered %s with a bare list, which Graph does not do", buf_text(&r->a->host), r->target);
	return true;
}

static bool say_whose(const struct reading *r, struct err *e)
{
	return err_add(e, "reply of %s on %s", buf_text(&r->a->host), r->target);
}

static bool take_bytes(const char *bytes, size_t len, void *data, struct err *e)
{
	struct reading *r = data;

	for (size_t i = 0; i < len && !r->begun; i++) {
		if (isspace((unsigned char)bytes[i]))
			continue;
		r->begun = true;
		if (!check_first(r, bytes[i], e))
			return false;
	}
	r->bytes += len;
	if (r->visit && r->bytes > LIST_BODY_MAX)
		return err_set(e, ERR_PARTIAL, "%s incomplete: a reply of more than 16 MiB", r->q->what);
	if (scan_feed(r->scan, bytes, len, e))
		return true;
	return r->row_failed ? false : say_whose(r, e);
}

/* Before each attempt, the repeated ones too. What an attempt that broke off has visited, stays visited. */
static void begin_attempt(void *data)
{
	struct reading *r = data;
	char id[CHANCE_UUID_SIZE];

	scan_reset(r->scan);
	r->page.rows = 0;
	r->bytes = 0;
	r->begun = r->row_failed = false;
	snprintf(r->request_id, sizeof(r->request_id), REQUEST_ID "%s", chance_uuid(id));
}

static void set_headers(struct reading *r)
{
	size_t n = 0;

	if (r->q->service == GRAPH)
		r->headers[n++] = r->request_id;
	for (size_t i = 0; r->q->headers && r->q->headers[i] && n < HEADERS_MAX; i++)
		r->headers[n++] = r->q->headers[i];
	r->headers[n] = NULL;
}

/* Sends with the token at hand, once more with a new one when that may help. The reply is final then. */
static bool send_signed(struct reading *r, struct http_request *request, struct http_reply *reply, struct err *e)
{
	struct api *a = r->a;
	if (!a->budget)
		a->budget = budget_new(a->set, a->service, r->q->path, a->trace);
	struct exchange x = { .http = a->http, .deadline = &a->deadline, .trace = a->trace, .repeats = REPEATS,
			      .begin = begin_attempt, .budget = a->budget,
			      .asked = { .service = a->service, .host = buf_text(&a->host), .target = r->target,
					 .permission = r->q->permission ? r->q->permission : r->q->entra_permission,
					 .by_api_token = a->set->auth == AUTH_API_TOKEN } };

	for (;;) {
		a->status = 0;
		if (!token_header(a->token, &request->authorization, e))
			return false;
		bool answered = exchange_send(&x, request, take_bytes, r, reply, e);
		a->status = reply->status;
		if (!answered)
			return false;
		bool worn = (reply->status == 401 && token_renew(a->token, true)) ||
			    (reply->status == 403 && token_renew(a->token, false));
		if (!worn)
			break;
		http_reply_free(reply);
		*reply = (struct http_reply){ 0 };
	}
	if (reply->status != 200) /* a 206 holds a part, a 202 is no answer yet */
		return refusal_set(&x.asked, reply, e);
	return true;
}

/* Reads one reply whole; its rows are visited by then, its envelope waits in the scan. */
static bool read_reply(struct reading *r, const char *url, const char *body, const char *purpose, struct err *e)
{
	struct http_request request = { .url = url, .body = body, .content_type = body ? "application/json" : NULL,
					.headers = r->headers, .purpose = purpose };
	CLEANUP(http_reply_free) struct http_reply reply = { 0 };

	r->page.fresh = 0;
	if (!send_signed(r, &request, &reply, e))
		return false;
	if (!scan_end(r->scan, e))
		return say_whose(r, e);
	return true;
}

/* {"error":true,…} comes with status 200 when the portal did not like a filter; then a list beside it means nothing. */
static bool check_envelope(const struct reading *r, struct json_object *envelope, struct err *e)
{
	AUTO_BUF body = { 0 };
	AUTO_BUF reason = { 0 };
	bool failed = false;

	if (jget_bool(envelope, "error", &failed) != GOT || !failed)
		return true;
	buf_add(&body, scan_envelope(r->scan));
	refusal_reason(&body, &reason);
	return err_set(e, ERR_REPLY, "%s refused a filter of %s: %s", buf_text(&r->a->host), r->target,
		       reason.len ? buf_text(&reason) : "no reason given");
}

static struct json_object *parse_envelope(struct reading *r, struct err *e)
{
	const char *text = scan_envelope(r->scan);
	AUTO_JSON envelope = jget_parse(text, strlen(text), e);

	if (!envelope || !check_envelope(r, envelope, e))
		return NULL;
	return json_object_get(envelope);
}

/* Some portal lists of one row come as that row alone. */
static bool take_lone_row(struct reading *r, struct json_object *envelope, struct err *e)
{
	const char *text = scan_envelope(r->scan);

	if (r->q->service == CLOUD_APPS && !r->q->inner && (json_object_object_get_ex(envelope, "_id", NULL) ||
							    json_object_object_get_ex(envelope, "displayName", NULL)))
		return take_row(text, strlen(text), r, e);
	return err_set(e, ERR_REPLY, "%s answered %s without the list that was asked for", buf_text(&r->a->host), r->target);
}

static enum step walk_page(struct reading *r, struct pages *pages, struct err *e)
{
	AUTO_FREE char *later = pages_number(pages) > 1 ? mem_print("page %u of %s", pages_number(pages), r->q->what) : NULL;
	AUTO_JSON envelope = NULL;

	if (!read_reply(r, pages_url(pages), pages_body(pages), later ? later : r->q->what, e))
		return STEP_FAILED;
	envelope = parse_envelope(r, e);
	if (!envelope)
		return STEP_FAILED;
	if (!scan_found_list(r->scan) && !take_lone_row(r, envelope, e))
		return STEP_FAILED;
	r->a->has_read = true;
	if (!scan_found_list(r->scan) || r->first_only)
		return STEP_END;
	return pages_judge(pages, envelope, &r->page, e);
}

/* Says that rows were read before the walk ended early. The time limit is a ceiling like the others: what it cuts is a list
 * without its end. */
static void set_incomplete(const struct reading *r, const struct pages *pages, struct err *e)
{
	if (e->kind == ERR_PARTIAL || (pages_number(pages) == 1 && !r->page.seen))
		return;
	if (e->kind == ERR_TIMEOUT)
		e->kind = ERR_PARTIAL;
	err_add(e, "page %u of %s (incomplete, %u rows read)", pages_number(pages), r->q->what, r->page.seen);
}

static bool walk(struct reading *r, struct pages *pages, struct err *e)
{
	for (;;) {
		switch (walk_page(r, pages, e)) {
		case STEP_NEXT:
			break;
		case STEP_END:
			return true;
		case STEP_FAILED:
			set_incomplete(r, pages, e);
			return false;
		}
	}
}

/* Reads the list into r, whose visitor is set. */
static bool read_list(struct reading *r, struct err *e)
{
	static const char *const portal_lists[] = { "data", NULL };
	static const char *const graph_lists[] = { "value", NULL };
	const struct query *q = r->q;

	r->a->seen = 0;
	name_target(q->path, r->target, sizeof(r->target));
	set_headers(r);
	r->scan = scan_new(q->lists ? q->lists : q->service == GRAPH ? graph_lists : portal_lists, take_row, r);
	if (q->inner)
		scan_cut_inner(r->scan, q->inner->name, begin_inner, take_inner);
	r->ids = seen_new();
	struct pages *pages = pages_new(q, r->a->set->api_url);
	bool whole = walk(r, pages, e);
	pages_free(pages);
	seen_free(r->ids);
	scan_free(r->scan);
	return whole;
}

bool api_each(struct api *a, const struct query *q, api_visit *visit, void *data, struct err *e)
{
	struct reading r = { .a = a, .q = q, .visit = visit, .data = data };

	return read_list(&r, e);
}

bool api_get(struct api *a, const struct query *q, struct json_object **out, struct err *e)
{
	AUTO_BUF url = { 0 };
	AUTO_BUF body = { 0 };
	struct reading r = { .a = a, .q = q };
	struct json_object *document = NULL;

	name_target(q->path, r.target, sizeof(r.target));
	set_headers(&r);
	pages_make_single(q, a->set->api_url, &url, &body);
	r.scan = scan_new(NULL, NULL, NULL);
	if (read_reply(&r, buf_text(&url), q->body ? buf_text(&body) : NULL, q->what, e))
		document = parse_envelope(&r, e);
	scan_free(r.scan);
	if (!document)
		return false;
	a->has_read = true;
	*out = document;
	return true;
}

bool api_sign_in(struct api *a, struct err *e)
{
	return token_prove(a->token, e);
}

static bool pass_by(struct json_object *record, void *data, struct err *e)
{
	(void)record;
	(void)data;
	(void)e;
	return true;
}

static void begin_nothing(void *data)
{
	(void)data;
}

static bool try_list(struct api *a, const struct query *q, struct err *e)
{
	const struct inner_list inner = { .name = q->inner ? q->inner->name : NULL, .begin = begin_nothing, .visit = pass_by };
	AUTO_JSON body = q->post ? json_object_new_object() : NULL;
	struct query one = *q;
	struct reading r = { .a = a, .q = &one, .visit = pass_by, .first_only = true };

	if (q->service == GRAPH || q->paging != PAGED_NOT)
		one.limit = 1;
	one.headers = NULL; /* for the size of pages */
	one.body = body;
	one.inner = q->inner ? &inner : NULL;
	return read_list(&r, e);
}

bool api_try(struct api *a, const struct query *q, struct err *e)
{
	AUTO_JSON document = NULL;

	if (q->paging != NOT_A_LIST)
		return try_list(a, q, e);
	a->seen = 0;
	if (!api_get(a, q, &document, e))
		return false;
	if (json_object_is_type(document, json_type_object) && json_object_object_get_ex(document, q->lists[0], NULL))
		return true;
	return err_set(e, ERR_REPLY, "%s answered %s without %s", buf_text(&a->host), q->what, q->lists[0]);
}
