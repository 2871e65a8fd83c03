// SPDX-License-Identifier: GPL-3.0-or-later
/* Lines as they should be against lines as they came, and the difference for people. */
#pragma once
#include "base/buf.h"
#include "base/strings.h"

struct wanted_line {
	bool pattern; /* text is a POSIX extended expression for the whole line */
	char *text;
};

bool wanted_fits(const struct wanted_line *w, const char *line);
/* Can the expression be compiled? */
bool wanted_is_valid(const struct wanted_line *w);

/* Cuts a text into lines; false when it does not end with a newline (the rest is a line all the same). */
bool lines_cut(const char *text, struct strings *lines);
/* Do the lines fit, one by one? `rest`: more of them may follow. */
bool lines_fit(const struct wanted_line *want, size_t count, bool rest, const struct strings *got);
/* A unified difference, "-" wanted and "+" came, each line behind `margin`; control characters are shown as the case
 * language writes them, so that a line can be copied into a case. */
void lines_differ(const struct wanted_line *want, size_t count, bool rest, const struct strings *got,
		  const char *margin, struct buf *out);
