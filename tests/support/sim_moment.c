// SPDX-License-Identifier: GPL-3.0-or-later
/* Moments relative to now: "@FORM:" and lengths with a sign in front, as in "@ms:-2h30m". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "support/sim_scenario.h"

#define DAY 86400

static bool parse_offset(const char *text, int64_t *offset)
{
	static const char suffixes[] = "smhdw";
	static const int64_t lengths[] = { 1, 60, 3600, DAY, 7 * DAY };
	int sign = *text == '-' ? -1 : 1;
	int64_t sum = 0;

	if (*text == '-' || *text == '+')
		text++;
	if (!*text)
		return false;
	while (*text) {
		char *end;
		const char *suffix;

		if (!isdigit((unsigned char)*text))
			return false;
		long n = strtol(text, &end, 10);
		if (!*end && n == 0)
			break;
		if (!*end || !(suffix = strchr(suffixes, *end)))
			return false;
		sum += n * lengths[suffix - suffixes];
		text = end + 1;
	}
	*offset = sign * sum;
	return true;
}

bool moment_parse(const char *text, struct moment *m)
{
	static const struct {
		const char *prefix;
		enum moment_form form;
	} forms[] = {
		{ "@iso:", MOMENT_ISO },      { "@iso3:", MOMENT_ISO3 }, { "@date:", MOMENT_DATE },
		{ "@dayid:", MOMENT_DAY_ID }, { "@ms:", MOMENT_MS },     { "@sec:", MOMENT_SEC },
	};
	struct moment found;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t len = strlen(forms[i].prefix);

		if (strncmp(text, forms[i].prefix, len) != 0)
			continue;
		found.form = forms[i].form;
		if (!parse_offset(text + len, &found.offset))
			return false;
		*m = found;
		return true;
	}
	return false;
}

int64_t moment_at(const struct moment *m, int64_t now)
{
	int64_t at = now + m->offset;

	return m->form == MOMENT_DATE || m->form == MOMENT_DAY_ID ? at - at % DAY : at;
}
