// SPDX-License-Identifier: GPL-3.0-or-later
/* The portal's one list of App connectors and of apps behind Conditional Access App Control (contract, "App connectors"). Two checks
 * read it, with the same request to the byte, so that one answer could serve both. */
#pragma once
#include "base/buf.h"
#include "cloud/api.h"

#define PORTAL_APPS_PERMISSION \
	"an API token whose owner is Global reader (a scoped role sees only its part); no Entra permission opens this list"

extern const struct query portal_apps;

/* Visits every row. `what` names the rows for people. */
bool portal_apps_each(struct api *api, const char *what, api_visit *visit, void *data, struct err *e) MUST_USE;
/* The instance, with the product in brackets when they differ. */
void portal_app_name(struct json_object *row, struct buf *out);
