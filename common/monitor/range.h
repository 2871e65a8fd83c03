// SPDX-License-Identifier: GPL-3.0-or-later
/* Ranges of the Monitoring Plugins Development Guidelines, `[@][start:][end]`, read strictly: decimal numbers only,
 * end points are inside, nothing after the range. Bounds of a time take the suffixes s m h d w, bounds of a
 * percentage may carry `%`. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "monitor/state.h"

struct range {
	double lo, hi;      /* open ends are -INFINITY and INFINITY */
	bool alert_inside;  /* `@` */
	bool given;         /* false: there is no range, it never alerts */
	bool is_default;    /* the metric's own, nobody asked for it (options.c says so) */
};

struct limits {
	struct range warn, crit;
};

/* `unit` is the metric's: "s" lets bounds be durations, "%" lets them carry the sign. An empty text removes the range. On false
 * (ERR_USAGE, the text quoted, the cure named) *r is unchanged. */
bool range_parse(const char *text, const char *unit, struct range *r, struct err *e) MUST_USE;
bool range_alerts(const struct range *r, double value);
/* The range as perfdata writes it, in base units: "10", "5:", "@1:2", "~:4"; nothing when not given. */
void range_print(const struct range *r, struct buf *out);
/* Just the bound that matters, as a bare number; nothing when none does. */
void range_print_plain(const struct range *r, struct buf *out);

/* CRITICAL before WARNING, else OK. */
enum state limits_judge(const struct limits *l, double value);
/* The same when the true value may be greater (`may_grow`) or smaller than the one at hand: only what alerts whatever the rest
 * would add, counts. For lists that were not read to their end. */
enum state limits_judge_bound(const struct limits *l, double value, bool may_grow);

/* A number as output and perfdata write it: integers whole, else at most 4 fractional digits, no exponent, always a point. */
void number_print(double value, struct buf *out);
