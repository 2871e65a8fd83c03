// SPDX-License-Identifier: GPL-3.0-or-later
/* The least that a verified HTTPS request can cost with OpenSSL: sockets and the TLS library alone, nothing read of the replies but
 * where they end. A yardstick for `make bench`, no client to copy: it knows replies with a Content-Length only.
 *
 * floor PORT FOLDER FILE...: connects to localhost, trusts the folder of hashed certificates, sends each file as it is. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void __attribute__((noreturn)) quit(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

static int dial(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		quit("no connection");
	return fd;
}

static SSL *shake_hands(const char *folder, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *tls;

	if (!ctx || SSL_CTX_load_verify_dir(ctx, folder) != 1)
		quit("no trust");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	tls = SSL_new(ctx);
	if (!tls || SSL_set1_host(tls, "localhost") != 1 || SSL_set_tlsext_host_name(tls, "localhost") != 1 ||
	    SSL_set_fd(tls, fd) != 1 || SSL_connect(tls) != 1)
		quit("no handshake");
	return tls;
}

static void send_file(SSL *tls, const char *path)
{
	static char bytes[64 * 1024];
	FILE *file = fopen(path, "re");
	size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

	if (!len || len == sizeof(bytes) || fclose(file) || SSL_write(tls, bytes, (int)len) != (int)len)
		quit("cannot send");
}

/* Reads one reply, which must be 200, and returns the length of its body. */
static size_t read_reply(SSL *tls)
{
	static char bytes[16 * 1024 + 1];
	size_t have = 0, length;
	char *end, *told;
	int n;

	do {
		n = SSL_read(tls, bytes + have, (int)(sizeof(bytes) - 1 - have));
		if (n <= 0)
			quit("the reply breaks off");
		have += (size_t)n;
		bytes[have] = '\0';
		end = strstr(bytes, "\r\n\r\n");
	} while (!end);
	told = strcasestr(bytes, "\r\nContent-Length:");
	if (strncmp(bytes, "HTTP/1.1 200 ", 13) || !told || told > end)
		quit("not the reply that is expected");
	length = strtoul(told + 17, NULL, 10);
	for (size_t got = have - (size_t)(end + 4 - bytes); got < length; got += (size_t)n) {
		n = SSL_read(tls, bytes, sizeof(bytes));
		if (n <= 0)
			quit("the reply breaks off");
	}
	return length;
}

int main(int argc, char **argv)
{
	size_t total = 0;

	if (argc < 4)
		quit("PORT FOLDER FILE...");
	SSL *tls = shake_hands(argv[2], dial(argv[1]));
	for (int i = 3; i < argc; i++) {
		send_file(tls, argv[i]);
		total += read_reply(tls);
	}
	printf("%zu bytes\n", total);
	fflush(stdout);
	_exit(0);
}
