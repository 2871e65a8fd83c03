// SPDX-License-Identifier: GPL-3.0-or-later
/* Finds the folder, names the file, and distrusts what is in it. */
#include "cloud/cache.h"

#include <json-c/json.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cloud/refusal.h"

#define FILE_MAX (16 * 1024)
#define LIFE_MAX_S (25 * 3600)
#define CLOCK_SLACK_S 300
#define PACKAGE_FOLDER "/var/cache/mdca-plugins"

struct cache {
	int folder; /* -1: none */
	int trace;
	const char *who;
	struct buf fault; /* the first one */
	char file[48], lock[48];
};

void grant_free(struct grant *g)
{
	mem_wipe_text(g->token);
	*g = (struct grant){ 0 };
}

bool grant_is_safe(const char *token)
{
	size_t len = strlen(token);

	for (size_t i = 0; i < len; i++) {
		if (token[i] <= ' ' || token[i] > '~' || token[i] == '"' || token[i] == '\\')
			return false;
	}
	return len > 0 && len < FILE_MAX - 512;
}

static void say(const struct cache *c, const char *what, const char *why)
{
	if (c->trace >= 2)
		fprintf(stderr, "%s: %s%s%s\n", c->who, what, *why ? ": " : "", why);
}

static void keep_fault(struct cache *c, const char *why)
{
	if (!c->fault.len)
		buf_add(&c->fault, why);
}

static bool open_folder(struct cache *c, const char *path, bool make)
{
	struct err e;

	c->folder = file_open_private_folder(path, make, &e);
	say(c, c->folder >= 0 ? path : "not used", c->folder >= 0 ? "" : e.text);
	if (c->folder >= 0)
		buf_cut(&c->fault, 0);
	else
		keep_fault(c, e.text);
	return c->folder >= 0;
}

/* The package makes these, one for each user; a check makes none there. */
static bool open_package_folder(struct cache *c, const struct passwd *user)
{
	struct stat st;

	if (!user || !*user->pw_name || strchr(user->pw_name, '/') || *user->pw_name == '.')
		return false;
	AUTO_FREE char *path = mem_print(PACKAGE_FOLDER "/%s", user->pw_name);
	return !lstat(path, &st) && open_folder(c, path, false);
}

static bool open_under(struct cache *c, const char *base, const char *below)
{
	/* A service user may have "/" or nothing as home. */
	if (!base || *base != '/' || !base[strspn(base, "/")])
		return false;
	AUTO_FREE char *path = mem_print("%s%s", base, below);
	return open_folder(c, path, true);
}

static void find_folder(struct cache *c, const struct cloud_settings *set)
{
	if (set->no_cache)
		return;
	if (set->cache_dir && *set->cache_dir) {
		open_folder(c, set->cache_dir, true);
		return;
	}
	const struct passwd *user = getpwuid(geteuid());
	const char *own = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (open_package_folder(c, user))
		return;
	if (own && *own == '/') {
		open_under(c, own, "/mdca-plugins");
		return;
	}
	if (!home || !*home)
		home = user ? user->pw_dir : NULL;
	if (open_under(c, home, "/.cache/mdca-plugins"))
		return;
	say(c, "none", "");
	keep_fault(c, "this user has no home to keep it in");
}

int cache_open_folder(const struct cloud_settings *set, const char *who, int trace, struct buf *fault)
{
	struct cache c = { .folder = -1, .trace = trace, .who = who };

	find_folder(&c, set);
	*fault = c.fault;
	return c.folder;
}

static void digest(const char *text, size_t len, char hex[2 * EVP_MAX_MD_SIZE + 1])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	EVP_Digest(text, len, sum, &size, EVP_sha256(), NULL);
	for (unsigned int i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

/* One name per identity and scope. A secret enters as a labelled digest, of which the name shows a digest again. */
static void name_files(struct cache *c, const struct cloud_settings *set, const char *scope, const char *proof)
{
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";

	digest(proof, strlen(proof), hex);
	/* A managed identity has neither tenant nor client. */
	AUTO_FREE char *identity = mem_print("%s\n%s\n%s\n%s\n%s", set->login_url, set->tenant_id ? set->tenant_id : "",
					     set->client_id ? set->client_id : "", scope, hex);
	digest(identity, strlen(identity), hex);
	snprintf(c->file, sizeof(c->file), "%.32s.token", hex);
	snprintf(c->lock, sizeof(c->lock), "%.32s.lock", hex);
}

struct cache *cache_new(const struct cloud_settings *set, const char *scope, const char *proof, int trace)
{
	struct cache *c = mem_new(1, sizeof(*c));

	c->trace = trace;
	c->who = "token cache";
	c->folder = cache_open_folder(set, c->who, trace, &c->fault);
	if (c->folder >= 0)
		name_files(c, set, scope, proof);
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	if (c->folder >= 0)
		close(c->folder);
	buf_free(&c->fault);
	free(c);
}

const char *cache_fault(const struct cache *c)
{
	return buf_text(&c->fault);
}

/* False for what no write of ours leaves behind, or what a clock that jumped makes of it. */
static bool read_grant(struct json_object *doc, int64_t now, struct grant *g)
{
	const char *token = NULL;

	if (!json_object_is_type(doc, json_type_object) || jget_text(doc, "token", &token) != GOT ||
	    jget_int(doc, "issued_at", &g->issued_at) != GOT || jget_int(doc, "renew_at", &g->renew_at) != GOT ||
	    jget_int(doc, "expires_at", &g->expires_at) != GOT)
		return false;
	if (!grant_is_safe(token) || g->issued_at > now + CLOCK_SLACK_S || g->issued_at >= g->expires_at ||
	    g->expires_at > now + LIFE_MAX_S)
		return false;
	g->token = mem_copy_text(token);
	return true;
}

bool cache_read(struct cache *c, struct grant *out)
{
	AUTO_BUF text = { 0 };
	AUTO_JSON doc = NULL;
	struct grant g = { 0 };
	int64_t now = clock_now();

	if (c->folder < 0)
		return false;
	if (!file_read_private(c->folder, c->file, FILE_MAX, &text)) {
		say(c, "no token that can be used", "");
		return false;
	}
	doc = refusal_parse(&text);
	explicit_bzero(text.data, text.len);
	if (!doc || !read_grant(doc, now, &g)) {
		say(c, c->file, "odd content, not used");
		return false;
	}
	if (g.expires_at - GRANT_MARGIN_S <= now) {
		grant_free(&g);
		return false;
	}
	grant_free(out);
	*out = g;
	return true;
}

void cache_write(struct cache *c, const struct grant *g)
{
	AUTO_FREE char *text = NULL;
	struct err e;

	if (c->folder < 0)
		return;
	/* grant_is_safe has refused what JSON would have to escape. */
	text = mem_print("{\"token\":\"%s\",\"issued_at\":%lld,\"renew_at\":%lld,\"expires_at\":%lld}\n", g->token,
			 (long long)g->issued_at, (long long)g->renew_at, (long long)g->expires_at);
	if (!file_replace_private(c->folder, c->file, text, strlen(text), &e)) {
		say(c, "not written", e.text);
		keep_fault(c, e.text);
	}
	explicit_bzero(text, strlen(text));
}

int cache_lock(struct cache *c, int64_t wait_ms)
{
	if (c->folder < 0)
		return -1;
	int lock = file_lock_private(c->folder, c->lock, wait_ms);
	if (lock < 0)
		say(c, "no lock, going on without", "");
	return lock;
}
