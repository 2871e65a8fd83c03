// SPDX-License-Identifier: GPL-3.0-or-later
/* Access tokens on disk: one file per identity and scope in a private folder. Content that is odd counts as absent; a folder that
 * cannot be used costs a line at -v and nothing else. */
#pragma once
#include "cloud/settings.h"

/* Life that a token must have left to be worth a request. */
#define GRANT_MARGIN_S 300

/* A token as Entra gave it; times in seconds since 1970. */
struct grant {
	char *token;
	int64_t issued_at, renew_at, expires_at;
};

void grant_free(struct grant *g); /* wipes the token */
#define AUTO_GRANT CLEANUP(grant_free) struct grant
/* Can it stand in a header, and in a file of ours? */
bool grant_is_safe(const char *token);

/* The folder that all checks of the user share, yours to close; -1 without a usable one (then `fault` says why), or with no_cache. `who`
 * begins trace lines. */
int cache_open_folder(const struct cloud_settings *set, const char *who, int trace, struct buf *fault) MUST_USE;

struct cache;
/* Never NULL; without a usable folder (or with no_cache) a cache that holds nothing. `scope` names what the token opens, `proof` tells
 * the credential from others (and may hold it: it is digested). */
struct cache *cache_new(const struct cloud_settings *set, const char *scope, const char *proof, int trace) MUST_USE;
void cache_free(struct cache *c);
/* Why it keeps nothing, "" when it does (or shall not). */
const char *cache_fault(const struct cache *c);
/* The grant, when there is one that lives on for GRANT_MARGIN_S. */
bool cache_read(struct cache *c, struct grant *out);
void cache_write(struct cache *c, const struct grant *g);
/* A descriptor whose close gives the lock back, or -1: then go on without. */
int cache_lock(struct cache *c, int64_t wait_ms) MUST_USE;
