// SPDX-License-Identifier: GPL-3.0-or-later
/* Definitions for other programs, made from what the checks say of themselves (--describe=json). Runs while the package is built and is
 * never installed. */
#pragma once
#include "base/buf.h"
#include <json-c/json.h>
#include <stdbool.h>

/* One option, those that the metrics bring included. */
struct option {
	char *name;                  /* api-token-file */
	char letter;                 /* 0: none */
	char *help;
	const char *type, *arg;      /* as in the JSON, which lends them; arg is NULL for what takes no value */
	struct json_object *choices; /* lent; may be empty */
	bool own;                    /* the check's own: mdca_CHECK_OPTION in Icinga, else mdca_OPTION */
	bool repeatable, value_optional, secret;
	bool is_argument;            /* of an Icinga command: no secret, nothing that only prints, no short form of another one */
};

/* One program. */
struct check {
	const char *name;    /* check_mdca_app_connectors; lent by `top`, as all texts */
	const char *object;  /* mdca_app_connectors */
	const char *version, *summary;
	char *words;         /* app connectors */
	bool graph;          /* signs in to Microsoft Graph: the tenant's other section */
	struct option *options;
	size_t option_count;
	struct json_object *top;
};

struct suite {
	struct check *checks;
	size_t count;
	const char *folder;  /* where the programs will be installed */
};

/* One way to write all of them. */
typedef void face(const struct suite *s, struct buf *out);

face nagios_commands, nagios_templates, nrpe_commands, director_basket, director_basket_without_uuids, grafana_graphite, grafana_influxdb;
/* These write the first of them. */
face bash_completion, zsh_completion;

/* Reads one description; ends the program when it is not there or not whole. */
void check_read(const char *path, struct check *c);
void check_release(struct check *c);
/* Is the word that stands behind `=` in the help the name of a file, or of a folder? */
bool option_takes_file(const struct option *o);
bool option_takes_folder(const struct option *o);
