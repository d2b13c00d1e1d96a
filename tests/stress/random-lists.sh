#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: random-lists.sh [LISTS [SEED]]
#
# LISTS scatterlists for each of the three directions, drawn at random from SEED: mapped where
# they are and bounced, with an IOMMU and without. Each byte that the plain parent delivers, the
# card device delivers, and each bounce slot comes back.
# host
# timeout: 600
# soak: 33334
# soak-timeout: 7200

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

lists=${1:-300}
seed=${2:-$SRANDOM}
if [[ ! $lists =~ ^[1-9][0-9]{0,8}$ || ! $seed =~ ^[0-9]{1,10}$ ]]; then
	echo "random-lists.sh: '$lists' lists of seed '$seed'; allowed: two numbers, the first from 1 on" >&2
	exit 2
fi

# mode CASE VM-OPTION...: that case with other lists, in a VM that is so
mode()
{
	local name=$1

	shift
	"$top/tests/vm/run" --no-modules --timeout "${ONCARD_TIMEOUT:-7200}" \
		--state "$top/build/vm/many-lists" "$@" \
		-- sh "/tests/cases/$name.sh" "lists=$lists" "seed=$seed"
}

ktap_plan 4
ktap_diag "$lists lists for each direction, seed $seed"
ktap_subtest "mapped where they are" mode random-lists
ktap_subtest "behind an IOMMU" mode random-lists-iommu --iommu
ktap_subtest "bounced" mode random-lists-bounced --append swiotlb=force
ktap_subtest "bounced behind an IOMMU" mode random-lists-bounced --iommu --append swiotlb=force
ktap_finish
