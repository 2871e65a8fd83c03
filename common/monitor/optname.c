// SPDX-License-Identifier: GPL-3.0-or-later
/* Names and letters: the rows of the groups, --extra-opts, and what each metric brings along. */
#include "monitor/optname.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct opt options_extra_opts = {
	.type = OPT_IS_TEXT, .name = "extra-opts", .arg = "[SECTION][@FILE]",
	.help = "reads further options from this section of an ini file, before all arguments; keys are the long names, "
		"key= sets a flag; repeatable, `-` as the file is standard input. Without SECTION the one named like the "
		"program; without FILE what MP_CONFIG_FILE names, or the first monitoring-plugins.ini in the folders of "
		"NAGIOS_CONFIG_PATH and MP_CONFIG_PATH, /usr/local/etc/monitoring-plugins, /usr/local/etc, "
		"/etc/monitoring-plugins or /etc, or an older plugins.ini",
};

struct target optname_of_row(struct opt_group *g, const struct opt *row)
{
	return (struct target){ .row = row, .group = g, .note = &g->notes[row - g->rows] };
}

static struct target target_of_limits(const struct opt_table *t, size_t metric, bool warn, bool crit)
{
	struct limits *limits = &t->limits[metric];

	return (struct target){ .metric = &t->metrics[metric], .limits = limits, .warn = warn, .crit = crit };
}

char *options_metric_name(const struct metric *m)
{
	char *name = mem_copy_text(m->name);

	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return name;
}

char *options_variable(const struct opt *row)
{
	char *name = mem_print("MDCA_%s", row->name);

	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return name;
}

/* Calls visit for each long name until it says stop. */
typedef bool name_visit(const char *name, const struct target *target, void *data);

static bool each_limit_name(const struct opt_table *t, name_visit *visit, void *data)
{
	static const struct {
		const char *prefix;
		bool warn, crit;
	} kinds[] = { { "warning", true, false }, { "critical", false, true }, { "ignore", true, true } };

	for (size_t i = 0; t->metrics[i].name; i++) {
		AUTO_FREE char *metric = options_metric_name(&t->metrics[i]);

		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			struct target target = target_of_limits(t, i, kinds[k].warn, kinds[k].crit);
			AUTO_FREE char *name = mem_print("%s-%s", kinds[k].prefix, metric);

			if (!visit(name, &target, data))
				return false;
			if (!i && kinds[k].warn != kinds[k].crit && !visit(kinds[k].prefix, &target, data))
				return false;
		}
	}
	return true;
}

static void each_name(const struct opt_table *t, name_visit *visit, void *data)
{
	struct target extra = { .row = &options_extra_opts };

	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			struct target target = optname_of_row(g, row);

			if (!visit(row->name, &target, data))
				return;
		}
	}
	if (visit(extra.row->name, &extra, data))
		each_limit_name(t, visit, data);
}

static bool is_with_underscores(const char *name, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] != (text[i] == '_' ? '-' : text[i]))
			return false;
	}
	return !name[len];
}

static bool compare_name(const char *name, const struct target *target, void *data)
{
	struct search *s = data;
	bool same = !strncmp(name, s->text, s->len);

	if (same && !name[s->len]) {
		s->found = *target;
		s->exact = true;
		return false;
	}
	if (same || is_with_underscores(name, s->text, s->len)) {
		s->begun++;
		snprintf(s->name, sizeof(s->name), "%s", name);
	}
	return true;
}

struct search optname_find(const struct opt_table *t, const char *text, size_t len)
{
	struct search s = { .text = text, .len = len };

	if (len)
		each_name(t, compare_name, &s);
	return s;
}

bool optname_find_letter(const struct opt_table *t, char letter, struct target *target)
{
	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			if (row->letter && row->letter == letter) {
				*target = optname_of_row(g, row);
				return true;
			}
		}
	}
	if ((letter != 'w' && letter != 'c') || !t->metrics[0].name)
		return false;
	*target = target_of_limits(t, 0, letter == 'w', letter == 'c');
	return true;
}

bool optname_takes_value(const struct target *target)
{
	if (!target->row)
		return target->warn != target->crit;
	return target->row->type != OPT_IS_FLAG && target->row->type != OPT_IS_COUNT &&
	       target->row->type != OPT_IS_BREAK;
}

bool optname_is_extra_opts(const struct target *target)
{
	return target->row == &options_extra_opts;
}

bool optname_is(const struct target *target, enum opt_type type)
{
	return target->row && target->row->type == type;
}
