#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Grafana dashboards against what Icinga writes: Debian's icinga2 runs every check, its InfluxdbWriter fills Debian's influxd, its
# GraphiteWriter a listener that keeps each line. Every query of a dashboard must find every metric that it asks for, and the dashboards must
# show every metric of every check. Grafana itself is not in Debian; the files are judged by the rules of its JSON model.
# dashboards.sh BUILD-FOLDER
# shellcheck source=tests/monitors/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=tests/monitors/nodes.sh
. "$top/tests/monitors/nodes.sh"

influxdb=$build/contrib/grafana/mdca-influxdb.json
graphite=$build/contrib/grafana/mdca-graphite.json
for check in "${checks[@]}"; do "$build/plugins/check_mdca_$check" --describe=json; done | jq -s . >"$work/described.json"

# --- the files

rules='
def rule($what; ok): if ok then empty else $what end;
def panels_overlap: [.panels | to_entries | combinations(2) | select(.[0].key < .[1].key) | map(.value.gridPos) |
	select(.[0].x < .[1].x + .[1].w and .[1].x < .[0].x + .[0].w and .[0].y < .[1].y + .[1].h and .[1].y < .[0].y + .[0].h)] | length > 0;
def of_source: .datasource == { type: $type, uid: "${datasource}" };
[
	rule("no id of another Grafana, a uid of at most 40 characters"; (has("id") | not) and (.uid | test("^[a-z-]{1,40}$"))),
	rule("schema and version"; .schemaVersion == 36 and .version == 1),
	rule("time, tags, annotations, links"; (.time | keys) == ["from", "to"] and .tags == ["mdca"] and .annotations == { list: [] } and .links == []),
	rule("variables"; [.templating.list[].name] == ["datasource", "host", "tenant"] and .templating.list[0].query == $type),
	rule("variables of the source"; .templating.list[1:] | all(of_source and .type == "query" and .multi and .includeAll and (.allValue | length > 0))),
	rule("ids of panels are their own"; [.panels[].id] | length == (unique | length) and all(. >= 1)),
	rule("kinds of panels"; [.panels[].type] | unique == ["row", "state-timeline", "timeseries"]),
	rule("titles"; .panels | all(.title | length > 0)),
	rule("places in the grid"; .panels | all(.gridPos | (keys == ["h", "w", "x", "y"]) and .x >= 0 and .w >= 1 and .x + .w <= 24 and .h >= 1 and .y >= 0)),
	rule("no panel covers another"; panels_overlap | not),
	rule("rows hold nothing themselves"; .panels | map(select(.type == "row")) | all(.collapsed == false and .panels == [])),
	(.panels[] | select(.type != "row") | . as $p |
		rule("\($p.id): source"; of_source and (.targets | all(of_source))),
		rule("\($p.id): targets"; (.targets | length) >= 1 and ([.targets[].refId] == ["A", "B", "C"][:(.targets | length)] or [.targets[].refId] == ["A", "C"])),
		rule("\($p.id): queries"; .targets | all(if $type == "influxdb" then .rawQuery == true and .resultFormat == "time_series" and (.query | test("^SELECT last")) and (.alias | length > 0)
			else (.target | test("^[a-zA-Z]+\\(")) end)),
		rule("\($p.id): fields"; (.fieldConfig.overrides | type == "array" and all(.matcher.id == "byRegexp" and (.properties | all(has("id") and has("value"))))) and
			(.type == "state-timeline" or (.fieldConfig.defaults.unit | IN("short", "percent", "s")))),
		rule("\($p.id): options"; (.options.legend | has("showLegend")) and (.options.tooltip | has("mode"))))
] | .[]'
for kind in influxdb graphite; do
	equal "$kind: rules of the JSON model that it breaks" "" "$(jq -r --arg type "$kind" "$rules" "$build/contrib/grafana/mdca-$kind.json" 2>&1)"
	equal "$kind: variables it uses" "__all __interval datasource host tag_hostname tag_metric tag_service tenant timeFilter" \
		"$(grep -oE '\$\{?[a-zA-Z_]+' "$build/contrib/grafana/mdca-$kind.json" | tr -d '${' | sort -u | if [ "$kind" = influxdb ]; then cat; else cat - <(printf '%s\n' __interval tag_hostname tag_metric tag_service timeFilter) | sort -u; fi | paste -sd' ')"
done

