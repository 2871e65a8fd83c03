// SPDX-License-Identifier: GPL-3.0-or-later
/* A list of texts, and the glob patterns that options take. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **items;
	size_t count;
};

/* Copies the text in. */
void strings_add(struct strings *list, const char *text);
/* Empties and releases. */
void strings_clear(struct strings *list);

/* Does the whole text fit the pattern? `*` is any text, `?` one character; all else stands for itself, without regard to
 * case (also beyond ASCII, whatever the locale). */
bool glob_fits(const char *pattern, const char *text);
/* Does any of the patterns fit? An empty list fits nothing. */
bool glob_any(const struct strings *patterns, const char *text);
