// SPDX-License-Identifier: GPL-3.0-or-later
/* Reads a case line by line: a word chooses what is done with the rest of its line. Nothing unclear is let through,
 * since a case that is misread tests nothing. */
#include "support/casefile.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/casereader.h"
#include "support/casetext.h"

static struct case_run *add_run(struct reader *r)
{
	struct casefile *c = r->c;
	c->runs = mem_resize(c->runs, c->run_count + 1, sizeof(*c->runs));
	c->runs[c->run_count] = (struct case_run){ .line = r->line };
	return &c->runs[c->run_count++];
}

static void copy_strings(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->count; i++)
		strings_add(to, from->items[i]);
}

static void repeat_run(struct reader *r)
{
	struct case_run *run = reader_run(r);
	const struct case_run *old = run - 1;

	copy_strings(&run->args, &old->args);
	copy_strings(&run->present, &old->present);
	for (size_t i = 0; i < old->output_count; i++)
		reader_add_wanted(&run->output, &run->output_count, old->output[i].pattern,
				  mem_copy_text(old->output[i].text));
	for (size_t i = 0; i < old->error_count; i++)
		reader_add_wanted(&run->errors, &run->error_count, true, mem_copy_text(old->errors[i].text));
	buf_add_bytes(&run->input, buf_text(&old->input), old->input.len);
	run->output_rest = old->output_rest;
	run->exit_status = old->exit_status;
	run->within_ms = old->within_ms;
	run->at_least_ms = old->at_least_ms;
}

static bool close_run(struct reader *r)
{
	if (!reader_close_exchange(r))
		return false;
	return reader_run(r)->output_count ||
	       reader_refuse(r, "the run of line %d has no output line", reader_run(r)->line);
}

bool reader_on_run(struct reader *r, const char *rest)
{
	bool again = strcmp(rest, "again") == 0;
	if (*rest && !again)
		return reader_refuse(r, "run knows only `again`");
	if (!close_run(r))
		return false;
	add_run(r);
	if (again)
		repeat_run(r);
	return true;
}

static void add_title(struct reader *r, const char *text)
{
	text += strspn(text, "# ");
	if (r->titled || !*text)
		return;
	char *old = r->c->title;
	r->c->title = old ? mem_print("%s %s", old, text) : mem_copy_text(text);
	free(old);
}

static bool add_content(struct reader *r, const char *line)
{
	if (!r->content)
		return reader_refuse(r, "content without a file, stdin or reply above it");
	if (strncmp(line, "|@ ", 3) == 0)
		return reader_include(r, line + 3);
	if (line[1] && line[1] != ' ')
		return reader_refuse(r, "a blank is missing behind |");
	buf_add(r->content, line[1] ? line + 2 : "");
	buf_add_char(r->content, '\n');
	return true;
}

static bool read_directive(struct reader *r, const char *line)
{
	size_t len = strcspn(line, " \t");
	AUTO_FREE char *word = mem_copy_bytes(line, len);
	const char *rest = line + len + strspn(line + len, " \t");

	if (*word == '>')
		return reader_on_request(r, word + 1, rest);
	if (*word == '<')
		return reader_on_reply(r, word + 1, rest);
	reader_directive *read = reader_find_directive(word);
	return read ? read(r, rest) : reader_refuse(r, "unknown word: %s", word);
}

static bool read_line(struct reader *r, const char *raw)
{
	AUTO_BUF filled = { 0 };
	AUTO_FREE char *unknown = NULL;

	if (*raw == '#') {
		add_title(r, raw);
		return true;
	}
	r->titled = true;
	casetext_fill(raw, strlen(raw), r->vars, &filled, &unknown);
	const char *line = buf_text(&filled);
	if (unknown)
		return reader_refuse(r, "nobody knows %s", unknown);
	if (!*line)
		return true;
	if (*line == '|')
		return add_content(r, line);
	if (strchr(" \t", line[strlen(line) - 1]))
		return reader_refuse(r, "a blank at the end of the line");
	if (*line != '<')
		r->content = NULL;
	return read_directive(r, line);
}

