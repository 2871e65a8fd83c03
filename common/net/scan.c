// SPDX-License-Identifier: GPL-3.0-or-later
/* A push parser: one state a byte, a bit a level, no recursion. Strings, where most bytes are, run in a loop of their
 * own. What is kept of a document is copied span by span into one of four buffers: the name at hand, the item, the
 * element of its inner list, the envelope. */
#include "net/scan.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/members.h"

/* Longer numbers are refused: no double needs them, and their size must be checked as one text. */
#define NUMBER_MAX 400
/* So often is the text measured that is kept. */
#define PIECE (16 * 1024)

enum state {
	START,         /* before the document */
	VALUE,
	FIRST_ELEMENT, /* behind `[`: a value or `]` */
	FIRST_NAME,    /* behind `{`: a name or `}` */
	NAME,
	COLON,
	AFTER_VALUE,   /* `,` or the closing bracket */
	STRING,
	STRING_ESCAPE,
	STRING_HEX,
	STRING_TAIL,   /* continuation bytes of UTF-8 */
	LITERAL,
	MINUS,
	ZERO,
	WHOLE,
	POINT,
	FRACTION,
	EXPONENT,
	EXPONENT_SIGN,
	EXPONENT_DIGITS,
	DONE,
	BROKEN,
};

struct scan {
	const char *const *lists;
	scan_item *item;
	void *data;

	enum state state;
	unsigned depth;      /* open brackets */
	uint32_t objects;    /* bit n: level n + 1 is an object */
	bool in_name;
	uint8_t left;        /* hex digits or continuation bytes to come */
	uint8_t low, high;   /* bounds of the next continuation byte */
	const char *literal; /* its letters to come */
	char number[NUMBER_MAX + 1];
	size_t number_len;

	bool found;
	bool candidate;      /* in an object that is a list if its first name is a number */
	unsigned item_depth; /* depth at which the list's elements stand, 0 outside of the list */
	uint32_t names_seen; /* bit n: lists[n] was met */
	struct buf name, element, envelope;
	unsigned inside, outside; /* values of the element at hand; all others */

	const char *inner_name; /* member of an item whose array is cut into its elements; NULL: none */
	void (*inner_begin)(void *data);
	scan_item *inner_item;
	bool inner_seen;     /* a member of that name was met in this item */
	bool inner_next;     /* the next value is that member's */
	unsigned inner_depth; /* depth at which the inner elements stand, 0 outside of them */
	size_t member_at;    /* where the name at hand begins in the item's text */
	struct buf inner;

	struct buf *keep;    /* where bytes go from `from` on; NULL: nowhere */
	const char *from;
	const char *chunk;   /* the bytes at hand, and how many came before them */
	size_t before;
};

_Static_assert(SCAN_DEPTH_MAX <= 32, "struct scan has a bit a level");

struct scan *scan_new(const char *const *lists, scan_item *item, void *data)
{
	struct scan *s = mem_new(1, sizeof(*s));

	s->lists = lists;
	s->item = item;
	s->data = data;
	return s;
}

void scan_free(struct scan *s)
{
	if (!s)
		return;
	buf_free(&s->name);
	buf_free(&s->element);
	buf_free(&s->envelope);
	buf_free(&s->inner);
	free(s);
}

void scan_cut_inner(struct scan *s, const char *name, void (*begin)(void *data), scan_item *element)
{
	s->inner_name = name;
	s->inner_begin = begin;
	s->inner_item = element;
}

void scan_reset(struct scan *s)
{
	struct scan fresh = { .lists = s->lists, .item = s->item, .data = s->data,
			      .name = s->name, .element = s->element, .envelope = s->envelope,
			      .inner_name = s->inner_name, .inner_begin = s->inner_begin, .inner_item = s->inner_item,
			      .inner = s->inner };

	*s = fresh;
	buf_cut(&s->name, 0);
	buf_cut(&s->element, 0);
	buf_cut(&s->envelope, 0);
	buf_cut(&s->inner, 0);
}

bool scan_found_list(const struct scan *s)
{
	return s->found;
}

const char *scan_envelope(const struct scan *s)
{
	return s->envelope.len ? buf_text(&s->envelope) : "{}";
}

