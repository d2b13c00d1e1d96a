#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The rig itself: its exit status tells what became of the command and of the VM.
# host
# kernels: 6.1 (it provokes a warning of that kernel, and waits for timeouts)
# timeout: 600
. "$(dirname "$0")/../lib/ktap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
state=$top/build/vm/rig-test
run=$top/tests/vm/run

lost=240
splat=241

# status_of ARGUMENT...: the rig's exit status; what it says is in $said
said=$top/build/vm/rig-test.said
status_of()
{
	"$run" --state "$state" "$@" >"$said" 2>&1
	echo $?
}

# The process that is the VM: QEMU with our state folder on its command line.
qemu_pid()
{
	for process in /proc/[0-9]*; do
		if tr '\0' ' ' <"$process/cmdline" 2>/dev/null |
			grep -q "^qemu-system.*$state/"; then
			echo "${process#/proc/}"
		fi
	done
}

# Kills QEMU once the VM says that it is up.
killed()
{
	"$run" --state "$state" -- sh -c 'echo up; exec sleep 1000' >"$said" 2>&1 &
	rig=$!
	until grep -q '^up' "$said" 2>/dev/null; do
		kill -0 $rig || return
	done
	kill -KILL "$(qemu_pid)"
	wait $rig
	echo $?
}

# A warning of Debian's own kernel: the card's id becomes the name of a link in
# /proc/asound, where this name is taken.
warn="printf modules >/sys/class/sound/card0/id"
warning="asound/modules.*already.registered"

ktap_plan 20
ktap_is "true is 0" "$(status_of -- true)" 0
ktap_is "false is 1" "$(status_of -- false)" 1
ktap_is "any status is handed on" "$(status_of -- sh -c 'exit 7')" 7
ktap_is "arguments arrive as they were given" \
	"$(status_of -- test 'a  b"c' = "a  b\"c")" 0
# Where the kernel was linked to is where it is without; both places are drawn.
ktap_is "--kaslr: the kernel is somewhere else" "$(status_of --kaslr -- sh -c '
	! grep -q "^ffffffff81000000 . _text$" /proc/kallsyms ||
		! grep -q "^ *01000000-.*Kernel code" /proc/iomem')" 0
mkdir -p "$state/overlay/etc"
echo "laid over" >"$state/overlay/etc/laid-over"
ktap_is "--overlay lays a folder over the root" \
	"$(status_of --overlay "$state/overlay" -- grep -q "laid over" /etc/laid-over)" 0
ktap_is "a VM that does not end in time is lost" \
	"$(status_of --timeout 10 -- sh -c 'exec sleep 1000')" $lost
ktap_check "and it is said why" grep -q "10 s" "$said"
ktap_is "a VM that is killed is lost" "$(killed)" $lost
ktap_is "a VM that panics is lost" \
	"$(status_of -- sh -c 'echo c >/proc/sysrq-trigger')" $lost
ktap_is "a command that succeeds beside a splat fails" \
	"$(status_of -- sh -c 'echo "BUG: planted by the test" >/dev/kmsg')" $splat
ktap_is "a warning that nobody expected loses the VM" \
	"$(status_of -- sh -c "$warn")" $lost
ktap_is "--expect-warning: it came, and the command's status is handed on" \
	"$(status_of --expect-warning "$warning" -- sh -c "$warn; exit 7")" 7
ktap_is "--expect-warning: a warning that does not come is as bad as a splat" \
	"$(status_of --expect-warning never.comes -- true)" $splat
ktap_check "and it is said which" grep -q "'never.comes' did not come" "$said"
ktap_is "--expect-warning: another one that comes is a splat" \
	"$(status_of --expect-warning never.comes -- sh -c "$warn")" $splat
ktap_is "--expect-warning with no regular expression is refused" \
	"$(status_of --expect-warning '(' -- true)" 2
ktap_is "an unknown option is refused" "$(status_of --nonsense -- true)" 2
ktap_check "with a word on what is allowed" grep -q "unknown option.*--nonsense.*--help" "$said"
ktap_is "an overlay that is not there is refused" \
	"$(status_of --overlay "$state/nowhere" -- true)" 2
ktap_finish
