#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# RAM above the mask, and no bounce buffers: the negotiation does not promise any.
# vm: --no-modules --mem 6G --append swiotlb=noforce
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

ktap_plan 4
ktap_check "loads with a card of 32 address bits" modprobe snd-oncard address_bits=32
ktap_is "bounce buffers" "$(sed -n 's/^bounce=//p' $dma_core_debugfs/*/mask)" absent
ktap_check "and it is said" kernel_says \
	"RAM lies above the mask 0xffffffff, and there are no bounce buffers: mappings of it will fail"
ktap_check "unloads" rmmod snd-oncard dma-core
ktap_finish
