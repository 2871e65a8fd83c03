// SPDX-License-Identifier: GPL-3.0-or-later
/* A verdict in the Monitoring Plugins' test format: one JSON object, never cut; item lines that do not fit are left out
 * and counted. */
#include "monitor/verdict_own.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

#define CHECK_ROOM 64 /* around "... N more" */

static void json_put_local(struct json_object **o)
{
	json_object_put(*o);
}
#define AUTO_OBJECT CLEANUP(json_put_local) struct json_object

static struct json_object *json_number(double value)
{
	struct json_object *o = json_object_new_object();
	AUTO_BUF text = { 0 };
	bool whole = value >= floor(value) && value <= floor(value);

	number_print(value, &text);
	json_object_object_add(o, "type", json_object_new_string(whole ? "int" : "double"));
	json_object_object_add(o, "value", json_object_new_string(buf_text(&text)));
	return o;
}

static struct json_object *json_bound(double value)
{
	return isinf(value) ? json_object_new_string("inf") : json_number(value);
}

static void json_add_range(struct json_object *o, const char *key, const struct range *r)
{
	if (!r->given)
		return;
	struct json_object *range = json_object_new_object();
	json_object_object_add(range, "alert_on_inside", json_object_new_boolean(r->alert_inside));
	json_object_object_add(range, "end", json_bound(r->hi));
	json_object_object_add(range, "start", json_bound(r->lo));
	json_object_object_add(o, key, range);
}

static struct json_object *json_perfdata(const struct verdict *v, int metric, double value, const char *label,
					 bool with_ranges)
{
	const struct metric *m = &v->o.metrics[metric];
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "label", json_object_new_string(label));
	json_object_object_add(o, "value", json_number(verdict_printed_value(m, value)));
	json_object_object_add(o, "uom", json_object_new_string(m->unit));
	if (with_ranges && v->o.ranges != PERFDATA_NONE) {
		json_add_range(o, "warn", &v->o.limits[metric].warn);
		json_add_range(o, "crit", &v->o.limits[metric].crit);
	}
	return o;
}

static struct json_object *json_check(const char *output, enum state s)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "output", json_object_new_string(output));
	json_object_object_add(o, "state", json_object_new_string(state_name(s)));
	return o;
}

static struct json_object *json_metric(const struct verdict *v, int metric)
{
	struct json_object *list = json_object_new_array();
	AUTO_BUF output = { 0 };

	verdict_add_number(v, metric, &output);
	struct json_object *check = json_check(buf_text(&output), verdict_metric_state(v, metric));
	json_object_array_add(list, json_perfdata(v, metric, v->sums[metric].total, v->o.metrics[metric].name, true));
	json_object_object_add(check, "perfdata", list);
	return check;
}

static struct json_object *json_row(const struct verdict *v, const struct row *row)
{
	struct json_object *list = NULL;
	AUTO_BUF output = { 0 };

	line_print(row->line, &output);
	struct json_object *check = json_check(buf_text(&output), row->state);
	for (size_t i = 0; i < row->line->value_count; i++) {
		const struct value *value = &row->line->values[i];
		AUTO_FREE char *label = mem_print("%s %s", row->line->name, v->o.metrics[value->metric].name);

		if (v->sums[value->metric].left_out)
			continue;
		if (!list) {
			list = json_object_new_array();
			json_object_object_add(check, "perfdata", list);
		}
		json_object_array_add(list, json_perfdata(v, value->metric, value->value, label,
							  v->o.metrics[value->metric].kind == METRIC_IS_PEAK));
	}
	return check;
}

static const char *json_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void json_add_rows(struct verdict *v, struct json_object *checks, size_t room)
{
	CLEANUP(rows_free) struct rows r = { 0 };

	verdict_rows(v, &r, v->o.perfdata_per_item);
	for (size_t i = 0; i < r.count; i++) {
		AUTO_OBJECT *o = json_row(v, &r.rows[i]);

		r.rows[i].cost = strlen(json_text(o)) + 1;
	}
	size_t hidden = rows_thin(&r, room);
	for (size_t i = 0; i < r.count; i++)
		if (!r.rows[i].gone)
			json_object_array_add(checks, json_row(v, &r.rows[i]));
	if (hidden) {
		AUTO_FREE char *more = mem_print("... %zu more", hidden);

		json_object_array_add(checks, json_check(more, STATE_OK));
	}
}

void verdict_print_json(struct verdict *v, enum state s, struct buf *out)
{
	AUTO_OBJECT *top = json_object_new_object();
	struct json_object *checks = json_object_new_array();
	AUTO_BUF summary = { 0 };

	verdict_add_summary(v, 0, &summary);
	json_object_object_add(top, "state", json_object_new_string(state_name(s)));
	json_object_object_add(top, "summary", json_object_new_string(buf_text(&summary)));
	json_object_object_add(top, "checks", checks);
	for (int i = 0; i < v->metric_count; i++)
		if (verdict_has_number(v, i))
			json_object_array_add(checks, json_metric(v, i));
	size_t taken = strlen(json_text(top)) + CHECK_ROOM;
	size_t room = v->o.max_output <= 0 ? SIZE_MAX : (size_t)v->o.max_output;
	json_add_rows(v, checks, room > taken ? room - taken : 0);
	buf_print(out, "%s\n", json_text(top));
}
