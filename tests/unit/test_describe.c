// SPDX-License-Identifier: GPL-3.0-or-later
/* The faces of a small table, letter by letter; and of a large and hostile one, by their limits. */
#include "monitor/describe.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "monitor/describe_own.h"
#include "unit/unit.h"

static const char *const modes[] = { "fast", "slow", NULL };
static const char *const faces[] = { "man", "json", NULL };

struct settings {
	bool all, help;
	int verbose, mode, describe, custom;
	int64_t lines;
	char *host, *token;
	struct strings include, skip, added;
};

static bool parse_custom(const char *value, void *settings, struct err *e)
{
	(void)value;
	(void)settings;
	(void)e;
	return true;
}

static const struct opt own_rows[] = {
	OPT_FLAG('a', "all", all, "takes everything"),
	OPT_INT(0, "max-lines", lines, "10", "N", 1, 100, "number of lines"),
	OPT_CHOICE(0, "mode", mode, "fast", modes, "MODE", "how it goes"),
	{ OPT_IS_LIST, .name = "add", .at = OPT_AT(struct settings, added, struct strings), .fallback = "x,y", .keep_default = true,
	  .arg = "GLOB", .help = "more \"names\" in C:\\dir" },
	OPT_LIST(0, "skip", skip, "*z*", "GLOB", "fewer names"),
	OPT_END
};

static const struct opt connection_rows[] = {
	OPT_TEXT('H', "hostname", host, NULL, "HOST", "whom to ask"),
	{ OPT_IS_SECRET, .name = "api-token", .at = OPT_AT(struct settings, token, char *), .arg = "SECRET", .help = "the token",
	  .azure = "AZURE_TOKEN" },
	OPT_END
};

static const struct opt frame_rows[] = {
	{ OPT_IS_BREAK, 'h', "help", OPT_AT(struct settings, help, bool), .help = "prints this" },
	{ OPT_IS_COUNT, 'v', "verbose", OPT_AT(struct settings, verbose, int), .help = "more detail" },
	{ OPT_IS_CUSTOM, 't', "timeout", .arg = "SECONDS", .parse = parse_custom, .last_counts = true, .fallback = "30",
	  .help = "time limit" },
	{ OPT_IS_CUSTOM, .name = "state", .arg = "CLASS:STATE", .parse = parse_custom, .help = "state of a class" },
	OPT_LIST(0, "include", include, NULL, "GLOB", "only these"),
	OPT_CHOICE(0, "describe", describe, NULL, faces, "AS", "prints the table"),
	OPT_END
};

static const struct metric metrics[] = {
	METRIC_COUNT("failed", NULL, "0", "tasks that failed"),
	METRIC_PEAK("check_age", "24h", "48h", "age of the oldest check"),
	{ 0 }
};

static const char *const examples[] = {
	"check_mdca_tiny --hostname=contoso.us2.portal.cloudappsecurity.com --max-lines=5 -a", "all of them", NULL
};

static const struct endpoint endpoints[] = {
	{ "/security/secureScores", "00000003", "SecurityEvents.Read.All", "SecurityEvents.Read.All" },
	{ "/api/v1/governance/", "05a65629", NULL, "Global reader" },
	{ .path = NULL },
};

static const struct page page = {
	.name = "check_mdca_tiny", .version = "1.2.0", .summary = "tasks that failed",
	.about = "Looks at tasks.\n\n.Begins with a point - isn't odd.", .permission = "Global reader", .endpoints = endpoints, .requests = "one",
	.service = "portal", .examples = examples,
};

struct bench {
	struct settings set;
	struct opt_group groups[4];
	struct opt_table table;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ 0 };
	b->groups[0] = (struct opt_group){ .title = "Own", .rows = own_rows, .settings = &b->set, .own = true };
	b->groups[1] = (struct opt_group){ .title = "Connection", .rows = connection_rows, .settings = &b->set, .environment = true };
	b->groups[2] = (struct opt_group){ .title = "Frame", .rows = frame_rows, .settings = &b->set };
	b->table = (struct opt_table){ "check_mdca_tiny", b->groups, metrics, NULL };
}

