#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Small promises about every file: one SPDX line, no trailing blanks, scripts that shellcheck and pyflakes accept.
set -u
top=${1:?top folder}
status=0

cd "$top" || exit 1
while read -r file; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || { printf '%s: no SPDX line\n' "$file"; status=1; }
	if grep -nE '[[:space:]]+$' "$file"; then
		printf '%s: blanks at the end of a line\n' "$file"
		status=1
	fi
done < <(find common plugins tests contrib .ci -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.js' -o -name '*.am' \) | sort)

mapfile -t scripts < <(grep -rlE '^#!.*(bash|/sh)$' contrib tests .ci | sort)
shellcheck -x -P SCRIPTDIR -S warning "${scripts[@]}" || status=1
mapfile -t scripts < <(grep -rlE '^#!.*python3$' contrib tests .ci | sort)
pyflakes3 "${scripts[@]}" || status=1
exit "$status"
