#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion in real shells: bash finds the files by bash-completion's loader, zsh by its function path; every option of a check is offered
# and nothing else, words for choices, names of files and folders where they belong. completion.sh BUILD-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"
# shellcheck source=tests/support/definitions.sh
. "$top/tests/support/definitions.sh"

mkdir -p "$work/share/bash-completion" "$work/here/folder"
ln -s "$build/contrib/completion/bash" "$work/share/bash-completion/completions"
: >"$work/here/contoso.pem"
cd "$work/here" || exit 1

# described PROGRAM: every option that can be typed, as completion offers it: `=` where a value must follow.
described() {
	"$build/plugins/$1" --describe=json | jq -r '
		(.options[] | select(.secret | not) | "--" + .name + (if .arg and (.value_optional | not) then "=" else "" end)),
		(.metrics[].name | gsub("_"; "-") | "--warning-" + ., "--critical-" + . | . + "="),
		(.metrics[].name | gsub("_"; "-") | "--ignore-" + .)'
}
# choices PROGRAM: "--OPTION WORD…" of each that has them.
choices() { "$build/plugins/$1" --describe=json | jq -r '.options[] | select(.choices | length > 0) | "--\(.name) \(.choices | join(" "))"'; }

# offers FILE LINE: what a shell offered for the line.
offers() { awk -v line="> $2" '/^> /{ on = $0 == line; next } on' "$work/$1"; }

# --- bash

