// SPDX-License-Identifier: GPL-3.0-or-later
/* The wire against a server of a few lines that runs as a thread, answers what a row says, and remembers what it was
 * asked. It listens on 127.0.0.1 only. */
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/last_words.h"
#include "net/http.h"
#include "unit/unit.h"

/* Addresses */

static const struct {
	const char *url, *origin, *host; /* NULL: refused */
	bool plain_loopback;
} urls[] = {
	{ "https://graph.microsoft.com/v1.0/x?$skip=2#y", "https://graph.microsoft.com", "graph.microsoft.com", false },
	{ "HTTPS://Contoso.US2.Portal.CloudAppSecurity.com", "https://contoso.us2.portal.cloudappsecurity.com",
	  "contoso.us2.portal.cloudappsecurity.com", false },
	{ "https://contoso.com:443/", "https://contoso.com", "contoso.com", false },
	{ "https://contoso.com:0443/", "https://contoso.com", "contoso.com", false },
	{ "https://contoso.com:/", "https://contoso.com", "contoso.com", false },
	{ "https://contoso.com:80/", "https://contoso.com:80", "contoso.com", false },
	{ "http://contoso.com:80/", "http://contoso.com", "contoso.com", false },
	{ "http://contoso.com:443?x", "http://contoso.com:443", "contoso.com", false },
	{ "https://contoso.com?@example.org", "https://contoso.com", "contoso.com", false },
	{ "https://contoso.com/@example.org:80", "https://contoso.com", "contoso.com", false },
	{ "https://my_host-1.contoso.com:65535", "https://my_host-1.contoso.com:65535", "my_host-1.contoso.com",
	  false },
	{ "https://[2001:DB8:0:0::1]:8443/x", "https://[2001:db8::1]:8443", "[2001:db8::1]", false },
	{ "https://[::1]/", "https://[::1]", "[::1]", false },
	{ "https://127.0.0.1/", "https://127.0.0.1", "127.0.0.1", false },
	{ "http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "127.0.0.1", true },
	{ "http://127.255.0.9", "http://127.255.0.9", "127.255.0.9", true },
	{ "http://[::1]:8080/", "http://[::1]:8080", "[::1]", true },
	{ "HTTP://[0:0:0:0:0:0:0:1]/", "http://[::1]", "[::1]", true },
	{ "http://[::2]/", "http://[::2]", "[::2]", false },
	{ "http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", false },
	{ "http://localhost/", "http://localhost", "localhost", false },
	{ "http://127.1/", "http://127.1", "127.1", false },
	{ "http://127.0.0.1.contoso.com/", "http://127.0.0.1.contoso.com", "127.0.0.1.contoso.com", false },
	{ "http://128.0.0.1/", "http://128.0.0.1", "128.0.0.1", false },
	{ "http://user@127.0.0.1/", NULL, NULL, false },
	{ "https://user:pass@contoso.com/", NULL, NULL, false },
	{ "https://@contoso.com/", NULL, NULL, false },
	{ "https://contoso.com\\@example.org/", NULL, NULL, false },
	{ "https://contoso.com%2eexample.org/", NULL, NULL, false },
	{ "https://cont\xc3\xb6so.com/", NULL, NULL, false },
	{ "https://contoso.com:0/", NULL, NULL, false },
	{ "https://contoso.com:65536/", NULL, NULL, false },
	{ "https://contoso.com:4294967739/", NULL, NULL, false },
	{ "https://contoso.com:44x/", NULL, NULL, false },
	{ "https://contoso.com:-1/", NULL, NULL, false },
	{ "https://contoso.com:1:2/", NULL, NULL, false },
	{ "https://con toso.com/", NULL, NULL, false },
	{ "https://contoso.com/a b", NULL, NULL, false },
	{ "https://contoso.com/a\r\nX: y", NULL, NULL, false },
	{ "https://[::1/", NULL, NULL, false },
	{ "https://[::1]x/", NULL, NULL, false },
	{ "https://[fe80::1%25eth0]/", NULL, NULL, false },
	{ "https://[contoso.com]/", NULL, NULL, false },
	{ "https:///x", NULL, NULL, false },
	{ "https://", NULL, NULL, false },
	{ "https:/contoso.com", NULL, NULL, false },
	{ "//contoso.com/", NULL, NULL, false },
	{ "contoso.com", NULL, NULL, false },
	{ "ftp://contoso.com/", NULL, NULL, false },
	{ "file:///etc/hostname", NULL, NULL, false },
	{ "", NULL, NULL, false },
};

START_TEST(an_address_has_one_origin)
{
	AUTO_BUF origin = { 0 };
	AUTO_BUF host = { 0 };

	ck_assert_int_eq(http_origin(urls[_i].url, &origin), urls[_i].origin != NULL);
	ck_assert_int_eq(http_host(urls[_i].url, &host), urls[_i].host != NULL);
	ck_assert_str_eq(buf_text(&origin), urls[_i].origin ? urls[_i].origin : "");
	ck_assert_str_eq(buf_text(&host), urls[_i].host ? urls[_i].host : "");
	ck_assert_int_eq(http_is_plain_loopback(urls[_i].url), urls[_i].plain_loopback);
}
END_TEST

START_TEST(a_value_is_escaped)
{
	AUTO_FREE char *none = http_escape("", 0);
	AUTO_FREE char *plain = http_escape("aZ09-._~", 8);
	AUTO_FREE char *odd = http_escape("a b+c&d=e/f%\0\xc3\xa4", 15);

	ck_assert_str_eq(none, "");
	ck_assert_str_eq(plain, "aZ09-._~");
	ck_assert_str_eq(odd, "a%20b%2Bc%26d%3De%2Ff%25%00%C3%A4");
}
END_TEST

/* The server */

enum then { KEEP, CLOSE, HANG };

struct answer {
	const char *bytes;
	size_t len;    /* 0: strlen(bytes) */
	size_t filler; /* so many bytes more, after that */
	enum then then;
};

struct server {
	int fd;
	unsigned port;
	SSL_CTX *tls;
	const struct answer *answers;
	int count, connections;
	bool socks;      /* a request is whatever comes first, no HTTP */
	struct buf seen; /* all requests, read after server_stop */
	pthread_t thread;
};

struct line {
	int fd;
	SSL *tls;
};

static ssize_t line_read(struct line *l, char *bytes, size_t len)
{
	return l->tls ? SSL_read(l->tls, bytes, (int)len) : recv(l->fd, bytes, len, 0);
}

static bool line_write(struct line *l, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = l->tls ? SSL_write(l->tls, bytes, (int)len) : send(l->fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_request(struct server *s, struct line *l)
{
	size_t start = s->seen.len, body = 0;
	const char *end = NULL;
	char bytes[4096];

	while (!end || s->seen.len < (size_t)(end - s->seen.data) + 4 + body) {
		ssize_t n = line_read(l, bytes, sizeof(bytes));

		if (n <= 0)
			return false;
		buf_add_bytes(&s->seen, bytes, (size_t)n);
		if (s->socks)
			return true;
		end = strstr(s->seen.data + start, "\r\n\r\n");
		const char *length = strcasestr(s->seen.data + start, "\r\nContent-Length:");
		body = length ? strtoul(length + 17, NULL, 10) : 0;
	}
	return true;
}

static void write_filler(struct line *l, size_t len)
{
	char block[65536];

	memset(block, 'x', sizeof(block));
	while (len) {
		size_t part = len < sizeof(block) ? len : sizeof(block);

		if (!line_write(l, block, part))
			return;
		len -= part;
	}
}

static void serve_line(struct server *s, struct line *l, int *next)
{
	char rest[64];

	while (*next < s->count && read_request(s, l)) {
		const struct answer *a = &s->answers[(*next)++];

		if (!line_write(l, a->bytes, a->len ? a->len : strlen(a->bytes)))
			return;
		write_filler(l, a->filler);
		if (a->then == CLOSE)
			return;
		if (a->then == HANG)
			break;
	}
	while (line_read(l, rest, sizeof(rest)) > 0)
		;
}

static void *serve(void *data)
{
	struct server *s = data;
	int next = 0, fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		struct line l = { .fd = fd };

		s->connections++;
		if (s->tls) {
			l.tls = SSL_new(s->tls);
			SSL_set_fd(l.tls, fd);
		}
		if (!l.tls || SSL_accept(l.tls) == 1)
			serve_line(s, &l, &next);
		SSL_free(l.tls);
		close(fd);
	}
	return NULL;
}

static int listen_on_loopback(unsigned *port, int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(!bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, backlog));
	ck_assert(!getsockname(fd, (struct sockaddr *)&address, &len));
	*port = ntohs(address.sin_port);
	return fd;
}

static void server_start(struct server *s)
{
	s->fd = listen_on_loopback(&s->port, 8);
	ck_assert(!pthread_create(&s->thread, NULL, serve, s));
}

static void server_stop(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
}

/* The client */

/* What the machine's environment says must not decide a test. */
static void forget_environment(void)
{
	static const char *const names[] = { "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy",
					     "https_proxy",   "HTTPS_PROXY",  "all_proxy",
					     "ALL_PROXY",     "no_proxy",     "NO_PROXY" };

	for (int i = 0; i < ROWS(names); i++)
		unsetenv(names[i]);
}

struct client {
	struct http_options options;
	struct http_request request;
	http_sink *sink;
	void *data;
	struct http *http;
	struct http_reply reply;
	struct err e;
	char url[128];
};

static void client_open(struct client *c, const char *scheme, const char *host, unsigned port)
{
	if (!c->options.deadline.at_ms)
		c->options.deadline = deadline_in(20000);
	snprintf(c->url, sizeof(c->url), "%s://%s:%u/x?y=1", scheme, host, port);
	c->request.url = c->url;
	if (!c->request.purpose)
		c->request.purpose = "app connectors";
	c->http = http_new(&c->options, &c->e);
	ck_assert_msg(c->http != NULL, "%s", c->e.text);
}

static bool client_send(struct client *c)
{
	http_reply_free(&c->reply);
	return http_send(c->http, &c->request, c->sink, c->data, &c->reply, &c->e);
}

static void client_close(struct client *c)
{
	http_reply_free(&c->reply);
	http_free(c->http);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"

START_TEST(a_get_brings_status_headers_and_body)
{
	static const struct answer answers[] = {
		{ "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\n\r\n"
		  "HTTP/1.1 429 Slow down\r\ncontent-type:  text/plain; charset=utf-8 "
		  "\r\nRETRY-AFTER:\t41\r\nWww-Authenticate: Basic realm=/a.key\r\nContent-Length: 5\r\n\r\nhello",
		  0, 0, KEEP },
	};
	static const char *const headers[] = { "ConsistencyLevel: eventual", NULL };
	struct server s = { .answers = answers, .count = 1 };
	struct client c = { .options.user_agent = "check_mdca/1",
			    .request = { .authorization = "Bearer abc", .headers = headers } };

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_int_eq(c.reply.status, 429);
	ck_assert_str_eq(c.reply.content_type, "text/plain; charset=utf-8");
	ck_assert_str_eq(c.reply.retry_after, "41");
	ck_assert_str_eq(c.reply.location, "");
	ck_assert_str_eq(c.reply.www_authenticate, "Basic realm=/a.key");
	ck_assert_str_eq(buf_text(&c.reply.body), "hello");
	ck_assert_int_ge(c.reply.took_ms, 0);
	client_close(&c);
	server_stop(&s);

	AUTO_FREE char *wanted = mem_print(
	    "GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: check_mdca/1\r\nAccept-Encoding: gzip\r\n"
	    "Accept: application/json\r\nAuthorization: Bearer abc\r\nConsistencyLevel: eventual\r\n\r\n",
	    s.port);
	ck_assert_str_eq(s.seen.data, wanted);
	buf_free(&s.seen);
}
END_TEST

START_TEST(a_post_brings_its_body)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP }, { OK_HEAD "\r\n[]", 0, 0, KEEP } };
	struct server s = { .answers = answers, .count = 2 };
	AUTO_BUF large = { 0 };
	struct client c = { .request = { .body = "{\"limit\":1}", .content_type = "application/json" } };

	while (large.len < 2 * 1024 * 1024) /* libcurl would wait for a go-ahead before as much */
		buf_add(&large, "0123456789abcdef");
	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_str_eq(buf_text(&c.reply.body), "{}");
	c.request.body = large.data;
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_str_eq(buf_text(&c.reply.body), "[]");
	client_close(&c);
	server_stop(&s);
	ck_assert_int_eq(s.connections, 1);
	ck_assert(!strncmp(s.seen.data, "POST /x?y=1 HTTP/1.1\r\n", 22));
	ck_assert(strstr(s.seen.data, "\r\nContent-Type: application/json\r\n"));
	ck_assert(strstr(s.seen.data, "\r\n\r\n{\"limit\":1}POST "));
	ck_assert(!strcasestr(s.seen.data, "\r\nExpect:"));
	buf_free(&s.seen);
}
END_TEST

