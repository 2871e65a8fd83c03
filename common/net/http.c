// SPDX-License-Identifier: GPL-3.0-or-later
/* The wire. One easy handle, reset before each exchange, which keeps its connections and what it has read of the trust
 * store. Most of the file says why an exchange failed: that text is what a person sees first. */
#include "net/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secrets.h"

/* A system's store holds a hundred; fewer hashed names are somebody's additions to a bundle. */
#define SYSTEM_STORE_MIN 20
/* libcurl passes over a length beyond its own numbers as if there were none, and of two it takes the second. */
#define LENGTH_DIGITS_MAX 18
#define METADATA_HOST "169.254.169.254"
/* The service is next door: a host outside the cloud shall not hang until the time limit. */
#define METADATA_CONNECT_MS 1000

struct http {
	CURL *curl;
	char *user_agent, *proxy, *noproxy;
	char *ca_file, *ca_folder; /* both NULL: what libcurl was built to use */
	char *proxy_shown;         /* for people, without user info; NULL: none set */
	bool only_ipv4, only_ipv6;
	bool openssl; /* is libcurl's TLS library */
	int trace;
	bool hid_header; /* the last one traced, whose folded lines must not show either */
	struct deadline deadline;
	char reason[CURL_ERROR_SIZE];
};

struct url {
	bool tls;
	char host[264]; /* small letters, IPv6 in brackets */
	unsigned port;
	const char *rest; /* path and query, lent by the URL */
};

struct exchange {
	struct http *http;
	const struct http_request *request;
	struct url url;
	http_sink *sink;
	void *data;
	struct http_reply reply;
	size_t headers_len, body_len;
	char length[LENGTH_DIGITS_MAX + 2]; /* as told; one digit too many shows */
	bool in_handshake;
	bool stopped; /* by the sink or a ceiling, *e says why */
	struct err *e;
};

static bool copy_name(const char *text, size_t len, char *out, size_t size)
{
	if (!len || len >= size)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80 || (!isalnum(c) && !strchr("._-", c)))
			return false;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	out[len] = '\0';
	return true;
}

/* One notation for each address, so that two can be compared as text. */
static bool copy_ipv6(const char *text, size_t len, char *out, size_t size)
{
	struct in6_addr address;
	char literal[INET6_ADDRSTRLEN];

	if (len >= sizeof(literal))
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	if (inet_pton(AF_INET6, literal, &address) != 1)
		return false;
	snprintf(out, size, "[%s]", inet_ntop(AF_INET6, &address, literal, sizeof(literal)));
	return true;
}

static bool parse_port(const char *text, size_t len, unsigned *port)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || n > 65535)
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	if (len && (!n || n > 65535))
		return false;
	if (len)
		*port = n;
	return true;
}

/* Stricter than libcurl's parser, so that both see the same host in whatever passes. */
static bool parse_url(const char *text, struct url *out)
{
	struct url u = { .tls = !strncasecmp(text, "https://", 8) };
	const char *host = text + (u.tls ? 8 : 7);

	if (!u.tls && strncasecmp(text, "http://", 7))
		return false;
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	u.port = u.tls ? 443 : 80;
	size_t len = strcspn(host, "/?#");
	u.rest = host + len;
	if (*host == '[') {
		const char *close = memchr(host, ']', len);

		if (!close || !copy_ipv6(host + 1, (size_t)(close - host - 1), u.host, sizeof(u.host)))
			return false;
		len -= (size_t)(close + 1 - host);
		host = close + 1;
	} else {
		const char *colon = memchr(host, ':', len);
		size_t name = colon ? (size_t)(colon - host) : len;

		if (!copy_name(host, name, u.host, sizeof(u.host)))
			return false;
		len -= name;
		host += name;
	}
	if (len && (*host != ':' || !parse_port(host + 1, len - 1, &u.port)))
		return false;
	*out = u;
	return true;
}