static const char help_text[] =
	"check_mdca_tiny v1.2.0 (mdca-plugins 1.2.0)\n"
	"Copyright (C) 2026 the mdca-plugins authors\n"
	"Licence GPL-3.0-or-later; there is no warranty, as far as the law permits.\n"
	"\n"
	"Tasks that failed.\n"
	"\n"
	"Looks at tasks.\n"
	"\n"
	".Begins with a point - isn't odd.\n"
	"\n"
	"Usage:\n"
	" check_mdca_tiny [OPTION]...\n"
	"\n"
	"An argument wins over a section of --extra-opts, a section over MDCA_... in the\n"
	"environment, that over AZURE_... there, and of several the last one. Repeatable\n"
	"options add up; their first value replaces the default. Options are written in\n"
	"full: abbreviations are refused.\n"
	"\n"
	"Own:\n"
	" -a, --all\n"
	"    takes everything\n"
	" --max-lines=N\n"
	"    number of lines (1 to 100; default: 10)\n"
	" --mode=MODE\n"
	"    how it goes (fast, slow; default: fast)\n"
	" --add=GLOB\n"
	"    more \"names\" in C:\\dir (default: x, y, to which given ones are added)\n"
	" --skip=GLOB\n"
	"    fewer names (default: *z*, which given ones replace)\n"
	"\n"
	"Connection:\n"
	" Each is read from the environment, too: MDCA_HOSTNAME is --hostname.\n"
	" -H, --hostname=HOST\n"
	"    whom to ask\n"
	" MDCA_API_TOKEN, or api-token=SECRET in a section of --extra-opts\n"
	"    the token (also AZURE_TOKEN in the environment; --api-token is refused,\n"
	"    because arguments can be read by everyone)\n"
	"\n"
	"Frame:\n"
	" -h, --help\n"
	"    prints this\n"
	" -v, --verbose\n"
	"    more detail\n"
	" -t, --timeout=SECONDS\n"
	"    time limit (default: 30)\n"
	" --state=CLASS:STATE\n"
	"    state of a class\n"
	" --include=GLOB\n"
	"    only these\n"
	" --describe=AS\n"
	"    prints the table (man, json)\n"
	"\n"
	"Options from a file:\n"
	" --extra-opts=[SECTION][@FILE]\n"
	"    reads further options from this section of an ini file, before all\n"
	"    arguments; keys are the long names, key= sets a flag; repeatable, `-` as the\n"
	"    file is standard input. Without SECTION the one named like the program;\n"
	"    without FILE what MP_CONFIG_FILE names, or the first monitoring-plugins.ini\n"
	"    in the folders of NAGIOS_CONFIG_PATH and MP_CONFIG_PATH,\n"
	"    /usr/local/etc/monitoring-plugins, /usr/local/etc, /etc/monitoring-plugins\n"
	"    or /etc, or an older plugins.ini\n"
	"\n"
	"Thresholds:\n"
	" -w, --warning=RANGE\n"
	"    makes WARNING when the first metric is outside this range (here failed)\n"
	" -c, --critical=RANGE\n"
	"    makes CRITICAL when the first metric is outside this range (here failed)\n"
	" --warning-NAME=RANGE\n"
	"    the same for the metric NAME, its underscores written as hyphens\n"
	" --critical-NAME=RANGE\n"
	"    the same for CRITICAL\n"
	" --ignore-NAME\n"
	"    removes both ranges of the metric NAME\n"
	"\n"
	"Metrics, with their default ranges:\n"
	" name       unit  warning  critical  meaning\n"
	" failed           -        0         tasks that failed\n"
	" check_age  s     24h      48h       age of the oldest check\n"
	"\n"
	"RANGE is [@][START:]END. The state changes when the value lies outside START to\n"
	"END; both ends are inside. START is 0 when left out, ~ as START is no lower\n"
	"bound, nothing behind the colon no upper bound, and @ turns it round: an alarm\n"
	"inside. Ranges of metrics in s take durations in s, m, h, d and w, as in 36h,\n"
	"30d: or 1h:2d. CRITICAL is judged before WARNING. An empty RANGE removes the\n"
	"default.\n"
	"\n"
	"Permission:\n"
	" Global reader\n"
	"\n"
	"Requests in one run:\n"
	" one\n"
	"\n"
	"Examples:\n"
	" check_mdca_tiny --hostname=contoso.us2.portal.cloudappsecurity.com \\\n"
	"     --max-lines=5 -a\n"
	"    all of them\n"
	"\n"
	"Exit status:\n"
	" 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Only a metric outside its range makes\n"
	" WARNING or CRITICAL; trouble, an answer that is not complete, and an item that\n"
	" cannot be judged make UNKNOWN, unless --error-state says otherwise. --help and\n"
	" --version end with 3, --describe with 0.\n"
	"\n"
	"Please report faults to the issue tracker of mdca-plugins, with the output of\n"
	"-vv, which holds no secret.\n";

