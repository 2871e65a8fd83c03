#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's icinga2 with a configuration of its own runs every built check against the simulated tenant, in both scenarios, through the
# command definitions that the programs print. State, text and performance data are read back over its API and compared with what
# the program itself says. icinga.sh BUILD-FOLDER
set -u
build=$(cd "${1:?build folder}" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=contrib/setup.sh
. "$top/contrib/setup.sh"

simtenant=$build/tests/simtenant
at=2026-11-20T12:00:00Z
work=$(mktemp -d)
icinga_pid=
tenants=()
ok=0
bad=0

finish() {
	local pid
	if [ -n "$icinga_pid" ]; then
		kill "$icinga_pid" 2>/dev/null
		wait "$icinga_pid" 2>/dev/null
	fi
	for pid in "${tenants[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap finish EXIT

programs() { find "$build/plugins" -maxdepth 1 -type f -name 'check_mdca_*' -perm -u+x -printf '%f\n' | sort; }

mkdir -p "$work"/{etc,data/certs,log,cache,spool,run,tokens}
chmod 700 "$work/tokens"
export MDCA_CACHE_DIR=$work/tokens
for scenario in healthy incidents; do
	start_tenant "$work/$scenario" --scenario="$top/tests/scenarios/$scenario.json" --at="$at" --no-limit || exit 1
	tenants+=("$tenant_pid")
done

# A port that nobody listens on; a race with another listener ends the test with a message, not with a wrong result.
free_port() {
	local port
	while port=$(shuf -i 20000-29999 -n 1); do
		ss -Hltn "sport = :$port" | grep -q . || break
	done
	echo "$port"
}
api_port=$(free_port)

here=(-D "Configuration.ConfigDir=$work/etc" -D "Configuration.DataDir=$work/data" -D "Configuration.LogDir=$work/log"
	-D "Configuration.CacheDir=$work/cache" -D "Configuration.SpoolDir=$work/spool" -D "Configuration.InitRunDir=$work/run"
	-D "Configuration.RunAsUser=$(id -un)" -D "Configuration.RunAsGroup=$(id -gn)")

{
	icinga2 pki new-ca "${here[@]}"
	icinga2 pki new-cert --cn node.contoso.example --key "$work/data/certs/node.contoso.example.key" \
		--csr "$work/data/certs/node.contoso.example.csr" "${here[@]}"
	icinga2 pki sign-csr --csr "$work/data/certs/node.contoso.example.csr" --cert "$work/data/certs/node.contoso.example.crt" "${here[@]}"
	cp "$work/data/ca/ca.crt" "$work/data/certs/ca.crt"
} >"$work/pki.log" 2>&1 || { cat "$work/pki.log"; exit 1; }

for program in $(programs); do "$build/plugins/$program" --describe=icinga || exit 1; done >"$work/etc/commands.conf"
cat >"$work/etc/icinga2.conf" <<CONF
const PluginContribDir = "$build/plugins"
const NodeName = "node.contoso.example"
const ZoneName = NodeName
include <itl>
include "commands.conf"
library "methods"
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
object CheckerComponent "checker" { }
object ApiListener "api" {
  bind_host = "127.0.0.1"
  bind_port = $api_port
}
object ApiUser "reader" {
  password = "loopback-only"
  permissions = [ "objects/query/*", "actions/reschedule-check", "status/query" ]
}
CONF
for scenario in healthy incidents; do
	printf 'object Host "%s" { check_command = "dummy" }\n' "$scenario"
	for program in $(programs); do
		printf 'object Service "%s" {\n  host_name = "%s"\n  check_command = "%s"\n  check_interval = 1h\n' \
			"${program#check_mdca_}" "$scenario" "${program#check_}"
		printf '  vars.mdca_extra_opts = "@%s"\n  vars.mdca_at = "%s"\n}\n' "$work/$scenario/tenant.ini" "$at"
	done
done >>"$work/etc/icinga2.conf"

icinga2 daemon -C -c "$work/etc/icinga2.conf" "${here[@]}" >"$work/check.log" 2>&1 || { cat "$work/check.log"; exit 1; }
say "icinga2 accepts the printed definitions: $(icinga2 --version | head -n 1)"
icinga2 daemon -c "$work/etc/icinga2.conf" "${here[@]}" >"$work/daemon.log" 2>&1 &
icinga_pid=$!

api() { curl -sS --max-time 5 --cacert "$work/data/certs/ca.crt" --connect-to "node.contoso.example:$api_port:127.0.0.1:$api_port" \
	-u reader:loopback-only -H 'Accept: application/json' "https://node.contoso.example:$api_port/v1/$1" "${@:2}"; }

# Waits until what the command prints is "true", at most $1 seconds.
wait_for() {
	local limit=$((SECONDS + $1))
	shift
	until [ "$("$@" 2>/dev/null)" = true ]; do
		[ "$SECONDS" -lt "$limit" ] || return 1
		kill -0 "$icinga_pid" 2>/dev/null || return 1
		sleep 0.3
	done
}
answers() { api status | jq '.results | length > 0'; }
all_checked() { api objects/services | jq '[.results[].attrs.last_check_result] | length > 0 and all(. != null)'; }

wait_for 60 answers || { say "icinga2 did not start"; tail -n 40 "$work/daemon.log"; exit 1; }
api 'actions/reschedule-check?type=Service&filter=true&force=true' -X POST >/dev/null
wait_for 90 all_checked || { say "not every service was checked in 90 s"; tail -n 40 "$work/daemon.log"; }
api objects/services >"$work/services.json"

# compare WHAT EXPECTED GOT
compare() {
	if [ "$2" = "$3" ]; then
		ok=$((ok + 1))
		return
	fi
	bad=$((bad + 1))
	printf -- '--- %s\nexpected: %s\ngot:      %s\n' "$1" "$2" "$3"
}

for scenario in healthy incidents; do
	for program in $(programs); do
		result=$(jq -c --arg n "$scenario!${program#check_mdca_}" '.results[] | select(.name == $n) | .attrs.last_check_result' "$work/services.json")
		text=$("$build/plugins/$program" --extra-opts="@$work/$scenario/tenant.ini" --at="$at")
		status=$?
		first=${text%%$'\n'*}
		shown=${first%%|*}
		[[ $text == *$'\n'* ]] && shown+=$'\n'${text#*$'\n'}
		compare "$scenario $program: state" "$status" "$(jq '.exit_status' <<<"$result")"
		compare "$scenario $program: text" "$shown" "$(jq -r '.output' <<<"$result")"
		compare "$scenario $program: performance data" "${first#*|}" "$(jq -r '.performance_data | join(" ")' <<<"$result")"
		[ "$scenario" = healthy ] && compare "$scenario $program: is OK" 0 "$status"
		[ "$scenario" = incidents ] && compare "$scenario $program: alarms" true "$([ "$status" = 1 ] || [ "$status" = 2 ] && echo true)"
	done
done
compare "nothing was logged about performance data" "" "$(grep -i 'invalid perfdata' "$work/daemon.log")"
printf '%d passed, %d failed\n' "$ok" "$bad"
[ "$bad" -eq 0 ] && [ "$ok" -gt 0 ]
