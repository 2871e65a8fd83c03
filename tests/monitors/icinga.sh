#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's icinga2 as a cluster of the shipped zones, a master, a satellite below it and an agent below that, each with its own certificate
# and folders, and the shipped definitions and examples. Every check runs on the master, on the satellite (by its zone and as a command
# endpoint) and on the agent; states, texts and performance data are read back at the master. icinga.sh BUILD-FOLDER
# shellcheck source=tests/monitors/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck source=tests/monitors/nodes.sh
. "$top/tests/monitors/nodes.sh"

shipped=$top/contrib/icinga2
master=master.contoso.example sat=sat-nord.contoso.example agent=agent.contoso.example
make_node "$master" master "$(free_port 20000)"
make_node "$sat" sat-nord "$(free_port 22000)"
make_node "$agent" "$agent" "$(free_port 24000)"
# The same zones for all, but where the nodes listen.
for node in "$master" "$sat" "$agent"; do
	adapt "$shipped/zones.conf" "s/^  host = \"$sat\"/  host = \"127.0.0.1\"\n  port = ${port[$sat]}/
		s/^  host = \"$agent\"/  host = \"127.0.0.1\"\n  port = ${port[$agent]}/" >"$work/$node/etc/zones.conf"
done

# What the master has, and syncs to the zones.
zones=$work/$master/etc/zones.d
mkdir "$zones"/{global-templates,master,sat-nord}
cp "$shipped/mdca-services.conf" "$zones/global-templates"
cp "$shipped/one-tenant.conf" "$zones/master"
adapt "$shipped/mdca-tenants.conf" 's#^\( *\)// #\1#' >"$work/mdca-tenants.conf"
adapt "$work/mdca-tenants.conf" "s#/etc/mdca-plugins/tenants.ini#$MP_CONFIG_FILE#" >"$zones/master/mdca-tenants.conf"
cp "$shipped/sat-nord.conf" "$zones/sat-nord"
begin_nrpe
adapt "$shipped/nrpe.conf" "s/^  address = \"sat-sued.*/  address = \"127.0.0.1\"\n  vars.nrpe_port = $nrpe_port/" >"$zones/master/nrpe.conf"
take_mails
# The desk is open at any hour, and the lead hears of it after a second.
adapt "$shipped/mdca-notifications.conf" "s#/usr/bin/mail\"#$work/mail\"#; /period = \"mdca-desk-hours\"/d; s/times.begin = 1h/times.begin = 1s/" >"$zones/master/mdca-notifications.conf"
# Two more tenants, with incidents, on the satellite itself.
cat >"$zones/sat-nord/more.conf" <<'CONF'
object Host "more" {
  check_command = "dummy"
  vars.mdca_tenants["contoso-emea"] = { portal = "contoso-emea", graph = "contoso-emea-graph" }
  vars.mdca_tenants["contoso-large"] = { portal = "contoso-large", graph = "contoso-large-graph" }
}
CONF

# From below, so that nobody has to try again, which takes ten seconds. Each judges its files as it starts.
for node in "$agent" "$sat" "$master"; do begin_node "$node"; done
say "icinga2 accepts the shipped files: $(icinga2 --version | head -n 1)"

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
ask contoso-emea system_alerts
split "$said"
desk='to security-desk@contoso.example: PROBLEM more, contoso-emea: system alerts: CRITICAL: '
equal "a mail to the desk has all lines" "$desk$first
$rest" "$(find "$work/mails" -type f -exec grep -qF "$desk" {} \; -exec cat {} +)"
equal "where the programs were started" "$work/plugins" \
	"$(jq -r '[.results[].attrs.last_check_result.command[0] | sub("/[^/]*$"; "")] | unique[]' "$work/services.json")"
equal "nothing was logged about performance data" "" "$(grep -hi 'invalid perfdata' "$work"/*.example.log)"
met_long_texts
ends_clean
equal "mails and pages" "$(sort "$work/expected_mails")" "$(mails ': PROBLEM')"
summary
