# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # top is the case's
#
# For stress/nvme and nvme-iommu, with their arguments MIB UNBINDS UNPLUGS SEED: moves blocks in
# a VM, while the controller is unbound and pulled out, and compares the disk from outside
# afterwards. The part in the VM is nvme-guest.sh.

. "$top/tests/lib/ktap.sh"
. "$top/tests/lib/qmp.sh"

# number NAME WORD LEAST MOST: an argument of the script's
number()
{
	if [[ ! $2 =~ ^(0|[1-9][0-9]{0,9})$ || $2 -lt $3 || $2 -gt $4 ]]; then
		echo "${0##*/}: $1 '$2' is not a number from $3 to $4" >&2
		exit 2
	fi
	echo "$2"
}

unplug()
{
	qmp_tell device_del '{"id": "nvme"}' && qmp_says '"return"'
}

plug()
{
	qmp_says '"DEVICE_DELETED", "data": {"device": "nvme"' &&
		qmp_tell device_add '{"driver": "nvme", "id": "nvme", "drive": "nvme-disk",
			"serial": "oncard", "cmb_size_mb": 16, "bus": "nvme-port"}' &&
		qmp_says '"return"'
}

# move_blocks VM-OPTION...
move_blocks()
{
	"$top/tests/vm/run" --smp 2 --no-modules --no-card --nvme 16M --state "$state" \
		--timeout "${ONCARD_TIMEOUT:-10000}" --qemu "$qmp_options" "$@" \
		-- sh /tests/lib/nvme-guest.sh "$mib" "$unbinds" "$unplugs" "$seed" |
		qmp_serve | tee "$state/said"
	return "${PIPESTATUS[0]}"
}

# disk_is_right: from outside
disk_is_right()
{
	local operations

	mapfile -t operations < <(sed -n 's/^# client \([0-9]*\): \([0-9]*\) operations.*/\1 \2/p' \
		"$state/said" | sort -n | cut -d ' ' -f 2)
	"${ONCARD_PROGRAMS:-$top/build/programs/${ONCARD_ARCH:-amd64}}/nvme-client" \
		check "$seed" "$state/nvme-disk" "${operations[@]}"
}

# nvme_under_load NAME [VM-OPTION...]: all of the case
nvme_under_load()
{
	local found status

	state=$top/build/vm/$1
	shift
	qmp_open "$state" || exit
	ktap_plan 2
	ktap_diag "seed: $seed"
	ktap_subtest "blocks move, while the controller comes and goes" move_blocks "$@"
	found=$(disk_is_right 2>&1)
	status=$?
	ktap_diag "$found"
	ktap_is "seen from outside, each block of the disk is what was written to it last" $status 0
	ktap_finish
}

mib=$(number MIB "${1:-64}" 1 65536) || exit
unbinds=$(number UNBINDS "${2:-6}" 0 100000) || exit
unplugs=$(number UNPLUGS "${3:-3}" 0 100000) || exit
seed=$(number SEED "${4:-$SRANDOM}" 0 4294967295) || exit
