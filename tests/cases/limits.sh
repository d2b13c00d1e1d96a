#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the card takes and what it refuses; and what all of its streams at their most
# expensive leave to others. Time counts instructions, a nanosecond each.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# The longest time that the card has kept interrupts off since the driver was loaded.
longest()
{
	sed -n 's/^longest_ns=//p' /sys/kernel/debug/snd-oncard/*/card
}

ktap_plan 6
ktap_subtest "formats, channels, rates and periods" pcm-formats
ktap_check "the driver is loaded anew" reload
ktap_subtest "eight streams" expensive-streams
longest=$(longest)
ktap_diag "interrupts were off for $longest ns at most"
ktap_check "interrupts are off for 100 us at most" test "$longest" -gt 0 -a "$longest" -le 100000
ktap_check "larger buffers for who asks" reload buffer_max=16M
ktap_check "16 MiB of card memory" oncard-play -f S32_LE -r 192000 --no-capture \
	--buffer-size 2097152 --duration 0.1
ktap_finish
