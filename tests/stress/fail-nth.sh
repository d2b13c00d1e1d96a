#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
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

# Those that wait for memory may fail, too; the kernel log stays short.
fault_settings="failslab/ignore-gfp-wait N
failslab/verbose 0
fail_page_alloc/ignore-gfp-wait N
fail_page_alloc/verbose 0
fail_page_alloc/ignore-gfp-highmem N
fail_page_alloc/min-order 0"

# set_faults: each "FILE VALUE" of standard input
set_faults()
{
	while read -r file value; do
		echo "$value" >"/sys/kernel/debug/$file" || return
	done
}

# faults_now: what set_faults would change, as it is
faults_now()
{
	echo "$fault_settings" | while read -r file _; do
		echo "$file $(cat "/sys/kernel/debug/$file")"
	done
}

allocations_may_fail()
{
	echo "$fault_settings" | set_faults
}

# path NAME: without the C library's restartable sequences: where memory for those is
# wanted behind a fork() and fails, the kernel kills the program
path()
{
	ktap_subtest "$1" env GLIBC_TUNABLES=glibc.pthread.rseq=0 fail-nth "$pci" "$card" "$1"
}

faults_before=$(faults_now)
trap 'echo "$faults_before" | set_faults' EXIT
trap "exit 130" INT TERM

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
