// SPDX-License-Identifier: GPL-3.0-or-later
/* Typed reads with the tolerance that live replies need, and no more: whatever is not one of the known notations is
 * ODD, so that nobody judges a guess. */
#include "net/jget.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/last_words.h"
#include "base/mem.h"
#include "net/members.h"
#include "net/scan.h"

/* Doubles up to here hold every whole number. */
#define EXACT_MAX 9007199254740992.0
/* So many digits are a whole number of 64 bits. */
#define WHOLE_DIGITS 18

/* json_object_object_get_ex, also for what jget_open made: that has user data, which json-c gives to numbers only. */
static bool look_up(struct json_object *o, const char *name, struct json_object **value)
{
	if (!json_object_is_type(o, json_type_object))
		return false;
	struct members *members = json_object_get_userdata(o);
	return members ? members_find(members, name, value) : json_object_object_get_ex(o, name, value);
}

/* GOT when there is a value that is not one of the forms of nothing. */
static enum got find(struct json_object *o, const char *name, struct json_object **out)
{
	struct json_object *value = NULL;

	if (!look_up(o, name, &value) || !value)
		return UNSET;
	if (json_object_is_type(value, json_type_string)) {
		const char *text = json_object_get_string(value);
		int len = json_object_get_string_len(value);

		if (!len || (len == 4 && !memcmp(text, "null", 4)))
			return UNSET;
	}
	*out = value;
	return GOT;
}

static enum got as_text(struct json_object *value, const char **out)
{
	if (!json_object_is_type(value, json_type_string))
		return ODD;
	const char *text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return ODD;
	*out = text;
	return GOT;
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

static enum got whole_from_text(const char *text, int64_t *out)
{
	bool negative = *text == '-';
	size_t len = count_digits(text + negative);
	int64_t n = 0;

	if (!len || text[negative + len])
		return ODD;
	for (const char *p = text + negative; *p; p++) {
		int digit = negative ? '0' - *p : *p - '0';

		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, digit, &n))
			return ODD;
	}
	*out = n;
	return GOT;
}

/* json-c makes the nearest it can hold of a whole number beyond 64 bits: such a value is not what was sent. */
static enum got as_whole(struct json_object *value, int64_t *out)
{
	const char *text;
	int64_t n;
	double d;

	switch (json_object_get_type(value)) {
	case json_type_int:
		n = json_object_get_int64(value);
		if (n == INT64_MIN || (n == INT64_MAX && whole_from_text(json_object_to_json_string(value), &n) != GOT))
			return ODD;
		break;
	case json_type_double:
		d = json_object_get_double(value);
		if (!(fabs(d) <= EXACT_MAX) || d != floor(d))
			return ODD;
		n = (int64_t)d;
		break;
	case json_type_string:
		return as_text(value, &text) == GOT ? whole_from_text(text, out) : ODD;
	default:
		return ODD;
	}
	*out = n;
	return GOT;
}

static enum got number_from_text(const char *text, double *out)
{
	const char *p = text + (*text == '-');
	size_t len = count_digits(p);

	if (!len)
		return ODD;
	p += len;
	if (*p == '.') {
		len = count_digits(++p);
		if (!len)
			return ODD;
		p += len;
	}
	double value = strtod(text, NULL);
	if (*p || isinf(value))
		return ODD;
	*out = value;
	return GOT;
}

static enum got as_number(struct json_object *value, double *out)
{
	const char *text;
	int64_t whole;

	switch (json_object_get_type(value)) {
	case json_type_double:
		*out = json_object_get_double(value);
		return GOT;
	case json_type_string:
		return as_text(value, &text) == GOT ? number_from_text(text, out) : ODD;
	default:
		if (as_whole(value, &whole) != GOT)
			return ODD;
		*out = (double)whole;
		return GOT;
	}
}

enum got jget_text(struct json_object *o, const char *name, const char **out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);

	return got == GOT ? as_text(value, out) : got;
}

