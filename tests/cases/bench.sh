#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark (Documentation/bench.md): each of its bounds by itself.
# host
# kernels: 6.1 (what it counts are that kernel's instructions)
# timeout: 900
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
out=$top/build/bench/case

# ok LINE: a line that begins so is among the verdicts
ok()
{
	grep -F "    ok    $1" "$out/said" && return
	grep -F "    FAIL  $1" "$out/said"
	return 1
}

# verdict STATUS: the last line goes with the exit status
verdict()
{
	if [ "$1" -eq 0 ]; then
		tail -n 1 "$out/said" | grep -x 'verdict: PASS'
	else
		tail -n 1 "$out/said" | grep '^verdict: FAIL (.*)$'
	fi
}

rm -rf "$out"
mkdir -p "$out"
ktap_plan 11
"$top/tests/bench/run" --output "$out" >"$out/said" 2>&1
status=$?
ktap_check "the last line says what the exit status does" verdict "$status"
ktap_check "every allocator was measured" ok "every allocator"
ktap_check "with the same trace" ok "with the same trace"
ktap_check "what is counted are instructions" ok "a thousand nops"
ktap_check "no page was handed out twice or lost" ok "no page"
ktap_check "aligned, compact costs at most a tenth of the bitmap" ok "compact, at most a tenth"
ktap_check "and not more than drm_buddy, trimmed" ok "compact, at most drm_buddy, trimmed"
ktap_check "and not more than drm_buddy, in pieces" ok "compact, at most drm_buddy, in pieces"
ktap_check "anywhere, compact costs at most a tenth of the bitmap" \
	ok "compact, anywhere, at most a tenth of the bitmap"
ktap_check "and of gen_pool" ok "compact, anywhere, at most a tenth of gen_pool"
"$top/tests/bench/run" --fill 96 2>/dev/null
ktap_is "what cannot be kept is refused" $? 2
ktap_finish
