#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# configure --with-libcurl=PREFIX: a check built so loads the library of that prefix and no other, and works; what cannot be such a prefix is
# refused with the reason. The library is a copy of the system's: what is tried is how it is found. private_libcurl.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

prefix=$work/curl
check=plugins/check_mdca_app_connectors
export MDCA_CACHE_DIR=$work/cache MDCA_BUDGET=0

# install_copy VERSION: a prefix as `make install` of curl leaves it.
install_copy() {
	mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
	cp -rL "$(pkg-config --variable=includedir libcurl)/curl" "$prefix/include/"
	cp -L "$(pkg-config --variable=libdir libcurl)/libcurl.so" "$prefix/lib/libcurl.so.4"
	ln -sf libcurl.so.4 "$prefix/lib/libcurl.so"
	printf '%s\n' "Name: libcurl" "Description: a copy" "Version: $1" "Libs: -L$prefix/lib -lcurl" "Cflags: -I$prefix/include" \
		>"$prefix/lib/pkgconfig/libcurl.pc"
}

# configure_with PREFIX
configure_with() {
	rm -rf "$work/build" && mkdir "$work/build" && (cd "$work/build" && "$top/configure" -q --with-libcurl="$1" CFLAGS=-O0) >"$work/configured" 2>&1
}

# refused TITLE PREFIX PATTERN
refused() {
	! configure_with "$2" && grep -qE -- "$3" "$work/configured"
	count $? || { printf '%s: not refused with %s\n' "$1" "$3"; cat "$work/configured"; }
}

refused "no path" yes "error: --with-libcurl takes the absolute path of a prefix, such as /opt/curl"
refused "a path from here" curl "error: --with-libcurl takes the absolute path of a prefix"
refused "nothing there" "$prefix" "error: no $prefix/lib/pkgconfig/libcurl.pc: build curl with --prefix=$prefix and install it first"
install_copy 7.80.0
refused "too old" "$prefix" "libcurl >= 7.87.0"

install_copy "$(pkg-config --modversion libcurl)"
configure_with "$prefix" && make -s -C "$work/build" "$check" >"$work/made" 2>&1
count $? || { cat "$work/configured" "$work/made"; summary; exit 1; }
equal "what the loader takes" "$prefix/lib/libcurl.so.4" "$(ldd "$work/build/$check" | awk '$1 == "libcurl.so.4" { print $3 }')"
start_tenant "$work/tenant" --scenario="$top/tests/scenarios/incidents.json" --at="$at" || exit 1
one=("$check" --extra-opts="@$work/tenant/tenant.ini" --at="$at")
expected=$("$build/${one[0]}" "${one[@]:1}")
grep -q '^\[[A-Z]*\] - .*|' <<<"$expected"
count $? || printf 'no answer to compare with: %s\n' "$expected"
equal "what it says" "$expected" "$("$work/build/${one[0]}" "${one[@]:1}")"
summary
