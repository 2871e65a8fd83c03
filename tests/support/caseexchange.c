// SPDX-License-Identifier: GPL-3.0-or-later
/* The lines of a case that are requests and replies. */
#include "support/casereader.h"

#include <stdlib.h>
#include <string.h>

#define PAD_MAX (64L * 1024 * 1024)
#define UNITS_MAX 1000000000L

/* Is the exchange that ends here complete? Fills in the end that follows from what it sends. */
bool reader_close_exchange(struct reader *r)
{
	if (!r->asked)
		return true;
	struct exchange *x = reader_exchange(r);
	struct reply *reply = &x->reply;
	for (size_t i = 0; i < x->rule_count; i++) {
		if (x->rules[i].kind != RULE_JSON)
			continue;
		struct json_object *wanted = json_tokener_parse(x->rules[i].value);
		json_object_put(wanted);
		if (!wanted)
			return reader_refuse(r, "the exchange of line %d wants a body that is not JSON", x->line);
	}
	if (!reply->status && !reply->raw.len && reply->end == REPLY_KEEP)
		return reader_refuse(r, "the exchange of line %d has no reply", x->line);
	if (!reply->status && (reply->headers.count || reply->body.len || reply->cut_after || reply->chunk))
		return reader_refuse(r, "the reply of the exchange of line %d has no status", x->line);
	if (reply->units && ((!reply->status && !reply->raw.len) || reply->chunk || reply->drip || reply->cut_after))
		return reader_refuse(r, "repeat stands behind a body or raw bytes, without chunked, drip and drop-after");
	bool ends = !reply->status || reply->raw.len || reply->is_short || reply->until_close;
	if (ends && reply->end == REPLY_KEEP)
		reply->end = REPLY_CLOSE;
	r->asked = r->answered = false;
	return true;
}

static bool begin_exchange(struct reader *r, const char *rest)
{
	const char *blank = strchr(rest, ' ');

	if (!reader_close_exchange(r))
		return false;
	if (!blank || strpbrk(blank + 1, " \t"))
		return reader_refuse(r, "a request is METHOD TARGET");
	struct exchange *x = script_add(&r->c->script, (unsigned)r->c->run_count - 1, r->line);
	x->method = mem_copy_bytes(rest, (size_t)(blank - rest));
	x->target = mem_copy_text(blank + 1);
	r->asked = true;
	return true;
}

/* "NAME<mark>VALUE" cut in two; blanks in front of the value are no part of it. */
static bool add_pair(struct reader *r, enum rule_kind kind, const char *rest, char mark)
{
	const char *at = strchr(rest, mark);
	if (!at || at == rest)
		return reader_refuse(r, "wants NAME%cVALUE", mark);
	AUTO_FREE char *name = mem_copy_bytes(rest, (size_t)(at - rest));
	exchange_add_rule(reader_exchange(r), kind, name, at + 1 + strspn(at + 1, " "));
	return true;
}

static bool add_json(struct reader *r, const char *rest)
{
	struct exchange *x = reader_exchange(r);
	struct exchange_rule *last = x->rule_count ? &x->rules[x->rule_count - 1] : NULL;

	if (!last || last->kind != RULE_JSON) {
		exchange_add_rule(x, RULE_JSON, NULL, rest);
		return true;
	}
	char *longer = mem_print("%s\n%s", last->value, rest);
	free(last->value);
	last->value = longer;
	return true;
}

static bool set_times(struct reader *r, const char *rest)
{
	long times = 0;
	if (!reader_number(r, rest, 1, 10000, &times))
		return false;
	reader_exchange(r)->times = (unsigned)times;
	return true;
}

bool reader_on_request(struct reader *r, const char *mark, const char *rest)
{
	if (!*mark)
		return begin_exchange(r, rest);
	if (!r->asked || r->answered)
		return reader_refuse(r, "belongs between a request and its reply");
	if (strcmp(mark, "=") == 0)
		return add_json(r, rest);
	if (strcmp(mark, "x") == 0)
		return set_times(r, rest);
	if (strcmp(mark, "f") == 0)
		return add_pair(r, RULE_FIELD, rest, '=');
	if (strcmp(mark, "h") == 0)
		return add_pair(r, RULE_HEADER, rest, ':');
	if (!*rest)
		return reader_refuse(r, "a text is missing");
	if (strcmp(mark, "~") == 0)
		exchange_add_rule(reader_exchange(r), RULE_TEXT, NULL, rest);
	else if (strcmp(mark, "!h") == 0)
		exchange_add_rule(reader_exchange(r), RULE_NO_HEADER, rest, NULL);
	else
		return reader_refuse(r, "unknown: >%s", mark);
	return true;
}

