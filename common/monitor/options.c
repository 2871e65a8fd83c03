// SPDX-License-Identifier: GPL-3.0-or-later
/* Where settings come from: defaults, MDCA_… variables, sections, arguments, and AZURE_… variables in what is left
 * open. */
#include "monitor/options.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/inifile.h"
#include "monitor/optvalue.h"
#include "monitor/optwords.h"

/* Where a value stands. */
struct source {
	enum origin origin;
	const char *shown; /* in messages: "--timeout", "MDCA_CLOUD", "contoso.ini line 3: cloud" */
	const char *trace; /* for options_source */
};

static bool set_limits(const struct target *target, const char *value, struct err *e)
{
	bool on = false;

	if (optname_takes_value(target))
		return range_parse(value, target->metric->unit,
				   target->warn ? &target->limits->warn : &target->limits->crit, e);
	if (!optvalue_parse_switch(value, &on, e))
		return false;
	if (on)
		*target->limits = (struct limits){ 0 };
	return true;
}

static bool set_row(const struct target *target, const char *value, enum origin origin, struct err *e)
{
	const struct opt *row = target->row;
	void *settings = target->group->settings;

	if (row->type != OPT_IS_LIST)
		return optvalue_set(row, settings, value, e);
	if (target->note->origin < FROM_SECTION && !row->keep_default)
		optvalue_empty(row, settings);
	if (origin != FROM_ENVIRONMENT)
		return optvalue_set(row, settings, value, e);
	optvalue_add_split(row, settings, value);
	return true;
}

static bool apply(const struct target *target, const char *value, const struct source *from, struct err *e)
{
	if (target->row ? !set_row(target, value, from->origin, e) : !set_limits(target, value, e))
		return err_add(e, "%s", from->shown);
	if (target->note) {
		free(target->note->source);
		*target->note = (struct opt_note){ from->origin, mem_copy_text(from->trace) };
	}
	return true;
}

static bool read_arguments(const struct opt_table *t, int argc, char *const *argv, struct err *e)
{
	struct words words = { .argc = argc, .argv = argv, .next = 1 };
	struct word word;

	while (optwords_more(&words)) {
		if (!optwords_next(t, &words, &word, e))
			return false;
		struct source from = { FROM_ARGUMENT, word.shown, "argument" };
		if (!optname_is_extra_opts(&word.target) && !apply(&word.target, word.value, &from, e))
			return false;
	}
	return true;
}

struct section {
	const struct opt_table *t;
	const char *name;
};

/* What may be a secret on the wrong side of `=` is not quoted. */
static bool refuse_key(const struct ini_entry *entry, const struct search *s, struct err *e)
{
	if (s->len > 40 || strspn(entry->key, "abcdefghijklmnopqrstuvwxyz0123456789-_") != s->len)
		return err_set(e, ERR_USAGE, "%s line %d: the key is no option, see --help", entry->file, entry->line);
	if (s->begun == 1)
		return err_set(e, ERR_USAGE, "%s line %d: unknown key %s, write %s if that is meant, see --help",
			       entry->file, entry->line, entry->key, s->name);
	return err_set(e, ERR_USAGE, "%s line %d: unknown key %s, see --help", entry->file, entry->line, entry->key);
}

static bool may_be_key(const struct target *target, const struct ini_entry *entry, struct err *e)
{
	const struct opt *row = target->row;

	if (!row)
		return true;
	if (optname_is_extra_opts(target) || row->type == OPT_IS_BREAK || !strcmp(row->name, "describe"))
		return err_set(e, ERR_USAGE, "%s line %d: %s is taken only as an argument", entry->file, entry->line,
			       row->name);
	bool secret = row->type == OPT_IS_SECRET || (row->userinfo_refused && strchr(entry->value, '@'));
	if (secret && entry->open_to_others)
		return err_set(e, ERR_CONFIG,
			       "%s line %d: %s is a secret, but the file is open to others or belongs to another user: "
			       "give it to the user of the check and run chmod 0600 %s",
			       entry->file, entry->line, row->name, entry->file);
	return true;
}

static bool apply_entry(const struct ini_entry *entry, void *data, struct err *e)
{
	const struct section *section = data;
	struct search s = optname_find(section->t, entry->key, strlen(entry->key));
	AUTO_FREE char *shown = mem_print("%s line %d: %s", entry->file, entry->line, entry->key);
	AUTO_FREE char *trace = mem_print("section %s of %s", section->name, entry->file);
	struct source from = { FROM_SECTION, shown, trace };

	if (s.len == 1)
		s.exact = optname_find_letter(section->t, *entry->key, &s.found);
	if (!s.exact)
		return refuse_key(entry, &s, e);
	return may_be_key(&s.found, entry, e) && apply(&s.found, entry->value, &from, e);
}

/* [SECTION][@FILE] */
static bool read_section(const struct opt_table *t, const char *place, struct err *e)
{
	const char *at = strchrnul(place, '@');
	AUTO_FREE char *name = at > place ? mem_copy_bytes(place, (size_t)(at - place)) : mem_copy_text(t->program);
	AUTO_FREE char *file = *at && at[1] ? mem_copy_text(at + 1) : ini_find();
	struct section section = { t, name };

	if (!file)
		return err_set(e, ERR_USAGE,
			       "--extra-opts: no ini file is in the usual places: name it as in --extra-opts=%s@FILE, "
			       "or by MP_CONFIG_FILE in the environment",
			       name);
	return ini_walk(file, name, apply_entry, &section, e) || err_add(e, "--extra-opts");
}

