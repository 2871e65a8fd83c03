// SPDX-License-Identifier: GPL-3.0-or-later
/* What the names and letters of an option table stand for. Inside of options only. */
#pragma once
#include "monitor/options.h"

/* Later ones win. AZURE_… comes first and is read last, because it depends on what the others left open. */
enum origin { FROM_DEFAULT, FROM_AZURE, FROM_ENVIRONMENT, FROM_SECTION, FROM_ARGUMENT };

struct opt_note {
	enum origin origin;
	char *source;
};

/* What a name stands for: a row of a group, a side of a metric's limits, or --extra-opts. */
struct target {
	const struct opt *row;
	struct opt_group *group;
	struct opt_note *note;
	const struct metric *metric;
	struct limits *limits;
	bool warn, crit; /* of the limits; both for --ignore-NAME */
};

/* A name looked up. */
struct search {
	const char *text;
	size_t len;
	struct target found;
	bool exact;
	unsigned begun; /* names that begin with the text, or are the same but for underscores */
	char name[64];  /* one of these */
};

struct target optname_of_row(struct opt_group *g, const struct opt *row);
/* The long name of `len` bytes, which is lent to the result. */
struct search optname_find(const struct opt_table *t, const char *text, size_t len);
bool optname_find_letter(const struct opt_table *t, char letter, struct target *target);
bool optname_takes_value(const struct target *target);
bool optname_is_extra_opts(const struct target *target);
/* Is it a row of this type? */
bool optname_is(const struct target *target, enum opt_type type);
