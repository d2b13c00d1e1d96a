// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays, has the machine suspended and resumes: the stream goes on where it was. KTAP.
 * Where /sys/power/pm_test says so, the machine only suspends its devices.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "ktap.h"

#define RATE     48000
#define BUFFER   48000
#define PERIOD   4800
#define PATIENCE 30 /* seconds */

static int16_t samples[2 * BUFFER];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "suspended-stream: %s: %s\n", what, snd_strerror(err));
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* It never runs dry: ALSA is told not to stop it. */
static snd_pcm_t *open_endless(void)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;
	snd_pcm_t *pcm;

	snd_pcm_hw_params_alloca(&hw);
	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_open(&pcm, "hw:0", SND_PCM_STREAM_PLAYBACK, 0), "hw:0");
	must(snd_pcm_hw_params_any(pcm, hw), "parameters");
	must(snd_pcm_hw_params_set_access(pcm, hw,
					  SND_PCM_ACCESS_RW_INTERLEAVED),
	     "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE),
	     "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, 2), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, RATE, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, PERIOD, 0), "period");
	must(snd_pcm_hw_params_set_buffer_size(pcm, hw, BUFFER), "buffer");
	must(snd_pcm_hw_params(pcm, hw), "hw_params");
	must(snd_pcm_sw_params_current(pcm, sw), "sw_params");
	must(snd_pcm_sw_params_get_boundary(sw, &boundary), "boundary");
	must(snd_pcm_sw_params_set_start_threshold(pcm, sw, boundary), "start");
	must(snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary), "stop");
	must(snd_pcm_sw_params(pcm, sw), "sw_params");
	return pcm;
}

/* Frames, of a stream into which one buffer was written; also of a suspended one. */
static long played(snd_pcm_t *pcm)
{
	snd_pcm_status_t *status;

	snd_pcm_status_alloca(&status);
	must(snd_pcm_status(pcm, status), "status");
	return (long)snd_pcm_status_get_avail(status);
}

static bool plays_until(snd_pcm_t *pcm, long frames)
{
	double end = now() + PATIENCE;

	while (played(pcm) < frames) {
		if (now() > end || snd_pcm_state(pcm) != SND_PCM_STATE_RUNNING)
			return false;
		usleep(1000);
	}
	return true;
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

static void check_resume(snd_pcm_t *pcm, struct ktap *ktap)
{
	long before = played(pcm), after;
	double resumed = now();
	int err = snd_pcm_resume(pcm);

	ktap_result(ktap, !err && snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING,
		    "it can be resumed");
	after = played(pcm);
	ktap_note(ktap, "%s; %ld frames were played before, %ld behind it",
		  snd_strerror(err), before, after);
	ktap_result(ktap,
		    after >= before &&
			    after - before <= (now() - resumed) * RATE + PERIOD,
		    "it goes on where it was");
	ktap_result(ktap, plays_until(pcm, after + 2 * PERIOD), "and on");
}

int main(void)
{
	struct ktap ktap;
	snd_pcm_t *pcm = open_endless();

	ktap_begin(&ktap, stdout, 5);
	must(snd_pcm_writei(pcm, samples, BUFFER), "write");
	must(snd_pcm_start(pcm), "start");
	ktap_result(&ktap, plays_until(pcm, PERIOD), "a stream plays");
	ktap_result(&ktap,
		    suspend_machine() &&
			    snd_pcm_state(pcm) == SND_PCM_STATE_SUSPENDED,
		    "it is suspended with the machine");
	check_resume(pcm, &ktap);
	snd_pcm_close(pcm);
	return ktap_end(&ktap);
}
