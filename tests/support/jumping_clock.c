// SPDX-License-Identifier: GPL-3.0-or-later
/* Preloaded by jumping_clock.sh: a wall clock that is set while the program runs. It stands at JUMPING_CLOCK_AT (seconds since 1970), so
 * that two runs see the same time, and after its JUMPING_CLOCK_AFTER-th reading, whoever in the process reads it, JUMPING_CLOCK_BY seconds
 * further on. The first reading behind the jump adds a byte to the file JUMPING_CLOCK_JUMPED: a run without it read less often. The
 * monotonic clock is the real one. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long setting(const char *name)
{
	const char *text = getenv(name);

	return text ? atoll(text) : 0;
}

static void note_jump(void)
{
	const char *path = getenv("JUMPING_CLOCK_JUMPED");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || write(fd, "\n", 1) != 1 || close(fd))
		_exit(126);
}

static time_t read_wall_clock(void)
{
	static _Atomic long readings; /* libcurl may look up names in a thread */
	long behind = ++readings - setting("JUMPING_CLOCK_AFTER");

	if (behind == 1)
		note_jump();
	return setting("JUMPING_CLOCK_AT") + (behind > 0 ? setting("JUMPING_CLOCK_BY") : 0);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");

	if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
		return real(clock, at);
	*at = (struct timespec){ .tv_sec = read_wall_clock() };
	return 0;
}

time_t time(time_t *at)
{
	time_t now = read_wall_clock();

	if (at)
		*at = now;
	return now;
}

int gettimeofday(struct timeval *at, void *zone)
{
	(void)zone;
	*at = (struct timeval){ .tv_sec = read_wall_clock() };
	return 0;
}
