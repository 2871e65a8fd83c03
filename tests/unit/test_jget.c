// SPDX-License-Identifier: GPL-3.0-or-later
/* Typed reads: a row for every notation that a member may have, as the decoding rules of the contract list them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "net/jget.h"
#include "unit/unit.h"

#define LONG_TEXT "0123456789012345678901234567890123456789012345678901234567890123456789"

static struct json_object *parse(const char *json)
{
	struct err e = { 0 };
	struct json_object *o = jget_parse(json, strlen(json), &e);

	ck_assert_msg(o != NULL, "%s: %s", json, e.text);
	return o;
}

/* An object whose member x is the row's value; NULL: has no x. */
static struct json_object *holder(const char *value)
{
	char json[512];

	if (value)
		snprintf(json, sizeof(json), "{\"X\":1,\"x\":%s}", value);
	else
		snprintf(json, sizeof(json), "{\"X\":1}");
	return parse(json);
}

static const struct {
	const char *value;
	enum got got;
	const char *text;
} texts[] = {
	{ NULL, UNSET, NULL },
	{ "null", UNSET, NULL },
	{ "\"\"", UNSET, NULL },
	{ "\"null\"", UNSET, NULL },
	{ "\"Null\"", GOT, "Null" },
	{ "\"nulls\"", GOT, "nulls" },
	{ "\" \"", GOT, " " },
	{ "\"ServiceNow \\u00e9 |\"", GOT, "ServiceNow \xc3\xa9 |" },
	{ "\"a\\u0000b\"", ODD, NULL },
	{ "\"null\\u0000\"", ODD, NULL },
	{ "\"\\u0000\"", ODD, NULL },
	{ "5", ODD, NULL },
	{ "0", ODD, NULL },
	{ "true", ODD, NULL },
	{ "[\"a\"]", ODD, NULL },
	{ "{}", ODD, NULL },
};

START_TEST(a_text)
{
	AUTO_JSON o = holder(texts[_i].value);
	const char *out = "before";

	ck_assert_int_eq(jget_text(o, "x", &out), texts[_i].got);
	ck_assert_str_eq(out, texts[_i].got == GOT ? texts[_i].text : "before");
	ck_assert_str_eq(jget_text_or(o, "x", "else"), texts[_i].got == GOT ? texts[_i].text : "else");
}
END_TEST

static const struct {
	const char *value;
	enum got number_got, int_got;
	double number;
	int64_t whole;
} numbers[] = {
	{ NULL, UNSET, UNSET, 0, 0 },
	{ "null", UNSET, UNSET, 0, 0 },
	{ "\"\"", UNSET, UNSET, 0, 0 },
	{ "\"null\"", UNSET, UNSET, 0, 0 },
	{ "0", GOT, GOT, 0, 0 },
	{ "-5", GOT, GOT, -5, -5 },
	{ "2147483648", GOT, GOT, 2147483648.0, 2147483648 },
	{ "9007199254740993", GOT, GOT, 9007199254740992.0, 9007199254740993 },
	{ "9223372036854775807", GOT, GOT, 9223372036854775808.0, INT64_MAX },
	{ "9223372036854775808", ODD, ODD, 0, 0 },
	{ "18446744073709551615", ODD, ODD, 0, 0 },
	{ "99999999999999999999999", ODD, ODD, 0, 0 },
	{ "-99999999999999999999999", ODD, ODD, 0, 0 },
	{ "1.5", GOT, ODD, 1.5, 0 },
	{ "5.0", GOT, GOT, 5, 5 },
	{ "1e3", GOT, GOT, 1000, 1000 },
	{ "1e300", GOT, ODD, 1e300, 0 },
	{ "-0.0", GOT, GOT, 0, 0 },
	{ "\"42\"", GOT, GOT, 42, 42 },
	{ "\"-42\"", GOT, GOT, -42, -42 },
	{ "\"007\"", GOT, GOT, 7, 7 },
	{ "\"9223372036854775807\"", GOT, GOT, 9223372036854775808.0, INT64_MAX },
	{ "\"9223372036854775808\"", GOT, ODD, 9223372036854775808.0, 0 },
	{ "\"1.25\"", GOT, ODD, 1.25, 0 },
	{ "\"-\"", ODD, ODD, 0, 0 },
	{ "\"+1\"", ODD, ODD, 0, 0 },
	{ "\"1.\"", ODD, ODD, 0, 0 },
	{ "\".5\"", ODD, ODD, 0, 0 },
	{ "\"1e3\"", ODD, ODD, 0, 0 },
	{ "\"0x10\"", ODD, ODD, 0, 0 },
	{ "\" 1\"", ODD, ODD, 0, 0 },
	{ "\"1 \"", ODD, ODD, 0, 0 },
	{ "\"5O\"", ODD, ODD, 0, 0 },
	{ "\"1\\u0000\"", ODD, ODD, 0, 0 },
	{ "\"nan\"", ODD, ODD, 0, 0 },
	{ "true", ODD, ODD, 0, 0 },
	{ "[1]", ODD, ODD, 0, 0 },
	{ "{}", ODD, ODD, 0, 0 },
};

