# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # what probe sets is for those who call it
#
# For scripts in the VM: loads the driver with parameters, plays, and looks at the
# driver from outside, through proc, debugfs and the page tables.

dma_core_debugfs=/sys/kernel/debug/dma-core
probe_debugfs=/sys/kernel/debug/mapping-probe

# reload [PARAMETER=VALUE...]
reload()
{
	rmmod snd-oncard && modprobe snd-oncard "$@"
}

# no_card_with [PARAMETER=VALUE...]: the driver loads, waits for a card it can use, and
# unloads again
no_card_with()
{
	modprobe snd-oncard "$@" || return
	[ ! -e /proc/asound/card0 ] && [ ! -e /dev/oncard0 ] &&
		[ -z "$(find $dma_core_debugfs -mindepth 1 -type d)" ]
	found_none=$?
	rmmod snd-oncard && return $found_none
}

# play_counter [OPTION...]: a second of a signal whose every sample is different
play_counter()
{
	oncard-play --signal counter --duration 1 "$@"
}

# exit_status COMMAND...: prints its exit status in place of its output
exit_status()
{
	"$@" >/dev/null 2>&1
	echo $?
}

# counter NAME: of the card's device, since it was created
counter()
{
	sed -n "s/^$1=//p" "$dma_core_debugfs"/*/counters
}

# region NAME: a field of the card's region
region()
{
	sed -n "1s/.*\<$1=\([^ ]*\).*/\1/p" "$dma_core_debugfs"/*/regions
}

# mapped_buffer NAME: a field of the last buffer that is mapped
mapped_buffer()
{
	sed -n "/ mappings=[1-9]/s/.*\<$1=\([^ ]*\).*/\1/p" \
		"$dma_core_debugfs"/*/buffers | tail -n 1
}

# kernel_says TEXT: the kernel log has a line with it
kernel_says()
{
	dmesg | grep -F -- "$1" >/dev/null || {
		dmesg | tail -n 3
		return 1
	}
}

# wait_until_running PID pcm0p|pcm0c: the first substream, which PID opens, runs;
# fails when PID is gone
wait_until_running()
{
	until grep -q "state: RUNNING" "/proc/asound/card0/$2/sub${3:-0}/status"; do
		kill -0 "$1" 2>/dev/null || return 1
	done
}

# address_of PID FILE: where the process has mapped it first, in hexadecimal; where the file
# is a driver's, by dma-core's for it, [dma-core:NAME]
address_of()
{
	sed -n "s#^\([0-9a-f]*\)-.*[/:]${2##*/}\]\{0,1\}\$#\1#p" "/proc/$1/maps" |
		head -n 1
}

# vm_flags PID ADDRESS: the VmFlags of the VMA that begins there
vm_flags()
{
	sed -n "/^$2-/,/^VmFlags/s/^VmFlags: //p" "/proc/$1/smaps"
}

# probe PID FILE: sets probe_pages, _present, _struct_page, _write_combining, _agree (pages
# with one attribute for the user and for the kernel) and _flags of the process's
# mapping of FILE. Needs the module mapping-probe.
probe()
{
	probe_address=$(address_of "$1" "$2")
	echo "$1 $probe_address" >$probe_debugfs/query &&
		cat $probe_debugfs/answer >/tmp/probe || return
	read -r _ probe_pages probe_present probe_struct_page \
		probe_write_combining probe_agree </tmp/probe
	probe_pages=${probe_pages#*=}
	probe_present=${probe_present#*=}
	probe_struct_page=${probe_struct_page#*=}
	probe_write_combining=${probe_write_combining#*=}
	probe_agree=${probe_agree#*=}
	probe_flags=$(vm_flags "$1" "$probe_address")
}

# probed NAME: the values of a field, of all pages that probe saw, each once
probed()
{
	sed -n "/^page=/s/.* $1=\([^ ]*\).*/\1/p" /tmp/probe | sort -u
}

# page_size: the machine's, in bytes
page_size()
{
	echo $(($(sed -n '/^KernelPageSize:/s/[^0-9]//gp' /proc/self/smaps |
		head -n 1) * 1024))
}

# probed_frames: "page=N pfn=0x..." of each page that probe saw
probed_frames()
{
	sed -n 's/ struct_page=.*//;/^page=/p' /tmp/probe
}
