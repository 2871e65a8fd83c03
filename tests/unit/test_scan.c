// SPDX-License-Identifier: GPL-3.0-or-later
/* The scanner against rows, against itself fed in pieces of every size, and against json-c as an oracle. */
#include <iconv.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "net/jget.h"
#include "net/scan.h"
#include "unit/unit.h"

static const char *const lists[] = { "data", "streams", NULL };

/* Items in one text, each with a `;` behind it. */
static bool collect(const char *json, size_t len, void *data, struct err *e)
{
	struct buf *items = data;

	(void)e;
	ck_assert_uint_eq(strlen(json), len);
	buf_add(items, json);
	buf_add_char(items, ';');
	return true;
}

/* Each piece is a block of its own, so that a sanitizer sees a byte read beyond it. */
static bool feed(struct scan *s, const char *json, size_t len, size_t piece, struct err *e)
{
	for (size_t at = 0; at < len; at += piece) {
		size_t part = len - at < piece ? len - at : piece;
		char *copy = malloc(part);

		memcpy(copy, json + at, part);
		bool ok = scan_feed(s, copy, part, e);
		free(copy);
		if (!ok)
			return false;
	}
	return scan_end(s, e);
}

static const struct {
	const char *json, *items, *envelope;
	bool found;
} whole[] = {
	{ "{}", "", "{}", false },
	{ " \r\n\t{ } \n", "", "{}", false },
	{ "[]", "", "{}", true },
	{ "[1]", "1;", "{}", true },
	{ "[ {\"data\":[1]} , null,[2,[3]],\"x\",true,-0.5e+3 ]", "{\"data\":[1]};[2,[3]];\"x\";true;-0.5e+3;", "{}",
	  true },
	{ "{\"data\":[]}", "", "{}", true },
	{ "{\"data\":[null]}", "", "{}", true },
	{ "{\"data\":[\"null\",[null],null]}", "\"null\";[null];", "{}", true },
	{ "{\"data\":[{\"a\":1},{\"b\":[{}]}],\"hasNext\":false}", "{\"a\":1};{\"b\":[{}]};", "{\"hasNext\":false}",
	  true },
	{ "{\"total\":2,\"data\":[1,2]}", "1;2;", "{\"total\":2}", true },
	{ "{ \"a\" : { \"data\" : [ 1 ] } , \"data\" : [ 1 , 2 ] , \"b\" : [ 3 ] }", "1;2;",
	  "{\"a\":{ \"data\" : [ 1 ] },\"b\":[ 3 ]}", true },
	{ "{\"a\":1,\"data\":[1],\"b\":\"x\",\"c\":null}", "1;", "{\"a\":1,\"b\":\"x\",\"c\":null}", true },
	/* the first of the names in the document is the list */
	{ "{\"streams\":[1],\"data\":[2]}", "1;", "{\"data\":[2]}", true },
	{ "{\"streams\":null,\"data\":[2]}", "2;", "{\"streams\":null}", true },
	{ "{\"data\":5,\"streams\":[2]}", "2;", "{\"data\":5}", true },
	/* what is no list */
	{ "{\"data\":null}", "", "{\"data\":null}", false },
	{ "{\"data\":\"[1]\"}", "", "{\"data\":\"[1]\"}", false },
	{ "{\"Data\":[1],\"dat\":[2],\"data2\":[3],\"\":[4]}", "", "{\"Data\":[1],\"dat\":[2],\"data2\":[3],\"\":[4]}",
	  false },
	{ "{\"data\":{}}", "", "{\"data\":{}}", false },
	{ "{\"a\":0,\"data\":{ },\"b\":1}", "", "{\"a\":0,\"data\":{},\"b\":1}", false },
	{ "{\"data\":{\"_id\":\"x\",\"0\":[1,{\"1\":2}]},\"b\":1}", "",
	  "{\"data\":{\"_id\":\"x\",\"0\":[1,{\"1\":2}]},\"b\":1}", false },
	{ "{\"data\":{\"\":1}}", "", "{\"data\":{\"\":1}}", false },
	{ "{\"data\":{\"1a\":1}}", "", "{\"data\":{\"1a\":1}}", false },
	{ "{\"data\":{\"x\":1},\"streams\":{\"0\":1}}", "1;", "{\"data\":{\"x\":1}}", true },
	/* an object that is one */
	{ "{\"data\":{\"0\":{\"a\":1},\"1\":null,\"2\":[3]},\"b\":1}", "{\"a\":1};[3];", "{\"b\":1}", true },
	{ "{\"data\" : { \"0\" : 1 , \"10\" : {\"x\":{\"y\":0}} }}", "1;{\"x\":{\"y\":0}};", "{}", true },
	/* names are compared as they are meant */
	{ "{\"d\\u0061t\\u0061\":[1]}", "1;", "{}", true },
	{ "{\"d\\u0061t\\u00e1\":[1],\"d\\t\":2,\"d\xc3\xa1ta\":3}", "",
	  "{\"d\\u0061t\\u00e1\":[1],\"d\\t\":2,\"d\xc3\xa1ta\":3}", false },
	/* texts */
	{ "[\"\",\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\",\"}]{[,:\"]",
	  "\"\";\"a\\\"b\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\";\"}]{[,:\";", "{}", true },
	{ "[\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\x7f\"]",
	  "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\x7f\";", "{}", true },
	/* numbers */
	{ "[0,-0,10,1.5,0.00,1e5,1E-5,1.25e+10,1e-400,1.7976931348623157e308]",
	  "0;-0;10;1.5;0.00;1e5;1E-5;1.25e+10;1e-400;1.7976931348623157e308;", "{}", true },
	{ "[123456789012345678901234567890]", "123456789012345678901234567890;", "{}", true },
};

