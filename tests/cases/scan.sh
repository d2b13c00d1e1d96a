#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make scan: the rules find what they are for and nothing else, and what the
# documentation says about Linux 6.1 is what they find there.
# host
# timeout: 1200
. "$(dirname "$0")/../lib/ktap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
scan=$top/tests/scan/run
fixtures=$top/tests/scan/fixtures
page=$top/Documentation/page-assumptions.md
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Findings are compared as lines "FILE:LINE: RULE".

# found: standard input is what the scan printed
found()
{
	sed -n 's/^\([^ :]*:[0-9]*: [a-z-]*\): .*/\1/p' | sort
}

# marked: what the comments in the fixtures ask for
marked()
{
	(cd "$fixtures" && grep -n 'hit: ' ./*.c) |
		sed -n 's,^\./\([^:]*:[0-9]*\):.*/\* hit: \([a-z-]*\) \*/.*,\1: \2,p' | sort
}

# documented: the rows of the table
documented()
{
	awk -F '|' '/^\| `(sound|drivers)\// {
		gsub(/[` ]/, "")
		split($2, place, ":")
		count = split(place[2], lines, ",")
		for (i = 1; i <= count; i++)
			print place[1] ":" lines[i] ": " $4
	}' "$page" | sort
}

# counted FILE: its findings, as lines "RULE COUNT"
counted()
{
	sed 's/.*: //' "$1" | sort | uniq -c | awk '{ print $2, $1 }'
}

# documented_counts: the table of counts, without rules that found nothing
documented_counts()
{
	awk -F '|' '$2 ~ /^ [a-z]+-[a-z-]+ $/ && $3 ~ /^ [0-9]+ $/ && $3 > 0 {
		gsub(/ /, "")
		print $2, $3
	}' "$page" | sort
}

# verdicts: how many lines of the table have each, "TRUE HARMLESS FALSE-POSITIVE"
verdicts()
{
	awk -F '|' '/^\| `(sound|drivers)\// {
		count = gsub(/,/, ",", $2) + 1
		split($5, words, "[*][*]")
		sum[words[2]] += count
	}
	END { print sum["true"], sum["harmless"], sum["false positive"] }' "$page"
}

documented_verdicts()
{
	awk -F '|' '$2 ~ /in all/ { print $4 + 0, $5 + 0, $6 + 0 }' "$page"
}

# same NAME FILE EXPECTED-FILE
same()
{
	if diff "$3" "$2" >"$tmp/diff"; then
		ktap_ok "$1"
	else
		ktap_not_ok "$1" "$(echo "< is missing, > is too much"; grep '^[<>]' "$tmp/diff")"
	fi
}

# status_of ARGUMENT...: the scan's exit status; what it says is in $tmp/said
status_of()
{
	"$scan" "$@" >"$tmp/said" 2>&1
	echo $?
}

ktap_plan 15

marked >"$tmp/marked"
ktap_is "each rule has a line in the fixtures that it must find" \
	"$(sed 's/.*: //' "$tmp/marked" | sort -u)" "$("$scan" --list | sort)"
"$scan" "$fixtures" . >"$tmp/out" 2>"$tmp/err"
ktap_is "the fixtures are scanned without an error" "$?" 0
found <"$tmp/out" >"$tmp/found"
same "marked lines are found by their rule, and no others" "$tmp/found" "$tmp/marked"
"$scan" --rules page-of-dma "$fixtures" . 2>"$tmp/err" | found >"$tmp/found"
grep ': page-of-dma$' "$tmp/marked" >"$tmp/expected"
same "--rules shows what the named rule finds" "$tmp/found" "$tmp/expected"

tree=$("$top/tests/vm/fetch" source) || tree=/nowhere
"$scan" "$tree" sound >"$tmp/out" 2>"$tmp/err"
ktap_is "sound/ of Linux 6.1 is scanned without an error" "$?" 0

# Each of these hands out the page behind a buffer that the driver shares with
# user space, one fault at a time, as in 2004: the state of an audio stream,
usx2y=sound/usb/usx2y
ktap_check "the fault handler of us122l's stream is found" grep -q \
	"^$usx2y/us122l.c:[0-9]*: fault-page: usb_stream_hwdep_vm_fault()" "$tmp/out"
# the controls of a mixer,
ktap_check "the fault handler of the US-428's controls is found" grep -q \
	"^$usx2y/usX2Yhwdep.c:[0-9]*: fault-page: snd_us428ctls_vm_fault()" "$tmp/out"
# and the samples themselves.
ktap_check "the fault handler of usx2y's raw PCM is found" grep -q \
	"^$usx2y/usx2yhwdeppcm.c:[0-9]*: fault-page: snd_usx2y_hwdep_pcm_vm_fault()" "$tmp/out"

# Lines move from one version of the kernel to the next, files hardly do.
documented >"$tmp/documented"
grep '^sound/' "$tmp/documented" >"$tmp/expected"
found <"$tmp/out" >"$tmp/found"
version=$(cat "$tree/version")
if ! grep -qF "version $version," "$page"; then
	ktap_diag "the table is not about $version: line numbers are not compared"
	for list in found expected; do
		sed 's/:[0-9]*:/:/' "$tmp/$list" | sort -u >"$tmp/$list.files"
		mv "$tmp/$list.files" "$tmp/$list"
	done
fi
same "the documented table is what is found in sound/" "$tmp/found" "$tmp/expected"
counted "$tmp/documented" >"$tmp/rows"
documented_counts >"$tmp/expected"
same "the documented counts of hits are those of the table" "$tmp/rows" "$tmp/expected"
ktap_is "the documented counts of verdicts are those of the table" \
	"$(verdicts)" "$(documented_verdicts)"

ktap_is "a tree that is not there is refused" "$(status_of "$tmp/nowhere")" 2
mkdir "$tmp/empty"
ktap_is "a tree without sound/ and drivers/ is refused" "$(status_of "$tmp/empty")" 2
ktap_check "with a word on what is missing" grep -q "neither sound/ nor drivers/" "$tmp/said"
ktap_is "an unknown rule is refused" "$(status_of --rules nonsense "$fixtures" .)" 2
ktap_finish
