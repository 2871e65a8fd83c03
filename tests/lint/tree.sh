#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# At the top of the repository stands what belongs there, and nothing that a stray command left.
set -u
top=${1:?top folder}
known=" .ci .clang-format .editorconfig .gitignore COPYING ChangeLog.md Makefile.am README.md common configure.ac contrib docs plugins tests "

[ -e "$top/.git" ] || { echo "no repository, so nothing can have come into it"; exit 0; }
stray=$(git -C "$top" ls-files | cut -d/ -f1 | sort -u | while read -r name; do [[ $known == *" $name "* ]] || printf '%s ' "$name"; done)
if [ -z "$stray" ] && git -C "$top" ls-files --error-unmatch configure.ac >/dev/null; then
	echo "1 passed, 0 failed"
else
	printf 'strays at the top: %s\n0 passed, 1 failed\n' "$stray"
	exit 1
fi
