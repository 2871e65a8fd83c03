#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's nagios4 with the shipped commands, templates and tenants runs every check; states, texts and performance data are read back from
# its status file, and mails, pages and the escalation carry the first line. nagios.sh BUILD-FOLDER
# shellcheck source=tests/monitors/common.sh
. "$(dirname "$0")/common.sh"

mkdir "$work/results"
take_mails
# The desk is open at any hour.
adapt "$top/contrib/nagios/tenants.cfg" "s#/usr/bin/mail #$work/mail #; s/workhours/24x7/" >"$work/tenants.cfg"
cat >"$work/large.cfg" <<'CONF'
define host {
    use                     mdca-tenant
    host_name               contoso-large
    address                 127.0.0.1
    _MDCA_SECTION           contoso-large
    _MDCA_GRAPH_SECTION     contoso-large-graph
}
CONF
cat >"$work/emea_by_nrpe.cfg" <<'CONF'
define host {
    use                     mdca-tenant
    hostgroups              mdca-tenants-by-nrpe
    host_name               contoso-emea-by-nrpe
    address                 127.0.0.1
    _MDCA_SECTION           contoso-emea
}
CONF
begin_nrpe
adapt "$top/contrib/nagios/nrpe.cfg" "s/^\( *address *\).*/\1 127.0.0.1/; s#/check_nrpe #&-p $nrpe_port #" >"$work/by_nrpe.cfg"

# shellcheck disable=SC2016
printf '$USER1$=%s\n' "$work/plugins" >"$work/resource.cfg"
cat >"$work/nagios.cfg" <<CONF
cfg_file=$build/contrib/nagios/mdca-commands.cfg
cfg_file=$build/contrib/nagios/mdca-templates.cfg
cfg_file=$work/tenants.cfg
cfg_file=$work/large.cfg
cfg_file=$work/by_nrpe.cfg
cfg_file=$work/emea_by_nrpe.cfg
cfg_file=/etc/nagios4/objects/timeperiods.cfg
resource_file=$work/resource.cfg
nagios_user=$(id -un)
nagios_group=$(id -gn)
log_file=$work/events.log
object_cache_file=$work/objects.cache
status_file=$work/status.dat
state_retention_file=$work/retention.dat
temp_file=$work/nagios.tmp
temp_path=$work
check_result_path=$work/results
command_file=$work/commands
query_socket=$work/query
lock_file=$work/lock
use_syslog=0
check_for_updates=0
enable_notifications=1
check_external_commands=1
execute_service_checks=1
illegal_macro_output_chars=\`~\$&|'"<>
service_inter_check_delay_method=n
check_result_reaper_frequency=1
status_update_interval=2
CONF
nagios4 -v "$work/nagios.cfg" >"$work/verify.log" 2>&1
count $? || { tail -n 40 "$work/verify.log"; summary; exit 1; }
equal "warnings about the shipped files" "Total Warnings: 0" "$(grep -i '^Total Warnings' "$work/verify.log")"
begin nagios nagios4 "$work/nagios.cfg"

# services FIELD…: of each service in the status file, parted by unit separators.
services() {
	awk -v fields="$*" 'BEGIN { n = split(fields, field, " ") }
		/^servicestatus \{$/ { split("", value); inside = 1 }
		inside && /^\t[a-z_]+=/ { at = index($0, "="); value[substr($0, 2, at - 2)] = substr($0, at + 1) }
		inside && /^\t\}$/ { for (i = 1; i <= n; i++) printf "%s%s", value[field[i]], i < n ? "\037" : "\n"; inside = 0 }' "$work/status.dat"
}
decode() { sed 's/\\\\/\x01/g; s/\\n/\n/g; s/\x01/\\/g' <<<"$1"; }

# attempts N: every service was checked, those in trouble N times. Nagios writes its status every two seconds.
attempts() {
	services has_been_checked current_state current_attempt |
		awk -F '\037' -v least="$1" '!$1 || ($2 && $3 < least) { lacking = 1 } END { print NR && !lacking ? "true" : "false" }'
}
# order FORMAT ARGUMENT…: an external command, or several.
order() { printf "[$(date +%s)] $1\n" "${@:2}" | timeout 20 tee "$work/commands" >/dev/null; }
# The templates want a state seen three times; their quarter of an hour between is left out.
for attempt in 1 2 3; do
	[ "$attempt" = 1 ] || order "SCHEDULE_FORCED_HOST_SVC_CHECKS;%s;$(date +%s)" contoso contoso-emea contoso-large contoso-emea-by-nrpe
	wait_for 60 attempts "$attempt" || { say "not every service was checked $attempt times"; tail -n 20 "$work/nagios.log" "$work/events.log"; break; }
done

while IFS=$'\037' read -r host name state first rest perfdata; do
	check=${name#MDCA } options=()
	[ "$check" = "Salesforce connector" ] && check=app_connectors options=(--include=Salesforce* --expect=Salesforce*)
	ask "${host%-by-nrpe}" "${check// /_}" "${options[@]}"
	# Nagios would have put a colon for a semicolon in line 1.
	judge "$host, $name" "$state" "$first" "$(decode "$rest")" "$perfdata"
	case $state in 1) word=WARNING ;; 2) word=CRITICAL ;; *) continue ;; esac
	must_mail security-desk@contoso.example "PROBLEM $host $name: $word" "$first"
	[ "$word" != CRITICAL ] || must_mail on-call@pager.contoso.example PROBLEM "$host $name $first"
done < <(services host_name service_description current_state plugin_output long_plugin_output performance_data)
equal "services: every check of three tenants, one with a setting, nine of two by NRPE" $((3 * ${#checks[@]} + 1 + 2 * 9)) "$(services host_name | wc -l)"
wait_for 30 all_mailed
equal "mails and pages" "$(sort "$work/expected_mails")" "$(mails ': PROBLEM')"

# The second and the third message about one of them, now and not after half an hour each, with what a person adds to it.
lead='^to security-lead@'
informed() { [ "$(mails "$lead.* $host " | wc -l)" -ge 2 ] && echo true; }
ask contoso-emea system_alerts
split "$said"
equal "the lead is told nothing at first" "" "$(mails "$lead")"
for host in contoso-emea contoso-emea-by-nrpe; do
	order "SEND_CUSTOM_SVC_NOTIFICATION;$host;MDCA system alerts;4;someone;number %s" 2 3
	wait_for 30 informed
	equal "$host: the lead is told of the third" "to security-lead@contoso.example: CUSTOM $host MDCA system alerts: CRITICAL: $first
to security-lead@pager.contoso.example: CUSTOM: $host MDCA system alerts $first" "$(mails "$lead.* $host ")"
done
met_long_texts
ends_clean
summary
