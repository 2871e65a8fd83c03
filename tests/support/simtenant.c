// SPDX-License-Identifier: GPL-3.0-or-later
/* A tenant that answers like the services do: Entra, the portal API and Graph on one loopback port, for tests and
 * demonstrations. The data come from a scenario file. It ends with its parent, on SIGTERM, or when its time is over. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/sim.h"
#include "support/sim_cert.h"
#include "support/sim_copies.h"
#include "support/sim_derive.h"
#include "support/sim_file.h"
#include "support/sim_query.h"
#include "support/sim_rows.h"
#include "support/sim_token.h"

#define REQUEST_BODY_MAX (1024 * 1024)
#define CONNECTION_IDLE_S 60u

struct program {
	const char *scenario, *dir, *log, *requests;
	enum sim_fault fault;
	unsigned rows, tenants, port, lifetime;
	bool write_credentials;
	struct sim_settings set;
	int log_fd, requests_fd;
};

struct exchange {
	char *target;
	bool begun, too_large;
	struct buf body;
};

static const char help[] =
    "Usage: simtenant --scenario=FILE --dir=DIR [OPTION]...\n"
    "Simulated tenants of Microsoft Defender for Cloud Apps on a port of 127.0.0.1.\n"
    "\n"
    "  --scenario=FILE       tenants, secrets and data; needed\n"
    "  --dir=DIR             folder for ca.pem and certs/; needed, made when missing\n"
    "  --port=N              port; 0, the default, lets the kernel choose\n"
    "  --at=TIME             the data are as of this RFC 3339 moment, not of now\n"
    "  --lifetime=SECONDS    ends after so long; 900\n"
    "  --certificate=KIND    good, expired, wrong-name, or unknown-ca (ca.pem is of another authority)\n"
    "  --tls=yes|no          no: plain http\n"
    "  --log=FILE            appends METHOD TARGET STATUS for every request, CONNECT for every connection\n"
    "  --requests=FILE       appends {method, target, body, status, bytes} for every request, without its secrets\n"
    "  --limit=N             portal requests a tenant may make in a window; 30, at most 1024\n"
    "  --window=SECONDS      length of the window; 60\n"
    "  --no-limit            no limit\n"
    "  --retry-after-date    whom the limit refuses, it tells by Retry-After until which moment\n"
    "  --rows=N              at least N rows in every list, by numbered copies\n"
    "  --tenants=N           instead of the scenario's tenants N that have the data of the first, with names, credentials and\n"
    "                        limits of their own; writes DIR/tenants.ini with the sections t001 (portal), t001-graph ...\n"
    "  --row-bytes=N         rows are at least so long, by members that nobody asked for\n"
    "  --whole               a page holds the whole list, whatever is asked\n"
    "  --token-life=SECONDS  life of access tokens; 3599\n"
    "  --imds-faults=LIST    404, 410, 429, 500 with commas in between: the metadata service answers these first\n"
    "  --write-credentials   writes api-token, client-secret, client.pem (certificate and key) and federated-token (of the\n"
    "                        first tenant) into DIR\n"
    "  --help\n"
    "\n"
    "When it is ready it prints one line:\n"
    "  ready port=N [ca=FILE capath=DIR] [api-token=FILE client-secret=FILE client-certificate=FILE federated-token=FILE\n"
    "  tenant-id=ID client-id=ID]\n"
    "The portal API and the sign-in are at https://127.0.0.1:N, Graph is at https://127.0.0.1:N/v1.0. With --tls=no,\n"
    "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:N makes it the metadata service of a virtual machine.\n"
    "It ends on SIGTERM, with its parent, and when its lifetime is over.\n"
    "\n"
    "In a scenario, \"include\" names a file with templates and \"@like\" copies one. Texts @iso: @iso3: @date: "
    "@dayid: @ms: @sec:\n"
    "followed by an offset such as -2h30m are moments. \"@days\" and \"@scores\" make a history of secure scores, "
    "\"@instance\"\n"
    "holds what only connected_services says of a connector.\n";

static void die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

static void die(const char *fmt, ...)
{
	va_list args;

	fputs("simtenant: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void sim_reply_free(struct sim_reply *reply)
{
	buf_free(&reply->body);
	strings_clear(&reply->headers);
}

static void *begin_exchange(void *data, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *x = mem_new(1, sizeof(*x));

	(void)data;
	(void)connection;
	x->target = mem_copy_text(uri);
	return x;
}

static void end_exchange(void *data, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;

	(void)data;
	(void)connection;
	(void)why;
	if (!x)
		return;
	free(x->target);
	buf_free(&x->body);
	free(x);
	*state = NULL;
}

/* One write a line, so that lines of several threads do not mix. */
static void log_line(int fd, const char *line, size_t len)
{
	if (fd >= 0 && write(fd, line, len) < 0)
		fprintf(stderr, "simtenant: cannot log: %s\n", strerror(errno));
}

