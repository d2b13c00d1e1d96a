# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# How the demonstration speaks, in the VM and on the host: steps, facts, checks.
# A check is counted when it is made, and what was planned must have been made.

report_planned=0
report_made=0
report_failed=

# plan N: N checks will be made
plan()
{
	report_planned=$1
}

step()
{
	printf '\n%s\n' "$*"
}

fact()
{
	printf '    %-22s %s\n' "$1" "$2"
}

# check NAME COMMAND...: made, and said to be ok when COMMAND exits 0
check()
{
	report_name=$1
	shift
	report_made=$((report_made + 1))
	if report_output=$("$@" 2>&1); then
		echo "    ok    $report_name${report_output:+: $report_output}"
	else
		echo "    FAIL  $report_name${report_output:+: $report_output}"
		report_failed="${report_failed:+$report_failed; }$report_name"
	fi
}

# report_finish: 0 only when all that was planned was made and nothing failed
report_finish()
{
	if [ "$report_made" -ne "$report_planned" ]; then
		echo "    FAIL  $report_made checks made, $report_planned planned"
		return 1
	fi
	[ -z "$report_failed" ]
}
