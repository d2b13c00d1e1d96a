#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The controls of the loopback: what a capture is told of the playback that it hears, and
# the pace of a pair's clock.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

# As a user types it.
set_by_amixer()
{
	amixer -q -c oncard cset "iface=PCM,name='PCM Rate Shift 100000',subdevice=3" 101000 &&
		amixer -c oncard cget "iface=PCM,name='PCM Rate Shift 100000',subdevice=3" | grep -x '  : values=101000'
}

# what the driver says of a card that is ahead of its clock, or behind
complaints()
{
	dmesg | grep -c 'snd-oncard.*\(ahead of time\|stands still\|more interrupts\)'
}

ktap_plan 3
ktap_subtest "rows" loopback-rows
ktap_check "amixer sets the pace of one pair" set_by_amixer
ktap_is "a card whose clock is shifted is not taken for one that lies" "$(complaints)" 0
ktap_finish
