#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of alsa-utils, as their users type them: the card has the names that other
# cards have, several clients at a time, and a mixer whose settings can be stored.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# constant SAMPLE FILE: 4 MiB of S16_LE, each sample SAMPLE
constant()
{
	# shellcheck disable=SC2059 # the format is what is wanted
	printf "$(printf '\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8)))" >"$2"
	for _ in $(seq 21); do
		cat "$2" "$2" >/tmp/twice && mv /tmp/twice "$2"
	done
}

# has SAMPLE FILE: bytes of S16_LE, some of them SAMPLE
has()
{
	od -An -v -t d2 -w2 "$2" | grep -q -x " *$1"
}

stream()
{
	aplay -q -t raw -f S16_LE -c 2 -r 48000 "$@"
}

record()
{
	arecord -q -t raw -f S16_LE -c 2 -r 48000 "$@"
}

# Two clients that play to the default device are heard at the same time.
mixed()
{
	stream -D default /tmp/1000 &
	one=$!
	stream -D default /tmp/2000 &
	two=$!
	wait_until_running "$one" pcm0p
	record -D hw:0,0,0 -s 48000 /tmp/mixed
	kill "$one" "$two"
	wait "$one" "$two"
	has 3000 /tmp/mixed
}

# Two clients record what one plays.
shared()
{
	stream -D hw:0,0,0 /tmp/1000 &
	player=$!
	wait_until_running "$player" pcm0p
	record -D default -s 24000 /tmp/one &
	one=$!
	record -D default -s 24000 /tmp/two
	wait "$one"
	kill "$player"
	wait "$player"
	has 1000 /tmp/one && has 1000 /tmp/two
}

# What one pair plays, alsaloop plays on another, whose clock it may shift.
looped()
{
	stream -D hw:0,0,0 /tmp/1000 &
	player=$!
	alsaloop -C hw:0,0,0 -P hw:0,0,1 -f S16_LE -c 2 -r 48000 -t 40000 -S playshift -v >/tmp/loop 2>&1 &
	loop=$!
	wait_until_running "$loop" pcm0p 1
	record -D hw:0,0,1 -s 48000 /tmp/looped
	kill "$loop" "$player"
	wait "$loop" "$player"
	grep 'sync type: PLAYRATESHIFT' /tmp/loop && has 1000 /tmp/looped
}

settings()
{
	amixer contents | sed -n 's/^  : values=//p'
}

stored()
{
	amixer -q set PCM,1 10 && amixer -q set Capture,2 nocap &&
		before=$(settings) && alsactl -f /tmp/state store &&
		amixer -q set PCM,1 100% && amixer -q set Capture,2 cap &&
		[ "$(settings)" != "$before" ] &&
		alsactl -f /tmp/state restore && [ "$(settings)" = "$before" ]
}

# Controls while a stream has more channels than there are maps for.
listed_with_16_channels()
{
	aplay -q -D hw:0,0,0 -t raw -f S16_LE -c 16 -r 48000 /dev/zero &
	player=$!
	wait_until_running "$player" pcm0p
	amixer contents >/tmp/contents
	listed=$?
	kill "$player"
	wait "$player"
	[ "$listed" = 0 ] && [ "$(grep -c '^  : values=' /tmp/contents)" = 48 ]
}

constant 1000 /tmp/1000
constant 2000 /tmp/2000
wav=/usr/share/sounds/alsa/Noise.wav

ktap_plan 13
ktap_check "aplay -D front:CARD=oncard" aplay -q -D front:CARD=oncard \
	-t raw -f S16_LE -c 2 -r 48000 -s 48000 /tmp/1000
ktap_check "aplay, to the default device" aplay -q "$wav"
ktap_check "arecord, from the default device" arecord -q -d 1 -f cd /tmp/recorded
for device in surround40:4 surround51:6 surround71:8; do
	ktap_check "speaker-test -D ${device%:*} -c ${device#*:}" speaker-test \
		-D "${device%:*}" -c "${device#*:}" -t sine -l 1
done
ktap_check "two clients on a dmix are mixed" mixed
ktap_check "two clients on a dsnoop record the same" shared
ktap_check "alsaloop, from a pair to another" looped
ktap_check "axfer" axfer transfer playback -D hw:oncard "$wav"
ktap_check "alsabat hears the tone that it plays" alsabat -D hw:0,0,0 -n 2s
ktap_check "amixer lists the controls, whatever runs" listed_with_16_channels
ktap_check "alsactl stores and restores the mixer" stored
ktap_finish
