/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One substream of the card, set up exactly as told, for programs that try rows of
 * parameters, or do with a stream what oncard-play does not.
 */
#ifndef CARD_STREAM_H
#define CARD_STREAM_H

#include <alsa/asoundlib.h>
#include <stdbool.h>

struct card_setup {
	snd_pcm_format_t format;
	unsigned int channels;
	unsigned int rate;
	snd_pcm_uframes_t period; /* frames; 0: any */
	snd_pcm_uframes_t buffer; /* frames; 0: the largest */
	snd_pcm_access_t access;
	bool no_wakeups;
	bool free_running; /* no xrun stops it */
};

/* Returns 0 or an errno of ALSA's; @pcm is open all the same. */
static inline int card_stream_setup(snd_pcm_t *pcm,
				    const struct card_setup *setup)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary, buffer = setup->buffer;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	snd_pcm_sw_params_alloca(&sw);
	err = snd_pcm_hw_params_any(pcm, hw);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, hw, setup->access);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(pcm, hw, setup->format);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(pcm, hw, setup->channels);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, hw, setup->rate, 0);
	if (err >= 0 && setup->no_wakeups)
		err = snd_pcm_hw_params_set_period_wakeup(pcm, hw, 0);
	if (err >= 0 && setup->period)
		err = snd_pcm_hw_params_set_period_size(pcm, hw, setup->period,
							0);
	if (err >= 0)
		err = buffer ? snd_pcm_hw_params_set_buffer_size(pcm, hw,
								 buffer) :
			       snd_pcm_hw_params_set_buffer_size_last(pcm, hw,
								      &buffer);
	if (err >= 0)
		err = snd_pcm_hw_params(pcm, hw);
	if (err < 0)
		return err;
	snd_pcm_hw_params_get_buffer_size(hw, &buffer);
	snd_pcm_sw_params_current(pcm, sw);
	snd_pcm_sw_params_get_boundary(sw, &boundary);
	snd_pcm_sw_params_set_start_threshold(pcm, sw, boundary);
	if (setup->free_running)
		buffer = boundary;
	snd_pcm_sw_params_set_stop_threshold(pcm, sw, buffer);
	return snd_pcm_sw_params(pcm, sw);
}

/* Status and position are given with the time at which they were so. */
static inline int card_stream_want_timestamps(snd_pcm_t *pcm)
{
	snd_pcm_sw_params_t *params;
	int err;

	snd_pcm_sw_params_alloca(&params);
	err = snd_pcm_sw_params_current(pcm, params);
	if (!err)
		err = snd_pcm_sw_params_set_tstamp_mode(pcm, params,
							SND_PCM_TSTAMP_ENABLE);
	if (!err)
		err = snd_pcm_sw_params_set_tstamp_type(pcm, params,
							SND_PCM_TSTAMP_TYPE_MONOTONIC);
	return err ? err : snd_pcm_sw_params(pcm, params);
}

#endif
