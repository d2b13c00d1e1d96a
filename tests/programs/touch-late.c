// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps the buffer of a substream, waits for a line on the standard input, and touches its
 * first page. Says "mapped", and then what the page has; a SIGBUS ends it.
 *
 * Usage: touch-late NODE
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pcm-calls.h"

static const struct pcm_shape shape = {
	.mmap = true,
	.rate = 48000,
	.period = 1024,
	.periods = 4,
};

#define BYTES (1024 * 4 * PCM_FRAME_BYTES)

int main(int argc, char **argv)
{
	const unsigned int *buffer;
	char line[8];
	int fd, err;

	if (argc != 2) {
		fprintf(stderr, "usage: touch-late NODE\n");
		return 64;
	}
	fd = open(argv[1], O_RDWR);
	err = fd < 0 ? -1 : pcm_hw_params(fd, &shape);
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	buffer = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (buffer == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	printf("mapped\n");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	printf("%#x\n", __atomic_load_n(buffer, __ATOMIC_RELAXED));
	return 0;
}
