#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# contrib/weekly-review against the simulated tenant, healthy a week ago and with incidents now, and against programs that misbehave. A
# headless Chromium shows the pages at the width of a phone and of a desk, light and dark; what it made of them is compared with what the
# checks say. Screenshots stay in the second folder. weekly_review.sh BUILD-FOLDER PICTURES-FOLDER
# shellcheck source=tests/support/shell.sh
. "$(dirname "$0")/support/shell.sh"

pictures=${2:?folder for screenshots}
review=$top/contrib/weekly-review
week_ago=2026-11-13T12:00:00Z
others=()
session=
at_end() {
	local pid
	[ -n "$session" ] && driver DELETE "" >/dev/null
	for pid in "${others[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

mkdir -p "$pictures" "$work/bin"
mkdir -m 0700 "$work/tokens"
# Many runs within a minute: without the budget of requests, or they would wait for each other.
export MDCA_CACHE_DIR=$work/tokens MDCA_BUDGET=0
programs() { find "$build/plugins" -maxdepth 1 -type f -name 'check_mdca_*' -perm -u+x -printf '%f\n' | sort; }

# The two sections of the README, for a simulated tenant.
sections() {
	printf '[contoso]\napi-url=%s\napi-token-file=%s/api-token\nca-path=%s/certs\n' "$tenant_url" "$1" "$1"
	printf '[contoso-graph]\napi-url=%s/v1.0\nlogin-url=%s\ntenant-id=%s\nclient-id=%s\nclient-secret-file=%s/client-secret\nca-path=%s/certs\n' \
		"$tenant_url" "$tenant_url" "$(ready_word "$1" tenant-id)" "$(ready_word "$1" client-id)" "$1" "$1"
}
for day in "healthy $week_ago" "incidents $at"; do
	read -r scenario moment <<<"$day"
	start_tenant "$work/$scenario" --scenario="$top/tests/scenarios/$scenario.json" --at="$moment" --no-limit || exit 1
	others+=("$tenant_pid")
	sections "$work/$scenario" >"$work/$scenario.ini"
done

# --- what the program says on the command line

run() { "$review" --plugins="$build/plugins" "$@" 2>"$work/stderr"; }
page=$work/review.html

equal "healthy: what it prints" "contoso: $(programs | wc -l) OK" "$(run --tenant=contoso --config="$work/healthy.ini" --at=$week_ago --output="$page")"
equal "a new page is closed to others" 600 "$(stat -c %a "$page")"
chmod 0640 "$page"
cp "$page" "$work/healthy.html"
run --tenant=contoso --config="$work/incidents.ini" --at=$at --output="$page" --exit-state --quiet >"$work/out"
equal "incidents: exit status of the worst state, nothing printed" "2 " "$? $(cat "$work/out")"
equal "a page that is replaced keeps its mode" 640 "$(stat -c %a "$page")"
cp "$page" "$work/incidents.html"
run --tenant=contoso --config="$work/incidents.ini" --at=2026-11-20T18:00:00Z --output="$page" --quiet
equal "a page is written: exit status 0, whatever the states" 0 $?
page_data() { sed -n 's#.*<script type="application/json" id="review-data">\(.*\)</script>.*#\1#p' "$1"; }
equal "the second page of a day takes the place of the first" "$week_ago" "$(page_data "$page" | jq -r '[.tenants[0].history[].at] | join(" ")')"

page_data "$work/healthy.html" | jq -c '.tenants[0].history = [range(0; 80) | { at: (1700000000 + . * 86400 | todate), checks: {} }]' >"$work/long.json"
{ printf '<script type="application/json" id="review-data">'; tr -d '\n' <"$work/long.json"; printf '</script>'; } >"$work/long.html"
run --tenant=contoso --config="$work/incidents.ini" --at=$at --output="$work/bounded.html" --previous="$work/long.html" --quiet
equal "history is bounded, the newest stay" "52 $week_ago" "$(page_data "$work/bounded.html" | jq -r '.tenants[0].history | "\(length) \(last.at)"')"
run --tenant=contoso --config="$work/incidents.ini" --at=$at --output="$work/bounded.html" --previous= --quiet
equal "--previous= begins anew" 0 "$(page_data "$work/bounded.html" | jq '.tenants[0].history | length')"

options() { grep -oE -- '--[a-z-]+' | sort -u; }
"$review" --help >"$work/help"
equal "help: exit status, 80 columns" "0 " "$? $(grep -E '^.{81,}' "$work/help")"
equal "help and manual page have the same options" "$(options <"$work/help")" "$(sed 's/\\-/-/g; s/\\//g' "$top/contrib/mdca-weekly-review.1" | options)"

# What a default range judges, the guide explains (names that are missing it explains once for all).
for program in $(programs); do
	for metric in $("$build/plugins/$program" --describe=json | jq -r '.metrics[] | select((.warning or .critical) and .name != "missing").name'); do
		equal "$program: the guide has advice on $metric" 1 \
			"$(sed -n "/^$program --extra-opts/,/^## /p" "$top/docs/weekly-guide.md" | grep -cE "^\| (\`[a-z_]+\`, )*\`$metric\`")"
	done
done

# refuses PATTERN ARGUMENT…: exit status 3, one line on stderr that fits, no page.
refuses() {
	local pattern=$1 status
	shift
	rm -f "$work/none.html"
	run --output="$work/none.html" "$@" >"$work/out"
	status=$?
	equal "$*: refused, one line, no page" "3 1 0 no" \
		"$status $(wc -l <"$work/stderr") $(wc -c <"$work/out") $([ -e "$work/none.html" ] && echo page || echo no)"
	equal "$*: $pattern" 1 "$(grep -cE -- "^weekly-review: .*$pattern" "$work/stderr")"
}
echo 'a letter' >"$work/letter"
ln -s "$page" "$work/link"
mkdir "$work/empty"
refuses "required: --tenant"
refuses "tenant contoso is given twice" --tenant=contoso --tenant=contoso
refuses "is no name of a tenant" --tenant==section
refuses "is no name of a section" --tenant=contoso=a@b
refuses "cannot read the ini file" --tenant=contoso --config="$work/absent.ini"
refuses "is no RFC 3339 time" --tenant=contoso --at=yesterday
refuses "no whole number from 1 to 3600" --tenant=contoso --timeout=0
refuses "no check_mdca_\* in .*name their folder with --plugins" --tenant=contoso --plugins="$work/empty"
refuses "cannot read the folder of the checks" --tenant=contoso --plugins="$work/absent"
refuses "there is no page .*leave --previous out" --tenant=contoso --previous="$work/absent.html"
refuses "is no page of this program: remove it" --tenant=contoso --output="$work/letter"
refuses "is a link: name the page itself" --tenant=contoso --output="$work/link"
refuses "there is no folder for .*make it first" --tenant=contoso --output="$work/absent/review.html"
refuses "unrecognized arguments" --tenant=contoso stray
equal "a file that is no page stays" "a letter" "$(cat "$work/letter")"

# Stopped in the midst of it: no page, nothing running, nothing left beside it.
printf '#!/bin/sh\necho $$ >"%s/started"\nexec sleep 60\n' "$work" >"$work/bin/check_mdca_app_connectors"
chmod +x "$work/bin/check_mdca_app_connectors"
mkdir "$work/stopped"
"$review" --plugins="$work/bin" --tenant=contoso --output="$work/stopped/review.html" 2>/dev/null &
pid=$!
for ((i = 0; i < 200; i++)); do [ -s "$work/started" ] && break; sleep 0.05; done
kill "$pid"
wait "$pid"
equal "stopped: exit status, no file" "143 " "$? $(ls -A "$work/stopped")"
state() { sed -n 's/^State:[[:space:]]*\([^Z]\).*/\1/p' "/proc/$(cat "$work/started")/status" 2>/dev/null; }
for ((i = 0; i < 100; i++)); do [ -n "$(state)" ] || break; sleep 0.05; done
equal "stopped: no process" "" "$(state)"

# --- programs that misbehave, names that attack

# misbehave CHECK: the body of a program comes from stdin.
misbehave() {
	{ echo '#!/bin/bash'; cat; } >"$work/bin/check_mdca_$1"
	chmod +x "$work/bin/check_mdca_$1"
}
well='{"state":"OK","summary":"all is well","checks":[]}'
# What is sent and what is to be read, side by side.
attacks='[
	["</script><script>window.pwned=1</script>", "</script><script>window.pwned=1</script>"],
	["\"><img src=x onerror=\"window.pwned=2\">", "\"><img src=x onerror=\"window.pwned=2\">"],
	["<!--<script>", "<!--<script>"],
	["]]> </style></title></textarea>", "]]> </style></title></textarea>"],
	["<svg/onload=window.pwned=3>", "<svg/onload=window.pwned=3>"],
	["javascript:window.pwned=4", "javascript:window.pwned=4"],
	["&lt;b&gt; &amp; &#x3c;", "&lt;b&gt; &amp; &#x3c;"],
	["https://admin.microsoft.com/#/MessageCenter/:/messages/MC1\"onmouseover=window.pwned=5", "MC1 in the Message center\"onmouseover=window.pwned=5"],
	["https://elsewhere.contoso.example/#/MessageCenter/:/messages/MC1", "https://elsewhere.contoso.example/#/MessageCenter/:/messages/MC1"],
	["from \u202egnp.exe and\u2028next\u0000line", "from gnp.exe and next line"],
	["{{7*7}} ${7*7} %s `id`", "{{7*7}} ${7*7} %s `id`"]
]'
jq -c '{ state: "WARNING", summary: .[0][0], checks: [(.[] | { output: .[0], state: "WARNING" }),
	{ output: "x", state: "WARNING", perfdata: [{ label: .[0][0], value: { type: "int", value: "1" }, uom: "<b>" }] }] }' <<<"$attacks" >"$work/attack.json"