static bool refuse(struct scan *s, const char *at, const char *why, struct err *e)
{
	s->state = BROKEN;
	return err_set(e, ERR_REPLY, "no valid JSON at byte %zu: %s", s->before + (size_t)(at - s->chunk) + 1, why);
}

static bool refuse_bulk(struct scan *s, struct err *e)
{
	s->state = BROKEN;
	return err_set(e, ERR_PARTIAL, "a part of more than %d MiB or %d values", SCAN_TEXT_MAX / 1024 / 1024, SCAN_VALUES_MAX);
}

static void keep_in(struct scan *s, struct buf *where, const char *from)
{
	s->keep = where;
	s->from = from;
}

static void keep_until(struct scan *s, const char *end)
{
	if (s->keep)
		buf_add_bytes(s->keep, s->from, (size_t)(end - s->from));
	s->keep = NULL;
}

static bool in_object(const struct scan *s)
{
	return s->objects >> (s->depth - 1) & 1;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_number_name(const struct buf *quoted)
{
	return quoted->len > 2 && strspn(quoted->data + 1, "0123456789") == quoted->len - 2;
}

/* Puts the member at hand into the envelope, up to its colon. */
static void begin_envelope_member(struct scan *s)
{
	if (s->envelope.len > 1)
		buf_add_char(&s->envelope, ',');
	buf_add_bytes(&s->envelope, s->name.data, s->name.len);
	buf_add_char(&s->envelope, ':');
}

/* A member of the top level: is it the list, or may it be? */
static bool begin_member(struct scan *s, const char *at, struct err *e)
{
	int i = 0;

	while (s->lists[i] && i < 32 && !members_is_name(s->name.data, s->name.len, s->lists[i]))
		i++;
	if (i < 32 && s->lists[i]) {
		if (s->names_seen >> i & 1)
			return refuse(s, at, "the list member is there twice", e);
		s->names_seen |= UINT32_C(1) << i;
		if (!s->found && *at == '[') {
			s->found = true;
			s->item_depth = 2;
			return true;
		}
		if (!s->found && *at == '{') {
			s->candidate = true;
			return true;
		}
	}
	begin_envelope_member(s);
	keep_in(s, &s->envelope, at);
	return true;
}

static void begin_item(struct scan *s, const char *at)
{
	keep_in(s, &s->element, at);
	s->inner_seen = false;
	if (s->inner_name)
		s->inner_begin(s->data);
}

/* The value of the member that may be the inner list: between its brackets the item's text keeps nothing. */
static void begin_inner(struct scan *s, const char *at)
{
	s->inner_next = false;
	if (*at != '[')
		return;
	keep_until(s, at + 1);
	s->inner_depth = s->depth + 1;
}

/* Before the first byte of a value below the top level. */
static bool begin_value(struct scan *s, const char *at, struct err *e)
{
	if (s->lists && s->depth == s->item_depth) {
		begin_item(s, at);
	} else if (s->lists && s->depth == s->inner_depth) {
		s->inside = 0;
		keep_in(s, &s->inner, at);
	} else if (s->lists && s->inner_next) {
		begin_inner(s, at);
	} else if (s->lists && s->depth == 1 && !begin_member(s, at, e)) {
		return false;
	}
	unsigned *count = s->keep == &s->element || s->keep == &s->inner ? &s->inside : &s->outside;
	return ++*count <= SCAN_VALUES_MAX || refuse_bulk(s, e);
}

static bool hand_out(struct scan *s, struct buf *text, scan_item *item, struct err *e)
{
	bool ok = item(text->data, text->len, s->data, e);

	buf_cut(text, 0);
	if (!ok)
		s->state = BROKEN;
	return ok;
}

/* Behind the last byte of a value; depth is that of its surroundings. */
static bool end_value(struct scan *s, const char *end, struct err *e)
{
	s->state = s->depth ? AFTER_VALUE : DONE;
	if (s->depth > 2 && s->depth == s->inner_depth) {
		keep_until(s, end);
		return hand_out(s, &s->inner, s->inner_item, e);
	}
	if (s->depth > 2)
		return true;
	if (!s->depth || !s->lists) {
		if (!s->depth)
			keep_until(s, end);
		return true;
	}
	if (s->depth == s->item_depth) {
		keep_until(s, end);
		s->inside = 0;
		if (strcmp(s->element.data, "null"))
			return hand_out(s, &s->element, s->item, e);
		buf_cut(&s->element, 0);
		return true;
	}
	if (s->depth == 1)
		keep_until(s, end);
	return true;
}

/* Is the scan among the members of an item that may hold an inner list? */
static bool in_item(const struct scan *s)
{
	return s->inner_name && s->item_depth && s->depth == s->item_depth + 1;
}

static void begin_name(struct scan *s, const char *at)
{
	s->in_name = true;
	s->state = STRING;
	if (!s->lists)
		return;
	if (in_item(s)) {
		keep_until(s, at);
		s->member_at = s->element.len;
		keep_in(s, &s->element, at);
	} else if (s->depth == 1)
		keep_in(s, &s->name, at);
	else if (s->depth == 2 && (s->candidate || s->item_depth == 2))
		keep_in(s, &s->element, at);
}

static bool end_member_name(struct scan *s, const char *end, struct err *e)
{
	keep_until(s, end);
	keep_in(s, &s->element, end);
	if (!members_is_name(s->element.data + s->member_at, s->element.len - s->member_at, s->inner_name))
		return true;
	if (s->inner_seen)
		return refuse(s, end - 1, "the inner list is there twice", e);
	s->inner_seen = s->inner_next = true;
	return true;
}

static bool end_name(struct scan *s, const char *end, struct err *e)
{
	bool first = s->candidate;

	s->in_name = false;
	s->state = COLON;
	if (!s->lists)
		return true;
	if (in_item(s))
		return end_member_name(s, end, e);
	if (s->depth > 2)
		return true;
	if (s->depth == 1) {
		keep_until(s, end);
		return true;
	}
	if (!first && s->item_depth != 2)
		return true;

	keep_until(s, end);
	bool number = is_number_name(&s->element);
	s->candidate = false;
	if (first && number) {
		s->found = true;
		s->item_depth = 2;
	} else if (first) {
		begin_envelope_member(s);
		buf_add_char(&s->envelope, '{');
		buf_add_bytes(&s->envelope, s->element.data, s->element.len);
		keep_in(s, &s->envelope, end);
	}
	buf_cut(&s->element, 0);
	return first || number || refuse(s, end - 1, "a list with numbers for names has another name", e);
}

static bool open_bracket(struct scan *s, const char *at, struct err *e)
{
	bool object = *at == '{';

	if (s->depth == SCAN_DEPTH_MAX)
		return refuse(s, at, "nested too deeply", e);
	if (object)
		s->objects |= UINT32_C(1) << s->depth;
	else
		s->objects &= ~(UINT32_C(1) << s->depth);
	s->depth++;
	s->state = object ? FIRST_NAME : FIRST_ELEMENT;
	return true;
}

static bool open_document(struct scan *s, const char *at, struct err *e)
{
	if (*at == '\xef')
		return refuse(s, at, "a byte order mark", e);
	if (*at != '{' && *at != '[')
		return refuse(s, at, "not an object or array", e);
	if (!s->lists)
		keep_in(s, &s->envelope, at);
	else
		buf_add_char(&s->envelope, '{');
	if (s->lists && *at == '[') {
		s->found = true;
		s->item_depth = 1;
	}
	return open_bracket(s, at, e);
}

static bool close_bracket(struct scan *s, const char *at, struct err *e)
{
	if ((*at == '}') != in_object(s))
		return refuse(s, at, "the wrong closing bracket", e);
	if (s->candidate) { /* an empty object proves no list */
		s->candidate = false;
		begin_envelope_member(s);
		buf_add(&s->envelope, "{}");
	}
	if (s->depth == s->item_depth)
		s->item_depth = 0;
	if (s->depth == s->inner_depth) {
		s->inner_depth = 0;
		keep_in(s, &s->element, at);
	}
	if (--s->depth == 0 && s->lists)
		buf_add_char(&s->envelope, '}');
	return end_value(s, at + 1, e);
}

static void begin_number(struct scan *s, char c)
{
	s->number_len = 0;
	s->number[s->number_len++] = c;
	s->state = c == '-' ? MINUS : c == '0' ? ZERO : WHOLE;
}

static bool take_value(struct scan *s, const char *at, struct err *e)
{
	static const char literals[][6] = { "true", "false", "null" };
	char c = *at;

	if (c == '"' || c == '{' || c == '[' || c == '-' || (c >= '0' && c <= '9')) {
		if (!begin_value(s, at, e))
			return false;
		if (c == '{' || c == '[')
			return open_bracket(s, at, e);
		if (c == '"')
			s->state = STRING;
		else
			begin_number(s, c);
		return true;
	}
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		if (c != literals[i][0])
			continue;
		s->literal = literals[i] + 1;
		s->state = LITERAL;
		return begin_value(s, at, e);
	}
	return refuse(s, at, "a value is expected", e);
}

