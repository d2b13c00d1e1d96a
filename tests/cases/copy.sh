#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Scatter/gather I/O between user memory and memory on the card: bit-exact, and no
# page stays pinned, whatever becomes of the process.
#
#	copy.sh [BYTES [KILLS]]: how much to move each way, and children to kill
# timeout: 600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

bytes=${1:-$((64 << 20))}
kills=${2:-100}
copy_debugfs=/sys/kernel/debug/snd-oncard

# copied NAME: a figure of the copy engine
copied()
{
	sed -n "s/^$1=//p" "$copy_debugfs"/*/copy
}

# pins acquired|released: the kernel's own count, that of other processors included
pins()
{
	cat /proc/sys/vm/stat_refresh
	sed -n "s/^nr_foll_pin_$1 //p" /proc/vmstat
}

descriptor_bytes()
{
	sed -n 's/^descriptor_bytes=//p' "$copy_debugfs"/*/card
}

# refused PARAMETER=VALUE: the driver does not load with it
refused()
{
	! modprobe snd-oncard "$1" 2>/dev/null
}

opens()
{
	(exec 5<>/dev/oncard0) 2>/dev/null
}

figures()
{
	ktap_diag "$(tr '\n' ' ' <"$(echo "$copy_debugfs"/*/copy)")"
}

# wait_until COMMAND...: for 10 seconds at most
wait_until()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		usleep 100000
	done
}

# While a file is open, the card is taken from the driver. Sets unbind_done_early.
unbind_with_open_file()
{
	exec 5<>/dev/oncard0
	device=$(basename "$(dirname "$copy_debugfs"/*/copy)")
	{
		echo "$device" >/sys/bus/pci/drivers/snd-oncard/unbind
		echo unbound >/tmp/unbound
	} 5>&- &
	wait_until test ! -e /dev/oncard0 && wait_until file_is_disconnected || return
	unbound_early=$(cat /tmp/unbound 2>/dev/null)
	exec 5>&-
	wait_until test -e /tmp/unbound
}

file_is_disconnected()
{
	dd of=/dev/null bs=16 count=1 <&5 2>&1 | grep -q "No such device"
}

ktap_plan 21
echo 8 >/proc/sys/vm/nr_hugepages
ktap_is "the node is root's alone" "$(stat -c %a /dev/oncard0)" 600
ktap_subtest "$bytes bytes each way, by random iovecs" copy-iovecs --bytes "$bytes"
figures
aborted_before=$(copied aborted)
ktap_subtest "$kills processes killed in the middle" copy-iovecs --kills "$kills"
figures
ktap_check "transfers were aborted" test "$(copied aborted)" -gt "$aborted_before"
ktap_check "pages were pinned" test "$(copied pages_pinned)" -gt 0
ktap_is "each was unpinned" "$(copied pages_unpinned)" "$(copied pages_pinned)"
ktap_is "the kernel counts the same" "$(pins released)" "$(pins acquired)"
ktap_is "no DMA segment without its descriptor" \
	"$(copied descriptors)" "$(copied segments)"
ktap_is "the card reported no error" "$(copied errors)" 0
ktap_is "closed files leave no buffer" "$(wc -l <"$(echo $dma_core_debugfs/*/buffers)")" 1

exec 5<>/dev/oncard0
ktap_is "an open file keeps the module" "$(exit_status rmmod snd-oncard)" 1
exec 5>&-
ktap_check "the card can be unbound while a file is open" unbind_with_open_file
ktap_is "that waits for the file, which has got ENODEV" "$unbound_early" ""
rmmod snd-oncard

ktap_check "copy_size=0 is refused" refused copy_size=0
ktap_check "part of a page is refused" refused copy_size=4097
modprobe snd-oncard copy_size=64K card_addr=4G
ktap_is "memory beyond 4 GiB takes long descriptors" "$(descriptor_bytes)" 16
ktap_subtest "with these, and a buffer of 64 KiB" copy-iovecs --bytes 2000000
reload copy_size=128M
ktap_is "no buffer larger than the card" "$(exit_status opens)" 1
ktap_check "and the log has the figures" \
	kernel_says "no 134217728 bytes of card memory in a row"
reload buffers=system
ktap_check "with buffers in system RAM there is no node" test ! -e /dev/oncard0
ktap_check "and the log says why" kernel_says "no /dev/oncard0: it reaches memory on the card"
ktap_finish
