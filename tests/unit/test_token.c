// SPDX-License-Identifier: GPL-3.0-or-later
/* Access tokens: what is asked of Entra, what a refusal says, what the cache may be trusted with, and that many checks ask once. */
#include "unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cloud/aadsts.h"
#include "cloud/token.h"
#include "support/http_script.h"

#define TENANT "aaaabbbb-0000-cccc-1111-dddd2222eeee"
#define CLIENT "00001111-aaaa-2222-bbbb-3333cccc4444"
#define HOST "login.microsoftonline.com"
#define TOKEN_URL "https://" HOST "/" TENANT "/oauth2/v2.0/token"
#define FORM "grant_type=client_credentials&client_id=" CLIENT "&client_secret=s%2B%26~%25t&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
#define GIVES(token, expires) "{\"token_type\":\"Bearer\",\"expires_in\":" expires ",\"access_token\":\"" token "\"}"
#define ANSWER(token, expires) { .method = "POST", .url = TOKEN_URL, .body = FORM, .status = 200, .reply = GIVES(token, expires) }

static char folder[64];
static struct cloud_settings settings;
static struct deadline deadline;

static void set_up(void)
{
	static char tenant[] = TENANT, client[] = CLIENT, secret[] = "s+&~%t", login[] = "https://" HOST;

	snprintf(folder, sizeof(folder), "/tmp/test_token.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	settings = (struct cloud_settings){ .auth = AUTH_SECRET, .cloud = COMMERCIAL, .tenant_id = tenant, .client_id = client,
					    .client_secret = secret, .login_url = login, .cache_dir = folder };
	deadline = deadline_in(30000);
}

static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

static void tear_down(void)
{
	remove_folder(folder);
}

/* One run of a check: the header that it would send, or the error. */
static bool run(const struct scene *scenes, char *header, size_t size, struct err *e)
{
	struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);
	const char *value = "";

	script_play(scenes);
	bool good = token_header(t, &value, e);
	snprintf(header, size, "%s", good ? value : "");
	token_free(t);
	return good;
}

static void expect(const struct scene *scenes, const char *header, int requests)
{
	char got[256];
	struct err e = { 0 };

	ck_assert_msg(run(scenes, got, sizeof(got), &e), "%s", e.text);
	ck_assert_str_eq(got, header);
	ck_assert_int_eq(script_played(), requests);
}

/* The path of the cached token, "" without one. */
static const char *cached_file(void)
{
	static char path[512];
	DIR *dir = opendir(folder);
	struct dirent *entry;

	*path = '\0';
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len > 6 && !strcmp(entry->d_name + len - 6, ".token"))
			snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return path;
}

