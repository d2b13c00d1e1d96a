#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What bash completes for oncard-play: options, and what they may be.
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"
. "$top/packaging/completion.bash"

play=$top/build/userspace/oncard-play

# completed WORD...: what the last of the words may become, one a line
completed()
{
	COMP_WORDS=("$play" "$@")
	COMP_CWORD=$#
	_oncard "$play" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}"
}

if [[ ! -x $play ]]; then
	ktap_skip_all "oncard-play is not built: make userspace"
fi
ktap_plan 6
ktap_is "options" "$(completed --no-c)" "--no-capture"
ktap_is "what an option may be" "$(completed --mode = re)" "record"
ktap_is "all that it may be" "$(completed --mode = | tr '\n' ' ')" "duplex play record latency "
ktap_is "formats, from alsa-lib" "$(completed -f S24_3)" "$(printf 'S24_3LE\nS24_3BE')"
ktap_is "faults" "$(completed --inject = s | sort | tr '\n' ' ')" "shifted silent stale swapped "
ktap_is "files are left to bash" "$(completed some)" ""
ktap_finish
