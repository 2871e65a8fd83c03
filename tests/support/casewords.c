// SPDX-License-Identifier: GPL-3.0-or-later
/* The lines of a case that begin with a word: what the program is given and what it must do. */
#include "support/casereader.h"

#include <stdlib.h>
#include <string.h>

static bool on_args(struct reader *r, const char *rest)
{
	return reader_words(r, rest, &reader_run(r)->args);
}

static bool on_env(struct reader *r, const char *rest)
{
	const char *equals = strchr(rest, '=');
	if (!equals || equals == rest)
		return reader_refuse(r, "env wants NAME=VALUE");
	strings_add(&reader_run(r)->environment, rest);
	return true;
}

static bool on_unset(struct reader *r, const char *rest)
{
	if (!*rest || strpbrk(rest, "= "))
		return reader_refuse(r, "unset wants a name");
	strings_add(&reader_run(r)->environment, rest);
	return true;
}

static struct case_file *add_file(struct reader *r, enum case_node node, const char *name, mode_t mode)
{
	struct case_run *run = reader_run(r);
	run->files = mem_resize(run->files, run->file_count + 1, sizeof(*run->files));
	struct case_file *file = &run->files[run->file_count++];
	*file = (struct case_file){ .node = node, .name = mem_copy_text(name), .mode = mode };
	return file;
}

static bool read_node(struct reader *r, const char *rest, enum case_node node, struct case_file **out)
{
	CLEANUP(strings_clear) struct strings words = { 0 };
	long mode = 0;

	if (!reader_words(r, rest, &words))
		return false;
	if (words.count != 2)
		return reader_refuse(r, "wants two words");
	const char *name = words.items[0];
	if (name[0] == '/' || strstr(name, ".."))
		return reader_refuse(r, "%s: not below the case folder", name);
	if (node != NODE_LINK && !casetext_number(words.items[1], 8, 07777, &mode))
		return reader_refuse(r, "not an octal mode: %s", words.items[1]);
	*out = add_file(r, node, name, (mode_t)mode);
	if (node == NODE_LINK)
		buf_add(&(*out)->content, words.items[1]);
	return true;
}

static bool on_file(struct reader *r, const char *rest)
{
	struct case_file *file = NULL;
	if (!read_node(r, rest, NODE_FILE, &file))
		return false;
	r->content = &file->content;
	return true;
}

static bool on_folder(struct reader *r, const char *rest)
{
	struct case_file *unused;
	return read_node(r, rest, NODE_FOLDER, &unused);
}

static bool on_link(struct reader *r, const char *rest)
{
	struct case_file *unused;
	return read_node(r, rest, NODE_LINK, &unused);
}

static bool on_stdin(struct reader *r, const char *rest)
{
	if (*rest)
		return reader_refuse(r, "stdin takes content lines only");
	r->content = &reader_run(r)->input;
	return true;
}

static bool on_plugin(struct reader *r, const char *rest)
{
	return reader_head_only(r) && reader_words(r, rest, &r->c->plugins);
}

static bool on_at(struct reader *r, const char *rest)
{
	AUTO_FREE char *arg = mem_print("--at=%s", rest);
	strings_add(&r->shared, arg);
	return reader_head_only(r);
}

static void PRINTF_LIKE(2, 3) share(struct reader *r, const char *fmt, ...)
{
	AUTO_BUF arg = { 0 };
	AUTO_BUF filled = { 0 };
	va_list args;

	va_start(args, fmt);
	buf_vprint(&arg, fmt, args);
	va_end(args);
	casetext_fill(buf_text(&arg), arg.len, r->vars, &filled, NULL);
	strings_add(&r->shared, buf_text(&filled));
}

static void add_token_exchange(struct reader *r, const char *scope)
{
	struct exchange *x = script_add(&r->c->script, 0, r->line);
	x->method = mem_copy_text("POST");
	x->target = mem_copy_text("/" TENANT_ID "/oauth2/v2.0/token");
	exchange_add_rule(x, RULE_FIELD, "grant_type", "client_credentials");
	exchange_add_rule(x, RULE_FIELD, "client_id", CLIENT_ID);
	exchange_add_rule(x, RULE_FIELD, "client_secret", CLIENT_SECRET);
	exchange_add_rule(x, RULE_FIELD, "scope", scope);
	x->reply.status = 200;
	buf_add(
	    &x->reply.body,
	    "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"ext_expires_in\":3599,\"access_token\":\"" ACCESS_TOKEN
	    "\"}\n");
	r->c->script.authorization = mem_copy_text("Bearer " ACCESS_TOKEN);
}

static void share_secret(struct reader *r, const char *option, const char *name, const char *secret)
{
	share(r, "--%s-file=@DIR@/%s", option, name);
	struct case_file *file = add_file(r, NODE_FILE, name, 0600);
	buf_add(&file->content, secret);
	buf_add_char(&file->content, '\n');
}

static void share_entra(struct reader *r)
{
	share(r, "--login-url=@URL@");
	share(r, "--tenant-id=" TENANT_ID);
	share(r, "--client-id=" CLIENT_ID);
	share_secret(r, "client-secret", "client-secret", CLIENT_SECRET);
}

