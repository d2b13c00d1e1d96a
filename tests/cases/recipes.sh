#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The recipes of Documentation/recipes.md: what is typed there prints what stands there, but
# for its figures.
# host
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
page=$top/Documentation/recipes.md
scratch=$top/build/recipes

# split: the commands of each recipe, in a script each, and what they print, beside it
split()
{
	awk -v to="$scratch" '
		/^## / { n++; title = to "/" n ".title"; print substr($0, 4) > title }
		n && /^    \$ / { print substr($0, 7) > (to "/recipes/" n ".sh"); next }
		n && /^    / { print substr($0, 5) > (to "/" n ".prints") }
	' "$page"
}

# plain FILE...: its lines without their figures
plain()
{
	sed 's/[0-9][0-9.]*/N/g; s/[[:space:]]*$//' "$@"
}

# printed N: whether recipe N has printed each of its lines
printed()
{
	local line missing=0

	while IFS= read -r line; do
		plain "$scratch/$1.printed" | grep -q -x -F -e "$line" && continue
		echo "did not print: $line"
		missing=1
	done < <(plain "$scratch/$1.prints")
	[ "$missing" = 0 ] || cat "$scratch/$1.printed"
	return "$missing"
}

rm -rf "$scratch"
mkdir -p "$scratch/recipes"
split
recipes=$(find "$scratch/recipes" -name '*.sh' | wc -l)

# Each begins with the card as it is after a boot, unless it loads the driver itself.
# shellcheck disable=SC2016 # it is the VM's shell that knows these
in_vm='cd /tmp
for n in $(seq '$recipes'); do
	rmmod snd-oncard
	grep -q "^modprobe" /recipes/$n.sh || modprobe snd-oncard
	echo "recipe: $n"
	sh -m /recipes/$n.sh 2>&1
done'

ktap_plan $((recipes + 2))
ktap_check "there are recipes" test "$recipes" -gt 5
"$top/tests/vm/run" --state "$top/build/vm/recipes" --icount --no-modules --overlay "$scratch" \
	-- sh -c "modprobe snd-oncard; $in_vm" >"$scratch/printed"
ktap_is "the VM runs them" "$?" 0
awk -v to="$scratch" '/^recipe: / { n = $2; next } n { print > (to "/" n ".printed") }' "$scratch/printed"
for n in $(seq "$recipes"); do
	touch "$scratch/$n.printed"
	ktap_check "$(cat "$scratch/$n.title")" printed "$n"
done
ktap_finish
