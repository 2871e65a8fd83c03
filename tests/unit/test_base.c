// SPDX-License-Identifier: GPL-3.0-or-later
/* base: text, globs, time, and files that must not be trusted. */
#include "unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/secrets.h"
#include "base/strings.h"

static const struct {
	const char *pattern, *text;
	bool fits;
} globs[] = {
	{ "box", "Box", true },
	{ "box", "Boxes", false },
	{ "*", "", true },
	{ "", "", true },
	{ "", "x", false },
	{ "?", "", false },
	{ "*force*", "Salesforce (production)", true },
	{ "sales*prod*)", "Salesforce (production)", true },
	{ "a*b*c", "aXbXbXc", true },
	{ "a*b*c", "aXbXbX", false },
	{ "[ab]", "a", false },
	{ "[ab]", "[AB]", true },
	{ "a\\*", "a\\xyz", true },
	{ "M?nchen", "M\xc3\xbcnchen", true },
	{ "m\xc3\x9cnchen", "M\xc3\xbcnchen", true },
	{ "\xd0\x9f*", "\xd0\xbf\xd1\x80", true },
	{ "a?", "a\xff", true },
	{ "a?b", "a\xc3", false },
	{ "**a**", "bab", true },
};

START_TEST(glob_row)
{
	ck_assert_msg(glob_fits(globs[_i].pattern, globs[_i].text) == globs[_i].fits, "%s on %s", globs[_i].pattern,
		      globs[_i].text);
}
END_TEST

static const struct {
	const char *text;
	int64_t at; /* -1: refused */
} times[] = {
	{ "1970-01-01T00:00:01Z", 1 },
	{ "2026-11-20T12:00:00Z", 1795176000 },
	{ "2026-11-20t12:00:00z", 1795176000 },
	{ "2026-11-20 12:00:00Z", 1795176000 },
	{ "2026-11-20T12:00:00.1234567Z", 1795176000 },
	{ "2026-11-20T13:30:00+01:30", 1795176000 },
	{ "2026-11-20T10:30:00-01:30", 1795176000 },
	{ "2024-02-29T00:00:00Z", 1709164800 },
	{ "2026-02-29T00:00:00Z", -1 },
	{ "1900-02-29T00:00:00Z", -1 },
	{ "2000-02-29T00:00:00Z", 951782400 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "2026-06-30T23:59:60Z", 1782863999 },
	{ "2026-11-20T24:00:00Z", -1 },
	{ "2026-13-20T12:00:00Z", -1 },
	{ "2026-11-31T12:00:00Z", -1 },
	{ "2026-11-20T12:00:00", -1 },
	{ "2026-11-20T12:00:00.Z", -1 },
	{ "2026-11-20T12:00:00Zx", -1 },
	{ "2026-11-20T12:00:00+0130", -1 },
	{ "2026-11-20T12:00:00+24:00", -1 },
	{ "0000-11-20T12:00:00Z", -1 },
	{ "26-11-20T12:00:00Z", -1 },
	{ "", -1 },
};

START_TEST(time_row)
{
	int64_t at = -1;
	char stamp[CLOCK_STAMP_SIZE];

	ck_assert_msg(clock_parse(times[_i].text, &at) == (times[_i].at != -1), "%s", times[_i].text);
	ck_assert_msg(at == times[_i].at, "%s is %lld", times[_i].text, (long long)at);
	if (at == 1795176000)
		ck_assert_str_eq(clock_stamp(at, stamp), "2026-11-20T12:00:00Z");
}
END_TEST

START_TEST(dates_and_years_before_1970)
{
	int64_t at = 5;

	ck_assert(clock_parse_date("2026-11-20", &at));
	ck_assert_int_eq(at, 1795132800);
	ck_assert(!clock_parse_date("2026-11-20T00:00:00Z", &at));
	ck_assert(clock_parse("0001-01-01T00:00:00Z", &at));
	ck_assert_int_eq(at, -62135596800);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} spans[] = {
	{ -5, "0 s" },     { 0, "0 s" },         { 41, "41 s" },        { 60, "1 min" },      { 61, "1 min 1 s" },
	{ 3600, "1 h" },   { 3659, "1 h" },      { 7500, "2 h 5 min" }, { 86400, "1 d" },     { 187200, "2 d 4 h" },
	{ 172859, "2 d" }, { 31536000, "365 d" },
};

START_TEST(span_row)
{
	char out[CLOCK_SPAN_SIZE];

	ck_assert_str_eq(clock_span(spans[_i].seconds, out), spans[_i].text);
}
END_TEST

