#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `negate` of monitoring-plugins makes of the checks: it reads the exit status and replaces the first state word of a line, so both
# must stand where it looks. negate.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

negate=/usr/lib/nagios/plugins/negate
at_end() { kill -CONT "${tenant_pid:-}" 2>/dev/null; }
export MDCA_CACHE_DIR=$work/cache MDCA_BUDGET=0

# expect TITLE STATUS LINE COMMAND…: exit status and the whole first line; nothing on stderr.
expect() {
	local title=$1 want=$2 line=$3 status
	shift 3
	"$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" = "$want" ] && [ "$(head -n 1 "$work/out")" = "$line" ] && [ ! -s "$work/err" ]
	count $? && return
	printf '%s: exit status %s, expected %s with\n%s\n' "$title" "$status" "$want" "$line"
	head -n 2 "$work/out" "$work/err"
}

# 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
words=(OK WARNING CRITICAL UNKNOWN)
swapped=(2 1 0 3)
moved=(1 0 3 2)
seen=

# both NAME: as it is, then by negate in three ways.
both() {
	local name=$1 status line rest
	local check=("$build/plugins/$name" --extra-opts="@$work/tenant/tenant.ini" --at="$at")
	line=$("${check[@]}" 2>&1 | head -n 1)
	"${check[@]}" >/dev/null 2>&1
	status=$?
	rest=${line#"[${words[status]}]"}
	[ "$rest" != "$line" ] || rest=" (no state word: $line)"
	seen+=$status
	expect "$name" "${swapped[status]}" "$line" "$negate" "${check[@]}"
	expect "$name, its word too" "${swapped[status]}" "[${words[swapped[status]]}]$rest" "$negate" -s "${check[@]}"
	expect "$name, by a map of all four" "${moved[status]}" "[${words[moved[status]]}]$rest" \
		"$negate" -s -o WARNING -w OK -c UNKNOWN -u CRITICAL "${check[@]}"
}

for scenario in healthy incidents; do
	start_tenant "$work/tenant" --scenario="$top/tests/scenarios/$scenario.json" --at="$at" --no-limit || exit 1
	for program in $(plugin_programs "$build"); do both "${program##*/}"; done
	[ "$scenario" = healthy ] || break
	stop_tenant
done
# A run that never met OK, WARNING and CRITICAL would prove little.
expect "all states but UNKNOWN were met" 0 012 sh -c 'printf %s "$1" | fold -w 1 | sort -u | tr -d "\n"' sh "$seen"

check=("$build/plugins/check_mdca_app_connectors" --api-url="$tenant_url" --api-token-file="$work/tenant/api-token" --ca-path="$work/tenant/certs")
"${check[@]}" --nonsense >"$work/out"
expect "a usage error stays UNKNOWN" 3 "$(head -n 1 "$work/out")" "$negate" "${check[@]}" --nonsense
expect "and is one" 0 3 sh -c '"$@" >/dev/null; echo $?' sh "${check[@]}" --nonsense
expect "trouble stays UNKNOWN" 3 "[UNKNOWN] - no connection to 127.0.0.1:1: Connection refused" \
	"$negate" -s "${check[@]}" --api-url=http://127.0.0.1:1 -t 1
expect "trouble that was made CRITICAL" 0 "[OK] - no connection to 127.0.0.1:1: Connection refused" \
	"$negate" -s "${check[@]}" --api-url=http://127.0.0.1:1 -t 1 --error-state=network:critical

# A service that stands still.
kill -STOP "$tenant_pid"
late="timeout after 1 s in the TLS handshake with localhost"
expect "a timeout" 3 "[UNKNOWN] - $late" "$negate" -t 9 "${check[@]}" -t 1
expect "a timeout, its word too" 3 "[UNKNOWN] - $late" "$negate" -t 9 -s "${check[@]}" -t 1
expect "a timeout that was made CRITICAL" 0 "[OK] - $late" "$negate" -t 9 -s "${check[@]}" -t 1:critical
expect "the same by --timeout-result" 0 "[CRITICAL] - $late" "$negate" -t 9 "${check[@]}" -t 1 --timeout-result=critical
expect "the same by --error-state" 1 "[WARNING] - $late" "$negate" -t 9 -s "${check[@]}" -t 1 --error-state=timeout:warning
expect "negate's own limit comes first" 0 "OK - Plugin timed out after 1 seconds" "$negate" -t 1 -T OK "${check[@]}" -t 9
kill -CONT "$tenant_pid"
stop_tenant
summary
