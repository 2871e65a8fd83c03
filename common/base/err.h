// SPDX-License-Identifier: GPL-3.0-or-later
/* An error: what kind of trouble, and a text that says what was tried, on what, and what came back.
 *
 * Kinds decide nothing here; plugin.c alone maps them to a state. Callers put context in front of the text,
 * from the general to the particular. */
#pragma once
#include "base/mem.h"
#include <stdbool.h>

enum err_kind {
	ERR_NONE,
	ERR_USAGE,     /* an argument, variable or section is wrong */
	ERR_CONFIG,    /* a file of ours (secret, certificate, section) cannot be used */
	ERR_AUTH,      /* sign-in refused, 401 */
	ERR_ENDED,     /* sign-in refused, because the credential is past its end */
	ERR_DENIED,    /* signed in, but not allowed: 403 */
	ERR_NETWORK,   /* name, connect, reset, HTTP 5xx */
	ERR_TLS,
	ERR_TIMEOUT,
	ERR_THROTTLED, /* 429 */
	ERR_REPLY,     /* another status, or not the promised JSON */
	ERR_PARTIAL,   /* a list whose end was not reached or whose signs disagree */
};

struct err {
	enum err_kind kind;
	char text[512];
};

/* Sets kind and text. Returns false, for `return err_set(…)`. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts context in front: "context: old text". Returns false. */
bool err_add(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
