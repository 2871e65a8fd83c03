#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Forty checks that start together ask for one token, and none of them fails; a warm check asks for none; and every check, warm or cold,
# makes one connection, so one TLS handshake. single_flight.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

check=$build/plugins/check_mdca_secure_score

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
equal "all forty are OK" 40x0 "$states"
equal "all forty say the same" 1 "$(cat "$work"/out.* | sort -u | grep -c '^\[')"
equal "one token request" 1 "$(token_requests)"
"$check" --extra-opts="@$work/tenant/tenant.ini" --at="$at" >/dev/null
equal "a warm check asks for no token" 1 "$(token_requests)"
equal "private files only" "-rw-------" "$(find "$work/cache" -type f -printf '%M\n' | sort -u)"
equal "no secret in the cache's names" "" "$(find "$work/cache" | grep -F "$(cat "$work/tenant/client-secret")")"
equal "no client secret in the cache" "" "$(grep -rlF "$(cat "$work/tenant/client-secret")" "$work/cache")"

# one_connection TITLE CHECK: the check is OK and makes exactly one connection.
one_connection() {
	: >"$work/log"
	"$build/plugins/$2" --extra-opts="@$work/tenant/tenant.ini" --at="$at" >"$work/out" 2>&1
	equal "$1: exit status" 0 $?
	equal "$1: connections" 1 "$(grep -cx CONNECT "$work/log")"
}
one_connection "portal" check_mdca_app_connectors
one_connection "Graph with a cached token" check_mdca_secure_score
equal "Graph with a cached token: token requests" 0 "$(token_requests)"
find "$work/cache" -mindepth 1 -delete
one_connection "Graph with sign-in" check_mdca_secure_score
equal "Graph with sign-in: token requests" 1 "$(token_requests)"
summary
