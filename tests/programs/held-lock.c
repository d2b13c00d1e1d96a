// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "held-lock.h"

enum request {
	HOLD_LOCK = 0x7203,
	LET_GO,
	IS_HELD
}; /* see ring-owner.c */

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void *hold_lock(void *owner)
{
	if (ioctl(*(int *)owner, HOLD_LOCK))
		fail("HOLD_LOCK");
	return NULL;
}

static void *want_lock(void *owner)
{
	while (ioctl(*(int *)owner, IS_HELD) != 1)
		sched_yield();
	if (mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		fail("mmap");
	return NULL;
}

void held_lock_keep(int owner)
{
	pthread_t holder, waiter;

	if (pthread_create(&waiter, NULL, want_lock, &owner) ||
	    pthread_create(&holder, NULL, hold_lock, &owner))
		fail("pthread_create");
	pthread_join(holder, NULL);
	pthread_join(waiter, NULL);
}

/* How many threads of a process wait and cannot be interrupted. */
static int stuck_threads(pid_t pid)
{
	char path[64], text[256];
	const char *state;
	int stuck = 0;
	glob_t tasks;
	size_t n;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/task/*/stat", pid);
	if (glob(path, 0, NULL, &tasks))
		return 0;
	for (n = 0; n < tasks.gl_pathc; n++) {
		in = fopen(tasks.gl_pathv[n], "r");
		if (!in || !fgets(text, sizeof(text), in))
			fail(tasks.gl_pathv[n]);
		fclose(in);
		state = strrchr(text, ')');
		stuck += state && state[2] == 'D';
	}
	globfree(&tasks);
	return stuck;
}

bool held_lock_is_kept(pid_t pid)
{
	return stuck_threads(pid) == 2;
}

void held_lock_await(pid_t pid)
{
	while (!held_lock_is_kept(pid))
		sched_yield();
}

void held_lock_let_go(int owner)
{
	if (ioctl(owner, LET_GO))
		fail("LET_GO");
}