START_TEST(a_number)
{
	AUTO_JSON o = holder(numbers[_i].value);
	double number = -1;
	int64_t whole = -1;

	ck_assert_int_eq(jget_number(o, "x", &number), numbers[_i].number_got);
	ck_assert_int_eq(jget_int(o, "x", &whole), numbers[_i].int_got);
	ck_assert_double_eq(number, numbers[_i].number_got == GOT ? numbers[_i].number : -1);
	ck_assert_int_eq(whole, numbers[_i].int_got == GOT ? numbers[_i].whole : -1);
}
END_TEST

static const struct {
	const char *value;
	enum got got;
	bool truth;
} bools[] = {
	{ NULL, UNSET, false },
	{ "null", UNSET, false },
	{ "\"\"", UNSET, false },
	{ "\"null\"", UNSET, false },
	{ "true", GOT, true },
	{ "false", GOT, false },
	{ "1", GOT, true },
	{ "0", GOT, false },
	{ "\"true\"", GOT, true },
	{ "\"False\"", GOT, false },
	{ "\"TRUE\"", GOT, true },
	{ "\"yes\"", ODD, false },
	{ "\"truest\"", ODD, false },
	{ "\"1\"", ODD, false },
	{ "2", ODD, false },
	{ "-1", ODD, false },
	{ "0.5", ODD, false },
	{ "[]", ODD, false },
	{ "{\"isSuccess\":true}", ODD, false },
};

START_TEST(a_truth_value)
{
	AUTO_JSON o = holder(bools[_i].value);

	for (int before = 0; before < 2; before++) {
		bool truth = before;

		ck_assert_int_eq(jget_bool(o, "x", &truth), bools[_i].got);
		ck_assert_int_eq(truth, bools[_i].got == GOT ? bools[_i].truth : before);
	}
}
END_TEST

static const struct {
	const char *value;
	enum got got;
	int64_t at;
} times[] = {
	{ NULL, UNSET, 0 },
	{ "null", UNSET, 0 },
	{ "\"\"", UNSET, 0 },
	{ "\"null\"", UNSET, 0 },
	{ "0", UNSET, 0 },
	{ "-1", UNSET, 0 },
	{ "-62135596800000", UNSET, 0 },
	{ "0.0", UNSET, 0 },
	{ "\"0\"", UNSET, 0 },
	{ "\"-62135596800\"", UNSET, 0 },
	{ "\"0001-01-01T00:00:00Z\"", UNSET, 0 },
	{ "\"1970-01-01T00:00:00Z\"", UNSET, 0 },
	{ "\"1970-01-01T00:00:01Z\"", GOT, 1 },
	{ "1795175880000", GOT, 1795175880 },
	{ "1795175880999", GOT, 1795175880 },
	{ "1795175880", GOT, 1795175880 },
	{ "1000000000", GOT, 1000000000 },
	{ "9999999999", GOT, 9999999999 },
	{ "1000000000000", GOT, 1000000000 },
	{ "9999999999999", GOT, 9999999999 },
	{ "1.79517588e12", GOT, 1795175880 },
	{ "\"1795175880000\"", GOT, 1795175880 },
	{ "\"1795175880\"", GOT, 1795175880 },
	{ "\"2026-11-20T11:58:00Z\"", GOT, 1795175880 },
	{ "\"2026-11-20T11:58:00.12Z\"", GOT, 1795175880 },
	{ "\"2026-11-20T11:58:00.123Z\"", GOT, 1795175880 },
	{ "\"2026-11-20T11:58:00.1234567Z\"", GOT, 1795175880 },
	{ "\"2026-11-20T12:58:00+01:00\"", GOT, 1795175880 },
	{ "\"9999-12-31T23:59:59.9999999Z\"", GOT, 253402300799 },
	{ "1", ODD, 0 },
	{ "999999999", ODD, 0 },
	{ "10000000000", ODD, 0 },
	{ "999999999999", ODD, 0 },
	{ "10000000000000", ODD, 0 },
	{ "99999999999999999999999", ODD, 0 },
	{ "\"20261120\"", ODD, 0 },
	{ "\"2026-11-20\"", ODD, 0 },
	{ "\"2026-11-20T11:58:00\"", ODD, 0 },
	{ "\"2026-02-30T11:58:00Z\"", ODD, 0 },
	{ "\"yesterday\"", ODD, 0 },
	{ "\"2026-11-20T11:58:00Z\\u0000\"", ODD, 0 },
	{ "true", ODD, 0 },
	{ "[1795175880000]", ODD, 0 },
	{ "{}", ODD, 0 },
};