START_TEST(a_whole_document_is_cut_in_items_and_envelope)
{
	size_t len = strlen(whole[_i].json);

	for (size_t piece = 1; piece <= len; piece++) {
		AUTO_BUF items = { 0 };
		struct scan *s = scan_new(lists, collect, &items);
		struct err e = { 0 };

		ck_assert_msg(feed(s, whole[_i].json, len, piece, &e), "%s: %s", whole[_i].json, e.text);
		ck_assert_str_eq(buf_text(&items), whole[_i].items);
		ck_assert_str_eq(scan_envelope(s), whole[_i].envelope);
		ck_assert_int_eq(scan_found_list(s), whole[_i].found);
		scan_free(s);
	}
}
END_TEST

static const struct {
	const char *json;
	unsigned at; /* byte of the complaint, 0: the end */
	const char *why;
} broken[] = {
	{ "", 0, "no JSON: the reply is empty" },
	{ " \n", 0, "no JSON: the reply is empty" },
	{ "{", 0, "before the document does" },
	{ "[1", 0, "before the document does" },
	{ "[1]]", 4, "something follows" },
	{ "{}{}", 3, "something follows" },
	{ "[] x", 4, "something follows" },
	{ "\xef\xbb\xbf[]", 1, "byte order mark" },
	{ "1", 1, "not an object or array" },
	{ "\"x\"", 1, "not an object or array" },
	{ "null", 1, "not an object or array" },
	{ "<html>", 1, "not an object or array" },
	{ "[1,]", 4, "a value is expected" },
	{ "[,1]", 2, "a value is expected" },
	{ "[1 2]", 4, "a comma or a closing bracket" },
	{ "[1}", 3, "wrong closing bracket" },
	{ "{\"a\":1]", 7, "wrong closing bracket" },
	{ "{a:1}", 2, "a name is expected" },
	{ "{'a':1}", 2, "a name is expected" },
	{ "{\"a\":1,}", 8, "a name is expected" },
	{ "{\"a\"}", 5, "a colon is expected" },
	{ "{\"a\":}", 6, "a value is expected" },
	{ "{1:1}", 2, "a name is expected" },
	{ "[/*x*/1]", 2, "a value is expected" },
	{ "[NaN]", 2, "a value is expected" },
	{ "[Infinity]", 2, "a value is expected" },
	{ "[-Infinity]", 3, "no valid number" },
	{ "[True]", 2, "a value is expected" },
	{ "[nul]", 5, "a value is expected" },
	{ "[truee]", 6, "a comma or a closing bracket" },
	{ "[01]", 3, "no valid number" },
	{ "[-]", 3, "no valid number" },
	{ "[+1]", 2, "a value is expected" },
	{ "[.5]", 2, "a value is expected" },
	{ "[1.]", 4, "no valid number" },
	{ "[1.e5]", 4, "no valid number" },
	{ "[1e]", 4, "no valid number" },
	{ "[1e+]", 5, "no valid number" },
	{ "[0x1]", 3, "a comma or a closing bracket" },
	{ "[1e400]", 7, "too large for a double" },
	{ "[-1E+309]", 9, "too large for a double" },
	{ "[1.7976931348623159e308]", 24, "too large for a double" },
	{ "[\"\\x\"]", 4, "no such escape" },
	{ "[\"\\u12g4\"]", 7, "no hexadecimal digit" },
	{ "[\"\n\"]", 3, "a control character" },
	{ "[\"\x1f\"]", 3, "a control character" },
	{ "[\"\x80\"]", 3, "no valid UTF-8" },
	{ "[\"\xc0\x80\"]", 3, "no valid UTF-8" },
	{ "[\"\xc3(\"]", 4, "no valid UTF-8" },
	{ "[\"\xe0\x9f\xbf\"]", 4, "no valid UTF-8" },
	{ "[\"\xed\xa0\x80\"]", 4, "no valid UTF-8" },
	{ "[\"\xe2\x82\"]", 5, "no valid UTF-8" },
	{ "[\"\xf0\x8f\xbf\xbf\"]", 4, "no valid UTF-8" },
	{ "[\"\xf4\x90\x80\x80\"]", 4, "no valid UTF-8" },
	{ "[\"\xf5\x80\x80\x80\"]", 3, "no valid UTF-8" },
	{ "[\xc2\xa0"
	  "1]",
	  2, "a value is expected" },
	{ "{\"data\":[1],\"data\":[2]}", 20, "there twice" },
	{ "{\"data\":[1],\"d\\u0061ta\":null}", 25, "there twice" },
	{ "{\"data\":null,\"data\":[]}", 21, "there twice" },
	{ "{\"data\":{\"0\":1,\"total\":2}}", 22, "another name" },
};

