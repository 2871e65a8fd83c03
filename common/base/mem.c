// SPDX-License-Identifier: GPL-3.0-or-later
/* Allocation that cannot fail: the only place that asks the heap, and the only one that sees it empty. */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/last_words.h"

void *mem_new(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		last_words_out_of_memory();
	return p;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	void *p = NULL;

	if (!size || count <= SIZE_MAX / size)
		p = realloc(old, count && size ? count * size : 1);
	if (!p)
		last_words_out_of_memory();
	return p;
}

char *mem_copy_bytes(const char *bytes, size_t len)
{
	char *p = mem_resize(NULL, len + 1, 1);

	if (len)
		memcpy(p, bytes, len);
	p[len] = '\0';
	return p;
}

char *mem_copy_text(const char *text)
{
	return text ? mem_copy_bytes(text, strlen(text)) : NULL;
}

char *mem_print(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		last_words_out_of_memory();
	va_end(args);
	return text;
}

void mem_free_local(void *local)
{
	free(*(void **)local);
}

void mem_wipe_text(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}
