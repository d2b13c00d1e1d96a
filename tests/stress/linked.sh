#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: linked.sh [OPERATIONS]
#
# Streams are linked; one drains, is freed or stops while the other closes, or closes while
# its group is prepared and started.
# vm: --smp 2
# timeout: 300
# soak: 200000
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

operations=$(count_of "${1-}" 5000) || exit

link_streams()
{
	oncard-stress --mix=linked --processes=4 --operations="$operations" >"$stress_table" 2>&1
}

ktap_plan 5
before=$(books)
ktap_check "$operations operations on linked streams" link_streams
ktap_diag "$(cat "$stress_table")"
figure "on linked streams" "$(all_operations) operations, linked $(operations_of link) times"
ktap_check "some were linked" test "$(operations_of link)" -gt 0
ktap_subtest "a stream is closed while its group is prepared and started" \
	close-linked $((operations / 10))
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
