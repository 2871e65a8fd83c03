// SPDX-License-Identifier: GPL-3.0-or-later
/* Words parted by commas; nothing between two commas is no word, but does no harm. */
#include "monitor/wordlist.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* The word that begins at *at, without what surrounds it; moves *at behind it. False at the end. */
static bool next_word(const char **at, const char **word, size_t *len)
{
	*word = *at + strspn(*at, ", ");
	*len = strcspn(*word, ",");
	*at = *word + *len;
	while (*len && (*word)[*len - 1] == ' ')
		--*len;
	return *len > 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !strncasecmp(text, word, len);
}

bool wordlist_has(const struct strings *given, const char *word)
{
	const char *text;
	size_t len;

	for (size_t i = 0; i < given->count; i++)
		for (const char *at = given->items[i]; next_word(&at, &text, &len);)
			if (is_word(text, len, word))
				return true;
	return false;
}

static bool is_known(const char *text, size_t len, const char *const *words)
{
	while (*words && !is_word(text, len, *words))
		words++;
	return *words;
}

bool wordlist_check(const char *option, const struct strings *given, const char *const *words, struct err *e)
{
	AUTO_BUF all = { 0 };
	const char *text;
	size_t len;

	for (size_t i = 0; words[i]; i++)
		buf_print(&all, "%s%s", i ? ", " : "", words[i]);
	for (size_t i = 0; i < given->count; i++)
		for (const char *at = given->items[i]; next_word(&at, &text, &len);)
			if (!is_known(text, len, words))
				return err_set(e, ERR_USAGE, "%s: '%.*s' is none of %s", option, len < 120 ? (int)len : 120, text, buf_text(&all));
	return true;
}
