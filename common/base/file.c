// SPDX-License-Identifier: GPL-3.0-or-later
/* Small files: read with owner and mode checks on the opened descriptor, replaced by rename. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define LOCK_POLL_MS 15

static void close_local(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_CLOSE CLEANUP(close_local) int

static bool ours_or_roots(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* Reads up to max bytes; one more byte means that the file is larger. */
static bool read_all(int fd, size_t max, struct buf *out)
{
	char piece[8192];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (out->len + (size_t)n > max) {
			errno = EFBIG;
			return false;
		}
		buf_add_bytes(out, piece, (size_t)n);
	}
	return true;
}

/* O_NONBLOCK: a FIFO must not hold the check up before it is refused. */
static int open_regular(const char *what, const char *path, struct stat *st, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		err_set(e, ERR_CONFIG, "cannot open %s %s: %s", what, path, strerror(errno));
		return -1;
	}
	if (fstat(fd, st) || !S_ISREG(st->st_mode)) {
		err_set(e, ERR_CONFIG, "%s %s is not a regular file", what, path);
		close(fd);
		return -1;
	}
	return fd;
}

bool file_read_secret(const char *what, const char *path, struct buf *out, struct err *e)
{
	AUTO_BUF text = { 0 };
	struct stat st;
	AUTO_CLOSE fd = open_regular(what, path, &st, e);

	if (fd < 0)
		return false;
	if (!ours_or_roots(&st))
		return err_set(e, ERR_CONFIG, "%s %s belongs to another user (uid %u), give it to root or to the user of the check",
			       what, path, (unsigned)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IRWXO))
		return err_set(e, ERR_CONFIG, "%s %s is open to others (mode %04o), run: chmod 0600 %s", what, path,
			       (unsigned)st.st_mode & 07777, path);
	if (!read_all(fd, FILE_SECRET_MAX, &text))
		return err_set(e, ERR_CONFIG, errno == EFBIG ? "%s %s is larger than 64 KiB, is it the right file?" : "cannot read %s %s",
			       what, path);
	if (text.len && text.data[text.len - 1] == '\n')
		buf_cut(&text, text.len - 1);
	if (text.len && text.data[text.len - 1] == '\r')
		buf_cut(&text, text.len - 1);
	if (!text.len)
		return err_set(e, ERR_CONFIG, "%s %s is empty", what, path);
	buf_add_bytes(out, text.data, text.len);
	explicit_bzero(text.data, text.len);
	return true;
}

bool file_read(const char *what, const char *path, size_t max, struct buf *out, bool *open_to_others, struct err *e)
{
	AUTO_BUF text = { 0 };
	struct stat st = { 0 };
	bool standard_input = !strcmp(path, "-");
	AUTO_CLOSE fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_regular(what, path, &st, e);

	if (fd < 0)
		return standard_input ? err_set(e, ERR_CONFIG, "cannot read %s from standard input", what) : false;
	if (!read_all(fd, max, &text))
		return err_set(e, ERR_CONFIG, errno == EFBIG ? "%s %s is too large" : "cannot read %s %s", what, path);
	*open_to_others = !standard_input && (!ours_or_roots(&st) || st.st_mode & (S_IWGRP | S_IRWXO));
	if (text.len)
		buf_add_bytes(out, text.data, text.len);
	return true;
}

/* Makes the folder and, when its parent is missing, that too: ~/.cache need not exist. */
static bool make_folder(const char *path)
{
	AUTO_FREE char *copy = mem_copy_text(path);
	char *slash = strrchr(copy, '/');

	if (!mkdir(path, 0700) || errno == EEXIST)
		return true;
	if (errno != ENOENT || !slash || slash == copy)
		return false;
	*slash = '\0';
	if (!make_folder(copy))
		return false;
	return !mkdir(path, 0700) || errno == EEXIST;
}

int file_open_private_folder(const char *path, bool make, struct err *e)
{
	struct stat st;
	int fd;

	if (make && !make_folder(path)) {
		err_set(e, ERR_CONFIG, "cannot make the folder %s: %s", path, strerror(errno));
		return -1;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		err_set(e, ERR_CONFIG, errno == ELOOP || errno == ENOTDIR ? "%s is no folder of its own (%s)" : "cannot open the folder %s: %s",
			path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & (S_IRWXG | S_IRWXO)) {
		err_set(e, ERR_CONFIG, "the folder %s must belong to the user of the check and be closed to others (chmod 0700)", path);
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_private(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & (S_IRWXG | S_IRWXO));
}

bool file_read_private(int folder, const char *name, size_t max, struct buf *out)
{
	AUTO_BUF text = { 0 };
	AUTO_CLOSE fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || !is_private(fd) || !read_all(fd, max, &text))
		return false;
	buf_add_bytes(out, buf_text(&text), text.len);
	return true;
}

bool file_write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool file_replace_private(int folder, const char *name, const char *bytes, size_t len, struct err *e)
{
	AUTO_FREE char *fresh = mem_print("%s.new", name);

	unlinkat(folder, fresh, 0); /* of a writer that was killed */
	int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(e, ERR_CONFIG, "cannot write %s: %s", fresh, strerror(errno));
	bool written = file_write_all(fd, bytes, len);
	if (close(fd))
		written = false;
	if (written && !renameat(folder, fresh, folder, name))
		return true;
	int reason = errno;
	unlinkat(folder, fresh, 0);
	return err_set(e, ERR_CONFIG, "cannot write %s: %s", name, strerror(reason));
}

int file_lock_private(int folder, const char *name, int64_t wait_ms)
{
	struct deadline wait = deadline_in(wait_ms);
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return -1;
	while (is_private(fd)) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		if (errno != EWOULDBLOCK || !deadline_left_ms(&wait))
			break;
		clock_sleep_ms(LOCK_POLL_MS, &wait);
	}
	close(fd);
	return -1;
}
