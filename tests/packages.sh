#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian packages: built twice, looked at by lintian, then used in a throw-away view of this machine. packages.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

# build_packages FOLDER: without the tests of the build, which are steps of their own.
build_packages() { DEB_BUILD_OPTIONS=nocheck DEB_BUILD_PROFILES=nocheck "$top/contrib/package-deb" "$1"; }
build_elsewhere() { (umask 077 && export TZ=Asia/Tokyo LC_ALL=C.UTF-8 && build_packages "$1"); }

# quietly TITLE COMMAND…: it ends with 0; what it says is shown when it does not.
quietly() {
	local title=$1 said
	shift
	said=$("$@" 2>&1)
	count $? || { printf '%s\n%s\n' "$title" "$said" | tail -n 40; return 1; }
}

quietly "the packages build" build_packages "$work/first" || exit 1
quietly "lintian" lintian --allow-root --fail-on error,warning "$work"/first/*.changes
quietly "the packages build elsewhere" build_elsewhere "$work/second"
equal "the same packages twice" "$(cd "$work/first" && sha256sum ./*.deb)" "$(cd "$work/second" && sha256sum ./*.deb)"

start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --at="$at" --no-limit || exit 1
as_root unshare --mount --propagation private "$top/tests/packages_view.sh" "$build" "$work" &&
	as_root unshare --mount --net --pid --fork --kill-child --propagation private "$top/tests/readme_view.sh" "$build" "$work" && summary
