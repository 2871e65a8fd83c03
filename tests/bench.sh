#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What warm checks cost beside curl making the same requests in the same run: instructions (callgrind, they repeat), CPU (sum of
# interleaved rounds), peak memory; and how memory grows with the number of items. Ratios count, absolute times do not.
# bench.sh BUILD-FOLDER [--smoke]: --smoke counts instructions and memory only and fails past the bounds.
set -u
build=$(cd "${1:?build folder}" && pwd)
smoke=${2:-}
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/setup.sh
. "$top/contrib/setup.sh"

simtenant=$build/tests/simtenant
rounds=15
work=$(mktemp -d)
trap 'stop_tenant; rm -rf "$work"' EXIT
unset SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY
export MDCA_CACHE_DIR=$work/cache MDCA_BUDGET=1000
bad=0
ok=0

# Trust costs what it costs in life: the system's authorities, and the simulated tenant's root among them.
trust() {
	mkdir -p "$work/certs"
	cp -P /etc/ssl/certs/*.0 "$work/certs/"
	find "$work/certs" -type l | while read -r link; do
		cp --remove-destination "$(readlink -f "/etc/ssl/certs/${link##*/}")" "$link"
	done
	cp "$1"/certs/*.0 "$work/certs/"
	cat /etc/ssl/certs/ca-certificates.crt "$1/ca.pem" >"$work/bundle.pem"
}

instructions() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null | sed -nE 's/.*Collected : ([0-9]+).*/\1/p'; }
# The least of three runs, and at the same addresses where that is allowed: else a peak moves by a hundred pages.
peak_kb() {
	local i same=()
	setarch -R true 2>/dev/null && same=(setarch -R)
	for i in 1 2 3; do
		/usr/bin/time -f %M -o "$work/time" "${same[@]}" "$@" >/dev/null 2>&1
		tail -n 1 "$work/time"
	done | sort -n | head -n 1
}
cpu_ms() {
	local TIMEFORMAT='%U %S'
	{ time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.0f\n", ($1 + $2) * 1000 }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# bound WHAT VALUE LIMIT
bound() {
	if awk -v v="$2" -v l="$3" 'BEGIN { exit !(v <= l) }'; then
		ok=$((ok + 1))
	else
		bad=$((bad + 1))
		printf 'over the bound: %s is %s, at most %s\n' "$1" "$2" "$3"
	fi
}

# Checks of one request, and one of three. Variables are expanded when they run: prepare exports what they name.
checks="app_connectors governance_log secure_score"

check_app_connectors() {
	"$build/plugins/check_mdca_app_connectors" --api-url="$tenant_url" --api-token-file="$folder/api-token" --ca-path="$work/certs"
}
curl_app_connectors() {
	curl -sS --cacert "$work/bundle.pem" -H @"$work/portal" -H 'Content-Type: application/json' -H 'Accept: application/json' --compressed \
		-d '{"filters":{},"performAsyncTotal":false,"sortField":"app","sortDirection":"desc","skip":0,"limit":100}' \
		"$tenant_url/cas/api/v1/app_connectors/"
}
check_governance_log() {
	"$build/plugins/check_mdca_governance_log" --api-url="$tenant_url" --api-token-file="$folder/api-token" --ca-path="$work/certs"
}
curl_governance_log() {
	curl -sS --cacert "$work/bundle.pem" -H @"$work/portal" -H 'Content-Type: application/json' -H 'Accept: application/json' --compressed \
		-d "{\"filters\":{\"timestamp\":{\"gte\":$yesterday}},\"sortField\":\"timestamp\",\"sortDirection\":\"desc\",\"skip\":0,\"limit\":100}" \
		"$tenant_url/api/v1/governance/"
}
check_secure_score() {
	"$build/plugins/check_mdca_secure_score" --api-url="$tenant_url/v1.0" --login-url="$tenant_url" --tenant-id="$tenant_id" \
		--client-id="$client_id" --client-secret-file="$folder/client-secret" --ca-path="$work/certs"
}
curl_secure_score() {
	curl -gsS --cacert "$work/bundle.pem" -H @"$work/graph" -H 'Accept: application/json' --compressed \
		"$tenant_url/v1.0/security/secureScores?\$select=id,createdDateTime,currentScore,maxScore,controlScores&\$top=1" \
		"$tenant_url/v1.0/security/secureScoreControlProfiles?\$select=id,title,service,maxScore,rank,deprecated,controlStateUpdates&\$top=999" \
		"$tenant_url/v1.0/security/secureScores?\$select=id,createdDateTime,controlScores&\$filter=createdDateTime%20ge%20$earliest%20and%20createdDateTime%20le%20$latest&\$top=4"
}

# The functions as commands, for programs that want one.
write_commands() {
	local name command
	for name in $checks; do
		for command in "check_$name" "curl_$name"; do
			{
				printf '#!/bin/sh\nexec '
				declare -f "$command" | sed '1,2d;$d'
			} >"$work/$command"
			chmod +x "$work/$command"
		done
	done
}

# prepare FOLDER SIMTENANT-ARGUMENT…: a simulated tenant, credentials for curl, and a token in the cache.
prepare() {
	folder=$1
	start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --no-limit "${@:2}" || exit 1
	trust "$folder"
	tenant_id=$(ready_word "$folder" tenant-id) client_id=$(ready_word "$folder" client-id)
	yesterday=$(date -d '24 hours ago' +%s)000
	latest=$(date -u -d '7 days ago' +%FT%TZ) earliest=$(date -u -d '10 days ago' +%FT%TZ)
	rm -rf "$work/cache" && mkdir -m 700 "$work/cache"
	export build folder work tenant_url tenant_id client_id yesterday latest earliest
	printf 'Authorization: Token %s\n' "$(cat "$folder/api-token")" >"$work/portal"
	curl -sS --cacert "$work/bundle.pem" "$tenant_url/$tenant_id/oauth2/v2.0/token" -d grant_type=client_credentials -d client_id="$client_id" \
		-d scope=https://graph.microsoft.com/.default --data-urlencode client_secret="$(cat "$folder/client-secret")" |
		sed -nE 's/.*"access_token": ?"([^"]+)".*/Authorization: Bearer \1/p' >"$work/graph"
	"$work/check_secure_score" >"$work/first" || { cat "$work/first"; exit 1; }
}

# row WHAT OURS THEIRS
row() { printf '  %-26s %14s %14s %8s\n' "$1" "$2" "$3" "$(ratio "$2" "$3")"; }

# compare CHECK BOUND: of the instructions.
compare() {
	local check=$work/check_$1 curl=$work/curl_$1 ours theirs a=0 b=0 i
	"$check" >"$work/first" || { cat "$work/first"; exit 1; }
	"$curl" >"$work/reply" || exit 1
	printf '%s, replies of %d bytes\n' "$1" "$(wc -c <"$work/reply")"
	grep -q '"error"' "$work/reply" && { head -c 300 "$work/reply"; exit 1; }

	ours=$(instructions --trace-children=yes "$check" | sort -n | tail -n 1)
	theirs=$(instructions --trace-children=yes "$curl" | sort -n | tail -n 1)
	row instructions "$ours" "$theirs"
	bound "instructions of $1 / curl" "$(ratio "$ours" "$theirs")" "$2"
	worst=$(printf '%s\n' "$worst" "$(ratio "$ours" "$theirs") $1" | sort -n | tail -n 1)

	ours=$(peak_kb "$check") theirs=$(peak_kb "$curl")
	row "peak memory, kB" "$ours" "$theirs"
	bound "peak memory of $1 / curl" "$(ratio "$ours" "$theirs")" 1.0

	[ "$smoke" = --smoke ] && return
	for ((i = 0; i < rounds; i++)); do
		a=$((a + $(cpu_ms "$check"))) b=$((b + $(cpu_ms "$curl")))
	done
	row "CPU of $rounds rounds, ms" "$a" "$b"
}

write_commands
prepare "$work/tenant"
worst=
printf 'Warm checks beside curl %s with the system bundle\n' "$(curl --version | awk 'NR == 1 { print $2 }')"
printf '  %-26s %14s %14s %8s\n' "" check curl ratio
compare app_connectors 0.2
compare governance_log 0.2
compare secure_score 0.2
printf 'worst ratio of instructions: %s\n' "$worst"
stop_tenant

# Of the secure score under 200 bytes are kept for each action that the newest day counts.
growth_most() { [ "$1" = secure_score ] && echo 1970 || echo 512; }

printf '\nPeak memory by number of items, kB\n'
declare -A small
export MDCA_BUDGET=0
for rows in 100 10000; do
	prepare "$work/rows$rows" --rows="$rows"
	for name in $checks; do
		"$work/check_$name" >"$work/first" || { cat "$work/first"; exit 1; }
		peak=$(peak_kb "$work/check_$name")
		printf '%10d items %8d   %s: %s\n' "$rows" "$peak" "$name" "$(sed -nE '1s/.*[ |]((connectors|tasks|to_address)=[0-9]+).*/\1/p' "$work/first")"
		[ -n "${small[$name]:-}" ] &&
			bound "growth of $name from 100 to $rows items, kB" $((peak - small[$name])) "$(growth_most "$name")"
		small[$name]=$peak
	done
	stop_tenant
done
printf '%d passed, %d failed\n' "$ok" "$bad"
[ "$bad" -eq 0 ]
