// SPDX-License-Identifier: GPL-3.0-or-later
/* Which items are judged: --expect, --include and --exclude over an item's names. */
#pragma once
#include "base/strings.h"
#include "monitor/verdict.h"

struct selection {
	struct strings include, exclude, expect;
	bool *met; /* one per pattern of expect, made on first use */
};

/* Notes that the item exists, then tells whether it is wanted. other_name may be NULL. */
bool selection_takes(struct selection *s, const char *name, const char *other_name);
/* A finding of `missing` for each pattern of --expect that no item met. Only for a list read to its end. */
void selection_report_missing(const struct selection *s, struct verdict *v);
void selection_release(struct selection *s);
