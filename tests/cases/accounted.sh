#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What an ordinary user makes the machine hold: a child that sleeps keeps each buffer that
# its parent has freed. RAM is charged to him, and of the card's memory others have a part.
# vm: --mem 1G
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

group=/sys/fs/cgroup/attack
limit=33554432

make_group()
{
	mkdir -p /sys/fs/cgroup
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup || return
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control && mkdir -p "$group" &&
		echo "$limit" >"$group/memory.max"
}

available()
{
	sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# attack NODE FRAMES ROUNDS: goes on until something is refused; its children stay. What it
# said is in /tmp/kept.
attack()
{
	rm -f /tmp/end && mkfifo /tmp/end || return
	: >/tmp/kept
	chmod 666 /dev/snd/*
	(
		sh -c 'echo $PPID' >"$group/cgroup.procs"
		as-user 1000 keep-mapped "$@" </tmp/end >/tmp/kept 2>&1
	) &
	attacker=$!
	exec 5>/tmp/end
	until grep -q kept /tmp/kept; do
		kill -0 "$attacker" 2>/dev/null || {
			cat /tmp/kept
			return 1
		}
	done
}

end_attack()
{
	exec 5>&-
	wait "$attacker"
}

# ram_is_charged HOW FRAMES: buffers of so many frames, kept until the group has its limit;
# so few that what is left suffices for their processes
ram_is_charged()
{
	before=$(available)
	attack /dev/snd/pcmC0D0p "$2" 200
	ktap_is "$1: RAM is kept by children" $? 0
	ktap_diag "$(cat /tmp/kept)"
	ktap_check "$1: until it is too much for the group" \
		[ "$(sed 's/ .*//' /tmp/kept)" -ge $((16 << 20)) ]
	lost=$((before - $(available)))
	ktap_check "$1: no more than the group's limit, and the processes" \
		[ $lost -le $((44 << 10)) ]
	ktap_check "$1: another user plays" \
		as-user 1001 oncard-play --signal counter --duration 1
	end_attack
}

# duplex_with FRAMES: playback and capture with buffers of so many frames
duplex_with()
{
	oncard-play --signal counter --duration 0.5 --buffer-size "$1" --period-size 4096
}

ktap_plan 24
ktap_check "there is a group for the attack, with a limit" make_group
ktap_check "a client may have large buffers" reload buffer_max=16M
attack /dev/snd/pcmC0D0p 262144 200
ktap_is "memory on the card is kept by children" $? 0
ktap_diag "$(cat /tmp/kept)"
ktap_is "until mmap() says that the quota is exceeded" \
	"$(grep -c 'mmap: Disk quota exceeded' /tmp/kept)" 1
ktap_check "and the log says whose" kernel_says "user 1000 has"
ktap_check "the card's owner has no more of it than three quarters" \
	[ "$(sed 's/ .*//' /tmp/kept)" -le $((48 << 20)) ]
ktap_check "another user plays" as-user 1001 oncard-play --signal counter --duration 1
end_attack
ktap_check "when the children end, so does what they kept" \
	as-user 1000 oncard-play --signal counter --duration 1

ktap_check "loads with scattered buffers" reload buffers=scattered buffer_max=16M
ram_is_charged scattered 1048576
ktap_check "loads with buffers in one piece of RAM" reload buffers=system buffer_max=16M
ram_is_charged "in one piece" 1048576
ktap_is "nothing is left mapped" "$(cat $dma_core_debugfs/*/mappings)" ""

ktap_check "loads with a limit for all buffers of the card" \
	reload buffers=system max_alloc_per_card=131072
ktap_check "two buffers that fit are given" duplex_with 16384
ktap_is "two that do not are refused" \
	"$(duplex_with 32768 2>&1 | grep -c 'Cannot allocate memory')" 1
ktap_check "and the log says why" kernel_says "max_alloc_per_card=131072"
ktap_check "what was refused does not count" duplex_with 16384
ktap_finish
