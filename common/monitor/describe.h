// SPDX-License-Identifier: GPL-3.0-or-later
/* The option table's other faces: help for people, man page, Icinga 2 command, JSON. All text comes from the tables and the
 * page, so nothing can drift. */
#pragma once
#include "base/buf.h"
#include "monitor/options.h"

/* What a program reads, and what opens it. */
struct endpoint {
	const char *path;
	const char *resource;         /* application id of the service in Entra */
	const char *entra_permission; /* NULL: none */
	const char *permission;       /* for people */
};

/* What a program says about itself. */
struct page {
	const char *name;        /* check_mdca_… */
	const char *version;     /* of the package */
	const char *summary;     /* half a line: "governance tasks that failed or hang" */
	const char *about;       /* paragraphs parted by an empty line: what is looked at, what an alarm means, what to do */
	const char *permission;  /* what the tenant must grant */
	const struct endpoint *endpoints; /* ends with one without a path; NULL: not told */
	const char *requests;    /* how many API requests one run makes */
	const char *service;     /* the one it asks, "portal" or "graph": who signs in to both needs two sections */
	const char *const *examples; /* command lines without the folder, each followed by its explanation; ends with NULL */
};

/* --help: 80 columns, in the order of the Monitoring Plugins guidelines. */
void describe_help(const struct page *p, const struct opt_table *t, struct buf *out);
/* One line. */
void describe_version(const struct page *p, struct buf *out);
/* The short usage behind an error: at most 23 lines of 80 columns, no `|`. */
void describe_usage(const struct page *p, const struct opt_table *t, struct buf *out);
/* man(7) source of section 1. */
void describe_man(const struct page *p, const struct opt_table *t, struct buf *out);
/* One complete `object CheckCommand`. */
void describe_icinga(const struct page *p, const struct opt_table *t, struct buf *out);
/* One JSON object: name, version, summary, permission, endpoints[], requests, service, options[], metrics[]. */
void describe_json(const struct page *p, const struct opt_table *t, struct buf *out);
