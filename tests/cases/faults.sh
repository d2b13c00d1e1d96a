#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The four ways to map a buffer: what the client gets, and how many page faults it
# pays while it plays.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

device_flags="sh pf io de dd"

ktap_plan 9
ktap_check "coherent, card: bit-exact without a page fault, flags of device memory" \
	play_counter --faults none --vm-flags "$device_flags"
ktap_check "reloads for coherent, system" reload mmap=coherent buffers=system
ktap_check "coherent, system: bit-exact without a page fault" \
	play_counter --faults none --vm-flags "$device_flags"
ktap_check "reloads for nopage, system" reload mmap=nopage buffers=system
ktap_check "nopage, system: bit-exact with one page fault per page" \
	play_counter --faults per-page
ktap_check "reloads for nopage, card" reload mmap=nopage buffers=card
ktap_is "nopage, card: the client gets SIGBUS" "$(exit_status play_counter)" 135
ktap_check "reloads for coherent, card" reload
ktap_check "and plays as before" play_counter --faults none
ktap_finish
