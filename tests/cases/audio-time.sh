#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Audio time stamps by the card's clock: of the types link, link absolute and link
# synchronized.
# vm: --icount
. "$(dirname "$0")/../lib/ktap.sh"

ktap_plan 1
ktap_subtest "audio time" audio-time
ktap_finish
