// SPDX-License-Identifier: GPL-3.0-or-later
/* Rewrites the budget file that a check has left, as others since the same start of the machine could have left it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cloud/budget.h"

static void die(const char *why)
{
	fprintf(stderr, "ledger: %s\nUsage: ledger FILE CLOSED-MS [SLOT-MS]...\n"
		"FILE is closed for so long (0: open) and has slots at these moments, all in milliseconds from now.\n", why);
	exit(1);
}

static void read_boot(char boot[LEDGER_BOOT_SIZE])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, boot, LEDGER_BOOT_SIZE - 1);

	if (n <= 0 || close(fd))
		die("the machine does not tell its boot id");
	boot[n] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
}

int main(int argc, char **argv)
{
	char boot[LEDGER_BOOT_SIZE];
	struct ledger l;
	int64_t now = clock_ticks_ms();
	int fd = argc < 3 ? -1 : open(argv[1], O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("no file that can be opened");
	read_boot(boot);
	ledger_begin(&l, boot);
	l.closed_until = atoll(argv[2]) ? now + atoll(argv[2]) : 0;
	for (int i = 3; i < argc; i++)
		ledger_enter(&l, now + atoll(argv[i]));
	size_t len = ledger_seal(&l);
	if (pwrite(fd, &l, len, 0) != (ssize_t)len || ftruncate(fd, (off_t)len))
		die("the file cannot be written");
	return 0;
}
