#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The example driver of the documentation does what it says: what a process writes
# through its node lies in the card's memory, where another one finds it, and where
# it is found from outside of the VM.
# host
. "$(dirname "$0")/../lib/ktap.sh"
top=$(dirname "$0")/../..
state=$top/build/vm/example
page=$top/build/docs/dma-core.html

# What happens in the VM, a line each.
# shellcheck disable=SC2016 # for the VM's shell
in_vm='
modprobe example-card && echo loads
node=/dev/example-card
[ "$(map-node $node 65536)" = "4096 " ] && echo zeroed
[ "$(map-node $node 65536 oncard-example)" = "4096 oncard-example" ] && echo mapped
[ "$(map-node $node 65536)" = "4096 oncard-example" ] && echo shared
map-node $node 131072 2>/dev/null || echo bounded

# the card is pulled under a process that has it mapped, and comes back
mkfifo /tmp/go
map-node --hold $node 65536 </tmp/go >/tmp/held &
exec 3>/tmp/go
until [ -s /tmp/held ]; do :; done
cd /sys/bus/pci/drivers/example-card
echo 0000:01:00.0 >unbind && [ ! -e $node ] && echo pulled
echo >&3
wait $!
[ "$(sed -n 2,3p /tmp/held | tr "\n" ,)" = "4096 ,No such device," ] && echo revoked
cat /sys/kernel/debug/dma-core/revoked
echo 0000:01:00.0 >bind && echo back
[ "$(map-node $node 65536 oncard-example)" = "4096 oncard-example" ] && echo mapped
cd /
rmmod example-card && echo unloads
[ -z "$(find /sys/kernel/debug/dma-core -mindepth 1 -type d)" ] && echo gone
'


# in_page: what the documentation has between its first include of C and the fence
in_page()
{
	sed -n '/<code class="language-c">\/\/ SPDX/,/<\/code>/p' "$page" |
		sed '/^<\/code>/d; s/.*<code class="language-c">//' |
		sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g'
}

# on_the_card: lines of the example in the file that backs the card's memory
on_the_card()
{
	tr '\0' '\n' <"$state/card-memory" | grep -c '^oncard-example *$'
}

run_example()
{
	"$top/tests/vm/run" --no-modules --state "$state" -- sh -c "$in_vm" >"$state.said"
}

ktap_plan 4
ktap_check "it runs" run_example
ktap_is "it loads, maps to user space, is pulled out of it, comes back and unloads" \
	"$(tr '\n' ' ' <"$state.said")" \
	"loads zeroed mapped shared bounded pulled revoked back mapped unloads gone "
ktap_is "what was written lies in the card's memory" "$(on_the_card)" 4096
make -s -C "$top" docs >/dev/null
in_page >"$state.page"
ktap_check "its text stands in the documentation, as it is built" \
	diff "$top/Documentation/example/example-card.c" "$state.page"
ktap_finish
