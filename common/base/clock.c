// SPDX-License-Identifier: GPL-3.0-or-later
/* Time without locale and time zone: own calendar arithmetic (days since 1970 of the proleptic Gregorian calendar). */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t clock_ticks_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in(int64_t ms)
{
	return (struct deadline){ .at_ms = clock_ticks_ms() + ms, .limit_ms = ms };
}

int64_t deadline_left_ms(const struct deadline *d)
{
	int64_t left = d->at_ms - clock_ticks_ms();

	return left > 0 ? left : 0;
}

void clock_sleep_ms(int64_t ms, const struct deadline *d)
{
	int64_t left = deadline_left_ms(d);

	if (ms > left)
		ms = left;
	struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

static bool digits(const char **text, int count, int *out)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return false;
		n = n * 10 + ((*text)[i] - '0');
	}
	*text += count;
	*out = n;
	return true;
}

static bool literal(const char **text, const char *any_of)
{
	if (!**text || !strchr(any_of, **text))
		return false;
	(*text)++;
	return true;
}

static int month_length(int year, int month)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return month == 2 && leap ? 29 : length[month - 1];
}

static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool parse_day(const char **text, int64_t *at)
{
	int year, month, day;

	if (!digits(text, 4, &year) || !literal(text, "-") || !digits(text, 2, &month) || !literal(text, "-") ||
	    !digits(text, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_length(year, month))
		return false;
	*at = days_from_civil(year, month, day) * 86400;
	return true;
}

static bool parse_offset(const char **text, int *seconds)
{
	bool west = **text == '-';
	int hour, minute;

	if (literal(text, "Zz")) {
		*seconds = 0;
		return true;
	}
	if (!literal(text, "+-") || !digits(text, 2, &hour) || !literal(text, ":") || !digits(text, 2, &minute))
		return false;
	if (hour > 23 || minute > 59)
		return false;
	*seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
	return true;
}

bool clock_parse(const char *text, int64_t *at)
{
	int64_t day;
	int hour, minute, second, offset;

	if (!parse_day(&text, &day) || !literal(&text, "Tt ") || !digits(&text, 2, &hour) || !literal(&text, ":") ||
	    !digits(&text, 2, &minute) || !literal(&text, ":") || !digits(&text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (literal(&text, ".")) {
		if (!isdigit((unsigned char)*text))
			return false;
		while (isdigit((unsigned char)*text))
			text++;
	}
	if (!parse_offset(&text, &offset) || *text)
		return false;
	*at = day + hour * 3600 + minute * 60 + (second == 60 ? 59 : second) - offset;
	return true;
}

bool clock_parse_date(const char *text, int64_t *at)
{
	int64_t day;

	if (!parse_day(&text, &day) || *text)
		return false;
	*at = day;
	return true;
}

const char *clock_stamp(int64_t at, char out[CLOCK_STAMP_SIZE])
{
	time_t seconds = at;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(out, CLOCK_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, CLOCK_STAMP_SIZE, "%lld s", (long long)at);
	return out;
}

const char *clock_span(int64_t seconds, char out[CLOCK_SPAN_SIZE])
{
	static const struct {
		int64_t length;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int i = 0;

	if (seconds < 0)
		seconds = 0;
	while (i < 3 && seconds < units[i].length)
		i++;
	long long whole = seconds / units[i].length;
	long long rest = i < 3 ? seconds % units[i].length / units[i + 1].length : 0;
	if (rest)
		snprintf(out, CLOCK_SPAN_SIZE, "%lld %s %lld %s", whole, units[i].name, rest, units[i + 1].name);
	else
		snprintf(out, CLOCK_SPAN_SIZE, "%lld %s", whole, units[i].name);
	return out;
}

bool clock_parse_duration(const char *text, double *seconds)
{
	static const struct {
		char suffix;
		double length;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }, { '\0', 1 } };
	double value = 0, place = 1;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		value = value * 10 + (*text - '0');
	if (*text == '.') {
		if (!isdigit((unsigned char)*++text))
			return false;
		for (; isdigit((unsigned char)*text); text++)
			value += (*text - '0') * (place /= 10);
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (*text != units[i].suffix || (*text && text[1]))
			continue;
		if (value * units[i].length > 1e15)
			return false;
		*seconds = value * units[i].length;
		return true;
	}
	return false;
}