START_TEST(one_connection_serves_all_unless_asked_otherwise)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP },
						 { OK_HEAD "\r\n{}", 0, 0, CLOSE },
						 { OK_HEAD "\r\n{}", 0, 0, CLOSE } };
	struct server s = { .answers = answers, .count = 3 };
	struct client c = { 0 };

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	c.request.fresh_connection = true;
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	client_close(&c);
	server_stop(&s);
	ck_assert_int_eq(s.connections, 2);
	buf_free(&s.seen);
}
END_TEST

/* A kept connection that ends instead of a reply: whether and when to ask again is not for libcurl to say. */
START_TEST(a_request_is_sent_once)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP }, { "", 0, 0, CLOSE }, { OK_HEAD "\r\n{}", 0, 0, KEEP } };
	struct server s = { .answers = answers, .count = 3 };
	struct client c = { .request = { .body = _i ? "{}" : NULL } };
	const char *at;
	int requests = 0;

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	AUTO_FREE char *wanted = mem_print("the connection to 127.0.0.1:%u broke while reading app connectors: it was closed before the reply",
					   s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert(!client_send(&c));
	ck_assert(!c.reply.unsent);
	ck_assert_str_eq(c.e.text, wanted);
	ck_assert_int_eq(c.e.kind, ERR_NETWORK);
	client_close(&c);
	server_stop(&s);
	for (at = s.seen.data; (at = strstr(at, " /x?y=1 HTTP/1.1")); at++)
		requests++;
	ck_assert_int_eq(requests, 2);
	buf_free(&s.seen);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	static const struct answer answers[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: https://login.contoso.com/?next=1\r\nContent-Length: 0\r\n\r\n", 0,
		  0, KEEP },
		{ "HTTP/1.1 204 No Content\r\n\r\n", 0, 0, KEEP }
	};
	struct server s = { .answers = answers, .count = 2 };
	struct client c = { 0 };

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_int_eq(c.reply.status, 302);
	ck_assert_str_eq(c.reply.location, "https://login.contoso.com/?next=1");
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_int_eq(c.reply.status, 204);
	ck_assert_str_eq(c.reply.location, "");
	ck_assert_uint_eq(c.reply.body.len, 0);
	client_close(&c);
	server_stop(&s);
	ck_assert_int_eq(s.connections, 1);
	buf_free(&s.seen);
}
END_TEST

