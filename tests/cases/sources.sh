#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a capture hears: any playback, the sum of all, a tone or silence; by the control that
# each has.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

# As a user types it: the capture of one pair hears the playback of another.
across()
{
	amixer -q -c oncard sset "'Input Source',0" "Playback 2" &&
		oncard-play -D hw:oncard,0,2 --capture-device hw:oncard,0,0 --duration 0.3
	heard=$?
	amixer -q -c oncard sset "'Input Source',0" "Playback 0"
	return "$heard"
}

# the loudest sample of a second that is recorded
loudest()
{
	amixer -q -c oncard sset "'Input Source',3" "$1" &&
		arecord -q -D hw:oncard,0,3 -f S16_LE -r 48000 -d 1 -t raw |
		od -An -v -t d2 -w2 |
			awk '$1 > most { most = $1 } END { print NR, most + 0 }'
}

# what the driver says of a card that is ahead of its clock, or behind
complaints()
{
	dmesg | grep -c 'snd-oncard.*\(ahead of time\|stands still\|more interrupts\)'
}

ktap_plan 5
ktap_subtest "rows" source-rows
ktap_check "amixer sets a source, and oncard-play finds what was played bit for bit" across
ktap_is "arecord hears a tone at half of full scale" "$(loudest Tone)" "48000 16383"
ktap_is "and silence" "$(loudest Silence)" "48000 0"
ktap_is "a card whose sources change is not taken for one that lies" "$(complaints)" 0
ktap_finish