START_TEST(a_time)
{
	AUTO_JSON o = holder(times[_i].value);
	int64_t at = 7;

	ck_assert_int_eq(jget_time(o, "x", &at), times[_i].got);
	ck_assert_int_eq(at, times[_i].got == GOT ? times[_i].at : 7);
}
END_TEST

static const struct {
	const char *value;
	enum got got;
	int64_t code;
	const char *text;
} enums[] = {
	{ NULL, UNSET, 0, NULL },
	{ "null", UNSET, 0, NULL },
	{ "\"\"", UNSET, 0, NULL },
	{ "\"null\"", UNSET, 0, NULL },
	{ "0", GOT, 0, NULL },
	{ "-2", GOT, -2, NULL },
	{ "2147483648", GOT, 2147483648, NULL },
	{ "\"HIGH\"", GOT, INT64_MIN, "HIGH" },
	{ "\"2\"", GOT, 2, NULL },
	{ "\"2a\"", GOT, INT64_MIN, "2a" },
	{ "[0,\"EXISTS\"]", GOT, 0, "EXISTS" },
	{ "[\"3\",\"TRASHED\"]", GOT, 3, "TRASHED" },
	{ "[]", ODD, 0, NULL },
	{ "[0]", ODD, 0, NULL },
	{ "[0,null]", ODD, 0, NULL },
	{ "[null,\"EXISTS\"]", ODD, 0, NULL },
	{ "[\"EXISTS\",0]", ODD, 0, NULL },
	{ "[0,\"EXISTS\",1]", ODD, 0, NULL },
	{ "1.5", ODD, 0, NULL },
	{ "true", ODD, 0, NULL },
	{ "{}", ODD, 0, NULL },
};

START_TEST(a_code_and_its_name)
{
	AUTO_JSON o = holder(enums[_i].value);
	int64_t code = 99;
	const char *text = "before";

	ck_assert_int_eq(jget_enum(o, "x", &code, &text), enums[_i].got);
	if (enums[_i].got != GOT) {
		ck_assert_int_eq(code, 99);
		ck_assert_str_eq(text, "before");
		return;
	}
	ck_assert_int_eq(code, enums[_i].code);
	ck_assert_pstr_eq(text, enums[_i].text);
}
END_TEST

static const struct {
	const char *value;
	enum got object, array;
} containers[] = {
	{ NULL, UNSET, UNSET },       { "null", UNSET, UNSET }, { "\"\"", UNSET, UNSET },
	{ "\"null\"", UNSET, UNSET }, { "{}", GOT, ODD },       { "[]", ODD, GOT },
	{ "\"{}\"", ODD, ODD },       { "0", ODD, ODD },        { "false", ODD, ODD },
};

START_TEST(an_object_or_array)
{
	AUTO_JSON o = holder(containers[_i].value);
	struct json_object *object = o, *array = o;

	ck_assert_int_eq(jget_object(o, "x", &object), containers[_i].object);
	ck_assert_int_eq(jget_array(o, "x", &array), containers[_i].array);
	ck_assert(json_object_is_type(object, json_type_object));
	ck_assert((object == o) == (containers[_i].object != GOT));
	ck_assert((array == o) == (containers[_i].array != GOT));
}
END_TEST

