#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# On a machine without a card the driver simulates the card's memory in RAM, used
# as if it had no pages.
# vm: --no-card --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# The card's address of a buffer of 64 KiB, while it plays.
handle_of_64k()
{
	aplay -q -M -D hw:0,0,0 -f S16_LE -c 2 -r 48000 --buffer-size=16384 \
		/dev/zero 2>/dev/null &
	player=$!
	wait_until_running $player pcm0p && mapped_buffer handle
	kill $player
	wait $player
}

ktap_plan 12
ktap_check "it says so" kernel_says "no card: simulating its memory in 4096 KiB of RAM"
ktap_check "bit-exact without a page fault" play_counter --faults none
ktap_check "loads with another size" reload size=1M
ktap_is "and has that much" "$(region size)" 1048576
ktap_check "bit-exact" play_counter
ktap_check "loads for nopage" reload mmap=nopage
ktap_is "a page per fault is no more to be had than on a card" \
	"$(exit_status play_counter)" 135
ktap_check "loads with another address on the card" reload card_addr=0xffffffffffc00000
ktap_is "and the card sees it there" "$(region device)" 0xffffffffffc00000
ktap_check "bit-exact by wide descriptors, up to the last address" play_counter
ktap_check "loads with an odd address on the card" reload card_addr=0x80001000
ktap_is "a buffer is aligned to its size as the card sees it" \
	"$(handle_of_64k)" 0x0000000080010000
ktap_finish
