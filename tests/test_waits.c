// SPDX-License-Identifier: GPL-3.0-or-later
/* The phases in which a check can hang before the first byte: name lookup, connection, TLS; a TLS handshake that is cut off; and a check
 * that is told to end. Every check goes through all of them at each origin that it asks: the portal, the sign-in, and Graph with a token
 * that it has already. Each must leave one line that names the phase, within the limit and a second, and nothing on standard error.
 * test_waits PLUGIN-FOLDER RESOLVER.so FOLDER [--all]: --all adds the rows that take long. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
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
#include "base/strings.h"
#include "support/crew.h"
#include "support/exchange.h"
#include "support/fakeapi.h"
#include "support/spawn.h"

#define LIMIT_S 1
#define LIVES_AT_MOST_MS 40000
#define JOBS 12 /* which wait, most of the time */
#define FILLERS 4

enum listener { NONE, FULL, SILENT, ENDS, RESETS, NO_TLS };

struct wait_row {
	const char *title, *output; /* %d is the port, * anything: the words of the TLS library */
	enum listener listener;
	bool terminate;
	int limit_s; /* when it is not LIMIT_S: then the row takes long, and standard input stays open */
};

/* Without a listener the name cannot be looked up. */
static const struct wait_row rows[] = {
	{ .title = "name lookup", .output = "[UNKNOWN] - timeout after 1 s while resolving stalled.contoso.example\n" },
	{ .title = "connection", .listener = FULL, .output = "[UNKNOWN] - timeout after 1 s while connecting to 127.0.0.1\n" },
	{ .title = "TLS handshake", .listener = SILENT, .output = "[UNKNOWN] - timeout after 1 s in the TLS handshake with 127.0.0.1\n" },
	{ .title = "TLS handshake that ends", .listener = ENDS,
	  .output = "[UNKNOWN] - 127.0.0.1:%d closed the connection in the TLS handshake: *\n" },
	{ .title = "TLS handshake that is reset", .listener = RESETS,
	  .output = "[UNKNOWN] - 127.0.0.1:%d closed the connection in the TLS handshake: *\n" },
	{ .title = "no TLS", .listener = NO_TLS, .output = "[UNKNOWN] - the TLS handshake with 127.0.0.1:%d failed: *\n" },
	{ .title = "told to end", .listener = SILENT, .terminate = true,
	  .output = "[UNKNOWN] - ended by a signal before the check was done\n" },
	{ .title = "settings from standard input", .listener = SILENT, .limit_s = 30,
	  .output = "[UNKNOWN] - timeout after 30 s in a wait that could not be ended (reading the settings)\n" },
};
#define ROW_COUNT ((long)(sizeof(rows) / sizeof(rows[0])))

enum origin { PORTAL, SIGN_IN, GRAPH, ORIGIN_COUNT };

static const char *const origin_names[ORIGIN_COUNT] = { "the portal", "the sign-in", "Graph" };

static const char *resolver, *folder;
static struct strings programs;
static char *good_login; /* where the token came from that the checks of Graph have */
static char *silence;    /* a file that holds nothing and does not end */
static bool all;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static bool asks_graph(const char *program)
{
	static char *names[] = { (char *)"*_secure_score", (char *)"*_message_center", (char *)"*_service_health",
				 (char *)"*_credentials" };

	return glob_any(&(struct strings){ names, sizeof(names) / sizeof(names[0]) }, program);
}

/* A listener on loopback; a full one drops further connections, since nobody takes the waiting ones. */
static int listen_on_loopback(enum listener kind, int fillers[FILLERS], int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, kind == FULL ? 0 : 8) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		die("listener");
	*port = ntohs(at.sin_port);
	for (int i = 0; kind == FULL && i < FILLERS; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fillers[i], (struct sockaddr *)&at, sizeof(at)) && errno != EINPROGRESS)
			die("connect");
	}
	return fd;
}