static const struct {
	const char *text;
	double seconds; /* -1: refused */
} durations[] = {
	{ "0", 0 },     { "90", 90 },   { "90s", 90 },  { "5m", 300 },   { "36h", 129600 }, { "7d", 604800 }, { "2w", 1209600 },
	{ "1.5h", 5400 }, { "", -1 },   { "h", -1 },    { "-1h", -1 },   { "1h30m", -1 },   { "1 h", -1 },    { "1e3", -1 },
	{ "0x10", -1 }, { "1.", -1 },   { ".5h", -1 },  { "7D", -1 },    { "nan", -1 },     { "99999999999999999999d", -1 },
};

START_TEST(duration_row)
{
	double seconds = -1;

	ck_assert_msg(clock_parse_duration(durations[_i].text, &seconds) == (durations[_i].seconds >= 0), "%s", durations[_i].text);
	ck_assert_msg(seconds == durations[_i].seconds, "%s is %f", durations[_i].text, seconds);
}
END_TEST

START_TEST(context_goes_in_front_of_an_error)
{
	struct err e = { 0 };
	char long_text[600];

	ck_assert(!err_set(&e, ERR_REPLY, "member %s is missing", "data"));
	ck_assert(!err_add(&e, "page %d", 2));
	ck_assert_str_eq(e.text, "page 2: member data is missing");
	ck_assert_int_eq(e.kind, ERR_REPLY);
	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	err_add(&e, "%s", long_text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	err_set(&e, ERR_AUTH, "again: %s", e.text);
	ck_assert_str_eq(e.text + 500, "xxxxxxxxxxx");
}
END_TEST

static const struct {
	const char *text, *masked;
} echoes[] = {
	{ "nothing of it", "nothing of it" },
	{ "contoso-simulated-secret", "***" },
	{ "x contoso-simulated-secret, contoso-simulated-secret.", "x ***, ***." },
	{ "contoso-simulat is cut", "*** is cut" },
	{ "contoso-sim", "contoso-sim" },
	{ "contoso-simulated-other", "***other" },
	{ "short", "short" },
};

START_TEST(echo_row)
{
	AUTO_BUF text = { 0 };
	char array[64];

	secrets_keep("contoso-simulated-secret");
	secrets_keep("short");
	secrets_keep(NULL);
	buf_add(&text, echoes[_i].text);
	secrets_mask(&text);
	ck_assert_str_eq(buf_text(&text), echoes[_i].masked);
	snprintf(array, sizeof(array), "%s", echoes[_i].text);
	secrets_mask_array(array, sizeof(array));
	ck_assert_str_eq(array, echoes[_i].masked);
	secrets_forget();
	secrets_mask(&text);
	ck_assert_str_eq(buf_text(&text), echoes[_i].masked);
}
END_TEST

/* A folder of the test's own, with a way to put files into it. */
static char folder[] = "/tmp/mdca-base-XXXXXX";

static void make_folder(void)
{
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static const char *in_folder(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	char path[256];
	int fd = open(in_folder(name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static const struct {
	const char *content;
	mode_t mode;
	const char *secret, *reason;
} secrets[] = {
	{ "abc", 0600, "abc", NULL },
	{ "abc\n", 0640, "abc", NULL },
	{ "abc\r\n", 0400, "abc", NULL },
	{ "abc\n\n", 0600, "abc\n", NULL },
	{ "", 0600, NULL, "is empty" },
	{ "\n", 0600, NULL, "is empty" },
	{ "abc", 0644, NULL, "is open to others (mode 0644), run: chmod 0600" },
	{ "abc", 0620, NULL, "is open to others" },
	{ "abc", 0604, NULL, "is open to others" },
};

START_TEST(secret_row)
{
	AUTO_BUF out = { 0 };
	struct err e = { 0 };
	char path[256];

	put("s", secrets[_i].content, secrets[_i].mode);
	bool read = file_read_secret("client secret file", in_folder("s", path), &out, &e);
	ck_assert(read == (secrets[_i].secret != NULL));
	if (read) {
		ck_assert_str_eq(buf_text(&out), secrets[_i].secret);
		return;
	}
	ck_assert_msg(strstr(e.text, secrets[_i].reason) && strstr(e.text, "client secret file"), "%s", e.text);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
}
END_TEST

START_TEST(secrets_that_are_no_files)
{
	AUTO_BUF out = { 0 };
	struct err e = { 0 };
	char path[256];

	ck_assert(!file_read_secret("token file", in_folder("none", path), &out, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "No such file"));
	ck_assert_int_eq(mkfifo(in_folder("fifo", path), 0600), 0);
	ck_assert(!file_read_secret("token file", path, &out, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "not a regular file"));
	ck_assert(!file_read_secret("token file", folder, &out, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "not a regular file"));
	AUTO_FREE char *large = mem_new(FILE_SECRET_MAX + 2, 1);
	memset(large, 'x', FILE_SECRET_MAX + 1);
	put("large", large, 0600);
	ck_assert(!file_read_secret("token file", in_folder("large", path), &out, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "larger than 64 KiB"));
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(private_folder_is_made_and_mistrusted)
{
	struct err e = { 0 };
	char path[256], link[256];
	AUTO_BUF out = { 0 };

	int fd = file_open_private_folder(in_folder("a/b", path), true, &e);
	ck_assert_int_ge(fd, 0);
	ck_assert(file_replace_private(fd, "x", "one", 3, &e));
	ck_assert(file_replace_private(fd, "x", "two", 3, &e));
	ck_assert(file_read_private(fd, "x", 10, &out));
	ck_assert_str_eq(buf_text(&out), "two");
	ck_assert(!file_read_private(fd, "x", 2, &out));
	ck_assert(!file_read_private(fd, "none", 10, &out));
	ck_assert_int_eq(fchmodat(fd, "x", 0640, 0), 0);
	ck_assert(!file_read_private(fd, "x", 10, &out));
	ck_assert_int_eq(symlinkat("x", fd, "l"), 0);
	ck_assert(!file_read_private(fd, "l", 10, &out));
	ck_assert_int_eq(file_lock_private(fd, "l", 0), -1);
	close(fd);

	ck_assert_int_eq(symlink(path, in_folder("link", link)), 0);
	ck_assert_int_eq(file_open_private_folder(link, true, &e), -1);
	ck_assert_int_eq(chmod(path, 0750), 0);
	ck_assert_int_eq(file_open_private_folder(path, true, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "chmod 0700"));
	ck_assert_int_eq(file_open_private_folder(in_folder("not-there", path), false, &e), -1);
}
END_TEST

START_TEST(writer_killed_half_way_leaves_no_trouble)
{
	struct err e = { 0 };
	AUTO_BUF out = { 0 };
	int fd = file_open_private_folder(folder, false, &e);

	put("x.new", "half", 0600);
	ck_assert(file_replace_private(fd, "x", "whole", 5, &e));
	ck_assert(file_read_private(fd, "x", 10, &out));
	ck_assert_str_eq(buf_text(&out), "whole");
	ck_assert(!file_read_private(fd, "x.new", 10, &out));
	close(fd);
}
END_TEST

START_TEST(lock_excludes_and_ends_with_its_holder)
{
	struct err e = { 0 };
	int fd = file_open_private_folder(folder, false, &e);
	int lock = file_lock_private(fd, "lock", 0);
	int status;

	ck_assert_int_ge(lock, 0);
	pid_t other = fork();
	if (!other)
		_exit(file_lock_private(fd, "lock", 40) == -1 ? 0 : 1);
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_int_eq(status, 0);
	close(lock);
	other = fork();
	if (!other)
		_exit(file_lock_private(fd, "lock", 0) == -1); /* dies with the lock in its hands */
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_int_eq(status, 0);
	lock = file_lock_private(fd, "lock", 0);
	ck_assert_int_ge(lock, 0);
	close(lock);
	close(fd);
}
END_TEST

static Suite *base_suite(void)
{
	Suite *suite = suite_create("base");
	TCase *text = tcase_create("text and time"), *files = tcase_create("files");

	tcase_add_loop_test(text, glob_row, 0, ROWS(globs));
	tcase_add_loop_test(text, time_row, 0, ROWS(times));
	tcase_add_test(text, dates_and_years_before_1970);
	tcase_add_loop_test(text, span_row, 0, ROWS(spans));
	tcase_add_loop_test(text, duration_row, 0, ROWS(durations));
	tcase_add_test(text, context_goes_in_front_of_an_error);
	tcase_add_loop_test(text, echo_row, 0, ROWS(echoes));
	suite_add_tcase(suite, text);
	tcase_add_checked_fixture(files, make_folder, remove_folder);
	tcase_add_loop_test(files, secret_row, 0, ROWS(secrets));
	tcase_add_test(files, secrets_that_are_no_files);
	tcase_add_test(files, private_folder_is_made_and_mistrusted);
	tcase_add_test(files, writer_killed_half_way_leaves_no_trouble);
	tcase_add_test(files, lock_excludes_and_ends_with_its_holder);
	suite_add_tcase(suite, files);
	return suite;
}

UNIT_MAIN(base_suite)
