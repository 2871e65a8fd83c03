#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Of a build with --coverage whose tests have run: the share of lines that they reached, room by room, and the files with the most lines
# left. Fails where a room is under its floor.
# coverage.sh BUILD-FOLDER
set -u
build=${1:?build folder}
ok=0
bad=0

# A little under what was measured. What is left wants a system call or a library to fail.
declare -A floor=([base]=92 [monitor]=98 [net]=98 [cloud]=97 [frame]=97 [plugins]=99)

# A line "ROOM FILE LINES REACHED" for each file. A line counts once, however many functions gcov lists it for.
measure() {
	find "$build/common" "$build/plugins" -name '*.gcda' -exec gcov --json-format --stdout {} + |
		jq -r '.files[] | (.file | capture("(?<path>(common(/[a-z]+)?|plugins)/[^/]+\\.c)$")?) as {$path} |
			($path | split("/")) as $folders |
			(.lines | group_by(.line_number) | map(map(.count) | max)) as $lines |
			"\(if $folders[0] == "common" and ($folders | length) == 3 then $folders[1] elif $folders[0] == "common" then "frame" else $folders[0] end)" +
			" \($path) \($lines | length) \($lines | map(select(. > 0)) | length)"'
}

files=$(measure) || exit 1
for room in base monitor net cloud frame plugins; do
	read -r lines reached < <(awk -v room="$room" '$1 == room { lines += $3; reached += $4 } END { print lines + 0, reached + 0 }' <<<"$files")
	share=$((lines ? 1000 * reached / lines : 0))
	printf '%-8s %5d of %5d lines, %d.%d %%, floor %d %%\n' "$room" "$reached" "$lines" $((share / 10)) $((share % 10)) "${floor[$room]}"
	if [ "$lines" -gt 0 ] && [ "$share" -ge $((10 * ${floor[$room]})) ]; then ok=$((ok + 1)); else bad=$((bad + 1)); fi
done
printf '\nlines left:\n'
awk '$3 > $4 { print $3 - $4, $2 }' <<<"$files" | sort -rn | head -n 15
printf '%d passed, %d failed\n' "$ok" "$bad"
[ "$bad" -eq 0 ] && [ "$ok" -gt 0 ]
