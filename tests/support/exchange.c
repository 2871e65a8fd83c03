// SPDX-License-Identifier: GPL-3.0-or-later
/* What a request must be, and what a reply is made of. */
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct exchange *script_add(struct script *s, unsigned run, int line)
{
	s->exchanges = mem_resize(s->exchanges, s->count + 1, sizeof(*s->exchanges));
	struct exchange *x = &s->exchanges[s->count++];
	*x = (struct exchange){ .line = line, .run = run, .times = 1 };
	return x;
}

static void exchange_free(struct exchange *x)
{
	for (size_t i = 0; i < x->rule_count; i++) {
		free(x->rules[i].name);
		free(x->rules[i].value);
	}
	free(x->rules);
	free(x->method);
	free(x->target);
	strings_clear(&x->reply.headers);
	buf_free(&x->reply.body);
	buf_free(&x->reply.raw);
	buf_free(&x->reply.unit);
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		exchange_free(&s->exchanges[i]);
	free(s->exchanges);
	free(s->authorization);
	*s = (struct script){ 0 };
}

void exchange_add_rule(struct exchange *x, enum rule_kind kind, const char *name, const char *value)
{
	x->rules = mem_resize(x->rules, x->rule_count + 1, sizeof(*x->rules));
	x->rules[x->rule_count++] = (struct exchange_rule){
		.kind = kind,
		.name = mem_copy_text(name),
		.value = mem_copy_text(value),
	};
}

bool exchange_names(const struct exchange *x, const struct wire_request *r)
{
	return (strcmp(x->method, "*") == 0 || strcmp(x->method, r->method) == 0) &&
	       (strcmp(x->target, "*") == 0 || strcmp(x->target, r->target) == 0);
}

static bool differ(struct buf *why, const char *path, struct json_object *want, struct json_object *got)
{
	buf_print(why, "body%s: expected %s", path, json_object_to_json_string_ext(want, JSON_C_TO_STRING_PLAIN));
	buf_print(why, ", got %s", json_object_to_json_string_ext(got, JSON_C_TO_STRING_PLAIN));
	return false;
}

static bool is_any(struct json_object *want)
{
	return json_object_is_type(want, json_type_string) && strcmp(json_object_get_string(want), "@any@") == 0;
}

static bool same_value(struct json_object *want, struct json_object *got, const char *path, struct buf *why);

static bool same_members(struct json_object *want, struct json_object *got, const char *path, struct buf *why)
{
	struct json_object *other;
	json_object_object_foreach(want, name, value)
	{
		AUTO_FREE char *deeper = mem_print("%s.%s", path, name);
		if (!json_object_object_get_ex(got, name, &other)) {
			buf_print(why, "body%s: absent", deeper);
			return false;
		}
		if (!same_value(value, other, deeper, why))
			return false;
	}
	json_object_object_foreach(got, extra, unused)
	{
		(void)unused;
		if (!json_object_object_get_ex(want, extra, &other)) {
			buf_print(why, "body%s.%s: not expected", path, extra);
			return false;
		}
	}
	return true;
}

static bool same_value(struct json_object *want, struct json_object *got, const char *path, struct buf *why)
{
	if (is_any(want))
		return true;
	if (json_object_get_type(want) != json_object_get_type(got))
		return differ(why, path, want, got);
	if (json_object_is_type(want, json_type_object))
		return same_members(want, got, path, why);
	if (!json_object_is_type(want, json_type_array))
		return json_object_equal(want, got) || differ(why, path, want, got);

	size_t length = json_object_array_length(want);
	if (length != json_object_array_length(got))
		return differ(why, path, want, got);
	for (size_t i = 0; i < length; i++) {
		AUTO_FREE char *deeper = mem_print("%s[%zu]", path, i);
		if (!same_value(json_object_array_get_idx(want, i), json_object_array_get_idx(got, i), deeper, why))
			return false;
	}
	return true;
}

bool exchange_same_json(const char *want, const char *got, struct buf *why)
{
	enum json_tokener_error bad;
	struct json_object *sent = json_tokener_parse_verbose(got, &bad);
	if (bad != json_tokener_success) {
		buf_print(why, "body is not JSON: %s", got);
		return false;
	}
	struct json_object *wanted = json_tokener_parse(want);
	bool same = same_value(wanted, sent, "", why);
	json_object_put(wanted);
	json_object_put(sent);
	return same;
}

static void check_header(const char *name, const char *want, const struct wire_request *r, struct buf *why)
{
	const char *got = wire_header(r, name);
	if (!want && got)
		buf_print(why, "header %s is there: %s\n", name, got);
	else if (want && !got)
		buf_print(why, "header %s is not there, expected: %s\n", name, want);
	else if (want && strcmp(want, got) != 0)
		buf_print(why, "header %s: expected %s, got %s\n", name, want, got);
}

