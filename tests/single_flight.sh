#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Forty checks that start together ask for one token, and none of them fails; a warm check asks for none; and every check, warm or cold,
# makes one connection, so one TLS handshake. single_flight.sh BUILD-FOLDER
set -u
build=$(cd "${1:?build folder}" && pwd)
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/setup.sh
. "$top/contrib/setup.sh"

simtenant=$build/tests/simtenant
check=$build/plugins/check_mdca_secure_score
work=$(mktemp -d)
trap 'stop_tenant; rm -rf "$work"' EXIT
unset SSL_CERT_FILE SSL_CERT_DIR
at=2026-11-20T12:00:00Z
ok=0
bad=0

expect() {
	if [ "$2" = "$3" ]; then
		ok=$((ok + 1))
	else
		bad=$((bad + 1))
		printf '%s: expected %s, got %s\n' "$1" "$2" "$3"
	fi
}
token_requests() { grep -c 'POST /.*/token ' "$work/log"; }

start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --at="$at" --no-limit --log="$work/log" || exit 1
mkdir -m 0700 "$work/cache"
export MDCA_CACHE_DIR=$work/cache
pids=()
for ((i = 0; i < 40; i++)); do
	"$check" --extra-opts="@$work/tenant/tenant.ini" --at="$at" >"$work/out.$i" 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid"
	echo $?
done >"$work/states"
states=$(sort "$work/states" | uniq -c | awk '{ print $1 "x" $2 }')
expect "all forty are OK" 40x0 "$states"
expect "all forty say the same" 1 "$(cat "$work"/out.* | sort -u | grep -c '^\[')"
expect "one token request" 1 "$(token_requests)"
"$check" --extra-opts="@$work/tenant/tenant.ini" --at="$at" >/dev/null
expect "a warm check asks for no token" 1 "$(token_requests)"
expect "private files only" "-rw-------" "$(find "$work/cache" -type f -printf '%M\n' | sort -u)"
expect "no secret in the cache's names" "" "$(find "$work/cache" | grep -F "$(cat "$work/tenant/client-secret")")"
expect "no client secret in the cache" "" "$(grep -rlF "$(cat "$work/tenant/client-secret")" "$work/cache")"

# one_connection TITLE CHECK: the check is OK and makes exactly one connection.
one_connection() {
	: >"$work/log"
	"$build/plugins/$2" --extra-opts="@$work/tenant/tenant.ini" --at="$at" >"$work/out" 2>&1
	expect "$1: exit status" 0 $?
	expect "$1: connections" 1 "$(grep -cx CONNECT "$work/log")"
}
one_connection "portal" check_mdca_app_connectors
one_connection "Graph with a cached token" check_mdca_secure_score
expect "Graph with a cached token: token requests" 0 "$(token_requests)"
find "$work/cache" -mindepth 1 -delete
one_connection "Graph with sign-in" check_mdca_secure_score
expect "Graph with sign-in: token requests" 1 "$(token_requests)"
printf '%d passed, %d failed\n' "$ok" "$bad"
[ "$bad" -eq 0 ]
