#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# contrib/entra-setup against a directory that is played, call by call. entra_setup.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

export FAKE_AZ=$work/directory
tenant=00000000-aaaa-bbbb-cccc-111111111111
graph=00000003-0000-0000-c000-000000000000
portal=05a65629-4c1b-48c1-a78b-804c4abdd4af
mkdir -p "$work/bin" "$work/bare" "$work/home"
ln -s "$top/tests/support/az" "$work/bin/az"
# Nothing here is worth waiting for.
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$1" >>"$FAKE_AZ/slept"\n' >"$work/bin/sleep"
chmod +x "$work/bin/sleep"
for tool in bash jq openssl; do ln -s "$(command -v "$tool")" "$work/bare/$tool"; done
cd "$work/home" || exit 1

# A tenant with the two services and no app registration of ours.
directory() {
	rm -rf "$FAKE_AZ"
	mkdir -p "$FAKE_AZ"
	jq -n --arg t "$tenant" '{tenantId: $t, user: {name: "admin@contoso.onmicrosoft.com"}}' >"$FAKE_AZ/account.json"
	echo https://graph.microsoft.com/ >"$FAKE_AZ/cloud"
	echo 0 >"$FAKE_AZ/last_id"
	echo '[]' | tee "$FAKE_AZ/applications.json" >"$FAKE_AZ/assignments.json"
	: >"$FAKE_AZ/calls"
	# A role for users, or one that was switched off, has the same name as the one that is wanted.
	jq -n --arg graph "$graph" --arg portal "$portal" '
		def roles($names): [$names[] | {id: "role-\(.)", value: ., isEnabled: true, allowedMemberTypes: ["Application"]}];
		[{id: "graph-object", appId: $graph, appRoles: ([
			{id: "wrong-1", value: "ServiceMessage.Read.All", isEnabled: true, allowedMemberTypes: ["User"]},
			{id: "wrong-2", value: "ServiceHealth.Read.All", isEnabled: false, allowedMemberTypes: ["Application"]}] +
			roles(["SecurityEvents.Read.All", "ServiceMessage.Read.All", "ServiceHealth.Read.All", "Application.Read.All"]))},
		 {id: "portal-object", appId: $portal, appRoles: roles(["Investigation.read", "Discovery.read"])}]' >"$FAKE_AZ/servicePrincipals.json"
}

setup() { PATH=$work/bin:$PATH "$top/contrib/entra-setup" --plugins="$build/plugins" --bits=2048 "$@"; }
# says TITLE STATUS TEXT ARGUMENT…: exit status, and a text somewhere in what it says.
says() {
	local title=$1 want=$2 text=$3 got status
	shift 3
	got=$(setup "$@" 2>&1)
	status=$?
	[ "$status" = "$want" ] && [[ $got == *"$text"* ]]
	count $? || printf '%s: exit status %s, expected %s with %s\n%s\n' "$title" "$status" "$want" "$text" "$got"
}
changes() { grep -v '^get ' "$FAKE_AZ/calls"; }
# The directory's state without what differs from one run to the next.
state() {
	(cd "$FAKE_AZ" && jq -S 'map(.keyCredentials |= map(del(.key)))' applications.json && jq -S . servicePrincipals.json assignments.json) |
		sed -E 's/[0-9]{8}-0000-4000-8000-000000000000/ID/g'
}

# What stops it before anything is asked.
directory
expect "no az" 1 'the Azure CLI \(az\) is missing' env PATH="$work/bare" "$top/contrib/entra-setup" --plugins="$build/plugins"
says "an unknown argument" 2 "unknown argument --aply" --aply
says "an empty value" 2 "--name is empty" --name=
says "a life that is none" 2 "--days=0 is no number of days" --days=0
says "a key that is too small" 2 "is not 2048, 3072 or 4096" --bits=1024
says "a check that is none" 1 "there is no check 'secure_scores' in $build/plugins; there are:" --check=secure_scores
says "a check that no permission opens" 1 "none of these checks can sign in with an app registration" --check=check_mdca_app_connectors
says "another tenant" 1 "az is signed in to tenant $tenant and not to contoso" --tenant-id=contoso
rm "$FAKE_AZ/account.json"
says "nobody is signed in" 1 "nobody is signed in to az: az login --allow-no-subscriptions"
equal "none of these asked for anything" "" "$(<"$FAKE_AZ/calls")"

