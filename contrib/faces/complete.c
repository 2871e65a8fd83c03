// SPDX-License-Identifier: GPL-3.0-or-later
/* Completion for shells, one check a file. Secrets are never arguments, so nobody completes them. */
#include <string.h>

#include "faces/faces.h"

static size_t choice_count(const struct option *o)
{
	return o->choices ? json_object_array_length(o->choices) : 0;
}

static void add_choices(const struct option *o, struct buf *out)
{
	for (size_t i = 0; i < choice_count(o); i++)
		buf_print(out, "%s%s", i ? " " : "", json_object_get_string(json_object_array_get_idx(o->choices, i)));
}

/* --- bash */

static bool is_plain(const struct option *o)
{
	return !choice_count(o) && !option_takes_file(o) && !option_takes_folder(o);
}

/* A branch of `case` for the options of one kind. */
static void add_branch(const struct check *c, bool (*belongs)(const struct option *o), const char *action, struct buf *out)
{
	const char *gap = "\t";

	for (size_t i = 0; i < c->option_count; i++) {
		const struct option *o = &c->options[i];

		if (o->secret || !o->arg || !belongs(o))
			continue;
		buf_print(out, "%s--%s", gap, o->name);
		if (o->letter)
			buf_print(out, " | -%c", o->letter);
		gap = " | ";
	}
	if (*gap != '\t')
		buf_print(out, ") %s ;;\n", action);
}

static void add_choice_branches(const struct check *c, struct buf *out)
{
	for (size_t i = 0; i < c->option_count; i++) {
		if (!choice_count(&c->options[i]))
			continue;
		buf_print(out, "\t--%s) words='", c->options[i].name);
		add_choices(&c->options[i], out);
		buf_add(out, "' ;;\n");
	}
}

static void add_words(const struct check *c, struct buf *out)
{
	for (size_t i = 0; i < c->option_count; i++) {
		const struct option *o = &c->options[i];

		if (!o->secret)
			buf_print(out, " --%s%s", o->name, o->arg && !o->value_optional ? "=" : "");
	}
}

/* Whose value stands behind `=` only. */
static void add_exceptions(const struct check *c, struct buf *out)
{
	for (size_t i = 0; i < c->option_count; i++) {
		if (c->options[i].value_optional)
			buf_print(out, " && $before != --%s", c->options[i].name);
	}
}

void bash_completion(const struct suite *s, struct buf *out)
{
	const struct check *c = &s->checks[0];

	buf_print(out,
		  "# bash completion for %s %s\n"
		  "_%s()\n"
		  "{\n"
		  "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} option=\"\" words=\"\"\n"
		  "\n"
		  "\tCOMPREPLY=()\n"
		  "\t# For readline `=` is a word of its own, unless COMP_WORDBREAKS lacks it.\n"
		  "\tif [[ $word == = ]]; then\n"
		  "\t\toption=$before word=\"\"\n"
		  "\telif [[ $before == = ]]; then\n"
		  "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
		  "\telif [[ $word == --*=* ]]; then\n"
		  "\t\toption=${word%%%%=*} word=${word#*=}\n"
		  "\telif [[ $before == -*",
		  c->name, c->version, c->name);
	add_exceptions(c, out);
	buf_add(out, " ]]; then\n"
		     "\t\toption=$before\n"
		     "\tfi\n"
		     "\tcase $option in\n");
	add_choice_branches(c, out);
	add_branch(c, option_takes_file, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return", out);
	add_branch(c, option_takes_folder, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return", out);
	add_branch(c, is_plain, "return", out);
	buf_add(out, "\t*) words='");
	add_words(c, out);
	buf_print(out,
		  "' ;;\n"
		  "\tesac\n"
		  "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
		  "\t[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
		  "\treturn 0\n"
		  "}\n"
		  "complete -F _%s %s\n",
		  c->name, c->name);
}

/* --- zsh */

/* Text between quotes, with a backslash before each of `special`. */
static void add_quoted(const char *text, const char *special, struct buf *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_add(out, "'\\'");
		else if (strchr(special, *text))
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

static void add_names(const struct option *o, struct buf *out)
{
	const char *equals = !o->arg ? "" : o->value_optional ? "=-" : "=";

	if (o->repeatable)
		buf_add(out, "'*'");
	else if (o->letter)
		buf_print(out, "'(-%c --%s)'", o->letter, o->name);
	if (o->letter)
		buf_print(out, "{-%c%s,--%s%s}", o->letter, o->arg ? "+" : "", o->name, equals);
	else
		buf_print(out, "--%s%s", o->name, equals);
}

static void add_value(const struct option *o, struct buf *out)
{
	buf_add(out, o->value_optional ? "::" : ":");
	add_quoted(o->arg, ":\\", out);
	buf_add_char(out, ':');
	if (choice_count(o)) {
		buf_add_char(out, '(');
		add_choices(o, out);
		buf_add_char(out, ')');
	} else if (option_takes_file(o)) {
		buf_add(out, "_files");
	} else if (option_takes_folder(o)) {
		buf_add(out, "_files -/");
	}
}

void zsh_completion(const struct suite *s, struct buf *out)
{
	const struct check *c = &s->checks[0];

	buf_print(out, "#compdef %s\n# zsh completion for %s %s\n_arguments", c->name, c->name, c->version);
	for (size_t i = 0; i < c->option_count; i++) {
		const struct option *o = &c->options[i];

		if (o->secret)
			continue;
		buf_add(out, " \\\n\t");
		add_names(o, out);
		buf_add(out, "'[");
		add_quoted(o->help, "[]\\", out);
		buf_add_char(out, ']');
		if (o->arg)
			add_value(o, out);
		buf_add_char(out, '\'');
	}
	buf_add_char(out, '\n');
}
