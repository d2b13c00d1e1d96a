#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each step of the driver's init and of its probe fails once, while others open whatever they
# find: no code is freed under an open file, nothing is left, and the next card plays.
# vm: --smp 2 --no-modules
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

nodes="/dev/snd/controlC0 /dev/snd/pcmC0D0p /dev/snd/pcmC0D0c /dev/oncard0"
hook=/sys/module/fail_call/parameters

# Who opened something closes it only now. Sets opened.
closes()
{
	kill "$opener" && wait "$opener" && opened=$(cat /tmp/opened)
}

# nothing_left: neither card, node nor device of the DMA API's
nothing_left()
{
	test ! -e /proc/asound/card0 && test ! -e /dev/oncard0 &&
		test -z "$(find "$dma_core_debugfs" -mindepth 1 -type d)"
}

# loads_and_plays: as if nothing had been
loads_and_plays()
{
	# shellcheck disable=SC2119 # for as long as it takes by itself
	modprobe snd-oncard && play_counter && rmmod snd-oncard
}

# fails_at PARAMETERS: with what is to fail; prints what modprobe exits with and how many
# nodes were opened meanwhile
fails_at()
{
	# shellcheck disable=SC2086 # several words each
	modprobe fail-call $1 || return
	# shellcheck disable=SC2086
	taskset 2 open-early $hook/go $nodes >/tmp/opened &
	opener=$!
	# shellcheck disable=SC2086
	taskset 1 modprobe snd-oncard $2 2>/tmp/why
	status=$?
	[ "$(cat "$hook/failed")" -ge 1 ] || {
		echo "it did not fail: nobody called that"
		return 1
	}
	nothing_left && closes || return
	rmmod fail-call || return
	! grep -q '^snd_oncard ' /proc/modules || rmmod snd-oncard || return
	loads_and_plays
}

# step PARAMETERS [MODULE-PARAMETERS] [STATUS]: and no node was seen, unless init goes on
step()
{
	status=none opened=none
	ktap_check_here "it fails at $1" fails_at "$1" "$2"
	ktap_is "  modprobe exits with ${3:-1}" "$status" "${3:-1}"
	[ "${3:-1}" = 0 ] || opened="none: $opened"
	ktap_is "  and a node was opened only if its code stays" \
		"$([ "$opened" = "none: 0" ] || [ "${3:-1}" = 0 ] && echo yes)" yes
}

# ktap_check_here: as ktap_check, in this shell
ktap_check_here()
{
	ktap_name=$1
	shift
	if "$@" >/tmp/output 2>&1; then
		ktap_ok "$ktap_name"
	else
		ktap_not_ok "$ktap_name" "$(cat /tmp/output)"
	fi
}

modprobe snd-pcm
modprobe dma-core
ktap_plan 49
step "function=__pci_register_driver"
step "function=snd_card_new" "" 0
step "function=memremap value=0" "" 0
step "function=memremap nth=2 value=0" "" 0
step "function=dma_create_card_device" "" 0
step "function=dma_declare_card_memory" "" 0
step "function=dma_negotiate_mask" "" 0
step "function=dma_alloc_attrs value=0" "" 0
step "function=snd_pcm_new" "" 0
step "function=misc_register" "" 0
step "function=snd_card_register" "" 0
step "function=snd_register_device" "" 0
step "function=snd_register_device nth=2" "" 0
step "function=snd_register_device nth=3" "" 0
step "function=__platform_driver_register" size=1M
step "function=platform_device_register_full value=-12" size=1M
ktap_check "it loads and plays" loads_and_plays
ktap_finish
