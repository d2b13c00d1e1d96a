#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The card's memory in a range that was kept from the kernel on its command line.
# vm: --no-modules --no-card --icount --append memmap=16M$0x18000000
# archs: amd64 (memmap= keeps a range from an x86 kernel only)
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 4
ktap_check "the driver takes the range" \
	modprobe snd-oncard phys=0x18000000 size=16M
ktap_is "all of it" "$(region phys) $(region size)" "0x0000000018000000 16777216"
ktap_check "bit-exact without a page fault" \
	oncard-play --signal counter --duration 1 --faults none
ktap_check "and lets go of it" sh -c \
	'rmmod snd-oncard && ! grep snd-oncard /proc/iomem'
ktap_finish