bool http_origin(const char *url, struct buf *out)
{
	struct url u;

	if (!parse_url(url, &u))
		return false;
	buf_print(out, "http%s://%s", u.tls ? "s" : "", u.host);
	if (u.port != (u.tls ? 443 : 80))
		buf_print(out, ":%u", u.port);
	return true;
}

bool http_host(const char *url, struct buf *out)
{
	struct url u;

	if (!parse_url(url, &u))
		return false;
	buf_add(out, u.host);
	return true;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;

	return !strcmp(host, "[::1]") ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

bool http_is_plain_loopback(const char *url)
{
	struct url u;

	return parse_url(url, &u) && !u.tls && is_loopback(u.host);
}

bool http_is_plain_metadata(const char *url)
{
	struct url u;

	return parse_url(url, &u) && !u.tls && !strcmp(u.host, METADATA_HOST);
}

char *http_escape(const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = mem_new(len * 3 + 1, 1), *p = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80 && c && (isalnum(c) || strchr("-._~", c))) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '%';
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	return out;
}

/* Does the folder hold at least so many names as OpenSSL looks certificates up by (eight hex digits and .0)? */
static bool is_hashed(const char *path, int at_least)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return false;
	while (at_least > 0 && (entry = readdir(folder)))
		if (strspn(entry->d_name, "0123456789abcdef") == 8 && !strcmp(entry->d_name + 8, ".0"))
			at_least--;
	closedir(folder);
	return at_least <= 0;
}

static bool check_ca_file(const char *what, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_set(e, ERR_CONFIG, "%s %s cannot be read: %s", what, path, strerror(errno));
	bool regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	close(fd);
	return regular || err_set(e, ERR_CONFIG, "%s %s is no file", what, path);
}

/* OpenSSL takes several folders with colons in between. */
static bool check_ca_folders(const char *what, const char *paths, struct err *e)
{
	AUTO_FREE char *copy = mem_copy_text(paths);
	char *rest = copy, *path;

	while ((path = strsep(&rest, ":")))
		if (is_hashed(path, 1))
			return true;
	if (access(paths, R_OK | X_OK) && !strchr(paths, ':'))
		return err_set(e, ERR_CONFIG, "%s %s cannot be read: %s", what, paths, strerror(errno));
	return err_set(e, ERR_CONFIG, "%s %s holds no certificate under its hash: run `openssl rehash %s`", what, paths,
		       paths);
}

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *system_ca_folder(CURL *curl)
{
	const char *built_in = NULL;

	curl_easy_getinfo(curl, CURLINFO_CAPATH, &built_in);
	const char *const paths[] = { built_in, X509_get_default_cert_dir(), "/etc/ssl/certs",
				      "/etc/pki/ca-trust/extracted/pem/directory-hash" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i] && is_hashed(paths[i], SYSTEM_STORE_MIN))
			return mem_copy_text(paths[i]);
	return NULL;
}

/* A folder of hashed certificates costs OpenSSL the one it needs, a bundle all of its hundred and more. GnuTLS reads
 * every file of a folder, so there the bundle is better. */
static bool choose_trust(struct http *h, const struct http_options *o, struct err *e)
{
	const char *file = o->ca_cert, *folder = o->ca_path;
	const char *file_from = "--ca-cert", *folder_from = "--ca-path";

	if (!file && !folder) {
		file = from_environment(file_from = "SSL_CERT_FILE");
		folder = from_environment(folder_from = "SSL_CERT_DIR");
	}
	if (file && !check_ca_file(file_from, file, e))
		return false;
	if (folder && !check_ca_folders(folder_from, folder, e))
		return false;
	if (!file && !folder && h->openssl)
		h->ca_folder = system_ca_folder(h->curl);
	else if (!file && !folder)
		curl_easy_getinfo(h->curl, CURLINFO_CAINFO, &file);
	h->ca_file = mem_copy_text(file);
	if (folder)
		h->ca_folder = mem_copy_text(folder);
	return true;
}

