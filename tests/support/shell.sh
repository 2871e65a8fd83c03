# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Sourced by the tests in shell, whose first argument is the build folder: a folder of their own in $work, an environment without the
# user's settings, and what they compare. Ends what they start, also when they break off.
set -u
build=$(cd "${1:?build folder}" && pwd)
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/setup.sh
. "$top/contrib/setup.sh"

simtenant=$build/tests/simtenant
at=2026-11-20T12:00:00Z
work=$(mktemp -d)
unset "${!MDCA_@}" "${!AZURE_@}" IDENTITY_ENDPOINT IMDS_ENDPOINT MP_CONFIG_FILE MP_CONFIG_PATH NAGIOS_CONFIG_PATH \
	SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY
ok=0
bad=0

# What else a test must undo.
at_end() { :; }
trap 'at_end; stop_tenant; chmod -R u+rwX "$work"; rm -rf "$work"' EXIT

# count STATUS: counts a success, or fails, for a message to follow.
count() {
	if [ "$1" = 0 ]; then ok=$((ok + 1)); else bad=$((bad + 1)); fi
	return "$1"
}

# equal TITLE EXPECTED GOT
equal() {
	[ "$2" = "$3" ]
	count $? || printf '%s: expected\n%s\ngot\n%s\n' "$@"
}

# expect TITLE STATUS PATTERN COMMAND…: exit status, and a pattern for line 1.
expect() {
	local title=$1 want=$2 pattern=$3 text status
	shift 3
	text=$("$@" 2>&1)
	status=$?
	[ "$status" = "$want" ] && grep -qE "$pattern" <<<"${text%%$'\n'*}"
	count $? || printf '%s: exit status %s, expected %s with %s\n%s\n' "$title" "$status" "$want" "$pattern" "$text"
}

# adapt FILE SED-ARGUMENT…: prints the shipped file with what must differ here. When nothing was replaced, the file is not what the test knows.
adapt() {
	if sed "${@:2}" "$1" | cmp -s - "$1"; then
		say "${1##*/}: nothing to replace by ${*:2}" >&2
		exit 1
	fi
	sed "${@:2}" "$1"
}

# The last command of a test.
summary() {
	printf '%d passed, %d failed\n' "$ok" "$bad"
	[ "$bad" -eq 0 ] && [ "$ok" -gt 0 ]
}
