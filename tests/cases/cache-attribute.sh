#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The cache attribute that is shown is the one in force: who has a page of the BAR mapped
# uncached before the driver binds makes all of it so, for everybody.
# archs: amd64 (x86 gives a page one attribute, the first one; arm64 gives what is asked for)
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

advice="end it and bind again"

# bar: the physical address of the card's memory
bar()
{
	sed -n '3s/ .*//p' "/sys/bus/pci/devices/$card/resource"
}

# attributes_of_mapping: kernel's and user's, while a client plays
attributes_of_mapping()
{
	aplay -q -M -D hw:0,0,0 /usr/share/sounds/alsa/Front_Center.wav &
	player=$!
	wait_until_running "$player" pcm0p &&
		sed -n '1s/.* kernel=\([^ ]*\) user=/\1 /p' $dma_core_debugfs/*/mappings
	wait "$player"
}

ktap_plan 9
card=$(basename "$(readlink -f /sys/class/sound/card0/device)")
ktap_is "alone, the card's memory is write-combining" "$(region attribute)" write-combining
ktap_is "for both" "$(attributes_of_mapping)" "write-combining write-combining"
rmmod snd-oncard
ktap_check "another driver has a page of it mapped" modprobe earlier-mapping address="$(bar)"
dmesg -c >/dev/null
ktap_check "the driver loads" modprobe snd-oncard
ktap_is "and shows what its mapping is" "$(region attribute)" uncached
ktap_is "for both" "$(attributes_of_mapping)" "uncached uncached"
ktap_check "and says what to do about it" kernel_says "$advice"
dmesg -c >/dev/null
rmmod snd-oncard earlier-mapping && modprobe snd-oncard
ktap_is "that done, it is write-combining again" "$(region attribute)" write-combining
ktap_is "and nothing is said" "$(dmesg | grep -c "$advice")" 0
ktap_finish
