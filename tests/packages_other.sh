#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The recipes for other systems, as far as Debian goes: rpmbuild makes the packages of the spec, the functions of Alpine's recipe place what is
# built here. packages_other.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

version=$(sed -nE 's/^AC_INIT\(\[mdca-plugins\], \[([^]]*)\].*/\1/p' "$top/configure.ac")
plugins=$(find "$top/plugins" -name 'check_mdca_*.c' -printf '%f\n' | sed 's/\.c$//' | sort)

# --- RPM; Debian's rpm lacks one macro of systemd.

spec=$top/contrib/rpm/mdca-plugins.spec
equal "the spec's version" "$version" "$(sed -nE 's/^Version: +//p' "$spec")"
make -s -C "$build" dist && cp "$build/mdca-plugins-$version.tar.xz" "$work/" || exit 1
rpmbuild -ta --nodeps --nocheck -D "_topdir $work/rpm" -D "_tmpfilesdir /usr/lib/tmpfiles.d" "$work/mdca-plugins-$version.tar.xz" \
	>"$work/log" 2>&1
count $? || { tail -n 40 "$work/log"; exit 1; }
mapfile -t rpms < <(find "$work/rpm/RPMS" -name '*.rpm')
main=$(find "$work/rpm/RPMS" -name 'mdca-plugins-[0-9]*.rpm')
equal "packages" "mdca-plugins mdca-plugins-icinga2 mdca-plugins-nagios mdca-plugins-weekly-review" \
	"$(rpm -qp --qf '%{NAME}\n' "${rpms[@]}" | sort | paste -sd' ')"
rpm_files() { rpm -qp --qf '[%{FILEMODES:octal} %{FILEUSERNAME} %{FILENAMES}\n]' "${rpms[@]}" | sort -u; }
equal "the programs" "$(sed 's#^#100755 root /usr/lib64/nagios/plugins/#' <<<"$plugins")" "$(rpm_files | grep /plugins/check_)"
equal "folders" "40755 root /etc/mdca-plugins
40755 root /var/cache/mdca-plugins" "$(rpm_files | grep -E '(etc|cache)/mdca-plugins')"
equal "no file is in two packages" "" "$(rpm -qpl "${rpms[@]}" | grep -vE '/licenses/|^/usr/share/mdca-plugins$|^/usr/share/doc/mdca-plugins' | sort | uniq -d)"
rpm2cpio "$main" | (cd "$work" && cpio -id --quiet)
equal "entra-setup knows where the programs are" 1 "$(grep -c '/usr/lib64/nagios/plugins' "$work/usr/share/mdca-plugins/entra-setup")"
equal "scripts make cache folders" 2 "$(rpm -qp --scripts --triggers "$main" | grep -c '^/usr/share/mdca-plugins/cache-folders')"

# --- Alpine

recipe=$top/contrib/alpine/APKBUILD
for file in "$top"/contrib/alpine/*; do
	expect "${file##*/} is shell" 0 '' sh -n "$file"
	expect "${file##*/} has no trap of ash" 0 '' shellcheck -s dash -e SC2034,SC2154 "$file"
done
# in_recipe COMMAND: with the recipe's variables and functions, and abuild's.
in_recipe() {
	(cd "$build" && pkgdir=$work/alpine/main sh -eu -c '
		amove() {
			mkdir -p "$subpkgdir/$(dirname "$1")"
			mv "$pkgdir/$1" "$subpkgdir/$1"
		}
		. "$1"
		eval "$2"' sh "$recipe" "$1")
}
for variable in maintainer pkgname pkgver pkgrel pkgdesc url arch license source makedepends; do
	expect "the recipe has $variable" 0 . in_recipe "echo \$$variable"
done
equal "the recipe's version" "$version" "$(in_recipe 'echo $pkgver')"
for script in $(in_recipe 'echo $install'); do
	expect "$script is beside the recipe" 0 '' test -f "$top/contrib/alpine/$script"
done
expect "package()" 0 '' in_recipe package
subpackages=$(in_recipe 'for s in $subpackages; do echo "$s"; done' | sed -nE 's/^mdca-plugins-([^:]*):([^:]*):.*/\1 \2/p')
while read -r name function; do
	expect "$function()" 0 '' in_recipe "subpkgdir='$work/alpine/$name'; $function"
done <<<"$subpackages"
equal "what stays in Alpine's main package" "etc/mdca-plugins
usr/lib
usr/share/bash-completion
usr/share/doc
usr/share/man
usr/share/mdca-plugins/cache-folders
usr/share/zsh
var/cache/mdca-plugins" "$(cd "$work/alpine/main" && { find etc/* usr/lib usr/share/* var/cache/* -maxdepth 0 ! -path usr/share/mdca-plugins && ls -d usr/share/mdca-plugins/*; } | sort)"
summary
