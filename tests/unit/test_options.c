// SPDX-License-Identifier: GPL-3.0-or-later
/* The option table as a reader: every type from every source, who wins, and each refusal with its exact text. */
#include "monitor/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

static const char *const modes[] = { "fast", "slow", NULL };
static const char *const clouds[] = { "commercial", "gcc", NULL };
static const char *const faces[] = { "man", "json", NULL };

struct settings {
	bool all, help;
	int verbose, mode, cloud, describe, custom;
	int64_t lines, since, at;
	char *host, *proxy, *login, *token, *token_file, *tenant, *client, *secret, *certificate, *password, *password_file, *identity;
	struct strings names, skip, added;
};

static bool parse_custom(const char *value, void *settings, struct err *e)
{
	struct settings *s = settings;

	if (strcmp(value, "three") && strcmp(value, "four"))
		return err_set(e, ERR_USAGE, "'%s' is neither three nor four", value);
	s->custom = s->custom * 10 + (*value == 't' ? 3 : 4);
	return true;
}

static const struct opt own_rows[] = {
	OPT_FLAG('a', "all", all, "everything"),
	OPT_INT('n', "lines", lines, "10", "N", -5, 100, "number"),
	OPT_DURATION('s', "since", since, "24h", "back to"),
	OPT_CHOICE(0, "mode", mode, NULL, modes, "MODE", "how"),
	OPT_LIST(0, "name", names, NULL, "GLOB", "names"),
	OPT_LIST(0, "skip", skip, "*a*, *b*", "GLOB", "leave out"),
	{ OPT_IS_LIST, .name = "add", .at = OPT_AT(struct settings, added, struct strings), .fallback = "x", .keep_default = true },
	OPT_TIME(0, "at", at, "as of"),
	OPT_END
};

static const struct opt connection_rows[] = {
	OPT_TEXT('H', "hostname", host, NULL, "HOST", "whom to ask"),
	OPT_CHOICE(0, "cloud", cloud, NULL, clouds, "CLOUD", "where"),
	{ OPT_IS_TEXT, 'x', "proxy", OPT_AT(struct settings, proxy, char *), .arg = "URL", .userinfo_refused = true },
	{ OPT_IS_TEXT, .name = "login-url", .at = OPT_AT(struct settings, login, char *), .arg = "URL", .azure = "AZURE_AUTHORITY_HOST",
	  .azure_unless = "cloud" },
	{ OPT_IS_SECRET, .name = "api-token", .at = OPT_AT(struct settings, token, char *), .arg = "SECRET" },
	OPT_TEXT(0, "api-token-file", token_file, NULL, "FILE", "holds the token"),
	OPT_END
};

static const struct opt entra_rows[] = {
	{ OPT_IS_TEXT, .name = "tenant-id", .at = OPT_AT(struct settings, tenant, char *), .azure = "AZURE_TENANT_ID", .arg = "ID" },
	{ OPT_IS_TEXT, .name = "client-id", .at = OPT_AT(struct settings, client, char *), .azure = "AZURE_CLIENT_ID", .arg = "ID" },
	{ OPT_IS_SECRET, .name = "client-secret", .at = OPT_AT(struct settings, secret, char *), .azure = "AZURE_CLIENT_SECRET" },
	{ OPT_IS_TEXT, .name = "managed-identity", .at = OPT_AT(struct settings, identity, char *), .arg = "ID", .value_optional = true },
	{ OPT_IS_TEXT, .name = "client-certificate", .at = OPT_AT(struct settings, certificate, char *), .arg = "PEM",
	  .azure = "AZURE_CLIENT_CERTIFICATE_PATH" },
	{ OPT_IS_SECRET, .name = "password", .at = OPT_AT(struct settings, password, char *), .azure = "AZURE_PASSWORD", .names_nobody = true },
	{ OPT_IS_TEXT, .name = "password-file", .at = OPT_AT(struct settings, password_file, char *), .arg = "FILE", .names_nobody = true },
	OPT_END
};

static const struct opt frame_rows[] = {
	{ OPT_IS_BREAK, 'h', "help", OPT_AT(struct settings, help, bool), .help = "help" },
	{ OPT_IS_COUNT, 'v', "verbose", OPT_AT(struct settings, verbose, int), .help = "more" },
	{ OPT_IS_CUSTOM, 't', "special", .arg = "WORD", .parse = parse_custom },
	OPT_CHOICE(0, "describe", describe, NULL, faces, "AS", "prints"),
	OPT_END
};

static const struct metric metrics[] = {
	METRIC_COUNT("failed", NULL, "0", "failed ones"),
	METRIC_PEAK("check_age", "24h", "48h", "age"),
	METRICS_COMMON
};

enum { METRICS = 4 };

