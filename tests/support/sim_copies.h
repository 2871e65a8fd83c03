// SPDX-License-Identifier: GPL-3.0-or-later
/* Many tenants made of one: the data of the first, shared, with identities, secrets and a host name of their own (t001.tenants.localhost;
 * names below .localhost are loopback to libcurl without any lookup). */
#pragma once
#include "base/err.h"
#include "support/sim_scenario.h"

#define SIM_COPIES_MAX 9999

/* The tenants as a list, as if they had stood in the scenario; yours. */
struct json_object *sim_copies(const struct tenant *first, unsigned count);
/* DIR/tenants/NAME.token and NAME.secret (0600) of each tenant, and DIR/tenants.ini with the sections [NAME] (portal) and [NAME-graph].
 * The portal is at https://NAME.tenants.localhost:PORT, Graph and the sign-in at https://localhost:PORT for all, as in life. */
bool sim_copies_write(const struct scenario *s, const char *dir, unsigned port, struct err *e) MUST_USE;
