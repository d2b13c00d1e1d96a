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

# A second of silence as arecord writes it.
record_null()
{
	arecord -q -D null -t "$1" -f "$2" -c "$3" -r 48000 -d 1 /tmp/foreign.wav
}

ktap_plan 14
allocated=$(counter allocated)
record_null au MU_LAW 2
ktap_check "a sound file with mu-law" refused 65 "U-Law" oncard-play /tmp/foreign.wav
record_null wav S16_LE 33
ktap_check "a WAV with more channels than the card has" refused 65 "nearest: 32" \
	oncard-play /tmp/foreign.wav
echo "no wave" >/tmp/foreign.wav
ktap_check "a file that is no WAV" refused 65 "foreign.wav" oncard-play /tmp/foreign.wav
ktap_check "a file that is not there" refused 66 "nowhere.wav" oncard-play /tmp/nowhere.wav
ktap_check "a card that is not there" refused 69 "hw:7" oncard-play -D hw:7
ktap_check "an unknown format" refused 64 "S16_LE" oncard-play -f MU_LAW
ktap_check "a format that the card lacks" refused 64 "--format U16_LE .*nearest: S16_LE; it has U8" \
	oncard-play -f U16_LE
ktap_check "a number of channels that the card lacks" refused 64 "--channels 33 .*nearest: 32;" \
	oncard-play -c 33
ktap_check "a rate that the card lacks" refused 64 "--rate 768001 .*nearest: 768000;" \
	oncard-play -r 768001
ktap_check "a rate that the card lacks for so many channels" \
	refused 64 "--rate 48001 .*nearest: 48000;" oncard-play -f S32_LE -c 32 -r 48001
ktap_check "a buffer that the card lacks" refused 64 "--buffer-size 1073741824 .*nearest: [1-9]" \
	oncard-play --buffer-size 1073741824
ktap_check "a period that the card lacks" refused 64 "--period-size 8 .*nearest: 16;" \
	oncard-play --period-size 8
ktap_is "none of them took a buffer" "$(counter allocated)" "$allocated"
ktap_check "the nearest is taken" oncard-play --period-size 16 --duration 0.1
ktap_finish
