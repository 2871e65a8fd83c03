#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian packages installed, used, upgraded and purged in a view of this machine that ends with this process: an overlay, in the mount
# namespace that packages.sh made. The machine itself gets nothing. packages_view.sh BUILD-FOLDER FOLDER-OF-PACKAGES-AND-TENANT
# shellcheck source=tests/support/view.sh
. "$(dirname "$0")/support/view.sh"

debs=$2/first
tenant=$2/tenant
plugins=/usr/lib/nagios/plugins
conffile=/etc/nagios-plugins/config/mdca-commands.cfg

# modes PATH…: mode, owner, group and name of all that is there.
modes() { in_view find "$@" -printf '%m %u %g %p\n' 2>&1 | sort -k 4; }

programs() { in_view find "$plugins" -name 'check_mdca_*' -printf '%f\n' | sort; }

# What a person does after the installation: secrets and sections go to their places.
configure_tenant() {
	local file
	cp -R "$tenant/certs" "$root/etc/mdca-plugins/" && in_view mkdir -p /etc/monitoring-plugins /run/secrets/azure/tokens || return 1
	for file in api-token client-secret client.pem; do
		in_view install -m 0600 -o nagios /dev/stdin "/etc/mdca-plugins/$file" <"$tenant/$file" || return 1
	done
	cp "$tenant/federated-token" "$root/run/secrets/azure/tokens/azure-identity-token" &&
		sed "s#$tenant/#/etc/mdca-plugins/#" "$tenant/tenant.ini" >"$root/etc/monitoring-plugins/monitoring-plugins.ini"
}

# Debian's own icinga2.conf, and a service for each command.
configure_icinga() {
	local program
	printf 'object Host "tenant" { check_command = "dummy" }\n'
	for program in $(programs); do
		printf 'object Service "%s" {\n  host_name = "tenant"\n  check_command = "%s"\n}\n' "$program" "${program#check_}"
	done
}

# trace NAME COMMAND…: as nagios, to /root/traces/NAME; what the command says does not matter.
trace() { in_view unshare "${network:---mount}" strace -f -y -u nagios -o "/root/traces/$1" "${@:2}" >/dev/null 2>&1; }

# Every check with its section; then other ways to sign in, the system's authorities, and a name that nobody can be asked for in a network
# of its own.
trace_checks() {
	local program url portal=$plugins/check_mdca_app_connectors graph=$plugins/check_mdca_credentials token=/etc/mdca-plugins/api-token
	mkdir "$root/root/traces"
	url=$(sed -n 's/^api-url=//p' "$tenant/tenant.ini" | head -n 1)
	for program in $(programs); do
		trace "$program" "$plugins/$program" --extra-opts --at="$at"
	done
	trace certificate "$graph" --extra-opts --auth=certificate --client-certificate=/etc/mdca-plugins/client.pem
	trace federated "$graph" --extra-opts --auth=federated --federated-token-file=/run/secrets/azure/tokens/azure-identity-token
	trace authorities "$portal" --api-url="$url" --api-token-file="$token"
	network=--net trace name "$portal" -H contoso.us2.portal.cloudappsecurity.com --api-token-file="$token"
}

# A package that brings a program of a monitoring system and makes its user, as Debian's do.
make_monitoring() {
	local tree=$work/monitoring
	mkdir -p "$tree/DEBIAN" "$tree/usr/sbin"
	printf '#!/bin/sh\n' >"$tree/usr/sbin/nrpe"
	printf '#!/bin/sh\nuseradd --system --no-create-home --user-group icinga\n' >"$tree/DEBIAN/postinst"
	printf 'Package: mdca-trial\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@contoso.example>\nDescription: trial\n' >"$tree/DEBIAN/control"
	chmod 0755 "$tree/DEBIAN/postinst" "$tree/usr/sbin/nrpe"
	dpkg-deb --root-owner-group -b "$tree" "$root/root/monitoring.deb"
}

# The same packages with a later version.
make_later() {
	local deb tree=$work/later
	for deb in "$root"/root/debs/*.deb; do
		dpkg-deb -R "$deb" "$tree" && sed -i 's/^Version: .*/Version: 999/' "$tree/DEBIAN/control" &&
			dpkg-deb --root-owner-group -b "$tree" "$root/root/later/${deb##*/}" && rm -rf "$tree" || return 1
	done
}

