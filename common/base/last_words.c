// SPDX-License-Identifier: GPL-3.0-or-later
/* The one fixed line of a run that cannot end in the ordinary way. Everything a handler touches is prepared beforehand. */
#include "base/last_words.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static char timeout_line[96];
static char steps[2][160];
static const char *volatile step = ""; /* one of them, while the other is written, or none */
static int timeout_status = 3;

static void __attribute__((noreturn)) say_and_end(const char *line, int status)
{
	ssize_t written = write(STDOUT_FILENO, line, strlen(line));

	_exit(written < 0 ? 3 : status);
}

static void __attribute__((noreturn)) say_timeout(void)
{
	char line[sizeof(timeout_line) + sizeof(steps[0]) + 4];
	char *end = stpcpy(line, timeout_line);
	const char *during = step;

	if (*during)
		end = stpcpy(stpcpy(stpcpy(end, " ("), during), ")");
	stpcpy(end, "\n");
	say_and_end(line, timeout_status);
}

static void on_signal(int number)
{
	if (number == SIGALRM)
		say_timeout();
	if (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGABRT)
		say_and_end("[UNKNOWN] - internal error, please report it\n", 3);
	say_and_end("[UNKNOWN] - ended by a signal before the check was done\n", 3);
}

static void handle(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void last_words_on_signals(void)
{
	static const int requests[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		handle(requests[i]);
#if !defined(__SANITIZE_ADDRESS__) && !defined(UNDER_SANITIZER)
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		handle(faults[i]);
#endif
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a cache file that may not grow is a failed write */
}

void last_words_after(int64_t ms, int64_t limit_s, int status)
{
	static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	struct itimerval timer = { .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };
	sigset_t set;

	timeout_status = status >= 1 && status <= 3 ? status : 3;
	snprintf(timeout_line, sizeof(timeout_line), "[%s] - timeout after %lld s in a wait that could not be ended",
		 states[timeout_status], (long long)limit_s);
	handle(SIGALRM);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM); /* a caller may have left it blocked */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void last_words_during(const char *fmt, ...)
{
	char *spare = steps[step == steps[0]];
	va_list args;

	if (!fmt) {
		step = "";
		return;
	}
	va_start(args, fmt);
	vsnprintf(spare, sizeof(steps[0]), fmt, args);
	va_end(args);
	step = spare;
}

void last_words_out_of_memory(void)
{
	say_and_end("[UNKNOWN] - out of memory\n", 3);
}
