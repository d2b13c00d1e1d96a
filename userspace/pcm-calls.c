// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
/* cannot be included beside alsa-lib's header */
#include <sound/asound.h>

#include "pcm-calls.h"

static int call(int fd, unsigned long command, void *argument)
{
	return ioctl(fd, command, argument) < 0 ? -errno : 0;
}

static void allow_anything(struct snd_pcm_hw_params *params)
{
	unsigned int n;

	memset(params, 0, sizeof(*params));
	for (n = 0;
	     n <= SNDRV_PCM_HW_PARAM_LAST_MASK - SNDRV_PCM_HW_PARAM_FIRST_MASK;
	     n++)
		memset(&params->masks[n], 0xff, sizeof(params->masks[n]));
	for (n = 0; n <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL -
				 SNDRV_PCM_HW_PARAM_FIRST_INTERVAL;
	     n++)
		params->intervals[n].max = UINT_MAX;
	params->rmask = UINT_MAX;
	params->info = UINT_MAX;
}

static void choose_mask(struct snd_pcm_hw_params *params, int which,
			unsigned int bit)
{
	struct snd_mask *mask =
		&params->masks[which - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[bit / 32] = 1U << bit % 32;
}

static void choose_number(struct snd_pcm_hw_params *params, int which,
			  unsigned int value)
{
	struct snd_interval *interval =
		&params->intervals[which - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	interval->min = value;
	interval->max = value;
	interval->integer = 1;
}

/* An endless stream goes round its buffer until it is stopped. */
static int sw_params(int fd, const struct pcm_shape *shape)
{
	unsigned long buffer = shape->period * shape->periods;
	unsigned long boundary = buffer;
	struct snd_pcm_sw_params params = {
		.period_step = 1,
		.avail_min = 1,
		.start_threshold = 1,
	};

	/* as the kernel finds it */
	while (boundary * 2 <= LONG_MAX - buffer)
		boundary *= 2;
	params.boundary = boundary;
	params.stop_threshold = shape->endless ? boundary : buffer;
	params.silence_size = shape->silenced ? boundary : 0;
	return call(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &params);
}

int pcm_hw_params(int fd, const struct pcm_shape *shape)
{
	struct snd_pcm_hw_params params;
	int err;

	allow_anything(&params);
	choose_mask(&params, SNDRV_PCM_HW_PARAM_ACCESS,
		    (unsigned int)(shape->mmap ?
					   SNDRV_PCM_ACCESS_MMAP_INTERLEAVED :
					   SNDRV_PCM_ACCESS_RW_INTERLEAVED));
	choose_mask(&params, SNDRV_PCM_HW_PARAM_FORMAT,
		    (unsigned int)SNDRV_PCM_FORMAT_S16_LE);
	choose_number(&params, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	choose_number(&params, SNDRV_PCM_HW_PARAM_RATE, shape->rate);
	choose_number(&params, SNDRV_PCM_HW_PARAM_PERIOD_SIZE,
		      (unsigned int)shape->period);
	choose_number(&params, SNDRV_PCM_HW_PARAM_PERIODS, shape->periods);
	err = call(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &params);
	return err ? err : sw_params(fd, shape);
}

int pcm_hw_free(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_HW_FREE, NULL);
}

int pcm_prepare(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_PREPARE, NULL);
}

int pcm_start(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_START, NULL);
}

int pcm_drop(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_DROP, NULL);
}

int pcm_drain(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_DRAIN, NULL);
}

/* Its argument, and that of link, are numbers. */
int pcm_pause(int fd, bool on)
{
	return ioctl(fd, SNDRV_PCM_IOCTL_PAUSE, (int)on) < 0 ? -errno : 0;
}

int pcm_resume(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_RESUME, NULL);
}

int pcm_link(int fd, int other)
{
	return ioctl(fd, SNDRV_PCM_IOCTL_LINK, other) < 0 ? -errno : 0;
}

int pcm_unlink(int fd)
{
	return call(fd, SNDRV_PCM_IOCTL_UNLINK, NULL);
}

int pcm_forward(int fd, unsigned long frames)
{
	snd_pcm_uframes_t count = frames;

	return call(fd, SNDRV_PCM_IOCTL_FORWARD, &count);
}

int pcm_write(int fd, const void *frames, unsigned long count)
{
	struct snd_xferi transfer = {
		.buf = (void *)frames,
		.frames = count,
	};

	return call(fd, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer);
}

int pcm_read(int fd, void *frames, unsigned long count)
{
	struct snd_xferi transfer = { .buf = frames, .frames = count };

	return call(fd, SNDRV_PCM_IOCTL_READI_FRAMES, &transfer);
}

int pcm_status(int fd, struct pcm_status *status)
{
	struct snd_pcm_status now;
	int err = call(fd, SNDRV_PCM_IOCTL_STATUS, &now);

	if (!err) {
		status->state = (enum pcm_state)now.state;
		status->avail = now.avail;
	}
	return err;
}
