// SPDX-License-Identifier: GPL-3.0-or-later
/* The settings that every check has, and the parsers of those with a grammar of their own. */
#include "frame.h"

#include <stdlib.h>
#include <string.h>

#define AT(member, want) OPT_AT(struct frame, member, want)

static const char *const failure_names[] = { "timeout", "network", "tls", "auth", "permission", "throttle", "schema", "partial", NULL };
static const char *const detail_names[] = { "problems", "all", NULL };
static const char *const format_names[] = { "multi-line", "mp-test-json", NULL };
static const char *const ranges_names[] = { "range", "plain", "none", NULL };
static const char *const state_names[] = { "ok", "warning", "critical", "unknown", NULL };
static const char *const describe_names[] = { "man", "icinga", "json", NULL };

/* A state that trouble may have: nothing unread is ever OK. */
static bool parse_trouble_state(const char *text, enum state *s, struct err *e)
{
	enum state found;

	if (!state_parse(text, &found))
		return err_set(e, ERR_USAGE, "'%s' is no state, use warning, critical or unknown (or 1, 2, 3)", text);
	if (found == STATE_OK)
		return err_set(e, ERR_USAGE, "ok is not accepted here: an answer that was not read is never OK");
	*s = found;
	return true;
}

/* SECONDS, SECONDS:STATE or :STATE */
static bool parse_timeout(const char *value, void *settings, struct err *e)
{
	struct frame *f = settings;
	const char *colon = strchr(value, ':');
	AUTO_FREE char *number = mem_copy_bytes(value, colon ? (size_t)(colon - value) : strlen(value));
	enum state state = f->on_failure[FAIL_TIMEOUT];
	int64_t seconds = f->timeout;

	if (*number) {
		char *end;

		seconds = strspn(number, "0123456789") == strlen(number) ? strtoll(number, &end, 10) : 0;
		if (seconds < 1 || seconds > 3600)
			return err_set(e, ERR_USAGE, "'%s' is no time limit, use whole seconds from 1 to 3600", number);
	} else if (!colon) {
		return err_set(e, ERR_USAGE, "the time limit is empty, use SECONDS, SECONDS:STATE or :STATE");
	}
	if (colon && !parse_trouble_state(colon + 1, &state, e))
		return false;
	f->timeout = seconds;
	f->on_failure[FAIL_TIMEOUT] = state;
	return true;
}

static bool parse_timeout_result(const char *value, void *settings, struct err *e)
{
	struct frame *f = settings;

	return parse_trouble_state(value, &f->on_failure[FAIL_TIMEOUT], e);
}

/* CLASS:STATE */
static bool parse_error_state(const char *value, void *settings, struct err *e)
{
	struct frame *f = settings;
	const char *colon = strchr(value, ':');

	for (int i = 0; colon && i < FAIL_COUNT; i++) {
		size_t len = strlen(failure_names[i]);

		if ((size_t)(colon - value) == len && !strncasecmp(value, failure_names[i], len))
			return parse_trouble_state(colon + 1, &f->on_failure[i], e);
	}
	return err_set(e, ERR_USAGE,
		       "'%s' is not CLASS:STATE with a class of timeout, network, tls, auth, permission, throttle, schema, partial",
		       value);
}

