// SPDX-License-Identifier: GPL-3.0-or-later
/* Why an exchange failed, in the words that a person sees first: the step, the host, the reason, what to do. */
#include "net/http_own.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

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

long long http_limit_s(const struct http *h)
{
	return (h->deadline.limit_ms + 500) / 1000;
}

static bool explain_timeout(const struct exchange *x, struct err *e)
{
	CURL *c = x->http->curl;
	const char *host = x->url.host;
	long long s = http_limit_s(x->http);
	char note[256];

	if (x->headers_len)
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while reading %s from %s", s, exchange_purpose(x), host);
	if (has_passed(c, CURLINFO_PRETRANSFER_TIME_T))
		return err_set(e, ERR_TIMEOUT, "timeout after %lld s while waiting for %s to answer (%s)", s, host,
			       exchange_purpose(x));
	if (x->request->metadata && deadline_left_ms(&x->http->deadline))
		return err_set(e, ERR_NETWORK, "no connection to %s:%u within %d s", host, x->url.port, HTTP_METADATA_CONNECT_MS / 1000);
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
	const char *why = number ? strerror((int)number) : "no reason given";
	if (!number && *note && !http_is_proxy(x->http->proxy_shown))
		why = "a proxy has " HTTP_PROXY_FORMS; /* one from the environment */
	return err_set(e, ERR_NETWORK, "no connection to %s:%u: %s%s", x->url.host, x->url.port, why, note);
}

bool explain_proxy_status(const struct exchange *x, long status, struct err *e)
{
	char note[256];

	proxy_note(x, note, sizeof(note));
	if (!status)
		return err_set(e, ERR_NETWORK, "the proxy to %s:%u answered no HTTP%s", x->url.host, x->url.port, note);
	return err_set(e, ERR_NETWORK, "the proxy answered %ld instead of connecting to %s:%u%s", status, x->url.host, x->url.port, note);
}

bool explain_proxy_flood(const struct exchange *x, struct err *e)
{
	char note[256];

	return err_set(e, ERR_REPLY, "the headers of the proxy to %s:%u are larger than %d KiB%s", x->url.host, x->url.port,
		       HTTP_HEADERS_MAX / 1024, proxy_note(x, note, sizeof(note)));
}

/* Nothing of ours was sent, so it was the way there that broke. */
static bool explain_tunnel(const struct exchange *x, CURLcode code, struct err *e)
{
	char note[256];

	return err_set(e, ERR_NETWORK, "the proxy did not connect to %s:%u: %s%s", x->url.host, x->url.port, reason(x, code),
		       proxy_note(x, note, sizeof(note)));
}

static bool explain_broken(const struct exchange *x, CURLcode code, struct err *e)
{
	long tunnel = 0;

	curl_easy_getinfo(x->http->curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (tunnel >= 300)
		return explain_proxy_status(x, tunnel, e);
	if (!x->sent && x->url.tls && x->http->proxy_shown)
		return explain_tunnel(x, code, e);
	return err_set(e, ERR_NETWORK, "the connection to %s:%u broke while reading %s: %s", x->url.host, x->url.port,
		       exchange_purpose(x), reason(x, code));
}

bool exchange_explain(const struct exchange *x, CURLcode code, struct err *e)
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
	case CURLE_NOT_BUILT_IN: /* a proxy that this libcurl cannot use */
		return explain_connect(x, code, e);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return explain_broken(x, code, e);
	case CURLE_PROXY: /* one that speaks SOCKS */
		return explain_tunnel(x, code, e);
	case CURLE_ABORTED_BY_CALLBACK: /* ours, before the same request went out a second time */
		return err_set(e, ERR_NETWORK, "the connection to %s:%u broke while reading %s: it was closed before the reply", x->url.host,
			       x->url.port, exchange_purpose(x));
	case CURLE_OUT_OF_MEMORY: /* what a header line beyond libcurl's own ceiling is to older ones */
	default:
		return err_set(e, ERR_REPLY, "%s from %s cannot be read: %s", exchange_purpose(x), x->url.host, reason(x, code));
	}
}
