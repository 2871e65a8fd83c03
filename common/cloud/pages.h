// SPDX-License-Identifier: GPL-3.0-or-later
/* Where a list goes on, and whether it is whole: makes the requests of a walk and weighs the signs in every reply. Sends nothing.
 * Whatever disagrees, repeats or leads elsewhere is ERR_PARTIAL. */
#pragma once
#include "cloud/api.h"

#define PAGES_MAX 2000
#define PAGES_ROWS_MAX 200000

enum step { STEP_NEXT, STEP_END, STEP_FAILED };

/* What one reply held. */
struct page_count {
	unsigned rows;   /* all but null ones */
	unsigned fresh;  /* of them not met on the walk before */
	unsigned seen;   /* fresh rows of the whole walk */
};

struct pages;
/* Borrows both. */
struct pages *pages_new(const struct query *q, const char *base) MUST_USE;
void pages_free(struct pages *p);
/* The request for the page at hand, lent until the next judgement. No body: GET. */
const char *pages_url(const struct pages *p);
const char *pages_body(const struct pages *p);
/* Number of the page at hand, from 1. */
unsigned pages_number(const struct pages *p);
/* STEP_NEXT has made the next page the one at hand. STEP_END: the list is whole. */
enum step pages_judge(struct pages *p, struct json_object *envelope, const struct page_count *count, struct err *e) MUST_USE;

/* The request for one document. It is not paged, so a limit goes along only where the query names one. */
void pages_make_single(const struct query *q, const char *base, struct buf *url, struct buf *body);
