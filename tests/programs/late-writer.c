// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays into a buffer that is full of old sound and comes too late with more: behind the
 * last frame that was committed, the card sends silence, by whichever call it was committed.
 * A client that is never stopped hears all that lies in its buffer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "card-stream.h"
#include "ktap.h"

#define BUFFER 4096
#define PERIOD 1024
#define NEW    700 /* frames, which end within a period */
#define HEARD  (BUFFER + NEW + 4 * PERIOD)

enum {
	OLD_SAMPLE = 0x1111,
	NEW_SAMPLE = 0x2222
};

struct row {
	const char *name;
	snd_pcm_access_t access;
	bool free_running;
};

static const struct row rows[] = {
	{ "written, late", SND_PCM_ACCESS_RW_INTERLEAVED, false },
	{ "mapped, late", SND_PCM_ACCESS_MMAP_INTERLEAVED, false },
	{ "written, never stopped", SND_PCM_ACCESS_RW_INTERLEAVED, true },
	{ "mapped, never stopped", SND_PCM_ACCESS_MMAP_INTERLEAVED, true },
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static snd_pcm_t *playback, *capture;
static int16_t heard[2 * HEARD];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "late-writer: %s: %s\n", what, snd_strerror((int)err));
	exit(2);
}

static void put(const struct row *row, int16_t sample, snd_pcm_uframes_t frames)
{
	static int16_t samples[2 * BUFFER];
	snd_pcm_sframes_t done;
	snd_pcm_uframes_t n;

	for (n = 0; n < 2 * frames; n++)
		samples[n] = sample;
	done = row->access == SND_PCM_ACCESS_RW_INTERLEAVED ?
		       snd_pcm_writei(playback, samples, frames) :
		       snd_pcm_mmap_writei(playback, samples, frames);
	must(done == (snd_pcm_sframes_t)frames ? 0 : -EIO, "write");
}

static void open_streams(const struct row *row)
{
	struct card_setup setup = {
		.format = SND_PCM_FORMAT_S16_LE,
		.channels = 2,
		.rate = 48000,
		.period = PERIOD,
		.buffer = BUFFER,
		.access = row->access,
		.free_running = row->free_running,
	};

	must(snd_pcm_open(&playback, "hw:0,0,0", SND_PCM_STREAM_PLAYBACK, 0),
	     "playback");
	must(snd_pcm_open(&capture, "hw:0,0,0", SND_PCM_STREAM_CAPTURE, 0),
	     "capture");
	must(card_stream_setup(playback, &setup), "playback");
	setup.access = SND_PCM_ACCESS_RW_INTERLEAVED;
	setup.buffer = 4 * BUFFER;
	must(card_stream_setup(capture, &setup), "capture");
}

/* One lap of old sound, a little new, and then nothing in time. */
static void play(const struct row *row)
{
	snd_pcm_sframes_t got;

	must(snd_pcm_start(capture), "start");
	put(row, OLD_SAMPLE, BUFFER);
	must(snd_pcm_start(playback), "start");
	put(row, NEW_SAMPLE, NEW);
	got = snd_pcm_readi(capture, heard, HEARD);
	must(got == HEARD ? 0 : -EIO, "read");
	snd_pcm_close(playback);
	snd_pcm_close(capture);
}

static unsigned int count(int16_t sample)
{
	unsigned int n, frames = 0;

	for (n = 0; n < HEARD; n++)
		frames += heard[2 * n] == sample && heard[2 * n + 1] == sample;
	return frames;
}

/* Old sound is heard once, or again where nobody says that it is old. */
static void judge(struct ktap *ktap, const struct row *row)
{
	char name[80];
	bool again;

	open_streams(row);
	play(row);
	again = count(OLD_SAMPLE) > BUFFER;
	snprintf(name, sizeof(name), "%s: %s", row->name,
		 row->free_running ? "all that lies in the buffer is heard" :
				     "silence behind the last frame");
	if (!ktap_result(ktap,
			 count(NEW_SAMPLE) >= NEW && again == row->free_running,
			 name))
		ktap_note(ktap, "%u frames of old sound, %u of new",
			  count(OLD_SAMPLE), count(NEW_SAMPLE));
}

int main(void)
{
	struct ktap ktap;
	size_t n;

	ktap_begin(&ktap, stdout, ROWS);
	for (n = 0; n < ROWS; n++)
		judge(&ktap, &rows[n]);
	return ktap_end(&ktap);
}
