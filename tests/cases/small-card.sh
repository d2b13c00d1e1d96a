#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A card with less memory than the driver can use is refused, and not replaced by
# a simulated one.
# vm: --no-modules --card-size 64K
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 4
ktap_is "the driver does not load" "$(modprobe snd-oncard 2>/dev/null; echo $?)" 1
ktap_check "the log says what the card has and what is needed" \
	kernel_says "the card has 65536 bytes of memory; 131072 are needed"
ktap_check "it is not half loaded" sh -c '! grep "^snd_oncard " /proc/modules'
ktap_check "there is no sound card" test ! -e /proc/asound/card0
ktap_finish
