// SPDX-License-Identifier: GPL-3.0-or-later
/* The table as an Icinga 2 command. Secrets come in by the environment only: Icinga shows command lines to everyone.
 * Names of their custom variables hold "token", "secret" or "password", which is what the usual masks look for. No default is repeated as a
 * variable: it would be an argument of every run and so beat the key in a section. */
#include <string.h>

#include "monitor/describe_own.h"

/* Shared settings are one custom variable for all checks; what is the check's own carries its name. */
struct names {
	const char *object; /* mdca_app_connectors */
	const char *shared; /* mdca */
};

static void add_macro(const char *prefix, const char *option, struct buf *out)
{
	buf_print(out, "%s_", prefix);
	for (; *option; option++)
		buf_add_char(out, *option == '-' ? '_' : *option);
}

static void add_string(const char *text, struct buf *out)
{
	buf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

/* One line for each argument. `=` keeps key and value in one word, so a value may begin with a hyphen. */
static void add_argument(const char *option, const char *macro, bool is_switch, const char *further, const char *help,
			 struct buf *out)
{
	buf_print(out, "    \"--%s\" = { %s = \"$%s$\", ", option, is_switch ? "set_if" : "value", macro);
	if (!is_switch)
		buf_add(out, "separator = \"=\", ");
	buf_print(out, "%sdescription = ", further);
	add_string(help, out);
	buf_add(out, " }\n");
}

/* --timeout stands first: of what sets the state of a time-out the last counts, and the others have no other purpose. */
static const char *place_of(const struct opt *row)
{
	if (!strcmp(row->name, "timeout"))
		return "order = -1, ";
	return describe_is_repeatable(row) && row->type != OPT_IS_COUNT ? "repeat_key = true, " : "";
}

static bool is_argument(const struct opt *row)
{
	return row->type != OPT_IS_SECRET && row->type != OPT_IS_BREAK && strcmp(row->name, "describe");
}

static void add_row(const struct names *n, const struct opt *row, const struct opt_group *g, struct buf *out)
{
	AUTO_BUF macro = { 0 }, help = { 0 };

	add_macro(describe_is_own(row, g) ? n->object : n->shared, row->name, &macro);
	describe_row(row, g, &help);
	add_argument(row->name, buf_text(&macro), row->type == OPT_IS_FLAG || row->type == OPT_IS_COUNT, place_of(row),
		     buf_text(&help), out);
}

static void add_thresholds(const struct names *n, const struct metric *m, struct buf *out)
{
	static const char *const kinds[] = { "warning", "critical", "ignore" };
	AUTO_FREE char *name = options_metric_name(m);

	for (int i = 0; i < 3; i++) {
		AUTO_FREE char *option = mem_print("%s-%s", kinds[i], name);
		AUTO_BUF macro = { 0 }, help = { 0 };
		const char *range = i ? m->crit : m->warn;

		add_macro(n->object, option, &macro);
		if (i == 2)
			buf_print(&help, "Removes both ranges of %s", m->name);
		else
			buf_print(&help, "Range of %s: %s (default: %s)", m->name, m->help, range ? range : "none");
		add_argument(option, buf_text(&macro), i == 2, "", buf_text(&help), out);
	}
}

static void add_environment(const struct names *n, const struct opt_table *t, struct buf *out)
{
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			AUTO_FREE char *variable = options_variable(row);

			if (!g->environment || row->type != OPT_IS_SECRET)
				continue;
			buf_print(out, "  env.%s = \"$", variable);
			add_macro(n->shared, row->name, out);
			buf_add(out, "$\"\n");
		}
	}
}

void describe_icinga(const struct page *p, const struct opt_table *t, struct buf *out)
{
	const struct names n = { strncmp(p->name, "check_", 6) ? p->name : p->name + 6, "mdca" };

	buf_print(out, "object CheckCommand \"%s\" {\n  command = [ PluginContribDir + \"/%s\" ]\n  timeout = 1m\n",
		  n.object, p->name);
	add_environment(&n, t, out);
	buf_add(out, "  arguments = {\n");
	add_argument(options_extra_opts.name, "mdca_extra_opts", false, "repeat_key = true, order = -1, ",
		     options_extra_opts.help, out);
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			if (is_argument(row))
				add_row(&n, row, g, out);
		}
	}
	for (const struct metric *m = t->metrics; m->name; m++)
		add_thresholds(&n, m, out);
	buf_add(out, "  }\n}\n");
}
