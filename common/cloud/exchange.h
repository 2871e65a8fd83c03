// SPDX-License-Identifier: GPL-3.0-or-later
/* One question, asked until its answer is final: waits when a 429 tells so, repeats what may pass (5xx, network faults) a few
 * times, all inside the deadline. */
#pragma once
#include "cloud/budget.h"
#include "cloud/refusal.h"

struct exchange {
	struct http *http;
	const struct deadline *deadline;
	struct asked asked;             /* for messages; its service sets the habits on 429 */
	int trace;
	unsigned repeats;               /* after faults, at most */
	struct budget *budget;          /* takes a slot for each attempt that is sent, remembers each 429; or NULL */
	void (*begin)(void *data);      /* called before each attempt; or NULL */
	bool first_try_decides;         /* a first attempt that reaches nobody is final */
	bool (*passes)(const struct http_reply *reply); /* further refusals that are worth a repeat; or NULL */
};

/* True: a reply with a final status, which may be a refusal. False: ERR_THROTTLED, ERR_NETWORK (also a last 5xx), or what http_send
 * said. The reply, which begins as zero, is the caller's to release either way; its status is that of the last answer. */
bool exchange_send(const struct exchange *x, const struct http_request *request, http_sink *sink, void *data,
		   struct http_reply *reply, struct err *e) MUST_USE;
