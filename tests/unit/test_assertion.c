// SPDX-License-Identifier: GPL-3.0-or-later
/* A client's certificate: what of its file is refused and by which words, and that the statement made with it says what it must, to the
 * letter, under a signature that holds. */
#include "unit/unit.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cloud/assertion.h"

#define CLIENT "00001111-aaaa-2222-bbbb-3333cccc4444"
#define AUDIENCE "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/oauth2/v2.0/token"
#define JTI "6f1d3c1e-0d4a-4f0e-9b1a-2c3d4e5f6071"
#define NOW INT64_C(1787551200)
#define DAY 86400

/* Made once: two RSA identities, one of an elliptic curve, the first as an encrypted key too. */
static struct {
	EVP_PKEY *key, *other_key, *curve_key;
	char *cert, *ended, *not_begun, *other_cert, *curve_cert;
	char *pem, *other_pem, *curve_pem, *encrypted, *old_encrypted;
	X509 *certificate;
} made;
static char folder[] = "/tmp/test_assertion.XXXXXX";

static EVP_PKEY *make_key(int kind)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(kind, NULL);
	EVP_PKEY *key = NULL;

	if (EVP_PKEY_keygen_init(ctx) <= 0 ||
	    (kind == EVP_PKEY_RSA ? EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048)
				  : EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1)) <= 0 ||
	    EVP_PKEY_keygen(ctx, &key) <= 0)
		abort();
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static char *take(BIO *bio, int written)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	if (!written)
		abort();
	text = mem_copy_bytes(data, (size_t)len);
	BIO_free(bio);
	return text;
}

static char *make_cert(EVP_PKEY *key, int64_t from, int64_t to, X509 **keep)
{
	X509 *cert = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());

	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)from);
	ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)to);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)"check_mdca", -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_set_pubkey(cert, key);
	if (!X509_sign(cert, key, EVP_sha256()))
		abort();
	char *text = take(bio, PEM_write_bio_X509(bio, cert));
	if (keep)
		*keep = cert;
	else
		X509_free(cert);
	return text;
}

static char *make_pem(EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const EVP_CIPHER *cipher = password ? EVP_aes_256_cbc() : NULL;

	return take(bio, PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, password, password ? (int)strlen(password) : 0, NULL, NULL));
}

/* The form with Proc-Type in front. */
static char *make_old_pem(EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return take(bio, PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_256_cbc(), (const unsigned char *)password,
							      (int)strlen(password), NULL, NULL));
}

static void make_all(void)
{
	made.key = make_key(EVP_PKEY_RSA);
	made.other_key = make_key(EVP_PKEY_RSA);
	made.curve_key = make_key(EVP_PKEY_EC);
	made.cert = make_cert(made.key, NOW - DAY, NOW + DAY, &made.certificate);
	made.ended = make_cert(made.key, NOW - 2 * DAY, NOW, NULL);
	made.not_begun = make_cert(made.key, NOW + 1, NOW + DAY, NULL);
	made.other_cert = make_cert(made.other_key, NOW - DAY, NOW + DAY, NULL);
	made.curve_cert = make_cert(made.curve_key, NOW - DAY, NOW + DAY, NULL);
	made.pem = make_pem(made.key, NULL);
	made.other_pem = make_pem(made.other_key, NULL);
	made.curve_pem = make_pem(made.curve_key, NULL);
	made.encrypted = make_pem(made.key, "pass word");
	made.old_encrypted = make_old_pem(made.key, "pass word");
	if (!mkdtemp(folder))
		abort();
}

static void release_all(void)
{
	EVP_PKEY_free(made.key);
	EVP_PKEY_free(made.other_key);
	EVP_PKEY_free(made.curve_key);
	X509_free(made.certificate);
	char *texts[] = { made.cert, made.ended, made.not_begun, made.other_cert, made.curve_cert, made.pem, made.other_pem,
			  made.curve_pem, made.encrypted, made.old_encrypted };
	for (int i = 0; i < ROWS(texts); i++)
		free(texts[i]);
	rmdir(folder);
}