START_TEST(a_broken_document_is_refused_at_its_byte)
{
	size_t len = strlen(broken[_i].json);

	for (size_t piece = 1; piece <= len + 1; piece++) {
		AUTO_BUF items = { 0 };
		struct scan *s = scan_new(lists, collect, &items);
		struct err e = { 0 };
		char place[32];

		ck_assert_msg(!feed(s, broken[_i].json, len, piece, &e), "%s", broken[_i].json);
		ck_assert_int_eq(e.kind, ERR_REPLY);
		ck_assert_msg(strstr(e.text, broken[_i].why), "%s: %s", broken[_i].json, e.text);
		snprintf(place, sizeof(place), "at byte %u:", broken[_i].at);
		if (broken[_i].at)
			ck_assert_msg(strstr(e.text, place), "%s: %s", broken[_i].json, e.text);
		scan_free(s);
	}
}
END_TEST

START_TEST(a_nul_is_no_blank)
{
	static const char inside[] = "[1\0]", behind[] = "[1]\0", in_text[] = "[\"a\0b\"]";
	AUTO_BUF items = { 0 };
	struct scan *s = scan_new(lists, collect, &items);
	struct err e = { 0 };

	ck_assert(!feed(s, inside, sizeof(inside) - 1, 9, &e));
	scan_reset(s);
	ck_assert(!feed(s, behind, sizeof(behind) - 1, 9, &e));
	scan_reset(s);
	ck_assert(!feed(s, in_text, sizeof(in_text) - 1, 9, &e));
	scan_free(s);
}
END_TEST

