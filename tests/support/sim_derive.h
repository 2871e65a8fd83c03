// SPDX-License-Identifier: GPL-3.0-or-later
/* Lists of a tenant that follow from other lists, made once when the scenario is loaded. */
#pragma once
#include "support/sim_scenario.h"
#include <openssl/x509.h>

/* graph.secureScores: an entry with "@days": [FROM, TO] becomes one snapshot a day, and "@scores" (control name:
 * points) its control scores, with everything that the catalogue says about them. */
void sim_derive_scores(struct tenant *t, unsigned rows);
/* portal.instances, portal.services (one row an app) and portal.app_connectors_reduced (what GET shows) from
 * portal.app_connectors; "@instance" of a connector holds what only its instance row says. */
void sim_derive_services(struct tenant *t);
/* graph.healthOverviews_expanded: the health overviews with their issues. */
void sim_derive_health(struct tenant *t);
/* graph.applications: the row of the first client lists this certificate among its keyCredentials. */
void sim_derive_certificate(struct tenant *t, X509 *certificate);