misbehave secure_score <<<"cat '$work/attack.json'; exit 1"
misbehave system_alerts <<<'trap "" TERM; sleep 60 & sleep 60'
misbehave app_connectors <<<'echo "Segmentation fault <b>"'
misbehave log_upload <<<"echo '$well'"
chmod -x "$work/bin/check_mdca_log_upload"
misbehave siem_agents <<<"echo '$well'; exit 2"
misbehave api_tokens <<<"echo '$well'; kill -KILL \$\$"
misbehave message_center <<<'yes'
misbehave governance_log <<<'exit 0'
misbehave service_health <<<"echo '$well trailing'"
misbehave credentials <<<'echo "{\"state\":\"OK\",\"summary\":\"x\",\"checks\":[{\"output\":\"x\",\"state\":\"OK\",\"perfdata\":[{\"label\":\"a\",\"value\":{\"type\":\"double\",\"value\":\"nan\"},\"uom\":\"\"}]}]}"'
misbehave novel <<<"echo '${well%]*}{\"output\":\"one is well\",\"state\":\"OK\"},{\"output\":\"... 5 more\",\"state\":\"OK\"}]}'"
misbehave odd <<<"echo '${well%]*}{\"output\":\"x\",\"state\":\"CRITICAL\"}]}'"
odd_name='</h2><script>pwned()</script>'
"$review" --plugins="$work/bin" --tenant="$odd_name=contoso" --output="$work/hostile.html" --timeout=1 --at=$at --quiet
equal "a page of failures is a page" 0 $?

