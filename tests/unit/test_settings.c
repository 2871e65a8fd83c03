// SPDX-License-Identifier: GPL-3.0-or-later
/* The rules between the connection's settings: what is completed, what is refused, and by which words. */
#include "unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cloud/settings.h"

#define PORTAL "contoso.us2.portal.cloudappsecurity.com"
#define TENANT "aaaabbbb-0000-cccc-1111-dddd2222eeee"
#define CLIENT "00001111-aaaa-2222-bbbb-3333cccc4444"

struct given {
	const char *hostname, *api_url, *login_url, *api_token, *tenant_id, *client_id, *client_secret;
	const char *certificate, *federated, *identity;
	bool azure_set;
	int cloud, auth; /* one more than the choice; 0: not given */
};

static struct cloud_settings make(const struct given *g)
{
	return (struct cloud_settings){
		.hostname = mem_copy_text(g->hostname), .api_url = mem_copy_text(g->api_url), .login_url = mem_copy_text(g->login_url),
		.api_token = mem_copy_text(g->api_token), .tenant_id = mem_copy_text(g->tenant_id),
		.client_id = mem_copy_text(g->client_id), .client_secret = mem_copy_text(g->client_secret),
		.client_certificate = mem_copy_text(g->certificate), .federated_token_file = mem_copy_text(g->federated),
		.managed_identity = mem_copy_text(g->identity), .azure_set = g->azure_set,
		.cloud = g->cloud - 1, .auth = g->auth - 1,
	};
}

static void release(struct cloud_settings *s)
{
	free(s->hostname);
	free(s->api_url);
	free(s->login_url);
	free(s->api_token_file);
	free(s->api_token);
	free(s->tenant_id);
	free(s->client_id);
	free(s->client_secret_file);
	free(s->client_secret);
	free(s->client_certificate);
	free(s->federated_token_file);
	free(s->managed_identity);
}

#define IDS .tenant_id = TENANT, .client_id = CLIENT
#define ENTRA .tenant_id = TENANT, .client_id = CLIENT, .client_secret = "s3cret~"

#define GRAPH_URLS "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"
#define PORTAL_URLS "https://" PORTAL, "https://login.microsoftonline.com"

