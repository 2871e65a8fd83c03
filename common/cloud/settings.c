// SPDX-License-Identifier: GPL-3.0-or-later
/* The connection's option rows and the rules between them. Every refusal names the option and the cure, before anything is sent. */
#include "cloud/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "cloud/assertion.h"
#include "cloud/budget.h"
#include "net/http.h"

#define HOST_MAX 253
#define API_TOKEN_MAX 4096
#define CLIENT_SECRET_MAX 4096
#define CLIENT_ID_MAX 64
#define GENERIC_HOST "portal.cloudappsecurity.com"

#define AT(member, want) .at = OPT_AT(struct cloud_settings, member, want)
#define TEXT .type = OPT_IS_TEXT
#define CHOICE .type = OPT_IS_CHOICE
#define FLAG .type = OPT_IS_FLAG
#define SECRET .type = OPT_IS_SECRET

static const char *const auth_names[] = { "api-token", "secret", "certificate", "federated", "managed-identity", NULL };

const struct opt cloud_options[] = {
	{ TEXT, .letter = 'H', .name = "hostname", AT(hostname, char *), .arg = "HOST",
	  .help = "the tenant's portal host, for example contoso.us2.portal.cloudappsecurity.com (Settings, Cloud Apps, About in the "
		  "Defender portal)" },
	{ CHOICE, .name = "cloud", AT(cloud, int), .arg = "CLOUD", .choices = cloud_names,
	  .help = "the Microsoft cloud of the tenant, which picks sign-in and Graph hosts; without it the one that --hostname "
		  "belongs to, else commercial" },
	{ TEXT, .name = "api-url", AT(api_url, char *), .arg = "URL",
	  .help = "asks this base instead, scheme://host[:port], for Graph with its version as in https://graph.microsoft.com/v1.0; "
		  "http only for a loopback address" },
	{ TEXT, .name = "login-url", AT(login_url, char *), .arg = "URL", .azure = "AZURE_AUTHORITY_HOST",
	  .azure_unless = "cloud",
	  .help = "signs in at this authority instead of the cloud's" },
	{ CHOICE, .name = "auth", AT(auth, int), .arg = "METHOD", .choices = auth_names,
	  .help = "the way to sign in, needed only where more than one is configured" },
	{ TEXT, .name = "api-token-file", AT(api_token_file, char *), .arg = "FILE",
	  .help = "reads the API token of the portal from this file, which must be closed to other users" },
	{ SECRET, .name = "api-token", AT(api_token, char *), .arg = "SECRET",
	  .help = "the API token itself; a file is the better place" },
	{ TEXT, .letter = 'x', .name = "proxy", AT(proxy, char *), .arg = "URL", .userinfo_refused = true,
	  .help = "goes through this proxy; without it the environment's proxy variables count" },
	{ TEXT, .name = "noproxy", AT(noproxy, char *), .arg = "LIST",
	  .help = "hosts that are asked without the proxy, parted by commas" },
	{ TEXT, .name = "ca-cert", AT(ca_cert, char *), .arg = "FILE",
	  .help = "trusts the authorities in this PEM file instead of the system's" },
	{ TEXT, .name = "ca-path", AT(ca_path, char *), .arg = "DIR",
	  .help = "trusts the authorities in this folder of hashed names instead of the system's" },
	{ FLAG, .letter = '4', .name = "use-ipv4", AT(only_ipv4, bool), .help = "connects by IPv4 only" },
	{ FLAG, .letter = '6', .name = "use-ipv6", AT(only_ipv6, bool), .help = "connects by IPv6 only" },
	{ TEXT, .name = "cache-dir", AT(cache_dir, char *), .arg = "DIR",
	  .help = "keeps access tokens and the request budget in this private folder (default: /var/cache/mdca-plugins/USER where the package made it, else "
		  "the user's own cache folder)" },
	{ FLAG, .name = "no-cache", AT(no_cache, bool), .help = "keeps nothing between runs, neither access token nor request budget" },
	{ .type = OPT_IS_INT, .name = "budget", AT(budget, int64_t), .fallback = "25", .arg = "N", .low = 0, .high = BUDGET_SHARE_MAX,
	  .help = "portal requests a minute that all checks of this user may make together, of the 30 that the tenant has for everybody; "
		  "a 429 of the service is heeded by all of them; 0 switches both off" },
	OPT_END
};

