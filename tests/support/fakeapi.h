// SPDX-License-Identifier: GPL-3.0-or-later
/* A small HTTP server on 127.0.0.1 that plays a script and notes whatever is not in it.
 *
 * It has no thread and no process: the caller's poll loop drives it, so that what was sent before a program ended has
 * always been seen before the program is judged. Raw sockets, because half of its work is to break the protocol. */
#pragma once
#include "support/exchange.h"
#include <poll.h>

struct fakeapi;

/* Listens on a free port. Yours; NULL with e filled. */
struct fakeapi *fakeapi_new(struct err *e) MUST_USE;
void fakeapi_free(struct fakeapi *f);
int fakeapi_port(const struct fakeapi *f);
/* A port of 127.0.0.1 that refuses connections as long as f lives. */
int fakeapi_refusing_port(const struct fakeapi *f);
/* A port of 127.0.0.1 where nobody has any business: a connection is a fault. */
int fakeapi_other_port(const struct fakeapi *f);
/* The script is borrowed; `run` says which of its exchanges are due. */
void fakeapi_play(struct fakeapi *f, struct script *s, unsigned run);

#define FAKEAPI_WATCH_MAX 65
/* What to wait for: fills set (room for FAKEAPI_WATCH_MAX), lowers *wait_ms to the next moment something is due. */
size_t fakeapi_watch(const struct fakeapi *f, struct pollfd *set, int *wait_ms);
/* Acts on what poll() found in the same set. */
void fakeapi_handle(struct fakeapi *f, const struct pollfd *set, size_t count);

/* Ends a run: takes in what has arrived, drops the connections and notes the exchanges of the run that did not come. */
void fakeapi_end_run(struct fakeapi *f);
/* What went wrong so far, one line each; lent. */
const char *fakeapi_faults(const struct fakeapi *f);
/* Connections accepted so far. */
unsigned fakeapi_connections(const struct fakeapi *f);
