// SPDX-License-Identifier: GPL-3.0-or-later
/* The fields of a token request. */
#include "cloud/credential.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secrets.h"
#include "cloud/assertion.h"
#include "cloud/chance.h"
#include "net/http.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define FEDERATED "federated token file"

struct credential {
	const struct cloud_settings *set;
	struct signer *signer; /* NULL: another way */
};

struct credential *credential_new(const struct cloud_settings *set, struct err *e)
{
	struct signer *signer = NULL;

	if (set->auth == AUTH_CERTIFICATE && !(signer = signer_new(set->client_certificate, e)))
		return NULL;
	struct credential *c = mem_new(1, sizeof(*c));
	c->set = set;
	c->signer = signer;
	return c;
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	signer_free(c->signer);
	free(c);
}

void credential_distinguish(const struct credential *c, struct buf *out)
{
	const struct cloud_settings *set = c->set;

	if (set->auth == AUTH_CERTIFICATE)
		buf_print(out, "mdca-plugins client certificate\n%s", signer_digest(c->signer));
	else if (set->auth == AUTH_FEDERATED)
		buf_print(out, "mdca-plugins " FEDERATED "\n%s", set->federated_token_file);
	else if (set->auth == AUTH_MANAGED_IDENTITY)
		buf_print(out, "mdca-plugins managed identity\n%s", set->managed_identity);
	else
		buf_print(out, "mdca-plugins client secret\n%s", set->client_secret);
}

bool credential_open(const struct credential *c, struct err *e)
{
	const struct cloud_settings *set = c->set;

	return !c->signer || signer_open(c->signer, set->client_certificate_password_file, set->client_certificate_password, e);
}

static void add_field(struct buf *form, const char *name, const char *value)
{
	char *encoded = http_escape(value, strlen(value));

	buf_print(form, "%s%s=%s", form->len ? "&" : "", name, encoded);
	mem_wipe_text(encoded);
}

static void add_assertion(struct buf *form, const char *assertion)
{
	secrets_keep(assertion); /* a refusal may echo it */
	add_field(form, "client_assertion_type", ASSERTION_TYPE);
	add_field(form, "client_assertion", assertion);
}

static bool add_signed(const struct credential *c, const char *url, struct buf *form, struct err *e)
{
	char jti[CHANCE_UUID_SIZE];
	const struct claims claims = { .audience = url, .client_id = c->set->client_id, .jti = chance_uuid(jti), .now = clock_now() };
	char *assertion = assertion_make(c->signer, (enum assertion)c->set->assertion, &claims, e);

	if (!assertion)
		return false;
	add_assertion(form, assertion);
	mem_wipe_text(assertion);
	return true;
}

/* header.payload.signature: whether it is any good is for Entra to say. */
static bool looks_like_jwt(const struct buf *text)
{
	unsigned dots = 0;

	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] <= ' ' || text->data[i] > '~')
			return false;
		dots += text->data[i] == '.';
	}
	return dots == 2 && *text->data != '.' && !strstr(text->data, "..");
}

static bool add_federated(const char *path, struct buf *form, struct err *e)
{
	AUTO_BUF text = { 0 };
	bool open_to_others; /* Kubernetes mounts it so */

	if (!file_read(FEDERATED, path, FILE_SECRET_MAX, &text, &open_to_others, e))
		return false;
	if (text.len && text.data[text.len - 1] == '\n')
		buf_cut(&text, text.len - 1);
	if (text.len && text.data[text.len - 1] == '\r')
		buf_cut(&text, text.len - 1);
	bool good = text.len && looks_like_jwt(&text);
	if (good)
		add_assertion(form, buf_text(&text));
	if (text.len)
		explicit_bzero(text.data, text.len);
	return good || err_set(e, ERR_CONFIG, FEDERATED " %s %s", path,
			       text.len ? "holds no token, which is one line of three parts with dots in between" : "is empty");
}

bool credential_form(const struct credential *c, const char *url, const char *scope, struct buf *form, struct err *e)
{
	const struct cloud_settings *set = c->set;
	bool good = true;

	add_field(form, "grant_type", "client_credentials");
	add_field(form, "client_id", set->client_id);
	if (set->auth == AUTH_CERTIFICATE)
		good = add_signed(c, url, form, e);
	else if (set->auth == AUTH_FEDERATED)
		good = add_federated(set->federated_token_file, form, e);
	else
		add_field(form, "client_secret", set->client_secret);
	if (good)
		add_field(form, "scope", scope);
	return good;
}
