#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whom a check trusts: each fault of a certificate is refused and named, each way to name the authority works. tls.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

check=$build/plugins/check_mdca_app_connectors
export MDCA_CACHE_DIR=$work/cache

with() { : >"$work/log" && start_tenant "$work/$1" --scenario="$top/tests/scenarios/healthy.json" --certificate="$1" --log="$work/log" || exit 1; }
run() { "$check" --api-url="$tenant_url" --api-token-file="$folder/api-token" "$@"; }
# Every check has its own sections, and sends nothing to whom it does not trust.
no_check_trusts_it() {
	local program
	for program in $(plugin_programs "$build"); do
		expect "${program##*/}, unknown authority" 1 '^\[WARNING\] - the certificate of localhost:[0-9]+ is from an unknown issuer' \
			"$program" --extra-opts="@$folder/tenant.ini" --error-state=tls:warning
	done
	expect "no request came" 0 '^0$' sh -c 'grep -vcx CONNECT "$1"; true' sh "$work/log"
}
with_variable() { (export "${1?}" && run "${@:2}"); }

folder=$work/good
with good
expect "hashed directory" 0 '^\[OK\]' run --ca-path="$folder/certs"
expect "bundle" 0 '^\[OK\]' run --ca-cert="$folder/ca.pem"
expect "SSL_CERT_FILE" 0 '^\[OK\]' with_variable SSL_CERT_FILE="$folder/ca.pem"
expect "SSL_CERT_DIR" 0 '^\[OK\]' with_variable SSL_CERT_DIR="$folder/certs"
expect "system's authorities alone" 3 '^\[UNKNOWN\] - the certificate of localhost:[0-9]+ is from an unknown issuer' run
expect "a class has its state" 2 '^\[CRITICAL\] - the certificate of localhost:[0-9]+ is from an unknown issuer' run --error-state=tls:critical
expect "a directory without hashed names" 3 '^\[UNKNOWN\] - .*openssl rehash' run --ca-path="$work"
expect "a bundle that is not there" 3 '^\[UNKNOWN\] - .*ca-cert' run --ca-cert="$work/none.pem"
stop_tenant
for kind in unknown-ca wrong-name expired; do
	folder=$work/$kind
	with "$kind"
	case $kind in
	unknown-ca) pattern='is from an unknown issuer' ;;
	wrong-name) pattern='is for another name' ;;
	expired) pattern='cannot be accepted: certificate has expired' ;;
	esac
	[ "$kind" = unknown-ca ] && no_check_trusts_it
	expect "$kind" 3 "^\[UNKNOWN\] - the certificate of localhost:[0-9]+ $pattern" run --ca-path="$folder/certs"
	stop_tenant
done
summary
