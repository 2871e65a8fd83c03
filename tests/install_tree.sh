#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` puts where: install_tree.sh DESTDIR
set -u
tree=${1:?installed tree}
status=0
ok=0

expect() {
	if [ "$2" = "$3" ]; then
		ok=$((ok + 1))
	else
		printf '%s: expected\n%s\ngot\n%s\n' "$1" "$2" "$3"
		status=$((status + 1))
	fi
}

plugins=$(cd "$tree/usr/lib/nagios/plugins" && echo *)
expect "only plugins in libexecdir" "$plugins" "$(tr ' ' '\n' <<<"$plugins" | grep '^check_mdca_' | paste -sd' ')"
expect "a manual page each" "$(for p in $plugins mdca-weekly-review; do echo "$p.1"; done)" "$(cd "$tree/usr/share/man/man1" && printf '%s\n' *)"
expect "an Icinga command each" "$(for p in $plugins; do echo "${p#check_}"; done)" \
	"$(sed -nE 's/^object CheckCommand "([a-z_]+)".*/\1/p' "$tree/usr/share/icinga2/include/plugins-contrib.d/mdca.conf")"
expect "nothing else" "bin
lib/nagios/plugins
share/bash-completion/completions
share/doc/mdca-plugins/examples
share/doc/mdca-plugins/examples/icinga2
share/doc/mdca-plugins/examples/nagios
share/doc/mdca-plugins/examples/nrpe
share/icinga2/include/plugins-contrib.d
share/man/man1
share/mdca-plugins
share/mdca-plugins/director
share/mdca-plugins/grafana
share/mdca-plugins/nagios
share/zsh/site-functions" "$(cd "$tree/usr" && find . -type f -printf '%h\n' | sort -u | sed 's#^\./##')"
expect "tools and the guide" "cache-folders
entra-setup
weekly-guide.md" "$(find "$tree/usr/share/mdca-plugins" -maxdepth 1 -type f -printf '%f\n' | sort)"
expect "the weekly review knows where things are" 'PLUGINS = "/usr/lib/nagios/plugins"
GUIDE = "/usr/share/mdca-plugins/weekly-guide.md"' "$(grep -E '^(PLUGINS|GUIDE) = ' "$tree/usr/bin/mdca-weekly-review")"
expect "dashboards for Grafana" "mdca-graphite.json mdca-influxdb.json" "$(cd "$tree/usr/share/mdca-plugins/grafana" && echo *)"
expect "objects for Nagios" "mdca-commands.cfg mdca-templates.cfg" "$(cd "$tree/usr/share/mdca-plugins/nagios" && echo *)"
expect "baskets for Director" "mdca-1.10.json mdca.json $(for p in $plugins; do echo "${p#check_}.json"; done | paste -sd' ')" \
	"$(cd "$tree/usr/share/mdca-plugins/director" && echo *)"
expect "completion each for bash" "$plugins" "$(cd "$tree/usr/share/bash-completion/completions" && echo *)"
expect "completion each for zsh" "$(for p in $plugins; do echo "_$p"; done | paste -sd' ')" "$(cd "$tree/usr/share/zsh/site-functions" && echo *)"
expect "NRPE's commands run what is installed" "$(for p in $plugins; do echo "/usr/lib/nagios/plugins/$p"; done)" \
	"$(sed -nE 's/^command\[.*\]=([^ ]*) .*/\1/p' "$tree/usr/share/doc/mdca-plugins/examples/nrpe/mdca.cfg")"
for p in $plugins; do
	expect "$p is position independent, read-only after start" "DYN BIND_NOW GNU_RELRO" \
		"$(readelf -hldW "$tree/usr/lib/nagios/plugins/$p" | grep -oE '\bDYN\b|BIND_NOW|GNU_RELRO' | awk '!seen[$0]++' | sort | sed 's/^DYN/0DYN/' | sort | sed 's/^0//' | paste -sd' ')"
done
printf '%d passed, %d failed\n' "$ok" "$status"
[ "$status" -eq 0 ]
