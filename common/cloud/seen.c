// SPDX-License-Identifier: GPL-3.0-or-later
/* Recent hashes stand in a small table with open addressing. When it is half full they move into the store: blocks by the upper
 * bits of the hash, one behind the other, of which only the lower bits are kept. */
#include "cloud/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cloud/chance.h"

#define PLACES 1024        /* of recent hashes, a power of two; 0 marks a free one */
#define RECENT_MAX (PLACES / 2)
#define BLOCKS 4096        /* 12 bits of a hash */
#define REST_BITS 40       /* the others, in so many bytes: */
#define REST_SIZE 5
#define ROOM_STEP 32768    /* beyond malloc's 128 kB, from where on it moves blocks without a copy, and what is not used costs nothing */

struct store {
	uint8_t *rests;
	size_t room;
	uint32_t begin[BLOCKS + 1]; /* where each block begins; the last: where all end */
};

struct seen {
	uint64_t places[PLACES];
	size_t recent;
	uint64_t seed;
	struct store *store; /* NULL: nothing was moved yet */
};

struct seen *seen_new(void)
{
	struct seen *s = mem_new(1, sizeof(*s));

	s->seed = chance_bits();
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	if (s->store)
		free(s->store->rests);
	free(s->store);
	free(s);
}

/* FNV-1a, with a last mix because some of its bits alone choose block and place. */
static uint64_t hash(uint64_t seed, char kind, const char *bytes, size_t len)
{
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);

	h = (h ^ (unsigned char)kind) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	h &= ((uint64_t)BLOCKS << REST_BITS) - 1;
	return h ? h : 1;
}

static size_t block_of(uint64_t h)
{
	return h >> REST_BITS;
}

static void write_rest(uint8_t *at, uint64_t h)
{
	for (int i = 0; i < REST_SIZE; i++)
		at[i] = (uint8_t)(h >> 8 * i);
}

static bool is_stored(const struct store *store, uint64_t h)
{
	uint8_t rest[REST_SIZE];
	const uint8_t *at = store->rests + REST_SIZE * (size_t)store->begin[block_of(h)];
	const uint8_t *end = store->rests + REST_SIZE * (size_t)store->begin[block_of(h) + 1];

	write_rest(rest, h);
	while (at < end && memcmp(at, rest, REST_SIZE) != 0)
		at += REST_SIZE;
	return at < end;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Takes the sorted hashes in, from the last block down, so that each block moves up to where it will stand. */
static void store_take(struct store *store, const uint64_t *sorted, size_t count)
{
	size_t end = store->begin[BLOCKS], to = end + count;

	if (to > store->room) {
		store->room = to + ROOM_STEP;
		store->rests = mem_resize(store->rests, store->room, REST_SIZE);
	}
	for (size_t block = BLOCKS; count; end = store->begin[block]) {
		store->begin[block--] = (uint32_t)to;
		while (count && block_of(sorted[count - 1]) == block)
			write_rest(store->rests + REST_SIZE * --to, sorted[--count]);
		to -= end - store->begin[block];
		memmove(store->rests + REST_SIZE * to, store->rests + REST_SIZE * (size_t)store->begin[block],
			REST_SIZE * (end - store->begin[block]));
	}
}

static void move_recent(struct seen *s)
{
	uint64_t moving[RECENT_MAX];
	size_t count = 0;

	for (size_t i = 0; i < PLACES; i++)
		if (s->places[i])
			moving[count++] = s->places[i];
	qsort(moving, count, sizeof(*moving), by_value);
	if (!s->store)
		s->store = mem_new(1, sizeof(*s->store));
	store_take(s->store, moving, count);
	memset(s->places, 0, sizeof(s->places));
	s->recent = 0;
}

bool seen_add(struct seen *s, char kind, const char *bytes, size_t len)
{
	uint64_t h = hash(s->seed, kind, bytes, len);
	size_t i = h % PLACES;

	if (s->store && is_stored(s->store, h))
		return false;
	for (; s->places[i]; i = (i + 1) % PLACES)
		if (s->places[i] == h)
			return false;
	s->places[i] = h;
	if (++s->recent == RECENT_MAX)
		move_recent(s);
	return true;
}
