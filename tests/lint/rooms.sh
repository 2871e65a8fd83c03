#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The direction of the rooms (docs/architecture.md): every include line of common/ and plugins/ must point downwards.
set -u
top=${1:?top folder}
status=0

# allow FOLDER PATTERN: includes of ours that files of the folder may have.
allow() {
	local file line name
	for file in $3; do
		while IFS=: read -r line name; do
			[[ $name =~ ^($2)$ ]] && continue
			printf '%s:%s: includes "%s", which lies above it or beside\n' "${file#"$top/"}" "$line" "$name"
			status=1
		done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" | sed -E 's/^([0-9]+):.*"([^"]*)".*/\1:\2/')
	done
}

allow base 'base/.*' "$(echo "$top"/common/base/*.[ch])"
allow monitor 'base/.*|monitor/.*' "$(echo "$top"/common/monitor/*.[ch])"
allow net 'base/.*|net/.*' "$(echo "$top"/common/net/*.[ch])"
allow cloud 'base/.*|monitor/options.h|net/.*|cloud/.*' "$(echo "$top"/common/cloud/*.[ch])"
allow frame 'base/.*|monitor/.*|net/.*|cloud/.*|plugin.h|frame.h|access.h|health.h|lists.h|portal_app.h|portal_instance.h|selection.h|status.h|task_group.h' "$(echo "$top"/common/*.[ch])"
# What a plugin may see beside the frame: knowledge of the service's records, the certificate that one of them judges, no wire and no
# sign-in.
allow plugins 'plugin\.h|health\.h|lists\.h|portal_(app|instance)\.h|status\.h|task_group\.h|cloud/(alert|assertion|in_use|post|product|score_read|upload)\.h|monitor/wordlist\.h' "$(echo "$top"/plugins/*.c)"

# A plugin sees no wire, no tokens, no stdout.
if grep -nE '\b(curl_|printf\(|puts\(|fputs\(|exit\(|json_object_put|json_tokener)' "$top"/plugins/*.c | grep -vE '\b(sn|buf_|mem_)print'; then
	printf 'a plugin reaches past the frame\n'
	status=1
fi
exit "$status"
