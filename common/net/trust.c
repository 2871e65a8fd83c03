// SPDX-License-Identifier: GPL-3.0-or-later
/* Whom TLS trusts: the files and folders of settings and environment, else the system's, read the cheap way. */
#include "net/http_own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/x509.h>

/* A system's store holds a hundred; fewer hashed names are somebody's additions to a bundle. */
#define SYSTEM_STORE_MIN 20

/* Does the folder hold at least so many names as OpenSSL looks certificates up by (eight hex digits and .0)? */
static bool is_hashed(const char *path, int at_least)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return false;
	while (at_least > 0 && (entry = readdir(folder)))
		if (strspn(entry->d_name, "0123456789abcdef") == 8 && !strcmp(entry->d_name + 8, ".0"))
			at_least--;
	closedir(folder);
	return at_least <= 0;
}

static bool check_ca_file(const char *what, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return err_set(e, ERR_CONFIG, "%s %s cannot be read: %s", what, path, strerror(errno));
	bool regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	close(fd);
	return regular || err_set(e, ERR_CONFIG, "%s %s is no file", what, path);
}

/* OpenSSL takes several folders with colons in between. */
static bool check_ca_folders(const char *what, const char *paths, struct err *e)
{
	AUTO_FREE char *copy = mem_copy_text(paths);
	char *rest = copy, *path;

	while ((path = strsep(&rest, ":")))
		if (is_hashed(path, 1))
			return true;
	if (access(paths, R_OK | X_OK) && !strchr(paths, ':'))
		return err_set(e, ERR_CONFIG, "%s %s cannot be read: %s", what, paths, strerror(errno));
	return err_set(e, ERR_CONFIG, "%s %s holds no certificate under its hash: run `openssl rehash %s`", what, paths,
		       paths);
}

const char *http_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *system_ca_folder(CURL *curl)
{
	const char *built_in = NULL;

	curl_easy_getinfo(curl, CURLINFO_CAPATH, &built_in);
	const char *const paths[] = { built_in, X509_get_default_cert_dir(), "/etc/ssl/certs",
				      "/etc/pki/ca-trust/extracted/pem/directory-hash" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i] && is_hashed(paths[i], SYSTEM_STORE_MIN))
			return mem_copy_text(paths[i]);
	return NULL;
}

/* A folder of hashed certificates costs OpenSSL the one it needs, a bundle all of its hundred and more. GnuTLS reads
 * every file of a folder, so there the bundle is better. */
bool trust_choose(struct http *h, const struct http_options *o, struct err *e)
{
	const char *file = o->ca_cert, *folder = o->ca_path;
	const char *file_from = "--ca-cert", *folder_from = "--ca-path";

	if (!file && !folder) {
		file = http_variable(file_from = "SSL_CERT_FILE");
		folder = http_variable(folder_from = "SSL_CERT_DIR");
	}
	if (file && !check_ca_file(file_from, file, e))
		return false;
	if (folder && !check_ca_folders(folder_from, folder, e))
		return false;
	if (!file && !folder && h->openssl)
		h->ca_folder = system_ca_folder(h->curl);
	else if (!file && !folder)
		curl_easy_getinfo(h->curl, CURLINFO_CAINFO, &file);
	h->ca_file = mem_copy_text(file);
	if (folder)
		h->ca_folder = mem_copy_text(folder);
	return true;
}
