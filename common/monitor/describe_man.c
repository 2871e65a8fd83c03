// SPDX-License-Identifier: GPL-3.0-or-later
/* The table as a manual page. Of the macros only those that mandoc and groff read alike; every character that roff may
 * read as its own is written as an escape. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/describe_own.h"

#define SOURCE_WIDTH 100
#define COMMAND_WIDTH 70 /* of examples, which man does not break; it indents them */
/* A page needs a date, and the clock's would make each build differ: this is when its fixed texts last changed. */
#define PAGE_DATE "2026-11-20"

/* One code point of UTF-8 as roff names it; the text is our own and valid. */
static const char *add_code_point(const char *text, struct buf *out)
{
	unsigned char first = (unsigned char)*text;
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	unsigned code = first & (0x3fu >> more);

	for (text++; more-- && (*text & 0xc0) == 0x80; text++)
		code = code << 6 | (*text & 0x3f);
	buf_print(out, "\\[u%04X]", code);
	return text;
}

static void escape(const char *text, struct buf *out)
{
	static const char *const escapes[128] = {
		['\\'] = "\\(rs", ['-'] = "\\-", ['\''] = "\\(aq", ['`'] = "\\(ga", ['^'] = "\\(ha", ['~'] = "\\(ti", ['"'] = "\\(dq",
	};
	bool at_start = true;

	while (*text) {
		if (at_start && *text == '.')
			buf_add(out, "\\&");
		at_start = *text == '\n';
		if (*text & 0x80) {
			text = add_code_point(text, out);
			continue;
		}
		if (escapes[(unsigned char)*text])
			buf_add(out, escapes[(unsigned char)*text]);
		else
			buf_add_char(out, *text);
		text++;
	}
}

/* Text in lines of its own. */
static void add_text(const char *text, struct buf *out)
{
	static const struct layout lines = { 0, 0, SOURCE_WIDTH, NULL };
	AUTO_BUF wrapped = { 0 };

	describe_wrap(text, &lines, &wrapped);
	escape(buf_text(&wrapped), out);
}

static void add_font(const char *font, const char *text, struct buf *out)
{
	buf_print(out, "\\f%s", font);
	escape(text, out);
	buf_add(out, "\\fR");
}

static void add_paragraph(const char *text, struct buf *out)
{
	buf_add(out, ".PP\n");
	add_text(text, out);
}

/* A paragraph under a tag in bold. */
static void add_item(const char *tag, const char *text, struct buf *out)
{
	buf_add(out, ".TP\n");
	add_font("B", tag, out);
	buf_add_char(out, '\n');
	add_text(text, out);
}

static void add_option(char letter, const char *name, const char *arg, bool optional, const char *help, struct buf *out)
{
	buf_add(out, ".TP\n");
	if (letter)
		buf_print(out, "\\fB\\-%c\\fR, ", letter);
	buf_add(out, "\\fB\\-\\-");
	escape(name, out);
	buf_add(out, "\\fR");
	if (arg) {
		buf_add(out, optional ? "[=" : "=");
		add_font("I", arg, out);
		buf_add(out, optional ? "]" : "");
	}
	buf_add_char(out, '\n');
	add_text(help, out);
}

static void add_row(const struct opt *row, const struct opt_group *g, struct buf *out)
{
	AUTO_BUF help = { 0 }, tag = { 0 };

	describe_row(row, g, &help);
	if (row->type == OPT_IS_SECRET) {
		describe_secret(row, g, &tag);
		add_item(buf_text(&tag), buf_text(&help), out);
	} else {
		add_option(row->letter, row->name, row->arg, row->value_optional, buf_text(&help), out);
	}
}

static void add_options(const struct opt_table *t, struct buf *out)
{
	buf_add(out, ".SH OPTIONS\n");
	add_text(describe_order_note, out);
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		AUTO_BUF note = { 0 };

		if (!g->rows->name)
			continue;
		buf_add(out, ".SS \"");
		escape(g->title, out);
		buf_add(out, "\"\n");
		describe_group_note(g, &note);
		if (note.len)
			add_text(buf_text(&note), out);
		for (const struct opt *row = g->rows; row->name; row++)
			add_row(row, g, out);
	}
	buf_add(out, ".SS \"Options from a file\"\n");
	add_row(&options_extra_opts, NULL, out);
}

static void add_thresholds(const struct opt_table *t, struct buf *out)
{
	AUTO_BUF names = { 0 };

	buf_add(out, ".SH THRESHOLDS\n");
	for (const struct describe_threshold *d = describe_thresholds; d->name; d++) {
		AUTO_BUF help = { 0 };

		describe_threshold_help(d, t, &help);
		add_option(d->letter, d->name, d->arg, false, buf_text(&help), out);
	}
	buf_add(&names, "NAME is one of ");
	describe_metric_names(t, &names);
	buf_add_char(&names, '.');
	add_paragraph(buf_text(&names), out);
	add_paragraph(describe_range_note, out);
}

