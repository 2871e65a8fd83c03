// SPDX-License-Identifier: GPL-3.0-or-later
/* Tokens of a managed identity, which the machine's surroundings give out: the metadata service of a virtual machine, or the agent of
 * Azure Arc, which first wants a file read that only its group can read. Facts: docs/contract.md, "Sign-in". */
#pragma once
#include "cloud/exchange.h"

#define IMDS_KEY_FOLDER "/var/opt/azcmagent/tokens"

/* Where to ask. */
struct imds {
	char *url;              /* of the token, complete */
	bool arc;
	const char *key_folder; /* of Azure Arc's challenge */
};

/* By the environment: IDENTITY_ENDPOINT with IMDS_ENDPOINT is Azure Arc, AZURE_POD_IDENTITY_AUTHORITY_HOST replaces the address of the
 * metadata service. `identity` is a client id or "system", `scope` as Entra takes it. ERR_CONFIG. */
bool imds_find(const char *scope, const char *identity, struct imds *out, struct err *e) MUST_USE;
void imds_release(struct imds *m);
/* Asks; x brings handle, deadline, repeats and host, the rest is set here. True: a reply with a status that is final. False:
 * ERR_NETWORK, with the hint that this may be no host of Azure; ERR_THROTTLED; what Arc's challenge met, ERR_AUTH or ERR_CONFIG. */
bool imds_send(const struct imds *m, const struct exchange *x, struct http_reply *reply, struct err *e) MUST_USE;
/* Fills e and returns true when it has better words for a refusal than others: ERR_AUTH, or ERR_REPLY from whoever answers there in
 * another cloud. */
bool imds_explain(const struct http_reply *reply, const char *host, struct err *e);

/* The header value that answers a challenge ("Basic realm=FILE"), from a file directly in the folder. ERR_AUTH for another path,
 * ERR_CONFIG for a file that cannot be read. */
bool imds_answer_challenge(const char *folder, const char *challenge, struct buf *out, struct err *e) MUST_USE;
