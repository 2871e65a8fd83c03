// SPDX-License-Identifier: GPL-3.0-or-later
/* A verdict as text: line 1 with its performance data, and the lines below, in one ceiling. */
#include "monitor/verdict_own.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "monitor/clean.h"

#define LINE_1_CEILING 998 /* with its newline below 1000 */
#define SENTENCE_FLOOR 120 /* what the perfdata of the totals leaves to the sentence in any case */
#define LEFT_OUT_ROOM 64   /* for "... N metrics of items left out" */
#define NAMES_OF_COMMON 3  /* of `missing` and `unreadable` on line 1 */

static size_t less(size_t a, size_t b)
{
	return a < b ? a : b;
}

double verdict_printed_value(const struct metric *m, double value)
{
	return strcmp(m->unit, "s") ? value : number_round(value);
}

static void add_range(const struct verdict *v, const struct range *r, struct buf *out)
{
	buf_add_char(out, ';');
	if (v->o.ranges == PERFDATA_RANGE)
		range_print(r, out);
	else if (v->o.ranges == PERFDATA_PLAIN)
		range_print_plain(r, out);
}

/* "=value[unit];warn;crit" */
static void add_value(const struct verdict *v, int metric, double value, bool with_ranges, struct buf *out)
{
	const struct metric *m = &v->o.metrics[metric];

	buf_add_char(out, '=');
	number_print(verdict_printed_value(m, value), out);
	buf_add(out, m->unit);
	if (with_ranges) {
		add_range(v, &v->o.limits[metric].warn, out);
		add_range(v, &v->o.limits[metric].crit, out);
	}
	while (out->data[out->len - 1] == ';')
		buf_cut(out, out->len - 1);
}

static void add_totals(const struct verdict *v, struct buf *out)
{
	for (int i = 0; i < v->metric_count; i++) {
		if (!verdict_has_number(v, i))
			continue;
		if (out->len)
			buf_add_char(out, ' ');
		buf_add(out, v->o.metrics[i].name);
		add_value(v, i, v->sums[i].total, true, out);
	}
}

/* The lines that carry values, by name. Behind a name that a bucket dropped nothing may stand: what is left out is left
 * out from the end. Returns how many of r->rows come before it. */
static size_t rows_with_values(struct rows *r, struct verdict *v)
{
	const struct line *end = NULL;
	size_t count = 0;

	for (size_t i = 0; i < v->lines.count; i++) {
		struct bucket *b = &v->lines.buckets[i];

		rows_take(r, b, STATE_OK);
		if (!b->dropped_values)
			continue;
		const struct line *last = b->lines.items[b->lines.count - 1];
		if (!end || line_compare(last, end) < 0)
			end = last;
	}
	rows_sort(r);
	while (count < r->count && (!end || line_compare(r->rows[count].line, end) <= 0))
		count++;
	return count;
}

/* Items of one name have one label: counts are added up, of peaks the worst is taken. */
static size_t merge_values(const struct verdict *v, const struct rows *r, size_t from, size_t to, struct value *out)
{
	bool has[METRICS_MAX] = { false };
	double values[METRICS_MAX] = { 0 };
	size_t count = 0;

	for (; from < to; from++) {
		const struct line *line = r->rows[from].line;

		for (size_t n = 0; n < line->value_count; n++) {
			int i = line->values[n].metric;
			double value = line->values[n].value;

			if (v->o.metrics[i].kind == METRIC_IS_COUNT)
				values[i] += value;
			else if (!has[i] || verdict_is_worse(v, i, value, values[i]))
				values[i] = value;
			has[i] = true;
		}
	}
	for (int i = 0; i < v->metric_count; i++)
		if (has[i] && !v->sums[i].left_out)
			out[count++] = (struct value){ i, values[i] };
	return count;
}

static void add_item_value(const struct verdict *v, const char *name, const struct value *value, struct buf *out)
{
	AUTO_BUF label = { 0 };

	buf_print(&label, "%s %s", *name ? name : "(no name)", v->o.metrics[value->metric].name);
	buf_add_char(out, ' ');
	clean_label(buf_text(&label), out);
	add_value(v, value->metric, value->value, v->o.metrics[value->metric].kind == METRIC_IS_PEAK, out);
}

