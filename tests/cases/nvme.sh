#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A driver for a controller that nobody here wrote, QEMU's nvme: queues, lists and data in its own
# memory, wherever it sees that, completion queues and other data in RAM.
# archs: amd64 (where the processor and the bus have the same addresses)
# vm: --no-modules --no-card --nvme 16M
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"
. "$(dirname "$0")/../lib/share.sh"
. "$(dirname "$0")/../lib/nvme.sh"

# it has one decoder: at these addresses is RAM
refused_on_ram()
{
	modprobe nvme-cmb device_addr=0x2000000
	! nvme_bound && kernel_says "lie where RAM is on the bus"
}

proposed()
{
	dmesg | sed -n 's/.*one address space; \(0x[0-9a-f]*\) is free.*/\1/p' | tail -n 1
}

# As if it were pulled out: nobody answers at its addresses.
stops_answering()
{
	printf '\000' | dd of="/sys/bus/pci/devices/$(nvme_slot)/config" bs=1 seek=4 conv=notrunc 2>/dev/null
}

# mover_meets_silence: the status of a client of the stress test, with a controller that does
# not answer any more and that nobody unbinds
mover_meets_silence()
{
	nvme-client move 1 1024 1 /tmp/stop >/tmp/said 2>&1 &
	mover=$!
	before=$(nvme_interrupts)
	until [ "$(nvme_interrupts)" -gt $((before + 10)) ]; do
		kill -0 "$mover" || return
	done
	stops_answering
	wait "$mover"
}

ktap_plan 32
modprobe mapping-probe
ktap_check "its memory cannot lie where RAM is" refused_on_ram
proposal=$(proposed)
ktap_is "the place that is proposed is its BAR's" "$(printf 0x%016x "$proposal")" "$(nvme_bar)"
rmmod nvme-cmb
nvme_works "at the place proposed" "$(nvme_bar)" "device_addr=$proposal"
nvme_works "far from everything" "$(printf 0x%016x $nvme_far)" "device_addr=$nvme_far"

modprobe nvme-cmb
nvme_holds
stops_answering
nvme_goes_on
ktap_is "a process is told that it does not answer" "${held%,*}" "Connection timed out"
ktap_check "so is the log" kernel_says "it does not answer"
ktap_check "it unbinds all the same" nvme_unbind
ktap_check "and binds" nvme_bind
ktap_check "and works again" nvme-client once
mover_meets_silence
ktap_is "who moves blocks does not wait for what is not coming: exit status" $? 1
# (it may have read what it had just moved where nobody answers)
ktap_check "and says why" grep -Eq "^operation [0-9]+: (Connection timed out|Bad message)" /tmp/said
rmmod nvme-cmb
ktap_check "all that was created was destroyed" no_objects_left
ktap_finish