/* Writes the texts one behind the other and reads them as a certificate's file. */
static struct signer *read_file(const char *first, const char *second, const char *third, const char *password, mode_t mode, struct err *e)
{
	AUTO_FREE char *path = mem_print("%s/client.pem", folder);
	AUTO_FREE char *password_path = mem_print("%s/password", folder);
	AUTO_FREE char *text = mem_print("%s%s%s", first, second ? second : "", third ? third : "");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
	if (password) {
		fd = open(password_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		ck_assert_int_eq(write(fd, password, strlen(password)), (ssize_t)strlen(password));
		close(fd);
	}
	AUTO_SIGNER s = signer_new(path, e);
	/* The file wins. */
	bool good = s && signer_open(s, password ? password_path : NULL, password ? "not looked at" : NULL, e);
	struct signer *open = good ? s : NULL;
	unlink(path);
	unlink(password_path);
	if (open)
		s = NULL;
	return open;
}

static const struct good_row {
	char **first, **second, **third;
	const char *password;
} goods[] = {
	{ &made.cert, &made.pem, NULL, NULL },
	{ &made.pem, &made.cert, NULL, NULL },
	{ &made.other_cert, &made.pem, &made.cert, NULL }, /* the chain may stand in front */
	{ &made.cert, &made.other_cert, &made.pem, NULL },
	{ &made.cert, &made.encrypted, NULL, "pass word\n" },
	{ &made.cert, &made.old_encrypted, NULL, "pass word" },
	{ &made.cert, &made.pem, NULL, "for nothing" },
};

START_TEST(certificate_is_read)
{
	const struct good_row *row = &goods[_i];
	struct err e = { 0 };
	AUTO_SIGNER s = read_file(*row->first, *row->second, row->third ? *row->third : NULL, row->password, 0600, &e);

	ck_assert_msg(s != NULL, "row %d: %s", _i, e.text);
	ck_assert_int_eq(signer_ends_at(s), NOW + DAY);
}
END_TEST

/* Up to the last line's end, which is not read. */
START_TEST(digest_is_that_of_the_file)
{
	struct err e = { 0 };
	unsigned char sum[32];
	char hex[65];
	AUTO_SIGNER s = read_file(made.cert, made.pem, NULL, NULL, 0600, &e);
	AUTO_SIGNER other = read_file(made.cert, made.encrypted, NULL, "pass word", 0600, &e);
	AUTO_FREE char *text = mem_print("%s%s", made.cert, made.pem);

	ck_assert_msg(s && other, "%s", e.text);
	EVP_Digest(text, strlen(text) - 1, sum, NULL, EVP_sha256(), NULL);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	ck_assert_str_eq(signer_digest(s), hex);
	ck_assert_str_ne(signer_digest(other), hex);
}
END_TEST

static char nothing_encoded[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
static char broken_key[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
static char pfx[] = "0\x82\x09\x01\x02";
static char words[] = "certificate\n";

#define FILE_NAMED "client certificate /tmp/test_assertion."

static const struct bad_row {
	char **first, **second;
	const char *text, *password;
	mode_t mode;
} bads[] = {
	{ &made.cert, NULL, "holds no private key, put certificate and key into the one file", NULL, 0600 },
	{ &made.pem, NULL, "holds no certificate, put certificate and key into the one file", NULL, 0600 },
	{ &made.cert, &made.other_pem, "does not fit its certificate", NULL, 0600 },
	{ &made.cert, &made.encrypted, "is encrypted, give its password by --client-certificate-password-file", NULL, 0600 },
	{ &made.cert, &made.old_encrypted, "is encrypted, give its password by --client-certificate-password-file", NULL, 0600 },
	{ &made.cert, &made.encrypted, ", look at --client-certificate-password-file", "pass  word", 0600 },
	{ &made.cert, &made.old_encrypted, "the password does not open the key in", "password", 0600 },
	{ &made.curve_cert, &made.curve_pem, "is an EC key, but Entra ID takes RSA keys only", NULL, 0600 },
	{ &made.cert, &made.pem, "is open to others (mode 0604)", NULL, 0604 },
	{ &made.cert, &made.encrypted, "password file of the client certificate", "\n", 0600 },
};

START_TEST(fault_is_named)
{
	const struct bad_row *row = &bads[_i];
	struct err e = { 0 };

	ck_assert_ptr_null(read_file(*row->first, row->second ? *row->second : NULL, NULL, row->password, row->mode, &e));
	ck_assert_msg(strstr(e.text, row->text) != NULL, "row %d: %s", _i, e.text);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_ptr_null(strstr(e.text, "pass  word"));
}
END_TEST

static const struct odd_row {
	char *first;
	char **second;
	const char *text;
} odds[] = {
	{ pfx, NULL, "is no PEM file, convert a PFX by: openssl pkcs12 -in FILE.pfx -out FILE.pem" },
	{ words, NULL, "is no PEM file" },
	{ broken_key, &made.cert, "cannot be read" },
	{ nothing_encoded, &made.pem, "the certificate in " FILE_NAMED },
};

START_TEST(odd_file_is_named)
{
	const struct odd_row *row = &odds[_i];
	struct err e = { 0 };

	ck_assert_ptr_null(read_file(row->first, row->second ? *row->second : NULL, NULL, NULL, 0600, &e));
	ck_assert_msg(strstr(e.text, row->text) != NULL, "row %d: %s", _i, e.text);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
}
END_TEST

START_TEST(file_that_is_not_there)
{
	struct err e = { 0 };

	ck_assert_ptr_null(signer_new("/tmp/none/client.pem", &e));
	ck_assert_str_eq(e.text, "cannot open client certificate /tmp/none/client.pem: No such file or directory");
}
END_TEST

static void decode(const char *text, size_t len, struct buf *out)
{
	AUTO_FREE char *plain = mem_print("%.*s%.*s", (int)len, text, (int)((4 - len % 4) % 4), "===");
	AUTO_FREE unsigned char *bytes = mem_new(len + 4, 1);

	ck_assert_int_eq((int)strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), (int)strlen(text));
	for (char *c = plain; *c; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	ck_assert_int_ge(EVP_DecodeBlock(bytes, (unsigned char *)plain, (int)strlen(plain)), 0);
	buf_add_bytes(out, (char *)bytes, len * 3 / 4);
}

/* The digest of the certificate as the header shows it. */
static char *thumbprint(const EVP_MD *hash)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char *text = mem_new(2 * EVP_MAX_MD_SIZE, 1);

	X509_digest(made.certificate, hash, sum, &len);
	EVP_EncodeBlock((unsigned char *)text, sum, (int)len);
	text[strcspn(text, "=")] = '\0';
	for (char *c = text; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return text;
}

static bool verify(const char *text, size_t len, const struct buf *signature, bool pss, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *rsa;

	ck_assert_int_eq(EVP_DigestVerifyInit(ctx, &rsa, EVP_sha256(), NULL, key), 1);
	if (pss) {
		ck_assert_int_gt(EVP_PKEY_CTX_set_rsa_padding(rsa, RSA_PKCS1_PSS_PADDING), 0);
		ck_assert_int_gt(EVP_PKEY_CTX_set_rsa_pss_saltlen(rsa, 32), 0);
		ck_assert_int_gt(EVP_PKEY_CTX_set_rsa_mgf1_md(rsa, EVP_sha256()), 0);
	}
	bool good = EVP_DigestVerify(ctx, (const unsigned char *)signature->data, signature->len, (const unsigned char *)text, len) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static const struct claims claims = { .audience = AUDIENCE, .client_id = CLIENT, .jti = JTI, .now = NOW };

START_TEST(statement_is_exact_and_signed)
{
	enum assertion kind = (enum assertion)_i;
	struct err e = { 0 };
	AUTO_SIGNER s = read_file(made.cert, made.pem, NULL, NULL, 0600, &e);
	AUTO_FREE char *text = assertion_make(s, kind, &claims, &e);
	AUTO_FREE char *print = thumbprint(kind == ASSERTION_PS256 ? EVP_sha256() : EVP_sha1());
	AUTO_FREE char *header = kind == ASSERTION_PS256 ? mem_print("{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"%s\"}", print)
							 : mem_print("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"%s\"}", print);
	AUTO_BUF got_header = { 0 };
	AUTO_BUF got_claims = { 0 };
	AUTO_BUF signature = { 0 };

	ck_assert_msg(text != NULL, "%s", e.text);
	const char *first = strchr(text, '.'), *second = strchr(first + 1, '.');
	ck_assert_ptr_null(strchr(second + 1, '.'));
	decode(text, (size_t)(first - text), &got_header);
	decode(first + 1, (size_t)(second - first - 1), &got_claims);
	decode(second + 1, strlen(second + 1), &signature);
	ck_assert_str_eq(buf_text(&got_header), header);
	ck_assert_str_eq(buf_text(&got_claims), "{\"aud\":\"" AUDIENCE "\",\"iss\":\"" CLIENT "\",\"sub\":\"" CLIENT "\",\"jti\":\"" JTI
						"\",\"nbf\":1787551200,\"iat\":1787551200,\"exp\":1787551800}");
	ck_assert_int_eq((int)signature.len, 256);
	size_t len = (size_t)(second - text);
	ck_assert(verify(text, len, &signature, kind == ASSERTION_PS256, made.key));
	ck_assert(!verify(text, len, &signature, kind != ASSERTION_PS256, made.key));
	ck_assert(!verify(text, len, &signature, kind == ASSERTION_PS256, made.other_key));
	ck_assert(!verify(text, len - 1, &signature, kind == ASSERTION_PS256, made.key));
}
END_TEST

START_TEST(encrypted_key_signs)
{
	struct err e = { 0 };
	AUTO_SIGNER s = read_file(made.cert, made.encrypted, NULL, "pass word\n", 0600, &e);
	AUTO_FREE char *text = assertion_make(s, ASSERTION_PS256, &claims, &e);

	ck_assert_msg(text != NULL, "%s", e.text);
}
END_TEST

static const struct password_row {
	const char *password, *text; /* text NULL: it opens the key */
} passwords[] = {
	{ "pass word", NULL },
	{ "pass word\n", "the password does not open the key in client certificate " },
	{ "another", ", look at the setting client-certificate-password" },
	{ "", "is encrypted, give its password by --client-certificate-password-file" },
	{ NULL, "is encrypted, give its password by --client-certificate-password-file" },
};

START_TEST(password_that_is_no_file)
{
	const struct password_row *row = &passwords[_i];
	AUTO_FREE char *path = mem_print("%s/client.pem", folder);
	struct err e = { 0 };
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fchmod(fileno(file), 0600);
	fprintf(file, "%s%s", made.cert, made.encrypted);
	fclose(file);
	AUTO_SIGNER s = signer_new(path, &e);
	bool open = s && signer_open(s, NULL, row->password, &e);
	unlink(path);
	ck_assert_msg(open == !row->text, "row %d: %s", _i, e.text);
	ck_assert_msg(!row->text || strstr(e.text, row->text), "row %d: %s", _i, e.text);
}
END_TEST

static const struct life_row {
	char **cert;
	int64_t now;
	enum err_kind kind;
	const char *text; /* NULL: signs */
} lives[] = {
	{ &made.ended, NOW - 1, ERR_NONE, NULL },
	{ &made.ended, NOW, ERR_ENDED,
	  "the certificate ended on 2026-08-24T06:00:00Z, make a new one, upload it and replace /tmp/test_assertion." },
	{ &made.ended, NOW + DAY, ERR_ENDED, "the certificate ended on 2026-08-24T06:00:00Z" },
	{ &made.not_begun, NOW + 1, ERR_NONE, NULL },
	{ &made.not_begun, NOW, ERR_AUTH, "begins on 2026-08-24T06:00:01Z, look at this host's clock" },
};

START_TEST(certificate_has_its_time)
{
	const struct life_row *row = &lives[_i];
	const struct claims then = { .audience = AUDIENCE, .client_id = CLIENT, .jti = JTI, .now = row->now };
	struct err e = { 0 };
	AUTO_SIGNER s = read_file(*row->cert, made.pem, NULL, NULL, 0600, &e);

	ck_assert_msg(s != NULL, "%s", e.text);
	AUTO_FREE char *text = assertion_make(s, ASSERTION_PS256, &then, &e);
	ck_assert_msg((text != NULL) == (row->text == NULL), "row %d: %s", _i, e.text);
	ck_assert_int_eq(e.kind, row->kind);
	if (row->text)
		ck_assert_msg(strstr(e.text, row->text) != NULL, "row %d: %s", _i, e.text);
}
END_TEST

enum form { HEX_CAPITAL, HEX_SMALL, BASE64, BASE64URL };
static const struct name_row {
	enum form form;
	int cut;          /* characters missing at the end */
	const char *more; /* behind them */
	bool is_named;
} names[] = {
	{ HEX_CAPITAL, 0, "", true },
	{ HEX_SMALL, 0, "", true },
	{ BASE64, 0, "", true },
	{ BASE64, 1, "", true }, /* without its = */
	{ BASE64URL, 0, "", true },
	{ BASE64URL, 0, "=", true },
	{ HEX_CAPITAL, 40, "", false },
	{ HEX_CAPITAL, 1, "", false },
	{ HEX_CAPITAL, 1, "g", false },
	{ HEX_CAPITAL, 0, "0", false },
	{ BASE64, 2, "", false },
	{ BASE64, 0, "=", false },
	{ BASE64URL, 0, "A", false },
	{ BASE64URL, 1, "*", false },
};

START_TEST(certificate_is_named)
{
	const struct name_row *row = &names[_i];
	struct err e = { 0 };
	unsigned char sum[20];
	char hex[41], base64[29];
	AUTO_SIGNER s = read_file(made.cert, made.pem, NULL, NULL, 0600, &e);

	ck_assert_msg(s != NULL, "%s", e.text);
	X509_digest(made.certificate, EVP_sha1(), sum, NULL);
	for (int i = 0; i < 20; i++)
		snprintf(hex + 2 * i, 3, row->form == HEX_SMALL ? "%02x" : "%02X", sum[i]);
	EVP_EncodeBlock((unsigned char *)base64, sum, 20);
	AUTO_FREE char *url = thumbprint(EVP_sha1());
	const char *text = row->form == BASE64 ? base64 : row->form == BASE64URL ? url : hex;
	AUTO_FREE char *given = mem_print("%.*s%s", (int)strlen(text) - row->cut, text, row->more);
	ck_assert_msg(signer_is_named(s, given) == row->is_named, "row %d: %s", _i, given);
	if (row->form == HEX_CAPITAL)
		ck_assert_str_eq(signer_thumbprint(s), hex);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("assertion");
	TCase *tests = tcase_create("assertion");

	tcase_add_unchecked_fixture(tests, make_all, release_all);
	tcase_add_loop_test(tests, certificate_is_read, 0, ROWS(goods));
	tcase_add_loop_test(tests, fault_is_named, 0, ROWS(bads));
	tcase_add_loop_test(tests, odd_file_is_named, 0, ROWS(odds));
	tcase_add_test(tests, digest_is_that_of_the_file);
	tcase_add_test(tests, file_that_is_not_there);
	tcase_add_loop_test(tests, statement_is_exact_and_signed, ASSERTION_PS256, ASSERTION_RS256 + 1);
	tcase_add_test(tests, encrypted_key_signs);
	tcase_add_loop_test(tests, password_that_is_no_file, 0, ROWS(passwords));
	tcase_add_loop_test(tests, certificate_has_its_time, 0, ROWS(lives));
	tcase_add_loop_test(tests, certificate_is_named, 0, ROWS(names));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(make_suite)
