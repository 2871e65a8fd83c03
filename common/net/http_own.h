// SPDX-License-Identifier: GPL-3.0-or-later
/* Inside of net/http: the handle, an address, one exchange on its way, and what its parts ask of each other. */
#pragma once
#include "net/http.h"
#include <curl/curl.h>

/* libcurl passes over a length beyond its own numbers as if there were none, and of two it takes the second. */
#define HTTP_LENGTH_DIGITS_MAX 18
#define HTTP_METADATA_HOST "169.254.169.254"
/* The metadata service is next door: a host outside the cloud shall not hang until the time limit. */
#define HTTP_METADATA_CONNECT_MS 1000

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
	size_t proxy_len, headers_len, body_len; /* the first: headers in answer to CONNECT */
	char length[HTTP_LENGTH_DIGITS_MAX + 2]; /* as told; one digit too many shows */
	bool in_handshake, sent;
	bool stopped; /* by the sink or a ceiling, *e says why */
	struct err *e;
};

/* Stricter than libcurl's parser, so that both see the same host in whatever passes. */
bool url_parse(const char *text, struct url *out);
bool url_is_loopback(const char *host);
/* The text of a variable; NULL when it is not set or empty. */
const char *http_variable(const char *name);
/* Which authorities count: settles ca_file and ca_folder of h. */
bool trust_choose(struct http *h, const struct http_options *o, struct err *e) MUST_USE;
/* The time limit of the run as it was given, whole seconds. */
long long http_limit_s(const struct http *h);
/* What the exchange was for, for people. */
const char *exchange_purpose(const struct exchange *x);
/* A proxy that answered with this status instead of connecting, 0 for none; one whose answer has no end. Return false. */
bool explain_proxy_status(const struct exchange *x, long status, struct err *e);
bool explain_proxy_flood(const struct exchange *x, struct err *e);
/* Turns libcurl's code into kind and text. Returns false. */
bool exchange_explain(const struct exchange *x, CURLcode code, struct err *e);
