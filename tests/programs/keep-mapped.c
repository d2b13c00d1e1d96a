// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a card keep memory that its owner has freed: takes a buffer, maps it, leaves a child
 * behind that has it mapped and sleeps, and gives the buffer back; again and again, until
 * something is refused or the rounds are over. Says how many bytes children keep, and what
 * was refused. The children live until the standard input ends.
 *
 * Usage: keep-mapped NODE FRAMES ROUNDS
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "await-sleep.h"
#include "pcm-calls.h"

#define PERIODS 4

static int fd;
static size_t bytes;

/* Has the buffer mapped, and nothing else; of pages that are brought by faults, all. */
static void keep(char *buffer, int all_touched)
{
	size_t at;

	close(fd);
	for (at = 0; at < bytes; at += 4096)
		__atomic_store_n(buffer + at, 1, __ATOMIC_RELAXED);
	close(all_touched);
	for (;;)
		pause();
}

/*
 * Returns when the child has touched all, and sleeps: whoever needs a page while somebody
 * else tries out how much there is, could be killed for it.
 */
static int leave_child(char *buffer)
{
	int touched[2];
	int err = 0;
	pid_t child;
	char none;

	if (pipe(touched))
		return errno;
	child = fork();
	if (!child) {
		close(touched[0]);
		keep(buffer, touched[1]);
	}
	if (child < 0)
		err = errno;
	close(touched[1]);
	if (read(touched[0], &none, 1) < 0)
		err = errno;
	close(touched[0]);
	if (!err)
		await_sleep(child);
	return err;
}

/* 0, or what was refused, with its errno. */
static int keep_one(const struct pcm_shape *shape, const char **call)
{
	void *buffer;
	int err;

	*call = "hw_params";
	err = pcm_hw_params(fd, shape);
	if (err)
		return -err;
	*call = "mmap";
	buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (buffer == MAP_FAILED) {
		err = errno;
		pcm_hw_free(fd);
		return err;
	}
	*call = "fork";
	err = leave_child(buffer);
	munmap(buffer, bytes);
	*call = "hw_free";
	return -pcm_hw_free(fd) ?: err;
}

int main(int argc, char **argv)
{
	struct pcm_shape shape = { .mmap = true, .rate = 48000 };
	const char *call = "none";
	unsigned long round, rounds;
	int err = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: keep-mapped NODE FRAMES ROUNDS\n");
		return 64;
	}
	shape.periods = PERIODS;
	shape.period = strtoul(argv[2], NULL, 0) / PERIODS;
	bytes = shape.period * PERIODS * PCM_FRAME_BYTES;
	rounds = strtoul(argv[3], NULL, 0);
	fd = open(argv[1], O_RDWR);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	setpgid(0, 0);
	signal(SIGCHLD, SIG_IGN);
	for (round = 0; round < rounds && !err; round++)
		err = keep_one(&shape, &call);
	close(fd);
	printf("%zu bytes kept; %s: %s\n", (round - !!err) * bytes,
	       err ? call : "nothing refused", strerror(err));
	fflush(stdout);
	while (getchar() != EOF)
		;
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	/* What they kept is let go of when they are gone (SIGCHLD is ignored: no status). */
	while (wait(NULL) >= 0 || errno == EINTR)
		;
	return 0;
}