static const char usage_text[] =
	"Usage: check_mdca_tiny [-w RANGE] [-c RANGE] [--warning-NAME=RANGE]\n"
	"    [--critical-NAME=RANGE] [--ignore-NAME] [-a] [--max-lines=N] [--mode=MODE]\n"
	"    [--add=GLOB] [--skip=GLOB] [-H HOST] [-h] [-v] [-t SECONDS]\n"
	"    [--state=CLASS:STATE] [--include=GLOB] [--describe=AS]\n"
	"    [--extra-opts=[SECTION][@FILE]]\n"
	"NAME: failed, check-age\n"
	"More: check_mdca_tiny --help\n";

static const char icinga_text[] =
	"object CheckCommand \"mdca_tiny\" {\n"
	"  command = [ PluginContribDir + \"/check_mdca_tiny\" ]\n"
	"  timeout = 1m\n"
	"  env.MDCA_API_TOKEN = \"$mdca_api_token$\"\n"
	"  arguments = {\n"
	"    \"--extra-opts\" = { value = \"$mdca_extra_opts$\", separator = \"=\", repeat_key = true, order = -1, description = \"EXTRA\" }\n"
	"    \"--all\" = { set_if = \"$mdca_tiny_all$\", description = \"takes everything\" }\n"
	"    \"--max-lines\" = { value = \"$mdca_tiny_max_lines$\", separator = \"=\", description = \"number of lines (1 to 100; default: 10)\" }\n"
	"    \"--mode\" = { value = \"$mdca_tiny_mode$\", separator = \"=\", description = \"how it goes (fast, slow; default: fast)\" }\n"
	"    \"--add\" = { value = \"$mdca_tiny_add$\", separator = \"=\", repeat_key = true, description = \"more \\\"names\\\" in C:\\\\dir "
	"(default: x, y, to which given ones are added)\" }\n"
	"    \"--skip\" = { value = \"$mdca_tiny_skip$\", separator = \"=\", repeat_key = true, description = \"fewer names (default: *z*, which "
	"given ones replace)\" }\n"
	"    \"--hostname\" = { value = \"$mdca_hostname$\", separator = \"=\", description = \"whom to ask\" }\n"
	"    \"--verbose\" = { set_if = \"$mdca_verbose$\", description = \"more detail\" }\n"
	"    \"--timeout\" = { value = \"$mdca_timeout$\", separator = \"=\", order = -1, description = \"time limit (default: 30)\" }\n"
	"    \"--state\" = { value = \"$mdca_state$\", separator = \"=\", repeat_key = true, description = \"state of a class\" }\n"
	"    \"--include\" = { value = \"$mdca_tiny_include$\", separator = \"=\", repeat_key = true, description = \"only these\" }\n"
	"    \"--warning-failed\" = { value = \"$mdca_tiny_warning_failed$\", separator = \"=\", description = \"Range of failed: tasks that "
	"failed (default: none)\" }\n"
	"    \"--critical-failed\" = { value = \"$mdca_tiny_critical_failed$\", separator = \"=\", description = \"Range of failed: tasks that "
	"failed (default: 0)\" }\n"
	"    \"--ignore-failed\" = { set_if = \"$mdca_tiny_ignore_failed$\", description = \"Removes both ranges of failed\" }\n"
	"    \"--warning-check-age\" = { value = \"$mdca_tiny_warning_check_age$\", separator = \"=\", description = \"Range of check_age: age of "
	"the oldest check (default: 24h)\" }\n"
	"    \"--critical-check-age\" = { value = \"$mdca_tiny_critical_check_age$\", separator = \"=\", description = \"Range of check_age: age "
	"of the oldest check (default: 48h)\" }\n"
	"    \"--ignore-check-age\" = { set_if = \"$mdca_tiny_ignore_check_age$\", description = \"Removes both ranges of check_age\" }\n"
	"  }\n"
	"}\n";

