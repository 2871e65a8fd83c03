// SPDX-License-Identifier: GPL-3.0-or-later
/* What the parts of the case parser share: the state of a reading, and the small readings that refuse with file and
 * line. Inside the parser only; others include support/casefile.h. */
#pragma once
#include "support/casefile.h"
#include "support/casetext.h"

#define CASE_BYTES_MAX (32 * 1024 * 1024)

struct reader {
	const char *path, *tests;
	int line;
	struct casefile *c;
	struct casefile_var *vars;
	struct strings shared; /* arguments of every run, in front of its own */
	struct buf *content;   /* where the next content line goes; NULL: nowhere */
	bool asked, answered;  /* an exchange was begun; its reply was begun */
	bool titled;           /* the title is over */
	struct err *e;
};

/* Acts on the rest of a line whose first word named it. */
typedef bool reader_directive(struct reader *r, const char *rest);

/* Returns false, for `return reader_refuse(…)`. */
bool reader_refuse(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct case_run *reader_run(struct reader *r);
struct exchange *reader_exchange(struct reader *r);
/* Lines about the whole case belong before the first `run`. */
bool reader_head_only(struct reader *r);
bool reader_time(struct reader *r, const char *text, int64_t *ms);
bool reader_number(struct reader *r, const char *text, long min, long max, long *out);
bool reader_words(struct reader *r, const char *text, struct strings *words);
/* Adds a file to the current content: "FILE [FROM=TO]…". */
bool reader_include(struct reader *r, const char *rest);
/* The text is handed over. */
struct wanted_line *reader_add_wanted(struct wanted_line **list, size_t *count, bool pattern, char *text);

/* casefile.c */
bool reader_on_run(struct reader *r, const char *rest);
/* caseexchange.c: lines that begin with `>` or `<`; mark is what follows that character. */
bool reader_on_request(struct reader *r, const char *mark, const char *rest);
bool reader_on_reply(struct reader *r, const char *mark, const char *rest);
/* Is the exchange that ends here complete? */
bool reader_close_exchange(struct reader *r);
/* casewords.c: what to do with a line of that first word; NULL: nobody knows it. */
reader_directive *reader_find_directive(const char *word);

/* The simulated tenant's values. */
#define API_TOKEN "contoso-simulated-api-token0000000000000000000000000000000000000"
#define ACCESS_TOKEN "contoso-simulated-access-token"
#define CLIENT_SECRET "contoso-simulated-client-secret"
#define TENANT_ID "00000000-aaaa-bbbb-cccc-111111111111"
#define CLIENT_ID "00001111-aaaa-2222-bbbb-3333cccc4444"
#define GRAPH_SCOPE "https://graph.microsoft.com/.default"
#define PORTAL_SCOPE "05a65629-4c1b-48c1-a78b-804c4abdd4af/.default"
_Static_assert(sizeof(API_TOKEN) == 64 + 1, "an API token has 64 characters");
