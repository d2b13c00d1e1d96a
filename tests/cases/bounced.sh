#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Where all DMA goes through bounce buffers, memory that the card reads while it is
# written to has to be where it does not: a copy would be stale.
# vm: --append swiotlb=force
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# refused WHAT COMMAND...: fails, and says so
refused()
{
	what=$1
	shift
	"$@" >/tmp/said 2>&1 || refused=y
	[ -n "${refused-}" ] && grep -qF "$what" /tmp/said && return
	cat /tmp/said
	return 1
}

ktap_plan 7
ktap_check "a buffer on the card plays" play_counter
ktap_check "loads with buffers in system RAM" reload buffers=system
ktap_check "one in one piece plays" play_counter
ktap_check "loads with scattered buffers" reload buffers=scattered
ktap_check "there is none" refused "Cannot allocate memory" play_counter
ktap_check "and it is said why" kernel_says "would go through bounce buffers"
ktap_check "unloads" rmmod snd-oncard dma-core
ktap_finish
