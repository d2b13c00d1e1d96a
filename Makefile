# SPDX-License-Identifier: GPL-2.0-only
#
# What people type. The modules themselves are described in Kbuild, for kbuild.

# the VM's kernel and architecture, a line of tests/vm/kernels; by itself the stock
# kernel of this machine's release
ifneq ($(KERNEL_IMAGE),)
KERNEL := own
endif
ifeq ($(KERNEL),)
KERNEL := $(shell bash -c '. tests/vm/lib.sh && host_kernel')
endif
ARCH ?= amd64
# a kernel build directory of your own, such as /lib/modules/$(uname -r)/build, and the
# image of that kernel, for the VM to boot it
KDIR ?=
KERNEL_IMAGE ?=
# a single test
CASE ?=
# how long make fuzz takes
SECONDS ?= 60
# how much of the model make model searches: small or large
BOUND ?= small
# a kernel source tree, for make scan and make kernel-tree
TREE ?=
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
Q := $(if $(filter 0,$(V)),@)

# The rig is told of them by its environment.
arch := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(ARCH)))
export ONCARD_KERNEL := $(KERNEL)
export ONCARD_ARCH := $(arch)
ifneq ($(KERNEL_IMAGE),)
export ONCARD_KERNEL_IMAGE := $(abspath $(KERNEL_IMAGE))
export ONCARD_KDIR := $(abspath $(KDIR))
override KDIR :=
endif

ifeq ($(KDIR),)
kernel_name = $(KERNEL)-$(arch)
kbuild      = tests/vm/kbuild --
# (a kernel of the user's own gets the modules; these are the VM's)
test_modules := tests/modules Documentation/example
with_tests   := ONCARD_TESTS=1
else
kernel_name = $(notdir $(patsubst %/build,%,$(abspath $(KDIR))))
kbuild      = tests/vm/kbuild --kdir '$(KDIR)' --
endif

MODULES_DIR ?= build/modules/$(kernel_name)
# more for kbuild's command line, such as W=1
KBUILD_ARGS ?=
JOBS := $(shell nproc)

.PHONY: help
help:
	@echo "oncard: DMA buffers in memory on the card"
	@echo
	@sed -n 's/^## \{0,1\}//p' Makefile

## make run          play WAVs through memory on the card, in a VM, and judge it
.PHONY: run
run: build/need/vm modules programs userspace
	$(Q)tests/demo/run

## make test         all tests; CASE=NAME for one, tests/run --list names them
.PHONY: test
test: build/need/vm modules programs userspace
	$(Q)tests/run $(CASE)

## make test-all     all tests on all kernels of tests/vm/kernels, and a table of them: hours
.PHONY: test-all
test-all:
	$(Q)tests/all

## make test-kernels what differs between kernels, on each stock one but the default, and
##                   on arm64
.PHONY: test-kernels
test-kernels:
	$(Q)tests/all --brief

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
	$(Q)tests/stress/soak $(CASE)

## make mutants      break the tree in each way that others have shipped, and see the
##                   test for it fail; a minute each
.PHONY: mutants
mutants: build/need/vm
	$(Q)tests/mutants/run

## make story        the six claims of Documentation/story.md, each before and after; a table
.PHONY: story
story: build/need/vm modules programs
	$(Q)tests/story/run

## make lab          how many segments merge, by the order in which pages are handed
##                   out: 2004's figures, today's and ours; in build/lab/
.PHONY: lab
lab: build/need/vm modules programs
	$(Q)tests/lab/run

## make bench        what pages and the whole path cost, in instructions, beside the
##                   kernel's own ways; in build/bench/
.PHONY: bench
bench: build/need/vm modules programs
	$(Q)tests/bench/run
	$(Q)tests/bench/paths

## make shell        a shell in the VM, with the card in it
.PHONY: shell
shell: build/need/vm modules programs
	$(Q)tests/vm/run --interactive -- sh

## make model        have spin search all states of the model of lifetimes, and find
##                   defects that are planted in it; BOUND=large for a larger part
.PHONY: model
model:
	$(Q)tests/model/run --bound $(BOUND)

## make check        style, sparse, warnings, documentation; CHECK=NAME for one
.PHONY: check
check:
	$(Q)tests/check $(CHECK)

## make coverage     lines and branches of the modules that tests reach, counted by gcov
##                   in the instrumented kernel; in build/coverage/
.PHONY: coverage
coverage: build/need/vm
	$(Q)tests/coverage/run

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
	@tests/lib/mirror-sources $(MODULES_DIR) Kbuild dma-core sound $(test_modules)
	@echo "  BUILD   modules for $(kernel_name)"
	$(Q)$(kbuild) $(if $(Q),-s) -j$(JOBS) M='$(abspath $(MODULES_DIR))' $(with_tests) \
		$(KBUILD_ARGS) modules

