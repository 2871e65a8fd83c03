// SPDX-License-Identifier: GPL-3.0-or-later
/* Addresses: parsed once and strictly, compared as origins, encoded. */
#include "net/http_own.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

bool url_parse(const char *text, struct url *out)
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

	if (!url_parse(url, &u))
		return false;
	buf_print(out, "http%s://%s", u.tls ? "s" : "", u.host);
	if (u.port != (u.tls ? 443 : 80))
		buf_print(out, ":%u", u.port);
	return true;
}

bool http_host(const char *url, struct buf *out)
{
	struct url u;

	if (!url_parse(url, &u))
		return false;
	buf_add(out, u.host);
	return true;
}

bool url_is_loopback(const char *host)
{
	struct in_addr address;

	return !strcmp(host, "[::1]") ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

bool http_is_plain_loopback(const char *url)
{
	struct url u;

	return url_parse(url, &u) && !u.tls && url_is_loopback(u.host);
}

bool http_is_plain_metadata(const char *url)
{
	struct url u;

	return url_parse(url, &u) && !u.tls && !strcmp(u.host, HTTP_METADATA_HOST);
}

/* By libcurl's own parser, so that both see the same. */
bool http_is_proxy(const char *url)
{
	static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5", "socks5h" };
	CURLU *parsed = curl_url();
	char *scheme = NULL;
	bool is = false;

	if (parsed && !curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) &&
	    !curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0))
		for (size_t i = 0; !is && i < sizeof(schemes) / sizeof(schemes[0]); i++)
			is = !strcasecmp(scheme, schemes[i]);
	curl_free(scheme);
	curl_url_cleanup(parsed);
	if (is && !strncasecmp(url, "https:", 6))
		is = curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTPS_PROXY;
	return is;
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
