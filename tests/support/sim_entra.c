// SPDX-License-Identifier: GPL-3.0-or-later
/* The token endpoint: client credentials with a secret or an assertion, for Graph and for the portal's API; every
 * refusal with its number. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "support/sim.h"
#include "support/sim_assertion.h"
#include "support/sim_query.h"
#include "support/sim_rows.h"
#include "support/sim_token.h"

#define TOKEN_PATH "/oauth2/v2.0/token"
#define PORTAL_RESOURCE "05a65629-4c1b-48c1-a78b-804c4abdd4af"

struct form {
	struct buf client_id, client_secret, assertion, assertion_type, scope;
};

static void form_free(struct form *f)
{
	buf_free(&f->client_id);
	buf_free(&f->client_secret);
	buf_free(&f->assertion);
	buf_free(&f->assertion_type);
	buf_free(&f->scope);
}

bool sim_entra_owns(const char *path)
{
	size_t len = strlen(path);

	return len > strlen(TOKEN_PATH) && !strcmp(path + len - strlen(TOKEN_PATH), TOKEN_PATH);
}

/* Always false, for `return refuse(…)`. */
static bool refuse(struct sim_reply *reply, unsigned status, const char *error, int number, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

static bool refuse(struct sim_reply *reply, unsigned status, const char *error, int number, const char *fmt, ...)
{
	AUTO_BUF text = { 0 };
	char stamp[CLOCK_STAMP_SIZE], trace[GUID_SIZE], correlation[GUID_SIZE];
	va_list args;

	clock_stamp(clock_now(), stamp);
	sim_guid(trace);
	sim_guid(correlation);
	buf_print(&text, "AADSTS%d: ", number);
	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	buf_print(&text, " Trace ID: %s Correlation ID: %s Timestamp: %.10s %.8sZ", trace, correlation, stamp,
		  stamp + 11);
	buf_print(&reply->body, "{\"error\":\"%s\",\"error_description\":", error);
	json_write_text(text.data, &reply->body);
	buf_print(&reply->body,
		  ",\"error_codes\":[%d],\"timestamp\":\"%.10s %.8sZ\",\"trace_id\":\"%s\",\"correlation_id\":\"%s\","
		  "\"error_uri\":\"https://login.microsoftonline.com/error?code=%d\"}",
		  number, stamp, stamp + 11, trace, correlation, number);
	reply->status = status;
	return false;
}

static bool find_tenant(const struct sim_settings *set, const char *path, struct sim_reply *reply,
			struct tenant **found)
{
	AUTO_FREE char *name = mem_copy_bytes(path + 1, strlen(path) - strlen(TOKEN_PATH) - 1);

	for (size_t i = 0; i < set->scenario->tenant_count; i++) {
		struct tenant *t = &set->scenario->tenants[i];

		if (strcasecmp(t->id, name) != 0 && strcasecmp(t->domain, name) != 0)
			continue;
		*found = t;
		return true;
	}
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")] ||
	    !strpbrk(name, ".-"))
		return refuse(
		    reply, 400, "invalid_request", 900023,
		    "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain.", name);
	return refuse(reply, 400, "invalid_tenant", 90002, "Tenant '%s' not found.", name);
}

static bool read_form(const struct sim_request *r, struct form *f, struct sim_reply *reply)
{
	AUTO_BUF grant = { 0 };
	const char *body = buf_text(&r->body);
	const char *missing = NULL;

	if (!query_field(body, "scope", &f->scope))
		missing = "scope";
	if (!query_field(body, "client_id", &f->client_id))
		missing = "client_id";
	if (!query_field(body, "grant_type", &grant))
		missing = "grant_type";
	if (missing || strncasecmp(r->content_type, "application/x-www-form-urlencoded", 33) != 0)
		return refuse(reply, 400, "invalid_request", 900144,
			      "The request body must contain the following parameter: '%s'.",
			      missing ? missing : "grant_type");
	if (strcmp(grant.data, "client_credentials") != 0)
		return refuse(reply, 400, "unsupported_grant_type", 70003,
			      "The app requested an unsupported grant type '%s'.", buf_text(&grant));
	query_field(body, "client_secret", &f->client_secret);
	query_field(body, "client_assertion", &f->assertion);
	query_field(body, "client_assertion_type", &f->assertion_type);
	return true;
}

static bool find_client(struct tenant *t, const char *id, struct sim_reply *reply, const struct client **found)
{
	for (size_t i = 0; i < t->client_count; i++) {
		if (strcasecmp(t->clients[i].id, id) != 0)
			continue;
		if (member_true(t->clients[i].raw, "disabled"))
			return refuse(reply, 400, "unauthorized_client", 7000112,
				      "Application '%s'(check_mdca) is disabled.", id);
		*found = &t->clients[i];
		return true;
	}
	return refuse(reply, 400, "unauthorized_client", 700016,
		      "Application with identifier '%s' was not found in the directory '%s'.", id, t->name);
}

