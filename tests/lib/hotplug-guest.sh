#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: hotplug-guest.sh TIMES
#
# The part of tests/stress/hotplug.sh that runs in the VM. It asks the host for what
# only that can do: lines "@unplug" and "@plug" on its output.
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/stress.sh"

times=$1
tracing=/sys/kernel/tracing
driver=/sys/bus/pci/drivers/snd-oncard

# What the driver's remove takes, apart from the slot's lights and power. Where one
# moves to another processor, its time stands beside its end, which has to have its name.
time_removals()
{
	[ -e $tracing/max_graph_depth ] || return
	echo oncard_chip_remove >$tracing/set_ftrace_filter
	echo function_graph >$tracing/current_tracer
	echo funcgraph-tail >$tracing/trace_options
	echo 1 >$tracing/tracing_on
}

# removals: their times in ns, one a line
removals()
{
	sed -n 's/.* \([0-9.]*\) us .* oncard_chip_remove.*/\1/p' $tracing/trace |
		awk '{ printf "%.0f\n", $1 * 1000 }'
}

bound()
{
	ls -d "$driver"/*:* >/dev/null 2>&1
}

unbound()
{
	! bound
}

# (where it is PCI Express's own hotplug, the slot blinks for 5 s first)
unplug()
{
	echo "@unplug"
	within 30 unbound
}

plug()
{
	echo "@plug"
	within 30 bound
}

cycle_all()
{
	n=0
	while [ "$n" -lt "$times" ]; do
		within 30 clients_run || break
		unplug || break
		plug || break
		n=$((n + 1))
	done
	[ $n -eq "$times" ] || {
		ktap_diag "after $n times: $(dmesg | tail -n 5)"
		return 1
	}
}

ktap_plan 7
before=$(books)
time_removals
start_clients --mix=streams --processes=4
ktap_check "mapped streams run" within 30 clients_run
if cycle_all; then
	ktap_ok "$times times unplugged and plugged in, with streams running"
else
	ktap_not_ok "$times times unplugged and plugged in, with streams running"
fi
ktap_clients
figure "hot-unplug" "$n times, under $client_operations operations of clients"
removals >/tmp/removals
distribution "remove with streams running" /tmp/removals
if [ -e $tracing/max_graph_depth ]; then
	ktap_is "each remove was timed" "$(wc -l </tmp/removals)" "$times"
	ktap_check "no remove took a second" none_longer_than 1000 /tmp/removals
else
	ktap_skip "each remove was timed" "this kernel does not time its functions"
	ktap_skip "no remove took a second" "this kernel does not time its functions"
fi
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
