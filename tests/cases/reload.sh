#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# insmod and rmmod 100 times: nothing stays behind.
# timeout: 300
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

cycles=100
tracing=/sys/kernel/tracing

unload()
{
	rmmod snd-oncard && rmmod dma-core
}

# Both modules anew, so that each cycle undoes all that it did.
cycle_all()
{
	n=0
	while [ "$n" -lt "$cycles" ]; do
		modprobe snd-oncard && unload || return 1
		n=$((n + 1))
	done
}

# (with slub_debug=U on the kernel's command line)
allocations_are_traced()
{
	ls /sys/kernel/debug/slab/*/alloc_traces >/dev/null 2>&1
}

# Objects that modules since unloaded (their functions have no names any more) had
# allocated and nobody freed, by the traces that slub_debug=U keeps.
#
# Not counted: /proc entries of sound cards, which ALSA itself forgets in 6.1
# (snd_info_card_disconnect() clears the pointer that snd_info_card_free() needs).
leaked_objects()
{
	echo 3 >/proc/sys/vm/drop_caches
	cat /sys/kernel/debug/slab/*/alloc_traces | awk '
		BEGIN { RS = "" }
		/0xffffffffc|\[dma_core\]|\[snd_oncard\]/ && !/snd_info_create_entry/ {
			objects += $1
			print > "/tmp/leaks"
		}
		END { print objects + 0 }'
}

# KiB, when simulated cards have come and gone.
available_after_simulated_cards()
{
	n=0
	while [ $n -lt 20 ]; do
		modprobe snd-oncard size=4M && unload || return 1
		n=$((n + 1))
	done
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

vmalloc_ranges()
{
	grep -c -e memremap -e ioremap /proc/vmallocinfo
}

traced()
{
	grep -c " $1: " "$tracing/trace"
}

# undone EVENT EVENT: the first was seen, and the second as often
undone()
{
	echo "$1: $(traced "$1"), $2: $(traced "$2")"
	[ "$(traced "$1")" -gt 0 ] && [ "$(traced "$1")" -eq "$(traced "$2")" ]
}

ktap_plan 10
ktap_check "the modules unload" unload
debugfs_before=$(ls /sys/kernel/debug)
ranges_before=$(vmalloc_ranges)
iomem_before=$(cat /proc/iomem)
ktap_check "$cycles times modprobe and rmmod" cycle_all
if allocations_are_traced; then
	objects=$(leaked_objects)
	ktap_diag "objects of unloaded modules: $objects"
	# sysfs nodes may still be held by the kernel's dentry cache; an object lost in
	# each cycle would come to as many as there were cycles.
	ktap_check "no cycle leaves an object behind" test "$objects" -lt $cycles
	[ "$objects" -lt $cycles ] || ktap_diag "$(head -n 60 /tmp/leaks)"
else
	ktap_skip "no cycle leaves an object behind" "this kernel keeps no traces of allocations"
fi
ktap_is "no mapping of the card's memory is left" "$(vmalloc_ranges)" "$ranges_before"
ktap_is "no claim on the bus is left" "$(cat /proc/iomem)" "$iomem_before"
ktap_is "debugfs is as before" "$(ls /sys/kernel/debug)" "$debugfs_before"

available_before=$(available_after_simulated_cards)
available_after=$(available_after_simulated_cards)
ktap_diag "available: $available_before KiB, then $available_after KiB"
# One of the twenty simulated cards' memories would be 4096 KiB.
ktap_check "the RAM of simulated cards is free again" \
	test $((available_before - available_after)) -lt 4096

modprobe dma-core
echo 1 >$tracing/events/dma_core/enable
modprobe snd-oncard
ktap_check "it plays, and is traced" oncard-play --duration 1
rmmod snd-oncard
echo 0 >$tracing/events/dma_core/enable
ktap_check "every buffer allocated was given back" undone dma_card_alloc dma_card_give_back
ktap_check "every mapping made was unmapped" undone dma_map_coherent dma_card_unmap
ktap_finish
