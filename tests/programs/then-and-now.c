// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that has a driver's buffer mapped, while the driver frees it and the card goes;
 * for Documentation/story.md. Needs the module then-and-now.
 *
 * Usage: then-and-now NODE
 *
 * Prints a line: what the node says of itself, and "faults=N freed=mine|next-owner|other
 * removed=card|process": page faults on the buffer's first touch; what the process finds in
 * the mapping of a buffer that was freed and may have another owner; and whether what it
 * writes when the card has gone reaches the card's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../modules/then-and-now.h"

#define MINE 0x3141592f

static int node;

static void fail(const char *what)
{
	fprintf(stderr, "then-and-now: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void tell(const char *word)
{
	if (write(node, word, strlen(word)) != (ssize_t)strlen(word))
		fail(word);
}

static void ask(char *line, size_t size)
{
	ssize_t length = pread(node, line, size - 1, 0);

	if (length <= 0)
		fail("read");
	line[length - 1] = '\0';
}

static uint32_t *map(long page)
{
	void *base = mmap(NULL, BUFFER_PAGES * page, PROT_READ | PROT_WRITE,
			  MAP_SHARED, node, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	return base;
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static void put(uint32_t *at, uint32_t word)
{
	__atomic_store_n(at, word, __ATOMIC_RELAXED);
}

/* Returns how many page faults that takes. */
static long touch(uint32_t *buffer, size_t page_words)
{
	long before = faults();
	size_t n;

	for (n = 0; n < BUFFER_PAGES; n++)
		put(buffer + n * page_words, MINE);
	return faults() - before;
}

static const char *owner_of(uint32_t word)
{
	if (word == MINE)
		return "mine";
	return word == NEXT_OWNER ? "next-owner" : "other";
}

int main(int argc, char **argv)
{
	long page = sysconf(_SC_PAGESIZE), taken;
	uint32_t *buffer;
	char about[128], after[128];
	const char *found;

	if (argc != 2) {
		fprintf(stderr, "usage: then-and-now NODE\n");
		return 64;
	}
	node = open(argv[1], O_RDWR);
	if (node < 0)
		fail(argv[1]);
	ask(about, sizeof(about));
	buffer = map(page);
	faults(); /* (its own first call) */
	taken = touch(buffer, page / sizeof(*buffer));
	tell("free");
	tell("next");
	found = owner_of(__atomic_load_n(buffer, __ATOMIC_RELAXED));
	tell("remove");
	put(buffer, STRAY);
	ask(after, sizeof(after));
	printf("%s faults=%ld freed=%s removed=%s\n", about, taken, found,
	       strstr(after, " stray=0") ? "process" : "card");
	return 0;
}
