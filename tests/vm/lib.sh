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

# The table of kernels.
vm_kernels=$vm_dir/kernels

# What the instrumented kernel has more than "make tinyconfig".
vm_debug_config=$vm_dir/debug.config

# The suite of the VM's programs and their libraries, whatever the host's is. It is the
# oldest one that is supported: what is laid over it, with the host's libraries, finds
# nothing in it that is newer.
vm_guest_suite=bookworm

# The kernel whose source is read: by make check for its scripts, by make scan.
vm_source_series=6.1
vm_source_suite=bookworm

# The layout of the cache; a change of what is unpacked, or where, raises it.
vm_cache_format=v2

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

# host_kernel: the stock kernel of this host's release
host_kernel() {
	local codename=""

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
	case $codename in
	bookworm) echo 6.1 ;;
	trixie) echo 6.12 ;;
	*) echo sid ;;
	esac
}

# What a script of the rig takes without --kernel or --arch
default_kernel() {
	echo "${ONCARD_KERNEL:-$(host_kernel)}"
}

default_arch() {
	echo "${ONCARD_ARCH:-amd64}"
}

# arch_name NAME: Debian's name of an architecture, from that of Debian, QEMU or Linux
arch_name() {
	case $1 in
	x86_64 | x86) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) echo "$1" ;;
	esac
}

# The kernel of the user's own: its image, and its build directory beside its modules.
own_row() {
	[ "$kernel_name" = own ] || return
	if [ ! -r "${ONCARD_KERNEL_IMAGE:-}" ] || [ ! -e "${ONCARD_KDIR:-}/Makefile" ]; then
		die 2 "a kernel of your own needs its image and its build directory; found '${ONCARD_KERNEL_IMAGE:-}' and '${ONCARD_KDIR:-}'" \
			"make test KERNEL_IMAGE=/boot/vmlinuz-RELEASE KDIR=/lib/modules/RELEASE/build"
	fi
	kernel_suite=- kernel_package=- kernel_mem=1G kernel_card=64M kernel_slowness=4 kernel_line=
}

# kernel_row NAME ARCH: sets kernel_name, kernel_debarch, kernel_arch (QEMU's name),
# kernel_triplet, kernel_suite, kernel_package, kernel_mem, kernel_card,
# kernel_slowness, kernel_line; a pair that is not in the table is refused.
kernel_row() {
	local wanted known=""

	wanted="$1 $(arch_name "$2")"
	kernel_name=$1 kernel_debarch=$(arch_name "$2")
	own_row || while read -r kernel_name kernel_debarch kernel_suite kernel_package \
		kernel_mem kernel_card kernel_slowness kernel_line; do
		[[ $kernel_name != "#"* && -n $kernel_name ]] || continue
		known+="${known:+, }$kernel_name on $kernel_debarch"
		[ "$kernel_name $kernel_debarch" != "$wanted" ] || break
	done <"$vm_kernels"
	[ "$kernel_name $kernel_debarch" = "$wanted" ] ||
		die 2 "there is no kernel '$1' for the architecture '$2'" \
			"allowed: $known" \
			"another kernel is a line in tests/vm/kernels"
	case $kernel_debarch in
	amd64) kernel_arch=x86_64 ;;
	arm64) kernel_arch=aarch64 ;;
	*) die 1 "tests/vm/kernels: no machine is known for the architecture $kernel_debarch" ;;
	esac
	kernel_triplet=$kernel_arch-linux-gnu
}

# host_arch: Debian's name of this machine's architecture
host_arch() {
	dpkg --print-architecture 2>/dev/null || arch_name "$(uname -m)"
}

# qemu_package: what brings qemu-system-$kernel_arch
qemu_package() {
	case $kernel_debarch in
	amd64) echo qemu-system-x86 ;;
	arm64) echo qemu-system-arm ;;
	esac
}

# check_regex REGEX: as the value of --expect-warning
check_regex() {
	[[ "" =~ $1 ]]
	case $? in
	0) die 2 "--expect-warning '$1' matches everything; allowed: a part of the warning's text" ;;
	2) die 2 "--expect-warning '$1' is not an extended regular expression" ;;
	esac
}

# Where programs look for libraries, below a root.
library_dirs() {
	printf '%s\n' "lib/$kernel_triplet" "usr/lib/$kernel_triplet" lib usr/lib lib64 \
		usr/lib64 usr/local/lib
}

# needed_by FILE...: the names of the libraries that ELF files ask for, and the path of
# their loader
needed_by() {
	LC_ALL=C readelf -d -l "$@" 2>/dev/null | sed -n \
		-e 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' \
		-e 's/.*program interpreter: \(.*\)\]$/\1/p' | sort -u
}

# find_library NAME ROOT...: in the first root that has it, as "ROOT PATH"
find_library() {
	local name=$1 root dir

	shift
	for root; do
		while read -r dir; do
			if [ -e "$root/$dir/$name" ]; then
				printf '%s %s\n' "$root" "$dir/$name"
				return 0
			fi
		done < <(library_dirs)
	done
	return 1
}

# libraries_of "ROOT..." PROGRAM...: the shared libraries that programs need, their
# loader included, as lines "PATH-IN-GUEST FILE-ON-HOST". ROOTs are folders that are
# searched in their order; the host's own is "/".
libraries_of() {
	local roots name found file path
	local -A seen=()
	local -a queue

	read -r -a roots <<<"$1"
	shift
	queue=("$@")
	while [ ${#queue[@]} -gt 0 ]; do
		file=${queue[0]}
		queue=("${queue[@]:1}")
		while read -r name; do
			[ -z "${seen[$name]:-}" ] || continue
			seen[$name]=1
			if ! found=$(find_library "${name##*/}" "${roots[@]}"); then
				note "$file needs the library $name, which is in none of ${roots[*]}"
				return 1
			fi
			file=${found%% *}/${found#* }
			path=/${found#* }
			[[ $name != /* ]] || path=$name
			printf '%s %s\n' "$path" "$file"
			queue+=("$file")
		done < <(needed_by "$file")
	done
}

# is_program_of_guest FILE: a dynamic ELF program for the VM's architecture
is_program_of_guest() {
	local magic machine

	IFS= read -r -n 4 magic 2>/dev/null <"$1"
	[ "$magic" = $'\x7fELF' ] || return 1
	case $kernel_debarch in
	amd64) machine="X86-64" ;;
	arm64) machine="AArch64" ;;
	esac
	LC_ALL=C readelf -h -l "$1" 2>/dev/null | awk -v machine="$machine" '
		/Machine:/ && $0 ~ machine { right = 1 }
		/program interpreter/ { dynamic = 1 }
		END { exit !(right && dynamic) }'
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
