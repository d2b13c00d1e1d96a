#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# In the VM: runs the lab's cells. What is found is a line "cell: name=value ...", or
# "sweep: name=value ..." where it is low-first on fresh memory, with others that call
# more often or less.
#
# usage: cells.sh SEED PAGES "ALLOCATOR..." "OTHERS..."

lab=/sys/kernel/debug/page-lab

# run KIND ALLOCATOR AGED OTHERS: a line of that kind
run()
{
	if ! { echo "$3" >$lab/aged && echo "$4" >$lab/others && echo "$2" >$lab/run; }; then
		echo "page-lab: $2, aged=$3, others=$4: failed"
		exit 1
	fi
	echo "$1: $(tr '\n' ' ' <$lab/results)"
}

# The lab leaves the kernel as many pages as the arena has; few of them may be taken
# for a reserve (of 43 MiB, with huge pages).
echo 4096 >/proc/sys/vm/min_free_kbytes || exit
modprobe page-lab || exit
echo "$1" >$lab/seed || exit
echo "$2" >$lab/pages || exit
usual=$(cat $lab/others)
for allocator in $3; do
	run cell "$allocator" 0 "$usual"
	run cell "$allocator" 1 "$usual"
done
for others in $4; do
	run sweep low-first 0 "$others"
done
rmmod page-lab