/* One table, ready to be read into. */
struct bench {
	struct settings set;
	struct limits limits[METRICS];
	struct opt_group groups[5];
	struct opt_table table;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ 0 };
	b->groups[0] = (struct opt_group){ .title = "Own", .rows = own_rows, .settings = &b->set, .own = true };
	b->groups[1] = (struct opt_group){ .title = "Connection", .rows = connection_rows, .settings = &b->set, .environment = true };
	b->groups[2] = (struct opt_group){ .title = "Entra", .rows = entra_rows, .settings = &b->set, .environment = true, .entra = true };
	b->groups[3] = (struct opt_group){ .title = "Frame", .rows = frame_rows, .settings = &b->set };
	b->table = (struct opt_table){ "check_mdca_bench", b->groups, metrics, b->limits };
	options_defaults(&b->table);
}

static void bench_free(struct bench *b)
{
	options_release(&b->table);
}
#define AUTO_BENCH CLEANUP(bench_free) struct bench

static void dump_list(const char *name, const struct strings *list, const char *usual, struct buf *out)
{
	AUTO_BUF all = { 0 };

	for (size_t i = 0; i < list->count; i++)
		buf_print(&all, "%s%s", i ? "," : "", list->items[i]);
	if (strcmp(buf_text(&all), usual))
		buf_print(out, " %s=%s", name, buf_text(&all));
}

static void dump_text(const char *name, const char *text, struct buf *out)
{
	if (text)
		buf_print(out, " %s=%s", name, text);
}

static void dump_number(const char *name, int64_t value, int64_t usual, struct buf *out)
{
	if (value != usual)
		buf_print(out, " %s=%lld", name, (long long)value);
}

static void dump_range(const char *name, const struct range *r, const char *usual, struct buf *out)
{
	AUTO_BUF range = { 0 };

	range_print(r, &range);
	if (strcmp(buf_text(&range), usual))
		buf_print(out, " %s=%s", name, buf_text(&range));
}

/* Everything that is not as the defaults have it. */
static void dump(const struct bench *b, struct buf *out)
{
	const struct settings *s = &b->set;

	dump_number("all", s->all, 0, out);
	dump_number("lines", s->lines, 10, out);
	dump_number("since", s->since, 86400, out);
	dump_number("mode", s->mode, -1, out);
	dump_list("name", &s->names, "", out);
	dump_list("skip", &s->skip, "*a*,*b*", out);
	dump_list("add", &s->added, "x", out);
	dump_number("at", s->at, 0, out);
	dump_text("hostname", s->host, out);
	dump_number("cloud", s->cloud, -1, out);
	dump_text("proxy", s->proxy, out);
	dump_text("login", s->login, out);
	dump_text("token", s->token, out);
	dump_text("token-file", s->token_file, out);
	dump_text("tenant", s->tenant, out);
	dump_text("client", s->client, out);
	dump_text("secret", s->secret, out);
	dump_text("certificate", s->certificate, out);
	dump_text("password", s->password, out);
	dump_text("password-file", s->password_file, out);
	dump_text("identity", s->identity, out);
	dump_number("help", s->help, 0, out);
	dump_number("verbose", s->verbose, 0, out);
	dump_number("custom", s->custom, 0, out);
	dump_number("describe", s->describe, -1, out);
	dump_range("w-failed", &b->limits[0].warn, "", out);
	dump_range("c-failed", &b->limits[0].crit, "0", out);
	dump_range("w-age", &b->limits[1].warn, "86400", out);
	dump_range("c-age", &b->limits[1].crit, "172800", out);
	dump_range("c-missing", &b->limits[2].crit, "0", out);
	dump_range("w-unreadable", &b->limits[3].warn, "", out);
}

/* Reads and describes the result: the settings that changed, or the error. */
static void outcome(struct bench *b, const char *const *args, struct buf *out)
{
	char *argv[12] = { (char *)"check_mdca_bench" };
	struct err e = { 0 };
	int argc = 1;

	for (; args[argc - 1]; argc++)
		argv[argc] = (char *)args[argc - 1];
	if (options_read(&b->table, argc, argv, &e))
		dump(b, out);
	else
		buf_print(out, "%s: %s", e.kind == ERR_USAGE ? "usage" : e.kind == ERR_CONFIG ? "config" : "?", e.text);
}

#define ARGS(...) { __VA_ARGS__, NULL }

