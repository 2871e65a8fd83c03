#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a warm check costs beside curl making the same request in the same run: instructions (callgrind, they repeat), CPU (sum of
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
peak_kb() { /usr/bin/time -f %M -o "$work/time" "$@" >/dev/null 2>&1; tail -n 1 "$work/time"; }
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

check_portal() {
	"$build/plugins/check_mdca_app_connectors" --api-url="$tenant_url" --api-token-file="$folder/api-token" --ca-path="$work/certs"
}
curl_portal() {
	curl -sS --cacert "$work/bundle.pem" -H @"$work/header" -H 'Content-Type: application/json' -H 'Accept: application/json' --compressed \
		-d '{"filters":{},"performAsyncTotal":false,"sortField":"app","sortDirection":"desc","skip":0,"limit":100}' \
		"$tenant_url/cas/api/v1/app_connectors/"
}
# The functions as commands, for programs that want one.
commands() {
	local name
	for name in check_portal curl_portal; do
		{
			printf '#!/bin/sh\nexec '
			declare -f "$name" | sed '1,2d;$d' | sed "s#\\\$build#$build#g;s#\\\$tenant_url#$tenant_url#g;s#\\\$folder#$folder#g;s#\\\$work#$work#g"
		} >"$work/$name"
		chmod +x "$work/$name"
	done
}

folder=$work/tenant
start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --no-limit || exit 1
trust "$folder"
printf 'Authorization: Token %s\n' "$(cat "$folder/api-token")" >"$work/header"
commands
check_portal >"$work/first" || { cat "$work/first"; exit 1; }
curl_portal >"$work/reply" || exit 1
printf 'One warm check_mdca_app_connectors, reply of %d bytes, beside curl %s with the system bundle\n' "$(wc -c <"$work/reply")" \
	"$(curl --version | awk 'NR == 1 { print $2 }')"

ours=$(instructions --trace-children=yes "$work/check_portal" | sort -n | tail -n 1)
theirs=$(instructions --trace-children=yes "$work/curl_portal" | sort -n | tail -n 1)
printf '%-28s %14s %14s %8s\n' "" check curl ratio
printf '%-28s %14s %14s %8s\n' instructions "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
bound "instructions / curl" "$(ratio "$ours" "$theirs")" 0.2

ours=$(peak_kb "$work/check_portal")
theirs=$(peak_kb "$work/curl_portal")
printf '%-28s %14s %14s %8s\n' "peak memory, kB" "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
bound "peak memory / curl" "$(ratio "$ours" "$theirs")" 1.0

if [ "$smoke" != --smoke ]; then
	a=0 b=0
	for ((i = 0; i < rounds; i++)); do
		a=$((a + $(cpu_ms "$work/check_portal"))) b=$((b + $(cpu_ms "$work/curl_portal")))
	done
	printf '%-28s %14s %14s %8s\n' "CPU of $rounds rounds, ms" "$a" "$b" "$(ratio "$a" "$b")"
fi
stop_tenant

printf '\nPeak memory by number of items, kB\n'
small=
for rows in 100 10000; do
	folder=$work/rows$rows
	start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" --no-limit --rows="$rows" || exit 1
	commands
	cp "$folder"/certs/*.0 "$work/certs/"
	peak=$(peak_kb "$work/check_portal")
	printf '%10d items %8d   %s\n' "$rows" "$peak" "$(sed -nE '1s/.*(connectors=[0-9]+).*/\1/p' <("$work/check_portal"))"
	[ -n "$small" ] && bound "growth from 100 to $rows items, kB" $((peak - small)) 512
	small=$peak
	stop_tenant
done
printf '%d passed, %d failed\n' "$ok" "$bad"
[ "$bad" -eq 0 ]
