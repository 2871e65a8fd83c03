// SPDX-License-Identifier: GPL-3.0-or-later
/* Texts in, texts out; no state. */
#include "support/casetext.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MAX_S 3600

/* One word from *text on, which stands at its first character. */
static bool take_word(const char **text, struct buf *word)
{
	char quote = '\0';
	const char *p = *text;

	for (; *p && (quote || !isblank((unsigned char)*p)); p++) {
		if (*p == quote) {
			quote = '\0';
		} else if (!quote && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' && p[1] && (!quote || strchr("\"\\", p[1]))) {
			buf_add_char(word, *++p);
		} else {
			buf_add_char(word, *p);
		}
	}
	*text = p;
	return !quote;
}

bool casetext_words(const char *text, struct strings *words)
{
	for (;;) {
		text += strspn(text, " \t");
		if (!*text)
			return true;
		AUTO_BUF word = { 0 };
		if (!take_word(&text, &word))
			return false;
		strings_add(words, buf_text(&word));
	}
}

static bool add_hex(const char *digits, struct buf *out)
{
	if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]))
		return false;
	char two[] = { digits[0], digits[1], '\0' };
	buf_add_char(out, (char)strtol(two, NULL, 16));
	return true;
}

bool casetext_unescape(const char *text, bool all, struct buf *out)
{
	static const char letters[] = "trn\\", meant[] = "\t\r\n\\";

	for (const char *p = text; *p; p++) {
		const char *letter = *p == '\\' && p[1] ? strchr(letters, p[1]) : NULL;
		if (*p != '\\') {
			buf_add_char(out, *p);
		} else if (p[1] == 'x') {
			if (!add_hex(p + 2, out))
				return false;
			p += 3;
		} else if (letter && (all || *letter == 't')) {
			buf_add_char(out, meant[letter - letters]);
			p++;
		} else if (all) {
			return false;
		} else {
			buf_add_char(out, '\\');
		}
	}
	return true;
}

/* Length of "@NAME@" at `at`, 0 when there is none. */
static size_t name_length(const char *at, const char *end)
{
	const char *p = at + 1;
	while (p < end && (isupper((unsigned char)*p) || *p == '_'))
		p++;
	return p < end && p > at + 1 && *p == '@' ? (size_t)(p - at) + 1 : 0;
}

static const char *find_value(const struct casefile_var *vars, const char *name, size_t len)
{
	for (; vars->name; vars++)
		if (strlen(vars->name) == len && memcmp(vars->name, name, len) == 0)
			return vars->value;
	return NULL;
}

void casetext_fill(const char *bytes, size_t len, const struct casefile_var *vars, struct buf *out, char **unknown)
{
	const char *end = bytes + len;
	while (bytes < end) {
		size_t name = *bytes == '@' ? name_length(bytes, end) : 0;
		const char *value = name ? find_value(vars, bytes + 1, name - 2) : NULL;
		if (value) {
			buf_add(out, value);
			bytes += name;
			continue;
		}
		if (name && unknown && !*unknown)
			*unknown = mem_copy_bytes(bytes, name);
		buf_add_char(out, *bytes++);
	}
}

bool casetext_replace(struct buf *text, const char *from, const char *to)
{
	AUTO_BUF out = { 0 };
	size_t from_len = strlen(from), at = 0;
	bool found = false;

	while (text->len && from_len && at < text->len) {
		const char *hit = memmem(text->data + at, text->len - at, from, from_len);
		size_t upto = hit ? (size_t)(hit - text->data) : text->len;
		buf_add_bytes(&out, text->data + at, upto - at);
		at = upto;
		if (!hit)
			break;
		buf_add(&out, to);
		at += from_len;
		found = true;
	}
	if (found) {
		buf_cut(text, 0);
		buf_add_bytes(text, buf_text(&out), out.len);
	}
	return found;
}

bool casetext_time(const char *text, int64_t *ms)
{
	char *end;
	if (!isdigit((unsigned char)*text))
		return false;
	double value = strtod(text, &end);
	double factor = strcmp(end, "ms") == 0 ? 1 : *end == '\0' || strcmp(end, "s") == 0 ? 1000 : -1;
	if (factor < 0 || value * factor > TIME_MAX_S * 1000.0)
		return false;
	*ms = (int64_t)(value * factor);
	return true;
}

bool casetext_number(const char *text, int base, long max, long *out)
{
	char *end;
	errno = 0;
	if (!isdigit((unsigned char)*text))
		return false;
	long value = strtol(text, &end, base);
	if (*end || errno || value > max)
		return false;
	*out = value;
	return true;
}
