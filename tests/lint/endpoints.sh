#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The endpoints that a program says it reads, and which --check-access tries, are those that its cases see it ask for.
set -u
top=${1:?top folder}
build=${2:?build folder}
status=0
ok=0

asked() {
	sed -nE 's#^> (GET|POST) (/v1\.0)?(/[^?]*).*#\3#p' "$top/tests/cases/$1"/*.case | grep -vE '/oauth2/|^/metadata/' | sort -u
}

for program in "$build"/plugins/check_mdca_*; do
	[[ -x $program && ! $program =~ \.[1-9o]$ ]] || continue
	name=${program##*/}
	if diff <("$program" --describe=json | jq -r '.endpoints[].path' | sort -u) <(asked "$name"); then
		ok=$((ok + 1))
	else
		printf '%s: endpoints it says (<) and those that its cases ask for (>)\n' "$name"
		status=$((status + 1))
	fi
done
printf '%d passed, %d failed\n' "$ok" "$status"
[ "$status" -eq 0 ] && [ "$ok" -gt 0 ]
