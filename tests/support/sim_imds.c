// SPDX-License-Identifier: GPL-3.0-or-later
/* The metadata service that a virtual machine of the first tenant would see. Numbers are texts, as there. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "support/sim.h"
#include "support/sim_query.h"
#include "support/sim_token.h"

#define PORTAL_RESOURCE "05a65629-4c1b-48c1-a78b-804c4abdd4af"

bool sim_imds_owns(const char *path)
{
	return !strcmp(path, "/metadata/identity/oauth2/token");
}

static void refuse(struct sim_reply *reply, unsigned status, const char *error, const char *description)
{
	reply->status = status;
	buf_print(&reply->body, "{\"error\":\"%s\",\"error_description\":\"%s\"}", error, description);
}

/* The next of the faults that were asked for. */
static bool has_fault(struct sim_settings *set, struct sim_reply *reply)
{
	static const struct {
		unsigned status;
		const char *error, *description;
	} faults[] = {
		{ 404, "not_found", "IMDS endpoint is updating." },
		{ 410, "gone", "IMDS is going through updates." },
		{ 429, "too_many_requests", "IMDS throttle limit reached." },
		{ 500, "unknown", "Failed to retrieve token from the Active directory." },
	};
	char *end;

	if (!set->imds_faults || !*set->imds_faults)
		return false;
	unsigned status = (unsigned)strtoul(set->imds_faults, &end, 10);
	set->imds_faults = end + (*end == ',');
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].status == status)
			refuse(reply, status, faults[i].error, faults[i].description);
	return reply->status == status;
}

/* "managed_identity" of a client: "system" for the machine's own, "user" for one that was assigned to it. */
static const struct client *find_identity(const struct tenant *t, const char *client_id)
{
	for (size_t i = 0; i < t->client_count; i++) {
		const char *kind = member_text(t->clients[i].raw, "managed_identity");

		if (*client_id ? *kind && !strcasecmp(t->clients[i].id, client_id) : !strcmp(kind, "system"))
			return &t->clients[i];
	}
	return NULL;
}

void sim_imds(struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply)
{
	struct tenant *t = &set->scenario->tenants[0];
	AUTO_BUF version = { 0 };
	AUTO_BUF resource = { 0 };
	AUTO_BUF id = { 0 };

	query_field(r->query, "api-version", &version);
	query_field(r->query, "resource", &resource);
	query_field(r->query, "client_id", &id);
	if (strcmp(r->metadata, "true") != 0) {
		refuse(reply, 400, "bad_request_102", "Required metadata header not specified");
		return;
	}
	if (has_fault(set, reply))
		return;
	if (strcmp(r->method, "GET") != 0 || strcmp(buf_text(&version), "2018-02-01") != 0) {
		refuse(reply, 400, "invalid_request", "Invalid api-version or method");
		return;
	}
	const struct client *c = find_identity(t, buf_text(&id));
	bool graph = !strcmp(buf_text(&resource), t->graph_resource);
	if (!c) {
		refuse(reply, 400, "invalid_request", "Identity not found");
	} else if (!graph && strcmp(buf_text(&resource), PORTAL_RESOURCE) != 0) {
		refuse(reply, 400, "invalid_resource", "AADSTS500011: The resource principal was not found in the tenant.");
	} else {
		long long now = (long long)clock_now();
		unsigned life = set->token_life;

		buf_print(&reply->body,
			  "{\"access_token\":\"%s\",\"client_id\":\"%s\",\"expires_in\":\"%u\",\"expires_on\":\"%lld\",\"ext_expires_in\":\"%u\","
			  "\"not_before\":\"%lld\",\"resource\":\"%s\",\"token_type\":\"Bearer\"}",
			  sim_token_issue(t, c, graph ? FOR_GRAPH : FOR_PORTAL, life), c->id, life,
			  now + life, life, now, buf_text(&resource));
	}
}
