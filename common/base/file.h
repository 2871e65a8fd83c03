// SPDX-License-Identifier: GPL-3.0-or-later
/* Small files, read with care and replaced in one step. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>
#include <sys/types.h>

#define FILE_SECRET_MAX (64 * 1024)

/* Reads a file that holds a secret: after following links it must be regular, owned by root or the caller, closed to others
 * (group may read), at most FILE_SECRET_MAX bytes. One final newline (LF or CR LF) is cut. `what` names it in errors ("client
 * secret file"). ERR_CONFIG with the cure. */
bool file_read_secret(const char *what, const char *path, struct buf *out, struct err *e) MUST_USE;
/* Reads a whole file of at most `max` bytes; a secret in it is the caller's affair: *open_to_others tells whether group-foreign
 * users can read it or whether it belongs to someone else than root and the caller. `-` reads standard input. */
bool file_read(const char *what, const char *path, size_t max, struct buf *out, bool *open_to_others, struct err *e) MUST_USE;

/* Opens a private folder for our own files: made (0700, one level or more) when missing, refused when it is a link, belongs to
 * someone else, or is open to others. Returns a descriptor, yours to close, or -1 with the reason in e (ERR_CONFIG). */
int file_open_private_folder(const char *path, bool make, struct err *e) MUST_USE;
/* Reads `name` in the folder: regular, ours, 0600, no link, at most max. False without an error text when it does not exist or
 * must not be trusted. */
bool file_read_private(int folder, const char *name, size_t max, struct buf *out) MUST_USE;
/* Writes a new 0600 file beside `name` and renames it over: readers see the old or the new one, whole. The caller holds the lock
 * that guards `name`: two writers at once would share the new file's name, which is fixed so that a killed writer leaves at most one. */
bool file_replace_private(int folder, const char *name, const char *bytes, size_t len, struct err *e) MUST_USE;
/* Writes all of it, whatever the pieces. False with errno set. */
bool file_write_all(int fd, const char *bytes, size_t len) MUST_USE;
/* Takes an exclusive lock on `name` in the folder (made when missing), waiting at most wait_ms. Returns a descriptor whose close
 * gives the lock back (the kernel does so too when the process dies), or -1. */
int file_lock_private(int folder, const char *name, int64_t wait_ms) MUST_USE;