/* Adds the perfdata of items while it fits into `room`; returns how many metrics were left out. */
static size_t add_items(struct verdict *v, size_t room, struct buf *out)
{
	CLEANUP(rows_free) struct rows r = { 0 };
	struct value values[METRICS_MAX];
	size_t begun = out->len, left_out = 0;

	size_t end = rows_with_values(&r, v);
	for (size_t i = 0; i < v->lines.count; i++)
		left_out += v->lines.buckets[i].dropped_values;
	for (size_t from = 0, to; from < r.count; from = to) {
		for (to = from + 1; to < r.count && !strcmp(r.rows[to].line->name, r.rows[from].line->name);)
			to++;
		size_t count = merge_values(v, &r, from, to, values);
		for (size_t n = 0; n < count; n++) {
			size_t before = out->len;

			if (!left_out || from < end)
				add_item_value(v, r.rows[from].line->name, &values[n], out);
			if (out->len == before || out->len - begun > room) {
				buf_cut(out, before);
				end = 0;
				left_out++;
			}
		}
	}
	return left_out;
}

void verdict_add_number(const struct verdict *v, int metric, struct buf *out)
{
	const struct metric *m = &v->o.metrics[metric];

	buf_print(out, "%s%s ", out->len ? ", " : "", m->name);
	number_print(verdict_printed_value(m, v->sums[metric].total), out);
	buf_print(out, "%s%s", strcmp(m->unit, "s") ? "" : " ", m->unit);
}

/* What is said when the check said nothing: what alarms, else the first figure. */
static void add_figures(const struct verdict *v, struct buf *out)
{
	for (int i = 0; i < v->metric_count; i++)
		if (i != v->missing && i != v->unreadable && verdict_metric_state(v, i) != STATE_OK)
			verdict_add_number(v, i, out);
	for (int i = 0; i < v->metric_count && !out->len; i++)
		if (verdict_has_number(v, i))
			verdict_add_number(v, i, out);
	if (!out->len)
		buf_add(out, "nothing was judged");
}

static void add_sentence(const struct verdict *v, struct buf *out)
{
	clean_first_line(buf_text(&v->sentence), out);
	if (!out->len)
		add_figures(v, out);
}

/* "2 unreadable: A, B": no check needs to say it itself. */
static void add_common(struct verdict *v, int metric, struct buf *out)
{
	if (metric < 0 || verdict_metric_state(v, metric) == STATE_OK)
		return;
	AUTO_BUF text = { 0 };
	buf_print(&text, "%.0f %s", v->sums[metric].total, v->o.metrics[metric].name);
	const char *names = verdict_names(v, metric, NAMES_OF_COMMON);
	if (*names)
		buf_print(&text, ": %s", names);
	buf_add(out, ", ");
	clean_first_line(buf_text(&text), out);
}

/* Two parts and what stands between them, in at most `room` bytes; a long first part leaves a third to the second. */
static void add_parts(struct buf *front, const char *between, struct buf *back, size_t room, struct buf *out)
{
	size_t glue = strlen(between);
	size_t third = back->len ? less(room / 3, back->len + glue) : 0;

	clean_shorten(front, room - third);
	buf_add(out, buf_text(front));
	if (!back->len)
		return;
	clean_shorten(back, room - front->len - glue);
	buf_print(out, "%s%s", between, buf_text(back));
}

/* Trouble goes first, but for an alarm that outranks it. */
static void add_main_part(const struct verdict *v, size_t room, struct buf *out)
{
	AUTO_BUF trouble = { 0 }, sentence = { 0 }, none = { 0 };
	bool alarmed = state_rank(verdict_alarm(v)) > state_rank(v->trouble_state);

	clean_first_line(buf_text(&v->trouble), &trouble);
	if (!v->in_trouble || alarmed || (v->counts_hold && v->sentence.len))
		add_sentence(v, &sentence);
	if (!v->in_trouble)
		add_parts(&sentence, "", &none, room, out);
	else if (alarmed)
		add_parts(&sentence, ", but incomplete: ", &trouble, room, out);
	else
		add_parts(&trouble, ", so far: ", &sentence, room, out);
}