const char *jget_text_or(struct json_object *o, const char *name, const char *fallback)
{
	const char *text = fallback;

	jget_text(o, name, &text);
	return text;
}

enum got jget_number(struct json_object *o, const char *name, double *out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);

	return got == GOT ? as_number(value, out) : got;
}

enum got jget_int(struct json_object *o, const char *name, int64_t *out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);

	return got == GOT ? as_whole(value, out) : got;
}

enum got jget_bool(struct json_object *o, const char *name, bool *out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);
	const char *text;
	int64_t n;

	if (got != GOT)
		return got;
	if (json_object_is_type(value, json_type_boolean)) {
		*out = json_object_get_boolean(value);
		return GOT;
	}
	if (json_object_is_type(value, json_type_string)) {
		if (as_text(value, &text) != GOT || (strcasecmp(text, "true") && strcasecmp(text, "false")))
			return ODD;
		*out = (*text | 0x20) == 't';
		return GOT;
	}
	if (as_whole(value, &n) != GOT || (n != 0 && n != 1))
		return ODD;
	*out = n == 1;
	return GOT;
}

static enum got time_from_number(double number, int64_t *at)
{
	if (number <= 0)
		return UNSET;
	if (number >= 1e12 && number < 1e13)
		*at = (int64_t)(number / 1000);
	else if (number >= 1e9 && number < 1e10)
		*at = (int64_t)number;
	else
		return ODD;
	return GOT;
}

enum got jget_time(struct json_object *o, const char *name, int64_t *out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);
	const char *text;
	double number;
	int64_t at;

	if (got != GOT)
		return got;
	if (as_number(value, &number) == GOT)
		return time_from_number(number, out);
	if (as_text(value, &text) != GOT || !clock_parse(text, &at))
		return ODD;
	if (at <= 0) /* year 0001 and its like stand for "never" */
		return UNSET;
	*out = at;
	return GOT;
}

static enum got find_type(struct json_object *o, const char *name, enum json_type type, struct json_object **out)
{
	struct json_object *value;
	enum got got = find(o, name, &value);

	if (got != GOT)
		return got;
	if (!json_object_is_type(value, type))
		return ODD;
	*out = value;
	return GOT;
}

enum got jget_object(struct json_object *o, const char *name, struct json_object **out)
{
	return find_type(o, name, json_type_object, out);
}

enum got jget_array(struct json_object *o, const char *name, struct json_object **out)
{
	return find_type(o, name, json_type_array, out);
}

enum got jget_enum(struct json_object *o, const char *name, int64_t *code, const char **text)
{
	struct json_object *value;
	enum got got = find(o, name, &value);
	int64_t number = INT64_MIN;
	const char *word = NULL;

	if (got != GOT)
		return got;
	if (json_object_is_type(value, json_type_array)) {
		if (json_object_array_length(value) != 2 ||
		    as_whole(json_object_array_get_idx(value, 0), &number) != GOT ||
		    as_text(json_object_array_get_idx(value, 1), &word) != GOT)
			return ODD;
	} else if (as_whole(value, &number) != GOT && as_text(value, &word) != GOT) {
		return ODD;
	}
	*code = number;
	*text = word;
	return GOT;
}

bool jget_is_there(struct json_object *o, const char *name)
{
	return look_up(o, name, NULL);
}

bool jget_is_set(struct json_object *o, const char *name)
{
	struct json_object *value;

	return find(o, name, &value) == GOT;
}

const char *jget_first(struct json_object *o, const char *const *names)
{
	for (const char *const *name = names; *name; name++)
		if (jget_is_set(o, *name))
			return *name;
	for (const char *const *name = names; *name; name++)
		if (jget_is_there(o, *name))
			return *name;
	return names[0];
}

const char *jget_first_time(struct json_object *o, const char *const *names)
{
	int64_t at;

	for (const char *const *name = names; *name; name++)
		if (jget_time(o, *name, &at) != UNSET)
			return *name;
	return jget_first(o, names);
}

