// SPDX-License-Identifier: GPL-3.0-or-later
/* What a check found, and what that means: measurements and lines in, one state and the output text out.
 *
 * Knows nothing of services and never prints. Everything given is copied. Memory is bounded by what can be printed, not by
 * the number of items. A verdict that was told nothing is UNKNOWN, never OK.
 *
 * A line has the worst state of the metrics that its item counts in, judged on their totals, of its own peak values, and UNKNOWN
 * (or the state of the range of `unreadable`) if it cannot be judged. Lines that are OK, those of findings in a metric that does not
 * alert included, are printed with DETAIL_ALL only; items that cannot be judged always. Line 1 ends with the names that count in
 * `missing` and `unreadable` when these alert, and the remarks: a check's own sentence need not say either. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "monitor/range.h"
#include <stdint.h>

enum metric_kind {
	METRIC_IS_COUNT, /* number of findings of that kind; an item's line takes the state of its counts */
	METRIC_IS_TALLY, /* a number without lines */
	METRIC_IS_PEAK,  /* the largest value of all items, the smallest where the default range is a lower bound; each line is
			  * judged by its own value; without an item left out */
	METRIC_IS_VALUE, /* one measured number; left out until measured */
};

/* A row is perfdata label, unit, --warning-NAME, --critical-NAME and --ignore-NAME. The first row also answers to -w and -c. */
struct metric {
	const char *name, *unit; /* unit: "", "s" or "%" */
	enum metric_kind kind;
	const char *warn, *crit; /* default ranges; NULL: measured, never alarms */
	const char *help;
};

#define METRIC_COUNT(name, warn, crit, help) { name, "", METRIC_IS_COUNT, warn, crit, help }
#define METRIC_TALLY(name, warn, crit, help) { name, "", METRIC_IS_TALLY, warn, crit, help }
#define METRIC_PEAK(name, warn, crit, help) { name, "s", METRIC_IS_PEAK, warn, crit, help }
#define METRIC_VALUE(name, unit, warn, crit, help) { name, unit, METRIC_IS_VALUE, warn, crit, help }
/* The last two rows of every check, in this order; each table ends with METRICS_COMMON (`missing` and `unreadable`), or, where
 * no item can be expected, METRICS_UNREADABLE. */
#define METRICS_COMMON { "missing", "", METRIC_IS_COUNT, NULL, "0", "expected names (--expect) without an item" }, METRICS_UNREADABLE
#define METRICS_UNREADABLE { "unreadable", "", METRIC_IS_COUNT, NULL, NULL, "items that cannot be judged; without a range any makes UNKNOWN" }, { 0 }
#define METRICS_MAX 24

enum detail { DETAIL_PROBLEMS, DETAIL_ALL };
enum output_format { OUTPUT_MULTI_LINE, OUTPUT_MP_TEST_JSON };
enum perfdata_ranges { PERFDATA_RANGE, PERFDATA_PLAIN, PERFDATA_NONE };

struct verdict_options {
	const struct metric *metrics; /* ends with a row without a name */
	const struct limits *limits;  /* one per row */
	enum detail detail;
	enum output_format format;
	enum perfdata_ranges ranges;
	bool perfdata_per_item;
	/* Bytes, 0: no ceiling. Lines that do not fit go: those that are OK, then those whose text another line says, then the
	 * mildest; a last line "... N more" (without a TAB) counts them. Of JSON only item lines go. Line 1 stays below 1000 bytes, but
	 * totals are never cut; perfdata of items comes on top, in what the ceiling leaves, and loses its end. */
	int64_t max_output;
};

struct verdict;
struct verdict *verdict_new(const struct verdict_options *options) MUST_USE; /* options and tables are borrowed */
void verdict_free(struct verdict *v);

/* An item that was looked at. Its line is printed when it has a finding that alerts (with DETAIL_ALL always); the texts of its
 * findings are joined by ", ". Findings belong to the newest item, so finish one before the next begins; without any, to an item
 * without a name. A name keeps 200 bytes, the texts of an item 1000. */
void verdict_item(struct verdict *v, const char *name);
/* The item counts `times` in a count metric, for the reason given (fmt "" adds no text); 0 times adds the text only. */
void verdict_find(struct verdict *v, int metric, unsigned times, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The item's own value of a peak metric; the text is shown when the value alerts, or with the line anyway. NAN adds the text only. An
 * own value that alerts also makes the state of the metric, when a range of both sides lets the worst value pass. */
void verdict_peak(struct verdict *v, int metric, double value, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Of lines with the same state those of the greater rank come first, 0 when nothing is said; then names decide. For "newest first" the
 * time. Items of one name share it. */
void verdict_rank(struct verdict *v, int64_t rank);
/* A text for the item's line that judges nothing. */
void verdict_note(struct verdict *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The item's line, and with it the whole, has at least this state, whatever the metrics say: for what is no measurement. */
void verdict_give(struct verdict *v, enum state s);
/* A line about the run and no item: judges nothing, stands before the lines that are OK and also where no number holds; with DETAIL_ALL
 * only. */
void verdict_aside(struct verdict *v, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The item cannot be judged (counts once an item, however often said). */
void verdict_unreadable(struct verdict *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Adds to a tally, or to a count without an item of its own. */
void verdict_add(struct verdict *v, int metric, double amount);
/* Sets a value metric. */
void verdict_measure(struct verdict *v, int metric, double value);
/* Takes a metric out of this run's output: it could not be measured. `why` is said at the end of line 1 when not NULL. */
void verdict_leave_out(struct verdict *v, int metric, const char *why);
/* A state set by an option rather than a range (--empty-state), with the sentence of line 1. */
void verdict_empty(struct verdict *v, enum state s, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The sentence on line 1; the last one said counts. */
void verdict_say(struct verdict *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A remark behind the sentence, whatever the state; remarks are joined by ", ". */
void verdict_remark(struct verdict *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Trouble: the reason that goes first on line 1, the state that its class was given. When `counts_hold` is false nothing was read
 * and no number and no line is printed; when true the numbers are of a list not read to its end: they may raise the state and no more. */
void verdict_trouble(struct verdict *v, enum state s, const char *text, bool counts_hold);

/* So far: a metric's count, tally or value; a peak's worst value (NAN without one). */
double verdict_so_far(const struct verdict *v, int metric);
/* So far: names of the worst items that count in the metric, each once, joined by ", ", at most `most` and then "and N more" items;
 * lent until the next call. Ends the newest item. */
const char *verdict_names(struct verdict *v, int metric, unsigned most);
/* Would this value of the metric alert? For sentences. */
enum state verdict_judge(const struct verdict *v, int metric, double value);
/* Does what is known so far of the metric alert? False without a value. */
bool verdict_alerts(const struct verdict *v, int metric);
/* Has it a range, so that it must not go missing? */
bool verdict_has_range(const struct verdict *v, int metric);
/* Index of the row of that name, -1 without one. */
int verdict_metric(const struct verdict *v, const char *name);

/* The whole output, with its last newline, and the state that it says. */
enum state verdict_print(struct verdict *v, struct buf *out) MUST_USE;
