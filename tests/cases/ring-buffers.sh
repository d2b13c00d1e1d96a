#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Several buffers in one VMA, in the ways in which drivers do it: what works, also in a
# VMA that is cut, moved and inherited, until a revocation takes all of it; what is refused
# before anything is mapped; and a card whose memory is away for a while.
# timeout: 120
# vm: --expect-warning this.is.a.copy.of.a.VMA --expect-warning were.changed.since.a.buffer --expect-warning VM_MIXEDMAP.set
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# map_by WAY CLIENT [PARAMETER]: what the client finds, and that nothing is left
map_by()
{
	ktap_check "$1: the driver loads${3+, $3}" modprobe ring-owner way="$1" ${3+"$3"}
	ktap_subtest "$1: what a client finds" ring-buffers "$2"
	ktap_is "$1: no mapping holds a buffer" \
		"$(grep -c . $dma_core_debugfs/ring-owner-dma/mappings)" 0
	ktap_is "$1: each mapping was counted when it began and when it ended" \
		"$(counter mapped)" "$(counter unmapped)"
	ktap_check "$1: it unloads" rmmod ring-owner
}

ktap_plan 112
for way in narrowed parts last-first renumbered; do
	map_by $way ring
done
# the first that is no file's page number, and one that has it amidst the buffers
for pgoff in 0x10000000000000 0xffffffffffffd; do
	map_by renumbered ring pgoff=$pgoff
done
map_by forgotten forgotten
map_by parts suspended
map_by counted ring
map_by owned ring
map_by owned suspended
map_by revoked revoked
map_by narrowly narrowly
map_by resumed resumed
for way in copied overwritten; do
	map_by $way refused
done
map_by mixed refused
for way in twice filled; do
	map_by $way busy
done
map_by twice away
map_by once-back once-back
map_by failing failing
ktap_check "of a copy, the log says what to do instead" \
	kernel_says "map parts of the VMA itself by dma_map_coherent_part()"
ktap_check "all that was created is destroyed" modprobe -r snd-oncard dma-core
ktap_finish
