// SPDX-License-Identifier: GPL-3.0-or-later
/* The client credentials grant: cache first, then one request for all checks that wait for the same token. */
#include "cloud/token.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "cloud/aadsts.h"
#include "cloud/cache.h"
#include "cloud/credential.h"
#include "cloud/exchange.h"
#include "cloud/imds.h"

#define LOCK_WAIT_MAX_MS 10000
#define LONG_LIFE_S 7200
#define YOUNG_S 60
#define REPEATS 2
#define CERTIFICATE_REPEATS 2
#define CERTIFICATE_PAUSE_MS 10000
#define LAST_MS 1000
#define UNKNOWN_CERTIFICATE 700027
#define FIRST_LINE_MAX 200

struct token {
	const struct cloud_settings *set;
	enum service wanted;
	struct http *http;
	const struct deadline *deadline;
	int trace;
	struct credential *credential;
	struct cache *cache;   /* NULL, as the credential, until first needed */
	struct grant now;
	char *header;          /* NULL: none that may be used */
	char *refused;         /* the token that the service did not take */
	bool renewed;
};

struct token *token_new(const struct cloud_settings *set, enum service wanted, struct http *http, const struct deadline *deadline,
			int trace)
{
	struct token *t = mem_new(1, sizeof(*t));

	t->set = set;
	t->wanted = wanted;
	t->http = http;
	t->deadline = deadline;
	t->trace = trace;
	return t;
}

void token_free(struct token *t)
{
	if (!t)
		return;
	cache_free(t->cache);
	credential_free(t->credential);
	grant_free(&t->now);
	mem_wipe_text(t->header);
	mem_wipe_text(t->refused);
	free(t);
}

const char *token_cache_fault(const struct token *t)
{
	return t->cache ? cache_fault(t->cache) : "";
}

