# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034 # what probe sets is for those who call it
#
# In the VM: looks at the driver from outside, through proc, debugfs and the page
# tables.

card_debugfs=/sys/kernel/debug/dma-core

# region FIELD: a field of the first region's line
region()
{
	sed -n "1s/.*\<$1=\([^ ]*\).*/\1/p" "$card_debugfs"/*/regions
}

# buffer_of_playback: the buffer that is mapped, as the card sees it
buffer_of_playback()
{
	sed -n 's/^memory=\([^ ]*\) handle=\([^ ]*\) size=\([0-9]*\) mappings=[1-9].*/\3 bytes of \1 memory at \2/p' \
		"$card_debugfs"/*/buffers | tail -n 1
}

# wait_for_state PID pcm0p|pcm0c STATE: until the first substream, which PID opens,
# is in STATE; fails when PID is gone
wait_for_state()
{
	until grep -q "state: $3" "/proc/asound/card0/$2/sub0/status"; do
		kill -0 "$1" 2>/dev/null || return 1
	done
}

# address_of PID FILE: where the process has mapped it, in hexadecimal
address_of()
{
	sed -n "s#^\([0-9a-f]*\)-.* $2\$#\1#p" "/proc/$1/maps" | head -n 1
}

# vm_flags PID ADDRESS: the VmFlags of the VMA that begins there
vm_flags()
{
	sed -n "/^$2-/,/^VmFlags/s/^VmFlags: //p" "/proc/$1/smaps"
}

# probe PID FILE: sets probe_pages, _present, _struct_page, _write_combining and
# _flags of the process's mapping of FILE
probe()
{
	probe_address=$(address_of "$1" "$2")
	echo "$1 $probe_address" >/sys/kernel/debug/mapping-probe/query
	read -r _ probe_pages probe_present probe_struct_page \
		probe_write_combining </sys/kernel/debug/mapping-probe/answer
	probe_pages=${probe_pages#*=}
	probe_present=${probe_present#*=}
	probe_struct_page=${probe_struct_page#*=}
	probe_write_combining=${probe_write_combining#*=}
	probe_flags=$(vm_flags "$1" "$probe_address")
}