# Several tenants, one of them without sections.
run --tenant=contoso --tenant="Contoso Nordics=contoso" --tenant=contoso-emea --config="$work/incidents.ini" --at=$at \
	--output="$work/several.html" --previous="$work/healthy.html" --quiet

# --- in a browser

driver() {
	curl -sS --max-time 60 -X "$1" -H 'Content-Type: application/json' ${3:+--data-binary "$3"} "http://127.0.0.1:$driver_port/session${session:+/$session}$2"
}
while driver_port=$(shuf -i 20000-29999 -n 1); do
	ss -Hltn "sport = :$driver_port" | grep -q . || break
done
chromedriver --port="$driver_port" >"$work/driver.log" 2>&1 &
others+=($!)
for ((i = 0; i < 200; i++)); do
	curl -s "http://127.0.0.1:$driver_port/status" 2>/dev/null | grep -q '"ready":true' && break
	sleep 0.05
done

# open_browser WIDTH HEIGHT: a session as a desk, below 600 pixels as a phone.
open_browser() {
	local phone=null answer
	[ "$1" -lt 600 ] && phone=$(jq -nc --argjson w "$1" --argjson h "$2" '{ deviceMetrics: { width: $w, height: $h, pixelRatio: 2, mobile: true, touch: true } }')
	answer=$(driver POST "" "$(jq -nc --arg data "$work/profile-$1" --arg size "--window-size=$1,$2" --argjson phone "$phone" '
		{ capabilities: { alwaysMatch: { browserName: "chrome", "goog:loggingPrefs": { browser: "ALL", performance: "ALL" },
			"goog:chromeOptions": ({ args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", $size,
				"--user-data-dir=" + $data] } + if $phone then { mobileEmulation: $phone } else {} end) } } }')")
	session=$(jq -r '.value.sessionId // empty' <<<"$answer")
	[ -n "$session" ] || { printf 'no browser: %s\n' "$answer" >&2; return 1; }
}

