// SPDX-License-Identifier: GPL-3.0-or-later
/* Checks what a client signs in with beside a secret: a statement signed with its certificate's key, or the token of an
 * issuer that the application trusts. As strict as the real service, and stricter where that says nothing. */
#pragma once
#include "support/sim_scenario.h"
#include <openssl/x509.h>

struct assertion_rules {
	const struct client *client;  /* its "federated" list: issuer, subject, audience */
	const char *audience;         /* the address that was asked */
	X509 *certificate;  /* registered with the client, or NULL */
};

struct assertion_fault {
	unsigned status;
	int number; /* AADSTS */
	char text[256];
};

bool sim_assertion_check(const struct assertion_rules *rules, const char *assertion, struct assertion_fault *fault);
