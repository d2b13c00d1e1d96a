#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every call of the DMA API, made for a card device.
# vm: --no-modules
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 7
ktap_check "a driver that makes every call loads" modprobe dma-calls
ktap_subtest "the calls" cat /sys/kernel/debug/dma-calls/calls
ktap_check "what could not be served is in the log, with the figures" \
	kernel_says "no 8192 bytes of card memory in a row: 1048576 of 2097152 bytes free in 1 region, 4096 in the longest row, 0 beyond the mask"
ktap_check "and memory beyond the mask, too" \
	kernel_says "no 4096 bytes of card memory in a row: 0 of 0 bytes free in 0 regions, 0 in the longest row, 2097152 beyond the mask"
ktap_check "and what fails for its alignment alone" \
	kernel_says "1572864 bytes begin at a multiple of 2097152, as dma_alloc_coherent() promises, and the largest free block that does so has 1048576"
ktap_check "and what has no pages, with what to do instead" \
	kernel_says "memory on a card has no pages; for another device, share it by dma_export_coherent()"
ktap_check "it unloads" rmmod dma-calls
ktap_finish
