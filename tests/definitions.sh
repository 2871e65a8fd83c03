#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The shipped definitions and examples, before anything runs: Icinga 2 and Nagios accept every file, NRPE's lines need no character that NRPE
# refuses, and all of them name only options, commands and sections that exist. definitions.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"
# shellcheck source=tests/support/definitions.sh
. "$top/tests/support/definitions.sh"

for program in $programs; do "$build/plugins/$program" --describe=json || exit 1; done | jq -s . >"$work/described.json"

# --- Icinga 2

# accept_node NODE ZONE: the configuration in $work/etc, as that node.
accept_node() {
	cat >"$work/etc/icinga2.conf" <<CONF
const PluginDir = "/usr/lib/nagios/plugins"
const PluginContribDir = "$build/plugins"
const NodeName = "$1"
const ZoneName = "$2"
include <itl>
include <plugins>
include "commands.conf"
include "zones.conf"
include_recursive "conf.d"
include_zones "etc", "zones.d"
CONF
	accept_icinga "$work/etc"
}

# place FOLDER FILE…: examples to a folder of the configuration.
place() {
	local folder=$work/etc/$1
	shift
	mkdir -p "$folder"
	for file in "$@"; do
		cp "$top/contrib/icinga2/$file" "$folder/"
		echo "$file" >>"$work/placed"
	done
}

new_icinga() {
	rm -rf "${work:?}/etc"
	mkdir -p "$work"/etc/{conf.d,zones.d}
	echo "include \"$build/contrib/icinga2/mdca.conf\"" >"$work/etc/commands.conf"
	cat >"$work/etc/zones.conf" <<'CONF'
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
CONF
}

new_icinga
place conf.d one-tenant.conf mdca-notifications.conf writers.conf
adapt "$top/contrib/icinga2/one-tenant.conf" 's#^\( *\)// #\1#' >"$work/etc/conf.d/one-tenant.conf"
check "icinga2 accepts one tenant with its setting, paging and writers" accept_node node.contoso.example node.contoso.example
check "one tenant has the nine items" instantiated Service 9
check "each of them pages three people" instantiated Notification 27

stock=$(dpkg-query -L icinga2-common | sed -n 's#^/etc/icinga2/conf\.d/##p')
takes_a_place() { (cd "$top/contrib/icinga2" && printf '%s\n' *.conf) | grep -xF "$stock"; }
check "no example takes the place of a file that Debian has in conf.d" fails takes_a_place
new_icinga
while read -r file; do cp "/etc/icinga2/conf.d/$file" "$work/etc/conf.d/"; done <<<"$stock"
check "icinga2 accepts Debian's own configuration" accept_node node.contoso.example node.contoso.example
own=$(sed -nE 's/.*Instantiated ([0-9]+) Services?\.$/\1/p' "$work/icinga.log")
place conf.d mdca-services.conf mdca-tenants.conf mdca-notifications.conf
check "icinga2 accepts many tenants with paging beside it" accept_node node.contoso.example node.contoso.example
check "two tenants have every check on a single node" instantiated Service $((own + 2 * $(wc -w <<<"$programs")))

new_icinga
place conf.d nrpe.conf
check "icinga2 accepts tenants by NRPE" accept_node node.contoso.example node.contoso.example
check "a tenant by NRPE has every check" instantiated Service "$(wc -w <<<"$programs")"

new_icinga
place . zones.conf
place zones.d/global-templates mdca-services.conf
place zones.d/master mdca-tenants.conf mdca-notifications.conf
adapt "$top/contrib/icinga2/mdca-tenants.conf" 's#^\( *\)// #\1#' >"$work/etc/zones.d/master/mdca-tenants.conf"
place zones.d/sat-nord sat-nord.conf
check "icinga2 accepts the zones, and what is a comment for one node, as their master" accept_node master.contoso.example master
check "four tenants in two zones have every check" instantiated Service $((4 * $(wc -w <<<"$programs")))
new_icinga
place . zones.conf
place zones.d/global-templates mdca-services.conf
place zones.d/sat-nord sat-nord.conf
check "icinga2 accepts the zones as their satellite" accept_node sat-nord.contoso.example sat-nord

: >"$work/etc/commands.conf"
cp "$build/contrib/icinga2/mdca.conf" "$work/etc/zones.d/global-templates"
check "icinga2 accepts the commands from global-templates, too" accept_node sat-nord.contoso.example sat-nord

