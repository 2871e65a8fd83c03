// SPDX-License-Identifier: GPL-3.0-or-later
/* The words about an option that all faces share, and text broken into lines. */
#include "monitor/describe_own.h"

#include <ctype.h>
#include <string.h>

#include "monitor/optvalue.h"

const char describe_range_note[] =
	"RANGE is [@][START:]END. The state changes when the value lies outside START to END; both ends are inside. START is "
	"0 when left out, ~ as START is no lower bound, nothing behind the colon no upper bound, and @ turns it round: an "
	"alarm inside. Ranges of metrics in s take durations in s, m, h, d and w, as in 36h, 30d: or 1h:2d. CRITICAL is "
	"judged before WARNING. An empty RANGE removes the default.";
const char describe_exit_note[] =
	"0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Only a metric outside its range makes WARNING or CRITICAL; trouble, an "
	"answer that is not complete, and an item that cannot be judged make UNKNOWN, unless --error-state says otherwise. "
	"--help and --version end with 3, --describe with 0.";
const char describe_order_note[] =
	"An argument wins over a section of --extra-opts, a section over MDCA_... in the environment, that over AZURE_... "
	"there, and of several the last one. Repeatable options add up; their first value replaces the default. Options are "
	"written in full: abbreviations are refused.";

const struct describe_threshold describe_thresholds[] = {
	{ 'w', "warning", "RANGE", "makes WARNING when the first metric is outside this range" },
	{ 'c', "critical", "RANGE", "makes CRITICAL when the first metric is outside this range" },
	{ 0, "warning-NAME", "RANGE", "the same for the metric NAME, its underscores written as hyphens" },
	{ 0, "critical-NAME", "RANGE", "the same for CRITICAL" },
	{ 0, "ignore-NAME", NULL, "removes both ranges of the metric NAME" },
	{ 0, NULL, NULL, NULL },
};

void describe_threshold_help(const struct describe_threshold *d, const struct opt_table *t, struct buf *out)
{
	buf_add(out, d->help);
	if (d->letter && t->metrics[0].name)
		buf_print(out, " (here %s)", t->metrics[0].name);
}

bool describe_is_own(const struct opt *row, const struct opt_group *g)
{
	return g->own || !strcmp(row->name, "include") || !strcmp(row->name, "exclude") || !strcmp(row->name, "expect");
}

bool describe_is_repeatable(const struct opt *row)
{
	return row->type == OPT_IS_LIST || row->type == OPT_IS_COUNT || (row->type == OPT_IS_CUSTOM && !row->last_counts) ||
	       row == &options_extra_opts;
}

/* Adds ", " between parts and the bracket before the first. */
static void begin_part(bool *begun, struct buf *out)
{
	buf_add(out, *begun ? "; " : " (");
	*begun = true;
}

static void add_default(const struct opt *row, struct buf *out)
{
	buf_add(out, "default: ");
	for (const char *c = row->fallback; *c; c++) {
		buf_add_char(out, *c);
		if (*c == ',' && row->type == OPT_IS_LIST && c[1] != ' ')
			buf_add_char(out, ' ');
	}
	if (row->type == OPT_IS_LIST)
		buf_add(out, row->keep_default ? ", to which given ones are added" : ", which given ones replace");
}

void describe_row(const struct opt *row, const struct opt_group *g, struct buf *out)
{
	bool begun = false;

	buf_add(out, row->help);
	if (row->choices) {
		begin_part(&begun, out);
		optvalue_print_choices(row, out);
	}
	if (row->type == OPT_IS_INT) {
		begin_part(&begun, out);
		buf_print(out, "%lld to %lld", (long long)row->low, (long long)row->high);
	}
	if (row->fallback) {
		begin_part(&begun, out);
		add_default(row, out);
	}
	if (row->azure && g && !g->entra) {
		begin_part(&begun, out);
		buf_print(out, "also %s in the environment", row->azure);
	}
	if (row->type == OPT_IS_SECRET) {
		begin_part(&begun, out);
		buf_print(out, "--%s is refused, because arguments can be read by everyone", row->name);
	}
	if (begun)
		buf_add_char(out, ')');
}

void describe_secret(const struct opt *row, const struct opt_group *g, struct buf *out)
{
	AUTO_FREE char *variable = options_variable(row);

	if (g->environment)
		buf_print(out, "%s, or ", variable);
	buf_print(out, "%s=%s in a section of --extra-opts", row->name, row->arg);
}

void describe_group_note(const struct opt_group *g, struct buf *out)
{
	AUTO_FREE char *variable = options_variable(g->rows);
	const char *gap = "";

	if (!g->environment)
		return;
	buf_print(out, "Each is read from the environment, too: %s is --%s.", variable, g->rows->name);
	if (!g->entra)
		return;
	buf_add(out, " Where nothing else says who signs in, ");
	for (const struct opt *row = g->rows; row->name; row++) {
		if (!row->azure)
			continue;
		buf_print(out, "%s%s", gap, row->azure);
		gap = ", ";
	}
	buf_add(out, " count: the ids and a credential, or none of them.");
}

void describe_metric_names(const struct opt_table *t, struct buf *out)
{
	for (const struct metric *m = t->metrics; m->name; m++) {
		AUTO_FREE char *name = options_metric_name(m);

		buf_print(out, "%s%s", m == t->metrics ? "" : ", ", name);
	}
}

/* Columns, for text without wide or combining characters. */
static unsigned columns(const char *text, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

/* Bytes of the first characters of the text. */
static size_t bytes_of(const char *text, unsigned characters)
{
	size_t i = 0;

	while (text[i] && characters--) {
		i++;
		while ((text[i] & 0xc0) == 0x80)
			i++;
	}
	return i;
}

void describe_wrap(const char *text, const struct layout *l, struct buf *out)
{
	unsigned room = l->width - (l->tail ? columns(l->tail, strlen(l->tail)) : 0);
	unsigned column = l->first;
	bool line_begun = false;

	for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
		size_t len = strcspn(text, " \n");
		unsigned wide = columns(text, len);

		if (line_begun && column + 1 + wide > room) {
			buf_print(out, "%s\n%*s", l->tail ? l->tail : "", (int)l->indent, "");
			column = l->indent;
			line_begun = false;
		}
		if (!line_begun && column + wide > room && column < room) {
			wide = room - column;
			len = bytes_of(text, wide);
		}
		buf_print(out, "%s%.*s", line_begun ? " " : "", (int)len, text);
		column += wide + line_begun;
		line_begun = true;
		text += len;
	}
	buf_add_char(out, '\n');
}

char *describe_paragraph(const char **text)
{
	if (!*text || !**text)
		return NULL;
	const char *end = strstr(*text, "\n\n");
	char *one = mem_copy_bytes(*text, end ? (size_t)(end - *text) : strlen(*text));
	*text = end ? end + 2 : NULL;
	return one;
}

void describe_sentence(const char *text, struct buf *out)
{
	buf_add_char(out, (char)toupper((unsigned char)*text));
	buf_add(out, text + (*text != '\0'));
	buf_add_char(out, '.');
}