const struct opt entra_options[] = {
	{ TEXT, .name = "tenant-id", AT(tenant_id, char *), .arg = "ID", .azure = "AZURE_TENANT_ID",
	  .help = "the Entra tenant: its directory id or one of its domains" },
	{ TEXT, .name = "client-id", AT(client_id, char *), .arg = "ID", .azure = "AZURE_CLIENT_ID",
	  .help = "the application (client) id of the app registration" },
	{ TEXT, .name = "client-secret-file", AT(client_secret_file, char *), .arg = "FILE",
	  .help = "reads the client secret from this file, which must be closed to other users" },
	{ SECRET, .name = "client-secret", AT(client_secret, char *), .arg = "SECRET", .azure = "AZURE_CLIENT_SECRET",
	  .help = "the client secret itself; a file is the better place" },
	{ TEXT, .name = "client-certificate", AT(client_certificate, char *), .arg = "PEM", .azure = "AZURE_CLIENT_CERTIFICATE_PATH",
	  .help = "signs in with the certificate and the RSA key in this file, which must be closed to other users" },
	{ TEXT, .name = "client-certificate-password-file", AT(client_certificate_password_file, char *), .arg = "FILE", .names_nobody = true,
	  .help = "reads the password of an encrypted key from this file, which must be closed to other users" },
	{ SECRET, .name = "client-certificate-password", AT(client_certificate_password, char *), .arg = "SECRET",
	  .azure = "AZURE_CLIENT_CERTIFICATE_PASSWORD", .names_nobody = true,
	  .help = "the password of an encrypted key itself; a file is the better place" },
	{ CHOICE, .name = "assertion", AT(assertion, int), .arg = "ALGORITHM", .choices = assertion_names, .fallback = "PS256",
	  .names_nobody = true,
	  .help = "how the key signs: RS256 is the older way, for a sign-in service that knows no other" },
	{ TEXT, .name = "federated-token-file", AT(federated_token_file, char *), .arg = "FILE", .azure = "AZURE_FEDERATED_TOKEN_FILE",
	  .help = "signs in with the token that another issuer keeps in this file, as Kubernetes does; it is read for each request" },
	{ TEXT, .name = "managed-identity", AT(managed_identity, char *), .arg = "CLIENT-ID", .value_optional = true,
	  .help = "signs in as the identity of this machine in Azure or Azure Arc, which needs no other setting; CLIENT-ID names one that "
		  "was assigned to it, without it or with `system` it is the machine's own" },
	OPT_END
};

static bool only_from(const char *text, const char *further)
{
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) && !strchr(further, *text))
			return false;
	}
	return true;
}

/* ASCII from `lowest` on: what can stand in a header or a form without doing harm. */
static bool is_printable(const char *text, size_t max, unsigned char lowest)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < lowest || (unsigned char)text[i] > '~')
			return false;
	}
	return len > 0 && len <= max;
}

static bool is_below(const char *host, const char *domain)
{
	size_t len = strlen(host), tail = strlen(domain);

	return len > tail && !strcasecmp(host + len - tail, domain);
}

static void replace(char **setting, char *text)
{
	free(*setting);
	*setting = text;
}

/* Where portal hosts end, and the clouds that live there. GCC High and DoD share one. */
static const struct {
	const char *domain;
	enum cloud first, last;
} portals[] = {
	{ ".portal.cloudappsecurity.com", COMMERCIAL, COMMERCIAL },
	{ ".portal.cloudappsecuritygov.com", GCC, GCC },
	{ ".portal.cloudappsecurity.us", GCC_HIGH, DOD },
};

static bool check_bare_host(const char *host, struct err *e)
{
	if (strstr(host, "://") || strpbrk(host, "/:@?#"))
		return err_set(e, ERR_USAGE, "--hostname takes a bare host name without scheme, port and path, not \"%s\"; another base "
			       "goes to --api-url", host);
	if (!strcasecmp(host, GENERIC_HOST) || !strcasecmp(host, "portal.cloudappsecuritygov.com") ||
	    !strcasecmp(host, "portal.cloudappsecurity.us"))
		return err_set(e, ERR_USAGE, "--hostname=%s is the generic host, which answers API calls at random: give the tenant's own, "
			       "as in contoso.us2.%s", host, host);
	if (!*host || strlen(host) > HOST_MAX || !only_from(host, "-.") || *host == '.' || *host == '-' || strstr(host, ".."))
		return err_set(e, ERR_USAGE, "--hostname=\"%s\" is no host name: give one like contoso.us2." GENERIC_HOST, host);
	return true;
}

