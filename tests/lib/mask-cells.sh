#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: mask-cells.sh iommu|none BLOCKS. One row of the table of masks: every
# width of card, with its memory in several places and with its buffers in system
# RAM; then a DMA engine of each width, which copies BLOCKS blocks both ways.
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/driver.sh"
. "$(dirname "$0")/expected-mask.sh"

widths="24 28 32 36 40 64"
# the usual place, bus address 0, above all RAM, and the end of all addresses
places="0x80000000 0 0x4000000000 0xfffffffffc000000 system"

ram=$(ram_bits "$1")
read -r bar_start bar_size <<END
$(bar_of 0000:01:00.0)
END

# figure FILE NAME
figure()
{
	sed -n "s/^$2=//p" "$1"
}

# refused_at_probe BITS PARAMETER...
refused_at_probe()
{
	card_bits=$1
	shift
	dmesg -c >/dev/null
	no_card_with "$@" &&
		kernel_says "the card's $card_bits address bits do not reach its $bar_size bytes of memory"
}

# plays_with MASK-BITS PARAMETER...
plays_with()
{
	mask_bits=$1
	shift
	modprobe snd-oncard "$@" &&
		oncard-play --signal counter --duration 0.25 || return
	chosen=$(bits_of "$(figure "$dma_core_debugfs"/*/mask mask)")
	descriptor=$(figure /sys/kernel/debug/snd-oncard/*/card descriptor_bytes)
	fetched=$(figure /sys/kernel/debug/snd-oncard/*/card descriptors_fetched)
	echo "mask of $chosen bits, $descriptor bytes a descriptor, $fetched fetched"
	[ "$chosen" -eq "$mask_bits" ] && [ "$fetched" -gt 0 ] &&
		[ "$descriptor" -eq "$(descriptor_bytes "$mask_bits")" ] &&
		rmmod snd-oncard
}

# cell BITS PLACE
cell()
{
	if [ "$2" = system ]; then
		set -- "$1" 0 buffers=system "in system RAM"
	else
		set -- "$1" "$(bits_of_range "$2" "$bar_size")" "card_addr=$2" "on the card at $2"
	fi
	expected=$(expected_bits "$1" "$ram" "$2")
	if [ "$expected" = refused ]; then
		ktap_check "$1 bits, $4: refused, $2 bits are needed" \
			refused_at_probe "$1" "address_bits=$1" "$3"
	else
		ktap_check "$1 bits, $4: mask of $expected, $(descriptor_bytes "$expected")-byte descriptors, bit-exact" \
			plays_with "$expected" "address_bits=$1" "$3"
	fi
}

# edu_field NAME: of the line in $result
edu_field()
{
	echo "$result" | sed "s/.* $1=\([^ ]*\).*/\1/"
}

# slice_bits IOMMU NUMBER: what the engine's part of the BAR asks for
slice_bits()
{
	if [ "$1" = none ]; then
		bits_of_range $((bar_start + 0x100000 * $2)) 0x100000
	elif [ "$(edu_field card_memory)" = used ]; then
		bits_of_range "$(sed 's/.*device=\([^ ]*\).*/\1/' \
			"$dma_core_debugfs/$(edu_field device)/regions")" 0x100000
	else
		echo 64
	fi
}

# edu_copied IOMMU BITS NUMBER BLOCKS
edu_copied()
{
	result=" $(sed -n "s/^bits=$2 //p" /sys/kernel/debug/edu-referee/results)"
	echo "$result"
	expected=$(expected_bits "$2" "$ram" "$(slice_bits "$1" "$3")")
	if [ "$expected" = refused ]; then
		expected=$(expected_bits "$2" "$ram" 0)
		card_memory=beyond
	else
		card_memory=used
	fi
	[ "$(bits_of "$(edu_field mask)")" -eq "$expected" ] &&
		[ "$(edu_field card_memory)" = "$card_memory" ] &&
		[ "$(edu_field right)" -eq "$4" ] &&
		[ "$(edu_field wrong) $(edu_field lost) $(edu_field refused)" = "0 0 0" ]
}

ktap_plan 39
ktap_check "the card's memory is in /proc/iomem" test "$bar_size" -gt 0
for width in $widths; do
	for place in $places; do
		cell "$width" "$place"
	done
done

ktap_check "the DMA engines are there" \
	modprobe edu-referee "bits=$(echo "$widths" | tr ' ' ,)"
echo "$2" >/sys/kernel/debug/edu-referee/run
number=0
for width in $widths; do
	ktap_check "a DMA engine of $width bits copied $2 blocks both ways, all right" \
		edu_copied "$1" "$width" $number "$2"
	number=$((number + 1))
done
ktap_check "and let go of all memory" rmmod edu-referee
ktap_finish
