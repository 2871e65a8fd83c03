// SPDX-License-Identifier: GPL-3.0-or-later
/* A list of texts, and globs. fnmatch(3) is not used: it would act on brackets and backslashes, which names hold. */
#include "base/strings.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/mem.h"

void strings_add(struct strings *list, const char *text)
{
	list->items = mem_resize(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = mem_copy_text(text);
}

void strings_clear(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

/* The next code point; a byte that is no UTF-8 stands for itself. */
static unsigned next_character(const unsigned char **text)
{
	const unsigned char *p = *text;
	int more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc2 ? 1 : 0;
	unsigned c = more ? p[0] & (0x3fu >> more) : p[0];

	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*text = p + 1;
			return p[0];
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	*text = p + 1 + more;
	return c;
}

static unsigned fold(unsigned c)
{
	static locale_t unicode;
	static bool tried;

	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (!tried)
		unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	tried = true;
	return unicode ? (unsigned)towlower_l(c, unicode) : c;
}

bool glob_fits(const char *pattern, const char *text)
{
	const unsigned char *p = (const unsigned char *)pattern, *t = (const unsigned char *)text;
	const unsigned char *star = NULL, *retry = NULL; /* behind the last `*`, and where it took the text up to */

	while (*t) {
		const unsigned char *p_next = p, *t_next = t;
		unsigned want = *p ? next_character(&p_next) : 0;
		unsigned have = next_character(&t_next);

		if (want == '*') {
			star = p_next;
			retry = t;
			p = p_next;
		} else if (want && (want == '?' || fold(want) == fold(have))) {
			p = p_next;
			t = t_next;
		} else if (star) {
			next_character(&retry);
			p = star;
			t = retry;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

bool glob_any(const struct strings *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (glob_fits(patterns->items[i], text))
			return true;
	return false;
}
