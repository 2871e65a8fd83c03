// SPDX-License-Identifier: GPL-3.0-or-later
/* What every run owes, whatever came over the wire: a state, one clean line, nothing on stderr, an end in time, little memory. */
#pragma once
#include "support/spawn.h"

/* Adds a line to the report for everything that is wrong; it must not have run longer than `within_ms`, without the time in which it had
 * no processor. The exit status, -1 when it was killed or ended by a signal. */
int honest_judge(const struct spawn *s, int64_t within_ms, struct buf *report);
/* Adds a line when it took more than the 64 MiB that no check may ever need; not under a sanitizer, whose own books take more. */
void honest_memory(const struct spawn *s, struct buf *report);
