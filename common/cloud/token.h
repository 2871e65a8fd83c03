// SPDX-License-Identifier: GPL-3.0-or-later
/* Access tokens: asked of Entra once, kept in a private folder, shared by all checks of one user.
 *
 * One file per login URL, tenant, client, scope and digest of the credential. Whatever is wrong with the folder or a file costs
 * a token request and a trace, never an alarm. Wall-clock time, never --at. */
#pragma once
#include "base/buf.h"
#include "cloud/settings.h"
#include "net/http.h"

struct token;
/* `wanted` is the service the token is for. Borrows both; http may be used by others in between. */
struct token *token_new(const struct cloud_settings *set, enum service wanted, struct http *http, const struct deadline *deadline,
			int trace) MUST_USE;
void token_free(struct token *t);
/* Why the cache keeps no token, "" when it does or was not needed. */
const char *token_cache_fault(const struct token *t);
/* The Authorization header's value ("Bearer …" or "Token …"), lent until the next call. Asks Entra when the cache has none that
 * lives on. ERR_AUTH with the number's hint when refused, ERR_ENDED when the credential is past its end. */
bool token_header(struct token *t, const char **value, struct err *e) MUST_USE;
/* Could one sign in? As token_header, and where the cache has the token the key of a certificate is opened all the same. */
bool token_prove(struct token *t, struct err *e) MUST_USE;
/* Forgets the present token, so that the next token_header asks anew. False when there is no point: an API token, or one that was
 * already renewed in this run, or (unless `always`) one younger than a minute. */
bool token_renew(struct token *t, bool always);
