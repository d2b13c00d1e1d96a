#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Parameters that are not understood, and memory that cannot be had: insmod fails, the kernel
# log names what was wrong and what is allowed, and nothing is left loaded or claimed. With
# parameters that do not fit the card, the driver waits for another.
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

# refused TEXT PARAMETER...: does not load, and the log has TEXT; $why is modprobe's
# word on it
why=/tmp/why
refused()
{
	text=$1
	shift
	dmesg -c >/dev/null
	! modprobe snd-oncard "$@" 2>"$why" || return 1
	! grep '^snd_oncard ' /proc/modules || return 1
	kernel_says "$text" && test "$(cat /proc/iomem)" = "$iomem_before" &&
		test ! -e /proc/asound/card0 &&
		test -z "$(find /sys/kernel/debug/dma-core -mindepth 1 -type d)" &&
		test ! -e /sys/kernel/debug/snd-oncard
}

# no_card TEXT PARAMETER...: loads without a card, and the log has TEXT
no_card()
{
	text=$1
	shift
	dmesg -c >/dev/null
	no_card_with "$@" && kernel_says "$text" &&
		test "$(cat /proc/iomem)" = "$iomem_before"
}

ram=$(sed -n 's/^\([0-9a-f]*\)-.* : System RAM/0x\1/p' /proc/iomem | tail -n 1)

ktap_plan 22
ktap_check "the driver unloads" rmmod snd-oncard
iomem_before=$(cat /proc/iomem)
ktap_check "unknown mmap=" refused \
	"mmap=typo is not known; allowed: coherent, nopage" mmap=typo
ktap_check "empty mmap=" refused "allowed: coherent, nopage" mmap=
ktap_check "unknown buffers=" refused \
	"buffers=ram is not known; allowed: card, system, scattered" buffers=ram
ktap_check "size= that is no number" refused \
	"size=much is not allowed; a number of bytes" size=much
ktap_check "size= with a tail" refused "size=1Mx is not allowed" size=1Mx
ktap_check "unaligned size=" refused \
	"size=1000000 is not allowed; a number of bytes that is a multiple of $(page_size)" \
	size=1000000
ktap_check "size= too small" refused \
	"size=64K is too small; at least 131072 bytes" size=64K
ktap_check "size= more than there is" refused \
	"a smaller size=, at least 131072, may do" size=64G
ktap_check "which is a lack of memory" grep -q "Cannot allocate memory" $why
ktap_check "phys= without size=" refused \
	"phys= without size=: say how many bytes the range has" phys=0x10000000
ktap_check "unaligned phys=" refused "phys=0x10000001 is not allowed" \
	phys=0x10000001 size=1M
ktap_check "phys= in system RAM" refused "are in use; keep them from the kernel" \
	phys="$ram" size=1M
ktap_check "which is a conflict" grep -q "Device or resource busy" $why
ktap_check "unaligned card_addr=" refused "card_addr=12345 is not allowed" \
	card_addr=12345
ktap_check "card_addr= too near to the end" no_card \
	"pass the end of the card's addresses" card_addr=0xfffffffffff00000
for bits in 23 65 24bits; do
	ktap_check "address_bits=$bits" refused \
		"address_bits=$bits is not allowed; a number from 24 to 64" \
		address_bits=$bits
done
ktap_check "address_bits= that do not reach the card's memory" no_card \
	"24 address bits do not reach its" address_bits=24
ktap_check "a card that is not enabled" no_card "not used: enable=0 for card 0" \
	enable=0
ktap_check "after all that it loads" modprobe snd-oncard
ktap_finish
