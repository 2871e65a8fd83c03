// SPDX-License-Identifier: GPL-3.0-or-later
/* Random numbers for what only has to differ: request ids, hash seeds, the jitter of a pause. */
#pragma once
#include <stdint.h>

uint64_t chance_bits(void);
/* A random (version 4) UUID. */
#define CHANCE_UUID_SIZE 37
const char *chance_uuid(char out[CHANCE_UUID_SIZE]);
