// SPDX-License-Identifier: GPL-3.0-or-later
/* The one sanitiser: text from servers, files and arguments on its way to the output. Keeps what a reader needs and takes
 * what Icinga, Nagios, their web pages or a terminal would act on (control characters, `|`, tags, backslashes, state names in
 * brackets, direction marks, broken UTF-8). The result is valid UTF-8 on one line. */
#pragma once
#include "base/buf.h"

/* Adds the cleaned text. */
void clean_text(const char *text, struct buf *out);
/* For line 1: as above, and `;` becomes `,`. */
void clean_first_line(const char *text, struct buf *out);
/* A perfdata label made from data: quoted, and free of what parsers stumble over. */
void clean_label(const char *text, struct buf *out);
/* Cuts b to at most `max` bytes, never inside a UTF-8 sequence; true when something went. */
bool clean_cut(struct buf *b, size_t max);
/* The same, and "..." stands where something went. */
void clean_shorten(struct buf *b, size_t max);
