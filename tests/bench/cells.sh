#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: runs the benchmark, a line "bench: name=value ..." for each allocator.
#
# usage: cells.sh SEED PAIRS PERCENT "ALLOCATOR..."

bench=/sys/kernel/debug/alloc-bench

modprobe alloc-bench || exit
echo "$1" >$bench/seed || exit
echo "$2" >$bench/pairs || exit
echo "$3" >$bench/full || exit
for allocator in $4; do
	if ! echo "$allocator" >$bench/run; then
		echo "alloc-bench: $allocator: failed"
		exit 1
	fi
	echo "bench: $(tr '\n' ' ' <$bench/results)"
done
rmmod alloc-bench