static void put(const char *path, const char *content, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void put_grant(const char *path, const char *token, int64_t issued, int64_t renew, int64_t expires)
{
	AUTO_FREE char *text = mem_print("{\"token\":\"%s\",\"issued_at\":%lld,\"renew_at\":%lld,\"expires_at\":%lld}\n", token,
					 (long long)(clock_now() + issued), (long long)(clock_now() + renew),
					 (long long)(clock_now() + expires));
	put(path, text, 0600);
}

#define REFUSAL(error, number, text) \
	"{\"error\":\"" error "\",\"error_description\":\"AADSTS" #number ": " text " Trace ID: 81beda46 Correlation ID: 7c1d2e3f\"," \
	"\"error_codes\":[" #number "]}"

static const struct scene first[] = { ANSWER("first", "3599"), { 0 } };
static const struct scene second[] = { ANSWER("second", "3599"), { 0 } };
static const struct scene nothing[] = { { 0 } };

START_TEST(asks_once_and_keeps_it)
{
	struct stat st;

	expect(first, "Bearer first", 1);
	expect(nothing, "Bearer first", 0);
	ck_assert_int_eq(stat(cached_file(), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq((int)strspn(strrchr(cached_file(), '/') + 1, "0123456789abcdef"), 32);
}
END_TEST

START_TEST(another_identity_has_another_file)
{
	static char other[] = "another";
	static const struct scene other_secret[] = { { .status = 200, .reply = GIVES("second", "3599") }, { 0 } };

	expect(first, "Bearer first", 1);
	settings.client_secret = other;
	expect(other_secret, "Bearer second", 1);
	settings.client_id = other;
	expect(other_secret, "Bearer second", 1);
	settings.login_url = (char[]){ "https://login.microsoftonline.us" };
	expect(other_secret, "Bearer second", 1);
}
END_TEST

START_TEST(api_token_asks_nobody)
{
	struct token *t = token_new(&settings, CLOUD_APPS, NULL, &deadline, 0);
	const char *value;
	struct err e = { 0 };

	settings.auth = AUTH_API_TOKEN;
	settings.api_token = (char[]){ "abc" };
	script_play(nothing);
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(value, "Token abc");
	ck_assert(!token_renew(t, true));
	token_free(t);
}
END_TEST

static const struct file_row {
	const char *token;
	int64_t issued, renew, expires; /* from now */
	bool used;
} files[] = {
	{ "kept", -100, 3000, 3500, true },
	{ "kept", -3200, 100, 400, true },
	{ "kept", -3301, -1, 299, false },
	{ "kept", -3700, -400, -100, false },
	{ "kept", 200, 3000, 3500, true },
	{ "kept", 400, 3000, 3500, false },               /* the clock went back */
	{ "kept", -10, 80000, 26 * 3600, false },         /* lives longer than any token does */
	{ "kept", -10, 40000, 86389, true },
	{ "kept", 100, 80, 50, false },
	{ "kept\\u000d\\u000aX: y", -100, 3000, 3500, false },
	{ "kept twice", -100, 3000, 3500, false },
	{ "", -100, 3000, 3500, false },
};

START_TEST(cached_grant_is_weighed)
{
	const struct file_row *row = &files[_i];

	expect(first, "Bearer first", 1);
	put_grant(cached_file(), row->token, row->issued, row->renew, row->expires);
	if (row->used)
		expect(nothing, "Bearer kept", 0);
	else
		expect(second, "Bearer second", 1);
}
END_TEST

static const struct content_row {
	const char *content;
	mode_t mode;
} odd_files[] = {
	{ "", 0600 },
	{ "{\"token\":\"kept\",\"issued_at\":", 0600 },
	{ "[]", 0600 },
	{ "null", 0600 },
	{ "{\"token\":5,\"issued_at\":1,\"renew_at\":2,\"expires_at\":3}", 0600 },
	{ "{\"token\":\"kept\"}", 0600 },
	{ "\x7f" "ELF", 0600 },
	{ NULL, 0644 },
	{ NULL, 0660 },
};

START_TEST(odd_file_is_no_file)
{
	const struct content_row *row = &odd_files[_i];

	expect(first, "Bearer first", 1);
	if (row->content)
		put(cached_file(), row->content, row->mode);
	else
		ck_assert_int_eq(chmod(cached_file(), row->mode), 0);
	expect(second, "Bearer second", 1);
	expect(nothing, "Bearer second", 0);
}
END_TEST

START_TEST(huge_file_is_no_file)
{
	AUTO_FREE char *huge = mem_print("{\"token\":\"%017000d\"}", 1);

	expect(first, "Bearer first", 1);
	put(cached_file(), huge, 0600);
	expect(second, "Bearer second", 1);
}
END_TEST

START_TEST(link_is_no_file)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *aside = mem_print("%s/aside", folder);

	expect(first, "Bearer first", 1);
	path = mem_copy_text(cached_file());
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(symlink(aside, path), 0);
	expect(second, "Bearer second", 1);
}
END_TEST

START_TEST(folder_that_cannot_be_used_costs_a_request)
{
	ck_assert_int_eq(chmod(folder, 0755), 0);
	expect(first, "Bearer first", 1);
	expect(second, "Bearer second", 1);
	ck_assert_str_eq(cached_file(), "");
	settings.cache_dir = (char[]){ "/dev/null/tokens" };
	expect(first, "Bearer first", 1);
}
END_TEST

START_TEST(no_cache_keeps_nothing)
{
	settings.no_cache = true;
	expect(first, "Bearer first", 1);
	expect(second, "Bearer second", 1);
	ck_assert_str_eq(cached_file(), "");
}
END_TEST

START_TEST(default_folder_is_the_users_own)
{
	AUTO_FREE char *made = mem_print("%s/mdca-plugins", folder);
	struct stat st;

	settings.cache_dir = NULL;
	setenv("XDG_CACHE_HOME", folder, 1);
	expect(first, "Bearer first", 1);
	ck_assert_int_eq(stat(made, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	expect(nothing, "Bearer first", 0);
	remove_folder(made);
}
END_TEST

START_TEST(root_folder_is_no_home)
{
	settings.cache_dir = NULL;
	unsetenv("XDG_CACHE_HOME");
	setenv("HOME", "/", 1);
	expect(first, "Bearer first", 1);
	expect(second, "Bearer second", 1);
	bool made = access("/.cache/mdca-plugins", F_OK) == 0;
	if (made) { /* what is wrong here must not be wrong in the next run */
		remove_folder("/.cache/mdca-plugins");
		rmdir("/.cache");
	}
	ck_assert(!made);
}
END_TEST

static const struct life_row {
	const char *reply;
	bool kept;
	int64_t renew_after;
} lives[] = {
	{ GIVES("first", "3599"), true, 3299 },
	{ GIVES("first", "\"3599\""), true, 3299 },
	{ GIVES("first", "86399"), true, 43199 },
	{ GIVES("first", "86399,\"refresh_in\":30000"), true, 30000 },
	{ GIVES("first", "3599,\"refresh_in\":99999"), true, 3299 },
	{ GIVES("first", "\"soon\""), false, 0 },
	{ GIVES("first", "null"), false, 0 },
	{ GIVES("first", "-5"), false, 0 },
	{ GIVES("first", "9999999"), false, 0 },
	{ "{\"token_type\":\"bearer\",\"access_token\":\"first\"}", false, 0 },
};

START_TEST(life_decides_what_is_kept)
{
	const struct life_row *row = &lives[_i];
	const struct scene scenes[] = { { .status = 200, .reply = row->reply }, { 0 } };
	char text[512] = "";
	long long issued, renew;

	expect(scenes, "Bearer first", 1);
	ck_assert_int_eq(*cached_file() != '\0', row->kept);
	if (!row->kept)
		return;
	FILE *file = fopen(cached_file(), "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
	fclose(file);
	ck_assert_int_eq(sscanf(text, "{\"token\":\"first\",\"issued_at\":%lld,\"renew_at\":%lld", &issued, &renew), 2);
	ck_assert_int_eq(renew - issued, row->renew_after);
}
END_TEST

START_TEST(early_renewal_may_fail)
{
	static const struct scene down[] = { { .error = ERR_NETWORK }, { 0 } };

	expect(first, "Bearer first", 1);
	put_grant(cached_file(), "kept", -5000, -10, 5000);
	expect(down, "Bearer kept", 1);
	expect(second, "Bearer second", 1);
	expect(nothing, "Bearer second", 0);
}
END_TEST

/* One that has ended, or will within minutes, does not stand in for a sign-in that fails. */
START_TEST(ended_grant_stands_in_for_nothing)
{
	static const struct scene refused[] = { { .status = 401, .reply = REFUSAL("invalid_client", 7000222, "Expired.") }, { 0 } };
	char header[64];
	struct err e = { 0 };

	expect(first, "Bearer first", 1);
	put_grant(cached_file(), "kept", -3700, -400, _i ? 299 : -100);
	ck_assert(!run(refused, header, sizeof(header), &e));
	ck_assert_int_eq(e.kind, ERR_ENDED);
	ck_assert_int_eq(script_played(), 1);
}
END_TEST

START_TEST(renews_once_a_run)
{
	static const struct scene both[] = { ANSWER("first", "3599"), ANSWER("second", "3599"), { 0 } };
	struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);
	const char *value;
	struct err e = { 0 };

	script_play(both);
	ck_assert(!token_renew(t, true));
	ck_assert(token_header(t, &value, &e));
	ck_assert(!token_renew(t, false)); /* younger than a minute */
	ck_assert(token_renew(t, true));
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(value, "Bearer second");
	ck_assert(!token_renew(t, true));
	ck_assert_int_eq(script_played(), 2);
	token_free(t);
	expect(nothing, "Bearer second", 0);
}
END_TEST

/* A clock that was set back does not make it young: how old it is nobody knows. */
START_TEST(token_of_a_time_ahead_is_renewed)
{
	const char *value;
	struct err e = { 0 };

	expect(first, "Bearer first", 1);
	put_grant(cached_file(), "kept", 200, 3000, 3500);
	struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);
	script_play(nothing);
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(value, "Bearer kept");
	ck_assert(token_renew(t, false));
	token_free(t);
}
END_TEST

START_TEST(takes_what_another_check_has_renewed)
{
	const char *value;
	struct err e = { 0 };

	expect(first, "Bearer first", 1);
	put_grant(cached_file(), "old", -120, 3000, 3400);
	struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);
	script_play(nothing);
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(value, "Bearer old");
	ck_assert(token_renew(t, false));
	put_grant(cached_file(), "newer", -1, 3000, 3598);
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(value, "Bearer newer");
	token_free(t);
}
END_TEST

static const struct refusal_row {
	long status;
	const char *reply;
	enum err_kind kind;
	const char *text;
} refusals[] = {
	{ 401, REFUSAL("invalid_client", 7000222, "The keys are expired."), ERR_ENDED,
	  "sign-in refused: the client secret has expired (AADSTS7000222), create a new one and replace the file" },
	{ 401, REFUSAL("invalid_client", 7000215, "Invalid."), ERR_AUTH,
	  "sign-in refused: the client secret is wrong (AADSTS7000215), use its value and not its id, a new one works after some minutes" },
	{ 400, REFUSAL("unauthorized_client", 700016, "Not found."), ERR_AUTH,
	  "sign-in refused: the client id is unknown in this tenant (AADSTS700016), check --client-id, --tenant-id and --cloud" },
	{ 400, REFUSAL("invalid_tenant", 90002, "Not found."), ERR_AUTH,
	  "sign-in refused: the tenant was not found (AADSTS90002), check --tenant-id and --cloud" },
	{ 400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS53003: Blocked.\"}", ERR_AUTH,
	  "sign-in refused: a Conditional Access policy blocks it (AADSTS53003), allow this host's address for the application" },
	{ 401, REFUSAL("invalid_client", 700027, "The certificate is expired on application. [Reason - The key used is expired.]"), ERR_ENDED,
	  "sign-in refused: the certificate has expired (AADSTS700027), make a new one, upload it and replace the file" },
	{ 401, REFUSAL("invalid_client", 1000502, "Outside its validity."), ERR_AUTH,
	  "sign-in refused: the certificate is outside its dates (AADSTS1000502), make a new one, upload it and replace the file, or set this "
	  "host's clock" },
	{ 400, REFUSAL("invalid_request", 123456, "Something new."), ERR_AUTH,
	  "sign-in refused: invalid_request (AADSTS123456): Something new." },
	{ 400, "{\"error\":\"invalid_request\",\"error_description\":\"AADSTS123456: One.\\r\\nTrace ID: 8\"}", ERR_AUTH,
	  "sign-in refused: invalid_request (AADSTS123456): One." },
	{ 401, "{\"error\":\"invalid_client\"}", ERR_AUTH, "sign-in refused: invalid_client" },
	{ 401, "<html>proxy</html>", ERR_REPLY,
	  "401 from " HOST " on sign-in: an HTML page instead of a token, is it the right authority, or does a proxy answer?" },
	{ 200, " \n<!DOCTYPE html>", ERR_REPLY,
	  "200 from " HOST " on sign-in: an HTML page instead of a token, is it the right authority, or does a proxy answer?" },
	{ 200, "{\"token_type\":\"Bearer\",", ERR_REPLY, "200 from " HOST " on sign-in: not the JSON of a token endpoint" },
	{ 200, "[]", ERR_REPLY, "200 from " HOST " on sign-in: not the JSON of a token endpoint" },
	{ 200, "{}", ERR_REPLY, "200 from " HOST " on sign-in: the token is no Bearer token" },
	{ 200, "{\"token_type\":\"mac\",\"access_token\":\"a\"}", ERR_REPLY, "200 from " HOST " on sign-in: the token is no Bearer token" },
	{ 200, "{\"token_type\":\"Bearer\",\"access_token\":\"a\\r\\nX: y\"}", ERR_REPLY,
	  "200 from " HOST " on sign-in: no token that a header can carry" },
	{ 404, "{}", ERR_REPLY, "404 from " HOST " on sign-in: neither a token nor a reason" },
	{ 302, "", ERR_REPLY, "302 from " HOST " on sign-in: redirects to another address, which is not followed" },
};

START_TEST(refusal_says_what_to_do)
{
	const struct refusal_row *row = &refusals[_i];
	const struct scene scenes[] = { { .status = row->status, .reply = row->reply }, { 0 } };
	char header[64];
	struct err e = { 0 };

	ck_assert(!run(scenes, header, sizeof(header), &e));
	ck_assert_str_eq(e.text, row->text);
	ck_assert_int_eq(e.kind, row->kind);
	ck_assert_int_eq(script_played(), 1);
	ck_assert_str_eq(cached_file(), "");
}
END_TEST

/* All numbers that a sign-in without a user meets, with a word of the hint that is theirs. */
static const struct hint_row {
	int64_t number;
	const char *cause, *cure;
} hints[] = {
	{ 7000215, "secret is wrong", "value and not its id" },
	{ 7000222, "secret has expired", "create a new one" },
	{ 7000218, "no credential arrived", "is not empty" },
	{ 700016, "client id is unknown", "--client-id, --tenant-id and --cloud" },
	{ 700011, "client id is unknown", "--client-id, --tenant-id and --cloud" },
	{ 7000112, "disabled", "enable it" },
	{ 90002, "tenant was not found", "--tenant-id and --cloud" },
	{ 900023, "neither a directory id nor a domain", "--tenant-id" },
	{ 90038, "another cloud", "set --cloud" },
	{ 900382, "another cloud", "set --cloud" },
	{ 900432, "another cloud", "set --cloud" },
	{ 700027, "certificate is not known", "upload it and compare thumbprints" },
	{ 1000502, "certificate is outside its dates", "make a new one" },
	{ 700024, "outside its time", "clock" },
	{ 700021, "names another client", "--client-id" },
	{ 700023, "another authority", "--cloud and --login-url" },
	{ 50027, "not a token", "federated token file" },
	{ 50012, "signing certificate is not valid", "renew" },
	{ 70021, "no federated credential fits", "issuer, subject and audience" },
	{ 70025, "has no federated credential", "add one" },
	{ 700211, "issuer", "letter case" },
	{ 700212, "audience", "letter case" },
	{ 700213, "subject", "letter case" },
	{ 7002131, "subject", "letter case" },
	{ 7002138, "subject", "letter case" },
	{ 1002012, "scope", "--cloud" },
	{ 70011, "scope", "--cloud" },
	{ 500011, "service is unknown", "--cloud" },
	{ 50001, "service is unknown", "--cloud" },
	{ 65001, "lacks consent", "administrator" },
	{ 650056, "lacks consent", "administrator" },
	{ 90094, "lacks consent", "administrator" },
	{ 53003, "Conditional Access", "address" },
	{ 900144, "a field of the request", "report" },
	{ 90055, "signs in too often", "keep their tokens" },
	{ 90006, "passing fault", "by itself" },
	{ 90012, "passing fault", "by itself" },
	{ 90024, "passing fault", "by itself" },
	{ 90033, "passing fault", "by itself" },
	{ 90090, "passing fault", "by itself" },
};

START_TEST(number_has_its_hint)
{
	const struct hint_row *row = &hints[_i];
	AUTO_FREE char *reply = mem_print("{\"error\":\"invalid_client\",\"error_description\":\"AADSTS%lld: Text.\"}", (long long)row->number);
	AUTO_FREE char *number = mem_print(" (AADSTS%lld), ", (long long)row->number);
	const struct scene scenes[] = { { .status = 400, .reply = reply }, { 0 } };
	char header[64];
	struct err e = { 0 };

	ck_assert(!run(scenes, header, sizeof(header), &e));
	const char *at = strstr(e.text, number);
	ck_assert_msg(!strncmp(e.text, "sign-in refused: ", 17) && at, "%s", e.text);
	const char *cause = strstr(e.text, row->cause), *cure = strstr(e.text, row->cure);
	ck_assert_msg(cause && cause < at && cure && cure > at, "%s", e.text);
}
END_TEST

START_TEST(other_numbers_have_none)
{
	const char *cause, *cure;

	ck_assert(!aadsts_hint(0, &cause, &cure));
	ck_assert(!aadsts_hint(7000, &cause, &cure));
}
END_TEST

#define BUSY "{\"error\":\"temporarily_unavailable\",\"error_codes\":[90033]}"

static const struct wait_row {
	struct scene scenes[5];
	enum err_kind kind; /* ERR_NONE: a token in the end */
	int requests;
	long least_ms, most_ms;
	const char *text;
} waits[] = {
	{ { { .status = 503 }, { .fresh = true, .status = 200, .reply = GIVES("first", "3599") } }, ERR_NONE, 2, 375, 625, NULL },
	{ { { .error = ERR_NETWORK }, { .status = 502 }, { .status = 200, .reply = GIVES("first", "3599") } }, ERR_NONE, 3, 1125, 1875,
	  NULL },
	{ { { .status = 503, .reply = "<html>" }, { .status = 503 }, { .status = 503, .reply = "<html>" } }, ERR_NETWORK, 3, 1125, 1875,
	  "503 from " HOST " on sign-in: an HTML page" },
	{ { { .status = 429, .retry_after = "2" }, { .status = 200, .reply = GIVES("first", "3599") } }, ERR_NONE, 2, 2000, 2000, NULL },
	{ { { .status = 429, .retry_after = "41" } }, ERR_THROTTLED, 1, 0, 0,
	  "throttled by " HOST ": available in 41 s, 30 s left of 30 s" },
	{ { { .status = 429, .retry_after = "41", .reply = REFUSAL("temporarily_unavailable", 90055, "Too many.") } }, ERR_THROTTLED, 1, 0, 0,
	  "throttled by " HOST ": available in 41 s, 30 s left of 30 s: the tenant signs in too often (AADSTS90055), let the checks keep their "
	  "tokens (--cache-dir)" },
	{ { { .status = 400, .reply = BUSY }, { .status = 200, .reply = GIVES("first", "3599") } }, ERR_NONE, 2, 375, 625, NULL },
	{ { { .status = 400, .reply = BUSY }, { .status = 400, .reply = BUSY }, { .status = 400, .reply = BUSY } }, ERR_NETWORK, 3, 1125,
	  1875, "400 from " HOST " on sign-in: a passing fault of Entra (AADSTS90033), it ends by itself" },
	{ { { .error = ERR_TLS } }, ERR_TLS, 1, 0, 0, "sign-in: the script says so" },
	{ { { .error = ERR_TIMEOUT } }, ERR_TIMEOUT, 1, 0, 0, "sign-in: the script says so" },
};

START_TEST(what_passes_is_waited_for)
{
	const struct wait_row *row = &waits[_i];
	char header[64];
	struct err e = { 0 };

	bool good = run(row->scenes, header, sizeof(header), &e);
	ck_assert_msg(good == (row->kind == ERR_NONE), "row %d: %s", _i, e.text);
	ck_assert_int_eq(script_played(), row->requests);
	ck_assert_int_ge(script_slept_ms(), row->least_ms);
	ck_assert_int_le(script_slept_ms(), row->most_ms);
	if (!good) {
		ck_assert_int_eq(e.kind, row->kind);
		ck_assert_str_eq(e.text, row->text);
	}
}
END_TEST

/* Certificate and key in one file, valid from yesterday for so many days. */
static char *put_identity(const char *name, long days)
{
	AUTO_FREE char *path = mem_print("%s/%s", folder, name);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	EVP_PKEY *key = NULL;
	X509 *cert = X509_new();
	FILE *file = fopen(path, "w");

	ck_assert(file && EVP_PKEY_keygen_init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) > 0 && EVP_PKEY_keygen(ctx, &key) > 0);
	fchmod(fileno(file), 0600);
	X509_gmtime_adj(X509_getm_notBefore(cert), -2 * 86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), days * 86400);
	X509_set_pubkey(cert, key);
	ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
	ck_assert(PEM_write_X509(file, cert) && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	return mem_copy_text(path);
}

#define ASSERTION_FORM "grant_type=client_credentials&client_id=" CLIENT "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A" 		       "jwt-bearer&client_assertion="
#define SCOPE_FIELD "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
#define GRANTED(token) { .method = "POST", .url = TOKEN_URL, .status = 200, .reply = GIVES(token, "3599") }

static const struct scene first_by_any[] = { GRANTED("first"), { 0 } };
static const struct scene second_by_any[] = { GRANTED("second"), { 0 } };

START_TEST(certificate_signs_a_form)
{
	AUTO_FREE char *path = put_identity("client.pem", 5);
	AUTO_FREE char *other = put_identity("other.pem", 5);

	settings.auth = AUTH_CERTIFICATE;
	settings.client_certificate = path;
	expect(first_by_any, "Bearer first", 1);
	const char *form = script_last_body();
	ck_assert_msg(!strncmp(form, ASSERTION_FORM "eyJhbGciOiJQUzI1NiIs", strlen(ASSERTION_FORM) + 20), "%s", form);
	ck_assert_str_eq(strrchr(form, '&'), SCOPE_FIELD);
	expect(nothing, "Bearer first", 0);
	settings.client_certificate = other; /* another digest, another file */
	expect(second_by_any, "Bearer second", 1);
	settings.client_certificate = path;
	expect(nothing, "Bearer first", 0);
}
END_TEST

static char no_password[] = "/tmp/none/password";
#define NO_PASSWORD_FILE "cannot open password file of the client certificate /tmp/none/password: No such file or directory"

static void expect_fault(const char *text)
{
	char header[64];
	struct err e = { 0 };

	ck_assert(!run(nothing, header, sizeof(header), &e));
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_msg(strstr(e.text, text) != NULL, "%s", e.text);
}

START_TEST(key_is_opened_to_sign_only)
{
	AUTO_FREE char *path = put_identity("client.pem", 5);

	settings.auth = AUTH_CERTIFICATE;
	settings.client_certificate = path;
	settings.client_certificate_password_file = no_password;
	expect_fault(NO_PASSWORD_FILE);
	settings.client_certificate_password_file = NULL;
	expect(first_by_any, "Bearer first", 1);
	settings.client_certificate_password_file = no_password;
	expect(nothing, "Bearer first", 0);
	/* Early renewal would sign, and this fault does not pass. */
	put_grant(cached_file(), "first", -5000, -10, 5000);
	expect_fault(NO_PASSWORD_FILE);
}
END_TEST

START_TEST(proof_opens_the_key)
{
	AUTO_FREE char *path = put_identity("client.pem", 5);
	struct err e = { 0 };

	settings.auth = AUTH_CERTIFICATE;
	settings.client_certificate = path;
	expect(first_by_any, "Bearer first", 1);
	for (int i = 0; i < 2; i++) {
		struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);

		script_play(nothing);
		ck_assert_int_eq(token_prove(t, &e), i == 0);
		ck_assert_str_eq(e.text, i ? NO_PASSWORD_FILE : "");
		token_free(t);
		settings.client_certificate_password_file = no_password;
	}
}
END_TEST

