// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread prepares a stream, and with it all that are linked to it, starts and stops
 * them, over and over; a second one links another stream and closes that. Closed, it must
 * not run: its buffer is somebody else's by then. KTAP.
 *
 * Usage: close-linked ROUNDS
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktap.h"
#include "pcm-calls.h"
#include "stream-race.h"

#define RECORDING 1 /* the card's number for the first capture */

static const struct pcm_shape shape = {
	.mmap = true,
	.endless = true,
	.rate = 48000,
	.period = 4800,
	.periods = 4,
};

static int playback;
static atomic_bool over;
static atomic_ulong started;

static int open_stream(const char *node)
{
	int fd = open(node, O_RDWR | O_NONBLOCK);

	if (fd < 0)
		fail(node);
	must(pcm_hw_params(fd, &shape), "hw_params");
	return fd;
}

static void *start_all_the_time(void *unused)
{
	(void)unused;
	while (!atomic_load(&over)) {
		pcm_prepare(playback);
		if (!pcm_start(playback))
			atomic_fetch_add(&started, 1);
		pcm_drop(playback);
	}
	return NULL;
}

static bool runs_when_closed(struct dice *dice)
{
	int capture = open_stream("/dev/snd/pcmC0D0c");

	/* (while both are in the same state) */
	while (pcm_link(playback, capture))
		;
	let_some_time_pass(dice);
	close(capture);
	return card_runs(RECORDING);
}

int main(int argc, char **argv)
{
	unsigned long rounds, n, wrong = 0;
	struct ktap ktap;
	struct dice dice;
	pthread_t starter;
	char *end;

	rounds = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
	if (!rounds || *end) {
		fprintf(stderr, "Usage: close-linked ROUNDS\n");
		return 2;
	}
	dice_seed(&dice, 1);
	playback = open_stream("/dev/snd/pcmC0D0p");
	ktap_begin(&ktap, stdout, 2);
	must(-pthread_create(&starter, NULL, start_all_the_time, NULL),
	     "pthread_create");
	for (n = 0; n < rounds; n++)
		wrong += runs_when_closed(&dice);
	atomic_store(&over, true);
	pthread_join(starter, NULL);
	ktap_note(&ktap,
		  "%lu rounds, started %lu times, closed and running %lu times",
		  rounds, atomic_load(&started), wrong);
	ktap_result(&ktap, started, "the group was started");
	ktap_result(&ktap, !wrong, "the card runs no stream that is closed");
	return ktap_end(&ktap);
}