static char *without_user_info(const char *proxy)
{
	const char *scheme = strstr(proxy, "://");
	const char *start = scheme ? scheme + 3 : proxy;
	const char *at = strrchr(start, '@');

	if (!at)
		return mem_copy_text(proxy);
	return mem_print("%.*s***%s", (int)(start - proxy), proxy, at);
}

static char *shown_proxy(const char *given)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

	for (size_t i = 0; !given && i < sizeof(names) / sizeof(names[0]); i++)
		given = from_environment(names[i]);
	return given && *given ? without_user_info(given) : NULL;
}

static bool is_openssl(void)
{
	static const char *const names[] = { "OpenSSL", "LibreSSL", "BoringSSL", "AWS-LC", "quictls" };
	const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;

	for (size_t i = 0; library && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncasecmp(library, names[i], strlen(names[i])))
			return true;
	return false;
}

struct http *http_new(const struct http_options *o, struct err *e)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		err_set(e, ERR_CONFIG, "libcurl cannot be started");
		return NULL;
	}
	struct http *h = mem_new(1, sizeof(*h));
	h->curl = curl_easy_init();
	h->user_agent = mem_copy_text(o->user_agent);
	h->proxy = mem_copy_text(o->proxy);
	h->noproxy = mem_copy_text(o->noproxy);
	h->proxy_shown = shown_proxy(o->proxy);
	h->only_ipv4 = o->only_ipv4;
	h->only_ipv6 = o->only_ipv6;
	h->openssl = is_openssl();
	h->trace = o->trace;
	h->deadline = o->deadline;
	bool ok = h->curl ? choose_trust(h, o, e) : err_set(e, ERR_CONFIG, "libcurl gives no handle");
	if (!ok) {
		http_free(h);
		return NULL;
	}
	if (h->trace >= 2 && h->proxy_shown)
		fprintf(stderr, "* proxy %s\n", h->proxy_shown);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h->user_agent);
	mem_wipe_text(h->proxy);
	free(h->noproxy);
	free(h->ca_file);
	free(h->ca_folder);
	free(h->proxy_shown);
	free(h);
	curl_global_cleanup();
}

void http_reply_free(struct http_reply *reply)
{
	buf_free(&reply->body);
	*reply = (struct http_reply){ 0 };
}

static size_t stop(struct exchange *x)
{
	x->stopped = true;
	return 0; /* neither callback is ever given nothing, so this is an error to libcurl */
}

static const char *purpose(const struct exchange *x)
{
	return x->request->purpose ? x->request->purpose : "the reply";
}

static bool is_success(long status)
{
	return status == 200;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	struct http_reply *reply = &x->reply;
	size_t len = size * count;

	if (!reply->status)
		curl_easy_getinfo(x->http->curl, CURLINFO_RESPONSE_CODE, &reply->status);
	x->body_len += len;
	if (x->body_len > HTTP_BODY_MAX) {
		err_set(x->e, ERR_REPLY, "%s from %s is larger than %d MiB", purpose(x), x->url.host,
			HTTP_BODY_MAX / 1024 / 1024);
		return stop(x);
	}
	if (is_success(reply->status) && x->sink)
		return x->sink(bytes, len, x->data, x->e) ? len : stop(x);
	size_t room = is_success(reply->status) ? len : HTTP_ERROR_BODY_MAX - reply->body.len;
	buf_add_bytes(&reply->body, bytes, len < room ? len : room);
	return len;
}

/* libcurl sets its time of connection as late as after the handshake. */
static CURLcode note_handshake(CURL *curl, void *context, void *data)
{
	struct exchange *x = data;

	(void)curl;
	(void)context;
	x->in_handshake = true;
	return CURLE_OK;
}

/* If the line is the header `name`, its value is copied, cut to fit. */
static void keep_header(const char *line, size_t len, const char *name, char *out, size_t size)
{
	size_t name_len = strlen(name);

	if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len))
		return;
	const char *value = line + name_len + 1, *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	snprintf(out, size, "%.*s", (int)(end - value), value);
}

