// SPDX-License-Identifier: GPL-3.0-or-later
/* Buckets and rows. */
#include "monitor/lines.h"

#include <stdlib.h>
#include <string.h>

static int compare_values(const struct line *a, const struct line *b)
{
	for (size_t i = 0; i < a->value_count && i < b->value_count; i++) {
		if (a->values[i].metric != b->values[i].metric)
			return a->values[i].metric < b->values[i].metric ? -1 : 1;
		if (a->values[i].value < b->values[i].value || a->values[i].value > b->values[i].value)
			return a->values[i].value < b->values[i].value ? -1 : 1;
	}
	return a->value_count == b->value_count ? 0 : a->value_count < b->value_count ? -1 : 1;
}

int line_compare(const struct line *a, const struct line *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	int order = strcmp(a->name, b->name);
	if (!order)
		order = strcmp(a->text, b->text);
	return order ? order : compare_values(a, b);
}

void line_print(const struct line *line, struct buf *out)
{
	buf_print(out, "%s%s%s", line->name, *line->name && *line->text ? ": " : "", line->text);
}

static int by_line(const void *a, const void *b)
{
	return line_compare(*(struct line *const *)a, *(struct line *const *)b);
}

static void drop(struct bucket *b, const struct line *line)
{
	b->dropped++;
	b->dropped_values += line->value_count;
}

static void bucket_sort(struct bucket *b)
{
	if (b->count)
		qsort(b->lines, b->count, sizeof(struct line *), by_line);
}

/* One block, so that one free() releases it. */
static struct line *copy_line(const struct line *line)
{
	size_t name = strlen(line->name) + 1, text = strlen(line->text) + 1,
	       values = line->value_count * sizeof(struct value);
	struct line *copy = mem_new(1, sizeof(*copy) + values + name + text);
	struct value *to = (struct value *)(copy + 1);
	char *chars = (char *)to + values;

	if (values)
		memcpy(to, line->values, values);
	memcpy(chars, line->name, name);
	memcpy(chars + name, line->text, text);
	*copy = (struct line){ .rank = line->rank, .name = chars, .text = chars + name, .values = to,
				.value_count = line->value_count };
	return copy;
}

/* Puts the line into a full bucket in the last one's stead, unless that one comes first. */
static void bucket_insert(struct bucket *b, const struct line *line)
{
	size_t last = b->count - 1, from = 0, upto = last;

	if (line_compare(line, b->lines[last]) >= 0) {
		drop(b, line);
		return;
	}
	drop(b, b->lines[last]);
	free(b->lines[last]);
	while (from < upto) {
		size_t middle = (from + upto) / 2;

		if (line_compare(line, b->lines[middle]) < 0)
			upto = middle;
		else
			from = middle + 1;
	}
	memmove(&b->lines[from + 1], &b->lines[from], (last - from) * sizeof(struct line *));
	b->lines[from] = copy_line(line);
}

static void bucket_add(struct bucket *b, const struct line *line, size_t keep)
{
	if (b->count == keep) {
		bucket_insert(b, line);
		return;
	}
	if (b->count == b->room) {
		b->room = b->room ? b->room * 2 : 8;
		b->lines = mem_resize(b->lines, b->room, sizeof(struct line *));
	}
	b->lines[b->count++] = copy_line(line);
	if (b->count == keep)
		bucket_sort(b);
}

static struct bucket *bucket_for(struct lines *lines, const struct findings *f)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct findings *have = &lines->buckets[i].findings;

		if (have->counts == f->counts && have->warns == f->warns && have->crits == f->crits && have->given == f->given &&
		    have->aside == f->aside)
			return &lines->buckets[i];
	}
	lines->buckets = mem_resize(lines->buckets, lines->count + 1, sizeof(*lines->buckets));
	lines->buckets[lines->count] = (struct bucket){ .findings = *f };
	return &lines->buckets[lines->count++];
}

void lines_add(struct lines *lines, const struct findings *f, const struct line *line)
{
	bucket_add(bucket_for(lines, f), line, lines->keep);
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		for (size_t n = 0; n < lines->buckets[i].count; n++)
			free(lines->buckets[i].lines[n]);
		free(lines->buckets[i].lines);
	}
	free(lines->buckets);
}

void rows_free(struct rows *r)
{
	free(r->rows);
}

static int by_display(const void *a, const void *b)
{
	static const int ranks[] = { [STATE_CRITICAL] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_OK] = 3 };
	const struct row *x = a, *y = b;

	if (x->state != y->state)
		return ranks[x->state] - ranks[y->state];
	return line_compare(x->line, y->line);
}

static int by_text(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	int order = strcmp(x->line->text, y->line->text);

	return order ? order : (x > y) - (x < y);
}

void rows_take(struct rows *r, struct bucket *b, enum state s)
{
	bucket_sort(b);
	for (size_t i = 0; i < b->count; i++) {
		if (r->count == r->room) {
			r->room = r->room ? r->room * 2 : 32;
			r->rows = mem_resize(r->rows, r->room, sizeof(*r->rows));
		}
		r->rows[r->count++] = (struct row){ .line = b->lines[i], .state = s };
	}
	r->dropped += b->dropped;
}

void rows_sort(struct rows *r)
{
	if (r->count)
		qsort(r->rows, r->count, sizeof(*r->rows), by_display);
}

static void rows_mark_repeats(struct rows *r)
{
	AUTO_FREE struct row **sorted = mem_new(r->count, sizeof(*sorted));

	for (size_t i = 0; i < r->count; i++)
		sorted[i] = &r->rows[i];
	if (r->count)
		qsort(sorted, r->count, sizeof(*sorted), by_text);
	for (size_t i = 1; i < r->count; i++) {
		const char *text = sorted[i]->line->text;

		sorted[i]->repeats = *text && !strcmp(text, sorted[i - 1]->line->text);
	}
}

static bool is_ok(const struct row *row)
{
	return row->state == STATE_OK;
}

static bool is_repeat(const struct row *row)
{
	return row->repeats;
}

static bool is_any(const struct row *row)
{
	return row->line;
}

/* Takes rows of one sort away, from the end, until the others fit. */
static size_t rows_drop(struct rows *r, size_t total, size_t room, bool (*of_sort)(const struct row *))
{
	for (size_t i = r->count; i-- && total > room;) {
		struct row *row = &r->rows[i];

		if (row->gone || !of_sort(row))
			continue;
		row->gone = true;
		total -= row->cost;
	}
	return total;
}

size_t rows_thin(struct rows *r, size_t room)
{
	size_t total = 0, hidden = r->dropped;

	for (size_t i = 0; i < r->count; i++)
		total += r->rows[i].cost;
	if (total > room || (hidden && total + MORE_ROOM > room)) {
		room = room > MORE_ROOM ? room - MORE_ROOM : 0;
		rows_mark_repeats(r);
		total = rows_drop(r, total, room, is_ok);
		total = rows_drop(r, total, room, is_repeat);
		rows_drop(r, total, room, is_any);
	}
	for (size_t i = 0; i < r->count; i++)
		hidden += r->rows[i].gone;
	return hidden;
}
