#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The card as an adversary: whatever it does, clients come to an end, the log says what
# was wrong, once, and when the card is well again it plays and copies bit-exactly.
#
#	adversary.sh [SEED [STEPS]]: of the random run at the end
# vm: --icount
# timeout: 900
. "$(dirname "$0")/../lib/ktap.sh"
. "$(dirname "$0")/../lib/driver.sh"

seed=${1:-$(date +%s)}
steps=${2:-40}
wav=/usr/share/sounds/alsa/Front_Center.wav
misbehave=$(echo /sys/kernel/debug/snd-oncard/*/misbehave)
device=$(basename "${misbehave%/*}")
driver=/sys/bus/pci/drivers/snd-oncard

# Guest time that a client may take: a transfer that hangs is given up after 10 s.
limit=30

# break_card KINDS: the log begins anew. The reports' rate limit has to be over.
break_card()
{
	sleep 6
	dmesg -c >/dev/null
	echo "$1" >"$misbehave"
}

# and the driver has noticed
heal()
{
	echo none >"$misbehave"
	oncard-play --duration 0.1 >/dev/null
}

# ends COMMAND...: in time, with any status but that of a crash; $got has it
ends()
{
	begun=$(cut -d. -f1 /proc/uptime)
	timeout "$limit" "$@" >/tmp/client 2>&1
	got=$?
	took=$(($(cut -d. -f1 /proc/uptime) - begun))
	[ "$got" -lt 124 ] && [ "$took" -lt "$limit" ] && return
	echo "status $got after $took s: $*"
	tail -n 20 /tmp/client
	return 1
}

# What breaks in the middle: two seconds are played, the card is broken after the first
# frames. Sets stopped, the status of the player.
break_while_playing()
{
	sleep 6
	dmesg -c >/dev/null
	timeout "$limit" oncard-play --duration 2 --access "$2" >/tmp/player 2>&1 &
	player=$!
	wait_until_running "$player" pcm0p || return
	echo "$1" >"$misbehave"
	wait "$player"
	stopped=$?
	[ "$stopped" -lt 124 ]
}

# Every client, and who looks at debugfs, on a card that is already broken.
clients_end()
{
	ends oncard-play --access mmap && ends oncard-play --access rw &&
		ends aplay -q -M --fatal-errors -D hw:0 -d 1 "$wav" &&
		ends aplay -q --fatal-errors -D hw:0 -d 1 "$wav" &&
		ends arecord -q -M --fatal-errors -D hw:0 -f S16_LE -c 2 -r 48000 -d 1 /tmp/r.wav &&
		ends dd if=/dev/zero of=/dev/oncard0 bs=512K count=2 &&
		ends dd if=/dev/oncard0 of=/dev/null bs=512K count=2 &&
		ends cat "${misbehave%/*}/card"
}

# Lines of the driver in the log, since the card was broken
report_lines()
{
	dmesg | grep -c "snd-oncard"
}

# reported REGEX: the log has it, and is not flooded; without REGEX, it is empty
reported()
{
	[ -n "$1" ] || [ "$(report_lines)" -gt 0 ] || return 0
	[ -n "$1" ] && dmesg | grep -q "snd-oncard.*\($1\)" && [ "$(report_lines)" -le 20 ] && return
	echo "$(report_lines) lines:"
	dmesg | grep snd-oncard | head -n 12
	return 1
}

plays_and_copies()
{
	play_counter --access mmap && play_counter --access rw &&
		copy-iovecs --bytes 2000000
}

# 16 pages; in time, with any status
copies_in()
{
	ends dd if=/dev/zero of=/dev/oncard0 bs=64K count=1
}

# pins acquired|released: of all pages of user memory
pins()
{
	cat /proc/sys/vm/stat_refresh
	sed -n "s/^nr_foll_pin_$1 //p" /proc/vmstat
}

pinned()
{
	echo $(($(pins acquired) - $(pins released)))
}

# broken KIND stops|plays REGEX: the three properties of each kind
broken()
{
	tried="${tried:+$tried }$1"
	what="the streams stop"
	expected=1
	[ "$2" = stops ] || what="the streams play on" expected=0
	break_while_playing "$1 seed=5" mmap
	mmap_status=$stopped
	heal
	break_while_playing "$1 seed=6" rw
	[ "$stopped" -eq "$mmap_status" ] || mmap_status="$mmap_status and $stopped"
	heal
	ktap_is "$1 in the middle of playing: $what" "$mmap_status" "$expected"
	break_card "$1 seed=7"
	ktap_check "$1: every client ends in time" clients_end
	ktap_check "$1: the log says so, and is not flooded" reported "$3"
	heal
	ktap_check "$1 is over: the card plays and copies bit-exactly" plays_and_copies
}

# Another pair plays while the first is flooded.
others_play_on()
{
	play_counter -D hw:0,0,1 >/tmp/other 2>&1 &
	other=$!
	wait_until_running_sub "$other" 1 || return
	echo flood-interrupts >"$misbehave"
	ends oncard-play -D hw:0,0,0
	[ "$got" -eq 1 ] || { echo "the flooded stream: $got"; return 1; }
	wait "$other" || { cat /tmp/other; return 1; }
}

# wait_until_running_sub PID SUBSTREAM
wait_until_running_sub()
{
	until grep -q "state: RUNNING" "/proc/asound/card0/pcm0p/sub$2/status"; do
		kill -0 "$1" 2>/dev/null || return 1
	done
}

# Four streams of two clients run when the card goes: one line in the log, not four.
all_notice_at_once()
{
	oncard-play -D hw:0,0,0 --duration 5 >/tmp/0 2>&1 &
	first=$!
	oncard-play -D hw:0,0,1 --duration 5 >/tmp/1 2>&1 &
	second=$!
	wait_until_running_sub "$first" 0 && wait_until_running_sub "$second" 1 || return
	break_time=$(cut -d. -f1 /proc/uptime)
	echo all-ones >"$misbehave"
	wait "$first"
	wait "$second"
	[ $(($(cut -d. -f1 /proc/uptime) - break_time)) -le 2 ]
}

# Buffers of streams that go on are held back, until the streams have stopped.
runaway_keeps_buffers()
{
	free_before=$(region free)
	echo never-stops >"$misbehave"
	ends oncard-play || return
	echo "free: $free_before before, $(region free) now"
	[ "$(region free)" -lt "$free_before" ] || return
	ends oncard-play
	[ "$got" -ne 0 ] || { echo "a stream that goes on was used again"; return 1; }
	heal
	play_counter || return
	echo "free: $(region free) in the end"
	[ "$(region free)" -eq "$free_before" ]
}

# In the middle of a write, even. (What the second stream was left with, it has stopped.)
buffer_is_lost()
{
	oncard-play -D hw:0,0,1 --duration 0.1 >/dev/null || return
	echo never-stops >"$misbehave"
	lost-buffer
	lost=$?
	heal
	return "$lost"
}

# So are the pages of a copy, and the file's memory, though it is closed.
runaway_keeps_pages()
{
	free_before=$(region free)
	echo engine-hangs,never-stops >"$misbehave"
	copies_in || return
	echo "pinned: $(pinned), free: $(region free) of $free_before"
	[ "$(pinned)" -eq 16 ] && [ "$(region free)" -lt "$free_before" ] || return
	copies_in
	[ "$got" -ne 0 ] && [ "$(pinned)" -eq 16 ] || return
	heal
	copy-iovecs --bytes 2000000 || return
	echo "pinned: $(pinned), free: $(region free) in the end"
	[ "$(pinned)" -eq 0 ] && [ "$(region free)" -eq "$free_before" ]
}

# What is held back is given back when the card is taken out, if not before.
remove_releases()
{
	echo engine-hangs,never-stops >"$misbehave"
	ends oncard-play && copies_in || return
	[ "$(pinned)" -eq 16 ] || { echo "$(pinned) pages are pinned"; return 1; }
	echo "$device" >"$driver"/unbind
	echo "pinned: $(pinned)"
	cat "$dma_core_debugfs/objects"
	[ "$(pinned)" -eq 0 ] && no_object_left || return
	echo "$device" >"$driver"/bind
	play_counter
}

# created and destroyed alike
no_object_left()
{
	! awk '{ split($2, c, "="); split($3, d, "="); if (c[2] != d[2]) print }' \
		"$dma_core_debugfs/objects" | grep .
}

# runaway_elsewhere BUFFERS: in system RAM, where it would be another's memory
runaway_elsewhere()
{
	reload buffers="$1" || return
	allocated=$(counter allocated)
	freed=$(counter freed)
	held=$((allocated - freed))
	echo never-stops >"$misbehave"
	ends oncard-play || return
	now=$(($(counter allocated) - $(counter freed)))
	echo "$held buffers before, $now while the streams go on"
	[ "$now" -eq $((held + 2)) ] || return
	heal
	play_counter || return
	[ $(($(counter allocated) - $(counter freed))) -eq "$held" ]
}

bad_name_is_refused()
{
	! echo "stuck-position wild" >"$misbehave" 2>/dev/null &&
		kernel_says "'wild' is not known; allowed: none, stuck-position" &&
		[ "$(cat "$misbehave")" = none ]
}

no_probe()
{
	rmmod snd-oncard
	no_card_with misbehave=all-ones &&
		kernel_says "the card does not answer: its registers read all ones"
}

# --- the random run ---

# The names that the card knows, by what it says of one that it does not know
all_kinds()
{
	dmesg -c >/dev/null
	echo "?" >"$misbehave" 2>/dev/null
	dmesg | sed -n "s/.*allowed: none, \(.*\), seed=N.*/\1/p" | tr -d ,
}

