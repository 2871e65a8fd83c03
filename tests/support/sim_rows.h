// SPDX-License-Identifier: GPL-3.0-or-later
/* The rows of one list that a request asks for: selected, ordered, cut to a page, written as JSON with all moments
 * filled in. Rows beyond those of the scenario are copies with their own id and name, made while writing: a long list
 * costs no memory. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"
#include "support/sim_scenario.h"

struct rows {
	struct json_object *list; /* borrowed */
	size_t *order;            /* numbers of the rows that are in, in order */
	size_t count;
	unsigned wanted; /* as in struct scenario */
};

struct row_view {
	const struct tenant *tenant;
	int64_t now;
	unsigned wanted; /* of control scores, which follow the copies of their profiles */
	size_t profiles;
	const struct strings *select; /* members to write; NULL: all */
	unsigned row_bytes;           /* rows are at least so long, by members that nobody asked for; 0: as they are */
};

typedef bool row_fits(struct json_object *row, void *data);

/* All rows that fit (NULL: all). A NULL list is empty. Release with rows_free. */
void rows_pick(struct rows *r, struct json_object *list, unsigned wanted, row_fits *fits, void *data);
void rows_sort(struct rows *r, const char *member, bool descending, int64_t now);
size_t rows_total(const struct rows *r);
/* The rows `skip` … `skip + limit - 1`, with commas between them. Returns how many there were. */
size_t rows_write(const struct rows *r, size_t skip, size_t limit, const struct row_view *view, struct buf *out);
void rows_free(struct rows *r);
#define AUTO_ROWS CLEANUP(rows_free) struct rows

void row_write(struct json_object *row, const struct row_view *view, struct buf *out);
void json_write_text(const char *text, struct buf *out);
/* The member as a number: an integer, a double, or a moment (milliseconds). */
bool member_number(struct json_object *row, const char *member, int64_t now, double *value);
