#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/troubleshooting.md knows every message of the sources, every number of a refused sign-in, and every line that a case sees.
set -u
top=${1:?top folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1

# The patterns: code in the first column of a table; `…` stands for anything.
sed -nE 's/^\| (`.*`)[^|]*\| .*/\1/p' docs/troubleshooting.md | sed 's/<br>/\n/g' | sed -nE 's/^`(.*)`$/\1/p' >"$work/patterns"

# Messages of the sources, as what they could print: X for what is filled in.
messages() {
	awk 'BEGIN { RS = "\001" } {
		gsub(/\\"/, "\002")
		gsub(/"[ \t\n]*"/, "")
		gsub(/"[ \t\n]*[A-Z][A-Z_]+[ \t\n]*"/, "X")
		while (match($0, /(err_set|err_add|say_and_end|job_empty|job_empty_reply)\([^";{]*"[^"]*"/)) {
			call = substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
			head = call
			sub(/".*/, "", head)
			sub(/^[^"]*"/, "", call)
			sub(/"$/, "", call)
			if (head ~ /[A-Z]_?[A-Z]+ $/ && head !~ /, $/)
				call = "X" call
			if ($0 ~ /^[ \t\n]*[A-Z][A-Z_]+/)
				call = call "X"
			gsub(/%%/, "%", call)
			gsub(/%[-0-9.*]*(ll|l|z)?[sducxo]/, "X", call)
			gsub(/\002/, "\"", call)
			gsub(/;/, ",", call) # as line 1 has it
			if (head ~ /^err_add/)
				call = call ": X"
			sub(/\\n$/, "", call)
			sub(/^\[UNKNOWN\] - /, "", call)
			letters = call
			gsub(/[^a-z]/, "", letters)
			if (length(letters) >= 6)
				print FILENAME ": " call
		}
	}' common/*.c common/*/*.c plugins/*.c
}

# First lines in trouble of the cases, as far as they are written out.
lines() {
	grep -rhoE '^output \[UNKNOWN\] - [^|]*' tests/cases |
		sed -E 's/^output \[UNKNOWN\] - //; s/^(@PLUGIN@|check_mdca_[a-z_]+): //; s/, as of [0-9TZ:-]+$//; s/, so far: .*//' |
		sort -u | sed 's/^/tests\/cases: /'
}

{ messages; lines; } >"$work/said"
{
	# A pattern fits when its parts stand in the text in their order, the first and the last one at its ends.
	awk -v patterns="$work/patterns" '
		function fits(text, pattern,   part, n, i, at) {
			n = split(pattern, part, "…")
			if (n == 1)
				return text == pattern
			if (substr(text, 1, length(part[1])) != part[1])
				return 0
			text = substr(text, length(part[1]) + 1)
			for (i = 2; i < n; i++) {
				at = index(text, part[i])
				if (!at)
					return 0
				text = substr(text, at + length(part[i]))
			}
			return length(text) >= length(part[n]) && substr(text, length(text) - length(part[n]) + 1) == part[n]
		}
		BEGIN { while ((getline line < patterns) > 0) pattern[++count] = line }
		{
			text = $0
			sub(/^[^:]*: /, "", text)
			for (i = 1; i <= count; i++)
				if (fits(text, pattern[i]))
					break
			if (i > count) {
				print $0
				bad++
			}
		}
		END { printf "%d passed, %d failed\n", NR - bad, bad }' "$work/said"
	sed -nE 's/^\t\{ ([0-9A-Z_]+), "([^"]*)", .*/\1 \2/p' common/cloud/aadsts.c |
		sed "s/^AADSTS_SECRET_ENDED/$(sed -n 's/^#define AADSTS_SECRET_ENDED //p' common/cloud/aadsts.h)/" | while read -r number cause; do
		grep -qE "\b(AADSTS)?$number\b" docs/troubleshooting.md || echo "common/cloud/aadsts.c: AADSTS$number"
		grep -qF "\`sign-in refused: $cause (AADSTS" docs/troubleshooting.md || echo "common/cloud/aadsts.c: $cause"
	done
} >"$work/result"
sed 's/^\(.*\): \(.*\)$/no entry in docs\/troubleshooting.md: \1: \2/' "$work/result"
[ "$(wc -l <"$work/result")" -eq 1 ] && [ "$(wc -l <"$work/said")" -gt 200 ] && [ "$(wc -l <"$work/patterns")" -gt 100 ]
