#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The table of masks: RAM of three sizes, with an IOMMU and without, cards and DMA
# engines of six widths. A VM for each of the six rows; the cells are in
# tests/lib/mask-cells.sh. QEMU's edu, a DMA engine that is not ours, says when an
# address has more bits than it has.
# host
# kernels: stock (its VMs count instructions; an instrumented kernel needs too many)
# timeout: 2400
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..

blocks=10000
state=$top/build/vm/mask-table

# engines: QEMU's options for an edu of each width, in the order of their slots
engines()
{
	slot=0
	for width in 24 28 32 36 40 64; do
		echo "-device edu,addr=1$slot,dma_mask=$((width == 64 ? -1 : (1 << width) - 1))"
		slot=$((slot + 1))
	done
}

# vm OPTION... -- COMMAND...: its output is in $state.log, too
vm()
{
	{
		"$top/tests/vm/run" --icount --no-modules --state "$state" --timeout 600 \
			--qemu "-d guest_errors $(engines | tr '\n' ' ')" "$@" 2>&1
		echo $? >"$state.status"
	} | tee "$state.log"
	return "$(cat "$state.status")"
}

# clamped: how many addresses an edu had to cut off, in the last VM
clamped()
{
	cat "$state.log" "$state/qemu.log" | grep -c "EDU: clamping DMA"
}

# row MEMORY iommu|none
row()
{
	option=
	[ "$2" = none ] || option=--iommu
	ktap_subtest "$1 of RAM, IOMMU: $2" \
		vm --mem "$1" $option -- sh /tests/lib/mask-cells.sh "$2" $blocks
	ktap_is "it ran, and QEMU had to cut off no address" \
		"$(cat "$state.status") $(clamped)" "0 0"
}

# As drivers do that set 64 bits and do not ask. Copies to the engine only: what
# comes back would go to somebody else's memory.
# shellcheck disable=SC2016 # for the VM's shell
without_negotiation='modprobe edu-referee negotiate=0 bits=24,28,32,36,40,64 &&
	echo 100 >/sys/kernel/debug/edu-referee/run && rmmod edu-referee'

mkdir -p "$top/build/vm"
ktap_plan 14
for memory in 512M 3G 6G; do
	for iommu in none iommu; do
		row $memory $iommu
	done
done
ktap_check "the engines work without negotiation" \
	vm --mem 6G -- sh -c "$without_negotiation"
ktap_check "and QEMU had to cut off addresses: the referee is awake" \
	test "$(clamped)" -gt 0
ktap_finish
