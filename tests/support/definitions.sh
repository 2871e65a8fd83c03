# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by the tests of definitions, after shell.sh: what they ask of files that other programs load.

# check TITLE COMMAND…: the command must end with 0; else what it printed is shown.
check() {
	local title=$1
	shift
	"$@" >"$work/out" 2>&1
	count $? || { printf -- '--- %s\n' "$title"; tail -n 30 "$work/out"; }
}

# fails COMMAND…
fails() { ! "$@"; }

# same EXPECTED GOT: the same lines, in any order.
same() { diff <(sort <<<"$1") <(sort <<<"$2"); }

programs=$(find "$build/plugins" -maxdepth 1 -type f -name 'check_mdca_*' -perm -u+x -printf '%f\n' | sort)
names=${programs//check_/}

# accept_icinga FOLDER: judges FOLDER/icinga2.conf; the log is in $work/icinga.log.
accept_icinga() {
	local name dirs=()
	for name in Data Log Cache Spool InitRun; do
		mkdir -p "$work/icinga/$name"
		dirs+=(-D "Configuration.${name}Dir=$work/icinga/$name")
	done
	icinga2 daemon -C -c "$1/icinga2.conf" "${dirs[@]}" -D "Configuration.ConfigDir=$1" \
		-D "Configuration.RunAsUser=$(id -un)" -D "Configuration.RunAsGroup=$(id -gn)" >"$work/icinga.log" 2>&1 ||
		{ cat "$work/icinga.log"; return 1; }
	fails grep -E '/(warning|critical)[ :]' "$work/icinga.log"
}

# instantiated TYPE NUMBER: how many objects of a type Icinga made.
instantiated() { grep -qE "Instantiated $2 $1s?\.$" "$work/icinga.log" || { grep Instantiated "$work/icinga.log"; return 1; }; }
