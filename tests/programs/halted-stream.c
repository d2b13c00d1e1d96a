// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was halted goes on where it was. KTAP.
 *
 * Usage: halted-stream [suspend]
 *	A stream without period wakeups is paused longer than its buffer lasts, goes on and
 *	drains; old sound behind its end is not heard. With suspend: a linked pair is
 *	suspended with the machine's devices, and what the capture hears is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "card-stream.h"
#include "ktap.h"

#define BUFFER 48000
#define PERIOD 4800

static int16_t samples[2 * BUFFER], heard[2 * BUFFER];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "halted-stream: %s: %s\n", what, snd_strerror(err));
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static snd_pcm_t *open_stream(snd_pcm_stream_t direction, bool unwoken,
			      snd_pcm_uframes_t buffer, bool endless)
{
	const struct card_setup setup = {
		.format = SND_PCM_FORMAT_S16_LE,
		.channels = 2,
		.rate = 48000,
		.period = PERIOD,
		.buffer = buffer,
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.no_wakeups = unwoken,
		.free_running = endless,
	};
	snd_pcm_t *pcm;

	must(snd_pcm_open(&pcm, "hw:0,0,0", direction, SND_PCM_NONBLOCK),
	     "hw:0,0,0");
	must(card_stream_setup(pcm, &setup), "parameters");
	return pcm;
}

static void fill(int first)
{
	for (int n = 0; n < BUFFER; n++) {
		samples[2 * n] = first + n % 30000;
		samples[2 * n + 1] = samples[2 * n];
	}
}

static long played(snd_pcm_t *pcm)
{
	snd_pcm_status_t *status;

	snd_pcm_status_alloca(&status);
	must(snd_pcm_status(pcm, status), "status");
	return (long)snd_pcm_status_get_avail(status);
}

static void await_frames(snd_pcm_t *pcm, long frames)
{
	while (snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING &&
	       played(pcm) < frames)
		usleep(1000);
}

/* Ends when the last frame was played, or ten seconds later. */
static double drain(snd_pcm_t *pcm)
{
	double begun = now();

	snd_pcm_drain(pcm);
	while (snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING &&
	       now() - begun < 10)
		usleep(1000);
	return now() - begun;
}

static bool suspend_machine(void)
{
	int fd = open("/sys/power/state", O_WRONLY);
	bool done = fd >= 0 && write(fd, "freeze", 6) == 6;

	if (!done)
		perror("/sys/power/state");
	close(fd);
	return done;
}

/* @buffer lasts a tenth of a second or so; the halt is three times as long. */
static void check_pause(struct ktap *ktap, bool unwoken)
{
	snd_pcm_t *pcm = open_stream(SND_PCM_STREAM_PLAYBACK, unwoken,
				     4 * PERIOD, false);
	double lasted;

	must(snd_pcm_writei(pcm, samples, 4 * PERIOD), "write");
	must(snd_pcm_start(pcm), "start");
	await_frames(pcm, PERIOD);
	must(snd_pcm_pause(pcm, 1), "pause");
	usleep(1200000);
	must(snd_pcm_pause(pcm, 0), "release");
	ktap_result(ktap,
		    snd_pcm_avail(pcm) >= 0 &&
			    snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING,
		    unwoken ? "no wakeups: a pause is not taken for playing" :
			      "wakeups: a pause is not taken for playing");
	must(snd_pcm_pause(pcm, 1), "pause");
	usleep(1200000);
	lasted = drain(pcm);
	ktap_note(ktap, "drained in %.3f s", lasted);
	ktap_result(ktap, lasted > 0.15 && lasted < 0.6,
		    unwoken ? "no wakeups: what is left is drained" :
			      "wakeups: what is left is drained");
	snd_pcm_close(pcm);
}

/* The clip's @frames are heard, and then nothing. */
static bool is_clip(struct ktap *ktap, long count, long frames)
{
	long n = 0, data = 0, behind;

	while (n < count && !heard[2 * n])
		n++;
	for (; n < count && heard[2 * n] == samples[2 * data] && data < frames;
	     n++)
		data++;
	for (behind = n; behind < count && !heard[2 * behind];)
		behind++;
	ktap_note(ktap, "heard %ld: %ld of %ld frames, silence for %ld", count,
		  data, frames, behind - n);
	return data == frames && behind == count && behind - n >= PERIOD / 4;
}

