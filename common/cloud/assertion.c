// SPDX-License-Identifier: GPL-3.0-or-later
/* Certificate, key and signature, by libcrypto alone. OpenSSL keeps its errors for whoever asks next, which would be libcurl: what
 * fails here is cleared here. */
#include "cloud/assertion.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"

#define WHAT "client certificate"
#define DIGEST_SIZE 32
#define THUMBPRINT_SIZE 20

const char *const assertion_names[] = { "PS256", "RS256", NULL };

struct signer {
	char *path;
	char digest[2 * DIGEST_SIZE + 1]; /* of the file; what follows is known once it is open */
	EVP_PKEY *key;
	X509 *certificate;
	int64_t begins_at, ends_at;
	unsigned char sha1[THUMBPRINT_SIZE];
	char thumbprint[2 * THUMBPRINT_SIZE + 1];
};

static void wipe(struct buf *text)
{
	if (text->data)
		explicit_bzero(text->data, text->len);
	buf_free(text);
}
#define AUTO_SECRET CLEANUP(wipe) struct buf

static void release_bio(BIO **bio)
{
	BIO_free(*bio);
}
#define AUTO_BIO CLEANUP(release_bio) BIO *

static void shut(struct signer *s)
{
	EVP_PKEY_free(s->key);
	X509_free(s->certificate);
	s->key = NULL;
	s->certificate = NULL;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	shut(s);
	free(s->path);
	free(s);
}

void signer_free_local(struct signer **s)
{
	signer_free(*s);
}

const char *signer_digest(const struct signer *s)
{
	return s->digest;
}

const char *signer_thumbprint(const struct signer *s)
{
	return s->thumbprint;
}

int64_t signer_ends_at(const struct signer *s)
{
	return s->ends_at;
}

static bool holds(const struct buf *text, const char *words)
{
	return memmem(text->data, text->len, words, strlen(words)) != NULL;
}

/* What a look at the text tells, before OpenSSL's words do. */
static bool check_text(const char *path, const struct buf *text, struct err *e)
{
	if (!holds(text, "-----BEGIN "))
		return err_set(e, ERR_CONFIG, WHAT " %s is no PEM file%s", path,
			       text->data[0] == '\x30' ? ", convert a PFX by: openssl pkcs12 -in FILE.pfx -out FILE.pem" : "");
	if (!holds(text, "-----BEGIN CERTIFICATE-----") && !holds(text, "-----BEGIN TRUSTED CERTIFICATE-----"))
		return err_set(e, ERR_CONFIG, WHAT " %s holds no certificate, put certificate and key into the one file", path);
	if (!holds(text, "PRIVATE KEY-----"))
		return err_set(e, ERR_CONFIG, WHAT " %s holds no private key, put certificate and key into the one file", path);
	return true;
}

static bool read_text(const char *path, struct buf *text, struct err *e)
{
	return file_read_secret(WHAT, path, text, e) && check_text(path, text, e);
}

static bool is_encrypted(const struct buf *text)
{
	return holds(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----") || holds(text, "Proc-Type: 4,ENCRYPTED");
}

/* Stands in for OpenSSL's own, which would ask on the terminal. */
static int give_password(char *out, int size, int writing, void *data)
{
	const struct buf *password = data;

	(void)writing;
	if (!password->len || password->len > (size_t)size)
		return -1;
	memcpy(out, password->data, password->len);
	return (int)password->len;
}

/* A key that is said to be an RSA key costs a third of one that OpenSSL tries as all the kinds it knows. */
static EVP_PKEY *read_plain_rsa(BIO *bio, struct buf *password)
{
	unsigned char *der = NULL;
	long size = 0;
	EVP_PKEY *key = NULL;

	if (PEM_bytes_read_bio(&der, &size, NULL, PEM_STRING_EVP_PKEY, bio, give_password, password) == 1) {
		const unsigned char *from = der;

		key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &from, size);
	}
	OPENSSL_clear_free(der, (size_t)size);
	return key;
}

/* What is no plain RSA key is read as whatever it is, to tell what. */
static EVP_PKEY *read_any(const struct buf *text, struct buf *password)
{
	AUTO_BIO bio = BIO_new_mem_buf(text->data, (int)text->len);
	EVP_PKEY *key = bio && !is_encrypted(text) ? read_plain_rsa(bio, password) : NULL;

	if (key || !bio)
		return key;
	(void)BIO_reset(bio);
	return PEM_read_bio_PrivateKey(bio, NULL, give_password, password);
}

