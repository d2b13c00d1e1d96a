#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the instrumented kernel is there to find, it finds, and the rig fails for it:
# a module makes each kind of mistake once.
# host
# kernels: debug (others are not instrumented)
# timeout: 1200
. "$(dirname "$0")/../lib/ktap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
state=$top/build/vm/instruments
said=$top/build/vm/instruments.said

kinds="bounds shift order sleep leak dma object count"

# Lockdep stops looking when KASAN or itself has reported: order comes first.
# shellcheck disable=SC2016 # for the VM's shell
in_vm='
for kind in order shift sleep leak dma object count bounds; do
	modprobe planted-splats kind=$kind && rmmod planted-splats
done
'

# found KIND TEXT: the rig calls what the kernel wrote about it a splat, with this text
found()
{
	if [ "$1" = leak ]; then
		# found when the command has ended
		sed -n '/planted-splats: bounds ends/,$p' "$state/console.log"
	else
		sed -n "/planted-splats: $1 begins/,/planted-splats: $1 ends/p" "$state/console.log"
	fi >"$state/part.log"
	! "$top/tests/vm/splats" "$state/part.log" | grep -q . && return 1
	"$top/tests/vm/splats" "$state/part.log" | grep -q -e "$2"
}

ktap_plan 10
mkdir -p "$top/build/vm"
"$top/tests/vm/run" --kernel debug --state "$state" --append panic_on_warn=0 \
	--no-modules -- sh -c "$in_vm" >"$said" 2>&1
ktap_is "the rig fails for what was planted" $? 241
ktap_is "each kind was planted" \
	"$(grep -c 'planted-splats: .* ends' "$state/console.log")" "$(echo "$kinds" | wc -w)"
ktap_check "KASAN: an access out of bounds" found bounds "KASAN: slab-out-of-bounds"
ktap_check "UBSAN: a shift too far" found shift "UBSAN: shift-out-of-bounds"
ktap_check "lockdep: two locks in both orders" found order "possible circular locking"
ktap_check "a sleep under a spinlock" found sleep "sleeping function called"
ktap_check "kmemleak: memory that nobody points to" found leak "kmemleak: 1 new suspected"
ktap_check "the DMA API's check: less unmapped than mapped" found dma "DMA-API: .*different size"
ktap_check "debug objects: a running timer freed" found object "ODEBUG: free active"
ktap_check "a reference too many dropped" found count "refcount_t: "
ktap_finish
