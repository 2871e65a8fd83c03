// SPDX-License-Identifier: GPL-3.0-or-later
/* Damage to a reply, by chance that a seed repeats: in its body, byte by byte or value by value, and in what surrounds
 * it on the wire. */
#pragma once
#include "support/exchange.h"

/* splitmix64: any seed is good, neighbouring ones too. */
struct dice {
	uint64_t state;
};

uint64_t dice_bits(struct dice *d);
/* 0 … n - 1; 0 for n = 0. */
size_t dice_below(struct dice *d, size_t n);

/* One change of the text. */
void mutate_body(struct dice *d, struct buf *body);
/* One fault around the body, told in *name (static). False when no honest client can take what is left for a whole
 * good answer. */
bool mutate_wire(struct dice *d, struct reply *reply, const char **name) MUST_USE;
