// SPDX-License-Identifier: GPL-3.0-or-later
/* A ring of issued tokens. A token has the outline and the size of a real one, so that clients carry the same weight.
 */
#include "support/sim_token.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"

#define TOKENS_KEPT 4096
#define SIGNATURE_SIZE 256

static struct issued ring[TOKENS_KEPT];
static size_t next_slot;

const char *sim_guid(char out[GUID_SIZE])
{
	unsigned char r[16];

	if (RAND_bytes(r, sizeof(r)) != 1)
		abort();
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	for (int i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = "0123456789abcdef"[r[i] >> 4];
		out[at++] = "0123456789abcdef"[r[i] & 15];
	}
	out[GUID_SIZE - 1] = '\0';
	return out;
}

static void add_base64url(struct buf *out, const unsigned char *bytes, size_t len)
{
	AUTO_FREE char *text = mem_new((len + 2) / 3 * 4 + 1, 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
	for (char *c = text; *c && *c != '='; c++)
		buf_add_char(out, *c == '+' ? '-' : *c == '/' ? '_' : *c);
}

void sim_base64url(const char *text, struct buf *out)
{
	add_base64url(out, (const unsigned char *)text, strlen(text));
}

static void add_claims(struct buf *out, const struct tenant *t, const struct client *c, enum audience audience,
		       int64_t ends_at)
{
	AUTO_BUF claims = { 0 };
	struct json_object *roles = member_list(c->raw, audience == FOR_GRAPH ? "graph_roles" : "portal_roles");

	buf_print(&claims,
		  "{\"simulated\":true,\"aud\":\"%s\",\"tid\":\"%s\",\"appid\":\"%s\",\"exp\":%lld,\"roles\":%s}",
		  audience == FOR_GRAPH ? t->graph_resource : "05a65629-4c1b-48c1-a78b-804c4abdd4af", t->id, c->id,
		  (long long)ends_at, roles ? json_object_to_json_string(roles) : "[]");
	add_base64url(out, (const unsigned char *)claims.data, claims.len);
}

const char *sim_token_issue(struct tenant *t, const struct client *c, enum audience audience, unsigned life)
{
	static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"none\"}";
	unsigned char signature[SIGNATURE_SIZE];
	struct issued *slot = &ring[next_slot++ % TOKENS_KEPT];
	struct buf text = { 0 };

	if (RAND_bytes(signature, sizeof(signature)) != 1)
		abort();
	free(slot->text);
	*slot = (struct issued){ .tenant = t, .client = c, .audience = audience, .ends_at = clock_now() + life };
	add_base64url(&text, (const unsigned char *)head, strlen(head));
	buf_add_char(&text, '.');
	add_claims(&text, t, c, audience, slot->ends_at);
	buf_add_char(&text, '.');
	add_base64url(&text, signature, sizeof(signature));
	slot->text = buf_take(&text);
	return slot->text;
}

enum token_verdict sim_token_find(const char *text, const struct issued **found)
{
	for (size_t i = 0; i < TOKENS_KEPT && ring[i].text; i++) {
		if (strcmp(ring[i].text, text) != 0)
			continue;
		*found = &ring[i];
		return clock_now() < ring[i].ends_at ? TOKEN_GOOD : TOKEN_EXPIRED;
	}
	return TOKEN_UNKNOWN;
}

void sim_token_forget_all(void)
{
	for (size_t i = 0; i < TOKENS_KEPT; i++)
		free(ring[i].text);
	memset(ring, 0, sizeof(ring));
	next_slot = 0;
}

const char *sim_credential(const char *authorization, const char *scheme)
{
	size_t len = strlen(scheme);

	if (strncasecmp(authorization, scheme, len) != 0 || authorization[len] != ' ')
		return NULL;
	return authorization + len + strspn(authorization + len, " ");
}