/* The cached token is that of the file as it was. */
START_TEST(another_key_is_looked_at)
{
	AUTO_FREE char *path = put_identity("client.pem", 5);
	AUTO_FREE char *other = put_identity("other.pem", 5);
	AUTO_BUF text = { 0 };
	AUTO_BUF stranger = { 0 };
	struct err e;

	settings.auth = AUTH_CERTIFICATE;
	settings.client_certificate = path;
	expect(first_by_any, "Bearer first", 1);
	ck_assert(file_read_secret("certificate", path, &text, &e) && file_read_secret("key", other, &stranger, &e));
	buf_cut(&text, (size_t)(strstr(buf_text(&text), "-----BEGIN PRIVATE KEY") - text.data));
	buf_add(&text, strstr(buf_text(&stranger), "-----BEGIN PRIVATE KEY"));
	put(path, buf_text(&text), 0600);
	expect_fault("does not fit its certificate");
}
END_TEST

START_TEST(ended_certificate_asks_nobody)
{
	AUTO_FREE char *path = put_identity("client.pem", -1);
	char header[64];
	struct err e = { 0 };

	settings.auth = AUTH_CERTIFICATE;
	settings.client_certificate = path;
	ck_assert(!run(nothing, header, sizeof(header), &e));
	ck_assert_int_eq(e.kind, ERR_ENDED);
	ck_assert_msg(!strncmp(e.text, "the certificate ended on 20", 27), "%s", e.text);
}
END_TEST