static bool check_hostname(struct cloud_settings *s, struct err *e)
{
	const char *host = s->hostname;

	if (!check_bare_host(host, e))
		return false;
	for (size_t i = 0; i < sizeof(portals) / sizeof(portals[0]); i++) {
		if (!is_below(host, portals[i].domain))
			continue;
		if (s->cloud < 0)
			s->cloud = (int)portals[i].first;
		if (s->cloud >= (int)portals[i].first && s->cloud <= (int)portals[i].last)
			return true;
		return err_set(e, ERR_USAGE, "--hostname=%s belongs to --cloud=%s%s, not to --cloud=%s", host,
			       cloud_names[portals[i].first], portals[i].first != portals[i].last ? " or dod" : "",
			       cloud_names[s->cloud]);
	}
	return err_set(e, ERR_USAGE, "--hostname=%s does not end in %s, %s or %s: give the tenant's portal host, or another base by "
		       "--api-url", host, portals[0].domain, portals[2].domain, portals[1].domain);
}

/* Splits off what follows scheme, host and port. *path is lent by url and starts with `/`, or is empty. */
static bool check_url(const char *option, const char *url, struct buf *origin, const char **path, struct err *e)
{
	const char *after = strstr(url, "://");

	if (!is_printable(url, 2048, '!') || !after || !http_origin(url, origin))
		return err_set(e, ERR_USAGE, "%s takes a URL of scheme and host without user info, as in https://host", option);
	if (!strncmp(buf_text(origin), "http:", 5) && !http_is_plain_loopback(url))
		return err_set(e, ERR_USAGE, "%s=%s: plain http goes to 127.0.0.0/8 and [::1] only, use https", option, url);
	*path = after + 3 + strcspn(after + 3, "/?#");
	if (strpbrk(*path, "?#"))
		return err_set(e, ERR_USAGE, "%s=%s: a query does not belong there", option, url);
	return true;
}

static bool check_api_url(struct cloud_settings *s, enum service service, struct err *e)
{
	AUTO_BUF base = { 0 };
	const char *path;

	if (!check_url("--api-url", s->api_url, &base, &path, e))
		return false;
	size_t len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	if (service == CLOUD_APPS && len)
		return err_set(e, ERR_USAGE, "--api-url=%s: the portal's base has no path, give scheme://host[:port]", s->api_url);
	if (service == GRAPH && !len)
		return err_set(e, ERR_USAGE, "--api-url=%s: Graph needs its version too, as in %s/v1.0", s->api_url, buf_text(&base));
	buf_add_bytes(&base, path, len);
	replace(&s->api_url, buf_take(&base));
	return true;
}

static bool check_login_url(struct cloud_settings *s, struct err *e)
{
	AUTO_BUF base = { 0 };
	const char *path;

	if (!s->login_url) {
		s->login_url = mem_copy_text(cloud_login_url((enum cloud)s->cloud));
		return true;
	}
	if (!check_url("--login-url", s->login_url, &base, &path, e))
		return false;
	if (path[strspn(path, "/")])
		return err_set(e, ERR_USAGE, "--login-url=%s: an authority has no path, the tenant goes to --tenant-id", s->login_url);
	replace(&s->login_url, buf_take(&base));
	return true;
}

/* The value is not repeated: a password may stand in it. An empty one means no proxy. */
static bool check_proxy(const struct cloud_settings *s, struct err *e)
{
	if (!s->proxy || !*s->proxy || http_is_proxy(s->proxy))
		return true;
	return err_set(e, ERR_USAGE, "--proxy takes host and port behind " HTTP_PROXY_FORMS ", as in http://proxy.contoso.example:3128");
}