# random_faults KIND...: a line for each step: how many ms, and which kinds
random_faults()
{
	echo "$@" | awk -v seed="$seed" -v steps="$steps" '{
		srand(seed)
		for (step = 0; step < steps; step++) {
			line = 10 + int(rand() * 190)
			kinds = int(rand() * 4)
			for (k = 0; k < kinds; k++)
				line = line " " $(1 + int(rand() * NF))
			print line " seed=" 1 + int(rand() * 1000000)
		}
	}'
}

# forever COMMAND...: again and again until the run is over
forever()
{
	while [ ! -e /tmp/over ]; do
		timeout "$limit" "$@" >/dev/null 2>&1
		status=$?
		[ "$status" -ne 124 ] && [ "$status" -lt 128 ] ||
			echo "status $status: $*" >>/tmp/hung
	done
}

random_run()
{
	rm -f /tmp/over /tmp/hung
	forever oncard-play -D hw:0,0,0 --duration 0.3 &
	forever oncard-play -D hw:0,0,1 --duration 0.3 --access rw &
	forever oncard-play -D hw:0,0,2 --duration 0.3 --no-period-wakeup &
	forever dd if=/dev/zero of=/dev/oncard0 bs=64K count=2 &
	forever dd if=/dev/oncard0 of=/dev/null bs=7777 count=20 &
	while read -r ms faults; do
		echo "$faults" >"$misbehave"
		usleep $((ms * 1000))
	done </tmp/faults
	echo >/tmp/over
	heal
	wait
	! cat /tmp/hung 2>/dev/null
}

