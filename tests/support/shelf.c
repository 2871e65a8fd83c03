// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/caserun.h"

bool shelf_is_good_reply(const struct exchange *x)
{
	return x->run == 0 && x->reply.status == 200 && x->reply.body.len && x->reply.end == REPLY_KEEP;
}

/* One that answers at once in one line, and has a good reply to damage. */
static bool is_of_use(const struct casefile *c)
{
	const struct case_run *run = &c->runs[0];
	bool any = false;

	for (size_t i = 0; i < run->args.count; i++)
		if (!strncmp(run->args.items[i], "-v", 2) || glob_fits("--verbose*", run->args.items[i]) ||
		    glob_fits("--max-output*", run->args.items[i]))
			return false;
	for (size_t i = 0; i < c->script.count; i++) {
		const struct exchange *x = &c->script.exchanges[i];
		if (x->run == 0 && (x->reply.end == REPLY_STALL || x->reply.wait_ms || x->reply.drip))
			return false;
		any = any || shelf_is_good_reply(x);
	}
	return any && run->output_count && run->output[0].text[0] != '{';
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_sorted(const char *path, const char *glob, struct strings *names, struct err *e)
{
	DIR *folder = opendir(path);

	if (!folder)
		return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	for (struct dirent *entry; (entry = readdir(folder));)
		if (glob_fits(glob, entry->d_name))
			strings_add(names, entry->d_name);
	closedir(folder);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
	return true;
}

static bool fill_shelf(const struct shelves *s, const char *cases, struct shelf *shelf, struct err *e)
{
	CLEANUP(strings_clear) struct strings names = { 0 };
	AUTO_FREE char *folder = mem_print("%s/%s", cases, shelf->name);

	if (!list_sorted(folder, "*.case", &names, e))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(casefile_free) struct casefile c = { 0 };
		AUTO_FREE char *file = mem_print("%s/%s", folder, names.items[i]);

		if (!caserun_peek(file, s->tests, &c, e))
			return false;
		if (is_of_use(&c))
			strings_add(c.runs[0].exit_status ? &shelf->other : &shelf->good, file);
	}
	return (shelf->good.count && shelf->other.count) || err_set(e, ERR_CONFIG, "%s: too few cases of use", folder);
}

bool shelves_fill(struct shelves *s, const char *cases, const char *plugins, struct err *e)
{
	CLEANUP(strings_clear) struct strings names = { 0 };
	AUTO_FREE char *above = mem_print("%s/..", cases), *built = realpath(plugins, NULL);

	s->tests = realpath(above, NULL);
	if (!s->tests || !built)
		return err_set(e, ERR_CONFIG, "%s: %s", built ? above : plugins, strerror(errno));
	AUTO_FREE char *folder = realpath(cases, NULL);
	if (!list_sorted(folder, "check_*", &names, e))
		return false;
	for (size_t i = 0; i < names.count && s->count < SHELVES_MAX; i++) {
		struct shelf *shelf = &s->items[s->count++];

		shelf->name = mem_copy_text(names.items[i]);
		shelf->path = mem_print("%s/%s", built, names.items[i]);
		if (access(shelf->path, X_OK))
			return err_set(e, ERR_CONFIG, "%s: not built", shelf->path);
		if (!fill_shelf(s, folder, shelf, e))
			return false;
	}
	return s->count || err_set(e, ERR_CONFIG, "no cases in %s", folder);
}

void shelves_clear(struct shelves *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct shelf *shelf = &s->items[i];

		free(shelf->name);
		free(shelf->path);
		strings_clear(&shelf->good);
		strings_clear(&shelf->other);
	}
	free(s->tests);
	*s = (struct shelves){ 0 };
}
