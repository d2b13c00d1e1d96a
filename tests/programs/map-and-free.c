// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frees a DMA buffer while it is mapped, and looks at who holds what meanwhile.
 * Needs the module buffer-owner.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figure.h"
#include "ktap.h"

#define PAGES   8
#define DEBUGFS "/sys/kernel/debug/dma-core/buffer-owner-dma/"

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

static unsigned long handle(void)
{
	char text[32] = "";

	if (pread(owner, text, sizeof(text) - 1, 0) <= 0)
		fail("read");
	return strtoul(text, NULL, 0);
}

static unsigned char *map(void)
{
	unsigned char *base = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
				   MAP_SHARED, owner, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	return base;
}

static bool all_bytes_are(const unsigned char *base, unsigned char value)
{
	return base[0] == value && !memcmp(base, base + 1, PAGES * page - 1);
}

static long module_users(void)
{
	FILE *in = fopen("/sys/module/dma_core/refcnt", "r");
	long users = -1;

	if (!in || fscanf(in, "%ld", &users) != 1)
		fail("refcnt");
	fclose(in);
	return users;
}

static long free_bytes(void)
{
	return figure(DEBUGFS "regions", "free=");
}

static void check_free_while_mapped(void)
{
	long users = module_users();
	long all_free = free_bytes();
	unsigned long first_handle;
	unsigned char *old, *new;

	if (!tell("alloc"))
		fail("alloc");
	first_handle = handle();
	old = map();
	memset(old, 0x5a, PAGES * page);
	ktap_result(&ktap, module_users() == users + 1,
		    "a mapping pins the module");
	ktap_result(&ktap,
		    tell("free") &&
			    figure(DEBUGFS "counters", "deferred=") == 1,
		    "freeing a mapped buffer is legal, and counted");
	ktap_result(&ktap, free_bytes() == all_free - PAGES * page,
		    "its memory is not back while it is mapped");
	if (!tell("alloc"))
		fail("alloc");
	new = map();
	ktap_result(&ktap, handle() != first_handle && all_bytes_are(new, 0),
		    "the next owner gets other memory, zeroed");
	memset(new, 0xa5, PAGES * page);
	ktap_result(&ktap, all_bytes_are(old, 0x5a),
		    "the old mapping still shows what was written to it");
	munmap(old, PAGES * page);
	ktap_result(&ktap, free_bytes() == all_free - PAGES * page,
		    "the last unmap gives the memory back");
	munmap(new, PAGES * page);
	tell("free");
	if (!tell("alloc"))
		fail("alloc");
	new = map();
	ktap_result(&ktap, handle() == first_handle && all_bytes_are(new, 0),
		    "handed out again, it shows nothing of its last owner");
	munmap(new, PAGES * page);
	tell("free");
	ktap_result(&ktap, free_bytes() == all_free && module_users() == users,
		    "in the end everything is free and nothing is pinned");
}

/* The parent unmaps and the owner frees; the child alone holds the buffer. */
static void check_child_holds_alone(void)
{
	long all_free = free_bytes();
	int go[2];
	unsigned char *base;
	pid_t child;
	int status;

	if (pipe(go) || !tell("alloc"))
		fail("alloc");
	base = map();
	memset(base, 0x3c, PAGES * page);
	child = fork();
	if (!child) {
		char byte;

		_exit(read(go[0], &byte, 1) != 1 || !all_bytes_are(base, 0x3c));
	}
	munmap(base, PAGES * page);
	tell("free");
	ktap_result(&ktap, free_bytes() == all_free - PAGES * page,
		    "a child's mapping alone holds the buffer");
	if (write(go[1], "", 1) != 1 || waitpid(child, &status, 0) != child)
		fail("child");
	ktap_result(&ktap, status == 0, "the child sees the buffer as it was");
	ktap_result(&ktap, free_bytes() == all_free,
		    "the child's exit gives it back");
}

static void check_release_while_mapped(void)
{
	unsigned char *base;

	if (!tell("alloc"))
		fail("alloc");
	base = map();
	memset(base, 0x77, PAGES * page);
	ktap_result(&ktap,
		    tell("free") && tell("release") &&
			    figure(DEBUGFS "regions", "free=") == -1,
		    "card memory is released under a mapping");
	ktap_result(&ktap, all_bytes_are(base, 0x77),
		    "the mapping outlives the release");
	munmap(base, PAGES * page);
	ktap_result(&ktap,
		    figure(DEBUGFS "counters", "mapped=") ==
			    figure(DEBUGFS "counters", "unmapped="),
		    "every mapping made is gone");
}

int main(void)
{
	page = sysconf(_SC_PAGESIZE);
	owner = open("/dev/buffer-owner", O_RDWR);
	if (owner < 0)
		fail("/dev/buffer-owner");
	ktap_begin(&ktap, stdout, 14);
	check_free_while_mapped();
	check_child_holds_alone();
	check_release_while_mapped();
	return ktap_end(&ktap);
}