static void log_request(const struct program *p, const char *method, const char *target, unsigned status)
{
	AUTO_BUF line = { 0 };

	buf_print(&line, "%s %s %u\n", method, target, status);
	log_line(p->log_fd, line.data, line.len);
}

/* What another client needs to ask the same: sign-ins, whose bodies are secret, are left out. */
static void record_request(const struct program *p, const struct sim_request *r, const char *target, const struct sim_reply *reply)
{
	AUTO_BUF line = { 0 };

	if (p->requests_fd < 0 || sim_entra_owns(r->path) || sim_imds_owns(r->path))
		return;
	buf_print(&line, "{\"method\":\"%s\",\"target\":", r->method);
	json_write_text(target, &line);
	buf_add(&line, ",\"body\":");
	json_write_text(buf_text(&r->body), &line);
	buf_print(&line, ",\"status\":%u,\"bytes\":%zu}\n", reply->status, reply->body.len);
	log_line(p->requests_fd, line.data, line.len);
}

/* With TLS each connection is a handshake. */
static void on_connection(void *data, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode what)
{
	static const char line[] = "CONNECT\n";

	(void)connection;
	(void)state;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		log_line(((const struct program *)data)->log_fd, line, sizeof(line) - 1);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct sim_reply *reply)
{
	size_t len = reply->body.len;
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(len, buf_take(&reply->body), MHD_RESPMEM_MUST_FREE);
	enum MHD_Result queued = MHD_NO;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", reply->content_type);
	for (size_t i = 0; i < reply->headers.count; i++) {
		AUTO_FREE char *name = mem_copy_text(reply->headers.items[i]);
		char *colon = strchr(name, ':');

		*colon = '\0';
		MHD_add_response_header(response, name, colon + 2);
	}
	queued = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return queued;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value ? value : "";
}

static void dispatch(struct sim_settings *set, const struct sim_request *r, struct sim_reply *reply)
{
	reply->status = 200;
	reply->content_type = "application/json";
	if (sim_entra_owns(r->path))
		sim_entra(set, r, reply);
	else if (sim_imds_owns(r->path))
		sim_imds(set, r, reply);
	else if (sim_graph_owns(r->path))
		sim_graph(set, r, reply);
	else if (sim_portal_owns(r->path))
		sim_portal(set, r, reply);
	else {
		reply->status = 404;
		reply->content_type = "text/html";
		buf_add(&reply->body, "<!DOCTYPE html><html><head><title>Not found</title></head><body></body></html>");
	}
}

