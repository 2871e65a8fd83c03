#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every face of every program's table: help and usage within 80 columns, man page that renders, options that agree, Icinga command that
# asks for no secret.
set -u
build=${2:?build folder}
status=0
ok=0
# No point in the name: mandoc would take what follows it for a section.
work=$(mktemp -d "${TMPDIR:-/tmp}/facesXXXXXX")
trap 'rm -rf "$work"' EXIT

# check PROGRAM WHAT COMMAND…: counts, and names what failed.
check() {
	local program=$1 what=$2
	shift 2
	if "$@" >"$work/out" 2>&1; then
		ok=$((ok + 1))
	else
		printf '%s: %s\n' "${program##*/}" "$what"
		head -n 12 "$work/out"
		status=$((status + 1))
	fi
}

exits_with() {
	local want=$1 got
	shift
	"$@" >"$work/text" 2>"$work/stderr"
	got=$?
	[ "$got" = "$want" ] && [ ! -s "$work/stderr" ]
}
# 80 characters, whatever the bytes.
within_80() { ! LC_ALL=C.UTF-8 grep -nE '^.{81,}' "$1"; }
at_most_23_lines_without_pipe() { [ "$(tail -n +2 "$1" | wc -l)" -le 23 ] && ! grep -n '|' "$1"; }
same_options() {
	local name
	while read -r name; do
		grep -qF -- "--$name" "$work/help" || { echo "help lacks --$name"; return 1; }
		sed 's/\\-/-/g; s/\\//g' "$work/man" | grep -qF -- "--$name" || { echo "man page lacks --$name"; return 1; }
	done < <(jq -r '.options[].name' "$work/json")
}
asks_for_no_secret() { ! jq -r '.options[] | select(.secret) | .name' "$work/json" | grep -qxF -f - <(sed -nE 's/^ *"--([a-z-]+)" = .*/\1/p' "$work/icinga"); }
describes_everything() { ! grep -E '^ *"--' "$work/icinga" | grep -v 'description = '; }

for program in "$build"/plugins/check_mdca_*; do
	[[ -x $program && ! $program =~ \.[1-9o]$ ]] || continue
	check "$program" "--help exits 3, nothing on stderr" exits_with 3 "$program" --help
	cp "$work/text" "$work/help"
	check "$program" "--help fits 80 columns" within_80 "$work/help"
	check "$program" "--help beats an error" exits_with 3 "$program" --nonsense --help
	check "$program" "--help beats an error: same text" cmp "$work/help" "$work/text"
	check "$program" "--version exits 3" exits_with 3 "$program" --version
	check "$program" "--version pattern" grep -qxE "${program##*/} v[0-9]+\.[0-9]+\.[0-9]+ \(mdca-plugins [0-9]+\.[0-9]+\.[0-9]+\)" "$work/text"
	check "$program" "an unknown option exits 3" exits_with 3 "$program" --nonsense
	check "$program" "usage fits 80 columns" within_80 <(tail -n +2 "$work/text")
	check "$program" "usage has at most 23 lines, no pipe" at_most_23_lines_without_pipe "$work/text"
	check "$program" "--describe=json" exits_with 0 "$program" --describe=json
	cp "$work/text" "$work/json"
	check "$program" "JSON parses" jq -e .name "$work/json"
	check "$program" "--describe=man" exits_with 0 "$program" --describe=man
	cp "$work/text" "$work/man"
	check "$program" "man page has no warning" mandoc -Tlint -Wwarning "$work/man"
	check "$program" "man page renders in 80 columns" sh -c 'MANWIDTH=80 man --warnings -l "$0" >"$1" 2>&1' "$work/man" "$work/rendered"
	check "$program" "rendered man page fits" within_80 <(sed 's/.\x08//g' "$work/rendered")
	check "$program" "help and man page list every option" same_options
	check "$program" "--describe=icinga" exits_with 0 "$program" --describe=icinga
	cp "$work/text" "$work/icinga"
	check "$program" "Icinga command asks for no secret as an argument" asks_for_no_secret
	check "$program" "Icinga command describes every argument" describes_everything
done
printf '%d passed, %d failed\n' "$ok" "$status"
[ "$status" -eq 0 ] && [ "$ok" -gt 0 ]
