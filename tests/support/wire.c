// SPDX-License-Identifier: GPL-3.0-or-later
/* Requests are parsed from the start whenever bytes arrive: they are small, and there is no state to get wrong. */
#include "support/wire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void wire_free(struct wire_request *r)
{
	free(r->method);
	free(r->target);
	strings_clear(&r->headers);
	buf_free(&r->body);
	memset(r, 0, sizeof(*r));
}

const char *wire_line_value(const char *line, const char *name)
{
	size_t len = strlen(name);
	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return line + len + 1 + strspn(line + len + 1, " \t");
}

const char *wire_header(const struct wire_request *r, const char *name)
{
	for (size_t i = 0; i < r->headers.count; i++) {
		const char *value = wire_line_value(r->headers.items[i], name);
		if (value)
			return value;
	}
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_decoded(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
			buf_add_char(out, (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
			i += 2;
		} else {
			buf_add_char(out, text[i] == '+' ? ' ' : text[i]);
		}
	}
}

bool wire_field(const struct wire_request *r, const char *name, struct buf *value)
{
	const char *at = buf_text(&r->body);
	while (*at) {
		size_t len = strcspn(at, "&");
		const char *equals = memchr(at, '=', len);
		AUTO_BUF key = { 0 };
		add_decoded(&key, at, equals ? (size_t)(equals - at) : len);
		if (equals && strcmp(buf_text(&key), name) == 0) {
			add_decoded(value, equals + 1, len - (size_t)(equals + 1 - at));
			return true;
		}
		at += len + (at[len] == '&');
	}
	return false;
}

static bool parse_request_line(const char *line, struct wire_request *r, struct err *e)
{
	size_t method = strcspn(line, " ");
	const char *target = line + method + (line[method] == ' ');
	size_t target_len = strcspn(target, " ");
	if (method == 0 || target_len == 0 || strcmp(target + target_len, " HTTP/1.1") != 0)
		return err_set(e, ERR_REPLY, "not an HTTP/1.1 request line: %s", line);
	r->method = mem_copy_bytes(line, method);
	r->target = mem_copy_bytes(target, target_len);
	return true;
}

/* The head without its empty line, cut into request line and headers. */
static bool parse_head(const char *bytes, size_t len, struct wire_request *r, struct err *e)
{
	AUTO_FREE char *head = mem_copy_bytes(bytes, len);
	if (strlen(head) != len)
		return err_set(e, ERR_REPLY, "NUL in the head of a request");

	bool first = true;
	for (char *line = head; line;) {
		char *end = strstr(line, "\r\n");
		if (end)
			*end = '\0';
		if (first && !parse_request_line(line, r, e))
			return false;
		if (!first && (line[0] == ':' || !strchr(line, ':')))
			return err_set(e, ERR_REPLY, "not a header: %s", line);
		if (!first)
			strings_add(&r->headers, line);
		first = false;
		line = end ? end + 2 : NULL;
	}
	return true;
}

/* One chunk from `at` on: *size and the start of its data. */
static enum wire_got parse_chunk_size(const char *bytes, size_t len, size_t at, size_t *size, size_t *data,
				      struct err *e)
{
	const char *end = memmem(bytes + at, len - at, "\r\n", 2);
	if (!end)
		return WIRE_MORE;
	size_t total = 0, i = at;
	for (; hex_digit(bytes[i]) >= 0 && total <= WIRE_BODY_MAX; i++)
		total = total * 16 + (size_t)hex_digit(bytes[i]);
	if (i == at || total > WIRE_BODY_MAX || bytes + i != end) {
		err_set(e, ERR_REPLY, "not a chunk size");
		return WIRE_BAD;
	}
	*size = total;
	*data = (size_t)(end - bytes) + 2;
	return WIRE_WHOLE;
}

static enum wire_got parse_chunks(const char *bytes, size_t len, size_t at, struct buf *body, size_t *used,
				  struct err *e)
{
	for (;;) {
		size_t size, data;
		enum wire_got got = parse_chunk_size(bytes, len, at, &size, &data, e);
		if (got != WIRE_WHOLE)
			return got;
		if (len - data < size + 2)
			return WIRE_MORE;
		if (memcmp(bytes + data + size, "\r\n", 2) != 0 || body->len + size > WIRE_BODY_MAX) {
			err_set(e, ERR_REPLY, "a chunk that does not end, or too many of them");
			return WIRE_BAD;
		}
		at = data + size + 2;
		if (size == 0) {
			*used = at;
			return WIRE_WHOLE;
		}
		buf_add_bytes(body, bytes + data, size);
	}
}

static enum wire_got parse_body(const char *bytes, size_t len, size_t at, struct wire_request *r, size_t *used,
				struct err *e)
{
	const char *coding = wire_header(r, "Transfer-Encoding"), *length = wire_header(r, "Content-Length");
	if (coding && !length && strcasecmp(coding, "chunked") == 0)
		return parse_chunks(bytes, len, at, &r->body, used, e);

	char *end = NULL;
	unsigned long size = length ? strtoul(length, &end, 10) : 0;
	if (coding || (length && (!isdigit((unsigned char)*length) || *end)) || size > WIRE_BODY_MAX) {
		err_set(e, ERR_REPLY, "the length of a request body is not clear or above the bound");
		return WIRE_BAD;
	}
	if (len - at < size)
		return WIRE_MORE;
	buf_add_bytes(&r->body, bytes + at, size);
	*used = at + size;
	return WIRE_WHOLE;
}

enum wire_got wire_parse(const char *bytes, size_t len, struct wire_request *r, size_t *used, struct err *e)
{
	const char *end = len ? memmem(bytes, len, "\r\n\r\n", 4) : NULL;
	size_t head = end ? (size_t)(end - bytes) : len;
	if (head > WIRE_HEAD_MAX) {
		err_set(e, ERR_REPLY, "the head of a request is above the bound");
		return WIRE_BAD;
	}
	if (!end)
		return WIRE_MORE;

	CLEANUP(wire_free) struct wire_request parsed = { 0 };
	if (!parse_head(bytes, head, &parsed, e))
		return WIRE_BAD;
	enum wire_got got = parse_body(bytes, len, head + 4, &parsed, used, e);
	const char *expects = wire_header(&parsed, "Expect");
	if (got == WIRE_MORE && expects && strcasecmp(expects, "100-continue") == 0)
		return WIRE_CONTINUE;
	if (got != WIRE_WHOLE)
		return got;
	*r = parsed;
	memset(&parsed, 0, sizeof(parsed));
	return WIRE_WHOLE;
}
