// SPDX-License-Identifier: GPL-2.0-only
/*
 * expensive-streams: all eight streams of the card at what costs it most, started by an
 * ordinary user. Another program is to get nearly half of a processor nevertheless.
 */
#include <stdlib.h>
#include <time.h>

#include "card-stream.h"
#include "ktap.h"

#define PAIRS    4
#define WATCH_NS 300000000LL
#define SETUPS   3

struct load {
	const char *name;
	struct card_setup setups[2]; /* playback, capture */
};

#define STREAM(format_, channels_, rate_, period_)                           \
	{                                                                    \
		.format = SND_PCM_FORMAT_##format_, .channels = (channels_), \
		.rate = (rate_), .period = (period_),                        \
		.buffer = 16 * (period_),                                    \
		.access = SND_PCM_ACCESS_MMAP_INTERLEAVED,                   \
		.free_running = true                                         \
	}

static const struct load loads[SETUPS] = {
	{ "as many bytes as there can be",
	  { STREAM(S32_LE, 2, 768000, 256), STREAM(S32_LE, 2, 768000, 256) } },
	{ "every sample converted",
	  { STREAM(S24_3LE, 8, 192000, 64), STREAM(FLOAT_BE, 8, 192000, 64) } },
	{ "interrupts as often as there can be",
	  { STREAM(S16_LE, 2, 48000, 16), STREAM(S16_LE, 2, 48000, 16) } },
};

static snd_pcm_t *streams[2 * PAIRS];

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* What a program gets done. */
static unsigned long work(void)
{
	long long end = now_ns() + WATCH_NS;
	unsigned long done = 0;
	unsigned int n;

	do {
		for (n = 0; n < 1000; n++)
			__asm__ __volatile__("" : : "r"(n));
		done++;
	} while (now_ns() < end);
	return done;
}

static int start(const struct load *load)
{
	char name[16];
	int n, err = 0;

	for (n = 0; n < 2 * PAIRS && !err; n++) {
		snprintf(name, sizeof(name), "hw:0,0,%d", n / 2);
		err = snd_pcm_open(&streams[n], name,
				   n & 1 ? SND_PCM_STREAM_CAPTURE :
					   SND_PCM_STREAM_PLAYBACK,
				   0);
		if (!err)
			err = card_stream_setup(streams[n],
						&load->setups[n & 1]);
		if (!err && n)
			err = snd_pcm_link(streams[0], streams[n]);
	}
	return err ? err : snd_pcm_start(streams[0]);
}

static bool all_run(void)
{
	int n;

	for (n = 0; n < 2 * PAIRS; n++)
		if (snd_pcm_state(streams[n]) != SND_PCM_STATE_RUNNING)
			return false;
	return true;
}

static void stop(void)
{
	int n;

	for (n = 0; n < 2 * PAIRS; n++) {
		if (streams[n])
			snd_pcm_close(streams[n]);
		streams[n] = NULL;
	}
}

static void judge(struct ktap *ktap, const struct load *load,
		  unsigned long alone)
{
	int err = start(load);
	unsigned long done = err ? 0 : work();
	bool ran = !err && all_run();

	stop();
	ktap_note(ktap, "%s: %lu %% of a processor are left%s%s", load->name,
		  done * 100 / alone, err ? ", " : "",
		  err ? snd_strerror(err) : "");
	ktap_result(ktap, ran, "all eight streams run on");
	/* (the clock is read in between, and what others take is not ours) */
	ktap_result(ktap, done * 100 / alone >= 45,
		    "45 % of a processor are left");
}

int main(void)
{
	struct ktap ktap;
	unsigned long alone;
	int n;

	ktap_begin(&ktap, stdout, 2 * SETUPS);
	alone = work();
	for (n = 0; n < SETUPS; n++)
		judge(&ktap, &loads[n], alone);
	return ktap_end(&ktap);
}
