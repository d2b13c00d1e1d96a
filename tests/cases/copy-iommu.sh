#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same as copy.sh behind an IOMMU, where the card's addresses of user memory are
# not physical ones, and many pages may be one DMA segment.
# vm: --iommu
# timeout: 600
if [ ! -e "$(echo /sys/bus/pci/drivers/snd-oncard/0*/iommu_group)" ]; then
	echo "copy-iommu: the card is not behind an IOMMU"
	exit 1
fi
. "$(dirname "$0")/copy.sh"
