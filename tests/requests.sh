#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a round of the nine weekly checks asks of one tenant with warm caches and lists of one page, and that a round which starts in the
# same second stays inside the limit that the tenant keeps: 30 portal requests a minute. requests.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

# The nine, and how many requests each makes.
declare -A alone=([secure_score]=3 [system_alerts]=1 [app_connectors]=1 [app_control]=1 [log_upload]=3 [siem_agents]=1 [api_tokens]=1
	[message_center]=1 [governance_log]=1)
nine=$(printf '%s\n' "${!alone[@]}" | sort)

folder=$work/tenant
mkdir -p "$folder"
mkdir -m 0700 "$work/cache"
export MDCA_CACHE_DIR=$work/cache
start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --log="$folder/log" || exit 1

check() { "$build/plugins/check_mdca_$1" --extra-opts="@$folder/tenant.ini" "${@:2}" >"$work/out.$1" 2>&1; }
of_portal() { grep -cE '^[A-Z]+ /(cas/)?api/' "$folder/log"; }
of_graph() { grep -cE '^[A-Z]+ /v1\.0/' "$folder/log"; }
sign_ins() { grep -c '/oauth2/v2.0/token' "$folder/log"; }

# Warm, without a budget, one by one.
for name in $nine; do check "$name" --budget=0; done
for name in $nine; do
	: >"$folder/log"
	check "$name" --budget=0
	equal "$name is OK" 0 $?
	equal "$name: requests" "${alone[$name]}" "$(grep -vc '^CONNECT$' "$folder/log")"
	equal "$name: connections" 1 "$(grep -c '^CONNECT$' "$folder/log")"
done
stop_tenant

# A fresh tenant, whose minute begins now: the first round signs in, the second is warm.
start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --log="$folder/log" || exit 1
for round in cold warm; do
	: >"$folder/log"
	pids=()
	for name in $nine; do
		check "$name" &
		pids+=($!)
	done
	states=
	for pid in "${pids[@]}"; do
		wait "$pid"
		states+=$?
	done
	equal "a $round round: states" 000000000 "$states"
	equal "a $round round: portal requests, at most 9" 9 "$(of_portal)"
	equal "a $round round: Graph requests, at most 6" 4 "$(of_graph)"
	equal "a $round round: nobody was throttled" 0 "$(grep -c ' 429$' "$folder/log")"
done
equal "a warm round: no sign-in" 0 "$(sign_ins)"
stop_tenant
summary
