// SPDX-License-Identifier: GPL-3.0-or-later
/* A slot is a moment in a sorted list. With a share of n the next one lies a window behind the nth last, so that no window holds
 * more than n, also with checks that were given different shares. Slots may lie ahead: whoever took one sleeps until then without the
 * lock, and those who come later get later ones. */
#include "cloud/budget.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cloud/cache.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define FORM "mdcabud1"
#define LOCK_WAIT_MS 1000
#define GIVE_BACK_WAIT_MS 200 /* the time limit may have been reached, and the answer waits */
#define HEAD offsetof(struct ledger, slots)
#define SUMMED offsetof(struct ledger, closed_until)

struct budget {
	int folder; /* -1: no budget */
	int trace;
	unsigned share;
	int64_t closed_max_ms;
	struct buf fault; /* the first one */
	char file[40], boot[LEDGER_BOOT_SIZE];
};

static uint64_t fnv(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#define FNV_BEGIN UINT64_C(0xcbf29ce484222325)

static uint64_t sum_of(const struct ledger *l)
{
	return fnv(FNV_BEGIN, (const char *)l + SUMMED, HEAD - SUMMED + (size_t)l->count * sizeof(l->slots[0]));
}

void ledger_begin(struct ledger *l, const char *boot)
{
	memset(l, 0, HEAD);
	memcpy(l->form, FORM, sizeof(l->form));
	snprintf(l->boot, sizeof(l->boot), "%s", boot);
}

bool ledger_accept(struct ledger *l, size_t len, const char *boot, int64_t now, int64_t closed_max_ms)
{
	int64_t kept = 0;

	if (len < HEAD || memcmp(l->form, FORM, sizeof(l->form)) != 0 || l->count < 0 || l->count > BUDGET_SHARE_MAX ||
	    len < HEAD + (size_t)l->count * sizeof(l->slots[0]) || l->sum != sum_of(l))
		return false;
	if (strncmp(l->boot, boot, sizeof(l->boot)) != 0) {
		ledger_begin(l, boot);
		return true;
	}
	if (l->closed_until > now + closed_max_ms)
		l->closed_until = 0;
	for (int64_t i = 0; i < l->count; i++) {
		int64_t at = l->slots[i];

		if (at > now - BUDGET_WINDOW_MS && at <= now + BUDGET_HORIZON_MS && (!kept || at >= l->slots[kept - 1]))
			l->slots[kept++] = at;
	}
	l->count = kept;
	return true;
}

int64_t ledger_next(const struct ledger *l, unsigned share, int64_t now)
{
	int64_t next = l->closed_until > now ? l->closed_until : now;

	if (share && l->count >= (int64_t)share) {
		int64_t free_at = l->slots[l->count - (int64_t)share] + BUDGET_WINDOW_MS;

		if (free_at > next)
			next = free_at;
	}
	return next;
}

/* Of more than BUDGET_SHARE_MAX the first is of no use to any share. */
void ledger_enter(struct ledger *l, int64_t at)
{
	int64_t i;

	if (l->count == BUDGET_SHARE_MAX)
		memmove(l->slots, l->slots + 1, (size_t)--l->count * sizeof(l->slots[0]));
	for (i = l->count; i && l->slots[i - 1] > at; i--)
		l->slots[i] = l->slots[i - 1];
	l->slots[i] = at;
	l->count++;
}

bool ledger_leave(struct ledger *l, int64_t at)
{
	int64_t i = l->count;

	while (i && l->slots[i - 1] > at)
		i--;
	if (!i || l->slots[i - 1] != at)
		return false;
	memmove(l->slots + i - 1, l->slots + i, (size_t)(l->count - i) * sizeof(l->slots[0]));
	l->count--;
	return true;
}

size_t ledger_seal(struct ledger *l)
{
	l->sum = sum_of(l);
	return HEAD + (size_t)l->count * sizeof(l->slots[0]);
}

static void say(const struct budget *b, const char *what)
{
	if (b->trace >= 2)
		fprintf(stderr, "request budget: %s\n", what);
}

static void fail(struct budget *b, const char *what, const char *how)
{
	AUTO_FREE char *text = mem_print("%s %s", what, how);

	say(b, text);
	if (!b->fault.len)
		buf_add(&b->fault, text);
}

static bool read_boot_id(char id[LEDGER_BOOT_SIZE])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, id, LEDGER_BOOT_SIZE - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	id[n] = '\0';
	id[strcspn(id, "\n")] = '\0';
	return true;
}

