#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a driver's mmap() may rely on that does nothing but call dma_map_coherent().
. "$(dirname "$0")/../lib/ktap.sh"

ktap_plan 4
ktap_check "a driver whose mmap() is watched loads" modprobe buffer-owner
ktap_check "what lets insertions fail loads" modprobe fail-insertion
ktap_subtest "its mappings" driver-mapping
ktap_check "they unload" rmmod fail-insertion buffer-owner
ktap_finish
