#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The parameters that the documentation lists are those that the module has.
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

ktap_plan 2
ktap_check "the module has parameters" test -n "$(in_module)"
ktap_is "the documentation lists each, and no other" \
	"$(in_documentation)" "$(in_module)"
ktap_finish
