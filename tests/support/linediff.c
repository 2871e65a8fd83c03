// SPDX-License-Identifier: GPL-3.0-or-later
/* Longest common subsequence: outputs are short, so a full table is fine. */
#include "support/linediff.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Beyond so many lines a difference helps nobody; they are shown without being matched. */
#define MATCH_MAX 400

static bool compile(const struct wanted_line *w, regex_t *regex)
{
	AUTO_FREE char *whole = mem_print("^(%s)$", w->text);
	return regcomp(regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
}

bool wanted_is_valid(const struct wanted_line *w)
{
	regex_t regex;
	if (!w->pattern)
		return true;
	if (!compile(w, &regex))
		return false;
	regfree(&regex);
	return true;
}

bool wanted_fits(const struct wanted_line *w, const char *line)
{
	regex_t regex;
	if (!w->pattern)
		return strcmp(w->text, line) == 0;
	if (!compile(w, &regex))
		return false;
	bool fits = regexec(&regex, line, 0, NULL, 0) == 0;
	regfree(&regex);
	return fits;
}

bool lines_cut(const char *text, struct strings *lines)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		AUTO_FREE char *line = mem_copy_bytes(text, len);
		strings_add(lines, line);
		if (!text[len])
			return false;
		text += len + 1;
	}
	return true;
}

bool lines_fit(const struct wanted_line *want, size_t count, bool rest, const struct strings *got)
{
	if (rest ? got->count < count : got->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!wanted_fits(&want[i], got->items[i]))
			return false;
	return true;
}

static void show(struct buf *out, const char *margin, char sign, const char *text)
{
	buf_print(out, "%s%c", margin, sign);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '\t')
			buf_add(out, "\\t");
		else if (*p < 0x20 || *p == 0x7f)
			buf_print(out, "\\x%02x", *p);
		else
			buf_add_char(out, (char)*p);
	}
	buf_add_char(out, '\n');
}

static void show_wanted(struct buf *out, const char *margin, char sign, const struct wanted_line *w)
{
	AUTO_FREE char *text = w->pattern ? mem_print("~ %s", w->text) : mem_copy_text(w->text);
	show(out, margin, sign, text);
}

/* table[i][j]: length of the longest common part of the lines from i and j on. */
static unsigned short *measure(const struct wanted_line *want, size_t count, const struct strings *got)
{
	size_t width = got->count + 1;
	unsigned short *table = mem_new((count + 1) * width, sizeof(*table));
	for (size_t i = count; i-- > 0;) {
		for (size_t j = got->count; j-- > 0;) {
			unsigned short down = table[(i + 1) * width + j], right = table[i * width + j + 1];
			unsigned short best = down > right ? down : right;
			if (wanted_fits(&want[i], got->items[j]))
				best = (unsigned short)(table[(i + 1) * width + j + 1] + 1);
			table[i * width + j] = best;
		}
	}
	return table;
}

/* Where two lines part, for lines too long to compare by eye. */
static void show_column(const struct wanted_line *want, const char *got, const char *margin, struct buf *out)
{
	size_t same = 0;
	while (want->text[same] && want->text[same] == got[same])
		same++;
	if (!want->pattern && same > 0)
		buf_print(out, "%s first difference in line 1 at column %zu: ...%.20s\n", margin, same + 1, got + same);
}

void lines_differ(const struct wanted_line *want, size_t count, bool rest, const struct strings *got,
		  const char *margin, struct buf *out)
{
	size_t i = 0, j = 0, width = got->count + 1;
	bool matched = count <= MATCH_MAX && got->count <= MATCH_MAX;
	AUTO_FREE unsigned short *table = matched ? measure(want, count, got) : NULL;

	while (i < count || j < got->count) {
		if (rest && i == count)
			break;
		if (table && i < count && j < got->count && wanted_fits(&want[i], got->items[j])) {
			show(out, margin, ' ', got->items[j]);
			i++;
			j++;
		} else if (i < count &&
			   (!table || j == got->count || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
			show_wanted(out, margin, '-', &want[i++]);
		} else {
			show(out, margin, '+', got->items[j++]);
		}
	}
	if (count && got->count && !wanted_fits(&want[0], got->items[0]))
		show_column(&want[0], got->items[0], margin, out);
}
