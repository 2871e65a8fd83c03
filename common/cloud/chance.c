// SPDX-License-Identifier: GPL-3.0-or-later
/* The kernel's generator; where it is missing the clock will do, since nothing secret depends on it. */
#include "cloud/chance.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"

uint64_t chance_bits(void)
{
	uint64_t bits;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits))
		return bits;
	return (uint64_t)clock_ticks_ms() * UINT64_C(0x9e3779b97f4a7c15);
}

const char *chance_uuid(char out[CHANCE_UUID_SIZE])
{
	uint64_t high = chance_bits(), low = chance_bits();

	snprintf(out, CHANCE_UUID_SIZE, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32), (unsigned)(high >> 16) & 0xffff,
		 (unsigned)high & 0xfff, (unsigned)(low >> 48 & 0x3fff) | 0x8000,
		 (unsigned long long)(low & UINT64_C(0xffffffffffff)));
	return out;
}
