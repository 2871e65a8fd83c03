#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every sample reply is used by a case, or tests/cases/SAMPLES says why not.
set -u
top=${1:?top folder}
status=0

cd "$top/tests" || exit 1
while read -r sample; do
	used=$(grep -rlF --include='*.case' -- "@ $sample" cases | head -n 1)
	listed=$(awk -v s="$sample" '$1 == s && NF > 1' cases/SAMPLES)
	[ -n "$used" ] || [ -n "$listed" ] || { printf '%s: neither used by a case nor listed in tests/cases/SAMPLES\n' "$sample"; status=1; }
	if [ -n "$used" ] && [ -n "$listed" ]; then
		printf '%s: listed in tests/cases/SAMPLES, but %s uses it\n' "$sample" "$used"
		status=1
	fi
done < <(find samples -type f | sort)
exit "$status"
