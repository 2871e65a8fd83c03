#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's icinga2 as a cluster of the shipped zones, a master, a satellite below it and an agent below that, each with its own certificate
# and folders, and the shipped definitions and examples. Every check runs on the master, on the satellite (by its zone and as a command
# endpoint) and on the agent; states, texts and performance data are read back at the master. icinga.sh BUILD-FOLDER
# shellcheck source=tests/monitors/common.sh
. "$(dirname "$0")/common.sh"

shipped=$top/contrib/icinga2
master=master.contoso.example sat=sat-nord.contoso.example agent=agent.contoso.example
nodes=("$master" "$sat" "$agent")
declare -A zone=(["$master"]=master ["$sat"]=sat-nord ["$agent"]="$agent") port
for i in 0 1 2; do port[${nodes[i]}]=$(free_port $((20000 + 2000 * i))); done

# as_node NODE COMMAND…: icinga2 with the folders of that node, into the array icinga.
as_node() {
	local f=$work/$1
	icinga=(icinga2 "${@:2}" -D "Configuration.ConfigDir=$f/etc" -D "Configuration.ZonesDir=$f/etc/zones.d" -D "Configuration.DataDir=$f/data"
		-D "Configuration.LogDir=$f/log" -D "Configuration.CacheDir=$f/cache" -D "Configuration.SpoolDir=$f/spool"
		-D "Configuration.InitRunDir=$f/run" -D "Configuration.RunAsUser=$(id -un)" -D "Configuration.RunAsGroup=$(id -gn)")
}
run_as_node() {
	as_node "$@"
	"${icinga[@]}"
}

# api NODE PATH CURL-ARGUMENT…
api() {
	curl -sS --max-time 20 --cacert "$work/$1/data/certs/ca.crt" --connect-to "$1:${port[$1]}:127.0.0.1:${port[$1]}" -u test:loopback-only \
		-H 'Accept: application/json' "https://$1:${port[$1]}/v1/$2" "${@:3}"
}

# The same zones for all, but where the nodes listen.
make_node() {
	local f=$work/$1
	mkdir -p "$f"/{etc/zones.d,data/certs,log,cache,spool,run}
	run_as_node "$1" pki new-cert --cn "$1" --key "$f/data/certs/$1.key" --csr "$f/data/certs/$1.csr" &&
		run_as_node "$master" pki sign-csr --csr "$f/data/certs/$1.csr" --cert "$f/data/certs/$1.crt" || return 1
	cp "$work/$master/data/ca/ca.crt" "$f/data/certs/ca.crt"
	adapt "$shipped/zones.conf" "s/^  host = \"$sat\"/  host = \"127.0.0.1\"\n  port = ${port[$sat]}/
		s/^  host = \"$agent\"/  host = \"127.0.0.1\"\n  port = ${port[$agent]}/" >"$f/etc/zones.conf"
	cat >"$f/etc/icinga2.conf" <<-CONF
		const PluginDir = "/usr/lib/nagios/plugins"
		const PluginContribDir = "$build/plugins"
		const NodeName = "$1"
		const ZoneName = "${zone[$1]}"
		include <itl>
		include <plugins>
		include "$build/contrib/icinga2/mdca.conf"
		include "zones.conf"
		object NotificationComponent "notification" { }
		object CheckerComponent "checker" { }
		object ApiListener "api" {
		  bind_host = "127.0.0.1"
		  bind_port = ${port[$1]}
		  accept_config = true
		  accept_commands = true
		}
		object ApiUser "test" {
		  password = "loopback-only"
		  permissions = [ "objects/query/*", "actions/reschedule-check", "status/query" ]
		}
	CONF
}
mkdir -p "$work/$master/data"
{
	run_as_node "$master" pki new-ca && for node in "${nodes[@]}"; do make_node "$node" || exit 1; done
} >"$work/pki.log" 2>&1 || { cat "$work/pki.log"; exit 1; }

