// SPDX-License-Identifier: GPL-3.0-or-later
/* Access tokens that the simulated Entra has issued, and who may do what with them. They live as long as the process;
 * the clock behind them is the real one, never --at. */
#pragma once
#include "base/buf.h"
#include "support/sim_scenario.h"

enum audience { FOR_GRAPH, FOR_PORTAL };
enum token_verdict { TOKEN_GOOD, TOKEN_EXPIRED, TOKEN_UNKNOWN };

struct issued {
	struct tenant *tenant;
	const struct client *client;
	enum audience audience;
	int64_t ends_at;
	char *text;
};

/* A new token, lent for the life of the process (the oldest is forgotten after some thousand). */
const char *sim_token_issue(struct tenant *t, const struct client *c, enum audience audience, unsigned life);
/* *found is set unless the token is unknown. */
enum token_verdict sim_token_find(const char *text, const struct issued **found);
void sim_token_forget_all(void);

/* Does the header value carry the scheme? Returns what follows it, else NULL. */
const char *sim_credential(const char *authorization, const char *scheme);
/* Base64 for addresses, without padding. */
void sim_base64url(const char *text, struct buf *out);
/* A random GUID in its usual form. */
#define GUID_SIZE 37
const char *sim_guid(char out[GUID_SIZE]);
