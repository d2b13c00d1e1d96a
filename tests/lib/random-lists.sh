# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For cases/random-lists*: four results.

# random_lists HOW [PARAMETER=VALUE...]: of the module random-lists
random_lists()
{
	how=$1
	shift
	ktap_check "a driver that draws lists loads" modprobe random-lists "$@"
	ktap_subtest "random lists, $how" cat_report
	ktap_is "the card device counted what it mapped" "$(counted)" \
		"$(sed -n 's/^# \(lists=.*\)/\1/p' /tmp/report | for_iommu)"
	ktap_check "it unloads" rmmod random-lists
}

# the counters of lists, in a line
counted()
{
	grep -E "^(lists|entries|segments|longest_run)=" \
		/sys/kernel/debug/dma-core/*/counters | paste -s -d " " - | for_iommu
}

# for_iommu: how long its runs are is an IOMMU's own business
for_iommu()
{
	if [ -e /sys/kernel/iommu_groups/0 ]; then
		sed 's/ longest_run=.*//'
	else
		cat
	fi
}

# what it says, and whether all was well
cat_report()
{
	cat /sys/kernel/debug/random-lists/report >/tmp/report || return
	cat /tmp/report
	! grep -q "^not ok" /tmp/report
}
