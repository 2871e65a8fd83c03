// SPDX-License-Identifier: GPL-3.0-or-later
/* Definitions for other programs, made from what the checks say of themselves (--describe=json). Runs while the package is built and is
 * never installed. */
#pragma once
#include "base/buf.h"
#include <json-c/json.h>
#include <stdbool.h>

/* One program. */
struct check {
	const char *name;    /* check_mdca_app_connectors; lent by `top` */
	const char *object;  /* mdca_app_connectors */
	const char *version, *summary;
	char *words;         /* app connectors */
	bool graph;          /* signs in to Microsoft Graph: the tenant's other section */
	struct json_object *top;
};

struct suite {
	struct check *checks;
	size_t count;
	const char *folder;  /* where the programs will be installed */
};

/* One way to write all of them. */
typedef void face(const struct suite *s, struct buf *out);

face nagios_commands, nagios_templates, nrpe_commands;

/* A member that must be there. */
const char *member_text(struct json_object *o, const char *name);