static void name_file(struct budget *b, const struct cloud_settings *set, enum service service, const char *path)
{
	AUTO_FREE char *whose = mem_copy_text(set->api_url);

	if (service == GRAPH) {
		free(whose);
		whose = mem_print("%s\n%s\n%s\n%.*s", set->api_url, set->tenant_id ? set->tenant_id : "",
				  set->client_id ? set->client_id : "", (int)strcspn(path + 1, "/(?") + 1, path);
	}
	snprintf(b->file, sizeof(b->file), "%016llx.%s", (unsigned long long)fnv(FNV_BEGIN, whose, strlen(whose)),
		 service == GRAPH ? "graph" : "budget");
}

struct budget *budget_new(const struct cloud_settings *set, enum service service, const char *path, int trace)
{
	struct budget *b = mem_new(1, sizeof(*b));

	b->folder = -1;
	b->trace = trace;
	if (set->budget <= 0 || set->no_cache)
		return b;
	b->share = service == GRAPH ? 0 : set->budget < BUDGET_SHARE_MAX ? (unsigned)set->budget : BUDGET_SHARE_MAX;
	b->closed_max_ms = service_wait_max(service) * INT64_C(1000);
	if (!read_boot_id(b->boot)) {
		fail(b, BOOT_ID, "cannot be read");
		return b;
	}
	name_file(b, set, service, path);
	b->folder = cache_open_folder(set, "request budget", trace, &b->fault);
	return b;
}

void budget_free(struct budget *b)
{
	if (!b)
		return;
	if (b->folder >= 0)
		close(b->folder);
	buf_free(&b->fault);
	free(b);
}

const char *budget_fault(const struct budget *b)
{
	return buf_text(&b->fault);
}

unsigned budget_share(const struct budget *b)
{
	return b->share;
}

/* Reads the file under its lock; closing the descriptor gives the lock back. -1: go on without. */
static int open_ledger(struct budget *b, int64_t wait_ms, struct ledger *l, int64_t *now)
{
	int fd = b->folder < 0 ? -1 : file_lock_private(b->folder, b->file, wait_ms);

	*now = clock_ticks_ms();
	if (fd < 0) {
		if (b->folder >= 0)
			fail(b, b->file, "cannot be used");
		return -1;
	}
	ssize_t n = pread(fd, l, sizeof(*l), 0);
	if (n > 0 && ledger_accept(l, (size_t)n, b->boot, *now, b->closed_max_ms))
		return fd;
	if (n)
		say(b, "odd content, begun anew");
	ledger_begin(l, b->boot);
	return fd;
}

static void write_ledger(struct budget *b, int fd, struct ledger *l)
{
	size_t len = ledger_seal(l);

	if (pwrite(fd, l, len, 0) != (ssize_t)len)
		fail(b, b->file, "cannot be written");
}

struct budget_slot budget_take(struct budget *b, int64_t longest_ms)
{
	struct budget_slot slot = { .taken = true };
	struct ledger l;
	int64_t now;
	int fd = open_ledger(b, LOCK_WAIT_MS, &l, &now);

	if (fd < 0)
		return slot;
	slot.wait_ms = ledger_next(&l, b->share, now) - now;
	slot.by_service = slot.wait_ms && l.closed_until - now == slot.wait_ms;
	slot.taken = !slot.wait_ms || (slot.wait_ms <= longest_ms && slot.wait_ms <= BUDGET_HORIZON_MS);
	if (slot.taken && b->share) {
		slot.at = now + slot.wait_ms;
		ledger_enter(&l, slot.at);
		write_ledger(b, fd, &l);
	}
	close(fd);
	return slot;
}

void budget_give_back(struct budget *b, int64_t at)
{
	struct ledger l;
	int64_t now;
	int fd = at ? open_ledger(b, GIVE_BACK_WAIT_MS, &l, &now) : -1;

	if (fd < 0)
		return;
	if (ledger_leave(&l, at))
		write_ledger(b, fd, &l);
	close(fd);
}

void budget_refused(struct budget *b, int64_t wait_ms)
{
	struct ledger l;
	int64_t now;
	int fd = open_ledger(b, LOCK_WAIT_MS, &l, &now);

	if (fd < 0)
		return;
	if (wait_ms > b->closed_max_ms)
		wait_ms = b->closed_max_ms;
	if (now + wait_ms > l.closed_until) {
		l.closed_until = now + wait_ms;
		write_ledger(b, fd, &l);
	}
	close(fd);
}
