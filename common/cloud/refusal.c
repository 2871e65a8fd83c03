// SPDX-License-Identifier: GPL-3.0-or-later
/* Reads refusals in the portal's, Graph's and gateways' forms. */
#include "cloud/refusal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/secrets.h"
#include "net/scan.h"

#define REASON_MAX 160
#define WAIT_BELIEVED_MAX 86400

struct json_object *refusal_parse(const struct buf *body)
{
	struct err ignored;
	struct scan *scan = scan_new(NULL, NULL, NULL);
	struct json_object *doc = NULL;

	if (scan_feed(scan, buf_text(body), body->len, &ignored) && scan_end(scan, &ignored))
		doc = jget_parse(buf_text(body), body->len, &ignored);
	scan_free(scan);
	return doc;
}

bool refusal_is_page(const char *body, size_t len)
{
	size_t i = 0;

	while (i < len && isspace((unsigned char)body[i]))
		i++;
	return i < len && body[i] == '<';
}

void refusal_plain(const char *text, size_t max, struct buf *out)
{
	size_t start = out->len;

	for (; *text; text++) {
		bool blank = (unsigned char)*text <= ' ' || *text == 0x7f;

		if (blank && (out->len == start || out->data[out->len - 1] == ' '))
			continue;
		buf_add_char(out, blank ? ' ' : *text);
		if (out->len - start > max + 3)
			break;
	}
	if (out->len - start > max) {
		size_t cut = start + max;

		while (cut > start && ((unsigned char)out->data[cut] & 0xc0) == 0x80)
			cut--;
		buf_cut(out, cut);
		buf_add(out, "...");
	} else if (out->len > start && out->data[out->len - 1] == ' ') {
		buf_cut(out, out->len - 1);
	}
}

/* {"error":true,"filters":[{"error":"not-an-id is not valid",…}]} */
static const char *rejected_filter(struct json_object *doc)
{
	struct json_object *filters = NULL;

	if (jget_array(doc, "filters", &filters) != GOT || !json_object_array_length(filters))
		return NULL;
	return jget_text_or(json_object_array_get_idx(filters, 0), "error", NULL);
}

static const char *find_reason(struct json_object *doc)
{
	struct json_object *error = NULL;
	const char *text = NULL;

	if (jget_text(doc, "detail", &text) == GOT || jget_text(doc, "error_description", &text) == GOT)
		return text;
	if (jget_object(doc, "error", &error) == GOT) {
		if (jget_text(error, "message", &text) != GOT)
			text = jget_text_or(error, "code", NULL);
		return text;
	}
	text = rejected_filter(doc);
	if (!text && jget_text(doc, "error", &text) != GOT)
		text = jget_text_or(doc, "message", NULL);
	return text;
}

void refusal_reason(const struct buf *body, struct buf *out)
{
	AUTO_JSON doc = NULL;

	if (refusal_is_page(buf_text(body), body->len)) {
		buf_add(out, "an HTML page");
		return;
	}
	doc = refusal_parse(body);
	const char *reason = doc ? find_reason(doc) : NULL;
	if (!reason)
		return;
	/* Entra appends trace id, correlation id and time, which would push the words off the line. */
	const char *ids = strstr(reason, "Trace ID:");
	AUTO_BUF words = { 0 };
	buf_add_bytes(&words, reason, ids ? (size_t)(ids - reason) : strlen(reason));
	secrets_mask(&words); /* before it is cut: the service may echo what it was sent */
	refusal_plain(buf_text(&words), REASON_MAX, out);
	while (out->len && (out->data[out->len - 1] == '.' || out->data[out->len - 1] == ' ') && !strstr(buf_text(out), "..."))
		buf_cut(out, out->len - 1);
}

/* "Fri, 20 Nov 2026 12:00:41 GMT" by way of RFC 3339. */
static bool parse_http_date(const char *text, int64_t *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char stamp[CLOCK_STAMP_SIZE] = "yyyy-mm-ddThh:mm:ssZ", month[4] = "";
	const char *comma = strchr(text, ',');

	if (!comma || comma - text != 3 || strlen(comma) != strlen(", 20 Nov 2026 12:00:41 GMT") || strcmp(comma + 22, " GMT"))
		return false;
	memcpy(month, comma + 5, 3);
	const char *found = strstr(months, month);
	if (!found || (found - months) % 3)
		return false;
	int number = (int)(found - months) / 3 + 1;
	memcpy(stamp, comma + 9, 4);
	stamp[5] = (char)('0' + number / 10);
	stamp[6] = (char)('0' + number % 10);
	memcpy(stamp + 8, comma + 2, 2);
	memcpy(stamp + 11, comma + 14, 8);
	return clock_parse(stamp, at);
}