random_results()
{
	# shellcheck disable=SC2086 # a name each
	random_faults $kinds >/tmp/faults
	dmesg -c >/dev/null
	ktap_check "random faults, $steps steps: every client came to an end each time" random_run
	ktap_check "the log is not flooded" test "$(report_lines)" -le 200
	ktap_diag "$(report_lines) lines of the driver"
	ktap_check "the card plays and copies bit-exactly" plays_and_copies
	ktap_is "no page is pinned" "$(pinned)" 0
}

# --- what is tried ---

kinds=$(all_kinds)
ktap_plan 74
ktap_diag "seed $seed"
free_at_first=$(region free)
ktap_is "the back door is root's alone" "$(stat -c %a "$misbehave")" 600
ktap_check "a bad name is refused, with those that are allowed" bad_name_is_refused

broken stuck-position stops "stream [0-9]: position [0-9]* stands still"
broken wild-position stops "stream [0-9]: position [0-9]* outside of a buffer"
broken jumping-position stops "stream [0-9]: position [0-9]* after [0-9]* is ahead of time"
broken lost-interrupts stops "stream [0-9]: no interrupt for [0-9]* ms"
broken flood-interrupts stops "stream [0-9]: more interrupts than periods; masked"
broken stuck-line stops "interrupts without a cause: the line is switched off"
broken bad-errors stops "stream [0-9]: the card reports error"
broken never-stops plays "stream [0-9] goes on after it was stopped"
broken all-ones stops "the card does not answer: its registers read all ones"
broken fickle stops "stream [0-9]: "
broken engine-hangs plays "copying: not done after 10 seconds"
broken engine-early plays "copying: said to be done\|copying: the card claims"
broken engine-overcounts plays "copying: the card claims [0-9]* bytes of 524288"
broken engine-twice plays ""
ktap_is "these are all kinds that there are" "$(echo "$tried" | tr ' ' '\n' | sort)" \
	"$(echo "$kinds" | tr ' ' '\n' | sort)"

ktap_check "while one pair is flooded, another plays bit-exactly" others_play_on
heal
dmesg -c >/dev/null
ktap_check "when the card is gone, all streams stop within 2 seconds" all_notice_at_once
ktap_is "with one line in the log about it" "$(dmesg | grep -c "does not answer")" 1
heal
ktap_check "a stream that goes on keeps its buffer until it has stopped" \
	runaway_keeps_buffers
ktap_subtest "who writes to a buffer that is kept does no harm" buffer_is_lost
ktap_check "a copy that goes on keeps its pages until it has stopped" \
	runaway_keeps_pages
ktap_check "or until the card is taken out" remove_releases

random_results
ktap_is "all card memory is free again" "$(region free)" "$free_at_first"
for buffers in system scattered; do
	ktap_check "buffers=$buffers: a stream that goes on keeps its buffer, too" \
		runaway_elsewhere "$buffers"
done
ktap_check "a card that does not answer is not taken for one" no_probe
ktap_finish
