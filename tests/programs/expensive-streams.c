// SPDX-License-Identifier: GPL-2.0-only
/*
 * expensive-streams: all eight streams of the card at what costs it most, started by an
 * ordinary user. Another program is to get nearly half of a processor nevertheless,
 * and no stream may fall behind.
 */
#include <stdlib.h>
#include <time.h>

#include "card-control.h"
#include "card-stream.h"
#include "ktap.h"

#define PAIRS 4

/*
 * Who looks at a position while the card rests, behind by what it does in one go, makes it
 * lose that: up to 4 ms with these streams. It must be little of what is watched.
 */
#define WATCH_NS 1200000000LL

#define SETUPS 10

/* Items of "Input Source": from 0 on, playbacks */
#define MIX  PAIRS
#define TONE (PAIRS + 1)

struct load {
	const char *name;
	struct card_setup setups[2]; /* playback, capture */
	bool scaled; /* neither volume is 0 dB */
	unsigned int source; /* what each capture hears; 0: its own playback */
};

#define STREAM_BY(access_, format_, channels_, rate_, period_)                \
	{                                                                     \
		.format = SND_PCM_FORMAT_##format_, .channels = (channels_),  \
		.rate = (rate_), .period = (period_),                         \
		.buffer = 16 * (period_),                                     \
		.access = SND_PCM_ACCESS_MMAP_##access_, .free_running = true \
	}

#define STREAM(...) STREAM_BY(INTERLEAVED, __VA_ARGS__)
#define PLANAR(...) STREAM_BY(NONINTERLEAVED, __VA_ARGS__)

static const struct load loads[SETUPS] = {
	{ .name = "as many bytes as there can be",
	  .setups = { STREAM(S32_LE, 2, 768000, 256),
		      STREAM(S32_LE, 2, 768000, 256) } },
	{ .name = "every sample converted",
	  .setups = { STREAM(S24_3LE, 8, 192000, 64),
		      STREAM(FLOAT_BE, 8, 192000, 64) } },
	{ .name = "every sample converted, scaled twice, and on another channel",
	  .setups = { STREAM(FLOAT_BE, 8, 192000, 64),
		      STREAM(FLOAT_LE, 7, 192000, 64) },
	  .scaled = true },
	{ .name = "as many samples as there can be",
	  .setups = { STREAM(U8, 32, 96000, 32), STREAM(U8, 31, 96000, 32) },
	  .scaled = true },
	{ .name = "as many frames as there can be, and samples",
	  .setups = { STREAM(S16_BE, 4, 768000, 256),
		      STREAM(S16_LE, 3, 768000, 256) },
	  .scaled = true },
	{ .name = "as many samples as there can be, one channel after the other",
	  .setups = { PLANAR(U8, 32, 48000, 32), PLANAR(U8, 31, 48000, 32) },
	  .scaled = true },
	{ .name = "all playbacks mixed for each capture",
	  .setups = { STREAM(U8, 32, 48000, 32), STREAM(U8, 31, 48000, 32) },
	  .scaled = true,
	  .source = MIX },
	{ .name = "the same, one channel after the other",
	  .setups = { PLANAR(U8, 32, 48000, 32), PLANAR(U8, 31, 48000, 32) },
	  .scaled = true,
	  .source = MIX },
	{ .name = "a tone for each capture",
	  .setups = { STREAM(U8, 1, 768000, 256), STREAM(U8, 4, 768000, 256) },
	  .scaled = true,
	  .source = TONE },
	{ .name = "interrupts as often as there can be",
	  .setups = { STREAM(S16_LE, 2, 48000, 16),
		      STREAM(S16_LE, 2, 48000, 16) } },
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

/* Noise, as silence is easier than any other sample. */
static int fill(snd_pcm_t *pcm, const struct card_setup *setup)
{
	static char noise[1 << 20];
	snd_pcm_sframes_t frames = (snd_pcm_sframes_t)setup->buffer;
	snd_pcm_sframes_t written;
	void *channels[32];
	size_t n;

	for (n = 0; n < sizeof(noise); n++)
		noise[n] = (char)rand();
	for (n = 0; n < 32; n++)
		channels[n] = noise + n * (sizeof(noise) / 32);
	if (setup->access == SND_PCM_ACCESS_MMAP_INTERLEAVED)
		written = snd_pcm_mmap_writei(pcm, noise, setup->buffer);
	else
		written = snd_pcm_mmap_writen(pcm, channels, setup->buffer);
	return written == frames ? 0 : -EIO;
}

static int set_volume(snd_ctl_t *ctl, const char *name, unsigned int pair,
		      long level)
{
	return card_control_put(ctl, SND_CTL_ELEM_IFACE_MIXER, name, pair,
				level);
}

static int set_mixer(const struct load *load)
{
	long level = load->scaled ? 90 : 96;
	snd_ctl_t *ctl;
	unsigned int n;
	int err = snd_ctl_open(&ctl, "hw:0", 0);

	if (err)
		return err;
	for (n = 0; n < PAIRS && err >= 0; n++) {
		err = set_volume(ctl, "PCM Playback Volume", n, level);
		if (err >= 0)
			err = set_volume(ctl, "Capture Volume", n, level);
		if (err >= 0)
			err = card_source_put(ctl, n,
					      load->source ? load->source : n);
	}
	snd_ctl_close(ctl);
	return err < 0 ? err : 0;
}

static int start(const struct load *load)
{
	char name[16];
	int n, err = set_mixer(load);

	for (n = 0; n < 2 * PAIRS && !err; n++) {
		snprintf(name, sizeof(name), "hw:0,0,%d", n / 2);
		err = snd_pcm_open(&streams[n], name,
				   n & 1 ? SND_PCM_STREAM_CAPTURE :
					   SND_PCM_STREAM_PLAYBACK,
				   0);
		if (!err)
			err = card_stream_setup(streams[n],
						&load->setups[n & 1]);
		if (!err && !(n & 1))
			err = fill(streams[n], &load->setups[0]);
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

/* Frames of the last stream, of a thousand that are due while work() is done. */
static long pace(const struct load *load, unsigned long *done)
{
	const struct card_setup *setup = &load->setups[1];
	snd_pcm_t *last = streams[2 * PAIRS - 1];
	snd_pcm_sframes_t before, after;

	before = snd_pcm_avail(last);
	*done = work();
	after = snd_pcm_avail(last);
	return (long)((after - before) * 1000 /
		      (long)(setup->rate * WATCH_NS / 1000000000));
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
	unsigned long done = 0;
	long moved = err ? 0 : pace(load, &done);
	bool ran = !err && all_run() && moved >= 990;

	stop();
	ktap_note(ktap, "%s: %lu %% of a processor are left%s%s", load->name,
		  done * 100 / alone, err ? ", " : "",
		  err ? snd_strerror(err) : "");
	ktap_note(ktap, "%ld of 1000 frames that are due have moved", moved);
	ktap_result(ktap, ran, "all eight streams run on, and on time");
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