# asked DASHBOARD: object, metric and field of every query, a line each.
asked() {
	jq -r '.panels[].targets[]? | (.query // .target) |
		(capture("SELECT last\\(\"(?<field>value|warn|crit)\"\\) FROM \"(?<object>[a-z_]+)\" WHERE \"metric\" =~ /\\^\\((?<names>[a-z_|]+)\\)"),
		 capture("services\\.\\*\\$tenant\\.(?<object>[a-z_]+)\\.perfdata\\.\\{(?<names>[a-z_,]+)\\}\\.(?<field>value|warn|crit),")) |
		"\(.object) \(.names | split("[|,]"; "") | .[]) \(.field)"' "$1" | sort
}
jq -r '.[] | .name[6:] as $object | .metrics[] | "\($object) \(.name) value", (select(.warning and .warning != "0") | "\($object) \(.name) warn"),
	(select(.critical and .critical != "0") | "\($object) \(.name) crit")' "$work/described.json" | sort >"$work/all"
for kind in influxdb graphite; do
	equal "$kind: every metric of every check, each limit but 0, and nothing else" "$(cat "$work/all")" "$(asked "$build/contrib/grafana/mdca-$kind.json")"
done

# --- what Icinga writes

influx_port=$(free_port 20000) sink_port=$(free_port 22000) rpc_port=$(free_port 28000)
cat >"$work/influxdb.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:$rpc_port"
[meta]
  dir = "$work/influx/meta"
[data]
  dir = "$work/influx/data"
  wal-dir = "$work/influx/wal"
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:$influx_port"
  log-enabled = false
CONF
begin influxd influxd -config "$work/influxdb.conf"
# shellcheck disable=SC2016
begin sink python3 -uc '
import socketserver, sys
class Line(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            sys.stdout.write(line.decode())
with socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Line) as server:
    server.serve_forever()' "$sink_port"
wait_for 30 listens "$influx_port" && wait_for 30 listens "$sink_port" || { say "influxd or the listener did not start"; tail -n 20 "$work"/{influxd,sink}.log; exit 1; }
# influx STATEMENT: what influxd answers.
influx() { curl -sS --max-time 20 -G "http://127.0.0.1:$influx_port/query" --data-urlencode db=icinga2 --data-urlencode "q=$1" "${@:2}"; }
influx 'CREATE DATABASE icinga2' -X POST >/dev/null