static bool accepts_depth(size_t levels, bool objects)
{
	AUTO_BUF items = { 0 };
	AUTO_BUF json = { 0 };
	struct scan *s = scan_new(lists, collect, &items);
	struct err e = { 0 };

	for (size_t i = 0; i < levels; i++)
		buf_add(&json, objects ? "{\"a\":" : "[");
	buf_add(&json, "1");
	for (size_t i = 0; i < levels; i++)
		buf_add(&json, objects ? "}" : "]");
	bool ok = feed(s, json.data, json.len, json.len, &e);
	if (!ok)
		ck_assert_msg(strstr(e.text, "nested too deeply"), "%s", e.text);
	scan_free(s);
	return ok;
}

START_TEST(depth_has_a_limit)
{
	ck_assert(accepts_depth(SCAN_DEPTH_MAX, false));
	ck_assert(accepts_depth(SCAN_DEPTH_MAX, true));
	ck_assert(!accepts_depth(SCAN_DEPTH_MAX + 1, false));
	ck_assert(!accepts_depth(SCAN_DEPTH_MAX + 1, true));
	ck_assert(!accepts_depth(100000, false));
}
END_TEST

static bool accepts_digits(size_t count)
{
	AUTO_BUF items = { 0 };
	AUTO_BUF json = { 0 };
	struct scan *s = scan_new(lists, collect, &items);
	struct err e = { 0 };

	buf_add_char(&json, '[');
	for (size_t i = 0; i < count; i++)
		buf_add_char(&json, '9');
	buf_add_char(&json, ']');
	bool ok = feed(s, json.data, json.len, 7, &e);
	scan_free(s);
	return ok;
}

START_TEST(a_number_fits_a_double)
{
	ck_assert(accepts_digits(308));
	ck_assert(!accepts_digits(309)); /* 9.99e308 */
	ck_assert(!accepts_digits(400));
	ck_assert(!accepts_digits(401)); /* too long to look at */
}
END_TEST

START_TEST(without_lists_the_document_is_the_envelope)
{
	static const char *const documents[] = { "{ \"data\": [1, null], \"data\": 2 }", "[1, {\"data\":[2]}]" };
	struct scan *s = scan_new(NULL, NULL, NULL);
	struct err e = { 0 };

	for (size_t i = 0; i < 2; i++) {
		for (size_t piece = 1; piece < 40; piece += 6) {
			scan_reset(s);
			ck_assert_msg(feed(s, documents[i], strlen(documents[i]), piece, &e), "%s", e.text);
			ck_assert_str_eq(scan_envelope(s), documents[i]);
			ck_assert(!scan_found_list(s));
		}
	}
	scan_free(s);
}
END_TEST

static bool stop_at_two(const char *json, size_t len, void *data, struct err *e)
{
	(void)len;
	++*(int *)data;
	return strcmp(json, "2") || err_set(e, ERR_PARTIAL, "two is enough");
}

START_TEST(an_item_can_stop_the_scan)
{
	struct err e = { 0 };
	int seen = 0;
	struct scan *s = scan_new(lists, stop_at_two, &seen);

	ck_assert(!scan_feed(s, "[1,2,3]", 7, &e));
	ck_assert_int_eq(e.kind, ERR_PARTIAL);
	ck_assert_str_eq(e.text, "two is enough");
	ck_assert_int_eq(seen, 2);
	ck_assert(!scan_feed(s, " ", 1, &e));
	ck_assert_int_eq(e.kind, ERR_REPLY);
	ck_assert(!scan_end(s, &e));
	ck_assert_int_eq(seen, 2);
	scan_free(s);
}
END_TEST

/* Behind `head` so many times `unit` and then `tail`; the text is yours. */
static char *bulk(const char *head, size_t times, const char *unit, const char *tail)
{
	struct buf text = { 0 };

	buf_add(&text, head);
	for (size_t i = 0; i < times; i++)
		buf_add(&text, unit);
	buf_add(&text, tail);
	return buf_take(&text);
}

