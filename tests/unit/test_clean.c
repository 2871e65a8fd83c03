// SPDX-License-Identifier: GPL-3.0-or-later
/* The sanitiser against hostile names: each row of the table of characters, alone and in company. */
#include "unit/unit.h"

#include <string.h>

#include "monitor/clean.h"

#define BAD "\xef\xbf\xbd"

static const struct {
	const char *text, *cleaned;
} texts[] = {
	{ "", "" },
	{ "Salesforce (production)", "Salesforce (production)" },
	{ "a\nb", "a b" },
	{ "a\r\nb", "a b" },
	{ "p\tq\x01r\x1b[31ms\x7ft", "p q r [31ms t" },
	{ "\x07", " " },
	{ "p\xc2\x85q\xc2\x9br", "p q r" },
	{ "a|b", "a/b" },
	{ "a||b", "a//b" },
	{ "mail a|b=c is stuck | real=1;2;3", "mail a/b=c is stuck / real=1;2;3" },
	{ "<unknown>", "(unknown)" },
	{ "<b>50%</b>", "(b)50%(/b)" },
	{ "C:\\new\\table", "C:/new/table" },
	{ "\\n", "/n" },
	{ "[OK]", "[ OK]" },
	{ "(OK)", "( OK)" },
	{ "<OK>", "( OK)" },
	{ "[OK>", "[ OK)" },
	{ "x [WARNING] y (CRITICAL) z", "x [ WARNING] y ( CRITICAL) z" },
	{ "[UNKNOWN][UP](DOWN)[INFO]", "[ UNKNOWN][ UP]( DOWN)[ INFO]" },
	{ "[\xe2\x80\x8bOK]", "[ OK]" },
	{ "[O\xe2\x80\x8bK]", "[ OK]" },
	{ "[NOT OK]", "[NOT OK]" },
	{ "[ok]", "[ok]" },
	{ "OK]", "OK]" },
	{ "[OKAY]", "[OKAY]" },
	{ "[]()", "[]()" },
	{ "@@@@@", "@@@@@" },
	{ "@@@@@@", "@@@@@" },
	{ "a@@@@@@@@@@@b@@@@@@", "a@@@@@b@@@@@" },
	{ "@@@\xe2\x80\x8b@@@", "@@@@@" },
	{ "admin@contoso.com", "admin@contoso.com" },
	{ "a;b", "a;b" },
	{ "a,b", "a, b" },
	{ "a, b", "a, b" },
	{ "a,,b", "a, , b" },
	{ "a,\nb", "a, b" },
	{ "p,\xe2\x80\x8bq", "p, q" },
	{ "a,", "a," },
	{ ",a", ", a" },
	{ "1,234,567", "1, 234, 567" },
	/* hidden characters */
	{ "ev\xe2\x80\xaelive", "evlive" },
	{ "p\xe2\x80\x8eq\xe2\x80\x8fr\xd8\x9cs", "pqrs" },
	{ "p\xe2\x80\xa8q\xe2\x80\xa9r", "pqr" },
	{ "p\xe2\x81\xa6q\xe2\x81\xa9r\xef\xbb\xbfs\xe2\x81\xa0t", "pqrst" },
	{ "p\xc2\xadq\xf3\xa0\x81\x81r", "pqr" },
	/* kept as they are */
	{ "`$HOME` & ~'\"%s$(id)", "`$HOME` & ~'\"%s$(id)" },
	{ "M\xc3\xbcnchen \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80",
	  "M\xc3\xbcnchen \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80" },
	{ "\xc2\xa0", "\xc2\xa0" },
	{ "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd" },
	/* broken UTF-8 */
	{ "caf\xe9", "caf" BAD },
	{ "\xe9t\xe9", BAD "t" BAD },
	{ "\x80", BAD },
	{ "\xc3", BAD },
	{ "\xe2\x82", BAD },
	{ "\xe2\x82|", BAD "/" },
	{ "\xe2\x28\xa1", BAD "(" BAD },
	{ "\xc0\x80", BAD BAD },
	{ "\xc1\xbf", BAD BAD },
	{ "\xe0\x80\xaf", BAD BAD BAD },
	{ "\xf0\x80\x80\xaf", BAD BAD BAD BAD },
	{ "\xed\xa0\x80", BAD BAD BAD },
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD },
	{ "\xf0\x9f\x98", BAD },
	{ "\xf0\x9f\x98x", BAD "x" },
	{ "\xff\xfe", BAD BAD },
	{ "\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD },
};

