#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A caller's mistakes: a warning once, an errno each time, and nothing changed.
# vm: --no-modules --expect-warning are.system.RAM --expect-warning destroyed.already --expect-warning unknown.flags --expect-warning must.be.multiples.of --expect-warning pass.the.end.of.the.address.space --expect-warning are.declared.already --expect-warning is.no.DMA.mask --expect-warning freeing.what.was.not.allocated --expect-warning no.buffer.of --expect-warning no.buffer.has.0.bytes --expect-warning streaming.mapping.of --expect-warning of.which.a.part.is.card.memory --expect-warning has.a.card.device.already --expect-warning is.a.card.device.itself --expect-warning not.a.device.made.by
# vm debug: --expect-warning DMA-API:.*different.size
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 5
ktap_check "a driver that makes mistakes loads" modprobe dma-calls
ktap_subtest "mistakes" cat /sys/kernel/debug/dma-calls/mistakes
ktap_check "each time, the log names what was wrong" \
	kernel_says "0000:01:00.0: card memory: 0 bytes at"
ktap_check "and what is allowed" kernel_says \
	"addresses and size must be multiples of $(page_size), and the size above 0"
ktap_check "it unloads" rmmod dma-calls
ktap_finish
