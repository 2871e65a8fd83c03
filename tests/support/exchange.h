// SPDX-License-Identifier: GPL-3.0-or-later
/* A script: the requests that must come, in order, and the replies they get. Knows no sockets and no files.
 * The words are those of the case language (support/casefile.h). Filled by the parser, played by support/fakeapi.h. */
#pragma once
#include "support/wire.h"
#include <json-c/json.h>
#include <stdint.h>

enum rule_kind {
	RULE_JSON,      /* the body equals `value` as JSON; "@any@" fits anything */
	RULE_TEXT,      /* `value` occurs in the body */
	RULE_FIELD,     /* form field `name` has this decoded value */
	RULE_HEADER,    /* header `name` has exactly this value */
	RULE_NO_HEADER, /* there is no header `name` */
};

struct exchange_rule {
	enum rule_kind kind;
	char *name, *value;
};

enum reply_end {
	REPLY_KEEP,  /* the connection stays */
	REPLY_CLOSE, /* orderly end after the last byte */
	REPLY_RESET, /* RST after the last byte */
	REPLY_STALL, /* nothing more, the connection stays open */
};

struct reply {
	int status;             /* 0: no head and no body, only `raw` and the end */
	struct strings headers; /* "Name: value" */
	struct buf body, raw;
	struct buf unit; /* stands behind both, so often; made while it is sent */
	uint64_t units;
	enum reply_end end;
	int64_t wait_ms;  /* before the first byte */
	size_t drip;      /* body bytes a second, 0: at once */
	size_t chunk;     /* bytes a chunk, 0: Content-Length */
	size_t cut_after; /* only so many bytes of the reply; 0: all */
	bool is_short;    /* promises more than it sends */
	bool until_close; /* no length, the end of the connection ends the body */
};

struct exchange {
	int line;
	unsigned run;          /* the run of the program that makes the request, from 0 */
	unsigned times, seen;  /* how often it must come and came */
	char *method, *target; /* "*": any */
	struct exchange_rule *rules;
	size_t rule_count;
	struct reply reply;
};

struct script {
	struct exchange *exchanges;
	size_t count;
	bool any_order;
	char *authorization; /* every request must carry it, but for token requests and those with a rule on it; or NULL
			      */
};

/* Appends an empty one and lends it until the next call. */
struct exchange *script_add(struct script *s, unsigned run, int line);
void script_free(struct script *s);

void exchange_add_rule(struct exchange *x, enum rule_kind kind, const char *name, const char *value);
/* Is it the request line that x waits for? */
bool exchange_names(const struct exchange *x, const struct wire_request *r);
/* Adds a line to `why` for every rule that the request breaks; true when there is none. */
bool exchange_holds(const struct exchange *x, const struct script *s, const struct wire_request *r, struct buf *why);
/* Compares a body with what is wanted; adds the place of the first difference. `want` is valid JSON. */
bool exchange_same_json(const char *want, const char *got, struct buf *why);

/* Writes the reply as it goes over the wire, but for its units; the first *fast bytes do not drip. */
void reply_write(const struct reply *reply, struct buf *out, size_t *fast);