/* False for what is no length, or another one than before. */
static bool keep_length(struct exchange *x, const char *line, size_t len)
{
	char length[sizeof(x->length)] = "";

	keep_header(line, len, "Content-Length", length, sizeof(length));
	size_t digits = strspn(length, "0123456789");
	if (length[digits] || digits > LENGTH_DIGITS_MAX || (*length && *x->length && strcmp(length, x->length)))
		return false;
	if (*length)
		snprintf(x->length, sizeof(x->length), "%s", length);
	return true;
}

static size_t take_header(char *line, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	struct http_reply *r = &x->reply;
	size_t len = size * count;

	x->headers_len += len;
	if (x->headers_len > HTTP_HEADERS_MAX) {
		err_set(x->e, ERR_REPLY, "the headers of %s from %s are larger than %d KiB", purpose(x), x->url.host,
			HTTP_HEADERS_MAX / 1024);
		return stop(x);
	}
	if (len > 5 && !memcmp(line, "HTTP/", 5)) /* also after an interim reply, whose headers do not count */
		r->content_type[0] = r->retry_after[0] = r->location[0] = r->www_authenticate[0] = x->length[0] = '\0';
	keep_header(line, len, "Content-Type", r->content_type, sizeof(r->content_type));
	keep_header(line, len, "Retry-After", r->retry_after, sizeof(r->retry_after));
	keep_header(line, len, "Location", r->location, sizeof(r->location));
	keep_header(line, len, "WWW-Authenticate", r->www_authenticate, sizeof(r->www_authenticate));
	if (!keep_length(x, line, len)) {
		err_set(x->e, ERR_REPLY, "%s from %s cannot be read: no valid Content-Length", purpose(x), x->url.host);
		return stop(x);
	}
	return len;
}

static bool is_secret_header(const char *line, size_t len)
{
	static const char *const names[] = { "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t name_len = strlen(names[i]);

		if (len > name_len && line[name_len] == ':' && !strncasecmp(line, names[i], name_len))
			return true;
	}
	return false;
}

