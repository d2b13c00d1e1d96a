/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PCM by its system calls alone, for what alsa-lib keeps apart: calls of several
 * threads on one stream, and allocations that are not the library's.
 */
#ifndef RAW_PCM_H
#define RAW_PCM_H

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sound/asound.h>

static inline int raw_pcm_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument) < 0 ? errno : 0;
}

static inline struct snd_interval *raw_pcm_interval(struct snd_pcm_hw_params
							    *params,
						    int name)
{
	return &params->intervals[name - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
}

static inline void raw_pcm_set_mask(struct snd_pcm_hw_params *params, int name,
				    unsigned int v)
{
	struct snd_mask *mask =
		&params->masks[name - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[v / 32] = 1U << v % 32;
}

static inline void raw_pcm_set_interval(struct snd_pcm_hw_params *params,
					int name, unsigned int v)
{
	struct snd_interval *interval = raw_pcm_interval(params, name);

	interval->min = v;
	interval->max = v;
	interval->integer = 1;
}

/* S16_LE, stereo, at 48 kHz, mapped; a buffer of so many frames. Returns an errno. */
static inline int raw_pcm_hw_params(int fd, unsigned int frames,
				    unsigned int periods)
{
	struct snd_pcm_hw_params params = { .rmask = ~0U, .info = ~0U };
	int name;

	memset(params.masks, 0xff, sizeof(params.masks));
	for (name = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL;
	     name <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; name++)
		raw_pcm_interval(&params, name)->max = ~0U;
	raw_pcm_set_mask(&params, SNDRV_PCM_HW_PARAM_ACCESS,
			 SNDRV_PCM_ACCESS_MMAP_INTERLEAVED);
	raw_pcm_set_mask(&params, SNDRV_PCM_HW_PARAM_FORMAT,
			 SNDRV_PCM_FORMAT_S16_LE);
	raw_pcm_set_mask(&params, SNDRV_PCM_HW_PARAM_SUBFORMAT,
			 SNDRV_PCM_SUBFORMAT_STD);
	raw_pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	raw_pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_RATE, 48000);
	raw_pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, frames);
	raw_pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_PERIODS, periods);
	return raw_pcm_ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &params);
}

/*
 * It starts when it is told to, and runs on whatever was written. @silence frames ahead
 * of what plays are silenced; with the boundary, which is never reached, all that was
 * played.
 */
static inline int raw_pcm_sw_params(int fd, unsigned long silence)
{
	struct snd_pcm_sw_params params = {
		.tstamp_mode = SNDRV_PCM_TSTAMP_NONE,
		.period_step = 1,
		.avail_min = 1,
		.start_threshold = -1UL >> 1,
		.stop_threshold = -1UL >> 1,
		.silence_size = silence,
	};

	return raw_pcm_ioctl(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &params);
}

#endif