static bool read_lines(struct reader *r, char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		bool last = !text[len];
		text[len] = '\0';
		r->line++;
		if (!read_line(r, text))
			return false;
		text += len + !last;
	}
	return close_run(r) && (r->c->title || reader_refuse(r, "no title: the first line must be `# TEXT`"));
}

/* The simulated values behind those that the caller gives. */
static struct casefile_var *join_vars(const struct casefile_var *given)
{
	static const struct casefile_var own[] = {
		{ "API_TOKEN", API_TOKEN }, { "ACCESS_TOKEN", ACCESS_TOKEN }, { "CLIENT_SECRET", CLIENT_SECRET },
		{ "TENANT_ID", TENANT_ID }, { "CLIENT_ID", CLIENT_ID },       { NULL, NULL },
	};
	size_t count = 0;
	while (given[count].name)
		count++;
	struct casefile_var *all = mem_new(count + sizeof(own) / sizeof(own[0]), sizeof(*all));
	if (count)
		memcpy(all, given, count * sizeof(*all));
	memcpy(all + count, own, sizeof(own));
	return all;
}

/* What a program promises: to end one second after its time limit. 0 for a run that sets none. */
static int64_t promised_ms(const struct strings *args)
{
	int64_t limit_ms = 0;

	for (size_t i = 0; i + 1 < args->count; i++) {
		AUTO_FREE char *value = mem_copy_bytes(args->items[i + 1], strcspn(args->items[i + 1], ":"));

		if (!strcmp(args->items[i], "-t") && casetext_time(value, &limit_ms))
			limit_ms += 1000;
	}
	return limit_ms;
}

/* The shared arguments stand in front of those of each run. */
static void deal_out(struct reader *r)
{
	for (size_t i = 0; i < r->c->run_count; i++) {
		struct strings all = { 0 };
		copy_strings(&all, &r->shared);
		copy_strings(&all, &r->c->runs[i].args);
		strings_clear(&r->c->runs[i].args);
		r->c->runs[i].args = all;
		if (!r->c->runs[i].within_ms)
			r->c->runs[i].within_ms = promised_ms(&all);
	}
}

bool casefile_read(const char *path, const char *tests, const struct casefile_var *vars, struct casefile *c,
		   struct err *e)
{
	AUTO_BUF text = { 0 };
	AUTO_FREE struct casefile_var *all = join_vars(vars);
	CLEANUP(casefile_free) struct casefile read = { .connections = -1 };
	struct reader r = { .path = path, .tests = tests, .c = &read, .vars = all, .e = e };
	bool open_to_others;

	if (!file_read("case", path, CASE_BYTES_MAX, &text, &open_to_others, e))
		return false;
	if (strlen(buf_text(&text)) != text.len)
		return err_set(e, ERR_CONFIG, "%s: has a NUL", path);
	AUTO_FREE char *lines = buf_take(&text);
	add_run(&r)->line = 1;
	bool good = read_lines(&r, lines);
	deal_out(&r);
	strings_clear(&r.shared);
	if (!good)
		return false;
	*c = read;
	memset(&read, 0, sizeof(read));
	return true;
}

static void free_lines(struct wanted_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lines[i].text);
	free(lines);
}

static void free_run(struct case_run *run)
{
	strings_clear(&run->args);
	strings_clear(&run->present);
	strings_clear(&run->environment);
	free_lines(run->output, run->output_count);
	free_lines(run->errors, run->error_count);
	for (size_t i = 0; i < run->file_count; i++) {
		free(run->files[i].name);
		buf_free(&run->files[i].content);
	}
	free(run->files);
	buf_free(&run->input);
}

void casefile_free(struct casefile *c)
{
	free(c->title);
	strings_clear(&c->plugins);
	strings_clear(&c->absent);
	for (size_t i = 0; i < c->run_count; i++)
		free_run(&c->runs[i]);
	free(c->runs);
	script_free(&c->script);
	*c = (struct casefile){ 0 };
}
