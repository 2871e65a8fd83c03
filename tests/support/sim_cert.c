// SPDX-License-Identifier: GPL-3.0-or-later
/* RSA 2048 throughout and an intermediate authority, as the real services have it: the cost of a handshake shall be like theirs. */
#include "support/sim_cert.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/sim_file.h"

#define DAY 86400L

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static void identity_free(struct identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

#define AUTO_IDENTITY CLEANUP(identity_free) struct identity

static EVP_PKEY *new_key(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *making = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);

	if (!making || EVP_PKEY_keygen_init(making) <= 0 || EVP_PKEY_CTX_set_rsa_keygen_bits(making, 2048) <= 0 ||
	    EVP_PKEY_keygen(making, &key) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(making);
	return key;
}

static bool extend(X509 *cert, const struct identity *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer->cert ? issuer->cert : cert, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, (char *)value);
	bool added = extension && X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
	return added;
}

/* Key and certificate without extensions and signature, valid from `from` to `to` seconds from now. */
static bool begin(struct identity *id, const char *name, const struct identity *issuer, long from, long to)
{
	unsigned char serial[4];

	id->key = new_key();
	id->cert = X509_new();
	if (!id->key || !id->cert || RAND_bytes(serial, sizeof(serial)) != 1)
		return false;
	X509_NAME *subject = X509_get_subject_name(id->cert);
	return X509_set_version(id->cert, 2) &&
	       ASN1_INTEGER_set(X509_get_serialNumber(id->cert), 1 + (serial[0] << 16 | serial[1] << 8 | serial[2])) &&
	       X509_gmtime_adj(X509_getm_notBefore(id->cert), from) &&
	       X509_gmtime_adj(X509_getm_notAfter(id->cert), to) &&
	       X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"Contoso (simulated)", -1,
					  -1, 0) &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) &&
	       X509_set_issuer_name(id->cert, issuer->cert ? X509_get_subject_name(issuer->cert) : subject) &&
	       X509_set_pubkey(id->cert, id->key);
}

/* An issuer without a key: the authority is a root, and signs itself. */
static bool make_authority(struct identity *id, const char *name, const struct identity *issuer)
{
	bool root = !issuer->key;

	return begin(id, name, issuer, -2 * DAY, 30 * DAY) &&
	       extend(id->cert, issuer, NID_basic_constraints, root ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0") &&
	       extend(id->cert, issuer, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	       extend(id->cert, issuer, NID_subject_key_identifier, "hash") &&
	       (root || extend(id->cert, issuer, NID_authority_key_identifier, "keyid:always")) &&
	       X509_sign(id->cert, root ? id->key : issuer->key, EVP_sha256());
}

static bool make_leaf(struct identity *id, const struct identity *authority, enum sim_fault fault)
{
	bool ended = fault == CERT_EXPIRED;
	const char *names =
	    fault == CERT_WRONG_NAME ? "DNS:elsewhere.contoso.com" : "DNS:localhost,DNS:*.tenants.localhost,IP:127.0.0.1,IP:::1";

	return begin(id, "localhost", authority, ended ? -30 * DAY : -DAY, ended ? -DAY : 7 * DAY) &&
	       extend(id->cert, authority, NID_basic_constraints, "critical,CA:FALSE") &&
	       extend(id->cert, authority, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
	       extend(id->cert, authority, NID_ext_key_usage, "serverAuth") &&
	       extend(id->cert, authority, NID_subject_key_identifier, "hash") &&
	       extend(id->cert, authority, NID_authority_key_identifier, "keyid:always") &&
	       extend(id->cert, authority, NID_subject_alt_name, names) &&
	       X509_sign(id->cert, authority->key, EVP_sha256());
}

static char *take_pem(BIO *bio, int written)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);
	char *text = written && len > 0 ? mem_copy_bytes(data, (size_t)len) : NULL;

	BIO_free(bio);
	return text;
}

static char *cert_pem(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return take_pem(bio, PEM_write_bio_X509(bio, cert));
}

static char *key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return take_pem(bio, PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
}

static bool write_text(const char *path, const char *text, struct err *e)
{
	FILE *file = fopen(path, "we");
	bool written = file && fputs(text, file) >= 0;

	if ((file && fclose(file)) || !written)
		return err_set(e, ERR_CONFIG, "cannot write %s: %s", path, strerror(errno));
	return true;
}

static bool publish(const char *dir, X509 *authority, struct err *e)
{
	AUTO_FREE char *pem = cert_pem(authority);
	AUTO_FREE char *folder = mem_print("%s/certs", dir);
	AUTO_FREE char *bundle = mem_print("%s/ca.pem", dir);
	AUTO_FREE char *hashed = mem_print("%s/certs/%08lx.0", dir, X509_subject_name_hash(authority));

	if (!pem)
		return err_set(e, ERR_CONFIG, "cannot write the certificate authority as PEM");
	if (mkdir(folder, 0755) && errno != EEXIST)
		return err_set(e, ERR_CONFIG, "cannot make %s: %s", folder, strerror(errno));
	return write_text(bundle, pem, e) && write_text(hashed, pem, e);
}

bool sim_cert_make(const char *dir, enum sim_fault fault, struct sim_cert *out, struct err *e)
{
	static const struct identity none = { 0 };
	AUTO_IDENTITY root = { 0 };
	AUTO_IDENTITY other = { 0 };
	AUTO_IDENTITY between = { 0 };
	AUTO_IDENTITY leaf = { 0 };

	if (!make_authority(&root, "Simulated root", &none) || !make_authority(&between, "Simulated intermediate", &root) ||
	    !make_leaf(&leaf, &between, fault) ||
	    (fault == CERT_UNKNOWN_CA && !make_authority(&other, "Another simulated root", &none)))
		return err_set(e, ERR_CONFIG, "cannot make certificates");
	if (!publish(dir, fault == CERT_UNKNOWN_CA ? other.cert : root.cert, e))
		return false;
	AUTO_FREE char *own = cert_pem(leaf.cert);
	AUTO_FREE char *issuer = cert_pem(between.cert);
	out->cert_pem = own && issuer ? mem_print("%s%s", own, issuer) : NULL;
	out->key_pem = key_pem(leaf.key);
	return (out->cert_pem && out->key_pem) ||
	       err_set(e, ERR_CONFIG, "cannot write the server's certificate as PEM");
}

bool sim_cert_make_client(const char *dir, X509 **out, struct err *e)
{
	static const struct identity none = { 0 };
	AUTO_IDENTITY id = { 0 };
	AUTO_FREE char *path = mem_print("%s/client.pem", dir);

	if (!begin(&id, "check_mdca", &none, -DAY, 90 * DAY) || !X509_sign(id.cert, id.key, EVP_sha256()))
		return err_set(e, ERR_CONFIG, "cannot make a client certificate");
	AUTO_FREE char *cert = cert_pem(id.cert);
	AUTO_FREE char *key = key_pem(id.key);
	AUTO_FREE char *both = mem_print("%s%s", cert ? cert : "", key ? key : "");
	if (!cert || !key || !sim_write_private(path, both, e))
		return cert && key ? false : err_set(e, ERR_CONFIG, "cannot write the client certificate as PEM");
	*out = id.cert;
	id.cert = NULL;
	return true;
}

void sim_cert_free(struct sim_cert *c)
{
	free(c->cert_pem);
	mem_wipe_text(c->key_pem);
	*c = (struct sim_cert){ 0 };
}