static enum MHD_Result answer(struct program *p, struct MHD_Connection *connection, struct exchange *x,
			      const char *method)
{
	size_t path_len = strcspn(x->target, "?");
	AUTO_FREE char *path = query_decode(x->target, path_len, false);
	struct sim_reply reply = { 0 };
	struct sim_request r = {
		.method = method,
		.path = path,
		.query = x->target + path_len + (x->target[path_len] == '?'),
		.body = x->body,
		.authorization = header(connection, "Authorization"),
		.content_type = header(connection, "Content-Type"),
		.prefer = header(connection, "Prefer"),
		.host = header(connection, "Host"),
		.client_request_id = header(connection, "client-request-id"),
		.metadata = header(connection, "Metadata"),
		.now = p->set.at ? p->set.at : clock_now(),
	};

	if (x->too_large)
		reply = (struct sim_reply){ .status = 413, .content_type = "text/plain" };
	else
		dispatch(&p->set, &r, &reply);
	log_request(p, method, x->target, reply.status);
	record_request(p, &r, x->target, &reply);
	enum MHD_Result sent = send_reply(connection, &reply);
	sim_reply_free(&reply);
	return sent;
}

/* The server calls this once for the headers, once for every piece of the body, and once at its end. */
static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *piece, size_t *len, void **state)
{
	struct exchange *x = *state;

	(void)url;
	(void)version;
	if (!x->begun) {
		x->begun = true;
		return MHD_YES;
	}
	if (!*len)
		return answer(data, connection, x, method);
	if (x->body.len + *len > REQUEST_BODY_MAX)
		x->too_large = true;
	else
		buf_add_bytes(&x->body, piece, *len);
	*len = 0;
	return MHD_YES;
}

static unsigned number(const char *text, unsigned max, const char *option)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > max)
		die("--%s takes a number up to %u, not %s", option, max, text);
	return (unsigned)n;
}

static enum sim_fault fault(const char *word)
{
	static const char *const words[] = { "good", "expired", "wrong-name", "unknown-ca" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(words[i], word))
			return (enum sim_fault)i;
	die("--certificate takes good, expired, wrong-name or unknown-ca, not %s", word);
}

enum {
	HELP,
	SCENARIO,
	DIR_,
	PORT,
	AT,
	LIFETIME,
	CERTIFICATE,
	TLS,
	LOG,
	REQUESTS,
	LIMIT,
	WINDOW,
	NO_LIMIT,
	RETRY_AFTER_DATE,
	ROWS,
	TENANTS,
	ROW_BYTES,
	WHOLE,
	TOKEN_LIFE,
	IMDS_FAULTS,
	WRITE_CREDENTIALS
};

static const struct option options[] = {
	{ "help", no_argument, NULL, HELP },
	{ "scenario", required_argument, NULL, SCENARIO },
	{ "dir", required_argument, NULL, DIR_ },
	{ "port", required_argument, NULL, PORT },
	{ "at", required_argument, NULL, AT },
	{ "lifetime", required_argument, NULL, LIFETIME },
	{ "certificate", required_argument, NULL, CERTIFICATE },
	{ "tls", required_argument, NULL, TLS },
	{ "log", required_argument, NULL, LOG },
	{ "requests", required_argument, NULL, REQUESTS },
	{ "limit", required_argument, NULL, LIMIT },
	{ "window", required_argument, NULL, WINDOW },
	{ "no-limit", no_argument, NULL, NO_LIMIT },
	{ "retry-after-date", no_argument, NULL, RETRY_AFTER_DATE },
	{ "rows", required_argument, NULL, ROWS },
	{ "tenants", required_argument, NULL, TENANTS },
	{ "row-bytes", required_argument, NULL, ROW_BYTES },
	{ "whole", no_argument, NULL, WHOLE },
	{ "token-life", required_argument, NULL, TOKEN_LIFE },
	{ "imds-faults", required_argument, NULL, IMDS_FAULTS },
	{ "write-credentials", no_argument, NULL, WRITE_CREDENTIALS },
	{ NULL, 0, NULL, 0 },
};

static void take_tls(struct program *p, const char *word)
{
	p->set.tls = !strcmp(word, "yes");
	if (!p->set.tls && strcmp(word, "no") != 0)
		die("--tls takes yes or no, not %s", word);
}

