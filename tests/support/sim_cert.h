// SPDX-License-Identifier: GPL-3.0-or-later
/* A root, an intermediate authority and a server certificate of one's own, made anew in each run. Their keys never touch the
 * disk; the root's certificate does, as DIR/ca.pem and DIR/certs/HASH.0, and the server sends the other two. */
#pragma once
#include "base/err.h"
#include <openssl/x509.h>

enum sim_fault { CERT_GOOD, CERT_EXPIRED, CERT_WRONG_NAME, CERT_UNKNOWN_CA };

struct sim_cert {
	char *key_pem, *cert_pem; /* the server's, the certificate with that of its issuer behind it */
};

/* CERT_UNKNOWN_CA: what is written is another authority than the one that signed. */
bool sim_cert_make(const char *dir, enum sim_fault fault, struct sim_cert *out, struct err *e) MUST_USE;
void sim_cert_free(struct sim_cert *c);

/* A client's certificate and key, self-signed, written as DIR/client.pem (0600). The certificate is yours (X509_free). */
bool sim_cert_make_client(const char *dir, X509 **out, struct err *e) MUST_USE;
