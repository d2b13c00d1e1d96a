#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Commands to linked streams, in every state, kind and order: the card runs what ALSA does.
# vm: --icount
# timeout: 900
# kernels: stock (its VMs count instructions; an instrumented kernel needs too many)
. "$(dirname "$0")/../lib/ktap.sh"

ktap_plan 2
ktap_subtest "two linked streams, 480 rows" linked-table
if echo devices >/sys/power/pm_test && echo 0 >/sys/module/suspend/parameters/pm_test_delay; then
	ktap_subtest "with the machine's devices suspended, 480 rows" linked-table suspend
	echo none >/sys/power/pm_test
else
	ktap_skip "with the machine's devices suspended" "no /sys/power/pm_test (CONFIG_PM_DEBUG)"
fi
ktap_finish
