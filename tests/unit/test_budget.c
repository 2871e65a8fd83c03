// SPDX-License-Identifier: GPL-3.0-or-later
/* The request budget: the arithmetic of its slots, what a file may hold, what a 429 leaves behind, what is given back, and that no number of
 * processes gets more out of it than the share. The monotonic clock is the test's own, shared by all processes. */
#include "unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cloud/budget.h"

#define BOOT "11112222-3333-4444-5555-666677778888"
#define W BUDGET_WINDOW_MS
#define SLOTS 6

static int64_t *clock_ms; /* NULL: the kernel's */
static char folder[64], file[160];
static struct cloud_settings settings;

int clock_gettime(clockid_t id, struct timespec *out)
{
	if (!clock_ms || id != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, id, out);
	*out = (struct timespec){ .tv_sec = *clock_ms / 1000, .tv_nsec = *clock_ms % 1000 * 1000000 };
	return 0;
}

static void fill(struct ledger *l, const int64_t *slots, int64_t closed_until)
{
	ledger_begin(l, BOOT);
	l->closed_until = closed_until;
	for (int i = 0; slots[i]; i++)
		ledger_enter(l, slots[i]);
}

static const struct next_row {
	int64_t slots[SLOTS + 1], closed_until;
	unsigned share;
	int64_t now, next;
} nexts[] = {
	{ { 0 }, 0, 3, 500000, 500000 },
	{ { 499000, 499000 }, 0, 3, 500000, 500000 },
	{ { 499000, 499000, 499001 }, 0, 3, 500000, 499000 + W },
	{ { 499001, 499000, 499000 }, 0, 3, 500000, 499000 + W },
	/* to the millisecond */
	{ { 500000 - W, 490000 }, 0, 2, 500000, 500000 },
	{ { 500001 - W, 490000 }, 0, 2, 500000, 500001 },
	/* slots ahead push further ones back */
	{ { 499000, 499100, 499000 + W, 499100 + W }, 0, 2, 500000, 499000 + 2 * W },
	/* shares that differ: each by its own */
	{ { 499000, 499100, 499200 }, 0, 2, 500000, 499100 + W },
	{ { 499000, 499100, 499200 }, 0, 1, 500000, 499200 + W },
	{ { 499000, 499100, 499200 }, 0, 4, 500000, 500000 },
	/* closed by the service */
	{ { 0 }, 505000, 3, 500000, 505000 },
	{ { 0 }, 500000, 3, 500000, 500000 },
	{ { 499000, 499000, 499000 }, 505000, 3, 500000, 499000 + W },
	/* no limit of ours */
	{ { 499000, 499100, 499200 }, 0, 0, 500000, 500000 },
	{ { 499000, 499100, 499200 }, 505000, 0, 500000, 505000 },
};

START_TEST(next)
{
	const struct next_row *row = &nexts[_i];
	struct ledger l;

	fill(&l, row->slots, row->closed_until);
	ck_assert_int_eq(ledger_next(&l, row->share, row->now), row->next);
}
END_TEST

/* What is read back at 500000; count -1: refused. */
static const struct accept_row {
	int64_t slots[SLOTS + 1], closed_until;
	const char *boot;
	int64_t count, first, closed_after;
} accepts[] = {
	{ { 450000, 499000, 501000 }, 502000, BOOT, 3, 450000, 502000 },
	{ { 500000 - W, 500001 - W }, 0, BOOT, 1, 500001 - W, 0 },
	/* the end of all waits, and beyond */
	{ { 499000, 500000 + BUDGET_HORIZON_MS }, 560000, BOOT, 2, 499000, 560000 },
	{ { 499000, 500001 + BUDGET_HORIZON_MS }, 560001, BOOT, 1, 499000, 0 },
	{ { INT64_MAX - W, INT64_MAX }, INT64_MAX, BOOT, 0, 0, 0 },
	/* another boot's clock means nothing */
	{ { 450000, 499000, 501000 }, 502000, "99992222-3333-4444-5555-666677778888", 0, 0, 0 },
	{ { 450000 }, 502000, "", 0, 0, 0 },
};

