// SPDX-License-Identifier: GPL-3.0-or-later
/* Query strings and forms: `name=value` joined by `&`, percent-encoded. */
#pragma once
#include "base/buf.h"
#include <stdbool.h>

/* The decoded value of the first field of that name; false without it. */
bool query_field(const char *query, const char *name, struct buf *value);
/* A field that is a whole number; *value stays when it is absent. False: it is there and no such number. */
bool query_number(const char *query, const char *name, unsigned *value);
/* `text` decoded; plus_is_blank as in forms and queries, not in paths. Yours. */
char *query_decode(const char *text, size_t len, bool plus_is_blank) MUST_USE;
/* Adds the fields of the query as they came, without `$skip` and `$skiptoken`, each followed by `&`. */
void query_without_skip(const char *query, struct buf *out);
