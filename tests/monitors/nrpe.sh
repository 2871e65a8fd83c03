#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's NRPE with the shipped commands, asked by check_nrpe with packets of version 4 and of version 2, which carries 1023 bytes: states
# and texts arrive, and the whole first line in both. nrpe.sh BUILD-FOLDER
# shellcheck source=tests/monitors/common.sh
. "$(dirname "$0")/common.sh"

begin_nrpe
# by_nrpe TENANT CHECK OPTION…: into status and text.
by_nrpe() {
	text=$(/usr/lib/nagios/plugins/check_nrpe -H 127.0.0.1 -p "$nrpe_port" -t 40:UNKNOWN -c "check_mdca_$2_$1" "${@:3}" 2>&1)
	status=$?
}
cut=0
for tenant in contoso contoso-emea contoso-large; do
	for check in "${checks[@]}"; do
		ask "$tenant" "$check"
		by_nrpe "$tenant" "$check"
		split "$text"
		judge "$tenant, $check" "$status" "$first" "$rest" "$perfdata"
		by_nrpe "$tenant" "$check" -2
		equal "$tenant, $check, version 2: state" "$said_status" "$status"
		equal "$tenant, $check, version 2: text" "$(head -c 1023 <<<"$said")" "$text"
		equal "$tenant, $check, version 2: the whole first line" "$(head -n 1 <<<"$said")" "$(head -n 1 <<<"$text")"
		[ "$text" = "$said" ] || cut=$((cut + 1))
	done
done
equal "some texts were too long for version 2" yes "$([ "$cut" -gt 0 ] && echo yes)"
expect "without TLS nobody is answered" 3 '^CHECK_NRPE' /usr/lib/nagios/plugins/check_nrpe -n -H 127.0.0.1 -p "$nrpe_port" -t 10
met_long_texts
ends_clean
summary