## make userspace    oncard-play and its kin, in build/userspace/
.PHONY: userspace
userspace: build/need/userspace
	@echo "  BUILD   userspace"
	$(Q)$(MAKE) $(if $(Q),-s) -C userspace -j$(JOBS) O='$(abspath build/userspace)'

# what the VM has, built with the VM's own libraries: userspace/, and what only tests run
.PHONY: programs
programs: build/need/modules
	@echo "  BUILD   programs for the VM, $(arch)"
	$(Q)PATH="$$(tests/vm/fetch sdk):$$PATH"; \
	cc=$$(bash -c '. tests/vm/lib.sh && kernel_row "$$ONCARD_KERNEL" "$$ONCARD_ARCH" && echo $$kernel_triplet-gcc'); \
	for folder in userspace tests/programs; do \
		$(MAKE) $(if $(Q),-s) -C $$folder -j$(JOBS) CC="$$cc" PKG_CONFIG=false \
			O='$(abspath build/programs)/$(arch)' || exit; \
	done

## make install      modules for the running kernel (or KDIR=), signed and compressed as
##                   it has its own; programs, manual pages and header under
##                   PREFIX=/usr/local; DESTDIR= for packagers. Documentation/install.md
.PHONY: install install-tools uninstall
install:
	$(Q)packaging/install $(if $(KDIR),--kdir '$(KDIR)') $(install_place) \
		$(if $(filter command line,$(origin CC)),--cc '$(CC)') \
		$(if $(SIGN_KEY)$(SIGN_CERT),--sign-key '$(SIGN_KEY)' --sign-cert '$(SIGN_CERT)')

install-tools:
	$(Q)packaging/install --no-modules $(install_place)

## make uninstall    remove what make install installed, for all kernels
uninstall:
	$(Q)packaging/install --remove $(install_place)

install_place = --prefix '$(PREFIX)' $(if $(DESTDIR),--destdir '$(DESTDIR)')

## make release      the archive of a version, in build/release/: of a commit that passes
##                   make check and make test
.PHONY: release
release:
	$(Q)packaging/release

## make deb          Debian packages, in build/deb/
.PHONY: deb
deb:
	$(Q)packaging/deb

## make kernel-tree  lay the modules into the kernel source TREE=DIR, build them there,
##                   and write the patch series for it; in build/kernel-tree/
.PHONY: kernel-tree
kernel-tree:
	$(Q)packaging/kernel-tree $(if $(TREE),'$(TREE)')

## make clean        remove what was built for the VM; keep its images and logs
.PHONY: clean
clean:
	$(Q)rm -rf build/modules build/userspace build/programs build/unit build/check

## make distclean    remove build/; downloads stay in the cache (see tests/vm/fetch)
.PHONY: distclean
distclean:
	$(Q)rm -rf build
	@echo "downloads are kept in $${ONCARD_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/oncard};" \
		"remove that folder to fetch them again"

##
## KERNEL=NAME and ARCH=arm64 choose the VM's kernel: tests/vm/kernels has them, debug is
## an instrumented one. KDIR=DIR is a kernel build directory instead, for make modules and
## make install; with KERNEL_IMAGE=FILE the VM boots that kernel. V=1 shows the commands.

# What has to be installed before a step; asked again when this file changes. The VM
# asks for all of it at once, so that who may not install has one command to pass on.
# (debian/control has the list; of the VMs, only the one for this architecture)
qemu          := qemu-system-$(if $(filter arm64,$(arch)),arm,x86)
for_modules   := make binutils mmdebstrap debian-archive-keyring xz-utils zstd
for_userspace := make gcc libc6-dev libasound2-dev libsndfile1-dev
for_tests     := cpio kmod libcmocka-dev cmark-gfm coccinelle libpython3-dev patch perl spin
build/need/modules:   packages := $(for_modules)
build/need/modules:   purpose  := building the modules
build/need/userspace: packages := $(for_userspace)
build/need/userspace: purpose  := building the programs
build/need/vm:        packages := $(sort $(for_modules) $(for_userspace) $(for_tests)) $(qemu)
build/need/vm:        purpose  := make run and make test
build/need/%: Makefile debian/control
	@tests/vm/need --for '$(purpose)' $(packages)
	@mkdir -p $(@D)
	@touch $@
