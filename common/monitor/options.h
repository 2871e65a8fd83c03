// SPDX-License-Identifier: GPL-3.0-or-later
/* The option table: one const row is the setting everywhere (argument, config key, environment, help, man page, Icinga).
 *
 * Values come from defaults, AZURE_… variables, MDCA_… variables, the sections named by --extra-opts and the arguments, later ones
 * winning; lists add up between sections and arguments. Nothing here prints or exits. */
#pragma once
#include "base/err.h"
#include "base/strings.h"
#include "monitor/verdict.h"
#include <stdint.h>

enum opt_type {
	OPT_IS_FLAG,     /* bool */
	OPT_IS_COUNT,    /* int, each use adds one (-vvv) */
	OPT_IS_INT,      /* int64_t, decimal, within low..high */
	OPT_IS_DURATION, /* int64_t, seconds; above 0 */
	OPT_IS_TEXT,     /* char *, NULL when not given */
	OPT_IS_CHOICE,   /* int, index into choices, -1 when not given */
	OPT_IS_LIST,     /* struct strings, repeatable */
	OPT_IS_SECRET,   /* char *; environment and section only, never an argument */
	OPT_IS_TIME,     /* int64_t, RFC 3339 */
	OPT_IS_CUSTOM,   /* parse(value, settings struct) decides; repeatable unless `last_counts` */
	OPT_IS_BREAK,    /* --help, --version …: read by the frame, stops nothing here (bool) */
};

struct opt {
	enum opt_type type;
	char letter;             /* 0: none */
	const char *name;        /* whole words; also the key in a section */
	size_t at;               /* typed offset into the group's settings struct */
	const char *fallback;    /* default, parsed like an argument; NULL: none; a list takes comma-separated patterns */
	const char *arg;         /* the word for the value in help, in capitals */
	const char *help;        /* one sentence without a final point */
	const char *const *choices;
	const char *azure;       /* the AZURE_… variable that also sets it */
	const char *azure_unless; /* outside the Entra group: not when the option of this name is given */
	int64_t low, high;       /* OPT_IS_INT */
	bool (*parse)(const char *value, void *settings, struct err *e);
	bool last_counts;        /* a custom one that replaces what was given before */
	bool keep_default;       /* a list whose default stays when more is given */
	bool value_optional;     /* a text: --NAME alone is the empty one, and a value stands behind `=` only */
	bool names_nobody;       /* in the Entra group: says nothing of who signs in, so the AZURE_… set counts beside it */
	bool userinfo_refused;   /* a URL that may carry user:password@, but not as an argument */
};

/* Does not compile unless the member has exactly this type. */
#define OPT_AT(structure, member, want) \
	(offsetof(structure, member) + 0 * sizeof((want *)0 == &((structure *)0)->member))

/* For the settings struct of a plugin, named `struct settings`. */
#define OPT_FLAG(letter_, name_, member, help_) \
	{ .type = OPT_IS_FLAG, .letter = letter_, .name = name_, .at = OPT_AT(struct settings, member, bool), .help = help_ }
#define OPT_VALUED(type_, letter_, name_, member, want, fallback_, arg_, ...) \
	{ .type = type_, .letter = letter_, .name = name_, .at = OPT_AT(struct settings, member, want), .fallback = fallback_, \
	  .arg = arg_, __VA_ARGS__ }
#define OPT_INT(letter_, name_, member, fallback_, arg_, low_, high_, help_) \
	OPT_VALUED(OPT_IS_INT, letter_, name_, member, int64_t, fallback_, arg_, .low = low_, .high = high_, .help = help_)
#define OPT_DURATION(letter_, name_, member, fallback_, help_) \
	OPT_VALUED(OPT_IS_DURATION, letter_, name_, member, int64_t, fallback_, "DURATION", .help = help_)
#define OPT_TEXT(letter_, name_, member, fallback_, arg_, help_) \
	OPT_VALUED(OPT_IS_TEXT, letter_, name_, member, char *, fallback_, arg_, .help = help_)
#define OPT_CHOICE(letter_, name_, member, fallback_, choices_, arg_, help_) \
	OPT_VALUED(OPT_IS_CHOICE, letter_, name_, member, int, fallback_, arg_, .choices = choices_, .help = help_)
#define OPT_LIST(letter_, name_, member, fallback_, arg_, help_) \
	OPT_VALUED(OPT_IS_LIST, letter_, name_, member, struct strings, fallback_, arg_, .help = help_)
#define OPT_TIME(letter_, name_, member, help_) OPT_VALUED(OPT_IS_TIME, letter_, name_, member, int64_t, NULL, "TIME", .help = help_)
#define OPT_END { .name = NULL }

/* Rows that share a settings struct and a heading in the help. */
struct opt_group {
	const char *title;
	const struct opt *rows;  /* ends with a row without a name */
	void *settings;
	bool environment;        /* MDCA_NAME is read for each row */
	bool own;                /* the plugin's own: Icinga macro mdca_CHECK_OPTION instead of mdca_OPTION */
	bool entra;              /* its rows are the Entra settings of the AZURE_… rule */
	bool azure_set;          /* set by options_read: the AZURE_… set fills this Entra group */
	struct opt_note *notes;  /* options.c's own: what set each row; leave it NULL */
};

struct opt_table {
	const char *program;              /* check_mdca_… ; also the default section */
	struct opt_group *groups;         /* ends with a group without rows */
	const struct metric *metrics;
	struct limits *limits;            /* filled: one per metric */
};

/* --extra-opts, which stands in no group. */
extern const struct opt options_extra_opts;

/* Sets all fallbacks. A fallback that does not parse is our mistake: it aborts. Every table needs options_release after it. */
void options_defaults(const struct opt_table *t);
/* Reads environment, sections and arguments into the settings. ERR_USAGE names option and value, for a section also file and
 * line, and says what is accepted. */
bool options_read(const struct opt_table *t, int argc, char *const *argv, struct err *e) MUST_USE;
/* Is this letter or name among the arguments, wherever? For --help, which wins over every error. */
bool options_asks(int argc, char *const *argv, char letter, const char *name);
/* Releases texts and lists; secrets are overwritten first. */
void options_release(const struct opt_table *t);
/* Which source set the row last, for -vv: "argument", "section contoso of FILE", "MDCA_TENANT_ID", "default". Lent until release. */
const char *options_source(const struct opt_table *t, const struct opt *row);
/* The NAME in the metric's --warning-NAME, --critical-NAME and --ignore-NAME. */
char *options_metric_name(const struct metric *m) MUST_USE;
/* The variable of a row in a group with `environment`: MDCA_NAME. */
char *options_variable(const struct opt *row) MUST_USE;
