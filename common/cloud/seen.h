// SPDX-License-Identifier: GPL-3.0-or-later
/* A set of what was met before, eight bytes a member: it keeps hashes (64 bits, seeded at random) and not the texts, so that two
 * hundred thousand ids cost a few megabytes at most. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct seen;
struct seen *seen_new(void);
void seen_free(struct seen *s);
/* False when it was there already. `kind` keeps texts of different meaning apart. */
bool seen_add(struct seen *s, char kind, const char *bytes, size_t len);
