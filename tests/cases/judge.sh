#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# oncard-play as a judge: each fault that is injected into what it plays is found as
# what it is, and as nothing else; on this card, and on others of the kernel.
# vm: --icount
# timeout: 300
. "$(dirname "$0")/../lib/ktap.sh"

result=/tmp/result.json

# Names of the checks that came to $1.
checks()
{
	sed -n "s/^ *{ \"name\": \"\(.*\)\", \"result\": \"$1\".*/\1/p" "$result"
}

# figure NAME
figure()
{
	sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\).*/\1/p" "$result"
}

# finds FAULT CHECK OPTION...: the fault is found by this check alone
finds()
{
	fault=$1
	check=$2
	shift 2
	oncard-play --inject "$fault" --json "$result" "$@"
	[ $? -eq 1 ] || return
	grep -q "\"fault\": \"$fault\", \"frame\": $(figure injected_frame)," "$result" || return
	[ "$(checks 'not ok')" = "every frame recorded equals the frame played
$check" ]
}

# each_fault NAME OPTION...
each_fault()
{
	name=$1
	shift
	while read -r fault check; do
		ktap_check "$name: $fault" finds "$fault" "$check" "$@"
	done <<-END
		swapped no channel comes in the place of another
		shifted no frame is shifted
		repeated no period comes twice
		stale nothing comes from the buffer's lap before
		lost no frame is lost
		silent no silence comes where there was none
		foreign nothing comes that was not played
	END
}

# passes OPTION...: all is well, and what --json and --svg write is there
passes()
{
	rm -f "$result" /tmp/picture.svg
	oncard-play --json "$result" --svg /tmp/picture.svg "$@" &&
		[ "$(figure status)" = 0 ] && [ -z "$(checks 'not ok')" ] &&
		grep -q "^</svg>$" /tmp/picture.svg
}

# skips REASON OPTION...
skips()
{
	reason=$1
	shift
	oncard-play "$@" >/tmp/said && grep -q "^ok .* # SKIP $reason" /tmp/said
}

# refuses STATUS TEXT OPTION...
refuses()
{
	status=$1
	text=$2
	shift 2
	oncard-play "$@" >/tmp/said 2>&1
	[ $? -eq "$status" ] && grep -q -- "$text" /tmp/said
}

late()
{
	passes --latency --inject delay "$@" && [ "$(figure delay_frames)" = 100 ]
}

# How many wakeups there were; each period is one.
wakeups()
{
	passes "$@" >&2 && sed -n 's/^  "wakeups": { "count": \([0-9]*\),.*/\1/p' "$result"
}

recovers()
{
	passes "$@" && [ "$(figure xruns_recovered)" = 3 ]
}

ktap_plan 49
each_fault "S16_LE, 2 channels" -d 1
each_fault "U8, 32 channels" -f U8 -c 32 -d 1
each_fault "FLOAT_BE, 3 channels, rw" -f FLOAT_BE -c 3 --access rw -d 1

ktap_check "a loopback that comes late is measured" late -d 1
ktap_check "one that does not is, too" passes --latency -d 1
ktap_is "it comes at once" "$(figure delay_frames)" 0
ktap_check "three xruns are recovered from" recovers --xrun 3 -d 1
ktap_check "by rw and without period wakeups, too" \
	recovers --xrun 3 -d 1 --access rw --no-period-wakeup
ktap_check "three overruns are recovered from" recovers --mode record --xrun 3 -d 1
ktap_check "three xruns of a playback alone are" recovers --mode play --xrun 3 -d 1
ktap_check "five seconds of sound take five seconds" passes -d 5 --ppm 100
ktap_is "that was judged" "$(checks ok | grep -c 'N seconds')" 1
ktap_check "a second is too short to tell a ten-thousandth of a ppm" \
	skips "too short to tell 0.0001 ppm" -d 1 --ppm 0.0001
ktap_is "each period wakes up once" "$(wakeups -d 2 --period-size 3000 --buffer-size 12000 2>/dev/null)" 32
ktap_check "it records only" passes --mode record
ktap_check "what only a loopback can tell is skipped then" skips "nothing is played" --mode record
ktap_check "what needs the code is skipped with noise" skips "only --signal=code" --signal noise
ktap_check "one channel cannot be swapped" skips "there is one channel only" -c 1
ktap_check "a fault is not injected where it cannot be found" refuses 64 "signal=code" \
	--inject lost --signal noise
ktap_check "nor in a sound that is too short" refuses 64 "too few" --inject stale -d 0.1
ktap_check "nor more xruns than there are frames" refuses 64 "too many" --xrun 10 -d 0.0001
ktap_check "a file that cannot be written is said" refuses 73 "/nowhere" --json /nowhere/x

# loopback NAME COMMAND...: on the kernel's own loopback, if it has one
loopback()
{
	if modprobe snd-aloop 2>/dev/null; then
		ktap_check "$@"
	else
		ktap_skip "$1" "this kernel has no snd-aloop"
	fi
}

aloop="-D hw:Loopback,0,0 --capture-device=hw:Loopback,1,0 --faults any"

# through_aloop NOT-OK OPTION...: besides $1, only what snd-aloop itself does wrong
# while it drains: some frames of the last period may come out silent.
through_aloop()
{
	wrong=$1
	shift
	rm -f "$result"
	# shellcheck disable=SC2086
	oncard-play $aloop --json "$result" "$@"
	[ "$(checks ok | wc -l)" -ge 8 ] && [ "$(checks 'not ok' |
		grep -v "^every frame recorded equals\|^no silence comes")" = "$wrong" ]
}

# by_channels ACCESS: what snd-aloop of later kernels has
by_channels()
{
	# shellcheck disable=SC2086
	refuses 64 "it has mmap, rw$" $aloop --access "$1" ||
		through_aloop "" -d 1 --access "$1" -c 5 -f S24_3LE
}

loopback "snd-aloop: mmap" through_aloop "" -d 1
loopback "snd-aloop: rw, S32_BE, 3 channels" through_aloop "" -d 1 --access rw -c 3 -f S32_BE
loopback "snd-aloop: a stale buffer is found" \
	through_aloop "nothing comes from the buffer's lap before" -d 1 --inject stale
loopback "snd-aloop: a lost frame is found" through_aloop "no frame is lost" -d 1 --inject lost
# shellcheck disable=SC2086
loopback "snd-aloop: a rate that it lacks" refuses 64 "nearest: \(192000\|768000\)" $aloop \
	-r 800000
loopback "snd-aloop: by channels, or refused: mmap" by_channels mmap-noninterleaved
loopback "snd-aloop: by channels, or refused: rw" by_channels rw-noninterleaved

if modprobe snd-dummy 2>/dev/null; then
	ktap_check "snd-dummy: plays" passes -D hw:Dummy --mode play --faults any -d 1
	ktap_check "snd-dummy: what it cannot tell is skipped" skips "nothing is recorded" \
		-D hw:Dummy --mode play --faults any -d 1
else
	ktap_skip "snd-dummy: plays" "this kernel has no snd-dummy"
	ktap_skip "snd-dummy: what it cannot tell is skipped" "this kernel has no snd-dummy"
fi
ktap_finish
