// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest complete client of the card: one second of a 440 Hz sine,
 * written straight into the buffer that lies in the card's memory.
 *
 *	cc oncard-min.c -o oncard-min -lasound -lm
 */
#include <alsa/asoundlib.h>
#include <math.h>

#define RATE 48000

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "oncard-min: %s: %s\n", what, snd_strerror((int)err));
	exit(1);
}

/*
 * Stereo frames of 16 bits, the left sample first; @at is the number of the
 * first one.
 */
static void sine(int16_t *sample, unsigned long at, unsigned long frames)
{
	for (unsigned long i = 0; i < frames; i++) {
		double turns = 440.0 * (double)(at + i) / RATE;

		sample[2 * i] = (int16_t)(16384 * sin(2 * M_PI * turns));
		sample[2 * i + 1] = sample[2 * i];
	}
}

int main(void)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, frames, played = 0;
	snd_pcm_t *pcm;

	must(snd_pcm_open(&pcm, "hw:0", SND_PCM_STREAM_PLAYBACK, 0),
	     "open hw:0");
	must(snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16_LE,
				SND_PCM_ACCESS_MMAP_INTERLEAVED, 2, RATE, 0,
				500000),
	     "S16_LE, stereo, 48 kHz, mmap");

	while (played < RATE) {
		must(snd_pcm_avail_update(pcm), "position");
		frames = RATE - played;
		must(snd_pcm_mmap_begin(pcm, &areas, &offset, &frames),
		     "mmap begin");
		if (!frames) { /* full: let the card play some */
			if (snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED)
				must(snd_pcm_start(pcm), "start");
			must(snd_pcm_wait(pcm, 1000) ?: -ETIMEDOUT, "wait");
			continue;
		}
		sine((int16_t *)areas[0].addr + 2 * offset, played, frames);
		must(snd_pcm_mmap_commit(pcm, offset, frames), "mmap commit");
		played += frames;
	}

	/*
	 * Everything is in the buffer, but up to half a second of it is not
	 * played yet. Closing stops the card at once and would cut it off;
	 * draining waits for the last frame.
	 */
	must(snd_pcm_drain(pcm), "drain");
	must(snd_pcm_close(pcm), "close");
	return 0;
}
