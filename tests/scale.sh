#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Many checks of many tenants on this host: 3000 a minute over 200 simulated tenants for ten minutes, evenly paced, the nine weekly items
# in turn, three of a tenant one right after the other. Every one must be OK, no tenant may see more than 25 requests a minute, each
# life of a token costs one sign-in a tenant, and the cache folder must not grow. Then the same list read by a check and by check_curl.
# scale.sh BUILD-FOLDER [--smoke | [--seconds=N] [--tenants=N] [--rate=CHECKS-A-SECOND]]: --smoke is short and slow, and asserts the
# same but the pace.
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"
# shellcheck source=tests/support/measure.sh
. "$top/tests/support/measure.sh"

seconds=600 tenants=200 rate=50 smoke=
# What a tenant is asked in one visit. Graph has its turn in A.
visits="A B C"
for option in "${@:2}"; do
	case $option in
	--smoke) smoke=yes seconds=24 tenants=6 rate=6 visits="A B A C" ;;
	--seconds=*) seconds=${option#*=} ;;
	--tenants=*) tenants=${option#*=} ;;
	--rate=*) rate=${option#*=} ;;
	*) say "no such option: $option" >&2; exit 1 ;;
	esac
done
[[ "$seconds $tenants $rate" =~ ^([1-9][0-9]*( |$)){3}$ ]] || { say "--seconds, --tenants and --rate take whole numbers" >&2; exit 1; }
[ $((rate * (seconds < 60 ? seconds : 60))) -le $((tenants * 24)) ] ||
	{ say "$tenants tenants are too few: of one at most 24 checks a minute" >&2; exit 1; }
# A tenant is visited every three runs of all, and Graph in every third visit: behind the middle there must be time for one of those.
least=$((30 * tenants / rate + 1))
[ "$smoke" ] || [ "$seconds" -ge "$least" ] || { say "--seconds=$seconds is too short, $least are needed" >&2; exit 1; }
curl=/usr/lib/nagios/plugins/check_curl
[ "$smoke" ] || "$curl" --version 2>/dev/null | grep -q '^check_curl' ||
	{ say "check_curl is needed: packages monitoring-plugins-standard and liburiparser1" >&2; exit 1; }

# Two lives of a token fill the run: a check signs in anew when 300 s are left.
life=$((300 + seconds * 3 / 5))
count=$((rate * seconds))
export MDCA_CACHE_DIR=$work/cache
mkdir -m 0700 "$work/cache"

# run TENANT CHECK: its line of the plan.
run() {
	local section=$1
	case $2 in secure_score | message_center) section+=-graph ;; esac
	printf '%s\t--extra-opts=%s@%s\n' "$build/plugins/check_mdca_$2" "$section" "$work/tenant/tenants.ini"
}
visit() {
	case $2 in
	A) run "$1" secure_score && run "$1" message_center && run "$1" app_connectors ;;
	B) run "$1" system_alerts && run "$1" app_control && run "$1" log_upload ;;
	C) run "$1" siem_agents && run "$1" api_tokens && run "$1" governance_log ;;
	esac
}
make_plan() {
	local kind name
	for kind in $visits; do
		for name in $names; do visit "$name" "$kind"; done
	done
}

# What may not grow, then the records of the budget: a head and at most 25 moments.
kept() { find "$work/cache" -type f ! -name '*.budget' -printf '%f %s\n' | sort; }
budgets() { find "$work/cache" -type f -name '*.budget' "$@" -printf '%f\n' | sort; }
cache_size() { find "$work/cache" -type f -printf '%s\n' | awk '{ n++; b += $1 } END { printf "%d files, %d bytes\n", n, b }'; }

# pace RATE COUNT: runs the plan so; one line a run, whose columns are these.
pace() { "$build/tests/pacer" --rate="$1" --count="$2" <"$work/plan" || { say "the pacer failed" >&2; exit 1; }; }
LATE=2 RAN=3 CPU=4 STATUS=5 NOISE=6
column() { grep -v '^most ' "$work/runs" | cut -f "$1"; }
statuses() { column $STATUS | sort | uniq -c | awk '{ printf "%s%s with %s", sep, $1, $2; sep = ", " }'; }
show_odd() { awk -F '\t' 'NF > 6 && ($5 != 0 || $6 != 0)' "$work/runs" | cut -f 5-7 | sort | uniq -c | sort -rn | head -n 20; }

with_tenants() {
	: >"$work/log"
	start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --tenants="$tenants" --limit=25 --log="$work/log" "$@" || exit 1
	names=$(sed -nE 's/^\[(t[0-9]+)\]$/\1/p' "$work/tenant/tenants.ini")
}

