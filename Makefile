# SPDX-License-Identifier: GPL-2.0-only
#
# What people type. The modules themselves are described in Kbuild, for kbuild.

# the VM's kernel: 6.1, or debug, the instrumented one
KERNEL ?= 6.1
# a kernel build directory of your own, such as /lib/modules/$(uname -r)/build
KDIR ?=
# a single test
CASE ?=
# how long make fuzz takes
SECONDS ?= 60
# how much of the model make model searches: small or large
BOUND ?= small
# a kernel source tree, for make scan
TREE ?=
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
Q := $(if $(filter 0,$(V)),@)

ifeq ($(KDIR),)
kernel_name  = $(KERNEL)
kernel_build = $$(tests/vm/fetch --kernel $(KERNEL) headers)
else
kernel_name  = $(notdir $(patsubst %/build,%,$(abspath $(KDIR))))
kernel_build = $(KDIR)
endif

MODULES_DIR ?= build/modules/$(kernel_name)
# BTF of a module refers to vmlinux's, which a package of headers does not hold.
no_btf := CONFIG_DEBUG_INFO_BTF_MODULES=
# more for kbuild's command line, such as W=1
KBUILD_ARGS ?=
# Debian's headers name the compiler of their kernel, gcc-12; gcc is near enough.
modules_cc = $(if $(KDIR)$(shell command -v gcc-12),,CC=gcc)
JOBS := $(shell nproc)

.PHONY: help
help:
	@echo "oncard: DMA buffers in memory on the card"
	@echo
	@sed -n 's/^## \{0,1\}//p' Makefile

## make run          play WAVs through memory on the card, in a VM, and judge it
.PHONY: run
run: build/need/vm modules programs
	$(Q)tests/demo/run --kernel $(KERNEL)

## make test         all tests; CASE=NAME for one, tests/run --list names them
.PHONY: test
test: build/need/vm modules programs
	$(Q)tests/run --kernel $(KERNEL) $(CASE)

## make test-debug   what the instrumented kernel finds in some minutes; it is built
##                   first, once, in about ten. make test KERNEL=debug: all that are not
##                   about 6.1
.PHONY: test-debug
test-debug: build/need/vm
	$(Q)$(MAKE) --no-print-directory test KERNEL=debug CASE='$(debug_tests)'

debug_tests := $(addprefix cases/,instruments kunit lifetime) \
	       $(addprefix stress/,fail-nth refcount bind-unbind hotplug suspend syscall-fuzz)

## make soak         make mutants, and the stress tests in their long form, which takes
##                   hours; CASE=NAME for one stress test. Wanted with KERNEL=debug, too
.PHONY: soak
soak: build/need/vm modules programs
	$(Q)tests/stress/soak --kernel $(KERNEL) $(CASE)

## make mutants      break the tree in each way that others have shipped, and see the
##                   test for it fail; a minute each
.PHONY: mutants
mutants: build/need/vm
	$(Q)tests/mutants/run

## make lab          how many segments merge, by the order in which pages are handed
##                   out: 2004's figures, today's and ours; in build/lab/
.PHONY: lab
lab: build/need/vm modules programs
	$(Q)tests/lab/run --kernel $(KERNEL)

## make bench        what alloc and free of pages cost, in instructions, beside the
##                   kernel's own allocators; in build/bench/
.PHONY: bench
bench: build/need/vm modules programs
	$(Q)tests/bench/run --kernel $(KERNEL)

## make shell        a shell in the VM, with the card in it
.PHONY: shell
shell: build/need/vm modules programs
	$(Q)tests/vm/run --kernel $(KERNEL) --interactive -- sh

## make model        have spin search all states of the model of lifetimes, and find
##                   defects that are planted in it; BOUND=large for a larger part
.PHONY: model
model:
	$(Q)tests/model/run --bound $(BOUND)

## make check        style, sparse, warnings, documentation; CHECK=NAME for one
.PHONY: check
check:
	$(Q)tests/check $(CHECK)

## make fuzz         compare the page-order allocator with a model of it, over inputs
##                   that are made up; SECONDS=60 for how long
.PHONY: fuzz
fuzz:
	$(Q)tests/fuzz/run --seconds $(SECONDS) --jobs $(JOBS) page_order

## make format       lay the C files out as make check wants them
.PHONY: format
format:
	$(Q)tests/check --fix