/* What stands between the tokens and decides which comes next. */
static bool take_structure(struct scan *s, const char *at, struct err *e)
{
	char c = *at;

	switch (s->state) {
	case START:
		return open_document(s, at, e);
	case FIRST_ELEMENT:
		return c == ']' ? close_bracket(s, at, e) : take_value(s, at, e);
	case VALUE:
		return take_value(s, at, e);
	case FIRST_NAME:
		if (c == '}')
			return close_bracket(s, at, e);
		/* fallthrough */
	case NAME:
		if (c != '"')
			return refuse(s, at, "a name is expected", e);
		begin_name(s, at);
		return true;
	case COLON:
		s->state = VALUE;
		return c == ':' || refuse(s, at, "a colon is expected", e);
	case AFTER_VALUE:
		if (c == '}' || c == ']')
			return close_bracket(s, at, e);
		if (c != ',')
			return refuse(s, at, "a comma or a closing bracket is expected", e);
		s->state = in_object(s) ? NAME : VALUE;
		if (s->depth == 1)
			buf_cut(&s->name, 0);
		return true;
	default:
		return refuse(s, at, "something follows the document", e);
	}
}

static bool begin_utf8(struct scan *s, const char *at, struct err *e)
{
	uint8_t c = (uint8_t)*at;

	s->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	s->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	s->left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	s->state = STRING_TAIL;
	return (c >= 0xc2 && c <= 0xf4) || refuse(s, at, "no valid UTF-8", e);
}

