#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole path in the benchmark (Documentation/bench.md): each of its bounds by itself.
# host
# kernels: 6.1 (what it counts are that kernel's instructions)
# timeout: 900
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
out=$top/build/bench/case-paths

# ok LINE: a line that begins so is among the verdicts
ok()
{
	grep -F "    ok    $1" "$out/said" && return
	grep -F "    FAIL  $1" "$out/said"
	return 1
}

rm -rf "$out"
mkdir -p "$out"
ktap_plan 15
"$top/tests/bench/paths" --output "$out" >"$out/said" 2>&1
status=$?
ktap_is "the verdict" "$(tail -n 1 "$out/said"), exit status $status" "verdict: PASS, exit status 0"
ktap_check "every figure is there" ok "every figure"
ktap_check "what is counted are instructions" ok "a thousand nops"
ktap_check "a page is allocated and freed within its bound" ok "a page allocated"
ktap_check "in an empty region, too" ok "in an empty region"
for entries in 128 1024; do
	ktap_check "$entries entries that join cost no more than the parent's" \
		ok "a list of $entries entries that join"
	ktap_check "$entries entries apart keep their bound" ok "a list of $entries entries apart"
done
ktap_check "64 KiB are mapped within their bound" ok "64 KiB mapped"
ktap_check "1 MiB" ok "1 MiB"
ktap_check "16 MiB" ok "16 MiB: "
ktap_check "page faults cost ten times as much" ok "16 MiB, of page faults"
ktap_check "mappings are taken back within their bound" ok "10000 mappings"
ktap_check "and in time that is linear" ok "taking back is linear"
ktap_finish
