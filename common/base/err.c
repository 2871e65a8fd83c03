// SPDX-License-Identifier: GPL-3.0-or-later
/* An error: kind and text, with context in front. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/secrets.h"

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	char text[sizeof(e->text)]; /* the old text may be among the arguments */
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	secrets_mask_array(text, sizeof(text));
	e->kind = kind;
	memcpy(e->text, text, sizeof(text));
	return false;
}

bool err_add(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->text)];
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	size_t used = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	size_t room = sizeof(text) - 1 - used;
	AUTO_FREE char *behind = mem_print(": %s", e->text);
	size_t more = strnlen(behind, room);
	memcpy(text + used, behind, more);
	text[used + more] = '\0';
	memcpy(e->text, text, sizeof(text));
	return false;
}