static bool read_key(struct signer *s, const struct buf *text, struct buf *password, const char *whence, struct err *e)
{
	s->key = read_any(text, password);
	if (!s->key && password->len)
		return err_set(e, ERR_CONFIG, "the password does not open the key in " WHAT " %s, look at %s", s->path, whence);
	if (!s->key)
		return err_set(e, ERR_CONFIG, "the key in " WHAT " %s cannot be read", s->path);
	if (EVP_PKEY_base_id(s->key) == EVP_PKEY_RSA)
		return true;
	return err_set(e, ERR_CONFIG, "the key in " WHAT " %s is %s, but Entra ID takes RSA keys only", s->path,
		       EVP_PKEY_base_id(s->key) == EVP_PKEY_EC ? "an EC key" : OBJ_nid2sn(EVP_PKEY_base_id(s->key)));
}

/* The file may hold the chain too, in whatever order. */
static bool find_certificate(struct signer *s, const struct buf *text, struct err *e)
{
	AUTO_BIO bio = BIO_new_mem_buf(text->data, (int)text->len);
	unsigned count = 0;
	X509 *one;

	while (bio && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		count++;
		if (X509_check_private_key(one, s->key) == 1) {
			s->certificate = one;
			return true;
		}
		X509_free(one);
	}
	if (!count)
		return err_set(e, ERR_CONFIG, "the certificate in " WHAT " %s cannot be read", s->path);
	return err_set(e, ERR_CONFIG, "the key in " WHAT " %s does not fit %s", s->path, count == 1 ? "its certificate" : "any of its certificates");
}

static bool read_moment(const ASN1_TIME *asn1, int64_t *out)
{
	struct tm parts;

	if (ASN1_TIME_to_tm(asn1, &parts) != 1)
		return false;
	*out = timegm(&parts);
	return true;
}

static bool read_details(struct signer *s, struct err *e)
{
	if (!read_moment(X509_get0_notBefore(s->certificate), &s->begins_at) ||
	    !read_moment(X509_get0_notAfter(s->certificate), &s->ends_at) ||
	    X509_digest(s->certificate, EVP_sha1(), s->sha1, NULL) != 1)
		return err_set(e, ERR_CONFIG, "the certificate in " WHAT " %s cannot be read", s->path);
	for (unsigned i = 0; i < THUMBPRINT_SIZE; i++)
		snprintf(s->thumbprint + 2 * i, 3, "%02X", s->sha1[i]);
	return true;
}

static bool digest_text(struct signer *s, const struct buf *text, struct err *e)
{
	unsigned char sum[DIGEST_SIZE];
	bool good = EVP_Digest(text->data, text->len, sum, NULL, EVP_sha256(), NULL) == 1;

	ERR_clear_error();
	for (unsigned i = 0; good && i < DIGEST_SIZE; i++)
		snprintf(s->digest + 2 * i, 3, "%02x", sum[i]);
	return good || err_set(e, ERR_CONFIG, "the certificate in " WHAT " %s cannot be read", s->path);
}

struct signer *signer_new(const char *path, struct err *e)
{
	AUTO_SECRET text = { 0 };

	if (!read_text(path, &text, e))
		return NULL;
	struct signer *s = mem_new(1, sizeof(*s));
	s->path = mem_copy_text(path);
	if (digest_text(s, &text, e))
		return s;
	signer_free(s);
	return NULL;
}

static bool read_password(const char *file, const char *given, struct buf *out, struct err *e)
{
	if (file)
		return file_read_secret("password file of the client certificate", file, out, e);
	if (given)
		buf_add(out, given);
	return true;
}

/* Anew from the file: until something is to be signed no key is kept. */
bool signer_open(struct signer *s, const char *password_file, const char *password, struct err *e)
{
	AUTO_SECRET text = { 0 };
	AUTO_SECRET word = { 0 };
	const char *whence = password_file ? "--client-certificate-password-file" : "the setting client-certificate-password";

	if (s->key)
		return true;
	if (!read_text(s->path, &text, e) || !read_password(password_file, password, &word, e))
		return false;
	if (is_encrypted(&text) && !word.len)
		return err_set(e, ERR_CONFIG, "the key in " WHAT " %s is encrypted, give its password by --client-certificate-password-file",
			       s->path);
	bool good = read_key(s, &text, &word, whence, e) && find_certificate(s, &text, e) && read_details(s, e);
	ERR_clear_error();
	if (!good)
		shut(s);
	return good;
}

