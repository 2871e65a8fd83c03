# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Sourced by tests that install packages, with shell.sh's argument: a view of this machine that ends with the process, an overlay in the
# mount namespace in which they were started. The machine itself gets nothing.
# shellcheck source=tests/support/shell.sh
. "$(dirname "${BASH_SOURCE[0]}")/shell.sh"

view=$work/view
root=$view/root

# At once, even when something in it still runs: what cleans up afterwards must find nothing of this machine below the folder.
at_end() { ! mountpoint -q "$view" || umount -R -l "$view"; }

# No /sys in it, so that no profile reaches the running kernel, and of /dev what programs need.
make_view() {
	local part
	mkdir "$view" && mount -t tmpfs tmpfs "$view" && mkdir "$root" || return 1
	for part in / /usr /etc /var; do
		[ "$part" = / ] || mountpoint -q "$part" || continue
		mkdir -p "$view/upper$part" "$view/spare$part" &&
			mount -t overlay overlay -o "lowerdir=$part,upperdir=$view/upper$part,workdir=$view/spare$part" "$root$part" || return 1
	done
	mount -t proc proc "$root/proc" || return 1
	for part in run tmp dev; do mount -t tmpfs tmpfs "$root/$part" || return 1; done
	for part in null zero full random urandom; do
		: >"$root/dev/$part" && mount --bind "/dev/$part" "$root/dev/$part" || return 1
	done
	ln -s /proc/self/fd "$root/dev/fd" && ln -s fd/0 "$root/dev/stdin" && ln -s fd/1 "$root/dev/stdout" && ln -s fd/2 "$root/dev/stderr" &&
		mkdir -m 1777 "$root/dev/shm"
}

# in_view COMMAND…: there, as root, with nothing of our environment.
in_view() {
	chroot "$root" /usr/bin/env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}
as_nagios() { in_view setpriv --reuid=nagios --regid=nagios --clear-groups "$@"; }