#define MIB_4 ((size_t)4 * 1024 * 1024)
#define PIECE ((size_t)16 * 1024)

static const struct {
	const char *head, *unit, *tail;
	size_t fits, over;
} bulks[] = {
	{ "{\"data\":[[", "1,", "1]]}", SCAN_VALUES_MAX - 2, SCAN_VALUES_MAX - 1 },         /* the row itself is one */
	{ "{\"data\":[1,[", "{},", "1],[2]]}", SCAN_VALUES_MAX - 2, SCAN_VALUES_MAX - 1 },  /* each row has its own */
	{ "{\"data\":[],\"x\":[", "[],", "1]}", SCAN_VALUES_MAX - 3, SCAN_VALUES_MAX - 2 }, /* of the envelope the list is one */
	{ "{", "\"x\":1,", "\"data\":[]}", SCAN_VALUES_MAX - 1, SCAN_VALUES_MAX },
	{ "{\"data\":[\"", "x", "\"]}", MIB_4 - 64, MIB_4 + PIECE },
	{ "{\"data\":[],\"x\":\"", "x", "\"}", MIB_4 - 64, MIB_4 + PIECE },
	{ "{\"", "x", "\":1}", MIB_4 - 64, MIB_4 + PIECE },
};

START_TEST(a_part_has_bounds)
{
	for (int bad = 0; bad < 2; bad++) {
		AUTO_FREE char *json = bulk(bulks[_i].head, bad ? bulks[_i].over : bulks[_i].fits, bulks[_i].unit, bulks[_i].tail);
		AUTO_BUF items = { 0 };
		struct err e = { 0 };
		struct scan *s = scan_new(lists, collect, &items);
		bool ok = scan_feed(s, json, strlen(json), &e);

		ck_assert_msg(ok == !bad, "%s: %s", bulks[_i].head, e.text);
		ck_assert_int_eq(e.kind, bad ? ERR_PARTIAL : ERR_NONE);
		ck_assert_str_eq(e.text, bad ? "a part of more than 4 MiB or 32768 values" : "");
		scan_free(s);
	}
}
END_TEST

START_TEST(reset_forgets_everything)
{
	AUTO_BUF items = { 0 };
	struct scan *s = scan_new(lists, collect, &items);
	struct err e = { 0 };

	ck_assert(!feed(s, "{\"a\":1,\"data\":[{\"x\":", 20, 20, &e));
	scan_reset(s);
	ck_assert(!scan_found_list(s));
	ck_assert_msg(feed(s, "{\"b\":2,\"data\":[1]}", 18, 5, &e), "%s", e.text);
	ck_assert_str_eq(buf_text(&items), "1;");
	ck_assert_str_eq(scan_envelope(s), "{\"b\":2}");
	scan_reset(s);
	ck_assert_msg(feed(s, "[]", 2, 2, &e), "%s", e.text);
	ck_assert_str_eq(scan_envelope(s), "{}");
	scan_free(s);
}
END_TEST

/* The oracle */

static const char *const seeds[] = {
	"{\"data\":[{\"_id\":\"69a2\",\"appId\":14509,\"api\":{\"isConnected\":false,\"x\":null}},{\"_id\":\"b\"}],"
	"\"hasNext\":true,\"total\":2}",
	"[{\"a\":[1,-2.5e3,0.0,10],\"b\":\"\\u00e9\\n\\\\\"},null,[[]],{},true,false,"
	"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"]",
	"{ \"streams\" : { \"0\" : { \"t\" : 1795174500000 } , \"1\" : \"x\" } , \"max\" : 100 , \"e\" : { \"data\" : "
	"[ 1 ] } }",
	"{\"value\":[1,2],\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/x?$skip=2\",\"n\":-1e-7}",
	"{\"data\":{\"k\":[1e10,{\"0\":{}}]},\"d\":[],\"z\":\"\\ud83d\\ude00\\/\"}",
};

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % n;
}

