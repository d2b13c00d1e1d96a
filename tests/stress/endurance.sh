#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: endurance.sh [SECONDS]
#
# An idle machine keeps time for a minute, and plays for SECONDS in periods of 64 frames
# without an xrun; then, which periods are too small for it, on this card and on the
# kernel's own.
# vm: --icount
# kernels: stock (its VMs count instructions; an instrumented kernel needs too many)
# timeout: 300
# soak: 600
# soak-timeout: 3600
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/stress.sh"

seconds=$(count_of "${1-}" 60) || exit

# plays_clean PERIOD OPTION...: two periods of it, without an xrun
plays_clean()
{
	period=$1
	shift
	oncard-play --mode play --faults any --period-size "$period" \
		--buffer-size $((2 * period)) "$@" >/tmp/said 2>&1 || {
		cat /tmp/said
		return 1
	}
}

# smallest OPTION...: the smallest period that plays clean, in frames
smallest()
{
	for frames in 16 32 48 64 96 128 192 256 384 512 768 1024 1536 2048 4096; do
		if plays_clean $frames -d 2 "$@" >/dev/null; then
			echo $frames
			return
		fi
	done
	return 1
}

# keeps_time SECONDS: within 0.01 %, and that was long enough to tell
keeps_time()
{
	oncard-play --mode play -d "$1" --ppm 100 >/tmp/said 2>&1
	status=$?
	cat /tmp/said
	[ "$status" -eq 0 ] && grep -q "^ok [0-9]* N seconds of sound take N seconds$" /tmp/said
}

# measure MODULE OPTION...: into $found, and printed
measure()
{
	module=$1
	shift
	found=$(smallest "$@") || ktap_diag "$(cat /tmp/said)"
	figure "smallest clean period of $module" "${found:-no} frames"
}

ktap_plan 6
ktap_check "60 s of sound take 60 s, within 0.01 %" keeps_time 60
ktap_check "$seconds s in two periods of 64 frames, without an xrun" \
	plays_clean 64 -d "$seconds"
measure snd-oncard
ours=$found
ktap_check "the smallest clean period is the smallest that the card has" test "$ours" = 16
if modprobe snd-dummy 2>/dev/null; then
	measure snd-dummy -D hw:Dummy
	ktap_check "snd-dummy plays clean" test -n "$found"
else
	ktap_skip "snd-dummy plays clean" "this kernel has no snd-dummy"
fi
if modprobe snd-aloop 2>/dev/null; then
	measure snd-aloop -D hw:Loopback,0,0
	ktap_check "snd-aloop plays clean" test -n "$found"
	ktap_check "in larger periods only" test "$ours" -lt "${found:-0}"
else
	ktap_skip "snd-aloop plays clean" "this kernel has no snd-aloop"
	ktap_skip "in larger periods only" "this kernel has no snd-aloop"
fi
ktap_finish
