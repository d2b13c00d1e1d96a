// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread takes a stream's buffer away, over and over, and gives it another; a second
 * one starts the stream, in each moment of that: it must not run on what it was prepared
 * with before. KTAP.
 *
 * Usage: start-freed playback|capture ROUNDS
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ktap.h"
#include "pcm-calls.h"
#include "stream-race.h"

#define BUFFER_FRAMES \
	(256 << 10) /* as large as it can be: to clear it takes time */
#define PERIODS 4

static const struct pcm_shape shape = {
	.mmap = true,
	.endless = true,
	.silenced = true,
	.rate = 48000,
	.period = BUFFER_FRAMES / PERIODS,
	.periods = PERIODS,
};

static int fd;
static atomic_bool over;
static atomic_ulong started;

/*
 * A drain starts what was prepared and has frames, and does not wait here. ALSA
 * refuses a start while a buffer is being taken, but not a drain.
 */
static void *start_all_the_time(void *unused)
{
	struct dice dice;

	(void)unused;
	dice_seed(&dice, 1);
	while (!atomic_load(&over)) {
		let_some_time_pass(&dice);
		if (!dice_one_in(&dice, 4))
			pcm_drain(fd);
		else if (!pcm_start(fd))
			atomic_fetch_add(&started, 1);
	}
	return NULL;
}

/* With frames to drain. What the other thread does meanwhile is its own affair. */
static void prepare(void)
{
	int err = pcm_hw_params(fd, &shape);

	if (err && err != -EBADFD)
		must(err, "hw_params");
	pcm_prepare(fd);
	pcm_forward(fd, BUFFER_FRAMES / 2);
}

/* Refused while it runs. */
static bool take_away(bool for_another)
{
	int err = for_another ? pcm_hw_params(fd, &shape) : pcm_hw_free(fd);

	if (err && err != -EBADFD)
		must(err, for_another ? "hw_params" : "hw_free");
	if (err)
		pcm_drop(fd);
	return !err;
}

int main(int argc, char **argv)
{
	unsigned long rounds, n, taken = 0, wrong = 0;
	struct ktap ktap;
	bool capture;
	pthread_t starter;

	if (argc != 3 ||
	    (strcmp(argv[1], "playback") && strcmp(argv[1], "capture"))) {
		fprintf(stderr, "usage: start-freed playback|capture ROUNDS\n");
		return 64;
	}
	capture = !strcmp(argv[1], "capture");
	rounds = strtoul(argv[2], NULL, 10);
	fd = open(capture ? "/dev/snd/pcmC0D0c" : "/dev/snd/pcmC0D0p",
		  O_RDWR | O_NONBLOCK);
	if (fd < 0)
		fail("/dev/snd");
	ktap_begin(&ktap, stdout, 2);
	must(-pthread_create(&starter, NULL, start_all_the_time, NULL),
	     "pthread_create");
	for (n = 0; n < rounds; n++) {
		prepare();
		if (!take_away(n % 4))
			continue;
		taken++;
		wrong += card_runs(capture);
	}
	atomic_store(&over, true);
	pthread_join(starter, NULL);
	ktap_note(&ktap,
		  "%lu rounds, started %lu times, buffer taken away %lu times",
		  rounds, atomic_load(&started), taken);
	ktap_result(&ktap, started && taken,
		    "it was started, and lost its buffer");
	ktap_result(&ktap, !wrong,
		    "the card runs no stream that has to be prepared again");
	return ktap_end(&ktap);
}
