#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The lab (Documentation/lab.md): its verdicts, that a seed's figures come again and
# another seed's differ, and its picture.
# host
# kernels: 6.1 (its figures are those of that kernel's allocator, too)
# timeout: 900
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
out=$top/build/lab/case

# lab NAME OPTION...: one run, its files in a folder of that name
lab()
{
	name=$1
	shift
	"$top/tests/lab/run" --output "$out/$name" "$@" >"$out/$name.said" 2>&1
	lab_status=$?
	[ "$lab_status" -eq 0 ] || cat "$out/$name.said"
	return "$lab_status"
}

# rows NAME ALLOCATOR: its cells
rows()
{
	grep "^cell: source=$2 " "$out/$1/cells"
}

# ok LINE: a line that begins so is among the verdicts
ok()
{
	grep -F "    ok    $1" "$out/all.said"
}

well_formed()
{
	if command -v xmllint >/dev/null; then
		xmllint --noout "$1"
	else
		# every text is closed in its line, and the picture in the end
		grep -c '<text ' "$1" && ! grep '<text ' "$1" | grep -v '</text>$' &&
			head -n 1 "$1" | grep -q '^<?xml ' && tail -n 1 "$1" | grep -qx '</svg>'
	fi
}

differ()
{
	! [ "$1" = "$2" ]
}

rm -rf "$out"
mkdir -p "$out"
ktap_plan 12
ktap_check "the lab passes, on 32768 pages" lab all --seed 7
ktap_check "the last line says so" \
	sh -c "tail -n 1 '$out/all.said' | grep -qx 'verdict: PASS'"
ktap_check "segments are their pages, and no page is lost" ok "every segment is its pages"
ktap_check "high-first merges next to nothing" ok "high-first, fresh"
ktap_check "ours merges 99 % on fresh memory" ok "ours, fresh"
ktap_check "and nearly as much on aged memory" ok "ours, aged"
ktap_check "the picture is well-formed" well_formed "$out/all/picture.svg"
ktap_check "one allocator by itself" lab same --seed 7 --allocator low-first
ktap_is "has the same figures with the same seed" \
	"$(rows same low-first)" "$(rows all low-first)"
ktap_check "another seed" lab other --seed 8 --allocator low-first
ktap_check "has other figures" differ "$(rows other low-first | sed 's/seed=[0-9]*//')" \
	"$(rows same low-first | sed 's/seed=[0-9]*//')"
"$top/tests/lab/run" --pages 100 2>/dev/null
ktap_is "what is no whole list is refused" $? 2
ktap_finish
