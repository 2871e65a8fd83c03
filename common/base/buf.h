// SPDX-License-Identifier: GPL-3.0-or-later
/* Growing text. A struct buf that is all zero is empty and valid; `data` is NUL-terminated once anything was added,
 * buf_text() always is. Whoever declares the struct releases it, best by AUTO_BUF. */
#pragma once
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap;
};

#define AUTO_BUF CLEANUP(buf_free) struct buf

void buf_add(struct buf *b, const char *text);
void buf_add_bytes(struct buf *b, const char *bytes, size_t len);
void buf_add_char(struct buf *b, char c);
void buf_print(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprint(struct buf *b, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
/* Cuts to `len` bytes; longer than it is: no change. Keeps the memory. */
void buf_cut(struct buf *b, size_t len);
/* The text, never NULL; lent until the next change. */
const char *buf_text(const struct buf *b);
/* Hands the text over (yours now, never NULL) and empties b. */
char *buf_take(struct buf *b) MUST_USE;
void buf_free(struct buf *b);