static const struct {
	const char *value, *raw;
} raws[] = {
	{ NULL, "absent" },
	{ "null", "null" },
	{ "\"null\"", "\"null\"" },
	{ "{ \"a\" : [ 1 , true ] }", "{\"a\":[1,true]}" },
	{ "\"a/b\"", "\"a/b\"" },
	{ "1.50", "1.50" },
	{ "\"" LONG_TEXT "\"", "\"01234567890123456789012345678901234567890123456789012345678…" },
	/* as long as fits, and one byte more */
	{ "\"0123456789012345678901234567890123456789012345678901234567890\"",
	  "\"0123456789012345678901234567890123456789012345678901234567890\"" },
	{ "\"01234567890123456789012345678901234567890123456789012345678901\"",
	  "\"01234567890123456789012345678901234567890123456789012345678…" },
	/* not inside a character */
	{ "\"0123456789012345678901234567890123456789012345678901234567ä0123456789\"",
	  "\"0123456789012345678901234567890123456789012345678901234567…" },
};

START_TEST(a_raw_value)
{
	AUTO_JSON o = holder(raws[_i].value);
	char out[JGET_RAW_SIZE];

	ck_assert_str_eq(jget_raw(o, "x", out), raws[_i].raw);
}
END_TEST

START_TEST(what_is_no_object_has_no_members)
{
	AUTO_JSON array = parse("[{\"x\":1}]");
	struct json_object *const holders[] = { NULL, array };
	char raw[JGET_RAW_SIZE];
	int64_t n = 7;

	for (int i = 0; i < ROWS(holders); i++) {
		ck_assert_int_eq(jget_int(holders[i], "x", &n), UNSET);
		ck_assert_str_eq(jget_raw(holders[i], "x", raw), "absent");
	}
	ck_assert_int_eq(n, 7);
}
END_TEST

START_TEST(names_are_told_apart_by_case)
{
	AUTO_JSON o = parse("{\"Level\":1,\"level\":2}");
	int64_t n = 0;

	ck_assert_int_eq(jget_int(o, "level", &n), GOT);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(jget_int(o, "LEVEL", &n), UNSET);
}
END_TEST

static const struct {
	const char *json;
	bool good;
} documents[] = {
	{ "{}", true },    { "[1]", true },         { "\"x\"", true }, { "5", true },       { "-1.5e3", true },
	{ "true", true },  { " {\"a\":1} ", true }, { "", false },     { "{", false },      { "{} x", false },
	{ "[1,]", false }, { "[1]]", false },       { "tru", false },  { "/**/{}", false }, { "[", false },
};

START_TEST(a_document)
{
	struct err e = { 0 };
	size_t len = strlen(documents[_i].json);
	char *exact = malloc(len + 1); /* a sanitizer sees a byte read beyond */
	memcpy(exact, documents[_i].json, len);
	exact = realloc(exact, len ? len : 1);
	AUTO_JSON o = jget_parse(exact, len, &e);

	ck_assert_msg((o != NULL) == documents[_i].good, "%s: %s", documents[_i].json, e.text);
	ck_assert_int_eq(e.kind, documents[_i].good ? ERR_NONE : ERR_REPLY);
	free(exact);
}
END_TEST

static bool parses_at_depth(int levels)
{
	char json[128] = "";
	struct err e = { 0 };

	for (int i = 0; i < levels; i++)
		json[i] = '[';
	json[levels] = '1';
	for (int i = 0; i < levels; i++)
		json[levels + 1 + i] = ']';
	AUTO_JSON o = jget_parse(json, strlen(json), &e);
	return o;
}

START_TEST(a_document_is_as_deep_as_the_scanner_allows)
{
	ck_assert(parses_at_depth(32));
	ck_assert(!parses_at_depth(33));
}
END_TEST

static const struct {
	const char *object, *first, *text;
	bool there, set;
} firsts[] = {
	{ "{}", "a", "none", false, false },
	{ "{\"a\":\"x\",\"b\":\"y\"}", "a", "x", true, true },
	{ "{\"b\":\"y\"}", "b", "y", true, true },
	{ "{\"a\":null,\"b\":\"y\"}", "b", "y", true, true },
	{ "{\"a\":\"\",\"b\":\"null\",\"c\":0}", "c", "none", true, true },
	{ "{\"b\":null}", "b", "none", true, false },
	{ "{\"a\":7,\"c\":\"z\"}", "a", "z", true, true },
	{ "[]", "a", "none", false, false },
};

START_TEST(first_row)
{
	static const char *const names[] = { "a", "b", "c", NULL };
	struct err e;
	AUTO_JSON o = jget_parse(firsts[_i].object, strlen(firsts[_i].object), &e);
	const char *first = jget_first(o, names);

	ck_assert_str_eq(first, firsts[_i].first);
	ck_assert_str_eq(jget_first_text(o, names, "none"), firsts[_i].text);
	ck_assert(jget_is_there(o, first) == firsts[_i].there);
	ck_assert(jget_is_set(o, first) == firsts[_i].set);
}
END_TEST