static void trace_header(struct http *h, char mark, const char *line, size_t len)
{
	bool folded = *line == ' ' || *line == '\t';

	if (!folded)
		h->hid_header = is_secret_header(line, len);
	if (h->hid_header)
		return;
	AUTO_BUF shown = { 0 };
	buf_print(&shown, "%c ", mark);
	for (size_t i = 0; i < len; i++)
		buf_add_char(&shown, (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? '?' : line[i]);
	secrets_mask(&shown);
	fprintf(stderr, "%s\n", buf_text(&shown));
}

static int take_trace(CURL *curl, curl_infotype type, char *bytes, size_t len, void *data)
{
	(void)curl;
	if (type != CURLINFO_HEADER_OUT && type != CURLINFO_HEADER_IN)
		return 0;
	while (len) {
		char *newline = memchr(bytes, '\n', len);
		size_t whole = newline ? (size_t)(newline + 1 - bytes) : len;
		size_t shown = whole;

		while (shown && (bytes[shown - 1] == '\n' || bytes[shown - 1] == '\r'))
			shown--;
		if (shown)
			trace_header(data, type == CURLINFO_HEADER_OUT ? '>' : '<', bytes, shown);
		bytes += whole;
		len -= whole;
	}
	return 0;
}

/* A control character would begin a header of its own. */
static bool add_header(struct curl_slist **list, const char *line, struct err *e)
{
	for (const char *p = line; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return err_set(e, ERR_CONFIG, "a control character in the header %.*s", (int)strcspn(line, ":"),
				       line);
	struct curl_slist *longer = curl_slist_append(*list, line);
	if (!longer)
		return err_set(e, ERR_CONFIG, "no memory for a header");
	*list = longer;
	return true;
}

static bool add_named_header(struct curl_slist **list, const char *name, const char *value, struct err *e)
{
	char *line = mem_print("%s: %s", name, value);
	bool ok = add_header(list, line, e);

	mem_wipe_text(line);
	return ok;
}

static bool make_headers(const struct http_request *r, struct curl_slist **list, struct err *e)
{
	if (!add_header(list, "Accept: application/json", e))
		return false;
	if (r->body &&
	    (!add_named_header(list, "Content-Type", r->content_type ? r->content_type : "application/json", e) ||
	     !add_header(list, "Expect:", e))) /* waits for no go-ahead */
		return false;
	if (r->authorization && !add_named_header(list, "Authorization", r->authorization, e))
		return false;
	for (size_t i = 0; r->headers && r->headers[i]; i++)
		if (!add_header(list, r->headers[i], e))
			return false;
	return true;
}

static void release_headers(struct curl_slist **list)
{
	for (struct curl_slist *line = *list; line; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(*list);
}

static bool set_security(struct http *h, const struct exchange *x, struct err *e)
{
	CURL *c = h->curl;
	bool plain = !x->url.tls;
	bool ok = !curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) &&
		  !curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) &&
		  !curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
		  !curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) &&
		  !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");

	if (h->ca_file || h->ca_folder) {
		/* NULL takes libcurl's own bundle away, which it would read as well. */
		ok = ok && !curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_file) &&
		     !curl_easy_setopt(c, CURLOPT_CAPATH, h->ca_folder);
		curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, h->ca_file);
		curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, h->ca_folder);
	}
	if (plain || x->request->metadata) {
		ok = ok && !curl_easy_setopt(c, CURLOPT_PROXY, "") && !curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	} else {
		if (h->proxy)
			ok = ok && !curl_easy_setopt(c, CURLOPT_PROXY, h->proxy);
		if (h->noproxy)
			ok = ok && !curl_easy_setopt(c, CURLOPT_NOPROXY, h->noproxy);
	}
	return ok || err_set(e, ERR_CONFIG, "this libcurl (%s) lacks what a safe connection needs", curl_version());
}

static bool is_short_connect(const struct http_request *r, long left_ms)
{
	return r->metadata && left_ms > METADATA_CONNECT_MS;
}

static void set_wire(struct http *h, struct exchange *x, long left_ms)
{
	CURL *c = h->curl;

	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* waits for no name server when the time is up */
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, left_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, is_short_connect(x->request, left_ms) ? METADATA_CONNECT_MS : left_ms);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->reason);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, note_handshake);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, x);
	if (h->user_agent)
		curl_easy_setopt(c, CURLOPT_USERAGENT, h->user_agent);
	if (h->only_ipv4 != h->only_ipv6)
		curl_easy_setopt(c, CURLOPT_IPRESOLVE, (long)(h->only_ipv4 ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6));
	if (h->trace >= 3) {
		curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
		curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, take_trace);
		curl_easy_setopt(c, CURLOPT_DEBUGDATA, h);
	}
}

static void set_request(CURL *c, const struct http_request *r, struct curl_slist *headers)
{
	curl_easy_setopt(c, CURLOPT_URL, r->url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (r->body) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(r->body));
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body);
	}
	if (r->fresh_connection)
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
}

static bool has_passed(CURL *c, CURLINFO milestone)
{
	curl_off_t at = 0;

	return !curl_easy_getinfo(c, milestone, &at) && at > 0;
}

static const char *reason(const struct exchange *x, CURLcode code)
{
	return *x->http->reason ? x->http->reason : curl_easy_strerror(code);
}

/* " (a proxy is set: …)": whether NO_PROXY spares this host is libcurl's to know. */
static const char *proxy_note(const struct exchange *x, char *out, size_t size)
{
	*out = '\0';
	if (x->url.tls && x->http->proxy_shown)
		snprintf(out, size, " (a proxy is set: %s)", x->http->proxy_shown);
	return out;
}

