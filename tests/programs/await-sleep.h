/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a child has nothing to do any more.
 */
#ifndef AWAIT_SLEEP_H
#define AWAIT_SLEEP_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Who waits does so where a signal reaches him; who does not may have ended. */
static inline void await_sleep(pid_t pid)
{
	char path[64], text[256];
	const char *state;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		sched_yield();
		in = fopen(path, "r");
		if (!in || !fgets(text, sizeof(text), in)) {
			perror(path);
			exit(2);
		}
		fclose(in);
		state = strrchr(text, ')');
	} while (!state || !strchr("SZ", state[2]));
}

#endif /* AWAIT_SLEEP_H */
