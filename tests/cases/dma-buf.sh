#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A buffer of a card device as a dma-buf: another device transfers by it, bit for bit, processes map
# it, and a revocation reaches all of them.
# vm: --no-modules --icount --qemu -device --qemu edu,addr=10,dma_mask=-1 --expect-warning no.buffer.of --expect-warning some.of.its.32000 --expect-warning whole.pages,.or.all --expect-warning an.access.mode
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/share.sh"

exporter=/sys/bus/pci/drivers/share-exporter

unbinds()
{
	for link in "$exporter"/*/driver; do
		basename "$(dirname "$link")" >"$exporter/unbind"
	done
	[ -z "$(find "$dma_core_debugfs" -name '*-dma')" ]
}

# revoked_by_path: with nothing but a path to its dma-buf left
revoked_by_path()
{
	modprobe share-rig
	DMA_CORE_DEVICE=$(echo "$dma_core_debugfs"/*-dma)
	export DMA_CORE_DEVICE
	ktap_subtest "nothing is left of a dma-buf but a path" share-client path
	rmmod share-rig
	ktap_check "it was destroyed" no_objects_left
}

# user_has_his_share: of the card's memory, by dma-bufs
user_has_his_share()
{
	modprobe share-rig
	echo 10 >/sys/module/dma_core/parameters/user_share
	chmod 666 /dev/share-exporter /dev/share-importer
	ktap_subtest "an ordinary user's dma-bufs count for his share" \
		as-user 1000 share-client quota
	ktap_check "and the log says whose" kernel_says "user 1000 has"
	rmmod share-rig
}

ktap_plan 22
shares card
ktap_check "whose driver was told what to do instead of a table of pages" \
	kernel_says "memory on a card has no pages; for another device, share it by dma_export_coherent()"
ktap_check "who cannot be told of a revocation was refused, with a reason" \
	kernel_says "attach by dma_buf_dynamic_attach(), with a move_notify()"
ktap_check "so was who cannot do with a card's memory" kernel_says "allow_peer2peer"
shares card lazy
shares system
shares scattered lazy
revoked_by_path
user_has_his_share

modprobe share-rig
ktap_subtest "a caller's mistakes" share-client mistakes
mkfifo /tmp/go
share-client hold </tmp/go >/tmp/held &
holder=$!
exec 5>/tmp/go
until grep -q held /tmp/held; do
	kill -0 "$holder" || exit
done
ktap_check "a process that holds a dma-buf keeps the driver" sh -c '! rmmod share-rig 2>/dev/null'
ktap_check "it unbinds" unbinds
ktap_check "and can go then" rmmod share-rig
ktap_check "but not dma-core" sh -c '! rmmod dma-core 2>/dev/null'
echo >&5
wait "$holder"
ktap_is "the process found zeros" "$(tail -n 1 /tmp/held)" zeros
ktap_check "all that was created was destroyed" no_objects_left
ktap_finish
