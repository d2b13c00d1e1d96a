#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same behind an IOMMU: the other device has addresses of its own of a card's memory.
# vm: --no-modules --icount --iommu --qemu -device --qemu edu,addr=10,dma_mask=-1
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/share.sh"

ktap_plan 9
modprobe share-rig
ktap_check "the other device is behind an IOMMU" \
	sh -c 'test -e /sys/bus/pci/drivers/share-importer/0*/iommu_group'
rmmod share-rig
shares card
shares card lazy
shares system
shares scattered
ktap_finish
