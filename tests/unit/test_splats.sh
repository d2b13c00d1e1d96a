#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/vm/splats against logs of kernels: what of a warning that is expected
# may be in a log, and that nothing else passes along with it.

set -u
shopt -s lastpipe	# so that results are counted at the end of a pipe
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
log=$tmp/console.log

# begins TEXT, continues, ends: a warning, as Linux 6.1 prints it
begins()
{
	echo "[    3.644553] ------------[ cut here ]------------"
	echo "[    3.644743] $1"
}

continues()
{
	cat <<-END
		[    3.645143] WARNING: CPU: 0 PID: 97 at dma-core/buffer.c:400 free_it+0x19f/0x240
		[    3.645451] Modules linked in: dma_core(OE) snd_pcm
		[    3.648753] Call Trace:
		[    3.648772]  proc_symlink+0x71/0x90
	END
}

ends()
{
	echo "[    3.649768] ---[ end trace 0000000000000000 ]---"
}

warning()
{
	begins "$1"
	continues
	ends
}

says()
{
	echo "[    3.650000] $1"
}

# judged NAME WHAT-IS-WRONG [REGEX...]: the log on standard input, with these
# warnings expected; WHAT-IS-WRONG are the lines printed, "" for a clean log
judged()
{
	local name=$1 wanted=$2 said status expected=() regex

	shift 2
	cat >"$log"
	for regex; do
		expected+=(--expect-warning "$regex")
	done
	said=$("$top/tests/vm/splats" "${expected[@]}" "$log" 2>&1)
	status=$?
	if [[ $said == "$wanted" && $status == "$([[ -z $wanted ]]; echo $?)" ]]; then
		ktap_ok "$name"
	else
		ktap_not_ok "$name" "exit status $status, and it said:"$'\n'"$said"
	fi
}

# refused NAME MESSAGE ARGUMENT...: exit status 2
refused()
{
	local name=$1 message=$2 said status

	shift 2
	said=$("$top/tests/vm/splats" "$@" 2>&1)
	status=$?
	if [[ $status == 2 && $said == *"$message"* ]]; then
		ktap_ok "$name"
	else
		ktap_not_ok "$name" "exit status $status, and it said:"$'\n'"$said"
	fi
}

# numbered NUMBER TEXT: a line as it is printed, the time in front of the text
numbered()
{
	echo "$1:[    3.${3:-645143}] $2"
}

at="WARNING: CPU: 0 PID: 97 at dma-core/buffer.c:400 free_it+0x19f/0x240"
unexpected=$(numbered 3 "$at"; numbered 5 "Call Trace:" 648753)
absent="the expected warning 'no.such' did not come"

ktap_plan 41

# --- without expectations -------------------------------------------------------

says "Linux version 6.1" | judged "a quiet log is clean" ""
warning "freeing nothing" | judged "a warning is wrong" "$unexpected"
for _ in {1..30}; do says "BUG: x"; done | judged "no more than 20 lines are shown" \
	"$(for n in {1..20}; do numbered "$n" "BUG: x" 650000; done)"

# splat TEXT
splat()
{
	says "$1" | judged "wrong: $1" "$(numbered 1 "$1" 650000)"
}

splat "BUG: KASAN: slab-use-after-free in card_buffer_put+0x10/0x20"
splat "general protection fault, probably for non-canonical address 0xdffffc0000000000"
splat "UBSAN: array-index-out-of-bounds in sound/core/pcm_native.c:1:2"
splat "WARNING: possible circular locking dependency detected"
splat "refcount_t: underflow; use-after-free."
splat "list_del corruption. next->prev should be ffff888001234567"
splat "INFO: task aplay:61 blocked for more than 120 seconds."
splat "x86/PAT: aplay:61 freeing invalid memtype [mem 0xf8000000-0xf8000fff]"

# gives_up TEXT: one who looks for defects has stopped
gives_up()
{
	splat "$1"
}

gives_up "kmemleak: Kernel memory leak detector disabled"
gives_up "kmemleak: Cannot allocate a kmemleak_object structure"
gives_up "DMA-API: cacheline tracking ENOMEM, dma-debug disabled"
gives_up "DMA-API: debugging out of memory - disabling"
gives_up "ODEBUG: Out of memory. ODEBUG disabled"
says "kmemleak: Cannot allocate a scan area" |
	judged "what it can do without is not wrong" ""
