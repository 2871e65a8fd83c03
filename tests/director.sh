#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The baskets: restored into Debian's Icinga Director, which runs here by itself on a database of its own; what Director then renders for
# services made from them is accepted by icinga2, also beside the examples. director.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"
# shellcheck source=tests/support/definitions.sh
. "$top/tests/support/definitions.sh"
baskets=$build/contrib/director
database=

at_end() {
	[ -n "$database" ] || return 0
	kill "$database" 2>/dev/null
	wait "$database" 2>/dev/null
}

# --- what the baskets hold

printed=$build/contrib/icinga2/mdca.conf
# "COMMAND --OPTION $variable$" of every argument.
printed_arguments() {
	sed -nE 's/^object CheckCommand "([^"]+)".*/@\1/p; s/^ *"(--[^"]+)" = \{ (value|set_if) = "([^"]+)".*/\1 \2 \3/p' "$printed" |
		awk '/^@/ { command = substr($1, 2); next } { print command, $0 }'
}
basket_arguments() {
	jq -r '.Command | to_entries[] | .key as $c | .value.arguments | to_entries[] |
		"\($c) \(.key) \(if .value.set_if then "set_if" else "value" end) \(.value.set_if // .value.value)"' "$baskets/mdca.json"
}
# "COMMAND variable" of every variable, those of the environment too; and of every field.
printed_variables() {
	sed -nE 's/^object CheckCommand "([^"]+)".*/@\1/p; s/.*(value|set_if) = "\$([a-z_0-9]+)\$".*/\2/p; s/^ *env\..* = "\$(.*)\$"$/\1/p' "$printed" |
		awk '/^@/ { command = substr($1, 2); next } { print command, $1 }'
}
basket_variables() {
	jq -r '.Datafield as $f | .Command | to_entries[] | .key as $c | .value.fields[] | "\($c) \($f[.datafield_id | tostring].varname)"' "$baskets/mdca.json"
}
secrets=$(sed -nE 's/^ *env\..* = "\$(.*)\$"$/\1/p' "$printed" | sort -u)
hidden() { jq -r '.Datafield[] | select(.settings.visibility == "hidden") | .varname' "$baskets/mdca.json" | sort; }
check "a basket names the printed arguments" same "$(printed_arguments)" "$(basket_arguments)"
check "every variable has a field" same "$(printed_variables)" "$(basket_variables)"
check "exactly the secrets are hidden" same "$secrets" "$(hidden)"
check "no secret is an argument" fails grep -F "$(sed 's/.*/$&$/' <<<"$secrets")" <(basket_arguments)
check "no variable has two fields" same "" "$(jq -r '.Datafield[].varname' "$baskets/mdca.json" | sort | uniq -d)"
check "no value is set" jq -e '[.Command[].vars, .ServiceTemplate[].vars] | all(. == {})' "$baskets/mdca.json"
objects=$(jq '[.[] | length] | add' "$baskets/mdca.json")
uuids=$(jq -r '(.Command, .ServiceTemplate, .Datafield)[].uuid' "$baskets/mdca.json" | sort -u)
check "every object has a UUID of its own, version 5" same "$objects" \
	"$(grep -cE '^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' <<<"$uuids")"
check "which it keeps for ever" same ba7778e9-9ba7-53d7-9ef4-06ad04722c9a "$(jq -r '.Command.mdca_app_connectors.uuid' "$baskets/mdca.json")"
check "without them it is the basket for 1.10" cmp <(jq 'del((.Command, .ServiceTemplate, .Datafield)[].uuid)' "$baskets/mdca.json") \
	<(jq . "$baskets/mdca-1.10.json")
