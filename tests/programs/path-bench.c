// SPDX-License-Identifier: GPL-2.0-only
/*
 * path-bench SOURCE: what a process pays for mappings of /dev/bench-SOURCE (see
 * tests/modules/path-bench.c), and a driver for taking them back: a line for each,
 * "work=... size=... source=... cost=...", in instructions of a VM that counts them.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE     4096UL
#define TABLE    (2UL << 20) /* what a page table maps */
#define PLACES   (64UL << 20)
#define PASSES   16
#define MAPPINGS 10000U
#define CHILDREN 500U

static const char *source;
static int node;

/* In a VM that counts them, an instruction is a cycle, and a nanosecond. */
static uint64_t instructions(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
#endif
}

static void say(const char *work, unsigned long size, uint64_t cost)
{
	printf("work=%s size=%lu source=%s cost=%llu\n", work, size, source,
	       (unsigned long long)cost);
}

static char *map_at(char *address, unsigned long bytes)
{
	char *memory = mmap(address, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | (address ? MAP_FIXED_NOREPLACE : 0),
			    node, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap of %lu bytes of %s", bytes, source);
	return memory;
}

static char *map(unsigned long bytes)
{
	return map_at(NULL, bytes);
}

/*
 * Whether a small mapping needs a page table of its own depends on what else is near:
 * left to the kernel, that is drawn anew for each process. A page in use stands before
 * each place, so that what is below 2 MiB finds its table, and what is larger needs
 * those that it fills.
 */
static char *place_of_mappings(void)
{
	char *reserved = mmap(NULL, 2 * PLACES, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			      0);
	char *place;

	if (reserved == MAP_FAILED)
		err(1, "mmap of addresses");
	munmap(reserved, 2 * PLACES);
	place = (char *)(((uintptr_t)reserved + PLACES - 1) & ~(PLACES - 1));
	if (mmap(place, PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE |
			 MAP_POPULATE,
		 -1, 0) != place)
		err(1, "mmap of a page");
	return place;
}

static void touch(const char *memory, unsigned long bytes)
{
	unsigned long at;

	for (at = 0; at < bytes; at += PAGE)
		__asm__ __volatile__("" : : "r"(memory[at]));
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void measure_map(char *places, unsigned long bytes)
{
	char *place = places + (bytes < TABLE ? TABLE / 2 : TABLE);
	uint64_t mapping = UINT64_MAX, whole = UINT64_MAX, begun, mapped;
	int pass;

	for (pass = 0; pass < PASSES; pass++) {
		char *memory;

		begun = instructions();
		memory = map_at(place, bytes);
		mapped = instructions();
		touch(memory, bytes);
		munmap(memory, bytes);
		whole = least(whole, instructions() - begun);
		mapping = least(mapping, mapped - begun);
	}
	say("map", bytes, mapping);
	say("map-touch-unmap", bytes, whole);
}

static uint64_t take_back(void)
{
	char text[32] = "";

	if (write(node, "1", 1) != 1 ||
	    pread(node, text, sizeof(text) - 1, 0) < 1)
		err(1, "taking the mappings of %s back", source);
	return strtoull(text, NULL, 10);
}

static void measure_many_mappings(unsigned int count)
{
	char **memory = calloc(count, sizeof(*memory));
	unsigned int n;

	if (!memory)
		err(1, "%u mappings", count);
	for (n = 0; n < count; n++) {
		memory[n] = map(PAGE);
		touch(memory[n], PAGE);
	}
	say("revoke-mappings", count, take_back());
	for (n = 0; n < count; n++)
		munmap(memory[n], PAGE);
	free(memory);
}

/* Each has a mapping of its own, says so, and waits for the end of the other pipe. */
static void child(int mapped, int end)
{
	char byte = 0;

	touch(map(PAGE), PAGE);
	if (write(mapped, &byte, 1) != 1)
		_exit(1);
	_exit(read(end, &byte, 1) != 0);
}

static void measure_many_processes(unsigned int count)
{
	int mapped[2], end[2], status, failed = 0;
	unsigned int n;
	char byte;

	if (pipe(mapped) || pipe(end))
		err(1, "pipe");
	for (n = 0; n < count; n++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			close(end[1]);
			child(mapped[1], end[0]);
		}
	}
	for (n = 0; n < count; n++)
		if (read(mapped[0], &byte, 1) != 1)
			err(1, "a process did not map");
	say("revoke-processes", count, take_back());
	close(end[1]);
	while (wait(&status) > 0)
		failed += !WIFEXITED(status) || WEXITSTATUS(status);
	if (failed)
		errx(1, "%d of %u processes failed", failed, count);
}

int main(int argc, char **argv)
{
	static const unsigned long sizes[] = { 64UL << 10, 1UL << 20,
					       16UL << 20 };
	char path[64], *places;
	unsigned int n;

	if (argc != 2)
		errx(2, "usage: path-bench SOURCE");
	source = argv[1];
	snprintf(path, sizeof(path), "/dev/bench-%s", source);
	node = open(path, O_RDWR);
	if (node < 0)
		err(1, "%s", path);
	places = place_of_mappings();
	for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++)
		measure_map(places, sizes[n]);
	for (n = 100; n <= MAPPINGS; n *= 10)
		measure_many_mappings(n);
	measure_many_processes(CHILDREN);
	return 0;
}
