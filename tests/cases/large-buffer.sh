#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A buffer that takes long to clear and to map does not keep others from running. One
# processor, whose time counts instructions.
# vm: --icount --card-size 256M
# kernels: stock (the instrumented kernel is preemptible everywhere)
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 2
ktap_check "a card with buffers of 128 MiB" reload buffer_max=128M
ktap_subtest "beside it, others run" large-buffer
ktap_finish
