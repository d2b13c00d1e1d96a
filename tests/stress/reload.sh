#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: reload.sh [TIMES]
#
# Both modules are unloaded and loaded again while clients want to use the card: once
# it is unbound, they have to let go of what they have.
# vm: --smp 2
# timeout: 300
# soak: 200
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

times=$(count_of "${1-}" 2) || exit

# The modules are refused as long as somebody has a file or a mapping of theirs.
reload_once()
{
	within 20 clients_run || return
	rebind_driver unbind &&
		within 60 rmmod snd-oncard &&
		within 60 rmmod dma-core &&
		modprobe snd-oncard
}

# rebind_driver unbind|bind
rebind_driver()
{
	for driver_device in /sys/bus/*/drivers/snd-oncard/*/driver; do
		basename "${driver_device%/driver}" >"${driver_device%/*/driver}/$1"
	done
}

reload()
{
	n=0
	while [ "$n" -lt "$times" ]; do
		reload_once || {
			lsmod
			cat "$dma_core_debugfs/revoked"
			return 1
		}
		n=$((n + 1))
	done
}

ktap_plan 4
before=$(books)
start_clients --mix=streams --processes=4
ktap_check "$times times unloaded and loaded, with clients at it" reload
ktap_clients
figure "module reload" "$times times, under $client_operations operations of clients"
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
