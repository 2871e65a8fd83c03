// SPDX-License-Identifier: GPL-3.0-or-later
/* The client: walks a list or gets one document, signs in when needed, waits when told, retries what may pass, and
 * never calls a list whole that is not. Records are lent for the length of one call. */
#pragma once
#include "cloud/settings.h"
#include "net/http.h"
#include "net/jget.h"

#define HTTP_FORBIDDEN 403
#define HTTP_NOT_FOUND 404

enum paging {
	PAGED_BY_SERVICE,  /* portal: skip and limit; Graph: nextLink */
	PAGED_NOT,         /* one reply is the whole list; for Graph a nextLink is ignored */
	NOT_A_LIST,        /* for api_get; `lists` names the member that the document must have */
};

/* One record of a list, borrowed. False with e filled ends the walk. */
typedef bool api_visit(struct json_object *record, void *data, struct err *e);

/* An array in each record, too long for memory: its elements are visited one by one, before the record, which holds it empty then.
 * What is no array stays in the record. An element may be of any type, NULL for null. `begin` comes before the elements of each
 * record: those that went before belong to a record that was visited, or to none, as when a record comes again, or a reply that
 * broke off. A record without an id passes for one that was not met before. */
struct inner_list {
	const char *name;
	void (*begin)(void *data);
	api_visit *visit;
};

struct query {
	enum service service;
	const char *path;             /* "/cas/api/v1/app_connectors/", "/security/secureScores" */
	const char *what;             /* for people: "app connectors" */
	const char *parameters;       /* query string without `?`, already encoded; or NULL */
	bool post;                    /* portal: a list that is asked for by POST */
	struct json_object *body;     /* its members beside skip and limit; borrowed; NULL: none, and GET unless `post` */
	const char *const *headers;   /* further ones, ends with NULL; or NULL */
	const char *const *lists;     /* names of the list member; NULL: the service's own (data / value) */
	enum paging paging;
	const struct inner_list *inner; /* cut out of each record; borrowed; NULL: none */
	const char *id;               /* name of the item's id; NULL: the service's own (_id / id) */
	const char *entra_permission; /* the application permission that opens it; NULL: none does */
	const char *permission;       /* what a 403 tells to grant; NULL: that one */
	unsigned limit;               /* rows a page, on Graph $top; 0: the service's own (portal 100, Graph no $top) */
};

/* How many they are; the array ends with NULL. */
size_t query_count(const struct query *const *queries);

struct api;
struct api *api_new(const struct cloud_settings *set, enum service service, const struct deadline *deadline, int trace,
		    const char *user_agent, struct err *e) MUST_USE;
void api_free(struct api *a);
/* Whom it asks; lent. */
const char *api_host(const struct api *a);

/* Visits every record once (by id). The time limit on a later page is ERR_PARTIAL like any ceiling. True only when all signs agree
 * that the list is whole; records visited before a false remain judged, and api_seen tells how many. */
bool api_each(struct api *a, const struct query *q, api_visit *visit, void *data, struct err *e) MUST_USE;
/* One document without a list, or a list as one document; yours (AUTO_JSON). */
bool api_get(struct api *a, const struct query *q, struct json_object **out, struct err *e) MUST_USE;
/* Signs in, which the first request does as well, and opens the key of a certificate even where the cache has the token. */
bool api_sign_in(struct api *a, struct err *e) MUST_USE;
/* Is this list or document to be had? Asks for one row of the first page and visits nothing; true when what came is what was asked for. */
bool api_try(struct api *a, const struct query *q, struct err *e) MUST_USE;
/* Why tokens or the request budget are not kept for other checks, "" when they are or none is wanted. */
const char *api_cache_fault(const struct api *a);
/* Records visited by the last api_each, or met by api_try. */
unsigned api_seen(const struct api *a);
/* Was at least one whole reply with what was asked for read in this run? */
bool api_has_read(const struct api *a);
/* HTTP status that the last request was answered with; 0 when it was not: before one, on a broken connection, a reply that was not
 * what was promised, a refused sign-in. */
long api_status(const struct api *a);
/* The service's own refusal, HTTP_FORBIDDEN or HTTP_NOT_FOUND, when `e` of the last request is that, else 0. */
long api_refusal(const struct api *a, const struct err *e);
