// SPDX-License-Identifier: GPL-3.0-or-later
/* Taken apart, verified with the registered certificate's key, and then its claims one by one. */
#include "support/sim_assertion.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "net/jget.h"

#define SKEW_S 300
#define LIFE_MAX_S 600

struct statement {
	struct json_object *header, *claims;
	struct buf signature;
	size_t signed_len; /* of the text, header and claims */
};

static void statement_free(struct statement *s)
{
	json_object_put(s->header);
	json_object_put(s->claims);
	buf_free(&s->signature);
}

static bool fail(struct assertion_fault *f, unsigned status, int number, const char *text)
{
	f->status = status;
	f->number = number;
	snprintf(f->text, sizeof(f->text), "%s", text);
	return false;
}

static bool decode(const char *text, size_t len, struct buf *out)
{
	size_t pad = (4 - len % 4) % 4;
	AUTO_FREE char *plain = mem_print("%.*s%.*s", (int)len, text, (int)pad, "===");
	AUTO_FREE unsigned char *bytes = mem_new(len + 4, 1);

	if (pad == 3 || memchr(text, '+', len) || memchr(text, '/', len) || memchr(text, '=', len))
		return false;
	for (char *c = plain; *c; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	int got = EVP_DecodeBlock(bytes, (unsigned char *)plain, (int)(len + pad));
	if (got < 0)
		return false;
	buf_add_bytes(out, (char *)bytes, (size_t)got - pad);
	return true;
}

static struct json_object *decode_object(const char *text, size_t len)
{
	AUTO_BUF json = { 0 };
	struct json_object *o = decode(text, len, &json) ? json_tokener_parse(buf_text(&json)) : NULL;

	if (json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	return NULL;
}

static bool take_apart(const char *text, struct statement *s)
{
	const char *first = strchr(text, '.'), *second = first ? strchr(first + 1, '.') : NULL;

	if (!second || strchr(second + 1, '.'))
		return false;
	s->signed_len = (size_t)(second - text);
	s->header = decode_object(text, (size_t)(first - text));
	s->claims = decode_object(first + 1, (size_t)(second - first - 1));
	return s->header && s->claims && decode(second + 1, strlen(second + 1), &s->signature);
}

static bool names_certificate(const struct statement *s, X509 *certificate, const char *member, const EVP_MD *hash)
{
	AUTO_BUF named = { 0 };
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	const char *text = member_text(s->header, member);

	return X509_digest(certificate, hash, sum, &len) == 1 && decode(text, strlen(text), &named) && named.len == len &&
	       !memcmp(named.data, sum, len);
}

static bool is_signed(const struct statement *s, const char *text, X509 *certificate, bool pss)
{
	EVP_MD_CTX *verifying = EVP_MD_CTX_new();
	EVP_PKEY_CTX *rsa = NULL;
	bool good = verifying && EVP_DigestVerifyInit(verifying, &rsa, EVP_sha256(), NULL, X509_get0_pubkey(certificate)) == 1;

	if (good && pss)
		good = EVP_PKEY_CTX_set_rsa_padding(rsa, RSA_PKCS1_PSS_PADDING) > 0 && EVP_PKEY_CTX_set_rsa_pss_saltlen(rsa, 32) > 0 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md(rsa, EVP_sha256()) > 0;
	good = good && EVP_DigestVerify(verifying, (const unsigned char *)buf_text(&s->signature), s->signature.len,
					(const unsigned char *)text, s->signed_len) == 1;
	EVP_MD_CTX_free(verifying);
	return good;
}

static bool check_signature(const struct statement *s, const char *text, X509 *certificate, struct assertion_fault *f)
{
	const char *alg = member_text(s->header, "alg");
	bool pss = !strcmp(alg, "PS256");

	if ((!pss && strcmp(alg, "RS256") != 0) || strcmp(member_text(s->header, "typ"), "JWT") != 0)
		return fail(f, 400, 50027, "JWT token is invalid or malformed: algorithm or type.");
	if (!certificate || !names_certificate(s, certificate, pss ? "x5t#S256" : "x5t", pss ? EVP_sha256() : EVP_sha1()))
		return fail(f, 401, 700027, "The certificate with identifier used to sign the client assertion is not registered on application.");
	if (!is_signed(s, text, certificate, pss))
		return fail(f, 401, 700027, "Client assertion contains an invalid signature. [Reason - The key was not found.]");
	return true;
}

/* The token of another issuer may come without nbf, and lives as long as that one likes. */
static bool check_life(const struct statement *s, bool ours, struct assertion_fault *f)
{
	int64_t now = clock_now(), nbf = now, exp = 0;
	bool told = jget_int(s->claims, "exp", &exp) == GOT && (!ours || jget_int(s->claims, "nbf", &nbf) == GOT);

	if (!told || exp + SKEW_S <= now || nbf - SKEW_S > now || (ours && exp - nbf > LIFE_MAX_S + SKEW_S))
		return fail(f, 401, 700024, "Client assertion is not within its valid time range.");
	return true;
}

static bool check_own_claims(const struct statement *s, const struct assertion_rules *rules, struct assertion_fault *f)
{
	if (strcmp(member_text(s->claims, "iss"), rules->client->id) != 0 || strcmp(member_text(s->claims, "sub"), rules->client->id) != 0)
		return fail(f, 401, 700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
	if (strcmp(member_text(s->claims, "aud"), rules->audience) != 0)
		return fail(f, 401, 700023, "Client assertion audience claim does not match Realm issuer.");
	if (strlen(member_text(s->claims, "jti")) != 36)
		return fail(f, 400, 50027, "JWT token is invalid or malformed: no jti.");
	return check_life(s, true, f);
}

/* Whether the letters are the same, also in case, as the real service wants it. */
static bool has_same(struct json_object *entry, const char *member, struct json_object *claims, const char *claim)
{
	return !strcmp(member_text(entry, member), member_text(claims, claim));
}

static bool check_federated(const struct statement *s, const struct assertion_rules *rules, struct assertion_fault *f)
{
	struct json_object *list = member_list(rules->client->raw, "federated");
	int number = 700211;

	if (!list)
		return fail(f, 401, 70025, "The client has no configured federated identity credentials.");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		if (!has_same(entry, "issuer", s->claims, "iss"))
			continue;
		number = 700213;
		if (!has_same(entry, "subject", s->claims, "sub"))
			continue;
		number = 700212;
		if (has_same(entry, "audience", s->claims, "aud"))
			return check_life(s, false, f);
	}
	return fail(f, 401, number, number == 700211   ? "No matching federated identity record found for presented assertion issuer."
				    : number == 700213 ? "No matching federated identity record found for presented assertion subject."
						       : "No matching federated identity record found for presented assertion audience.");
}

bool sim_assertion_check(const struct assertion_rules *rules, const char *assertion, struct assertion_fault *fault)
{
	CLEANUP(statement_free) struct statement s = { 0 };

	if (!take_apart(assertion, &s))
		return fail(fault, 400, 50027, "JWT token is invalid or malformed.");
	if (jget_is_there(s.header, "x5t") || jget_is_there(s.header, "x5t#S256"))
		return check_signature(&s, assertion, rules->certificate, fault) && check_own_claims(&s, rules, fault);
	return check_federated(&s, rules, fault);
}
