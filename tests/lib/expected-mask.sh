# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What mask negotiation has to come to, derived anew from what the kernel shows:
# /proc/iomem, and where the card has its memory. Sizes of masks are in bits.

# bits_of HEX: how many bits a number has
bits_of()
{
	digits=$(echo "${1#0x}" | sed 's/^0*//')
	case $digits in
	'') echo 0 ;;
	1*) echo $((4 * ${#digits} - 3)) ;;
	[23]*) echo $((4 * ${#digits} - 2)) ;;
	[4-7]*) echo $((4 * ${#digits} - 1)) ;;
	*) echo $((4 * ${#digits})) ;;
	esac
}

# bits_of_range START SIZE: how many its last address has
bits_of_range()
{
	bits_of "$(printf %x $(($1 + $2 - 1)))"
}

# ram_bits iommu|none: what RAM asks for; an IOMMU is content with 32
ram_bits()
{
	case $1 in
	iommu) echo 32 ;;
	none) bits_of "$(sed -n 's/^[0-9a-f]*-\([0-9a-f]*\) : System RAM/\1/p' \
		/proc/iomem | tail -n 1)" ;;
	esac
}

# bar_of DEVICE: START SIZE of the largest BAR that /proc/iomem has for it
bar_of()
{
	sed -n "s/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : $1\$/0x\1 0x\2/p" /proc/iomem |
		while read -r start end; do
			echo "$((end - start + 1)) $start"
		done | sort -n | tail -n 1 | sed 's/\(.*\) \(.*\)/\2 \1/'
}

# expected_bits CARD-CAN RAM-NEEDS CARD-MEMORY-NEEDS: of the mask, or "refused"
expected_bits()
{
	if [ "$3" -gt "$1" ]; then
		echo refused
	elif [ "$3" -gt "$2" ]; then
		echo "$3"
	elif [ "$2" -gt "$1" ]; then
		echo "$1"
	else
		echo "$2"
	fi
}

# descriptor_bytes BITS: of the card's descriptors under a mask
descriptor_bytes()
{
	if [ "$1" -gt 32 ]; then
		echo 16
	else
		echo 8
	fi
}
