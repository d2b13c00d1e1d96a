#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A buffer outlives its owner's free for as long as it is mapped.
. "$(dirname "$0")/../lib/ktap.sh"

ktap_plan 3
ktap_check "a driver that frees what is mapped loads" modprobe buffer-owner
ktap_subtest "freeing and unmapping in any order" map-and-free
ktap_check "it unloads" rmmod buffer-owner
ktap_finish
