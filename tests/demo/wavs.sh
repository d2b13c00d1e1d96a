#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: aplay plays every WAV that alsa-utils ships through memory on the
# card, by mmap, while arecord records what the card heard.

cd "$(dirname "$0")" || exit 1
. ./report.sh
. /tests/lib/driver.sh

recording=/tmp/recording.wav

set -- /usr/share/sounds/alsa/*.wav
plan $((2 * $# + 4))

# How long arecord must run to hear all of a mono 16-bit WAV at 48 kHz, in seconds,
# with time to spare.
seconds_to_record()
{
	echo $(($(stat -c %s "$1") / 96000 + 2))
}

play_and_record()
{
	wav=$1
	# The streams are those of the first pair: what one plays the other hears.
	arecord -q -M -D hw:0,0,0 -f S16_LE -c 1 -r 48000 \
		-d "$(seconds_to_record "$wav")" "$recording" &
	recorder=$!
	wait_until_running "$recorder" pcm0c
	aplay -q -M -D hw:0,0,0 "$wav" &
	player=$!
	[ -n "$looked" ] || look
	wait "$player"
	played=$?
	wait "$recorder"
	recorded=$?
	check "aplay -M $(basename "$wav"), arecord -M" \
		test "$played,$recorded" = 0,0
	check "  what was recorded" oncard-compare "$wav" "$recording"
}

# While the first WAV plays: where its buffer lies and how aplay reaches it.
look()
{
	looked=yes
	wait_until_running "$player" pcm0p
	probe "$player" /dev/snd/pcmC0D0p
	fact "memory on the card" "$(region phys) for the CPU, $(region device) for the card"
	fact "the buffer" "$(mapped_buffer size) bytes of $(mapped_buffer memory) memory at $(mapped_buffer handle) for the card"
	fact "aplay's mapping" "$probe_pages pages, VmFlags: $probe_flags"
	check "struct page behind the buffer (pfn_valid): none" \
		test "$probe_struct_page" = 0
	check "every page of it is in the page table" \
		test "$probe_present" = "$probe_pages"
	check "user mapping is write-combining, as the kernel's is" \
		test "$probe_write_combining,$probe_agree,$(region attribute)" = \
		"$probe_pages,$probe_pages,write-combining"
	check "the card's address of the memory is not the CPU's" \
		test "$(region phys)" != "$(region device)"
}

step "aplay -M plays through the card's memory, arecord -M records the loopback"
modprobe mapping-probe
looked=
for wav; do
	play_and_record "$wav"
done
report_finish