static const char *const snippets[] = {
	"{",        "}",           "[",  "]", ",",    ":",     "\"",           "\\",     "null", "true",
	"NaN",      "Infinity",    "1.", "-", "0",    "1e400", "\"data\":[3]", "\"0\":", "\\u",  "\\ud800",
	"\x80",     "\xe2\x82",    "\n", " ", "/**/", "'",     "\x01",         "E",      "+",    ".5",
	"[[[[[[[[", "\xef\xbb\xbf"
};

static void mutate(struct buf *json)
{
	size_t at = random_below((unsigned)json->len + 1);
	AUTO_BUF old = { 0 };

	buf_add_bytes(&old, json->data, json->len);
	buf_cut(json, at);
	switch (random_below(4)) {
	case 0: /* without a byte */
		at += at < old.len;
		break;
	case 1: /* another byte */
		buf_add_char(json, (char)(1 + random_below(255)));
		at += at < old.len;
		break;
	case 2: /* a piece twice, or without it */
		at = random_below((unsigned)old.len + 1);
		break;
	default:
		buf_add(json, snippets[random_below(sizeof(snippets) / sizeof(snippets[0]))]);
		break;
	}
	buf_add_bytes(json, old.data + at, old.len - at);
}

static struct json_object *oracle(const char *json, size_t len)
{
	struct json_tokener *t = json_tokener_new_ex(200);

	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *o = json_tokener_parse_ex(t, json, (int)len);
	if (json_tokener_get_error(t) != json_tokener_success || json_tokener_get_parse_end(t) != len) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(t);
	return o;
}

/* json-c lets overlong forms and surrogates pass, so the C library is the oracle for UTF-8. */
static bool is_utf8(const char *text, size_t len)
{
	char *in = (char *)text, out[4096];
	iconv_t convert = iconv_open("UTF-32LE", "UTF-8");

	ck_assert(convert != (iconv_t)-1);
	while (len) {
		char *to = out;
		size_t room = sizeof(out), before = len;

		iconv(convert, &in, &len, &to, &room);
		if (len == before)
			break;
	}
	iconv_close(convert);
	return !len;
}

/* Where the scanner is stricter than json-c, and why. */
static bool is_known_difference(const char *json, const char *complaint)
{
	static const char *const reasons[] = {
		"not an object or array", "too large for a double", "nested too deeply", "there twice",
		"another name",           "a control character", /* json-c before 0.17 lets them pass */
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(complaint, reasons[i]))
			return true;
	if (strstr(complaint, "UTF-8") || strstr(complaint, "byte order mark"))
		return !is_utf8(json, strlen(json)) || strstr(json, "\xef\xbb\xbf");
	if (strstr(json, "NaN") || strstr(json, "Infinity"))
		return true;
	return strstr(complaint, "no valid number") != NULL; /* `1.`, `00`, `-.5` */
}

static bool compare_item(const char *json, size_t len, void *data, struct err *e)
{
	struct json_object *array = data;
	AUTO_JSON item = jget_parse(json, len, e);

	if (strcmp(json, "null"))
		ck_assert_msg(item != NULL, "%s: %s", json, e->text);
	json_object_array_add(array, json_object_get(item));
	return true;
}

static struct json_object *list_of(struct json_object *document)
{
	if (json_object_is_type(document, json_type_array))
		return document;
	json_object_object_foreach(document, name, value)
	{
		if (strcmp(name, "data") && strcmp(name, "streams"))
			continue;
		if (json_object_is_type(value, json_type_array))
			return value;
		if (!json_object_is_type(value, json_type_object) || !json_object_object_length(value))
			continue;
		struct json_object_iterator begin = json_object_iter_begin(value);
		const char *first = json_object_iter_peek_name(&begin);
		if (*first && strspn(first, "0123456789") == strlen(first))
			return value;
	}
	return NULL;
}

/* The oracle's elements without null, as an array of its own. */
static struct json_object *elements(struct json_object *list)
{
	struct json_object *array = json_object_new_array();

