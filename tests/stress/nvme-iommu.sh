#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: nvme-iommu.sh [MIB [UNBINDS [UNPLUGS [SEED]]]]
#
# The same as nvme.sh, behind an IOMMU.
# host
# archs: amd64 (what looks at the disk from outside is the VM's program)
# timeout: 600
# soak: 1024 50 20
# soak-timeout: 7200

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/nvme-host.sh"
nvme_under_load nvme-iommu-load --iommu
