#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks that die by kill -9 at any moment, and cache folders in any state: what they leave behind costs the next check one token request at
# most. crash.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

export MDCA_CACHE_DIR=$work/cache MDCA_BUDGET=1000
kills=120
files_max=6
bytes_max=40000

at_most() { [ "$2" -le "$1" ] && echo "at most $1" || echo "$2"; }
token_requests() { grep -c 'POST /.*/token ' "$work/log"; }
graph=("$build/plugins/check_mdca_secure_score" --extra-opts="@$work/tenant/tenant.ini")
portal=("$build/plugins/check_mdca_app_connectors" --extra-opts="@$work/tenant/tenant.ini")
fresh_cache() { chmod -R u+rwX "$work/cache" 2>/dev/null; rm -rf "$work/cache"; mkdir -m 0700 "$work/cache"; }

# fares WHAT [LAUNCHER…]: both kinds of check are well, one after another, and the first of each pair asks for one token at most.
fares() {
	local what=$1 before statuses=
	shift
	before=$(token_requests)
	"$@" "${graph[@]}" >"$work/out" 2>&1
	statuses+=$?
	[ "$statuses" = 0 ] || cat "$work/out"
	equal "$what: token requests" "at most 1" "$(at_most 1 $(($(token_requests) - before)))"
	"$@" "${portal[@]}" >"$work/out" 2>&1
	statuses+=$?
	equal "$what: both are OK" 00 "$statuses"
}
# says_so WHAT REASON [LAUNCHER…]: of both kinds of check the cache is off for that reason, which they say at -v.
says_so() {
	local what=$1 reason=$2 name
	shift 2
	for name in graph portal; do
		local -n check=$name
		"$@" "${check[@]}" -v >"$work/out" 2>&1
		equal "$what: a $name check says so" "[OK] 1" \
			"$(head -c 4 "$work/out") $(grep -cE "^	\\\\_\[OK\] - cache: not used: $reason; mend that or name another folder by --cache-dir\$" "$work/out")"
	done
}
is_small() {
	equal "$1: files" "at most $files_max" "$(at_most "$files_max" "$(find "$work/cache" -type f | wc -l)")"
	equal "$1: bytes" "at most $bytes_max" "$(at_most "$bytes_max" "$(find "$work/cache" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }')")"
}
warm_is_free() {
	local before
	before=$(token_requests)
	"${graph[@]}" >/dev/null
	equal "$1: a warm check asks for no token" "$before" "$(token_requests)"
}

start_tenant "$work/tenant" --scenario="$top/tests/scenarios/healthy.json" --no-limit --log="$work/log" || exit 1
fresh_cache

