// SPDX-License-Identifier: GPL-3.0-or-later
/* What the numbers in Entra's refusals mean to an operator. For hints: decisions go by HTTP status
 * and `error`, but for the end of a credential, which nothing else tells. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define AADSTS_SECRET_ENDED 7000222

/* Cause ("the client secret has expired") and cure ("create a new one and replace the file") of an AADSTS number. */
bool aadsts_hint(int64_t number, const char **cause, const char **cure);
/* The number in "AADSTS7000222: …", wherever it stands; 0 without one. */
int64_t aadsts_number(const char *text);
