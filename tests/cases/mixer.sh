#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The mixer: every element behaves as applications and alsactl expect, and does what it
# says to what is heard.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

# The elements of the documentation's table, and the names that users see.
simple()
{
	amixer scontrols | sed "s/^Simple mixer control //" | tr '\n' ' '
}

ktap_plan 3
ktap_subtest "elements" mixer-rows
ktap_is "amixer's names" "$(simple)" \
	"'PCM',0 'PCM',1 'PCM',2 'PCM',3 'Capture',0 'Capture',1 'Capture',2 'Capture',3 'Input Source',0 'Input Source',1 'Input Source',2 'Input Source',3 "
ktap_is "the card's names" "$(sed -n '1,2s/  *$//;1,2s/0000:[0-9a-f:.]*/BDF/;1,2p' /proc/asound/cards | tr -s ' ')" \
	"$(printf ' 0 [oncard ]: oncard - oncard\n oncard at BDF, 65536 KiB of memory')"
ktap_finish
