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
. "$top/tests/lib/qmp.sh"

times=${1:-2}
if [[ ! $times =~ ^[1-9][0-9]*$ ]]; then
	echo "hotplug.sh: '$times' is not a number above 0" >&2
	exit 2
fi

# The guest notices, and lets go of the card; then it is gone.
unplug()
{
	qmp_tell device_del '{"id": "card"}' && qmp_says '"return"'
}

# Each time with a new object for the same memory: QEMU lets none be used twice.
plug()
{
	local memory=card-memory-$((plugged += 1))
	local size

	size=$(stat -c %s "$state/card-memory")

	qmp_says '"DEVICE_DELETED", "data": {"device": "card"' &&
		qmp_tell object-add "{\"qom-type\": \"memory-backend-file\", \"id\": \"$memory\",
			\"share\": true, \"mem-path\": \"$state/card-memory\", \"size\": $size}" &&
		qmp_says '"return"' &&
		qmp_tell device_add "{\"driver\": \"ivshmem-plain\", \"id\": \"card\",
			\"memdev\": \"$memory\", \"bus\": \"card-port\"}" &&
		qmp_says '"return"'
}

qmp_open "$state" || exit
plugged=0

"$top/tests/vm/run" --smp 2 --state "$state" \
	--timeout "${ONCARD_TIMEOUT:-10000}" --qemu "$qmp_options" \
	-- sh /tests/lib/hotplug-guest.sh "$times" | qmp_serve
exit "${PIPESTATUS[0]}"
