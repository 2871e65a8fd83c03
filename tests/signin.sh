#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every way to sign in, against a tenant that verifies signatures and claims. signin.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

plugins=$build/plugins

folder=$work/tenant
tenant() {
	stop_tenant
	start_tenant "$folder" --scenario="$top/tests/scenarios/healthy.json" "$@" || exit 1
	authority=(--login-url="$tenant_url" --ca-path="$folder/certs" --timeout=9 --no-cache)
	ids=(--tenant-id="$(ready_word "$folder" tenant-id)" --client-id="$(ready_word "$folder" client-id)")
}
# graph, streams and portal: a check of Graph, one that an application may read, and one that it may not.
graph() { "$plugins/check_mdca_secure_score" --api-url="$tenant_url/v1.0" "${authority[@]}" "$@"; }
streams() { "$plugins/check_mdca_log_upload" --source=streams --api-url="$tenant_url" "${authority[@]}" "$@"; }
credentials() { "$plugins/check_mdca_credentials" --api-url="$tenant_url/v1.0" "${authority[@]}" "$@"; }
in_days() { date -u -d "+$1 days" +%FT%TZ; }
portal() { "$plugins/check_mdca_app_connectors" --api-url="$tenant_url" "${authority[@]}" "$@"; }
with_variables() { (while [[ $1 = *=* && $1 != -* ]]; do export "${1?}"; shift; done; "$@"); }
refused='^\[UNKNOWN\] - sign-in refused: '

# make_certificate NAME OPENSSL-ARGUMENT…: key and certificate in one private file.
make_certificate() {
	local name=$1
	shift
	openssl req -x509 -subj "/CN=$name.contoso.example" -keyout "$work/key" -out "$work/cert" "$@" 2>"$work/openssl.err" ||
		{ cat "$work/openssl.err"; exit 1; }
	(umask 077 && cat "$work/key" "$work/cert" >"$work/$name.pem")
}

