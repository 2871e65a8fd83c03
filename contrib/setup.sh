# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by contrib/demo and contrib/test: the packages that are missing, and a build in a folder of its own.

# What a build needs; then what the demo, the tests and the monitors, and the measurements need on top.
# mailutils is the mail program of nagios4-core that brings no mail server.
packages_build="gcc make autoconf automake pkg-config libc6-dev libcurl4-openssl-dev libjson-c-dev libssl-dev"
packages_demo="libmicrohttpd-dev check openssl"
packages_test="clang libclang-rt-dev valgrind curl jq mandoc man-db shellcheck xz-utils iproute2 procps icinga2-bin icinga2-common
	monitoring-plugins-common time locales git nagios4-core nagios4-common mailutils nagios-nrpe-server nagios-nrpe-plugin
	icingaweb2-module-director icingacli php-cli php-mysql mariadb-server-core mariadb-client-core zsh bash-completion
	python3 pyflakes3 chromium chromium-driver fonts-dejavu-core influxdb"
# What `make bench` compares with; Debian only recommends the library.
packages_bench="monitoring-plugins-standard liburiparser1 python3-requests libwww-perl liblwp-protocol-https-perl strace"
# To make the Debian packages (contrib/package-deb); to look at packages of all kinds.
packages_debian="build-essential debhelper dh-apparmor dh-python fakeroot python3"
packages_packages="apparmor cpio lintian rpm strace"

say() { printf '%s\n' "$*"; }

# as_root COMMAND…: directly, or by sudo.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# need_packages NAME…: installs those that are not there. Only programs are wanted: services that come with them start neither now, as long as
# the system has no policy of its own for that, nor with the system.
need_packages() {
	local missing=() name policy=/usr/sbin/policy-rc.d
	for name in "$@"; do
		dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	command -v apt-get >/dev/null || { say "This script knows Debian and Ubuntu; install by hand: ${missing[*]}" >&2; return 1; }
	say "installing: ${missing[*]}"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
	(
		if ! [ -e "$policy" ]; then
			trap 'as_root rm -f "$policy"' EXIT
			# shellcheck disable=SC2016
			as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$0" && chmod 755 "$0"' "$policy"
		fi
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
	) || return 1
	for name in $(files_below /etc/init.d "${missing[@]}"); do as_root update-rc.d "$name" disable; done
	command -v systemctl >/dev/null || return 0
	for name in $(files_below '\(/usr\)\?/lib/systemd/system' "${missing[@]}" | grep '[^@]\.service$'); do
		as_root systemctl --root=/ --quiet disable "$name"
	done
	return 0
}

# files_below FOLDER NAME…: the names of what these packages have right below a folder.
files_below() { dpkg -L "${@:2}" | sed -n "s#^$1/##p" | grep -v /; }

# prepare_sources: the files that autoconf and automake make, when they are missing or older than what they come from.
prepare_sources() {
	local file
	for file in configure Makefile.in build-aux/install-sh; do
		[ -e "$top/$file" ] || { autoreconf -fi "$top"; return; }
	done
	for file in "$top"/configure.ac "$top"/Makefile.am "$top"/*/*.am; do
		[ "$file" -nt "$top/Makefile.in" ] && { autoreconf -fi "$top"; return; }
	done
	return 0
}

# build FOLDER CONFIGURE-ARGUMENT… : configures once, then makes everything that is out of date, the test programs too.
build() { build_checks "$@" && make -s -C "$1" -j"$(nproc)" check-programs; }

# build_checks FOLDER CONFIGURE-ARGUMENT…: the same without the programs of the tests.
build_checks() {
	local folder=$1
	shift
	mkdir -p "$folder"
	if ! [ -f "$folder/Makefile" ] || [ "$top/configure" -nt "$folder/Makefile" ]; then
		(cd "$folder" && "$top/configure" -q "$@")
	fi
	make -s -C "$folder" -j"$(nproc)"
}

# plugin_programs BUILD-FOLDER: the checks that were built, one a line.
plugin_programs() { find "$1/plugins" -maxdepth 1 -type f -name 'check_mdca_*' -perm -u+x | sort; }

# start_tenant FOLDER SIMTENANT-ARGUMENT…: starts the simulated tenant, which ends with this shell, and writes FOLDER/tenant.ini with a
# section for each check. Sets tenant_url (https), tenant_pid.
start_tenant() {
	local folder=$1 i
	shift
	mkdir -p "$folder"
	: >"$folder/ready"
	"$simtenant" --dir="$folder" --write-credentials "$@" >"$folder/ready" 2>"$folder/trouble" &
	tenant_pid=$!
	for ((i = 0; i < 200; i++)); do
		grep -q '^ready ' "$folder/ready" && break
		kill -0 "$tenant_pid" 2>/dev/null || { cat "$folder/trouble" >&2; return 1; }
		sleep 0.05
	done
	grep -q '^ready ' "$folder/ready" || { say "the simulated tenant did not start" >&2; return 1; }
	tenant_url=https://localhost:$(ready_word "$folder" port)
	write_sections "$folder" "$tenant_url" >"$folder/tenant.ini"
}

# ready_word FOLDER NAME: what the simulated tenant said of itself.
ready_word() { sed -n "s/^ready .*\b$2=\([^ ]*\).*/\1/p" "$1/ready"; }

# portal_settings and graph_settings FOLDER URL: how checks of the two services reach the simulated tenant.
portal_settings() { printf 'api-url=%s\napi-token-file=%s/api-token\nca-path=%s/certs\n' "$2" "$1" "$1"; }
graph_settings() {
	printf 'api-url=%s/v1.0\nlogin-url=%s\ntenant-id=%s\nclient-id=%s\nclient-secret-file=%s/client-secret\nca-path=%s/certs\n' \
		"$2" "$2" "$(ready_word "$1" tenant-id)" "$(ready_word "$1" client-id)" "$1" "$1"
}

# write_sections FOLDER URL: a section for each check.
write_sections() {
	local name
	for name in app_connectors governance_log system_alerts app_control log_upload siem_agents api_tokens; do
		printf '[check_mdca_%s]\n' "$name"
		portal_settings "$@"
	done
	for name in secure_score message_center service_health credentials; do
		printf '[check_mdca_%s]\n' "$name"
		graph_settings "$@"
	done
}

stop_tenant() {
	[ -n "${tenant_pid:-}" ] || return 0
	kill "$tenant_pid" 2>/dev/null
	wait "$tenant_pid" 2>/dev/null
	tenant_pid=
}
