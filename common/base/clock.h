// SPDX-License-Identifier: GPL-3.0-or-later
/* Time: the wall clock in seconds since 1970 (UTC), the deadline of a run, and their written forms.
 * Independent of locale and time zone. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

int64_t clock_now(void);

/* A point on the monotonic clock, in milliseconds. */
struct deadline {
	int64_t at_ms;
	int64_t limit_ms; /* what was given in the first place, for messages */
};

struct deadline deadline_in(int64_t ms);
/* Milliseconds that are left, 0 when it has passed. */
int64_t deadline_left_ms(const struct deadline *d);
/* Monotonic milliseconds, for measuring a length. */
int64_t clock_ticks_ms(void);
/* Sleeps, but not past the deadline. */
void clock_sleep_ms(int64_t ms, const struct deadline *d);

/* RFC 3339 with `T`, `t` or a blank, seconds with any number of fractional digits (cut), `Z` or an offset; years 0001 to 9999.
 * Calendar and clock ranges are checked, second 60 counts as 59. False: *at is unchanged. */
bool clock_parse(const char *text, int64_t *at);
/* Only the date `YYYY-MM-DD`: its first second. */
bool clock_parse_date(const char *text, int64_t *at);
/* "2026-11-20T12:00:00Z" */
#define CLOCK_STAMP_SIZE 32
const char *clock_stamp(int64_t at, char out[CLOCK_STAMP_SIZE]);

/* A length for people, two units: "2 d 4 h", "41 s", "1 h 0 min" is "1 h". Negative counts as 0. */
#define CLOCK_SPAN_SIZE 56
const char *clock_span(int64_t seconds, char out[CLOCK_SPAN_SIZE]);
/* "36h", "7d", "1.5h", "90": a decimal number and one suffix of s m h d w (none: seconds), nothing else.
 * No sign, no exponent. False: *seconds is unchanged. */
bool clock_parse_duration(const char *text, double *seconds);
