// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows are written straight from the scenario's tree, without an expanded copy of it. */
#include "support/sim_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void json_write_text(const char *text, struct buf *out)
{
	buf_add_char(out, '"');
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)text[plain] >= ' ' && text[plain] != '"' && text[plain] != '\\')
			plain++;
		buf_add_bytes(out, text, plain);
		text += plain;
		if (!*text)
			break;
		if (*text == '"' || *text == '\\')
			buf_print(out, "\\%c", *text);
		else
			buf_print(out, "\\u%04x", (unsigned)*text);
		text++;
	}
	buf_add_char(out, '"');
}

static void write_moment(const struct moment *m, const struct row_view *view, struct buf *out)
{
	char stamp[CLOCK_STAMP_SIZE];
	int64_t at = moment_at(m, view->now);

	clock_stamp(at, stamp);
	switch (m->form) {
	case MOMENT_MS:
		buf_print(out, "%lld", (long long)at * 1000);
		break;
	case MOMENT_SEC:
		buf_print(out, "%lld", (long long)at);
		break;
	case MOMENT_ISO3:
		buf_print(out, "\"%.19s.000Z\"", stamp);
		break;
	case MOMENT_DAY_ID:
		buf_print(out, "\"%s_%.10s\"", view->tenant->id, stamp);
		break;
	case MOMENT_ISO:
	case MOMENT_DATE:
		buf_print(out, "\"%s\"", stamp);
	}
}

static bool is_object_id(const char *text)
{
	return strlen(text) == 24 && strspn(text, "0123456789abcdef") == 24;
}

/* The text of a member of a copied row: ids and names tell the copies apart. False: the member stays as it is. */
static bool write_copied(const char *name, const char *text, unsigned copy, struct buf *out)
{
	static const char *const ids[] = { "_id", "id", "appId", "controlName", NULL };
	static const char *const names[] = { "name", "displayName", "title", "instanceName", NULL };
	AUTO_BUF changed = { 0 };

	for (const char *const *id = ids; *id; id++) {
		if (strcmp(name, *id) != 0)
			continue;
		if (is_object_id(text))
			buf_print(&changed, "%.10s%08x%s", text, copy, text + 18);
		else
			buf_print(&changed, "%s.%u", text, copy);
	}
	for (const char *const *label = names; *label; label++)
		if (!strcmp(name, *label))
			buf_print(&changed, "%s %u", text, copy);
	if (!changed.len)
		return false;
	json_write_text(changed.data, out);
	return true;
}

static void write_value(struct json_object *value, const struct row_view *view, struct buf *out);

static void write_members(struct json_object *o, const struct row_view *view, unsigned copy, bool outermost,
			  struct buf *out);

static void write_list(struct json_object *list, const struct row_view *view, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i)
			buf_add_char(out, ',');
		write_value(json_object_array_get_idx(list, i), view, out);
	}
	buf_add_char(out, ']');
}

/* Scores of controls have as many copies as their profile has rows in the catalogue. */
static void write_scores(struct json_object *list, const struct row_view *view, struct buf *out)
{
	const char *comma = "";

	buf_add_char(out, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *index, *score = json_object_array_get_idx(list, i);
		unsigned copies = 1;

		if (json_object_object_get_ex(score, "@profile", &index))
			copies = scenario_copies((size_t)json_object_get_int64(index), view->profiles, view->wanted);
		for (unsigned copy = 0; copy < copies; copy++) {
			buf_add(out, comma);
			write_members(score, view, copy, false, out);
			comma = ",";
		}
	}
	buf_add_char(out, ']');
}