static long long limit_s(const struct http *h)
{
	return (h->deadline.limit_ms + 500) / 1000;
}

static bool explain_timeout(const struct exchange *x, struct err *e)
{
	CURL *c = x->http->curl;
	const char *host = x->url.host;
	long long s = limit_s(x->http);
	char note[256];

	if (x->headers_len)
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while reading %s from %s", s, purpose(x), host);
	if (has_passed(c, CURLINFO_PRETRANSFER_TIME_T))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while waiting for %s to answer (%s)", s, host,
			       purpose(x));
	if (x->request->metadata && deadline_left_ms(&x->http->deadline))
		return err_set(e, ERR_NETWORK, "no connection to %s:%u within %d s", host, x->url.port, METADATA_CONNECT_MS / 1000);
	proxy_note(x, note, sizeof(note));
	if (!has_passed(c, CURLINFO_NAMELOOKUP_TIME_T))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while resolving %s%s", s, host, note);
	if (!x->in_handshake && !has_passed(c, CURLINFO_CONNECT_TIME_T))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while connecting to %s%s", s, host, note);
	return err_set(e, ERR_TIMEOUT, "timeout after %lld s in the TLS handshake with %s%s", s, host, note);
}

static bool explain_certificate(const struct exchange *x, CURLcode code, struct err *e)
{
	const char *what = "cannot be accepted", *cure = "", *why;
	long verdict = X509_V_OK;

	if (x->http->openssl)
		curl_easy_getinfo(x->http->curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
	why = X509_verify_cert_error_string(verdict);
	switch (verdict) {
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED: /* the chain was not refused, or the library is another: only words tell */
		why = reason(x, code);
		if (strstr(why, "match"))
			what = "is for another name";
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		cure = " (look at this machine's clock too)";
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		what = "is from an unknown issuer";
		cure = " (name one to trust with --ca-cert)";
	}
	return err_set(e, ERR_TLS, "the certificate of %s:%u %s: %s%s", x->url.host, x->url.port, what, why, cure);
}

static bool explain_handshake(const struct exchange *x, CURLcode code, struct err *e)
{
	/* libcurl has one code for a refused handshake and a broken line; only its words differ. */
	static const char *const broken[] = { "reset by peer", "SSL_ERROR_SYSCALL", "unexpected eof" };
	const char *why = reason(x, code);

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (strstr(why, broken[i]))
			return err_set(e, ERR_NETWORK, "%s:%u closed the connection in the TLS handshake: %s",
				       x->url.host, x->url.port, why);
	return err_set(e, ERR_TLS, "the TLS handshake with %s:%u failed: %s", x->url.host, x->url.port, why);
}

/* Before a connection stood. libcurl's words are not used: some hold the proxy with its password. */
static bool explain_connect(const struct exchange *x, CURLcode code, struct err *e)
{
	long number = 0;
	char note[256];

	proxy_note(x, note, sizeof(note));
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return err_set(e, ERR_NETWORK, "the name of %s:%u cannot be resolved%s", x->url.host, x->url.port,
			       note);
	if (code == CURLE_COULDNT_RESOLVE_PROXY)
		return err_set(e, ERR_NETWORK, "the name of the proxy to %s:%u cannot be resolved%s", x->url.host,
			       x->url.port, note);
	curl_easy_getinfo(x->http->curl, CURLINFO_OS_ERRNO, &number);
	return err_set(e, ERR_NETWORK, "no connection to %s:%u: %s%s", x->url.host, x->url.port,
		       number ? strerror((int)number) : "no reason given", note);
}

static bool explain_broken(const struct exchange *x, CURLcode code, struct err *e)
{
	long tunnel = 0;
	char note[256];

	curl_easy_getinfo(x->http->curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (tunnel >= 300)
		return err_set(e, ERR_NETWORK, "the proxy answered %ld instead of connecting to %s:%u%s", tunnel,
			       x->url.host, x->url.port, proxy_note(x, note, sizeof(note)));
	return err_set(e, ERR_NETWORK, "the connection to %s:%u broke while reading %s: %s", x->url.host, x->url.port,
		       purpose(x), reason(x, code));
}

static bool explain(const struct exchange *x, CURLcode code, struct err *e)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return explain_timeout(x, e);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return explain_certificate(x, code, e);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_USE_SSL_FAILED:
		return explain_handshake(x, code, e);
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, ERR_CONFIG, "the certificates to trust cannot be used: %s", reason(x, code));
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return explain_connect(x, code, e);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return explain_broken(x, code, e);
	case CURLE_OUT_OF_MEMORY: /* what a header line beyond libcurl's own ceiling is to older ones */
	default:
		return err_set(e, ERR_REPLY, "%s from %s cannot be read: %s", purpose(x), x->url.host, reason(x, code));
	}
}

