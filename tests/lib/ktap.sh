# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# KTAP for test cases in POSIX sh: busybox ash in the VM, dash on the host.
#
#	. "$(dirname "$0")/../lib/ktap.sh"
#	ktap_plan 2
#	ktap_check "the buffer lies on the card" grep -q card "$buffers"
#	ktap_is "one mapping is live" "$(mappings)" 1
#	ktap_finish
#
# A test's name is the property that it shows. ktap_finish is the last command
# of a case: the line it writes is the proof that the case got to its end, and
# tests/run takes a case without it, or with output after it, as failed.

ktap_planned=
ktap_passed=0
ktap_failed=0
ktap_skipped=0

# ktap_plan N: N results will follow
ktap_plan()
{
	ktap_planned=$1
	echo "KTAP version 1"
	echo "1..$1"
}

# ktap_skip_all REASON: the case as a whole does not apply here; ends it
ktap_skip_all()
{
	echo "KTAP version 1"
	echo "1..0 # SKIP $1"
	echo "# Totals: pass:0 fail:0 skip:0"
	exit 0
}

# ktap_diag TEXT: each line of TEXT as a diagnostic
ktap_diag()
{
	printf '%s\n' "$1" | sed 's/^/# /'
}

# number of the result that comes next
ktap_next()
{
	echo $((ktap_passed + ktap_failed + ktap_skipped + 1))
}

# ktap_ok NAME
ktap_ok()
{
	echo "ok $(ktap_next) $1"
	ktap_passed=$((ktap_passed + 1))
}

# ktap_not_ok NAME [WHY]
ktap_not_ok()
{
	[ -z "${2-}" ] || ktap_diag "$2"
	echo "not ok $(ktap_next) $1"
	ktap_failed=$((ktap_failed + 1))
}

# ktap_skip NAME REASON
ktap_skip()
{
	echo "ok $(ktap_next) $1 # SKIP ${2:?ktap_skip needs a reason}"
	ktap_skipped=$((ktap_skipped + 1))
}

# ktap_check NAME COMMAND...: ok when COMMAND exits 0; shows its output if not
ktap_check()
{
	ktap_name=$1
	shift
	if ktap_output=$("$@" 2>&1); then
		ktap_ok "$ktap_name"
	else
		ktap_status=$?
		[ -z "$ktap_output" ] || ktap_diag "$ktap_output"
		ktap_not_ok "$ktap_name" "exit status $ktap_status: $*"
	fi
}

# ktap_is NAME GOT EXPECTED
ktap_is()
{
	if [ "$2" = "$3" ]; then
		ktap_ok "$1"
	else
		ktap_not_ok "$1" "got '$2', expected '$3'"
	fi
}

# ktap_subtest NAME COMMAND...: COMMAND prints KTAP of its own, passed on nested
ktap_subtest()
{
	ktap_name=$1
	shift
	# fd 4 is our output; the status leaves the pipe by fd 3
	{
		ktap_status=$(
			exec 3>&1
			{
				("$@") 2>&1 3>&- 4>&-
				echo $? >&3
			} | sed 's/^/    /' >&4
		)
	} 4>&1
	if [ "$ktap_status" -eq 0 ]; then
		ktap_ok "$ktap_name"
	else
		ktap_not_ok "$ktap_name" "exit status $ktap_status: $*"
	fi
}

# ktap_finish: the case's last command; exits 0 only if all is as planned
ktap_finish()
{
	ktap_status=0
	ktap_run=$((ktap_passed + ktap_failed + ktap_skipped))
	if [ -z "$ktap_planned" ]; then
		echo "# no plan: ktap_plan N comes before the first result"
		ktap_status=1
	elif [ "$ktap_planned" -ne "$ktap_run" ]; then
		echo "# planned $ktap_planned results, reported $ktap_run"
		ktap_status=1
	fi
	[ "$ktap_failed" -eq 0 ] || ktap_status=1
	echo "# Totals: pass:$ktap_passed fail:$ktap_failed skip:$ktap_skipped"
	exit "$ktap_status"
}
