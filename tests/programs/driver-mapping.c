// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver relies on whose mmap() is nothing but dma_map_coherent(): which ranges
 * it maps, what the kernel may do with the VMA, and that nothing is left of a mapping
 * that failed, or was revoked before it was complete. KTAP.
 *
 * Needs the module buffer-owner, and fail-insertion for what fails half-way. At the
 * end the owner's card is revoked.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figure.h"
#include "ktap.h"

#define PAGES   8
#define DEBUGFS "/sys/kernel/debug/dma-core/buffer-owner-dma/"
#define CORE    "/tmp/core"

static long page;
static int owner;
static struct ktap ktap;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static bool tell(const char *word)
{
	return write(owner, word, strlen(word)) == (ssize_t)strlen(word);
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(file);
	close(fd);
}

static void *map(size_t pages, int flags, uint64_t first_page)
{
	return mmap(NULL, pages * page, PROT_READ | PROT_WRITE, flags, owner,
		    (off_t)(first_page * page));
}

static uint32_t *map_whole(void)
{
	uint32_t *base = map(PAGES, MAP_SHARED, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	return base;
}

static uint32_t *word(void *base, size_t n)
{
	return (uint32_t *)((char *)base + n * page);
}

/* --- which ranges ------------------------------------------------------------------- */

/* In pages; 2^31, 2^32 and 2^44 bytes and their neighbours, and what is last of all. */
static const uint64_t offsets[] = {
	0,
	1,
	PAGES - 1,
	PAGES,
	PAGES + 1,
	0x7ffff,
	0x80000,
	0x80001,
	0xfffff,
	0x100000,
	0x100001,
	0x3ffffff,
	0x100000000 - 1,
	0x100000000,
	0x100000001,
	1ULL << 47,
	1ULL << 51,
	(1ULL << 51) - 1,
	(1ULL << 52) - PAGES,
	(1ULL << 52) - 1,
};

static const uint64_t lengths[] = {
	1,       2,       PAGES - 1, PAGES,    PAGES + 1,   0x7ffff,
	0x80000, 0x80001, 0x100000,  0x100001, 0x100000001,
};

/* What is mapped has to be the right pages, and what is refused an error of mmap()'s. */
static bool maps_as_it_should(uint64_t length, uint64_t offset)
{
	bool inside = offset < PAGES && length <= PAGES - offset;
	void *base = map(length, MAP_SHARED, offset);
	bool right = inside;
	uint64_t n;

	if (base == MAP_FAILED)
		return !inside && (errno == ENXIO || errno == EOVERFLOW ||
				   errno == EINVAL);
	for (n = 0; right && n < length; n++)
		right = *word(base, n) == 0xd41e0000 + offset + n;
	munmap(base, length * page);
	return right;
}

static void check_ranges(void)
{
	size_t rows = sizeof(offsets) / sizeof(offsets[0]);
	size_t columns = sizeof(lengths) / sizeof(lengths[0]);
	uint32_t *base = map_whole();
	bool right = true;
	size_t n;

	for (n = 0; n < PAGES; n++)
		*word(base, n) = 0xd41e0000 + n;
	munmap(base, PAGES * page);
	/* Short ones first, and none after a wrong one: it may be terabytes. */
	for (n = 0; right && n < rows * columns; n++) {
		uint64_t length = lengths[n / rows];
		uint64_t offset = offsets[n % rows];

		right = maps_as_it_should(length, offset);
		if (!right)
			ktap_note(&ktap, "%#llx pages from page %#llx on",
				  (unsigned long long)length,
				  (unsigned long long)offset);
	}
	ktap_result(&ktap, right,
		    "what lies in the buffer is mapped, and nothing else");
}

/* One that can be read only could be made writable by mprotect(). */
static void check_private(int protection, const char *name)
{
	void *base =
		mmap(NULL, PAGES * page, protection, MAP_PRIVATE, owner, 0);

	ktap_result(&ktap, base == MAP_FAILED && errno == EINVAL, name);
	if (base != MAP_FAILED)
		munmap(base, PAGES * page);
}

/* --- what the kernel does with it --------------------------------------------------- */

/* The VmFlags of the VMA that begins at @base. */
static bool read_flags(const void *base, char *flags, size_t size)
{
	char line[512], begin[32];
	FILE *in = fopen("/proc/self/smaps", "r");
	bool here = false, found = false;

	if (!in)
		fail("smaps");
	snprintf(begin, sizeof(begin), "%lx-", (unsigned long)(uintptr_t)base);
	while (!found && fgets(line, sizeof(line), in)) {
		here |= !strncmp(line, begin, strlen(begin));
		found = here && !strncmp(line, "VmFlags:", 8);
	}
	fclose(in);
	snprintf(flags, size, "%s", found ? line + 8 : "");
	return found;
}

static void check_flags(void)
{
	static const char *const wanted[] = { " sh ", " io ", " pf ", " de ",
					      " dd " };
	uint32_t *base = map_whole();
	char flags[512];
	bool all = read_flags(base, flags, sizeof(flags));
	size_t n;

	for (n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++)
		all &= !!strstr(flags, wanted[n]);
	if (!all)
		ktap_note(&ktap, "VmFlags:%s", flags);
	ktap_result(&ktap, all, "its flags are those of device memory");
	ktap_result(&ktap,
		    mremap(base, PAGES * page, 2 * PAGES * page,
			   MREMAP_MAYMOVE) == MAP_FAILED &&
			    errno == EFAULT,
		    "it does not grow");
	munmap(base, PAGES * page);
}

/* Dies, and leaves a dump of all that a process may have in one. */
static void dump_core(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	put("/proc/self/coredump_filter", "0x7f");
	if (setrlimit(RLIMIT_CORE, &all))
		_exit(1);
	abort();
}

/* Bytes that the dump has of the segment at @base; -1 when there is no such one. */
static long dumped(const void *base)
{
	FILE *core = fopen(CORE, "r");
	Elf64_Phdr segment;
	Elf64_Ehdr header;
	long bytes = -1;
	int n;

	if (!core || fread(&header, sizeof(header), 1, core) != 1 ||
	    fseek(core, (long)header.e_phoff, SEEK_SET))
		fail(CORE);
	for (n = 0; n < header.e_phnum; n++)
		if (fread(&segment, sizeof(segment), 1, core) == 1 &&
		    segment.p_type == PT_LOAD &&
		    segment.p_vaddr == (uintptr_t)base)
			bytes = (long)segment.p_filesz;
	fclose(core);
	return bytes;
}

static void check_core_dump(void)
{
	void *base = map_whole();
	void *ram = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t child;

	put("/proc/sys/kernel/core_pattern", CORE);
	memset(ram, 1, PAGES * page);
	child = fork();
	if (!child)
		dump_core();
	if (waitpid(child, &status, 0) != child || !WCOREDUMP(status))
		fail("core dump");
	ktap_result(&ktap, dumped(ram) == PAGES * page && dumped(base) == 0,
		    "a core dump has the process's RAM, and not the card's");
	munmap(ram, PAGES * page);
	munmap(base, PAGES * page);
	unlink(CORE);
}

/* --- what fails --------------------------------------------------------------------- */

#define FAIL "/sys/module/fail_insertion/parameters/fail"
#define LEFT "/sys/module/buffer_owner/parameters/left"

static void check_half_way(void)
{
	static const char *const pages[] = { "1", "5", "8" };
	long all_free = figure(DEBUGFS "regions", "free=");
	bool refused = true;
	size_t n;

	for (n = 0; n < sizeof(pages) / sizeof(pages[0]); n++) {
		put(FAIL, pages[n]);
		refused &= map(PAGES, MAP_SHARED, 0) == MAP_FAILED &&
			   errno == ENOMEM;
	}
	ktap_result(&ktap, refused,
		    "mmap() fails when a page cannot be mapped");
	ktap_result(&ktap, figure(LEFT, "") == 0,
		    "no page can be reached once that has failed half-way");
	ktap_result(&ktap,
		    figure(DEBUGFS "buffers", "mappings=") == 0 &&
			    figure(DEBUGFS "counters", "unmapped=") ==
				    figure(DEBUGFS "counters", "mapped="),
		    "nor is a mapping left");
	ktap_result(&ktap,
		    tell("free") && figure(DEBUGFS "regions", "free=") ==
					    all_free + PAGES * page,
		    "and the buffer is given back when it is freed");
	if (!tell("alloc"))
		fail("alloc");
}

/* --- what is revoked ---------------------------------------------------------------- */

static bool is_zero(const void *base)
{
	const char *bytes = base;

	return !bytes[0] && !memcmp(bytes, bytes + 1, PAGES * page - 1);
}

static void check_revoked_in_mmap(void)
{
	void *base = map_whole();
	pid_t child;
	int status;

	memset(base, 0x5a, PAGES * page);
	munmap(base, PAGES * page);
	child = fork();
	if (!child)
		_exit(!tell("revoke-in-mmap"));
	while (figure("/sys/module/buffer_owner/parameters/stage", "") != 1)
		;
	base = map_whole();
	if (waitpid(child, &status, 0) != child || status)
		fail("revoke");
	ktap_result(&ktap, is_zero(base),
		    "revoked while mmap() was on its way, it reaches nothing");
	munmap(base, PAGES * page);
}

/* --- what lies elsewhere in its file ------------------------------------------------ */

#define MAP_NUMBER "/sys/module/buffer_owner/parameters/map_number"

/*
 * Mappings whose driver has given vm_pgoff another value: one that nothing happens to,
 * one that a debugger looks at, one without its third page, and one that only a child
 * still has. None lies in a part of the file where another one does.
 */
struct renumbered {
	uint32_t *alone;
	uint32_t *looked_at;
	uint32_t *cut;
	pid_t child;
	int tell_child;
};

static uint32_t *map_renumbered_by(const char *pages)
{
	uint32_t *base;

	put(MAP_NUMBER, pages);
	base = map_whole();
	put(MAP_NUMBER, "0");
	return base;
}

static bool is_zero_but_third(const void *base)
{
	const char *bytes = base;
	const char *fourth = bytes + 3 * page;

	return !bytes[0] && !memcmp(bytes, bytes + 1, 2 * page - 1) &&
	       !fourth[0] && !memcmp(fourth, fourth + 1, 5 * page - 1);
}

/* Ends when it is told to, or when nobody is left to do so. */
static void be_renumbered_child(const void *base, int told)
{
	char word;

	if (read(told, &word, 1) < 0)
		_exit(2);
	_exit(!is_zero(base));
}

static void map_renumbered(struct renumbered *maps)
{
	uint32_t *inherited;
	int told[2];

	maps->looked_at = map_renumbered_by("100");
	maps->cut = map_renumbered_by("203");
	inherited = map_renumbered_by("300");
	if (pipe(told) || munmap(word(maps->cut, 2), page))
		fail("pipe or munmap");
	maps->tell_child = told[1];
	maps->child = fork();
	if (!maps->child) {
		close(told[1]);
		be_renumbered_child(inherited, told[0]);
	}
	close(told[0]);
	munmap(inherited, PAGES * page);
	maps->alone = map_renumbered_by("400");
	/* (a fork would tell where it lies) */
	if (madvise(maps->alone, PAGES * page, MADV_DONTFORK))
		fail("MADV_DONTFORK");
}

static uint32_t debugger_reads(const uint32_t *address)
{
	int fd = open("/proc/self/mem", O_RDONLY);
	uint32_t found;

	if (fd < 0 || pread(fd, &found, sizeof(found),
			    (off_t)(uintptr_t)address) != sizeof(found))
		fail("/proc/self/mem");
	close(fd);
	return found;
}

static void check_renumbered(const struct renumbered *maps)
{
	bool right = true;
	uint32_t n;

	for (n = 0; n < PAGES; n++)
		*word(maps->looked_at, n) = 0x30000 + n;
	for (n = 0; n < PAGES; n++) {
		right &= debugger_reads(word(maps->looked_at, n)) ==
			 0x30000 + n;
		right &= n == 2 ||
			 debugger_reads(word(maps->cut, n)) == 0x30000 + n;
	}
	ktap_result(&ktap, right,
		    "a debugger finds the buffer's pages, whatever vm_pgoff is by then");
}

static void check_renumbered_revoked(const struct renumbered *maps)
{
	int status;

	ktap_result(&ktap, is_zero(maps->alone) && is_zero(maps->looked_at),
		    "revoked, no mapping reaches the buffer, whatever its vm_pgoff is");
	ktap_result(&ktap, is_zero_but_third(maps->cut),
		    "nor what is left of one");
	close(maps->tell_child);
	if (waitpid(maps->child, &status, 0) != maps->child)
		fail("child");
	ktap_result(&ktap, !status, "nor a child's");
	munmap(maps->alone, PAGES * page);
	munmap(maps->looked_at, PAGES * page);
	munmap(maps->cut, PAGES * page);
}

int main(void)
{
	struct renumbered maps;

	page = sysconf(_SC_PAGESIZE);
	owner = open("/dev/buffer-owner", O_RDWR);
	if (owner < 0)
		fail("/dev/buffer-owner");
	if (!tell("alloc"))
		fail("alloc");
	ktap_begin(&ktap, stdout, 15);
	check_ranges();
	check_private(PROT_READ | PROT_WRITE, "a private mapping is refused");
	check_private(PROT_READ, "also one for reading only");
	check_flags();
	check_core_dump();
	check_half_way();
	map_renumbered(&maps);
	check_renumbered(&maps);
	check_revoked_in_mmap();
	check_renumbered_revoked(&maps);
	return ktap_end(&ktap);
}