with_tenants --token-life="$life" --lifetime=$((2 * seconds + 300))
make_plan >"$work/plan"
round=$(wc -l <"$work/plan")
spent=$(cpu_ms "$tenant_pid")
read -r busy all < <(machine)
begun=$(date +%s%N)
pace "$rate" "$round" >"$work/first"
kept >"$work/kept"
budgets >"$work/budgets"
first_size=$(cache_size)
pace "$rate" $((count - round)) >"$work/rest"
took=$((($(date +%s%N) - begun) / 1000000))
read -r busy_then all_then < <(machine)
spent=$(calc "$(cpu_ms "$tenant_pid") - $spent")
cat "$work/first" "$work/rest" >"$work/runs"

equal "exit statuses" "$count with 0" "$(statuses)"
equal "bytes on stderr" 0 "$(column $NOISE | share 100)"
equal "replies, of which none is a 429 at 25 requests a minute" 200 "$(grep -v '^CONNECT' "$work/log" | awk '{ print $NF }' | sort -u)"
equal "sign-ins of each tenant in two lives of a token" "$tenants times 2" \
	"$(sed -nE 's|^POST /([^/]+)/oauth2/.*|\1|p' "$work/log" | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | awk '{ print $1, "times", $2 }')"
equal "tokens and locks since the first round" "$(cat "$work/kept")" "$(kept)"
equal "records of the budget since the first round" "$(cat "$work/budgets")" "$(budgets)"
equal "records of the budget with more than 25 moments" "" "$(budgets -size +$((72 + 25 * 8))c)"
[ "$smoke" ] || equal "checks that began more than a second late" 0 "$(column $LATE | awk '$1 > 1000' | wc -l)"
expect "a tenant's token opens no other tenant" 3 'Invalid token' "$build/plugins/check_mdca_app_connectors" --extra-opts="t001@$work/tenant/tenants.ini" \
	--api-url="https://t002.tenants.localhost:${tenant_url##*:}"
show_odd

requests=$(grep -vc '^CONNECT' "$work/log")
printf '%d checks of %d tenants in %d s: %s a minute, at most %d at a time\n' "$count" "$tenants" $((took / 1000)) \
	"$(calc "$count * 60000 / $took" %.0f)" "$(sed -n 's/^most //p' "$work/runs" | share 100)"
printf 'began late by: 95 %% at most %d ms, all %d ms; ran: half at most %d ms, 95 %% %d ms, all %d ms\n' "$(column $LATE | share 95)" \
	"$(column $LATE | share 100)" "$(column $RAN | share 50)" "$(column $RAN | share 95)" "$(column $RAN | share 100)"
printf 'cache after the first round: %s; at the end: %s\n' "$first_size" "$(cache_size)"
printf '%d processors, busy with everything: %s %%; with the checks: %s %%; with the simulated service: %s %% (%s ms a request)\n' "$(nproc)" \
	"$(calc "100 * ($busy_then - $busy) / ($all_then - $all)" %.0f)" "$(calc "$(column $CPU | mean) * $count / 10 / $took / $(nproc)" %.0f)" \
	"$(calc "100 * $spent / $took / $(nproc)" %.0f)" "$(calc "$spent / $requests")"
printf 'CPU a check, ms\n'
cut -f 1 "$work/plan" | sort -u | while read -r program; do
	awk -F '\t' -v p="$program" 'NR == FNR { if ($1 == p) ours[FNR] = 1; next } $1 in ours { print $4 / 1000 }' "$work/plan" "$work/runs" >"$work/cpu"
	printf '  %-28s %6s\n' "${program##*/}" "$(mean <"$work/cpu")"
done
printf '  %-28s %6s\n' all "$(column $CPU | awk '{ print $1 / 1000 }' | mean)"
stop_tenant

# check_curl reads the list that check_mdca_app_connectors judges, in turn with it, at a rate that both sustain. Trust costs it what it
# costs in life: the system's bundle.
body='{"filters":{},"performAsyncTotal":false,"sortField":"app","sortDirection":"desc","skip":0,"limit":100}'
beside_check_curl() {
	local name words
	with_tenants
	cat /etc/ssl/certs/ca-certificates.crt "$work/tenant/ca.pem" >"$work/bundle.pem"
	for name in $names; do
		run "$name" app_connectors
		words=("$curl" -H "$name.tenants.localhost" -I 127.0.0.1 -p "${tenant_url##*:}" -S -D "--ca-cert=$work/bundle.pem"
			-u /cas/api/v1/app_connectors/ -P "$body" -T application/json -s '"data"'
			-k "Authorization: Token $(cat "$work/tenant/tenants/$name.token")")
		(IFS=$'\t' && printf '%s\n' "${words[*]}")
	done >"$work/plan"
	pace 10 300 >"$work/runs"
	equal "beside check_curl: exit statuses" "300 with 0" "$(statuses)"
	show_odd
	awk -F '\t' 'NF > 6 { n[$1 % 2]++; s[$1 % 2] += $4 / 1000 } END { printf "in turn with check_curl, 10 a second: " \
		"check_mdca_app_connectors %.1f ms, check_curl %.1f ms, ratio %.2f\n", s[1] / n[1], s[0] / n[0], s[1] / n[1] * n[0] / s[0] }' "$work/runs"
}
[ "$smoke" ] || beside_check_curl
summary
