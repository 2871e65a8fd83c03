// SPDX-License-Identifier: GPL-3.0-or-later
/* Preloaded by crash.sh: the process dies, as by kill -9, before the DIES_AT-th call that touches a file below a folder descriptor. A run
 * that ends by itself had fewer of them. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static void step(void)
{
	static long calls;
	const char *last = getenv("DIES_AT");

	if (last && ++calls == atol(last))
		raise(SIGKILL);
}

int openat(int folder, const char *name, int flags, ...)
{
	int (*real)(int, const char *, int, ...) = dlsym(RTLD_NEXT, "openat");
	va_list args;

	step();
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	return real(folder, name, flags, mode);
}

int flock(int fd, int operation)
{
	int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");

	step();
	return real(fd, operation);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");

	step();
	return real(fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");

	step();
	return real(fd, bytes, len, at);
}

int renameat(int from, const char *name, int to, const char *new_name)
{
	int (*real)(int, const char *, int, const char *) = dlsym(RTLD_NEXT, "renameat");

	step();
	return real(from, name, to, new_name);
}

int unlinkat(int folder, const char *name, int flags)
{
	int (*real)(int, const char *, int) = dlsym(RTLD_NEXT, "unlinkat");

	step();
	return real(folder, name, flags);
}
