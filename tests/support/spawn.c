// SPDX-License-Identifier: GPL-3.0-or-later
/* fork and exec with everything in place before; nothing but plain system calls in the child. */
#include "support/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"

int64_t spawn_starved_ms(pid_t pid)
{
	AUTO_FREE char *path = mem_print("/proc/%d/schedstat", (int)pid);
	FILE *file = fopen(path, "r");
	long long waited_ns = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*s %lld", &waited_ns) != 1)
		waited_ns = 0;
	fclose(file);
	return waited_ns / 1000000;
}

static char **make_vector(const struct strings *list)
{
	char **vector = mem_new(list->count + 1, sizeof(*vector));
	for (size_t i = 0; i < list->count; i++)
		vector[i] = list->items[i];
	return vector;
}

static void __attribute__((noreturn)) give_up(const char *what)
{
	dprintf(STDERR_FILENO, "cannot run: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static void __attribute__((noreturn))
become(char **argv, char **environment, const char *folder, const char *input, const int *out)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives a runner that is killed */
#endif
	if (dup2(out[1], STDERR_FILENO) < 0)
		_exit(127);
	int in = open(input ? input : "/dev/null", O_RDONLY);
	if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out[0], STDOUT_FILENO) < 0)
		give_up("standard input");
	if (in > STDERR_FILENO)
		close(in);
	if (chdir(folder))
		give_up(folder);
	execve(argv[0], argv, environment);
	give_up(argv[0]);
}

static bool open_pipes(int ours[2], int theirs[2])
{
	int pair[2];

	for (int i = 0; i < 2; i++) {
		if (pipe2(pair, O_CLOEXEC))
			return false;
		ours[i] = pair[0];
		theirs[i] = pair[1];
		fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

bool spawn_start(struct spawn *s, const struct strings *argv, const struct strings *environment, const char *folder,
		 const char *input, struct err *e)
{
	AUTO_FREE char **words = make_vector(argv);
	AUTO_FREE char **variables = make_vector(environment);
	int theirs[2] = { -1, -1 };

	*s = (struct spawn){ .pid = -1, .pipes = { -1, -1 } };
	bool piped = open_pipes(s->pipes, theirs);
	s->begun_ms = clock_ticks_ms();
	s->starved_ms = -spawn_starved_ms(getpid());
	if (piped)
		s->pid = fork();
	if (s->pid == 0)
		become(words, variables, folder, input, theirs);
	for (int i = 0; i < 2; i++)
		if (theirs[i] >= 0)
			close(theirs[i]);
	if (s->pid > 0)
		return true;
	err_set(e, ERR_CONFIG, "no process: %s", strerror(errno));
	spawn_free(s);
	return false;
}

size_t spawn_watch(const struct spawn *s, struct pollfd *set, int *wait_ms)
{
	size_t count = 0;

	for (int i = 0; i < 2; i++)
		if (s->pipes[i] >= 0)
			set[count++] = (struct pollfd){ .fd = s->pipes[i], .events = POLLIN };
	/* Silent processes are mostly gone in the next moment; others may have left a child that holds the pipes. */
	int wait = count ? 20 : 1;
	if (*wait_ms > wait)
		*wait_ms = wait;
	return count;
}

static void drain(struct spawn *s, int i)
{
	char bytes[16 * 1024];

	while (s->pipes[i] >= 0) {
		ssize_t n = read(s->pipes[i], bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(s->pipes[i]);
			s->pipes[i] = -1;
		} else if (s->text[i].len + (size_t)n > SPAWN_OUTPUT_MAX) {
			s->overflowed = true;
		} else {
			buf_add_bytes(&s->text[i], bytes, (size_t)n);
		}
	}
}

static int64_t microseconds(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

static void notice_end(struct spawn *s, int how)
{
	struct rusage used;
	siginfo_t end = { 0 };

	if (s->ended || waitid(P_PID, (id_t)s->pid, &end, WEXITED | WNOWAIT | how) || !end.si_pid)
		return;
	s->starved_ms += spawn_starved_ms(s->pid) + spawn_starved_ms(getpid());
	if (wait4(s->pid, &s->status, how, &used) != s->pid)
		return;
	s->peak_kib = used.ru_maxrss;
	s->cpu_us = microseconds(&used.ru_utime) + microseconds(&used.ru_stime);
	s->ended = true;
	s->ran_ms = clock_ticks_ms() - s->begun_ms;
}

void spawn_handle(struct spawn *s)
{
	notice_end(s, WNOHANG);
	drain(s, 0);
	drain(s, 1);
}

void spawn_kill(struct spawn *s)
{
	if (s->ended || s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	s->killed = true;
	notice_end(s, 0);
	drain(s, 0);
	drain(s, 1);
}

void spawn_free(struct spawn *s)
{
	spawn_kill(s);
	for (int i = 0; i < 2; i++) {
		if (s->pipes[i] >= 0)
			close(s->pipes[i]);
		buf_free(&s->text[i]);
	}
	*s = (struct spawn){ .pid = -1, .pipes = { -1, -1 } };
}