static bool add_to(const char *bytes, size_t len, void *data, struct err *e)
{
	(void)e;
	buf_add_bytes(data, bytes, len);
	return true;
}

static bool refuse_all(const char *bytes, size_t len, void *data, struct err *e)
{
	(void)bytes;
	(void)len;
	(void)data;
	return err_set(e, ERR_PARTIAL, "not wanted");
}

START_TEST(the_sink_takes_good_bodies_only)
{
	static const struct answer answers[] = {
		{ OK_HEAD "\r\n{}", 0, 0, KEEP },
		{ "HTTP/1.1 500 Oops\r\nContent-Length: 100000\r\n\r\n", 0, 100000, KEEP },
		{ OK_HEAD "\r\n{}", 0, 0, KEEP },
	};
	struct server s = { .answers = answers, .count = 3 };
	AUTO_BUF taken = { 0 };
	struct client c = { .sink = add_to, .data = &taken };

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_str_eq(buf_text(&taken), "{}");
	ck_assert_uint_eq(c.reply.body.len, 0);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_int_eq(c.reply.status, 500);
	ck_assert_uint_eq(c.reply.body.len, HTTP_ERROR_BODY_MAX);
	ck_assert_str_eq(buf_text(&taken), "{}");
	c.sink = refuse_all;
	ck_assert(!client_send(&c));
	ck_assert_int_eq(c.e.kind, ERR_PARTIAL);
	ck_assert_str_eq(c.e.text, "not wanted");
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

#define GZIP_HEAD "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 31\r\n\r\n"
#define GZIP_BODY "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\x4a\x49\x2c\x49\x54\xb2\x8a\x8e\xad\x05\x00"
#define GZIP_SUM "\x94\x64\xb2\x5e\x0b\x00\x00\x00"

START_TEST(gzip_is_unpacked)
{
	static const struct answer answers[] = { { GZIP_HEAD GZIP_BODY GZIP_SUM,
						   sizeof(GZIP_HEAD GZIP_BODY GZIP_SUM) - 1, 0, KEEP } };
	struct server s = { .answers = answers, .count = 1 };
	struct client c = { 0 };

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	ck_assert_str_eq(buf_text(&c.reply.body), "{\"data\":[]}");
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

static char many_headers[400 * 1024], long_header[300 * 1024];

static const struct {
	struct answer answer;
	enum err_kind kind;
	const char *text;
} faults[] = {
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", 0, 0, CLOSE },
	  ERR_NETWORK,
	  "broke while reading app connectors: " },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n", 0, 0, CLOSE },
	  ERR_NETWORK,
	  "broke while reading app connectors: " },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123", 0, 0, CLOSE },
	  ERR_NETWORK,
	  "broke while reading" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 0, 0, CLOSE },
	  ERR_NETWORK,
	  "broke while reading" },
	{ { "", 0, 0, CLOSE }, ERR_NETWORK, "broke while reading app connectors: Empty reply from server" },
	{ { "SSH-2.0-x\r\n", 0, 0, CLOSE },
	  ERR_REPLY,
	  "app connectors from 127.0.0.1 cannot be read: Received HTTP/0.9" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n", 0, HTTP_BODY_MAX + 1, CLOSE },
	  ERR_REPLY,
	  "app connectors from 127.0.0.1 is larger than 16 MiB" },
	{ { "HTTP/1.1 500 Oops\r\nContent-Length: 16777217\r\n\r\n", 0, HTTP_BODY_MAX + 1, CLOSE },
	  ERR_REPLY,
	  "larger than 16 MiB" },
	{ { many_headers, 0, 0, CLOSE },
	  ERR_REPLY,
	  "the headers of app connectors from 127.0.0.1 are larger than 256 KiB" },
	{ { long_header, 0, 0, CLOSE }, ERR_REPLY, "app connectors from 127.0.0.1 cannot be read: " },
	{ { GZIP_HEAD GZIP_BODY "\x94\x64\xb2\x5f\x0b\x00\x00\x00", sizeof(GZIP_HEAD GZIP_BODY GZIP_SUM) - 1, 0,
	    CLOSE },
	  ERR_REPLY,
	  "cannot be read: " },
	{ { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n0123456789", 0, 0, CLOSE },
	  ERR_REPLY,
	  "cannot be read: " },
	{ { "HTTP/1.1 200 OK\r\nContent-Encoding: mystery\r\nContent-Length: 2\r\n\r\n{}", 0, 0, CLOSE },
	  ERR_REPLY,
	  "cannot be read: " },
};

