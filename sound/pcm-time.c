// SPDX-License-Identifier: GPL-2.0-only
/*
 * Audio time stamps from the card's own clock, finer than a position in frames.
 */
#include <linux/ktime.h>
#include <sound/pcm.h>

#include "board.h"
#include "loopback.h"
#include "oncard.h"
#include "pcm-time.h"

/* A time that goes on while its halves are read. */
static u64 read_time(struct oncard *chip, u32 low, u32 high)
{
	u32 before = oncard_board_read(chip->board, high);
	u32 lower = oncard_board_read(chip->board, low);
	u32 upper = oncard_board_read(chip->board, high);

	if (upper != before)
		lower = oncard_board_read(chip->board, low);
	return (u64)upper << 32 | lower;
}

static u64 clock_time(struct oncard *chip, unsigned int index)
{
	unsigned int clock = oncard_loopback_clock(chip, index);

	return read_time(chip, ONCARD_REG_CLOCK_LO(clock),
			 ONCARD_REG_CLOCK_HI(clock));
}

static u64 started_time(struct oncard *chip, unsigned int index)
{
	return read_time(chip, ONCARD_REG_STARTED_LO(index),
			 ONCARD_REG_STARTED_HI(index));
}

/**
 * oncard_pcm_time_by_position() - report the default type, unless another is asked for next
 * @substream: the stream
 *
 * ALSA reckons a time from the position only where the default type is reported, and does
 * not ask for it. Without this, who asks for the default gets what lay on the stack.
 *
 * Context: the substream is locked; oncard_pcm_time_info() may follow.
 */
void oncard_pcm_time_by_position(struct snd_pcm_substream *substream)
{
	struct snd_pcm_audio_tstamp_report *report =
		&substream->runtime->audio_tstamp_report;

	report->actual_type = SNDRV_PCM_AUDIO_TSTAMP_TYPE_DEFAULT;
	report->accuracy_report = 0;
}

/**
 * oncard_pcm_time_info() - audio time by the card's clock, and when it was read
 * @substream: the stream
 * @system_time: set to the time of the clock that the stream has for its time stamps
 * @audio_time: set to the time of the card's clock, since power-on; of the type link,
 *	since the stream was started last
 * @config: what is asked for
 * @report: set to what is given
 *
 * Both times were read within so many ns as the report says. Of a type that there is not,
 * the default is reported, and ALSA reckons it from the position.
 *
 * Context: the substream is locked.
 * Return: 0.
 */
int oncard_pcm_time_info(struct snd_pcm_substream *substream,
			 struct timespec64 *system_time,
			 struct timespec64 *audio_time,
			 struct snd_pcm_audio_tstamp_config *config,
			 struct snd_pcm_audio_tstamp_report *report)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);
	u64 before, time, began = 0;

	switch (config->type_requested) {
	case SNDRV_PCM_AUDIO_TSTAMP_TYPE_LINK:
		began = started_time(chip, index);
		break;
	case SNDRV_PCM_AUDIO_TSTAMP_TYPE_LINK_ABSOLUTE:
	case SNDRV_PCM_AUDIO_TSTAMP_TYPE_LINK_SYNCHRONIZED:
		break;
	default:
		oncard_pcm_time_by_position(substream);
		return 0;
	}
	before = ktime_get_ns();
	snd_pcm_gettime(substream->runtime, system_time);
	time = clock_time(chip, index);
	report->actual_type = config->type_requested;
	report->accuracy_report = 1;
	report->accuracy = ktime_get_ns() - before;
	/* (a capture may have been given another clock since) */
	*audio_time = ns_to_timespec64(max(time, began) - began);
	return 0;
}