static bool is_guid(const char *text)
{
	static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	size_t i = 0;

	for (; form[i]; i++) {
		if (form[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
			return false;
	}
	return !text[i];
}

static int64_t refusal_number(struct json_object *doc)
{
	struct json_object *codes = NULL;

	if (jget_array(doc, "error_codes", &codes) == GOT && json_object_array_length(codes)) {
		struct json_object *first = json_object_array_get_idx(codes, 0);

		if (json_object_is_type(first, json_type_int))
			return json_object_get_int64(first);
	}
	return aadsts_number(jget_text_or(doc, "error_description", ""));
}

/* Entra appends trace id, correlation id and time, behind a blank or on lines of their own; the number has its own place. */
static void add_first_line(const char *description, struct buf *out)
{
	const char *colon = strncmp(description, "AADSTS", 6) ? NULL : strchr(description, ':');
	const char *start = colon ? colon + 1 : description;
	const char *end = strstr(start, "Trace ID:");
	size_t len = strcspn(start, "\r\n");

	if (end && (size_t)(end - start) < len)
		len = (size_t)(end - start);
	AUTO_FREE char *line = mem_copy_bytes(start, len);
	refusal_plain(line, FIRST_LINE_MAX, out);
}

/* The number of an unknown certificate is also that of one whose key is past its end; only the words differ. */
static bool is_certificate_ended(struct json_object *doc)
{
	return refusal_number(doc) == UNKNOWN_CERTIFICATE && strstr(jget_text_or(doc, "error_description", ""), "key used is expired");
}

static bool set_refused(const struct token *t, struct json_object *doc, const char *error, struct err *e)
{
	AUTO_BUF line = { 0 };
	AUTO_BUF code = { 0 };
	const char *cause, *cure, *correlation = jget_text_or(doc, "correlation_id", "");
	int64_t number = refusal_number(doc);

	if (t->trace >= 2 && is_guid(correlation))
		fprintf(stderr, "sign-in refused, correlation id %s\n", correlation);
	if (is_certificate_ended(doc))
		return err_set(e, ERR_ENDED, "sign-in refused: the certificate has expired (AADSTS%d), make a new one, upload it and replace "
			       "the file", UNKNOWN_CERTIFICATE);
	if (aadsts_hint(number, &cause, &cure))
		return err_set(e, number == AADSTS_SECRET_ENDED ? ERR_ENDED : ERR_AUTH, "sign-in refused: %s (AADSTS%lld), %s", cause,
			       (long long)number, cure);
	refusal_plain(error, 64, &code);
	if (number)
		buf_print(&code, " (AADSTS%lld)", (long long)number);
	add_first_line(jget_text_or(doc, "error_description", ""), &line);
	return err_set(e, ERR_AUTH, "sign-in refused: %s%s%s", buf_text(&code), line.len ? ": " : "", buf_text(&line));
}

/* What was repeated in vain: Entra's number says more than the status. */
static bool explain_fault(const struct http_reply *reply, const char *host, struct err *e)
{
	AUTO_JSON doc = reply->status >= 400 ? refusal_parse(&reply->body) : NULL;
	AUTO_FREE char *step = e->kind == ERR_THROTTLED ? mem_copy_text(e->text) : mem_print("%ld from %s on sign-in", reply->status, host);
	int64_t number = doc ? refusal_number(doc) : 0;
	const char *cause, *cure;

	if (aadsts_hint(number, &cause, &cure))
		err_set(e, e->kind, "%s: %s (AADSTS%lld), %s", step, cause, (long long)number, cure);
	return false;
}

static bool set_no_token(const struct http_reply *reply, const char *host, const char *what, struct err *e)
{
	bool page = refusal_is_page(buf_text(&reply->body), reply->body.len);

	return err_set(e, ERR_REPLY, "%ld from %s on sign-in: %s", reply->status, host,
		       page ? "an HTML page instead of a token, is it the right authority, or does a proxy answer?" : what);
}

/* Entra's own word for what passes by itself, whatever the status. */
static bool passes(const struct http_reply *reply)
{
	AUTO_JSON doc = reply->status >= 400 ? refusal_parse(&reply->body) : NULL;

	return doc && !strcmp(jget_text_or(doc, "error", ""), "temporarily_unavailable");
}

/* Times of the grant; a life that is missing or odd leaves expires_at 0, and such a token is not kept. */
static void set_times(struct json_object *doc, struct grant *g)
{
	int64_t life = 0, refresh = 0;

	g->issued_at = clock_now();
	if (jget_int(doc, "expires_in", &life) != GOT || life <= 0 || life > 25 * 3600)
		return;
	g->expires_at = g->issued_at + life;
	g->renew_at = g->expires_at - GRANT_MARGIN_S;
	if (jget_int(doc, "refresh_in", &refresh) == GOT && refresh > 0 && refresh < life)
		g->renew_at = g->issued_at + refresh;
	else if (life > LONG_LIFE_S)
		g->renew_at = g->issued_at + life / 2;
}

static bool read_answer(const struct token *t, const struct http_reply *reply, const char *host, struct grant *g, struct err *e)
{
	AUTO_JSON doc = refusal_parse(&reply->body);
	const char *text = NULL;

	if (reply->status >= 300 && reply->status < 400)
		return refusal_set(&(struct asked){ .host = host, .target = "sign-in" }, reply, e);
	if (reply->status >= 400 && t->set->auth == AUTH_MANAGED_IDENTITY && imds_explain(reply, host, e))
		return false;
	if (!json_object_is_type(doc, json_type_object))
		return set_no_token(reply, host, "not the JSON of a token endpoint", e);
	if (reply->status >= 400 && jget_text(doc, "error", &text) == GOT)
		return set_refused(t, doc, text, e);
	if (reply->status != 200)
		return set_no_token(reply, host, "neither a token nor a reason", e);
	if (strcasecmp(jget_text_or(doc, "token_type", ""), "Bearer"))
		return set_no_token(reply, host, "the token is no Bearer token", e);
	if (jget_text(doc, "access_token", &text) != GOT || !grant_is_safe(text))
		return set_no_token(reply, host, "no token that a header can carry", e);
	g->token = mem_copy_text(text);
	set_times(doc, g);
	return true;
}

static void wipe_reply(struct http_reply *reply)
{
	if (reply->body.data)
		explicit_bzero(reply->body.data, reply->body.len);
	http_reply_free(reply);
}

static const char *scope_of(const struct token *t)
{
	return cloud_scope((enum cloud)t->set->cloud, t->wanted);
}

static bool send_form(const struct token *t, const struct exchange *x, const char *url, struct http_reply *reply, struct err *e)
{
	AUTO_BUF form = { 0 };
	bool answered = false;

	if (credential_form(t->credential, url, scope_of(t), &form, e)) {
		struct http_request request = { .url = url, .body = buf_text(&form), .purpose = "sign-in",
						.content_type = "application/x-www-form-urlencoded" };

		answered = exchange_send(x, &request, NULL, NULL, reply, e);
	}
	explicit_bzero(form.data, form.len);
	return answered;
}

/* Entra's front ends learn of a new certificate one after the other, within some minutes of its upload. */
static bool may_yet_be_known(const struct token *t, const struct http_reply *reply)
{
	AUTO_JSON doc = t->set->auth == AUTH_CERTIFICATE && reply->status >= 400 ? refusal_parse(&reply->body) : NULL;

	if (!doc || refusal_number(doc) != UNKNOWN_CERTIFICATE || is_certificate_ended(doc) ||
	    deadline_left_ms(t->deadline) < CERTIFICATE_PAUSE_MS + LAST_MS)
		return false;
	if (t->trace >= 2)
		fprintf(stderr, "the certificate is not known yet, waiting %d ms\n", CERTIFICATE_PAUSE_MS);
	clock_sleep_ms(CERTIFICATE_PAUSE_MS, t->deadline);
	return true;
}

static bool ask_entra(const struct token *t, struct exchange *x, struct grant *g, struct err *e)
{
	AUTO_BUF host = { 0 };
	AUTO_FREE char *url = mem_print("%s/%s/oauth2/v2.0/token", t->set->login_url, t->set->tenant_id);
	unsigned repeats = x->repeats ? CERTIFICATE_REPEATS : 0;

	if (!http_host(url, &host))
		return err_set(e, ERR_CONFIG, "%s is no URL to sign in at", url);
	x->asked.host = buf_text(&host);
	for (;;) {
		CLEANUP(wipe_reply) struct http_reply reply = { 0 };

		if (!send_form(t, x, url, &reply, e))
			return explain_fault(&reply, buf_text(&host), e);
		if (!repeats-- || !may_yet_be_known(t, &reply))
			return read_answer(t, &reply, buf_text(&host), g, e);
	}
}

static bool ask_machine(const struct token *t, struct exchange *x, struct grant *g, struct err *e)
{
	CLEANUP(wipe_reply) struct http_reply reply = { 0 };
	CLEANUP(imds_release) struct imds m = { 0 };
	AUTO_BUF host = { 0 };

	if (!imds_find(scope_of(t), t->set->managed_identity, &m, e))
		return false;
	if (!http_host(m.url, &host))
		return err_set(e, ERR_CONFIG, "%s is no URL to sign in at", m.url);
	x->asked.host = buf_text(&host);
	return imds_send(&m, x, &reply, e) && read_answer(t, &reply, buf_text(&host), g, e);
}

static bool ask(const struct token *t, unsigned repeats, struct grant *g, struct err *e)
{
	/* Entra throttles like Graph does, with Retry-After. */
	struct exchange x = { .http = t->http, .deadline = t->deadline, .trace = t->trace, .repeats = repeats, .passes = passes,
			      .asked = { .service = GRAPH, .target = "sign-in" } };

	return t->set->auth == AUTH_MANAGED_IDENTITY ? ask_machine(t, &x, g, e) : ask_entra(t, &x, g, e);
}

/* The cached grant, unless it is the one that was refused in this run. */
static bool recall(struct token *t, struct grant *g)
{
	AUTO_GRANT found = { 0 };

	if (!cache_read(t->cache, &found) || (t->refused && !strcmp(t->refused, found.token)))
		return false;
	grant_free(g);
	*g = found;
	found = (struct grant){ 0 };
	return true;
}

/* With the lock, or without when none was to be had. */
static bool ask_once(struct token *t, bool may_fail, struct grant *g, struct err *e)
{
	AUTO_GRANT fresh = { 0 };

	if (recall(t, g) && clock_now() < g->renew_at)
		return true;
	/* A fault also before an early renewal, because it is the host's own and does not pass. */
	if (!credential_open(t->credential, e))
		return false;
	if (ask(t, may_fail ? 0 : REPEATS, &fresh, e)) {
		if (fresh.expires_at)
			cache_write(t->cache, &fresh);
		grant_free(g);
		*g = fresh;
		fresh = (struct grant){ 0 };
		return true;
	}
	if (may_fail && t->trace >= 2)
		fprintf(stderr, "token not renewed early: %s\n", e->text);
	return may_fail;
}

static bool open_cache(struct token *t, const char *scope, struct err *e)
{
	AUTO_BUF proof = { 0 };

	t->credential = credential_new(t->set, e);
	if (!t->credential)
		return false;
	credential_distinguish(t->credential, &proof);
	t->cache = cache_new(t->set, scope, buf_text(&proof), t->trace);
	explicit_bzero(proof.data, proof.len);
	return true;
}

static bool find_grant(struct token *t, struct grant *g, struct err *e)
{
	const char *scope = scope_of(t);
	int64_t wait = deadline_left_ms(t->deadline) / 2;

	if (!scope)
		return err_set(e, ERR_CONFIG, "--cloud=%s lacks the service that this check reads", cloud_names[t->set->cloud]);
	if (!t->cache && !open_cache(t, scope, e))
		return false;
	bool known = recall(t, g);
	if (known && clock_now() < g->renew_at)
		return true;
	int lock = cache_lock(t->cache, known ? 0 : wait < LOCK_WAIT_MAX_MS ? wait : LOCK_WAIT_MAX_MS);
	if (known && lock < 0)
		return true; /* another check renews it, and this one is good for a while */
	bool found = ask_once(t, known, g, e);
	if (lock >= 0)
		close(lock);
	return found;
}

bool token_header(struct token *t, const char **value, struct err *e)
{
	AUTO_GRANT found = { 0 };

	if (!t->header && t->set->auth == AUTH_API_TOKEN) {
		t->header = mem_print("Token %s", t->set->api_token);
	} else if (!t->header) {
		if (!find_grant(t, &found, e))
			return false;
		t->header = mem_print("Bearer %s", found.token);
		grant_free(&t->now);
		t->now = found;
		found = (struct grant){ 0 };
	}
	*value = t->header;
	return true;
}

bool token_prove(struct token *t, struct err *e)
{
	const char *header;

	return token_header(t, &header, e) && (!t->credential || credential_open(t->credential, e));
}

bool token_renew(struct token *t, bool always)
{
	if (t->set->auth == AUTH_API_TOKEN || t->renewed || !t->header)
		return false;
	int64_t age = clock_now() - t->now.issued_at; /* below 0: the clock was set back */
	if (!always && age >= 0 && age < YOUNG_S)
		return false;
	t->renewed = true;
	t->refused = t->now.token;
	t->now.token = NULL;
	mem_wipe_text(t->header);
	t->header = NULL;
	return true;
}
