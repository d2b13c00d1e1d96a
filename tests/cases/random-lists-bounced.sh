#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same lists through bounce buffers: all of them come back.
# vm: --no-modules --append swiotlb=force
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/random-lists.sh"

# slots of the machine's bounce buffers that are in use
slots_used()
{
	cat /sys/kernel/debug/swiotlb/io_tlb_used
}

# (others may have some at this moment)
slots_come_back()
{
	tries=1000
	until [ "$(slots_used)" -le "$1" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "$(slots_used) slots in use, $1 before"
			return 1
		}
	done
}

used=$(slots_used)
ktap_plan 5
random_lists "bounced" "$@"
ktap_check "and every slot is given back" slots_come_back "$used"
ktap_finish