static const struct {
	const char *args[8];
	const char *want;
} argument_rows[] = {
	{ { NULL }, "" },
	/* forms */
	{ ARGS("--lines=5"), " lines=5" },
	{ ARGS("--lines", "5"), " lines=5" },
	{ ARGS("-n5"), " lines=5" },
	{ ARGS("-n", "5"), " lines=5" },
	{ ARGS("-n", "-5"), " lines=-5" },
	{ ARGS("-vvv"), " verbose=3" },
	{ ARGS("-v", "-v"), " verbose=2" },
	{ ARGS("--verbose"), " verbose=1" },
	{ ARGS("-av"), " all=1 verbose=1" },
	{ ARGS("-avn7", "-a"), " all=1 lines=7 verbose=1" },
	{ ARGS("-avn", "7"), " all=1 lines=7 verbose=1" },
	{ ARGS("--hostname=a=b"), " hostname=a=b" },
	{ ARGS("--hostname="), " hostname=" },
	{ ARGS("--lines=5", "--"), " lines=5" },
	{ ARGS("--hostname=--x"), " hostname=--x" },
	{ ARGS("-H", "-v"), " hostname=-v" },
	{ ARGS("--help"), " help=1" },
	/* the last one wins, lists add up */
	{ ARGS("--lines=5", "-n6"), " lines=6" },
	{ ARGS("--hostname=a", "--hostname=b"), " hostname=b" },
	{ ARGS("--name=a", "--name", "b"), " name=a,b" },
	{ ARGS("--name=a,b"), " name=a,b" },
	{ ARGS("--skip=c"), " skip=c" },
	{ ARGS("--skip=c", "--skip=d"), " skip=c,d" },
	{ ARGS("--skip="), " skip=" },
	{ ARGS("--add=c", "--add=d"), " add=x,c,d" },
	{ ARGS("--add=", "--add=d"), " add=d" },
	{ ARGS("-tthree", "--special=four"), " custom=34" },
	/* a value that may be left out */
	{ ARGS("--managed-identity"), " identity=" },
	{ ARGS("--managed-identity="), " identity=" },
	{ ARGS("--managed-identity=a"), " identity=a" },
	{ ARGS("--managed-identity", "-a"), " all=1 identity=" },
	{ ARGS("--managed-identity", "a"), "usage: unexpected argument 'a', see --help" },
	/* types */
	{ ARGS("--since=1.5h"), " since=5400" },
	{ ARGS("--since=90"), " since=90" },
	{ ARGS("--since=5219w"), " since=3156451200" },
	{ ARGS("--mode=SLOW"), " mode=1" },
	{ ARGS("--at=2026-11-20T12:00:00Z"), " at=1795176000" },
	/* thresholds */
	{ ARGS("-w3", "-c", "10:20"), " w-failed=3 c-failed=10:20" },
	{ ARGS("--warning=3", "--critical=@1:2"), " w-failed=3 c-failed=@1:2" },
	{ ARGS("--warning-failed=3"), " w-failed=3" },
	{ ARGS("-c", "-5:5"), " c-failed=-5:5" },
	{ ARGS("--critical-failed="), " c-failed=" },
	{ ARGS("--critical-failed", ""), " c-failed=" },
	{ ARGS("--warning-check-age=36h", "--critical-check-age=3d"), " w-age=129600 c-age=259200" },
	{ ARGS("--ignore-check-age"), " w-age= c-age=" },
	{ ARGS("--ignore-check-age", "--warning-check-age=1h"), " w-age=3600 c-age=" },
	{ ARGS("--warning-check-age=1h", "--ignore-check-age"), " w-age= c-age=" },
	{ ARGS("--ignore-missing", "--warning-unreadable=0"), " c-missing= w-unreadable=0" },
	/* refusals of form */
	{ ARGS("--nonsense"), "usage: unknown option --nonsense, see --help" },
	{ ARGS("--nonsense=hush"), "usage: unknown option --nonsense, see --help" },
	{ ARGS("-q"), "usage: unknown option -q, see --help" },
	{ ARGS("-vq"), "usage: unknown option -q, see --help" },
	{ ARGS("--hostn=a"), "usage: unknown option --hostn, write --hostname if that is meant, see --help" },
	{ ARGS("--cl=gcc"), "usage: unknown option --cl, see --help" },
	{ ARGS("--="), "usage: unknown option --, see --help" },
	{ ARGS("--warning-check_age=1"), "usage: unknown option --warning-check_age, write --warning-check-age if that is meant, see --help" },
	{ ARGS("--warning-chec=1"), "usage: unknown option --warning-chec, write --warning-check-age if that is meant, see --help" },
	{ ARGS("--Hostname=a"), "usage: unknown option --Hostname, see --help" },
	{ ARGS("-hostname=a"), "usage: unknown option -hostname, long options take two hyphens, see --help" },
	{ ARGS("--all=1"), "usage: --all takes no value, see --help" },
	{ ARGS("--all="), "usage: --all takes no value, see --help" },
	{ ARGS("--ignore-failed=1"), "usage: --ignore-failed takes no value, see --help" },
	{ ARGS("--verbose=2"), "usage: --verbose takes no value, see --help" },
	{ ARGS("--hostname"), "usage: --hostname needs a value (HOST), see --help" },
	{ ARGS("-H"), "usage: -H needs a value (HOST), see --help" },
	{ ARGS("-w"), "usage: -w needs a value (RANGE), see --help" },
	{ ARGS("--hostname", "--all"), "usage: --hostname needs a value (HOST), see --help" },
	{ ARGS("--hostname", "--"), "usage: --hostname needs a value (HOST), see --help" },
	{ ARGS("stray"), "usage: unexpected argument 'stray', see --help" },
	{ ARGS("--all", "stray"), "usage: unexpected argument 'stray', see --help" },
	{ ARGS("-a", "--", "--all"), "usage: unexpected argument '--all', see --help" },
	{ ARGS("-"), "usage: unexpected argument '-', see --help" },
	{ ARGS(""), "usage: unexpected argument '', see --help" },
	/* refusals of values */
	{ ARGS("--lines=x"), "usage: --lines: 'x' is not a whole number from -5 to 100" },
	{ ARGS("-n5x"), "usage: -n: '5x' is not a whole number from -5 to 100" },
	{ ARGS("--lines=101"), "usage: --lines: '101' is not a whole number from -5 to 100" },
	{ ARGS("--lines=-6"), "usage: --lines: '-6' is not a whole number from -5 to 100" },
	{ ARGS("--lines=+5"), "usage: --lines: '+5' is not a whole number from -5 to 100" },
	{ ARGS("--lines= 5"), "usage: --lines: ' 5' is not a whole number from -5 to 100" },
	{ ARGS("--lines=0x5"), "usage: --lines: '0x5' is not a whole number from -5 to 100" },
	{ ARGS("--lines="), "usage: --lines: '' is not a whole number from -5 to 100" },
	{ ARGS("--lines=99999999999999999999"), "usage: --lines: '99999999999999999999' is not a whole number from -5 to 100" },
	{ ARGS("--since=0"), "usage: --since: '0' is not a duration of at least a second, use a number with s, m, h, d or w, for example 90, "
			     "36h, 7d" },
	{ ARGS("--since=1y"), "usage: --since: '1y' is not a duration of at least a second, use a number with s, m, h, d or w, for example "
			      "90, 36h, 7d" },
	{ ARGS("--since=99999999w"), "usage: --since: '99999999w' is not a duration of at least a second, use a number with s, m, h, d or w, "
				     "for example 90, 36h, 7d" },
	{ ARGS("--mode=medium"), "usage: --mode: 'medium' is none of fast, slow" },
	{ ARGS("--mode="), "usage: --mode: '' is none of fast, slow" },
	{ ARGS("--at=yesterday"), "usage: --at: 'yesterday' is not an RFC 3339 time, for example 2026-11-20T12:00:00Z" },
	{ ARGS("-tfive"), "usage: -t: 'five' is neither three nor four" },
	{ ARGS("--warning-failed=5x"), "usage: --warning-failed: '5x' is not a range: use [@][START:]END with decimal numbers, for example 10, "
				       "5:, 10:20, ~:10, @10:20" },
	{ ARGS("--lines=5", "--lines=x"), "usage: --lines: 'x' is not a whole number from -5 to 100" },
	/* secrets */
	{ ARGS("--client-secret=hush"), "usage: --client-secret is not taken as an argument, which everyone on the host can read: use "
					"MDCA_CLIENT_SECRET in the environment, or client-secret= in a section of --extra-opts" },
	{ ARGS("--client-secret", "hush"), "usage: --client-secret is not taken as an argument, which everyone on the host can read: use "
					   "MDCA_CLIENT_SECRET in the environment, or client-secret= in a section of --extra-opts" },
	{ ARGS("--api-token=hush"), "usage: --api-token is not taken as an argument, which everyone on the host can read: use "
				    "--api-token-file, MDCA_API_TOKEN in the environment, or api-token= in a section of --extra-opts" },
	{ ARGS("--client-secre=hush"), "usage: unknown option --client-secre, write --client-secret if that is meant, see --help" },
	{ ARGS("--client_secret=hush"), "usage: unknown option --client_secret, write --client-secret if that is meant, see --help" },
	{ ARGS("-client-secret=hush"), "usage: unknown option -client-secret, long options take two hyphens, see --help" },
	{ ARGS("-cli=hush"), "usage: unknown option -cli, long options take two hyphens, see --help" },
	{ ARGS("--proxy=http://proxy.contoso.com:8080"), " proxy=http://proxy.contoso.com:8080" },
	{ ARGS("--proxy=http://user:hush@proxy.contoso.com"), "usage: --proxy with user info is not taken as an argument, which everyone on the "
							      "host can read: use MDCA_PROXY in the environment, or proxy= in a section of "
							      "--extra-opts" },
	{ ARGS("-x", "user:hu/sh@proxy"), "usage: --proxy with user info is not taken as an argument, which everyone on the host can read: use "
					  "MDCA_PROXY in the environment, or proxy= in a section of --extra-opts" },
};