## make docs         README and Documentation/ as HTML, in build/docs/
.PHONY: docs
docs:
	$(Q)Documentation/render

## make scan         find drivers that assume a page behind a DMA buffer; TREE=DIR
##                   for a kernel source of your own, see tests/scan/run --help
.PHONY: scan
scan:
	$(Q)tests/scan/run $(if $(TREE),'$(TREE)')

## make modules      dma-core.ko and snd-oncard.ko, in build/modules/
.PHONY: modules
modules: build/need/modules
	@test -z '$(KDIR)' || test -e '$(KDIR)/Makefile' || { echo >&2 "make: no kernel" \
		"build directory at $(KDIR); install its linux-headers, or give KDIR=DIR"; exit 1; }
	@tests/lib/mirror-sources $(MODULES_DIR) Kbuild dma-core sound tests/modules Documentation/example
	@echo "  BUILD   modules for $(kernel_name)"
	$(Q)kdir=$(kernel_build) && $(MAKE) $(if $(Q),-s) -C "$$kdir" -j$(JOBS) \
		M='$(abspath $(MODULES_DIR))' $(modules_cc) $(KBUILD_ARGS) \
		$$(test -e "$$kdir/vmlinux" || echo $(no_btf)) modules

## make userspace    oncard-play and its kin, in build/userspace/
.PHONY: userspace
userspace: build/need/userspace
	@echo "  BUILD   userspace"
	$(Q)$(MAKE) $(if $(Q),-s) -C userspace -j$(JOBS) O='$(abspath build/userspace)'

# what the VM has: ours, and what only tests run
.PHONY: programs
programs: userspace
	$(Q)$(MAKE) $(if $(Q),-s) -C tests/programs -j$(JOBS) O='$(abspath build/userspace)'

## make install      modules for the running kernel (or KDIR=), programs and
##                   manual pages under PREFIX=/usr/local; DESTDIR= for packagers
.PHONY: install modules-install
install: install_kdir = $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
install: userspace
	$(Q)$(MAKE) modules KDIR='$(install_kdir)'
	$(Q)$(MAKE) modules-install KDIR='$(install_kdir)'
	$(Q)$(MAKE) $(if $(Q),-s) -C userspace O='$(abspath build/userspace)' \
		PREFIX='$(PREFIX)' DESTDIR='$(abspath $(DESTDIR))' install

# (the modules of tests/ are not for installing; what cannot be signed for want
# of the kernel's key stays unsigned without further words)
modules-install:
	@echo "  INSTALL modules for $(kernel_name)"
	$(Q)sign=$$(test -e '$(KDIR)/certs/signing_key.pem' || echo CONFIG_MODULE_SIG_ALL=); \
	for dir in dma-core sound; do \
		$(MAKE) $(if $(Q),-s) -C '$(KDIR)' M='$(abspath $(MODULES_DIR))'/$$dir \
			INSTALL_MOD_PATH='$(abspath $(DESTDIR))' $$sign modules_install || exit; \
	done

## make clean        remove what was built for the VM; keep its images and logs
.PHONY: clean
clean:
	$(Q)rm -rf build/modules build/userspace build/unit build/check

## make distclean    remove build/; downloads stay in the cache (see tests/vm/fetch)
.PHONY: distclean
distclean:
	$(Q)rm -rf build
	@echo "downloads are kept in $${ONCARD_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/oncard};" \
		"remove that folder to fetch them again"

##
## KERNEL=6.1 the VM's kernel (or debug, an instrumented one), KDIR=DIR a kernel build
## directory instead, V=1 show
## the commands.

# What has to be installed before a step; asked again when this file changes. The VM
# asks for all of it at once, so that who may not install has one command to pass on.
for_modules   := make gcc-12 libc6-dev libelf1 kmod
for_userspace := make gcc libc6-dev libasound2-dev libsndfile1-dev
build/need/modules:   packages := $(for_modules)
build/need/modules:   purpose  := building the modules
build/need/userspace: packages := $(for_userspace)
build/need/userspace: purpose  := building the programs
build/need/vm:        packages := $(sort $(for_modules) $(for_userspace) qemu-system-x86 cpio libcmocka-dev cmark-gfm \
			coccinelle libpython3-dev patch spin)
build/need/vm:        purpose  := make run and make test
build/need/%: Makefile
	@tests/vm/need --for '$(purpose)' $(packages)
	@mkdir -p $(@D)
	@touch $@
