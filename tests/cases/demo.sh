#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make run's verdict: it comes last, once, after every check, and says FAIL with
# what failed when anything did.
# host
# kernels: stock (its VMs count instructions; an instrumented kernel needs too many)
# timeout: 600
. "$(dirname "$0")/../lib/ktap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
said=$top/build/vm/demo.said

demo()
{
	"$top/tests/demo/run" "$@" >"$said" 2>&1
}

verdicts()
{
	grep -c '^verdict: ' "$said"
}

# Checks made, of those that the scripts plan: WAVs, their look, cells, image.
checks()
{
	grep -c -E '^    (ok|FAIL) ' "$said"
}

ktap_plan 10
ktap_check "it passes" demo
ktap_is "its last line is the verdict" "$(tail -n 1 "$said")" "verdict: PASS"
ktap_is "there is one verdict" "$(verdicts)" 1
ktap_is "nothing failed on the way" "$(grep -c '^    FAIL ' "$said")" 0
ktap_is "every check was made" "$(checks)" 32
ktap_is "every WAV came back bit for bit" "$(grep -c 'identical: ' "$said")" 9
# More frames than any WAV has cannot be found in the card's memory.
demo --at-least 100000000
ktap_is "a check that fails makes it fail" $? 1
ktap_check "the verdict names the check" sh -c \
	"tail -n 1 '$said' | grep -q '^verdict: FAIL (the last WAV.s samples lie in the card.s memory)$'"
ktap_is "there is one verdict then, too" "$(verdicts)" 1
ktap_is "the checks after the one that failed were made" "$(checks)" 32
ktap_finish
