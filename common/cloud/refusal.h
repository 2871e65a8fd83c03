// SPDX-License-Identifier: GPL-3.0-or-later
/* What a service says when it does not give what was asked: the reason in a body, the wait it asks for, and the first line that
 * an operator reads. Bodies are untrusted; only a short plain text leaves here. */
#pragma once
#include "cloud/service.h"
#include "net/http.h"
#include "net/jget.h"

/* Parses a small body whole. NULL when it is no JSON document; yours. */
struct json_object *refusal_parse(const struct buf *body) MUST_USE;
/* Does it begin like a page of HTML or XML? */
bool refusal_is_page(const char *body, size_t len);
/* Adds the reason in one plain line of limited length, nothing when none is found: `detail`, `error.message` or its code, the
 * rejected filter. */
void refusal_reason(const struct buf *body, struct buf *out);
/* Adds text on one line: blanks for control characters, at most `max` bytes, cut between characters. */
void refusal_plain(const char *text, size_t max, struct buf *out);

/* Seconds that a 429 or 503 asks to wait: Retry-After (seconds or an HTTP date), else "available in N second" in the body; -1
 * when it does not say, or not in a form to believe. A date counts from the reply's own Date, or
 * without one from `now`, this host's clock. */
int64_t refusal_wait(const struct http_reply *reply, int64_t now);

/* Who answered, and to what: "graph.microsoft.com", "secureScores". */
struct asked {
	enum service service;
	const char *host, *target;
	const char *permission; /* what to grant, or NULL */
	bool by_api_token;
};
/* Fills e for a status other than 200 and returns false. */
bool refusal_set(const struct asked *asked, const struct http_reply *reply, struct err *e);
