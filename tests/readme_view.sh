#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# README's "From the package to nine green services", command by command, in a view of this machine that ends with this process, without any
# network but its own loopback. What stands in for the world: a simulated tenant for Microsoft's, a played directory for Entra's.
# readme_view.sh BUILD-FOLDER FOLDER-OF-PACKAGES
# shellcheck source=tests/support/view.sh
. "$(dirname "$0")/support/view.sh"

debs=$2/first
ini=/etc/monitoring-plugins/monitoring-plugins.ini

# The commands of the section, a file for each step that has some; every line of it is used below.
awk -v work="$work" '/^## / { on = /From the package to nine green services/ }
	on && /^[0-9]\. / { step = $1 + 0 }
	on && /^ *```/ { code = !code; next }
	on && code { sub(/^   /, ""); print >(work "/step" step) }' "$top/README.md"
equal "the steps with commands" "step1 step2 step3 step4 step5 step6" "$(cd "$work" && echo step*)"

# walk STEP SED-SCRIPT: the commands of a step as root, changed only where the world is played. Their input is ours.
walk() {
	sed "$2" "$work/step$1" >"$root/root/step"
	said=$(in_view_of_readme bash -e /root/step 2>&1)
	count $? || printf 'step %s:\n%s\n' "$1" "$said"
}
in_view_of_readme() { in_view sh -c 'cd /root/debs && exec "$@"' sh "$@"; }

make_view || { say "an overlay over / cannot be mounted: this test needs root and a kernel with overlayfs"; exit 1; }
ip link set lo up
mkdir "$root/root/debs"
find "$debs" -name '*.deb' ! -name '*-dbgsym_*' -exec cp {} "$root/root/debs/" \;
# Whoever has them installed keeps them: they go only here.
mapfile -t packages < <(for deb in "$root"/root/debs/*.deb; do dpkg-deb -f "$deb" Package; done)
in_view dpkg --purge "${packages[@]}" >/dev/null 2>&1
start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" || exit 1
tenant=$work/tenant
tenant_id=$(ready_word "$tenant" tenant-id) client_id=$(ready_word "$tenant" client-id)
cp -R "$tenant/certs" "$root/root/certs" && chmod -R a+rX "$root/root/certs" && chmod a+x "$root/root"

# Entra's directory holds the application of the simulated tenant already, and the administrator its certificate.
directory=/root/directory
mkdir "$root$directory" && cp "$top/tests/support/az" "$root/usr/local/bin/az"
jq -n --arg t "$tenant_id" '{tenantId: $t, user: {name: "admin@contoso.onmicrosoft.com"}}' >"$root$directory/account.json"
echo https://graph.microsoft.com/ >"$root$directory/cloud"
echo 0 >"$root$directory/last_id"
echo '[]' >"$root$directory/assignments.json"
jq -n --arg id "$client_id" '[{id: "app", appId: $id, displayName: "contoso", requiredResourceAccess: [], keyCredentials: []}]' \
	>"$root$directory/applications.json"
jq -n '[{id: "graph", appId: "00000003-0000-0000-c000-000000000000", appRoles: (["SecurityEvents.Read.All", "ServiceMessage.Read.All",
	"ServiceHealth.Read.All"] | map({id: "role-\(.)", value: ., isEnabled: true, allowedMemberTypes: ["Application"]}))}]' \
	>"$root$directory/servicePrincipals.json"
(umask 077 && cp "$tenant/client.pem" "$root/root/debs/contoso.pem")

walk 1 's/^apt install/apt-get install -y --no-install-recommends/' </dev/null
doc=$root/usr/share/doc/mdca-plugins
equal "the README that was installed is this one" "$(<"$top/README.md")" "$(<"$doc/README.md")"
# links FILE…: those to other files, one a line, as seen from the folder of the README.
links() {
	local file
	for file in "$@"; do
		grep -oE '\]\([^)]*\)' "$file" | sed -E 's/^\]\(//; s/\)$//; s/#.*//' | grep -vE '^$|^https?:' | sed "s#^#$(dirname "$file")/#"
	done | sort -u
}
equal "documents are there that link to each other" "" "$(cd "$doc" && links README.md docs/*.md | while read -r file; do [ -f "$file" ] || echo "$file"; done)"
[ "$(cd "$doc" && links README.md | wc -l)" -ge 10 ]
equal "the README links to them" 0 $?
walk 2 '' <"$tenant/api-token"
walk 3 "s#^\(az\|/usr/share\)#FAKE_AZ=$directory &#" </dev/null
equal "entra-setup printed the section" "tenant-id=$tenant_id
client-id=$client_id
client-certificate=/etc/mdca-plugins/contoso.pem" "$(sed -n '/^\[contoso-graph\]$/,/^$/p' <<<"$said" | sed '1d;$d')"
equal "no copy of the key is left" "" "$(find "$root/root/debs" -name '*.pem')"
equal "the key belongs to nagios alone" "600 nagios" "$(in_view stat -c '%a %U' /etc/mdca-plugins/contoso.pem)"

# The file of step 4, with the addresses and ids of the simulated tenant.
in_view mkdir -p "${ini%/*}"
sed "s#^hostname=.*#api-url=$tenant_url\nca-path=/root/certs#
	s#^tenant-id=.*#tenant-id=$tenant_id\napi-url=$tenant_url/v1.0\nlogin-url=$tenant_url\nca-path=/root/certs#
	s#^client-id=.*#client-id=$client_id#" "$work/step4" >"$root$ini"

walk 5 '' </dev/null
equal "nine checks may read what they read" 9 "$(grep -c '^\[OK\] - access: ' <<<"$said")"
equal "and no endpoint is refused" "" "$(grep -v '\[OK\] - ' <<<"$said")"

walk 6 's/^systemctl reload icinga2$//' </dev/null

# Debian's own configuration, with its API for a look at the outcome.
# It keeps a copy of this file by a call that does not work between the layers of an overlay.
cp -p "$root/etc/icinga2/constants.conf" "$work/" && rm "$root/etc/icinga2/constants.conf" && cp -p "$work/constants.conf" "$root/etc/icinga2/"
{ in_view /usr/lib/icinga2/prepare-dirs /etc/default/icinga2 && in_view icinga2 api setup; } >"$work/setup.log" 2>&1 || cat "$work/setup.log"
password=$(sed -n 's/^ *password = "\(.*\)"$/\1/p' "$root/etc/icinga2/conf.d/api-users.conf")
in_view icinga2 daemon >"$work/icinga.log" 2>&1 </dev/null &
lives() { kill -0 "$(cat "$root/run/icinga2/icinga2.pid" 2>/dev/null)" 2>/dev/null; }
end_icinga() {
	local i
	lives && kill "$(<"$root/run/icinga2/icinga2.pid")"
	for ((i = 0; i < 100; i++)); do
		lives || return 0
		sleep 0.2
	done
}
api() { curl -sSk --max-time 5 -u "root:$password" -H 'Accept: application/json' "https://127.0.0.1:5665/v1/$1" "${@:2}" 2>/dev/null; }
services() { api objects/services | jq -r '.results[].attrs | select(.host_name == "contoso") | "\(.state) \(.name) \(.last_check_result.output // "-" | split("\n")[0])"' | sort; }
for ((i = 0; i < 400; i++)); do
	# Its own first round may take a minute: ask for it now.
	[ $((i % 20)) = 0 ] && api actions/reschedule-check -X POST -d '{ "type": "Service", "filter": "host.name == \"contoso\" && service.state != 0", "force": true }' >/dev/null
	[ "$(services | grep -c '^0 .*\[OK\] - ')" = 9 ] && break
	sleep 0.2
done
equal "nine green services" "mdca_api_tokens mdca_app_connectors mdca_app_control mdca_governance_log mdca_log_upload mdca_message_center mdca_secure_score mdca_siem_agents mdca_system_alerts" \
	"$(services | sed -n 's/^0 \([a-z_]*\) \[OK\] - .*/\1/p' | paste -sd' ')"
end_icinga
[ "$bad" = 0 ] || { services; tail -n 20 "$work/icinga.log"; }
summary
