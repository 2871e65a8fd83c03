// SPDX-License-Identifier: GPL-3.0-or-later
/* Waits and repeats. Nothing here sleeps into the last second of the run: that one is for the answer. */
#include "cloud/exchange.h"

#include <stdio.h>

#include "cloud/chance.h"

#define LAST_MS 1000
#define WAITS_MAX 3
#define FIRST_PAUSE_MS 500

static bool fits(const struct exchange *x, int64_t ms)
{
	return ms + LAST_MS <= deadline_left_ms(x->deadline);
}

static void rest(const struct exchange *x, int64_t ms, const char *why)
{
	if (x->trace >= 2)
		fprintf(stderr, "%s on %s: %s, waiting %lld ms\n", x->asked.host, x->asked.target, why, (long long)ms);
	clock_sleep_ms(ms, x->deadline);
}

/* Between three and five quarters, so that checks that met the same fault do not come back together. */
static int64_t jitter(int64_t ms)
{
	return ms * 3 / 4 + (int64_t)(chance_bits() % (uint64_t)(ms / 2 + 1));
}

/* `share`: our own budget is used up and not the service's. */
static bool set_throttled(const struct exchange *x, int64_t wait, unsigned share, struct err *e)
{
	char when[64] = "does not say until when";
	long long left = (deadline_left_ms(x->deadline) + 500) / 1000, limit = x->deadline->limit_ms / 1000;

	if (wait >= 0)
		snprintf(when, sizeof(when), "available in %lld s", (long long)wait);
	if (share)
		return err_set(e, ERR_THROTTLED, "request budget of %s used up (%u a minute): %s, %lld s left of %lld s", x->asked.host,
			       share, when, left, limit);
	return err_set(e, ERR_THROTTLED, "throttled by %s: %s, %lld s left of %lld s", x->asked.host, when, left, limit);
}

/* Before each attempt: its place among the requests of all checks. *at is 0 when nothing was counted. */
static bool take_slot(const struct exchange *x, int64_t *at, struct err *e)
{
	*at = 0;
	if (!x->budget)
		return true;
	struct budget_slot slot = budget_take(x->budget, deadline_left_ms(x->deadline) - LAST_MS);
	if (!slot.taken)
		return set_throttled(x, (slot.wait_ms + 999) / 1000, slot.by_service ? 0 : budget_share(x->budget), e);
	if (slot.wait_ms)
		rest(x, slot.wait_ms, slot.by_service ? "throttled a while ago" : "request budget used up");
	*at = slot.at;
	return true;
}

/* After the nth 429. A wait of nothing would only be counted as use. */
static bool wait_told(const struct exchange *x, const struct http_reply *reply, unsigned n, struct err *e)
{
	int64_t told = refusal_wait(reply, clock_now()), ms;

	if (told > service_wait_max(x->asked.service))
		told = service_wait_max(x->asked.service);
	if (told >= 0)
		ms = (told ? told : 1) * 1000;
	else
		ms = x->asked.service == CLOUD_APPS ? 5000 : jitter(1000 << n);
	if (x->budget)
		budget_refused(x->budget, ms);
	if (n >= WAITS_MAX || !fits(x, ms))
		return set_throttled(x, told, 0, e);
	rest(x, ms, "throttled");
	return true;
}

/* After the nth fault. */
static bool wait_out(const struct exchange *x, const struct http_reply *reply, unsigned n)
{
	int64_t told = refusal_wait(reply, clock_now()), ms = jitter((int64_t)FIRST_PAUSE_MS << n);

	if (n >= x->repeats)
		return false;
	if (told * 1000 > ms)
		ms = told * 1000;
	if (!fits(x, ms))
		return false;
	rest(x, ms, reply->status ? "server fault" : "network fault");
	return true;
}

static bool is_fault(const struct exchange *x, const struct http_reply *reply)
{
	return reply->status >= 500 || reply->status == 408 || (x->passes && x->passes(reply));
}

static void forget(struct http_reply *reply)
{
	http_reply_free(reply);
	*reply = (struct http_reply){ 0 };
}

bool exchange_send(const struct exchange *x, const struct http_request *request, http_sink *sink, void *data,
		   struct http_reply *reply, struct err *e)
{
	struct http_request now = *request;
	struct err fault = { 0 };
	int64_t slot;

	for (unsigned faults = 0, waits = 0;; forget(reply)) {
		if (!take_slot(x, &slot, e)) {
			if (faults)
				*e = fault;
			return false;
		}
		if (x->begin)
			x->begin(data);
		bool answered = http_send(x->http, &now, sink, data, reply, &fault);
		if (reply->unsent && slot)
			budget_give_back(x->budget, slot);
		if (answered && reply->status == 429) {
			if (!wait_told(x, reply, waits++, e))
				return false;
			continue;
		}
		if (answered && !is_fault(x, reply))
			return true;
		if (answered) {
			refusal_set(&x->asked, reply, &fault);
			fault.kind = ERR_NETWORK;
		}
		bool nobody = !answered && x->first_try_decides && !faults && !waits;
		if (fault.kind != ERR_NETWORK || nobody || !wait_out(x, reply, faults++)) {
			*e = fault;
			return false;
		}
		/* The front end behind this connection is overloaded, another one may not be. */
		now.fresh_connection = !answered || reply->status == 503;
	}
}
