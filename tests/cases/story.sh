#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The six claims of Documentation/story.md: before and after, and the table on that page.
# host
# archs: amd64 (the page's table is of a machine whose RAM begins at 0)
# timeout: 900
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
out=$top/build/story/case

# shown: the table that the page has
shown()
{
	grep -A 7 '^ *then *now$' "$top/Documentation/story.md"
}

same_table()
{
	shown >"$out/shown" && test -s "$out/shown" && diff "$out/shown" "$out/table.txt"
}

# refused OPTION...: exit status 2, and what is allowed
refused()
{
	"$top/tests/story/run" "$@" >"$out/refused" 2>&1
	[ $? -eq 2 ] && grep -q -e allowed -e "needs a value" "$out/refused"
}

mkdir -p "$out"
ktap_plan 5
ktap_check "each claim holds, before and after" "$top/tests/story/run" --output "$out"
ktap_check "the page shows what it prints" same_table
ktap_check "an option that there is not is refused" refused --claim
ktap_check "so is one without its value" refused --output
ktap_check "--help says how it is called" sh -c "'$top/tests/story/run' --help | grep -q '^usage:'"
ktap_finish
