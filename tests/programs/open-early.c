// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens nodes as soon as they are there, and keeps them open until it is told to end
 * (SIGTERM); writes 1 to a file when it has the first, and says how many it had.
 *
 * Usage: open-early FILE NODE...
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NODES_MAX 16

static int over;

static void end(int number)
{
	(void)number;
	__atomic_store_n(&over, 1, __ATOMIC_RELAXED);
}

static void tell(const char *path)
{
	int file = open(path, O_WRONLY);

	if (file < 0 || write(file, "1", 1) != 1)
		perror(path);
	close(file);
}

int main(int argc, char **argv)
{
	int files[NODES_MAX], count = argc - 2, opened = 0, n;

	if (count < 1 || count > NODES_MAX) {
		fprintf(stderr, "usage: open-early FILE NODE...\n");
		return 64;
	}
	memset(files, -1, sizeof(files));
	signal(SIGTERM, end);
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		for (n = 0; n < count; n++) {
			if (files[n] >= 0)
				continue;
			files[n] = open(argv[n + 2], O_RDWR | O_NONBLOCK);
			if (files[n] >= 0 && !opened++)
				tell(argv[1]);
		}
	}
	printf("%d\n", opened);
	return 0;
}
