// SPDX-License-Identifier: GPL-3.0-or-later
/* A client's certificate and the statement that is signed with its key: "I am this client, said now, to this authority". One PEM file
 * holds both. Facts: docs/contract.md, "Sign-in". */
#pragma once
#include "base/err.h"
#include <stdint.h>

/* Words of --assertion, NULL-terminated, in the order of enum assertion. */
enum assertion { ASSERTION_PS256, ASSERTION_RS256 };
extern const char *const assertion_names[];

struct signer;
/* Looks at the file and takes its digest, which is what a token from the cache needs. ERR_CONFIG, each fault with its cure. Yours. */
struct signer *signer_new(const char *path, struct err *e) MUST_USE;
/* Reads the RSA key and the certificate that belong together, unless that is done; what follows but the digest needs it. ERR_CONFIG,
 * each fault with its cure; a certificate past its end is none here. `password_file` holds the password of an encrypted key; without
 * that `password` is it; both may be NULL. */
bool signer_open(struct signer *s, const char *password_file, const char *password, struct err *e) MUST_USE;
void signer_free(struct signer *s);
#define AUTO_SIGNER CLEANUP(signer_free_local) struct signer *
void signer_free_local(struct signer **s);
/* SHA-256 of the file with all that is in it, so that another key is another signer too; 64 small hex digits; lent. */
const char *signer_digest(const struct signer *s);
/* SHA-1 of the certificate as the portals show it, 40 capital hex digits; lent. */
const char *signer_thumbprint(const struct signer *s);
/* Is this what Graph calls the certificate? The same digest, as hex in either case or as base64 in either alphabet. */
bool signer_is_named(const struct signer *s, const char *identifier);
/* When the certificate ends, in seconds since 1970. */
int64_t signer_ends_at(const struct signer *s);

struct claims {
	const char *audience, *client_id, *jti;
	int64_t now; /* the wall clock, never --at */
};
#define ASSERTION_LIFE_S 600
/* The signed statement in compact form; yours. NULL with ERR_ENDED when the certificate has ended, ERR_AUTH when it has not
 * begun. */
char *assertion_make(const struct signer *s, enum assertion kind, const struct claims *claims, struct err *e) MUST_USE;
