// SPDX-License-Identifier: GPL-3.0-or-later
/* The sanitiser. Rules look at what was already written, so that a replaced or dropped character cannot build what a
 * rule takes away: `<OK>` becomes `(OK)` and then `( OK)`. */
#include "monitor/clean.h"

#include <string.h>

#define ENOUGH_ATS 5
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands in front of the current byte in `out` counts only from `start` on. */
struct cleaner {
	struct buf *out;
	size_t start;
	bool first_line;
	unsigned ats; /* length of the run of `@` at the end */
};

/* Bytes that need no look at all; all others go through clean_ascii or clean_beyond_ascii. */
static bool is_plain(unsigned char c)
{
	static const bool special[128] = { ['|'] = true, ['<'] = true, ['>'] = true, ['\\'] = true, [')'] = true,
					   [']'] = true, ['@'] = true, [';'] = true, [','] = true,  [0x7f] = true };

	return c >= 0x20 && c < 0x80 && !special[c];
}

/* Adds visible bytes: a comma before them gets its blank. */
static void add(struct cleaner *c, const char *bytes, size_t len)
{
	struct buf *out = c->out;

	if (out->len > c->start && out->data[out->len - 1] == ',' && *bytes != ' ')
		buf_add_char(out, ' ');
	buf_add_bytes(out, bytes, len);
	c->ats = 0;
}

static void add_blank(struct cleaner *c)
{
	if (c->out->len == c->start || c->out->data[c->out->len - 1] != ' ')
		add(c, " ", 1);
}

static void add_at(struct cleaner *c)
{
	unsigned ats = c->ats + 1;

	if (ats <= ENOUGH_ATS)
		add(c, "@", 1);
	c->ats = ats;
}

/* A state's name in brackets would be shown as a coloured ball: a blank goes behind the opening bracket. */
static void add_closing(struct cleaner *c, char bracket)
{
	static const char *const balls[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN", "UP", "DOWN", "INFO" };
	struct buf *out = c->out;

	for (size_t i = 0; i < sizeof(balls) / sizeof(balls[0]); i++) {
		size_t len = strlen(balls[i]);

		if (out->len - c->start <= len || memcmp(out->data + out->len - len, balls[i], len))
			continue;
		char opening = out->data[out->len - len - 1];
		if (opening == '[' || opening == '(') {
			buf_cut(out, out->len - len);
			buf_add_char(out, ' ');
			buf_add(out, balls[i]);
		}
		break;
	}
	add(c, &bracket, 1);
}

static void clean_ascii(struct cleaner *c, char byte)
{
	switch (byte) {
	case '|':
	case '\\':
		add(c, "/", 1);
		break;
	case '<':
		add(c, "(", 1);
		break;
	case '>':
		add_closing(c, ')');
		break;
	case ')':
	case ']':
		add_closing(c, byte);
		break;
	case '@':
		add_at(c);
		break;
	case ';':
		add(c, c->first_line ? "," : ";", 1);
		break;
	case ',':
		add(c, ",", 1);
		break;
	default:
		add_blank(c);
	}
}

/* The code point at `p` and its length. When the bytes are no UTF-8: -1 and the length of what is to be replaced as
 * one. */
static int decode(const unsigned char *p, size_t *len)
{
	unsigned char low = 0x80, high = 0xbf; /* of the second byte */
	int more = p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	int code = p[0] & (0x3f >> more);

	*len = 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return -1;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	for (int i = 1; i <= more; i++) {
		if (p[i] < low || p[i] > high)
			return -1;
		code = code << 6 | (p[i] & 0x3f);
		*len = (size_t)i + 1;
		low = 0x80;
		high = 0xbf;
	}
	return code;
}

/* Direction marks, zero-width and other characters that cannot be seen: they make two names look the same. */
static bool is_hidden(int code)
{
	static const struct {
		int first, last;
	} hidden[] = {
		{ 0xad, 0xad },     { 0x34f, 0x34f },   { 0x61c, 0x61c },     { 0x180b, 0x180f },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (code >= hidden[i].first && code <= hidden[i].last)
			return true;
	return false;
}

static size_t clean_beyond_ascii(struct cleaner *c, const char *text)
{
	size_t len;
	int code = decode((const unsigned char *)text, &len);

	if (code < 0)
		add(c, REPLACEMENT, strlen(REPLACEMENT));
	else if (code < 0xa0)
		add_blank(c);
	else if (!is_hidden(code))
		add(c, text, len);
	return len;
}

static void clean(const char *text, struct buf *out, bool first_line)
{
	struct cleaner c = { .out = out, .start = out->len, .first_line = first_line };

	while (*text) {
		size_t plain = 0;

		while (is_plain((unsigned char)text[plain]))
			plain++;
		if (plain) {
			add(&c, text, plain);
			text += plain;
		} else if ((unsigned char)*text < 0x80) {
			clean_ascii(&c, *text++);
		} else {
			text += clean_beyond_ascii(&c, text);
		}
	}
}

void clean_text(const char *text, struct buf *out)
{
	clean(text, out, false);
}

void clean_first_line(const char *text, struct buf *out)
{
	clean(text, out, true);
}

void clean_label(const char *text, struct buf *out)
{
	AUTO_BUF label = { 0 };

	for (; *text; text++) {
		bool stumbles = (unsigned char)*text < 0x20 || *text == 0x7f || strchr("'\"=|:;$#\\", *text);

		buf_add_char(&label, stumbles ? '_' : *text);
	}
	buf_add_char(out, '\'');
	clean_text(label.len ? buf_text(&label) : "_", out);
	buf_add_char(out, '\'');
}

bool clean_cut(struct buf *b, size_t max)
{
	if (b->len <= max)
		return false;
	while (max && ((unsigned char)b->data[max] & 0xc0) == 0x80)
		max--;
	buf_cut(b, max);
	return true;
}

void clean_shorten(struct buf *b, size_t max)
{
	if (b->len > max && clean_cut(b, max > 3 ? max - 3 : 0))
		buf_add(b, "...");
}