tenant
certificate=$(ready_word "$folder" client-certificate)
federated=$(ready_word "$folder" federated-token)
secret=$folder/client-secret
(umask 077 && echo 'pass word' >"$work/password" && echo 'another' >"$work/wrong-password")
openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$certificate" -passout file:"$work/password" -out "$work/key.enc" || exit 1
(umask 077 && sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' "$certificate" | cat - "$work/key.enc" >"$work/encrypted.pem")
make_certificate other -newkey rsa:2048 -nodes -days 1
make_certificate curve -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1
make_certificate ended -newkey rsa:2048 -nodes -days 1
openssl x509 -in "$work/ended.pem" -signkey "$work/key" -days -1 -out "$work/cert" || exit 1
(umask 077 && cat "$work/key" "$work/cert" >"$work/ended.pem" &&
	sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' "$certificate" | cat - "$work/key" >"$work/mixed.pem")

for check in graph streams; do
	expect "$check, secret" 0 '^\[OK\]' "$check" "${ids[@]}" --client-secret-file="$secret"
	expect "$check, certificate, PS256" 0 '^\[OK\]' "$check" "${ids[@]}" --client-certificate="$certificate"
	expect "$check, certificate, RS256" 0 '^\[OK\]' "$check" "${ids[@]}" --client-certificate="$certificate" --assertion=RS256
	expect "$check, encrypted key" 0 '^\[OK\]' "$check" "${ids[@]}" --client-certificate="$work/encrypted.pem" --client-certificate-password-file="$work/password"
	expect "$check, federated token" 0 '^\[OK\]' "$check" "${ids[@]}" --federated-token-file="$federated"
done
expect "API token" 0 '^\[OK\]' portal --api-token-file="$folder/api-token"
for way in --client-certificate="$certificate" --federated-token-file="$federated" --client-secret-file="$secret"; do
	expect "an endpoint that no application may read, ${way%%=*}" 3 '^\[UNKNOWN\] - 403 from ' portal "${ids[@]}" "$way"
done

expect "a certificate that nobody uploaded" 3 "${refused}the certificate is not known to the application \(AADSTS700027\)" \
	graph "${ids[@]}" --client-certificate="$work/other.pem"
expect "a certificate of another application" 3 "${refused}the certificate is not known to the application \(AADSTS700027\)" \
	graph "${ids[0]}" --client-id=00001111-aaaa-2222-bbbb-3333cccc0001 --client-certificate="$certificate"
expect "a key that does not fit" 3 '^\[UNKNOWN\] - the key in client certificate .* does not fit its certificate' graph "${ids[@]}" --client-certificate="$work/mixed.pem"
expect "a key of an elliptic curve" 3 'is an EC key, but Entra ID takes RSA keys only' graph "${ids[@]}" --client-certificate="$work/curve.pem"
expect "a certificate past its end" 3 '^\[UNKNOWN\] - the certificate ended on 20' graph "${ids[@]}" --client-certificate="$work/ended.pem"
expect "its state" 2 '^\[CRITICAL\] - the certificate ended on 20' graph "${ids[@]}" --client-certificate="$work/ended.pem" --error-state=auth:critical
expect "an encrypted key without password" 3 'is encrypted, give its password by' graph "${ids[@]}" --client-certificate="$work/encrypted.pem"
expect "a wrong password" 3 'the password does not open the key' graph "${ids[@]}" --client-certificate="$work/encrypted.pem" --client-certificate-password-file="$work/wrong-password"
# Its own end, which lies 90 days ahead.
life='\|remaining=[1-9][0-9]*s;2592000:;604800: expired=0 credentials=2 unreadable=0$'
expect "its life, PS256" 0 "^\[OK\] - certificate CN=check_mdca ends in (90 d|89 d 23 h)$life" credentials "${ids[@]}" --client-certificate="$certificate"
expect "its life, RS256" 0 "^\[OK\] - certificate CN=check_mdca ends in (90 d|89 d 23 h)$life" credentials "${ids[@]}" --client-certificate="$certificate" --assertion=RS256
expect "its life, encrypted key" 0 "^\[OK\] - certificate CN=check_mdca ends in (90 d|89 d 23 h)$life" \
	credentials "${ids[@]}" --client-certificate="$work/encrypted.pem" --client-certificate-password-file="$work/password"
expect "its life, beside a secret" 0 "^\[OK\] - certificate CN=check_mdca ends" \
	credentials "${ids[@]}" --client-certificate="$certificate" --client-secret-file="$secret" --auth=certificate
expect "the life of the secret" 0 "^\[OK\] - client secret monitoring ends in (180 d|179 d 23 h)$life" credentials "${ids[@]}" --client-secret-file="$secret"
expect "its life in 70 days" 1 '^\[WARNING\] - certificate CN=check_mdca ends in (20 d|19 d 23 h)' \
	credentials "${ids[@]}" --client-certificate="$certificate" --at="$(in_days 70)"
expect "its life in 85 days" 2 '^\[CRITICAL\] - certificate CN=check_mdca ends in (5 d|4 d 23 h)' \
	credentials "${ids[@]}" --client-certificate="$certificate" --at="$(in_days 85)"
expect "its life in 95 days" 2 '^\[CRITICAL\] - certificate CN=check_mdca ended 5 d ago.*\|remaining=0s;' \
	credentials "${ids[@]}" --client-certificate="$certificate" --at="$(in_days 95)"
expect "no life" 2 '^\[CRITICAL\] - the certificate ended on 20.*\|remaining=0s;2592000:;604800: unreadable=0$' \
	credentials "${ids[@]}" --client-certificate="$work/ended.pem"
expect "no life of one that nobody uploaded" 3 "${refused}the certificate is not known to the application" \
	credentials "${ids[@]}" --client-certificate="$work/other.pem"
expect "no end of a federated token" 0 '^\[OK\] - signs in with a federated token, which has no end' credentials "${ids[@]}" --federated-token-file="$federated"
expect "no end of a managed identity" 0 '^\[OK\] - signs in with a managed identity, which has no end' credentials --managed-identity
expect "a certificate as AZURE_ set" 0 '^\[OK\]' with_variables AZURE_TENANT_ID="${ids[0]#*=}" AZURE_CLIENT_ID="${ids[1]#*=}" \
	AZURE_CLIENT_CERTIFICATE_PATH="$certificate" graph
expect "one whose key is encrypted, password by option" 0 '^\[OK\]' with_variables AZURE_TENANT_ID="${ids[0]#*=}" AZURE_CLIENT_ID="${ids[1]#*=}" \
	AZURE_CLIENT_CERTIFICATE_PATH="$work/encrypted.pem" graph --client-certificate-password-file="$work/password" --assertion=RS256
expect "and in the set" 0 '^\[OK\]' with_variables AZURE_TENANT_ID="${ids[0]#*=}" AZURE_CLIENT_ID="${ids[1]#*=}" \
	AZURE_CLIENT_CERTIFICATE_PATH="$work/encrypted.pem" AZURE_CLIENT_CERTIFICATE_PASSWORD='pass word' graph
expect "a federated token as AZURE_ set" 0 '^\[OK\]' with_variables AZURE_TENANT_ID="${ids[0]#*=}" AZURE_CLIENT_ID="${ids[1]#*=}" \
	AZURE_FEDERATED_TOKEN_FILE="$federated" graph
expect "an API token before an injected set" 0 '^\[OK\]' with_variables AZURE_TENANT_ID="${ids[0]#*=}" AZURE_CLIENT_ID="${ids[1]#*=}" \
	AZURE_FEDERATED_TOKEN_FILE="$federated" portal --api-token-file="$folder/api-token"
expect "two ways" 3 'two ways to sign in are configured, a client secret and a client certificate: choose by --auth=secret or --auth=certificate' \
	graph "${ids[@]}" --client-secret-file="$secret" --client-certificate="$certificate"

# base64url TEXT
base64url() { printf '%s' "$1" | openssl base64 -A | tr '+/' '-_' | tr -d '='; }
# federated_token ISSUER SUBJECT AUDIENCE END
federated_token() { printf '%s.%s.\n' "$(base64url '{"alg":"none","typ":"JWT"}')" "$(base64url "{\"iss\":\"$1\",\"sub\":\"$2\",\"aud\":\"$3\",\"exp\":$4}")" >"$work/jwt"; }
issuer=https://issuer.contoso.example subject=system:serviceaccount:monitoring:icinga audience=api://AzureADTokenExchange end=4102444800
federated_token $issuer $subject $audience $end
expect "a federated token that is open to others" 0 '^\[OK\]' graph "${ids[@]}" --federated-token-file="$work/jwt"
federated_token https://other.contoso.example $subject $audience $end
expect "its issuer" 3 "${refused}no federated credential has this issuer \(AADSTS700211\)" graph "${ids[@]}" --federated-token-file="$work/jwt"
federated_token $issuer ${subject/icinga/Icinga} $audience $end
expect "its subject, in other letters" 3 "${refused}no federated credential has this subject \(AADSTS700213\)" graph "${ids[@]}" --federated-token-file="$work/jwt"
federated_token $issuer $subject other $end
expect "its audience" 3 "${refused}no federated credential has this audience \(AADSTS700212\)" graph "${ids[@]}" --federated-token-file="$work/jwt"
federated_token $issuer $subject $audience 1000000000
expect "its end" 3 "${refused}the assertion is outside its time \(AADSTS700024\)" graph "${ids[@]}" --federated-token-file="$work/jwt"
expect "an application without federated credentials" 3 "${refused}the application has no federated credential \(AADSTS70025\)" \
	graph "${ids[0]}" --client-id=00001111-aaaa-2222-bbbb-3333cccc0001 --federated-token-file="$federated"
echo nonsense >"$work/jwt"
expect "no token" 3 'holds no token, which is one line of three parts' graph "${ids[@]}" --federated-token-file="$work/jwt"

# An application that may not read itself.
mkdir "$work/scenarios"
for scenario in healthy common; do
	sed 's/"Application\.Read\.All"/"User.Read.All"/' "$top/tests/scenarios/$scenario.json" >"$work/scenarios/$scenario.json" || exit 1
done
tenant --scenario="$work/scenarios/healthy.json"
expect "the local certificate instead" 0 '^\[OK\] - certificate [0-9A-F]{8} ends in (90 d|89 d 23 h), by the local file, as the application may not read itself\|remaining=[1-9][0-9]*s;2592000:;604800: unreadable=0$' \
	credentials "${ids[@]}" --client-certificate="$certificate"
expect "in 85 days" 2 '^\[CRITICAL\] - certificate [0-9A-F]{8} ends in (5 d|4 d 23 h), by the local file' \
	credentials "${ids[@]}" --client-certificate="$certificate" --at="$(in_days 85)"
expect "no secret instead" 3 '^\[UNKNOWN\] - 403 from .*grant Application\.Read\.All.*, or give --secret-end' credentials "${ids[@]}" --client-secret-file="$secret"

# The metadata service has no TLS.
tenant --tls=no --imds-faults=410,500
tenant_url=${tenant_url/https:\/\/localhost/http://127.0.0.1}
authority=(--login-url="$tenant_url" --timeout=9 --no-cache)
export AZURE_POD_IDENTITY_AUTHORITY_HOST=$tenant_url
expect "the machine's own identity, after an update and a fault" 0 '^\[OK\]' graph --managed-identity
expect "the machine's own identity, at the portal" 0 '^\[OK\]' streams --managed-identity=system
expect "an identity that was assigned, without roles" 3 '^\[UNKNOWN\] - 403 from 127\.0\.0\.1 .*grant SecurityEvents\.Read\.All' graph --managed-identity=00001111-aaaa-2222-bbbb-3333cccc0001
expect "an identity that was not" 3 "${refused}this machine has no such managed identity" graph --managed-identity=00001111-aaaa-2222-bbbb-3333cccc0002
expect "past every proxy" 0 '^\[OK\]' with_variables http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 graph --managed-identity --proxy=http://127.0.0.1:1
mkdir -m 0700 "$work/cache"
authority=(--login-url="$tenant_url" --timeout=9 --cache-dir="$work/cache")
expect "kept" 0 '^\[OK\]' graph --managed-identity
expect "from the cache" 0 '^\[OK\]' with_variables AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:1 graph --managed-identity
expect "no metadata service" 3 'is this a virtual machine of Azure with a managed identity' \
	with_variables AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:1 graph --managed-identity --no-cache
stop_tenant
summary
