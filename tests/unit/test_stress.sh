#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# tests/lib/stress.sh: what it makes of measured times.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

times=$(mktemp)
trap 'rm -f "$times"' EXIT

ktap_plan 9
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
ktap_finish
