// SPDX-License-Identifier: GPL-3.0-or-later
/* One value into one setting: the grammar of each option type. Knows nothing of where the value came from. */
#pragma once
#include "monitor/options.h"

/* Sets what a reader can tell apart from "never given": the choice that is none. */
void optvalue_clear(const struct opt *row, void *settings);
/* Parses into the row's member and releases what it held; a list adds, and "" empties it. NULL is the bare flag. On false (ERR_USAGE,
 * the text quoted, the cure named) the member is unchanged; texts and secrets never fail. */
bool optvalue_set(const struct opt *row, void *settings, const char *value, struct err *e) MUST_USE;
/* Adds comma-separated values to a list; blanks around them go. */
void optvalue_add_split(const struct opt *row, void *settings, const char *values);
/* Empties a list. */
void optvalue_empty(const struct opt *row, void *settings);
/* Releases what the member holds, secrets overwritten. */
void optvalue_release(const struct opt *row, void *settings);
/* A switch in words: 1 true yes on, 0 false no off; NULL and "" are on. */
bool optvalue_parse_switch(const char *value, bool *on, struct err *e) MUST_USE;
/* The value as a trace shows it: secrets and user info as ***; nothing for a flag or a grammar of its own. */
void optvalue_print(const struct opt *row, void *settings, struct buf *out);
/* "a, b, c" */
void optvalue_print_choices(const struct opt *row, struct buf *out);
