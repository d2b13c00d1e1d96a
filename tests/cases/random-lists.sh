#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Scatterlists drawn at random: each byte that the plain parent delivers, the card device
# delivers.
# vm: --no-modules
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/random-lists.sh"

ktap_plan 4
random_lists "mapped where they are" "$@"
ktap_finish
