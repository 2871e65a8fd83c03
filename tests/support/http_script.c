// SPDX-License-Identifier: GPL-3.0-or-later
/* Plays scenes instead of talking HTTP. URL questions are answered by libcurl's parser, as in the real thing. */
#include "support/http_script.h"

#include <check.h>
#include <ctype.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* Small and odd, so that tokens of JSON are cut in the middle; a big body comes as libcurl would hand it over. */
#define PIECE 7
#define BIG_PIECE (16 * 1024)
#define BIG_BODY (64 * 1024)

static const struct scene *scene_list;
static int played;
static long slept_ms;
static const char *count_path;
static char last_headers[8][256];
static char last_body[8192];

int nanosleep(const struct timespec *length, struct timespec *rest)
{
	slept_ms += length->tv_sec * 1000 + length->tv_nsec / 1000000;
	if (rest)
		*rest = (struct timespec){ 0 };
	return 0;
}

void script_play(const struct scene *scenes)
{
	scene_list = scenes;
	played = 0;
	slept_ms = 0;
}

int script_played(void)
{
	return played;
}

void script_count_in(const char *path)
{
	count_path = path;
}

long script_slept_ms(void)
{
	return slept_ms;
}

const char *script_last_header(const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < 8; i++) {
		if (!strncasecmp(last_headers[i], name, len) && !strncmp(last_headers[i] + len, ": ", 2))
			return last_headers[i] + len + 2;
	}
	return "";
}

const char *script_last_body(void)
{
	return last_body;
}

static void keep_headers(const char *const *headers)
{
	memset(last_headers, 0, sizeof(last_headers));
	for (int i = 0; i < 8 && headers && headers[i]; i++)
		strncat(last_headers[i], headers[i], sizeof(last_headers[i]) - 1);
}

static bool has_header(const char *wanted)
{
	size_t len = strlen(wanted);
	bool any = len > 1 && wanted[len - 1] == '*';

	for (int i = 0; i < 8; i++) {
		if (any ? !strncmp(last_headers[i], wanted, len - 1) : !strcmp(last_headers[i], wanted))
			return true;
	}
	return false;
}

static void compare(const struct scene *s, const struct http_request *r)
{
	ck_assert_msg(s->status || s->error || s->reply, "request %d is beyond the script: %s", played + 1, r->url);
	if (s->method)
		ck_assert_str_eq(r->body ? "POST" : "GET", s->method);
	if (s->url)
		ck_assert_str_eq(r->url, s->url);
	if (s->body)
		ck_assert_str_eq(r->body ? r->body : "", s->body);
	if (s->authorization)
		ck_assert_str_eq(r->authorization ? r->authorization : "", s->authorization);
	if (s->header)
		ck_assert_msg(has_header(s->header), "request %d lacks the header %s", played + 1, s->header);
	if (s->metadata)
		ck_assert(r->metadata);
	if (s->fresh)
		ck_assert(r->fresh_connection);
}

static void count_request(void)
{
	int fd = count_path ? open(count_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(fd);
}

static bool hand_over(const char *body, size_t len, http_sink *sink, void *data, struct http_reply *reply, struct err *e)
{
	if (!sink) {
		buf_add_bytes(&reply->body, body, len);
		return true;
	}
	size_t piece = len < BIG_BODY ? PIECE : BIG_PIECE;
	for (size_t at = 0; at < len; at += piece) {
		size_t left = len - at;

		if (!sink(body + at, left < piece ? left : piece, data, e))
			return false;
	}
	return true;
}

bool http_send(struct http *h, const struct http_request *r, http_sink *sink, void *data, struct http_reply *reply, struct err *e)
{
	const struct scene *s = &scene_list[played];
	const char *body = s->reply ? s->reply : "";

	(void)h;
	keep_headers(r->headers);
	snprintf(last_body, sizeof(last_body), "%s", r->body ? r->body : "");
	count_request();
	compare(s, r);
	played++;
	*reply = (struct http_reply){ 0 };
	if (!s->status) {
		size_t len = s->breaks_after < strlen(body) ? s->breaks_after : strlen(body);

		if (!hand_over(body, len, sink, data, reply, e))
			return false;
		return err_set(e, s->error, "%s: the script says so", r->purpose);
	}
	reply->status = s->status;
	if (s->retry_after)
		strncat(reply->retry_after, s->retry_after, sizeof(reply->retry_after) - 1);
	if (s->www_authenticate)
		strncat(reply->www_authenticate, s->www_authenticate, sizeof(reply->www_authenticate) - 1);
	if (s->location)
		strncat(reply->location, s->location, sizeof(reply->location) - 1);
	return hand_over(body, strlen(body), s->status / 100 == 2 ? sink : NULL, data, reply, e);
}

struct http *http_new(const struct http_options *o, struct err *e)
{
	(void)o;
	(void)e;
	return mem_new(1, 1);
}

void http_free(struct http *h)
{
	free(h);
}

void http_reply_free(struct http_reply *reply)
{
	buf_free(&reply->body);
}

/* The parts as libcurl sees them; without user info, and only http and https. */
static CURLU *parse(const char *url, char **scheme, char **host)
{
	CURLU *u = curl_url();
	char *user = NULL;

	*scheme = *host = NULL;
	if (!curl_url_set(u, CURLUPART_URL, url, 0) && !curl_url_get(u, CURLUPART_SCHEME, scheme, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, host, 0) && (!strcmp(*scheme, "https") || !strcmp(*scheme, "http")) &&
	    curl_url_get(u, CURLUPART_USER, &user, 0)) {
		for (char *c = *host; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		return u;
	}
	curl_free(user);
	curl_free(*scheme);
	curl_free(*host);
	curl_url_cleanup(u);
	return NULL;
}

bool http_origin(const char *url, struct buf *out)
{
	char *scheme, *host, *port = NULL;
	CURLU *u = parse(url, &scheme, &host);

	if (!u)
		return false;
	buf_print(out, "%s://%s", scheme, host);
	if (!curl_url_get(u, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT))
		buf_print(out, ":%s", port);
	curl_free(port);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return true;
}

bool http_host(const char *url, struct buf *out)
{
	char *scheme, *host;
	CURLU *u = parse(url, &scheme, &host);

	if (!u)
		return false;
	buf_add(out, host);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(u);
	return true;
}

bool http_is_plain_loopback(const char *url)
{
	AUTO_BUF host = { 0 };

	return !strncmp(url, "http://", 7) && http_host(url, &host) &&
	       (!strncmp(buf_text(&host), "127.", 4) || !strcmp(buf_text(&host), "[::1]"));
}

bool http_is_plain_metadata(const char *url)
{
	AUTO_BUF host = { 0 };

	return !strncmp(url, "http://", 7) && http_host(url, &host) && !strcmp(buf_text(&host), "169.254.169.254");
}

char *http_escape(const char *text, size_t len)
{
	char *escaped = curl_easy_escape(NULL, text, (int)len);
	char *copy = mem_copy_text(escaped);

	curl_free(escaped);
	return copy;
}