static char in_url_alphabet(char c)
{
	return c == '+' ? '-' : c == '/' ? '_' : c;
}

static void add_base64url(const void *bytes, size_t len, struct buf *out)
{
	AUTO_FREE char *text = mem_new((len + 2) / 3 * 4 + 1, 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
	for (char *c = text; *c && *c != '='; c++)
		buf_add_char(out, in_url_alphabet(*c));
}

bool signer_is_named(const struct signer *s, const char *identifier)
{
	AUTO_BUF encoded = { 0 };
	size_t i = 0;

	if (!strcasecmp(identifier, s->thumbprint))
		return true;
	add_base64url(s->sha1, THUMBPRINT_SIZE, &encoded);
	while (i < encoded.len && in_url_alphabet(identifier[i]) == encoded.data[i])
		i++;
	return i == encoded.len && (!identifier[i] || !strcmp(identifier + i, "="));
}

static void add_header(const struct signer *s, enum assertion kind, struct buf *out)
{
	AUTO_BUF header = { 0 };
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	X509_digest(s->certificate, kind == ASSERTION_PS256 ? EVP_sha256() : EVP_sha1(), sum, &size);
	buf_print(&header, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"%s\":\"", assertion_names[kind], kind == ASSERTION_PS256 ? "x5t#S256" : "x5t");
	add_base64url(sum, size, &header);
	buf_add(&header, "\"}");
	add_base64url(header.data, header.len, out);
}

/* Nothing in them needs JSON's escapes: settings_check lets none through. */
static void add_claims(const struct claims *c, struct buf *out)
{
	AUTO_BUF text = { 0 };

	buf_print(&text, "{\"aud\":\"%s\",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\",\"nbf\":%lld,\"iat\":%lld,\"exp\":%lld}", c->audience,
		  c->client_id, c->client_id, c->jti, (long long)c->now, (long long)c->now, (long long)c->now + ASSERTION_LIFE_S);
	add_base64url(text.data, text.len, out);
}

static bool add_signature(const struct signer *s, enum assertion kind, struct buf *out)
{
	size_t size = (size_t)EVP_PKEY_size(s->key);
	AUTO_FREE unsigned char *signature = mem_new(size, 1);
	EVP_MD_CTX *signing = EVP_MD_CTX_new();
	EVP_PKEY_CTX *rsa = NULL;
	bool good = signing && EVP_DigestSignInit(signing, &rsa, EVP_sha256(), NULL, s->key) == 1;

	/* RFC 7518, 3.5: the mask is made with the same hash, the salt is as long as it. */
	if (good && kind == ASSERTION_PS256)
		good = EVP_PKEY_CTX_set_rsa_padding(rsa, RSA_PKCS1_PSS_PADDING) > 0 && EVP_PKEY_CTX_set_rsa_mgf1_md(rsa, EVP_sha256()) > 0 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(rsa, RSA_PSS_SALTLEN_DIGEST) > 0;
	good = good && EVP_DigestSign(signing, signature, &size, (const unsigned char *)out->data, out->len) == 1;
	EVP_MD_CTX_free(signing);
	ERR_clear_error();
	if (!good)
		return false;
	buf_add_char(out, '.');
	add_base64url(signature, size, out);
	return true;
}

static bool check_life(const struct signer *s, int64_t now, struct err *e)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (now >= s->ends_at)
		return err_set(e, ERR_ENDED, "the certificate ended on %s, make a new one, upload it and replace %s",
			       clock_stamp(s->ends_at, stamp), s->path);
	if (now < s->begins_at)
		return err_set(e, ERR_AUTH, "the certificate in %s begins on %s, look at this host's clock", s->path,
			       clock_stamp(s->begins_at, stamp));
	return true;
}

char *assertion_make(const struct signer *s, enum assertion kind, const struct claims *claims, struct err *e)
{
	AUTO_BUF text = { 0 };

	if (!check_life(s, claims->now, e))
		return NULL;
	add_header(s, kind, &text);
	buf_add_char(&text, '.');
	add_claims(claims, &text);
	if (add_signature(s, kind, &text))
		return buf_take(&text);
	err_set(e, ERR_CONFIG, "the key in " WHAT " %s cannot sign", s->path);
	return NULL;
}