static const struct accepted_row {
	struct given given;
	enum service service;
	const char *api_url, *login_url;
	int cloud, auth;
} accepted[] = {
	{ { .hostname = PORTAL, .api_token = "abc" }, CLOUD_APPS, "https://" PORTAL, "https://login.microsoftonline.com", COMMERCIAL,
	  AUTH_API_TOKEN },
	{ { .hostname = "Contoso.US2.Portal.CloudAppSecurity.com", ENTRA }, CLOUD_APPS, "https://" PORTAL,
	  "https://login.microsoftonline.com", COMMERCIAL, AUTH_SECRET },
	{ { .hostname = "contoso.us1.portal.cloudappsecuritygov.com", .api_token = "abc" }, CLOUD_APPS,
	  "https://contoso.us1.portal.cloudappsecuritygov.com", "https://login.microsoftonline.com", GCC, AUTH_API_TOKEN },
	{ { .hostname = "contoso.us1.portal.cloudappsecurity.us", ENTRA }, CLOUD_APPS, "https://contoso.us1.portal.cloudappsecurity.us",
	  "https://login.microsoftonline.us", GCC_HIGH, AUTH_SECRET },
	{ { .hostname = "contoso.us1.portal.cloudappsecurity.us", .cloud = DOD + 1, ENTRA }, CLOUD_APPS,
	  "https://contoso.us1.portal.cloudappsecurity.us", "https://login.microsoftonline.us", DOD, AUTH_SECRET },
	{ { .api_url = "http://127.0.0.1:8080/", .api_token = " abc\n" }, CLOUD_APPS, "http://127.0.0.1:8080",
	  "https://login.microsoftonline.com", COMMERCIAL, AUTH_API_TOKEN },
	{ { .hostname = PORTAL, .api_url = "https://Proxy.Contoso.example:8443", .api_token = "abc" }, CLOUD_APPS,
	  "https://proxy.contoso.example:8443", "https://login.microsoftonline.com", COMMERCIAL, AUTH_API_TOKEN },
	{ { .hostname = PORTAL, .api_token = "abc", .auth = AUTH_SECRET + 1, ENTRA }, CLOUD_APPS, "https://" PORTAL,
	  "https://login.microsoftonline.com", COMMERCIAL, AUTH_SECRET },
	{ { .hostname = PORTAL, .api_token = "abc", .tenant_id = TENANT }, CLOUD_APPS, "https://" PORTAL,
	  "https://login.microsoftonline.com", COMMERCIAL, AUTH_API_TOKEN },
	{ { ENTRA }, GRAPH, "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com", COMMERCIAL, AUTH_SECRET },
	{ { .api_token = "abc", .hostname = "nonsense", ENTRA }, GRAPH, "https://graph.microsoft.com/v1.0",
	  "https://login.microsoftonline.com", COMMERCIAL, AUTH_SECRET },
	{ { .cloud = CHINA + 1, ENTRA }, GRAPH, "https://microsoftgraph.chinacloudapi.cn/v1.0",
	  "https://login.partner.microsoftonline.cn", CHINA, AUTH_SECRET },
	{ { .cloud = DOD + 1, ENTRA }, GRAPH, "https://dod-graph.microsoft.us/v1.0", "https://login.microsoftonline.us", DOD,
	  AUTH_SECRET },
	{ { .api_url = "http://[::1]:81/v1.0/", .login_url = "http://127.9.9.9:82/", ENTRA }, GRAPH, "http://[::1]:81/v1.0",
	  "http://127.9.9.9:82", COMMERCIAL, AUTH_SECRET },
	{ { .login_url = "https://login.microsoftonline.us/", .cloud = GCC + 1, ENTRA }, GRAPH, "https://graph.microsoft.com/v1.0",
	  "https://login.microsoftonline.us", GCC, AUTH_SECRET },
	/* one way each */
	{ { IDS, .certificate = "/c" }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_CERTIFICATE },
	{ { IDS, .federated = "/f" }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_FEDERATED },
	{ { .identity = "" }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_MANAGED_IDENTITY },
	{ { .identity = CLIENT }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_MANAGED_IDENTITY },
	{ { .hostname = PORTAL, .identity = "system" }, CLOUD_APPS, PORTAL_URLS, COMMERCIAL, AUTH_MANAGED_IDENTITY },
	{ { .auth = AUTH_MANAGED_IDENTITY + 1 }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_MANAGED_IDENTITY },
	{ { IDS, .api_token = "abc", .certificate = "/c" }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_CERTIFICATE },
	/* --auth chooses among several */
	{ { ENTRA, .certificate = "/c", .federated = "/f", .identity = "", .auth = AUTH_SECRET + 1 }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_SECRET },
	{ { ENTRA, .certificate = "/c", .federated = "/f", .identity = "", .auth = AUTH_CERTIFICATE + 1 }, GRAPH, GRAPH_URLS, COMMERCIAL,
	  AUTH_CERTIFICATE },
	{ { ENTRA, .certificate = "/c", .federated = "/f", .identity = "", .auth = AUTH_FEDERATED + 1 }, GRAPH, GRAPH_URLS, COMMERCIAL,
	  AUTH_FEDERATED },
	{ { ENTRA, .certificate = "/c", .federated = "/f", .identity = "", .auth = AUTH_MANAGED_IDENTITY + 1 }, GRAPH, GRAPH_URLS, COMMERCIAL,
	  AUTH_MANAGED_IDENTITY },
	/* what the host injects: the order is azure-identity's, and an API token goes before it */
	{ { ENTRA, .certificate = "/c", .federated = "/f", .azure_set = true }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_SECRET },
	{ { IDS, .certificate = "/c", .federated = "/f", .azure_set = true }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_CERTIFICATE },
	{ { IDS, .federated = "/f", .azure_set = true }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_FEDERATED },
	{ { .hostname = PORTAL, ENTRA, .azure_set = true }, CLOUD_APPS, PORTAL_URLS, COMMERCIAL, AUTH_SECRET },
	{ { .hostname = PORTAL, .api_token = "abc", ENTRA, .azure_set = true }, CLOUD_APPS, PORTAL_URLS, COMMERCIAL, AUTH_API_TOKEN },
	{ { .hostname = PORTAL, .api_token = "abc", IDS, .federated = "/f", .azure_set = true }, CLOUD_APPS, PORTAL_URLS, COMMERCIAL,
	  AUTH_API_TOKEN },
	{ { .api_token = "abc", IDS, .federated = "/f", .azure_set = true }, GRAPH, GRAPH_URLS, COMMERCIAL, AUTH_FEDERATED },
	{ { .tenant_id = "contoso.onmicrosoft.com", .client_id = CLIENT, .client_secret = "a b" }, GRAPH,
	  "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com", COMMERCIAL, AUTH_SECRET },
};