close_browser() {
	driver DELETE "" >/dev/null
	session=
}

cdp() { driver POST /goog/cdp/execute "$(jq -nc --arg cmd "$1" --argjson params "$2" '{ cmd: $cmd, params: $params }')"; }
log() { driver POST /se/log "{\"type\":\"$1\"}"; }

# browse NAME WIDTH SCHEME PAGE: opens it, keeps what the browser made of it, and a picture of the whole page.
browse() {
	log performance >/dev/null
	cdp Emulation.setEmulatedMedia "{ \"features\": [{ \"name\": \"prefers-color-scheme\", \"value\": \"$3\" }] }" >/dev/null
	driver POST /url "$(jq -nc --arg url "file://$4" '{ url: $url }')" >/dev/null
	driver POST /execute/sync "$(jq -nc --rawfile script "$top/tests/weekly_review.js" '{ script: $script, args: [] }')" | jq .value >"$work/$1.json"
	log browser | jq -c '[.value[] | select(.level != "INFO") | .message]' >"$work/$1.console"
	log performance | jq -c '[.value[].message | fromjson.message | select(.method == "Network.requestWillBeSent") | .params |
		select(.documentURL | startswith("file:")) | .request.url | split(":")[0] | select(. != "data")] | unique' \
		>"$work/$1.requests"
	cdp Page.captureScreenshot "$(jq -nc --argjson w "$2" --argjson h "$(jq .height "$work/$1.json")" \
		'{ captureBeyondViewport: true, clip: { x: 0, y: 0, width: $w, height: $h, scale: 1 } }')" | jq -r .value.data | base64 -d >"$pictures/$1.png"
}

# What is true of every page, whatever is on it.
sound() {
	local facts=$work/$1.json
	equal "$1: is a picture" PNG "$(head -c 4 "$pictures/$1.png" | tail -c 3)"
	equal "$1: scheme" "$2" "$(jq -r 'if .dark then "dark" else "light" end' "$facts")"
	equal "$1: no horizontal scrolling, nothing cut off" '0 []' "$(jq -r '"\(.too_wide) \(.cut_off)"' "$facts")"
	equal "$1: no script but the data, no handler, no inline style, nothing embedded" '["application/json"] [] []' \
		"$(jq -r '"\(.scripts) \(.handlers) \(.foreign)"' "$facts")"
	equal "$1: nothing ran" null "$(jq .pwned "$facts")"
	equal "$1: console" '[]' "$(cat "$work/$1.console")"
	equal "$1: no request leaves" '["file"]' "$(cat "$work/$1.requests")"
	equal "$1: contrast is at least 4.5" true "$(jq '.faintest.ratio >= 4.5 or .faintest' "$facts")"
	equal "$1: pictures are named, tables have captions and headings, headings keep their order, language" 'true 0 true en' \
		"$(jq -r '"\(.tables) \(.unnamed) \(.headings) \(.lang)"' "$facts")"
}

