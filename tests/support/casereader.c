// SPDX-License-Identifier: GPL-3.0-or-later
/* The small readings of the case parser. */
#include "support/casereader.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

bool reader_refuse(struct reader *r, const char *fmt, ...)
{
	AUTO_BUF text = { 0 };
	va_list args;

	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	return err_set(r->e, ERR_CONFIG, "%s:%d: %s", r->path, r->line, buf_text(&text));
}

struct case_run *reader_run(struct reader *r)
{
	return &r->c->runs[r->c->run_count - 1];
}

struct exchange *reader_exchange(struct reader *r)
{
	return &r->c->script.exchanges[r->c->script.count - 1];
}

bool reader_head_only(struct reader *r)
{
	return r->c->run_count == 1 || reader_refuse(r, "this line belongs before the first run");
}

bool reader_time(struct reader *r, const char *text, int64_t *ms)
{
	return casetext_time(text, ms) || reader_refuse(r, "not a length of time: %s", text);
}

bool reader_number(struct reader *r, const char *text, long min, long max, long *out)
{
	long number;
	if (!casetext_number(text, 10, max, &number) || number < min)
		return reader_refuse(r, "not a number from %ld to %ld: %s", min, max, text);
	*out = number;
	return true;
}

bool reader_words(struct reader *r, const char *text, struct strings *words)
{
	return casetext_words(text, words) || reader_refuse(r, "a quote is not closed");
}

bool reader_include(struct reader *r, const char *rest)
{
	CLEANUP(strings_clear) struct strings words = { 0 };
	AUTO_BUF read = { 0 };
	AUTO_BUF filled = { 0 };
	struct err why;
	bool open_to_others;

	if (!r->content || !reader_words(r, rest, &words))
		return reader_refuse(r, "nothing to add a file to, or an open quote");
	if (!words.count)
		return reader_refuse(r, "which file?");
	AUTO_FREE char *path = mem_print("%s/%s", r->tests, words.items[0]);
	if (!file_read("included file", path, CASE_BYTES_MAX, &read, &open_to_others, &why))
		return reader_refuse(r, "%s", why.text);
	for (size_t i = 1; i < words.count; i++) {
		char *to = strchr(words.items[i], '=');
		if (!to)
			return reader_refuse(r, "wants FROM=TO: %s", words.items[i]);
		*to++ = '\0';
		if (!casetext_replace(&read, words.items[i], to))
			return reader_refuse(r, "%s has no \"%s\"", words.items[0], words.items[i]);
	}
	casetext_fill(buf_text(&read), read.len, r->vars, &filled, NULL);
	buf_add_bytes(r->content, buf_text(&filled), filled.len);
	return true;
}

struct wanted_line *reader_add_wanted(struct wanted_line **list, size_t *count, bool pattern, char *text)
{
	*list = mem_resize(*list, *count + 1, sizeof(**list));
	struct wanted_line *line = &(*list)[(*count)++];
	*line = (struct wanted_line){ .pattern = pattern, .text = text };
	return line;
}
