// SPDX-License-Identifier: GPL-3.0-or-later
/* Sections of ini files as the Monitoring Plugins read them for --extra-opts: where the file is, and the keys of a section.
 * Knows nothing of options. */
#pragma once
#include "base/err.h"

/* A key of a section, lent for the length of one visit. */
struct ini_entry {
	const char *key, *value; /* trimmed; the value of `key=` is "" */
	const char *file;        /* "standard input" for `-` */
	int line;
	bool open_to_others;     /* the file is no place for secrets */
};
typedef bool ini_visit(const struct ini_entry *entry, void *data, struct err *e);

/* The file to read when none is named: MP_CONFIG_FILE, else the first one found in the folders of NAGIOS_CONFIG_PATH and
 * MP_CONFIG_PATH, else in the standard places. Yours; NULL when there is none. */
char *ini_find(void) MUST_USE;
/* Visits the keys of all sections of that name, in order, until a visit fails. A file that cannot be read, a section that is not
 * there, a line without `=` in it, and anything but comments before the first section are ERR_USAGE. */
bool ini_walk(const char *path, const char *section, ini_visit *visit, void *data, struct err *e) MUST_USE;
