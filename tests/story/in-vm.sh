#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: what the story's six claims need, before and after. Lines "then: ..." and
# "now: ..." are of then-and-now, "cell: ..." of the lab, and the rest is of the demonstration.

cd /story || exit
modprobe then-and-now || exit
for driver in "then" now; do
	said=$(then-and-now /dev/driver-$driver) || exit
	echo "$driver: $said"
done
rmmod then-and-now || exit
modprobe snd-oncard || exit
sh ./four-cells.sh || exit
rmmod snd-oncard || exit
sh ./lab-cells.sh 1 32768 "high-first low-first compact" ""
