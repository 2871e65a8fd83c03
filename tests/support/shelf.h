// SPDX-License-Identifier: GPL-3.0-or-later
/* The cases of every program, for plays that damage their replies. Of use is a case whose first run answers at once in one line and
 * gets a good reply. */
#pragma once
#include "support/casefile.h"

#define SHELVES_MAX 64

/* The cases of one program, those that end well before the others; sorted paths. */
struct shelf {
	char *name, *path;
	struct strings good, other;
};

struct shelves {
	char *tests; /* folder that includes are relative to */
	struct shelf items[SHELVES_MAX];
	size_t count;
};

/* Fills s from the folders of the cases and of the built programs; ERR_CONFIG when one is not there, a program is not built or has too
 * few cases of use. s is yours to clear, also then. */
bool shelves_fill(struct shelves *s, const char *cases, const char *plugins, struct err *e) MUST_USE;
void shelves_clear(struct shelves *s);

/* Is it a reply of the first run that holds an answer? */
bool shelf_is_good_reply(const struct exchange *x);
