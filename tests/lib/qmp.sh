# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # what is set is for those who call
#
# For tests on the host that pull devices out of a running VM: QEMU's machine protocol, by a
# channel of their own (the rig has another one).
#
#	qmp_open "$state" || exit
#	tests/vm/run --qemu "$qmp_options" ... -- COMMAND | qmp_serve
#
# The command writes a line "@unplug" or "@plug" for what only the host can do: the caller's
# functions unplug and plug.

qmp_deadline=60 # seconds, for what QEMU is asked for

# qmp_open DIR: sets qmp_options; the channel is there
qmp_open()
{
	local pipe=$1/monitor

	mkdir -p "$1"
	rm -f "$pipe".{in,out}
	mkfifo "$pipe".{in,out} || return
	exec {qmp_to}<>"$pipe.in" {qmp_from}<>"$pipe.out"
	qmp_options="-chardev pipe,id=monitor,path=$pipe -mon chardev=monitor,mode=control"
	qmp_tell qmp_capabilities '{}'
}

# qmp_tell COMMAND ARGUMENTS
qmp_tell()
{
	echo "{\"execute\": \"$1\", \"arguments\": $2}" >&"$qmp_to"
}

# qmp_says TEXT: waits for a line with it
qmp_says()
{
	local line

	while IFS= read -r -t $qmp_deadline -u "$qmp_from" line; do
		[[ $line != *"$1"* ]] || return 0
		[[ $line != *'"error"'* ]] || break
	done
	echo "# QEMU did not say $1: ${line:-nothing}"
	return 1
}

# qmp_serve: the VM's output goes on to ours, but for what it asks for
qmp_serve()
{
	local line

	qmp_says '"return"'
	while IFS= read -r line; do
		case $line in
		@unplug) unplug ;;
		@plug) plug ;;
		*) echo "$line" ;;
		esac
	done
}
