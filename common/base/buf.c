// SPDX-License-Identifier: GPL-3.0-or-later
/* Growing text: doubles when full, always ends with a NUL. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;
	size_t cap = b->cap ? b->cap : 64;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap *= 2;
	b->data = mem_resize(b->data, cap, 1);
	b->cap = cap;
}

void buf_add_bytes(struct buf *b, const char *bytes, size_t len)
{
	reserve(b, len);
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const char *text)
{
	buf_add_bytes(b, text, strlen(text));
}

void buf_add_char(struct buf *b, char c)
{
	buf_add_bytes(b, &c, 1);
}

void buf_vprint(struct buf *b, const char *fmt, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len <= 0)
		return;
	reserve(b, (size_t)len);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, args);
	b->len += (size_t)len;
}

void buf_print(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprint(b, fmt, args);
	va_end(args);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
	char *text = b->data ? b->data : mem_copy_text("");

	*b = (struct buf){ 0 };
	return text;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