START_TEST(arguments)
{
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	outcome(&b, argument_rows[_i].args, &got);
	ck_assert_str_eq(buf_text(&got), argument_rows[_i].want);
}
END_TEST

/* The variables are parted by a blank. */
static void set_variables(const char *all)
{
	AUTO_FREE char *copy = mem_copy_text(all);
	char *rest = copy;

	for (char *one; (one = strsep(&rest, " "));) {
		char *equals = strchr(one, '=');

		if (!equals)
			continue;
		*equals = '\0';
		setenv(one, equals + 1, 1);
	}
}

#define AZURE "AZURE_TENANT_ID=T AZURE_CLIENT_ID=C AZURE_CLIENT_SECRET=S "

static const struct {
	const char *environment;
	const char *args[4];
	const char *want;
} environment_rows[] = {
	{ "MDCA_HOSTNAME=a MDCA_CLOUD=GCC", { NULL }, " hostname=a cloud=1" },
	{ "MDCA_HOSTNAME= MDCA_CLOUD=", { NULL }, "" },
	{ "MDCA_HOSTNAME=a", ARGS("-Hb"), " hostname=b" },
	{ "MDCA_LINES=5 MDCA_VERBOSE=2 MDCA_HELP=1", { NULL }, "" },
	{ "MDCA_PROXY=http://u:p@proxy MDCA_API_TOKEN=token", { NULL }, " proxy=http://u:p@proxy token=token" },
	{ "MDCA_CLOUD=moon", { NULL }, "usage: MDCA_CLOUD: 'moon' is none of commercial, gcc" },
	{ "mdca_hostname=a", { NULL }, "" },
	/* AZURE_… as one whole set */
	{ AZURE, { NULL }, " tenant=T client=C secret=S" },
	{ "AZURE_TENANT_ID=T AZURE_CLIENT_ID=C AZURE_CLIENT_CERTIFICATE_PATH=P", { NULL }, " tenant=T client=C certificate=P" },
	{ "AZURE_TENANT_ID=T AZURE_CLIENT_ID=C", { NULL }, "" },
	{ "AZURE_TENANT_ID=T AZURE_CLIENT_ID=C AZURE_CLIENT_SECRET=", { NULL }, "" },
	{ "AZURE_TENANT_ID=T AZURE_CLIENT_SECRET=S", { NULL }, "" },
	{ "AZURE_CLIENT_ID=C AZURE_CLIENT_SECRET=S", { NULL }, "" },
	/* … and only when nothing else gives an Entra setting */
	{ AZURE, ARGS("--client-certificate=P"), " certificate=P" },
	{ AZURE, ARGS("--tenant-id=X"), " tenant=X" },
	{ AZURE, ARGS("--managed-identity"), " identity=" },
	{ AZURE "AZURE_CLIENT_CERTIFICATE_PATH=P", { NULL }, " tenant=T client=C secret=S certificate=P" },
	{ AZURE "MDCA_CLIENT_ID=X", { NULL }, " client=X" },
	{ AZURE "MDCA_CLIENT_ID=", { NULL }, " tenant=T client=C secret=S" },
	{ AZURE, ARGS("-Ha", "--lines=5"), " lines=5 hostname=a tenant=T client=C secret=S" },
	/* what names nobody stands beside it and makes no set */
	{ AZURE "AZURE_PASSWORD=W", { NULL }, " tenant=T client=C secret=S password=W" },
	{ AZURE "AZURE_PASSWORD=W", ARGS("--password-file=F"), " tenant=T client=C secret=S password=W password-file=F" },
	{ AZURE "MDCA_PASSWORD_FILE=F", { NULL }, " tenant=T client=C secret=S password-file=F" },
	{ AZURE "AZURE_PASSWORD=W MDCA_PASSWORD=V", { NULL }, " tenant=T client=C secret=S password=V" },
	{ AZURE "AZURE_PASSWORD=W", ARGS("--password-file=F", "--tenant-id=X"), " tenant=X password-file=F" },
	{ "AZURE_TENANT_ID=T AZURE_CLIENT_ID=C AZURE_PASSWORD=W", { NULL }, "" },
	{ "AZURE_PASSWORD=W", { NULL }, "" },
	/* the authority stands apart */
	{ "AZURE_AUTHORITY_HOST=https://a", { NULL }, " login=https://a" },
	{ "AZURE_AUTHORITY_HOST=", { NULL }, "" },
	{ "AZURE_AUTHORITY_HOST=https://a", ARGS("--tenant-id=X"), " login=https://a tenant=X" },
	{ "AZURE_AUTHORITY_HOST=https://a", ARGS("--login-url=https://b"), " login=https://b" },
	{ "AZURE_AUTHORITY_HOST=https://a MDCA_LOGIN_URL=https://b", { NULL }, " login=https://b" },
	{ "AZURE_AUTHORITY_HOST=https://a", ARGS("--cloud=gcc"), " cloud=1" },
	{ "AZURE_AUTHORITY_HOST=https://a MDCA_CLOUD=commercial", { NULL }, " cloud=0" },
};

