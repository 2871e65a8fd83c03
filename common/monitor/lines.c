// SPDX-License-Identifier: GPL-3.0-or-later
/* Buckets and rows. */
#include "monitor/lines.h"

#include <stdlib.h>
#include <string.h>

#define LINE_FRAME 11 /* bytes around name and text: "\t\\_[OK] - " and the newline; JSON takes more */

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

static void put_in(struct list *l, size_t at, void *item)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 8;
		l->items = mem_resize(l->items, l->room, sizeof(*l->items));
	}
	memmove(&l->items[at + 1], &l->items[at], (l->count++ - at) * sizeof(*l->items));
	l->items[at] = item;
}

static void *take_out(struct list *l, size_t at)
{
	void *item = l->items[at];

	memmove(&l->items[at], &l->items[at + 1], (--l->count - at) * sizeof(*l->items));
	return item;
}

/* Behind how many of the list, which is in order, the line belongs. */
static size_t place(const struct line *line, const struct list *l, int (*compare)(const struct line *, const void *))
{
	size_t from = 0, upto = l->count;

	while (from < upto) {
		size_t middle = (from + upto) / 2;

		if (compare(line, l->items[middle]) < 0)
			upto = middle;
		else
			from = middle + 1;
	}
	return from;
}

static int to_line(const struct line *line, const void *with)
{
	return line_compare(line, with);
}

static int to_text(const struct line *line, const void *with)
{
	const struct line *other = with;

	return strcmp(line->text, other->text);
}

static int to_name(const struct line *line, const void *with)
{
	const struct name *name = with;

	if (line->rank != name->rank)
		return line->rank > name->rank ? -1 : 1;
	return strcmp(line->name, name->text);
}

static int by_line(const void *a, const void *b)
{
	return line_compare(*(void *const *)a, *(void *const *)b);
}

static void bucket_sort(struct bucket *b)
{
	if (b->lines.count)
		qsort(b->lines.items, b->lines.count, sizeof(*b->lines.items), by_line);
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

/* Of one that says something new only the text is sure to be printed: the name may be another's. */
static size_t line_cost(const struct line *line)
{
	size_t text = strlen(line->text);

	return LINE_FRAME + (text && !line->repeats ? text : text + strlen(line->name));
}

/* Nobody asks for names of what counts nowhere; and the first name always stands in a line. */
static void keep_name(struct bucket *b, const struct line *line, size_t keep)
{
	size_t at = place(line, &b->names, to_name), len = strlen(line->name) + 1;

	if (at == keep)
		return;
	if (b->names.count == keep)
		free(take_out(&b->names, keep - 1));
	struct name *name = mem_new(1, sizeof(*name) + len);
	name->rank = line->rank;
	memcpy(name->text, line->name, len);
	put_in(&b->names, at, name);
}

static bool by_bytes(const struct lines *lines)
{
	return lines->bytes != SIZE_MAX;
}

static void drop(const struct lines *lines, struct bucket *b, const struct line *line)
{
	b->dropped++;
	b->dropped_values += line->value_count;
	if (by_bytes(lines) && b->findings.counts)
		keep_name(b, line, lines->keep - 1);
}

static void drop_kept(const struct lines *lines, struct bucket *b, size_t at)
{
	struct line *line = take_out(&b->lines, at);
	size_t behind = place(line, &b->texts, to_text);

	b->bytes[line->repeats] -= line_cost(line);
	if (behind && b->texts.items[behind - 1] == line)
		take_out(&b->texts, behind - 1);
	drop(lines, b, line);
	free(line);
}

/* Of two with one text the later one repeats it. */
static void mark_repeat(struct bucket *b, struct line *line)
{
	size_t behind = place(line, &b->texts, to_text);
	struct line *known = behind ? b->texts.items[behind - 1] : NULL, *later = line;

	if (!*line->text)
		return;
	if (!known || strcmp(known->text, line->text) != 0) {
		put_in(&b->texts, behind, line);
		return;
	}
	if (line_compare(line, known) < 0) {
		b->texts.items[behind - 1] = line;
		later = known;
	}
	b->bytes[false] -= line_cost(later);
	later->repeats = true;
	b->bytes[true] += line_cost(later);
}

/* Drops lines of one sort, from the end, while those before fill the output. */
static void trim(const struct lines *lines, struct bucket *b, bool repeats)
{
	for (size_t i = b->lines.count; i-- && b->bytes[repeats] > lines->bytes;) {
		const struct line *line = b->lines.items[i];

		if (line->repeats != repeats)
			continue;
		if (b->bytes[repeats] - line_cost(line) <= lines->bytes)
			return;
		drop_kept(lines, b, i);
	}
}

/* Is what comes behind the last line lost? */
static bool is_filled(const struct lines *lines, const struct bucket *b)
{
	return by_bytes(lines) ? b->bytes[false] > lines->bytes : b->lines.count >= lines->keep;
}

static void fill_up(const struct lines *lines, struct bucket *b)
{
	bucket_sort(b);
	b->full = true;
	for (size_t i = 0; by_bytes(lines) && i < b->lines.count; i++)
		mark_repeat(b, b->lines.items[i]);
}

static void bucket_add(const struct lines *lines, struct bucket *b, const struct line *line)
{
	size_t at = b->full ? place(line, &b->lines, to_line) : b->lines.count;

	if (b->full && at == b->lines.count && is_filled(lines, b)) {
		drop(lines, b, line);
		return;
	}
	struct line *copy = copy_line(line);
	put_in(&b->lines, at, copy);
	b->bytes[false] += line_cost(copy);
	if (!b->full && is_filled(lines, b))
		fill_up(lines, b);
	else if (b->full && by_bytes(lines))
		mark_repeat(b, copy);
	if (!by_bytes(lines) && b->lines.count > lines->keep)
		drop_kept(lines, b, b->lines.count - 1);
	trim(lines, b, false);
	trim(lines, b, true);
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
	bucket_add(lines, bucket_for(lines, f), line);
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct bucket *b = &lines->buckets[i];

		for (size_t n = 0; n < b->lines.count; n++)
			free(b->lines.items[n]);
		for (size_t n = 0; n < b->names.count; n++)
			free(b->names.items[n]);
		free(b->lines.items);
		free(b->texts.items);
		free(b->names.items);
	}
	free(lines->buckets);
}

