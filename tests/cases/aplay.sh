#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What people have: aplay and arecord of alsa-utils, in real time.
. "$(dirname "$0")/../lib/ktap.sh"

wav=/usr/share/sounds/alsa/Front_Center.wav

ktap_plan 7
ktap_check "aplay -M plays to the end" aplay -q -M -D hw:0 "$wav"
ktap_check "aplay plays by write()" aplay -q -D hw:0 "$wav"
ktap_check "plughw converts what the card lacks" \
	aplay -q -M -D plughw:0 -f U8 -r 22050 -c 2 -d 1 /dev/zero
ktap_check "arecord -M records" \
	arecord -q -M -D hw:0 -f S32_LE -c 2 -r 96000 -d 1 /tmp/recording.wav
ktap_subtest "without period wakeups" drain-unwoken
ktap_check "the smallest client plays" oncard-min
ktap_is "four substreams play at once" "$(
	for substream in 0 1 2 3; do
		aplay -q -M -D hw:0,0,$substream "$wav" && echo played &
	done
	wait
)" "$(printf 'played\nplayed\nplayed\nplayed')"
ktap_finish