static void write_value(struct json_object *value, const struct row_view *view, struct buf *out)
{
	struct moment m;

	switch (json_object_get_type(value)) {
	case json_type_object:
		write_members(value, view, 0, false, out);
		break;
	case json_type_array:
		write_list(value, view, out);
		break;
	case json_type_string:
		if (moment_parse(json_object_get_string(value), &m))
			write_moment(&m, view, out);
		else
			json_write_text(json_object_get_string(value), out);
		break;
	default:
		buf_add(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	}
}

static bool is_selected(const struct strings *select, const char *name)
{
	for (size_t i = 0; i < select->count; i++)
		if (!strcmp(select->items[i], name))
			return true;
	return false;
}

static void write_members(struct json_object *o, const struct row_view *view, unsigned copy, bool outermost,
			  struct buf *out)
{
	const char *comma = "";

	buf_add_char(out, '{');
	json_object_object_foreach(o, name, value)
	{
		if (*name == '@' || (outermost && view->select && !is_selected(view->select, name)))
			continue;
		buf_add(out, comma);
		comma = ",";
		json_write_text(name, out);
		buf_add_char(out, ':');
		if (copy && json_object_is_type(value, json_type_string) &&
		    write_copied(name, json_object_get_string(value), copy, out))
			continue;
		if (outermost && !strcmp(name, "controlScores"))
			write_scores(value, view, out);
		else
			write_value(value, view, out);
	}
	buf_add_char(out, '}');
}

/* Texts, numbers, flags and nulls of the length that those of the services mostly have. */
static void pad_row(size_t begin, size_t bytes, struct buf *out)
{
	static const char *const values[] = { "\"text of some length\"", "1795132800000", "true", "\"69a700000000000000000011\"", "null", "\"\"" };

	if (out->len - begin >= bytes)
		return;
	buf_cut(out, out->len - 1);
	buf_add(out, ",\"further\":{\"member0\":0");
	for (unsigned i = 1; out->len - begin + 2 < bytes; i++)
		buf_print(out, ",\"member%u\":%s", i, values[i % (sizeof(values) / sizeof(values[0]))]);
	buf_add(out, "}}");
}

static void write_row(struct json_object *row, const struct row_view *view, unsigned copy, struct buf *out)
{
	size_t begin = out->len;

	write_members(row, view, copy, true, out);
	pad_row(begin, view->row_bytes, out);
}

void row_write(struct json_object *row, const struct row_view *view, struct buf *out)
{
	write_row(row, view, 0, out);
}

void rows_pick(struct rows *r, struct json_object *list, unsigned wanted, row_fits *fits, void *data)
{
	size_t count = list ? json_object_array_length(list) : 0;

	*r = (struct rows){ .list = list, .wanted = wanted, .order = mem_new(count, sizeof(*r->order)) };
	for (size_t i = 0; i < count; i++)
		if (!fits || fits(json_object_array_get_idx(list, i), data))
			r->order[r->count++] = i;
}

bool member_number(struct json_object *row, const char *member, int64_t now, double *value)
{
	struct json_object *o;
	struct moment m;

	if (!json_object_object_get_ex(row, member, &o) || !o)
		return false;
	if (json_object_is_type(o, json_type_string)) {
		if (!moment_parse(json_object_get_string(o), &m))
			return false;
		*value = (double)moment_at(&m, now) * 1000;
		return true;
	}
	if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
		return false;
	*value = json_object_get_double(o);
	return true;
}

/* Insertion keeps rows with equal keys in the order of the file; lists are short before they are multiplied. */
void rows_sort(struct rows *r, const char *member, bool descending, int64_t now)
{
	double *key = mem_new(r->count, sizeof(*key));

	for (size_t i = 0; i < r->count; i++) {
		size_t row = r->order[i], at = i;
		double mine = -INFINITY;

		member_number(json_object_array_get_idx(r->list, row), member, now, &mine);
		if (descending)
			mine = -mine;
		for (; at && key[at - 1] > mine; at--) {
			key[at] = key[at - 1];
			r->order[at] = r->order[at - 1];
		}
		key[at] = mine;
		r->order[at] = row;
	}
	free(key);
}

static unsigned copies_at(const struct rows *r, size_t place)
{
	return scenario_copies(r->order[place], json_object_array_length(r->list), r->wanted);
}

size_t rows_total(const struct rows *r)
{
	size_t total = 0;

	for (size_t i = 0; i < r->count; i++)
		total += copies_at(r, i);
	return total;
}

size_t rows_write(const struct rows *r, size_t skip, size_t limit, const struct row_view *view, struct buf *out)
{
	size_t written = 0;

	for (size_t i = 0; i < r->count && written < limit; i++) {
		unsigned copies = copies_at(r, i);

		if (skip >= copies) {
			skip -= copies;
			continue;
		}
		for (unsigned copy = (unsigned)skip; copy < copies && written < limit; copy++) {
			if (written++)
				buf_add_char(out, ',');
			write_row(json_object_array_get_idx(r->list, r->order[i]), view, copy, out);
		}
		skip = 0;
	}
	return written;
}

void rows_free(struct rows *r)
{
	free(r->order);
	*r = (struct rows){ 0 };
}
