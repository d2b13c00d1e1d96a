#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A page fault of the old kind, a page a fault, meets an unbind that frees the buffer: the
# page that it returns is nobody else's, and later faults find none.
# vm: --smp 2
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

pci=/sys/bus/pci/drivers/snd-oncard
hooks=/sys/module/meet_free/parameters
go=/tmp/go

wait_for_line()
{
	until grep -q "$1" "$2"; do
		kill -0 "$client" 2>/dev/null || return 1
	done
}

# client_maps: one that has the buffer mapped, and waits for a word
client_maps()
{
	rm -f $go && mkfifo $go || return
	# (each has a processor of its own: who waits does not let go of his)
	taskset 2 touch-late /dev/snd/pcmC0D0p <$go >/tmp/touched &
	client=$!
	exec 4>$go
	wait_for_line mapped /tmp/touched
}

unbind_while_it_waits()
{
	echo 1 >$hooks/armed
	echo >&4
	until [ "$(cat $hooks/waiting)" = Y ]; do
		kill -0 "$client" 2>/dev/null || return 1
	done
	taskset 1 sh -c "echo $card >$pci/unbind"
	wait "$client"
}

client_touches_late()
{
	echo "$card" >$pci/unbind
	echo >&4
	wait "$client"
}

ktap_plan 9
ktap_check "loads for nopage" reload mmap=nopage buffers=system
ktap_check "what lets a fault wait loads" modprobe meet-free
card=$(basename "$(readlink -f /sys/class/sound/card0/device)")
client_maps
ktap_is "a client maps the buffer" $? 0
unbind_while_it_waits
ktap_is "its fault gets a page, and the card goes" $? 0
ktap_is "the buffer is freed before the fault is over" "$(cat $hooks/freed)" Y
ktap_check "and the page is still the fault's" [ "$(cat $hooks/count)" -ge 1 ]
exec 4>&-
ktap_check "the card comes back" sh -c "echo $card >$pci/bind"
client_maps && client_touches_late
ktap_is "who touches a page later gets SIGBUS" $? 135
exec 4>&-
ktap_check "what lets a fault wait unloads" rmmod meet-free
ktap_finish
