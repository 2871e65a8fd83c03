// SPDX-License-Identifier: GPL-3.0-or-later
/* The simulated tenant: what its parts share. One request goes in, one reply comes out; Entra, portal and Graph each
 * have a function of that shape. Everything runs in the one thread of the HTTP server, so nothing here is locked. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"
#include "support/sim_scenario.h"
#include <openssl/x509.h>

#define SIM_LIMIT_MAX 1024

struct sim_settings {
	struct scenario *scenario;
	int64_t at;          /* 0: the clock */
	unsigned limit;      /* portal requests per tenant and window, 0: no limit */
	unsigned window;     /* its length in seconds */
	bool dated;          /* a 429 of the portal names the moment when the wait is over */
	unsigned token_life; /* seconds, as told in expires_in */
	bool tls;
	bool whole;          /* a page holds the whole list */
	unsigned row_bytes;  /* as in struct row_view */
	X509 *certificate;  /* registered with the first client of the first tenant, or NULL */
	const char *imds_faults;      /* statuses that the metadata service answers first, parted by commas */
};

struct sim_request {
	const char *method;
	char *path;  /* decoded */
	char *query; /* as sent, without the `?`; "" without one */
	struct buf body;
	/* headers, "" when not sent */
	const char *authorization, *content_type, *prefer, *host, *client_request_id, *metadata;
	int64_t now; /* what the data is relative to */
};

struct sim_reply {
	unsigned status;
	struct buf body;
	const char *content_type;
	struct strings headers; /* "Name: value" */
};

/* POST /TENANT/oauth2/v2.0/token */
bool sim_entra_owns(const char *path);
void sim_entra(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply);

/* GET /metadata/identity/oauth2/token: the metadata service of a virtual machine in the first tenant */
bool sim_imds_owns(const char *path);
void sim_imds(struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply);

/* /v1.0/… */
bool sim_graph_owns(const char *path);
void sim_graph(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply);

/* /api/… and /cas/api/… */
bool sim_portal_owns(const char *path);
void sim_portal(const struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply);

void sim_reply_free(struct sim_reply *reply);
