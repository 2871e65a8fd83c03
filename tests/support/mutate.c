// SPDX-License-Identifier: GPL-3.0-or-later
/* What servers, proxies and broken disks make of a good reply. */
#include "support/mutate.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX (256 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

uint64_t dice_bits(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t dice_below(struct dice *d, size_t n)
{
	return n ? (size_t)(dice_bits(d) % n) : 0;
}

/* Puts `len` bytes in place of body[from, to). */
static void splice(struct buf *body, size_t from, size_t to, const char *bytes, size_t len)
{
	struct buf changed = { 0 };

	buf_add_bytes(&changed, buf_text(body), from);
	buf_add_bytes(&changed, bytes, len);
	buf_add_bytes(&changed, buf_text(body) + to, body->len - to);
	buf_free(body);
	*body = changed;
}

static void flip_byte(struct dice *d, struct buf *body)
{
	size_t at = dice_below(d, body->len);

	body->data[at] = (char)(body->data[at] ^ 1 << dice_below(d, 8));
}

static void put_byte(struct dice *d, struct buf *body)
{
	static const char odd[] = "\0\t\n\r\x7f\x80\xc0\xff|'\"\\{}[]:,;=-.eE0 ";
	size_t at = dice_below(d, body->len);

	splice(body, at, at + dice_below(d, 2), &odd[dice_below(d, sizeof(odd) - 1)], 1);
}

static void cut(struct dice *d, struct buf *body)
{
	splice(body, dice_below(d, body->len), body->len, "", 0);
}

static void drop_piece(struct dice *d, struct buf *body)
{
	size_t from = dice_below(d, body->len), len = dice_below(d, body->len - from) >> dice_below(d, 8);

	splice(body, from, from + len, "", 0);
}

static void repeat_piece(struct dice *d, struct buf *body)
{
	size_t from = dice_below(d, body->len), len = dice_below(d, body->len - from) >> dice_below(d, 8);
	size_t at = dice_below(d, body->len);
	AUTO_FREE char *piece = mem_copy_bytes(body->data + from, len);

	splice(body, at, at, piece, len);
}

static void append_itself(struct dice *d, struct buf *body)
{
	AUTO_FREE char *whole = mem_copy_bytes(body->data, body->len);
	size_t len = body->len;

	splice(body, len, len, whole, dice_below(d, 4) ? len : 1);
}

/* End of the JSON value that begins at `at`, where there is one. */
static size_t value_end(const struct buf *body, size_t at)
{
	const char *text = body->data;
	size_t depth = 0;

	if (text[at] != '"' && text[at] != '{' && text[at] != '[')
		return at + strcspn(text + at, ",]} \t\r\n");
	do {
		if (text[at] == '"') {
			for (at++; at < body->len && text[at] != '"'; at++)
				at += text[at] == '\\';
		} else if (text[at] == '{' || text[at] == '[') {
			depth++;
		} else if (text[at] == '}' || text[at] == ']') {
			depth--;
		}
		at++;
	} while (depth && at < body->len);
	return at < body->len ? at : body->len;
}

enum part { VALUE, ELEMENT, NAME };

/* Chooses one of the body's values, of its array elements, or of its names; false when there is none. */
static bool find_part(struct dice *d, const struct buf *body, enum part wanted, size_t *from, size_t *to)
{
	const char *text = body->data;
	size_t found = 0;
	char before = '\0';

	for (size_t at = 0, end; at < body->len; at = end) {
		end = at + 1;
		if (!text[at] || strchr(" \t\r\n", text[at]))
			continue;
		if (strchr(":,]}", text[at])) {
			before = text[at];
			continue;
		}
		bool opens = text[at] == '{' || text[at] == '[';
		if (!opens && value_end(body, at) > at)
			end = value_end(body, at);
		bool name = text[at] == '"' && text[end + strspn(text + end, " \t\r\n")] == ':';
		bool element = !name && (before == ',' || before == '[');
		before = text[at];
		if ((wanted == NAME) != name || (wanted == ELEMENT && !element) || dice_below(d, ++found))
			continue;
		*from = at;
		*to = value_end(body, at);
	}
	return found && *to > *from;
}

/* Members under another name of the same body: some there twice, some missing. */
static void rename_member(struct dice *d, struct buf *body)
{
	size_t from, to, at, end;

	if (!find_part(d, body, NAME, &from, &to) || !find_part(d, body, NAME, &at, &end))
		return;
	AUTO_FREE char *name = mem_copy_bytes(body->data + from, to - from);
	splice(body, at, end, name, to - from);
}

static void swap_value(struct dice *d, struct buf *body)
{
	static const char *const values[] = {
		"null", "true", "false", "0", "-0", "1", "-1", "2", "100", "0.1", "-1.5", "1e2", "1e308", "-1e308",
		"9223372036854775807", "9223372036854775808", "-9223372036854775809", "253402300800000", "1795132800000",
		"\"\"", "\" \"", "\"0\"", "\"1\"", "\"true\"", "\"null\"", "\"1.5e3\"", "\"-\"", "[]", "{}", "[[]]", "[null]",
		"[{}]", "[0]", "{\"\":{}}", "{\"0\":{}}", "{\"0\":null,\"1\":[]}", "\"2026-11-20T11:59:59Z\"",
		"\"2026-02-30T25:61:61Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"",
		"\"|a=1;;;;\"", "\"\\n[OK] - fine|x=0\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
		"\"\\u202e\\u2028\"", "\"\\u001b[2J\"", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"<b>&amp;'\\\"\\\\\"",
		"\"http://127.0.0.1:1/v1.0/next\"", "\"file:///etc/hostname\"",
	};
	static const char *const no_values[] = {
		"1e309", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"a\tb\"", "NaN", "Infinity", "-Infinity", "01",
		"1.", ".5", "+1", "0x10", "--1", "1e", "nul", "True", "'a'", "undefined", "", "\"\\x41\"", "\"\\u12\"",
	};
	bool valid = dice_below(d, 8);
	const char *other = valid ? values[dice_below(d, COUNT(values))] : no_values[dice_below(d, COUNT(no_values))];
	size_t from, to;

	if (find_part(d, body, VALUE, &from, &to))
		splice(body, from, to, other, strlen(other));
}

static void copy_value(struct dice *d, struct buf *body)
{
	size_t from, to, at, end;

	if (!find_part(d, body, VALUE, &from, &to) || !find_part(d, body, VALUE, &at, &end))
		return;
	AUTO_FREE char *value = mem_copy_bytes(body->data + from, to - from);
	splice(body, at, end, value, to - from);
}

static void repeat_element(struct dice *d, struct buf *body)
{
	size_t from, to, times = 1 + (dice_below(d, 8) ? 0 : dice_below(d, 300));

	if (!find_part(d, body, ELEMENT, &from, &to))
		return;
	AUTO_FREE char *value = mem_copy_bytes(body->data + from, to - from);
	for (size_t i = 0; i < times && body->len + (to - from) < BODY_MAX; i++) {
		splice(body, to, to, value, to - from);
		splice(body, to, to, ",", 1);
	}
}

static void nest_value(struct dice *d, struct buf *body)
{
	static const size_t depths[] = { 1, 2, 8, 27, 31, 32, 33, 64, 1000, 50000 };
	size_t from, to, depth = depths[dice_below(d, COUNT(depths))];
	bool lists = dice_below(d, 2);
	AUTO_BUF nest = { 0 };

	if (!find_part(d, body, VALUE, &from, &to))
		return;
	for (size_t i = 0; i < depth; i++)
		buf_add(&nest, lists ? "[" : "{\"a\":");
	buf_add_bytes(&nest, body->data + from, to - from);
	for (size_t i = 0; i < depth && dice_below(d, 1000); i++)
		buf_add_char(&nest, lists ? ']' : '}');
	splice(body, from, to, buf_text(&nest), nest.len);
}

static void lengthen_value(struct dice *d, struct buf *body)
{
	static const char *const pieces[] = { "x", "|", "\xc3\xa4", "\xe2\x80\xae", "\\u0007", "\\n", "' ", "9" };
	static const size_t lengths[] = { 10, 100, 400, 401, 5000, 100000 };
	const char *piece = pieces[dice_below(d, COUNT(pieces))];
	size_t from, to, times = lengths[dice_below(d, COUNT(lengths))];
	AUTO_BUF text = { 0 };

	if (!find_part(d, body, VALUE, &from, &to))
		return;
	bool number = *piece == '9' && dice_below(d, 2);
	if (!number)
		buf_add_char(&text, '"');
	for (size_t i = 0; i < times && text.len < BODY_MAX; i++)
		buf_add(&text, piece);
	if (!number)
		buf_add_char(&text, '"');
	splice(body, from, to, buf_text(&text), text.len);
}

static void put_mark(struct dice *d, struct buf *body)
{
	static const char *const marks[] = { "\xef\xbb\xbf", "\xff\xfe", "\n\n", "HTTP/1.1 200 OK\r\n\r\n", ")]}',\n", "//", "<html>" };
	const char *mark = marks[dice_below(d, COUNT(marks))];
	size_t at = dice_below(d, 2) ? 0 : body->len;

	splice(body, at, at, mark, strlen(mark));
}

void mutate_body(struct dice *d, struct buf *body)
{
	static void (*const changes[])(struct dice *, struct buf *) = {
		flip_byte,     put_byte,       cut,	   drop_piece, repeat_piece, append_itself, put_mark,
		swap_value,    swap_value,     swap_value, swap_value, swap_value,   swap_value,    copy_value,
		copy_value,    copy_value,     nest_value, nest_value, lengthen_value, lengthen_value, lengthen_value,
		rename_member, rename_member, repeat_element, repeat_element,
	};

	if (body->len > BODY_MAX)
		return;
	if (!body->len)
		buf_add(body, "{}");
	changes[dice_below(d, COUNT(changes))](d, body);
}

static void head_only(struct reply *reply, const char *head)
{
	buf_add(&reply->raw, head);
	buf_add_bytes(&reply->raw, buf_text(&reply->body), reply->body.len);
	reply->status = 0;
	reply->end = REPLY_CLOSE;
}

/* Answers that are not what was asked for, however good their body is. */
static bool break_head(struct dice *d, struct reply *reply, const char **name)
{
	static const char *const heads[] = {
		"", "\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 -200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
	};

	*name = "head";
	head_only(reply, heads[dice_below(d, COUNT(heads))]);
	return false;
}

static bool other_status(struct dice *d, struct reply *reply, const char **name)
{
	static const int statuses[] = { 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 304, 307, 400, 401, 402,
					403, 404, 405, 408, 409, 410, 413, 418, 429, 451, 499, 500, 501, 502, 503, 504, 599, 999 };
	static const char *const further[] = {
		"Retry-After: 0", "Retry-After: -1", "Retry-After: 99999999999999999999", "Retry-After: soon", "Retry-After: 1.5",
		"Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", "Location: /", "Location: http://127.0.0.1:1/", "Location: file:///etc/hostname",
		"WWW-Authenticate: Bearer error=\"|\x01\xff\"",
	};

	*name = "status";
	reply->status = statuses[dice_below(d, COUNT(statuses))];
	strings_add(&reply->headers, further[dice_below(d, COUNT(further))]);
	return reply->status < 300 && reply->status != 206;
}

/* Headers that a check may stumble over; the body behind them is whole, or the wire says that it is not. */
static bool odd_header(struct dice *d, struct reply *reply, const char **name)
{
	static const char *const odd[] = {
		"Content-Length: 5", "Content-Length: 99999999999999999999", "Content-Encoding: gzip", "Content-Encoding: unknown", "Content-Type: text/html",
		"Content-Type: application/json; charset=\xff\x01", "Content-Type:", "Date: nonsense", "X|y: [OK] - z|a=1", ": nameless",
		"no colon", " folded", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked", "Connection: upgrade",
		"Set-Cookie: a=b; domain=.com", "Retry-After: 5",
	};

	*name = "header";
	if (dice_below(d, 8)) {
		strings_add(&reply->headers, odd[dice_below(d, COUNT(odd))]);
		return true;
	}
	AUTO_BUF line = { 0 };
	buf_add(&line, "X-Long: ");
	for (size_t i = 0, n = (size_t)1 << (8 + dice_below(d, 11)); i < n; i++)
		buf_add_char(&line, 'y');
	strings_add(&reply->headers, buf_text(&line));
	return true;
}

static bool other_framing(struct dice *d, struct reply *reply, const char **name)
{
	*name = "framing";
	switch (dice_below(d, 4)) {
	case 0:
		reply->chunk = 1 + dice_below(d, 200);
		return true;
	case 1:
		reply->until_close = true;
		reply->end = REPLY_CLOSE;
		return true;
	case 2:
		buf_add(&reply->raw, "{\"surplus\":true}");
		reply->end = REPLY_CLOSE;
		return true;
	default:
		reply->end = REPLY_RESET;
		return true;
	}
}

static bool cut_off(struct dice *d, struct reply *reply, const char **name)
{
	AUTO_BUF all = { 0 };
	size_t fast;

	*name = "cut";
	if (!dice_below(d, 3))
		reply->chunk = 1 + dice_below(d, 200);
	reply_write(reply, &all, &fast);
	reply->cut_after = 1 + dice_below(d, all.len - 1);
	reply->end = dice_below(d, 2) ? REPLY_CLOSE : REPLY_RESET;
	/* Of chunks the last line tells nothing new. */
	return reply->chunk && reply->cut_after + 2 >= all.len;
}

bool mutate_wire(struct dice *d, struct reply *reply, const char **name)
{
	static bool (*const faults[])(struct dice *, struct reply *, const char **) = {
		break_head, other_status, odd_header, odd_header, other_framing, cut_off, cut_off,
	};

	return faults[dice_below(d, COUNT(faults))](d, reply, name);
}
