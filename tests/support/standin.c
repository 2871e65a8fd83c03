// SPDX-License-Identifier: GPL-3.0-or-later
/* A stand-in for a plugin, to test the case runner with: its arguments are a small program, done word by word.
 *
 * say TEXT, bare TEXT (no newline), err TEXT, env NAME, cat FILE, stdin, wait MS, work MS, flood N, take N (MiB), exit N, die, -t N (nothing),
 * get PATH, post PATH BODY, chunks PATH BODY. Options: --api-url=URL, --api-token-file=FILE, --bearer=TOKEN; all others
 * are passed over. A request prints its status and body ("200:{…}"), and "no reply" when that was not whole. One
 * connection serves all requests while it lasts. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int port;
static int connection = -1;
static char prefix[64];
static char authorization[256];
static char last; /* byte of the reply that was printed */

/* The reads keep the compiler from leaving memory out that nobody looks at. */
static void take(long bytes)
{
	volatile char *room = malloc((size_t)bytes);

	for (long i = 0; room && i < bytes; i += 512)
		room[i] = 1;
	free((void *)room);
}

static void work(long ms)
{
	struct timespec used;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < ms);
}

static bool connect_once(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((unsigned short)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (connection >= 0)
		return true;
	connection = socket(AF_INET, SOCK_STREAM, 0);
	return connection >= 0 && connect(connection, (struct sockaddr *)&at, sizeof(at)) == 0;
}

static void hang_up(void)
{
	if (connection >= 0)
		close(connection);
	connection = -1;
}

/* One byte at a time: slow and simple. Returns the length, or -1 at an end that comes too early. */
static int read_line(char *line, int room)
{
	int len = 0;

	while (len < room - 1 && recv(connection, line + len, 1, 0) == 1)
		if (line[len++] == '\n') {
			line[len - 2] = '\0';
			return len - 2;
		}
	return -1;
}

static bool copy_body(long left)
{
	char c;

	for (; left > 0; left--) {
		if (recv(connection, &c, 1, 0) != 1)
			return false;
		putchar(c);
		last = c;
	}
	return true;
}

static bool copy_chunks(void)
{
	char line[64];

	for (long size = 1; size > 0;) {
		if (read_line(line, sizeof(line)) < 0)
			return false;
		size = strtol(line, NULL, 16);
		if (!copy_body(size) || read_line(line, sizeof(line)) != 0)
			return false;
	}
	return true;
}

static bool read_reply(void)
{
	char line[4096];
	long length = -1;
	bool chunked = false;

	if (read_line(line, sizeof(line)) < 12)
		return false;
	printf("%.3s:", line + 9);
	last = ':';
	int len;
	while ((len = read_line(line, sizeof(line))) > 0) {
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			length = strtol(line + 15, NULL, 10);
		if (strcasecmp(line, "Transfer-Encoding: chunked") == 0)
			chunked = true;
	}
	if (len < 0)
		return false;
	if (chunked)
		return copy_chunks();
	if (length >= 0)
		return copy_body(length);
	while (copy_body(1))
		;
	hang_up();
	return true;
}

static void request(const char *method, const char *path, const char *body, bool chunked)
{
	char length[64] = "", head[2048];

	if (body && chunked)
		snprintf(length, sizeof(length), "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n");
	else if (body)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
	snprintf(head, sizeof(head), "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s\r\n", method, prefix, path,
		 authorization, length);
	if (!connect_once() || send(connection, head, strlen(head), MSG_NOSIGNAL) < 0) {
		puts("no connection");
		hang_up();
		return;
	}
	char go_on[64];
	if (body && chunked && (read_line(go_on, sizeof(go_on)) < 0 || read_line(go_on, sizeof(go_on)) != 0))
		puts("not told to continue");
	if (body && chunked)
		dprintf(connection, "%zx\r\n%s\r\n0\r\n\r\n", strlen(body), body);
	else if (body)
		dprintf(connection, "%s", body);
	last = '\n';
	bool whole = read_reply();
	if (last != '\n')
		puts("");
	if (whole)
		return;
	puts("no reply");
	hang_up();
}

static void print_file(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		puts("no such file");
	for (int c; file && (c = getc(file)) != EOF;)
		putchar(c);
	if (file)
		fclose(file);
}

static void read_option(const char *arg)
{
	const char *value = strchr(arg, '=');

	if (strncmp(arg, "--api-url=http://127.0.0.1:", 27) == 0) {
		port = (int)strtol(arg + 27, NULL, 10);
		const char *path = strchr(arg + 27, '/');
		snprintf(prefix, sizeof(prefix), "%s", path ? path : "");
	}
	if (strncmp(arg, "--api-token-file=", 17) == 0) {
		FILE *file = fopen(value + 1, "r");
		char token[128] = "";
		if (file && fgets(token, sizeof(token), file))
			token[strcspn(token, "\n")] = '\0';
		snprintf(authorization, sizeof(authorization), "Authorization: Token %s\r\n", token);
		if (file)
			fclose(file);
	}
	if (strncmp(arg, "--bearer=", 9) == 0)
		snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s\r\n", value + 1);
}

/* Does the words from `at` on that belong together; returns how many they were. */
static int act(char **at)
{
	const char *word = at[0], *arg = at[1] ? at[1] : "";

	if (strcmp(word, "say") == 0)
		puts(arg);
	else if (strcmp(word, "bare") == 0)
		fputs(arg, stdout);
	else if (strcmp(word, "err") == 0)
		fprintf(stderr, "%s\n", arg);
	else if (strcmp(word, "env") == 0)
		puts(getenv(arg) ? getenv(arg) : "(unset)");
	else if (strcmp(word, "cat") == 0)
		print_file(arg);
	else if (strcmp(word, "wait") == 0)
		nanosleep(&(struct timespec){ .tv_sec = atoi(arg) / 1000, .tv_nsec = atoi(arg) % 1000 * 1000000L },
			  NULL);
	else if (strcmp(word, "-t") == 0)
		return 2;
	else if (strcmp(word, "work") == 0)
		work(atol(arg));
	else if (strcmp(word, "get") == 0)
		request("GET", arg, NULL, false);
	else if (strcmp(word, "exit") == 0)
		exit(atoi(arg));
	else if (strcmp(word, "flood") == 0)
		for (int i = 0; i < atoi(arg); i++)
			putchar('x');
	else if (strcmp(word, "take") == 0)
		take(atol(arg) * 1024 * 1024);
	else if (strcmp(word, "stdin") == 0)
		return print_file("/dev/stdin"), 1;
	else if (strcmp(word, "die") == 0)
		return raise(SIGTERM), 1;
	else if (at[1] && at[2])
		return request("POST", arg, at[2], strcmp(word, "chunks") == 0), 3;
	return at[1] ? 2 : 1;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc;) {
		if (strncmp(argv[i], "--", 2) == 0)
			read_option(argv[i++]);
		else
			i += act(&argv[i]);
		fflush(stdout);
	}
	return 0;
}
