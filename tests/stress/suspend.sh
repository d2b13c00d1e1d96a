#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: suspend.sh [TIMES]
#
# The machine's devices are suspended and resumed while streams run.
# vm: --smp 2
# timeout: 300
# soak: 200
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

times=$(count_of "${1-}" 3) || exit
power=/sys/power

grep -q devices $power/pm_test 2>/dev/null ||
	ktap_skip_all "this kernel has no $power/pm_test (CONFIG_PM_DEBUG)"
grep -q freeze $power/state || ktap_skip_all "this kernel does not suspend to idle"

# The kernel suspends the devices, waits and resumes them.
suspend()
{
	n=0
	while [ "$n" -lt "$times" ]; do
		within 20 clients_run && echo freeze >"$power/state" || return
		n=$((n + 1))
	done
}

pm_test_delay=/sys/module/suspend/parameters/pm_test_delay
delay=$(cat $pm_test_delay)
trap 'echo none >$power/pm_test; echo "$delay" >$pm_test_delay' EXIT

ktap_plan 6
before=$(books)
echo devices >$power/pm_test
echo 0 >$pm_test_delay
ktap_subtest "a stream is suspended and resumed" suspended-stream
start_clients --mix=streams --processes=4
ktap_check "$times times suspended and resumed, with streams running" suspend
ktap_clients
figure "suspend and resume" "$times times, under $client_operations operations of clients"
ktap_check "no suspend failed" grep -qx 0 $power/suspend_stats/fail
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
