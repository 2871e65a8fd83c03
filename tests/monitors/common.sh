# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of the monitors: three simulated tenants, what each check says of them by itself, and how a monitor's view of it is
# judged. What root starts goes on as the user of Debian's packages, with copies, for root's folders may be closed to that user.
if [ "$(id -u)" = 0 ]; then
	stage=$(mktemp -d)
	trap 'rm -rf "$stage"' EXIT
	mkdir -p "$stage"/{tests,build/plugins,build/tests,tmp} &&
		(cd "$(dirname "$0")/../.." && cp -r contrib "$stage" && cp -r tests/{monitors,scenarios,support} "$stage/tests") &&
		(cd "$1" && cp -r contrib "$stage/build" && cp tests/simtenant "$stage/build/tests" &&
			find plugins -type f -perm -u+x -exec cp -t "$stage/build/plugins" {} +) &&
		chown -R nagios:nagios "$stage" && cd "$stage" || exit 1
	TMPDIR=$stage/tmp setpriv --reuid=nagios --regid=nagios --clear-groups "tests/monitors/${0##*/}" build
	exit
fi
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/../support/shell.sh"
PATH=$PATH:/usr/sbin

# begin NAME COMMAND…: starts it, until the test ends; what it prints is in NAME.log.
started=()
begin() {
	"${@:2}" >"$work/$1.log" 2>&1 </dev/null &
	started+=($!)
}

# Ends everything that was begun. What does not end by itself within twenty seconds is a failure.
end_all() {
	local pid tries=0
	[ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null
	for pid in "${started[@]}"; do
		while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 200 ]; do
			tries=$((tries + 1))
			sleep 0.1
		done
		if kill -9 "$pid" 2>/dev/null; then count 1 || say "process $pid did not end"; fi
		wait "$pid" 2>/dev/null
	done
	started=()
}
at_end() { end_all; }

# ends_clean: after the end no process names this test's folder.
ends_clean() {
	end_all
	equal "what is left running" "" "$(pgrep -af -- "$work")"
}

# all_live: everything that was begun.
all_live() {
	local pid
	for pid in "${started[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
}

# wait_for SECONDS COMMAND…: until what the command prints is "true", as long as everything lives.
wait_for() {
	local limit=$((SECONDS + $1))
	until [ "$("${@:2}" 2>/dev/null)" = true ]; do
		[ "$SECONDS" -lt "$limit" ] && all_live || return 1
		sleep 0.2
	done
}

listens() { ss -Hltn "sport = :$1" | grep -q . && echo true; }
# free_port FIRST: one of the 2000 from there that nobody listens on; a race with another listener ends the test with the monitor's message.
free_port() {
	local port
	while port=$(shuf -i "$1-$(($1 + 1999))" -n 1); do
		[ "$(listens "$port")" = true ] || break
	done
	echo "$port"
}

# contoso and contoso-emea are tenants of the shipped examples: the first is well, the second has incidents. contoso-large has so many of them
# that what the checks say fills the 4096 bytes which every monitor takes. A section of the portal and one of Graph for each.
export MP_CONFIG_FILE=$work/tenants.ini
mkdir -m 0700 "$work/cache" && : >"$MP_CONFIG_FILE" || exit 1
# add_tenant NAME SCENARIO SIMTENANT-ARGUMENT…
add_tenant() {
	start_tenant "$work/$1" --scenario="$top/tests/scenarios/$2.json" --at="$at" --no-limit "${@:3}" || exit 1
	started+=("$tenant_pid")
	printf '[%s]\n%s\n[%s-graph]\n%s\n' "$1" "$(portal_settings "$work/$1" "$tenant_url")" \
		"$1" "$(graph_settings "$work/$1" "$tenant_url")" >>"$MP_CONFIG_FILE"
}
add_tenant contoso healthy
add_tenant contoso-emea incidents
add_tenant contoso-large incidents --rows=300
sed -i "/^\[/a at=$at\nbudget=0\ncache-dir=$work/cache" "$MP_CONFIG_FILE"

# Monitors start the programs through links, so that ends_clean sees each of them by its name.
mkdir "$work/plugins" && ln -s "$build"/plugins/check_mdca_* /usr/lib/nagios/plugins/check_nrpe "$work/plugins" || exit 1

