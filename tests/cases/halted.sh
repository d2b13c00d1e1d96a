#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Streams that are paused or suspended go on where they were, with wakeups and without; and
# what was in the buffer before is not heard behind a clip's end.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

ktap_plan 3
ktap_subtest "paused and drained" halted-stream
if echo devices >/sys/power/pm_test && echo 0 >/sys/module/suspend/parameters/pm_test_delay; then
	ktap_subtest "suspended" halted-stream suspend
	echo none >/sys/power/pm_test
else
	ktap_skip "suspended" "no /sys/power/pm_test (CONFIG_PM_DEBUG)"
fi
ktap_subtest "a client that is late" late-writer
ktap_finish
