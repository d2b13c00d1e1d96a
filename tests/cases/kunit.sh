#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# dma-core's KUnit suites (tests/modules/dma-core-kunit.c), as the kernel ran them.
# kernels: debug (it has KUnit)
. "$(dirname "$0")/../lib/ktap.sh"

results=/sys/kernel/debug/kunit

# suite NAME: what KUnit said of it; fails when that has a failure, or no end
suite()
{
	cat "$results/$1/results" &&
		! grep -q '^ *not ok' "$results/$1/results" &&
		grep -q "^ok [0-9]* $1\$" "$results/$1/results"
}

ktap_plan 6
ktap_check "the suites load" modprobe dma-core-kunit
for name in regions buffers scatterlists mappings; do
	ktap_subtest "$name" suite "dma-core-$name"
done
ktap_check "and unload" rmmod dma-core-kunit
ktap_finish