START_TEST(settings_are_completed)
{
	const struct accepted_row *row = &accepted[_i];
	struct cloud_settings s = make(&row->given);
	struct err e = { 0 };

	ck_assert_msg(cloud_settings_check(&s, row->service, &e), "row %d: %s", _i, e.text);
	ck_assert_str_eq(s.api_url, row->api_url);
	ck_assert_str_eq(s.login_url, row->login_url);
	ck_assert_int_eq(s.cloud, row->cloud);
	ck_assert_int_eq(s.auth, row->auth);
	if (row->auth == AUTH_API_TOKEN)
		ck_assert_str_eq(s.api_token, "abc");
	if (row->auth == AUTH_MANAGED_IDENTITY)
		ck_assert_str_eq(s.managed_identity, row->given.identity && *row->given.identity ? row->given.identity : "system");
	release(&s);
}
END_TEST

static const struct refused_row {
	struct given given;
	enum service service;
	enum err_kind kind;
	const char *text; /* a part of it */
} refused[] = {
	{ { .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "give the tenant's portal host by -H" },
	{ { .hostname = "https://" PORTAL, .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "takes a bare host name" },
	{ { .hostname = PORTAL ":443", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "takes a bare host name" },
	{ { .hostname = PORTAL "/", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "takes a bare host name" },
	{ { .hostname = "portal.cloudappsecurity.com", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "is the generic host" },
	{ { .hostname = "Portal.CloudAppSecurity.us", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "is the generic host" },
	{ { .hostname = "", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "is no host name" },
	{ { .hostname = ".portal.cloudappsecurity.com", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "is no host name" },
	{ { .hostname = "a b.portal.cloudappsecurity.com", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "is no host name" },
	{ { .hostname = PORTAL ".evil.example", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "does not end in" },
	{ { .hostname = "evilportal.cloudappsecurity.com", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "does not end in" },
	{ { .hostname = PORTAL, .cloud = GCC + 1, .api_token = "abc" }, CLOUD_APPS, ERR_USAGE,
	  "belongs to --cloud=commercial, not to --cloud=gcc" },
	{ { .hostname = "contoso.us1.portal.cloudappsecurity.us", .cloud = COMMERCIAL + 1, .api_token = "abc" }, CLOUD_APPS, ERR_USAGE,
	  "belongs to --cloud=gcc-high or dod, not to --cloud=commercial" },
	{ { .hostname = PORTAL, .cloud = CHINA + 1, .api_token = "abc" }, CLOUD_APPS, ERR_CONFIG, "china has no" },
	{ { .api_url = "http://contoso.example", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "127.0.0.0/8 and [::1] only" },
	{ { .api_url = "http://localhost:80", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "127.0.0.0/8 and [::1] only" },
	{ { .api_url = "https://contoso.example/api", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "has no path" },
	{ { .api_url = "https://a:b@contoso.example", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "without user info" },
	{ { .api_url = "contoso.example", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "scheme and host" },
	{ { .api_url = "ftp://contoso.example", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "scheme and host" },
	{ { .api_url = "https://contoso.example\r\nX: y", .api_token = "abc" }, CLOUD_APPS, ERR_USAGE, "scheme and host" },
	{ { .api_url = "https://graph.contoso.example", ENTRA }, GRAPH, ERR_USAGE, "needs its version" },
	{ { .api_url = "https://graph.contoso.example/v1.0?x", ENTRA }, GRAPH, ERR_USAGE, "a query does not belong" },
	{ { .login_url = "http://login.contoso.example", ENTRA }, GRAPH, ERR_USAGE, "127.0.0.0/8 and [::1] only" },
	{ { .login_url = "https://login.contoso.example/" TENANT, ENTRA }, GRAPH, ERR_USAGE, "an authority has no path" },
	{ { .api_token = "abc", .hostname = PORTAL, ENTRA }, CLOUD_APPS, ERR_USAGE,
	  "an API token and a client secret: choose by --auth=api-token or --auth=secret" },
	{ { ENTRA, .certificate = "/c" }, GRAPH, ERR_USAGE,
	  "two ways to sign in are configured, a client secret and a client certificate: choose by --auth=secret or --auth=certificate" },
	{ { IDS, .certificate = "/c", .federated = "/f" }, GRAPH, ERR_USAGE,
	  "two ways to sign in are configured, a client certificate and a federated token: choose by --auth=certificate or --auth=federated" },
	{ { IDS, .federated = "/f", .identity = "" }, GRAPH, ERR_USAGE, "a federated token and a managed identity: choose by --auth=federated or "
									 "--auth=managed-identity" },
	{ { .hostname = PORTAL, .api_token = "abc", .identity = "" }, CLOUD_APPS, ERR_USAGE,
	  "an API token and a managed identity: choose by --auth=api-token or --auth=managed-identity" },
	{ { .hostname = PORTAL, .api_token = "abc", ENTRA, .certificate = "/c", .federated = "/f", .identity = "" }, CLOUD_APPS, ERR_USAGE,
	  "five ways to sign in are configured, an API token, a client secret, a client certificate, a federated token and a managed identity: "
	  "choose by --auth=api-token, --auth=secret, --auth=certificate, --auth=federated or --auth=managed-identity" },
	{ { .certificate = "/c" }, GRAPH, ERR_USAGE, "the sign-in with a client certificate is incomplete, missing: --tenant-id, --client-id" },
	{ { .tenant_id = TENANT, .federated = "/f" }, GRAPH, ERR_USAGE, "the sign-in with a federated token is incomplete, missing: --client-id" },
	{ { IDS, .auth = AUTH_CERTIFICATE + 1 }, GRAPH, ERR_USAGE, "a client certificate is incomplete, missing: --client-certificate" },
	{ { IDS, .auth = AUTH_FEDERATED + 1 }, GRAPH, ERR_USAGE, "a federated token is incomplete, missing: --federated-token-file" },
	{ { .tenant_id = "common", .client_id = CLIENT, .certificate = "/c" }, GRAPH, ERR_USAGE, "names no tenant" },
	{ { .identity = "a&b" }, GRAPH, ERR_USAGE, "--managed-identity=\"a&b\" is no client id" },
	{ { .hostname = PORTAL }, CLOUD_APPS, ERR_USAGE, "give --api-token-file, or --tenant-id" },
	{ { .api_token = "abc" }, GRAPH, ERR_USAGE, "missing: give --tenant-id, --client-id and --client-secret-file, or the same as "
						      "MDCA_... in the environment or in a section" },
	{ { .api_token = "abc", .auth = AUTH_API_TOKEN + 1 }, GRAPH, ERR_USAGE, "Microsoft Graph takes no API token" },
	{ { .hostname = PORTAL, .auth = AUTH_API_TOKEN + 1 }, CLOUD_APPS, ERR_USAGE, "--auth=api-token needs the token" },
	{ { .tenant_id = TENANT }, GRAPH, ERR_USAGE, "incomplete, missing: --client-id, --client-secret-file" },
	{ { .client_secret = "x" }, GRAPH, ERR_USAGE, "incomplete, missing: --tenant-id, --client-id" },
	{ { .hostname = PORTAL, .api_token = "two words" }, CLOUD_APPS, ERR_USAGE, "is no API token" },
	{ { .hostname = PORTAL, .api_token = "a\r\nX-Header: b" }, CLOUD_APPS, ERR_USAGE, "is no API token" },
	{ { .hostname = PORTAL, .api_token = " \n" }, CLOUD_APPS, ERR_USAGE, "is no API token" },
	{ { .hostname = PORTAL, .api_token = "t\xc3\xa9" }, CLOUD_APPS, ERR_USAGE, "is no API token" },
	{ { .tenant_id = "common", .client_id = CLIENT, .client_secret = "x" }, GRAPH, ERR_USAGE, "names no tenant" },
	{ { .tenant_id = "Organizations", .client_id = CLIENT, .client_secret = "x" }, GRAPH, ERR_USAGE, "names no tenant" },
	{ { .tenant_id = "../x", .client_id = CLIENT, .client_secret = "x" }, GRAPH, ERR_USAGE, "neither a directory id nor a domain" },
	{ { .tenant_id = "", .client_id = CLIENT, .client_secret = "x" }, GRAPH, ERR_USAGE, "neither a directory id nor a domain" },
	{ { .tenant_id = TENANT, .client_id = "a&b", .client_secret = "x" }, GRAPH, ERR_USAGE, "is no application id" },
	{ { .tenant_id = TENANT, .client_id = CLIENT, .client_secret = "a\nb" }, GRAPH, ERR_USAGE, "is no client secret" },
};

START_TEST(settings_are_refused)
{
	const struct refused_row *row = &refused[_i];
	struct cloud_settings s = make(&row->given);
	struct err e = { 0 };

	ck_assert(!cloud_settings_check(&s, row->service, &e));
	ck_assert_msg(strstr(e.text, row->text), "row %d: %s", _i, e.text);
	ck_assert_int_eq(e.kind, row->kind);
	if (row->given.client_secret && strlen(row->given.client_secret) > 1)
		ck_assert_ptr_null(strstr(e.text, row->given.client_secret));
	release(&s);
}
END_TEST

START_TEST(ipv4_and_ipv6_exclude_each_other)
{
	struct cloud_settings s = make(&(struct given){ ENTRA });
	struct err e = { 0 };

	s.only_ipv4 = s.only_ipv6 = true;
	ck_assert(!cloud_settings_check(&s, GRAPH, &e));
	ck_assert_int_eq(e.kind, ERR_USAGE);
	release(&s);
}
END_TEST

static const struct {
	const char *proxy;
	bool taken;
} proxies[] = {
	{ "", true },
	{ "proxy.contoso.example", true },
	{ "proxy.contoso.example:3128", true },
	{ "127.0.0.1:3128", true },
	{ "http://proxy.contoso.example:3128", true },
	{ "HTTP://[::1]:3128/", true },
	{ "https://contoso:hunter2@proxy.contoso.example", true },
	{ "socks4://proxy.contoso.example", true },
	{ "socks4a://proxy.contoso.example", true },
	{ "socks5://proxy.contoso.example:1080", true },
	{ "SOCKS5H://proxy.contoso.example:1080", true },
	{ "ftp://contoso:hunter2@127.0.0.1:1", false },
	{ "socks://proxy.contoso.example", false },
	{ "socks6://proxy.contoso.example", false },
	{ "file:///etc/proxy", false },
	{ "http://", false },
	{ "http://contoso:hunter2@127.0.0.1:99999", false },
	{ "http://contoso:hunter2@[::1", false },
	{ "http://a b:1", false },
};

START_TEST(a_proxy_is_one_that_libcurl_knows)
{
	struct cloud_settings s = make(&(struct given){ ENTRA });
	struct err e = { 0 };

	s.proxy = mem_copy_text(proxies[_i].proxy);
	bool taken = cloud_settings_check(&s, GRAPH, &e);
	ck_assert_msg(taken == proxies[_i].taken, "row %d: %s", _i, e.text);
	if (!taken)
		ck_assert_str_eq(e.text, "--proxy takes host and port behind http://, https://, socks4://, socks4a://, socks5:// or "
					 "socks5h://, as in http://proxy.contoso.example:3128");
	ck_assert_int_eq(e.kind, taken ? ERR_NONE : ERR_USAGE);
	free(s.proxy);
	release(&s);
}
END_TEST

static const struct file_row {
	const char *content;
	size_t len; /* 0: all of the text */
	mode_t mode;
	enum err_kind kind;
	const char *result; /* the secret, or a part of the error */
} files[] = {
	{ "s3cret~\n", 0, 0600, ERR_NONE, "s3cret~" },
	{ "s3cret~\r\n", 0, 0400, ERR_NONE, "s3cret~" },
	{ "s3cret~", 0, 0640, ERR_NONE, "s3cret~" },
	{ "s3cret~\n", 0, 0604, ERR_CONFIG, "open to others" },
	{ "two\nlines\n", 0, 0600, ERR_CONFIG, "is no client secret" },
	{ "\n", 0, 0600, ERR_CONFIG, "is empty" },
	{ "a\0b", 3, 0600, ERR_CONFIG, "is no text" },
};

START_TEST(secret_comes_from_its_file)
{
	const struct file_row *row = &files[_i];
	struct cloud_settings s = make(&(struct given){ ENTRA });
	char path[] = "/tmp/test_settings.XXXXXX";
	int fd = mkstemp(path);
	size_t len = row->len ? row->len : strlen(row->content);
	struct err e = { 0 };

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, row->content, len), (ssize_t)len);
	ck_assert_int_eq(fchmod(fd, row->mode), 0);
	close(fd);
	s.client_secret_file = mem_copy_text(path);
	bool good = cloud_settings_check(&s, GRAPH, &e);
	unlink(path);
	ck_assert_msg(good == (row->kind == ERR_NONE), "row %d: %s", _i, e.text);
	if (good)
		ck_assert_str_eq(s.client_secret, row->result);
	else
		ck_assert_msg(e.kind == row->kind && strstr(e.text, row->result), "row %d: %s", _i, e.text);
	release(&s);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("settings");
	TCase *tests = tcase_create("rules");

	tcase_add_loop_test(tests, settings_are_completed, 0, ROWS(accepted));
	tcase_add_loop_test(tests, settings_are_refused, 0, ROWS(refused));
	tcase_add_test(tests, ipv4_and_ipv6_exclude_each_other);
	tcase_add_loop_test(tests, a_proxy_is_one_that_libcurl_knows, 0, ROWS(proxies));
	tcase_add_loop_test(tests, secret_comes_from_its_file, 0, ROWS(files));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
