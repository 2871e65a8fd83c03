// SPDX-License-Identifier: GPL-3.0-or-later
/* Connections are slots; each takes one request at a time and owes at most one reply. */
#include "support/fakeapi.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define LISTENERS 2
#define SLOTS (FAKEAPI_WATCH_MAX - LISTENERS)
#define PIECE (64 * 1024)
#define FAULTS_MAX 8
#define INPUT_MAX (WIRE_HEAD_MAX + 2 * WIRE_BODY_MAX)

struct slot {
	int fd; /* -1: free */
	struct buf in, out;
	const struct reply *reply; /* the one that `out` is made of */
	uint64_t units;            /* of it that are not in `out` yet */
	size_t sent, fast, drip;
	int64_t due_ms; /* no byte of `out` before */
	bool owes;      /* a reply is under way */
	bool continued; /* "100 Continue" was sent for the request in `in` */
	enum reply_end end;
};

struct fakeapi {
	int listener, refuser, other;
	int port, refusing_port, other_port;
	struct slot slots[SLOTS];
	struct script *script;
	unsigned run, connections, fault_count;
	struct buf faults;
};

/* A socket on a free port; *port tells which. */
static int bind_loopback(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) || getsockname(fd, (struct sockaddr *)&at, &size)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(at.sin_port);
	return fd;
}

struct fakeapi *fakeapi_new(struct err *e)
{
	struct fakeapi *f = mem_new(1, sizeof(*f));

	for (int i = 0; i < SLOTS; i++)
		f->slots[i].fd = -1;
	f->listener = bind_loopback(&f->port);
	f->refuser = bind_loopback(&f->refusing_port);
	f->other = bind_loopback(&f->other_port);
	if (f->listener < 0 || f->refuser < 0 || f->other < 0 || listen(f->listener, SLOTS) || listen(f->other, SLOTS)) {
		err_set(e, ERR_NETWORK, "no server on 127.0.0.1: %s", strerror(errno));
		fakeapi_free(f);
		return NULL;
	}
	return f;
}

static void drop(struct slot *s)
{
	close(s->fd);
	buf_free(&s->in);
	buf_free(&s->out);
	*s = (struct slot){ .fd = -1 };
}

void fakeapi_free(struct fakeapi *f)
{
	if (!f)
		return;
	for (int i = 0; i < SLOTS; i++)
		if (f->slots[i].fd >= 0)
			drop(&f->slots[i]);
	if (f->listener >= 0)
		close(f->listener);
	if (f->refuser >= 0)
		close(f->refuser);
	if (f->other >= 0)
		close(f->other);
	buf_free(&f->faults);
	free(f);
}

int fakeapi_port(const struct fakeapi *f)
{
	return f->port;
}

int fakeapi_refusing_port(const struct fakeapi *f)
{
	return f->refusing_port;
}

int fakeapi_other_port(const struct fakeapi *f)
{
	return f->other_port;
}

void fakeapi_play(struct fakeapi *f, struct script *s, unsigned run)
{
	f->script = s;
	f->run = run;
}

const char *fakeapi_faults(const struct fakeapi *f)
{
	return buf_text(&f->faults);
}

unsigned fakeapi_connections(const struct fakeapi *f)
{
	return f->connections;
}

static void PRINTF_LIKE(2, 3) note(struct fakeapi *f, const char *fmt, ...)
{
	va_list args;

	if (f->fault_count++ >= FAULTS_MAX)
		return;
	va_start(args, fmt);
	buf_vprint(&f->faults, fmt, args);
	va_end(args);
	buf_add_char(&f->faults, '\n');
}

/* Bytes of the reply that may go out by now. */
static size_t allowed(const struct slot *s, int64_t now_ms)
{
	if (now_ms < s->due_ms)
		return 0;
	if (!s->drip)
		return s->out.len;
	size_t by_now = s->fast + (size_t)(now_ms - s->due_ms) * s->drip / 1000;
	return by_now < s->out.len ? by_now : s->out.len;
}

