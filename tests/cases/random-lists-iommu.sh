#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same lists behind an IOMMU.
# vm: --no-modules --iommu
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/random-lists.sh"

ktap_plan 4
random_lists "behind an IOMMU" "$@"
ktap_finish
