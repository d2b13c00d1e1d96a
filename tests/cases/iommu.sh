#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Behind an IOMMU, a buffer in system RAM has a bus address that is no physical
# one, and may be scattered: the card and the client still see the same bytes.
# vm: --iommu --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 12
ktap_check "the card is behind an IOMMU" \
	test -e /sys/bus/pci/drivers/snd-oncard/0*/iommu_group
ktap_check "coherent, card: bit-exact without a page fault" play_counter --faults none
ktap_check "reloads for coherent, system" reload buffers=system
ktap_check "coherent, system: bit-exact without a page fault" play_counter --faults none
ktap_check "reloads for nopage, system" reload mmap=nopage buffers=system
ktap_check "nopage, system: bit-exact with one page fault per page" \
	play_counter --faults per-page
ktap_check "reloads for coherent, scattered" reload buffers=scattered buffer_max=16M
ktap_check "scattered: 8 MiB, bit-exact without a page fault" \
	play_counter -f S32_LE -r 192000 --buffer-size 1048576 --faults none
ktap_is "the IOMMU makes one piece of it" \
	"$(sed -n 's/^stream=0 \(descriptors=[0-9]*\) .*/\1/p' /sys/kernel/debug/snd-oncard/*/streams)" \
	"descriptors=1"
rmmod snd-oncard
ktap_check "a driver that makes every call loads" modprobe dma-calls
ktap_subtest "every call of the DMA API, translated" \
	cat /sys/kernel/debug/dma-calls/calls
ktap_check "it unloads" rmmod dma-calls
ktap_finish
