// SPDX-License-Identifier: GPL-3.0-or-later
/* Ranges by the letter of the guidelines, and numbers as monitoring systems read them: with a point, whatever the
 * locale. */
#include "monitor/range.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"

#define DIGITS_MAX 15  /* as many are exact in a double, so a bound equals the same number read elsewhere */
#define WHOLE_MAX 9e14 /* up to here four decimals fit into 63 bits */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits and a point with digits on both sides. One division of exact numbers rounds as strtod(3) would. */
static bool parse_decimal(const char *text, double *value)
{
	double number = 0, scale = 1;
	int digits = 0;
	bool negative = *text == '-', point = false;

	if (negative)
		text++;
	if (!is_digit(*text))
		return false;
	for (; is_digit(*text) || (*text == '.' && !point && is_digit(text[1])); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		number = number * 10 + (*text - '0');
		scale *= point ? 10 : 1;
		digits += number > 0 || point;
	}
	if (*text || digits > DIGITS_MAX)
		return false;
	*value = number / scale * (negative && number > 0 ? -1 : 1);
	return true;
}

static bool parse_bound(const char *text, const char *unit, double *value)
{
	size_t len = strlen(text);

	if (!strcmp(unit, "s"))
		return clock_parse_duration(text, value);
	if (strcmp(unit, "%") || !len || text[len - 1] != '%')
		return parse_decimal(text, value);
	AUTO_FREE char *number = mem_copy_bytes(text, len - 1);
	return parse_decimal(number, value);
}

static bool refuse(const char *text, const char *unit, struct err *e)
{
	const char *cure = "use [@][START:]END with decimal numbers, for example 10, 5:, 10:20, ~:10, @10:20";

	if (!strcmp(unit, "s"))
		cure = "use [@][START:]END with durations in s, m, h, d or w, for example 36h, 30d:, 1h:2d, @1h:2h";
	else if (!strcmp(unit, "%"))
		cure = "use [@][START:]END with decimal numbers or percentages, for example 10, 80%:, 10%:20%, @10:20";
	return err_set(e, ERR_USAGE, "'%.200s' is not a range: %s", text, cure);
}

bool range_parse(const char *text, const char *unit, struct range *r, struct err *e)
{
	struct range found = { .lo = 0, .hi = INFINITY, .given = true };

	if (!*text) {
		*r = (struct range){ 0 };
		return true;
	}
	found.alert_inside = *text == '@';
	const char *body = text + found.alert_inside;
	const char *colon = strchr(body, ':');
	const char *end = colon ? colon + 1 : body;
	AUTO_FREE char *start = mem_copy_bytes(body, colon ? (size_t)(colon - body) : 0);

	if (!strcmp(start, "~"))
		found.lo = -INFINITY;
	else if (*start && !parse_bound(start, unit, &found.lo))
		return refuse(text, unit, e);
	if (*end ? !parse_bound(end, unit, &found.hi) : !*start)
		return refuse(text, unit, e);
	if (found.lo > found.hi)
		return err_set(e, ERR_USAGE, "'%.200s' is not a range: its start is greater than its end, swap them",
			       text);
	*r = found;
	return true;
}

bool range_alerts(const struct range *r, double value)
{
	if (!r->given)
		return false;
	if (r->alert_inside)
		return value >= r->lo && value <= r->hi;
	return value < r->lo || value > r->hi;
}

/* Does the value alert, and would every greater (or smaller) one? */
static bool alerts_for_sure(const struct range *r, double value, bool may_grow)
{
	if (!range_alerts(r, value))
		return false;
	if (r->alert_inside)
		return isinf(may_grow ? r->hi : r->lo);
	return may_grow ? value > r->hi : value < r->lo;
}

enum state limits_judge(const struct limits *l, double value)
{
	if (range_alerts(&l->crit, value))
		return STATE_CRITICAL;
	return range_alerts(&l->warn, value) ? STATE_WARNING : STATE_OK;
}

enum state limits_judge_bound(const struct limits *l, double value, bool may_grow)
{
	if (alerts_for_sure(&l->crit, value, may_grow))
		return STATE_CRITICAL;
	return alerts_for_sure(&l->warn, value, may_grow) ? STATE_WARNING : STATE_OK;
}

void range_print(const struct range *r, struct buf *out)
{
	if (!r->given)
		return;
	if (r->alert_inside)
		buf_add_char(out, '@');
	if (isinf(r->lo))
		buf_add(out, "~:");
	else if (r->lo < 0 || r->lo > 0 || isinf(r->hi)) {
		number_print(r->lo, out);
		buf_add_char(out, ':');
	}
	number_print(r->hi, out);
}

void range_print_plain(const struct range *r, struct buf *out)
{
	/* Inside a range the alarm begins at its start, unless that is where the values begin. */
	bool start_matters = r->alert_inside && (r->lo < 0 || r->lo > 0) && !isinf(r->lo);

	if (r->given)
		number_print(start_matters || isinf(r->hi) ? r->lo : r->hi, out);
}

void number_print(double value, struct buf *out)
{
	if (!isfinite(value))
		return;
	if (fabs(value) >= WHOLE_MAX) {
		buf_print(out, "%.0f", value);
		return;
	}
	long long scaled = (long long)number_round(fabs(value) * 1e4);
	long long whole = scaled / 10000, rest = scaled % 10000;
	int places = 4;

	buf_print(out, "%s%lld", value < 0 && scaled ? "-" : "", whole);
	for (; rest && rest % 10 == 0; rest /= 10)
		places--;
	if (rest)
		buf_print(out, ".%0*lld", places, rest);
}