static bool read_scope(const struct tenant *t, const char *scope, struct sim_reply *reply, enum audience *audience)
{
	static const char suffix[] = "/.default";
	size_t len = strlen(scope);

	if (len <= strlen(suffix) || strcmp(scope + len - strlen(suffix), suffix) != 0 || strchr(scope, ' '))
		return refuse(reply, 400, "invalid_scope", 1002012,
			      "The provided value for scope %s is not valid. Client credential flows must have a scope "
			      "value with "
			      "/.default suffixed to the resource identifier.",
			      scope);
	AUTO_FREE char *resource = mem_copy_bytes(scope, len - strlen(suffix));
	if (!strcmp(resource, t->graph_resource))
		*audience = FOR_GRAPH;
	else if (!strcmp(resource, PORTAL_RESOURCE))
		*audience = FOR_PORTAL;
	else if (!strncmp(resource, "https://", 8))
		return refuse(reply, 400, "invalid_resource", 500011,
			      "The resource principal named %s was not found in the tenant named %s.", resource,
			      t->name);
	else
		return refuse(reply, 400, "invalid_scope", 70011,
			      "The provided value for the input parameter 'scope' is not valid.");
	return true;
}

/* The address that the client has asked, which a statement for it must name. */
static char *own_url(const struct sim_settings *set, const struct sim_request *r)
{
	return mem_print("%s://%s%s", set->tls ? "https" : "http", r->host, r->path);
}

static bool prove_by_assertion(const struct sim_settings *set, const struct sim_request *r, const struct client *c, const struct form *f,
			       struct sim_reply *reply)
{
	AUTO_FREE char *url = own_url(set, r);
	bool registered = set->certificate && c == &set->scenario->tenants[0].clients[0];
	const struct assertion_rules rules = { .client = c, .audience = url, .certificate = registered ? set->certificate : NULL };
	struct assertion_fault fault;

	if (strcmp(buf_text(&f->assertion_type), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") != 0)
		return refuse(reply, 400, "invalid_request", 900144,
			      "The request body must contain the following parameter: 'client_assertion_type'.");
	return sim_assertion_check(&rules, buf_text(&f->assertion), &fault) ||
	       refuse(reply, fault.status, fault.status == 401 ? "invalid_client" : "invalid_request", fault.number, "%s", fault.text);
}

static bool prove(const struct client *c, const struct form *f, struct sim_reply *reply)
{
	struct json_object *secrets = member_list(c->raw, "secrets");

	if (!f->client_secret.len)
		return refuse(
		    reply, 401, "invalid_client", 7000218,
		    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
	for (size_t i = 0; secrets && i < json_object_array_length(secrets); i++) {
		struct json_object *secret = json_object_array_get_idx(secrets, i);

		if (strcmp(member_text(secret, "value"), f->client_secret.data) != 0)
			continue;
		return !member_true(secret, "expired") ||
		       refuse(reply, 401, "invalid_client", 7000222,
			      "The provided client secret keys for app '%s' are expired.", c->id);
	}
	return refuse(reply, 401, "invalid_client", 7000215, "Invalid client secret provided for app '%s'.", c->id);
}

void sim_entra(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply)
{
	CLEANUP(form_free) struct form f = { 0 };
	struct tenant *t = NULL;
	const struct client *c = NULL;
	enum audience audience = FOR_GRAPH;

	reply->content_type = "application/json; charset=utf-8";
	strings_add(&reply->headers, "Cache-Control: no-store, no-cache");
	strings_add(&reply->headers, "Pragma: no-cache");
	if (strcmp(r->method, "POST") != 0) {
		refuse(reply, 405, "invalid_request", 900561,
		       "The endpoint only accepts POST requests. Received a %s request.", r->method);
		return;
	}
	if (!find_tenant(set, r->path, reply, &t) || !read_form(r, &f, reply) ||
	    !find_client(t, buf_text(&f.client_id), reply, &c) ||
	    !read_scope(t, buf_text(&f.scope), reply, &audience))
		return;
	if (f.assertion.len ? !prove_by_assertion(set, r, c, &f, reply) : !prove(c, &f, reply))
		return;
	buf_print(&reply->body,
		  "{\"token_type\":\"Bearer\",\"expires_in\":%u,\"ext_expires_in\":%u,\"access_token\":\"%s\"}",
		  set->token_life, set->token_life, sim_token_issue(t, c, audience, set->token_life));
}