static void PRINTF_LIKE(2, 3) add(struct strings *list, const char *fmt, ...)
{
	va_list args;
	AUTO_BUF text = { 0 };

	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	strings_add(list, buf_text(&text));
}

static void add_sign_in(struct strings *argv, const char *login)
{
	add(argv, "--login-url=%s", login);
	add(argv, "--tenant-id=aaaabbbb-0000-cccc-1111-dddd2222eeee");
	add(argv, "--client-id=00001111-aaaa-2222-bbbb-3333cccc4444");
	add(argv, "--client-secret-file=%s/secret", folder);
}

static void add_origin(struct strings *argv, enum origin origin, const char *url)
{
	const char *version = asks_graph(argv->items[0]) ? "/v1.0" : "";

	switch (origin) {
	case PORTAL:
		add(argv, "--api-url=%s", url);
		add(argv, "--api-token-file=%s/secret", folder);
		add(argv, "--no-cache");
		break;
	case SIGN_IN:
		add(argv, "--api-url=https://unasked.contoso.example%s", version);
		add_sign_in(argv, url);
		add(argv, "--no-cache");
		break;
	case GRAPH:
	case ORIGIN_COUNT:
		add(argv, "--api-url=%s%s", url, version);
		add_sign_in(argv, good_login);
		add(argv, "--cache-dir=%s/cache", folder);
	}
}

static void start(struct spawn *s, const struct wait_row *row, const char *program, enum origin origin, const char *url)
{
	CLEANUP(strings_clear) struct strings argv = { 0 }, environment = { 0 };
	struct err e;

	add(&argv, "%s", program);
	add_origin(&argv, origin, url);
	add(&argv, "--timeout=%d", row->terminate ? 30 : LIMIT_S);
	if (row->limit_s)
		add(&argv, "--extra-opts=@-");
	if (row->listener == NONE)
		add(&environment, "LD_PRELOAD=%s", resolver);
	if (!spawn_start(s, &argv, &environment, ".", row->limit_s ? silence : NULL, &e))
		die(e.text);
}

