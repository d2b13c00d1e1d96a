#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A client's mapping of card memory, seen by a witness that reads the page tables,
# and tried in every way a client may try.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# While aplay plays, ask the witness about its mapping of the PCM's node; it ends
# when all was seen, which takes its time on a slow machine.
look_while_playing()
{
	aplay -q -M -D hw:0,0,0 -f cd -d 300 /dev/zero &
	player=$!
	wait_until_running $player pcm0p && probe $player /dev/snd/pcmC0D0p || return
	handle=$(mapped_buffer handle)
	attributes=$(grep -o 'kernel=.* user=.*' $dma_core_debugfs/*/mappings)
	users_while_mapped=$(cat /sys/module/dma_core/refcnt)
	wait_until_running $player pcm0p
	played_on=$?
	kill $player
	wait $player
	return $played_on
}

# The page frames in the page table, by what the region's translation says.
expected_frames()
{
	first=$((($(region phys) + handle - $(region device)) / $(page_size)))
	n=0
	while [ $n -lt "$probe_pages" ]; do
		printf 'page=%d pfn=%#x\n' $n $((first + n))
		n=$((n + 1))
	done
}

# What others than root get to see: the modules' words in the log, and ALSA's files.
shown_to_everybody()
{
	dmesg | grep -e 'snd[-_]oncard' -e 'dma[-_]core'
	find /proc/asound/ -type f -exec cat {} +
	cat /sys/module/snd_oncard/parameters/*
}

# addresses_in_sight: of the kernel's own, and of the card's memory
addresses_in_sight()
{
	card=$(region phys | sed 's/^0x0*//')
	shown_to_everybody | grep -i -E -e 'ffff[89a-f][0-9a-f]{11}' -e "$card"
}

ktap_plan 15
ktap_check "the witness loads" modprobe mapping-probe
look_while_playing
ktap_is "it saw the mapping of a playing aplay, which played on" $? 0
ktap_check "the buffer has pages" test "$probe_pages" -gt 0
ktap_is "every page is in the page table" "$probe_present" "$probe_pages"
ktap_is "no struct page stands behind any" "$probe_struct_page" 0
ktap_is "page n of the mapping is page n of the buffer" \
	"$(probed_frames)" "$(expected_frames)"
ktap_is "the user's mapping is write-combining" \
	"$probe_write_combining" "$probe_pages"
ktap_is "the kernel's mappings are write-combining, and only that" \
	"$(probed kernel)" write-combining
ktap_is "what maps all RAM maps none of it" "$(probed linear)" none
ktap_is "dma-core says so of both mappings" "$attributes" \
	"kernel=write-combining user=write-combining"
ktap_is "the mapping pins dma-core beside the driver" "$users_while_mapped" 2
ktap_subtest "a client's attempts" pcm-mapping hw:0,0,3
ktap_is "what shows addresses is for root alone" \
	"$(find $dma_core_debugfs -type f ! -perm 400)" ""
ktap_is "nothing else shows any" "$(addresses_in_sight)" ""
ktap_is "every mapping made is gone" "$(counter mapped)" "$(counter unmapped)"
ktap_finish
