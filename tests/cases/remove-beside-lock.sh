#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A card is removed at once under eight clients, one of which keeps its mmap lock, with a
# writer queued behind it.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

pci=/sys/bus/pci/drivers/snd-oncard
# An instrumented kernel takes 30 times as many instructions for the same.
limit_ms=100
[ ! -e /sys/kernel/debug/kcov ] || limit_ms=250

ktap_plan 4
ktap_check "a driver that holds a client's mmap lock loads" modprobe ring-owner
ktap_subtest "eight clients, one of which keeps its mmap lock" \
	remove-beside-lock $pci 0000:01:00.0 $limit_ms
ktap_check "the card comes back" sh -c "echo 0000:01:00.0 >$pci/bind"
ktap_check "and plays" play_counter
ktap_finish
