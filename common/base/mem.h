// SPDX-License-Identifier: GPL-3.0-or-later
/* Allocation that cannot fail and the attributes that tidy up after it.
 *
 * When memory runs out the program ends in one place, with one fixed line and exit status 3. */
#pragma once
#include <stdarg.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
/* Declares a local that `release` tidies when it goes out of scope; release gets a pointer to the local. */
#define CLEANUP(release) __attribute__((cleanup(release)))
/* A heap pointer that is freed when it goes out of scope. */
#define AUTO_FREE CLEANUP(mem_free_local)

/* Zeroed memory; the result is yours. */
void *mem_new(size_t count, size_t size) MUST_USE;
/* Grows or shrinks an array of `count` elements of `size` bytes. */
void *mem_resize(void *old, size_t count, size_t size) MUST_USE;
/* Copies; the result is yours. mem_copy_text(NULL) is NULL. */
char *mem_copy_text(const char *text) MUST_USE;
char *mem_copy_bytes(const char *bytes, size_t len) MUST_USE; /* adds a final NUL */
char *mem_print(const char *fmt, ...) MUST_USE PRINTF_LIKE(1, 2);
void mem_free_local(void *local);
/* Overwrites and frees a text that held a secret. NULL is fine. */
void mem_wipe_text(char *secret);
