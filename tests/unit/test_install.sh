#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packaging/install: all of it or nothing, and all of it removed again. The kernels are
# stand-ins, whose kbuild makes empty modules.
# timeout: 600

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
dest=$tmp/dest

# kernel NAME LINE...: a build directory, with these lines in its configuration
kernel()
{
	local dir=$tmp/$1

	mkdir -p "$dir/include/config" "$dir/scripts"
	echo "$1" >"$dir/include/config/kernel.release"
	shift
	printf '%s\n' CONFIG_MODULES=y "$@" >"$dir/include/config/auto.conf"
	cat >"$dir/Makefile" <<-'END'
		.RECIPEPREFIX = >
		modules:
		>@for name in dma-core/dma-core sound/snd-oncard; do \
			echo 'int x;' | $(CC) -g -c -x c -o $(M)/$$name.ko - || exit; \
		done
		>@echo symbols >$(M)/Module.symvers
	END
	# shellcheck disable=SC2016 # for that script
	printf '%s\n' '#!/bin/sh' 'echo "signed: $1 ${2##*/}" >>"$4"' >"$dir/scripts/sign-file"
	chmod +x "$dir/scripts/sign-file"
}

# install ARGUMENT...: its exit status; what it says is in $tmp/said
install()
{
	"$top/packaging/install" --destdir "$dest" "$@" >"$tmp/said" 2>&1
	echo $?
}

listing()
{
	(cd "$dest" && find . -printf '%p %y %l\n' | LC_ALL=C sort)
}

# unchanged NAME LISTING
unchanged()
{
	printf '%s\n' "$2" >"$tmp/expected"
	listing >"$tmp/got"
	ktap_check "$1" diff "$tmp/expected" "$tmp/got"
}

# files BELOW: without the programs, which are many
files()
{
	(cd "$dest/$1" 2>&1 && find . ! -type d -printf '%P\n' | LC_ALL=C sort | xargs)
}

said()
{
	grep -qF -- "$1" "$tmp/said" || {
		cat "$tmp/said"
		return 1
	}
}

# refused NAME STATUS WORDS ARGUMENT...: with a message, and nothing is touched
refused()
{
	local name=$1 status=$2 words=$3 before

	shift 3
	before=$(listing)
	ktap_is "$name: the exit status" "$(install "$@")" "$status"
	ktap_check "$name: what is said" said "$words"
	unchanged "$name: nothing is left behind" "$before"
}

mine=$(gcc -dumpversion)
plain=("CONFIG_CC_VERSION_TEXT=\"gcc-$mine (Debian) $mine\"" "CONFIG_GCC_VERSION=${mine%%.*}0000")
kernel 6.1-plain "${plain[@]}" CONFIG_MODULE_COMPRESS_NONE=y
kernel 6.12-xz "${plain[@]}" CONFIG_MODULE_COMPRESS_XZ=y
kernel 6.1-other-compiler 'CONFIG_CC_VERSION_TEXT="gcc-99 (Debian) 99.1"' CONFIG_GCC_VERSION=990100
kernel 6.1-signed "${plain[@]}" CONFIG_MODULE_SIG=y 'CONFIG_MODULE_SIG_HASH="sha256"'
kernel 6.1-forced "${plain[@]}" CONFIG_MODULE_SIG=y CONFIG_MODULE_SIG_FORCE=y
kernel 6.1-broken "${plain[@]}"
printf 'modules:\n\tfalse\n' >"$tmp/6.1-broken/Makefile"
touch "$tmp/key" "$tmp/cert"

# a machine that has a folder and a file of somebody else's already
mkdir -p "$dest/usr/local/include" "$dest/lib/modules/6.1-plain/updates"
touch "$dest/lib/modules/6.1-plain/updates/other.ko"
before=$(listing)

# the commands of this machine, but for xz
mkdir "$tmp/bin"
ln -s /usr/bin/* /usr/sbin/* "$tmp/bin" 2>/dev/null
rm -f "$tmp/bin/xz"

ktap_plan 48
ktap_is "it installs for a kernel" "$(install --kdir "$tmp/6.1-plain")" 0
ktap_is "the modules, and their Module.symvers" "$(files lib/modules/6.1-plain/updates/oncard)" \
	"Module.symvers dma-core.ko snd-oncard.ko"
ktap_is "the programs" "$(files usr/local/bin)" "oncard-compare oncard-play oncard-stress"
ktap_is "their pages" "$(files usr/local/share/man)" \
	"man1/oncard-compare.1 man1/oncard-play.1 man1/oncard-stress.1"
ktap_is "the header" "$(files usr/local/include/oncard)" "dma-core/card-memory.h"
ktap_is "the rest" "$(files usr/local/lib) $(files usr/local/share/alsa) $(files usr/local/share/bash-completion)" \
	"modprobe.d/oncard.conf udev/rules.d/60-oncard.rules cards/oncard.conf completions/oncard-compare completions/oncard-play completions/oncard-stress"
ktap_is "no module of the tests" "$(find "$dest" -name '*.ko*' | wc -l)" 3
once=$(listing)
ktap_is "it installs once more" "$(install --kdir "$tmp/6.1-plain")" 0
unchanged "which changes nothing" "$once"
ktap_is "it installs for a second kernel" "$(install --kdir "$tmp/6.12-xz")" 0
ktap_is "whose modules are compressed as its own are" \
	"$(files lib/modules/6.12-xz/updates/oncard)" "Module.symvers dma-core.ko.xz snd-oncard.ko.xz"
ktap_is "the first one keeps its own" "$(files lib/modules/6.1-plain/updates/oncard)" \
	"Module.symvers dma-core.ko snd-oncard.ko"
ktap_is "the programs alone" "$(install --no-modules)" 0

refused "no headers" 69 "no kernel build directory at $tmp/none" --kdir "$tmp/none"
PATH=$tmp/bin refused "no compressor" 69 "apt-get install xz-utils" --kdir "$tmp/6.12-xz"
refused "the kernel's compiler is missing" 69 "gcc-99, which built the kernel 6.1-other-compiler" \
	--kdir "$tmp/6.1-other-compiler"
refused "the modules do not build" 1 "nothing was installed" --kdir "$tmp/6.1-broken"
refused "signed modules only, and no key" 1 "give SIGN_KEY=FILE SIGN_CERT=FILE" --kdir "$tmp/6.1-forced"
refused "a key without a certificate" 2 "go together" --kdir "$tmp/6.1-signed" --sign-key "$tmp/key"
refused "a prefix that is none" 2 "allowed: an absolute path" --prefix here
refused "an unknown option" 2 "unknown option '--purge'" --purge

ktap_is "it is removed" "$(install --remove)" 0
unchanged "and nothing is left of it" "$before"
refused "there is nothing to remove" 1 "nothing to remove" --remove

ktap_is "it signs with a key that is given" \
	"$(install --kdir "$tmp/6.1-signed" --sign-key "$tmp/key" --sign-cert "$tmp/cert")" 0
ktap_is "which both modules show" \
	"$(grep -aho "signed: .*" "$dest"/lib/modules/6.1-signed/updates/oncard/*.ko | sort -u)" "signed: sha256 key"
install --remove >/dev/null

rmdir "$dest/usr/local/include"
touch "$dest/usr/local/lib"
refused "a file in the place of a folder" 1 "what was there before is there again" --kdir "$tmp/6.1-plain"
ktap_is "debian/changelog has the header's version" \
	"$(sed -n '1s/.*(\(.*\)).*/\1/p' "$top/debian/changelog")" "$("$top/packaging/version")"
ktap_finish
