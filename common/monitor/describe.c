// SPDX-License-Identifier: GPL-3.0-or-later
/* The table for people: --help, --version and the usage behind an error. */
#include "monitor/describe.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/describe_own.h"

#define USAGE_LINES 23
#define TABLE_GAP 2
#define MEANING_LEAST 24 /* columns that a meaning needs beside the other columns */

static void add_wrapped(const char *text, unsigned indent, struct buf *out)
{
	const struct layout l = { indent, indent, DESCRIBE_WIDTH, NULL };

	buf_print(out, "%*s", (int)indent, "");
	describe_wrap(text, &l, out);
}

/* "=CLOUD", "[=CLIENT-ID]" */
static void add_value(const char *arg, bool optional, struct buf *out)
{
	if (arg)
		buf_print(out, optional ? "[=%s]" : "=%s", arg);
}

/* Text between the `[…]` of a synopsis: "-H HOST", "--cloud=CLOUD". */
static void add_form(char letter, const char *name, const char *arg, bool optional, struct buf *out)
{
	if (letter) {
		buf_print(out, "-%c%s%s", letter, arg ? " " : "", arg ? arg : "");
		return;
	}
	buf_print(out, "--%s", name);
	add_value(arg, optional, out);
}

static void add_synopsis(const struct page *p, const struct opt_table *t, struct buf *out)
{
	buf_add(out, p->name);
	for (const struct describe_threshold *d = describe_thresholds; d->name; d++) {
		buf_add(out, " [");
		add_form(d->letter, d->name, d->arg, false, out);
		buf_add_char(out, ']');
	}
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			if (row->type == OPT_IS_SECRET)
				continue;
			buf_add(out, " [");
			add_form(row->letter, row->name, row->arg, row->value_optional, out);
			buf_add_char(out, ']');
		}
	}
	buf_print(out, " [--%s=%s]", options_extra_opts.name, options_extra_opts.arg);
}

/* The two words of "[-H HOST]" stay on one line, for which their blank is hidden from the wrapping. */
static void hide_blanks_in_brackets(char *text)
{
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '[') - (*text == ']');
		if (*text == ' ' && depth > 0)
			*text = '\a';
		if (*text == '|')
			*text = '/';
	}
}

static void show_blanks(char *text)
{
	for (; (text = strchr(text, '\a')); text++)
		*text = ' ';
}

/* Cuts text to so many lines; true when something went. */
static bool cut_lines(struct buf *text, unsigned lines)
{
	for (const char *c = buf_text(text); *c; c++) {
		if (*c != '\n' || --lines)
			continue;
		size_t keep = (size_t)(c - buf_text(text)) + 1;
		bool more = keep < text->len;
		buf_cut(text, keep);
		return more;
	}
	return false;
}

void describe_usage(const struct page *p, const struct opt_table *t, struct buf *out)
{
	static const struct layout after_usage = { 7, 4, DESCRIBE_WIDTH, NULL };
	static const struct layout after_name = { 6, 4, DESCRIBE_WIDTH, NULL };
	AUTO_BUF synopsis = { 0 }, text = { 0 }, names = { 0 };

	add_synopsis(p, t, &synopsis);
	hide_blanks_in_brackets(synopsis.data);
	buf_add(&text, "Usage: ");
	describe_wrap(buf_text(&synopsis), &after_usage, &text);
	if (cut_lines(&text, USAGE_LINES - 5))
		buf_add(&text, "    ...\n");
	describe_metric_names(t, &names);
	buf_add(&text, "NAME: ");
	describe_wrap(buf_text(&names), &after_name, &text);
	cut_lines(&text, USAGE_LINES - 1);
	buf_print(&text, "More: %s --help\n", p->name);
	show_blanks(text.data);
	buf_add(out, buf_text(&text));
}

void describe_version(const struct page *p, struct buf *out)
{
	buf_print(out, "%s v%s (mdca-plugins %s)\n", p->name, p->version, p->version);
}

static void add_option(char letter, const char *name, const char *arg, bool optional, const char *help, struct buf *out)
{
	buf_add_char(out, ' ');
	if (letter)
		buf_print(out, "-%c, ", letter);
	buf_print(out, "--%s", name);
	add_value(arg, optional, out);
	buf_add_char(out, '\n');
	add_wrapped(help, 4, out);
}

static void add_row(const struct opt *row, const struct opt_group *g, struct buf *out)
{
	AUTO_BUF help = { 0 }, ways = { 0 };

	describe_row(row, g, &help);
	if (row->type != OPT_IS_SECRET) {
		add_option(row->letter, row->name, row->arg, row->value_optional, buf_text(&help), out);
		return;
	}
	describe_secret(row, g, &ways);
	add_wrapped(buf_text(&ways), 1, out);
	add_wrapped(buf_text(&help), 4, out);
}

