// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "ownmem.h"

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

#define STACK_RESERVE (256 * 1024)

/* The stack as deep as it will ever be needed. */
static void touch_stack(void)
{
	char reserve[STACK_RESERVE];

	memset(reserve, 0, sizeof(reserve));
	__asm__ volatile("" : : "r"(reserve) : "memory");
}

/*
 * One mapping after the other, as /proc/self/maps lists them. What cannot be
 * populated (the vvar page, a device) says so and stays as it is; the caller
 * has touched those that matter.
 */
static int populate_mappings(void)
{
	unsigned long start, end;
	char line[512], mode[5];
	FILE *maps;

	maps = fopen("/proc/self/maps", "re");
	if (!maps)
		return -1;
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3 ||
		    mode[0] != 'r')
			continue;
		madvise((void *)start, end - start,
			mode[1] == 'w' ? MADV_POPULATE_WRITE :
					 MADV_POPULATE_READ);
	}
	fclose(maps);
	return 0;
}

const char *own_memory_make_present(void)
{
	touch_stack();
	if (!mlockall(MCL_CURRENT))
		return "locked by mlockall()";
	if (!populate_mappings())
		return "populated by madvise(), for mlockall() is not allowed here";
	return "not locked: its page faults may be among those counted";
}

unsigned long page_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (unsigned long)(usage.ru_minflt + usage.ru_majflt);
}
