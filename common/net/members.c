// SPDX-License-Identifier: GPL-3.0-or-later
/* Relies on the scanner: the text is one valid object. */
#include "net/members.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct member {
	const char *name;  /* its opening quote */
	const char *value;
	size_t name_len, value_len; /* with quotes */
	struct json_object *parsed;
	bool escaped;      /* a backslash in the name */
	bool asked;        /* `parsed` holds the value */
};

struct members {
	struct json_object *(*parse)(const char *json, size_t len);
	struct member *items;
	size_t count, room;
};

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The next character of a valid JSON string; beyond ASCII it is -1, which no wanted name holds. */
static int next_character(const char **text)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *p = *text;
	int c = 0;

	if (*p != '\\') {
		*text = p + 1;
		return *p & 0x80 ? -1 : *p;
	}
	*text = p + 2;
	if (p[1] != 'u')
		return meant[strchr(escapes, p[1]) - escapes];
	*text = p + 6;
	for (int i = 2; i < 6; i++)
		c = c << 4 | hex_value(p[i]);
	return c < 0x80 ? c : -1;
}

bool members_is_name(const char *quoted, size_t len, const char *wanted)
{
	const char *p = quoted + 1, *end = quoted + len - 1;

	while (p < end) {
		int c = next_character(&p);

		if (!*wanted || c != *wanted++)
			return false;
	}
	return !*wanted;
}

/* Eight bytes at a time. The lowest bit set in `odd` is that of the first byte that is a control character, a quote, a
 * backslash, or not ASCII: a subtraction borrows from the bytes above only. */
const char *members_plain_run(const char *p, const char *end)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t x;

	for (; end - p >= 8; p += 8) {
		memcpy(&x, p, 8);
		x = le64toh(x);
		uint64_t odd = x | (x - each * 0x20) | ((x ^ each * '"') - each) | ((x ^ each * '\\') - each);

		odd &= each * 0x80;
		if (odd)
			return p + __builtin_ctzll(odd) / 8;
	}
	while (p < end && (uint8_t)*p >= 0x20 && (uint8_t)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Behind the closing quote of the string that begins here. */
static const char *behind_string(const char *p, bool *escaped)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\') {
			*escaped = true;
			p++;
		}
	return p + 1;
}

/* Behind the value that begins here. */
static const char *behind_value(const char *p)
{
	unsigned depth = 0;
	bool escaped;

	do {
		if (*p == '"') {
			p = behind_string(p, &escaped);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else if (!depth) {
			p += strcspn(p, ",}] \t\r\n");
			continue;
		}
		p++;
	} while (depth);
	return p;
}

static const char *behind_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		p++;
	return p;
}

/* Adds the member that begins here; returns its end. */
static const char *add_member(struct members *m, const char *p)
{
	if (m->count == m->room) {
		m->room = m->room ? m->room * 2 : 32;
		m->items = mem_resize(m->items, m->room, sizeof(*m->items));
	}
	struct member *one = &m->items[m->count++];
	*one = (struct member){ .name = p };
	const char *end = behind_string(p, &one->escaped);
	one->name_len = (size_t)(end - p);
	one->value = behind_space(behind_space(end) + 1);
	end = behind_value(one->value);
	one->value_len = (size_t)(end - one->value);
	return end;
}

struct members *members_new(const char *json, struct json_object *(*parse)(const char *json, size_t len))
{
	struct members *m = mem_new(1, sizeof(*m));
	const char *p = behind_space(json + 1);

	m->parse = parse;
	while (*p != '}') {
		p = behind_space(add_member(m, p));
		if (*p == ',')
			p = behind_space(p + 1);
	}
	return m;
}

void members_free(struct members *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		json_object_put(m->items[i].parsed);
	free(m->items);
	free(m);
}

bool members_find(struct members *m, const char *name, struct json_object **value)
{
	size_t len = strlen(name);

	for (size_t i = m->count; i--;) {
		struct member *one = &m->items[i];

		if (one->escaped ? !members_is_name(one->name, one->name_len, name)
				 : one->name_len != len + 2 || memcmp(one->name + 1, name, len))
			continue;
		if (!value)
			return true;
		if (!one->asked)
			one->parsed = m->parse(one->value, one->value_len);
		one->asked = true;
		*value = one->parsed;
		return true;
	}
	return false;
}
