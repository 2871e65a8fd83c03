// SPDX-License-Identifier: GPL-3.0-or-later
/* Flags are kept sorted by id once all are read. */
#include "portal_instance.h"

#include <stdlib.h>
#include <string.h>

#include "portal_app.h"

const struct query portal_instances = { .service = CLOUD_APPS, .path = "/cas/api/v1/connected_services/instances/",
					.what = "connected service instances", .permission = PORTAL_APPS_PERMISSION };

static bool visit_instance(struct json_object *row, void *data, struct err *e)
{
	struct instance_flags *all = data;
	struct json_object *api = NULL;
	struct instance_flag flag = { 0 };

	(void)e;
	const char *id = jget_text_or(row, "_id", NULL);
	if (!id || jget_object(row, "api", &api) != GOT)
		return true;
	flag.got = jget_bool(api, "hasWarnings", &flag.warns);
	if (flag.got == UNSET)
		return true;
	flag.id = mem_copy_text(id);
	all->flags = mem_resize(all->flags, all->count + 1, sizeof(*all->flags));
	all->flags[all->count++] = flag;
	return true;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct instance_flag *)a)->id, ((const struct instance_flag *)b)->id);
}

bool instance_flags_read(struct api *api, struct instance_flags *all, struct err *e)
{
	if (!api_each(api, &portal_instances, visit_instance, all, e))
		return false;
	if (all->count)
		qsort(all->flags, all->count, sizeof(*all->flags), by_id);
	return true;
}

const struct instance_flag *instance_flags_find(const struct instance_flags *all, const char *id)
{
	struct instance_flag wanted = { .id = (char *)id };

	return all->count ? bsearch(&wanted, all->flags, all->count, sizeof(wanted), by_id) : NULL;
}

void instance_flags_free(struct instance_flags *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->flags[i].id);
	free(all->flags);
}