static bool take_string_byte(struct scan *s, const char *at, struct err *e)
{
	uint8_t c = (uint8_t)*at;

	switch (s->state) {
	case STRING_ESCAPE:
		s->state = c == 'u' ? STRING_HEX : STRING;
		s->left = 4;
		return (c && strchr("\"\\/bfnrtu", c)) || refuse(s, at, "no such escape", e);
	case STRING_HEX:
		if (hex_digit(*at) < 0)
			return refuse(s, at, "no hexadecimal digit in an escape", e);
		if (!--s->left)
			s->state = STRING;
		return true;
	case STRING_TAIL:
		if (c < s->low || c > s->high)
			return refuse(s, at, "no valid UTF-8", e);
		s->low = 0x80;
		s->high = 0xbf;
		if (!--s->left)
			s->state = STRING;
		return true;
	default:
		if (c == '"')
			return s->in_name ? end_name(s, at + 1, e) : end_value(s, at + 1, e);
		if (c < 0x20)
			return refuse(s, at, "a control character in a string", e);
		if (c >= 0x80)
			return begin_utf8(s, at, e);
		s->state = STRING_ESCAPE;
		return true;
	}
}

static enum state number_goes_on(enum state state, char c)
{
	bool digit = c >= '0' && c <= '9';

	switch (state) {
	case MINUS:
		return c == '0' ? ZERO : digit ? WHOLE : BROKEN;
	case WHOLE:
		if (digit)
			return WHOLE;
		/* fallthrough */
	case ZERO:
		return c == '.' ? POINT : (c | 0x20) == 'e' ? EXPONENT : digit ? BROKEN : AFTER_VALUE;
	case POINT:
		return digit ? FRACTION : BROKEN;
	case FRACTION:
		return digit ? FRACTION : (c | 0x20) == 'e' ? EXPONENT : AFTER_VALUE;
	case EXPONENT:
		if (c == '+' || c == '-')
			return EXPONENT_SIGN;
		/* fallthrough */
	case EXPONENT_SIGN:
		return digit ? EXPONENT_DIGITS : BROKEN;
	default:
		return digit ? EXPONENT_DIGITS : AFTER_VALUE;
	}
}

