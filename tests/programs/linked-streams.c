// SPDX-License-Identifier: GPL-2.0-only
/*
 * A playback and a capture that are linked, through the states where ALSA and a
 * card may come to differ about which of them runs.
 *
 * Usage: linked-streams drain|follow|abandon
 *	drain: plays to the end without unlinking
 *	follow: likewise, and it was the capture that started both
 *	abandon: lets the playback drain alone, and closes the capture meanwhile
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "ktap.h"

#define FRAMES        20000
#define LIMIT_SECONDS 20

static int16_t samples[2 * FRAMES];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "linked-streams: %s: %s\n", what, snd_strerror(err));
	exit(2);
}

static snd_pcm_t *open_stream(snd_pcm_stream_t direction)
{
	snd_pcm_sw_params_t *params;
	snd_pcm_uframes_t boundary;
	snd_pcm_t *pcm;

	must(snd_pcm_open(&pcm, "hw:0,0,0", direction, 0), "hw:0,0,0");
	must(snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16_LE,
				SND_PCM_ACCESS_RW_INTERLEAVED, 2, 48000, 0,
				500000),
	     "parameters");
	/* Nothing starts by being written to. */
	snd_pcm_sw_params_alloca(&params);
	must(snd_pcm_sw_params_current(pcm, params), "software parameters");
	must(snd_pcm_sw_params_get_boundary(params, &boundary), "boundary");
	must(snd_pcm_sw_params_set_start_threshold(pcm, params, boundary),
	     "start threshold");
	must(snd_pcm_sw_params(pcm, params), "software parameters");
	return pcm;
}

static void drain(struct ktap *ktap, snd_pcm_t *playback)
{
	ktap_result(ktap, snd_pcm_drain(playback) == 0,
		    "a playback drains with a capture linked to it");
}

/* ALSA stops the capture then, which for it stands for the group. */
static void follow(struct ktap *ktap, snd_pcm_t *playback, snd_pcm_t *capture)
{
	must(snd_pcm_start(capture), "start");
	ktap_result(ktap, snd_pcm_drain(playback) == 0,
		    "a playback drains that was started by its capture");
}

static void abandon(struct ktap *ktap, snd_pcm_t *playback, snd_pcm_t *capture)
{
	must(snd_pcm_nonblock(playback, 1), "nonblock");
	ktap_result(ktap, snd_pcm_drain(playback) == -EAGAIN,
		    "a playback begins to drain with a capture linked to it");
	must(snd_pcm_unlink(capture), "unlink");
	must(snd_pcm_close(capture), "close");
	must(snd_pcm_drop(playback), "drop");
}

int main(int argc, char **argv)
{
	snd_pcm_t *playback, *capture;
	struct ktap ktap;

	if (argc != 2 ||
	    (strcmp(argv[1], "drain") && strcmp(argv[1], "follow") &&
	     strcmp(argv[1], "abandon"))) {
		fprintf(stderr, "usage: linked-streams drain|follow|abandon\n");
		return 64;
	}
	/* What hangs is ended by the signal, and so is the plan. */
	alarm(LIMIT_SECONDS);
	playback = open_stream(SND_PCM_STREAM_PLAYBACK);
	capture = open_stream(SND_PCM_STREAM_CAPTURE);
	must(snd_pcm_link(playback, capture), "link");
	must(snd_pcm_writei(playback, samples, FRAMES), "write");

	ktap_begin(&ktap, stdout, 1);
	if (!strcmp(argv[1], "drain"))
		drain(&ktap, playback);
	else if (!strcmp(argv[1], "follow"))
		follow(&ktap, playback, capture);
	else
		abandon(&ktap, playback, capture);
	snd_pcm_close(playback);
	return ktap_end(&ktap);
}
