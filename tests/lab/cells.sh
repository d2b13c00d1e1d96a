#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: runs the lab's cells. What is found is a line "cell: name=value ...", or
# "sweep: name=value ..." where it is low-first on fresh memory, with others that call
# more often or less.
#
# usage: cells.sh SEED PAGES "ALLOCATOR..." "OTHERS..."

lab=/sys/kernel/debug/page-lab

failed()
{
	echo "page-lab: $*: failed"
	exit 1
}

# card NAME: what the card says of itself
card()
{
	sed -n "s/^$1=//p" /sys/kernel/debug/snd-oncard/*/card
}

# fill ALLOCATOR AGED OTHERS
fill()
{
	echo "$2" >$lab/aged && echo "$3" >$lab/others && echo "$1" >$lab/run
}

# fetch: has the card read the buffers; how many descriptors did that take?
fetch()
{
	before=$(card descriptors_fetched)
	lab-fetch "$pages" || return
	count=$(($(card descriptors_fetched) - before))
	echo "fetched=$count fetched_bytes=$((count * $(card descriptor_bytes)))"
}

# run KIND ALLOCATOR AGED OTHERS: a line of that kind
run()
{
	kind=$1
	shift
	fetched=
	fill "$@" || failed "$*"
	[ "$kind" = sweep ] || fetched=$(fetch) || failed "$*, with the card"
	echo "$kind: $(tr '\n' ' ' <$lab/results)$fetched"
	echo 1 >$lab/end || failed "$*, at the end"
}

# The lab leaves the kernel as many pages as the arena has; few of them may be taken
# for a reserve (of 43 MiB, with huge pages).
echo 4096 >/proc/sys/vm/min_free_kbytes || exit
modprobe snd-oncard copy_size=512K || exit
modprobe page-lab || exit
pages=$2
echo "$1" >$lab/seed || exit
echo "$pages" >$lab/pages || exit
usual=$(cat $lab/others)
for allocator in $3; do
	run cell "$allocator" 0 "$usual"
	run cell "$allocator" 1 "$usual"
done
for others in $4; do
	run sweep low-first 0 "$others"
done
rmmod page-lab
