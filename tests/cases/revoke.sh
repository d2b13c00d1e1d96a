#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The card goes while streams run, mapped, and comes back: no address reaches it any
# more, nobody is killed, nothing is left over. Wherever buffers lie.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

objects=$dma_core_debugfs/objects
pci=/sys/bus/pci/drivers/snd-oncard
platform=/sys/bus/platform/drivers/snd-oncard

# bound DRIVER: the device that the driver has
bound()
{
	for link in "$1"/*/driver; do
		basename "$(dirname "$link")"
	done
}

# all_paired_up: what dma-core made for cards that are gone is gone, too
all_paired_up()
{
	rmmod snd-oncard || return
	sed 's/created=//; s/destroyed=//' "$objects" | while read -r kind made gone; do
		[ "$made" = "$gone" ] || {
			echo "$kind: $made created, $gone destroyed"
			exit 1
		}
	done && ! grep . "$dma_core_debugfs/revoked"
}

# goes_and_returns NAME DRIVER [PARAMETER...]
goes_and_returns()
{
	name=$1 driver=$2
	shift 2
	modprobe snd-oncard "$@" || exit
	ktap_subtest "$name" revoked-client "$driver" "$(bound "$driver")"
	ktap_check "$name: all that was created was destroyed" all_paired_up
}

# unbind_while WHAT COMMAND...: its exit status once it runs and the card goes
unbind_while()
{
	"$@" >/tmp/said 2>&1 &
	client=$!
	wait_until_running $client pcm0p || return
	bound $pci >$pci/unbind || return
	wait $client
	status=$?
	grep -q 'No such device' /tmp/said || {
		cat /tmp/said
		return 1
	}
	echo "$status"
}

bind_again()
{
	echo "$card" >"$pci/bind"
}

# ALSA has 32 cards.
comes_often()
{
	n=0
	while [ "$n" -lt 40 ]; do
		bound "$pci" >"$pci/unbind" && bind_again || return
		n=$((n + 1))
	done
}

ktap_plan 24
rmmod snd-oncard
goes_and_returns "memory on the card" $pci
goes_and_returns "system RAM" $pci buffers=system
goes_and_returns "scattered system RAM" $pci buffers=scattered
goes_and_returns "RAM that plays the card" $platform size=4194304

modprobe snd-oncard
card=$(bound $pci)
wav=/usr/share/sounds/alsa/Noise.wav
ktap_is "aplay -M ends with an error, not by a signal" "$(unbind_while aplay -M -D hw:0 $wav)" 1
ktap_check "the card comes back" bind_again
ktap_is "so does aplay, which writes" "$(unbind_while aplay -D hw:0 $wav)" 1
ktap_check "the card comes back" bind_again
ktap_is "so does oncard-play" "$(unbind_while oncard-play --signal counter --duration 20)" 69
ktap_check "the card comes back" bind_again
ktap_check "and plays bit-exactly" play_counter

ktap_check "it goes and comes more often than there are cards" comes_often
ktap_is "and leaves nothing for the next in debugfs" "$(dmesg | grep "already present")" ""

sleep 100 >/dev/null 3>/dev/snd/pcmC0D0p &
holder=$!
until [ -e /proc/$holder/fd/3 ]; do :; done
bound $pci >$pci/unbind
ktap_check "an open file keeps the module" sh -c '! rmmod snd-oncard 2>/dev/null'
ktap_check "while the card comes back" bind_again
ktap_check "and plays" play_counter
kill $holder
wait $holder 2>/dev/null
ktap_check "closed, it does not, and nothing is left" all_paired_up

ktap_check "the lab's node loads" modprobe lifetime-node
ktap_subtest "a buffer that is mapped thousands of times" revoke-many
ktap_check "the node unloads" rmmod lifetime-node
ktap_finish