START_TEST(accept)
{
	const struct accept_row *row = &accepts[_i];
	struct ledger l;

	fill(&l, row->slots, row->closed_until);
	size_t len = ledger_seal(&l);
	ck_assert(ledger_accept(&l, len, row->boot, 500000, 60000));
	ck_assert_int_eq(l.count, row->count);
	ck_assert_int_eq(l.closed_until, row->closed_after);
	ck_assert_str_eq(l.boot, row->boot);
	if (row->count)
		ck_assert_int_eq(l.slots[0], row->first);
}
END_TEST

/* Every byte of the file counts, and so does its length. */
START_TEST(accept_damaged)
{
	const int64_t slots[] = { 498000, 499000, 499500, 0 };
	struct ledger whole, l;

	fill(&whole, slots, 510000);
	size_t len = ledger_seal(&whole);
	for (size_t i = 0; i < len; i++) {
		l = whole;
		((unsigned char *)&l)[i] ^= 0x40;
		bool other_boot = i >= offsetof(struct ledger, boot) && i < offsetof(struct ledger, sum);
		ck_assert_msg(ledger_accept(&l, len, BOOT, 500000, 60000) == other_boot, "byte %zu", i);
		ck_assert_msg(!other_boot || !l.count || i >= offsetof(struct ledger, boot) + sizeof(BOOT), "byte %zu", i);
		l = whole;
		ck_assert_msg(!ledger_accept(&l, i, BOOT, 500000, 60000), "length %zu", i);
	}
	/* sealed, but out of order or of an impossible count */
	l = whole;
	l.slots[1] = 497000;
	len = ledger_seal(&l);
	ck_assert(ledger_accept(&l, len, BOOT, 500000, 60000));
	ck_assert_int_eq(l.count, 2);
	memset(&l, 0xff, sizeof(l));
	ck_assert(!ledger_accept(&l, sizeof(l), BOOT, 500000, 60000));
	l = whole;
	l.count = BUDGET_SHARE_MAX + 1;
	ck_assert(!ledger_accept(&l, sizeof(l), BOOT, 500000, 60000));
}
END_TEST