static bool may_set_up(struct reader *r)
{
	if (r->asked || r->shared.count)
		return reader_refuse(r, "portal or graph stands once, before `at` and all exchanges");
	return reader_head_only(r);
}

static bool on_portal(struct reader *r, const char *rest)
{
	bool entra = strcmp(rest, "entra") == 0;
	if (*rest && !entra)
		return reader_refuse(r, "portal knows only `entra`");
	if (!may_set_up(r))
		return false;
	share(r, "--api-url=@URL@");
	if (entra) {
		share_entra(r);
		add_token_exchange(r, PORTAL_SCOPE);
	} else {
		share_secret(r, "api-token", "api-token", API_TOKEN);
		r->c->script.authorization = mem_copy_text("Token " API_TOKEN);
	}
	return true;
}

static bool on_graph(struct reader *r, const char *rest)
{
	bool sign_in = strcmp(rest, "no-sign-in") != 0;
	if (*rest && sign_in)
		return reader_refuse(r, "graph knows only `no-sign-in`");
	if (!may_set_up(r))
		return false;
	share(r, "--api-url=@URL@/v1.0");
	share_entra(r);
	if (sign_in)
		add_token_exchange(r, GRAPH_SCOPE);
	return true;
}

static bool on_exit_status(struct reader *r, const char *rest)
{
	long status = 0;
	if (!reader_number(r, rest, 0, 255, &status))
		return false;
	reader_run(r)->exit_status = (int)status;
	return true;
}

static bool on_output(struct reader *r, const char *rest)
{
	struct case_run *run = reader_run(r);
	AUTO_BUF line = { 0 };

	if (run->output_rest)
		return reader_refuse(r, "output-rest must be the last one");
	if (!casetext_unescape(rest, false, &line) || strlen(buf_text(&line)) != line.len ||
	    strchr(buf_text(&line), '\n'))
		return reader_refuse(r, "a broken escape, or one for NUL or newline");
	reader_add_wanted(&run->output, &run->output_count, false, buf_take(&line));
	return true;
}

static bool on_output_pattern(struct reader *r, const char *rest)
{
	struct case_run *run = reader_run(r);
	if (run->output_rest)
		return reader_refuse(r, "output-rest must be the last one");
	struct wanted_line *line = reader_add_wanted(&run->output, &run->output_count, true, mem_copy_text(rest));
	return wanted_is_valid(line) || reader_refuse(r, "not an extended regular expression: %s", rest);
}

static bool on_output_rest(struct reader *r, const char *rest)
{
	if (*rest || !reader_run(r)->output_count)
		return reader_refuse(r, "output-rest stands alone, behind at least one output line");
	reader_run(r)->output_rest = true;
	return true;
}

static bool on_stderr_pattern(struct reader *r, const char *rest)
{
	struct case_run *run = reader_run(r);
	struct wanted_line *line = reader_add_wanted(&run->errors, &run->error_count, true, mem_copy_text(rest));
	return wanted_is_valid(line) || reader_refuse(r, "not an extended regular expression: %s", rest);
}

static bool on_within(struct reader *r, const char *rest)
{
	return reader_time(r, rest, &reader_run(r)->within_ms);
}

static bool on_at_least(struct reader *r, const char *rest)
{
	return reader_time(r, rest, &reader_run(r)->at_least_ms);
}

static bool on_present(struct reader *r, const char *rest)
{
	if (!*rest)
		return reader_refuse(r, "a text is missing");
	strings_add(&reader_run(r)->present, rest);
	return true;
}

static bool on_absent(struct reader *r, const char *rest)
{
	if (!*rest)
		return reader_refuse(r, "a text is missing");
	strings_add(&r->c->absent, rest);
	return reader_head_only(r);
}

static bool on_connections(struct reader *r, const char *rest)
{
	long count = 0;
	if (!reader_head_only(r) || !reader_number(r, rest, 0, 1000, &count))
		return false;
	r->c->connections = (int)count;
	return true;
}

static bool on_any_order(struct reader *r, const char *rest)
{
	r->c->script.any_order = true;
	return *rest ? reader_refuse(r, "any-order stands alone") : reader_head_only(r);
}

static const struct {
	const char *word;
	reader_directive *read;
} directives[] = {
	{ "absent", on_absent },
	{ "any-order", on_any_order },
	{ "args", on_args },
	{ "at", on_at },
	{ "at-least", on_at_least },
	{ "connections", on_connections },
	{ "env", on_env },
	{ "exit", on_exit_status },
	{ "file", on_file },
	{ "folder", on_folder },
	{ "graph", on_graph },
	{ "link", on_link },
	{ "output", on_output },
	{ "output-rest", on_output_rest },
	{ "output~", on_output_pattern },
	{ "plugin", on_plugin },
	{ "portal", on_portal },
	{ "present", on_present },
	{ "run", reader_on_run },
	{ "stderr~", on_stderr_pattern },
	{ "stdin", on_stdin },
	{ "unset", on_unset },
	{ "within", on_within },
};

reader_directive *reader_find_directive(const char *word)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (strcmp(directives[i].word, word) == 0)
			return directives[i].read;
	return NULL;
}