const char *jget_first_text(struct json_object *o, const char *const *names, const char *fallback)
{
	const char *text = fallback;

	while (*names && jget_text(o, *names, &text) != GOT)
		names++;
	return text;
}

const char *jget_raw(struct json_object *o, const char *name, char out[JGET_RAW_SIZE])
{
	static const char more[] = "…";
	struct json_object *value = NULL;

	if (!look_up(o, name, &value)) {
		snprintf(out, JGET_RAW_SIZE, "absent");
		return out;
	}
	const char *text =
		json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t len = strlen(text);
	bool cut = len >= JGET_RAW_SIZE;
	if (cut) {
		len = JGET_RAW_SIZE - sizeof(more);
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80) /* not inside a character */
			len--;
	}
	snprintf(out, JGET_RAW_SIZE, "%.*s%s", (int)len, text, cut ? more : "");
	return out;
}

/* Kept for the next document: a list has thousands, and to make one costs as much as a small document. */
static struct json_tokener *tokener;

static void __attribute__((destructor)) free_tokener(void)
{
	if (tokener)
		json_tokener_free(tokener);
	tokener = NULL;
}

static enum json_tokener_error parse(const char *json, size_t len, struct json_object **out)
{
	if (!tokener) {
		tokener = json_tokener_new_ex(SCAN_DEPTH_MAX + 1); /* json-c counts a scalar as a level of its own */
		if (!tokener)
			last_words_out_of_memory();
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	}
	json_tokener_reset(tokener);
	*out = json_tokener_parse_ex(tokener, json, (int)len);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*out = json_tokener_parse_ex(tokener, "", 1); /* tells where a number ends */
	return json_tokener_get_error(tokener);
}

struct json_object *jget_parse(const char *json, size_t len, struct err *e)
{
	struct json_object *o = NULL;
	enum json_tokener_error result = parse(json, len, &o);

	if (result == json_tokener_success && o)
		return o;
	json_object_put(o);
	free_tokener(); /* what broke off behind the first half of a surrogate pair would spoil the next document (json-c 0.16) */
	err_set(e, ERR_REPLY, "no valid JSON: %s",
		result == json_tokener_success ? "null" : json_tokener_error_desc(result));
	return NULL;
}

static struct json_object *must(struct json_object *made)
{
	if (!made)
		last_words_out_of_memory();
	return made;
}

/* What the scanner let pass, json-c takes. If ever it did not, a text with a NUL is odd to every reader. Before each document
 * json-c makes a locale, which costs ten times what a simple value does: those are made here. */
static struct json_object *parse_member(const char *json, size_t len)
{
	struct json_object *o = NULL;

	if (*json == 'n')
		return NULL;
	if (*json == 't' || *json == 'f')
		return must(json_object_new_boolean(*json == 't'));
	if (*json == '"' && !memchr(json, '\\', len))
		return must(json_object_new_string_len(json + 1, (int)len - 2));
	if (len <= WHOLE_DIGITS && count_digits(json) == len)
		return must(json_object_new_int64(strtoll(json, NULL, 10)));
	if (*json != '"' && *json != '{' && *json != '[' && memchr(json, '.', len)) {
		AUTO_FREE char *text = mem_copy_bytes(json, len);
		return must(json_object_new_double_s(strtod(text, NULL), text));
	}
	if (parse(json, len, &o) == json_tokener_success)
		return o;
	json_object_put(o);
	return must(json_object_new_string_len("\0", 1));
}

static void close_object(struct json_object *o, void *members)
{
	(void)o;
	members_free(members);
}

struct json_object *jget_open(const char *json, size_t len, struct err *e)
{
	if (*json != '{')
		return jget_parse(json, len, e);
	struct json_object *o = must(json_object_new_object());
	json_object_set_userdata(o, members_new(json, parse_member), close_object);
	return o;
}

void jget_release(struct json_object **local)
{
	json_object_put(*local);
}