node=master.contoso.example
make_node $node $node "$(free_port 24000)"
cat >"$work/$node/etc/zones.conf" <<CONF
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
include "writers.conf"
include "$top/contrib/icinga2/one-tenant.conf"
include "$top/contrib/icinga2/mdca-services.conf"
object Host "mdca" {
  check_command = "dummy"
  vars.mdca_tenants["contoso"] = { portal = "contoso", graph = "contoso-graph", mdca_perfdata_ranges = "plain" }
  vars.mdca_tenants["contoso-emea"] = { portal = "contoso-emea", graph = "contoso-emea-graph", mdca_perfdata_ranges = "plain" }
}
CONF
adapt "$top/contrib/icinga2/writers.conf" "s/8086/$influx_port\n  flush_interval = 1s/; s/2003/$sink_port/" >"$work/$node/etc/writers.conf"
begin_node $node
answers() { api $node objects/services | jq '.results | length > 0'; }
# GraphiteWriter connects ten seconds after the start, and what comes before that is lost.
connected() { grep -q 'Finished reconnecting to Graphite' "$work/$node.log" && echo true; }
wait_for 60 answers && wait_for 60 connected || { say "icinga2 is not connected to Graphite"; tail -n 40 "$work/$node.log"; exit 1; }
api $node actions/reschedule-check -X POST -d '{ "type": "Service", "filter": "true", "force": true }' >/dev/null
services=$((9 + 2 * ${#checks[@]}))
in_influxdb() { influx 'SELECT last("state") FROM /^mdca_/ GROUP BY "hostname", "service"' | jq "[.results[].series[]?] | length == $services"; }
in_graphite() { grep -oE '^icinga2\.[^ ]*\.metadata\.state ' "$work/sink.log" | sort -u | wc -l | jq ". == $services"; }
wait_for 90 in_influxdb && wait_for 30 in_graphite || { say "not every service was written"; tail -n 20 "$work/$node.log"; }

# --- every query of the InfluxDB dashboard, as Grafana would send it

# fill QUERY HOST TENANT: with the values of the variables.
fill() { sed -e 's/\$timeFilter/time > now() - 1h/; s/\$__interval/1m/g' -e "s/\\\$host/$2/g; s/\\\$tenant/$3/g" <<<"$1"; }
while IFS=$'\t' read -r id ref query; do
	expected=$(grep -oE '/\^\([a-z_|]+\)\$/ AND' <<<"$query" | grep -oE '[a-z_]+[a-z]' | sort -u | paste -sd' ')
	found=$(influx "$(fill "$query" '.*' '.*')" | jq -r '[.results[].series[]?.tags.metric // empty] | unique | join(" ")')
	equal "influxdb, panel $id, query $ref finds its metrics" "$(tr ' ' '\n' <<<"$expected" | grep -v '^AND$' | sort | paste -sd' ')" "$(tr ' ' '\n' <<<"$found" | sort | paste -sd' ')"
done < <(jq -r '.panels[] | select(.type == "timeseries") | .id as $id | .targets[] | [$id, .refId, .query] | @tsv' "$influxdb")
states=$(jq -r '.panels[] | select(.type == "state-timeline").targets[0].query' "$influxdb")
shown() { influx "$(fill "$states" "$1" "$2")" | jq -r '[.results[].series[]?.tags | "\(.hostname) \(.service)"] | unique | .[]'; }
equal "influxdb: states of all services" "$services" "$(shown '.*' '.*' | wc -l)"
equal "influxdb: states are those of the checks" "[0,1,2]" "$(influx "$(fill "$states" '.*' '.*')" | jq -c '[.results[].series[]?.values[][1]] | unique')"
equal "influxdb: one tenant of a host" "${#checks[@]} mdca -contoso-emea" \
	"$(shown mdca -contoso-emea | wc -l) $(shown mdca -contoso-emea | sed -E 's/mdca_[a-z_]+//' | sort -u)"
variable() { influx "$(jq -r --arg name "$1" '.templating.list[] | select(.name == $name).query' "$influxdb" | sed "s/\\\$host/$2/")" |
	jq -r '[.results[].series[]?.values[][1]] | unique | .[]'; }
equal "influxdb: hosts to choose from" "contoso mdca" "$(variable host '.*' | paste -sd' ')"
names_tenants() { jq -R --arg regex "$(jq -r '.templating.list[2].regex[1:-1]' "$1")" 'capture($regex) | "\(.text)=\(.value)"' | sort -u | tr -d '"' | paste -sd' '; }
equal "influxdb: tenants to choose from" "contoso-emea=-contoso-emea contoso=-contoso" "$(variable tenant '.*' | names_tenants "$influxdb")"

# --- every path of the Graphite dashboard

cut -d' ' -f1 "$work/sink.log" | sort -u >"$work/paths"
# matches PATTERN: the written paths that a Graphite pattern of *, {a,b} and plain words means.
matches() { grep -xE "$(sed -e 's/\./\\./g; s/\*\**/[^.]*/g; s/{/(/g; s/}/)/g; s/,/|/g' <<<"$1")" "$work/paths"; }
while IFS=$'\t' read -r id ref target; do
	pattern=$(grep -oE 'icinga2\.[^ ]+[a-z]' <<<"$target" | head -n 1 | sed 's/\$host/*/; s/\$tenant/*/')
	if [[ $pattern == *"{"* ]]; then
		equal "graphite, panel $id, query $ref finds its metrics, named by node 6" "$(grep -oE '\{.*\}' <<<"$pattern" | tr -d '{}' | tr , '\n' | sort | paste -sd' ')" \
			"$(matches "$pattern" | cut -d. -f7 | sort -u | paste -sd' ')"
	else
		equal "graphite, panel $id, query $ref finds every state, named by nodes 1 and 3" "$services" "$(matches "$pattern" | cut -d. -f2,4 | sort -u | wc -l)"
	fi
done < <(jq -r '.panels[] | .id as $id | .targets[]? | [$id, .refId, .target] | @tsv' "$graphite")
equal "graphite: one tenant of a host" "${#checks[@]}" "$(matches 'icinga2.mdca.services.*-contoso-emea.mdca_*.metadata.state' | wc -l)"
equal "graphite: tenants to choose from" "contoso-emea=-contoso-emea contoso=-contoso" "$(cut -d. -f4 "$work/paths" | names_tenants "$graphite")"

equal "nothing was logged about performance data" "" "$(grep -iE 'invalid perfdata|(Influxdb|Graphite)Writer.*(warning|critical|unexpected)' "$work/$node.log")"
ends_clean
summary
