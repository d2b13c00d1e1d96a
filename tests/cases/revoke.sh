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

# A client that writes may be told of a bad state instead: ALSA says so to a write that
# waits while its card is disconnected.
gone='No such device'
gone_or_disconnected='No such device|File descriptor in bad state'

# unbind_while MICROSECONDS WHAT COMMAND...: COMMAND's exit status, once it has run for so
# long and the card goes; it has to name WHAT, an extended regular expression
unbind_while()
{
	delay=$1 what=$2
	shift 2
	"$@" >/tmp/said 2>&1 &
	client=$!
	wait_until_running "$client" pcm0p || return
	usleep "$delay"
	bound "$pci" >"$pci/unbind" || return
	wait "$client"
	status=$?
	grep -qE "$what" /tmp/said || {
		cat /tmp/said
		return 1
	}
	echo "$status"
}

bind_again()
{
	echo "$card" >"$pci/bind"
}

# in_phases N STATUS WHAT COMMAND...: the same at N moments of a period, each time on the
# card that has come back
in_phases()
{
	phases=$1 expected=$2 what=$3
	shift 3
	phase=0
	: >/tmp/all-said
	while [ "$phase" -lt "$phases" ]; do
		status=$(unbind_while $((phase * 3700)) "$what" "$@")
		[ "$status" = "$expected" ] || {
			echo "phase $phase: '$status' instead of exit status $expected"
			return 1
		}
		grep -oE "$what" /tmp/said | head -n 1 >>/tmp/all-said
		bind_again || return
		phase=$((phase + 1))
	done
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

ktap_plan 21
modprobe mapping-probe || exit
rmmod snd-oncard
goes_and_returns "memory on the card" $pci
goes_and_returns "system RAM" $pci buffers=system
goes_and_returns "scattered system RAM" $pci buffers=scattered
goes_and_returns "RAM that plays the card" $platform size=4194304

modprobe snd-oncard
card=$(bound $pci)
wav=/usr/share/sounds/alsa/Noise.wav
ktap_check "aplay -M ends with an error, not by a signal, whenever the card goes" \
	in_phases 20 1 "$gone" aplay -M -D hw:0 $wav
ktap_check "so does aplay, which writes" \
	in_phases 40 1 "$gone_or_disconnected" aplay -D hw:0 $wav
ktap_diag "$(sort /tmp/all-said | uniq -c)"
ktap_check "so does oncard-play" \
	in_phases 20 69 "$gone" oncard-play --signal counter --duration 20
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
