// SPDX-License-Identifier: GPL-3.0-or-later
/* Which items are judged. */
#include "selection.h"

#include <stdlib.h>

static bool any_fits(const struct strings *patterns, const char *name, const char *other_name)
{
	return glob_any(patterns, name) || (other_name && glob_any(patterns, other_name));
}

bool selection_takes(struct selection *s, const char *name, const char *other_name)
{
	if (!s->met)
		s->met = mem_new(s->expect.count, sizeof(*s->met));
	for (size_t i = 0; i < s->expect.count; i++) {
		const char *pattern = s->expect.items[i];

		if (glob_fits(pattern, name) || (other_name && glob_fits(pattern, other_name)))
			s->met[i] = true;
	}
	if (s->include.count && !any_fits(&s->include, name, other_name))
		return false;
	return !any_fits(&s->exclude, name, other_name);
}

void selection_report_missing(const struct selection *s, struct verdict *v)
{
	int missing = verdict_metric(v, "missing");

	for (size_t i = 0; missing >= 0 && i < s->expect.count; i++) {
		if (s->met && s->met[i])
			continue;
		verdict_item(v, s->expect.items[i]);
		verdict_find(v, missing, 1, "expected, but there is no such item");
	}
}

void selection_release(struct selection *s)
{
	strings_clear(&s->include);
	strings_clear(&s->exclude);
	strings_clear(&s->expect);
	free(s->met);
	s->met = NULL;
}
