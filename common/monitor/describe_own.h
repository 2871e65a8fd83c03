// SPDX-License-Identifier: GPL-3.0-or-later
/* What the faces of the table share: the words about an option, and text broken into lines. For describe*.c alone. */
#pragma once
#include "monitor/describe.h"

#define DESCRIBE_WIDTH 80

/* Sentences that several faces say. */
extern const char describe_range_note[], describe_exit_note[], describe_order_note[];

/* The options that the metrics bring. */
struct describe_threshold {
	char letter;
	const char *name, *arg, *help;
};
extern const struct describe_threshold describe_thresholds[]; /* ends with a row without a name */
/* Its help, which names the first metric where that is meant. */
void describe_threshold_help(const struct describe_threshold *d, const struct opt_table *t, struct buf *out);

/* The help, with choices, bounds, default and further variables in brackets. */
void describe_row(const struct opt *row, const struct opt_group *g, struct buf *out);
/* "MDCA_API_TOKEN, or api-token=SECRET in a section of --extra-opts": the ways that a secret can take. */
void describe_secret(const struct opt *row, const struct opt_group *g, struct buf *out);
/* What is said under the title of a group that reads the environment; nothing for others. */
void describe_group_note(const struct opt_group *g, struct buf *out);
/* Is it the check's own, a variable mdca_CHECK_OPTION in Icinga? So are selections, which fit one kind of item and no other. */
bool describe_is_own(const struct opt *row, const struct opt_group *g);
/* Can it be given more than once to some effect? */
bool describe_is_repeatable(const struct opt *row);
/* "failed, disabled": the NAMEs of --warning-NAME. */
void describe_metric_names(const struct opt_table *t, struct buf *out);

/* How text is broken into lines. */
struct layout {
	unsigned first, indent; /* columns before the first and the other lines; the first is not written */
	unsigned width;
	const char *tail;       /* ends all lines but the last, or NULL */
};
/* Breaks at blanks (a word longer than a line is cut) and ends the last line. */
void describe_wrap(const char *text, const struct layout *l, struct buf *out);
/* The next paragraph of a text parted by empty lines, NULL after the last; yours. */
char *describe_paragraph(const char **text) MUST_USE;
/* The text with a capital in front and a point behind. */
void describe_sentence(const char *text, struct buf *out);
