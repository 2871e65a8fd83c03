// SPDX-License-Identifier: GPL-3.0-or-later
/* What every check needs to reach the tenant: its option table, and the rules between the rows. */
#pragma once
#include "base/err.h"
#include "cloud/service.h"
#include "monitor/options.h"

enum auth { AUTH_API_TOKEN, AUTH_SECRET, AUTH_CERTIFICATE, AUTH_FEDERATED, AUTH_MANAGED_IDENTITY, AUTH_COUNT };

struct cloud_settings {
	char *hostname;
	int cloud, auth;                 /* -1: not given; settings_check chooses */
	char *api_url, *login_url;
	char *api_token_file, *api_token;
	char *tenant_id, *client_id, *client_secret_file, *client_secret;
	char *client_certificate, *client_certificate_password_file, *client_certificate_password;
	int assertion;                   /* enum assertion */
	char *federated_token_file;
	char *managed_identity;          /* a client id; "" or "system": the machine's own */
	bool azure_set;                  /* no option: the Entra settings are those that the host injects as AZURE_… */
	char *proxy, *noproxy, *ca_cert, *ca_path;
	bool only_ipv4, only_ipv6;
	char *cache_dir;
	bool no_cache;
	int64_t budget;                  /* portal requests a minute; 0: off */
	bool any_sign_in; /* no option: the check judges the sign-in itself, so an API token will do where the service takes none */
};

extern const struct opt cloud_options[]; /* the connection: read from MDCA_… too */
extern const struct opt entra_options[]; /* the Entra settings: AZURE_… as one set */

/* Cross-field rules for a check that reads the service: chooses the one sign-in method, completes URLs, refuses what cannot
 * work, each with the cure (ERR_USAGE; ERR_CONFIG for a file). Loads secrets from their files into api_token or client_secret; a
 * certificate and a federated token are read when a token is asked for. What a cloud lacks is ERR_CONFIG. */
bool cloud_settings_check(struct cloud_settings *s, enum service service, struct err *e) MUST_USE;
