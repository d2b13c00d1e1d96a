// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcm-formats: what the card's PCM takes, row by row: accepted rows come back bit for
 * bit, and the others are refused when they are set. Card 0 is snd-oncard.
 */
#include <stdlib.h>

#include "card-stream.h"
#include "ktap.h"

#define FRAMES 1536

struct row {
	struct card_setup setup;
	bool refused;
};

#define ROW(format_, channels_, rate_, period_, refused_)              \
	{                                                              \
		{ .format = SND_PCM_FORMAT_##format_,                  \
		  .channels = (channels_),                             \
		  .rate = (rate_),                                     \
		  .period = (period_),                                 \
		  .buffer = 4096,                                      \
		  .free_running = true,                                \
		  .access = (channels_) % 2 ?                          \
				    SND_PCM_ACCESS_RW_INTERLEAVED :    \
				    SND_PCM_ACCESS_MMAP_INTERLEAVED }, \
			refused_                                       \
	}
/* One channel after the other. */
#define PLANAR(format_, channels_, rate_, access_, refused_)             \
	{                                                                \
		{ .format = SND_PCM_FORMAT_##format_,                    \
		  .channels = (channels_),                               \
		  .rate = (rate_),                                       \
		  .buffer = 4096,                                        \
		  .free_running = true,                                  \
		  .access = SND_PCM_ACCESS_##access_##_NONINTERLEAVED }, \
			refused_                                         \
	}
#define TAKES(format, channels, rate)   ROW(format, channels, rate, 0, false)
#define REFUSES(format, channels, rate) ROW(format, channels, rate, 0, true)

static const struct row rows[] = {
	TAKES(U8, 1, 48000),
	TAKES(U8, 2, 44100),
	TAKES(U8, 3, 11025),
	TAKES(U8, 8, 48000),
	TAKES(U8, 32, 48000),
	TAKES(S16_LE, 1, 48000),
	TAKES(S16_LE, 2, 44100),
	TAKES(S16_LE, 3, 11025),
	TAKES(S16_LE, 8, 48000),
	TAKES(S16_LE, 32, 48000),
	TAKES(S16_BE, 1, 48000),
	TAKES(S16_BE, 2, 44100),
	TAKES(S16_BE, 3, 11025),
	TAKES(S16_BE, 8, 48000),
	TAKES(S16_BE, 32, 48000),
	TAKES(S24_LE, 1, 48000),
	TAKES(S24_LE, 2, 44100),
	TAKES(S24_LE, 3, 11025),
	TAKES(S24_LE, 8, 48000),
	TAKES(S24_LE, 32, 48000),
	TAKES(S24_BE, 1, 48000),
	TAKES(S24_BE, 2, 44100),
	TAKES(S24_BE, 3, 11025),
	TAKES(S24_BE, 8, 48000),
	TAKES(S24_BE, 32, 48000),
	TAKES(S24_3LE, 1, 48000),
	TAKES(S24_3LE, 2, 44100),
	TAKES(S24_3LE, 3, 11025),
	TAKES(S24_3LE, 8, 48000),
	TAKES(S24_3LE, 32, 48000),
	TAKES(S24_3BE, 1, 48000),
	TAKES(S24_3BE, 2, 44100),
	TAKES(S24_3BE, 3, 11025),
	TAKES(S24_3BE, 8, 48000),
	TAKES(S24_3BE, 32, 48000),
	TAKES(S32_LE, 1, 48000),
	TAKES(S32_LE, 2, 44100),
	TAKES(S32_LE, 3, 11025),
	TAKES(S32_LE, 8, 48000),
	TAKES(S32_LE, 32, 48000),
	TAKES(S32_BE, 1, 48000),
	TAKES(S32_BE, 2, 44100),
	TAKES(S32_BE, 3, 11025),
	TAKES(S32_BE, 8, 48000),
	TAKES(S32_BE, 32, 48000),
	TAKES(FLOAT_LE, 1, 48000),
	TAKES(FLOAT_LE, 2, 44100),
	TAKES(FLOAT_LE, 3, 11025),
	TAKES(FLOAT_LE, 8, 48000),
	TAKES(FLOAT_LE, 32, 48000),
	TAKES(FLOAT_BE, 1, 48000),
	TAKES(FLOAT_BE, 2, 44100),
	TAKES(FLOAT_BE, 3, 11025),
	TAKES(FLOAT_BE, 8, 48000),
	TAKES(FLOAT_BE, 32, 48000),
	TAKES(IEC958_SUBFRAME_LE, 1, 48000),
	TAKES(IEC958_SUBFRAME_LE, 2, 44100),
	TAKES(IEC958_SUBFRAME_LE, 3, 11025),
	TAKES(IEC958_SUBFRAME_LE, 8, 48000),
	TAKES(IEC958_SUBFRAME_LE, 32, 48000),
	TAKES(S16_LE, 2, 8000),
	TAKES(S16_LE, 2, 8001),
	TAKES(S16_LE, 4, 352800),
	TAKES(S32_LE, 8, 192000),
	TAKES(S32_LE, 2, 768000),
	TAKES(U8, 4, 768000),
	TAKES(U8, 32, 96000),
	REFUSES(S16_LE, 2, 7999),
	REFUSES(S16_LE, 2, 768001),
	REFUSES(S16_LE, 33, 48000),
	REFUSES(S32_LE, 32, 48001),
	REFUSES(S32_LE, 3, 768000),
	REFUSES(U8, 5, 768000),
	REFUSES(U8, 32, 96001),
	REFUSES(U16_LE, 2, 48000),
	REFUSES(S8, 2, 48000),
	REFUSES(FLOAT64_LE, 2, 48000),
	REFUSES(MU_LAW, 1, 8000),
	REFUSES(S20_3LE, 2, 48000),
	ROW(S16_LE, 2, 48000, 16, false),
	ROW(S16_LE, 2, 48000, 64, false),
	ROW(S16_LE, 2, 192000, 64, false),
	ROW(S16_LE, 2, 48000, 4096, false),
	ROW(S16_LE, 2, 48000, 8, true),
	ROW(S16_LE, 2, 192000, 32, true),
	ROW(S16_LE, 2, 768000, 128, true),
	PLANAR(S16_LE, 2, 44100, MMAP, false),
	PLANAR(S24_3BE, 5, 48000, RW, false),
	PLANAR(FLOAT_LE, 1, 192000, MMAP, false),
	PLANAR(S32_LE, 32, 48000, MMAP, false),
	PLANAR(U8, 2, 768000, RW, false),
	PLANAR(U8, 3, 768000, RW, true),
	PLANAR(S16_LE, 32, 48001, MMAP, true),
};

static snd_pcm_t *streams[2]; /* playback, capture */

static int open_streams(void)
{
	int err = snd_pcm_open(&streams[0], "hw:0,0,0", SND_PCM_STREAM_PLAYBACK,
			       0);

	return err ? err :
		     snd_pcm_open(&streams[1], "hw:0,0,0",
				  SND_PCM_STREAM_CAPTURE, 0);
}

static void close_streams(void)
{
	int n;

	for (n = 0; n < 2; n++)
		if (streams[n])
			snd_pcm_close(streams[n]);
	streams[0] = NULL;
	streams[1] = NULL;
}

/* Where each channel begins in FRAMES frames, one channel after the other. */
static void **split(const struct row *row, void *bytes)
{
	static void *channels[64];
	ssize_t size = snd_pcm_format_size(row->setup.format, FRAMES);
	unsigned int n;

	for (n = 0; n < row->setup.channels; n++)
		channels[n] = (char *)bytes + (size_t)size * n;
	return channels;
}

static snd_pcm_sframes_t put(const struct row *row, void *bytes)
{
	switch (row->setup.access) {
	case SND_PCM_ACCESS_RW_INTERLEAVED:
		return snd_pcm_writei(streams[0], bytes, FRAMES);
	case SND_PCM_ACCESS_RW_NONINTERLEAVED:
		return snd_pcm_writen(streams[0], split(row, bytes), FRAMES);
	case SND_PCM_ACCESS_MMAP_NONINTERLEAVED:
		return snd_pcm_mmap_writen(streams[0], split(row, bytes),
					   FRAMES);
	default:
		return snd_pcm_mmap_writei(streams[0], bytes, FRAMES);
	}
}

static snd_pcm_sframes_t take(const struct row *row, void *bytes)
{
	switch (row->setup.access) {
	case SND_PCM_ACCESS_RW_INTERLEAVED:
		return snd_pcm_readi(streams[1], bytes, FRAMES);
	case SND_PCM_ACCESS_RW_NONINTERLEAVED:
		return snd_pcm_readn(streams[1], split(row, bytes), FRAMES);
	case SND_PCM_ACCESS_MMAP_NONINTERLEAVED:
		return snd_pcm_mmap_readn(streams[1], split(row, bytes),
					  FRAMES);
	default:
		return snd_pcm_mmap_readi(streams[1], bytes, FRAMES);
	}
}

/* Returns 0 when what was heard is what was played. */
static int loop(const struct row *row)
{
	size_t n, length = (size_t)snd_pcm_frames_to_bytes(streams[0], FRAMES);
	unsigned char *played = malloc(length), *heard = calloc(1, length);
	int err = snd_pcm_link(streams[0], streams[1]);

	for (n = 0; n < length; n++)
		played[n] = (unsigned char)random();
	if (!err && put(row, played) != FRAMES)
		err = -EIO;
	if (!err)
		err = snd_pcm_start(streams[0]);
	if (!err && take(row, heard) != FRAMES)
		err = -EPIPE;
	if (!err && memcmp(played, heard, length))
		err = -EILSEQ;
	free(played);
	free(heard);
	return err;
}

static int try_row(const struct row *row)
{
	int err = open_streams();

	if (!err)
		err = card_stream_setup(streams[0], &row->setup);
	if (!err)
		err = card_stream_setup(streams[1], &row->setup);
	if (!err)
		err = loop(row);
	close_streams();
	return err;
}

static void judge(struct ktap *ktap, const struct row *row)
{
	const struct card_setup *setup = &row->setup;
	int err = try_row(row);
	char name[160];

	snprintf(name, sizeof(name),
		 "%s, %s, %u channels, %u Hz, periods of %lu: %s",
		 snd_pcm_access_name(setup->access),
		 snd_pcm_format_name(setup->format), setup->channels,
		 setup->rate, setup->period,
		 row->refused ? "refused" : "bit-exact");
	if (!ktap_result(ktap, row->refused ? err == -EINVAL : !err, name))
		ktap_note(ktap, "%s", err ? snd_strerror(err) : "accepted");
}

/* Who asks for all gets seconds. */
static void judge_largest(struct ktap *ktap)
{
	const struct card_setup slow = {
		.format = SND_PCM_FORMAT_U8,
		.channels = 1,
		.rate = 8000,
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	};
	snd_pcm_uframes_t buffer = 0, period = 0;
	int err = open_streams();

	if (!err)
		err = card_stream_setup(streams[0], &slow);
	if (!err)
		snd_pcm_get_params(streams[0], &buffer, &period);
	close_streams();
	ktap_note(ktap, "%lu frames at 8 kHz", buffer);
	ktap_result(ktap, !err && buffer > 8000 && buffer <= 6 * 8000,
		    "the largest buffer is one of some seconds");
}

int main(void)
{
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct ktap ktap;
	size_t n;

	ktap_begin(&ktap, stdout, count + 1);
	for (n = 0; n < count; n++)
		judge(&ktap, &rows[n]);
	judge_largest(&ktap);
	return ktap_end(&ktap);
}
