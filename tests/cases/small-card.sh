#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A card with less memory than the driver can use is not used, and not replaced by
# a simulated one.
# vm: --no-modules --card-size 64K
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 2
ktap_check "the driver loads, and has no card" no_card_with
ktap_check "the log says what the card has and what is needed" \
	kernel_says "the card has 65536 bytes of memory; 131072 are needed"
ktap_finish
