// SPDX-License-Identifier: GPL-3.0-or-later
/* The wire: one libcurl handle, a request in, a reply out, under one deadline and size ceilings. Knows nothing of Microsoft.
 *
 * Verification of TLS is always on, TLS 1.2 at least, no redirect is followed, plain http goes to loopback literals only (and by
 * `metadata` to one address more) and never through a proxy. Credentials ride in the request's headers, which no trace shows. */
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/strings.h"
#include <stdint.h>

#define HTTP_BODY_MAX (16 * 1024 * 1024)    /* unpacked */
#define HTTP_HEADERS_MAX (256 * 1024)
#define HTTP_ERROR_BODY_MAX (64 * 1024)
#define HTTP_PROXY_FORMS "http://, https://, socks4://, socks4a://, socks5:// or socks5h://"

struct http_options {
	const char *user_agent;
	const char *proxy, *noproxy;     /* NULL: the environment's variables count */
	const char *ca_cert, *ca_path;   /* NULL: SSL_CERT_FILE, SSL_CERT_DIR, else the system's hashed directory, else its bundle */
	bool only_ipv4, only_ipv6;
	int trace;                       /* 2: a line per request and reply on stderr; 3: headers too, without secrets */
	struct deadline deadline;        /* of the whole run */
};

struct http_request {
	const char *url;
	const char *body;                /* NULL: GET, else POST */
	const char *content_type;        /* of the body */
	const char *authorization;       /* whole header value, or NULL; never traced */
	const char *const *headers;      /* further "Name: value" lines, ends with NULL; or NULL */
	const char *purpose;             /* for errors: "page 2 of app connectors" */
	bool fresh_connection;
	bool metadata;                   /* to the host's own metadata service: may be plain http to its one link-local address */
};

/* Takes the body of a reply with status 200 piece by piece, unpacked; false with e filled ends the transfer. NULL: collect into reply.body. */
typedef bool http_sink(const char *bytes, size_t len, void *data, struct err *e);

struct http_reply {
	long status;
	struct buf body;                 /* of a status other than 200 (cut at HTTP_ERROR_BODY_MAX), or without a sink */
	char content_type[96];           /* "" when not sent */
	char retry_after[64];            /* as sent, "" when not */
	char date[64];                   /* the answerer's clock, as sent, "" when not */
	char location[256];              /* of a redirect, as sent, "" when not */
	char www_authenticate[512];      /* as sent, "" when not */
	int64_t took_ms;
	bool unsent;                     /* of an exchange that failed: it ended before a byte of the request went out */
};

struct http;
/* One handle for everything that a run asks. ERR_CONFIG when a CA file or folder cannot be used. */
struct http *http_new(const struct http_options *o, struct err *e) MUST_USE;
void http_free(struct http *h);
/* One exchange. True: a whole reply with any status is in *reply (release with http_reply_free). False: ERR_NETWORK, ERR_TLS,
 * ERR_TIMEOUT (the text names the phase: resolving, connecting, TLS, waiting for the reply, reading), ERR_REPLY (too large, bad
 * encoding), ERR_CONFIG (plain http where it may not go), or what the sink said; of *reply only `unsent` is set then. */
bool http_send(struct http *h, const struct http_request *r, http_sink *sink, void *data, struct http_reply *reply,
	       struct err *e) MUST_USE;
void http_reply_free(struct http_reply *reply);

/* "https://host:port" without user info, path, or default port, in small letters: what must agree before a credential is sent.
 * False when the URL does not parse, is no http(s), or holds user info. */
bool http_origin(const char *url, struct buf *out);
/* Only the host, for messages and rules; IPv6 in brackets. */
bool http_host(const char *url, struct buf *out);
/* http scheme and a host that is a literal of 127.0.0.0/8 or [::1]. */
bool http_is_plain_loopback(const char *url);
/* http scheme and 169.254.169.254, where a virtual machine's host answers for the machine. */
bool http_is_plain_metadata(const char *url);
/* An address that libcurl takes for a proxy: a scheme of HTTP_PROXY_FORMS, or none, which is http. */
bool http_is_proxy(const char *url);
/* Percent-encodes a value for a query or form; yours. */
char *http_escape(const char *text, size_t len) MUST_USE;
