// SPDX-License-Identifier: GPL-3.0-or-later
/* The first few of many texts, in an order of their own: which ones, does not depend on the order in which they come. Memory follows
 * what is kept. */
#pragma once
#include "base/buf.h"
#include <stdint.h>

/* What a text is ordered by: more worth goes first (NAN last, and what differs by a millionth is as much), then the lower rank, then the
 * name in byte order, then the id without regard to case. NULL is as "". */
struct place {
	double worth;
	int64_t rank;
	const char *name, *id;
};

/* Bytes that are kept of a text, and of the names and ids that order it: no line shows more. */
#define SHORTLIST_TEXT_MAX 1000

/* All zero: empty. */
struct shortlist {
	struct pick *picks;
	size_t count, room;
	size_t len; /* bytes of all texts */
};

/* The text comes in when it belongs to the first `most`, and to those whose texts before it have at most `enough` bytes in all.
 * Both are the same for all of a list. */
void shortlist_add(struct shortlist *list, size_t most, size_t enough, const struct place *place, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* "A, B, C" */
void shortlist_print(const struct shortlist *list, struct buf *out);
void shortlist_free(struct shortlist *list);