/* Puts text in place of the first `what`. */
static char *replaced(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);

	ck_assert_ptr_nonnull(at);
	return mem_print("%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
}

START_TEST(help)
{
	struct bench b;
	AUTO_BUF out = { 0 };

	bench_init(&b);
	describe_help(&page, &b.table, &out);
	ck_assert_str_eq(buf_text(&out), help_text);
}
END_TEST

START_TEST(version)
{
	AUTO_BUF out = { 0 };

	describe_version(&page, &out);
	ck_assert_str_eq(buf_text(&out), "check_mdca_tiny v1.2.0 (mdca-plugins 1.2.0)\n");
}
END_TEST

START_TEST(usage)
{
	struct bench b;
	AUTO_BUF out = { 0 };

	bench_init(&b);
	describe_usage(&page, &b.table, &out);
	ck_assert_str_eq(buf_text(&out), usage_text);
}
END_TEST

START_TEST(icinga)
{
	struct bench b;
	AUTO_BUF out = { 0 };
	AUTO_FREE char *want = replaced(icinga_text, "EXTRA", options_extra_opts.help);

	bench_init(&b);
	describe_icinga(&page, &b.table, &out);
	ck_assert_str_eq(buf_text(&out), want);
}
END_TEST

/* Each must stand in the manual page. */
static const char *const man_rows[] = {
	".TH CHECK_MDCA_TINY 1 2026-11-20 \"mdca\\-plugins 1.2.0\" \"Monitoring Plugins\"\n",
	".SH NAME\ncheck_mdca_tiny \\- tasks that failed\n",
	".SH SYNOPSIS\n.B check_mdca_tiny\n[\\fIOPTION\\fR]...\n",
	".SH DESCRIPTION\nTasks that failed.\n.PP\nLooks at tasks.\n.PP\n\\&.Begins with a point \\- isn\\(aqt odd.\n.SH OPTIONS\n",
	".SS \"Own\"\n.TP\n\\fB\\-a\\fR, \\fB\\-\\-all\\fR\ntakes everything\n",
	".TP\n\\fB\\-\\-max\\-lines\\fR=\\fIN\\fR\nnumber of lines (1 to 100; default: 10)\n",
	"\nmore \\(dqnames\\(dq in C:\\(rsdir (default: x, y, to which given ones are added)\n",
	".TP\n\\fBMDCA_API_TOKEN, or api\\-token=SECRET in a section of \\-\\-extra\\-opts\\fR\nthe token (also ",
	".SS \"Options from a file\"\n.TP\n\\fB\\-\\-extra\\-opts\\fR=\\fI[SECTION][@FILE]\\fR\nreads ",
	" \\(ga\\-\\(ga as the ",
	".SH THRESHOLDS\n.TP\n\\fB\\-w\\fR, \\fB\\-\\-warning\\fR=\\fIRANGE\\fR\nmakes WARNING ",
	".PP\nNAME is one of failed, check\\-age.\n",
	".SH \"PERFORMANCE DATA\"\n",
	".TP\n\\fBfailed\\fR\ntasks that failed (warning: none, critical: 0)\n",
	".TP\n\\fBcheck_age\\fR\nage of the oldest check (s, warning: 24h, critical: 48h)\n",
	".SH PERMISSIONS\nGlobal reader\n.PP\nRequests in one run: one\n",
	".SH ENVIRONMENT\n",
	".TP\n\\fBMDCA_HOSTNAME\\fR\nas \\-\\-hostname\n.TP\n\\fBMDCA_API_TOKEN\\fR\nthe token\n.TP\n\\fBMP_CONFIG_FILE\\fR\n",
	".SH FILES\n",
	".SH \"EXIT STATUS\"\n",
	".SH EXAMPLES\nAll of them.\n.PP\n.nf\ncheck_mdca_tiny \\-\\-hostname=contoso.us2.portal.cloudappsecurity.com \\(rs\n",
	"\n    \\-\\-max\\-lines=5 \\-a\n.fi\n.SH \"SEE ALSO\"\n",
};

