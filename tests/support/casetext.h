// SPDX-License-Identifier: GPL-3.0-or-later
/* The small grammar inside a line of a case: words, escapes, @NAMES@, lengths of time. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"
#include "support/casefile.h"

/* Splits into words as a shell does: '…' as it is, "…" with \" and \\, \x elsewhere. False: an open quote. */
bool casetext_words(const char *text, struct strings *words);
/* "\t" and "\xHH"; `all`: also \r \n \\ and no others. False: a broken escape. */
bool casetext_unescape(const char *text, bool all, struct buf *out);
/* Replaces @NAME@ by its value. Names nobody knows stay; the first one is copied to *unknown (yours) when it is not
 * NULL. */
void casetext_fill(const char *bytes, size_t len, const struct casefile_var *vars, struct buf *out, char **unknown);
/* Replaces every `from` by `to`; false when there is none. */
bool casetext_replace(struct buf *text, const char *from, const char *to);
/* "3", "3s", "1.5s", "500ms"; at most an hour. */
bool casetext_time(const char *text, int64_t *ms);
/* A whole number in [0, max]; base 10, or 8 for modes. */
bool casetext_number(const char *text, int base, long max, long *out);