#define NOT_KNOWN { .status = 401, .reply = REFUSAL("invalid_client", 700027, "The certificate is not registered.") }
#define PAST_ITS_END { .status = 401, .reply = REFUSAL("invalid_client", 700027, "It is expired. [Reason - The key used is expired.]") }
#define NOT_KNOWN_TEXT \
	"sign-in refused: the certificate is not known to the application (AADSTS700027), upload it and compare thumbprints, a new one works after some minutes"

static const struct upload_row {
	struct scene scenes[5];
	int64_t limit_ms;
	enum auth auth;
	int requests;
	long slept_ms;
	const char *text; /* NULL: a token in the end */
} uploads[] = {
	{ { NOT_KNOWN, GRANTED("first") }, 30000, AUTH_CERTIFICATE, 2, 10000, NULL },
	{ { NOT_KNOWN, NOT_KNOWN, GRANTED("first") }, 30000, AUTH_CERTIFICATE, 3, 20000, NULL },
	{ { NOT_KNOWN, NOT_KNOWN, NOT_KNOWN }, 60000, AUTH_CERTIFICATE, 3, 20000, NOT_KNOWN_TEXT },
	{ { PAST_ITS_END }, 60000, AUTH_CERTIFICATE, 1, 0,
	  "sign-in refused: the certificate has expired (AADSTS700027), make a new one, upload it and replace the file" },
	{ { NOT_KNOWN }, 10900, AUTH_CERTIFICATE, 1, 0, NOT_KNOWN_TEXT },
	{ { NOT_KNOWN }, 30000, AUTH_SECRET, 1, 0, NOT_KNOWN_TEXT },
	{ { { .status = 401, .reply = REFUSAL("invalid_client", 700024, "Not in time.") } }, 30000, AUTH_CERTIFICATE, 1, 0,
	  "sign-in refused: the assertion is outside its time (AADSTS700024), set this host's clock, or renew the federated token file" },
};

