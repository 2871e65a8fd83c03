#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How many tenants a node carries: Debian's icinga2 with a configuration of its own checks the tenants of contrib/scale, nine services
# each, for some intervals. Every result must be OK and none may be missing; what it costs is printed.
# scale.sh BUILD-FOLDER [--tenants=300] [--interval=SECONDS] [--intervals=N] [--validate]: the last has the configuration validated only.
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/../support/shell.sh"
# shellcheck source=tests/support/measure.sh
. "$top/tests/support/measure.sh"
# shellcheck source=tests/monitors/nodes.sh
. "$top/tests/monitors/nodes.sh"

tenants=300 interval=300 intervals=2 validate=
for option in "${@:2}"; do
	case $option in
	--tenants=*) tenants=${option#*=} ;;
	--interval=*) interval=${option#*=} ;;
	--intervals=*) intervals=${option#*=} ;;
	--validate) validate=yes ;;
	*) say "no such option: $option" >&2; exit 1 ;;
	esac
done
[[ "$tenants $interval $intervals" =~ ^([1-9][0-9]*( |$)){3}$ ]] || { say "--tenants, --interval and --intervals take whole numbers" >&2; exit 1; }
services=$((9 * tenants))

icinga_pid='' scale_pid=''
at_end() {
	local pid
	for pid in $icinga_pid $scale_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}
mkdir -p "$work"/{tokens,perfdata} "$work"/node/{etc,data,log,cache,spool,run}
chmod 700 "$work/tokens"
export MDCA_CACHE_DIR=$work/tokens

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() {
	local limit=$((SECONDS + $1))
	until "${@:2}" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$limit" ] || return 1
		sleep 0.3
	done
}

"$top/contrib/scale" --tenants="$tenants" --interval="${interval}s" --build="$build" "$work/scale" >"$work/scale.out" 2>&1 &
scale_pid=$!
wait_for 60 grep -q ^serving "$work/scale.out" || { cat "$work/scale.out"; exit 1; }
sim_pid=$(pgrep -P "$scale_pid" -x simtenant)

cat >"$work/node/etc/icinga2.conf" <<CONF
const PluginContribDir = "$build/plugins"
const NodeName = "node.contoso.example"
include <itl>
include "$build/contrib/icinga2/mdca.conf"
include "$work/scale/tenants.conf"
include "$work/scale/services.conf"
object CheckerComponent "checker" { }
object PerfdataWriter "results" {
  host_perfdata_path = "$work/perfdata/host"
  host_temp_path = "$work/perfdata/host.new"
  service_perfdata_path = "$work/perfdata/service"
  rotation_interval = 10s
  service_temp_path = "$work/perfdata/service.new"
  service_format_template = "\$service.last_check\$\t\$service.latency\$\t\$service.execution_time\$\t\$service.state\$\t\$service.name\$\t\$service.output\$"
}
CONF
as_node node daemon -c "$work/node/etc/icinga2.conf"
"${icinga[@]}" -C >"$work/check.log" 2>&1 || { cat "$work/check.log"; exit 1; }
equal "the interval in the rules" 1 "$(grep -cx "  check_interval = ${interval}s" "$work/scale/services.conf")"
equal "services that Icinga makes" "$services" "$(sed -nE 's/.*Instantiated ([0-9]+) Services\..*/\1/p' "$work/check.log")"
[ "$validate" ] && { summary; exit; }
"${icinga[@]}" >"$work/daemon.log" 2>&1 &
icinga_pid=$!

results() { cat "$work"/perfdata/service* 2>/dev/null; }
all_seen() { [ "$(results | cut -f 5 | sort -u | wc -l)" -ge "$services" ]; }
# The writer keeps some back until its next file, whose name ends with a moment.
written_until() { find "$work/perfdata" -name 'service.[0-9]*' -printf '%f\n' | awk -F . -v t="$1" '$2 > t { ok = 1 } END { exit !ok }'; }
tree() { local pid; for pid in $(pgrep -P "$1"); do echo "$pid"; tree "$pid"; done; }
memory_kb() { awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"; }
sum_of() { local pid; for pid in $icinga_pid $(tree "$icinga_pid"); do "$1" "$pid" 2>/dev/null; done | awk '{ s += $1 } END { print s }'; }

# Icinga has the first results of all within a minute of its start. They come as such a burst again and drift apart slowly: what
# follows is a node's hardest hour.
wait_for $((90 + interval)) all_seen || { say "not every service was checked"; tail -n 20 "$work/daemon.log"; exit 1; }
say "every service has been checked once; measuring $intervals intervals of $interval s"
begun=$(date +%s.%N) own=$(sum_of cpu_ms) plugins=$(sum_of children_ms) service=$(cpu_ms "$sim_pid")
read -r busy all < <(machine)
sleep $((intervals * interval))
own=$(calc "$(sum_of cpu_ms) - $own" %f) plugins=$(calc "$(sum_of children_ms) - $plugins" %f) service=$(calc "$(cpu_ms "$sim_pid") - $service" %f)
ended=$(date +%s.%N) memory=$(sum_of memory_kb)
read -r busy_then all_then < <(machine)
wait_for 60 written_until "$ended" || { say "icinga2 writes no results any more"; tail -n 20 "$work/daemon.log"; exit 1; }
results >"$work/results"
awk -F '\t' -v a="$begun" -v b="$ended" '$1 >= a && $1 < b' "$work/results" >"$work/window"
count=$(wc -l <"$work/window")
took=$(calc "$ended - $begun" %f)

equal "states of all results" OK "$(cut -f 4 "$work/results" | sort -u)"
equal "services" "$services" "$(cut -f 5 "$work/window" | sort -u | wc -l)"
# Icinga counts an interval from the end of a check.
equal "services that were once not checked for more than one and a half intervals" 0 "$(sort -t $'\t' -k 5,5 -k 1,1n "$work/window" |
	awk -F '\t' -v most="$interval" '$5 == last && $1 - at > most * 1.5 { print $5 } { last = $5; at = $1 }' | sort -u | wc -l)"
awk -F '\t' '$4 != "OK"' "$work/results" | cut -f 4,6 | sort | uniq -c | sort -rn | head -n 20

column() { cut -f "$1" "$work/window" | awk '{ print $1 * 1000 }'; }
printf '%s\n' "$(icinga2 --version | head -n 1)"
printf '%d services of %d tenants every %d s: %d results in %.0f s, %s a second, at most %s\n' "$services" "$tenants" "$interval" "$count" "$took" \
	"$(calc "$count / $took")" "$(awk '{ n[int($1 / 10)]++ } END { for (i in n) print n[i] / 10 }' "$work/window" | share 100)"
printf 'latency: half at most %.1f ms, 95 %% %.1f ms, all %.1f ms; execution: half %.0f ms, 95 %% %.0f ms, all %.0f ms\n' \
	"$(column 2 | share 50)" "$(column 2 | share 95)" "$(column 2 | share 100)" "$(column 3 | share 50)" "$(column 3 | share 95)" "$(column 3 | share 100)"
printf 'CPU a check: icinga2 %s ms, plugin %s ms; the simulated service beside it %s ms\n' "$(calc "$own / $count")" "$(calc "$plugins / $count")" \
	"$(calc "$service / $count")"
printf '%d processors, busy with everything: %s %%; with icinga2 and its plugins: %s %%; memory of icinga2 and what runs: %s MB\n' "$(nproc)" \
	"$(calc "100 * ($busy_then - $busy) / ($all_then - $all)" %.0f)" "$(calc "($own + $plugins) / 10 / $took / $(nproc)")" "$(calc "$memory / 1024" %.0f)"
summary
