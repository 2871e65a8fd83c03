// SPDX-License-Identifier: GPL-3.0-or-later
/* Words are cut at blanks outside quotes: NAME OPERATOR VALUE, and so on after `and`. */
#include "support/sim_odata.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define CONDITIONS_MAX 8

enum value_kind { IS_NULL, IS_BOOL, IS_NUMBER, IS_TIME, IS_TEXT };

struct condition {
	char *member, *operator, * text;
	bool in_list;
	enum value_kind kind;
	double number; /* also a time, in milliseconds, or a truth value */
};

struct odata_filter {
	struct condition conditions[CONDITIONS_MAX];
	size_t count;
	int64_t now;
};

bool odata_knows(struct json_object *list, const char *member)
{
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++)
		if (json_object_object_get_ex(json_object_array_get_idx(list, i), member, NULL))
			return true;
	return !count;
}

/* The next word, quotes kept; yours. NULL at the end. */
static char *next_word(const char **text)
{
	const char *start = *text += strspn(*text, " ");
	bool quoted = false;

	while (**text && (quoted || **text != ' ')) {
		if (**text == '\'')
			quoted = !quoted;
		(*text)++;
	}
	return *text > start ? mem_copy_bytes(start, (size_t)(*text - start)) : NULL;
}

/* Drops the outer quotes and halves the doubled ones inside. */
static char *unquoted(const char *word)
{
	struct buf text = { 0 };

	for (const char *c = word + 1; *c && c[1]; c++) {
		buf_add_char(&text, *c);
		if (*c == '\'' && c[1] == '\'')
			c++;
	}
	return buf_take(&text);
}

static bool take_value(struct condition *c, const char *word)
{
	size_t len = strlen(word);
	int64_t at;
	char *end;

	if (*word == '\'' && len >= 2 && word[len - 1] == '\'') {
		c->kind = IS_TEXT;
		c->text = unquoted(word);
	} else if (!strcmp(word, "null")) {
		c->kind = IS_NULL;
	} else if (!strcmp(word, "true") || !strcmp(word, "false")) {
		c->kind = IS_BOOL;
		c->number = *word == 't';
	} else if (clock_parse(word, &at)) {
		c->kind = IS_TIME;
		c->number = (double)at * 1000;
	} else {
		c->kind = IS_NUMBER;
		c->number = strtod(word, &end);
		return end != word && !*end;
	}
	return true;
}

static bool is_operator(const char *word)
{
	return word && strlen(word) == 2 && strstr("eq ne gt ge lt le", word);
}

/* services/any(c:c eq 'X'): the part in brackets is a comparison of its own, whose member is the variable. */
static bool take_any(struct condition *c, const char **text)
{
	const char *start = *text + strspn(*text, " ");
	const char *open = strstr(start, "/any("), *close = open ? strchr(open, ')') : NULL;
	const char *colon = open ? strchr(open, ':') : NULL;

	if (!open || !close || !colon || colon > close || strcspn(start, " ") < (size_t)(open - start))
		return false;
	AUTO_FREE char *inside = mem_copy_bytes(colon + 1, (size_t)(close - colon - 1));
	const char *rest = inside;
	AUTO_FREE char *variable = next_word(&rest);
	AUTO_FREE char *operator= next_word(&rest);
	AUTO_FREE char *value = next_word(&rest);
	if (!variable || !is_operator(operator) || strcmp(operator, "eq") != 0 || !value || !take_value(c, value))
		return false;
	c->member = mem_copy_bytes(start, (size_t)(open - start));
	c->operator= mem_copy_text("eq");
	c->in_list = true;
	*text = close + 1;
	return true;
}

static bool take_condition(struct condition *c, const char **text)
{
	if (take_any(c, text))
		return true;
	c->member = next_word(text);
	c->operator= next_word(text);
	AUTO_FREE char *value = next_word(text);
	return c->member && is_operator(c->operator) && value && take_value(c, value);
}

static bool take_and(const char **text)
{
	AUTO_FREE char *word = next_word(text);

	return word && !strcmp(word, "and");
}

static bool parse_all(struct odata_filter *f, const char *text, struct json_object *list, struct buf *why)
{
	do {
		struct condition *c = &f->conditions[f->count];

		if (f->count == CONDITIONS_MAX) {
			buf_add(why, "Invalid filter clause");
			return false;
		}
		f->count++;
		if (!take_condition(c, &text)) {
			buf_add(why, "Invalid filter clause");
			return false;
		}
		if (!odata_knows(list, c->member)) {
			buf_print(why, "Could not find a property named '%s' on this type.", c->member);
			return false;
		}
		text += strspn(text, " ");
	} while (*text && take_and(&text));
	if (*text)
		buf_add(why, "Invalid filter clause");
	return !*text;
}

bool odata_parse(const char *text, struct json_object *list, struct odata_filter **out, struct buf *why)
{
	struct odata_filter *f = mem_new(1, sizeof(*f));

	if (!parse_all(f, text, list, why)) {
		odata_free(f);
		return false;
	}
	*out = f;
	return true;
}

void odata_set_now(struct odata_filter *f, int64_t now)
{
	f->now = now;
}

static bool ordered(double mine, double value, const char *operator)
{
	bool equal = mine >= value && mine <= value;

	switch (operator[0] << 8 | operator[1]) {
	case 'e' << 8 | 'q':
		return equal;
	case 'n' << 8 | 'e':
		return !equal;
	case 'g' << 8 | 't':
		return mine > value;
	case 'g' << 8 | 'e':
		return mine >= value;
	case 'l' << 8 | 't':
		return mine < value;
	default:
		return mine <= value;
	}
}

static bool holds(const struct condition *c, struct json_object *row, int64_t now)
{
	bool equal_wanted = strcmp(c->operator, "ne") != 0;
	struct json_object *mine = NULL;
	double number;

	json_object_object_get_ex(row, c->member, &mine);
	if (c->in_list)
		return json_object_is_type(mine, json_type_array) && list_holds(mine, c->text);
	switch (c->kind) {
	case IS_NULL:
		return (mine == NULL) == equal_wanted;
	case IS_BOOL:
		return (mine && (json_object_get_boolean(mine) == (c->number > 0))) == equal_wanted;
	case IS_TEXT:
		return (mine && !strcmp(json_object_get_string(mine), c->text)) == equal_wanted;
	case IS_TIME:
	case IS_NUMBER:
		return member_number(row, c->member, now, &number) && ordered(number, c->number, c->operator);
	}
	return false;
}

bool odata_fits(struct json_object *row, void *filter)
{
	const struct odata_filter *f = filter;

	for (size_t i = 0; i < f->count; i++)
		if (!holds(&f->conditions[i], row, f->now))
			return false;
	return true;
}

bool odata_pins(const struct odata_filter *f, const char *member)
{
	for (size_t i = 0; f && i < f->count; i++)
		if (!strcmp(f->conditions[i].member, member) && !strcmp(f->conditions[i].operator, "eq"))
			return true;
	return false;
}

void odata_free(struct odata_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		free(f->conditions[i].member);
		free(f->conditions[i].operator);
		free(f->conditions[i].text);
	}
	free(f);
}