check "every example was loaded" same "$(cd "$top/contrib/icinga2" && printf '%s\n' *.conf)" "$(sort -u "$work/placed")"
check "no example leaves out something as it is shipped" fails grep -E '^[^/]*_exclude' "$top"/contrib/icinga2/{one-tenant,mdca-tenants,sat-nord}.conf
# Macros in a custom variable's value are resolved, and the text comes from a tenant.
check "no custom variable holds a check's text" fails grep -E 'vars\..*output' "$top/contrib/icinga2/mdca-notifications.conf"

# --- Nagios

cat >"$work/nagios.cfg" <<CONF
log_file=$work/nagios.log
object_cache_file=$work/objects.cache
status_file=$work/status.dat
temp_file=$work/nagios.tmp
temp_path=$work
check_result_path=$work/results
lock_file=$work/nagios.lock
nagios_user=$(id -un)
nagios_group=$(id -gn)
command_file=$work/nagios.cmd
resource_file=$work/resource.cfg
illegal_macro_output_chars=\`~\$&|'"<>
cfg_file=/etc/nagios4/objects/timeperiods.cfg
cfg_file=$build/contrib/nagios/mdca-commands.cfg
cfg_file=$build/contrib/nagios/mdca-templates.cfg
cfg_file=$top/contrib/nagios/tenants.cfg
cfg_file=$top/contrib/nagios/nrpe.cfg
CONF
mkdir "$work/results"
echo "\$USER1\$=$build/plugins" >"$work/resource.cfg"
accept_nagios() { nagios4 -v "$work/nagios.cfg" >"$work/nagios.out" 2>&1 || { cat "$work/nagios.out"; return 1; }; }
warns_of_nothing() { grep -q "^Total Warnings: 0$" "$work/nagios.out" || { cat "$work/nagios.out"; return 1; }; }
check "nagios4 accepts the objects" accept_nagios
check "nagios4 warns of nothing" warns_of_nothing
check "a Nagios command each" same "$programs" "$(awk '$1 == "command_name" { print $2 }' "$build/contrib/nagios/mdca-commands.cfg")"
check "a Nagios template each" same "$names" \
	"$(awk '$1 == "name" && $2 != "mdca-service" { print $2 }' "$build/contrib/nagios/mdca-templates.cfg")"
check "the example uses every template" same "$names" \
	"$(awk '$1 == "use" && $2 ~ /^mdca_/ { print $2 }' "$top/contrib/nagios/tenants.cfg" | sort -u)"

commands=$(sed -nE 's/^ *command_line *([^ ]*check_.*)/\1/p' "$build/contrib/nagios/mdca-commands.cfg" "$top/contrib/nagios/nrpe.cfg")
check "a command for each check, and one by NRPE" same $(($(wc -w <<<"$programs") + 1)) "$(wc -l <<<"$commands")"
check "they have none of the characters that mod_gearman refuses" fails grep '[$&();<>`"'"'"'|]' <(sed -E 's/\$[A-Z0-9_]+\$//g' <<<"$commands")

# --- NRPE

snippet=$build/contrib/nrpe/mdca.cfg
check "NRPE has a command each" same "$(sed 's/$/_contoso/' <<<"$programs")" "$(sed -nE 's/^command\[([a-z_]+)\]=.*/\1/p' "$snippet")"
forbidden() { grep -v '^#' "$snippet" | sed -E 's/^command\[[a-z_]+\]=//' | grep -n '[]|`&><'"'"'\\[{};!$"()]'; }
check "NRPE's lines have none of the refused characters" fails forbidden
sections=$(sed -nE 's/^\[(.*)\]$/\1/p' "$top/contrib/monitoring-plugins.ini")
named=$(grep -ohE -- '--extra-opts=[a-z-]+' "$snippet" | cut -d= -f2
	awk '$1 ~ /^_MDCA_.*SECTION$/ { print $2 }' "$top"/contrib/nagios/*.cfg
	sed -nE 's/.*(portal|graph|mdca_extra_opts) = "([^"@]+).*/\2/p' "$top"/contrib/icinga2/{one-tenant,mdca-tenants,sat-nord}.conf)
only_known() { fails grep -vxF "$1" <<<"$2"; }
check "only sections of the example file are named" only_known "$sections" "$named"
check "every section of the example file is named" only_known "$named" "$sections"
check "the sections of the example file hold only keys of the checks" only_known \
	"$(jq -r '.[].options[].name' "$work/described.json")" "$(sed -nE 's/^([a-z-]+)=.*/\1/p' "$top/contrib/monitoring-plugins.ini")"

summary