/* What the listener does to a connection once the ClientHello is there. */
static void cut_off(int fd, enum listener kind)
{
	static const char plain[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	char hello[4096];

	while (recv(fd, hello, sizeof(hello), MSG_DONTWAIT) > 0)
		;
	if (kind == NO_TLS && send(fd, plain, sizeof(plain) - 1, MSG_NOSIGNAL) < 0)
		die("send");
	if (kind == RESETS)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	close(fd);
}

/* Takes the connection and, once the ClientHello is there, cuts it off. Gives what to watch next, -1 for nothing. */
static int meet(const struct wait_row *row, pid_t check, int listener, int watched)
{
	if (watched != listener) {
		cut_off(watched, row->listener);
		return -1;
	}
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (row->terminate) /* only once it has connected, so it is past its start */
		kill(check, SIGTERM);
	return fd;
}

static void attend(struct spawn *s, const struct wait_row *row, int listener)
{
	int watched = row->terminate || row->listener >= ENDS ? listener : -1;

	while (!s->ended) {
		struct pollfd set[1 + SPAWN_WATCH_MAX] = { { .fd = watched, .events = POLLIN } };
		int wait_ms = 1000;
		size_t own = spawn_watch(s, set + 1, &wait_ms);

		if (poll(set, (nfds_t)own + 1, wait_ms) < 0 && errno != EINTR)
			die("poll");
		if (set[0].revents)
			watched = meet(row, s->pid, listener, watched);
		spawn_handle(s);
		if (clock_ticks_ms() - s->begun_ms > LIVES_AT_MOST_MS)
			spawn_kill(s);
	}
	if (watched >= 0 && watched != listener)
		close(watched);
}

/* One line that fits, and all in time. */
static bool is_good(const struct wait_row *row, const struct spawn *s, int port)
{
	AUTO_BUF wanted = { 0 };
	int limit_s = row->limit_s ? row->limit_s : LIMIT_S;
	const char *place = strstr(row->output, "%d"), *said = buf_text(&s->text[0]);

	buf_add_bytes(&wanted, row->output, place ? (size_t)(place - row->output) : strlen(row->output));
	if (place)
		buf_print(&wanted, "%d%s", port, place + strlen("%d"));
	return !s->killed && WIFEXITED(s->status) && WEXITSTATUS(s->status) == 3 &&
	       s->ran_ms - s->starved_ms <= (limit_s + 1) * 1000 + 200 && glob_fits(buf_text(&wanted), said) &&
	       strchr(said, '\n') == said + s->text[0].len - 1 && !s->text[1].len;
}

static bool passes(const struct wait_row *row, const char *program, enum origin origin, int *status)
{
	CLEANUP(spawn_free) struct spawn s = { .pid = -1, .pipes = { -1, -1 } };
	int fillers[FILLERS] = { -1, -1, -1, -1 }, port = 0;
	int listener = row->listener == NONE ? -1 : listen_on_loopback(row->listener, fillers, &port);
	AUTO_FREE char *url = port ? mem_print("https://127.0.0.1:%d", port) : mem_copy_text("https://stalled.contoso.example");

	start(&s, row, program, origin, url);
	attend(&s, row, listener);
	if (listener >= 0)
		close(listener);
	for (int i = 0; i < FILLERS && fillers[i] >= 0; i++)
		close(fillers[i]);
	*status = WIFEXITED(s.status) ? WEXITSTATUS(s.status) : -1;
	bool good = is_good(row, &s, port);
	if (!good)
		printf("%s, %s at %s: status %d after %lld ms\nexpected: %sgot:      %s%s\n", strrchr(program, '/') + 1, row->title,
		       origin_names[origin], s.status, (long long)s.ran_ms, row->output, buf_text(&s.text[0]), buf_text(&s.text[1]));
	return good;
}

/* Of a check of Graph the portal is not asked, of one of the portal the token of Graph is not used. */
static bool is_wanted(const struct wait_row *row, const char *program, enum origin origin)
{
	return (all || !row->limit_s) && (origin == SIGN_IN || (origin == GRAPH) == asks_graph(program));
}

/* A run that signs in and is then refused: its token stays in the cache, for all checks of Graph. */
static bool warm_up(const char *program, struct fakeapi *api)
{
	static const char grant[] = "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"contoso-simulated-access-token\"}";
	static const struct wait_row ample = { .listener = SILENT, .terminate = true }; /* here that only means a limit which does not count */
	CLEANUP(spawn_free) struct spawn s = { .pid = -1, .pipes = { -1, -1 } };
	CLEANUP(script_free) struct script script = { 0 };

	for (int i = 0; i < 2; i++) {
		struct exchange *x = script_add(&script, 0, i + 1);
		x->method = mem_copy_text(i ? "GET" : "POST");
		x->target = mem_copy_text("*");
		x->reply.status = i ? 400 : 200;
		buf_add(&x->reply.body, i ? "{}" : grant);
	}
	fakeapi_play(api, &script, 0);
	start(&s, &ample, program, GRAPH, good_login);
	while (!s.ended) {
		struct pollfd set[SPAWN_WATCH_MAX + FAKEAPI_WATCH_MAX];
		int wait_ms = 1000;
		size_t own = spawn_watch(&s, set, &wait_ms);
		size_t served = fakeapi_watch(api, set + own, &wait_ms);
		if (poll(set, (nfds_t)(own + served), wait_ms) < 0 && errno != EINTR)
			die("poll");
		fakeapi_handle(api, set + own, served);
		spawn_handle(&s);
	}
	fakeapi_end_run(api);
	fakeapi_play(api, NULL, 0);
	if (*fakeapi_faults(api))
		printf("no token for Graph: %s%s", fakeapi_faults(api), buf_text(&s.text[0]));
	return !*fakeapi_faults(api);
}

static void find_programs(const char *plugins)
{
	AUTO_FREE char *pattern = mem_print("%s/check_mdca_*", plugins);
	glob_t found;
	struct stat st;

	if (glob(pattern, 0, NULL, &found))
		die(pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!access(found.gl_pathv[i], X_OK) && !stat(found.gl_pathv[i], &st) && S_ISREG(st.st_mode))
			strings_add(&programs, found.gl_pathv[i]);
	globfree(&found);
}

struct play {
	const struct wait_row *row;
	const char *program;
	enum origin origin;
};

static bool play(long number, int *status, void *data)
{
	const struct play *p = (const struct play *)data + number;

	return passes(p->row, p->program, p->origin, status);
}

static struct play *list_plays(long *count)
{
	struct play *plays = mem_new(programs.count * ROW_COUNT * ORIGIN_COUNT, sizeof(*plays));

	for (const struct wait_row *row = rows; row < rows + ROW_COUNT; row++)
		for (size_t i = 0; i < programs.count; i++)
			for (int origin = 0; origin < ORIGIN_COUNT; origin++)
				if (is_wanted(row, programs.items[i], (enum origin)origin))
					plays[(*count)++] = (struct play){ row, programs.items[i], (enum origin)origin };
	return plays;
}

/* The folder with what the programs read: a token that is a client secret as well, and a cache. */
static int make_folder(void)
{
	AUTO_FREE char *secret = mem_print("%s/secret", folder);
	AUTO_FREE char *cache = mem_print("%s/cache", folder);
	int fd = open(secret, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	silence = mem_print("%s/silence", folder);
	if (fd < 0 || dprintf(fd, "contoso-simulated-secret-%036d\n", 0) < 0 || mkdir(cache, 0700) || mkfifo(silence, 0600))
		die(folder);
	close(fd);
	return open(silence, O_RDWR | O_CLOEXEC);
}

static void remove_folder(void)
{
	static const char *const within[] = { "cache/*", "*" };
	glob_t found;

	for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++) {
		AUTO_FREE char *pattern = mem_print("%s/%s", folder, within[i]);
		if (!glob(pattern, 0, NULL, &found))
			for (size_t j = 0; j < found.gl_pathc; j++)
				remove(found.gl_pathv[j]);
		globfree(&found);
	}
	rmdir(folder);
}

/* Takes the first check of Graph that there is for all of them: they sign in for the same scope. */
static struct fakeapi *warm_graph(void)
{
	struct err e;
	struct fakeapi *api = fakeapi_new(&e);
	bool warm = false;

	if (!api)
		die(e.text);
	good_login = mem_print("http://127.0.0.1:%d", fakeapi_port(api));
	for (size_t i = 0; i < programs.count && !warm; i++)
		warm = asks_graph(programs.items[i]) && warm_up(programs.items[i], api);
	if (warm)
		return api;
	fakeapi_free(api);
	return NULL;
}

int main(int argc, char **argv)
{
	const char *parent = getenv("TMPDIR");
	AUTO_FREE char *made = mem_print("%s/waits-XXXXXX", parent && *parent ? parent : "/tmp");
	struct crew_tally sum = { 0 };
	long count = 0;

	all = argc == 4 && !strcmp(argv[3], "--all");
	if (argc != 3 && !all) {
		fprintf(stderr, "usage: test_waits PLUGIN-FOLDER RESOLVER.so [--all]\n");
		return 2;
	}
	resolver = argv[2];
	find_programs(argv[1]);
	folder = mkdtemp(made);
	if (!folder)
		die(made);
	int held = make_folder(); /* both stay open: whoever read the one or asked the other would hang */
	struct fakeapi *api = warm_graph();
	struct play *plays = list_plays(&count);
	bool run = api && crew_run(0, count, JOBS, play, plays, &sum);
	free(plays);
	free(silence);
	free(good_login);
	strings_clear(&programs);
	fakeapi_free(api);
	close(held);
	remove_folder();
	return crew_report(&sum, count) || !run;
}
