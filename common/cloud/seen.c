// SPDX-License-Identifier: GPL-3.0-or-later
/* Open addressing with linear steps, at most half full; the hash value 0 marks a free place. */
#include "cloud/seen.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cloud/chance.h"

#define FIRST_SIZE 256

struct seen {
	uint64_t *places;
	size_t size, used; /* size is a power of two */
	uint64_t seed;
};

struct seen *seen_new(void)
{
	struct seen *s = mem_new(1, sizeof(*s));

	s->size = FIRST_SIZE;
	s->places = mem_new(s->size, sizeof(*s->places));
	s->seed = chance_bits();
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	free(s->places);
	free(s);
}

/* FNV-1a, with a last mix because its low bits alone choose the place. */
static uint64_t hash(uint64_t seed, char kind, const char *bytes, size_t len)
{
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);

	h = (h ^ (unsigned char)kind) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return h ? h : 1;
}

static bool put(uint64_t *places, size_t size, uint64_t h)
{
	size_t i = h & (size - 1);

	while (places[i]) {
		if (places[i] == h)
			return false;
		i = (i + 1) & (size - 1);
	}
	places[i] = h;
	return true;
}

static void grow(struct seen *s)
{
	size_t size = s->size * 2;
	uint64_t *places = mem_new(size, sizeof(*places));

	for (size_t i = 0; i < s->size; i++) {
		if (s->places[i])
			put(places, size, s->places[i]);
	}
	free(s->places);
	s->places = places;
	s->size = size;
}

bool seen_add(struct seen *s, char kind, const char *bytes, size_t len)
{
	if (s->used * 2 >= s->size)
		grow(s);
	if (!put(s->places, s->size, hash(s->seed, kind, bytes, len)))
		return false;
	s->used++;
	return true;
}
