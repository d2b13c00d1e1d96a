#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: syscall-fuzz.sh [CALLS [SEED]]
#
# System calls at random on the sound devices and the lab's node, from several processes
# at once, while the card goes and comes: for 12 s, or until there were CALLS of them.
#
# By its seed, a run links streams or pauses them, and takes strangers' files or not:
# without a SEED, ten with seeds in a row make CALLS together, and all of that.
# vm: --smp 2
# timeout: 300
# soak: 10000000
# soak-timeout: 72000
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

runs=10	# eight seeds in a row make all that there is
log=/tmp/fuzz-log
autoload=/proc/sys/kernel/modprobe
autoloader=$(cat "$autoload")
trap 'echo "$autoloader" >"$autoload"' EXIT
trap "exit 130" INT TERM

# fuzz SEED OPTION...: and keeps what it says. A device that is not there makes ALSA ask
# for its module, and the kernel start a process for it: that would be most of the work.
fuzz()
{
	fuzz_seed=$1
	shift
	echo >"$autoload"
	card_is_there || {
		echo "# no playback of the card is there"
		return 1
	}
	keeping "$log-$fuzz_seed" syscall-fuzz --unbind snd-oncard --seed "$fuzz_seed" "$@"
}

# said EXPRESSION: the number in it, in the last line of progress of each run
said()
{
	for seed in $seeds; do
		sed -n "s/^# [0-9]* s: $1.*/\1/p" "$log-$seed" | tail -n 1
	done
}

calls=${1:+$(count_of "$1" 1)} || exit
seeds=${2:-$(date +%s)}
if [ -n "$calls" ] && [ -z "${2-}" ]; then
	seeds=$(seq "$seeds" $((seeds + runs - 1)))
	calls=$(((calls + runs - 1) / runs))
fi
limit=${calls:+--calls $calls --seconds 1000000}
limit=${limit:---seconds 12}

ktap_plan $((4 + $(echo "$seeds" | wc -l)))
before=$(books)
ktap_check "the lab's node loads" modprobe lifetime-node
for seed in $seeds; do
	# shellcheck disable=SC2086 # an option and its value
	ktap_subtest "system calls at random, seed $seed" fuzz "$seed" $limit
done
figure "system calls at random" \
	"$(said '\([0-9]*\) calls' | awk '{ all += $1 } END { print all + 0 }')"
[ ! -e /sys/kernel/debug/kcov ] || figure "places in the kernel's code that a run reached" \
	"$(said '.* \([0-9]*\) PCs' | sort -n | tail -n 1)"
ktap_check "the node unloads" rmmod lifetime-node
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
