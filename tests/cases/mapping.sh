#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A client's mapping of card memory, seen by a witness that reads the page tables,
# and tried in every way a client may try.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

wav=/usr/share/sounds/alsa/Front_Center.wav
node=/dev/snd/pcmC0D0p
witness=/sys/kernel/debug/mapping-probe
answer=/tmp/answer
pat=/sys/kernel/debug/x86/pat_memtype_list

# While aplay plays, ask the witness about its mapping of the PCM's node.
ask_while_playing()
{
	aplay -q -M -D hw:0,0,0 "$wav" &
	player=$!
	until grep -q RUNNING /proc/asound/card0/pcm0p/sub0/status; do
		kill -0 "$player" || return 1
	done
	address=$(sed -n "s#^\([0-9a-f]*\)-.* $node\$#\1#p" "/proc/$player/maps" |
		head -n 1)
	echo "$player $address" >$witness/query && cat $witness/answer >$answer
	buffer=$(sed -n 's/.*handle=\([^ ]*\) .*mappings=1 .*/\1/p' \
		"$dma_core_debugfs"/*/buffers)
	users_while_mapped=$(cat /sys/module/dma_core/refcnt)
	wait "$player"
}

figure()
{
	sed -n "1s/.* $1=\([0-9]*\).*/\1/p" $answer
}

# The page frames in the page table, against what the region's translation says.
pages_expected()
{
	first=$((($(region phys) + buffer - $(region device)) / 4096))
	n=0
	while [ $n -lt "$(figure pages)" ]; do
		printf 'page=%d pfn=%#x\n' $n $((first + n))
		n=$((n + 1))
	done
}

kernel_attributes()
{
	sed -n "s/^PAT: \[mem $(printf '0x%016x' "$(region phys)")-.*\] //p" $pat |
		sort -u
}

ktap_plan 11
ktap_check "the witness loads" modprobe mapping-probe
ask_while_playing
ktap_is "it saw the mapping of a playing aplay, which played on" $? 0
ktap_check "the buffer has pages" test "$(figure pages)" -gt 0
ktap_is "every page is in the page table" "$(figure present)" "$(figure pages)"
ktap_is "no struct page stands behind any" "$(figure struct_page)" 0
ktap_is "page n of the mapping is page n of the buffer" \
	"$(sed -n 's/ struct_page=.*//;/^page=/p' $answer)" "$(pages_expected)"
ktap_is "the user's mapping is write-combining" \
	"$(figure write-combining)" "$(figure pages)"
ktap_is "the kernel's mapping is write-combining, and only that" \
	"$(kernel_attributes)" write-combining
ktap_is "the mapping pins dma-core beside the driver" "$users_while_mapped" 2
ktap_subtest "a client's attempts" pcm-mapping hw:0,0,3
ktap_is "every mapping made is gone" "$(counter mapped)" "$(counter unmapped)"
ktap_finish
