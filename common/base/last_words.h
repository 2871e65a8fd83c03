// SPDX-License-Identifier: GPL-3.0-or-later
/* The one fixed line that a run leaves when it cannot end in the ordinary way: out of memory, a signal, a wait that no
 * deadline could break. Safe in a signal handler. */
#pragma once
#include "base/mem.h"
#include <stdint.h>

/* From here on TERM, INT, HUP, QUIT, XCPU and faults (SEGV, BUS, FPE, ILL, ABRT) print a line and exit 3; PIPE and XFSZ are
 * ignored. Under a sanitizer the faults stay the sanitizer's. */
void last_words_on_signals(void);
/* If the process still lives after `ms`, it prints "[STATE] - timeout after N s" and exits with `status`. For waits inside
 * libraries (a name lookup, a file on a dead mount); the deadline itself is asked everywhere else. */
void last_words_after(int64_t ms, int64_t limit_s, int status);
/* What is done from here on, for that line: "… (asking contoso.com for the reply)". NULL: nothing that waits. */
void last_words_during(const char *fmt, ...) PRINTF_LIKE(1, 2);
void last_words_out_of_memory(void) __attribute__((noreturn));
