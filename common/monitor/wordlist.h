// SPDX-License-Identifier: GPL-3.0-or-later
/* Options that take some of a fixed set of words, parted by commas or by repeating the option, in any case. */
#pragma once
#include "base/err.h"
#include "base/strings.h"

bool wordlist_has(const struct strings *given, const char *word);
/* Is every word given one of these (ends with NULL)? ERR_USAGE names the option, the word and what is accepted. */
bool wordlist_check(const char *option, const struct strings *given, const char *const *words, struct err *e) MUST_USE;