/* The number that text begins with, -1 without one or when it is beyond belief. */
static int64_t leading_seconds(const char *text, const char **end)
{
	int64_t seconds = 0;

	*end = text;
	while (isdigit((unsigned char)**end)) {
		if (seconds <= WAIT_BELIEVED_MAX)
			seconds = seconds * 10 + (**end - '0');
		++*end;
	}
	return *end == text || seconds > WAIT_BELIEVED_MAX ? -1 : seconds;
}

/* A moment is one of the answerer's clock, so it is compared with that one, when it is told. */
static int64_t header_wait(const struct http_reply *reply, int64_t now)
{
	const char *end;
	int64_t seconds, at;

	if (parse_http_date(reply->retry_after, &at)) {
		parse_http_date(reply->date, &now);
		seconds = at > now ? at - now : 0;
		return seconds > WAIT_BELIEVED_MAX ? -1 : seconds;
	}
	seconds = leading_seconds(reply->retry_after, &end);
	return *end ? -1 : seconds;
}

/* A part of a second is waited for whole. */
static int64_t body_wait(const char *body)
{
	static const char words[] = "available in ";
	const char *at = strstr(body, words), *end;

	if (!at)
		return -1;
	int64_t seconds = leading_seconds(at + strlen(words), &end);
	return seconds >= 0 && end[0] == '.' && isdigit((unsigned char)end[1]) ? seconds + 1 : seconds;
}

int64_t refusal_wait(const struct http_reply *reply, int64_t now)
{
	int64_t seconds = header_wait(reply, now);

	return seconds >= 0 ? seconds : body_wait(buf_text(&reply->body));
}

static bool set_redirect(const struct asked *asked, const struct http_reply *reply, struct err *e)
{
	AUTO_BUF host = { 0 };

	if (!*reply->location || !http_host(reply->location, &host))
		buf_add(&host, "another address");
	return err_set(e, ERR_REPLY, "%ld from %s on %s: redirects to %s, which is not followed", reply->status, asked->host,
		       asked->target, buf_text(&host));
}

static const char *unauthorized_cure(const struct asked *asked, const char *reason)
{
	if (strstr(reason, "JSON Web Key"))
		return "give the tenant's own host and not the generic one";
	if (strstr(reason, "owner of this token"))
		return "its owner lost the role that it needs, make a token with another account";
	if (asked->by_api_token)
		return "check the API token, or make a new one";
	return "check --cloud and the permissions of the application";
}

static bool set_unauthorized(const struct asked *asked, long status, const char *reason, struct err *e)
{
	return err_set(e, ERR_AUTH, "%ld from %s on %s: %s%s%s", status, asked->host, asked->target, reason, *reason ? ", " : "",
		       unauthorized_cure(asked, reason));
}

static bool set_denied(const struct asked *asked, const char *reason, struct err *e)
{
	/* A licence cannot be granted, so there Graph's own words are the better ones. */
	bool grantable = asked->permission && !strcasestr(reason, "licens");

	if (strstr(reason, "owner of this token"))
		return set_unauthorized(asked, 403, reason, e);
	if (asked->service == GRAPH && grantable)
		return err_set(e, ERR_DENIED, "403 from %s on %s: grant %s (application) and admin consent", asked->host,
			       asked->target, asked->permission);
	return err_set(e, ERR_DENIED, "403 from %s on %s: %s%s%s", asked->host, asked->target, *reason ? reason : "not allowed",
		       grantable ? ", needed: " : "", grantable ? asked->permission : "");
}

bool refusal_set(const struct asked *asked, const struct http_reply *reply, struct err *e)
{
	AUTO_BUF text = { 0 };

	if (reply->status >= 300 && reply->status < 400)
		return set_redirect(asked, reply, e);
	refusal_reason(&reply->body, &text);
	const char *reason = buf_text(&text);
	if (reply->status == 401)
		return set_unauthorized(asked, 401, reason, e);
	if (reply->status == 403)
		return set_denied(asked, reason, e);
	if (reply->status == 404)
		return err_set(e, ERR_REPLY, "404 from %s on %s: not available in this tenant or cloud", asked->host, asked->target);
	bool passing = reply->status >= 500 || reply->status == 408;
	return err_set(e, passing ? ERR_NETWORK : ERR_REPLY, "%ld from %s on %s%s%s", reply->status, asked->host, asked->target,
		       *reason ? ": " : "", reason);
}
