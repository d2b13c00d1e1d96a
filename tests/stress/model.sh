#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: model.sh [small|large]
#
# All states of the model of lifetimes (Documentation/lifetimes.md) are searched: no rule
# is broken, remove ends, and every defect that is planted in the model is found. The
# page has the figures that come of it.
# host
# timeout: 1800
# soak: large
# soak-timeout: 14400
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"
. "$top/tests/lib/stress.sh"
bound=${1:-small}
page=$top/Documentation/lifetimes.md
out=$top/build/model
said=$out/said

# rows: NAME STATES DEPTH ERRORS SECONDS MB VERDICT of all that was run
rows()
{
	grep -E '^  [a-z0-9-]+ +[0-9]+ ' "$said"
}

# row NAME
row()
{
	rows | awk -v name="$1" '$1 == name'
}

# searched NAME: without an error, and with as many states as the page says
searched()
{
	local states depth errors verdict

	read -r _ states depth errors _ _ verdict _ <<<"$(row "$1")"
	if [[ $errors != 0 || $verdict != ok: ]]; then
		sed -n "/^  $1 /,/^  [^ ]/p" "$said"
		return 1
	fi
	grep -E "^\| \`$1\` .*\| $states \| $depth \|" "$page" && return
	echo "the page has other figures for $1:"
	grep -E "^\| \`$1\` " "$page"
	return 1
}

# figure_of NAME: for the table of make soak
figure_of()
{
	local states depth errors seconds megabytes

	read -r _ states depth errors seconds megabytes _ <<<"$(row "$1")"
	figure "model, $1" "$states states, depth $depth, $errors errors, $seconds s, $megabytes MB"
}

# found NAME: by the way that is shown
found()
{
	row "$1"
	sed -n "/^  $1 /,/^  [^ ]/p" "$said" | grep '^    | '
	row "$1" | grep -q ' found: ' && [[ -s $out/bug-$1/trail ]]
}

mkdir -p "$out"
"$top/tests/model/run" --bound "$bound" >"$said" 2>&1
status=$?
if ((status == 2 || status == 69)); then
	cat "$said" >&2
	exit "$status"
fi
mapfile -t searches < <("$top/tests/model/run" --list | sed -n 's/^search //p')
mapfile -t bugs < <("$top/tests/model/run" --list | sed -n 's/^bug //p')
if [[ $bound == small ]]; then
	mapfile -t searches < <(awk '/ \| small \| / {print $1}' "$top/tests/model/searches")
fi

ktap_plan $((${#searches[@]} + ${#bugs[@]} + 2))
for search in "${searches[@]}"; do
	figure_of "$search"
	ktap_check "no state breaks a rule: $search" searched "$search"
done
ktap_check "every step of the model is reached" grep "ok: every step" "$said"
for bug in "${bugs[@]}"; do
	found "$bug" | sed 's/^/# /'
	ktap_check "a planted defect is found: $bug" found "$bug"
done
ktap_is "the verdict says so" "$(tail -n 1 "$said")" "verdict: PASS"
ktap_finish
