// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a revocation costs by the number of mappings that it takes back. Needs the
 * module lifetime-node, and a time that counts instructions. KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../modules/lifetime-node.h"
#include "ktap.h"

#define FEW   500
#define MANY  4000
#define SLACK 2 /* lists that are long miss the processor's caches */

static uint64_t *mappings[MANY];
static long page;
static int node;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void map(unsigned int count)
{
	struct lifetime_slot slot = { .pages = 1 };
	unsigned int n;

	if (ioctl(node, LIFETIME_ALLOC, &slot))
		fail("LIFETIME_ALLOC");
	for (n = 0; n < count; n++) {
		mappings[n] = mmap(NULL, page, PROT_READ | PROT_WRITE,
				   MAP_SHARED, node, 0);
		if (mappings[n] == MAP_FAILED)
			fail("mmap");
	}
}

static unsigned long long take_back(void)
{
	struct lifetime_revoked result;

	if (ioctl(node, LIFETIME_REVOKE, &result))
		fail("LIFETIME_REVOKE");
	return result.revoke_ns;
}

/* The node has its pattern in the buffer; a page that stands in for it is zeroed. */
static bool all_reach_the_buffer(unsigned int count)
{
	while (count--)
		if (!*mappings[count])
			return false;
	return true;
}

static bool none_reaches_the_buffer(unsigned int count)
{
	while (count--)
		if (*mappings[count])
			return false;
	return true;
}

static void unmap(unsigned int count)
{
	while (count--)
		munmap(mappings[count], page);
}

static unsigned long long revoke_of(unsigned int count, struct ktap *ktap)
{
	unsigned long long took;
	bool reached;

	map(count);
	reached = all_reach_the_buffer(count);
	took = take_back();
	ktap_note(ktap, "revoking %u mappings took %llu us", count,
		  took / 1000);
	ktap_result(ktap, reached && none_reaches_the_buffer(count),
		    "all mappings of a buffer are taken back");
	unmap(count);
	return took;
}

int main(void)
{
	unsigned long long few, many;
	struct ktap ktap;

	page = sysconf(_SC_PAGESIZE);
	node = open("/dev/lifetime", O_RDWR);
	if (node < 0)
		fail("/dev/lifetime");
	ktap_begin(&ktap, stdout, 3);
	few = revoke_of(FEW, &ktap);
	many = revoke_of(MANY, &ktap);
	ktap_result(&ktap, many <= few * SLACK * MANY / FEW,
		    "the time grows with their number, not with its square");
	return ktap_end(&ktap);
}
