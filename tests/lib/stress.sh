# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # what is set is for those who call
#
# For tests/stress/: clients in the background, what is measured, and what has to be
# as it was in the end.
#
# "# figure: NAME: VALUE" are the lines that make soak puts into its table.

dma_core_debugfs=/sys/kernel/debug/dma-core
stress_table=/tmp/oncard-stress

# figure NAME VALUE
figure()
{
	ktap_diag "figure: $1: $2"
}

# count_of ARGUMENT DEFAULT: a script's argument, or what it does without
count_of()
{
	case ${1:-$2} in
	*[!0-9]* | 0*)
		echo "$0: '$1' is not a number above 0" >&2
		exit 2
		;;
	esac
	echo "${1:-$2}"
}

# keeping FILE COMMAND...: what it says goes to FILE, too; the status is the command's
keeping()
{
	keeping_file=$1
	shift
	{
		"$@" 2>&1
		echo $? >"$keeping_file.status"
	} | tee "$keeping_file"
	return "$(cat "$keeping_file.status")"
}

# --- clients -------------------------------------------------------------------

clients=

# start_clients [OPTION...]: oncard-stress in the background, until stop_clients or the
# script is interrupted (its traps for EXIT are its own)
start_clients()
{
	trap 'end_clients; exit 130' INT TERM
	oncard-stress --operations=0 --seconds=100000 --reopen "$@" >"$stress_table" 2>&1 &
	clients=$!
}

end_clients()
{
	[ -z "$clients" ] || kill -TERM "$clients" 2>/dev/null
}

# stop_clients: whether all was well; sets client_operations
stop_clients()
{
	end_clients
	wait "$clients"
	clients_status=$?
	clients=
	ktap_diag "$(cat "$stress_table")"
	client_operations=$(all_operations)
	return $clients_status
}

# ktap_clients: stops them, as a result
ktap_clients()
{
	if stop_clients; then
		ktap_ok "clients lived on, and saw what they may see"
	else
		ktap_not_ok "clients lived on, and saw what they may see" \
			"exit status $clients_status: oncard-stress"
	fi
}

# operations_of NAME: how often clients did it
operations_of()
{
	sed -n "s/^$1  *[0-9]*  *\([0-9]*\) .*/\1/p" "$stress_table"
}

# all_operations: how often they did or tried anything
all_operations()
{
	sed -n 's/^[ #]*all  *\([0-9]*\) .*/\1/p' "$stress_table" | grep . || echo 0
}

# clients_run: some of them has a stream that runs
clients_run()
{
	grep -q "state: RUNNING" /proc/asound/card*/pcm*/sub*/status 2>/dev/null
}

# within SECONDS COMMAND...: until it succeeds; fails when it has not by then
within()
{
	within_deadline=$(($(cut -d . -f 1 /proc/uptime) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(cut -d . -f 1 /proc/uptime)" -lt $within_deadline ] || return 1
		usleep 10000
	done
}

# --- what has to be as it was ----------------------------------------------------

# living KIND: objects of dma-core that were created and are not destroyed
living()
{
	sed -n "s/^$1 created=\([0-9]*\) destroyed=\([0-9]*\)/\1 \2/p" \
		$dma_core_debugfs/objects | while read -r created destroyed; do
		echo $((created - destroyed))
	done
}

# books: what is in use, on the card and in dma-core, when no client is left
books()
{
	sed 's/ created=/ /;s/destroyed=//' $dma_core_debugfs/objects |
		while read -r kind created destroyed; do
			echo "$kind: $((created - destroyed)) in use"
		done
	sed -n 's/.* size=\([0-9]*\) free=\([0-9]*\) .*/region: \2 of \1 bytes free/p' \
		$dma_core_debugfs/*/regions
}

# ktap_books NAME BOOKS: as they were, once what is being closed is closed; books that
# could not be read are like any others
ktap_books()
{
	case $2 in
	*" in use"*" bytes free"*)
		within 10 books_are "$2"
		ktap_is "$1" "$(books)" "$2"
		;;
	*) ktap_not_ok "$1" "of what was in use before, debugfs said only '$2'" ;;
	esac
}

books_are()
{
	[ "$(books)" = "$1" ]
}

# card_is_there: by its first playback, which may have to come back first
card_is_there()
{
	within 10 test -e /dev/snd/pcmC0D0p
}

# card_plays: a second of noise goes through the card, and comes back bit for bit; all of
# it fits into the buffers, so that a busy host causes no xrun
card_plays()
{
	card_is_there && \
		oncard-play --signal noise --duration 1 --buffer-size 96000 --period-size 12000
}

# --- times ---------------------------------------------------------------------------

# milliseconds NANOSECONDS
milliseconds()
{
	awk -v ns="$1" 'BEGIN { printf "%.3f", ns / 1e6 }'
}

# rank FILE PER-MILLE: of the numbers in FILE, the one that so many do not exceed
rank()
{
	sort -n "$1" | awk -v p="$2" '
		{ value[NR] = $1 }
		END {
			at = int((NR * p + 999) / 1000)
			print value[at ? at : 1]
		}'
}

# distribution WHAT FILE: a table of the times in FILE, in ns, one a line
distribution()
{
	[ -s "$2" ] || {
		ktap_diag "$1: never"
		return
	}
	ktap_diag "$1, ms of this machine's time"
	ktap_diag "$(printf '%8s %10s %10s %10s %10s' times min median p99 max)"
	ktap_diag "$(printf '%8d %10s %10s %10s %10s' "$(wc -l <"$2")" \
		"$(milliseconds "$(rank "$2" 0)")" "$(milliseconds "$(rank "$2" 500)")" \
		"$(milliseconds "$(rank "$2" 990)")" "$(milliseconds "$(rank "$2" 1000)")")"
	figure "longest $1" "$(milliseconds "$(rank "$2" 1000)") ms"
}

# none_longer_than MILLISECONDS FILE
none_longer_than()
{
	[ -s "$2" ] && [ "$(rank "$2" 1000)" -lt "${1}000000" ]
}
