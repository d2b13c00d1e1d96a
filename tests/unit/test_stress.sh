#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/lib/stress.sh: what it makes of measured times, of the clients' table and of
# dma-core's debugfs.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
times=$tmp/times
stress_table=$tmp/table
dma_core_debugfs=$tmp/debugfs

# verdict COMMAND...: of a result
verdict()
{
	("$@") | sed -n 's/^\(ok\|not ok\) .*/\1/p'
}

ktap_plan 16
: >"$times"
ktap_is "no times are no distribution" "$(distribution x "$times")" "# x: never"
ktap_is "and nothing that was short enough" \
	"$(none_longer_than 1000 "$times" || echo refused)" refused
seq 1000000 1000000 200000000 >"$times"
ktap_is "the shortest of 1 to 200 ms" "$(rank "$times" 0)" 1000000
ktap_is "the median" "$(rank "$times" 500)" 100000000
ktap_is "what one in a hundred exceeds" "$(rank "$times" 990)" 198000000
ktap_is "the longest" "$(rank "$times" 1000)" 200000000
ktap_check "the table says so" sh -c \
	"echo '$(distribution x "$times")' | grep -q '200 *1.000 *100.000 *198.000 *200.000'"
ktap_check "all are below 201 ms" none_longer_than 201 "$times"
ktap_is "not all are below 200 ms" "$(none_longer_than 200 "$times" || echo refused)" refused

printf '%s\n' "open   20  7  EBUSY 13" "all    30 17  forks 2" >"$stress_table"
ktap_is "how often it was done" "$(operations_of open)" 7
ktap_is "how much was done in all" "$(all_operations)" 30
printf '    # all    30 17  forks 2\n' >"$stress_table"
ktap_is "of a table in KTAP, too" "$(all_operations)" 30
ktap_is "what is said is kept, with the status" \
	"$(keeping "$tmp/kept" sh -c 'echo a; exit 3'; echo $?; cat "$tmp/kept")" "$(printf 'a\n3\na')"

ktap_is "books that cannot be read are not as before" \
	"$(verdict ktap_books x "$(books 2>/dev/null)")" "not ok"
mkdir -p "$dma_core_debugfs/card"
echo "buffer created=5 destroyed=3" >"$dma_core_debugfs/objects"
echo "cpu=0 size=4096 free=1024 x" >"$dma_core_debugfs/card/regions"
ktap_is "books that can be are" "$(verdict ktap_books x "$(books)")" ok
ktap_is "half of them are not enough" \
	"$(verdict ktap_books x "$(books | sed 1d)")" "not ok"
ktap_finish
