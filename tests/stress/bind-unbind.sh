#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: bind-unbind.sh [TIMES]
#
# The driver is unbound and bound again while clients have mapped streams running.
# vm: --smp 2 --kaslr
# timeout: 300
# soak: 500
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

times=$(count_of "${1-}" 5) || exit

ktap_plan 6
before=$(books)
start_clients --mix=streams --processes=4
ktap_check "mapped streams run" within 30 clients_run
ktap_check "$times times unbound and bound" \
	rebind --count "$times" --times /tmp/unbind --bind-times /tmp/bind
ktap_clients
figure "unbind and bind" "$times times, under $client_operations operations of clients"
distribution "unbind with streams running" /tmp/unbind
distribution "bind" /tmp/bind
# (where the machine is busy with other things, a bind takes its time as well)
limit=$((3 * $(rank /tmp/bind 500) / 1000000))
ktap_check "no unbind took a second, or three times what a bind takes" \
	none_longer_than $((limit > 1000 ? limit : 1000)) /tmp/unbind
ktap_books "in the end, as much is in use as before" "$before"
ktap_check "the card plays" card_plays
ktap_finish
