// SPDX-License-Identifier: GPL-3.0-or-later
/* The secrets of this run, so that nothing that leaves it can hold one: a service may echo what it was sent, in an error, a name or a
 * header. Output, errors and traces are masked as a last step. The only state of the process beside its settings. */
#pragma once
#include "base/buf.h"

/* A text that is shorter than this, or shares less than its beginning with a secret, is not taken for one. */
#define SECRETS_MIN 12

/* Remembers a secret; NULL and texts below SECRETS_MIN characters are passed over. Copies. */
void secrets_keep(const char *secret);
/* Replaces every run of at least SECRETS_MIN characters that begins like a secret by `***`. */
void secrets_mask(struct buf *text);
/* The same for an array that holds a text. */
void secrets_mask_array(char *text, size_t size);
/* Overwrites and forgets them. */
void secrets_forget(void);