# In a bash of its own, which takes lines and completes their last word.
cat >"$work/bash.sh" <<'BASH'
. /usr/share/bash-completion/bash_completion
# Outside of readline there is nothing to set.
compopt() { :; }
while read -r line; do
	read -ra COMP_WORDS <<<"$line"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	complete -p "${COMP_WORDS[0]##*/}" >/dev/null 2>&1 || _completion_loader "${COMP_WORDS[0]}"
	function=$(complete -p "${COMP_WORDS[0]##*/}" | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
	COMPREPLY=(nothing was completed)
	"$function"
	printf '%s\n' "> $line" "${COMPREPLY[@]}"
done
BASH
one=/usr/lib/nagios/plugins/check_mdca_app_connectors
for program in $programs; do
	echo "$program --"
	while read -r option _; do echo "$program $option ="; done < <(choices "$program")
done >"$work/lines"
printf '%s\n' "$one --cloud"{" = g",=g," g"} "$one --client-cert" "$one --client-certificate =" "$one --cache-dir =" "$one -H c" \
	"$one --"{"cloud = gcc",no-cache,managed-identity}" --det" "$one --managed-identity = sys" >>"$work/lines"
XDG_DATA_DIRS=$work/share HOME=$work bash --norc "$work/bash.sh" <"$work/lines" >"$work/bash"
check "bash tells of every line" same "$(cat "$work/lines")" "$(sed -n 's/^> //p' "$work/bash")"
for program in $programs; do
	check "bash, $program: every option" same "$(described "$program")" "$(offers bash "$program --")"
	while read -r option words; do
		check "bash, $program: $option" same "$(tr ' ' '\n' <<<"$words")" "$(offers bash "$program $option =")"
	done < <(choices "$program")
done
check "bash: a value begun" same $'gcc\ngcc-high' "$(offers bash "$one --cloud = g")"
check "bash: a value in the same word" same $'gcc\ngcc-high' "$(offers bash "$one --cloud=g")"
check "bash: a value in the next word" same $'gcc\ngcc-high' "$(offers bash "$one --cloud g")"
check "bash: a name begun" same $'--client-certificate=\n--client-certificate-password-file=' "$(offers bash "$one --client-cert")"
check "bash: names of files" same $'contoso.pem\nfolder' "$(offers bash "$one --client-certificate =")"
check "bash: names of folders" same folder "$(offers bash "$one --cache-dir =")"
check "bash: nothing for other values" same "" "$(offers bash "$one -H c")"
check "bash: behind a value the next option" same "--detail=" "$(offers bash "$one --cloud = gcc --det")"
check "bash: behind a switch the next option" same "--detail=" "$(offers bash "$one --no-cache --det")"
check "bash: behind what needs no value the next option" same "--detail=" "$(offers bash "$one --managed-identity --det")"
check "bash: nothing for its value" same "" "$(offers bash "$one --managed-identity = sys")"

# --- zsh

# In a zsh at a terminal of its own, which writes what its completion adds for a line to a file.
cat >"$work/zsh.sh" <<'ZSH'
zmodload zsh/zpty zsh/zselect
zpty inner zsh -f -i
zpty -w inner "PS1= fpath=($functions \$fpath); autoload -U compinit; compinit -u -d $work/zcompdump"
zpty -w inner "compadd() {
	local -a found; local spec=\${@[1,(i)(-|--)]}
	if [[ \" \$spec\" != *\ -(#b)([OAD])\ * ]]; then builtin compadd -A found \"\$@\"; print -rl -- \$found >>$work/found; fi
	builtin compadd \"\$@\"
}
setopt extendedglob
told() { zle list-choices; print -r -- END >>$work/found; zle kill-buffer; }
zle -N told; bindkey '^T' told; print -r -- READY >>$work/found"
# Reads what the terminal shows meanwhile, so that nobody waits for room in it.
wait_for() {
	local i heard=
	for i in {1..2000}; do
		while zpty -r -t inner heard; do :; done
		grep -qx $1 $work/found && return 0
		zselect -t 1
	done
	print -r -- "nothing came: $heard"
	return 1
}
wait_for READY || exit 1
while IFS= read -r line; do
	: >$work/found
	zpty -w -n inner "$line"$'\x14'
	wait_for END || exit 1
	print -r -- "> $line"
	grep -vx END $work/found | sort -u
done
zpty -d inner
ZSH
for program in $programs; do
	check "zsh, $program: sound" zsh -n "$build/contrib/completion/zsh/_$program"
	echo "$program --" >&3
	while read -r option _; do echo "$program $option=" >&3; done < <(choices "$program")
done 3>"$work/lines"
printf '%s\n' "$one --cloud"{=g," g"} "$one --client-certificate=" "$one --cache-dir=" "$one -H c" "$one --cloud=gcc --det" "$one --no-cache --no" \
	"$one --exclude=x --excl" >>"$work/lines"
: >"$work/found"
(export functions=$build/contrib/completion/zsh work HOME=$work && zsh -f "$work/zsh.sh") <"$work/lines" >"$work/zsh"
check "zsh tells of every line" same "$(cat "$work/lines")" "$(sed -n 's/^> //p' "$work/zsh")"
for program in $programs; do
	check "zsh, $program: every option" same "$(described "$program" | tr -d =)" "$(offers zsh "$program --")"
	while read -r option words; do
		check "zsh, $program: $option" same "$(tr ' ' '\n' <<<"$words")" "$(offers zsh "$program $option=")"
	done < <(choices "$program")
done
check "zsh: a value begun" same $'gcc\ngcc-high' "$(offers zsh "$one --cloud=g")"
check "zsh: a value in the next word" same $'gcc\ngcc-high' "$(offers zsh "$one --cloud g")"
check "zsh: names of files" same $'contoso.pem\nfolder' "$(offers zsh "$one --client-certificate=")"
check "zsh: names of folders" same folder "$(offers zsh "$one --cache-dir=")"
check "zsh: nothing for other values" same "" "$(offers zsh "$one -H c")"
check "zsh: behind a value the next option" same --detail "$(offers zsh "$one --cloud=gcc --det")"
check "zsh: what was given once is not offered again" same --noproxy "$(offers zsh "$one --no-cache --no")"
check "zsh: what may be repeated is" same --exclude "$(offers zsh "$one --exclude=x --excl")"
summary
