#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: pcm-one-substream.sh [OPERATIONS]
#
# hw_params, hw_free, prepare, start, mmap, read and write at once on one substream.
# vm: --smp 2
# timeout: 300
# soak: 500000
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

operations=$(count_of "${1-}" 6000) || exit

shared=0	# operations, by the clients' own count

# share DIRECTION
share()
{
	oncard-stress --mix=shared --direction="$1" --processes=3 --threads=2 \
		--operations=$((operations / 2)) >"$stress_table" 2>&1
	share_status=$?
	shared=$((shared + $(all_operations)))
	ktap_diag "$(cat "$stress_table")"
	return $share_status
}

ktap_plan 6
before=$(books)
if share playback; then
	ktap_ok "one playback for three processes with two threads"
else
	ktap_not_ok "one playback for three processes with two threads"
fi
if share capture; then
	ktap_ok "one recording"
else
	ktap_not_ok "one recording"
fi
for direction in playback capture; do
	ktap_subtest "$direction is started while its buffer is taken away" \
		start-freed $direction $((operations / 10))
done
figure "on one substream" "$shared operations"
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
