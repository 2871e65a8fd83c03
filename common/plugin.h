// SPDX-License-Identifier: GPL-3.0-or-later
/* The frame that every check hangs in: a const description and two functions. The frame reads settings, signs in, runs, prints once and
 * ends with the state. A plugin sees settings, borrowed records, errors and a verdict; no curl, no tokens, no stdout. */
#pragma once
#include "base/clock.h"
#include "base/err.h"
#include "base/strings.h"
#include "cloud/api.h"
#include "monitor/clean.h"
#include "monitor/describe.h"
#include "monitor/options.h"
#include "monitor/verdict.h"
#include "net/jget.h"

struct selection;

struct job {
	const void *settings;        /* the plugin's struct settings */
	const struct cloud_settings *cloud; /* for the check of the sign-in itself; what is secret there is compared, never printed */
	struct api *api;
	struct verdict *verdict;
	int64_t now;                 /* --at, or the clock: judge as of then */
	struct selection *selection; /* --include, --exclude, --expect */
	enum state empty_state;      /* --empty-state, */
	bool empty_state_given;      /* which is not the default */
	bool incomplete;             /* for sum_up: run failed on its way */
	void *seen;                  /* what the plugin remembers of the walk (seen_size bytes, zeroed at start) */
};

struct plugin {
	const char *name, *summary, *about, *permission, *requests;
	enum service service;
	bool absent_in_china;               /* the service is there, but not what this check reads */
	size_t settings_size, seen_size;
	const struct opt *options;
	const struct metric *metrics;
	const char *const *examples;
	const char *empty_state;            /* default of --empty-state: "ok" or "unknown" */
	const char *exclude;                /* default of --exclude, NULL: none */
	bool any_sign_in;                   /* also runs with an API token where the service takes none */
	bool exclude_adds;                  /* given patterns add to the default instead of replacing it */
	/* Cross-field rules; may be NULL. Limits are those of the metrics, in their order. */
	bool (*check)(void *settings, struct limits *limits, struct err *e);
	const struct query *const *reads;   /* all that run may ask for, ends with NULL; parameters and bodies may differ */
	/* Is it read with these settings, and after the status of the last reply (api_status)? NULL: all are. */
	bool (*does_read)(const struct job *job, const struct query *q);
	/* Is it no harm that this one failed, by that refusal (api_refusal; 0: otherwise), when `others` of the rest were allowed? NULL: it is. */
	bool (*does_without)(const struct job *job, const struct query *q, long refusal, unsigned others);
	/* Walks and judges item by item. On false what was seen stays. */
	bool (*run)(struct job *job, struct err *e);
	/* Measures what needs all items and says the sentence; called after run, also after one that failed on its way. */
	void (*sum_up)(struct job *job);
	/* Releases what `seen` points to, where freeing matters; may be NULL. */
	void (*release)(void *seen);
};
extern const struct plugin plugin; /* each plugin file defines it */

/* Is the item to be judged? Counts towards --expect first, then asks --include and --exclude. An item may have several names: all
 * but the first may be NULL. */
bool job_selects(struct job *job, const char *name, const char *other_name);
/* Takes the default patterns of --exclude away, as an option of the plugin may ask for; given ones stay. */
void job_drop_default_exclude(struct job *job);
/* Age in seconds as of job->now, never below 0. */
int64_t job_age(const struct job *job, int64_t at);
/* Notes on the current item that `at` lies ahead of the clock, when by more than five minutes. */
void job_note_future(struct job *job, int64_t at);
/* Says the empty state (of --empty-state or the default) with this sentence; nothing when the list is incomplete. */
void job_empty(struct job *job, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same for checks where nothing to judge is good, but a reply without any row is a sign of missing rights: UNKNOWN unless the
 * operator gave --empty-state. */
void job_empty_reply(struct job *job, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Reads for the current item: true when the member is there and of the type; what is there but odd makes the item unreadable, with
 * its raw value in the line. Absent and null are false and nothing more. */
bool job_bool(struct job *job, struct json_object *o, const char *name, bool *out);
bool job_time(struct job *job, struct json_object *o, const char *name, int64_t *out);
bool job_number(struct job *job, struct json_object *o, const char *name, double *out);
/* As job_bool, and an absent member makes the item unreadable too. */
bool job_must_bool(struct job *job, struct json_object *o, const char *name, bool *out);
bool job_must_time(struct job *job, struct json_object *o, const char *name, int64_t *out);

/* A kind of finding on line 1: "3 of 9 app connectors in error: A, B", further ones without the total. */
struct phrase {
	int metric;
	const char *text; /* "in error" */
};
/* Says the sentence made of the phrases whose metric counts anything (`phrases` ends with a NULL text); when none does, the given
 * one, unless items could not be judged. `nouns` is the plural of the item. */
void job_say(struct job *job, unsigned total, const char *nouns, const struct phrase *phrases, const char *all_well, ...)
	PRINTF_LIKE(5, 6);

/* The frame. Returns the exit status. */
int plugin_main(const struct plugin *p, int argc, char **argv);
