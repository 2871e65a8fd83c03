#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Do the tests notice a wrong verdict? Changes one operator at a time in the files that carry it, builds, runs the unit tests and cases that
# are about the file, and prints every change that none of them noticed. Fails when these are more than the share that was measured: some
# changes mean the same, others cost only time. After minutes_max it judges by what it has tried, from all files alike.
# mutation.sh TOP-FOLDER WORK-FOLDER [COUNT [OFFSET [FILE]]]: COUNT of all possible changes, spread evenly; OFFSET picks others.
set -u
top=$(cd "${1:?top folder}" && pwd)
work=$(realpath -m "${2:?work folder}")
count=${3:-60}
offset=${4:-0}
only=${5:-.}
survivors_max=25 # of a hundred; 18 were measured, which mean the same or change only a trace
minutes_max=15
tried_min=20

# FILE: its unit tests: its cases
subjects="common/monitor/range.c: range verdict options: common/thresholds*app_connectors]
common/monitor/verdict.c: verdict: common/thresholds*app_connectors] check_mdca_app_connectors check_mdca_message_center
common/cloud/pages.c: api: common/pages_*system_alerts] common/pages_*message_center] check_mdca_app_connectors
common/cloud/api.c: api: common/pages_*system_alerts] common/pages_*message_center] common/token_refused*message_center] check_mdca_app_connectors
common/cloud/seen.c: api: common/pages_*system_alerts] check_mdca_system_alerts
common/cloud/budget.c: budget: check_mdca_app_connectors/budget_* check_mdca_secure_score/throttled_remembered
common/cloud/cache.c: token: common/token_*message_center]"
plugins="check_mdca_app_connectors check_mdca_message_center check_mdca_system_alerts check_mdca_secure_score"

# sites FILE: a line "FILE LINE COLUMN OLD NEW", blanks written as _, for each operator outside of texts, comments and assertions.
sites() {
	awk -v file="$1" '
		BEGIN {
			n = split("_<_ _<=_ _<=_ _<_ _>_ _>=_ _>=_ _>_ _==_ _!=_ _!=_ _==_ _&&_ _||_ _||_ _&&_ _+_ _-_ _-_ _+_ _+=_ _-=_ (! ( _! _" \
				" return_true; return_false; return_false; return_true;", pair, " ")
		}
		/^#|^\/\*|^ \*|^\t*\/\*|^\t*\/\/|assert\(/ { next }
		{
			for (i = 1; i < n; i += 2) {
				old = pair[i]
				gsub(/_/, " ", old)
				for (from = 1; at = index(substr($0, from), old); from += at + length(old) - 2) {
					before = substr($0, 1, from + at - 2)
					if (before !~ /\/[*\/]/ && gsub(/"/, "", before) % 2 == 0 && !(old == " !" && substr($0, from + at + 1, 1) == "="))
						print file, NR, from + at - 1, pair[i], pair[i + 1]
				}
			}
		}' "$work/whole/$1"
}

# change FILE LINE COLUMN OLD NEW: in the copy.
change() {
	awk -v line="$2" -v column="$3" -v len="${#4}" -v new="${5//_/ }" '
		NR == line { $0 = substr($0, 1, column - 1) new substr($0, column + len) }
		{ print }' "$work/whole/$1" >"$work/src/$1"
}

# about FILE WORD: the second or third field of its subject.
about() { awk -F ': ' -v file="$1" -v field="$2" '$1 == file { print $field }' <<<"$subjects"; }

# noticed FILE: whether a test of the file fails.
noticed() {
	local unit units cases
	read -ra units < <(about "$1" 2)
	read -ra cases < <(about "$1" 3)
	for unit in "${units[@]}"; do
		(cd "$work/build" && srcdir=$work/src timeout 120 "tests/unit/test_$unit") >"$work/out" 2>&1 || return 0
	done
	! timeout 300 "$work/build/tests/test_cases" --plugins="$work/build/plugins" --programs="$plugins" --cases="$work/src/tests/cases" \
		--jobs=$((2 * $(nproc))) --limit=40 "${cases[@]}" >"$work/out" 2>&1
}

make_targets() {
	local target targets=(tests/test_cases)
	for target in $(cut -d: -f2 <<<"$subjects"); do targets+=("tests/unit/test_$target"); done
	for target in $plugins; do targets+=("plugins/$target"); done
	make -s -C "$work/build" -j"$(nproc)" "${targets[@]}" >"$work/out" 2>&1
}

rm -rf "$work"
mkdir -p "$work/src" "$work/whole" "$work/build"
tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$work/src" -xf - && cp -r "$work/src/common" "$work/whole" &&
	(cd "$work/build" && ../src/configure -q --disable-hardening CFLAGS='-O0') && make_targets || { cat "$work/out"; exit 1; }

while IFS=: read -r file _; do
	[[ $file =~ $only ]] || continue
	noticed "$file" && { printf 'the tests of %s fail already:\n' "$file"; tail -n 20 "$work/out"; exit 1; } >&2
	sites "$file"
done <<<"$subjects" >"$work/all"
step=$((($(wc -l <"$work/all") + count - 1) / count))
killed=0
survived=0
broken=0
while read -r file line column old new; do
	[ "$SECONDS" -lt $((60 * minutes_max)) ] || { printf 'the time is up\n'; break; }
	change "$file" "$line" "$column" "$old" "$new"
	if ! make_targets; then
		broken=$((broken + 1))
	elif noticed "$file"; then
		killed=$((killed + 1))
	else
		survived=$((survived + 1))
		printf '%s:%s:%s: %s became %s:%s\n' "$file" "$line" "$column" "${old//_/ }" "${new//_/ }" "$(sed -n "${line}p" "$work/whole/$file" | tr '\t' ' ')"
	fi
	cp "$work/whole/$file" "$work/src/$file"
done < <(awk -v step="$step" -v offset="$offset" 'NR % step == (offset + 1) % step' "$work/all" | sort -k2,2n)
tried=$((killed + survived))
printf '%d of %d changes tried in %d s: %d noticed, %d not (at most %d %%), %d did not compile\n' \
	$((tried + broken)) "$(wc -l <"$work/all")" "$SECONDS" "$killed" "$survived" "$survivors_max" "$broken"
[ "$tried" -ge "$tried_min" ] && [ "$tried" -gt $((10 * broken)) ] && [ $((100 * survived)) -le $((survivors_max * tried)) ]
