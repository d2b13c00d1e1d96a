// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays without period wakeups, drains and polls for the end of it: nobody but the
 * driver can say when the last frame has gone, by an interrupt that it was asked
 * not to give while there were more.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <alsa/asoundlib.h>

#include "ktap.h"

#define FRAMES   10000
#define LIMIT_MS 10000

static int16_t samples[2 * FRAMES];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "drain-unwoken: %s: %s\n", what, snd_strerror(err));
	exit(2);
}

static void open_unwoken(snd_pcm_t **pcm)
{
	snd_pcm_hw_params_t *params;

	snd_pcm_hw_params_alloca(&params);
	/* alsa-lib lets only those do without wakeups who do not block. */
	must(snd_pcm_open(pcm, "hw:0", SND_PCM_STREAM_PLAYBACK,
			  SND_PCM_NONBLOCK),
	     "hw:0");
	must(snd_pcm_hw_params_any(*pcm, params), "parameters");
	must(snd_pcm_hw_params_set_access(*pcm, params,
					  SND_PCM_ACCESS_RW_INTERLEAVED),
	     "access");
	must(snd_pcm_hw_params_set_format(*pcm, params, SND_PCM_FORMAT_S16_LE),
	     "format");
	must(snd_pcm_hw_params_set_channels(*pcm, params, 2), "channels");
	must(snd_pcm_hw_params_set_rate(*pcm, params, 48000, 0), "rate");
	must(snd_pcm_hw_params_set_period_wakeup(*pcm, params, 0), "wakeup");
	must(snd_pcm_hw_params_set_buffer_size(*pcm, params, 24000), "buffer");
	must(snd_pcm_hw_params(*pcm, params), "hw_params");
}

/* Woken by events alone, never by the time limit. */
static bool is_drained(snd_pcm_t *pcm)
{
	struct pollfd pfd;

	must(snd_pcm_poll_descriptors(pcm, &pfd, 1), "poll descriptor");
	while (snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING)
		if (poll(&pfd, 1, LIMIT_MS) < 1)
			return false;
	return snd_pcm_state(pcm) == SND_PCM_STATE_SETUP;
}

int main(void)
{
	struct ktap ktap;
	snd_pcm_t *pcm;

	open_unwoken(&pcm);
	ktap_begin(&ktap, stdout, 2);
	ktap_result(&ktap, snd_pcm_writei(pcm, samples, FRAMES) == FRAMES,
		    "a buffer is written without period wakeups");
	ktap_result(&ktap, snd_pcm_drain(pcm) == -EAGAIN && is_drained(pcm),
		    "poll() wakes up when it is drained");
	snd_pcm_close(pcm);
	return ktap_end(&ktap);
}