START_TEST(new_certificate_is_waited_for)
{
	const struct upload_row *row = &uploads[_i];
	AUTO_FREE char *path = put_identity("client.pem", 5);
	char header[64];
	struct err e = { 0 };

	settings.auth = row->auth;
	settings.client_certificate = path;
	deadline = deadline_in(row->limit_ms);
	bool good = run(row->scenes, header, sizeof(header), &e);
	ck_assert_msg(good == !row->text, "row %d: %s", _i, e.text);
	ck_assert_int_eq(script_played(), row->requests);
	ck_assert_int_eq(script_slept_ms(), row->slept_ms);
	if (!good)
		ck_assert_str_eq(e.text, row->text);
}
END_TEST

static const struct federated_row {
	const char *content;
	const char *sent; /* in the form; NULL: refused */
	const char *text; /* a part of the error */
	mode_t mode;
} federated[] = {
	{ "eyJ.eyJ.sig", "eyJ.eyJ.sig", NULL, 0600 },
	{ "eyJ.eyJ.sig\n", "eyJ.eyJ.sig", NULL, 0644 },
	{ "eyJ.eyJ.sig\r\n", "eyJ.eyJ.sig", NULL, 0666 },
	{ "eyJ.eyJ.", "eyJ.eyJ.", NULL, 0444 },
	{ "", NULL, "is empty", 0600 },
	{ "\n", NULL, "is empty", 0600 },
	{ "secret", NULL, "holds no token, which is one line of three parts with dots in between", 0600 },
	{ "eyJ.eyJ", NULL, "holds no token", 0600 },
	{ "eyJ.eyJ.eyJ.sig", NULL, "holds no token", 0600 },
	{ "eyJ..sig", NULL, "holds no token", 0600 },
	{ ".eyJ.sig", NULL, "holds no token", 0600 },
	{ "eyJ.eyJ.sig\n\n", NULL, "holds no token", 0600 },
	{ "eyJ.e yJ.sig", NULL, "holds no token", 0600 },
	{ "eyJ.\xc3\xa9.sig", NULL, "holds no token", 0600 },
};

