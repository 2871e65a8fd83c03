// SPDX-License-Identifier: GPL-3.0-or-later
/* What proves to Entra that the caller is the application: a client secret, a statement signed with the key of a certificate, or the
 * token of another issuer that the application trusts. A managed identity has none. */
#pragma once
#include "base/buf.h"
#include "cloud/settings.h"

struct credential;
/* Looks at the certificate's file where there is one. Borrows the settings; yours. NULL with ERR_CONFIG. */
struct credential *credential_new(const struct cloud_settings *set, struct err *e) MUST_USE;
void credential_free(struct credential *c);
/* Adds what tells this credential from another, to be digested: a secret is in it as it is. */
void credential_distinguish(const struct credential *c, struct buf *out);
/* Reads the key of a certificate, which costs as much as a handshake: only where something is to be signed. ERR_CONFIG. */
bool credential_open(const struct credential *c, struct err *e) MUST_USE;
/* Adds the form that asks `url` for a token of this scope, once the credential is open. Made anew for each request: an assertion is
 * good for one, and the file of a federated token is replaced by whoever issues it. ERR_CONFIG; ERR_AUTH for a certificate outside its
 * time. */
bool credential_form(const struct credential *c, const char *url, const char *scope, struct buf *form, struct err *e) MUST_USE;