START_TEST(a_bad_reply_is_told)
{
	struct server s = { .answers = &faults[_i].answer, .count = 1 };
	AUTO_BUF taken = { 0 };
	struct client c = { .sink = add_to, .data = &taken, .reply = { .status = 7 } };
	char *p = many_headers + sprintf(many_headers, "HTTP/1.1 200 OK\r\n");

	while (p < many_headers + sizeof(many_headers) - 64)
		p += sprintf(p, "X-Filler: 0123456789012345678901234567890123456789\r\n");
	memset(long_header, 'x', sizeof(long_header) - 1);
	memcpy(long_header, "HTTP/1.1 200 OK\r\nX: ", 20);
	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert(!http_send(c.http, &c.request, c.sink, c.data, &c.reply, &c.e));
	ck_assert_int_eq(c.reply.status, 7);
	ck_assert(!c.reply.unsent);
	ck_assert_msg(c.e.kind == faults[_i].kind, "%d: %s", c.e.kind, c.e.text);
	ck_assert_msg(strstr(c.e.text, faults[_i].text), "%s", c.e.text);
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

/* Without a request that the service could have got. */
static void wanted_unsent(struct client *c, enum err_kind kind, const char *text)
{
	ck_assert(!client_send(c));
	ck_assert(c->reply.unsent);
	ck_assert_msg(c->e.kind == kind && !strcmp(c->e.text, text), "%d: %s\ninstead of %d: %s", c->e.kind, c->e.text,
		      kind, text);
	client_close(c);
}

START_TEST(a_closed_port_is_told)
{
	struct client c = { 0 };
	unsigned port;
	char text[128];

	close(listen_on_loopback(&port, 1));
	client_open(&c, "http", "127.0.0.1", port);
	snprintf(text, sizeof(text), "no connection to 127.0.0.1:%u: Connection refused", port);
	wanted_unsent(&c, ERR_NETWORK, text);
}
END_TEST

START_TEST(a_name_without_address_is_told)
{
	/* a label too long for the name service, so that none is asked */
	static const char host[] = "a123456789a123456789a123456789a123456789a123456789a123456789a123456789.invalid";
	struct client c = { .options.proxy = "" };
	char text[192];

	client_open(&c, "https", host, 443);
	snprintf(text, sizeof(text), "the name of %s:443 cannot be resolved", host);
	wanted_unsent(&c, ERR_NETWORK, text);
}
END_TEST

static const struct {
	const char *scheme;
	struct answer answer;
	const char *text;
} timeouts[] = {
	{ "http", { "", 0, 0, HANG }, "timeout after 2 s while waiting for 127.0.0.1 to answer (app connectors)" },
	{ "http",
	  { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", 0, 0, HANG },
	  "timeout after 2 s while reading app connectors from 127.0.0.1" },
	{ "http",
	  { "HTTP/1.1 200 OK\r\nContent-Le", 0, 0, HANG },
	  "timeout after 2 s while reading app connectors from 127.0.0.1" },
	/* a server that does not understand TLS and goes on listening */
	{ "https", { "", 0, 0, HANG }, "timeout after 2 s in the TLS handshake with 127.0.0.1" },
};

/* The limit is what the text tells, the moment is what ends the wait: two seconds need not pass here. The first handle
 * of a process loads what can take as long. */
static struct deadline short_deadline(void)
{
	struct err e = { 0 };

	http_free(http_new(&(struct http_options){ 0 }, &e));
	struct deadline d = deadline_in(300);
	d.limit_ms = 1900;
	return d;
}

START_TEST(a_timeout_names_its_phase)
{
	struct server s = { .answers = &timeouts[_i].answer, .count = 1 };
	struct client c = { .options.proxy = "" };

	server_start(&s);
	c.options.deadline = short_deadline();
	client_open(&c, timeouts[_i].scheme, "127.0.0.1", s.port);
	ck_assert(!client_send(&c));
	ck_assert_int_eq(c.e.kind, ERR_TIMEOUT);
	ck_assert_str_eq(c.e.text, timeouts[_i].text);
	ck_assert_int_eq(c.reply.unsent, !strcmp(timeouts[_i].scheme, "https"));
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

static void time_out_while_connecting(bool metadata, enum err_kind kind, const char *start)
{
	struct client c = { .request.metadata = metadata };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned port;
	int listener = listen_on_loopback(&port, 0), filler[8];

	address.sin_port = htons((uint16_t)port);
	for (int i = 0; i < ROWS(filler); i++) { /* nobody accepts: from some point on the kernel lets newcomers wait */
		filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(filler[i], (struct sockaddr *)&address, sizeof(address));
	}
	if (!metadata)
		c.options.deadline = short_deadline();
	client_open(&c, "http", "127.0.0.1", port);
	bool sent = client_send(&c);
	for (int i = 0; i < ROWS(filler); i++)
		close(filler[i]);
	close(listener);
	ck_assert(!sent && c.reply.unsent);
	ck_assert_msg(c.e.kind == kind && !strncmp(c.e.text, start, strlen(start)), "%d: %s", c.e.kind, c.e.text);
	if (metadata)
		ck_assert_ptr_nonnull(strstr(c.e.text, " within 1 s"));
	client_close(&c);
}

START_TEST(a_timeout_while_connecting)
{
	time_out_while_connecting(false, ERR_TIMEOUT, "timeout after 2 s while connecting to 127.0.0.1");
}
END_TEST

START_TEST(a_metadata_service_is_not_waited_for)
{
	time_out_while_connecting(true, ERR_NETWORK, "no connection to 127.0.0.1:");
}
END_TEST

/* Refused for want of time, and so not for its address: nothing is sent. */
START_TEST(the_metadata_address_may_be_plain)
{
	struct client c = { .options.deadline = { .at_ms = 1, .limit_ms = 30000 } };

	ck_assert(http_is_plain_metadata("http://169.254.169.254/metadata"));
	ck_assert(!http_is_plain_metadata("https://169.254.169.254/metadata"));
	ck_assert(!http_is_plain_metadata("http://169.254.169.253/"));
	ck_assert(!http_is_plain_metadata("http://169.254.169.254.contoso.com/"));
	client_open(&c, "http", "127.0.0.1", 9);
	c.request = (struct http_request){ .url = "http://169.254.169.254/metadata", .metadata = true };
	wanted_unsent(&c, ERR_TIMEOUT, "timeout after 30 s before asking 169.254.169.254 for the reply");
}
END_TEST

START_TEST(nothing_is_sent_when_no_time_is_left)
{
	struct client c = { .options.deadline = { .at_ms = 1, .limit_ms = 29600 } };

	client_open(&c, "http", "127.0.0.1", 9);
	wanted_unsent(&c, ERR_TIMEOUT, "timeout after 30 s before asking 127.0.0.1 for app connectors");
}
END_TEST

static const struct {
	struct http_request request;
	const char *text;
} refused[] = {
	{ { .url = "http://contoso.com/" }, "plain http is for loopback addresses only, not for contoso.com" },
	{ { .url = "http://localhost/" }, "plain http is for loopback addresses only, not for localhost" },
	{ { .url = "https://user:secret@contoso.com/" },
	  "the address of the reply is no https:// URL of a plain host" },
	{ { .url = "http://169.254.169.254/metadata" }, "plain http is for loopback addresses only, not for 169.254.169.254" },
	{ { .url = "http://169.254.169.254/metadata", .metadata = true, .authorization = "Bearer a" },
	  "plain http is for loopback addresses only, not for 169.254.169.254" },
	{ { .url = "http://169.254.169.254/metadata", .metadata = true, .body = "a=b" },
	  "plain http is for loopback addresses only, not for 169.254.169.254" },
	{ { .url = "http://169.254.169.253/metadata", .metadata = true }, "plain http is for loopback addresses only, not for 169.254.169.253" },
	{ { .url = "http://contoso.com/metadata", .metadata = true }, "plain http is for loopback addresses only, not for contoso.com" },
	{ { .url = "http://169.254.169.254.contoso.com/", .metadata = true },
	  "plain http is for loopback addresses only, not for 169.254.169.254.contoso.com" },
	{ { .url = "file:///etc/hostname", .purpose = "a token" },
	  "the address of a token is no https:// URL of a plain host" },
	{ { .url = "http://127.0.0.1:9/", .authorization = "Bearer a\r\nX: y" },
	  "a control character in the header Authorization" },
	{ { .url = "http://127.0.0.1:9/", .headers = (const char *const[]){ "A: b", "C: d\ne", NULL } },
	  "a control character in the header C" },
};

START_TEST(an_unsafe_request_is_not_sent)
{
	struct client c = { 0 };

	client_open(&c, "http", "127.0.0.1", 9);
	c.request = refused[_i].request;
	wanted_unsent(&c, ERR_CONFIG, refused[_i].text);
}
END_TEST

START_TEST(loopback_goes_past_every_proxy)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP } };
	struct server s = { .answers = answers, .count = 1 };
	struct client c = { .options = { .proxy = "http://127.0.0.1:9", .noproxy = "" } };

	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("all_proxy", "http://127.0.0.1:9", 1);
	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c), "%s", c.e.text);
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

