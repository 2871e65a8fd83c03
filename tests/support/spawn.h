// SPDX-License-Identifier: GPL-3.0-or-later
/* One child process with its output in pipes, driven by the caller's poll loop. It is ended by its own id only. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"
#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#define SPAWN_OUTPUT_MAX (1024 * 1024)

struct spawn {
	pid_t pid;
	int pipes[2];       /* stdout, stderr; -1 once at its end */
	struct buf text[2]; /* what came out of them */
	bool overflowed;    /* more than SPAWN_OUTPUT_MAX came, the rest is lost */
	bool ended, killed;
	int status; /* of waitpid, once it has ended */
	int64_t begun_ms, ran_ms;
	/* Of it, how long the child and this process, which serves it, were ready to go on but had no processor: on a machine that is busy
	 * with other things this is no fault of either. Set once it has ended; 0 where the kernel does not tell. */
	int64_t starved_ms;
	long peak_kib; /* memory, once it has ended */
	int64_t cpu_us;
};

#define SPAWN_WATCH_MAX 2

/* Starts argv[0] (a path) in `folder` with that whole environment; `input` is a file or NULL for /dev/null. A program
 * that cannot be run ends with 127 and says so on stderr. */
bool spawn_start(struct spawn *s, const struct strings *argv, const struct strings *environment, const char *folder,
		 const char *input, struct err *e) MUST_USE;
/* Fills set (room for SPAWN_WATCH_MAX) and lowers *wait_ms: the end of a process makes no event. */
size_t spawn_watch(const struct spawn *s, struct pollfd *set, int *wait_ms);
/* Takes in output and notices the end. */
void spawn_handle(struct spawn *s);
/* SIGKILL, and waits for the end. */
void spawn_kill(struct spawn *s);
/* How long the first thread of a process, running or not yet waited for, was ready but had no processor; 0 where that is not told. */
int64_t spawn_starved_ms(pid_t pid);
/* Kills it if it runs, and releases. */
void spawn_free(struct spawn *s);
