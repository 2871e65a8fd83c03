// SPDX-License-Identifier: GPL-3.0-or-later
/* Fields are found by decoding their names, since clients may write `$top` as `%24top`. */
#include "support/sim_query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *query_decode(const char *text, size_t len, bool plus_is_blank)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
			buf_add_char(&out, (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
			i += 2;
		} else {
			buf_add_char(&out, plus_is_blank && text[i] == '+' ? ' ' : text[i]);
		}
	}
	return buf_take(&out);
}

static bool is_named(const char *field, size_t len, const char *name)
{
	AUTO_FREE char *decoded = query_decode(field, len, true);

	return !strcmp(decoded, name);
}

bool query_field(const char *query, const char *name, struct buf *value)
{
	while (*query) {
		size_t len = strcspn(query, "&");
		size_t name_len = strcspn(query, "=&");

		if (is_named(query, name_len, name)) {
			const char *start = query + name_len + (query[name_len] == '=');
			AUTO_FREE char *decoded = query_decode(start, (size_t)(query + len - start), true);

			buf_cut(value, 0);
			buf_add(value, decoded);
			return true;
		}
		query += len + (query[len] == '&');
	}
	return false;
}

bool query_number(const char *query, const char *name, unsigned *value)
{
	AUTO_BUF text = { 0 };

	if (!query_field(query, name, &text))
		return true;
	if (!text.len || text.len > 9 || strspn(text.data, "0123456789") != text.len)
		return false;
	*value = (unsigned)strtoul(text.data, NULL, 10);
	return true;
}

void query_without_skip(const char *query, struct buf *out)
{
	while (*query) {
		size_t len = strcspn(query, "&");
		size_t name_len = strcspn(query, "=&");

		if (len && !is_named(query, name_len, "$skip") && !is_named(query, name_len, "$skiptoken")) {
			buf_add_bytes(out, query, len);
			buf_add_char(out, '&');
		}
		query += len + (query[len] == '&');
	}
}
