// SPDX-License-Identifier: GPL-3.0-or-later
/* The verdict: sums and lines are collected while the check walks, all judging waits for the totals. */
#include "monitor/verdict_own.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/clean.h"

#define NAME_CEILING 200  /* bytes of an item's name */
#define TEXT_CEILING 1000 /* bytes of an item's texts */
#define LINE_FLOOR 16     /* bytes of a short line */

static enum metric_kind kind_of(const struct verdict *v, int metric)
{
	return v->o.metrics[metric].kind;
}

static bool is_lower_bound(const struct range *r)
{
	return !r->alert_inside && !isinf(r->lo) && isinf(r->hi);
}

/* The default range tells which end of a peak is the bad one; without a default the operator's does. */
static bool lowest_is_worst(const struct metric *m, const struct limits *l)
{
	const char *text = m->warn ? m->warn : m->crit;
	struct range r = l->warn.given ? l->warn : l->crit;
	struct err e;

	if (text && !range_parse(text, m->unit, &r, &e))
		return false;
	return r.given && is_lower_bound(&r);
}

struct verdict *verdict_new(const struct verdict_options *options)
{
	struct verdict *v = mem_new(1, sizeof(*v));

	v->o = *options;
	v->lines.keep = options->max_output > 0 ? (size_t)options->max_output / LINE_FLOOR + 1 : SIZE_MAX;
	v->lines.bytes = options->max_output > 0 && !options->perfdata_per_item ? (size_t)options->max_output : SIZE_MAX;
	for (const struct metric *m = options->metrics; m->name; m++) {
		assert(v->metric_count < METRICS_MAX);
		v->sums[v->metric_count].lowest = lowest_is_worst(m, &options->limits[v->metric_count]);
		v->metric_count++;
	}
	v->missing = verdict_metric(v, "missing");
	v->unreadable = verdict_metric(v, "unreadable");
	assert(v->unreadable >= 0);
	return v;
}

void verdict_free(struct verdict *v)
{
	if (!v)
		return;
	lines_free(&v->lines);
	buf_free(&v->item.name);
	buf_free(&v->item.text);
	buf_free(&v->sentence);
	buf_free(&v->remarks);
	buf_free(&v->trouble);
	buf_free(&v->names);
	free(v);
}