START_TEST(environment)
{
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	set_variables(environment_rows[_i].environment);
	outcome(&b, environment_rows[_i].args, &got);
	ck_assert_str_eq(buf_text(&got), environment_rows[_i].want);
}
END_TEST

/* A folder of its own for one test, as the current one; its files vanish with it. */
static char folder[] = "/tmp/test_options.XXXXXX";

static void folder_make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
}

static void folder_remove(void)
{
	static const char *const files[] = { "a.ini", "monitoring-plugins.ini", "plugins.ini", "nagios-plugins.ini", "one/plugins.ini",
					     "two/monitoring-plugins.ini" };

	for (int i = 0; i < ROWS(files); i++)
		unlink(files[i]);
	rmdir("one");
	rmdir("two");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

#define HEAD "[check_mdca_bench]\n"

static const struct {
	const char *text;
	const char *args[6];
	const char *want;
} section_rows[] = {
	/* which section */
	{ HEAD "lines=5\n", ARGS("--extra-opts=@a.ini"), " lines=5" },
	{ HEAD "lines=5\n[contoso]\nlines=6\n", ARGS("--extra-opts=contoso@a.ini"), " lines=6" },
	{ HEAD "lines=5\n[contoso]\nlines=6\n", ARGS("--extra-opts", "contoso@a.ini"), " lines=6" },
	{ "[ contoso ] # the first\nlines=6\n", ARGS("--extra-opts=contoso@a.ini"), " lines=6" },
	{ "[a]\nlines=5\n[b]\nnonsense\n[a]\nall=\n", ARGS("--extra-opts=a@a.ini"), " all=1 lines=5" },
	{ "[a]\nlines=5\nall=\n[b]\nlines=6\n", ARGS("--extra-opts=a@a.ini", "--extra-opts=b@a.ini"), " all=1 lines=6" },
	{ "[a]\nlines=5\nall=\n[b]\nlines=6\n", ARGS("--extra-opts=b@a.ini", "--extra-opts=a@a.ini"), " all=1 lines=5" },
	/* sections before arguments, wherever they stand */
	{ HEAD "lines=5\nname=a\n", ARGS("--lines=7", "--name=b", "--extra-opts=@a.ini", "--name=c"), " lines=7 name=a,b,c" },
	{ HEAD "skip=c\n", ARGS("--skip=d", "--extra-opts=@a.ini"), " skip=c,d" },
	{ HEAD "skip=\n", ARGS("--extra-opts=@a.ini"), " skip=" },
	{ HEAD "name=a\nname=b,c\n", ARGS("--extra-opts=@a.ini"), " name=a,b,c" },
	/* lines */
	{ HEAD "; remark\n# remark\n\n  \t\n   ; remark\nlines = 5 \n", ARGS("--extra-opts=@a.ini"), " lines=5" },
	{ HEAD "lines=5\r\nhostname = a b \r\n", ARGS("--extra-opts=@a.ini"), " lines=5 hostname=a b" },
	{ HEAD "hostname=a#b;c=d", ARGS("--extra-opts=@a.ini"), " hostname=a#b;c=d" },
	{ "\xef\xbb\xbf" HEAD "lines=5", ARGS("--extra-opts=@a.ini"), " lines=5" },
	{ HEAD, ARGS("--extra-opts=@a.ini"), "" },
	/* keys */
	{ HEAD "all=\n", ARGS("--extra-opts=@a.ini"), " all=1" },
	{ HEAD "all=yes\n", ARGS("--extra-opts=@a.ini"), " all=1" },
	{ HEAD "all=On\n", ARGS("--extra-opts=@a.ini"), " all=1" },
	{ HEAD "all=1\nall=0\n", ARGS("--extra-opts=@a.ini"), "" },
	{ HEAD "all=false\n", ARGS("--extra-opts=@a.ini"), "" },
	{ HEAD "all=off\nall=no\n", ARGS("--extra-opts=@a.ini"), "" },
	{ HEAD "n=5\nv=\nH=a\n", ARGS("--extra-opts=@a.ini"), " lines=5 hostname=a verbose=1" },
	{ HEAD "w=5\nc=6\n", ARGS("--extra-opts=@a.ini"), " w-failed=5 c-failed=6" },
	{ HEAD "verbose=2\n", ARGS("--extra-opts=@a.ini", "-v"), " verbose=3" },
	{ HEAD "warning-check-age=1h\ncritical-failed=\nignore-missing=\n", ARGS("--extra-opts=@a.ini"), " c-failed= w-age=3600 c-missing=" },
	{ HEAD "ignore-missing=no\n", ARGS("--extra-opts=@a.ini"), "" },
	{ HEAD "special=three\n", ARGS("--extra-opts=@a.ini"), " custom=3" },
	{ HEAD "api-token=hush==\nproxy=http://u:p@proxy\n", ARGS("--extra-opts=@a.ini"), " proxy=http://u:p@proxy token=hush==" },
	/* refusals */
	{ HEAD "lines=5\n", ARGS("--extra-opts=contoso@a.ini"), "usage: --extra-opts: a.ini has no section [contoso]" },
	{ HEAD "lines=5\n", ARGS("--extra-opts=@b.ini"), "usage: --extra-opts: cannot open configuration file b.ini: No such file or directory" },
	{ HEAD "lines=5\n", ARGS("--extra-opts=@/tmp"), "usage: --extra-opts: configuration file /tmp is not a regular file" },
	{ "", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini is empty" },
	{ "lines=5\n" HEAD, ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 1 stands before the first [section]" },
	{ "[contoso\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 1: a section is written as [name] on a line of its own" },
	{ "[contoso] lines=5\n", ARGS("--extra-opts=@a.ini"),
	  "usage: --extra-opts: a.ini line 1: a section is written as [name] on a line of its own" },
	{ HEAD "\nall\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 3: a line is key=value, or key= for a flag" },
	{ HEAD "=5\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: a line is key=value, or key= for a flag" },
	{ HEAD "nonsense=hush\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: unknown key nonsense, see --help" },
	{ HEAD "q=hush\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: unknown key q, see --help" },
	{ HEAD "--lines=5\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: unknown key --lines, see --help" },
	{ HEAD "SecretToken==\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: the key is no option, see --help" },
	{ HEAD "hostn=a\n", ARGS("--extra-opts=@a.ini"),
	  "usage: --extra-opts: a.ini line 2: unknown key hostn, write hostname if that is meant, see --help" },
	{ HEAD "warning-check_age=1\n", ARGS("--extra-opts=@a.ini"),
	  "usage: --extra-opts: a.ini line 2: unknown key warning-check_age, write warning-check-age if that is meant, see --help" },
	{ HEAD "lines=x\n", ARGS("--extra-opts=@a.ini"),
	  "usage: --extra-opts: a.ini line 2: lines: 'x' is not a whole number from -5 to 100" },
	{ HEAD "all=maybe\n", ARGS("--extra-opts=@a.ini"),
	  "usage: --extra-opts: a.ini line 2: all: 'maybe' is neither on nor off, use 1, true, yes, on or 0, false, no, off" },
	{ HEAD "verbose=10\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: verbose: '10' is not a whole number from 0 to 9" },
	{ HEAD "help=\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: help is taken only as an argument" },
	{ HEAD "h=\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: help is taken only as an argument" },
	{ HEAD "describe=man\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: describe is taken only as an argument" },
	{ HEAD "extra-opts=b\n", ARGS("--extra-opts=@a.ini"), "usage: --extra-opts: a.ini line 2: extra-opts is taken only as an argument" },
};

START_TEST(sections)
{
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	write_file("a.ini", section_rows[_i].text, 0600);
	outcome(&b, section_rows[_i].args, &got);
	ck_assert_str_eq(buf_text(&got), section_rows[_i].want);
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
	const char *want;
} open_rows[] = {
	{ HEAD "hostname=a\n", 0644, " hostname=a" },
	{ HEAD "api-token=hush\n", 0600, " token=hush" },
	{ HEAD "api-token=hush\n", 0640, " token=hush" },
	{ HEAD "hostname=a\n[other]\napi-token=hush\n", 0644, " hostname=a" },
	{ HEAD "proxy=http://proxy\n", 0644, " proxy=http://proxy" },
	{ HEAD "api-token=hush\n", 0644, "config: --extra-opts: a.ini line 2: api-token is a secret, but the file is open to others or belongs to "
					 "another user: give it to the user of the check and run chmod 0600 a.ini" },
	{ HEAD "api-token=hush\n", 0660, "config: --extra-opts: a.ini line 2: api-token is a secret, but the file is open to others or belongs to "
					 "another user: give it to the user of the check and run chmod 0600 a.ini" },
	{ HEAD "proxy=http://u:hush@proxy\n", 0604, "config: --extra-opts: a.ini line 2: proxy is a secret, but the file is open to others or "
						    "belongs to another user: give it to the user of the check and run chmod 0600 a.ini" },
};

START_TEST(open_files)
{
	static const char *const args[] = { "--extra-opts=@a.ini", NULL };
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	write_file("a.ini", open_rows[_i].text, open_rows[_i].mode);
	outcome(&b, args, &got);
	ck_assert_str_eq(buf_text(&got), open_rows[_i].want);
}
END_TEST

/* Which file is read when none is named; each gives its own name. */
static const struct {
	const char *environment, *files;
	const char *want;
} place_rows[] = {
	{ "MP_CONFIG_FILE=a.ini NAGIOS_CONFIG_PATH=one", "a.ini one/plugins.ini", " all=1 hostname=a.ini" },
	{ "MP_CONFIG_FILE=b.ini NAGIOS_CONFIG_PATH=one", "one/plugins.ini",
	  "usage: --extra-opts: cannot open configuration file b.ini: No such file or directory" },
	{ "MP_CONFIG_FILE= NAGIOS_CONFIG_PATH=one", "one/plugins.ini", " all=1 hostname=one/plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=:none::one:two", "one/plugins.ini two/monitoring-plugins.ini", " all=1 hostname=one/plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=two:one", "one/plugins.ini two/monitoring-plugins.ini", " all=1 hostname=two/monitoring-plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=.", "nagios-plugins.ini plugins.ini monitoring-plugins.ini", " all=1 hostname=monitoring-plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=.", "nagios-plugins.ini plugins.ini", " all=1 hostname=plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=.", "nagios-plugins.ini", " all=1 hostname=nagios-plugins.ini" },
	{ "MP_CONFIG_PATH=one:two", "two/monitoring-plugins.ini", " all=1 hostname=two/monitoring-plugins.ini" },
	{ "NAGIOS_CONFIG_PATH=one MP_CONFIG_PATH=two", "one/plugins.ini two/monitoring-plugins.ini", " all=1 hostname=one/plugins.ini" },
};

START_TEST(places)
{
	static const char *const args[] = { "--all", "--extra-opts", NULL };
	AUTO_FREE char *files = mem_copy_text(place_rows[_i].files);
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };
	char *rest = files;

	bench_init(&b);
	mkdir("one", 0700);
	mkdir("two", 0700);
	for (char *file; (file = strsep(&rest, " "));) {
		AUTO_FREE char *named = mem_print(HEAD "hostname=%s\n", file);

		write_file(file, named, 0600);
	}
	set_variables(place_rows[_i].environment);
	outcome(&b, args, &got);
	ck_assert_str_eq(buf_text(&got), place_rows[_i].want);
}
END_TEST

START_TEST(standard_input)
{
	static const char *const args[] = { "--extra-opts=contoso@-", NULL };
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	write_file("a.ini", "[contoso]\nclient-secret=hush\n", 0644);
	int fd = open("a.ini", O_RDONLY);
	ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	outcome(&b, args, &got);
	ck_assert_str_eq(buf_text(&got), " secret=hush");
}
END_TEST

static const struct {
	const char *args[5];
	bool asks;
} ask_rows[] = {
	{ ARGS("--help"), true },
	{ ARGS("-h"), true },
	{ ARGS("-vh"), true },
	{ ARGS("-hv"), true },
	{ ARGS("--nonsense", "--help"), true },
	{ ARGS("-H", "host", "-h"), true },
	{ { NULL }, false },
	{ ARGS("--", "--help"), false },
	{ ARGS("--help=1"), false },
	{ ARGS("--hel"), false },
	{ ARGS("-Hhost"), false },
	{ ARGS("-xhttp://proxy"), false },
	{ ARGS("help"), false },
	{ ARGS("--hostname=--help"), false },
	{ ARGS("-"), false },
	{ ARGS("-v"), false },
};

START_TEST(asking)
{
	char *argv[6] = { (char *)"check_mdca_bench" };
	int argc = 1;

	for (; ask_rows[_i].args[argc - 1]; argc++)
		argv[argc] = (char *)ask_rows[_i].args[argc - 1];
	ck_assert_int_eq(options_asks(argc, argv, 'h', "help"), ask_rows[_i].asks);
}
END_TEST

START_TEST(sources)
{
	static const char *const args[] = { "--extra-opts=contoso@a.ini", "-n7", NULL };
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	write_file("a.ini", "[contoso]\ncloud=gcc\nlines=3\n", 0600);
	set_variables("MDCA_HOSTNAME=a " AZURE);
	outcome(&b, args, &got);
	ck_assert_str_eq(buf_text(&got), " lines=7 hostname=a cloud=1 tenant=T client=C secret=S");
	ck_assert_str_eq(options_source(&b.table, &own_rows[1]), "argument");
	ck_assert_str_eq(options_source(&b.table, &own_rows[2]), "default");
	ck_assert_str_eq(options_source(&b.table, &connection_rows[0]), "MDCA_HOSTNAME");
	ck_assert_str_eq(options_source(&b.table, &connection_rows[1]), "section contoso of a.ini");
	ck_assert_str_eq(options_source(&b.table, &entra_rows[0]), "AZURE_TENANT_ID");
	ck_assert_str_eq(options_source(&b.table, &options_extra_opts), "default");
}
END_TEST

START_TEST(defaults)
{
	AUTO_BENCH b;
	AUTO_BUF got = { 0 };

	bench_init(&b);
	dump(&b, &got);
	ck_assert_str_eq(buf_text(&got), "");
	ck_assert(b.limits[0].crit.given);
	ck_assert(!b.limits[0].warn.given);
	options_release(&b.table);
	ck_assert_ptr_null(b.set.skip.items);
	bench_init(&b);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *plain = tcase_create("plain"), *files = tcase_create("files");

	tcase_add_loop_test(plain, arguments, 0, ROWS(argument_rows));
	tcase_add_loop_test(plain, environment, 0, ROWS(environment_rows));
	tcase_add_loop_test(plain, asking, 0, ROWS(ask_rows));
	tcase_add_test(plain, defaults);
	suite_add_tcase(suite, plain);
	tcase_add_checked_fixture(files, folder_make, folder_remove);
	tcase_add_loop_test(files, sections, 0, ROWS(section_rows));
	tcase_add_loop_test(files, open_files, 0, ROWS(open_rows));
	tcase_add_loop_test(files, places, 0, ROWS(place_rows));
	tcase_add_test(files, standard_input);
	tcase_add_test(files, sources);
	suite_add_tcase(suite, files);
	return suite;
}

UNIT_MAIN(make_suite)
