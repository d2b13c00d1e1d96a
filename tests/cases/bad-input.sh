#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What users get wrong with the player: a message that names it, and a status.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# refused STATUS TEXT COMMAND...
refused()
{
	status=$1
	text=$2
	shift 2
	"$@" >/tmp/said 2>&1
	got=$?
	cat /tmp/said
	[ "$got" -eq "$status" ] && grep -q -- "$text" /tmp/said
}

# A second of silence as arecord writes it, in a format that the card lacks.
record_null()
{
	arecord -q -D null -f "$1" -c "$2" -r 48000 -d 1 /tmp/foreign.wav
}

ktap_plan 9
allocated=$(counter allocated)
record_null S24_3LE 2
ktap_check "a 24-bit WAV" refused 65 "S16" oncard-play /tmp/foreign.wav
record_null U8 1
ktap_check "an 8-bit WAV" refused 65 "S16" oncard-play /tmp/foreign.wav
record_null S16_LE 6
ktap_check "a WAV with six channels" refused 65 "channels" oncard-play /tmp/foreign.wav
echo "no wave" >/tmp/foreign.wav
ktap_check "a file that is no WAV" refused 65 "foreign.wav" oncard-play /tmp/foreign.wav
ktap_check "a file that is not there" refused 66 "nowhere.wav" oncard-play /tmp/nowhere.wav
ktap_check "a card that is not there" refused 69 "hw:7" oncard-play -D hw:7
ktap_check "an unknown format" refused 64 "S16_LE" oncard-play -f FLOAT_LE
ktap_check "a rate that the card lacks" refused 64 "192000" oncard-play -r 384000
ktap_is "none of them took a buffer" "$(counter allocated)" "$allocated"
ktap_finish
