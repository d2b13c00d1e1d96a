#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: syscall-fuzz.sh [CALLS [SEED]]
#
# System calls at random on the sound devices and the lab's node, from several processes
# at once, while the card goes and comes: for 12 s, or until there were CALLS of them.
# vm: --smp 2
# timeout: 300
# soak: 10000000
# soak-timeout: 72000
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

log=/tmp/fuzz-log
autoload=/proc/sys/kernel/modprobe
autoloader=$(cat "$autoload")
trap 'echo "$autoloader" >"$autoload"' EXIT
trap "exit 130" INT TERM

# fuzz OPTION...: and keeps what it says. A device that is not there makes ALSA ask for
# its module, and the kernel start a process for it: that would be most of the work.
fuzz()
{
	echo >"$autoload"
	{
		syscall-fuzz --unbind snd-oncard "$@"
		echo $? >/tmp/fuzz-status
	} | tee "$log"
	return "$(cat /tmp/fuzz-status)"
}

# said EXPRESSION: the number in it, in the fuzzer's last line of progress
said()
{
	sed -n "s/^# [0-9]* s: $1.*/\1/p" "$log" | tail -n 1
}

if [ -n "${1-}" ]; then
	calls=$(count_of "$1" 1) || exit
	set -- --calls "$calls" --seconds 1000000 ${2:+--seed "$2"}
else
	set -- --seconds 12
fi

ktap_plan 5
before=$(books)
ktap_check "the lab's node loads" modprobe lifetime-node
ktap_subtest "system calls at random" fuzz "$@"
figure "system calls at random" "$(said '\([0-9]*\) calls')"
[ ! -e /sys/kernel/debug/kcov ] ||
	figure "places in the kernel's code that they reached" "$(said '.* \([0-9]*\) PCs')"
ktap_check "the node unloads" rmmod lifetime-node
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
