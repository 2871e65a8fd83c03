// SPDX-License-Identifier: GPL-3.0-or-later
/* States: their names, their ranking, and how an operator writes them. */
#include "monitor/state.h"

#include <stddef.h>

static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

const char *state_name(enum state s)
{
	return names[s];
}

int state_rank(enum state s)
{
	static const int ranks[] = { [STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_CRITICAL] = 3 };

	return ranks[s];
}

enum state state_worse(enum state a, enum state b)
{
	return state_rank(b) > state_rank(a) ? b : a;
}

/* Own comparison: strcasecmp(3) follows the locale, and in Turkish an i is no I. */
static bool is_name(const char *text, const char *name)
{
	for (; *name; text++, name++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;

		if (c != *name)
			return false;
	}
	return !*text;
}

bool state_parse(const char *text, enum state *s)
{
	for (int i = 0; i < 4; i++) {
		if (is_name(text, names[i]) || (text[0] == '0' + i && !text[1])) {
			*s = (enum state)i;
			return true;
		}
	}
	return false;
}
