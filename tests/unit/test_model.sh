#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The model of lifetimes and its page say what there is: each function that they name is
# in the sources, each step of the model is in the page's tables, each defect as well. (That
# the rules hold in the model takes tests/stress/model.sh.)

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"
cd "$top" || exit 1
page=Documentation/lifetimes.md
models=(tests/model/*.pml)

# difference WHAT THERE-IS NAMED: files; nothing, or what is in one of them only
difference()
{
	comm -23 "$2" "$3" | sed "s|^|$1, but not in the page: |"
	comm -13 "$2" "$3" | sed "s|^|in the page, but not $1: |"
}

# same WHAT THERE-IS NAMED
same()
{
	local differs

	[[ -s $2 ]] || { echo "nothing is $1"; return 1; }
	differs=$(LC_ALL=C difference "$@")
	[[ -z $differs ]] || { echo "$differs"; return 1; }
}

# section TITLE: of the page
section()
{
	awk -v title="## $1" '/^## / { on = ($0 == title) } on' "$page"
}

# first_column TITLE: what stands in backticks (\140) in the tables of a section, first
# column
first_column()
{
	section "$1" | awk -F '|' '/^\| \140/ {
		words = split($2, word, /\140/)
		for (i = 2; i < words; i += 2)
			print word[i]
	}'
}

# comments: of the model, its own code left out
comments()
{
	cat "${models[@]}" | awk '
	{ line = $0 }
	{
		while (line != "") {
			if (!inside) {
				start = index(line, "/*")
				if (!start)
					break
				line = substr(line, start + 2)
				inside = 1
			}
			end = index(line, "*/")
			print end ? substr(line, 1, end - 1) : line
			if (!end)
				break
			line = substr(line, end + 2)
			inside = 0
		}
	}'
}

# calls: each word with parentheses behind it, on standard input
calls()
{
	grep -oE '\b[A-Za-z_][A-Za-z_0-9]*\(\)' | tr -d '()' | LC_ALL=C sort -u
}

# defined: the names on standard input that are functions of ours
defined()
{
	local name

	while read -r name; do
		if grep -qE "^[a-z][^;=]*[ *]$name\([^;]*$" dma-core/*.c sound/*.c; then
			echo "$name"
		fi
	done
}

# all_ours: each function that is named and not the kernel's
all_ours()
{
	LC_ALL=C comm -23 "$tmp/named" "$tmp/kernel" >"$tmp/ours"
	[[ $(wc -l <"$tmp/ours") -gt 30 ]] || { echo "too few are named"; return 1; }
	defined <"$tmp/ours" >"$tmp/defined"
	LC_ALL=C comm -23 "$tmp/ours" "$tmp/defined" >"$tmp/missing"
	[[ ! -s $tmp/missing ]] ||
		{ sed 's/$/() is no function of dma-core or sound/' "$tmp/missing"; return 1; }
}

none_ours()
{
	! defined <"$tmp/kernel" | grep .
}

# steps_named: each of the tables' rows of steps names a function, or says that there is none
steps_named()
{
	section "The steps" | awk -F '|' '/^\| `/ && $3 !~ /\(\)/ && $3 !~ /none/' | none
}

none()
{
	! grep .
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
{ cat "$page"; comments; } | calls >"$tmp/named"
section "The kernel's part" | calls >"$tmp/kernel"
sed -nE 's/^(inline|proctype) ([a-z_]+).*/\2/p' "${models[@]}" | sort >"$tmp/steps"
{ first_column "The steps"; first_column "The properties"; } | sort >"$tmp/page-steps"
tests/model/run --list | sed -n 's/^bug //p' | sort >"$tmp/bugs"
first_column "Planted defects" | sort >"$tmp/page-bugs"
grep -ohE 'BUG_[A-Z_]+' "${models[@]}" | grep -vx BUG_NAME | tr 'A-Z_' 'a-z-' |
	sed 's/^bug-//' | sort -u >"$tmp/model-bugs"
tests/model/run --list | sed -n 's/^search //p' | sort >"$tmp/searches"
first_column "What is searched" | sort >"$tmp/page-searches"
comments >"$tmp/comments"

ktap_plan 12
ktap_check "each function that page and model name is in the sources" all_ours
ktap_check "none that is called the kernel's is ours" none_ours
ktap_check "each step and property of the model is in the page" \
	same "in the model" "$tmp/steps" "$tmp/page-steps"
ktap_check "each step has the function that does it" steps_named
ktap_check "each defect that can be planted is in the page" \
	same "in tests/model/defects" "$tmp/bugs" "$tmp/page-bugs"
ktap_check "and in the model" same "in the model" "$tmp/model-bugs" "$tmp/bugs"
ktap_check "each search is in the page" \
	same "in tests/model/searches" "$tmp/searches" "$tmp/page-searches"
tests/model/run --bug nonsense >"$tmp/said" 2>&1
ktap_is "an unknown defect is refused" $? 2
ktap_check "with a word on which there are" grep -q "no-barrier" "$tmp/said"
tests/model/run --bound huge >"$tmp/said" 2>&1
ktap_is "an unknown bound is refused" $? 2
ktap_check "with a word on which there are" grep -q "small, large" "$tmp/said"
ktap_check "help names every defect" sh -c \
	"tests/model/run --help >'$tmp/help' && while read -r bug; do
		grep -q \"^  \$bug \" '$tmp/help' || exit; done <'$tmp/bugs'"
ktap_finish
