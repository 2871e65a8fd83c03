// SPDX-License-Identifier: GPL-3.0-or-later
/* The wire. One easy handle, reset before each exchange, which keeps its connections and what it has read of the trust
 * store. net/explain says why one failed. */
#include "net/http_own.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/last_words.h"
#include "base/secrets.h"

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
		given = http_variable(names[i]);
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
	bool ok = h->curl ? trust_choose(h, o, e) : err_set(e, ERR_CONFIG, "libcurl gives no handle");
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

const char *exchange_purpose(const struct exchange *x)
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
		err_set(x->e, ERR_REPLY, "%s from %s is larger than %d MiB", exchange_purpose(x), x->url.host,
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

/* libcurl would send a request again by itself when a kept connection ends instead of a reply. Attempts are counted and paced by those
 * who ask, so it may not. */
static int note_request(void *data, char *to, char *from, int to_port, int from_port)
{
	struct exchange *x = data;
	bool again = x->sent;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	x->sent = true;
	return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
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
	if (length[digits] || digits > HTTP_LENGTH_DIGITS_MAX || (*length && *x->length && strcmp(length, x->length)))
		return false;
	if (*length)
		snprintf(x->length, sizeof(x->length), "%s", length);
	return true;
}

/* What a proxy says to CONNECT comes before our request is out. Libcurl reads it byte by byte without a look at the time, so that is done
 * here, and anything but "connected" ends with its head, however long a body follows. Nothing is lost: libcurl asks only once, since the
 * user and password that a proxy may have are sent with the first CONNECT. */
static size_t take_proxy_header(struct exchange *x, const char *line, size_t len)
{
	long status = 0;

	x->in_handshake = false; /* that was the proxy's */
	x->proxy_len += len;
	if (x->proxy_len > HTTP_HEADERS_MAX) {
		explain_proxy_flood(x, x->e);
		return stop(x);
	}
	if (!deadline_left_ms(&x->http->deadline)) {
		exchange_explain(x, CURLE_OPERATION_TIMEDOUT, x->e);
		return stop(x);
	}
	if (*line != '\r' && *line != '\n')
		return len;
	curl_easy_getinfo(x->http->curl, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status && status < 300)
		return len;
	explain_proxy_status(x, status, x->e);
	return stop(x);
}

static size_t take_header(char *line, size_t size, size_t count, void *data)
{
	struct exchange *x = data;
	struct http_reply *r = &x->reply;
	size_t len = size * count;

	if (!x->sent)
		return take_proxy_header(x, line, len);
	x->headers_len += len;
	if (x->headers_len > HTTP_HEADERS_MAX) {
		err_set(x->e, ERR_REPLY, "the headers of %s from %s are larger than %d KiB", exchange_purpose(x), x->url.host,
			HTTP_HEADERS_MAX / 1024);
		return stop(x);
	}
	if (len > 5 && !memcmp(line, "HTTP/", 5)) /* also after an interim reply, whose headers do not count */
		r->content_type[0] = r->retry_after[0] = r->date[0] = r->location[0] = r->www_authenticate[0] = x->length[0] = '\0';
	keep_header(line, len, "Content-Type", r->content_type, sizeof(r->content_type));
	keep_header(line, len, "Retry-After", r->retry_after, sizeof(r->retry_after));
	keep_header(line, len, "Date", r->date, sizeof(r->date));
	keep_header(line, len, "Location", r->location, sizeof(r->location));
	keep_header(line, len, "WWW-Authenticate", r->www_authenticate, sizeof(r->www_authenticate));
	if (!keep_length(x, line, len)) {
		err_set(x->e, ERR_REPLY, "%s from %s cannot be read: no valid Content-Length", exchange_purpose(x), x->url.host);
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
	return r->metadata && left_ms > HTTP_METADATA_CONNECT_MS;
}

static void set_wire(struct http *h, struct exchange *x, long left_ms)
{
	CURL *c = h->curl;

	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* waits for no name server when the time is up */
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, left_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, is_short_connect(x->request, left_ms) ? HTTP_METADATA_CONNECT_MS : left_ms);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->reason);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, note_handshake);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, x);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, note_request);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, x);
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

/* Plain http stays on this machine. The one address beside loopback is that of the metadata service, and only for a request that
 * says so and carries no credential and no body. Link-local addresses are not routed and the literal needs no name, so the answer
 * comes from the machine's own hypervisor or from somebody who already owns its network card; nothing of ours can leak there, and
 * the token that comes back is the one that the hypervisor gives to every process of the machine. */
static bool may_be_plain(const struct http_request *r, const struct url *url)
{
	return url_is_loopback(url->host) ||
	       (r->metadata && !r->authorization && !r->body && !strcmp(url->host, HTTP_METADATA_HOST));
}

static bool check_request(const struct http *h, const struct http_request *r, struct url *url, struct err *e)
{
	const char *what = r->purpose ? r->purpose : "the reply";

	if (!url_parse(r->url, url))
		return err_set(e, ERR_CONFIG, "the address of %s is no https:// URL of a plain host", what);
	if (!url->tls && !may_be_plain(r, url))
		return err_set(e, ERR_CONFIG, "plain http is for loopback addresses only, not for %s", url->host);
	if (!deadline_left_ms(&h->deadline))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s before asking %s for %s", http_limit_s(h), url->host,
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

	reply->unsent = true;
	if (!check_request(h, r, &x.url, e) || !make_headers(r, &headers, e))
		return false;
	const char *credential = r->authorization ? strchr(r->authorization, ' ') : NULL;
	secrets_keep(credential ? credential + 1 : NULL);
	long left_ms = (long)deadline_left_ms(&h->deadline);
	curl_easy_reset(h->curl);
	if (!set_security(h, &x, e))
		return false;
	last_words_during("asking %s for %s", x.url.host, exchange_purpose(&x));
	CURLcode code = perform(&x, headers, left_ms > 0 ? left_ms : 1);
	last_words_during(NULL);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	if (code == CURLE_OK) {
		*reply = x.reply;
		return true;
	}
	http_reply_free(&x.reply);
	reply->unsent = !x.sent;
	return x.stopped ? false : exchange_explain(&x, code, e);
}
