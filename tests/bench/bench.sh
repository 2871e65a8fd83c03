#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What warm checks cost beside other clients that ask the same in the same run, against a local TLS server whose root stands among the
# system's authorities. Prints Markdown. Ratios count; absolute times do not. What the tables mean: docs/performance.md.
# bench.sh BUILD-FOLDER [--smoke]: --smoke takes instructions and memory only, and fails past the bounds (with a slack of 10 %).
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/../support/shell.sh"
smoke=${2:-}
nagios=/usr/lib/nagios/plugins
rounds=7
unset CURL_CA_BUNDLE REQUESTS_CA_BUNDLE PERL5LIB PYTHONPATH
export MDCA_BUDGET=0 LC_ALL=C

all="api_tokens app_connectors app_control credentials governance_log log_upload message_center secure_score service_health
	siem_agents system_alerts"
sizes=(small medium large)
# Checks of lists that come in one reply, whose ceiling of 16 MiB is below 100,000 rows.
one_reply="log_upload secure_score"
# M instructions: beside the handshake a certificate wants a signature, for which OpenSSL takes 11 with an RSA key of 2048 bits.
certificate_sign_in=25

# Rows of the lists that a check reads, and bytes of a row, so that its replies have 5.6 kB (4 rows), 136 kB (100) and 1.8 MB (1000)
# together; 99, because behind a page of 100 without a sign of its end comes another request. Of alerts every other one is closed and not
# sent. Days and catalogue of the score have the length that they have. No application of Entra has 1.8 MB.
rows_of() {
	local lists=1
	case $2 in
	log_upload) lists=3 ;;
	service_health) lists=2 ;;
	esac
	case $1/$2 in
	large/credentials) ;;
	medium/credentials) echo 0 136000 ;;
	small/secure_score) echo 4 0 ;;
	medium/secure_score) echo 105 0 ;;
	large/secure_score) echo 1380 0 ;;
	small/system_alerts) echo 8 1400 ;;
	medium/system_alerts) echo 198 1374 ;;
	large/system_alerts) echo 2000 1800 ;;
	small/*) echo 4 $((1400 / lists)) ;;
	medium/*) echo 99 $((1374 / lists)) ;;
	large/*) echo 1000 $((1800 / lists)) ;;
	esac
}

# The healthy scenario with at most four rows a list and four controls a day.
write_small() {
	jq '.include = "small_common.json" | .tenants[0] |= (.portal |= map_values(.[:4]) | .graph |= with_entries(if .key == "healthOverviews" then . else .value |= .[:4] end))' \
		"$top/tests/scenarios/healthy.json" >"$work/small.json" &&
		jq '.templates.points |= (to_entries | .[:4] | from_entries)' "$top/tests/scenarios/common.json" >"$work/small_common.json"
}

# Trust costs what it costs in life: the system's authorities, and the simulated tenant's root among them.
trust() {
	rm -rf "$work/certs"
	mkdir -p "$work/certs"
	cp -L /etc/ssl/certs/*.0 "$1"/certs/*.0 "$work/certs/"
	cat /etc/ssl/certs/ca-certificates.crt "$1/ca.pem" >"$work/bundle.pem"
}

# begin SCENARIO SIMTENANT-ARGUMENT…: a simulated tenant, and headers for the other clients.
begin() {
	folder=$work/tenant
	rm -rf "$folder"
	start_tenant "$folder" --scenario="$1" --no-limit --log="$work/log" --requests="$work/requests" "${@:2}" || exit 1
	port=${tenant_url##*:}
	trust "$folder"
	write_sections "$folder" "$tenant_url" | sed "s|^ca-path=.*|ca-path=$work/certs|" >"$folder/tenant.ini"
	rm -rf "$work/cache" && mkdir -m 700 "$work/cache"
	export MDCA_CACHE_DIR=$work/cache
	printf 'Authorization: Token %s\n' "$(cat "$folder/api-token")" >"$work/portal"
	curl -sS --cacert "$folder/ca.pem" "$tenant_url/$(ready_word "$folder" tenant-id)/oauth2/v2.0/token" \
		-d grant_type=client_credentials -d client_id="$(ready_word "$folder" client-id)" \
		-d scope=https://graph.microsoft.com/.default --data-urlencode client_secret@<(tr -d '\n' <"$folder/client-secret") |
		jq -r '"Authorization: Bearer " + .access_token' >"$work/graph"
}

# learn CHECK: runs it twice; from the second, warm run come its command, what it asks and how often. Fails when the check does.
learn() {
	local check=$1 words
	words=("$build/plugins/check_mdca_$check" --extra-opts="@$folder/tenant.ini" --timeout=300)
	commands=$work/commands.$check
	mkdir -p "$commands"
	{ printf '%q ' "${words[@]}"; echo; } >"$commands/check"
	"${words[@]}" >"$work/first" || { cat "$work/first"; return 1; }
	: >"$work/log"
	: >"$work/requests"
	"${words[@]}" >"$work/first" || { cat "$work/first"; return 1; }
	cp "$work/requests" "$commands/requests"
	jq -s 'length, (map(.bytes) | add)' "$commands/requests" >"$commands/facts"
	recall "$check"
}
# recall CHECK: what was learned of it.
recall() {
	commands=$work/commands.$1 asked=$work/commands.$1/requests
	{ read -r requests && read -r bytes; } <"$commands/facts"
}

# teach: writes the commands of the other clients for what the check asks that was learned or recalled last, one a line, quoted for the shell.
teach() {
	local header=$work/portal name n=0 line parts method target body url data first=()
	grep -q '"target":"/v1.0/' "$asked" && header=$work/graph
	for name in curl curl_one check_curl check_http; do : >"$commands/$name"; done
	for name in bundle one; do : >"$commands/$name.curlrc"; done
	while read -r line; do
		n=$((n + 1))
		eval "parts=($line)"
		method=${parts[0]} target=${parts[1]} body=${parts[2]} url=${parts[3]} data=${parts[4]}
		{
			printf '%s %s HTTP/1.1\r\nHost: localhost:%s\r\n%s\r\nAccept: application/json\r\n' "$method" "$target" "$port" \
				"$(cat "$header")"
			[ -n "$body" ] && printf 'Content-Type: application/json\r\nContent-Length: %s\r\n' "${#body}"
			printf '\r\n%s' "$body"
		} >"$commands/request.$n"
		for name in bundle one; do
			{
				[ "$n" -gt 1 ] && echo next
				printf '%s\n' silent show-error fail globoff compressed 'header = "Accept: application/json"' "header = \"@$header\""
				printf 'url = %s\n' "$url"
				[ $name = bundle ] && echo "cacert = \"$work/bundle.pem\"" || echo "cacert = \"$folder/ca.pem\""
				[ -n "$body" ] && printf 'header = "Content-Type: application/json"\ndata = %s\n' "$data"
				echo
			} >>"$commands/$name.curlrc"
		done
		first=(-H localhost -p "$port" -S -u "$target" -k "$(cat "$header")" -t 60)
		[ -n "$body" ] && first+=(-P "$body" -T application/json)
		{ printf '%q ' "$nagios/check_curl" "${first[@]}" -D --ca-cert="$work/bundle.pem"; echo; } >>"$commands/check_curl"
		{ printf '%q ' "$nagios/check_http" "${first[@]}"; echo; } >>"$commands/check_http"
	done < <(jq -r --arg url "$tenant_url" '[.method, .target, .body, ($url + .target | tojson), (.body | tojson)] | @sh' "$asked")
	printf '%q ' "$(command -v curl)" -K "$commands/bundle.curlrc" >"$commands/curl"
	printf '%q ' "$(command -v curl)" -K "$commands/one.curlrc" >"$commands/curl_one"
	printf '%q ' "$build/tests/bench/floor" "$port" "$work/certs" "$commands"/request.* >"$commands/floor"
	printf '%q ' /usr/bin/python3 "$top/tests/bench/python_requests.py" "$tenant_url" "$work/bundle.pem" "$header" "$asked" >"$commands/python"
	printf '%q ' /usr/bin/perl "$top/tests/bench/perl_lwp.pl" "$tenant_url" "$work/bundle.pem" "$header" "$asked" >"$commands/perl"
	for name in curl curl_one floor python perl check_curl check_http; do echo >>"$commands/$name"; done
}

# each_command CLIENT COMMAND…: runs the command once for each command of the client, with its words as further arguments.
each_command() {
	local line words
	while read -r line; do
		[ -n "$line" ] || continue
		eval "words=($line)"
		"${@:2}" "${words[@]}" || return 1
	done <"$commands/$1"
}
works() { "$@" >"$work/said" 2>&1 </dev/null || { cat "$work/said" >&2; return 1; }; }
# broke COMMAND…: a measured run that fails is cheap, and its figure none.
broke() { printf '%s\n' "$*" >>"$work/broken"; }

one_instructions() {
	local pipe
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null </dev/null | sed -nE 's/.*Collected : ([0-9]+).*/\1/p'
	pipe=("${PIPESTATUS[@]}")
	[ "${pipe[0]}" -eq 0 ] || broke "$@"
}
# Millions; a client that fails has no number.
instructions() { each_command "$1" one_instructions | awk '{ sum += $1 } END { printf "%.2f", sum / 1e6 }'; }
# The check's into m.check beside its commands; into m.own what of them is spent outside of libraries other than json-c.
profile_check() {
	local words
	eval "words=($(cat "$commands/check"))"
	valgrind --tool=callgrind --callgrind-out-file="$commands/profile" "${words[@]}" 2>&1 >/dev/null </dev/null |
		awk '/Collected :/ { printf "%.2f", $NF / 1e6 }' >"$commands/m.check"
	[ "${PIPESTATUS[0]}" -eq 0 ] || broke "${words[@]}"
	callgrind_annotate --auto=no --threshold=100 --inclusive=no "$commands/profile" 2>/dev/null |
		awk '/check_mdca_[a-z_]*\]$|libjson-c/ { gsub(",", "", $1); sum += $1 } END { printf "%.2f", sum / 1e6 }' >"$commands/m.own"
}
count_client() { instructions "$1" >"$2"; }