/* Milliseconds until the next byte may go out; INT64_MAX when none is to come. */
static int64_t next_due(const struct slot *s, int64_t now_ms)
{
	if (s->owes && s->units)
		return now_ms < s->due_ms ? s->due_ms - now_ms : 0;
	if (!s->owes || s->sent >= s->out.len)
		return s->owes && s->end != REPLY_STALL && now_ms < s->due_ms ? s->due_ms - now_ms : INT64_MAX;
	if (now_ms < s->due_ms)
		return s->due_ms - now_ms;
	if (s->sent < allowed(s, now_ms))
		return 0;
	return s->due_ms + (int64_t)((s->sent - s->fast + 1) * 1000 / s->drip) + 1 - now_ms;
}

size_t fakeapi_watch(const struct fakeapi *f, struct pollfd *set, int *wait_ms)
{
	int64_t now_ms = clock_ticks_ms();
	size_t count = 0;

	set[count++] = (struct pollfd){ .fd = f->listener, .events = POLLIN };
	set[count++] = (struct pollfd){ .fd = f->other, .events = POLLIN };
	for (int i = 0; i < SLOTS; i++) {
		const struct slot *s = &f->slots[i];
		if (s->fd < 0)
			continue;
		int64_t due = next_due(s, now_ms);
		set[count++] = (struct pollfd){ .fd = s->fd, .events = POLLIN | (due == 0 ? POLLOUT : 0) };
		if (due > 0 && due < *wait_ms)
			*wait_ms = (int)due;
	}
	return count;
}

static void take_connections(struct fakeapi *f)
{
	for (int i = 0; i < SLOTS; i++) {
		if (f->slots[i].fd >= 0)
			continue;
		int fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		f->slots[i].fd = fd;
		f->connections++;
	}
}

/* Closes as the reply says. An RST needs linger 0, else the kernel says goodbye. */
static void finish(struct slot *s)
{
	s->owes = false;
	buf_free(&s->out);
	s->sent = 0;
	if (s->end == REPLY_RESET)
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	if (s->end == REPLY_RESET || s->end == REPLY_CLOSE)
		drop(s);
}

/* The next piece of what is repeated, once all before it is gone. */
static void refill(struct slot *s)
{
	if (s->sent < s->out.len || !s->units)
		return;
	buf_cut(&s->out, 0);
	for (s->sent = 0; s->units && s->out.len < PIECE; s->units--)
		buf_add_bytes(&s->out, s->reply->unit.data, s->reply->unit.len);
}

static void send_some(struct slot *s)
{
	int64_t now_ms = clock_ticks_ms();

	for (; s->sent < allowed(s, now_ms); refill(s)) {
		size_t upto = allowed(s, now_ms);
		ssize_t n = send(s->fd, s->out.data + s->sent, upto - s->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			drop(s);
			return;
		}
		if (n < 0)
			return;
		s->sent += (size_t)n;
	}
	if (s->sent >= s->out.len && now_ms >= s->due_ms && s->end != REPLY_STALL)
		finish(s);
}

static void owe(struct slot *s, const struct reply *reply)
{
	buf_free(&s->out);
	reply_write(reply, &s->out, &s->fast);
	s->sent = 0;
	s->reply = reply;
	s->units = reply->units;
	s->drip = reply->drip;
	s->due_ms = clock_ticks_ms() + reply->wait_ms;
	s->end = reply->end;
	s->owes = true;
}

/* The exchange that is due: the next one, or with any-order the first one that fits in all. */
static struct exchange *find_due(const struct fakeapi *f, const struct wire_request *r)
{
	struct exchange *named = NULL;

	for (size_t i = 0; f->script && i < f->script->count; i++) {
		struct exchange *x = &f->script->exchanges[i];
		if (x->run != f->run || x->seen >= x->times)
			continue;
		if (!f->script->any_order)
			return x;
		AUTO_BUF why = { 0 };
		bool fits = exchange_names(x, r);
		if (fits && exchange_holds(x, f->script, r, &why))
			return x;
		if (fits && !named)
			named = x;
	}
	return named;
}

static void note_rules(struct fakeapi *f, const struct exchange *x, const char *why)
{
	AUTO_FREE char *lines = mem_copy_text(why);
	char *rest = lines;

	for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		note(f, "request of line %d, %s %s: %s", x->line, x->method, x->target, line);
}

