// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <glob.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "stream-race.h"

#define STREAMS "/sys/kernel/debug/snd-oncard/*/streams"

void fail(const char *what)
{
	perror(what);
	exit(2);
}

void must(int err, const char *what)
{
	errno = -err;
	if (err)
		fail(what);
}

static FILE *open_streams(void)
{
	FILE *file = NULL;
	glob_t found;

	if (glob(STREAMS, 0, NULL, &found))
		fail(STREAMS);
	file = fopen(found.gl_pathv[0], "r");
	globfree(&found);
	if (!file)
		fail(STREAMS);
	return file;
}

bool card_runs(unsigned int stream)
{
	FILE *file = open_streams();
	unsigned int number, running;
	bool found = false;
	char line[128];

	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line,
			       "stream=%u descriptors=%*u bytes=%*u running=%u",
			       &number, &running) == 2 &&
			number == stream;
	fclose(file);
	if (!found) {
		errno = ENODATA;
		fail(STREAMS);
	}
	return running;
}

void let_some_time_pass(struct dice *dice)
{
	uint32_t left = dice_below(dice, 50000);

	/* (the compiler shall not see that it comes to nothing) */
	for (; left; left--)
		atomic_signal_fence(memory_order_seq_cst);
}