START_TEST(a_proxy_that_refuses_is_told_without_its_password)
{
	static const struct answer answers[] = {
		{ "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n", 0,
		  0, CLOSE }
	};
	struct server s = { .answers = answers, .count = 1 };
	char proxy[64], text[192];
	struct client c = { .options.proxy = proxy };

	server_start(&s);
	snprintf(proxy, sizeof(proxy), "http://user:s3cret@127.0.0.1:%u", s.port);
	client_open(&c, "https", "contoso.com", 443);
	snprintf(
	    text, sizeof(text),
	    "the proxy answered 407 instead of connecting to contoso.com:443 (a proxy is set: http://***@127.0.0.1:%u)",
	    s.port);
	wanted_unsent(&c, ERR_NETWORK, text);
	server_stop(&s);
	ck_assert(!strncmp(s.seen.data, "CONNECT contoso.com:443 HTTP/1.1\r\n", 34));
	buf_free(&s.seen);
}
END_TEST

static const struct {
	const char *scheme;
	struct answer answer;
} socks_refusals[] = {
	{ "socks4", { "\0\x5b\0\0\0\0\0\0", 8, 0, CLOSE } },
	{ "socks4a", { "\0\x5b\0\0\0\0\0\0", 8, 0, CLOSE } },
	{ "socks5h", { "\5\xff", 2, 0, CLOSE } },
	{ "socks5h", { "HTTP/1.1 400 Bad Request\r\n\r\n", 0, 0, CLOSE } },
	{ "socks5h", { "", 0, 0, CLOSE } },
};

