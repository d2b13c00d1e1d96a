# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # what is set is for those who call
#
# For cases in the VM: an NVMe controller that is not ours works in memory of its own. Needs
# nvme-cmb, and QEMU's nvme with a CMB.

nvme_driver=/sys/bus/pci/drivers/nvme-cmb
# where no RAM is, and no IOMMU gives addresses out
nvme_far=0x100000000000

# nvme_slot: the controller's, in the tree of PCI
nvme_slot()
{
	for nvme_slot in /sys/bus/pci/devices/*; do
		[ "$(cat "$nvme_slot/device" 2>/dev/null)" != 0x0010 ] || basename "$nvme_slot"
	done
}

nvme_bound()
{
	[ -e "$nvme_driver/$(nvme_slot)/driver" ]
}

nvme_unbind()
{
	nvme_slot >"$nvme_driver/unbind"
}

nvme_bind()
{
	nvme_slot >"$nvme_driver/bind"
}

# nvme_loads [PARAMETER=VALUE]: and finds the controller
nvme_loads()
{
	modprobe nvme-cmb "$@" && nvme_bound
}

# nvme_bar: the bus address of its memory, as dma-core writes addresses
nvme_bar()
{
	sed -n '3s/ .*//p' "/sys/bus/pci/devices/$(nvme_slot)/resource"
}

nvme_interrupts()
{
	awk '/nvme-cmb/ { for (n = 2; n <= NF && $n ~ /^[0-9]+$/; n++) all += $n } END { print all + 0 }' \
		/proc/interrupts
}

# nvme_buffers MEMORY: how many of dma-core's buffers are there
nvme_buffers()
{
	cat "$dma_core_debugfs"/*/buffers | grep -c "^memory=$1 "
}

# nvme_holds: a process in the background, $holder, that has filled its mapped buffer; it goes on
# when fd 5 is written to, and what it said is in /tmp/held
nvme_holds()
{
	rm -f /tmp/go /tmp/held
	mkfifo /tmp/go
	nvme-client hold </tmp/go >/tmp/held &
	holder=$!
	exec 5>/tmp/go
	until grep -q held /tmp/held 2>/dev/null; do
		kill -0 "$holder" || return
	done
}

# nvme_goes_on: sets held: what it finds now
nvme_goes_on()
{
	echo >&5
	exec 5>&-
	wait "$holder"
	held=$(tail -n 1 /tmp/held)
}

# nvme_works WHERE DEVICE-ADDRESS [PARAMETER=VALUE]: eleven results
nvme_works()
{
	where=$1
	address=$2
	shift 2
	ktap_check "$where: the controller is there" nvme_loads "$@"
	ktap_is "$where: so is its memory" "$(region device)" "$address"
	ktap_is "$where: two submission queues and a page of PRPs lie in it" "$(nvme_buffers card)" 3
	ktap_is "$where: two completion queues lie in RAM" "$(nvme_buffers system)" 2
	ktap_subtest "$where: blocks go there and back" nvme-client once
	ktap_check "$where: by interrupts" test "$(nvme_interrupts)" -gt 0
	nvme_holds
	probe "$holder" /dev/nvme-cmb
	ktap_is "$where: a buffer is mapped as a whole, write-combining, without pages" \
		"$probe_pages $probe_present $probe_struct_page $probe_write_combining" \
		"128 128 0 128"
	ktap_check "$where: unbound while it is mapped" nvme_unbind
	nvme_goes_on
	ktap_is "$where: the process is told, and finds zeroes" "$held" "No such device, zeroes"
	ktap_check "$where: the driver can go" rmmod nvme-cmb
	ktap_check "$where: all that was created was destroyed" no_objects_left
}
