#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# One cache attribute for the kernel's and the user's view of a page. Where x86 has a
# page attribute table, the kernel puts right what a driver asks for; without it, it
# does not, and what the driver asks for is what the page table has: uncached, which
# is what the kernel's own mapping of card memory then is.
# vm: --append nopat
# archs: amd64 (the page attribute table is x86's)
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

look_while_playing()
{
	aplay -q -M -D hw:0,0,0 /usr/share/sounds/alsa/Front_Center.wav &
	player=$!
	wait_until_running $player pcm0p && probe $player /dev/snd/pcmC0D0p || return
	wait $player
}

ktap_plan 4
ktap_check "the witness loads" modprobe mapping-probe
look_while_playing
ktap_is "it saw the mapping of a playing aplay, which played on" $? 0
ktap_is "no page of it is cached" \
	"$(grep -c type=uncached-minus /tmp/probe)" "$probe_pages"
ktap_is "nor is any for the kernel" "$probe_agree" "$probe_pages"
ktap_finish