	if (json_object_is_type(list, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(list); i++)
			if (json_object_array_get_idx(list, i))
				json_object_array_add(array, json_object_get(json_object_array_get_idx(list, i)));
	} else if (list) {
		json_object_object_foreach(list, name, value)
		{
			(void)name;
			if (value)
				json_object_array_add(array, json_object_get(value));
		}
	}
	return array;
}

static void compare_trees(struct json_object *document, struct json_object *items, const struct scan *s,
			  const char *json)
{
	struct json_object *list = list_of(document);
	AUTO_JSON wanted = elements(list);
	AUTO_JSON rest = NULL;
	struct err e = { 0 };
	AUTO_JSON envelope = jget_parse(scan_envelope(s), strlen(scan_envelope(s)), &e);

	ck_assert_msg(envelope != NULL, "%s: %s", scan_envelope(s), e.text);
	ck_assert_msg(scan_found_list(s) == (list != NULL), "%s", json);
	ck_assert_msg(json_object_equal(wanted, items), "%s\n%s", json, json_object_to_json_string(items));
	if (json_object_is_type(document, json_type_array))
		return;
	rest = json_object_new_object();
	json_object_object_foreach(document, name, value)
	{
		if (!list || value != list)
			json_object_object_add(rest, name, json_object_get(value));
	}
	ck_assert_msg(json_object_equal(rest, envelope), "%s\n%s", json, scan_envelope(s));
}

/* json-c keeps the last of equal names, the scanner hands out all of them. */
static bool names_are_unique(const char *json, struct json_object *document)
{
	const char *text = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN);
	size_t before = 0, after = 0;

	for (const char *p = json; *p; p++)
		before += *p == ':';
	for (const char *p = text; *p; p++)
		after += *p == ':';
	return before == after;
}

START_TEST(json_c_agrees)
{
	AUTO_BUF json = { 0 };
	unsigned accepted = 0, compared = 0, strict = 0;

	random_state = 0x9e3779b97f4a7c15u + (unsigned)_i;
	for (int round = 0; round < 4000; round++) {
		struct err e = { 0 };
		AUTO_JSON items = json_object_new_array();
		struct scan *s = scan_new(lists, compare_item, items);

		buf_cut(&json, 0);
		buf_add(&json, seeds[_i]);
		for (unsigned n = random_below(4); n; n--)
			mutate(&json);
		AUTO_JSON document = oracle(json.data, json.len);
		bool ok = feed(s, json.data, json.len, 1 + random_below(40), &e);
		if (ok)
			ck_assert_msg(document && is_utf8(json.data, json.len), "the oracle refuses %s", json.data);
		else if (document)
			ck_assert_msg(is_known_difference(json.data, e.text), "%s: %s", e.text, json.data);
		accepted += ok;
		strict += !ok && document;
		if (ok && names_are_unique(json.data, document)) {
			compare_trees(document, items, s, json.data);
			compared++;
		}
		scan_free(s);
	}
	ck_assert_uint_gt(compared, 300); /* or the test proves nothing */
	ck_assert_uint_ge(accepted, compared);
	ck_assert_uint_lt(strict, 400);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scan");
	TCase *t = tcase_create("scan");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_whole_document_is_cut_in_items_and_envelope, 0, ROWS(whole));
	tcase_add_loop_test(t, a_broken_document_is_refused_at_its_byte, 0, ROWS(broken));
	tcase_add_test(t, a_nul_is_no_blank);
	tcase_add_test(t, depth_has_a_limit);
	tcase_add_test(t, a_number_fits_a_double);
	tcase_add_test(t, without_lists_the_document_is_the_envelope);
	tcase_add_test(t, an_item_can_stop_the_scan);
	tcase_add_loop_test(t, a_part_has_bounds, 0, ROWS(bulks));
	tcase_add_test(t, reset_forgets_everything);
	tcase_add_loop_test(t, json_c_agrees, 0, ROWS(seeds));
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(suite)
