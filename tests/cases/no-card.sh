#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# On a machine without a card the driver simulates the card's memory in RAM, used
# as if it had no pages.
# vm: --no-card --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 10
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
ktap_finish
