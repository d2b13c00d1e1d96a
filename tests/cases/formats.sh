#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Formats, numbers of channels and accesses, at rates from end to end: what is recorded
# is what was played, bit for bit.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

formats="S16_LE S32_LE"
channels="1 2"
rates="8000 11025 22050 44100 48000 88200 96000 192000"
accesses="mmap rw"

play()
{
	oncard-play --signal counter --duration 1 --access "$1" --format "$2" \
		--channels "$3" --rate "$4"
}

ktap_plan 127
for access in $accesses; do
	for format in $formats; do
		for channel in $channels; do
			for rate in $rates; do
				ktap_check "$access, $format, $channel channels, $rate Hz: bit-exact" \
					play "$access" "$format" "$channel" "$rate"
			done
		done
	done
done
for format in U8 S16_BE S24_LE S24_BE S24_3LE S24_3BE S32_BE FLOAT_LE FLOAT_BE IEC958_SUBFRAME_LE; do
	ktap_check "mmap, $format, 3 channels, 44100 Hz: bit-exact" play mmap $format 3 44100
	ktap_check "rw, $format, 32 channels, 48000 Hz: bit-exact" play rw $format 32 48000
done
for format in U8 S16_LE S24_3LE S32_LE FLOAT_BE; do
	for channel in 1 2 7 32; do
		ktap_check "mmap-noninterleaved, $format, $channel channels, 48000 Hz: bit-exact" \
			play mmap-noninterleaved $format $channel 48000
		ktap_check "rw-noninterleaved, $format, $channel channels, 44100 Hz: bit-exact" \
			play rw-noninterleaved $format $channel 44100
	done
done
ktap_check "noise in many small periods: bit-exact" oncard-play --signal noise \
	--seed 1 --duration 2 --buffer-size 4096 --period-size 128
ktap_check "periods of two seconds: bit-exact" oncard-play --signal counter \
	--duration 5 --buffer-size 192000 --period-size 96000
ktap_check "a WAV: bit-exact" oncard-play /usr/share/sounds/alsa/Noise.wav
ktap_finish
