# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced after common.sh (as_node alone needs no more than shell.sh): nodes of icinga2, each with folders of its own in $work/NODE, and
# certificates of the first one's authority.
declare -A port
authority=

# as_node NODE COMMAND…: icinga2 with the folders of that node, into the array icinga.
as_node() {
	local f=$work/$1
	icinga=(icinga2 "${@:2}" -D "Configuration.ConfigDir=$f/etc" -D "Configuration.ZonesDir=$f/etc/zones.d" -D "Configuration.DataDir=$f/data"
		-D "Configuration.LogDir=$f/log" -D "Configuration.CacheDir=$f/cache" -D "Configuration.SpoolDir=$f/spool"
		-D "Configuration.InitRunDir=$f/run" -D "Configuration.RunAsUser=$(id -un)" -D "Configuration.RunAsGroup=$(id -gn)")
}
run_as_node() {
	as_node "$@"
	"${icinga[@]}" >>"$work/pki.log" 2>&1 || { cat "$work/pki.log"; exit 1; }
}

# make_node NODE ZONE PORT: its folders, its certificate, and a configuration that lacks zones and what is checked.
make_node() {
	local f=$work/$1
	port[$1]=$3
	mkdir -p "$f"/{etc/zones.d,data/certs,log,cache,spool,run}
	if [ -z "$authority" ]; then
		authority=$1
		run_as_node "$1" pki new-ca
	fi
	run_as_node "$1" pki new-cert --cn "$1" --key "$f/data/certs/$1.key" --csr "$f/data/certs/$1.csr"
	run_as_node "$authority" pki sign-csr --csr "$f/data/certs/$1.csr" --cert "$f/data/certs/$1.crt"
	cp "$work/$authority/data/ca/ca.crt" "$f/data/certs/ca.crt"
	cat >"$f/etc/icinga2.conf" <<-CONF
		const PluginDir = "$work/plugins"
		const PluginContribDir = "$work/plugins"
		const NodeName = "$1"
		const ZoneName = "$2"
		include <itl>
		include <plugins>
		include "$build/contrib/icinga2/mdca.conf"
		include "zones.conf"
		object CheckerComponent "checker" { }
		object NotificationComponent "notification" { }
		object ApiListener "api" {
		  bind_host = "127.0.0.1"
		  bind_port = $3
		  accept_config = true
		  accept_commands = true
		}
		object ApiUser "test" {
		  password = "loopback-only"
		  permissions = [ "objects/query/*", "actions/reschedule-check", "status/query" ]
		}
	CONF
}

# begin_node NODE: what it logs is in $work/NODE.log.
begin_node() {
	as_node "$1" daemon -c "$work/$1/etc/icinga2.conf"
	begin "$1" "${icinga[@]}"
	wait_for 60 listens "${port[$1]}" || { say "$1 does not start and listen on ${port[$1]}"; tail -n 40 "$work/$1.log"; exit 1; }
}

# api NODE PATH CURL-ARGUMENT…
api() {
	curl -sS --max-time 20 --cacert "$work/$1/data/certs/ca.crt" --connect-to "$1:${port[$1]}:127.0.0.1:${port[$1]}" -u test:loopback-only \
		-H 'Accept: application/json' "https://$1:${port[$1]}/v1/$2" "${@:3}"
}
