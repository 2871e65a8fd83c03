// SPDX-License-Identifier: GPL-3.0-or-later
#include "cloud/shortlist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALIKE 1e-6
#define ROOM_STEP 4

struct pick {
	double worth;
	int64_t rank;
	char *name, *id, *text;
};

static void pick_free(struct pick *p)
{
	free(p->name);
	free(p->id);
	free(p->text);
}

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

static char *copy_begin(const char *text)
{
	return text ? mem_copy_bytes(text, strnlen(text, SHORTLIST_TEXT_MAX)) : mem_copy_text("");
}

static bool comes_first(const struct place *a, const struct pick *than)
{
	if (isnan(a->worth) != isnan(than->worth))
		return isnan(than->worth);
	if (fabs(a->worth - than->worth) > ALIKE)
		return a->worth > than->worth;
	if (a->rank != than->rank)
		return a->rank < than->rank;
	int order = strncmp(text_or_none(a->name), than->name, SHORTLIST_TEXT_MAX);
	return (order ? order : strncasecmp(text_or_none(a->id), than->id, SHORTLIST_TEXT_MAX)) < 0;
}

static void cut(struct shortlist *list, size_t most, size_t enough)
{
	while (list->count) {
		struct pick *last = &list->picks[list->count - 1];
		size_t len = strlen(last->text);

		if (list->count <= most && list->len - len <= enough)
			return;
		list->len -= len;
		list->count--;
		pick_free(last);
	}
}

void shortlist_add(struct shortlist *list, size_t most, size_t enough, const struct place *place, const char *fmt, ...)
{
	size_t at = list->count;
	AUTO_BUF text = { 0 };
	va_list args;

	while (at && comes_first(place, &list->picks[at - 1]))
		at--;
	if (at == list->count && (at >= most || list->len > enough))
		return;
	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	if (text.len > SHORTLIST_TEXT_MAX)
		buf_cut(&text, SHORTLIST_TEXT_MAX);
	if (list->count == list->room) {
		list->room += ROOM_STEP;
		list->picks = mem_resize(list->picks, list->room, sizeof(*list->picks));
	}
	memmove(&list->picks[at + 1], &list->picks[at], (list->count - at) * sizeof(*list->picks));
	list->len += text.len;
	list->count++;
	list->picks[at] = (struct pick){ place->worth, place->rank, copy_begin(place->name), copy_begin(place->id), copy_begin(buf_text(&text)) };
	cut(list, most, enough);
}

void shortlist_print(const struct shortlist *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		buf_print(out, "%s%s", i ? ", " : "", list->picks[i].text);
}

void shortlist_free(struct shortlist *list)
{
	cut(list, 0, 0);
	free(list->picks);
	*list = (struct shortlist){ 0 };
}
