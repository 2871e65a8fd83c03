// SPDX-License-Identifier: GPL-3.0-or-later
/* The share of a tenant's request limit that all checks of one user on one host have together, and the service's word that it wants
 * to be left alone for a while: one small file a tenant in the cache folder, read and written under its own lock, which nobody holds
 * while sleeping. Sends nothing, sleeps nowhere. A folder or file that cannot be used costs a line at -v, and there is no budget. */
#pragma once
#include "cloud/settings.h"

#define BUDGET_SHARE_MAX 1000
/* The service's minute, and a second for what lies between taking a slot and its request's arrival. */
#define BUDGET_WINDOW_MS 61000
/* Further ahead no slot is taken. */
#define BUDGET_HORIZON_MS 600000

struct budget_slot {
	int64_t wait_ms;  /* until it may be used; 0: now */
	int64_t at;       /* its moment, for giving it back; 0: nothing was counted */
	bool taken;       /* false: it lies too far ahead and was left to others */
	bool by_service;  /* what is waited for is the end of a 429's wait, not our own budget */
};

struct budget;
/* Never NULL. The portal counts by tenant, which its base names; Graph by application, tenant and workload (the first part of `path`), and
 * of it only refusals are remembered: its limits are far beyond what checks need. Off with a budget of 0 and without a cache. */
struct budget *budget_new(const struct cloud_settings *set, enum service service, const char *path, int trace) MUST_USE;
void budget_free(struct budget *b);
/* Why there is none, "" when there is one or none was wanted. */
const char *budget_fault(const struct budget *b);
/* Requests a minute, 0: no limit of our own. */
unsigned budget_share(const struct budget *b);
/* The next slot, taken if it lies at most longest_ms ahead. */
struct budget_slot budget_take(struct budget *b, int64_t longest_ms) MUST_USE;
/* The slot of that moment was not used: no request went out. Of several slots of one moment one goes, and whose does not matter. */
void budget_give_back(struct budget *b, int64_t at);
/* The service answered 429 and asks for so long a wait (believed up to service_wait_max). */
void budget_refused(struct budget *b, int64_t wait_ms);

/* The file's content, open to its test: arithmetic without clock and files. Times are milliseconds of the monotonic clock, which no
 * setting of the wall clock moves and which begins anew with every boot, whose id stands beside them. */
#define LEDGER_BOOT_SIZE 40
struct ledger {
	char form[8], boot[LEDGER_BOOT_SIZE];
	uint64_t sum;                      /* of all that follows */
	int64_t closed_until, count;
	int64_t slots[BUDGET_SHARE_MAX];   /* of the last minute and taken ahead, in order */
};

void ledger_begin(struct ledger *l, const char *boot);
/* What `len` bytes read from a file hold for this boot: what lies back longer than the window or ahead further than any wait is
 * dropped. False when no write of ours leaves it behind. */
bool ledger_accept(struct ledger *l, size_t len, const char *boot, int64_t now, int64_t closed_max_ms);
/* When the next request may be sent, `now` or later, so that no window holds more than `share` of them (0: no limit). */
int64_t ledger_next(const struct ledger *l, unsigned share, int64_t now);
void ledger_enter(struct ledger *l, int64_t at);
/* Takes one slot of that moment out; false when there is none. */
bool ledger_leave(struct ledger *l, int64_t at) MUST_USE;
/* Seals it and returns the bytes to write. */
size_t ledger_seal(struct ledger *l);