static void answer(struct fakeapi *f, struct slot *s, const struct wire_request *r)
{
	struct exchange *x = find_due(f, r);

	if (!x || !exchange_names(x, r)) {
		struct reply unscripted = { .status = 500 };
		if (x)
			note(f, "request of line %d: expected %s %s, got %s %s", x->line, x->method, x->target,
			     r->method, r->target);
		else
			note(f, "request beyond the script: %s %s", r->method, r->target);
		buf_add(&unscripted.body, "{\"error\":\"not in the script\"}\n");
		owe(s, &unscripted);
		buf_free(&unscripted.body);
		return;
	}
	AUTO_BUF why = { 0 };
	if (!exchange_holds(x, f->script, r, &why))
		note_rules(f, x, buf_text(&why));
	x->seen++;
	owe(s, &x->reply);
}

static void take_request(struct fakeapi *f, struct slot *s)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	CLEANUP(wire_free) struct wire_request r = { 0 };
	struct err e;
	size_t used;

	if (s->owes)
		return;
	switch (wire_parse(buf_text(&s->in), s->in.len, &r, &used, &e)) {
	case WIRE_MORE:
		break;
	case WIRE_CONTINUE:
		if (!s->continued && send(s->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) < 0)
			note(f, "\"100 Continue\" could not be sent");
		s->continued = true;
		break;
	case WIRE_BAD:
		note(f, "%s", e.text);
		drop(s);
		break;
	case WIRE_WHOLE:
		s->in.len -= used;
		memmove(s->in.data, s->in.data + used, s->in.len + 1);
		s->continued = false;
		answer(f, s, &r);
		send_some(s);
		break;
	}
}

static void receive(struct fakeapi *f, struct slot *s)
{
	char bytes[16 * 1024];
	ssize_t n = recv(s->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && s->in.len + (size_t)n > INPUT_MAX)
		note(f, "more bytes in flight than a request may have");
	if (n <= 0 || s->in.len + (size_t)n > INPUT_MAX) {
		drop(s);
		return;
	}
	buf_add_bytes(&s->in, bytes, (size_t)n);
	take_request(f, s);
}

static struct slot *find_slot(struct fakeapi *f, int fd)
{
	for (int i = 0; i < SLOTS; i++)
		if (f->slots[i].fd == fd)
			return &f->slots[i];
	return NULL;
}

void fakeapi_handle(struct fakeapi *f, const struct pollfd *set, size_t count)
{
	for (size_t i = LISTENERS; i < count; i++) {
		struct slot *s = find_slot(f, set[i].fd);
		if (s && (set[i].revents & (POLLIN | POLLHUP | POLLERR)))
			receive(f, s);
		if (s && s->fd >= 0 && s->owes)
			send_some(s);
		if (s && s->fd >= 0 && !s->owes && s->in.len)
			take_request(f, s);
	}
	if (count && set[0].revents)
		take_connections(f);
	int stray = count && set[1].revents ? accept4(f->other, NULL, NULL, SOCK_CLOEXEC) : -1;
	if (stray >= 0) {
		note(f, "a connection to another origin");
		close(stray);
	}
}

void fakeapi_end_run(struct fakeapi *f)
{
	struct pollfd set[FAKEAPI_WATCH_MAX];
	int none = 0;

	/* Bounded: the program has ended, so only what lies in the sockets is left. */
	for (int i = 0; i < 1000; i++) {
		size_t count = fakeapi_watch(f, set, &none);
		if (poll(set, (nfds_t)count, 0) <= 0)
			break;
		fakeapi_handle(f, set, count);
	}
	for (int i = 0; i < SLOTS; i++)
		if (f->slots[i].fd >= 0)
			drop(&f->slots[i]);
	for (size_t i = 0; f->script && i < f->script->count; i++) {
		const struct exchange *x = &f->script->exchanges[i];
		if (x->run == f->run && x->seen < x->times)
			note(f, "request of line %d never came: %s %s (%u of %u)", x->line, x->method, x->target,
			     x->seen, x->times);
	}
	if (f->fault_count > FAULTS_MAX)
		buf_print(&f->faults, "and %u further faults of requests\n", f->fault_count - FAULTS_MAX);
	f->fault_count = 0;
}