START_TEST(man)
{
	struct bench b;
	AUTO_BUF out = { 0 };

	bench_init(&b);
	describe_man(&page, &b.table, &out);
	ck_assert_msg(strstr(buf_text(&out), man_rows[_i]) != NULL, "not there: %s", man_rows[_i]);
}
END_TEST

/* Members of the JSON, as "array index member value"; -1 is the top object. */
static const struct {
	const char *array;
	int index;
	const char *member, *value;
} json_rows[] = {
	{ "endpoints", 0, NULL,
	  "{\"path\":\"\\/security\\/secureScores\",\"resource\":\"00000003\",\"entra_permission\":\"SecurityEvents.Read.All\","
	  "\"permission\":\"SecurityEvents.Read.All\"}" },
	{ "endpoints", 1, "entra_permission", "null" },
	{ NULL, -1, "name", "\"check_mdca_tiny\"" },
	{ NULL, -1, "version", "\"1.2.0\"" },
	{ NULL, -1, "summary", "\"tasks that failed\"" },
	{ NULL, -1, "permission", "\"Global reader\"" },
	{ NULL, -1, "requests", "\"one\"" },
	{ NULL, -1, "service", "\"portal\"" },
	{ "options", 0, "name", "\"all\"" },
	{ "options", 0, "letter", "\"a\"" },
	{ "options", 0, "type", "\"flag\"" },
	{ "options", 0, "default", "null" },
	{ "options", 0, "arg", "null" },
	{ "options", 0, "own", "true" },
	{ "options", 0, "repeatable", "false" },
	{ "options", 0, "environment", "null" },
	{ "options", 0, "choices", "[]" },
	{ "options", 1, "letter", "null" },
	{ "options", 1, "type", "\"integer\"" },
	{ "options", 1, "default", "\"10\"" },
	{ "options", 1, "arg", "\"N\"" },
	{ "options", 1, "help", "\"number of lines\"" },
	{ "options", 2, "type", "\"choice\"" },
	{ "options", 2, "choices", "[\"fast\",\"slow\"]" },
	{ "options", 3, "type", "\"list\"" },
	{ "options", 3, "repeatable", "true" },
	{ "options", 5, "type", "\"text\"" },
	{ "options", 5, "own", "false" },
	{ "options", 5, "secret", "false" },
	{ "options", 5, "environment", "\"MDCA_HOSTNAME\"" },
	{ "options", 6, "name", "\"api-token\"" },
	{ "options", 6, "secret", "true" },
	{ "options", 6, "environment", "\"MDCA_API_TOKEN\"" },
	{ "options", 7, "type", "\"action\"" },
	{ "options", 8, "type", "\"count\"" },
	{ "options", 9, "type", "\"custom\"" },
	{ "options", 9, "repeatable", "false" },
	{ "options", 10, "repeatable", "true" },
	{ "options", 11, "name", "\"include\"" },
	{ "options", 11, "own", "true" },
	{ "options", 13, "name", "\"extra-opts\"" },
	{ "options", 13, "repeatable", "true" },
	{ "options", 14, "name", "\"warning\"" },
	{ "options", 14, "letter", "\"w\"" },
	{ "options", 14, "type", "\"range\"" },
	{ "options", 14, "default", "null" },
	{ "options", 15, "name", "\"critical\"" },
	{ "options", 15, "default", "\"0\"" },
	{ "options", 16, NULL, "null" },
	{ "metrics", 0, NULL, "{\"name\":\"failed\",\"unit\":\"\",\"kind\":\"count\",\"warning\":null,\"critical\":\"0\","
			      "\"help\":\"tasks that failed\"}" },
	{ "metrics", 1, "kind", "\"peak\"" },
	{ "metrics", 1, "warning", "\"24h\"" },
	{ "metrics", 2, NULL, "null" },
};

