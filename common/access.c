// SPDX-License-Identifier: GPL-3.0-or-later
/* Tries the very queries that the check makes, one row each. */
#include "access.h"

#include <stdlib.h>

const struct metric access_metrics[] = { METRICS_UNREADABLE };
const struct limits access_limits[] = { { .warn = { .given = false } } };

/* A query that was tried. */
struct outcome {
	const struct query *q;
	bool allowed;
	long refusal; /* as api_refusal */
	unsigned rows;
	struct err why;
};

struct outcomes {
	struct outcome *all;
	unsigned count, allowed;
};

static bool try_all(struct job *job, const struct plugin *p, struct outcomes *o, struct err *e)
{
	for (const struct query *const *q = p->reads; *q; q++) {
		struct outcome *one = &o->all[o->count];

		if (p->does_read && !p->does_read(job, *q))
			continue;
		if (!o->count && !api_sign_in(job->api, e))
			return false;
		o->count++;
		one->q = *q;
		one->allowed = api_try(job->api, *q, &one->why);
		one->refusal = one->allowed ? 0 : api_refusal(job->api, &one->why);
		one->rows = api_seen(job->api);
		o->allowed += one->allowed;
	}
	return true;
}

static void print_line(struct job *job, const struct plugin *p, const struct frame *f, const struct outcomes *o, const struct outcome *one,
		       struct buf *missing)
{
	struct verdict *v = job->verdict;

	verdict_item(v, one->q->path);
	if (one->allowed && !one->rows && one->q->service == CLOUD_APPS && one->q->paging != NOT_A_LIST) {
		verdict_note(v, "allowed, but empty, as it also is for an account that may see nothing of it");
	} else if (one->allowed) {
		verdict_note(v, "allowed");
	} else if (p->does_without && p->does_without(job, one->q, one->refusal, o->allowed)) {
		verdict_note(v, "%s; the check does without", one->why.text);
	} else {
		verdict_note(v, "%s", one->why.text);
		verdict_give(v, frame_state(f, one->why.kind));
		buf_print(missing, "%s%s", missing->len ? ", " : ", not ", one->q->path);
	}
}

static void outcomes_release(struct outcomes *o)
{
	free(o->all);
}

bool access_check(struct job *job, const struct plugin *p, const struct frame *f, struct err *e)
{
	CLEANUP(outcomes_release) struct outcomes o = { .all = mem_new(query_count(p->reads), sizeof(*o.all)) };
	AUTO_BUF missing = { 0 };

	verdict_leave_out(job->verdict, 0, NULL);
	if (!try_all(job, p, &o, e))
		return false;
	for (unsigned i = 0; i < o.count; i++)
		print_line(job, p, f, &o, &o.all[i], &missing);
	if (o.count)
		verdict_say(job->verdict, "access: %u of %u endpoints of %s allowed%s", o.allowed, o.count, api_host(job->api), buf_text(&missing));
	else
		verdict_say(job->verdict, "access: the check asks for nothing with these settings");
	return true;
}