static bool add_header(struct reader *r, const char *rest)
{
	if (!strchr(rest, ':') || *rest == ':')
		return reader_refuse(r, "wants NAME: VALUE");
	strings_add(&reader_exchange(r)->reply.headers, rest);
	return true;
}

static bool set_status(struct reader *r, const char *word, const char *rest)
{
	struct reply *reply = &reader_exchange(r)->reply;
	long status = 0;
	if (reply->status || reply->end != REPLY_KEEP)
		return reader_refuse(r, "a status was given already, or there is no reply");
	if (!reader_number(r, word, 100, 999, &status))
		return false;
	reply->status = (int)status;
	return !*rest || add_header(r, rest);
}

static bool set_end(struct reader *r, enum reply_end end, const char *rest)
{
	struct reply *reply = &reader_exchange(r)->reply;
	if (*rest || reply->end != REPLY_KEEP)
		return reader_refuse(r, "an end stands alone and once");
	reply->end = end;
	return true;
}

/* Words of `<` that take a number or nothing. */
static bool set_shape(struct reader *r, const char *word, const char *rest)
{
	struct reply *reply = &reader_exchange(r)->reply;
	long number = 0;

	bool flag = strcmp(word, "short") == 0 || strcmp(word, "until-close") == 0;
	if (flag && *rest)
		return reader_refuse(r, "%s stands alone", word);
	if (flag)
		return (*word == 's' ? (reply->is_short = true) : (reply->until_close = true));
	if (strcmp(word, "chunked") == 0 && !*rest)
		rest = "1000";
	if (!reader_number(r, rest, 1, PAD_MAX, &number))
		return false;
	if (strcmp(word, "chunked") == 0) {
		reply->chunk = (size_t)number;
	} else if (strcmp(word, "drip") == 0) {
		reply->drip = (size_t)number;
	} else if (strcmp(word, "drop-after") == 0) {
		reply->cut_after = (size_t)number;
		return set_end(r, REPLY_RESET, "");
	} else {
		AUTO_FREE char *blanks = mem_new((size_t)number, 1);
		memset(blanks, ' ', (size_t)number);
		buf_add_bytes(&reply->body, blanks, (size_t)number);
	}
	return true;
}

/* "N TEXT" */
static bool set_units(struct reader *r, const char *rest)
{
	struct reply *reply = &reader_exchange(r)->reply;
	size_t len = strcspn(rest, " ");
	AUTO_FREE char *word = mem_copy_bytes(rest, len);
	long times;

	if (reply->units || !reader_number(r, word, 1, UNITS_MAX, &times))
		return reader_refuse(r, "repeat wants a number and a text, once");
	reply->units = (uint64_t)times;
	if (!casetext_unescape(rest + len + strspn(rest + len, " "), true, &reply->unit))
		return reader_refuse(r, "a broken escape");
	return reply->unit.len || reader_refuse(r, "a text is missing");
}

static bool set_reply(struct reader *r, const char *text)
{
	struct reply *reply = &reader_exchange(r)->reply;
	size_t len = strcspn(text, " ");
	AUTO_FREE char *word = mem_copy_bytes(text, len);
	const char *rest = text + len + strspn(text + len, " ");

	if (strcmp(word, "raw") == 0)
		return casetext_unescape(rest, true, &reply->raw) || reader_refuse(r, "a broken escape");
	if (strcmp(word, "repeat") == 0)
		return set_units(r, rest);
	if (strcmp(word, "wait") == 0)
		return reader_time(r, rest, &reply->wait_ms);
	if (strcmp(word, "stall") == 0)
		return set_end(r, REPLY_STALL, rest);
	if (strcmp(word, "reset") == 0)
		return set_end(r, REPLY_RESET, rest);
	if (strcmp(word, "drop") == 0)
		return reply->status ? reader_refuse(r, "drop is for no reply, see close")
				     : set_end(r, REPLY_CLOSE, rest);
	if (strcmp(word, "close") == 0)
		return reply->status ? set_end(r, REPLY_CLOSE, rest)
				     : reader_refuse(r, "close is for behind a reply, see drop");

	static const char *const shapes[] = { "short", "until-close", "chunked", "drip", "drop-after", "pad" };
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strcmp(word, shapes[i]) == 0)
			return set_shape(r, word, rest);
	return set_status(r, word, rest);
}

bool reader_on_reply(struct reader *r, const char *mark, const char *rest)
{
	if (!r->asked)
		return reader_refuse(r, "a reply without a request");
	r->answered = true;
	r->content = &reader_exchange(r)->reply.body;
	if (!*mark)
		return set_reply(r, rest);
	if (strcmp(mark, "h") == 0)
		return add_header(r, rest);
	if (strcmp(mark, "@") == 0)
		return reader_include(r, rest);
	return reader_refuse(r, "unknown: <%s", mark);
}
