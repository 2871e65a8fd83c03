// SPDX-License-Identifier: GPL-3.0-or-later
/* The settings that every check has besides its connection: time limit, failure classes, selection, output. */
#pragma once
#include "base/err.h"
#include "monitor/options.h"
#include "monitor/verdict.h"
#include "selection.h"

/* Classes of trouble, in the order of their words on --error-state. */
enum failure { FAIL_TIMEOUT, FAIL_NETWORK, FAIL_TLS, FAIL_AUTH, FAIL_PERMISSION, FAIL_THROTTLE, FAIL_SCHEMA, FAIL_PARTIAL, FAIL_COUNT };

enum description { DESCRIBE_MAN, DESCRIBE_ICINGA, DESCRIBE_JSON };

struct frame {
	bool help, version, check_access;
	int describe;                    /* -1: not asked */
	int verbose;
	int64_t timeout;                 /* seconds */
	enum state on_failure[FAIL_COUNT];
	int64_t at;                      /* 0: now */
	int empty_state;                 /* an enum state */
	int detail, format, ranges;
	bool perfdata_per_item;
	int64_t max_output;
	struct selection selection;
};

/* Rows that a plugin's own defaults change are found by these names. */
extern const struct opt frame_options[];

/* The state that the operator gave to trouble of this kind. */
enum state frame_state(const struct frame *f, enum err_kind kind);
