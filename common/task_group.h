// SPDX-License-Identifier: GPL-3.0-or-later
/* Governance tasks, summed up by their name and, where they belong to one, their input stream: in memory of fixed size, however long the
 * log is, and whatever its order. All zero is empty. Times are seconds since 1970, 0: none. */
#pragma once
#include "cloud/task.h"
#include "monitor/streak.h"

#define TASK_GROUPS_MAX 256 /* beside the one of all further names and streams */

struct task_group {
	char label[192];          /* "QuarantineTask", "DiscoveryParseLogTask (stream 5f3a…)", cut to the room there is */
	bool parses;              /* uploaded logs of one stream: `parsing` tells of them */
	unsigned tasks, failed, pending, unclear, found_nothing;
	int64_t newest_at, failed_at, pending_since; /* the newest task, the newest failure, the oldest that is pending */
	char reason[64];          /* of the newest failure, "" without one */
	char oddity[TASK_ODDITY_SIZE]; /* of the first unclear task */
	struct streak parsing;
};

struct task_groups {
	unsigned count;
	struct task_group *group[TASK_GROUPS_MAX + 1]; /* owned */
};

/* Takes the task over into its group. A parse whose stream has no room of its own counts as unclear. */
void task_groups_add(struct task_groups *all, const struct task *t);
void task_groups_free(struct task_groups *all);