make_view || { say "an overlay over / cannot be mounted: this test needs root and a kernel with overlayfs"; exit 1; }
mkdir "$root/root/debs" "$root/root/later"
find "$debs" -name '*.deb' ! -name '*-dbgsym_*' -exec cp {} "$root/root/debs/" \;
mapfile -t packages < <(for deb in "$root"/root/debs/*.deb; do dpkg-deb -f "$deb" Package; done)
# Whoever has them installed keeps them: they go only here.
in_view dpkg --purge "${packages[@]}" >/dev/null 2>&1
in_view find /etc /usr /var -xdev | sort >"$work/before"

expect "dpkg -i" 0 '' in_view sh -c 'dpkg -i /root/debs/*.deb'
equal "installed as packed" "" "$(in_view dpkg --verify "${packages[@]}" 2>&1)"
equal "folders" "$(printf '%s\n' "755 root root /etc/mdca-plugins" "755 root root /var/cache/mdca-plugins" \
	"700 nagios nagios /var/cache/mdca-plugins/nagios")" "$(modes /etc/mdca-plugins /var/cache/mdca-plugins)"

configure_tenant || exit 1
equal "every check is installed" "$(find "$top/plugins" -name 'check_mdca_*.c' | wc -l)" "$(programs | wc -l)"
for program in $(programs); do
	expect "$program as nagios" 0 '^\[OK\] - ' as_nagios "$plugins/$program" --extra-opts --at="$at"
	equal "man $program" "/usr/share/man/man1/$program.1.gz" "$(in_view man -w "$program" 2>&1)"
done
equal "the cache folder is used, and private" "600 nagios nagios" \
	"$(in_view find /var/cache/mdca-plugins/nagios -name '*.token' -printf '%m %u %g\n' | sort -u)"

expect "the weekly review as nagios" 0 '' as_nagios mdca-weekly-review --at="$at" --output=/var/lib/nagios/review.html \
	--tenant=contoso=check_mdca_app_connectors,check_mdca_secure_score
equal "the page has every check, healthy" "$(programs | wc -l)" \
	"$(in_view cat /var/lib/nagios/review.html | grep -oE 'class="item panel ok' | wc -l)"
equal "bash finds the completion" "check_mdca_app_connectors" "$(in_view bash -c '. /usr/share/bash-completion/bash_completion
	_completion_loader check_mdca_app_connectors; complete -p check_mdca_app_connectors' 2>&1 | grep -o '[^ ]*$')"
expect "entra-setup --help" 0 '^Usage: entra-setup' in_view /usr/share/mdca-plugins/entra-setup --help

configure_icinga >"$root/etc/icinga2/conf.d/contoso.conf"
cp "$root/usr/share/doc/mdca-plugins-icinga2/examples/one-tenant.conf" "$root/etc/icinga2/conf.d/"
equal "Debian's icinga2.conf finds the commands" "Finished validating the configuration file(s)." \
	"$(in_view icinga2 daemon -C 2>&1 | grep -oE 'critical/.*|Finished validating.*')"
cp "$root/usr/share/doc/mdca-plugins-nagios/examples/tenants.cfg" "$root/etc/nagios4/conf.d/"
equal "Debian's nagios.cfg finds the commands" "Total Warnings: 0 Total Errors: 0" \
	"$(in_view nagios4 -v /etc/nagios4/nagios.cfg 2>&1 | grep -E '^(Error|Warning|Total )' | sed -E 's/: +/: /' | paste -sd' ')"

trace_checks
apparmor_parser -QTS "$root/etc/apparmor.d/mdca-plugins" >"$work/policy" 2>"$work/log" || cat "$work/log"
"$top/tests/apparmor.py" "$work/policy" "$root" "$root"/root/traces/*
equal "the AppArmor profile allows what is needed, and no more" 0 $?

make_monitoring >"$work/log" && make_later >>"$work/log" || cat "$work/log"
expect "a package that makes the user icinga" 0 '' in_view dpkg -i --force-overwrite /root/monitoring.deb
equal "a user that comes later gets a folder" "700 icinga icinga /var/cache/mdca-plugins/icinga" "$(modes /var/cache/mdca-plugins/icinga)"
expect "cache-folders USER" 0 '' in_view /usr/share/mdca-plugins/cache-folders daemon
equal "a folder for a user by name" "700 daemon daemon /var/cache/mdca-plugins/daemon" "$(modes /var/cache/mdca-plugins/daemon)"
expect "cache-folders with an unknown user" 1 "contoso" in_view /usr/share/mdca-plugins/cache-folders contoso

in_view rm -r /var/cache/mdca-plugins
equal "systemd-tmpfiles is content" "" "$(in_view systemd-tmpfiles --create mdca-plugins.conf 2>&1 || echo "exit status $?")"
equal "systemd-tmpfiles makes the folder" "755 root root /var/cache/mdca-plugins" "$(modes /var/cache/mdca-plugins)"

echo "# mine" >>"$root$conffile"
expect "upgrade" 0 '' in_view sh -c 'dpkg -i /root/later/*.deb'
equal "an upgrade keeps what was edited" "# mine" "$(tail -n 1 "$root$conffile")"
equal "an upgrade makes the folders that are missing" "700 nagios nagios /var/cache/mdca-plugins/nagios" "$(modes /var/cache/mdca-plugins/nagios)"

expect "remove" 0 '' in_view dpkg --remove "${packages[@]}"
equal "no program is left" "" "$(programs)"
expect "purge" 0 '' in_view dpkg --purge mdca-trial "${packages[@]}"
equal "a purge leaves the secrets" "600 nagios root /etc/mdca-plugins/api-token" "$(modes /etc/mdca-plugins/api-token)"
in_view rm -r /etc/mdca-plugins /etc/monitoring-plugins /etc/icinga2/conf.d/{contoso,one-tenant}.conf /etc/nagios4/conf.d/tenants.cfg \
	/var/lib/nagios/review.html
in_view find /etc /usr /var -xdev | sort >"$work/after"
equal "nothing else remains" "" \
	"$(comm -13 "$work/before" "$work/after" | grep -vE '^/var/(lib/(dpkg|icinga2)|log|cache/(debconf|man|icinga2))(/|$)')"
summary