START_TEST(json)
{
	struct json_object *o, *array = NULL;
	struct bench b;
	AUTO_BUF out = { 0 };

	bench_init(&b);
	describe_json(&page, &b.table, &out);
	struct json_object *top = json_tokener_parse(buf_text(&out));
	ck_assert_ptr_nonnull(top);
	ck_assert_int_eq(buf_text(&out)[out.len - 1], '\n');
	o = top;
	if (json_rows[_i].array) {
		ck_assert(json_object_object_get_ex(top, json_rows[_i].array, &array));
		o = json_object_array_get_idx(array, (size_t)json_rows[_i].index);
	}
	if (json_rows[_i].member)
		ck_assert(json_object_object_get_ex(o, json_rows[_i].member, &o));
	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), json_rows[_i].value);
	json_object_put(top);
}
END_TEST

static const struct {
	const char *text;
	struct layout layout;
	const char *want;
} wrap_rows[] = {
	{ "", { 0, 0, 10, NULL }, "\n" },
	{ "one", { 0, 0, 10, NULL }, "one\n" },
	{ "one two  three", { 0, 0, 10, NULL }, "one two\nthree\n" },
	{ "0123456789", { 0, 0, 10, NULL }, "0123456789\n" },
	{ "01234 6789", { 0, 0, 10, NULL }, "01234 6789\n" },
	{ "01234 67890", { 0, 0, 10, NULL }, "01234\n67890\n" },
	{ "one two three", { 4, 2, 10, NULL }, "one\n  two\n  three\n" },
	{ "one two\nthree", { 0, 0, 40, NULL }, "one two three\n" },
	{ "a 0123456789012 b", { 0, 1, 10, NULL }, "a\n 012345678\n 9012 b\n" },
	{ "äöü äöü äöü", { 0, 0, 7, NULL }, "äöü äöü\näöü\n" },
	{ "äöüäöüäöü", { 0, 0, 4, NULL }, "äöüä\nöüäö\nü\n" },
	{ "one two three", { 0, 4, 10, " \\" }, "one two \\\n    thre \\\n    e\n" },
	{ "one two six", { 0, 4, 10, " \\" }, "one two \\\n    six\n" },
};

START_TEST(wrap)
{
	AUTO_BUF out = { 0 };

	describe_wrap(wrap_rows[_i].text, &wrap_rows[_i].layout, &out);
	ck_assert_str_eq(buf_text(&out), wrap_rows[_i].want);
}
END_TEST

static unsigned widest_line(const char *text, unsigned *lines)
{
	unsigned widest = 0, column = 0;

	for (*lines = 0; *text; text++) {
		if ((*text & 0xc0) != 0x80 && *text != '\n')
			column++;
		if (column > widest)
			widest = column;
		if (*text == '\n') {
			++*lines;
			column = 0;
		}
	}
	return widest;
}

#define LONG_WORD "a_word_that_is_longer_than_any_line_of_a_terminal_and_so_has_to_be_cut_somewhere_in_its_very_middle_or_so"
enum { MANY = 60 };

/* More options than a usage can hold, with all that its limits forbid. */
static void bench_init_large(struct bench *b, struct opt *rows, struct metric *more)
{
	static char names[MANY][40];

	bench_init(b);
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "option-number-%d", i);
		rows[i] = (struct opt){ .type = OPT_IS_INT, .name = names[i], .arg = "A|B", .help = "takes A|B or " LONG_WORD,
					.high = 7, .fallback = "3" };
	}
	rows[MANY] = (struct opt)OPT_END;
	for (int i = 0; i < METRICS_MAX; i++)
		more[i] = (struct metric){ names[i], "s", METRIC_IS_VALUE, "123456789:1234567890123", "@123456789:12345678901", LONG_WORD };
	more[METRICS_MAX] = (struct metric){ 0 };
	b->groups[0].rows = rows;
	b->table.metrics = more;
}

START_TEST(limits)
{
	struct opt rows[MANY + 1];
	struct metric more[METRICS_MAX + 1];
	struct bench b;
	AUTO_BUF text = { 0 }, wide = { 0 };
	unsigned lines;

	bench_init_large(&b, rows, more);
	describe_usage(&page, &b.table, &text);
	ck_assert_uint_le(widest_line(buf_text(&text), &lines), 80);
	ck_assert_uint_le(lines, 23);
	ck_assert_ptr_null(strchr(buf_text(&text), '|'));
	ck_assert_ptr_nonnull(strstr(buf_text(&text), "\n    ...\nNAME: option-number-0, "));
	ck_assert_ptr_nonnull(strstr(buf_text(&text), "\nMore: check_mdca_tiny --help\n"));
	describe_help(&page, &b.table, &wide);
	ck_assert_uint_le(widest_line(buf_text(&wide), &lines), 80);
	ck_assert_ptr_nonnull(strstr(buf_text(&wide), "--option-number-59=A|B\n"));
}
END_TEST

