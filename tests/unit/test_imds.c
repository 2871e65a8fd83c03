// SPDX-License-Identifier: GPL-3.0-or-later
/* Managed identities: where the environment sends the request, which challenge of Azure Arc is answered, what each refusal says. */
#include "unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cloud/imds.h"
#include "support/http_script.h"

#define SCOPE "https://graph.microsoft.com/.default"
#define QUERY "resource=https%3A%2F%2Fgraph.microsoft.com"
#define PATH "/metadata/identity/oauth2/token"
#define METADATA "http://169.254.169.254" PATH "?api-version=2018-02-01&" QUERY
#define ARC "http://127.0.0.1:40342" PATH "?api-version=2019-11-01&" QUERY
#define ID "00001111-aaaa-2222-bbbb-3333cccc4444"

static char folder[64];
static struct deadline deadline;

static void set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/test_imds.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	deadline = deadline_in(30000);
	unsetenv("IDENTITY_ENDPOINT");
	unsetenv("IMDS_ENDPOINT");
	unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
}

static void tear_down(void)
{
	static const char *const names[] = { "a.key", "b.key", "a.txt", ".key" };

	for (int i = 0; i < ROWS(names); i++) {
		AUTO_FREE char *path = mem_print("%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static const struct place_row {
	const char *endpoint, *imds_endpoint, *host, *identity, *scope;
	const char *want; /* the URL, or a part of the error */
	bool good, arc;
} places[] = {
	{ NULL, NULL, NULL, "system", SCOPE, METADATA, true, false },
	{ NULL, NULL, NULL, "SYSTEM", SCOPE, METADATA, true, false },
	{ NULL, NULL, NULL, ID, SCOPE, METADATA "&client_id=" ID, true, false },
	{ NULL, NULL, NULL, "system", "05a65629-4c1b-48c1-a78b-804c4abdd4af/.default",
	  "http://169.254.169.254" PATH "?api-version=2018-02-01&resource=05a65629-4c1b-48c1-a78b-804c4abdd4af", true, false },
	{ NULL, NULL, "http://127.0.0.1:2579/", "system", SCOPE, "http://127.0.0.1:2579" PATH "?api-version=2018-02-01&" QUERY, true, false },
	{ NULL, NULL, "http://localhost:2579", "system", SCOPE, "http://127.0.0.1:2579" PATH "?api-version=2018-02-01&" QUERY, true, false },
	{ NULL, NULL, "http://169.254.169.254", "system", SCOPE, METADATA, true, false },
	{ NULL, NULL, "https://imds.contoso.example", "system", SCOPE,
	  "https://imds.contoso.example" PATH "?api-version=2018-02-01&" QUERY, true, false },
	{ NULL, NULL, "", "system", SCOPE, METADATA, true, false },
	{ NULL, NULL, "http://imds.contoso.example", "system", SCOPE, "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://imds.contoso.example is no base",
	  false, false },
	{ NULL, NULL, "http://169.254.169.253", "system", SCOPE, "is no base to ask for a token", false, false },
	{ NULL, NULL, "http://localhost.contoso.example", "system", SCOPE, "is no base to ask for a token", false, false },
	{ NULL, NULL, "http://127.0.0.1/?x", "system", SCOPE, "is no base to ask for a token", false, false },
	{ NULL, NULL, "http://a:b@127.0.0.1/", "system", SCOPE, "is no base to ask for a token", false, false },
	{ NULL, NULL, "127.0.0.1", "system", SCOPE, "is no base to ask for a token", false, false },
	{ "http://localhost:40342" PATH, "http://localhost:40342", NULL, "system", SCOPE, ARC, true, true },
	{ "http://127.0.0.1:40342" PATH, "http://127.0.0.1:40342", "http://127.0.0.1:1", "system", SCOPE, ARC, true, true },
	{ "http://localhost:40342" PATH, NULL, NULL, "system", SCOPE, METADATA, true, false }, /* another product's */
	{ "http://localhost:40342" PATH, "", NULL, "system", SCOPE, METADATA, true, false },
	{ "http://localhost:40342" PATH, "http://localhost:40342", NULL, ID, SCOPE, "write --managed-identity without a client id", false, false },
	{ "http://contoso.example:40342" PATH, "http://localhost:40342", NULL, "system", SCOPE, "is not Azure Arc's, which listens on this machine",
	  false, false },
	{ "https://127.0.0.1:40342" PATH, "http://localhost:40342", NULL, "system", SCOPE, "is not Azure Arc's", false, false },
	{ "http://169.254.169.254" PATH, "http://localhost:40342", NULL, "system", SCOPE, "is not Azure Arc's", false, false },
};

static void set_variable(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
}

START_TEST(environment_says_where)
{
	const struct place_row *row = &places[_i];
	CLEANUP(imds_release) struct imds m = { 0 };
	struct err e = { 0 };

	set_variable("IDENTITY_ENDPOINT", row->endpoint);
	set_variable("IMDS_ENDPOINT", row->imds_endpoint);
	set_variable("AZURE_POD_IDENTITY_AUTHORITY_HOST", row->host);
	bool good = imds_find(row->scope, row->identity, &m, &e);
	ck_assert_msg(good == row->good, "row %d: %s", _i, e.text);
	if (!good) {
		ck_assert_msg(strstr(e.text, row->want) != NULL, "row %d: %s", _i, e.text);
		ck_assert_int_eq(e.kind, ERR_CONFIG);
		return;
	}
	ck_assert_str_eq(m.url, row->want);
	ck_assert_int_eq(m.arc, row->arc);
	if (m.arc)
		ck_assert_str_eq(m.key_folder, "/var/opt/azcmagent/tokens");
}
END_TEST

static void put(const char *name, const char *content, size_t len)
{
	AUTO_FREE char *path = mem_print("%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(write(fd, content, len), (ssize_t)len);
	close(fd);
}

static const struct challenge_row {
	const char *challenge; /* @ stands for the folder */
	const char *content;   /* of a.key; NULL: none */
	size_t pad;            /* so many `x` behind it */
	const char *want;      /* the header, or a part of the error */
	enum err_kind kind;
} challenges[] = {
	{ "Basic realm=@/a.key", "c2VjcmV0", 0, "Basic c2VjcmV0", ERR_NONE },
	{ "basic realm=@/a.key", "c2VjcmV0\n", 0, "Basic c2VjcmV0", ERR_NONE },
	{ "Basic realm=@/a.key", "", 4096, "Basic xxxx", ERR_NONE },
	{ "Basic realm=@/a.key", "", 4097, "at most 4096 bytes", ERR_CONFIG },
	{ "Basic realm=@/a.key", "", 0, "is no key of Azure Arc's agent", ERR_CONFIG },
	{ "Basic realm=@/a.key", "two words", 0, "is no key of Azure Arc's agent", ERR_CONFIG },
	{ "Basic realm=@/a.key", "a\r\nX: y", 0, "is no key of Azure Arc's agent", ERR_CONFIG },
	{ "Basic realm=@/none.key", NULL, 0, "No such file or directory", ERR_CONFIG },
	{ "Basic realm=@/a.txt", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Basic realm=@/.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Basic realm=@/sub/a.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Basic realm=@/../a.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Basic realm=@a.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Basic realm=/etc/ssl/private/host.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "Bearer realm=@/a.key", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
	{ "", "c2VjcmV0", 0, "names no *.key file in", ERR_AUTH },
};

START_TEST(challenge_opens_one_folder)
{
	const struct challenge_row *row = &challenges[_i];
	AUTO_BUF challenge = { 0 };
	AUTO_BUF content = { 0 };
	AUTO_BUF answer = { 0 };
	struct err e = { 0 };

	for (const char *c = row->challenge; *c; c++)
		if (*c == '@')
			buf_add(&challenge, folder);
		else
			buf_add_char(&challenge, *c);
	if (row->content) {
		buf_add(&content, row->content);
		for (size_t i = 0; i < row->pad; i++)
			buf_add_char(&content, 'x');
		put("a.key", buf_text(&content), content.len);
		put("a.txt", buf_text(&content), content.len);
		put(".key", buf_text(&content), content.len);
	}
	bool good = imds_answer_challenge(folder, buf_text(&challenge), &answer, &e);
	ck_assert_msg(good == (row->kind == ERR_NONE), "row %d: %s", _i, e.text);
	ck_assert_int_eq(e.kind, row->kind);
	if (good && row->pad)
		ck_assert_int_eq((int)answer.len, 6 + 4096);
	else if (good)
		ck_assert_str_eq(buf_text(&answer), row->want);
	else
		ck_assert_msg(strstr(e.text, row->want) != NULL, "row %d: %s", _i, e.text);
}
END_TEST

START_TEST(key_is_a_file_of_its_own)
{
	AUTO_FREE char *link = mem_print("%s/b.key", folder);
	AUTO_FREE char *target = mem_print("%s/a.key", folder);
	AUTO_FREE char *challenge = mem_print("Basic realm=%s", link);
	AUTO_BUF answer = { 0 };
	struct err e = { 0 };

	put("a.key", "c2VjcmV0", 8);
	ck_assert_int_eq(symlink(target, link), 0);
	ck_assert(!imds_answer_challenge(folder, challenge, &answer, &e));
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	unlink(link);
	ck_assert_int_eq(mkfifo(link, 0600), 0);
	ck_assert(!imds_answer_challenge(folder, challenge, &answer, &e));
	ck_assert_int_eq(e.kind, ERR_CONFIG);
}
END_TEST

#define GIVES "{\"access_token\":\"a\",\"expires_in\":\"86399\",\"token_type\":\"Bearer\"}"
#define OURS .method = "GET", .metadata = true, .header = "Metadata: true"

static bool ask(const struct scene *scenes, struct imds *m, unsigned repeats, struct http_reply *reply, struct err *e)
{
	const struct exchange x = { .deadline = &deadline, .repeats = repeats,
				    .asked = { .service = GRAPH, .host = m->arc ? "127.0.0.1" : "169.254.169.254", .target = "sign-in" } };

	script_play(scenes);
	return imds_send(m, &x, reply, e);
}

static const struct send_row {
	struct scene scenes[7];
	int requests;
	enum err_kind kind; /* ERR_NONE: a final reply */
	long status;
	const char *text;
	long least_ms, most_ms;
} sends[] = {
	{ { { OURS, .url = METADATA, .authorization = "", .status = 200, .reply = GIVES } }, 1, ERR_NONE, 200, NULL, 0, 0 },
	{ { { OURS, .status = 404 }, { OURS, .status = 410 }, { OURS, .status = 500 }, { OURS, .status = 200, .reply = GIVES } }, 4, ERR_NONE, 200,
	  NULL, 2625, 4375 },
	{ { { OURS, .status = 429 }, { OURS, .status = 200, .reply = GIVES } }, 2, ERR_NONE, 200, NULL, 750, 1250 },
	{ { { OURS, .status = 410 }, { .error = ERR_NETWORK }, { OURS, .status = 200, .reply = GIVES } }, 3, ERR_NONE, 200, NULL, 1125, 1875 },
	{ { { .status = 400 } }, 1, ERR_NONE, 400, NULL, 0, 0 },
	{ { { .status = 401, .www_authenticate = "Basic realm=/var/opt/azcmagent/tokens/a.key" } }, 1, ERR_NONE, 401, NULL, 0, 0 },
	{ { { .error = ERR_NETWORK } }, 1, ERR_NETWORK, 0, "managed identity: the script says so, is this a virtual machine of Azure with a managed identity?",
	  0, 0 },
	{ { { .status = 404 }, { .status = 404 }, { .status = 404 }, { .status = 404 }, { .status = 404 } }, 5, ERR_NETWORK, 404,
	  "404 from 169.254.169.254: the endpoint of managed identities is being updated, or is another cloud's", 5625, 9375 },
	{ { { .status = 500 }, { .status = 500 }, { .status = 500 }, { .status = 500 }, { .status = 503 } }, 5, ERR_NETWORK, 503,
	  "503 from 169.254.169.254 on sign-in, a fault of the endpoint of managed identities", 5625, 9375 },
	{ { { .status = 429 }, { .status = 429 }, { .status = 429 }, { .status = 429 } }, 4, ERR_THROTTLED, 429,
	  "too many requests for the managed identity: throttled by 169.254.169.254: does not say until when, 30 s left of 30 s", 5250, 8750 },
	{ { { .error = ERR_TIMEOUT } }, 1, ERR_TIMEOUT, 0, "managed identity: the script says so", 0, 0 },
};

START_TEST(request_is_repeated_as_told)
{
	const struct send_row *row = &sends[_i];
	struct imds m = { .url = (char[]){ METADATA }, .key_folder = folder };
	struct http_reply reply = { 0 };
	struct err e = { 0 };

	bool good = ask(row->scenes, &m, 2, &reply, &e);
	ck_assert_msg(good == (row->kind == ERR_NONE), "row %d: %s", _i, e.text);
	ck_assert_int_eq(script_played(), row->requests);
	ck_assert_int_eq(reply.status, row->status);
	ck_assert_int_ge(script_slept_ms(), row->least_ms);
	ck_assert_int_le(script_slept_ms(), row->most_ms);
	if (!good) {
		ck_assert_int_eq(e.kind, row->kind);
		ck_assert_str_eq(e.text, row->text);
	}
	http_reply_free(&reply);
}
END_TEST

START_TEST(arc_wants_the_key)
{
	AUTO_FREE char *challenge = mem_print("Basic realm=%s/a.key", folder);
	const struct scene scenes[] = {
		{ OURS, .url = ARC, .authorization = "", .status = 401, .www_authenticate = challenge },
		{ OURS, .url = ARC, .authorization = "Basic c2VjcmV0", .status = 200, .reply = GIVES },
		{ 0 }
	};
	struct imds m = { .url = (char[]){ ARC }, .arc = true, .key_folder = folder };
	struct http_reply reply = { 0 };
	struct err e = { 0 };

	put("a.key", "c2VjcmV0", 8);
	ck_assert_msg(ask(scenes, &m, 2, &reply, &e), "%s", e.text);
	ck_assert_int_eq(script_played(), 2);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(buf_text(&reply.body), GIVES);
	http_reply_free(&reply);
}
END_TEST

START_TEST(arc_gets_nothing_from_elsewhere)
{
	static const struct scene scenes[] = { { .status = 401, .www_authenticate = "Basic realm=/etc/passwd" }, { 0 } };
	struct imds m = { .url = (char[]){ ARC }, .arc = true, .key_folder = folder };
	struct http_reply reply = { 0 };
	struct err e = { 0 };

	ck_assert(!ask(scenes, &m, 2, &reply, &e));
	ck_assert_int_eq(script_played(), 1);
	ck_assert_int_eq(e.kind, ERR_AUTH);
	http_reply_free(&reply);
}
END_TEST

#define SAYS(error, description) "{\"error\":\"" error "\",\"error_description\":\"" description "\"}"

static const struct reason_row {
	long status;
	const char *reply;
	enum err_kind kind; /* ERR_NONE: left to others */
	const char *text;
} reasons[] = {
	{ 400, SAYS("invalid_request", "Identity not found"), ERR_AUTH,
	  "sign-in refused: this machine has no such managed identity, assign it to the machine or correct the client id of --managed-identity" },
	{ 400, SAYS("bad_request_102", "Required metadata header not specified"), ERR_AUTH,
	  "sign-in refused: the header Metadata did not arrive, what stands between the check and the metadata service?" },
	{ 400, SAYS("invalid_request", "Something else"), ERR_NONE, NULL },
	{ 400, SAYS("invalid_resource", "AADSTS500011: The resource principal was not found."), ERR_NONE, NULL },
	{ 403, "<html></html>", ERR_REPLY, "403 from 169.254.169.254 without a reason, is this a machine of Azure with a managed identity?" },
	{ 401, "", ERR_REPLY, "401 from 169.254.169.254 without a reason, is this a machine of Azure with a managed identity?" },
	{ 400, "{\"error\":null}", ERR_NONE, NULL },
};

START_TEST(refusal_has_its_words)
{
	const struct reason_row *row = &reasons[_i];
	struct http_reply reply = { .status = row->status };
	struct err e = { 0 };

	buf_add(&reply.body, row->reply);
	ck_assert_int_eq(imds_explain(&reply, "169.254.169.254", &e), row->kind != ERR_NONE);
	ck_assert_int_eq(e.kind, row->kind);
	if (row->text)
		ck_assert_str_eq(e.text, row->text);
	http_reply_free(&reply);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("imds");
	TCase *tests = tcase_create("imds");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, environment_says_where, 0, ROWS(places));
	tcase_add_loop_test(tests, challenge_opens_one_folder, 0, ROWS(challenges));
	tcase_add_test(tests, key_is_a_file_of_its_own);
	tcase_add_loop_test(tests, request_is_repeated_as_told, 0, ROWS(sends));
	tcase_add_test(tests, arc_wants_the_key);
	tcase_add_test(tests, arc_gets_nothing_from_elsewhere);
	tcase_add_loop_test(tests, refusal_has_its_words, 0, ROWS(reasons));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