static unsigned chance(unsigned *state, unsigned below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

/* Checks of one share come at random; counted by brute force, no window has more of them. Mixed shares: none more than the largest. */
static const struct crowd_row {
	unsigned share, other_share, pause_ms;
} crowds[] = { { 1, 1, 90000 }, { 25, 25, 1000 }, { 25, 25, 5000 }, { 25, 7, 1500 }, { 1000, 1000, 40 }, { 1000, 25, 60 } };

START_TEST(crowd)
{
	enum { ASKED = 4000 };
	const struct crowd_row *row = &crowds[_i];
	static int64_t sent[ASKED];
	static struct ledger l;
	unsigned state = 42, count = 0;
	int64_t now = 500000;

	ledger_begin(&l, BOOT);
	for (int i = 0; i < ASKED; i++) {
		unsigned share = chance(&state, 2) ? row->share : row->other_share;
		int64_t at = ledger_next(&l, share, now);

		ck_assert(at >= now);
		if (at - now < 20000) {
			unsigned n = count++;

			for (; n && sent[n - 1] > at; n--)
				sent[n] = sent[n - 1];
			sent[n] = at;
			ledger_enter(&l, at);
		}
		now += chance(&state, 2 * row->pause_ms);
		size_t len = ledger_seal(&l);
		ck_assert_uint_le(len, sizeof(l));
		ck_assert(ledger_accept(&l, len, BOOT, now, 60000));
	}
	ck_assert_uint_gt(count, row->share);
	for (unsigned i = row->share; i < count; i++)
		ck_assert_int_gt(sent[i] - sent[i - row->share], 60000);
}
END_TEST

static int remove_node(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void set_up(void)
{
	static char portal[] = "https://contoso.us2.portal.cloudappsecurity.com", tenant[] = "contoso.example", client[] = "1";

	snprintf(folder, sizeof(folder), "/tmp/test_budget.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	settings = (struct cloud_settings){ .api_url = portal, .tenant_id = tenant, .client_id = client, .cache_dir = folder, .budget = 25 };
	clock_ms = mmap(NULL, sizeof(*clock_ms), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(clock_ms, MAP_FAILED);
	*clock_ms = 500000;
}

static void tear_down(void)
{
	munmap(clock_ms, sizeof(*clock_ms));
	clock_ms = NULL;
	chmod(folder, 0700);
	nftw(folder, remove_node, 8, FTW_PHYS | FTW_DEPTH);
}

/* As a run does: a budget of its own each time. */
static struct budget_slot take(enum service service, const char *path, int64_t longest_ms)
{
	struct budget *b = budget_new(&settings, service, path, 0);
	struct budget_slot slot = budget_take(b, longest_ms);

	budget_free(b);
	return slot;
}

static struct budget_slot take_portal(int64_t longest_ms)
{
	return take(CLOUD_APPS, "/api/v1/governance/", longest_ms);
}

static void refuse(enum service service, const char *path, int64_t wait_ms)
{
	struct budget *b = budget_new(&settings, service, path, 0);

	budget_refused(b, wait_ms);
	budget_free(b);
}

#define ASSERT_SLOT(slot, wait, is_taken, theirs)                 \
	do {                                                      \
		struct budget_slot slot_ = slot;                  \
		ck_assert_int_eq(slot_.wait_ms, wait);            \
		ck_assert_int_eq(slot_.taken, is_taken);          \
		ck_assert_int_eq(slot_.by_service, theirs);       \
	} while (0)

static int count_files(void)
{
	AUTO_FREE char *command = mem_print("exit $(ls -A %s | wc -l)", folder);

	return WEXITSTATUS(system(command));
}

/* The name of the one file, for tests that spoil it. */
static const char *find_file(void)
{
	AUTO_FREE char *command = mem_print("ls -d %s/*", folder);
	FILE *list = popen(command, "r");

	ck_assert_ptr_nonnull(fgets(file, sizeof(file), list));
	pclose(list);
	file[strcspn(file, "\n")] = '\0';
	return file;
}

START_TEST(share)
{
	for (int i = 0; i < 25; i++)
		ASSERT_SLOT(take_portal(29000), 0, true, false);
	/* too far ahead: left to others, so the answer stays */
	ASSERT_SLOT(take_portal(29000), W, false, false);
	ASSERT_SLOT(take_portal(29000), W, false, false);
	*clock_ms += W - 29000;
	ASSERT_SLOT(take_portal(28999), 29000, false, false);
	for (int i = 0; i < 25; i++)
		ASSERT_SLOT(take_portal(29000), 29000, true, false);
	ASSERT_SLOT(take_portal(29000), 29000 + W, false, false);
	*clock_ms += 29000;
	ASSERT_SLOT(take_portal(29000), W, false, false);
	/* another share sees the same requests */
	settings.budget = 60;
	ASSERT_SLOT(take_portal(0), 0, true, false);
	settings.budget = 0;
	ASSERT_SLOT(take_portal(0), 0, true, false);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(horizon)
{
	settings.budget = 1;
	for (int i = 0; i * W <= BUDGET_HORIZON_MS; i++)
		ASSERT_SLOT(take_portal(3600000), i * W, true, false);
	ASSERT_SLOT(take_portal(3600000), (BUDGET_HORIZON_MS / W + 1) * W, false, false);
}
END_TEST

static void give_back(int64_t at)
{
	struct budget *b = budget_new(&settings, CLOUD_APPS, "/a/", 0);

	budget_give_back(b, at);
	budget_free(b);
}

START_TEST(given_back)
{
	settings.budget = 3;
	struct budget_slot first = take_portal(0), twin = take_portal(0);
	*clock_ms += 1000;
	struct budget_slot last = take_portal(0), ahead = take_portal(W);
	ck_assert_int_eq(first.at, 500000);
	ck_assert_int_eq(twin.at, 500000);
	ck_assert_int_eq(last.at, 501000);
	ck_assert_int_eq(ahead.at, 500000 + W);
	ASSERT_SLOT(take_portal(0), W - 1000, false, false);
	/* of two of one moment one, */
	give_back(first.at);
	ASSERT_SLOT(take_portal(0), W - 1000, false, false);
	/* and one that lies ahead */
	give_back(ahead.at);
	ASSERT_SLOT(take_portal(0), 0, true, false);
	ASSERT_SLOT(take_portal(0), W - 1000, false, false);
	/* what nobody has, and what was not granted */
	give_back(499999);
	give_back(500001);
	give_back(0);
	ASSERT_SLOT(take_portal(0), W - 1000, false, false);
	/* none is left after its minute */
	*clock_ms += W;
	give_back(last.at);
	for (int i = 0; i < 3; i++)
		ASSERT_SLOT(take_portal(0), 0, true, false);
	ASSERT_SLOT(take_portal(0), W, false, false);
	ck_assert_int_eq(take_portal(0).at, 0);
}
END_TEST

/* The end of a 429's wait stays. */
START_TEST(given_back_while_closed)
{
	struct budget_slot slot = take_portal(0);

	refuse(CLOUD_APPS, "/a/", 41000);
	give_back(slot.at);
	ASSERT_SLOT(take_portal(29000), 41000, false, true);
}
END_TEST

/* Where nothing is counted, nothing is to be given back: no file is touched. */
START_TEST(given_back_uncounted)
{
	ck_assert_int_eq(take(GRAPH, "/admin/serviceAnnouncement/messages", 0).at, 0);
	settings.budget = 0;
	ck_assert_int_eq(take_portal(0).at, 0);
	give_back(0);
	ck_assert_int_eq(count_files(), 1); /* Graph's lock */
}
END_TEST

START_TEST(refused)
{
	refuse(CLOUD_APPS, "/a/", 41000);
	ASSERT_SLOT(take_portal(29000), 41000, false, true);
	*clock_ms += 1000;
	ASSERT_SLOT(take_portal(40000), 40000, true, true);
	refuse(CLOUD_APPS, "/a/", 10000); /* the longest wait counts */
	ASSERT_SLOT(take_portal(29000), 40000, false, true);
	refuse(CLOUD_APPS, "/a/", 86400000);
	ASSERT_SLOT(take_portal(29000), 60000, false, true);
	settings.budget = 0;
	ASSERT_SLOT(take_portal(29000), 0, true, false);
	settings.budget = 25;
	settings.no_cache = true;
	ASSERT_SLOT(take_portal(29000), 0, true, false);
	settings.no_cache = false;
	*clock_ms += 60000;
	ASSERT_SLOT(take_portal(29000), 0, true, false);
}
END_TEST

/* Of Graph the refusals of one workload are remembered, of one application, and nothing is counted. */
START_TEST(graph)
{
	static char other[] = "2";

	for (int i = 0; i < 100; i++)
		ASSERT_SLOT(take(GRAPH, "/admin/serviceAnnouncement/messages", 0), 0, true, false);
	refuse(GRAPH, "/admin/serviceAnnouncement/messages", 3600000);
	ASSERT_SLOT(take(GRAPH, "/admin/serviceAnnouncement/issues", 29000), 300000, false, true);
	ASSERT_SLOT(take(GRAPH, "/security/secureScores", 29000), 0, true, false);
	ASSERT_SLOT(take(GRAPH, "/applications(appId='1')", 29000), 0, true, false);
	ASSERT_SLOT(take_portal(29000), 0, true, false);
	settings.client_id = other;
	ASSERT_SLOT(take(GRAPH, "/admin/serviceAnnouncement/issues", 29000), 0, true, false);
}
END_TEST

/* A reboot begins the clock anew; so does a clock that went back under the same boot, by dropping what is too far ahead. */
START_TEST(clock_jumps)
{
	*clock_ms = 5000000;
	for (int i = 0; i < 25; i++)
		ASSERT_SLOT(take_portal(0), 0, true, false);
	ASSERT_SLOT(take_portal(0), W, false, false);
	*clock_ms = 20000;
	ASSERT_SLOT(take_portal(0), 0, true, false);
	*clock_ms = 5000000; /* Check measures too */
}
END_TEST

/* Whatever stands in the place of the file: no wait, and the next run has a budget again or none. */
enum spoiler { EMPTY, GARBAGE, CUT, LONG, OPEN_TO_OTHERS, FOREIGN, LINK, FOLDER, FIFO, HOLE, SPOILERS };

static void spoil(enum spoiler how, const char *path)
{
	AUTO_FREE char *aside = mem_print("%s.aside", path);

	switch (how) {
	case EMPTY:
		ck_assert(!truncate(path, 0));
		break;
	case GARBAGE: {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		ck_assert(pwrite(fd, "garbage!", 8, 64) == 8);
		close(fd);
		break;
	}
	case CUT:
		ck_assert(!truncate(path, offsetof(struct ledger, slots) + 4));
		break;
	case LONG:
		ck_assert(!truncate(path, 1 << 20));
		break;
	case HOLE:
		ck_assert(!truncate(path, 0) && !truncate(path, 1 << 20));
		break;
	case OPEN_TO_OTHERS:
		ck_assert(!chmod(path, 0644));
		break;
	case FOREIGN:
		if (chown(path, 12345, 12345))
			chmod(path, 0666);
		break;
	case LINK:
		ck_assert(!rename(path, aside) && !symlink(aside, path));
		break;
	case FOLDER:
		ck_assert(!unlink(path) && !mkdir(path, 0700));
		break;
	case FIFO:
		ck_assert(!unlink(path) && !mkfifo(path, 0600));
		break;
	case SPOILERS:
		break;
	}
}

START_TEST(spoiled)
{
	settings.budget = 1;
	ASSERT_SLOT(take_portal(0), 0, true, false);
	ASSERT_SLOT(take_portal(0), W, false, false);
	spoil((enum spoiler)_i, find_file());
	/* bytes behind the record mean nothing */
	if (_i != LONG)
		ASSERT_SLOT(take_portal(0), 0, true, false);
	if (_i == EMPTY || _i == GARBAGE || _i == CUT || _i == HOLE || _i == LONG)
		ASSERT_SLOT(take_portal(0), W, false, false);
	else
		ASSERT_SLOT(take_portal(0), 0, true, false);
}
END_TEST

static void in_child(void (*act)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		act();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* What is wrong with the budget, after a slot was taken. */
static void assert_fault(const char *how)
{
	struct budget *b = budget_new(&settings, CLOUD_APPS, "/a/", 0);
	const char *fault;

	ck_assert(budget_take(b, 0).taken);
	fault = budget_fault(b);
	ck_assert_msg(strlen(fault) >= strlen(how) && !strcmp(fault + strlen(fault) - strlen(how), how), "%s instead of %s", fault, how);
	ck_assert_int_eq(*how == '\0', *fault == '\0');
	budget_free(b);
}

static void write_nothing(void)
{
	struct rlimit none = { 0 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	for (int i = 0; i < 3; i++)
		ASSERT_SLOT(take_portal(0), 0, true, false);
	assert_fault(".budget cannot be written");
}

/* Root may write everywhere. */
static void without_rights(void)
{
	if (!geteuid() && setuid(12345))
		_exit(1);
	ASSERT_SLOT(take_portal(0), 0, true, false);
	ASSERT_SLOT(take_portal(0), 0, true, false);
}

START_TEST(unwritable)
{
	settings.budget = 1;
	in_child(write_nothing);
	ck_assert(!unlink(find_file()));
	ck_assert(!chmod(folder, 0500));
	in_child(without_rights);
	ck_assert(!chmod(folder, 0755));
	in_child(without_rights);
}
END_TEST

START_TEST(fault)
{
	assert_fault("");
	ck_assert(!chmod(find_file(), 0640));
	assert_fault(".budget cannot be used");
	ck_assert(!chmod(folder, 0750));
	assert_fault("(chmod 0700)");
	settings.budget = 0;
	assert_fault("");
	settings.budget = 25;
	settings.no_cache = true;
	assert_fault("");
}
END_TEST

/* Two of three are given back, each by its process. */
static bool takes_for_good(int turn)
{
	struct budget_slot slot = take_portal(0);

	if (!slot.taken || turn % 3 == 0)
		return slot.taken;
	give_back(slot.at);
	return false;
}

static bool takes(int turn)
{
	(void)turn;
	return take_portal(0).taken;
}

static unsigned at_once(int processes, int each, bool (*act)(int turn))
{
	unsigned *granted = mmap(NULL, sizeof(*granted), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int gate[2], status;
	char byte;

	ck_assert_ptr_ne(granted, MAP_FAILED);
	ck_assert(!pipe(gate));
	for (int i = 0; i < processes; i++) {
		if (fork())
			continue;
		close(gate[1]);
		if (read(gate[0], &byte, 1) < 0)
			_exit(1);
		for (int k = 0; k < each; k++) {
			if (act(i + k))
				__atomic_add_fetch(granted, 1, __ATOMIC_SEQ_CST);
		}
		_exit(0);
	}
	close(gate[0]);
	close(gate[1]); /* all of them start */
	while (wait(&status) > 0)
		ck_assert_int_eq(status, 0);
	unsigned sum = *granted;
	munmap(granted, sizeof(*granted));
	return sum;
}

START_TEST(processes)
{
	enum { MOMENTS = 24 };
	unsigned granted[MOMENTS], state = 7;
	int64_t at[MOMENTS];

	ck_assert_uint_eq(at_once(40, 1, takes), 25);
	*clock_ms += W;
	for (int i = 0; i < MOMENTS; i++) {
		at[i] = *clock_ms;
		granted[i] = at_once(8, (int)chance(&state, 4), takes);
		*clock_ms += chance(&state, 40000);
	}
	for (int i = 0; i < MOMENTS; i++) {
		unsigned window = 0;

		for (int k = i; k < MOMENTS && at[k] - at[i] <= 60000; k++)
			window += granted[k];
		ck_assert_uint_le(window, 25);
	}
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* What is counted at last is what was kept, however they met. */
START_TEST(processes_give_back)
{
	settings.budget = BUDGET_SHARE_MAX;
	unsigned kept = at_once(30, 20, takes_for_good);
	ck_assert_uint_eq(kept, 200);
	settings.budget = kept;
	ASSERT_SLOT(take_portal(0), W, false, false);
	settings.budget++;
	ASSERT_SLOT(take_portal(0), 0, true, false);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("budget");
	TCase *arithmetic = tcase_create("arithmetic"), *files = tcase_create("files");

	tcase_add_loop_test(arithmetic, next, 0, ROWS(nexts));
	tcase_add_loop_test(arithmetic, accept, 0, ROWS(accepts));
	tcase_add_test(arithmetic, accept_damaged);
	tcase_add_loop_test(arithmetic, crowd, 0, ROWS(crowds));
	suite_add_tcase(s, arithmetic);
	tcase_add_checked_fixture(files, set_up, tear_down);
	tcase_add_test(files, share);
	tcase_add_test(files, horizon);
	tcase_add_test(files, given_back);
	tcase_add_test(files, given_back_while_closed);
	tcase_add_test(files, given_back_uncounted);
	tcase_add_test(files, refused);
	tcase_add_test(files, graph);
	tcase_add_test(files, clock_jumps);
	tcase_add_loop_test(files, spoiled, 0, SPOILERS);
	tcase_add_test(files, unwritable);
	tcase_add_test(files, fault);
	tcase_add_test(files, processes);
	tcase_add_test(files, processes_give_back);
	suite_add_tcase(s, files);
	return s;
}

UNIT_MAIN(suite)