# At every single file operation of a cold check, one after another on what the deaths before left.
for check in graph portal; do
	declare -n command=$check
	for ((step = 1; step < 100; step++)); do
		rm -f "$work"/cache/*.token
		(DIES_AT=$step LD_PRELOAD=$build/tests/support/dies_at.so "${command[@]}") >"$work/out" 2>&1
		status=$?
		[ "$status" = 137 ] || break
	done 2>/dev/null
	equal "a $check check that lives" 0 "$status"
	equal "a $check check has file operations to die at" yes "$([ "$step" -gt 4 ] && echo yes || echo "$step")"
	is_small "death at every step, $check"
	fares "death at every step, $check"
	warm_is_free "death at every step, $check"
done

# At random moments, while others run.
died=0
beside=()
mkdir "$work/beside"
for ((i = 0; i < kills; i++)); do
	[ $((i % 5)) = 0 ] && rm -f "$work"/cache/*.token
	if [ $((i % 4)) = 0 ]; then
		"${graph[@]}" >"$work/beside/$i" 2>&1 &
		beside+=($!)
	fi
	if [ $((i % 2)) = 0 ]; then "${graph[@]}" >/dev/null 2>&1 & else "${portal[@]}" >/dev/null 2>&1 & fi
	victim=$!
	sleep "0.0$(printf '%02d' $((RANDOM % 40)))"
	kill -9 "$victim"
	wait "$victim"
	[ $? = 137 ] && died=$((died + 1))
done 2>/dev/null
wait "${beside[@]}"
equal "random deaths: they were in time" yes "$([ "$died" -gt $((kills / 10)) ] && echo yes || echo "$died")"
equal "random deaths: checks beside them" "${#beside[@]}" "$(cat "$work"/beside/* | grep -c '^\[OK\]')"
is_small "random deaths"
fares "random deaths"
warm_is_free "random deaths"

# each_file WHAT COMMAND: does that to each file of a warm cache, the file as "$1".
each_file() {
	fresh_cache
	"${graph[@]}" >/dev/null
	"${portal[@]}" >/dev/null
	find "$work/cache" -type f -exec sh -c "$2" sh {} \;
	fares "$1"
	is_small "$1"
}
each_file "empty files" ': >"$1"'
each_file "files cut in half" 'truncate -s $(($(stat -c %s "$1") / 2)) "$1"'
each_file "forged text" 'printf "{\"token\":\"forged\",\"issued_at\":1,\"renew_at\":9999999999,\"expires_at\":9999999999}\n" >"$1"'
each_file "forged bytes" 'head -c 4096 /dev/urandom >"$1"'
each_file "a flipped byte" 'printf X | dd of="$1" bs=1 seek=20 conv=notrunc status=none'
each_file "files open to others" 'chmod 0666 "$1"'
each_file "symbolic links" 'mv "$1" "$1.aside" && ln -s "$1.aside" "$1"'
each_file "dangling links" 'rm "$1" && ln -s "$1.gone" "$1"'
each_file "pipes in their place" 'rm "$1" && mkfifo -m 0600 "$1"'
each_file "folders in their place" 'rm "$1" && mkdir -m 0700 "$1"'
each_file "folders in the way of new files" 'mkdir -m 0700 "$1.new"; case $1 in *.token) rm "$1" ;; esac'
[ "$(id -u)" != 0 ] || each_file "files of another owner" 'chown 12345 "$1"'

fresh_cache
chmod 0755 "$work/cache"
fares "a folder open to others"
says_so "a folder open to others" "the folder $work/cache must belong to .* and be closed to others \(chmod 0700\)"
fresh_cache
mv "$work/cache" "$work/elsewhere"
ln -s "$work/elsewhere" "$work/cache"
fares "a folder that is a link"
equal "a folder that is a link stays empty" 0 "$(find "$work/elsewhere" -type f | wc -l)"
rm "$work/cache"
: >"$work/cache"
fares "a folder that is a file"
says_so "a folder that is a file" "$work/cache is no folder of its own \(Not a directory\)"
fresh_cache
if [ "$(id -u)" = 0 ]; then chown 12345 "$work/cache"; else export MDCA_CACHE_DIR=/usr; fi
fares "a folder of another owner"
says_so "a folder of another owner" "the folder $MDCA_CACHE_DIR must belong to .* and be closed to others \(chmod 0700\)"
export MDCA_CACHE_DIR=$work/cache

# mounted OPTIONS PREPARATION COMMAND…: with a small file system on the cache folder, in a mount namespace that ends with the command. Root
# can always have one; others only where the kernel lets them, else the folder's own mode has to do, which does not hold root.
own_mounts=(unshare --mount)
[ "$(id -u)" = 0 ] || own_mounts+=(--map-root-user)
mounted() {
	# shellcheck disable=SC2016
	"${own_mounts[@]}" sh -c 'mount -t tmpfs -o "mode=0700,$1" tmpfs "$MDCA_CACHE_DIR" && eval "$2" && shift 2 && exec "$@"' sh "$@"
}
read_only() { mounted size=64k,ro true "$@"; }
full() { mounted size=16k 'cat /dev/zero >"$MDCA_CACHE_DIR/filler" 2>/dev/null; true' "$@"; }
crowded() { mounted size=64k,nr_inodes=1 true "$@"; }
fresh_cache
if mounted size=16k true true 2>/dev/null; then
	fares "a full file system" full
	fares "a file system without room for a file" crowded
	says_so "a file system without room for a file" "(cannot write .*: No space left on device|.*\.budget cannot be used)" crowded
	fares "a read-only file system" read_only
	says_so "a read-only file system" "(cannot write .*: Read-only file system|.*\.budget cannot be used)" read_only
elif [ "$(id -u)" = 0 ]; then
	count 1 || say "root cannot mount a file system in a namespace of its own, so full and read-only ones were not tried"
else
	say "not tried, for want of a namespace to mount in: a full file system, one without room for a file, a read-only one"
	chmod 0500 "$work/cache"
	fares "a read-only folder"
	says_so "a read-only folder" "(cannot write .*: Permission denied|.*\.budget cannot be used)"
fi

# No file may grow: the signal that comes with it is not the end.
# shellcheck disable=SC2016
no_growth() { bash -c 'out=$( (ulimit -f 0; "$@") 2>&1); status=$?; printf "%s\n" "$out"; exit "$status"' sh "$@"; }
fresh_cache
fares "no file may grow, cold" no_growth
"${graph[@]}" >/dev/null
"${portal[@]}" >/dev/null
fares "no file may grow, warm" no_growth
is_small "no file may grow"

summary
