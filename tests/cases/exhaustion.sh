#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Card memory that does not suffice: -ENOMEM with the figures in the log, never
# system RAM in its place.
# vm: --no-card
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# More than is left beside the first stream's buffer and the page of lists.
greedy()
{
	oncard-play -D "hw:0,0,$1" --no-capture --buffer-size 16384 --duration 1
}

# While one stream holds 64 of 128 KiB, a second asks for as much.
second_beside_first()
{
	aplay -q -M -D hw:0,0,0 -f S16_LE -c 2 -r 48000 --buffer-size=16384 \
		/dev/zero 2>/dev/null &
	first=$!
	wait_until_running $first pcm0p || return
	greedy 1 2>/tmp/second
	second=$?
	buffers_meanwhile=$(grep -c memory=system "$dma_core_debugfs"/*/buffers)
	kill $first
	wait $first
	return $second
}

# owner_alloc FALLBACK: a driver with half of the memory that its buffer needs
owner_alloc()
{
	modprobe buffer-owner pages=4 fallback="$1" && echo alloc >/dev/buffer-owner
}

# owner_figure NAME
owner_figure()
{
	sed -n "s/^$1=//p" "$dma_core_debugfs/buffer-owner-dma/counters"
}

ktap_plan 12
ktap_check "loads with 128 KiB" reload size=128K
second_beside_first
ktap_is "a second large buffer is refused" $? 69
ktap_check "with ENOMEM" grep -q "Cannot allocate memory" /tmp/second
ktap_check "and the figures in the log" \
	kernel_says "no 65536 bytes of card memory in a row: 61440 of 131072 bytes free"
ktap_is "it is counted" "$(counter exhausted)" 1
ktap_is "nothing came from system RAM instead" \
	"$buffers_meanwhile $(counter fallen_back)" "0 0"
ktap_check "alone, it is served" greedy 1

ktap_is "an owner that allows no system RAM is refused" \
	"$(owner_alloc 0 2>/dev/null; echo $?)" 1
rmmod buffer-owner
ktap_check "an owner that allows system RAM is served" owner_alloc 1
ktap_is "by system RAM, and it is counted" \
	"$(owner_figure exhausted) $(owner_figure fallen_back)" "1 1"
ktap_is "and it is shown where the buffer lies" \
	"$(sed 's/ .*//' "$dma_core_debugfs/buffer-owner-dma/buffers")" memory=system
ktap_check "and it is given back" rmmod buffer-owner
ktap_finish
