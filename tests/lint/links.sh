#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a document links to is there, and the README links to every document.
set -u
top=${1:?top folder}
status=0
ok=0

cd "$top" || exit 1
for page in README.md ChangeLog.md docs/*.md; do
	while read -r link; do
		if [ -e "$(dirname "$page")/$link" ]; then
			ok=$((ok + 1))
		else
			printf '%s: there is no %s\n' "$page" "$link"
			status=$((status + 1))
		fi
	done < <(grep -oE '\]\([^)#]+' "$page" | sed 's/^](//; /:\/\//d' | sort -u)
done
for page in docs/*.md; do
	grep -qF "($page)" README.md || { printf 'README.md does not name %s\n' "$page"; status=$((status + 1)); }
done
printf '%d passed, %d failed\n' "$ok" "$status"
[ "$status" -eq 0 ] && [ "$ok" -gt 0 ]
