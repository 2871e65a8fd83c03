#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The request budget at work against a tenant that keeps its limit of 30 a minute: checks that start together share it. budget.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

# with NAME SIMTENANT-ARGUMENT…: a fresh tenant, log and cache.
with() {
	folder=$work/$1
	mkdir -p "$folder"
	mkdir -m 0700 "$folder/cache"
	export MDCA_CACHE_DIR=$folder/cache
	: >"$folder/log"
	start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --log="$folder/log" "${@:2}" || exit 1
}

# portal_checks: the built ones, into programs.
portal_checks() {
	local name
	programs=()
	for name in $(sed -n '/^\[/{h;d};/^api-token-file=/{x;s/[][]//gp}' "$folder/tenant.ini"); do
		[ -x "$build/plugins/$name" ] && programs+=("$build/plugins/$name")
	done
	[ ${#programs[@]} -gt 0 ] || { echo "no check of the portal is built"; exit 1; }
}

# at_once NUMBER ARGUMENT…: starts so many checks, of the programs in turn, and waits; exit statuses in $folder/states, line 1 in $folder/lines.
at_once() {
	local number=$1 i pids=()
	shift
	for ((i = 0; i < number; i++)); do
		"${programs[i % ${#programs[@]}]}" --extra-opts="@$folder/tenant.ini" "$@" >"$folder/out.$i" 2>&1 &
		pids+=($!)
	done
	for ((i = 0; i < number; i++)); do
		wait "${pids[i]}"
		echo $?
	done >"$folder/states"
	for ((i = 0; i < number; i++)); do head -n 1 "$folder/out.$i"; done >"$folder/lines"
}
states() { sort "$folder/states" | uniq -c | awk '{ printf("%s%sx%s", sep, $1, $2); sep = " " }'; }
requests() { grep -c '/api/' "$folder/log"; }
throttled() { grep -c ' 429$' "$folder/log"; }
used_up='^\[UNKNOWN\] - .*request budget of localhost used up \(25 a minute\): available in [0-9]+ s, [0-9]+ s left of 5 s'

# in_waves NAME: a tenant that takes three requests a second, and a share that is used up: of the twelve of the last minute three
# leave it in two seconds, three more in four, in six and in eight. Two seconds lie in between, so that each wave finds the tenant rested.
in_waves() {
	with "$1" --limit=3 --window=1
	"$build/plugins/check_mdca_app_connectors" --extra-opts="@$folder/tenant.ini" >/dev/null || exit 1
	"$build/tests/ledger" "$folder"/cache/*.budget 0 -{59,59,59,57,57,57,55,55,55,53,53,53}000 || exit 1
}
waited() { grep -l 'request budget used up, waiting' "$folder"/out.* | wc -l; }

in_waves patient
portal_checks
at_once 9 --budget=12 -vv
equal "nine at once are OK" 9x0 "$(states)"
equal "nine at once: eleven requests, and one before" 12 "$(requests)"
equal "nine at once: nobody was throttled" 0 "$(throttled)"
equal "nine at once: all waited" 9 "$(waited)"
stop_tenant
in_waves hasty
at_once 9 --budget=0 -vv
equal "nine at once without a budget: some were throttled" yes "$([ "$(throttled)" -gt 0 ] && echo yes)"
equal "nine at once without a budget: none waited for it" 0 "$(waited)"
stop_tenant
programs=("$build/plugins/check_mdca_app_connectors")
in_waves short
at_once 9 --budget=12 --timeout=5
equal "nine with time for two waves: six are OK" "6x0 3x3" "$(states)"
equal "nine with time for two waves: nobody was throttled" 0 "$(throttled)"
equal "nine with time for two waves: the others say until when" 3 \
	"$(grep -cE '^\[UNKNOWN\] - request budget of localhost used up \(12 a minute\): available in [56] s, [45] s left of 5 s' "$folder/lines")"
stop_tenant

with forty
at_once 40 --timeout=5
equal "forty at once: as many as the budget has" "25x0 15x3" "$(states)"
equal "forty at once: requests" 25 "$(requests)"
equal "forty at once: nobody was throttled" 0 "$(throttled)"
equal "forty at once: the others say why, and until when" 15 "$(grep -cE "$used_up" "$folder/lines")"
equal "one file" 1 "$(find "$folder/cache" -type f | wc -l)"
at_once 1 --timeout=5
equal "one more sends nothing" "1x3 25" "$(states) $(requests)"
at_once 1 --timeout=5 --budget=0
equal "one more without a budget asks" "1x0 26" "$(states) $(requests)"
stop_tenant

with mixed
portal_checks
at_once 40 --timeout=5
equal "forty of all kinds: no other states" "" "$(grep -vE '^[03]$' "$folder/states")"
equal "forty of all kinds: the whole budget is used" 25 "$(requests)"
# One of the seven asks three times: each of its six runs costs the others two slots at most, whether it gets to its end or not.
equal "forty of all kinds: at least thirteen are OK" yes "$([ "$(grep -c '^0$' "$folder/states")" -ge 13 ] && echo yes || states)"
equal "forty of all kinds: nobody was throttled" 0 "$(throttled)"
equal "forty of all kinds: the others say why" "$(grep -c 3 "$folder/states")" "$(grep -cE "$used_up" "$folder/lines")"
stop_tenant

# What reached nobody was not counted by the service: a dead network leaves the budget whole, and is what the checks say.
with dead
portal_checks
for round in first second third; do
	at_once 7 --proxy=http://127.0.0.1:1 --error-state=network:critical
	equal "dead network, $round round: all are of its class" 7x2 "$(states)"
	equal "dead network, $round round: no connection" 7 "$(grep -c '^\[CRITICAL\] - no connection to localhost:[0-9]*: Connection refused' "$folder/lines")"
done
equal "dead network: no request" 0 "$(requests)"
at_once 7 --budget=9 --timeout=5
equal "the network works again: all are OK at once" "7x0 9" "$(states) $(requests)"
stop_tenant

# The limit is there, and others may use it up: then the wait of one check is the wait of all.
programs=("$build/plugins/check_mdca_app_connectors")
with unbounded
at_once 40 --timeout=5 --budget=0
equal "forty without a budget: thirty" "30x0 10x3" "$(states)"
equal "forty without a budget: ten are throttled" 10 "$(throttled)"
at_once 1 --timeout=5
equal "the first with a budget asks" 11 "$(throttled)"
at_once 9 --timeout=5
equal "later ones do not" "9x3 11" "$(states) $(throttled)"
equal "later ones say until when" 9 "$(grep -cE '^\[UNKNOWN\] - throttled by localhost: available in [0-9]+ s, 5 s left of 5 s' "$folder/lines")"
stop_tenant

with narrow --limit=3 --window=3
at_once 9
equal "nine where three in three seconds may ask are OK in the end" 9x0 "$(states)"
stop_tenant

summary
