#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: fail-nth.sh [PATH...]
#
# Each allocation of each path through the driver fails once: what was there before is
# there again. Without an argument, of all paths but probe, which has most by far.
# The check of the DMA API gives up when an allocation of its own fails: it is off.
# kernels: debug (it has fault injection)
# vm: --append dma_debug=off
# timeout: 300
# soak: probe open hw_params mmap split fork remove touch node-open node-write node-read
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

pci=/sys/bus/pci/drivers/snd-oncard

# allocations_may_fail: those that wait for memory, too; the kernel log stays short
allocations_may_fail()
{
	for kind in failslab fail_page_alloc; do
		echo N >"/sys/kernel/debug/$kind/ignore-gfp-wait" &&
			echo 0 >"/sys/kernel/debug/$kind/verbose" || return
	done
	echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem &&
		echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# path NAME: without the C library's restartable sequences: where memory for those is
# wanted behind a fork() and fails, the kernel kills the program
path()
{
	ktap_subtest "$1" env GLIBC_TUNABLES=glibc.pthread.rseq=0 fail-nth "$pci" "$card" "$1"
}

card=$(basename "$(dirname "$pci"/*/driver)")
[ $# -gt 0 ] ||
	set -- open hw_params mmap split fork remove touch node-open node-write node-read
ktap_plan $(($# + 2))
ktap_check "allocations can be made to fail" allocations_may_fail
for name in "$@"; do
	path "$name"
done
number=$(sed -n 's/^ *\([0-9]*\) .*/\1/p' /proc/asound/cards | head -n 1)
ktap_check "after all that it plays" play_counter --device "hw:$number"
ktap_finish
