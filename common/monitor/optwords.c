// SPDX-License-Identifier: GPL-3.0-or-later
/* The words of the command line. No message quotes what may be a secret. */
#include "monitor/optwords.h"

#include <stdio.h>
#include <string.h>

static const char *argument_word(const struct target *target)
{
	return target->row ? target->row->arg : "RANGE";
}

bool optwords_more(const struct words *w)
{
	return w->cluster || (w->next < w->argc && (strcmp(w->argv[w->next], "--") || w->next + 1 < w->argc));
}

/* Says that there is no such option, with the one that may be meant. `hyphens` is what stands before the name. */
static bool refuse_name(const struct search *s, const char *hyphens, struct err *e)
{
	int len = s->len < 60 ? (int)s->len : 60;

	if (s->begun == 1)
		return err_set(e, ERR_USAGE, "unknown option %s%.*s, write --%s if that is meant, see --help", hyphens,
			       len, s->text, s->name);
	return err_set(e, ERR_USAGE, "unknown option %s%.*s, see --help", hyphens, len, s->text);
}

/* Arguments stand in the process list and in the monitoring's database, readable by everyone. */
static bool refuse_secret(const struct opt_table *t, const struct target *target, struct err *e)
{
	AUTO_FREE char *variable = options_variable(target->row);
	AUTO_FREE char *file = mem_print("%s-file", target->row->name);
	struct search s = optname_find(t, file, strlen(file));
	AUTO_BUF cure = { 0 };

	if (s.exact)
		buf_print(&cure, "--%s, ", file);
	if (target->group->environment)
		buf_print(&cure, "%s in the environment, ", variable);
	return err_set(e, ERR_USAGE,
		       "--%s is not taken as an argument, which everyone on the host can read: use %sor %s= in a "
		       "section of --extra-opts",
		       target->row->name, buf_text(&cure), target->row->name);
}

static bool refuse_userinfo(const struct target *target, struct err *e)
{
	AUTO_FREE char *variable = options_variable(target->row);
	bool from_environment = target->group->environment;

	return err_set(e, ERR_USAGE,
		       "--%s with user info is not taken as an argument, which everyone on the host can read: use "
		       "%s%s%s= in a section of --extra-opts",
		       target->row->name, from_environment ? variable : "",
		       from_environment ? " in the environment, or " : "", target->row->name);
}

/* User info ends in `@`, and no other part of such a URL has one. */
static bool may_be_argument(const struct opt_table *t, const struct word *word, struct err *e)
{
	const struct opt *row = word->target.row;

	if (optname_is(&word->target, OPT_IS_SECRET))
		return refuse_secret(t, &word->target, e);
	if (row && row->userinfo_refused && word->value && strchr(word->value, '@'))
		return refuse_userinfo(&word->target, e);
	return true;
}

/* The value in the next word. What begins with two hyphens is the next option; such a value is written behind `=`. */
static bool take_value(struct words *w, struct word *out, struct err *e)
{
	const char *next = w->next < w->argc ? w->argv[w->next] : NULL;

	if (!optname_takes_value(&out->target) || optname_is(&out->target, OPT_IS_SECRET))
		return true;
	if (out->target.row && out->target.row->value_optional) {
		out->value = "";
		return true;
	}
	if (optname_is_extra_opts(&out->target) && (!next || *next == '-')) {
		out->value = "";
		return true;
	}
	if (!next || !strncmp(next, "--", 2))
		return err_set(e, ERR_USAGE, "%s needs a value (%s), see --help", out->shown,
			       argument_word(&out->target));
	out->value = next;
	w->next++;
	return true;
}

static bool read_long(const struct opt_table *t, struct words *w, struct word *out, struct err *e)
{
	const char *name = w->argv[w->next++] + 2;
	size_t len = strcspn(name, "=");
	struct search s = optname_find(t, name, len);

	if (!s.exact)
		return refuse_name(&s, "--", e);
	out->target = s.found;
	snprintf(out->shown, sizeof(out->shown), "--%.*s", (int)len, name);
	if (!name[len])
		return take_value(w, out, e);
	if (!optname_takes_value(&out->target))
		return err_set(e, ERR_USAGE, "%s takes no value, see --help", out->shown);
	out->value = name + len + 1;
	return true;
}

/* -client-secret=… must not be read as -c with a value, which a message would quote. */
static bool refuse_long_behind_one_hyphen(const struct opt_table *t, const char *name, struct err *e)
{
	struct search s = optname_find(t, name, strcspn(name, "="));

	if (s.len < 3 || (!s.exact && !s.begun))
		return true;
	return err_set(e, ERR_USAGE, "unknown option -%.*s, long options take two hyphens, see --help", (int)s.len,
		       name);
}

static bool read_short(const struct opt_table *t, struct words *w, struct word *out, struct err *e)
{
	if (!w->cluster) {
		w->cluster = w->argv[w->next] + 1;
		if (!refuse_long_behind_one_hyphen(t, w->cluster, e))
			return false;
	}
	char letter = *w->cluster++;
	const char *rest = *w->cluster ? w->cluster : NULL;

	if (!optname_find_letter(t, letter, &out->target))
		return err_set(e, ERR_USAGE, "unknown option -%c, see --help", letter);
	snprintf(out->shown, sizeof(out->shown), "-%c", letter);
	if (rest && !optname_takes_value(&out->target))
		return true;
	w->cluster = NULL;
	w->next++;
	out->value = rest;
	return rest || take_value(w, out, e);
}

bool optwords_next(const struct opt_table *t, struct words *w, struct word *out, struct err *e)
{
	const char *arg = w->argv[w->next], *stray = NULL;

	*out = (struct word){ 0 };
	if (!w->cluster && !strcmp(arg, "--"))
		stray = w->argv[w->next + 1];
	else if (!w->cluster && (arg[0] != '-' || !arg[1]))
		stray = arg;
	if (stray)
		return err_set(e, ERR_USAGE, "unexpected argument '%.120s', see --help", stray);
	bool is_long = !w->cluster && arg[1] == '-';
	return (is_long ? read_long : read_short)(t, w, out, e) && may_be_argument(t, out, e);
}
