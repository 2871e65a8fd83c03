// SPDX-License-Identifier: GPL-3.0-or-later
/* The command line, cut into options and their values. getopt_long(3) would take abbreviations, which a later release may make
 * ambiguous. Inside of options only. */
#pragma once
#include "monitor/optname.h"

/* What the arguments still hold. */
struct words {
	int argc;
	char *const *argv;
	int next;
	const char *cluster; /* the rest of -vvv */
};

/* One option among them. */
struct word {
	struct target target;
	const char *value; /* NULL: a flag */
	char shown[80];
};

bool optwords_more(const struct words *w);
/* The next option. ERR_USAGE for what is unknown, lacks its value, has one too many, stands alone, or is a secret. */
bool optwords_next(const struct opt_table *t, struct words *w, struct word *out, struct err *e) MUST_USE;