static bool end_number(struct scan *s, const char *end, bool exponent, struct err *e)
{
	s->number[s->number_len] = '\0';
	if ((exponent || s->number_len > 300) && isinf(strtod(s->number, NULL)))
		return refuse(s, end, "a number too large for a double", e);
	return end_value(s, end, e);
}

/* The byte that ends a number is not part of it: *taken is false then. */
static bool take_number_byte(struct scan *s, const char *at, bool *taken, struct err *e)
{
	enum state now = s->state, next = number_goes_on(now, *at);

	*taken = next != AFTER_VALUE;
	if (next == AFTER_VALUE)
		return end_number(s, at, now == EXPONENT_DIGITS, e);
	if (next == BROKEN)
		return refuse(s, at, "no valid number", e);
	if (s->number_len == NUMBER_MAX)
		return refuse(s, at, "a number too long", e);
	s->number[s->number_len++] = *at;
	s->state = next;
	return true;
}

static bool take_literal_byte(struct scan *s, const char *at, struct err *e)
{
	if (*at != *s->literal)
		return refuse(s, at, "a value is expected", e);
	return *++s->literal || end_value(s, at + 1, e);
}

static const char *end_of_digits(struct scan *s, const char *p, const char *end)
{
	size_t room = NUMBER_MAX - s->number_len;

	if ((size_t)(end - p) < room)
		room = (size_t)(end - p);
	for (; room && *p >= '0' && *p <= '9'; room--)
		s->number[s->number_len++] = *p++;
	return p;
}

static bool take_bytes(struct scan *s, const char *p, const char *end, struct err *e)
{
	while (p < end) {
		bool taken = true, ok;

		switch (s->state) {
		case STRING:
			p = members_plain_run(p, end);
			if (p == end)
				return true;
			/* fallthrough */
		case STRING_ESCAPE:
		case STRING_HEX:
		case STRING_TAIL:
			ok = take_string_byte(s, p, e);
			break;
		case WHOLE:
		case FRACTION:
			p = end_of_digits(s, p, end);
			if (p == end)
				return true;
			/* fallthrough */
		case MINUS:
		case ZERO:
		case POINT:
		case EXPONENT:
		case EXPONENT_SIGN:
		case EXPONENT_DIGITS:
			ok = take_number_byte(s, p, &taken, e);
			break;
		case LITERAL:
			ok = take_literal_byte(s, p, e);
			break;
		default:
			ok = *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t' || take_structure(s, p, e);
			break;
		}
		if (!ok)
			return false;
		p += taken;
	}
	return true;
}

static bool feed_piece(struct scan *s, const char *bytes, size_t len, struct err *e)
{
	struct buf *keep;

	s->chunk = s->from = bytes;
	if (!take_bytes(s, bytes, bytes + len, e))
		return false;
	keep = s->keep;
	if (keep && keep->len + (size_t)(bytes + len - s->from) > SCAN_TEXT_MAX)
		return refuse_bulk(s, e);
	keep_until(s, bytes + len);
	s->keep = keep;
	s->before += len;
	return true;
}

bool scan_feed(struct scan *s, const char *bytes, size_t len, struct err *e)
{
	if (s->state == BROKEN)
		return err_set(e, ERR_REPLY, "no valid JSON, as was said before");
	for (size_t piece; len; bytes += piece, len -= piece) {
		piece = len < PIECE ? len : PIECE;
		if (!feed_piece(s, bytes, piece, e))
			return false;
	}
	return true;
}

bool scan_end(struct scan *s, struct err *e)
{
	if (s->state == DONE)
		return true;
	if (s->state == START)
		return err_set(e, ERR_REPLY, "no JSON: the reply is empty");
	if (s->state == BROKEN)
		return err_set(e, ERR_REPLY, "no valid JSON, as was said before");
	return err_set(e, ERR_REPLY, "no valid JSON: it ends at byte %zu, before the document does", s->before);
}