const struct opt frame_options[] = {
	{ OPT_IS_BREAK, 'h', "help", AT(help, bool), .help = "print this help and exit" },
	{ OPT_IS_BREAK, 'V', "version", AT(version, bool), .help = "print the version and exit" },
	{ OPT_IS_COUNT, 'v', "verbose", AT(verbose, int),
	  .help = "more detail; twice: configuration, requests and cache decisions on stderr; three times: headers too, and no ceiling for "
		  "the output. Never a secret" },
	{ OPT_IS_CUSTOM, 't', "timeout", .fallback = "30:unknown", .arg = "SECONDS[:STATE]", .parse = parse_timeout, .last_counts = true,
	  .help = "time limit of the whole run, all waits included, and the state when it is reached" },
	{ OPT_IS_CUSTOM, 0, "timeout-result", .arg = "STATE", .parse = parse_timeout_result, .last_counts = true,
	  .help = "state when the time limit is reached: warning, critical, unknown (1, 2, 3); the last of --timeout, --timeout-result and "
		  "--error-state=timeout:STATE counts" },
	{ OPT_IS_CUSTOM, 0, "error-state", .arg = "CLASS:STATE", .parse = parse_error_state,
	  .help = "state for a class of trouble instead of unknown, repeatable; classes: timeout, network, tls, auth, permission, throttle, "
		  "schema, partial" },
	{ OPT_IS_LIST, 0, "include", AT(selection.include, struct strings), .arg = "GLOB",
	  .help = "judge only items whose name fits (* and ?, case does not matter), repeatable" },
	{ OPT_IS_LIST, 0, "exclude", AT(selection.exclude, struct strings), .arg = "GLOB", .help = "leave out items whose name fits, repeatable" },
	{ OPT_IS_LIST, 0, "expect", AT(selection.expect, struct strings), .arg = "GLOB",
	  .help = "at least one item must have such a name, else it counts as missing; repeatable" },
	{ OPT_IS_CHOICE, 0, "empty-state", AT(empty_state, int), .arg = "STATE", .choices = state_names,
	  .help = "state when no item is left to judge" },
	{ OPT_IS_TIME, 0, "at", AT(at, int64_t), .arg = "TIME",
	  .help = "judge as of this moment, RFC 3339, for example 2026-11-20T12:00:00Z; never changes tokens, TLS or the time limit" },
	{ OPT_IS_CHOICE, 0, "detail", AT(detail, int), .fallback = "problems", .arg = "WHICH", .choices = detail_names,
	  .help = "which items get a line; -v means all" },
	{ OPT_IS_CHOICE, 0, "output-format", AT(format, int), .fallback = "multi-line", .arg = "FORMAT", .choices = format_names,
	  .help = "text, or one JSON object as the Monitoring Plugins test format has it" },
	{ OPT_IS_FLAG, 0, "perfdata-per-item", AT(perfdata_per_item, bool), .help = "performance data for each item, after the totals" },
	{ OPT_IS_CHOICE, 0, "perfdata-ranges", AT(ranges, int), .fallback = "range", .arg = "FORM", .choices = ranges_names,
	  .help = "how ranges stand in performance data: as ranges, as the bound that matters (for graphs), or not at all" },
	{ OPT_IS_INT, 0, "max-output", AT(max_output, int64_t), .fallback = "4096", .arg = "BYTES", .low = 512, .high = 1048576,
	  .help = "ceiling of the output; lines that do not fit are counted" },
	{ OPT_IS_BREAK, 0, "check-access", AT(check_access, bool),
	  .help = "instead of the check: sign in, ask for one row of each list that it reads, and say what is allowed and what to grant" },
	{ OPT_IS_CHOICE, 0, "describe", AT(describe, int), .arg = "AS", .choices = describe_names,
	  .help = "print the option table as a manual page, an Icinga 2 command or JSON, and exit with 0" },
	OPT_END
};

enum state frame_state(const struct frame *f, enum err_kind kind)
{
	switch (kind) {
	case ERR_TIMEOUT:
		return f->on_failure[FAIL_TIMEOUT];
	case ERR_NETWORK:
		return f->on_failure[FAIL_NETWORK];
	case ERR_TLS:
		return f->on_failure[FAIL_TLS];
	case ERR_AUTH:
	case ERR_ENDED:
		return f->on_failure[FAIL_AUTH];
	case ERR_DENIED:
		return f->on_failure[FAIL_PERMISSION];
	case ERR_THROTTLED:
		return f->on_failure[FAIL_THROTTLE];
	case ERR_REPLY:
		return f->on_failure[FAIL_SCHEMA];
	case ERR_PARTIAL:
		return f->on_failure[FAIL_PARTIAL];
	case ERR_NONE:
	case ERR_USAGE:
	case ERR_CONFIG:
		break;
	}
	return STATE_UNKNOWN;
}