# beside COMMAND…: in the background, as soon as fewer of them run than there are processors.
mkfifo "$work/turns"
exec 3<>"$work/turns"
seq "$(nproc)" >&3
beside() {
	read -r <&3
	{ "$@"; echo >&3; } &
}
# Not for the simulated tenant, which is a job of this shell too.
wait_for_all() {
	local pid
	for pid in $(jobs -p); do [ "$pid" = "$tenant_pid" ] || wait "$pid"; done
}

# known SIZE CLIENT: the file with what another client takes for so many requests as the check that was recalled last.
known() { echo "$work/known.$1.$requests.$2"; }

# count_instructions SIZE CHECK…: of checks of one tenant and of the clients beside them. Those of the clients count once for checks of the
# same number of requests, whose bytes are alike: a fifth more bytes is a thousandth more instructions. On a busy machine the server may tire
# of a client that valgrind slows down; when one needed a second connection all are counted again.
count_instructions() {
	local size=$1 check name try new
	for check in "${@:2}"; do
		recall "$check"
		: >"$commands/new"
		for name in curl curl_one floor; do
			[ -e "$(known "$size" "$name")" ] && continue
			each_command "$name" works || exit 1
			: >"$(known "$size" "$name")"
			echo "$name" >>"$commands/new"
		done
	done
	for try in once again "and again"; do
		[ "$try" = once ] || printf 'counted %s: a client connected twice\n' "$try" >&2
		: >"$work/log"
		new=0
		for check in "${@:2}"; do
			recall "$check"
			while read -r name; do
				beside count_client "$name" "$(known "$size" "$name")"
				new=$((new + 1))
			done <"$commands/new"
			beside profile_check
		done
		wait_for_all
		[ "$(grep -c '^CONNECT$' "$work/log")" = $(($# - 1 + new)) ] && break
	done
}

# The least of three runs, at the same addresses where that is allowed: else a peak moves by a hundred pages. And on one processor: of each
# other that a run saw the kernel may overlook 31 pages.
one_peak() {
	local i same=()
	setarch -R true 2>/dev/null && same=(setarch -R)
	same+=(taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')")
	for i in 1 2 3; do
		/usr/bin/time -f %M -o "$work/time" "${same[@]}" "$@" >/dev/null 2>&1 </dev/null || broke "$@"
		tail -n 1 "$work/time"
	done | sort -n | head -n 1
}
peak() { each_command "$1" one_peak | sort -n | tail -n 1; }

one_cpu() { "$build/tests/bench/cpu" "$@" || broke "$@"; }
# In microseconds.
cpu() { each_command "$1" one_cpu | awk '{ sum += $1 } END { print sum }'; }
# median FILE, in ms
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2000 }'; }
# interleave CLIENT…: the medians of CPU into $work/cpu.CLIENT
interleave() {
	local i name
	for name in "$@"; do : >"$work/round.$name"; done
	for ((i = 0; i < rounds; i++)); do
		for name in "$@"; do cpu "$name" >>"$work/round.$name"; done
	done
	for name in "$@"; do median "$work/round.$name" >"$work/cpu.$name"; done
}

one_calls() {
	strace -f -c -o "$work/calls" "$@" >/dev/null 2>&1 </dev/null
	awk '$NF == "total" { print $4 }' "$work/calls"
}
calls() { each_command "$1" one_calls | awk '{ sum += $1 } END { print sum }'; }
one_libraries() {
	strace -f -e trace=openat -o "$work/opened" "$@" >/dev/null 2>&1 </dev/null
	grep -E '\.so[.0-9]*", .* = [0-9]+$' "$work/opened" | grep -oE '"[^"]+"' | sort -u | wc -l
}
libraries() { each_command "$1" one_libraries | sort -n | tail -n 1; }

# Times that the client waits for the other side: for each connection, and whenever it reads after it wrote. With TLS 1.3 there is one such
# turn for the handshake, and one for each request.
one_trips() {
	strace -f -e trace=connect,close,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg -o "$work/talk" "$@" >/dev/null 2>&1 </dev/null
	awk -v port="htons($port)" '
		!match($0, /[a-z]+\([0-9]+/) { next }
		{ split(substr($0, RSTART, RLENGTH), call, "("); fd = call[2]; result = $0; sub(/.*= /, "", result) }
		call[1] == "connect" && index($0, port) && (result == "0" || /EINPROGRESS/) { trips++; socket[fd] = 1; wrote[fd] = 0; next }
		call[1] == "close" { delete socket[fd]; next }
		!(fd in socket) || result + 0 <= 0 { next }
		call[1] ~ /^(write|send)/ { wrote[fd] = 1; next }
		wrote[fd] { trips++; wrote[fd] = 0 }
		END { print trips + 0 }' "$work/talk"
}
trips() { each_command "$1" one_trips | awk '{ sum += $1 } END { print sum }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# measured SIZE WHAT CHECK VALUE: one more value for the table of targets.
measured() { printf '%s %s %s %s\n' "$1" "$2" "$3" "$4" >>"$work/measured"; }

# wanted SIZE WHAT: of how many checks there must be a value.
wanted() {
	case $1/$2 in
	all/grow10000) wc -w <<<"$all" ;;
	all/grow100000) echo $(($(wc -w <<<"$all") - $(wc -w <<<"$one_reply"))) ;;
	all/*) echo 1 ;;
	small/bundle | small/one | small/floor) echo $(($(ordered small | wc -l) + 1)) ;; # secure_score by certificate, too
	*) ordered "$1" | wc -l ;;
	esac
}
# judge SIZE WHAT BOUND TEXT: the worst check beside the target. A target is met or not; with --smoke its bound has a slack. A value that is
# missing meets nothing.
judge() {
	local worst check value verdict lines
	[ -z "$smoke" ] || [[ " bundle one floor own grow10000 " == *" $2 "* ]] || return 0
	lines=$(awk -v s="$1" -v w="$2" '$1 == s && $2 == w && (w ~ /^grow/ || $4 > 0) { print $3, $4 }' "$work/measured" | sort -k2 -g)
	if [ "$(grep -c . <<<"$lines")" -ne "$(wanted "$1" "$2")" ]; then
		count 1
		printf '| %s | %s | | | %s | **not measured** for every check |\n' "$4" "$1" "$3"
		return
	fi
	read -r check value < <(tail -n 1 <<<"$lines")
	worst=$(awk -v v="$value" -v b="$3" -v slack="$([ -n "$smoke" ] && echo 1.1 || echo 1)" 'BEGIN { print (v <= b) (v <= b * slack) }')
	case $worst in
	11) verdict=met ;;
	01) verdict="not met, within the slack" ;;
	*) verdict="**not met**" ;;
	esac
	count $((1 - ${worst#?}))
	printf '| %s | %s | %s | %s | %s | %s |\n' "$4" "$1" "$value" "$check" "$3" "$verdict"
}

# judge_above WHAT CHECK TARGET BOUND TEXT: what has a bound of its own, above the target.
judge_above() {
	local value within
	value=$(awk -v w="$1" -v c="$2" '$2 == w && $3 == c { print $4 }' "$work/measured")
	within=$(awk -v v="${value:-9999}" -v t="$3" -v b="$4" 'BEGIN { print (v <= t) (v <= b) }')
	count $((1 - ${within#?}))
	printf '| %s; at most %s | all | %s | %s | %s | %s |\n' "$5" "$4" "$value" "$2" "$3" "$([ "${within%?}" = 1 ] && echo met || echo '**not met**')"
}

judge_all() {
	local i what a b c text bounds=()
	printf '\n### Targets\n\n| what | reply | worst | of | target | |\n|---|---|--:|---|--:|---|\n'
	while read -r what a b c text; do
		bounds=("$a" "$b" "$c")
		for i in 0 1 2; do
			[ "${bounds[i]}" = - ] || judge "${sizes[i]}" "$what" "${bounds[i]}" "$text"
		done
	done <<-'END'
		bundle 0.125 0.17 0.70 instructions / curl with the bundle
		one 1.00 1.30 - instructions / curl with one root
		floor 1.50 1.90 - instructions / OpenSSL floor
		own 1 1 1 own code and json-c / (0.5 M + 110 a byte)
		check_curl 0.34 0.36 0.95 CPU / check_curl, verifying
		python 0.09 0.09 0.25 CPU / Python requests
		peak 0.92 0.95 1.0 peak memory / curl with the bundle
	END
	judge all signin 12 "sign-in at another origin, M instructions"
	[ -n "$smoke" ] || judge_above certificate secure_score 12 "$certificate_sign_in" "the same by certificate, which signs"
	judge all rate 0.333 "time of a hundred runs, some at once / curl with the bundle"
	judge all grow10000 512 "growth from 100 to 10,000 items, kB"
	judge all grow100000 512 "growth from 100 to 100,000 items, kB"
}

# with_tenant SIZE CHECK: the simulated tenant that this check of this size wants, unless it already runs.
with_tenant() {
	local rows row_bytes scenario=$top/tests/scenarios/healthy.json
	read -r rows row_bytes < <(rows_of "$1" "$2") || return 1
	[ "$1" = small ] && scenario=$work/small.json
	[ "${running:-}" = "$1 $rows $row_bytes" ] && return 0
	stop_tenant
	begin "$scenario" --whole --rows="$rows" --row-bytes="$row_bytes"
	running="$1 $rows $row_bytes"
}

# Checks in an order that needs few tenants.
ordered() {
	local check
	for check in $all; do printf '%s %s\n' "$(rows_of "$1" "$check")" "$check"; done | awk 'NF == 3' | sort | awk '{ print $3 }'
}

# groups SIZE: the same, those of one tenant on a line.
groups() {
	local check tenant last=
	for check in $(ordered "$1"); do
		tenant=$(rows_of "$1" "$check")
		[ -n "$last" ] && [ "$tenant" != "$last" ] && echo
		printf '%s ' "$check"
		last=$tenant
	done
	echo
}

# compare_one SIZE CHECK: the instructions that were counted, and what is measured one after the other.
compare_one() {
	local size=$1 check=$2 name m own
	recall "$check"
	read -r m <"$commands/m.check"
	read -r own <"$commands/m.own"
	k() { cat "$(known "$size" "$1")"; }
	measured "$size" bundle "$check" "$(ratio "$m" "$(k curl)")"
	measured "$size" one "$check" "$(ratio "$m" "$(k curl_one)")"
	measured "$size" floor "$check" "$(ratio "$m" "$(k floor)")"
	measured "$size" own "$check" "$(ratio "$own" "$(awk -v b="$bytes" 'BEGIN { print 0.5 + 110 * b / 1e6 }')")"
	printf '| %s | %d | %d | %.1f | %.3f | %.2f | %.2f | %.2f |' "$check" "$bytes" "$requests" "$m" \
		"$(ratio "$m" "$(k curl)")" "$(ratio "$m" "$(k curl_one)")" "$(ratio "$m" "$(k floor)")" "$own"
	if [ -z "$smoke" ]; then
		for name in curl check_curl python; do each_command "$name" works || exit 1; done
		interleave check check_curl python
		peaks=("$(peak check)" "$(peak curl)")
		c() { cat "$work/cpu.$1"; }
		measured "$size" check_curl "$check" "$(ratio "$(c check)" "$(c check_curl)")"
		measured "$size" python "$check" "$(ratio "$(c check)" "$(c python)")"
		measured "$size" peak "$check" "$(ratio "${peaks[@]}")"
		printf ' %s | %.2f | %.3f | %d | %.2f |' "$(c check)" "$(ratio "$(c check)" "$(c check_curl)")" \
			"$(ratio "$(c check)" "$(c python)")" "${peaks[0]}" "$(ratio "${peaks[@]}")"
	fi
	echo
}

# compare SIZE: every check of it beside the others. Those of one tenant are learned first: its logs are of one run at a time.
compare() {
	local size=$1 group check lines learned
	printf '\n### Replies of %s\n\n' "$2"
	printf '| check | bytes | requests | M instructions | / curl, bundle | / curl, one root | / floor | own code, M |'
	[ -z "$smoke" ] && printf ' CPU, ms | / check_curl | / Python | peak, kB | / curl |'
	printf '\n|---|--:|--:|--:|--:|--:|--:|--:|'
	[ -z "$smoke" ] && printf -- '--:|--:|--:|--:|--:|'
	echo
	mapfile -t lines < <(groups "$size")
	for group in "${lines[@]}"; do
		learned=()
		for check in $group; do
			with_tenant "$size" "$check" && learn "$check" && teach
			count $? && learned+=("$check")
		done
		count_instructions "$size" "${learned[@]}"
		for check in "${learned[@]}"; do compare_one "$size" "$check"; done
	done
}

# rivals SIZE: all clients with the requests of one check.
rivals() {
	local name
	with_tenant "$1" app_connectors && learn app_connectors && teach || exit 1
	printf '\n### All clients, the request of app_connectors, %d bytes\n\n' "$bytes"
	printf '| client | M instructions | CPU, ms | / curl | peak, kB | system calls | libraries | connections | requests | round trips |\n'
	printf '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n'
	clients="curl curl_one check_curl check_http python perl check floor"
	for name in $clients; do each_command "$name" works || exit 1; done
	# shellcheck disable=SC2086
	interleave $clients
	for name in $clients; do
		: >"$work/log"
		each_command "$name" works
		requests=$(grep -vc '^CONNECT$' "$work/log") connections=$(grep -c '^CONNECT$' "$work/log")
		printf '| %s | %s | %s | %.2f | %d | %d | %d | %d | %d | %d |\n' "$(title "$name")" "$(instructions "$name")" "$(cat "$work/cpu.$name")" \
			"$(ratio "$(cat "$work/cpu.$name")" "$(cat "$work/cpu.curl")")" "$(peak "$name")" "$(calls "$name")" "$(libraries "$name")" \
			"$connections" "$requests" "$(trips "$name")"
	done
}
title() {
	case $1 in
	curl) echo "curl, the system's bundle" ;;
	curl_one) echo "curl, one root" ;;
	check_curl) echo "check_curl, verifying, the bundle" ;;
	check_http) echo "check_http, which verifies no certificate" ;;
	python) echo "Python, requests, the bundle" ;;
	perl) echo "Perl, LWP, the bundle" ;;
	check) echo "**check_mdca_app_connectors**" ;;
	floor) echo "floor: OpenSSL and sockets, the hashed directory" ;;
	esac
}

# cold_after WHAT WARM: what a cold cache adds to a warm run.
cold_after() {
	rm -rf "$work/cache" && mkdir -m 700 "$work/cache"
	measured all "$1" secure_score "$(awk -v c="$(instructions check)" -v w="$2" 'BEGIN { printf "%.2f", c - w }')"
}

# What a sign-in at another origin adds, and that a warm run by certificate costs no more than the others.
sign_in() {
	local warm client
	with_tenant small secure_score || exit 1
	sed -i 's|^login-url=https://localhost|login-url=https://127.0.0.1|' "$folder/tenant.ini"
	if [ -z "$smoke" ]; then
		learn secure_score || exit 1
		cold_after signin "$(instructions check)"
	fi
	sed -i "s|^client-secret-file=.*|client-certificate=$(ready_word "$folder" client-certificate)|" "$folder/tenant.ini"
	learn secure_score || exit 1
	warm=$(instructions check)
	for client in bundle:curl one:curl_one floor:floor; do
		measured small "${client%:*}" secure_score_by_certificate "$(ratio "$warm" "$(cat "$(known small "${client#*:}")")")"
	done
	[ -n "$smoke" ] || cold_after certificate "$warm"
	running=
}

# Runs so many at once as there are cores, in turns with curl.
pace() {
	local name i times
	with_tenant small app_connectors && learn app_connectors && teach || exit 1
	for name in check curl; do
		{ printf '#!/bin/sh\nexec '; cat "$commands/$name"; } >"$work/pace.$name"
		chmod +x "$work/pace.$name"
		: >"$work/round.$name"
	done
	for ((i = 0; i < 5; i++)); do
		for name in check curl; do
			local begun=${EPOCHREALTIME/[.,]/}
			seq 100 | xargs -P "$(nproc)" -I{} "$work/pace.$name" >/dev/null 2>&1
			echo $((${EPOCHREALTIME/[.,]/} - begun)) >>"$work/round.$name"
		done
	done
	times=("$(median "$work/round.check")" "$(median "$work/round.curl")")
	measured all rate app_connectors "$(ratio "${times[@]}")"
	printf '\n%s checks a second beside %s runs of curl, %d at once, the server on the same cores.\n' \
		"$(awk -v t="${times[0]}" 'BEGIN { printf "%.0f", 1e5 / t }')" "$(awk -v t="${times[1]}" 'BEGIN { printf "%.0f", 1e5 / t }')" "$(nproc)"
}

# growth CHECKS ROWS…: peaks by rows, pages as long as the services make them.
growth() {
	local rows check values
	stop_tenant
	running=
	rm -f "$work"/peak.* "$work"/refused.*
	for rows in "${@:2}"; do
		begin "$top/tests/scenarios/healthy.json" --rows="$rows"
		for check in $1; do
			if learn "$check" >"$work/why"; then
				peak check >"$work/peak.$check.$rows"
				echo "$requests" >"$work/requests.$check.$rows"
			else
				sed -n '1s/^\[[A-Z]*\] - //p' "$work/why" | cut -c 1-80 >"$work/refused.$check"
			fi
		done
		stop_tenant
	done
	printf '\n### Peak memory by number of items, kB\n\nThe rate limit of the server is off; pages have 100 rows on the portal API and in the service health, else 999 or 1000 on Graph.\n\n'
	printf '| check |%s\n|---|%s\n' "$(printf ' %s items | requests |' "${@:2}")" "$(printf -- '--:|--:|%.0s' "${@:2}")"
	for check in $1; do
		printf '| %s |' "$check"
		for rows in "${@:2}"; do
			if [ -e "$work/peak.$check.$rows" ]; then
				values=("$(cat "$work/peak.$check.$rows")" "$(cat "$work/peak.$check.$2")")
				printf ' %d | %d |' "${values[0]}" "$(cat "$work/requests.$check.$rows")"
				[ "$rows" != "$2" ] && measured all "grow$rows" "$check" $((values[0] - values[1]))
			else
				printf ' %s | |' "$(cat "$work/refused.$check")"
				[ "$rows" = 100000 ] && [[ " $one_reply " == *" $check "* ]] && grep -q 'more than 16 MiB' "$work/refused.$check"
				count $?
			fi
		done
		echo
	done
}

# Of a checkout without changes.
commit() {
	[ -e "$top/.git" ] && [ -z "$(git -C "$top" status --porcelain)" ] && git -C "$top" log -1 --format=' at %h'
}

tools=(valgrind curl jq /usr/bin/time)
[ -z "$smoke" ] && tools+=(strace /usr/bin/python3 /usr/bin/perl "$nagios/check_curl" "$nagios/check_http")
for tool in "${tools[@]}"; do
	command -v "$tool" >/dev/null || { say "$tool is missing: apt-get install $(tr -s '\n\t' ' ' <<<"$packages_test $packages_bench")"; exit 1; }
done
write_small || exit 1
# shellcheck disable=SC2016
printf '## Figures of %s\n\n`make bench-%s`%s on %s, %s, curl %s, %s, json-c %s, %d cores.\n' "$(date -u +%F)" "$([ -n "$smoke" ] && echo smoke || echo clients)" "$(commit)" \
	"$(. /etc/os-release && echo "$PRETTY_NAME")" "$(uname -m)" "$(curl --version | awk 'NR == 1 { print $2 }')" \
	"$(openssl version | cut -d' ' -f1-2)" "$(pkg-config --modversion json-c)" "$(nproc)"
if [ -z "$smoke" ]; then
	rivals small
fi
compare small "5.6 kB, 4 items"
compare medium "136 kB, 99 items"
compare large "1.8 MB, 1000 items"
sign_in
if [ -n "$smoke" ]; then
	growth "$all" 100 10000
else
	pace
	growth "$all" 100 10000 100000
fi
judge_all
echo
[ ! -s "$work/broken" ]
count $? || { say "these runs were measured and failed:"; sort "$work/broken" | uniq -c | head -n 20; }
summary
