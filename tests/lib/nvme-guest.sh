#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: nvme-guest.sh MIB UNBINDS UNPLUGS SEED
#
# The part of tests/stress/nvme.sh that runs in the VM. It asks the host for what only that
# can do: lines "@unplug" and "@plug" on its output.
. "$(dirname "$0")/ktap.sh"
. "$(dirname "$0")/driver.sh"
. "$(dirname "$0")/share.sh"
. "$(dirname "$0")/stress.sh"
. "$(dirname "$0")/nvme.sh"

mib=$1
unbinds=$2
unplugs=$3
seed=$4
clients=3
times=$((unbinds + unplugs))
# commands between two of them: of all that are to come (some 15 a MiB, each way), a share
commands=$((times ? mib * 30 / times : 0))
[ "$commands" -ge 30 ] || commands=30

# (each time it is bound, they are counted anew)
has_worked()
{
	[ "$(nvme_interrupts)" -ge "$commands" ] || ! kill -0 "$mover"
}

gone()
{
	! nvme_bound
}

rebind()
{
	nvme_unbind && nvme_bind
}

replug()
{
	echo "@unplug"
	within 60 gone || return
	echo "@plug"
	within 60 nvme_bound
}

# cycle N: the Nth of $times; pulled out as often as is due by then
cycle()
{
	if [ $(($1 * unplugs / times)) -gt $((($1 - 1) * unplugs / times)) ]; then
		replug
	else
		rebind
	fi
}

cycle_all()
{
	n=0
	while [ "$n" -lt "$times" ]; do
		within 120 has_worked || break
		kill -0 "$mover" || break
		cycle $((n + 1)) || break
		n=$((n + 1))
	done
	[ "$n" -eq "$times" ] || {
		ktap_diag "after $n times: $(dmesg | tail -n 5)"
		return 1
	}
}

log_is_clean()
{
	! dmesg | grep -E "nvme-cmb.*(does not|failed|goes on)"
}

ktap_plan 6
ktap_check "the controller is there" nvme_loads
nvme-client move "$seed" "$mib" $clients /tmp/stop >/tmp/said 2>&1 &
mover=$!
# (not by ktap_check, which would keep what the host is asked for)
if cycle_all; then
	ktap_ok "$unbinds times unbound and bound, $unplugs times pulled out and put in"
else
	ktap_not_ok "$unbinds times unbound and bound, $unplugs times pulled out and put in"
fi
touch /tmp/stop
wait "$mover"
ktap_is "what clients read is what they wrote: exit status" $? 0
ktap_diag "$(cat /tmp/said)"
ktap_check "the driver had nothing to say" log_is_clean
ktap_check "the driver can go" rmmod nvme-cmb
figure "objects of dma-core" "$(tr '\n' ';' <"$dma_core_debugfs/objects")"
ktap_check "all that was created was destroyed" no_objects_left
ktap_finish