static bool check_base(struct cloud_settings *s, enum service service, struct err *e)
{
	if (service == CLOUD_APPS && s->cloud == CHINA)
		return err_set(e, ERR_CONFIG, "--cloud=china has no Defender for Cloud Apps portal, so this check does not work there");
	if (service == CLOUD_APPS && !s->hostname && !s->api_url)
		return err_set(e, ERR_USAGE, "whom to ask is missing: give the tenant's portal host by -H, as in "
			       "-H contoso.us2." GENERIC_HOST);
	if (service == CLOUD_APPS && s->hostname && !check_hostname(s, e))
		return false;
	if (s->cloud < 0)
		s->cloud = COMMERCIAL;
	if (s->api_url)
		return check_api_url(s, service, e);
	if (service == GRAPH) {
		s->api_url = mem_copy_text(cloud_graph_url((enum cloud)s->cloud));
		return true;
	}
	s->api_url = mem_print("https://%s", s->hostname);
	for (char *c = s->api_url; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return true;
}

/* The credential decides which method is meant: a tenant and client alone may be there for other checks. */
static bool has_secret(const struct cloud_settings *s)
{
	return s->client_secret || s->client_secret_file;
}

static bool has_api_token(const struct cloud_settings *s)
{
	return s->api_token || s->api_token_file;
}

static bool has_certificate(const struct cloud_settings *s)
{
	return s->client_certificate;
}

static bool has_federated(const struct cloud_settings *s)
{
	return s->federated_token_file;
}

static bool has_managed_identity(const struct cloud_settings *s)
{
	return s->managed_identity;
}

static const struct {
	const char *name;
	bool (*given)(const struct cloud_settings *s);
} methods[AUTH_COUNT] = {
	[AUTH_API_TOKEN] = { "an API token", has_api_token },
	[AUTH_SECRET] = { "a client secret", has_secret },
	[AUTH_CERTIFICATE] = { "a client certificate", has_certificate },
	[AUTH_FEDERATED] = { "a federated token", has_federated },
	[AUTH_MANAGED_IDENTITY] = { "a managed identity", has_managed_identity },
};

/* Names all of them: a chain that tries one after the other would hide which one works. */
static bool refuse_several(unsigned given, struct err *e)
{
	static const char *const numbers[] = { "two", "three", "four", "five" };
	AUTO_BUF names = { 0 };
	AUTO_BUF options = { 0 };
	int left = __builtin_popcount(given), count = left;

	for (int i = 0; i < AUTH_COUNT; i++) {
		if (!(given & 1u << i))
			continue;
		const char *gap = left == count ? "" : left > 1 ? ", " : NULL;
		buf_print(&names, "%s%s", gap ? gap : " and ", methods[i].name);
		buf_print(&options, "%s--auth=%s", gap ? gap : " or ", auth_names[i]);
		left--;
	}
	return err_set(e, ERR_USAGE, "%s ways to sign in are configured, %s: choose by %s", numbers[count - 2], buf_text(&names),
		       buf_text(&options));
}

static bool refuse_none(bool takes_api_token, struct err *e)
{
	return err_set(e, ERR_USAGE, "a way to sign in is missing: give %s--tenant-id, --client-id and --client-secret-file, or the "
		       "same as MDCA_... in the environment or in a section of --extra-opts",
		       takes_api_token ? "--api-token-file, or " : "");
}

static bool choose_auth(struct cloud_settings *s, enum service service, struct err *e)
{
	bool takes_api_token = service == CLOUD_APPS || s->any_sign_in;
	unsigned given = 0;
	int first = -1;

	if (!takes_api_token && s->auth == AUTH_API_TOKEN)
		return err_set(e, ERR_USAGE, "--auth=api-token does not work here: Microsoft Graph takes no API token of the portal, give "
			       "--auth=secret with --tenant-id, --client-id and --client-secret-file");
	if (s->auth >= 0)
		return true;
	for (int i = service == GRAPH ? AUTH_SECRET : AUTH_API_TOKEN; i < AUTH_COUNT; i++) {
		if (!methods[i].given(s))
			continue;
		given |= 1u << i;
		if (first < 0)
			first = i;
	}
	/* Nobody chose what the host injects: an API token goes before it, and in it the order is that of azure-identity. */
	if (given & (given - 1) && !s->azure_set)
		return refuse_several(given, e);
	if (!given && takes_api_token && has_api_token(s))
		first = AUTH_API_TOKEN;
	else if (!given && !s->tenant_id && !s->client_id)
		return refuse_none(takes_api_token, e);
	s->auth = first >= 0 ? first : AUTH_SECRET;
	return true;
}

/* Puts the file's content in place of the setting: a file, where both are given, is the more deliberate place. */
static bool load_secret(const char *what, const char *path, char **secret, struct err *e)
{
	AUTO_BUF text = { 0 };

	if (!path)
		return true;
	if (!file_read_secret(what, path, &text, e))
		return false;
	bool whole = strlen(buf_text(&text)) == text.len;
	if (whole) {
		mem_wipe_text(*secret);
		*secret = mem_copy_text(buf_text(&text));
	}
	explicit_bzero(text.data, text.len);
	return whole || err_set(e, ERR_CONFIG, "%s %s is no text", what, path);
}

static void trim(char *text)
{
	size_t front = strspn(text, " \t\r\n"), len = strlen(text);

	while (len > front && strchr(" \t\r\n", text[len - 1]))
		len--;
	memmove(text, text + front, len - front);
	explicit_bzero(text + len - front, front);
	text[len - front] = '\0';
}

static bool check_api_token(struct cloud_settings *s, struct err *e)
{
	const char *file = s->api_token_file;

	if (!has_api_token(s))
		return err_set(e, ERR_USAGE, "--auth=api-token needs the token: give --api-token-file (or MDCA_API_TOKEN)");
	if (!load_secret("API token file", file, &s->api_token, e))
		return false;
	trim(s->api_token);
	if (!is_printable(s->api_token, API_TOKEN_MAX, '!'))
		return err_set(e, file ? ERR_CONFIG : ERR_USAGE, "%s%s is no API token: one word of printable characters, at most %d",
			       file ? "API token file " : "the setting api-token", file ? file : "", API_TOKEN_MAX);
	return true;
}

static bool check_entra_ids(const struct cloud_settings *s, struct err *e)
{
	static const char *const everyones[] = { "common", "organizations", "consumers" };

	for (size_t i = 0; i < sizeof(everyones) / sizeof(everyones[0]); i++) {
		if (!strcasecmp(s->tenant_id, everyones[i]))
			return err_set(e, ERR_USAGE, "--tenant-id=%s names no tenant: give the directory id or a domain of the tenant",
				       s->tenant_id);
	}
	if (!*s->tenant_id || strlen(s->tenant_id) > HOST_MAX || !only_from(s->tenant_id, "-.") || *s->tenant_id == '.')
		return err_set(e, ERR_USAGE, "--tenant-id=\"%s\" is neither a directory id nor a domain", s->tenant_id);
	if (!*s->client_id || strlen(s->client_id) > CLIENT_ID_MAX || !only_from(s->client_id, "-"))
		return err_set(e, ERR_USAGE, "--client-id=\"%s\" is no application id, which looks like "
			       "00001111-aaaa-2222-bbbb-3333cccc4444", s->client_id);
	return true;
}

/* What belongs to an application, and the credential of the method. */
static bool check_whole(const struct cloud_settings *s, const char *credential, struct err *e)
{
	AUTO_BUF missing = { 0 };

	if (!s->tenant_id)
		buf_add(&missing, ", --tenant-id");
	if (!s->client_id)
		buf_add(&missing, ", --client-id");
	if (!methods[s->auth].given(s))
		buf_print(&missing, ", %s", credential);
	if (missing.len)
		return err_set(e, ERR_USAGE, "the sign-in with %s is incomplete, missing: %s", methods[s->auth].name, buf_text(&missing) + 2);
	return check_entra_ids(s, e);
}

static bool check_secret(struct cloud_settings *s, struct err *e)
{
	const char *file = s->client_secret_file;

	if (!check_whole(s, "--client-secret-file (or MDCA_CLIENT_SECRET)", e) ||
	    !load_secret("client secret file", file, &s->client_secret, e))
		return false;
	if (!is_printable(s->client_secret, CLIENT_SECRET_MAX, ' '))
		return err_set(e, file ? ERR_CONFIG : ERR_USAGE, "%s%s is no client secret: one line of printable ASCII, at most %d characters",
			       file ? "client secret file " : "the setting client-secret", file ? file : "", CLIENT_SECRET_MAX);
	return true;
}

static bool check_managed_identity(struct cloud_settings *s, struct err *e)
{
	const char *id = s->managed_identity;

	if (id && *id && (strlen(id) > CLIENT_ID_MAX || !only_from(id, "-")))
		return err_set(e, ERR_USAGE, "--managed-identity=\"%s\" is no client id, which looks like "
			       "00001111-aaaa-2222-bbbb-3333cccc4444", id);
	if (!id || !*id)
		replace(&s->managed_identity, mem_copy_text("system"));
	return true;
}

static bool check_method(struct cloud_settings *s, struct err *e)
{
	switch ((enum auth)s->auth) {
	case AUTH_API_TOKEN:
		return check_api_token(s, e);
	case AUTH_CERTIFICATE:
		return check_whole(s, "--client-certificate", e);
	case AUTH_FEDERATED:
		return check_whole(s, "--federated-token-file", e);
	case AUTH_MANAGED_IDENTITY:
		return check_managed_identity(s, e);
	case AUTH_SECRET:
	case AUTH_COUNT:
		break;
	}
	return check_secret(s, e);
}

bool cloud_settings_check(struct cloud_settings *s, enum service service, struct err *e)
{
	if (s->only_ipv4 && s->only_ipv6)
		return err_set(e, ERR_USAGE, "-4 and -6 exclude each other, give one of them");
	if (!check_base(s, service, e) || !check_proxy(s, e) || !check_login_url(s, e) || !choose_auth(s, service, e))
		return false;
	return check_method(s, e);
}