static void add_metrics(const struct opt_table *t, struct buf *out)
{
	buf_add(out, ".SH \"PERFORMANCE DATA\"\n");
	add_text("In this order, each with its ranges. Ages are whole seconds, s; a metric that could not be measured "
		 "is left out.",
		 out);
	for (const struct metric *m = t->metrics; m->name; m++) {
		AUTO_BUF text = { 0 };

		buf_print(&text, "%s (%s%swarning: %s, critical: %s)", m->help, m->unit, *m->unit ? ", " : "",
			  m->warn ? m->warn : "none", m->crit ? m->crit : "none");
		add_item(m->name, buf_text(&text), out);
	}
}

static void add_environment(const struct opt_table *t, struct buf *out)
{
	buf_add(out, ".SH ENVIRONMENT\n");
	add_text("An empty variable counts as not set.", out);
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			AUTO_FREE char *variable = options_variable(row);
			AUTO_FREE char *meaning = mem_print("as --%s%s%s", row->name, row->azure ? ", before " : "",
							    row->azure ? row->azure : "");

			if (g->environment && row->type == OPT_IS_SECRET)
				add_item(variable, row->help, out);
			else if (g->environment)
				add_item(variable, meaning, out);
		}
	}
	add_item("MP_CONFIG_FILE", "the file of --extra-opts", out);
	add_item("NAGIOS_CONFIG_PATH, MP_CONFIG_PATH",
		 "folders, parted by colons, in which that file is searched for before the usual places", out);
}

static void add_files(struct buf *out)
{
	static const char *const files[] = { "/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
					     "/usr/local/etc/monitoring-plugins.ini",
					     "/etc/monitoring-plugins/monitoring-plugins.ini",
					     "/etc/monitoring-plugins.ini" };

	buf_add(out, ".SH FILES\n");
	add_text("The first of these that exists is read by --extra-opts when no file is named. A section "
		 "that holds a secret is refused when others can read the file.",
		 out);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		buf_add(out, i ? ".br\n" : ".PP\n");
		add_font("I", files[i], out);
		buf_add_char(out, '\n');
	}
}

static void add_examples(const struct page *p, struct buf *out)
{
	static const struct layout command = { 0, 4, COMMAND_WIDTH, " \\" };

	buf_add(out, ".SH EXAMPLES\n");
	for (const char *const *line = p->examples; line && line[0]; line += 2) {
		AUTO_BUF lines = { 0 }, sentence = { 0 };

		describe_sentence(line[1], &sentence);
		buf_add(out, line == p->examples ? "" : ".PP\n");
		add_text(buf_text(&sentence), out);
		describe_wrap(line[0], &command, &lines);
		buf_add(out, ".PP\n.nf\n");
		escape(buf_text(&lines), out);
		buf_add(out, ".fi\n");
	}
}

static void add_head(const struct page *p, struct buf *out)
{
	AUTO_FREE char *upper = mem_copy_text(p->name);
	AUTO_BUF sentence = { 0 };
	const char *rest = p->about;

	for (char *c = upper; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	buf_print(out, ".TH %s 1 " PAGE_DATE " \"mdca\\-plugins %s\" \"Monitoring Plugins\"\n.nh\n.ad l\n", upper,
		  p->version);
	buf_print(out, ".SH NAME\n%s \\- ", p->name);
	escape(p->summary, out);
	buf_print(out, "\n.SH SYNOPSIS\n.B %s\n[\\fIOPTION\\fR]...\n.SH DESCRIPTION\n", p->name);
	describe_sentence(p->summary, &sentence);
	add_text(buf_text(&sentence), out);
	for (char *one; (one = describe_paragraph(&rest)); free(one))
		add_paragraph(one, out);
}

void describe_man(const struct page *p, const struct opt_table *t, struct buf *out)
{
	AUTO_BUF requests = { 0 };

	add_head(p, out);
	add_options(t, out);
	add_thresholds(t, out);
	add_metrics(t, out);
	buf_add(out, ".SH PERMISSIONS\n");
	add_text(p->permission, out);
	buf_print(&requests, "Requests in one run: %s", p->requests);
	add_paragraph(buf_text(&requests), out);
	add_environment(t, out);
	add_files(out);
	buf_add(out, ".SH \"EXIT STATUS\"\n");
	add_text(describe_exit_note, out);
	add_examples(p, out);
	buf_add(out, ".SH \"SEE ALSO\"\n.BR icinga2 (8)\n.PP\n");
	add_text("The other programs check_mdca_*; the Monitoring Plugins Development Guidelines.", out);
}
