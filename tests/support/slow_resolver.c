// SPDX-License-Identifier: GPL-3.0-or-later
/* Preloaded by test_waits: a name lookup that never comes back, as with a dead name server. */
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)found;
	for (;;)
		pause();
}