# Names without check_mdca_.
mapfile -t checks < <(plugin_programs "$build" | sed 's/.*check_mdca_//')
[ ${#checks[@]} -gt 0 ] || { say "no check was built"; exit 1; }
declare -A service
for check in "${checks[@]}"; do service[$check]=$("$build/plugins/check_mdca_$check" --describe=json | jq -r .service); done

# split TEXT: into first (line 1 without performance data), rest (the lines below) and perfdata.
split() {
	first=${1%%$'\n'*} rest=
	[[ $1 != *$'\n'* ]] || rest=${1#*$'\n'}
	perfdata=${first#*|} first=${first%%|*}
}

# ask TENANT CHECK OPTION…: what the check says by itself, into said and said_status; counts in filled what comes near the limit.
filled=0
ask() {
	local program=$build/plugins/check_mdca_$2 section=$1 bytes
	[ "${service[$2]}" = portal ] || section+=-graph
	said=$("$program" --extra-opts="$section" "${@:3}")
	said_status=$?
	case $1:$said_status in
	contoso:0 | contoso-emea:[12] | contoso-large:[12]) ;;
	*) count 1 || printf '%s, %s: exit status %s: %s\n' "$1" "$2" "$said_status" "$said" ;;
	esac
	bytes=$(wc -c <<<"$said")
	[ "$bytes" -le 3900 ] || filled=$((filled + 1))
	[ "$bytes" -le 4096 ] || count 1 || printf '%s, %s: %s bytes\n' "$1" "$2" "$bytes"
}

met_long_texts() { equal "long texts were met" yes "$([ "$filled" -ge 5 ] && echo yes || echo "$filled")"; }

# judge WHERE STATE FIRST REST PERFDATA: what came through the monitor, against the check that was asked last.
judge() {
	local first rest perfdata
	split "$said"
	equal "$1: state" "$said_status" "$2"
	equal "$1: first line" "$first" "$3"
	equal "$1: further lines" "$rest" "$4"
	equal "$1: performance data" "$perfdata" "$5"
}

# begin_nrpe: NRPE on nrpe_port with the shipped commands of contoso, and the same for the others as the file says.
begin_nrpe() {
	nrpe_port=$(free_port 26000)
	adapt "$build/contrib/nrpe/mdca.cfg" -E "s#=[^ ]*/(check_mdca_)#=$work/plugins/\1#" >"$work/mdca.cfg"
	adapt "$work/mdca.cfg" 's/contoso/contoso-emea/g' >"$work/mdca-emea.cfg"
	adapt "$work/mdca.cfg" 's/contoso/contoso-large/g' >"$work/mdca-large.cfg"
	cat >"$work/nrpe.cfg" <<-CONF
		server_address=127.0.0.1
		server_port=$nrpe_port
		allowed_hosts=127.0.0.1
		nrpe_user=$(id -un)
		nrpe_group=$(id -gn)
		pid_file=$work/nrpe.pid
		log_file=$work/nrpe-events.log
		command_prefix=/usr/bin/env MP_CONFIG_FILE=$MP_CONFIG_FILE
		include=$work/mdca.cfg
		include=$work/mdca-emea.cfg
		include=$work/mdca-large.cfg
	CONF
	begin nrpe nrpe -c "$work/nrpe.cfg" -f
	wait_for 30 listens "$nrpe_port" || { say "NRPE does not listen on $nrpe_port"; cat "$work/nrpe.log" "$work/nrpe-events.log"; exit 1; }
}

# take_mails: makes $work/mail, which stands in for the mail program and keeps what arrives in a file each, address and subject in front.
take_mails() {
	mkdir "$work/mails"
	cat >"$work/mail" <<-MAIL
		#!/bin/sh
		{ printf 'to %s: %s: ' "\$3" "\$2" && cat; } >"$work/mails/.\$\$" && mv "$work/mails/.\$\$" "$work/mails/\$\$"
	MAIL
	chmod 0755 "$work/mail"
}
# mails PATTERN: the first line of each whose first line matches.
mails() { find "$work/mails" -type f ! -name '.*' -exec head -q -n 1 {} + | grep "$1" | sort; }
# must_mail ADDRESS SUBJECT LINE
must_mail() { printf 'to %s: %s: %s\n' "$@" >>"$work/expected_mails"; }
all_mailed() { [ "$(mails ': PROBLEM' | wc -l)" -ge "$(wc -l <"$work/expected_mails")" ] && echo true; }