START_TEST(a_socks_proxy_that_refuses_is_told_from_the_service)
{
	struct server s = { .answers = &socks_refusals[_i].answer, .count = 1, .socks = true };
	char proxy[64];
	struct client c = { .options.proxy = proxy };
	static const char wanted[] = "the proxy did not connect to 127.0.0.2:443: ";

	server_start(&s);
	snprintf(proxy, sizeof(proxy), "%s://127.0.0.1:%u", socks_refusals[_i].scheme, s.port);
	client_open(&c, "https", "127.0.0.2", 443);
	ck_assert(!client_send(&c));
	ck_assert_int_eq(c.e.kind, ERR_NETWORK);
	ck_assert_msg(!strncmp(c.e.text, wanted, strlen(wanted)) && strstr(c.e.text, proxy), "%s", c.e.text);
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

static const char *const odd_proxies[] = { "gopher://user:s3cret@127.0.0.1:9", "http://user:s3cret@127.0.0.1:99999",
					   "http://user:s3cret@[::1", "user:s3cret@127.0.0.1:9",
					   "http://user:s3cret@a b:1" };

START_TEST(no_error_holds_the_proxy_password)
{
	struct client c = { .options.proxy = odd_proxies[_i] };

	client_open(&c, "https", "contoso.com", 443);
	ck_assert(!client_send(&c));
	ck_assert(c.reply.unsent);
	ck_assert_msg(!strstr(c.e.text, "s3cret") && !strstr(c.e.text, "user"), "%s", c.e.text);
	ck_assert_msg(strstr(c.e.text, "contoso.com:443") || c.e.kind == ERR_CONFIG, "%s", c.e.text);
	client_close(&c);
}
END_TEST

/* Last words */

static bool wait_forever(const char *bytes, size_t len, void *data, struct err *e)
{
	(void)bytes;
	(void)len;
	(void)data;
	(void)e;
	pause();
	return false;
}

/* What a child that ends by its backstop leaves: in a request, or between two. */
static void be_stuck(struct client *c, bool asking)
{
	last_words_after(300, 7, 2);
	if (client_send(c) && !asking)
		pause();
	_exit(0);
}

START_TEST(the_last_words_name_the_step)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP } };
	struct server s = { .answers = answers, .count = 1 };
	struct client c = { .sink = _i ? wait_forever : NULL };
	char said[160] = "";
	int ends[2], status;

	server_start(&s);
	client_open(&c, "http", "127.0.0.1", s.port);
	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		be_stuck(&c, _i);
	}
	close(ends[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 2 << 8);
	ck_assert_int_gt(read(ends[0], said, sizeof(said) - 1), 0);
	ck_assert_str_eq(said, _i ? "[CRITICAL] - timeout after 7 s in a wait that could not be ended (asking 127.0.0.1 for app connectors)\n" :
				    "[CRITICAL] - timeout after 7 s in a wait that could not be ended\n");
	close(ends[0]);
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
}
END_TEST

/* TLS */

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
	char folder[32], file[48], hashed[64];
};

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ck_assert(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static EVP_PKEY *make_key(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);

	ck_assert(EVP_PKEY_keygen_init(context) > 0 &&
		  EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) > 0 &&
		  EVP_PKEY_keygen(context, &key) > 0);
	EVP_PKEY_CTX_free(context);
	return key;
}

/* A self-signed certificate for `names`, valid from and to so many seconds from now, in a file of a folder. */
static void identity_make(struct identity *id, const char *names, long from, long to)
{
	X509 *certificate = X509_new();

	id->key = make_key();
	id->certificate = certificate;
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from);
	X509_gmtime_adj(X509_getm_notAfter(certificate), to);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
				   (const unsigned char *)"contoso test", -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	X509_set_pubkey(certificate, id->key);
	add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(certificate, NID_subject_alt_name, names);
	ck_assert(X509_sign(certificate, id->key, EVP_sha256()));

	snprintf(id->folder, sizeof(id->folder), "/tmp/test_http.XXXXXX");
	ck_assert(mkdtemp(id->folder));
	snprintf(id->file, sizeof(id->file), "%s/ca.pem", id->folder);
	snprintf(id->hashed, sizeof(id->hashed), "%s/%08lx.0", id->folder, X509_subject_name_hash(certificate));
	FILE *f = fopen(id->file, "w");
	ck_assert(f && PEM_write_X509(f, certificate) && !fclose(f));
}

static void identity_free(struct identity *id)
{
	unlink(id->file);
	unlink(id->hashed);
	rmdir(id->folder);
	X509_free(id->certificate);
	EVP_PKEY_free(id->key);
}

static void server_start_tls(struct server *s, struct identity *id)
{
	s->tls = SSL_CTX_new(TLS_server_method());
	ck_assert(SSL_CTX_use_certificate(s->tls, id->certificate) && SSL_CTX_use_PrivateKey(s->tls, id->key));
	server_start(s);
}

static void server_stop_tls(struct server *s, struct identity *id)
{
	server_stop(s);
	SSL_CTX_free(s->tls);
	buf_free(&s->seen);
	identity_free(id);
}

enum trust { BY_FILE, BY_FOLDER, BY_FILE_VARIABLE, BY_FOLDER_VARIABLE, BY_SYSTEM };
#define DAY 86400

static const struct {
	const char *names;
	long from, to;
	enum trust trust;
	const char *text; /* NULL: all is well */
} certificates[] = {
	{ "IP:127.0.0.1", -DAY, DAY, BY_FILE, NULL },
	{ "IP:127.0.0.1", -DAY, DAY, BY_FOLDER, NULL },
	{ "IP:127.0.0.1", -DAY, DAY, BY_FILE_VARIABLE, NULL },
	{ "IP:127.0.0.1", -DAY, DAY, BY_FOLDER_VARIABLE, NULL },
	{ "IP:127.0.0.1", -DAY, DAY, BY_SYSTEM, "is from an unknown issuer: " },
	{ "IP:127.0.0.2,DNS:contoso.com", -DAY, DAY, BY_FILE, "is for another name: " },
	{ "IP:127.0.0.1", -2 * DAY, -DAY, BY_FILE, "cannot be accepted: certificate has expired (look at" },
	{ "IP:127.0.0.1", DAY, 2 * DAY, BY_FILE, "cannot be accepted: certificate is not yet valid (look at" },
};

