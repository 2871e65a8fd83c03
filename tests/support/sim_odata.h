// SPDX-License-Identifier: GPL-3.0-or-later
/* The part of OData's $filter that the checks may rely on: comparisons joined by `and`, and NAME/any(x:x eq 'text'). */
#pragma once
#include "support/sim_rows.h"

struct odata_filter;

/* Parses the text for rows of this list. False: `why` says what Graph would answer. *out is yours. */
bool odata_parse(const char *text, struct json_object *list, struct odata_filter **out, struct buf *why);
/* A row_fits whose data is the filter; set the moment first. */
void odata_set_now(struct odata_filter *f, int64_t now);
bool odata_fits(struct json_object *row, void *filter);
/* Does the filter ask for one value of this member? */
bool odata_pins(const struct odata_filter *f, const char *member);
void odata_free(struct odata_filter *f);
/* Does any row of the list have the member? An empty list has them all. */
bool odata_knows(struct json_object *list, const char *member);
