// SPDX-License-Identifier: GPL-3.0-or-later
/* Recent hashes stand in a small table with open addressing. When it is half full they move into the store: blocks by the upper
 * bits of the hash, one behind the other, of which only the lower bits are kept. The blocks are so many that half a byte tells the
 * length of each. */
#include "cloud/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cloud/chance.h"

#define PLACES 1024        /* of recent hashes, a power of two; 0 marks a free one */
#define RECENT_MAX (PLACES / 2)
#define BLOCKS 65536       /* 16 bits of a hash */
#define REST_BITS 32       /* the others */
#define BLOCK_MAX 15       /* rows of a block: four bits */
#define WORD_BLOCKS 16     /* blocks whose sizes stand in one word */
#define WORDS (BLOCKS / WORD_BLOCKS)
#define GROUP_WORDS 4
#define ROOM_STEP 32768    /* beyond malloc's 128 kB, from where on it moves blocks without a copy, and what is not used costs nothing */

struct store {
	uint32_t *rests;
	size_t room, count;
	uint64_t sizes[WORDS];
	uint32_t begin[WORDS / GROUP_WORDS]; /* where the first block of each group of words begins */
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

static unsigned size_shift(size_t block)
{
	return 4 * (block % WORD_BLOCKS);
}

static size_t block_size(const struct store *store, size_t block)
{
	return store->sizes[block / WORD_BLOCKS] >> size_shift(block) & BLOCK_MAX;
}

/* Of a word's sixteen counts, which add up to no more than a byte holds. */
static size_t add_up(uint64_t sizes)
{
	const uint64_t every_other = UINT64_C(0x0f0f0f0f0f0f0f0f);

	return ((sizes & every_other) + (sizes >> 4 & every_other)) * UINT64_C(0x0101010101010101) >> 56;
}

static size_t block_begin(const struct store *store, size_t block)
{
	size_t word = block / WORD_BLOCKS, group = word / GROUP_WORDS, at = store->begin[group];

	for (size_t i = group * GROUP_WORDS; i < word; i++)
		at += add_up(store->sizes[i]);
	return at + add_up(store->sizes[word] & ((UINT64_C(1) << size_shift(block)) - 1));
}

static bool is_stored(const struct store *store, uint64_t h)
{
	size_t at = block_begin(store, block_of(h)), end = at + block_size(store, block_of(h));

	while (at < end && store->rests[at] != (uint32_t)h)
		at++;
	return at < end;
}

/* Where the hash stands among the recent ones, or the free place where it would. */
static uint64_t *place_of(struct seen *s, uint64_t h)
{
	size_t i = h % PLACES;

	while (s->places[i] && s->places[i] != h)
		i = (i + 1) % PLACES;
	return &s->places[i];
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Takes the sorted hashes in, from the last one down, so that all behind each move up to where they will stand. */
static void store_take(struct store *store, const uint64_t *sorted, size_t count)
{
	size_t end = store->count;

	store->count += count;
	if (store->count > store->room) {
		store->room = store->count + ROOM_STEP;
		store->rests = mem_resize(store->rests, store->room, sizeof(*store->rests));
	}
	for (size_t left = count; left--;) {
		size_t block = block_of(sorted[left]), from = block_begin(store, block) + block_size(store, block);

		memmove(store->rests + from + left + 1, store->rests + from, (end - from) * sizeof(*store->rests));
		store->rests[from + left] = (uint32_t)sorted[left];
		end = from;
	}
	for (size_t i = 0; i < count; i++)
		store->sizes[block_of(sorted[i]) / WORD_BLOCKS] += UINT64_C(1) << size_shift(block_of(sorted[i]));
	for (size_t word = 0, at = 0; word < WORDS; word++) {
		if (word % GROUP_WORDS == 0)
			store->begin[word / GROUP_WORDS] = (uint32_t)at;
		at += add_up(store->sizes[word]);
	}
}

/* Leaves the sorted hashes whose block has room, and returns how many. The others stay among the recent ones: in one list of 100 with
 * 200,000 rows there is one. Were they ever so many that the table filled up, the rest would be forgotten. */
static size_t sieve(struct seen *s, uint64_t *sorted, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t block = block_of(sorted[i]), room = BLOCK_MAX - block_size(s->store, block);

		if (room && (kept < room || block_of(sorted[kept - room]) != block)) {
			sorted[kept++] = sorted[i];
		} else if (s->recent < RECENT_MAX / 2) {
			*place_of(s, sorted[i]) = sorted[i];
			s->recent++;
		}
	}
	return kept;
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
	memset(s->places, 0, sizeof(s->places));
	s->recent = 0;
	store_take(s->store, moving, sieve(s, moving, count));
}

bool seen_add(struct seen *s, char kind, const char *bytes, size_t len)
{
	uint64_t h = hash(s->seed, kind, bytes, len), *place = place_of(s, h);

	if (*place || (s->store && is_stored(s->store, h)))
		return false;
	*place = h;
	if (++s->recent == RECENT_MAX)
		move_recent(s);
	return true;
}