# What each check says on the command line.
expected() {
	local program status first
	for program in $(programs); do
		first=$("$build/plugins/$program" --extra-opts="@$work/$1/tenant.ini" --at="$2" | head -n 1)
		"$build/plugins/$program" --extra-opts="@$work/$1/tenant.ini" --at="$2" --output-format=mp-test-json --detail=all >"$work/answer"
		status=$?
		first=${first%%|*}
		jq -c --arg check "${program#check_mdca_}" --arg first "$first" --argjson status "$status" '
			{ check: $check, status: $status, state: ($first | capture("^\\[(?<s>[A-Z]+)\\] - ").s), summary: ($first | sub("^\\[[A-Z]+\\] - "; "")),
			  lines: [.checks[] | select(.perfdata | not) | { state, text: (.output | gsub("https://admin.microsoft.com/#/MessageCenter/:/messages/(?<id>MC[0-9]+)"; "\(.id) in the Message center")) }],
			  metrics: [.checks[].perfdata[]?.label | gsub("_"; " ")] }' "$work/answer"
	done | jq -sc 'sort_by(.check)'
}
expected healthy $week_ago >"$work/healthy.expected"
expected incidents $at >"$work/incidents.expected"

# same NAME SCENARIO: the eleven items of a page are what the checks say.
same() {
	local got
	got=$(jq -c '[.tenants[0].items[] | { check, state, summary, lines: (.lines | sort), metrics: ([.metrics[].label] | sort) }] | sort_by(.check)' "$work/$1.json")
	equal "$1: eleven items" 11 "$(jq length <<<"$got")"
	equal "$1: states, texts, lines and metrics as the checks say" \
		"$(jq -c 'map({ check, state, summary, lines: (.lines | sort), metrics: (.metrics | sort) })' "$work/$2.expected")" "$got"
	equal "$1: in the order of the guide" \
		"secure_score system_alerts app_connectors app_control log_upload siem_agents api_tokens message_center governance_log service_health credentials" \
		"$(jq -r '[.tenants[0].items[].check] | join(" ")' "$work/$1.json")"
	equal "$1: the index leads to every item and says its state" "$(jq -c '[.tenants[0].items[].state]' "$work/$1.json")" \
		"$(jq -c '[.tenants[0].index[] | select(.found) | .text]' "$work/$1.json")"
	equal "$1: every item of the guide links to it" 10 "$(jq '[.tenants[0].items[] | select((.guide // "") | startswith("https://learn.microsoft.com/en-us/defender-cloud-apps/ops-guide/"))] | length' "$work/$1.json")"
	equal "$1: numbers of the embedded data" "$(jq -c '[.tenants[0].items[].metrics | length]' "$work/$1.json")" \
		"$(jq -c '[.data.tenants[0].items[].metrics | length]' "$work/$1.json")"
}

# show KIND WIDTH HEIGHT SCENARIO-SCHEME…: pictures of one device.
show() {
	local kind=$1 width=$2 height=$3 shot name scenario scheme
	shift 3
	open_browser "$width" "$height" || { count 1; return; }
	for shot; do
		scenario=${shot%-*} scheme=${shot#*-} name=$kind-$shot
		browse "$name" "$width" "$scheme" "$work/$scenario.html"
		sound "$name" "$scheme"
		case $scenario in healthy | incidents) same "$name" "$scenario" ;; esac
	done
	close_browser
}
show desk 1280 900 incidents-light incidents-dark healthy-light healthy-dark several-dark
show phone 390 844 incidents-light incidents-dark healthy-light several-light hostile-light

