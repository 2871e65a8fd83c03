// SPDX-License-Identifier: GPL-3.0-or-later
/* Whom to ask, by the environment; what is refused, in words for an operator. Never through a proxy. */
#include "cloud/imds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define METADATA "http://169.254.169.254"
#define TOKEN_PATH "/metadata/identity/oauth2/token"
#define KEY_MAX 4096
/* Half a second, one, two, four: its updates take a while. */
#define REPEATS 4

void imds_release(struct imds *m)
{
	free(m->url);
	*m = (struct imds){ 0 };
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The agents write "localhost", which is a name: whoever answers it decides where the request goes. */
static char *with_literal(const char *url)
{
	static const char name[] = "http://localhost";
	size_t len = strlen(name);

	if (strncasecmp(url, name, len) || !strchr(":/", url[len]))
		return mem_copy_text(url);
	return mem_print("http://127.0.0.1%s", url + len);
}

static char *make_url(const char *place, const char *version, const char *scope, const char *client_id)
{
	static const char suffix[] = "/.default";
	size_t len = strlen(scope), tail = strlen(suffix);
	bool is_default = len > tail && !strcmp(scope + len - tail, suffix);
	AUTO_FREE char *resource = http_escape(scope, is_default ? len - tail : len);

	return mem_print("%s?api-version=%s&resource=%s%s%s", place, version, resource, client_id ? "&client_id=" : "",
			 client_id ? client_id : "");
}

static bool find_arc(const char *endpoint, const char *scope, const char *client_id, struct imds *out, struct err *e)
{
	AUTO_FREE char *place = with_literal(endpoint);

	if (client_id)
		return err_set(e, ERR_CONFIG, "Azure Arc gives a machine its own identity only, write --managed-identity without a client id");
	if (!http_is_plain_loopback(place) || strpbrk(place, "?#"))
		return err_set(e, ERR_CONFIG, "IDENTITY_ENDPOINT=%.200s is not Azure Arc's, which listens on this machine, as in "
			       "http://localhost:40342" TOKEN_PATH, endpoint);
	*out = (struct imds){ .url = make_url(place, "2019-11-01", scope, NULL), .arc = true, .key_folder = IMDS_KEY_FOLDER };
	return true;
}

static bool find_metadata(const char *given, const char *scope, const char *client_id, struct imds *out, struct err *e)
{
	AUTO_FREE char *base = with_literal(given ? given : METADATA);
	AUTO_BUF origin = { 0 };
	size_t len = strlen(base);

	while (len && base[len - 1] == '/')
		base[--len] = '\0';
	bool plain = !strncasecmp(base, "http:", 5);
	if (!http_origin(base, &origin) || strpbrk(base, "?#") || (plain && !http_is_plain_loopback(base) && !http_is_plain_metadata(base)))
		return err_set(e, ERR_CONFIG, "AZURE_POD_IDENTITY_AUTHORITY_HOST=%.200s is no base to ask for a token: plain http goes to "
			       "this machine and to 169.254.169.254 only", given);
	AUTO_FREE char *place = mem_print("%s" TOKEN_PATH, base);
	*out = (struct imds){ .url = make_url(place, "2018-02-01", scope, client_id) };
	return true;
}

bool imds_find(const char *scope, const char *identity, struct imds *out, struct err *e)
{
	const char *endpoint = variable("IDENTITY_ENDPOINT");
	const char *client_id = strcasecmp(identity, "system") ? identity : NULL;

	if (endpoint && variable("IMDS_ENDPOINT"))
		return find_arc(endpoint, scope, client_id, out, e);
	return find_metadata(variable("AZURE_POD_IDENTITY_AUTHORITY_HOST"), scope, client_id, out, e);
}

/* The file's name, when the challenge names one directly in the folder: a path of somebody else's choice must not make a check send
 * the content of any file that it can read. */
static const char *key_name(const char *folder, const char *challenge)
{
	static const char scheme[] = "Basic realm=", suffix[] = ".key";
	size_t len = strlen(folder), end;

	if (strncasecmp(challenge, scheme, strlen(scheme)))
		return NULL;
	challenge += strlen(scheme);
	if (strncmp(challenge, folder, len) || challenge[len] != '/')
		return NULL;
	challenge += len + 1;
	end = strlen(challenge);
	if (*challenge == '.' || strchr(challenge, '/') || end <= strlen(suffix) || strcmp(challenge + end - strlen(suffix), suffix))
		return NULL;
	return challenge;
}

static bool read_key(int fd, struct buf *out)
{
	char key[KEY_MAX + 1];
	struct stat st;
	ssize_t len = fstat(fd, &st) || !S_ISREG(st.st_mode) ? -1 : read(fd, key, sizeof(key));

	while (len > 0 && len <= KEY_MAX && strchr("\r\n", key[len - 1]))
		len--;
	bool good = len > 0 && len <= KEY_MAX;
	for (ssize_t i = 0; good && i < len; i++)
		good = key[i] > ' ' && key[i] <= '~';
	if (good)
		buf_add_bytes(out, key, (size_t)len);
	explicit_bzero(key, sizeof(key));
	return good;
}

bool imds_answer_challenge(const char *folder, const char *challenge, struct buf *out, struct err *e)
{
	const char *name = key_name(folder, challenge);

	if (!name)
		return err_set(e, ERR_AUTH, "sign-in refused: the challenge of Azure Arc's agent names no *.key file in %s", folder);
	AUTO_FREE char *path = mem_print("%s/%s", folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, "cannot open %s: %s%s", path, strerror(errno),
			       errno == EACCES ? ", add the user of the check to the group himds" : "");
	buf_add(out, "Basic ");
	bool good = read_key(fd, out);
	close(fd);
	return good || err_set(e, ERR_CONFIG, "%s is no key of Azure Arc's agent: a regular file, one word, at most %d bytes", path, KEY_MAX);
}

/* While it is updated the service is not there, or gone. */
static bool passes(const struct http_reply *reply)
{
	return reply->status == 404 || reply->status == 410;
}

static bool explain_failure(const struct http_reply *reply, const struct imds *m, const char *host, struct err *e)
{
	if (e->kind == ERR_THROTTLED)
		return err_add(e, "too many requests for the managed identity");
	if (e->kind != ERR_NETWORK)
		return false;
	if (!reply->status)
		return err_set(e, ERR_NETWORK, "%s, is this %s with a managed identity?", e->text,
			       m->arc ? "a machine of Azure Arc" : "a virtual machine of Azure");
	if (passes(reply))
		return err_set(e, ERR_NETWORK, "%ld from %s: the endpoint of managed identities is being updated, or is another cloud's",
			       reply->status, host);
	return err_set(e, ERR_NETWORK, "%s, a fault of the endpoint of managed identities", e->text);
}

bool imds_send(const struct imds *m, const struct exchange *x, struct http_reply *reply, struct err *e)
{
	static const char *const headers[] = { "Metadata: true", NULL };
	struct http_request request = { .url = m->url, .headers = headers, .purpose = "managed identity", .metadata = true };
	struct exchange mine = *x;
	AUTO_BUF answer = { 0 };

	mine.passes = passes;
	mine.repeats = x->repeats ? REPEATS : 0;
	mine.first_try_decides = true;
	if (!exchange_send(&mine, &request, NULL, NULL, reply, e))
		return explain_failure(reply, m, x->asked.host, e);
	if (!m->arc || reply->status != 401)
		return true;
	if (!imds_answer_challenge(m->key_folder, reply->www_authenticate, &answer, e))
		return false;
	request.authorization = buf_text(&answer);
	http_reply_free(reply);
	*reply = (struct http_reply){ 0 };
	bool answered = exchange_send(&mine, &request, NULL, NULL, reply, e);
	explicit_bzero(answer.data, answer.len);
	return answered || explain_failure(reply, m, x->asked.host, e);
}

bool imds_explain(const struct http_reply *reply, const char *host, struct err *e)
{
	static const struct {
		const char *error, *description, *cause;
	} reasons[] = {
		{ "invalid_request", "Identity not found",
		  "this machine has no such managed identity, assign it to the machine or correct the client id of --managed-identity" },
		{ "bad_request_102", NULL, "the header Metadata did not arrive, what stands between the check and the metadata service?" },
	};
	AUTO_JSON doc = refusal_parse(&reply->body);
	if (!json_object_is_type(doc, json_type_object)) {
		err_set(e, ERR_REPLY, "%ld from %s without a reason, is this a machine of Azure with a managed identity?", reply->status, host);
		return true;
	}
	const char *error = jget_text_or(doc, "error", "");
	const char *description = jget_text_or(doc, "error_description", "");

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!strcmp(error, reasons[i].error) && (!reasons[i].description || !strcmp(description, reasons[i].description))) {
			err_set(e, ERR_AUTH, "sign-in refused: %s", reasons[i].cause);
			return true;
		}
	}
	return false;
}
