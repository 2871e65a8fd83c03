// SPDX-License-Identifier: GPL-3.0-or-later
/* Lists that witness the same things, where no single one need be there: the operator names those to read, and those that the tenant may
 * refuse by 403 or 404, because it does not offer them, or not to us. A refusal is no harm where another list has shown something. */
#pragma once
#include "plugin.h"

/* Borrowed. Both arrays end with NULL. */
struct lists {
	const struct query *const *queries;
	const char *const *words;                /* by which options name them, in the same order */
	const struct strings *wanted, *optional; /* words given */
};

/* Is it to be read? */
bool lists_wants(const struct lists *l, const struct query *q);
/* May it be refused with this HTTP status, as long as another one shows something? */
bool lists_spares(const struct lists *l, const struct query *q, long status);
/* Reads those that are wanted in their order, `read` the one of this place in the array. A refused list does not end the walk: in the end
 * it is remarked on, or is the error when it was not named or nothing was shown (*shown, which `read` counts). */
bool lists_read(struct job *job, const struct lists *l, bool (*read)(struct job *job, size_t place, struct err *e), const unsigned *shown,
		struct err *e) MUST_USE;