facts=$work/desk-healthy-light.json
equal "healthy: all OK" '["0 critical","0 warning","0 unknown","11 OK"]' "$(jq -c '.tenants[0].counts' "$facts")"
equal "healthy: no trend yet" '[null]' "$(jq -c '[.tenants[0].items[] | .was, .bars, .metrics[].spark] | unique' "$facts")"
facts=$work/desk-incidents-light.json
equal "incidents: what changed" "Since 13 November 2026: 11 worse" "$(jq -r '.tenants[0].news' "$facts")"
equal "incidents: each item says what it was" '["was OK on 13 November 2026"]' "$(jq -c '[.tenants[0].items[].was] | unique' "$facts")"
equal "incidents: bars of both pages" "States of the last 2 pages, oldest first: OK, CRITICAL" \
	"$(jq -r '.tenants[0].items[] | select(.check == "app_connectors").bars' "$facts")"
equal "incidents: change and line of a number" '{"change":"▼ 8 pt","label":"score","now":"60 %","spark":"2 values from 60 % to 68 %, newest 60 %"}' \
	"$(jq -c '.tenants[0].items[] | select(.check == "secure_score").metrics[] | select(.label == "score")' "$facts")"
equal "incidents: a time" '{"change":"▼ 175 d","label":"remaining","now":"CRITICAL: 5 d","spark":"2 values from 5 d to 180 d, newest 5 d"}' \
	"$(jq -c '.tenants[0].items[] | select(.check == "credentials").metrics[] | select(.label == "remaining")' "$facts")"
equal "incidents: every alarm has advice" '[]' "$(jq -c '[.tenants[0].items[] | select(.advice == []) | .check]' "$facts")"

facts=$work/phone-hostile-light.json
equal "hostile: the tenant's name is text" "$odd_name" "$(jq -r '.tenants[0].name' "$facts")"
equal "hostile: texts are text" "$(jq -c 'map(.[1])' <<<"$attacks")" "$(jq -c '[.tenants[0].items[0].lines[].text]' "$facts")"
equal "hostile: the data say the same" "$(jq -c 'map(.[0])[:9]' <<<"$attacks")" "$(jq -c '[.data.tenants[0].items[0].lines[].text][:9]' "$facts")"
equal "hostile: only known places are linked" '["data:image","https://admin.microsoft.com","https://learn.microsoft.com"]' "$(jq -c .links "$facts")"
equal "hostile: what misbehaves is UNKNOWN and says why" "$(cat <<'TEXT'
secure_score WARNING </script><script>window.pwned=1</script>
system_alerts UNKNOWN check_mdca_system_alerts did not end in time and was stopped
app_connectors UNKNOWN check_mdca_app_connectors printed no answer that can be read (exit status 0)
app_control UNKNOWN check_mdca_app_control did not start: No such file or directory
log_upload UNKNOWN check_mdca_log_upload did not start: Permission denied
siem_agents UNKNOWN check_mdca_siem_agents said OK, but ended with exit status 2
api_tokens UNKNOWN check_mdca_api_tokens was ended by signal 9
message_center UNKNOWN check_mdca_message_center printed without end and was stopped
governance_log UNKNOWN check_mdca_governance_log printed nothing (exit status 0)
service_health UNKNOWN check_mdca_service_health printed no answer that can be read (exit status 0)
credentials UNKNOWN check_mdca_credentials printed no answer that can be read (exit status 0)
novel OK all is well
odd UNKNOWN check_mdca_odd said OK above a line that is not
TEXT
)" "$(jq -r '.tenants[0].items[] | "\(.check) \(.state) \(.summary)"' "$facts")"

equal "lines that did not fit are counted in sight, what is well is folded away" '["... 5 more","one is well"] 1' \
	"$(jq -r '.tenants[0].items[] | select(.check == "novel") | "\([.lines[].text]) \(.folded)"' "$facts")"

facts=$work/desk-several-dark.json
equal "several: a section each, counts" '["contoso","Contoso Nordics","contoso-emea"]' "$(jq -c '[.tenants[].name]' "$facts")"
equal "several: a tenant without sections says so" "UNKNOWN check_mdca_app_connectors: --extra-opts: $work/incidents.ini has no section [contoso-emea]" \
	"$(jq -r '.tenants[2].items[] | select(.check == "app_connectors") | "\(.state) \(.summary)"' "$facts")"
equal "several: only the tenant of the page before has a past" '[1,0,0]' "$(jq -c '[.data.tenants[].history | length]' "$facts")"

summary
