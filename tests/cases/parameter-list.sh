#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The parameters and controls that the documentation lists are those that there are.
# host
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..

module=$(find "$top/build/modules/$ONCARD_KERNEL-$ONCARD_ARCH" -name snd-oncard.ko)

in_module()
{
	PATH=$PATH:/usr/sbin:/sbin modinfo -F parm "$module" | sed 's/:.*//' | sort
}

in_documentation()
{
	# shellcheck disable=SC2016 # these are Markdown's backticks
	sed -n 's/^| `\([a-z_]*\)=`.*/\1/p' "$top/Documentation/driver.md" | sort
}

controls_of_card()
{
	"$top/tests/vm/run" --state "$top/build/vm/controls" -- amixer -c oncard contents |
		sed -n "s/.*name='\([^']*\)'.*/\1/p" | sort -u
}

controls_in_documentation()
{
	# shellcheck disable=SC2016 # as above
	sed -n '/^## The mixer/,/^## Names/s/^| \(`[A-Z].*`\) |.*|.*/\1/p' "$top/Documentation/driver.md" |
		tr , '\n' | sed 's/^ *`\(.*\)`$/\1/' | sort
}

ktap_plan 4
ktap_check "the module has parameters" test -n "$(in_module)"
ktap_is "the documentation lists each, and no other" \
	"$(in_documentation)" "$(in_module)"
controls=$(controls_of_card)
ktap_check "the card has controls" test -n "$controls"
ktap_is "the documentation lists each of them, and no other" \
	"$(controls_in_documentation)" "$controls"
ktap_finish