/* The member `a` of each. */
static const char *const opened[] = {
	"{}",
	"{ \"b\" : 1 }",
	"{\"a\":null}",
	"{\"a\":true,\"b\":false}",
	"{\"b\":true,\"a\":false}",
	"{\"a\":0}",
	"{\"a\":-0}",
	"{\"a\":-12}",
	"{\"a\":999999999999999999}",
	"{\"a\":9223372036854775807}",
	"{\"a\":9223372036854775808}",
	"{\"a\":1.50}",
	"{\"a\":1e3\n}",
	"{\"a\":\"\"}",
	"{\"a\":\"\xc3\xa4\"}",
	"{\"a\":\"\\u00e4\\\"}],\\\\\",\"b\":1}",
	"{\"a\":\"x\\u0000y\"}",
	"{\"b\":\"\\\"a\\\":2\",\"a\":{\"a\":[1,{\"a\":\"}]\"}]} }",
	"{\r\n\t\"a\" : [ ] , \"b\" : {} }",
	"{\"a\":1,\"a\":2}",
	"{\"a\":1,\"\\u0061\":2}",
	"{\"\\u0061\":1,\"\\u0061b\":2,\"\\u00e4\":3,\"\\na\":4,\"aa\":5,\"\":6}",
};

START_TEST(an_opened_object_reads_as_a_parsed_one)
{
	struct err e = { 0 };
	AUTO_JSON whole = jget_parse(opened[_i], strlen(opened[_i]), &e);
	AUTO_JSON o = jget_open(opened[_i], strlen(opened[_i]), &e);
	char raw[JGET_RAW_SIZE], expected[JGET_RAW_SIZE];

	ck_assert_msg(whole && o, "%s", e.text);
	for (int twice = 0; twice < 2; twice++) {
		ck_assert(jget_is_there(o, "a") == jget_is_there(whole, "a"));
		ck_assert(jget_is_set(o, "a") == jget_is_set(whole, "a"));
		ck_assert_str_eq(jget_raw(o, "a", raw), jget_raw(whole, "a", expected));
	}
}
END_TEST

START_TEST(a_broken_document_leaves_nothing_behind)
{
	struct err e = { 0 };
	const char *text = NULL;

	ck_assert_ptr_null(jget_parse("\"\\ud800\\u", 9, &e));
	AUTO_JSON next = jget_parse("{\"a\":\"\\u0041\"}", 14, &e);
	ck_assert_int_eq(jget_text(next, "a", &text), GOT);
	ck_assert_str_eq(text, "A");
}
END_TEST

START_TEST(what_is_no_object_opens_as_it_is)
{
	struct err e = { 0 };
	AUTO_JSON list = jget_open("[1]", 3, &e);
	AUTO_JSON number = jget_open("12", 2, &e);

	ck_assert(json_object_is_type(list, json_type_array));
	ck_assert_int_eq(json_object_get_int(number), 12);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("jget");
	TCase *t = tcase_create("jget");

	tcase_add_loop_test(t, a_text, 0, ROWS(texts));
	tcase_add_loop_test(t, a_number, 0, ROWS(numbers));
	tcase_add_loop_test(t, a_truth_value, 0, ROWS(bools));
	tcase_add_loop_test(t, a_time, 0, ROWS(times));
	tcase_add_loop_test(t, a_code_and_its_name, 0, ROWS(enums));
	tcase_add_loop_test(t, an_object_or_array, 0, ROWS(containers));
	tcase_add_loop_test(t, a_raw_value, 0, ROWS(raws));
	tcase_add_test(t, what_is_no_object_has_no_members);
	tcase_add_test(t, names_are_told_apart_by_case);
	tcase_add_loop_test(t, a_document, 0, ROWS(documents));
	tcase_add_test(t, a_document_is_as_deep_as_the_scanner_allows);
	tcase_add_loop_test(t, first_row, 0, ROWS(firsts));
	tcase_add_loop_test(t, an_opened_object_reads_as_a_parsed_one, 0, ROWS(opened));
	tcase_add_test(t, a_broken_document_leaves_nothing_behind);
	tcase_add_test(t, what_is_no_object_opens_as_it_is);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(suite)