/* Plain http stays on this machine. The one address beside loopback is that of the metadata service, and only for a request that
 * says so and carries no credential and no body. Link-local addresses are not routed and the literal needs no name, so the answer
 * comes from the machine's own hypervisor or from somebody who already owns its network card; nothing of ours can leak there, and
 * the token that comes back is the one that the hypervisor gives to every process of the machine. */
static bool may_be_plain(const struct http_request *r, const struct url *url)
{
	return is_loopback(url->host) ||
	       (r->metadata && !r->authorization && !r->body && !strcmp(url->host, METADATA_HOST));
}

static bool check_request(const struct http *h, const struct http_request *r, struct url *url, struct err *e)
{
	const char *what = r->purpose ? r->purpose : "the reply";

	if (!parse_url(r->url, url))
		return err_set(e, ERR_CONFIG, "the address of %s is no https:// URL of a plain host", what);
	if (!url->tls && !may_be_plain(r, url))
		return err_set(e, ERR_CONFIG, "plain http is for loopback addresses only, not for %s", url->host);
	if (!deadline_left_ms(&h->deadline))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s before asking %s for %s", limit_s(h), url->host,
			       what);
	return true;
}

/* From here on curl holds pointers into x, until the next reset. */
static CURLcode perform(struct exchange *x, struct curl_slist *headers, long left_ms)
{
	struct http *h = x->http;
	const struct http_request *r = x->request;
	int64_t start = clock_ticks_ms();

	set_wire(h, x, left_ms);
	set_request(h->curl, r, headers);
	h->reason[0] = '\0';
	if (h->trace >= 2)
		fprintf(stderr, "> %s %s%s\n", r->body ? "POST" : "GET", x->url.host, *x->url.rest ? x->url.rest : "/");
	CURLcode code = curl_easy_perform(h->curl);
	x->reply.took_ms = clock_ticks_ms() - start;
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &x->reply.status);
	if (h->trace >= 2 && code == CURLE_OK)
		fprintf(stderr, "< %ld %zu bytes %lld ms\n", x->reply.status, x->body_len, (long long)x->reply.took_ms);
	return code;
}

bool http_send(struct http *h, const struct http_request *r, http_sink *sink, void *data, struct http_reply *reply,
	       struct err *e)
{
	struct exchange x = { .http = h, .request = r, .sink = sink, .data = data, .e = e };
	CLEANUP(release_headers) struct curl_slist *headers = NULL;

	if (!check_request(h, r, &x.url, e) || !make_headers(r, &headers, e))
		return false;
	const char *credential = r->authorization ? strchr(r->authorization, ' ') : NULL;
	secrets_keep(credential ? credential + 1 : NULL);
	long left_ms = (long)deadline_left_ms(&h->deadline);
	curl_easy_reset(h->curl);
	if (!set_security(h, &x, e))
		return false;
	CURLcode code = perform(&x, headers, left_ms > 0 ? left_ms : 1);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	if (code == CURLE_OK) {
		*reply = x.reply;
		return true;
	}
	http_reply_free(&x.reply);
	return x.stopped ? false : explain(&x, code, e);
}