START_TEST(other_characters_in_man)
{
	struct bench b;
	struct page odd = page;
	AUTO_BUF out = { 0 };

	bench_init(&b);
	odd.summary = "'quoted' ^~ \xe2\x80\xa6 \xc3\xa4 \xf0\x9f\x98\x80";
	odd.about = odd.permission = "...";
	odd.examples = NULL;
	describe_man(&odd, &b.table, &out);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "tiny \\- \\(aqquoted\\(aq \\(ha\\(ti \\[u2026] \\[u00E4] \\[u1F600]\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), ".SH PERMISSIONS\n\\&...\n"));
	for (const char *c = buf_text(&out); *c; c++)
		ck_assert_int_eq(*c & 0x80, 0);
}
END_TEST

static const struct {
	const char *text, *want;
} entra_rows[] = {
	{ "AZURE_TENANT_ID, AZURE_CLIENT_ID count: ", "Where nothing else says who signs in, " },
	{ "MDCA_TENANT_ID is --tenant-id.", "Each is read from the environment" },
};

START_TEST(entra_note)
{
	static const struct opt rows[] = {
		{ OPT_IS_TEXT, .name = "tenant-id", .azure = "AZURE_TENANT_ID", .help = "tenant" },
		{ OPT_IS_TEXT, .name = "client-id", .azure = "AZURE_CLIENT_ID", .help = "client" },
		{ OPT_IS_TEXT, .name = "other", .help = "other" },
		OPT_END
	};
	const struct opt_group group = { .title = "Entra", .rows = rows, .environment = true, .entra = true };
	AUTO_BUF note = { 0 }, text = { 0 };

	describe_group_note(&group, &note);
	ck_assert_ptr_nonnull(strstr(buf_text(&note), entra_rows[_i].text));
	ck_assert_ptr_nonnull(strstr(buf_text(&note), entra_rows[_i].want));
	describe_row(&rows[0], &group, &text);
	ck_assert_str_eq(buf_text(&text), "tenant");
}
END_TEST

START_TEST(value_that_may_be_left_out)
{
	static const struct opt rows[] = {
		{ OPT_IS_TEXT, .name = "managed-identity", .arg = "CLIENT-ID", .value_optional = true, .help = "the machine's own" }, OPT_END
	};
	struct bench b;
	AUTO_BUF help_out = { 0 }, man_out = { 0 }, usage_out = { 0 }, json_out = { 0 };

	bench_init(&b);
	b.groups[0].rows = rows;
	describe_help(&page, &b.table, &help_out);
	describe_man(&page, &b.table, &man_out);
	describe_usage(&page, &b.table, &usage_out);
	describe_json(&page, &b.table, &json_out);
	ck_assert_ptr_nonnull(strstr(buf_text(&help_out), "\n --managed-identity[=CLIENT-ID]\n    the machine's own\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&man_out), "\\fB\\-\\-managed\\-identity\\fR[=\\fICLIENT\\-ID\\fR]\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&usage_out), "[--managed-identity[=CLIENT-ID]]"));
	ck_assert_ptr_nonnull(strstr(buf_text(&json_out), "\"value_optional\": true"));
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("describe");
	TCase *all = tcase_create("all");

	tcase_add_test(all, help);
	tcase_add_test(all, version);
	tcase_add_test(all, usage);
	tcase_add_test(all, icinga);
	tcase_add_loop_test(all, man, 0, ROWS(man_rows));
	tcase_add_loop_test(all, json, 0, ROWS(json_rows));
	tcase_add_loop_test(all, wrap, 0, ROWS(wrap_rows));
	tcase_add_test(all, limits);
	tcase_add_test(all, other_characters_in_man);
	tcase_add_test(all, value_that_may_be_left_out);
	tcase_add_loop_test(all, entra_note, 0, ROWS(entra_rows));
	suite_add_tcase(suite, all);
	return suite;
}

UNIT_MAIN(make_suite)