START_TEST(text_row)
{
	AUTO_BUF out = { 0 };
	AUTO_BUF again = { 0 };

	clean_text(texts[_i].text, &out);
	ck_assert_str_eq(buf_text(&out), texts[_i].cleaned);
	clean_text(buf_text(&out), &again);
	ck_assert_msg(!strcmp(buf_text(&again), texts[_i].cleaned), "cleaning '%s' twice gives '%s'", texts[_i].cleaned,
		      buf_text(&again));
}
END_TEST

START_TEST(what_stands_before_is_left_alone)
{
	AUTO_BUF out = { 0 };

	buf_add(&out, "a,");
	clean_text("b", &out);
	buf_add(&out, "[");
	clean_text("OK]\n", &out);
	buf_add(&out, "x ");
	clean_text("\ny", &out);
	ck_assert_str_eq(buf_text(&out), "a,b[OK] x  y");
}
END_TEST

START_TEST(every_byte_alone)
{
	AUTO_BUF out = { 0 };

	for (int c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, 'b', '\0' };

		buf_cut(&out, 0);
		clean_first_line(text, &out);
		ck_assert_msg(!strpbrk(buf_text(&out), "|<>\\;\n\r\t\x1b\x7f"), "byte %d gives '%s'", c,
			      buf_text(&out));
		ck_assert(out.data[0] == 'a' && out.data[out.len - 1] == 'b');
	}
}
END_TEST

static const struct {
	const char *text, *cleaned;
} first_lines[] = {
	{ "a;b", "a, b" },
	{ "a; b", "a, b" },
	{ "a;;b;", "a, , b," },
	{ "[OK] a|b", "[ OK] a/b" },
};

START_TEST(first_line_row)
{
	AUTO_BUF out = { 0 };

	clean_first_line(first_lines[_i].text, &out);
	ck_assert_str_eq(buf_text(&out), first_lines[_i].cleaned);
}
END_TEST

static const struct {
	const char *text, *label;
} labels[] = {
	{ "Box failed", "'Box failed'" },
	{ "it's", "'it_s'" },
	{ "a=b|c:d\"e$f#g\\h;i", "'a_b_c_d_e_f_g_h_i'" },
	{ "test::a", "'test__a'" },
	{ "p\nq\x7fr", "'p_q_r'" },
	{ "", "'_'" },
	{ "caf\xe9", "'caf" BAD "'" },
	{ "M\xc3\xbcnchen <b>", "'M\xc3\xbcnchen (b)'" },
	{ "ev\xe2\x80\xaelive", "'evlive'" },
};

START_TEST(label_row)
{
	AUTO_BUF out = { 0 };

	clean_label(labels[_i].text, &out);
	ck_assert_str_eq(buf_text(&out), labels[_i].label);
}
END_TEST

static const struct {
	const char *text;
	size_t max;
	const char *cut; /* NULL: nothing goes */
} cuts[] = {
	{ "abc", 3, NULL },
	{ "abc", 4, NULL },
	{ "abc", 2, "ab" },
	{ "abc", 0, "" },
	{ "a\xc3\xbc", 3, NULL },
	{ "a\xc3\xbc", 2, "a" },
	{ "a\xe2\x82\xac", 3, "a" },
	{ "a\xe2\x82\xac", 2, "a" },
	{ "\xf0\x9f\x98\x80z", 4, "\xf0\x9f\x98\x80" },
	{ "\xf0\x9f\x98\x80z", 3, "" },
	{ "", 0, NULL },
};

START_TEST(cut_row)
{
	AUTO_BUF out = { 0 };

	buf_add(&out, cuts[_i].text);
	ck_assert_int_eq(clean_cut(&out, cuts[_i].max), cuts[_i].cut != NULL);
	ck_assert_str_eq(buf_text(&out), cuts[_i].cut ? cuts[_i].cut : cuts[_i].text);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("clean");
	TCase *tests = tcase_create("clean");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, text_row, 0, ROWS(texts));
	tcase_add_test(tests, what_stands_before_is_left_alone);
	tcase_add_test(tests, every_byte_alone);
	tcase_add_loop_test(tests, first_line_row, 0, ROWS(first_lines));
	tcase_add_loop_test(tests, label_row, 0, ROWS(labels));
	tcase_add_loop_test(tests, cut_row, 0, ROWS(cuts));
	return suite;
}

UNIT_MAIN(make_suite)
