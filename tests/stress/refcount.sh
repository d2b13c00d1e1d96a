#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: refcount.sh [OPERATIONS]
#
# Eight processes map, cut, move, fork, unmap, free and allocate buffers of a card in
# random order, while the card is revoked and comes back.
# vm: --smp 2
# timeout: 300
# soak: 1000000
# soak-timeout: 7200
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

operations=$(count_of "${1-}" 20000) || exit
times=/tmp/times

ktap_plan 3
ktap_check "the node loads" modprobe lifetime-node
ktap_subtest "$operations operations of 8 processes" keeping "$stress_table" \
	lifetime-stress --operations="$operations" --times=$times
figure "operations of 8 processes on buffers" "$(all_operations), $(wc -l <$times) revocations"
cut -d " " -f 1 $times >$times.revoke
cut -d " " -f 2 $times >$times.destroy
distribution "revocation" $times.revoke
distribution "destruction of the card device" $times.destroy
ktap_check "the node unloads" rmmod lifetime-node
ktap_finish
