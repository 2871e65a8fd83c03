// SPDX-License-Identifier: GPL-3.0-or-later
/* The secrets of this run. */
#include "base/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* API token, client secret, password of a key, password of the proxy; three assertions and a token of each of two sign-ins. */
#define KEPT_MAX 12

static char *kept[KEPT_MAX];
static unsigned kept_count;

void secrets_keep(const char *secret)
{
	if (!secret || strlen(secret) < SECRETS_MIN)
		return;
	for (unsigned i = 0; i < kept_count; i++)
		if (!strcmp(kept[i], secret))
			return;
	if (kept_count == KEPT_MAX) { /* the oldest is an access token that was renewed long ago */
		mem_wipe_text(kept[0]);
		memmove(kept, kept + 1, sizeof(kept) - sizeof(kept[0]));
		kept_count--;
	}
	kept[kept_count++] = mem_copy_text(secret);
}

static size_t shared_length(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

static void mask_one(struct buf *text, const char *secret)
{
	char begin[SECRETS_MIN + 1];
	AUTO_BUF masked = { 0 };
	const char *from = buf_text(text), *hit;

	snprintf(begin, sizeof(begin), "%s", secret);
	if (!strstr(from, begin))
		return;
	while ((hit = strstr(from, begin))) {
		buf_add_bytes(&masked, from, (size_t)(hit - from));
		buf_add(&masked, "***");
		from = hit + shared_length(hit, secret);
	}
	buf_add(&masked, from);
	explicit_bzero(text->data, text->len);
	buf_cut(text, 0);
	buf_add_bytes(text, masked.data, masked.len);
}

void secrets_mask(struct buf *text)
{
	for (unsigned i = 0; i < kept_count; i++)
		mask_one(text, kept[i]);
}

void secrets_mask_array(char *text, size_t size)
{
	AUTO_BUF masked = { 0 };

	if (!kept_count)
		return;
	buf_add(&masked, text);
	secrets_mask(&masked);
	snprintf(text, size, "%s", buf_text(&masked));
}

void secrets_forget(void)
{
	while (kept_count)
		mem_wipe_text(kept[--kept_count]);
}
