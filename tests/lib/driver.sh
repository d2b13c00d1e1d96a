# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the cases in the VM: loads the driver with parameters, and reads what it and
# dma-core publish.

dma_core_debugfs=/sys/kernel/debug/dma-core

# reload [PARAMETER=VALUE...]
reload()
{
	rmmod snd-oncard && modprobe snd-oncard "$@"
}

# counter NAME: of the card's device, since it was created
counter()
{
	sed -n "s/^$1=//p" "$dma_core_debugfs"/*/counters
}

# region NAME: a field of the card's region
region()
{
	sed -n "1s/.*\<$1=\([^ ]*\).*/\1/p" "$dma_core_debugfs"/*/regions
}

# kernel_says TEXT: the kernel log has a line with it
kernel_says()
{
	dmesg | grep -F -- "$1" >/dev/null || {
		dmesg | tail -n 3
		return 1
	}
}

# modules_absent: neither of ours is loaded
modules_absent()
{
	! grep -E '^(snd_oncard|dma_core) ' /proc/modules
}