/* Bytes that line 1 has for text beside `taken` bytes of state and totals. */
static size_t summary_room(const struct verdict *v, size_t taken)
{
	size_t ceiling = LINE_1_CEILING, least = MORE_ROOM + LEFT_OUT_ROOM;

	if (v->o.max_output <= 0)
		return RAW_CEILING;
	if ((size_t)v->o.max_output < ceiling + least)
		ceiling = (size_t)v->o.max_output > least ? (size_t)v->o.max_output - least : 0;
	return ceiling > taken + SENTENCE_FLOOR ? ceiling - taken : SENTENCE_FLOOR;
}

void verdict_add_summary(struct verdict *v, size_t taken, struct buf *out)
{
	size_t room = summary_room(v, taken);
	AUTO_BUF tail = { 0 };

	add_common(v, v->missing, &tail);
	add_common(v, v->unreadable, &tail);
	clean_shorten(&tail, room / 4);
	if (v->remarks.len) {
		AUTO_BUF remarks = { 0 };

		clean_first_line(buf_text(&v->remarks), &remarks);
		clean_shorten(&remarks, room / 4);
		buf_print(&tail, ", %s", buf_text(&remarks));
	}
	add_main_part(v, room - tail.len, out);
	buf_add(out, buf_text(&tail));
}

static void add_row(const struct row *row, struct buf *out)
{
	buf_print(out, "\t\\_[%s] - ", state_name(row->state));
	line_print(row->line, out);
	buf_add_char(out, '\n');
}

static size_t row_length(const struct row *row)
{
	const struct line *line = row->line;

	return strlen("\t\\_[] - \n") + strlen(state_name(row->state)) + strlen(line->name) + strlen(line->text) +
	       (*line->name && *line->text ? 2 : 0);
}

/* Perfdata of items takes what line 1 leaves, but a quarter of the ceiling belongs to the lines that need it. */
static size_t room_for_items(const struct verdict *v, const struct rows *r, size_t taken)
{
	size_t ceiling = (size_t)v->o.max_output, lines = MORE_ROOM + LEFT_OUT_ROOM;

	if (v->o.max_output <= 0)
		return SIZE_MAX;
	for (size_t i = 0; i < r->count; i++)
		lines += r->rows[i].cost;
	lines = less(lines, ceiling / 4 + MORE_ROOM + LEFT_OUT_ROOM);
	return ceiling > taken + lines ? ceiling - taken - lines : 0;
}

void verdict_print_text(struct verdict *v, enum state s, struct buf *out)
{
	CLEANUP(rows_free) struct rows r = { 0 };
	AUTO_BUF perfdata = { 0 };
	size_t left_out = 0, begun = out->len;

	add_totals(v, &perfdata);
	buf_print(out, "[%s] - ", state_name(s));
	verdict_add_summary(v, out->len - begun + 1 + perfdata.len, out);
	verdict_rows(v, &r, false);
	for (size_t i = 0; i < r.count; i++)
		r.rows[i].cost = row_length(&r.rows[i]);
	if (v->o.perfdata_per_item && perfdata.len)
		left_out = add_items(v, room_for_items(v, &r, out->len - begun + perfdata.len + 2), &perfdata);
	if (perfdata.len)
		buf_print(out, "|%s", buf_text(&perfdata));
	buf_add_char(out, '\n');

	size_t taken = out->len - begun + (left_out ? LEFT_OUT_ROOM : 0);
	size_t room = v->o.max_output <= 0 ? SIZE_MAX : (size_t)v->o.max_output;
	size_t hidden = rows_thin(&r, room > taken ? room - taken : 0);
	for (size_t i = 0; i < r.count; i++)
		if (!r.rows[i].gone)
			add_row(&r.rows[i], out);
	if (left_out)
		buf_print(out, "... %zu metrics of items left out\n", left_out);
	if (hidden)
		buf_print(out, "... %zu more\n", hidden);
}