says "DMA-API: debugging disabled on kernel command line" |
	judged "one who was told not to look is not wrong" ""
says "kmemleak: Kernel memory leak detector initialized (mem pool available: 14836)" |
	judged "one who begins is not wrong" ""

# --- what was expected ----------------------------------------------------------

{ says "up"; warning "freeing nothing"; } |
	judged "a warning that is expected is not wrong" "" "^freeing.nothing$"
{ warning "freeing nothing"; warning "mapping too much"; } |
	judged "two warnings that are expected, in any order" "" "too.much" "freeing"
warning "freeing nothing" | sed 's/$/\r/' |
	judged "lines may end as a serial console ends them" "" "nothing$"
warning "freeing nothing" | sed 's/^\[ [^]]*] //' |
	judged "lines need no time" "" "^freeing"
warning "freeing nothing" | sed 's/] /][   T97] /' |
	judged "lines may name the thread" "" "^freeing"
warning "freeing nothing" | sed 's/WARNING.*/WARNING: dma-core\/buffer.c:400 at free_it+0x19f\/0x240, CPU#0: sh\/97/' |
	judged "kernels after 6.1 name the processor last" "" "^freeing"
warning "refcount_t: underflow" |
	judged "its text may look like a splat" "" "refcount_t: (under|over)flow"
warning "a {3} b" | judged "regular expressions are extended ones" "" "^a.[{]3{1}[}] b$"

# --- how often ------------------------------------------------------------------

says "up" | judged "an expected warning that does not come is wrong" "$absent" "no.such"
{ warning "freeing nothing"; says "on"; warning "freeing nothing"; } |
	judged "an expected warning that comes twice is wrong" \
		"the expected warning 'freeing' came 2 times, in lines 2 10; it should come once" \
		"freeing"
says "freeing nothing" |
	judged "its text alone is no warning" \
		"the expected warning 'freeing' did not come" "freeing"
warning "freeing nothing" |
	judged "only the text counts, not where it was" \
		"the expected warning 'free_it' did not come"$'\n'"$unexpected" "free_it"

# --- what stays wrong -----------------------------------------------------------

warning "freeing nothing" |
	judged "another warning than the expected one" "$absent"$'\n'"$unexpected" "no.such"
{ warning "freeing nothing"; warning "mapping too much"; } |
	judged "another warning beside the expected one" \
		"$(numbered 10 "$at"; numbered 12 "Call Trace:" 648753)" "freeing"
{ begins "freeing nothing"; continues; says "reboot: Power down"; } |
	judged "a warning without an end" \
		"the expected warning 'freeing' did not come"$'\n'"$unexpected" "freeing"
{ begins "freeing nothing"; continues; warning "mapping too much"; } |
	judged "a warning cut off by another one" \
		"the expected warning 'freeing' did not come"$'\n'"$unexpected" "freeing" "mapping"
{ begins "freeing nothing"; warning "mapping too much"; continues; ends; } |
	judged "a warning around another one" \
		"the expected warning 'freeing' did not come
$(numbered 10 "$at"; numbered 12 "Call Trace:" 648753)" "freeing" "mapping"
{ begins "freeing nothing"; says "BUG: unable to handle page fault"; continues
  says "Oops: 0002 [#1] PREEMPT SMP"; says "Call Trace:"; ends; } |
	judged "what comes in the middle of a warning" \
		"$(numbered 3 "BUG: unable to handle page fault" 650000
		   numbered 8 "Oops: 0002 [#1] PREEMPT SMP" 650000
		   numbered 9 "Call Trace:" 650000)" "freeing"
{ begins "kernel BUG at dma-core/buffer.c:400!"; says "Call Trace:"; ends; } |
	judged "a BUG is never expected" "the expected warning 'kernel' did not come
$(numbered 2 "kernel BUG at dma-core/buffer.c:400!" 644743
  numbered 3 "Call Trace:" 650000)" "kernel"

# --- use ------------------------------------------------------------------------

refused "a broken regular expression is refused" "'(' is not an extended regular" \
	--expect-warning '(' "$log"
refused "one that matches everything is refused" "'.*' matches everything" \
	--expect-warning '.*' "$log"
refused "a log that is not there is refused" "there is no log '$tmp/none'" "$tmp/none"
ktap_finish
