// SPDX-License-Identifier: GPL-3.0-or-later
/* The request for the portal's list of apps, and what an app is called. */
#include "portal_app.h"

#include <string.h>

const struct query portal_apps = { .service = CLOUD_APPS, .path = "/cas/api/v1/app_connectors/", .what = "app connectors", .post = true,
				   .permission = PORTAL_APPS_PERMISSION };

bool portal_apps_each(struct api *api, const char *what, api_visit *visit, void *data, struct err *e)
{
	AUTO_JSON body = json_object_new_object();
	struct query q = portal_apps;

	q.what = what;
	q.body = body;
	json_object_object_add(body, "filters", json_object_new_object());
	json_object_object_add(body, "performAsyncTotal", json_object_new_boolean(false));
	json_object_object_add(body, "sortField", json_object_new_string("app"));
	json_object_object_add(body, "sortDirection", json_object_new_string("desc"));
	return api_each(api, &q, visit, data, e);
}

void portal_app_name(struct json_object *row, struct buf *out)
{
	const char *product = jget_text_or(row, "appName", NULL);
	const char *instance = jget_text_or(row, "instanceName", jget_text_or(row, "name", NULL));
	int64_t id;

	if (instance && product && strcmp(instance, product))
		buf_print(out, "%s (%s)", instance, product);
	else if (instance || product)
		buf_add(out, instance ? instance : product);
	else if (jget_int(row, "appId", &id) == GOT)
		buf_print(out, "app %lld", (long long)id);
	else
		buf_add(out, "(no name)");
}
