// SPDX-License-Identifier: GPL-3.0-or-later
/* Preloaded by the case runner (--clock): clocks that go on only while the program waits. Under valgrind the same work takes fifty times
 * longer and would use up a time limit of one second before the first request; with these clocks work takes no time, waits take what they
 * take, and every limit, pause and text of a case holds as it is written. The file WAITING_CLOCK holds, in nanoseconds, the time of the
 * monotonic clock and how far the wall clock is ahead of it; the runner begins and reads it, and the next process of the case goes on
 * from it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t *now_ns; /* and behind it how far the wall clock is ahead */

static int real_time(clockid_t clock, struct timespec *at)
{
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");

	return real(clock, at);
}

static int64_t real_ns(void)
{
	struct timespec at;

	real_time(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("WAITING_CLOCK");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	now_ns = mmap(NULL, 2 * sizeof(*now_ns), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (now_ns == MAP_FAILED)
		_exit(126);
	close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME)
		return real_time(clock, at);
	int64_t ns = clock == CLOCK_REALTIME ? now_ns[0] + now_ns[1] : now_ns[0];
	*at = (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	return 0;
}

int poll(struct pollfd *set, nfds_t count, int timeout)
{
	int (*real)(struct pollfd *, nfds_t, int) = dlsym(RTLD_NEXT, "poll");
	int64_t begun_ns = real_ns();
	int ready = real(set, count, timeout);

	*now_ns += real_ns() - begun_ns;
	return ready;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	int (*real)(const struct timespec *, struct timespec *) = dlsym(RTLD_NEXT, "nanosleep");
	int64_t begun_ns = real_ns();
	int status = real(wanted, left);

	*now_ns += real_ns() - begun_ns;
	return status;
}

/* The kernel's timer would count the work. It is the backstop of waits that cannot be ended (test_waits proves it); here the runner's
 * own limit ends those. Without the header, as C libraries do not agree on the type of `which`. */
struct itimerval;
int setitimer(int which, const struct itimerval *timer, struct itimerval *before);
int setitimer(int which, const struct itimerval *timer, struct itimerval *before)
{
	(void)which;
	(void)timer;
	(void)before;
	return 0;
}