static void take_option(struct program *p, int option)
{
	switch (option) {
	case HELP:
		fputs(help, stdout);
		exit(0);
	case SCENARIO:
		p->scenario = optarg;
		break;
	case DIR_:
		p->dir = optarg;
		break;
	case PORT:
		p->port = number(optarg, 65535, "port");
		break;
	case AT:
		if (!clock_parse(optarg, &p->set.at))
			die("--at takes a moment such as 2026-11-20T12:00:00Z, not %s", optarg);
		break;
	case LIFETIME:
		p->lifetime = number(optarg, 86400, "lifetime");
		break;
	case CERTIFICATE:
		p->fault = fault(optarg);
		break;
	case TLS:
		take_tls(p, optarg);
		break;
	case LOG:
		p->log = optarg;
		break;
	case REQUESTS:
		p->requests = optarg;
		break;
	case LIMIT:
		p->set.limit = number(optarg, SIM_LIMIT_MAX, "limit");
		break;
	case WINDOW:
		p->set.window = number(optarg, 3600, "window");
		break;
	case NO_LIMIT:
		p->set.limit = 0;
		break;
	case RETRY_AFTER_DATE:
		p->set.dated = true;
		break;
	case ROWS:
		p->rows = number(optarg, 1000000, "rows");
		break;
	case TENANTS:
		p->tenants = number(optarg, SIM_COPIES_MAX, "tenants");
		break;
	case ROW_BYTES:
		p->set.row_bytes = number(optarg, 1000000, "row-bytes");
		break;
	case WHOLE:
		p->set.whole = true;
		break;
	case TOKEN_LIFE:
		p->set.token_life = number(optarg, 86400, "token-life");
		break;
	case IMDS_FAULTS:
		p->set.imds_faults = optarg;
		break;
	case WRITE_CREDENTIALS:
		p->write_credentials = true;
		break;
	default:
		exit(1);
	}
}

static void read_options(struct program *p, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(p, option);
	if (optind < argc)
		die("%s is no option, see --help", argv[optind]);
	if (!p->scenario || !p->dir)
		die("--scenario and --dir are needed, see --help");
}

static int listen_on_loopback(unsigned port, unsigned *chosen)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 511) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		die("cannot listen on 127.0.0.1:%u: %s", port, strerror(errno));
	*chosen = ntohs(address.sin_port);
	return fd;
}

static struct MHD_Daemon *start(struct program *p, const struct sim_cert *cert, int fd)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | (p->set.tls ? MHD_USE_TLS : 0u);
	struct MHD_OptionItem items[] = {
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)begin_exchange, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)end_exchange, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, p },
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_IDLE_S, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, 64 * 1024, NULL },
		{ p->set.tls ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0, cert->key_pem },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, cert->cert_pem },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_Daemon *daemon = MHD_start_daemon(flags | MHD_USE_EPOLL, 0, NULL, NULL, on_request, p,
						     MHD_OPTION_ARRAY, items, MHD_OPTION_END);

	if (!daemon)
		die("cannot start the server");
	return daemon;
}

static void write_secret(const char *dir, const char *name, const char *text)
{
	AUTO_FREE char *path = mem_print("%s/%s", dir, name);
	struct err e;

	if (!sim_write_private(path, text, &e))
		die("%s", e.text);
}

static const char *first(struct json_object *of, const char *list, const char *member)
{
	struct json_object *items = member_list(of, list);

	if (!items || !json_object_array_length(items))
		die("the first tenant has no %s", list);
	return member_text(json_object_array_get_idx(items, 0), member);
}