START_TEST(federated_token_is_sent)
{
	const struct federated_row *row = &federated[_i];
	AUTO_FREE char *path = mem_print("%s/jwt", folder);
	AUTO_FREE char *form = mem_print("%s%s%s", ASSERTION_FORM, row->sent, SCOPE_FIELD);
	char header[64];
	struct err e = { 0 };

	settings.auth = AUTH_FEDERATED;
	settings.federated_token_file = path;
	put(path, row->content, row->mode);
	bool good = run(first_by_any, header, sizeof(header), &e);
	ck_assert_msg(good == (row->sent != NULL), "row %d: %s", _i, e.text);
	if (good) {
		ck_assert_str_eq(script_last_body(), form);
	} else {
		ck_assert_int_eq(e.kind, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, row->text) != NULL, "row %d: %s", _i, e.text);
		ck_assert_int_eq(script_played(), 0);
	}
}
END_TEST

START_TEST(federated_token_is_read_anew)
{
	static const struct scene both[] = { GRANTED("first"), GRANTED("second"), { 0 } };
	AUTO_FREE char *path = mem_print("%s/jwt", folder);
	AUTO_FREE char *other = mem_print("%s/jwt2", folder);
	struct token *t = token_new(&settings, GRAPH, NULL, &deadline, 0);
	const char *value;
	struct err e = { 0 };

	settings.auth = AUTH_FEDERATED;
	settings.federated_token_file = path;
	put(path, "eyJ.old.sig", 0600);
	put(other, "eyJ.old.sig", 0600);
	script_play(both);
	ck_assert(token_header(t, &value, &e));
	put(path, "eyJ.new.sig", 0600);
	ck_assert(token_renew(t, true));
	ck_assert(token_header(t, &value, &e));
	ck_assert_str_eq(script_last_body(), ASSERTION_FORM "eyJ.new.sig" SCOPE_FIELD);
	token_free(t);
	expect(nothing, "Bearer second", 0); /* the path tells it from others, not the content */
	settings.federated_token_file = other;
	expect(first_by_any, "Bearer first", 1);
}
END_TEST