# What the master has, and syncs to the zones.
zones=$work/$master/etc/zones.d
mkdir "$zones"/{global-templates,master,sat-nord}
cp "$shipped/services.conf" "$zones/global-templates"
cp "$shipped/one-tenant.conf" "$zones/master"
adapt "$shipped/tenants.conf" "s#/etc/mdca-plugins/tenants.ini#$MP_CONFIG_FILE#" >"$zones/master/tenants.conf"
cp "$shipped/sat-nord.conf" "$zones/sat-nord"
begin_nrpe
adapt "$shipped/nrpe.conf" "s/^  address = \"sat-sued.*/  address = \"127.0.0.1\"\n  vars.nrpe_port = $nrpe_port/" >"$zones/master/nrpe.conf"
take_mails
# The desk is open at any hour, and the lead hears of it after a second.
adapt "$shipped/notifications.conf" "s#/usr/bin/mail\"#$work/mail\"#; /period = \"mdca-desk-hours\"/d; s/times.begin = 1h/times.begin = 1s/" >"$zones/master/notifications.conf"
# Two more tenants, with incidents, on the satellite itself.
cat >"$zones/sat-nord/more.conf" <<'CONF'
object Host "more" {
  check_command = "dummy"
  vars.mdca_tenants["contoso-emea"] = { portal = "contoso-emea", graph = "contoso-emea-graph" }
  vars.mdca_tenants["contoso-large"] = { portal = "contoso-large", graph = "contoso-large-graph" }
}
CONF

# From below, so that nobody has to try again, which takes ten seconds.
for node in "$agent" "$sat" "$master"; do
	as_node "$node" daemon -c "$work/$node/etc/icinga2.conf"
	begin "$node" "${icinga[@]}"
	wait_for 60 listens "${port[$node]}" || { say "$node does not start and listen on ${port[$node]}"; tail -n 40 "$work/$node.log"; exit 1; }
done

# Services of the satellite have come to it, and it reaches the agent.
synced() { api "$sat" objects/services | jq "[.results[].attrs.name] | length >= 4 * ${#checks[@]}"; }
reached() { api "$1" "objects/endpoints/$2" | jq '.results[0].attrs.connected'; }
wait_for 60 synced && wait_for 60 reached "$sat" "$agent" && wait_for 60 reached "$master" "$sat" ||
	{ say "the cluster did not settle"; tail -n 40 "$work"/*.example.log; exit 1; }

# A node takes no order to check from its parent during its first minute, so each is asked itself. What is pending is UNKNOWN, too; what is in
# trouble is asked three times, as the templates want it.
settled() { api "$master" objects/services | jq '[.results[].attrs] | length > 0 and all(.state != 3 and .state_type == 1)'; }
for ((try = 0; try < 40; try++)); do
	for node in "$master" "$sat"; do
		api "$node" actions/reschedule-check -X POST \
			-d '{ "type": "Service", "filter": "service.state == 3 || service.state_type == 0", "force": true }' >/dev/null
	done
	wait_for 2 settled && break
done
[ "$try" -lt 40 ] || { say "not every service was checked often enough"; tail -n 40 "$work"/*.example.log; }
api "$master" 'objects/services?joins=host.display_name' >"$work/services.json"

# runs_on HOST TENANT: the node.
runs_on() {
	case $1/$2 in
	contoso/* | mdca/contoso-emea | sat-sued/*) echo "$master" ;;
	mdca/contoso | mdca-nord/contoso-nord | more/*) echo "$sat" ;;
	mdca-nord/contoso-lab) echo "$agent" ;;
	esac
}
while IFS=$'\t' read -r host host_title name title check section source status metrics output; do
	check=${check#mdca_} section=${section%%@*} where="$host, $name"
	[ "$check" != nrpe ] || check=${name#mdca_} check=${check%-contoso}
	ask "${section%-graph}" "$check"
	split "$(printf '%b' "$output")"
	judge "$where" "$status" "$first" "$rest" "$metrics"
	tenant=${name#mdca_"$check"}
	equal "$where: runs on" "$(runs_on "$host" "${tenant#-}")" "$source"
	case $status in 1) word=WARNING ;; 2) word=CRITICAL ;; *) continue ;; esac
	must_mail security-desk@contoso.example "PROBLEM $host_title, $title: $word" "$first"
	[ "$word" = CRITICAL ] || continue
	must_mail on-call@pager.contoso.example PROBLEM "$title $first"
	must_mail security-lead@pager.contoso.example PROBLEM "$title $first"
done < <(jq -r '.results[] | .joins.host.display_name as $host_title | .attrs | [.host_name, $host_title, .name, .display_name, .check_command,
	.vars.mdca_extra_opts // "contoso", .last_check_result.check_source, .last_check_result.exit_status,
	(.last_check_result.performance_data | join(" ")), .last_check_result.output] | @tsv' "$work/services.json")
equal "services: nine of one tenant, and every check of six and by NRPE" $((9 + 7 * ${#checks[@]})) "$(jq '.results | length' "$work/services.json")"
wait_for 60 all_mailed
equal "nothing was logged about performance data" "" "$(grep -hi 'invalid perfdata' "$work"/*.example.log)"
met_long_texts
ends_clean
equal "mails and pages" "$(sort "$work/expected_mails")" "$(mails ': PROBLEM')"
summary
