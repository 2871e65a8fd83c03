// SPDX-License-Identifier: GPL-3.0-or-later
/* The lines of a verdict: a store whose size follows what can be printed, not what is added, and the choice of those that
 * are printed. Knows no metrics, only their bits.
 *
 * Lines are kept in buckets. All lines of a bucket count in the same metrics, so they have the same state, whatever the totals
 * will be. Of those that say what no line before them in print order says, a bucket keeps the first that fill the output by their
 * texts alone; of those that repeat a text, the first that fill it. No other can ever be printed, for what is left out goes from the
 * end, and before others what repeats (rows_thin): a bucket counts the rest. */
#pragma once
#include "base/buf.h"
#include "monitor/state.h"
#include <stdbool.h>
#include <stdint.h>

#define MORE_ROOM 32 /* bytes of "... N more" */

struct value {
	int metric;
	double value;
};

struct line {
	int64_t rank; /* greater ones come first */
	const char *name, *text;
	const struct value *values; /* for perfdata of items */
	size_t value_count;
	bool repeats;               /* in a full bucket: one before it has its text */
};

/* The findings that all lines of a bucket share, one bit a metric: counted in, own value alerts; and a state without any. An aside is no
 * item. */
struct findings {
	uint32_t counts, warns, crits;
	enum state given;
	bool aside;
};

/* What stays of a line that cannot be printed. */
struct name {
	int64_t rank;
	char text[];
};

struct list {
	void **items;
	size_t count, room;
};

struct bucket {
	struct findings findings;
	struct list lines;
	struct list texts;    /* in a full bucket: the lines that say something new, by their texts */
	struct list names;    /* of further lines, by rank, then in byte order: the first of them */
	bool full;            /* more than can be printed was added: from then on the lines are in order */
	size_t bytes[2];      /* that the lines take at least; of those that repeat */
	size_t dropped, dropped_values;
};

struct lines {
	struct bucket *buckets;
	size_t count;
	size_t bytes; /* that can be printed; SIZE_MAX: any number, for lines whose values are wanted too */
	size_t keep;  /* names a bucket, and lines where bytes do not count; SIZE_MAX: all */
};

/* Copies the line in. */
void lines_add(struct lines *lines, const struct findings *f, const struct line *line);
void lines_free(struct lines *lines);
/* By all that a line has, so that equal lines are interchangeable and no order of insertion can be seen. */
int line_compare(const struct line *a, const struct line *b);
/* "name: text", or what there is of it. */
void line_print(const struct line *line, struct buf *out);

/* Lines on their way to the output; borrowed from the buckets. */
struct row {
	const struct line *line;
	enum state state;
	size_t cost;         /* bytes in the output */
	bool repeats, gone;
};

struct rows {
	struct row *rows;
	size_t count, room;
	size_t dropped;      /* further lines that no bucket kept */
};

/* Adds the lines of a bucket, which all have this state. */
void rows_take(struct rows *r, struct bucket *b, enum state s);
/* Worst first (CRITICAL, UNKNOWN, WARNING, OK), then by rank, then by name in byte order. */
void rows_sort(struct rows *r);
/* Marks rows as gone until the costs of the others fit into `room`; returns how many lines are not shown in all. */
size_t rows_thin(struct rows *r, size_t room);
void rows_free(struct rows *r);

/* Names of lines, printable or not, borrowed from the buckets. */
struct named {
	enum state state;
	int64_t rank;
	const char *name;
};

struct names {
	struct named *names;
	size_t count, room;
};

void names_take(struct names *n, const struct bucket *b, enum state s);
/* As rows are. */
void names_sort(struct names *n);
void names_free(struct names *n);
