# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts of the rig share: messages, where things are kept, the table
# of kernels, and the search for the libraries that a program needs.
#
# Sourced, never run.  Errors of use go through die(), so that every script
# says what was wrong in the same form: "tests/vm/NAME: what; what is allowed".

# shellcheck disable=SC2034 # much of this is for the callers

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vm_top=$(cd "$vm_dir/../.." && pwd)
vm_build=$vm_top/build
vm_self=${0##*/}

# depmod and its like are there for everybody, but not in everybody's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# The kernels that the VM can boot, one row each:
# name, architecture, Debian's architecture, suite, package, the memory of a VM
# that does not ask for more and of its card, how many times longer than with the
# first one things take, and what else the kernel is told. (A busy host looks to a
# slow kernel like a clock that is wrong; it would take a slower one, and not keep up.)
# A package linux-image-* is the metapackage of an image; headers, kbuild and source
# follow from its version. Of a package linux-source-* a kernel is built here, see
# tests/vm/build-kernel.
vm_kernels=(
	"6.1 x86_64 amd64 bookworm linux-image-amd64 512M 64M 1 slub_debug=FZPU"
	"debug x86_64 amd64 sid linux-source-7.2 1G 16M 4 tsc=reliable"
)

# What the instrumented kernel has more than "make tinyconfig".
vm_debug_config=$vm_dir/debug.config

# The suite of the VM's programs: this machine's, whose libraries they find.
vm_guest_suite=bookworm

# The layout of the cache; a change of what is unpacked, or where, raises it.
vm_cache_format=v1

# How built kernels are built; a change of it, besides of debug.config, raises it.
vm_kernel_recipe=1

# A step that takes time or touches the network: "  FETCH   what (why)".
say() {
	printf '  %-7s %s\n' "$1" "$2" >&2
}

note() {
	printf 'tests/vm/%s: %s\n' "$vm_self" "$*" >&2
}

# die STATUS LINE...: the first line says what was wrong.
die() {
	local status=$1
	shift
	note "$1"
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit "$status"
}

# The header comment of the calling script, from its second paragraph on.
usage() {
	sed -n '/^# SPDX/,/^$/s/^# \{0,1\}//p' "$vm_dir/$vm_self" | sed 1,2d
}

# An option that wants a value: needs_value OPTION COUNT-OF-WORDS-LEFT
needs_value() {
	[ "$2" -ge 2 ] || die 2 "$1 needs a value; see tests/vm/$vm_self --help"
}

vm_cache() {
	local cache=${ONCARD_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/oncard}

	if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
		die 1 "the cache folder $cache cannot be written to" \
			"set ONCARD_CACHE to a folder that can be"
	fi
	(cd "$cache" && printf '%s/%s\n' "$PWD" "$vm_cache_format")
}

# kernel_row NAME ARCH: sets kernel_arch, kernel_debarch, kernel_suite,
# kernel_package, kernel_mem, kernel_card, kernel_slowness, kernel_line; a pair that
# is not in the table is refused.
kernel_row() {
	local row name arch known=""

	for row in "${vm_kernels[@]}"; do
		read -r name arch kernel_debarch kernel_suite kernel_package \
			kernel_mem kernel_card kernel_slowness kernel_line <<<"$row"
		kernel_arch=$arch
		[ "$name $arch" = "$1 $2" ] && return
		known+="${known:+, }$name on $arch"
	done
	die 2 "there is no kernel '$1' for architecture '$2'; allowed: $known"
}

# check_regex REGEX: as the value of --expect-warning
check_regex() {
	[[ "" =~ $1 ]]
	case $? in
	0) die 2 "--expect-warning '$1' matches everything; allowed: a part of the warning's text" ;;
	2) die 2 "--expect-warning '$1' is not an extended regular expression" ;;
	esac
}

# libraries_of ROOT PROGRAM...: the shared libraries that the programs need,
# the loader included, as lines "PATH-IN-GUEST FILE-ON-HOST".  The host's own
# come first, since that is what the programs were built against; ROOT (an
# unpacked package tree) fills the gaps.
libraries_of() {
	local root=$1 file line name found
	local -A seen=()
	local -a queue

	shift
	queue=("$@")
	while [ ${#queue[@]} -gt 0 ]; do
		file=${queue[0]}
		queue=("${queue[@]:1}")
		while read -r line; do
			case $line in
			*"=> not found")
				name=${line%% *}
				found=$(find "$root" -name "$name" 2>/dev/null |
					head -n 1)
				if [ -z "$found" ]; then
					note "$file needs the library $name, which is not installed"
					return 1
				fi
				[ -n "${seen[$name]:-}" ] && continue
				seen[$name]=1
				printf '%s %s\n' "${found#"$root"}" "$found"
				queue+=("$found")
				;;
			*"=> /"*)
				name=${line#*=> }
				name=${name%% (*}
				[ -n "${seen[$name]:-}" ] && continue
				seen[$name]=1
				printf '%s %s\n' "$name" "$name"
				;;
			/*" (0x"*)
				name=${line%% (*}
				[ -n "${seen[$name]:-}" ] && continue
				seen[$name]=1
				printf '%s %s\n' "$name" "$name"
				;;
			esac
		done < <(LC_ALL=C ldd "$file" 2>/dev/null)
	done
}

# is_dynamic FILE: an ELF file that ldd has an answer for
is_dynamic() {
	local magic

	IFS= read -r -n 4 magic 2>/dev/null <"$1"
	[ "$magic" = $'\x7fELF' ] && LC_ALL=C ldd "$1" >/dev/null 2>&1
}

# archive_of FOLDER: as a cpio archive that the kernel unpacks, all of it root's
archive_of() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc -R 0:0 --reproducible)
}

# quoted WORD...: as a shell reads them, whatever is in them
quoted() {
	local word

	for word; do
		printf " '%s'" "${word//"'"/"'\\''"}"
	done
}