/* Adds a text behind ", "; an empty one adds nothing. */
static void join(struct buf *b, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
static void join(struct buf *b, const char *fmt, va_list args)
{
	size_t before = b->len;

	if (before)
		buf_add(b, ", ");
	size_t begun = b->len;
	buf_vprint(b, fmt, args);
	if (b->len == begun)
		buf_cut(b, before);
	buf_cut(b, RAW_CEILING);
}

static void join_text(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void join_text(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	join(b, fmt, args);
	va_end(args);
}

static void say(struct buf *b, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
static void say(struct buf *b, const char *fmt, va_list args)
{
	buf_cut(b, 0);
	join(b, fmt, args);
}

/* Cleaned, without blanks at either end, cut. */
static const char *tidy(const struct buf *raw, size_t max, struct buf *out)
{
	clean_text(buf_text(raw) + strspn(buf_text(raw), " "), out);
	clean_shorten(out, max);
	while (out->len && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	return buf_text(out) + strspn(buf_text(out), " ");
}

/* The newest item becomes a line where one can be wanted. */
static void close_item(struct verdict *v)
{
	struct item *item = &v->item;
	const struct findings *f = &item->findings;
	struct value values[METRICS_MAX];
	AUTO_BUF name = { 0 }, text = { 0 };
	struct line line = { .rank = item->rank, .values = values };

	if (!item->open)
		return;
	item->open = false;
	for (int i = 0; v->o.perfdata_per_item && i < v->metric_count; i++)
		if (item->has_value & verdict_bit(i))
			values[line.value_count++] = (struct value){ i, item->values[i] };
	if (!(f->counts | f->warns | f->crits) && f->given == STATE_OK && v->o.detail != DETAIL_ALL && !line.value_count)
		return;
	line.name = tidy(&item->name, NAME_CEILING, &name);
	line.text = tidy(&item->text, TEXT_CEILING, &text);
	if (*line.name || *line.text)
		lines_add(&v->lines, f, &line);
}

static struct item *item_of(struct verdict *v)
{
	v->told = true;
	if (!v->item.open)
		verdict_item(v, "");
	return &v->item;
}

void verdict_item(struct verdict *v, const char *name)
{
	struct item *item = &v->item;

	close_item(v);
	v->told = true;
	item->open = true;
	item->rank = 0;
	item->findings = (struct findings){ 0 };
	item->has_value = 0;
	buf_cut(&item->name, 0);
	buf_cut(&item->text, 0);
	if (!name)
		return;
	size_t len = strlen(name);
	buf_add_bytes(&item->name, name, len < RAW_CEILING ? len : RAW_CEILING);
}

static void count_item(struct verdict *v, int metric, unsigned times)
{
	struct item *item = &v->item;

	if (!times)
		return;
	v->sums[metric].total += times;
	v->sums[metric].items += !(item->findings.counts & verdict_bit(metric));
	item->values[metric] = (item->has_value & verdict_bit(metric) ? item->values[metric] : 0) + times;
	item->has_value |= verdict_bit(metric);
	item->findings.counts |= verdict_bit(metric);
}

void verdict_find(struct verdict *v, int metric, unsigned times, const char *fmt, ...)
{
	struct item *item = item_of(v);
	va_list args;

	assert(metric >= 0 && metric < v->metric_count && kind_of(v, metric) == METRIC_IS_COUNT);
	count_item(v, metric, times);
	va_start(args, fmt);
	join(&item->text, fmt, args);
	va_end(args);
}

bool verdict_is_worse(const struct verdict *v, int metric, double value, double than)
{
	return v->sums[metric].lowest ? value < than : value > than;
}

static void peak_item(struct verdict *v, int metric, double value)
{
	struct sum *sum = &v->sums[metric];
	struct item *item = &v->item;
	enum state own = limits_judge(&v->o.limits[metric], value);

	if (!sum->measured || verdict_is_worse(v, metric, value, sum->total))
		sum->total = value;
	sum->measured = true;
	sum->own = state_worse(sum->own, own);
	if (!(item->has_value & verdict_bit(metric)) || verdict_is_worse(v, metric, value, item->values[metric]))
		item->values[metric] = value;
	item->has_value |= verdict_bit(metric);
	if (own == STATE_WARNING)
		item->findings.warns |= verdict_bit(metric);
	else if (own == STATE_CRITICAL)
		item->findings.crits |= verdict_bit(metric);
}

void verdict_peak(struct verdict *v, int metric, double value, const char *fmt, ...)
{
	struct item *item = item_of(v);
	va_list args;

	assert(metric >= 0 && metric < v->metric_count && kind_of(v, metric) == METRIC_IS_PEAK);
	if (isfinite(value))
		peak_item(v, metric, value);
	va_start(args, fmt);
	join(&item->text, fmt, args);
	va_end(args);
}

void verdict_rank(struct verdict *v, int64_t rank)
{
	item_of(v)->rank = rank;
}

void verdict_note(struct verdict *v, const char *fmt, ...)
{
	struct item *item = item_of(v);
	va_list args;

	va_start(args, fmt);
	join(&item->text, fmt, args);
	va_end(args);
}

void verdict_aside(struct verdict *v, const char *name, const char *fmt, ...)
{
	bool told = v->told;
	va_list args;

	verdict_item(v, name);
	v->item.rank = INT64_MAX;
	v->item.findings.aside = true;
	va_start(args, fmt);
	join(&v->item.text, fmt, args);
	va_end(args);
	close_item(v);
	v->told = told;
}

void verdict_give(struct verdict *v, enum state s)
{
	struct item *item = item_of(v);

	item->findings.given = state_worse(item->findings.given, s);
	v->given_state = state_worse(v->given_state, s);
}

void verdict_unreadable(struct verdict *v, const char *fmt, ...)
{
	struct item *item = item_of(v);
	va_list args;

	if (!(item->findings.counts & verdict_bit(v->unreadable)))
		count_item(v, v->unreadable, 1);
	va_start(args, fmt);
	join(&item->text, fmt, args);
	va_end(args);
}

void verdict_add(struct verdict *v, int metric, double amount)
{
	assert(metric >= 0 && metric < v->metric_count);
	assert(kind_of(v, metric) == METRIC_IS_COUNT || kind_of(v, metric) == METRIC_IS_TALLY);
	v->told = true;
	v->sums[metric].total += amount;
}

void verdict_measure(struct verdict *v, int metric, double value)
{
	assert(metric >= 0 && metric < v->metric_count && kind_of(v, metric) == METRIC_IS_VALUE);
	v->told = true;
	v->sums[metric].total = value;
	v->sums[metric].measured = isfinite(value);
}

void verdict_leave_out(struct verdict *v, int metric, const char *why)
{
	assert(metric >= 0 && metric < v->metric_count);
	v->sums[metric].left_out = true;
	if (why)
		join_text(&v->remarks, "%s", why);
}

void verdict_empty(struct verdict *v, enum state s, const char *fmt, ...)
{
	va_list args;

	v->told = true;
	v->given_state = state_worse(v->given_state, s);
	va_start(args, fmt);
	say(&v->sentence, fmt, args);
	va_end(args);
}

void verdict_say(struct verdict *v, const char *fmt, ...)
{
	va_list args;

	v->told = true;
	va_start(args, fmt);
	say(&v->sentence, fmt, args);
	va_end(args);
}

void verdict_remark(struct verdict *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	join(&v->remarks, fmt, args);
	va_end(args);
}

void verdict_trouble(struct verdict *v, enum state s, const char *text, bool counts_hold)
{
	v->told = true;
	v->counts_hold = counts_hold && (!v->in_trouble || v->counts_hold);
	v->in_trouble = true;
	v->trouble_state = state_worse(v->trouble_state, s == STATE_OK ? STATE_UNKNOWN : s);
	join_text(&v->trouble, "%s", *text ? text : "the check was not finished");
}

static bool numbers_hold(const struct verdict *v)
{
	return v->told && (!v->in_trouble || v->counts_hold);
}

bool verdict_has_number(const struct verdict *v, int metric)
{
	const struct sum *sum = &v->sums[metric];
	enum metric_kind kind = kind_of(v, metric);

	if (sum->left_out || !numbers_hold(v))
		return false;
	return sum->measured || kind == METRIC_IS_COUNT || kind == METRIC_IS_TALLY;
}

enum state verdict_judge(const struct verdict *v, int metric, double value)
{
	const struct limits *l = &v->o.limits[metric];

	if (metric == v->unreadable && !l->warn.given && !l->crit.given)
		return value > 0 ? STATE_UNKNOWN : STATE_OK;
	return limits_judge(l, value);
}

/* A list that was not read to its end: counts may be greater, peaks worse than what was seen. `missing` is only counted
 * at the end of a whole list. */
enum state verdict_metric_state(const struct verdict *v, int metric)
{
	const struct sum *sum = &v->sums[metric];
	const struct limits *l = &v->o.limits[metric];
	enum metric_kind kind = kind_of(v, metric);
	bool given = l->warn.given || l->crit.given;
	bool final = !v->in_trouble || kind == METRIC_IS_VALUE || metric == v->missing || !given;

	if (!verdict_has_number(v, metric))
		return STATE_OK;
	bool may_grow = kind != METRIC_IS_PEAK || !sum->lowest;
	enum state s = final ? verdict_judge(v, metric, sum->total) : limits_judge_bound(l, sum->total, may_grow);
	return state_worse(s, sum->own);
}

enum state verdict_alarm(const struct verdict *v)
{
	enum state s = STATE_OK;

	for (int i = 0; i < v->metric_count; i++)
		s = state_worse(s, verdict_metric_state(v, i));
	return s;
}

static enum state verdict_state(const struct verdict *v)
{
	if (!v->told)
		return STATE_UNKNOWN;
	return state_worse(verdict_alarm(v), state_worse(v->trouble_state, v->given_state));
}

static enum state bucket_state(const struct verdict *v, const struct findings *f)
{
	enum state s = f->given;

	for (int i = 0; i < v->metric_count; i++) {
		if (v->sums[i].left_out)
			continue;
		if (f->counts & verdict_bit(i))
			s = state_worse(s, verdict_metric_state(v, i));
		if ((f->warns | f->crits) & verdict_bit(i))
			s = state_worse(s, f->crits & verdict_bit(i) ? STATE_CRITICAL : STATE_WARNING);
	}
	return s;
}

double verdict_so_far(const struct verdict *v, int metric)
{
	enum metric_kind kind = kind_of(v, metric);
	const struct sum *sum = &v->sums[metric];

	return sum->measured || kind == METRIC_IS_COUNT || kind == METRIC_IS_TALLY ? sum->total : NAN;
}

bool verdict_alerts(const struct verdict *v, int metric)
{
	double value = verdict_so_far(v, metric);

	return !isnan(value) && verdict_judge(v, metric, value) != STATE_OK;
}

bool verdict_has_range(const struct verdict *v, int metric)
{
	return v->o.limits[metric].warn.given || v->o.limits[metric].crit.given;
}

int verdict_metric(const struct verdict *v, const char *name)
{
	for (int i = 0; i < v->metric_count; i++)
		if (!strcmp(v->o.metrics[i].name, name))
			return i;
	return -1;
}

void verdict_rows(struct verdict *v, struct rows *r, bool all)
{
	bool hold = numbers_hold(v);

	for (size_t i = 0; i < v->lines.count; i++) {
		struct bucket *b = &v->lines.buckets[i];
		enum state s = bucket_state(v, &b->findings);

		if (!hold && !b->findings.aside)
			continue;
		if (all || v->o.detail == DETAIL_ALL || s != STATE_OK ||
		    b->findings.counts & verdict_bit(v->unreadable))
			rows_take(r, b, s);
	}
	rows_sort(r);
}

static bool is_among(const char *name, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

const char *verdict_names(struct verdict *v, int metric, unsigned most)
{
	CLEANUP(names_free) struct names n = { 0 };
	AUTO_FREE const char **shown = mem_new(most, sizeof(*shown));
	unsigned count = 0;
	size_t covered = 0;

	close_item(v);
	buf_cut(&v->names, 0);
	for (size_t i = 0; i < v->lines.count; i++)
		if (v->lines.buckets[i].findings.counts & verdict_bit(metric))
			names_take(&n, &v->lines.buckets[i], bucket_state(v, &v->lines.buckets[i].findings));
	names_sort(&n);
	for (size_t i = 0; i < n.count; i++) {
		const char *name = n.names[i].name;

		if (*name && count < most && !is_among(name, shown, count)) {
			shown[count++] = name;
			join_text(&v->names, "%s", name);
		}
		covered += is_among(name, shown, count);
	}
	if (count && v->sums[metric].items > covered)
		buf_print(&v->names, " and %zu more", v->sums[metric].items - covered);
	return buf_text(&v->names);
}

enum state verdict_print(struct verdict *v, struct buf *out)
{
	close_item(v);
	enum state s = verdict_state(v);
	if (v->o.format == OUTPUT_MP_TEST_JSON)
		verdict_print_json(v, s, out);
	else
		verdict_print_text(v, s, out);
	return s;
}
