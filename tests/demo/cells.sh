#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the VM: the four cells {coherent, nopage} x {card, system}. A client plays a
# signal whose every sample is different, records it, and judges; only nopage on
# card memory must fail, and it must fail the client alone.

cd "$(dirname "$0")" || exit 1
. ./report.sh
. /tests/lib/driver.sh

plan 9
report=/tmp/report

row()
{
	printf '    %-9s %-7s %-28s %-13s %s\n' "$@"
}

# play FAULTS: its exit status
play()
{
	play_counter --faults "$1" >"$report" 2>&1
}

figure()
{
	sed -n "s/^# $1: \([0-9]*\).*/\1/p" "$report" | head -n 1
}

flags()
{
	sed -n 's/^# playback mapping: .*VmFlags: //p' "$report"
}

# cell MMAP BUFFERS FAULTS: plays and adds a row; the exit status is the client's
cell()
{
	reload mmap="$1" buffers="$2" || return
	play "$3"
	cell_status=$?
	case $cell_status in
	0) cell_result="bit-exact, $(figure recorded) frames" ;;
	135) cell_result="client killed: SIGBUS" ;;
	*) cell_result="exit status $cell_status" ;;
	esac
	cell_faults="$(figure 'page faults')"
	row "$1" "$2" "$cell_result" "${cell_faults:--}" "$(flags)"
	return $cell_status
}

expect()
{
	test "$1" -eq "$2" || {
		tail -n 5 "$report"
		false
	}
}

step "The four cells: how buffers are mapped, and where they lie"
row mmap buffers "what the client got" "page faults" "VmFlags"
cell coherent card none
coherent_card=$? coherent_card_faults=$cell_faults
cell coherent system none
coherent_system=$? coherent_system_faults=$cell_faults
cell nopage system per-page
nopage_system=$? nopage_system_faults=$cell_faults
pages=$(sed -n 's/.*pages of the buffers[a-z ]*: //p' "$report")
cell nopage card any
nopage_card=$?
echo

check "coherent, card: bit-exact" expect $coherent_card 0
check "coherent, card: no page fault while playing" \
	expect "${coherent_card_faults:--1}" 0
check "coherent, system: bit-exact" expect $coherent_system 0
check "coherent, system: no page fault while playing" \
	expect "${coherent_system_faults:--1}" 0
check "nopage, system: bit-exact" expect $nopage_system 0
check "nopage, system: one page fault per page, $pages pages" \
	expect "${nopage_system_faults:--1}" "$pages"
check "nopage, card: SIGBUS to the client, as there is no struct page" \
	expect $nopage_card 135
check "the machine is unharmed: the driver unloads and loads" \
	reload mmap=coherent buffers=card
check "and plays on" play none
report_finish
