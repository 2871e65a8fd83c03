// SPDX-License-Identifier: GPL-3.0-or-later
/* The portal pages by skip and limit and says hasNext, total and moreThanTotal, or some of them, or none; Graph gives a link. */
#include "cloud/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/seen.h"

struct pages {
	const struct query *q;
	const char *base;
	struct buf url, body;
	unsigned number;
	unsigned limit;             /* rows a page */
	int64_t skip;
	bool promised;              /* the page before said that more would come */
	bool has_total, total_moved, beyond_total;
	int64_t total;              /* as first told */
	struct seen *links;         /* Graph: pages asked so far */
};

/* The signs of one reply of the portal. */
struct signs {
	enum got has_next, total;
	bool next;
	int64_t count;
};

static void make_url(const struct query *q, const char *base, const char *further, struct buf *out)
{
	bool own = q->parameters && *q->parameters;

	buf_cut(out, 0);
	buf_print(out, "%s%s%s%s", base, q->path, own ? "?" : "", own ? q->parameters : "");
	if (*further)
		buf_print(out, "%c%s", own ? '&' : '?', further);
}

/* The query's members, then skip (not when negative) and limit (not when 0). */
static void make_body(const struct query *q, int64_t skip, unsigned limit, struct buf *out)
{
	AUTO_JSON body = json_object_new_object();

	json_object_object_foreach(q->body, name, value)
		json_object_object_add(body, name, json_object_get(value));
	if (skip >= 0)
		json_object_object_add(body, "skip", json_object_new_int64(skip));
	if (limit)
		json_object_object_add(body, "limit", json_object_new_int64(limit));
	buf_cut(out, 0);
	buf_add(out, json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

void pages_make_single(const struct query *q, const char *base, struct buf *url, struct buf *body)
{
	char limit[32] = "";

	if (q->body)
		make_body(q, -1, q->limit, body);
	else if (q->limit)
		snprintf(limit, sizeof(limit), "%s=%u", q->service == GRAPH ? "$top" : "limit", q->limit);
	make_url(q, base, limit, url);
}

static void make_portal_request(struct pages *p)
{
	char range[64];

	if (p->q->paging == PAGED_NOT) {
		pages_make_single(p->q, p->base, &p->url, &p->body);
		return;
	}
	snprintf(range, sizeof(range), "skip=%lld&limit=%u", (long long)p->skip, p->limit);
	if (p->q->body)
		make_body(p->q, p->skip, p->limit, &p->body);
	make_url(p->q, p->base, p->q->body ? "" : range, &p->url);
}

struct pages *pages_new(const struct query *q, const char *base)
{
	struct pages *p = mem_new(1, sizeof(*p));

	p->q = q;
	p->base = base;
	p->number = 1;
	p->limit = q->limit ? q->limit : service_page_size(q->service);
	p->links = seen_new();
	if (q->service == GRAPH)
		pages_make_single(q, base, &p->url, &p->body);
	else
		make_portal_request(p);
	seen_add(p->links, 'l', buf_text(&p->url), p->url.len);
	return p;
}

void pages_free(struct pages *p)
{
	if (!p)
		return;
	buf_free(&p->url);
	buf_free(&p->body);
	seen_free(p->links);
	free(p);
}

const char *pages_url(const struct pages *p)
{
	return buf_text(&p->url);
}

const char *pages_body(const struct pages *p)
{
	return p->body.len ? buf_text(&p->body) : NULL;
}

unsigned pages_number(const struct pages *p)
{
	return p->number;
}

static enum step partial(const struct pages *p, const struct page_count *c, struct err *e, const char *why)
{
	err_set(e, ERR_PARTIAL, "%s incomplete after %u rows: %s", p->q->what, c->seen, why);
	return STEP_FAILED;
}

static enum step repeated(const struct pages *p, const struct page_count *c, struct err *e)
{
	err_set(e, ERR_PARTIAL, "%s incomplete after %u rows: page %u repeats rows that came before", p->q->what, c->seen, p->number);
	return STEP_FAILED;
}

static enum step next_page(struct pages *p, const struct page_count *c, struct err *e)
{
	if (p->number >= PAGES_MAX)
		return partial(p, c, e, "more than 2000 pages");
	p->number++;
	return STEP_NEXT;
}

/* An end is one only when the counts agree. */
static enum step end_of_portal(const struct pages *p, const struct page_count *c, struct err *e)
{
	if (p->beyond_total)
		return partial(p, c, e, "the service has more than it counts");
	if (p->total_moved)
		return partial(p, c, e, "its total changed while it was read");
	if (p->has_total && p->total != c->seen) {
		err_set(e, ERR_PARTIAL, "%s incomplete: %u rows came, the service counts %lld", p->q->what, c->seen,
			(long long)p->total);
		return STEP_FAILED;
	}
	return STEP_END;
}

static bool read_signs(struct pages *p, struct json_object *envelope, struct signs *s)
{
	bool beyond = false;

	s->has_next = jget_bool(envelope, "hasNext", &s->next);
	s->total = jget_int(envelope, "total", &s->count);
	if (s->has_next == ODD || s->total == ODD || jget_bool(envelope, "moreThanTotal", &beyond) == ODD)
		return false;
	p->beyond_total |= beyond;
	if (s->total != GOT)
		return true;
	p->total_moved |= p->has_total && p->total != s->count;
	if (!p->has_total)
		p->total = s->count;
	p->has_total = true;
	return true;
}

static bool portal_has_more(const struct pages *p, const struct signs *s, const struct page_count *c)
{
	if (s->has_next == GOT)
		return s->next;
	if (s->total == GOT && p->skip < s->count)
		return true;
	/* Nothing is said, or only that the total is a floor: a page filled to the limit leaves the end open. */
	return (s->total != GOT || p->beyond_total) && c->rows == p->limit;
}

static enum step judge_portal(struct pages *p, struct json_object *envelope, const struct page_count *c, struct err *e)
{
	struct signs s = { 0 };

	if (!read_signs(p, envelope, &s))
		return partial(p, c, e, "hasNext, total or moreThanTotal is not what it should be");
	if (c->rows && !c->fresh && p->number > 1)
		return repeated(p, c, e);
	p->skip += c->rows;
	if (p->q->paging == PAGED_NOT) {
		if (s.has_next == GOT && s.next)
			return partial(p, c, e, "the service has more");
		return end_of_portal(p, c, e);
	}
	bool more = portal_has_more(p, &s, c);
	if (!c->rows && (more || p->promised))
		return partial(p, c, e, "an empty page where the service promised more");
	if (!more)
		return end_of_portal(p, c, e);
	p->promised = s.has_next == GOT;
	if (next_page(p, c, e) == STEP_FAILED)
		return STEP_FAILED;
	make_portal_request(p);
	return STEP_NEXT;
}

/* The token goes along, so only the base's own scheme, host and port may be asked. */
static bool leads_home(const struct pages *p, const char *link)
{
	AUTO_BUF home = { 0 };
	AUTO_BUF there = { 0 };

	return http_origin(p->base, &home) && http_origin(link, &there) && !strcmp(buf_text(&home), buf_text(&there));
}

static enum step judge_graph(struct pages *p, struct json_object *envelope, const struct page_count *c, struct err *e)
{
	const char *link = NULL;

	if (p->q->paging == PAGED_NOT)
		return STEP_END;
	enum got has_link = jget_text(envelope, "@odata.nextLink", &link);
	if (has_link == ODD)
		return partial(p, c, e, "the link to the next page is no text");
	if (c->rows && !c->fresh && p->number > 1)
		return repeated(p, c, e);
	if (has_link == UNSET)
		return STEP_END;
	if (!leads_home(p, link))
		return partial(p, c, e, "the next page is said to be on another host, which is not asked");
	if (!seen_add(p->links, 'l', link, strlen(link)))
		return partial(p, c, e, "the link to the next page leads back");
	buf_cut(&p->url, 0);
	buf_add(&p->url, link);
	return next_page(p, c, e);
}

enum step pages_judge(struct pages *p, struct json_object *envelope, const struct page_count *count, struct err *e)
{
	if (p->q->service == GRAPH)
		return judge_graph(p, envelope, count, e);
	return judge_portal(p, envelope, count, e);
}
