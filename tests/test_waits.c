// SPDX-License-Identifier: GPL-3.0-or-later
/* The phases in which a check can hang before the first byte: name lookup, connection, TLS; and a check that is told to end. Each must leave
 * one line that names the phase, within the limit and a second.
 * test_waits PLUGIN-FOLDER RESOLVER.so TOKEN-FOLDER [--all]: --all adds the rows that take long. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "support/spawn.h"

#define LIMIT_S 1
#define LIVES_AT_MOST_MS 40000

enum listener { NONE, FULL, SILENT };

struct wait_row {
	const char *title, *url, *output; /* %d is the port */
	enum listener listener;
	bool slow_resolver, terminate;
	int limit_s; /* when it is not LIMIT_S: then the row takes long, and standard input stays open */
};

static const struct wait_row rows[] = {
	{ .title = "name lookup", .url = "https://tenant.contoso.example", .slow_resolver = true,
	  .output = "[UNKNOWN] - timeout after 1 s while resolving tenant.contoso.example\n" },
	{ .title = "connection", .url = "https://127.0.0.1:%d", .listener = FULL,
	  .output = "[UNKNOWN] - timeout after 1 s while connecting to 127.0.0.1\n" },
	{ .title = "TLS handshake", .url = "https://127.0.0.1:%d", .listener = SILENT,
	  .output = "[UNKNOWN] - timeout after 1 s in the TLS handshake with 127.0.0.1\n" },
	{ .title = "told to end", .url = "https://127.0.0.1:%d", .listener = SILENT, .terminate = true,
	  .output = "[UNKNOWN] - ended by a signal before the check was done\n" },
	{ .title = "settings from standard input", .url = "https://127.0.0.1:%d", .listener = SILENT, .limit_s = 30,
	  .output = "[UNKNOWN] - timeout after 30 s in a wait that could not be ended (reading the settings)\n" },
};

static const char *plugins, *resolver, *folder;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* A listener on loopback; a full one drops further connections, since nobody takes the waiting ones. */
static int listen_on_loopback(enum listener kind, int fillers[4], int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, kind == FULL ? 0 : 8) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		die("listener");
	*port = ntohs(at.sin_port);
	for (int i = 0; kind == FULL && i < 4; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fillers[i], (struct sockaddr *)&at, sizeof(at)) && errno != EINPROGRESS)
			die("connect");
	}
	return fd;
}

static void become_plugin(const struct wait_row *row, const char *program, const char *url, const char *token, int in, int out)
{
	AUTO_FREE char *api_url = mem_print("--api-url=%s", url);
	AUTO_FREE char *token_file = mem_print("--api-token-file=%s", token);
	AUTO_FREE char *limit = mem_print("--timeout=%d", row->terminate ? 30 : LIMIT_S);

	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (row->limit_s)
		dup2(in, STDIN_FILENO);
	if (row->slow_resolver)
		setenv("LD_PRELOAD", resolver, 1);
	execl(program, program, api_url, token_file, limit, "--no-cache",
	      row->limit_s ? "--extra-opts=@-" : NULL, (char *)NULL);
	_exit(127);
}

static bool read_to_end(int fd, struct buf *out, int64_t limit_ms)
{
	char piece[512];
	ssize_t n;
	struct deadline d = deadline_in(limit_ms);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n > 0)
			buf_add_bytes(out, piece, (size_t)n);
		else if (errno != EAGAIN || !deadline_left_ms(&d))
			return false;
		else
			clock_sleep_ms(5, &d);
	}
	return true;
}

static bool passes(const struct wait_row *row, const char *token)
{
	int fillers[4] = { -1, -1, -1, -1 }, port = 0, pipe_ends[2], held[2], status = 0;
	int limit_s = row->limit_s ? row->limit_s : LIMIT_S;
	int listener = row->listener == NONE ? -1 : listen_on_loopback(row->listener, fillers, &port);
	AUTO_FREE char *program = mem_print("%s/check_mdca_app_connectors", plugins);
	AUTO_BUF url = { 0 }, out = { 0 };

	buf_add(&url, row->url);
	if (port) {
		buf_cut(&url, strlen(row->url) - strlen("%d"));
		buf_print(&url, "%d", port);
	}
	if (pipe(pipe_ends) || pipe2(held, O_CLOEXEC))
		die("pipe");
	int64_t begun = clock_ticks_ms(), starved = spawn_starved_ms(getpid());
	pid_t child = fork();
	if (!child)
		become_plugin(row, program, url.data, token, held[0], pipe_ends[1]);
	close(pipe_ends[1]);
	if (row->terminate) { /* only once it has connected, so it is past its start */
		close(accept(listener, NULL, NULL));
		kill(child, SIGTERM);
	}
	bool ended = read_to_end(pipe_ends[0], &out, LIVES_AT_MOST_MS);
	if (!ended)
		kill(child, SIGKILL);
	waitid(P_PID, (id_t)child, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	int64_t took = clock_ticks_ms() - begun - spawn_starved_ms(child) - (spawn_starved_ms(getpid()) - starved);
	waitpid(child, &status, 0);
	close(pipe_ends[0]);
	close(held[0]);
	close(held[1]);
	close(listener);
	for (int i = 0; i < 4; i++)
		close(fillers[i]);

	bool good = ended && WIFEXITED(status) && WEXITSTATUS(status) == 3 && took <= (limit_s + 1) * 1000 + 200 &&
		    !strcmp(buf_text(&out), row->output);
	if (!good)
		printf("%s: status %d after %lld ms\nexpected: %sgot:      %s\n", row->title, status, (long long)took, row->output,
		       buf_text(&out));
	return good;
}

int main(int argc, char **argv)
{
	int failed = 0, count = 0;
	bool all = argc == 5 && !strcmp(argv[4], "--all");

	if (argc != 4 && !all) {
		fprintf(stderr, "usage: test_waits PLUGIN-FOLDER RESOLVER.so FOLDER-FOR-A-TOKEN [--all]\n");
		return 2;
	}
	plugins = argv[1], resolver = argv[2], folder = argv[3];
	AUTO_FREE char *token = mem_print("%s/api-token", folder);
	int fd = open(token, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dprintf(fd, "contoso-simulated-api-token-%036d\n", 0) < 0)
		die(token);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].limit_s && !all)
			continue;
		failed += !passes(&rows[i], token);
		count++;
	}
	printf("%d passed, %d failed\n", count - failed, failed);
	return failed != 0;
}
