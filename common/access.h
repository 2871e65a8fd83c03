// SPDX-License-Identifier: GPL-3.0-or-later
/* --check-access: may the check read what it reads? One line for each of its queries, and what to grant where one is refused. */
#pragma once
#include "frame.h"
#include "plugin.h"

/* What its verdict judges: no number. */
extern const struct metric access_metrics[];
extern const struct limits access_limits[];

/* Signs in and tries them all. False only when the sign-in failed. */
bool access_check(struct job *job, const struct plugin *p, const struct frame *f, struct err *e) MUST_USE;
