// SPDX-License-Identifier: GPL-3.0-or-later
/* Groups are found by their label, which is cut as it is printed: of two that look the same nobody could tell which is meant. */
#include "task_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/clean.h"

static struct task_group *group_of(struct task_groups *all, const struct task *t)
{
	AUTO_BUF label = { 0 };
	unsigned i = 0;

	buf_add(&label, t->name ? t->name : "(no name)");
	if (t->stream)
		buf_print(&label, " (stream %s)", t->stream);
	clean_cut(&label, sizeof(all->group[0]->label) - 1);
	while (i < all->count && i < TASK_GROUPS_MAX && strcmp(all->group[i]->label, buf_text(&label)))
		i++;
	if (i == all->count) {
		struct task_group *g = all->group[all->count++] = mem_new(1, sizeof(*g));
		snprintf(g->label, sizeof(g->label), "%s", i < TASK_GROUPS_MAX ? buf_text(&label) : "other tasks");
		g->parses = t->parses && i < TASK_GROUPS_MAX;
	}
	return all->group[i];
}

static void count_unclear(struct task_group *g, const char *oddity)
{
	if (!g->unclear++)
		snprintf(g->oddity, sizeof(g->oddity), "%s", oddity);
}

static void count_outcome(struct task_group *g, const struct task *t)
{
	if (t->outcome == TASK_UNCLEAR)
		count_unclear(g, t->oddity);
	if (t->outcome == TASK_PENDING && (!g->pending++ || t->begun_at < g->pending_since))
		g->pending_since = t->begun_at;
	if (t->outcome == TASK_FAILED && (!g->failed++ || t->changed_at > g->failed_at)) {
		g->failed_at = t->changed_at;
		snprintf(g->reason, sizeof(g->reason), "%s", t->reason);
	}
	if (t->outcome == TASK_FAILED && g->parses)
		streak_bad(&g->parsing, t->changed_at);
	if (t->outcome == TASK_DONE && g->parses)
		streak_good(&g->parsing, t->changed_at);
}

void task_groups_add(struct task_groups *all, const struct task *t)
{
	struct task_group *g = group_of(all, t);
	char crowded[TASK_ODDITY_SIZE];

	g->tasks++;
	g->found_nothing += t->found_nothing;
	if (t->changed_at > g->newest_at)
		g->newest_at = t->changed_at;
	snprintf(crowded, sizeof(crowded), "more than %d names and streams, use --task", TASK_GROUPS_MAX);
	if (t->parses && !g->parses)
		count_unclear(g, crowded);
	else
		count_outcome(g, t);
}

void task_groups_free(struct task_groups *all)
{
	for (unsigned i = 0; i < all->count; i++)
		free(all->group[i]);
	*all = (struct task_groups){ 0 };
}