static void check_rule(const struct exchange_rule *rule, const struct wire_request *r, struct buf *why)
{
	AUTO_BUF field = { 0 };

	switch (rule->kind) {
	case RULE_JSON:
		if (!exchange_same_json(rule->value, buf_text(&r->body), why))
			buf_add_char(why, '\n');
		break;
	case RULE_TEXT:
		if (!strstr(buf_text(&r->body), rule->value))
			buf_print(why, "body lacks \"%s\": %s\n", rule->value, buf_text(&r->body));
		break;
	case RULE_FIELD:
		if (!wire_field(r, rule->name, &field))
			buf_print(why, "form field %s is not there\n", rule->name);
		else if (strcmp(buf_text(&field), rule->value) != 0)
			buf_print(why, "form field %s: expected %s, got %s\n", rule->name, rule->value,
				  buf_text(&field));
		break;
	case RULE_HEADER:
	case RULE_NO_HEADER:
		check_header(rule->name, rule->kind == RULE_HEADER ? rule->value : NULL, r, why);
		break;
	}
}

/* Does the case itself say what the header must be? */
static bool rules_authorization(const struct exchange *x)
{
	for (size_t i = 0; i < x->rule_count; i++)
		if (x->rules[i].kind >= RULE_HEADER && strcasecmp(x->rules[i].name, "Authorization") == 0)
			return true;
	return false;
}

bool exchange_holds(const struct exchange *x, const struct script *s, const struct wire_request *r, struct buf *why)
{
	size_t before = why->len;

	for (size_t i = 0; i < x->rule_count; i++)
		check_rule(&x->rules[i], r, why);
	if (s->authorization && !rules_authorization(x) && !strstr(r->target, "/oauth2/"))
		check_header("Authorization", s->authorization, r, why);
	if (r->body.len && strcmp(r->method, "GET") == 0)
		buf_print(why, "a GET with a body: %s\n", buf_text(&r->body));
	return why->len == before;
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} known[] = {
		{ 200, "OK" },          { 301, "Moved Permanently" },   { 302, "Found" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" },        { 403, "Forbidden" },
		{ 404, "Not Found" },   { 429, "Too Many Requests" },   { 500, "Internal Server Error" },
		{ 502, "Bad Gateway" }, { 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Status";
}

static bool has_header(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->headers.count; i++)
		if (wire_line_value(reply->headers.items[i], name))
			return true;
	return false;
}

static void write_head(const struct reply *reply, struct buf *out)
{
	buf_print(out, "HTTP/1.1 %d %s\r\n", reply->status, reason(reply->status));
	for (size_t i = 0; i < reply->headers.count; i++)
		buf_print(out, "%s\r\n", reply->headers.items[i]);
	if (reply->body.len && !has_header(reply, "Content-Type"))
		buf_add(out, "Content-Type: application/json\r\n");
	if (reply->chunk)
		buf_add(out, "Transfer-Encoding: chunked\r\n");
	else if (!reply->until_close && !has_header(reply, "Content-Length"))
		buf_print(out, "Content-Length: %llu\r\n",
			  (unsigned long long)(reply->body.len + (reply->is_short ? 100 : 0) +
					       (reply->raw.len ? 0 : reply->units * reply->unit.len)));
	if (reply->end == REPLY_CLOSE && !reply->is_short)
		buf_add(out, "Connection: close\r\n");
	buf_add(out, "\r\n");
}

static void write_chunks(const struct reply *reply, struct buf *out)
{
	for (size_t at = 0; at < reply->body.len; at += reply->chunk) {
		size_t size = reply->body.len - at < reply->chunk ? reply->body.len - at : reply->chunk;
		buf_print(out, "%zx\r\n", size);
		buf_add_bytes(out, reply->body.data + at, size);
		buf_add(out, "\r\n");
	}
	if (!reply->is_short)
		buf_add(out, "0\r\n\r\n");
}

void reply_write(const struct reply *reply, struct buf *out, size_t *fast)
{
	if (reply->status)
		write_head(reply, out);
	*fast = out->len;
	if (reply->status && reply->chunk)
		write_chunks(reply, out);
	else if (reply->status)
		buf_add_bytes(out, buf_text(&reply->body), reply->body.len);
	buf_add_bytes(out, buf_text(&reply->raw), reply->raw.len);
	if (reply->cut_after)
		buf_cut(out, reply->cut_after);
	if (!reply->drip || *fast > out->len)
		*fast = out->len;
}
