// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/sim_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool sim_write_private(const char *path, const char *text, struct err *e)
{
	size_t len = strlen(text);
	const char *end = len && text[len - 1] == '\n' ? "" : "\n";

	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool written = fd >= 0 && dprintf(fd, "%s%s", text, end) >= 0;

	if ((fd >= 0 && close(fd)) || !written)
		return err_set(e, ERR_CONFIG, "cannot write %s: %s", path, strerror(errno));
	return true;
}