static void choose_trust(struct http_options *o, enum trust trust, const struct identity *id)
{
	if (trust == BY_FILE)
		o->ca_cert = id->file;
	if (trust == BY_FOLDER)
		o->ca_path = id->folder;
	if (trust == BY_FILE_VARIABLE)
		setenv("SSL_CERT_FILE", id->file, 1);
	if (trust == BY_FOLDER_VARIABLE)
		setenv("SSL_CERT_DIR", id->folder, 1);
	if (trust == BY_FOLDER || trust == BY_FOLDER_VARIABLE)
		ck_assert(!symlink("ca.pem", id->hashed));
}

START_TEST(a_certificate_is_verified)
{
	static const struct answer answers[] = { { OK_HEAD "\r\n{}", 0, 0, KEEP }, { OK_HEAD "\r\n{}", 0, 0, KEEP } };
	struct server s = { .answers = answers, .count = 2 };
	struct client c = { .options.proxy = "" };
	struct identity id;
	char start[64];

	identity_make(&id, certificates[_i].names, certificates[_i].from, certificates[_i].to);
	choose_trust(&c.options, certificates[_i].trust, &id);
	server_start_tls(&s, &id);
	client_open(&c, "https", "127.0.0.1", s.port);
	ck_assert_msg(client_send(&c) == !certificates[_i].text, "%s", c.e.text);
	ck_assert_int_eq(c.reply.unsent, certificates[_i].text != NULL);
	if (!certificates[_i].text) {
		ck_assert_msg(client_send(&c), "%s", c.e.text);
	} else {
		snprintf(start, sizeof(start), "the certificate of 127.0.0.1:%u ", s.port);
		ck_assert_int_eq(c.e.kind, ERR_TLS);
		ck_assert_msg(!strncmp(c.e.text, start, strlen(start)), "%s", c.e.text);
		ck_assert_msg(!strncmp(c.e.text + strlen(start), certificates[_i].text, strlen(certificates[_i].text)),
			      "%s", c.e.text);
	}
	client_close(&c);
	server_stop_tls(&s, &id);
	ck_assert_int_eq(s.connections, 1);
}
END_TEST

START_TEST(old_tls_is_refused)
{
	struct server s = { .answers = NULL };
	struct client c = { .options.proxy = "" };
	struct identity id;
	char start[64];

	identity_make(&id, "IP:127.0.0.1", -DAY, DAY);
	choose_trust(&c.options, BY_FILE, &id);
	s.tls = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(s.tls, 0);
	SSL_CTX_set_min_proto_version(s.tls, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(s.tls, TLS1_1_VERSION);
	ck_assert(SSL_CTX_use_certificate(s.tls, id.certificate) && SSL_CTX_use_PrivateKey(s.tls, id.key));
	server_start(&s);
	client_open(&c, "https", "127.0.0.1", s.port);
	ck_assert(!client_send(&c));
	ck_assert(c.reply.unsent);
	ck_assert_msg(c.e.kind == ERR_TLS, "%d: %s", c.e.kind, c.e.text);
	snprintf(start, sizeof(start), "the TLS handshake with 127.0.0.1:%u failed: ", s.port);
	ck_assert_msg(!strncmp(c.e.text, start, strlen(start)), "%s", c.e.text);
	client_close(&c);
	server_stop_tls(&s, &id);
}
END_TEST

static void *close_after_a_byte(void *data)
{
	int fd = accept(*(int *)data, NULL, NULL);
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, 0), 1); /* the rest unread makes the kernel reset the connection */
	close(fd);
	return NULL;
}

START_TEST(a_line_cut_in_the_handshake_is_no_tls_fault)
{
	struct client c = { .options.proxy = "" };
	unsigned port;
	int fd = listen_on_loopback(&port, 1);
	pthread_t thread;
	char start[64];

	ck_assert(!pthread_create(&thread, NULL, close_after_a_byte, &fd));
	client_open(&c, "https", "127.0.0.1", port);
	ck_assert(!client_send(&c));
	ck_assert(c.reply.unsent);
	pthread_join(thread, NULL);
	snprintf(start, sizeof(start), "127.0.0.1:%u closed the connection in the TLS handshake: ", port);
	ck_assert_msg(c.e.kind == ERR_NETWORK && !strncmp(c.e.text, start, strlen(start)), "%d: %s", c.e.kind,
		      c.e.text);
	client_close(&c);
	close(fd);
}
END_TEST

static void wanted_refusal(const struct http_options *o, const char *text)
{
	struct err e = { 0 };

	ck_assert(!http_new(o, &e));
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_str_eq(e.text, text);
}

START_TEST(a_trust_store_must_be_usable)
{
	struct identity id;
	char text[256];

	identity_make(&id, "IP:127.0.0.1", -DAY, DAY);
	snprintf(text, sizeof(text), "--ca-path %s holds no certificate under its hash: run `openssl rehash %s`",
		 id.folder, id.folder);
	wanted_refusal(&(struct http_options){ .ca_path = id.folder }, text);
	wanted_refusal(&(struct http_options){ .ca_path = "/no/such" },
		       "--ca-path /no/such cannot be read: No such file or directory");
	wanted_refusal(&(struct http_options){ .ca_cert = "/no/such" },
		       "--ca-cert /no/such cannot be read: No such file or directory");
	snprintf(text, sizeof(text), "--ca-cert %s is no file", id.folder);
	wanted_refusal(&(struct http_options){ .ca_cert = id.folder }, text);
	setenv("SSL_CERT_FILE", "/no/such", 1);
	wanted_refusal(&(struct http_options){ 0 }, "SSL_CERT_FILE /no/such cannot be read: No such file or directory");
	/* what is given beats the environment */
	struct err e = { 0 };
	struct http *h = http_new(&(struct http_options){ .ca_cert = id.file }, &e);
	ck_assert_msg(h != NULL, "%s", e.text);
	http_free(h);
	unsetenv("SSL_CERT_FILE");
	setenv("SSL_CERT_DIR", id.folder, 1);
	snprintf(text, sizeof(text), "SSL_CERT_DIR %s holds no certificate under its hash: run `openssl rehash %s`",
		 id.folder, id.folder);
	wanted_refusal(&(struct http_options){ 0 }, text);
	identity_free(&id);
}
END_TEST