/* The token of an issuer that the first client trusts. Nobody signs it: what is looked at is whom it names. */
static char *federated_token(const struct client *c)
{
	AUTO_FREE char *claims = mem_print("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"exp\":%lld}", first(c->raw, "federated", "issuer"),
					   first(c->raw, "federated", "subject"), first(c->raw, "federated", "audience"),
					   (long long)clock_now() + 86400);
	struct buf token = { 0 };

	sim_base64url("{\"typ\":\"JWT\",\"alg\":\"none\"}", &token);
	buf_add_char(&token, '.');
	sim_base64url(claims, &token);
	buf_add_char(&token, '.');
	return buf_take(&token);
}

static void write_credentials(const struct program *p, const struct tenant *t)
{
	const struct client *c = t->clients;

	if (!t->client_count)
		die("the first tenant has no clients");
	AUTO_FREE char *token = federated_token(c);
	write_secret(p->dir, "api-token", first(t->raw, "api_tokens", "token"));
	write_secret(p->dir, "client-secret", first(c->raw, "secrets", "value"));
	write_secret(p->dir, "federated-token", token);
	printf(" api-token=%s/api-token client-secret=%s/client-secret client-certificate=%s/client.pem "
	       "federated-token=%s/federated-token tenant-id=%s client-id=%s",
	       p->dir, p->dir, p->dir, p->dir, t->id, c->id);
}

static void announce(const struct program *p, unsigned port)
{
	const struct tenant *t = &p->set.scenario->tenants[0];

	printf("ready port=%u", port);
	if (p->set.tls)
		printf(" ca=%s/ca.pem capath=%s/certs", p->dir, p->dir);
	if (p->write_credentials)
		write_credentials(p, t);
	putchar('\n');
	fflush(stdout);
}

/* The signals are blocked in every thread, so that this is the one place where they arrive. */
static void block_signals(sigset_t *ending)
{
	sigemptyset(ending);
	sigaddset(ending, SIGTERM);
	sigaddset(ending, SIGINT);
	sigaddset(ending, SIGHUP);
	pthread_sigmask(SIG_BLOCK, ending, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void wait_for_the_end(const sigset_t *ending, pid_t parent, unsigned lifetime)
{
	struct deadline life = deadline_in((int64_t)lifetime * 1000);
	struct timespec second = { .tv_sec = 1 };

	while (deadline_left_ms(&life) && getppid() == parent)
		if (sigtimedwait(ending, NULL, &second) > 0)
			break;
}

static int open_log(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (path && fd < 0)
		die("cannot open %s: %s", path, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	struct program p = { .lifetime = 900,
			     .set = { .limit = 30, .window = 60, .token_life = 3599, .tls = true } };
	struct scenario scenario = { 0 };
	struct sim_cert cert = { 0 };
	struct err e = { 0 };
	pid_t parent = getppid();
	sigset_t ending;
	unsigned port;

	block_signals(&ending);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	read_options(&p, argc, argv);
	if (mkdir(p.dir, 0700) && errno != EEXIST)
		die("cannot make %s: %s", p.dir, strerror(errno));
	if (!scenario_load(p.scenario, p.rows, p.tenants, &scenario, &e) ||
	    (p.set.tls && !sim_cert_make(p.dir, p.fault, &cert, &e)) ||
	    (p.write_credentials && !sim_cert_make_client(p.dir, &p.set.certificate, &e)))
		die("%s", e.text);
	if (p.set.certificate)
		sim_derive_certificate(&scenario.tenants[0], p.set.certificate);
	p.log_fd = open_log(p.log);
	p.requests_fd = open_log(p.requests);
	p.set.scenario = &scenario;
	struct MHD_Daemon *daemon = start(&p, &cert, listen_on_loopback(p.port, &port));
	if (p.tenants && !sim_copies_write(&scenario, p.dir, port, &e))
		die("%s", e.text);
	announce(&p, port);
	wait_for_the_end(&ending, parent, p.lifetime);
	MHD_stop_daemon(daemon);
	sim_token_forget_all();
	X509_free(p.set.certificate);
	sim_cert_free(&cert);
	scenario_free(&scenario);
	return 0;
}