# The plan, word for word.
directory
equal "the dry run" "check_mdca_secure_score: SecurityEvents.Read.All for /security/secureScores
check_mdca_secure_score: SecurityEvents.Read.All for /security/secureScoreControlProfiles
check_mdca_log_upload: no application permission opens /cas/api/v1/discovery/log_collectors/, which needs an API token of the portal
check_mdca_log_upload: no application permission opens /cas/api/v1/discovery/data_sources/, which needs an API token of the portal
check_mdca_log_upload: Discovery.read for /api/discovery/streams/
tenant $tenant, signed in as admin@contoso.onmicrosoft.com
without --apply nothing is changed:
would make an RSA key of 2048 bits and a certificate for 90 days in mdca-plugins.pem
would make the app registration mdca-plugins: POST /applications {\"displayName\":\"mdca-plugins\",\"signInAudience\":\"AzureADMyOrg\",\"requiredResourceAccess\":[{\"resourceAppId\":\"$graph\",\"resourceAccess\":[{\"id\":\"role-SecurityEvents.Read.All\",\"type\":\"Role\"}]},{\"resourceAppId\":\"$portal\",\"resourceAccess\":[{\"id\":\"role-Discovery.read\",\"type\":\"Role\"}]}]}
would add the certificate to the app registration: PATCH /applications/(its id) {\"keyCredentials\":[{\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"displayName\":\"CN=mdca-plugins\",\"key\":\"(the certificate in mdca-plugins.pem)\"}]}
would make its enterprise application: POST /servicePrincipals {\"appId\":\"(its client id)\"}
would grant SecurityEvents.Read.All: POST /servicePrincipals/(its id)/appRoleAssignments {\"principalId\":\"(its id)\",\"resourceId\":\"graph-object\",\"appRoleId\":\"role-SecurityEvents.Read.All\"}
would grant Discovery.read: POST /servicePrincipals/(its id)/appRoleAssignments {\"principalId\":\"(its id)\",\"resourceId\":\"portal-object\",\"appRoleId\":\"role-Discovery.read\"}

[contoso-entra]
hostname=contoso.us2.portal.cloudappsecurity.com
tenant-id=$tenant
client-id=(its client id)
client-certificate=/etc/mdca-plugins/mdca-plugins.pem

Put that into /etc/monitoring-plugins/monitoring-plugins.ini of the monitoring host, and the file there too:
  install -D -m 0600 -o nagios mdca-plugins.pem /etc/mdca-plugins/mdca-plugins.pem
A new certificate works after some minutes." \
	"$(setup --check=secure_score --check=log_upload --days=90 --section=contoso-entra --hostname=contoso.us2.portal.cloudappsecurity.com 2>&1)"
equal "the dry run asks and changes nothing" "" "$(changes)"
equal "the dry run makes no file" "" "$(ls)"
equal "what the dry run asks" "get /servicePrincipals?\$filter=appId%20eq%20%27$graph%27&\$select=id,appId,appRoles
get /servicePrincipals?\$filter=appId%20eq%20%27$portal%27&\$select=id,appId,appRoles
get /applications?\$filter=displayName%20eq%20%27mdca-plugins%27&\$select=id,appId,displayName" "$(<"$FAKE_AZ/calls")"

# Done once: exactly these calls, and a file that signs in.
directory
says "it is done" 0 "client-id=00000002-0000-4000-8000-000000000000" --apply --days=90
key=$(openssl x509 -in mdca-plugins.pem -outform DER | base64 -w 0)
app=00000001-0000-4000-8000-000000000000 client=00000002-0000-4000-8000-000000000000 principal=00000003-0000-4000-8000-000000000000
assignment() { printf 'post /servicePrincipals/%s/appRoleAssignments {"principalId":"%s","resourceId":"graph-object","appRoleId":"role-%s"}\n' "$principal" "$principal" "$1"; }
equal "the changes" "post /applications {\"displayName\":\"mdca-plugins\",\"signInAudience\":\"AzureADMyOrg\",\"requiredResourceAccess\":[{\"resourceAppId\":\"$graph\",\"resourceAccess\":[{\"id\":\"role-SecurityEvents.Read.All\",\"type\":\"Role\"},{\"id\":\"role-ServiceHealth.Read.All\",\"type\":\"Role\"},{\"id\":\"role-ServiceMessage.Read.All\",\"type\":\"Role\"}]}]}
patch /applications/$app {\"keyCredentials\":[{\"type\":\"AsymmetricX509Cert\",\"usage\":\"Verify\",\"displayName\":\"CN=mdca-plugins\",\"key\":\"$key\"}]}
post /servicePrincipals {\"appId\":\"$client\"}
$(assignment SecurityEvents.Read.All)
$(assignment ServiceHealth.Read.All)
$(assignment ServiceMessage.Read.All)" "$(changes)"
equal "the file is closed to others" 600 "$(stat -c %a mdca-plugins.pem)"
equal "the file holds one key and its certificate" "$(openssl pkey -in mdca-plugins.pem -pubout)" "$(openssl x509 -in mdca-plugins.pem -noout -pubkey)"
equal "the key is RSA of 2048 bits" "Private-Key: (2048 bit, 2 primes)" "$(openssl pkey -in mdca-plugins.pem -noout -text | head -n 1)"
openssl x509 -in mdca-plugins.pem -noout -checkend $((89 * 86400)) >/dev/null && ! openssl x509 -in mdca-plugins.pem -noout -checkend $((91 * 86400)) >/dev/null
equal "the certificate lives for 90 days" 0 $?
equal "nothing else is left" mdca-plugins.pem "$(ls)"

# Done twice: nothing is done.
: >"$FAKE_AZ/calls"
says "the second time" 0 "there: ServiceMessage.Read.All is granted" --apply
equal "the second time nothing is changed" "" "$(changes)"
equal "nor is the certificate" "$key" "$(openssl x509 -in mdca-plugins.pem -outform DER | base64 -w 0)"

# Broken off at each change, and taken up again.
directory
says "one check" 0 "done: grant ServiceMessage.Read.All" --apply --check=message_center
complete=$(state)
mapfile -t steps < <(printf '%s\n' "post /applications" "patch /applications" "post /servicePrincipals" \
	"post /servicePrincipals/$principal/appRoleAssignments")
for step in "${steps[@]}"; do
	directory
	echo "$step 1 Forbidden Authorization_RequestDenied Insufficient privileges to complete the operation." >"$FAKE_AZ/trouble"
	says "no right for $step" 1 "sign in to az as somebody who is" --apply --check=message_center
	says "again after $step" 0 "client-id=" --apply --check=message_center
	equal "the same comes of it as without the break at $step" "$complete" "$(state)"
	equal "each change was made once, the refused one twice, with $step" 5 "$(changes | wc -l)"
done

directory
echo "patch /applications 1 NotFound Request_ResourceNotFound Resource does not exist" >"$FAKE_AZ/trouble"
says "what was just made is not found at once" 0 "done: add the certificate" --apply --check=message_center
directory
echo "get /applications 1 Unauthorized InvalidAuthenticationToken AADSTS70043: The refresh token has expired" >"$FAKE_AZ/trouble"
says "the sign-in has ended" 1 "Sign in with az login" --apply --check=message_center
directory
echo "post /applications 1 Bad_Request Request_BadRequest A policy forbids it" >"$FAKE_AZ/trouble"
says "another refusal is said in its words" 1 "could not make the app registration mdca-plugins: A policy forbids it." --apply --check=message_center

# What is there of somebody else stays.
directory
jq -n --arg graph "$graph" '[{id: "theirs", appId: "their-client", displayName: "Contoso'\''s own", requiredResourceAccess: [{resourceAppId: $graph,
	resourceAccess: [{id: "role-Application.Read.All", type: "Role"}]}], keyCredentials: [{keyId: "old", customKeyIdentifier: "AB", key: "abc"}]}]' \
	>"$FAKE_AZ/applications.json"
says "an app registration that is there" 0 "note: the app registration also asks for role-Application.Read.All" --apply --client-id=their-client --check=message_center
equal "its permissions and certificates stay" 'role-Application.Read.All role-ServiceMessage.Read.All old new' \
	"$(jq -r '.[0] | [(.requiredResourceAccess[].resourceAccess[].id), (.keyCredentials[] | .keyId // "new")] | join(" ")' "$FAKE_AZ/applications.json")"
equal "only what is needed is granted" role-ServiceMessage.Read.All "$(jq -r '.[].appRoleId' "$FAKE_AZ/assignments.json")"
says "no app registration of that id" 1 "no app registration of this tenant has the client id nobody" --client-id=nobody --check=message_center
jq '. + [.[0]] | map(.displayName = "mdca-plugins")' "$FAKE_AZ/applications.json" >"$work/two" && cp "$work/two" "$FAKE_AZ/applications.json"
says "several of one name" 1 "several app registrations are named mdca-plugins: choose one by --client-id=" --apply --check=message_center
jq 'map(select(.id != "portal-object"))' "$FAKE_AZ/servicePrincipals.json" >"$work/one" && cp "$work/one" "$FAKE_AZ/servicePrincipals.json"
says "a tenant without the portal's service" 1 "is Defender for Cloud Apps in use there?" --check=system_alerts
jq 'map(.appRoles = [])' "$FAKE_AZ/servicePrincipals.json" >"$work/none" && cp "$work/none" "$FAKE_AZ/servicePrincipals.json"
says "a service without the permission" 1 "has no application permission ServiceMessage.Read.All" --check=message_center

# Somebody else consents; other clouds.
directory
says "without consent" 0 "consent at https://login.microsoftonline.com/$tenant/adminconsent?client_id=00000002-" --apply --no-consent --check=message_center
equal "nothing is granted" '[]' "$(jq -c . "$FAKE_AZ/assignments.json")"
echo https://graph.microsoft.us/ >"$FAKE_AZ/cloud"
says "the government's cloud" 0 "cloud=gcc-high" --no-consent --check=message_center
says "its address of consent" 0 "https://login.microsoftonline.us/" --no-consent --check=message_center

# Certificates that will not do.
directory
chmod 0640 mdca-plugins.pem
says "a file that others can read" 1 "can be read by others: chmod 0600" --apply --check=message_center
chmod 0600 mdca-plugins.pem
sed '/PRIVATE KEY/,/PRIVATE KEY/d' mdca-plugins.pem >"$work/home/half.pem"
chmod 0600 half.pem
says "a file without a key" 1 "holds no key that belongs to its certificate" --apply --certificate=half.pem --check=message_center
sed '/BEGIN CERT/,/END CERT/d' mdca-plugins.pem >half.pem
says "a file without a certificate" 1 "holds no certificate in PEM form" --apply --certificate=half.pem --check=message_center
openssl x509 -in mdca-plugins.pem -signkey mdca-plugins.pem -days -1 2>/dev/null | cat - half.pem >ended.pem
chmod 0600 ended.pem
says "a certificate that has ended" 1 "has ended: name another file to make a new one" --apply --certificate=ended.pem --check=message_center
says "a folder that is not there" 1 "there is no folder nowhere for the certificate" --apply --certificate=nowhere/new.pem --check=message_center
equal "none of these changed anything" "" "$(changes)"

# The whole way: what it printed signs in, as --verify shows.
start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --no-limit || exit 1
directory
jq -n --arg id "$(ready_word "$work/tenant" client-id)" '[{id: "sim", appId: $id, displayName: "sim", requiredResourceAccess: [], keyCredentials: []}]' \
	>"$FAKE_AZ/applications.json"
sed -i "s/$tenant/$(ready_word "$work/tenant" tenant-id)/" "$FAKE_AZ/account.json"
export MDCA_LOGIN_URL=$tenant_url MDCA_API_URL=$tenant_url/v1.0 MDCA_CA_PATH=$work/tenant/certs
says "--verify" 0 "[OK] - access: 2 of 2 endpoints of localhost allowed" --apply --verify --client-id="$(ready_word "$work/tenant" client-id)" \
	--certificate="$(ready_word "$work/tenant" client-certificate)" --check=secure_score
equal "it waited for nothing" "" "$(cat "$FAKE_AZ/slept" 2>/dev/null)"

# A check that is refused as often as is written, then asks itself.
mkdir "$work/plugins"
cat >"$work/plugins/check_mdca_secure_score" <<EOF
#!/bin/sh
case \$1 in
--check-access)
	echo asked >>"$FAKE_AZ/asked"
	[ "\$(wc -l <"$FAKE_AZ/asked")" -gt "\$(cat "$FAKE_AZ/refusals")" ] || { echo "[UNKNOWN] - sign-in refused: the certificate is not known (AADSTS700027)"; exit 3; } ;;
esac
exec "$build/plugins/check_mdca_secure_score" "\$@"
EOF
chmod +x "$work/plugins/check_mdca_secure_score"
echo 99 >"$FAKE_AZ/refusals"
says "--verify of a certificate that is not known there" 1 "[UNKNOWN] - sign-in refused:" --plugins="$work/plugins" --apply \
	--verify --client-id="$(ready_word "$work/tenant" client-id)" --check=secure_score
equal "it asked again for five minutes in all, with the waits of the check" "15 15 15 15 15 15 15 15" "$(paste -sd' ' "$FAKE_AZ/slept")"
rm "$FAKE_AZ/slept" "$FAKE_AZ/asked"
echo 2 >"$FAKE_AZ/refusals"
says "--verify waits for a new certificate" 0 "[OK] - access: 2 of 2 endpoints of localhost allowed" --plugins="$work/plugins" --apply --verify \
	--client-id="$(ready_word "$work/tenant" client-id)" --certificate="$(ready_word "$work/tenant" client-certificate)" --check=secure_score
equal "and no longer" "15 15" "$(paste -sd' ' "$FAKE_AZ/slept")"

equal "az was asked for nothing else" "" "$(cat "$FAKE_AZ/strange" 2>/dev/null)"
equal "no key among the arguments" "" "$(grep -F -f <(sed -n '/PRIVATE KEY/,/PRIVATE KEY/p' mdca-plugins.pem | grep -v -- -----) "$FAKE_AZ/arguments")"
summary
