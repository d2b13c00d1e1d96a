#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A large buffer that is scattered over system RAM plays: from as few descriptors as
# the memory allows, and from thousands where hardly two free pages lie side by side.
# vm: --mem 1G --icount
# timeout: 600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# 16 MiB of 8-byte frames, gone round in once and a bit
plays_large()
{
	oncard-play --signal counter -f S32_LE -r 192000 --buffer-size 2097152 \
		--duration 12 --faults none >/tmp/played 2>&1
	status=$?
	cat /tmp/played
	return "$status"
}

# of the playback stream's list
descriptors()
{
	sed -n 's/^stream=0 descriptors=\([0-9]*\) .*/\1/p' /sys/kernel/debug/snd-oncard/*/streams
}

# entries that became part of another one's segment
merged_entries()
{
	echo $(($(counter entries) - $(counter segments)))
}

# What the kernel keeps in reserve would stay whole; it keeps more once blocks of one
# kind have been used for another, as they are here.
echo 512 >/proc/sys/vm/min_free_kbytes
echo 0 >/proc/sys/vm/watermark_boost_factor

refuses_planar()
{
	oncard-play --access mmap-noninterleaved >/tmp/said 2>&1
	status=$?
	cat /tmp/said
	[ "$status" -eq 64 ] && grep -q "it has mmap, rw$" /tmp/said
}

ktap_plan 10
ktap_check "loads with scattered buffers" reload buffers=scattered buffer_max=16M
ktap_check "refuses streams that are not interleaved" refuses_planar
ktap_check "16 MiB, bit-exact without a page fault" plays_large
few=$(descriptors)
ktap_check "in few descriptors ($few)" test "$few" -ge 1 -a "$few" -le 16
ktap_check "what lay side by side was merged" test "$(merged_entries)" -ge 8000

ktap_check "the memory is broken up" modprobe memory-hog
ktap_check "16 MiB, bit-exact without a page fault" plays_large
many=$(descriptors)
ktap_check "in many descriptors ($many)" test "$many" -ge 1000 -a "$many" -le 4096
ktap_check "the memory is whole again" rmmod memory-hog
ktap_is "and all buffers are given back, but the lists of the card and its 8 streams" \
	"$(counter freed)" "$(($(counter allocated) - 9))"
ktap_finish
