// SPDX-License-Identifier: GPL-3.0-or-later
/* The wire, played from a script: defines all functions of net/http.h, so a test program that links this object asks no network.
 * It also defines nanosleep(): waits cost nothing here and can be read back. */
#pragma once
#include "net/http.h"

/* One expected request and what answers it. NULL expectations are not looked at; expected texts must be equal to the letter. */
struct scene {
	const char *method, *url, *body, *authorization;
	const char *header;           /* must be among the request's further headers; `Name: *` takes any value */
	bool metadata;                /* the request must be one to the metadata service */
	bool fresh;                   /* the request must ask for a new connection */
	long status;                  /* of the reply; 0: the exchange fails with `error` */
	const char *reply;            /* NULL: an empty body */
	const char *retry_after, *location, *www_authenticate;
	enum err_kind error;
	size_t breaks_after;          /* with error: so many bytes of `reply` come before */
};

/* The scenes of one test, in order; ends with an all-zero row. A request beyond it fails the test. */
void script_play(const struct scene *scenes);
/* Scenes played so far. */
int script_played(void);
/* Every request also adds a byte to this file: for counting over processes. NULL: no more. */
void script_count_in(const char *path);
/* The body of the last request, "" without one; lent until the next. */
const char *script_last_body(void);
/* Milliseconds slept since script_play. */
long script_slept_ms(void);
/* The value of the named header in the last request, "" without one. */
const char *script_last_header(const char *name);
