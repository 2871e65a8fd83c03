// SPDX-License-Identifier: GPL-3.0-or-later
/* Files that hold secrets of simulated tenants. */
#pragma once
#include "base/err.h"

/* Writes the text and, where it lacks one, a newline, in place of what is there; mode 0600. */
bool sim_write_private(const char *path, const char *text, struct err *e) MUST_USE;