START_TEST(huge_federated_token_is_none)
{
	AUTO_FREE char *path = mem_print("%s/jwt", folder);
	AUTO_FREE char *huge = mem_print("eyJ.%065530d.sig", 1);
	char header[64];
	struct err e = { 0 };

	settings.auth = AUTH_FEDERATED;
	settings.federated_token_file = path;
	put(path, huge, 0600);
	ck_assert(!run(nothing, header, sizeof(header), &e));
	ck_assert_msg(strstr(e.text, "is too large") != NULL, "%s", e.text);
}
END_TEST

#define IMDS_URL "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com"
#define MACHINE_GIVES(token, expires) "{\"access_token\":\"" token "\",\"expires_in\":\"" expires "\",\"token_type\":\"Bearer\"}"

START_TEST(machine_signs_in)
{
	static const struct scene own[] = { { .method = "GET", .url = IMDS_URL, .header = "Metadata: true", .metadata = true, .status = 200,
					      .reply = MACHINE_GIVES("first", "86399") }, { 0 } };
	static const struct scene assigned[] = { { .method = "GET", .url = IMDS_URL "&client_id=" CLIENT, .metadata = true, .status = 200,
						   .reply = MACHINE_GIVES("second", "3599") }, { 0 } };
	char text[512] = "";
	long long issued, renew;

	unsetenv("IDENTITY_ENDPOINT");
	unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
	settings.auth = AUTH_MANAGED_IDENTITY;
	settings.tenant_id = settings.client_id = NULL;
	settings.managed_identity = (char[]){ "system" };
	expect(own, "Bearer first", 1);
	expect(nothing, "Bearer first", 0);
	FILE *file = fopen(cached_file(), "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
	fclose(file);
	ck_assert_int_eq(sscanf(text, "{\"token\":\"first\",\"issued_at\":%lld,\"renew_at\":%lld", &issued, &renew), 2);
	ck_assert_int_eq(renew - issued, 43199); /* half of its life */
	settings.managed_identity = (char[]){ CLIENT };
	expect(assigned, "Bearer second", 1);
}
END_TEST

static const struct scene not_assigned[] = {
	{ .status = 400, .reply = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}" }, { 0 }
};
static const struct scene wrong_resource[] = {
	{ .status = 400, .reply = REFUSAL("invalid_resource", 500011, "The resource principal was not found.") }, { 0 }
};

START_TEST(machine_is_refused)
{
	char header[64];
	struct err e = { 0 };

	unsetenv("IDENTITY_ENDPOINT");
	unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
	settings.auth = AUTH_MANAGED_IDENTITY;
	settings.managed_identity = (char[]){ "system" };
	ck_assert(!run(not_assigned, header, sizeof(header), &e));
	ck_assert_str_eq(e.text, "sign-in refused: this machine has no such managed identity, assign it to the machine or correct the client "
				 "id of --managed-identity");
	ck_assert(!run(wrong_resource, header, sizeof(header), &e));
	ck_assert_str_eq(e.text, "sign-in refused: the service is unknown in this tenant (AADSTS500011), check --cloud");
	ck_assert_int_eq(e.kind, ERR_AUTH);
}
END_TEST

#define CHECKS 40

static int play_check(int gate)
{
	char byte, header[64];
	struct err e;

	if (read(gate, &byte, 1) != 0)
		return 2;
	return run(first, header, sizeof(header), &e) && !strcmp(header, "Bearer first") ? 0 : 1;
}

/* All wait at a gate, start together, and share one request. */
START_TEST(many_checks_ask_once)
{
	AUTO_FREE char *count = mem_print("%s/count", folder);
	pid_t children[CHECKS];
	struct stat st;
	int gate[2], status;

	ck_assert_int_eq(pipe(gate), 0);
	script_count_in(count);
	for (int i = 0; i < CHECKS; i++) {
		children[i] = fork();
		ck_assert_int_ge(children[i], 0);
		if (!children[i]) {
			close(gate[1]);
			_exit(play_check(gate[0]));
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < CHECKS; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(stat(count, &st), 0);
	ck_assert_int_eq(st.st_size, 1);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("token");
	TCase *tests = tcase_create("token");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, asks_once_and_keeps_it);
	tcase_add_test(tests, another_identity_has_another_file);
	tcase_add_test(tests, api_token_asks_nobody);
	tcase_add_loop_test(tests, cached_grant_is_weighed, 0, ROWS(files));
	tcase_add_loop_test(tests, odd_file_is_no_file, 0, ROWS(odd_files));
	tcase_add_test(tests, huge_file_is_no_file);
	tcase_add_test(tests, link_is_no_file);
	tcase_add_test(tests, folder_that_cannot_be_used_costs_a_request);
	tcase_add_test(tests, no_cache_keeps_nothing);
	tcase_add_test(tests, default_folder_is_the_users_own);
	tcase_add_test(tests, root_folder_is_no_home);
	tcase_add_loop_test(tests, life_decides_what_is_kept, 0, ROWS(lives));
	tcase_add_test(tests, early_renewal_may_fail);
	tcase_add_loop_test(tests, ended_grant_stands_in_for_nothing, 0, 2);
	tcase_add_test(tests, renews_once_a_run);
	tcase_add_test(tests, token_of_a_time_ahead_is_renewed);
	tcase_add_test(tests, takes_what_another_check_has_renewed);
	tcase_add_loop_test(tests, refusal_says_what_to_do, 0, ROWS(refusals));
	tcase_add_loop_test(tests, number_has_its_hint, 0, ROWS(hints));
	tcase_add_test(tests, other_numbers_have_none);
	tcase_add_loop_test(tests, what_passes_is_waited_for, 0, ROWS(waits));
	tcase_add_test(tests, certificate_signs_a_form);
	tcase_add_test(tests, key_is_opened_to_sign_only);
	tcase_add_test(tests, proof_opens_the_key);
	tcase_add_test(tests, another_key_is_looked_at);
	tcase_add_test(tests, ended_certificate_asks_nobody);
	tcase_add_loop_test(tests, new_certificate_is_waited_for, 0, ROWS(uploads));
	tcase_add_loop_test(tests, federated_token_is_sent, 0, ROWS(federated));
	tcase_add_test(tests, federated_token_is_read_anew);
	tcase_add_test(tests, huge_federated_token_is_none);
	tcase_add_test(tests, machine_signs_in);
	tcase_add_test(tests, machine_is_refused);
	tcase_add_test(tests, many_checks_ask_once);
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
