// SPDX-License-Identifier: GPL-3.0-or-later
/* The portal's list of connected service instances, for the warning flag that some tenants have only there (contract, "App connectors"). The
 * ids are those of the list of App connectors. All zero is empty; whoever declares the flags frees them. */
#pragma once
#include "cloud/api.h"
#include "net/jget.h"

extern const struct query portal_instances;

struct instance_flag {
	char *id;
	enum got got; /* GOT or ODD */
	bool warns;
};

/* Of the instances that carry one. */
struct instance_flags {
	struct instance_flag *flags;
	size_t count;
};

/* Reads the whole list. */
bool instance_flags_read(struct api *api, struct instance_flags *all, struct err *e) MUST_USE;
/* NULL: there is no such instance, or it has no flag. */
const struct instance_flag *instance_flags_find(const struct instance_flags *all, const char *id);
void instance_flags_free(struct instance_flags *all);