static void add_groups(const struct opt_table *t, struct buf *out)
{
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		AUTO_BUF note = { 0 };

		if (!g->rows->name)
			continue;
		buf_print(out, "\n%s:\n", g->title);
		describe_group_note(g, &note);
		if (note.len)
			add_wrapped(buf_text(&note), 1, out);
		for (const struct opt *row = g->rows; row->name; row++)
			add_row(row, g, out);
	}
	buf_add(out, "\nOptions from a file:\n");
	add_row(&options_extra_opts, NULL, out);
	buf_add(out, "\nThresholds:\n");
	for (const struct describe_threshold *d = describe_thresholds; d->name; d++) {
		AUTO_BUF help = { 0 };

		describe_threshold_help(d, t, &help);
		add_option(d->letter, d->name, d->arg, false, buf_text(&help), out);
	}
}

/* Widths of the columns of the metric table. */
struct widths {
	unsigned name, unit, warn, crit;
};

static unsigned wider(unsigned width, const char *text)
{
	unsigned n = text ? (unsigned)strlen(text) : 1;

	return n > width ? n : width;
}

static struct widths measure_metrics(const struct metric *m)
{
	struct widths w = { 4, 4, 7, 8 }; /* of the words above them */

	for (; m->name; m++) {
		w.name = wider(w.name, m->name);
		w.unit = wider(w.unit, m->unit);
		w.warn = wider(w.warn, m->warn);
		w.crit = wider(w.crit, m->crit);
	}
	return w;
}

static void add_metric(const struct widths *w, const char *name, const char *unit, const char *warn, const char *crit,
		       const char *meaning, struct buf *out)
{
	unsigned start = 1 + w->name + w->unit + w->warn + w->crit + 4 * TABLE_GAP;

	buf_print(out, " %-*s%-*s%-*s%-*s", (int)w->name + TABLE_GAP, name, (int)w->unit + TABLE_GAP, unit,
		  (int)w->warn + TABLE_GAP, warn ? warn : "-", (int)w->crit + TABLE_GAP, crit ? crit : "-");
	if (start + MEANING_LEAST > DESCRIBE_WIDTH) {
		while (out->data[out->len - 1] == ' ')
			buf_cut(out, out->len - 1);
		buf_add_char(out, '\n');
		add_wrapped(meaning, 4, out);
		return;
	}
	const struct layout l = { start, start, DESCRIBE_WIDTH, NULL };
	describe_wrap(meaning, &l, out);
}

static void add_metrics(const struct opt_table *t, struct buf *out)
{
	struct widths w = measure_metrics(t->metrics);

	buf_add(out, "\nMetrics, with their default ranges:\n");
	add_metric(&w, "name", "unit", "warning", "critical", "meaning", out);
	for (const struct metric *m = t->metrics; m->name; m++)
		add_metric(&w, m->name, m->unit, m->warn, m->crit, m->help, out);
}

static void add_examples(const struct page *p, struct buf *out)
{
	static const struct layout command = { 1, 5, DESCRIBE_WIDTH, " \\" };

	buf_add(out, "\nExamples:\n");
	for (const char *const *line = p->examples; line && line[0]; line += 2) {
		buf_add_char(out, ' ');
		describe_wrap(line[0], &command, out);
		add_wrapped(line[1], 4, out);
	}
}

void describe_help(const struct page *p, const struct opt_table *t, struct buf *out)
{
	AUTO_BUF purpose = { 0 };
	const char *rest = p->about;

	describe_version(p, out);
	buf_add(out, "Copyright (C) 2026 the mdca-plugins authors\n"
		     "Licence GPL-3.0-or-later; there is no warranty, as far as the law permits.\n\n");
	describe_sentence(p->summary, &purpose);
	add_wrapped(buf_text(&purpose), 0, out);
	for (char *one; (one = describe_paragraph(&rest)); free(one)) {
		buf_add_char(out, '\n');
		add_wrapped(one, 0, out);
	}
	buf_print(out, "\nUsage:\n %s [OPTION]...\n\n", p->name);
	add_wrapped(describe_order_note, 0, out);
	add_groups(t, out);
	add_metrics(t, out);
	buf_add_char(out, '\n');
	add_wrapped(describe_range_note, 0, out);
	buf_add(out, "\nPermission:\n");
	add_wrapped(p->permission, 1, out);
	buf_add(out, "\nRequests in one run:\n");
	add_wrapped(p->requests, 1, out);
	add_examples(p, out);
	buf_add(out, "\nExit status:\n");
	add_wrapped(describe_exit_note, 1, out);
	buf_add_char(out, '\n');
	add_wrapped("Please report faults to the issue tracker of mdca-plugins, with the output of -vv, which holds no "
		    "secret.",
		    0, out);
}
