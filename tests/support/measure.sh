# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Sourced by the tests that measure many checks: processor time, and what a column of numbers comes to.

# cpu_ms PID: of the process itself. children_ms PID: of its children that have ended.
cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hz }' "/proc/$1/stat"; }
children_ms() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($14 + $15) * 1000 / hz }' "/proc/$1/stat"; }
# Busy and all ticks of all processors.
machine() { awk '/^cpu / { all = $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9; print all - $5 - $6, all }' /proc/stat; }

# calc EXPRESSION [FORMAT]: "%.1f".
calc() { awk "BEGIN { printf \"${2:-%.1f}\", $1 }"; }
mean() { awk '{ s += $1 } END { printf "%.1f", NR ? s / NR : 0 }'; }
# share PERCENT: the value that so many of the column do not exceed.
share() { sort -g | awk -v p="$1" '{ v[NR] = $1 } END { i = int((NR * p + 99) / 100); print v[i < 1 ? 1 : i] }'; }
