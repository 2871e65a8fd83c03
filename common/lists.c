// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether a refusal does harm is known only when all lists were read. */
#include "lists.h"

#include "monitor/wordlist.h"

static const char *word_of(const struct lists *l, const struct query *q)
{
	size_t i = 0;

	while (l->queries[i] != q)
		i++;
	return l->words[i];
}

bool lists_wants(const struct lists *l, const struct query *q)
{
	return wordlist_has(l->wanted, word_of(l, q));
}

bool lists_spares(const struct lists *l, const struct query *q, long status)
{
	return (status == HTTP_FORBIDDEN || status == HTTP_NOT_FOUND) && wordlist_has(l->optional, word_of(l, q));
}

/* Once rows have come, the tenant has the list, and what follows is trouble. */
static bool is_refused(const struct job *job, const struct err *e)
{
	return !api_seen(job->api) && api_refusal(job->api, e);
}

/* The first refusal that does harm is the error, all others are said beside it. */
static bool settle(struct job *job, const struct lists *l, const struct err *refusals, unsigned shown, struct err *e)
{
	bool whole = true;

	for (size_t i = 0; l->queries[i]; i++) {
		long status = refusals[i].kind == ERR_DENIED ? HTTP_FORBIDDEN : HTTP_NOT_FOUND;

		if (refusals[i].kind == ERR_NONE)
			continue;
		if (whole && !(shown && lists_spares(l, l->queries[i], status))) {
			*e = refusals[i];
			whole = false;
		} else {
			verdict_remark(job->verdict, "%s refused (%ld)", l->queries[i]->what, status);
		}
	}
	return whole;
}

bool lists_read(struct job *job, const struct lists *l, bool (*read)(struct job *job, size_t place, struct err *e), const unsigned *shown,
		struct err *e)
{
	AUTO_FREE struct err *refusals = mem_new(query_count(l->queries), sizeof(*refusals));

	for (size_t i = 0; l->queries[i]; i++) {
		struct err why = { 0 };

		if (!lists_wants(l, l->queries[i]) || read(job, i, &why))
			continue;
		if (!is_refused(job, &why)) {
			*e = why;
			return false;
		}
		refusals[i] = why;
	}
	return settle(job, l, refusals, *shown, e);
}
