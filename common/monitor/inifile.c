// SPDX-License-Identifier: GPL-3.0-or-later
/* Ini files. The text may hold secrets, so it is overwritten before it is freed and never quoted in an error. */
#include "monitor/inifile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define FILE_MAX (1024 * 1024)

static const char *const names[] = { "monitoring-plugins.ini", "plugins.ini", "nagios-plugins.ini" };
static const char *const places[] = {
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
	"/usr/local/etc/monitoring-plugins.ini",
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	/* older */
	"/etc/nagios/plugins.ini",
	"/usr/local/nagios/etc/plugins.ini",
	"/usr/local/etc/nagios/plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/usr/local/etc/nagios-plugins.ini",
	"/etc/opt/nagios-plugins.ini",
};

/* The first of the names in a folder of the colon list. */
static char *find_in_folders(const char *list)
{
	while (list && *list) {
		size_t len = strcspn(list, ":");

		for (size_t i = 0; len && i < sizeof(names) / sizeof(names[0]); i++) {
			char *path = mem_print("%.*s/%s", (int)len, list, names[i]);

			if (!access(path, F_OK))
				return path;
			free(path);
		}
		list += len + (list[len] == ':');
	}
	return NULL;
}

char *ini_find(void)
{
	const char *file = getenv("MP_CONFIG_FILE");

	if (file && *file)
		return mem_copy_text(file);
	char *found = find_in_folders(getenv("NAGIOS_CONFIG_PATH"));
	if (!found)
		found = find_in_folders(getenv("MP_CONFIG_PATH"));
	for (size_t i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], F_OK))
			found = mem_copy_text(places[i]);
	return found;
}

/* Cuts blanks at both ends, in place. */
static char *trim(char *text)
{
	text += strspn(text, " \t\r\f\v");
	for (size_t len = strlen(text); len && strchr(" \t\r\f\v", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

struct walk {
	const char *section;
	ini_visit *visit;
	void *data;
	struct ini_entry entry;
	bool in_any, in_ours, found;
};

static bool read_header(struct walk *w, char *line, struct err *e)
{
	char *end = strchr(line, ']');

	if (!end || !strchr(";#", *trim(end + 1))) /* the end of the line, too, is found in that string */
		return err_set(e, ERR_USAGE, "%s line %d: a section is written as [name] on a line of its own",
			       w->entry.file, w->entry.line);
	*end = '\0';
	w->in_any = true;
	w->in_ours = !strcmp(trim(line + 1), w->section);
	w->found |= w->in_ours;
	return true;
}

static bool read_key(struct walk *w, char *line, struct err *e)
{
	char *equals = strchr(line, '=');

	if (!equals || equals == line)
		return err_set(e, ERR_USAGE, "%s line %d: a line is key=value, or key= for a flag", w->entry.file,
			       w->entry.line);
	*equals = '\0';
	w->entry.key = trim(line);
	w->entry.value = trim(equals + 1);
	return w->visit(&w->entry, w->data, e);
}

static bool read_line(struct walk *w, char *line, struct err *e)
{
	w->entry.line++;
	line = trim(line);
	if (!*line || *line == ';' || *line == '#')
		return true;
	if (*line == '[')
		return read_header(w, line, e);
	if (!w->in_any)
		return err_set(e, ERR_USAGE, "%s line %d stands before the first [section]", w->entry.file,
			       w->entry.line);
	return !w->in_ours || read_key(w, line, e);
}

static bool walk_lines(struct walk *w, char *text, struct err *e)
{
	if (!strncmp(text, "\xef\xbb\xbf", 3)) /* the mark that some editors put in front */
		text += 3;
	while (text) {
		char *rest = strchr(text, '\n');

		if (rest)
			*rest++ = '\0';
		if (!read_line(w, text, e))
			return false;
		text = rest;
	}
	return w->found || err_set(e, ERR_USAGE, "%s has no section [%s]", w->entry.file, w->section);
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_free(b);
}

bool ini_walk(const char *path, const char *section, ini_visit *visit, void *data, struct err *e)
{
	CLEANUP(wipe) struct buf text = { 0 };
	struct walk w = { .section = section, .visit = visit, .data = data };

	w.entry.file = strcmp(path, "-") ? path : "standard input";
	if (!file_read("configuration file", path, FILE_MAX, &text, &w.entry.open_to_others, e)) {
		e->kind = ERR_USAGE;
		return false;
	}
	if (strlen(buf_text(&text)) != text.len)
		return err_set(e, ERR_USAGE, "%s is no text file", w.entry.file);
	return !text.len ? err_set(e, ERR_USAGE, "%s is empty", w.entry.file) : walk_lines(&w, text.data, e);
}