void rows_free(struct rows *r)
{
	free(r->rows);
}

/* Worst first. */
static int compare_states(enum state a, enum state b)
{
	static const int ranks[] = { [STATE_CRITICAL] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_OK] = 3 };

	return ranks[a] - ranks[b];
}

static int by_display(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = compare_states(x->state, y->state);

	return order ? order : line_compare(x->line, y->line);
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
	for (size_t i = 0; i < b->lines.count; i++) {
		if (r->count == r->room) {
			r->room = r->room ? r->room * 2 : 32;
			r->rows = mem_resize(r->rows, r->room, sizeof(*r->rows));
		}
		r->rows[r->count++] = (struct row){ .line = b->lines.items[i], .state = s };
	}
	r->dropped += b->dropped;
}

void rows_sort(struct rows *r)
{
	if (r->count)
		qsort(r->rows, r->count, sizeof(*r->rows), by_display);
}

static void add_name(struct names *n, enum state s, int64_t rank, const char *name)
{
	if (n->count == n->room) {
		n->room = n->room ? n->room * 2 : 32;
		n->names = mem_resize(n->names, n->room, sizeof(*n->names));
	}
	n->names[n->count++] = (struct named){ .state = s, .rank = rank, .name = name };
}

void names_take(struct names *n, const struct bucket *b, enum state s)
{
	for (size_t i = 0; i < b->lines.count; i++) {
		const struct line *line = b->lines.items[i];

		add_name(n, s, line->rank, line->name);
	}
	for (size_t i = 0; i < b->names.count; i++) {
		const struct name *name = b->names.items[i];

		add_name(n, s, name->rank, name->text);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = compare_states(x->state, y->state);

	if (!order && x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return order ? order : strcmp(x->name, y->name);
}

void names_sort(struct names *n)
{
	if (n->count)
		qsort(n->names, n->count, sizeof(*n->names), by_name);
}

void names_free(struct names *n)
{
	free(n->names);
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