static bool read_sections(const struct opt_table *t, int argc, char *const *argv, struct err *e)
{
	struct words words = { .argc = argc, .argv = argv, .next = 1 };
	struct word word;

	while (optwords_more(&words)) {
		if (!optwords_next(t, &words, &word, e))
			return false;
		if (optname_is_extra_opts(&word.target) && !read_section(t, word.value, e))
			return false;
	}
	return true;
}

/* An empty variable counts as not set: that is how Icinga passes a macro without a value. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool read_environment(const struct opt_table *t, struct err *e)
{
	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name && g->environment; row++) {
			AUTO_FREE char *name = options_variable(row);
			struct source from = { FROM_ENVIRONMENT, name, name };
			struct target target = optname_of_row(g, row);
			const char *value = variable(name);

			if (value && !apply(&target, value, &from, e))
				return false;
		}
	}
	return true;
}

static bool is_given(const struct opt_table *t, const char *name)
{
	struct search s = optname_find(t, name, strlen(name));

	return s.exact && s.found.note && s.found.note->origin > FROM_AZURE;
}

/* Hosts in Azure and Kubernetes inject AZURE_… variables that nobody meant for a check, so they count only as one whole
 * set (tenant, client and a credential), and only where nothing else says who signs in. How that is done may be said elsewhere. */
static bool azure_set_counts(const struct opt_table *t)
{
	bool tenant = false, client = false, credential = false;

	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name && g->entra; row++) {
			if (row->names_nobody)
				continue;
			if (g->notes[row - g->rows].origin > FROM_AZURE)
				return false;
			if (!row->azure || !variable(row->azure))
				continue;
			if (!strcmp(row->azure, "AZURE_TENANT_ID"))
				tenant = true;
			else if (!strcmp(row->azure, "AZURE_CLIENT_ID"))
				client = true;
			else
				credential = true;
		}
	}
	return tenant && client && credential;
}

static bool read_azure(const struct opt_table *t, struct err *e)
{
	bool set_counts = azure_set_counts(t);

	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			struct target target = optname_of_row(g, row);
			bool counts = target.note->origin < FROM_AZURE &&
				      (g->entra ? set_counts : !(row->azure_unless && is_given(t, row->azure_unless)));
			const char *value = row->azure && counts ? variable(row->azure) : NULL;
			struct source from = { FROM_AZURE, row->azure, row->azure };

			if (value && !apply(&target, value, &from, e))
				return false;
		}
		g->azure_set = g->entra && set_counts;
	}
	return true;
}

void options_defaults(const struct opt_table *t)
{
	struct err e;

	for (struct opt_group *g = t->groups; g->rows; g++) {
		size_t count = 0;

		for (const struct opt *row = g->rows; row->name; row++, count++) {
			optvalue_clear(row, g->settings);
			if (row->fallback && row->type == OPT_IS_LIST)
				optvalue_add_split(row, g->settings, row->fallback);
			else if (row->fallback && !optvalue_set(row, g->settings, row->fallback, &e))
				abort();
		}
		g->notes = mem_new(count, sizeof(*g->notes));
	}
	for (size_t i = 0; t->metrics[i].name; i++) {
		const struct metric *m = &t->metrics[i];

		t->limits[i] = (struct limits){ 0 };
		if (!range_parse(m->warn ? m->warn : "", m->unit, &t->limits[i].warn, &e) ||
		    !range_parse(m->crit ? m->crit : "", m->unit, &t->limits[i].crit, &e))
			abort();
		t->limits[i].warn.is_default = t->limits[i].crit.is_default = true;
	}
}

bool options_read(const struct opt_table *t, int argc, char *const *argv, struct err *e)
{
	return read_environment(t, e) && read_sections(t, argc, argv, e) && read_arguments(t, argc, argv, e) &&
	       read_azure(t, e);
}

/* Asked before anything is parsed: every word stands for itself, and a cluster counts when all its letters are flags.
 */
bool options_asks(int argc, char *const *argv, char letter, const char *name)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *arg = argv[i];

		if (!strncmp(arg, "--", 2) && !strcmp(arg + 2, name))
			return true;
		if (arg[0] == '-' && strchr(arg + 1, letter) && strspn(arg + 1, "hVv46") == strlen(arg + 1))
			return true;
	}
	return false;
}

void options_release(const struct opt_table *t)
{
	for (struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *row = g->rows; row->name; row++) {
			optvalue_release(row, g->settings);
			if (g->notes)
				free(g->notes[row - g->rows].source);
		}
		free(g->notes);
		g->notes = NULL;
	}
}

const char *options_source(const struct opt_table *t, const struct opt *row)
{
	for (const struct opt_group *g = t->groups; g->rows; g++) {
		for (const struct opt *r = g->rows; r->name; r++) {
			if (r == row && g->notes[r - g->rows].source)
				return g->notes[r - g->rows].source;
		}
	}
	return "default";
}