for program in $programs; do
	name=${program#check_}
	check "the basket of $name is its part of the whole" cmp \
		<(jq -S --arg n "$name" '{ c: .Command[$n] | del(.fields), t: .ServiceTemplate | { "mdca-service", ($n): .[$n] },
			f: [.Datafield as $f | .Command[$n].fields[] | $f[.datafield_id | tostring]] }' "$baskets/mdca.json") \
		<(jq -S --arg n "$name" '{ c: .Command[$n] | del(.fields), t: .ServiceTemplate, f: [.Datafield[]] }' "$baskets/$name.json")
done

# --- Director

mkdir -p "$work"/{database,web/enabledModules,web/modules/director}
mariadb-install-db --no-defaults --datadir="$work/database" --auth-root-authentication-method=normal --skip-test-db --user="$(id -un)" \
	>"$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
mariadbd --no-defaults --datadir="$work/database" --socket="$work/socket" --pid-file="$work/pid" --skip-networking --user="$(id -un)" \
	--innodb-flush-log-at-trx-commit=0 >"$work/database.log" 2>&1 &
database=$!
sql() { mariadb --no-defaults --socket="$work/socket" -u root -N "$@"; }
for ((i = 0; i < 300; i++)); do
	sql -e 'SELECT 1' >/dev/null 2>&1 && break
	sleep 0.1
done
sql -e "CREATE DATABASE director CHARACTER SET utf8mb4; CREATE USER director@localhost; GRANT ALL ON director.* TO director@localhost" ||
	{ cat "$work/database.log"; exit 1; }
cat >"$work/web/resources.ini" <<INI
[director]
type = "db"
db = "mysql"
host = "localhost"
dbname = "director"
username = "director"
charset = "utf8mb4"
INI
cat >"$work/web/config.ini" <<INI
[global]
module_path = "/usr/share/icingaweb2/modules"
config_backend = "ini"
INI
printf '[db]\nresource = "director"\n' >"$work/web/modules/director/config.ini"
ln -s /usr/share/icingaweb2/modules/{director,incubator} "$work/web/enabledModules"
director() { ICINGAWEB_CONFIGDIR=$work/web php -d pdo_mysql.default_socket="$work/socket" /usr/bin/icingacli director "$@"; }
restore() { director basket restore <"$1"; }
counted() { sql director -e "SELECT (SELECT COUNT(*) FROM icinga_command), (SELECT COUNT(*) FROM icinga_service),
	(SELECT COUNT(*) FROM director_datafield), (SELECT COUNT(*) FROM icinga_command_field), (SELECT COUNT(*) FROM icinga_command_argument)"; }

check "Director makes its tables" director migration run
check "Director restores the basket of one check" restore <(jq 'del((.Command, .ServiceTemplate, .Datafield)[].uuid)' "$baskets/mdca_siem_agents.json")
check "Director restores the basket of all" restore "$baskets/mdca-1.10.json"
expected=$(jq -r '[(.Command | length), (.ServiceTemplate | length), (.Datafield | length), ([.Command[].fields | length] | add),
	([.Command[].arguments | length] | add)] | @tsv' "$baskets/mdca.json")
check "Director has what the basket holds, nothing twice" same "$expected" "$(counted)"
check "Director restores it again" restore "$baskets/mdca-1.10.json"
check "and nothing is there twice" same "$expected" "$(counted)"

director zone create master --object_type object >/dev/null
director endpoint create master.contoso.example --object_type object --zone master >/dev/null
director command create dummy --object_type external_object --methods_execute PluginCheck >/dev/null
director host create contoso --object_type object --check_command dummy >/dev/null
for program in $programs; do
	name=${program#check_}
	check "a service from the template $name" director service create "$name" --json \
		"{\"object_type\": \"object\", \"host\": \"contoso\", \"imports\": [\"$name\"], \"vars\": {\"mdca_extra_opts\": [\"contoso\"]}}"
done
check "Director renders them" director config render
mkdir -p "$work/etc"
sql -r director -e "SELECT f.content FROM director_generated_file f JOIN director_generated_config_file c ON c.file_checksum = f.checksum" \
	>"$work/etc/director.conf"
check "and leaves the commands to the printed definition" fails grep 'CheckCommand "mdca_' "$work/etc/director.conf"
cat >"$work/etc/icinga2.conf" <<CONF
const PluginContribDir = "$build/plugins"
const NodeName = "master.contoso.example"
const ZoneName = "master"
include <itl>
include "$build/contrib/icinga2/mdca.conf"
object Zone "director-global" { global = true }
include "director.conf"
include "$top/contrib/icinga2/mdca-services.conf"
include "$top/contrib/icinga2/mdca-tenants.conf"
include "$top/contrib/icinga2/mdca-notifications.conf"
CONF
check "icinga2 accepts what Director renders, beside the examples" accept_icinga "$work/etc"
check "a service for each check, of three tenants" instantiated Service $((3 * $(wc -w <<<"$programs")))
summary
