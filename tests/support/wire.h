// SPDX-License-Identifier: GPL-3.0-or-later
/* HTTP/1.1 requests as they arrive: bytes in, a parsed request out. Knows no sockets and no script.
 * Everything is bounded; what is not plain HTTP/1.1 is refused, since a check has no reason to send it. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"

#define WIRE_HEAD_MAX (64 * 1024)
#define WIRE_BODY_MAX (1024 * 1024)

struct wire_request {
	char *method, *target;
	struct strings headers; /* "Name: value" */
	struct buf body;        /* unchunked */
};

enum wire_got {
	WIRE_MORE,     /* not whole yet */
	WIRE_CONTINUE, /* not whole yet, and the client waits for "100 Continue" */
	WIRE_WHOLE,    /* *r is filled, *used bytes belong to it */
	WIRE_BAD,      /* not a request; e says why */
};

/* Takes one request from the start of `bytes`. Only with WIRE_WHOLE is *r filled; yours to release. */
enum wire_got wire_parse(const char *bytes, size_t len, struct wire_request *r, size_t *used, struct err *e) MUST_USE;
void wire_free(struct wire_request *r);
/* Value of the first header of that name, NULL without one; lent. */
const char *wire_header(const struct wire_request *r, const char *name);
/* The decoded value of a field in a form body; false without it. */
bool wire_field(const struct wire_request *r, const char *name, struct buf *value);
/* Value of a header line "Name: value" when it has that name, else NULL; lent. */
const char *wire_line_value(const char *line, const char *name);
