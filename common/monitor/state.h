// SPDX-License-Identifier: GPL-3.0-or-later
/* The four plugin states. The numbers are the exit status (Monitoring Plugins); the ranking is another matter:
 * OK < UNKNOWN < WARNING < CRITICAL, so trouble never hides an alarm that was measured. */
#pragma once
#include <stdbool.h>

enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };

/* "OK", "WARNING", "CRITICAL", "UNKNOWN" */
const char *state_name(enum state s);
/* 0 (OK) to 3 (CRITICAL) in the ranking above. */
int state_rank(enum state s);
enum state state_worse(enum state a, enum state b);
/* A name in any case, its first letters being enough for none; or the digit 0 to 3. */
bool state_parse(const char *text, enum state *s);
