#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The mutants: each still applies to the tree and says what it has to say, each class of
# defects has one, and the table in the documentation is of these. (That each is caught
# takes make mutants.)

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"
page=$top/Documentation/defects.md
classes=31

# rows: a line "NN BACKTICKED-WORD..." for each row of the table
rows()
{
	awk -F '|' '$2 ~ /^ *[0-9]+ *$/ {
		printf "%02d", $2
		for (column = 4; column <= NF; column++)
			while (match($column, /`[^`]*`/)) {
				printf " %s", substr($column, RSTART + 1, RLENGTH - 2)
				$column = substr($column, RSTART + RLENGTH)
			}
		print ""
	}' "$page"
}

# in_table: each mutant with its test, as the rows have them
in_table()
{
	local number words word test

	rows | while read -r number words; do
		for word in $words; do
			[[ $word == [0-9][0-9]-* ]] || test=$word
			[[ $word != [0-9][0-9]-* ]] || echo "$word $test"
			[[ $word != [0-9][0-9]-* || $word == "$number"-* ]] ||
				echo "$word is in row $number"
		done
	done | sort
}

numbers()
{
	seq -f %02g $classes
}

ktap_plan 5
ktap_subtest "each applies, and its head is complete" "$top/tests/mutants/run" --check
ktap_is "each class has one" \
	"$("$top/tests/mutants/run" --list | cut -c 1-2 | sort -u)" "$(numbers)"
ktap_is "the table has a row for each class" "$(rows | cut -c 1-2)" "$(numbers)"
ktap_is "it has each mutant behind its test, and no other" \
	"$(in_table)" "$("$top/tests/mutants/run" --list | sort)"
"$top/tests/mutants/run" --nonsense 2>/dev/null
ktap_is "what is not understood is refused" $? 2
ktap_finish
