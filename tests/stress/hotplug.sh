#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: hotplug.sh [TIMES]
#
# The card is pulled out and put in again while clients have mapped streams running.
# host
# timeout: 600
# soak: 200
# soak-timeout: 10800

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
state=$top/build/vm/hotplug
monitor=$state/monitor
deadline=60	# seconds, for what QEMU is asked for

times=${1:-2}
if [[ ! $times =~ ^[1-9][0-9]*$ ]]; then
	echo "hotplug.sh: '$times' is not a number above 0" >&2
	exit 2
fi

# qemu_says TEXT: waits for a line with it
qemu_says()
{
	local line

	while IFS= read -r -t $deadline -u "$from_qemu" line; do
		[[ $line != *"$1"* ]] || return 0
		[[ $line != *'"error"'* ]] || break
	done
	echo "# QEMU did not say $1: ${line:-nothing}"
	return 1
}

# tell_qemu COMMAND ARGUMENTS: in QEMU's machine protocol
tell_qemu()
{
	echo "{\"execute\": \"$1\", \"arguments\": $2}" >&"$to_qemu"
}

# The guest notices, and lets go of the card; then it is gone.
unplug()
{
	tell_qemu device_del '{"id": "card"}'
	qemu_says '"return"'
}

# Each time with a new object for the same memory: QEMU lets none be used twice.
plug()
{
	local memory=card-memory-$((plugged += 1))
	local size

	size=$(stat -c %s "$state/card-memory")

	qemu_says '"DEVICE_DELETED", "data": {"device": "card"' &&
		tell_qemu object-add "{\"qom-type\": \"memory-backend-file\", \"id\": \"$memory\",
			\"share\": true, \"mem-path\": \"$state/card-memory\", \"size\": $size}" &&
		qemu_says '"return"' &&
		tell_qemu device_add "{\"driver\": \"ivshmem-plain\", \"id\": \"card\",
			\"memdev\": \"$memory\", \"bus\": \"card-port\"}" &&
		qemu_says '"return"'
}

# The VM's output goes on to ours, but for what it asks for.
serve()
{
	local line

	qemu_says '"return"'
	while IFS= read -r line; do
		case $line in
		@unplug) unplug ;;
		@plug) plug ;;
		*) echo "$line" ;;
		esac
	done
}

mkdir -p "$state"
rm -f "$monitor".{in,out}
mkfifo "$monitor".{in,out} || exit
exec {to_qemu}<>"$monitor.in" {from_qemu}<>"$monitor.out"
tell_qemu qmp_capabilities '{}'
plugged=0

"$top/tests/vm/run" ${ONCARD_KERNEL:+--kernel "$ONCARD_KERNEL"} --smp 2 --state "$state" \
	--timeout 10000 --qemu "-chardev pipe,id=monitor,path=$monitor -mon chardev=monitor,mode=control" \
	-- sh /tests/lib/hotplug-guest.sh "$times" | serve
exit "${PIPESTATUS[0]}"
