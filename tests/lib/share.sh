# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # dma_core_debugfs is driver.sh's
#
# For cases in the VM: a card shares buffers with a DMA engine that is not ours, by
# dma-bufs. Needs share-rig, and QEMU's edu.

# no_objects_left: what dma-core made, it has destroyed
no_objects_left()
{
	sed 's/created=//; s/destroyed=//' "$dma_core_debugfs/objects" |
		while read -r kind made gone; do
			[ "$made" = "$gone" ] || {
				echo "$kind: $made created, $gone destroyed"
				exit 1
			}
		done
}

# shares MEMORY [lazy]: two results
shares()
{
	modprobe share-rig "memory=$1"
	DMA_CORE_DEVICE=$(echo "$dma_core_debugfs"/*-dma)
	export DMA_CORE_DEVICE
	ktap_subtest "memory=$*" share-client "$@"
	rmmod share-rig
	ktap_check "memory=$*: all that was created was destroyed" no_objects_left
}
