// SPDX-License-Identifier: GPL-3.0-or-later
/* The inside of a verdict, shared by verdict.c, which takes in and judges, and by verdict_text.c and verdict_json.c, which
 * write. For nobody else. */
#pragma once
#include "monitor/lines.h"
#include "monitor/verdict.h"

#define RAW_CEILING 16384 /* bytes of any text before it is cleaned */

struct item {
	bool open;
	int64_t rank;
	struct findings findings;
	struct buf name, text;
	uint32_t has_value;
	double values[METRICS_MAX];
};

struct sum {
	double total;     /* of a peak the worst value */
	bool measured;    /* peaks and values */
	bool lowest;      /* the worst value of the peak is its smallest */
	bool left_out;
	enum state own;   /* worst of the values of single items */
	size_t items;     /* that count in it */
};

struct verdict {
	struct verdict_options o;
	int metric_count, missing, unreadable;
	struct sum sums[METRICS_MAX];
	struct item item;
	struct lines lines;
	bool told;
	struct buf sentence, remarks, trouble, names;
	bool in_trouble, counts_hold;
	enum state trouble_state, given_state;
};

static inline uint32_t verdict_bit(int metric)
{
	return (uint32_t)1 << metric;
}

/* Is there a number to print and to judge? */
bool verdict_has_number(const struct verdict *v, int metric);
enum state verdict_metric_state(const struct verdict *v, int metric);
/* The worst of all metrics. */
enum state verdict_alarm(const struct verdict *v);
/* Of two values of a peak. */
bool verdict_is_worse(const struct verdict *v, int metric, double value, double than);
/* Lines that are not OK, and what could not be read; all others when asked for. */
void verdict_rows(struct verdict *v, struct rows *r, bool all);

/* Whole seconds for ages. */
double verdict_printed_value(const struct metric *m, double value);
/* Adds "name value unit". */
void verdict_add_number(const struct verdict *v, int metric, struct buf *out);
/* The text of line 1, when `taken` bytes of it are used up by other things. */
void verdict_add_summary(struct verdict *v, size_t taken, struct buf *out);
void verdict_print_text(struct verdict *v, enum state s, struct buf *out);
void verdict_print_json(struct verdict *v, enum state s, struct buf *out);
