#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same behind an IOMMU: RAM has other addresses for the controller, which are not those of
# its memory either.
# archs: amd64 (where the processor and the bus have the same addresses)
# vm: --no-modules --no-card --iommu --nvme 16M
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/share.sh"
. "$(dirname "$0")/../lib/nvme.sh"

# From here on down the IOMMU gives addresses out: but for 16 pages, those of its memory.
crowd=0xfeff0000

ktap_plan 28
modprobe mapping-probe
ktap_check "the controller is behind an IOMMU" \
	test -e "/sys/bus/pci/devices/$(nvme_slot)/iommu_group"
nvme_works "at its BAR's place" "$(nvme_bar)"
nvme_works "far from everything" "$(printf 0x%016x $nvme_far)" "device_addr=$nvme_far"

ktap_check "where the IOMMU gives addresses out: the controller is there" \
	nvme_loads device_addr=$crowd
ktap_subtest "no address means two places" nvme-client crowded
ktap_check "the log says so" kernel_says "one address space"
ktap_check "the driver can go" rmmod nvme-cmb
ktap_check "all that was created was destroyed" no_objects_left
ktap_finish