static void check_clip(struct ktap *ktap, bool unwoken, bool prepared,
		       const char *name)
{
	snd_pcm_t *capture =
		open_stream(SND_PCM_STREAM_CAPTURE, false, BUFFER, true);
	snd_pcm_t *pcm = open_stream(SND_PCM_STREAM_PLAYBACK, unwoken,
				     4 * PERIOD, false);
	long frames = PERIOD + PERIOD / 2, count;

	/* what is in the buffer from before */
	fill(1);
	must(snd_pcm_writei(pcm, samples, 4 * PERIOD), "write");
	must(snd_pcm_drop(pcm), "drop");
	must(snd_pcm_prepare(pcm), "prepare");
	fill(1000);
	must(snd_pcm_writei(pcm, samples, frames), "write");
	must(snd_pcm_start(capture), "start");
	if (!prepared)
		must(snd_pcm_start(pcm), "start");
	drain(pcm);
	count = snd_pcm_readi(capture, heard, BUFFER);
	ktap_result(ktap, is_clip(ktap, count, frames), name);
	snd_pcm_close(pcm);
	snd_pcm_close(capture);
}

static bool is_whole(struct ktap *ktap, long count)
{
	for (long n = 0; n < count; n++)
		if (heard[2 * n] != samples[2 * n]) {
			ktap_note(ktap, "frame %ld: %d, not %d", n,
				  heard[2 * n], samples[2 * n]);
			return false;
		}
	ktap_note(ktap, "%ld frames", count);
	return count >= 6 * PERIOD;
}

static void check_pair(struct ktap *ktap)
{
	snd_pcm_t *pcm =
		open_stream(SND_PCM_STREAM_PLAYBACK, false, BUFFER, true);
	snd_pcm_t *capture =
		open_stream(SND_PCM_STREAM_CAPTURE, false, BUFFER, true);
	bool slept = true;

	fill(1);
	must(snd_pcm_link(pcm, capture), "link");
	must(snd_pcm_writei(pcm, samples, BUFFER), "write");
	must(snd_pcm_start(pcm), "start");
	for (int n = 1; n <= 3; n++) {
		await_frames(capture, 2 * n * PERIOD);
		slept = slept && suspend_machine();
		must(snd_pcm_resume(n & 1 ? pcm : capture), "resume");
	}
	await_frames(capture, 7 * PERIOD);
	ktap_result(ktap,
		    slept && is_whole(ktap, snd_pcm_readi(capture, heard,
							  7 * PERIOD)),
		    "a linked pair loses nothing by being suspended");
	snd_pcm_close(pcm);
	snd_pcm_close(capture);
}

static void check_unwoken(struct ktap *ktap)
{
	snd_pcm_t *pcm =
		open_stream(SND_PCM_STREAM_PLAYBACK, true, 2 * PERIOD, false);

	must(snd_pcm_writei(pcm, samples, 2 * PERIOD), "write");
	must(snd_pcm_start(pcm), "start");
	await_frames(pcm, PERIOD / 2);
	ktap_result(ktap, suspend_machine(), "the machine is suspended");
	usleep(1200000);
	must(snd_pcm_resume(pcm), "resume");
	ktap_result(ktap,
		    snd_pcm_avail(pcm) >= 0 &&
			    snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING,
		    "no wakeups: sleep is not taken for playing");
	snd_pcm_close(pcm);
}

int main(int argc, char **argv)
{
	bool suspend = argc == 2 && !strcmp(argv[1], "suspend");
	struct ktap ktap;

	if (argc > 2 || (argc == 2 && !suspend)) {
		fprintf(stderr, "usage: halted-stream [suspend]\n");
		return 64;
	}
	ktap_begin(&ktap, stdout, suspend ? 3 : 8);
	if (suspend) {
		check_pair(&ktap);
		check_unwoken(&ktap);
		return ktap_end(&ktap);
	}
	check_pause(&ktap, false);
	check_pause(&ktap, true);
	check_clip(&ktap, false, false, "wakeups: silence behind a clip");
	check_clip(&ktap, true, false, "no wakeups: silence behind a clip");
	check_clip(&ktap, false, true,
		   "wakeups: silence behind a clip drained at once");
	check_clip(&ktap, true, true,
		   "no wakeups: silence behind a clip drained at once");
	return ktap_end(&ktap);
}
