// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls of the loopback, by the names that snd-aloop's have: what a capture can know
 * of the playback that it hears, and how fast the clock of both goes.
 */
#include <sound/control.h>

#include "board.h"
#include "loopback.h"
#include "oncard.h"
#include "watch.h"

/* A control's pair, and which value of its playback it shows. */
static unsigned long private_value(unsigned int pair, enum oncard_slave slave)
{
	return pair * ONCARD_SLAVE_VALUES + slave;
}

static unsigned int pair_of(const struct snd_kcontrol *control)
{
	return control->private_value / ONCARD_SLAVE_VALUES;
}

static enum oncard_slave slave_of(const struct snd_kcontrol *control)
{
	return control->private_value % ONCARD_SLAVE_VALUES;
}

/* --- the playback that a capture hears --- */

struct slave {
	const char *name;
	snd_ctl_elem_type_t type;
	unsigned int max;
	unsigned int at_first;
};

static const struct slave slaves[ONCARD_SLAVE_VALUES] = {
	[ONCARD_SLAVE_ACTIVE] = { "PCM Slave Active",
				  SNDRV_CTL_ELEM_TYPE_BOOLEAN, 1, 0 },
	[ONCARD_SLAVE_FORMAT] = { "PCM Slave Format",
				  SNDRV_CTL_ELEM_TYPE_INTEGER,
				  (__force unsigned int)SNDRV_PCM_FORMAT_LAST,
				  (__force unsigned int)
					  SNDRV_PCM_FORMAT_S16_LE },
	[ONCARD_SLAVE_RATE] = { "PCM Slave Rate", SNDRV_CTL_ELEM_TYPE_INTEGER,
				ONCARD_RATE_MAX, 48000 },
	[ONCARD_SLAVE_CHANNELS] = { "PCM Slave Channels",
				    SNDRV_CTL_ELEM_TYPE_INTEGER,
				    ONCARD_CHANNELS_MAX, 2 },
};

static int slave_info(struct snd_kcontrol *control,
		      struct snd_ctl_elem_info *info)
{
	const struct slave *slave = &slaves[slave_of(control)];

	info->type = slave->type;
	info->count = 1;
	info->value.integer.max = slave->max;
	return 0;
}

static int slave_get(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);
	struct oncard_loopback *loopback = &chip->loopback[pair_of(control)];

	value->value.integer.value[0] =
		READ_ONCE(loopback->value[slave_of(control)]);
	return 0;
}

static int add_slave(struct oncard *chip, unsigned int pair,
		     enum oncard_slave which)
{
	const struct snd_kcontrol_new slave = {
		.iface = SNDRV_CTL_ELEM_IFACE_PCM,
		.name = slaves[which].name,
		.subdevice = pair,
		.access = SNDRV_CTL_ELEM_ACCESS_READ,
		.info = slave_info,
		.get = slave_get,
		.private_value = private_value(pair, which),
	};
	struct oncard_loopback *loopback = &chip->loopback[pair];

	loopback->value[which] = slaves[which].at_first;
	loopback->control[which] = snd_ctl_new1(&slave, chip);
	return snd_ctl_add(chip->card, loopback->control[which]);
}

/* Listeners are told of what has changed. */
static void set_slave(struct oncard *chip, unsigned int pair,
		      enum oncard_slave which, unsigned int value)
{
	struct oncard_loopback *loopback = &chip->loopback[pair];

	if (xchg(&loopback->value[which], value) != value)
		snd_ctl_notify(chip->card, SNDRV_CTL_EVENT_MASK_VALUE,
			       &loopback->control[which]->id);
}

/**
 * oncard_loopback_describe() - show how a stream is prepared
 * @substream: the stream; of a capture there is nothing to show
 *
 * Context: any.
 */
void oncard_loopback_describe(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	const struct snd_pcm_runtime *runtime = substream->runtime;
	unsigned int pair = substream->number;

	if (substream->stream != SNDRV_PCM_STREAM_PLAYBACK)
		return;
	set_slave(chip, pair, ONCARD_SLAVE_FORMAT,
		  (__force unsigned int)runtime->format);
	set_slave(chip, pair, ONCARD_SLAVE_RATE, runtime->rate);
	set_slave(chip, pair, ONCARD_SLAVE_CHANNELS, runtime->channels);
}

/**
 * oncard_loopback_run() - show that streams run, or do not
 * @chip: the card
 * @streams: their bits; of captures there is nothing to show
 * @active: they run
 *
 * Context: any.
 */
void oncard_loopback_run(struct oncard *chip, u32 streams, bool active)
{
	unsigned int pair;

	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		if (streams & BIT(2 * pair))
			set_slave(chip, pair, ONCARD_SLAVE_ACTIVE, active);
}

/* --- the clock --- */

static int shift_info(struct snd_kcontrol *control,
		      struct snd_ctl_elem_info *info)
{
	info->type = SNDRV_CTL_ELEM_TYPE_INTEGER;
	info->count = 1;
	info->value.integer.min = ONCARD_SHIFT_MIN;
	info->value.integer.max = ONCARD_SHIFT_MAX;
	info->value.integer.step = 1;
	return 0;
}

static int shift_get(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);

	value->value.integer.value[0] = chip->loopback[pair_of(control)].shift;
	return 0;
}

static void watch_pair(struct oncard *chip, unsigned int pair, u32 shift)
{
	oncard_watch_shift(chip, 2 * pair, shift);
	oncard_watch_shift(chip, 2 * pair + 1, shift);
}

/* The streams are never held to a slower pace than the card has. */
static void set_shift(struct oncard *chip, unsigned int pair, u32 shift)
{
	u32 reg = ONCARD_REG_STREAM(2 * pair, ONCARD_STREAM_SHIFT);
	bool faster = shift > chip->loopback[pair].shift;

	if (faster)
		watch_pair(chip, pair, shift);
	oncard_board_write(chip->board, reg, shift);
	if (!faster)
		watch_pair(chip, pair, shift);
	chip->loopback[pair].shift = shift;
}

static int shift_put(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);
	unsigned int pair = pair_of(control);
	long shift = value->value.integer.value[0];
	bool changed;

	if (shift < ONCARD_SHIFT_MIN || shift > ONCARD_SHIFT_MAX)
		return -EINVAL;
	mutex_lock(&chip->mixer_lock);
	changed = chip->loopback[pair].shift != shift;
	if (changed)
		set_shift(chip, pair, shift);
	mutex_unlock(&chip->mixer_lock);
	return changed;
}

static int add_shift(struct oncard *chip, unsigned int pair)
{
	const struct snd_kcontrol_new shift = {
		.iface = SNDRV_CTL_ELEM_IFACE_PCM,
		.name = "PCM Rate Shift 100000",
		.subdevice = pair,
		.info = shift_info,
		.get = shift_get,
		.put = shift_put,
		.private_value = private_value(pair, 0),
	};

	chip->loopback[pair].shift = ONCARD_SHIFT_NONE;
	return snd_ctl_add(chip->card, snd_ctl_new1(&shift, chip));
}

/**
 * oncard_loopback_create() - add the controls of the loopback to a card
 * @chip: the card
 *
 * Context: process context, may sleep.
 * Return: 0 or an errno of snd_ctl_add().
 */
int oncard_loopback_create(struct oncard *chip)
{
	unsigned int pair, which;
	int err = 0;

	for (pair = 0; pair < ONCARD_PAIRS && !err; pair++) {
		err = add_shift(chip, pair);
		for (which = 0; which < ONCARD_SLAVE_VALUES && !err; which++)
			err = add_slave(chip, pair, which);
	}
	return err;
}