START_TEST(a_trust_file_without_certificates_is_told)
{
	char path[] = "/tmp/test_http.XXXXXX";
	int fd = mkstemp(path);
	struct client c = { .options = { .ca_cert = path, .proxy = "" } };
	struct server s = { .answers = NULL };
	char start[128];

	ck_assert_int_eq(write(fd, "hello\n", 6), 6);
	close(fd);
	server_start(&s);
	client_open(&c, "https", "127.0.0.1", s.port);
	ck_assert(!client_send(&c));
	snprintf(start, sizeof(start), "the certificates to trust cannot be used: ");
	ck_assert_msg(c.e.kind == ERR_CONFIG && !strncmp(c.e.text, start, strlen(start)) && strstr(c.e.text, path),
		      "%s", c.e.text);
	client_close(&c);
	server_stop(&s);
	buf_free(&s.seen);
	unlink(path);
}
END_TEST

/* Traces */

/* What one exchange writes to stderr at a level. */
static void trace_of(int level, unsigned *port, struct buf *out)
{
	static const struct answer answers[] = {
		{ OK_HEAD "Set-Cookie: a=s3cret\r\n folded=s3cret\r\nX-Odd: a\x1b[31mb\r\nRetry-After: 5\r\n\r\n{}", 0,
		  0, KEEP }
	};
	static const char *const headers[] = { "Cookie: s3cret", "cOOkie: s3cret", NULL };
	struct server s = { .answers = answers, .count = 1 };
	struct client c = {
		.options = { .trace = level, .proxy = "http://user:s3cret@proxy.contoso.com:8080" },
		.request = { .authorization = "Bearer s3cret", .headers = headers, .body = "client_secret=s3cret" }
	};
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);
	char text[4096];

	server_start(&s);
	dup2(fileno(f), STDERR_FILENO);
	client_open(&c, "http", "127.0.0.1", s.port);
	bool ok = client_send(&c);
	client_close(&c);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	ck_assert_msg(ok, "%s", c.e.text);
	server_stop(&s);
	buf_free(&s.seen);
	rewind(f);
	buf_add_bytes(out, text, fread(text, 1, sizeof(text), f));
	fclose(f);
	*port = s.port;
}

START_TEST(a_trace_shows_no_secret)
{
	AUTO_BUF two = { 0 };
	AUTO_BUF three = { 0 };
	AUTO_BUF none = { 0 };
	unsigned port;

	trace_of(1, &port, &none);
	ck_assert_str_eq(buf_text(&none), "");

	static const char first[] = "* proxy http://***@proxy.contoso.com:8080\n> POST 127.0.0.1/x?y=1\n< 200 2 bytes ";
	trace_of(2, &port, &two);
	ck_assert_msg(!strncmp(two.data, first, strlen(first)), "%s", two.data);
	ck_assert_str_eq(strstr(two.data, " ms\n"), " ms\n");

	trace_of(3, &port, &three);
	AUTO_FREE char *wanted = mem_print(
	    "* proxy http://***@proxy.contoso.com:8080\n> POST 127.0.0.1/x?y=1\n"
	    "> POST /x?y=1 HTTP/1.1\n> Host: 127.0.0.1:%u\n> Accept-Encoding: gzip\n> Accept: application/json\n"
	    "> Content-Type: application/json\n> Content-Length: 20\n"
	    "< HTTP/1.1 200 OK\n< Content-Type: application/json\n< Content-Length: 2\n< X-Odd: a?[31mb\n< "
	    "Retry-After: 5\n"
	    "< 200 2 bytes ",
	    port);
	ck_assert_msg(!strncmp(three.data, wanted, strlen(wanted)), "%s\ninstead of\n%s", three.data, wanted);
	ck_assert(!strstr(three.data, "s3cret"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http");

	signal(SIGPIPE, SIG_IGN);
	tcase_add_checked_fixture(t, forget_environment, NULL);
	tcase_add_loop_test(t, an_address_has_one_origin, 0, ROWS(urls));
	tcase_add_test(t, a_value_is_escaped);
	tcase_add_test(t, a_get_brings_status_headers_and_body);
	tcase_add_test(t, a_post_brings_its_body);
	tcase_add_test(t, one_connection_serves_all_unless_asked_otherwise);
	tcase_add_loop_test(t, a_request_is_sent_once, 0, 2);
	tcase_add_test(t, a_redirect_is_not_followed);
	tcase_add_test(t, the_sink_takes_good_bodies_only);
	tcase_add_test(t, gzip_is_unpacked);
	tcase_add_loop_test(t, a_bad_reply_is_told, 0, ROWS(faults));
	tcase_add_test(t, a_closed_port_is_told);
	tcase_add_test(t, a_name_without_address_is_told);
	tcase_add_loop_test(t, a_timeout_names_its_phase, 0, ROWS(timeouts));
	tcase_add_test(t, a_timeout_while_connecting);
	tcase_add_test(t, a_metadata_service_is_not_waited_for);
	tcase_add_test(t, the_metadata_address_may_be_plain);
	tcase_add_test(t, nothing_is_sent_when_no_time_is_left);
	tcase_add_loop_test(t, an_unsafe_request_is_not_sent, 0, ROWS(refused));
	tcase_add_test(t, loopback_goes_past_every_proxy);
	tcase_add_test(t, a_proxy_that_refuses_is_told_without_its_password);
	tcase_add_loop_test(t, a_socks_proxy_that_refuses_is_told_from_the_service, 0, ROWS(socks_refusals));
	tcase_add_loop_test(t, the_last_words_name_the_step, 0, 2);
	tcase_add_loop_test(t, no_error_holds_the_proxy_password, 0, ROWS(odd_proxies));
	tcase_add_loop_test(t, a_certificate_is_verified, 0, ROWS(certificates));
	tcase_add_test(t, old_tls_is_refused);
	tcase_add_test(t, a_line_cut_in_the_handshake_is_no_tls_fault);
	tcase_add_test(t, a_trust_store_must_be_usable);
	tcase_add_test(t, a_trust_file_without_certificates_is_told);
	tcase_add_test(t, a_trace_shows_no_secret);
	suite_add_tcase(s, t);
	return s;
}

UNIT_MAIN(suite)
