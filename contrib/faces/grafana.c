// SPDX-License-Identifier: GPL-3.0-or-later
/* Dashboards for Grafana, in its classic JSON model: a row a check, in it a panel for each unit of its metrics, with
 * the limits that Icinga sends along as dashed lines; above them the states of all services. One for each of the two
 * databases that Icinga writes to by default. */
#include <string.h>

#include "faces/faces.h"

#define PANEL_HEIGHT 8
#define GRID_WIDTH 24

struct database {
	const char *type, *name;
	const char *any;              /* every value of a variable */
	const char *hosts, *services; /* queries of the variables */
};

static const struct database influxdb = {
	"influxdb", "InfluxDB", ".*", "SHOW TAG VALUES FROM /^mdca_/ WITH KEY = \"hostname\"",
	"SHOW TAG VALUES FROM /^mdca_/ WITH KEY = \"service\" WHERE \"hostname\" =~ /^$host$/"
};
static const struct database graphite = { "graphite", "Graphite", "*", "icinga2.*", "icinga2.$host.services.*" };

/* A panel shows the metrics of a check that have the same unit and kind. */
static const struct group {
	const char *title, *unit, *grafana_unit;
	bool findings;
} groups[] = {
	{ "Findings", "", "short", true },
	{ "Numbers", "", "short", false },
	{ "Percentages", "%", "percent", false },
	{ "Times", "s", "s", false },
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

struct writer {
	const struct database *to;
	struct buf *out;
	int id, y;
	bool begun;
};

static const char *text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static void add_text(struct buf *out, const char *text)
{
	struct json_object *quoted = json_object_new_string(text);

	buf_add(out, json_object_to_json_string_ext(quoted, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(quoted);
}

static bool belongs(struct json_object *metric, const struct group *g)
{
	bool findings = !strcmp(text_of(metric, "kind"), "count");

	return !strcmp(text_of(metric, "unit"), g->unit) && findings == g->findings;
}

/* A limit of 0 is the axis and needs no line. */
static bool has_limit(struct json_object *metric, const char *limit)
{
	const char *range = text_of(metric, limit);

	return range && strcmp(range, "0");
}

/* name|name of the group's metrics, of those with the limit when one is named; how many they are. */
static size_t add_names(struct json_object *metrics, const struct group *g, const char *limit, const char *separator,
			struct buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < json_object_array_length(metrics); i++) {
		struct json_object *metric = json_object_array_get_idx(metrics, i);

		if (belongs(metric, g) && (!limit || has_limit(metric, limit)))
			buf_print(out, "%s%s", count++ ? separator : "", text_of(metric, "name"));
	}
	return count;
}

static void add_target(struct writer *w, const char *ref, const char *query, const char *alias)
{
	buf_print(w->out,
		  "%s\n\t\t\t\t{ \"refId\": \"%s\", \"datasource\": { \"type\": \"%s\", \"uid\": \"${datasource}\" }, ",
		  *ref == 'A' ? "" : ",", ref, w->to->type);
	if (w->to == &influxdb) {
		buf_add(w->out, "\"rawQuery\": true, \"resultFormat\": \"time_series\", \"alias\": ");
		add_text(w->out, alias);
		buf_add(w->out, ", \"query\": ");
	} else {
		buf_add(w->out, "\"target\": ");
	}
	add_text(w->out, query);
	buf_add(w->out, " }");
}

/* The values of a group, or one kind of limit, of every service that the variables choose. */
static void add_series(struct writer *w, const char *ref, const struct check *c, struct json_object *metrics,
		       const struct group *g, const char *limit, const char *field)
{
	AUTO_BUF names = { 0 }, query = { 0 }, alias = { 0 };

	if (!add_names(metrics, g, limit, w->to == &influxdb ? "|" : ",", &names))
		return;
	if (w->to == &influxdb) {
		buf_print(&alias, "$tag_metric: $tag_hostname $tag_service%s%s", limit ? " " : "", limit ? limit : "");
		buf_print(
		    &query,
		    "SELECT last(\"%s\") FROM \"%s\" WHERE \"metric\" =~ /^(%s)$/ AND \"hostname\" =~ /^$host$/ AND "
		    "\"service\" =~ /^(mdca_[a-z_]+)?$tenant$/ "
		    "AND $timeFilter GROUP BY time($__interval), \"hostname\", \"service\", \"metric\" fill(none)",
		    field, c->object, buf_text(&names));
	} else {
		buf_print(&query, "aliasByNode(icinga2.$host.services.*$tenant.%s.perfdata.{%s}.%s, 6, 1, 3)",
			  c->object, buf_text(&names), field);
		if (limit) {
			AUTO_BUF plain = query;

			query = (struct buf){ 0 };
			buf_print(&query, "aliasSub(%s, '^(.+)$', '\\1 %s')", buf_text(&plain), limit);
		}
	}
	add_target(w, ref, buf_text(&query), buf_text(&alias));
}

static void begin_panel(struct writer *w, const char *type, const char *title, int x, int width, int height)
{
	buf_print(w->out,
		  "%s\n\t\t{\n\t\t\t\"id\": %d, \"type\": \"%s\", \"gridPos\": { \"x\": %d, \"y\": %d, \"w\": %d, "
		  "\"h\": %d }, \"title\": ",
		  w->begun ? "," : "", ++w->id, type, x, w->y, width, height);
	w->begun = true;
	add_text(w->out, title);
}

static void add_row(struct writer *w, const char *title)
{
	begin_panel(w, "row", title, 0, GRID_WIDTH, 1);
	buf_add(w->out, ", \"collapsed\": false, \"panels\": []\n\t\t}");
	w->y++;
}

static void add_states(struct writer *w)
{
	begin_panel(w, "state-timeline", "States", 0, GRID_WIDTH, 2 * PANEL_HEIGHT);
	buf_print(
	    w->out,
	    ",\n\t\t\t\"description\": \"State of every service. Needs enable_send_metadata in Icinga's writer.\",\n"
	    "\t\t\t\"datasource\": { \"type\": \"%s\", \"uid\": \"${datasource}\" },\n"
	    "\t\t\t\"fieldConfig\": { \"defaults\": { \"custom\": { \"fillOpacity\": 80, \"lineWidth\": 0 }, "
	    "\"color\": { \"mode\": \"thresholds\" },\n"
	    "\t\t\t\t\"thresholds\": { \"mode\": \"absolute\", \"steps\": [ { \"color\": \"text\", \"value\": null } ] "
	    "},\n"
	    "\t\t\t\t\"mappings\": [ { \"type\": \"value\", \"options\": {\n"
	    "\t\t\t\t\t\"0\": { \"text\": \"OK\", \"color\": \"green\", \"index\": 0 }, \"1\": { \"text\": "
	    "\"WARNING\", \"color\": \"orange\", \"index\": 1 },\n"
	    "\t\t\t\t\t\"2\": { \"text\": \"CRITICAL\", \"color\": \"red\", \"index\": 2 }, \"3\": { \"text\": "
	    "\"UNKNOWN\", \"color\": \"purple\", \"index\": 3 } } } ] },\n"
	    "\t\t\t\t\"overrides\": [] },\n"
	    "\t\t\t\"options\": { \"mergeValues\": true, \"showValue\": \"auto\", \"alignValue\": \"left\", "
	    "\"rowHeight\": 0.85,\n"
	    "\t\t\t\t\"legend\": { \"showLegend\": false, \"displayMode\": \"list\", \"placement\": \"bottom\" }, "
	    "\"tooltip\": { \"mode\": \"single\", \"sort\": \"none\" } },\n"
	    "\t\t\t\"targets\": [",
	    w->to->type);
	if (w->to == &influxdb)
		add_target(w, "A",
			   "SELECT last(\"state\") FROM /^mdca_/ WHERE \"hostname\" =~ /^$host$/ AND \"service\" =~ "
			   "/^(mdca_[a-z_]+)?$tenant$/ AND $timeFilter "
			   "GROUP BY time($__interval), \"hostname\", \"service\" fill(none)",
			   "$tag_hostname $tag_service");
	else
		add_target(w, "A", "aliasByNode(icinga2.$host.services.*$tenant.mdca_*.metadata.state, 1, 3)", "");
	buf_add(w->out, "\n\t\t\t]\n\t\t}");
	w->y += 2 * PANEL_HEIGHT;
}

static void add_group(struct writer *w, const struct check *c, struct json_object *metrics, const struct group *g,
		      int x, int width)
{
	AUTO_BUF help = { 0 };

	for (size_t i = 0; i < json_object_array_length(metrics); i++) {
		struct json_object *metric = json_object_array_get_idx(metrics, i);

		if (belongs(metric, g))
			buf_print(&help, "%s- %s: %s", buf_text(&help)[0] ? "\n" : "", text_of(metric, "name"),
				  text_of(metric, "help"));
	}
	begin_panel(w, "timeseries", g->title, x, width, PANEL_HEIGHT);
	buf_add(w->out, ",\n\t\t\t\"description\": ");
	add_text(w->out, buf_text(&help));
	buf_print(
	    w->out,
	    ",\n\t\t\t\"datasource\": { \"type\": \"%s\", \"uid\": \"${datasource}\" },\n"
	    "\t\t\t\"fieldConfig\": { \"defaults\": { \"unit\": \"%s\", \"color\": { \"mode\": \"palette-classic\" },\n"
	    "\t\t\t\t\"custom\": { \"drawStyle\": \"line\", \"lineInterpolation\": \"stepAfter\", \"lineWidth\": 2, "
	    "\"fillOpacity\": 0, \"showPoints\": \"auto\",\n"
	    "\t\t\t\t\t\"spanNulls\": true } },\n"
	    "\t\t\t\t\"overrides\": [\n"
	    "\t\t\t\t\t{ \"matcher\": { \"id\": \"byRegexp\", \"options\": \"/ warning$/\" }, \"properties\": [\n"
	    "\t\t\t\t\t\t{ \"id\": \"custom.lineStyle\", \"value\": { \"fill\": \"dash\", \"dash\": [ 8, 8 ] } }, { "
	    "\"id\": \"custom.lineWidth\", \"value\": 1 },\n"
	    "\t\t\t\t\t\t{ \"id\": \"color\", \"value\": { \"mode\": \"fixed\", \"fixedColor\": \"orange\" } } ] },\n"
	    "\t\t\t\t\t{ \"matcher\": { \"id\": \"byRegexp\", \"options\": \"/ critical$/\" }, \"properties\": [\n"
	    "\t\t\t\t\t\t{ \"id\": \"custom.lineStyle\", \"value\": { \"fill\": \"dash\", \"dash\": [ 8, 8 ] } }, { "
	    "\"id\": \"custom.lineWidth\", \"value\": 1 },\n"
	    "\t\t\t\t\t\t{ \"id\": \"color\", \"value\": { \"mode\": \"fixed\", \"fixedColor\": \"red\" } } ] } ] },\n"
	    "\t\t\t\"options\": { \"legend\": { \"showLegend\": true, \"displayMode\": \"list\", \"placement\": "
	    "\"bottom\", \"calcs\": [] },\n"
	    "\t\t\t\t\"tooltip\": { \"mode\": \"multi\", \"sort\": \"desc\" } },\n"
	    "\t\t\t\"targets\": [",
	    w->to->type, g->grafana_unit);
	add_series(w, "A", c, metrics, g, NULL, "value");
	add_series(w, "B", c, metrics, g, "warning", "warn");
	add_series(w, "C", c, metrics, g, "critical", "crit");
	buf_add(w->out, "\n\t\t\t]\n\t\t}");
}

static void add_check(struct writer *w, const struct check *c)
{
	struct json_object *metrics = json_object_object_get(c->top, "metrics");
	AUTO_BUF title = { 0 }, unused = { 0 };
	int used = 0, x = 0;

	buf_print(&title, "%s: %s", c->words, c->summary);
	add_row(w, buf_text(&title));
	for (size_t i = 0; i < GROUPS; i++)
		used += add_names(metrics, &groups[i], NULL, "", &unused) > 0;
	for (size_t i = 0; i < GROUPS; i++) {
		if (!add_names(metrics, &groups[i], NULL, "", &unused))
			continue;
		add_group(w, c, metrics, &groups[i], x, GRID_WIDTH / used);
		x += GRID_WIDTH / used;
	}
	w->y += PANEL_HEIGHT;
}

static void add_variable(const struct database *to, const char *name, const char *label, const char *query,
			 const char *regex, struct buf *out)
{
	buf_print(out,
		  "\t\t{ \"name\": \"%s\", \"label\": \"%s\", \"type\": \"query\", \"datasource\": { \"type\": \"%s\", "
		  "\"uid\": \"${datasource}\" },\n\t\t\t\"query\": ",
		  name, label, to->type);
	add_text(out, query);
	buf_add(out, ", \"definition\": ");
	add_text(out, query);
	buf_print(out,
		  ",\n\t\t\t\"regex\": \"%s\", \"refresh\": 2, \"sort\": 1, \"multi\": true, \"includeAll\": true, "
		  "\"allValue\": \"%s\", \"hide\": 0, \"options\": [],\n"
		  "\t\t\t\"current\": { \"selected\": true, \"text\": [ \"All\" ], \"value\": [ \"$__all\" ] } }",
		  regex, to->any);
}

static void dashboard(const struct suite *s, const struct database *to, struct buf *out)
{
	struct writer w = { .to = to, .out = out };

	buf_print(out,
		  "{\n\t\"title\": \"Defender for Cloud Apps (%s)\", \"uid\": \"mdca-%s\", \"tags\": [ \"mdca\" ], "
		  "\"editable\": true,\n"
		  "\t\"description\": \"Metrics of mdca-plugins %s as Icinga 2 writes them to %s. Wants "
		  "enable_send_metadata and enable_send_thresholds.\",\n"
		  "\t\"schemaVersion\": 36, \"version\": 1, \"graphTooltip\": 1, \"refresh\": \"\", \"time\": { "
		  "\"from\": \"now-30d\", \"to\": \"now\" },\n"
		  "\t\"annotations\": { \"list\": [] }, \"links\": [],\n"
		  "\t\"templating\": { \"list\": [\n"
		  "\t\t{ \"name\": \"datasource\", \"label\": \"Data source\", \"type\": \"datasource\", \"query\": "
		  "\"%s\", \"regex\": \"\", \"refresh\": 1, \"multi\": false,\n"
		  "\t\t\t\"includeAll\": false, \"hide\": 0, \"options\": [], \"current\": {} },\n",
		  to->name, to->type, s->checks[0].version, to->name, to->type);
	add_variable(to, "host", "Host", to->hosts, "", out);
	buf_add(out, ",\n");
	/* Services of a dictionary of tenants are called mdca_CHECK-TENANT. */
	add_variable(to, "tenant", "Tenant", to->services, "/^mdca_[a-z_]+(?<value>-(?<text>.+))$/", out);
	buf_add(out, " ] },\n\t\"panels\": [");
	add_states(&w);
	for (size_t i = 0; i < s->count; i++)
		add_check(&w, &s->checks[i]);
	buf_add(out, "\n\t]\n}\n");
}

void grafana_influxdb(const struct suite *s, struct buf *out)
{
	dashboard(s, &influxdb, out);
}

void grafana_graphite(const struct suite *s, struct buf *out)
{
	dashboard(s, &graphite, out);
}
