#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A wall clock that is set while a check runs, before anything in the process has read it, and after each of its readings: a check judges as
# of one moment, waits and ends by another clock, and what it leaves in the cache costs the next one a token request at most.
# jumping_clock.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

limit=5
section=
day=86400
jumps=(3600 -3600 $((400 * day)) $((-400 * day)))
begun=$(date +%s)
# moment SECONDS: so long after the moment at which the clock stands.
moment() { date -u -d "@$((begun + $1))" +%FT%TZ; }
now=$(moment 0)
export JUMPING_CLOCK_AT=$begun MDCA_CACHE_DIR=$work/cache MDCA_BUDGET=1000
fresh_cache() { rm -rf "$work/cache" && mkdir -m 0700 "$work/cache"; }
# Without a fork, which takes as long as a check.
read_file() { IFS= read -r -d '' "$1" <"$2"; }
tokens() {
	local log
	read_file log "$work/log"
	requests=${log//"/token "/}
	requests=$(((${#log} - ${#requests}) / 7))
}

# plain_tenant SIMTENANT-ARGUMENT…: one without TLS, whose life would depend on the clock; and its sections into $ini.
plain_tenant() {
	stop_tenant
	start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --at="$now" --tls=no --log="$work/log" "$@" || exit 1
	tenant_url=${tenant_url/https:\/\/localhost/http://127.0.0.1}
	ini=$work/tenant/plain.ini
	write_sections "$work/tenant" "$tenant_url" | grep -v ^ca-path >"$ini"
}

# jump AFTER BY CHECK ARGUMENT…: the clock is set forward by so many seconds after so many readings. What the check printed, its exit status,
# and what no check may do, into said.
jump() {
	local started=${EPOCHREALTIME/[.,]/} status
	: >"$work/jumped"
	JUMPING_CLOCK_JUMPED=$work/jumped JUMPING_CLOCK_AFTER=$1 JUMPING_CLOCK_BY=$2 LD_PRELOAD=$build/tests/support/jumping_clock.so \
		"$build/plugins/$3" --extra-opts="$section@$ini" --timeout="$limit" "${@:4}" >"$work/out" 2>"$work/err"
	status=$?
	read_file said "$work/out"
	said="${said%$'\n'} exit $status"
	[ -s "$work/err" ] && said+=", words on stderr"
	[ $((${EPOCHREALTIME/[.,]/} - started)) -gt $(((limit + 1) * 1000000)) ] && said+=", later than its time limit"
}
stand() { jump 0 0 "$@"; }

# next_is_well TITLE CHECK: under a clock that stands.
next_is_well() {
	: >"$work/log"
	stand "$2"
	tokens
	equal "$1: the next check" "$plain" "$said"
	equal "$1: its token requests, at most 1" 1 "$((requests > 1 ? requests : 1))"
}

# everywhere TITLE PREPARATION BY FIRST OTHERS CHECK ARGUMENT…: after every number of readings, before each of which PREPARATION is done. A
# clock that is set before the first makes the check say FIRST, a later one OTHERS; without ARGUMENTs a next check is well. How many readings
# there are, into readings.
everywhere() {
	local title prepare=$2 by=$3 want=$4 others=$5
	for ((readings = 0; ; readings++)); do
		title="$6, $1, $by s after $readings readings"
		$prepare
		jump "$readings" "$by" "${@:6}"
		equal "$title" "$want" "$said"
		[ -s "$work/jumped" ] || break
		[ $# -gt 6 ] || next_is_well "$title" "$6"
		want=$others
	done
	equal "$6, $1: the clock is read" yes "$([ "$readings" -gt 1 ] && echo yes)"
}

# up_to_a_reading TITLE PREPARATION BY PATTERN CHECK ARGUMENT…: a clock that is set before what depends on it makes the check say what fits
# PATTERN, always the same; one that is set later makes no difference. How many readings there are, into readings.
up_to_a_reading() {
	local prepare=$2 by=$3 want='' first=''
	for ((readings = 0; ; readings++)); do
		$prepare
		jump "$readings" "$by" "${@:5}"
		[ "$said" = "$plain" ] && want=$plain
		equal "$5, $1, $by s after $readings readings" "${want:=$said}" "$said"
		: "${first:=$said}"
		[ -s "$work/jumped" ] || break
	done
	equal "$5, $1, $by s at first" "$4" "$([[ $first =~ $4 ]] && echo "$4" || echo "$first")"
	equal "$5, $1, $by s at last" "$plain" "$want"
}

# What a check finds in the cache.
warm() { :; }
cold() { rm -f "$work"/cache/*.token; }
refused() { sed -i 's/"token":"[^"]*"/"token":"unheard-of"/' "$work"/cache/*.token; }
worn() { sed -i "s/\"issued_at\":.*/\"issued_at\":$((begun - 3200)),\"renew_at\":$((begun - 1)),\"expires_at\":$((begun + 400))}/" "$work"/cache/*.token; }

# Every check. A clock that is wrong from the beginning has the same result as --at with that moment.
plain_tenant --no-limit
programs=$(plugin_programs "$build")
for check in ${programs//"$build/plugins/"/}; do
	states=warm
	sed -n "/^\[$check\]/,/^\[/p" "$ini" | grep -q ^login-url && states="warm cold"
	[ "$check" = check_mdca_secure_score ] && states="warm cold refused worn"
	fresh_cache
	stand "$check"
	plain=$said
	equal "$check is OK" "[OK] exit 0" "${plain%% *} ${plain#"${plain% exit*} "}"
	stand "$check" --at="$now"
	as_of=$said
	equal "$check, as of now" "$plain" "${as_of/, as of $now/}"
	for by in "${jumps[@]}"; do
		stand "$check" --at="$(moment "$by")"
		wrong=${said/, as of $(moment "$by")/}
		everywhere "as of now" warm "$by" "$as_of" "$as_of" "$check" --at="$now"
		for state in $states; do everywhere "$state" "$state" "$by" "$wrong" "$plain" "$check"; done
		: >"$work/log"
		stand "$check"
		tokens
		equal "$check: a warm one asks for no token" 0 "$requests"
	done
done

# A certificate of our own, which lives from yesterday on for some months, and the statement that it signs, which lives for minutes.
declare -A signed=([3600]='sign-in refused: the assertion is outside its time \(AADSTS700024\), set this host'\''s clock'
	[$((400 * day))]='the certificate ended on [-0-9T:Z]+, make a new one'
	[$((-400 * day))]='begins on [-0-9T:Z]+, look at this host'\''s clock')
signed[-3600]=${signed[3600]}
for check in check_mdca_secure_score check_mdca_credentials; do
	by_certificate=(--auth=certificate --client-certificate="$work/tenant/client.pem")
	fresh_cache
	stand "$check" "${by_certificate[@]}"
	plain=$said
	for by in "${jumps[@]}"; do up_to_a_reading "by certificate" cold "$by" "${signed[$by]}" "$check" "${by_certificate[@]}"; done
done

# at_once TITLE NUMBER COMMAND…: as many at a time, each called with its number behind the others and a folder of its own as $work; the lines
# that they print are those that were not expected.
at_once() {
	local title=$1 count=$2 all=$work work i pids=()
	for ((i = 0; i < count; i++)); do
		work=$all/once.$i
		mkdir -p "$work"
		("${@:3}" "$i" >"$work/odd" 2>&1) &
		pids+=($!)
	done
	wait "${pids[@]}"
	work=$all
	equal "$title" "" "$(cat "$work"/once.*/odd)"
	rm -rf "$work"/once.*
}

# The budget. Its file and its waits know another clock: a slot that lies two seconds ahead is waited for as long, whoever has taken slots
# before is counted, and what no check can have written (a close beyond a minute at the portal and five of Graph, slots beyond ten minutes)
# keeps nobody out.
check=check_mdca_app_connectors
used_up='^\[UNKNOWN\] - request budget of 127\.0\.0\.1 used up \(3 a minute\): available in (6[01]|[1-5]?[0-9]) s, [0-5] s left of 5 s'
fresh_cache
stand "$check" --at="$now"
plain=$said
everywhere "before the waits" warm 3600 "$plain" "$plain" "$check" --at="$now"
waits_for_its_slot() {
	local after=$(($1 % readings)) by=${jumps[$1 / readings]} before
	cp -r "$work/../cache" "$work"
	before=${EPOCHREALTIME/[.,]/}
	"$build/tests/ledger" "$work"/cache/*.budget 0 -59000
	jump "$after" "$by" "$check" --at="$now" --budget=1 --cache-dir="$work/cache"
	[ "$said" = "$plain" ] || echo "$by s after $after readings: $said"
	[ $((${EPOCHREALTIME/[.,]/} - before)) -ge 2000000 ] || echo "$by s after $after readings: did not wait"
}
at_once "a slot is waited for" $((${#jumps[@]} * readings)) waits_for_its_slot
for by in "${jumps[@]}"; do
	fresh_cache
	for after in 0 1 2; do jump "$after" "$by" "$check" --at="$now"; done
	expect "three slots were taken, $by s" 3 "$used_up" "$build/plugins/$check" --extra-opts="@$ini" --budget=3 --timeout="$limit"
done
# found TITLE STATUS PATTERN CHECK LEDGER-ARGUMENT…
found() {
	local kind=budget
	[ "$4" = "$graph" ] && kind=graph
	"$build/tests/ledger" "$work"/cache/*.$kind "${@:5}" || exit 1
	expect "$1" "$2" "$3" "$build/plugins/$4" --extra-opts="@$ini" --budget=2 --timeout="$limit"
}
far=$((400 * day * 1000)) graph=check_mdca_secure_score
found "slots far ahead" 0 '^\[OK\]' $check 0 $far $far $far
found "slots far back" 0 '^\[OK\]' $check 0 -$far -$far -$far
found "closed for a minute" 3 '^\[UNKNOWN\] - throttled by 127\.0\.0\.1: available in (60|[1-5]?[0-9]) s' $check 60000
found "closed for longer" 0 '^\[OK\]' $check 63000
found "closed for 400 days" 0 '^\[OK\]' $check $far
stand $graph
found "Graph, closed for five minutes" 3 '^\[UNKNOWN\] - throttled by 127\.0\.0\.1: available in (300|2[0-9][0-9]) s' $graph 300000
found "Graph, closed for longer" 0 '^\[OK\]' $graph 303000
found "Graph, closed for 400 days" 0 '^\[OK\]' $graph $far

# TLS, whose certificates live for some days: a clock that is set before they were looked at has them all ended, or not begun.
stop_tenant
start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --at="$now" --no-limit || exit 1
ini=$work/tenant/tenant.ini
unacceptable='^\[UNKNOWN\] - the certificate of localhost:[0-9]+ cannot be accepted: certificate (has expired|is not yet valid) \(look at this machine'\''s clock too\) exit 3$'
for check in ${programs//"$build/plugins/"/}; do
	fresh_cache
	stand "$check"
	plain=$said
	up_to_a_reading TLS warm $((400 * day)) "$unacceptable" "$check"
done
up_to_a_reading TLS warm $((-400 * day)) "$unacceptable" "$check"

# A service that names the moment when it answers again, by its own clock, under a clock that is set no further than its certificate lives.
check=check_mdca_app_connectors
jumps=(3600 -3600)
fresh_cache
stand "$check" --at="$now"
plain=$said
up_to_a_reading "before the waits" warm 3600 '' "$check" --at="$now"
# answers_once_in SECONDS: a tenant for each of the jumps, and in $count how many.
answers_once_in() {
	stop_tenant
	count=$((${#jumps[@]} * readings))
	start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --at="$now" --limit=1 --window="$1" --retry-after-date \
		--tenants="$count" --log="$work/log" || exit 1
	ini=$work/tenant/tenants.ini
	: >"$work/log"
}
# asks_again NUMBER: the tenant of this number, twice.
asks_again() {
	local after=$(($1 % readings)) by=${jumps[$1 / readings]}
	mkdir -m 0700 "$work/cache"
	export MDCA_CACHE_DIR=$work/cache
	section=$(printf 't%03d' $(($1 + 1)))
	stand "$check" --at="$now"
	jump "$after" "$by" "$check" --at="$now"
}
waits_for_its_moment() {
	asks_again "$1"
	[ "$said" = "$plain" ] || echo "$section: $said"
}
leaves_it_alone() {
	local throttled='^\[UNKNOWN\] - throttled by t[0-9]{3}\.tenants\.localhost: available in (60|[1-5]?[0-9]) s, [0-5] s left of 5 s, as of [^ ]+ exit 3$'
	asks_again "$1"
	[[ $said =~ $throttled ]] || echo "$section: $said"
	stand "$check" --at="$now"
	[[ $said =~ $throttled ]] || echo "$section, the next check: $said"
}
limit=12
answers_once_in 6
at_once "a moment is waited for" "$count" waits_for_its_moment
equal "all had to wait" yes "$([ "$(grep -c ' 429$' "$work/log")" -ge "$count" ] && echo yes)"
limit=5
answers_once_in 60
at_once "a moment that is far is told, and remembered for a minute" "$count" leaves_it_alone
equal "all asked twice" "$count 200 $count 429" "$(grep -o '[0-9]*$' "$work/log" | sort | uniq -c | awk '{ printf("%s%s %s", sep, $1, $2); sep = " " }')"
stop_tenant
summary
