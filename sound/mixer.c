// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mixer: a volume in dB and a switch for each stream, by the names that ALSA's
 * applications look for. At 0 dB the card hands on every sample as it is.
 */
#include <sound/control.h>
#include <sound/tlv.h>

#include "board.h"
#include "mixer.h"
#include "oncard.h"

/* A step is 1 dB; the highest is 0 dB, and the lowest the last that the gain can show. */
#define LEVEL_MAX 96

/* 10^(-1/20), of 2^32 */
#define ONE_DB_LESS 3827893632U

static const DECLARE_TLV_DB_SCALE(level_tlv, -100 * LEVEL_MAX, 100, 0);

static u32 gain_of(const struct oncard *chip, unsigned int index)
{
	u64 gain = (u64)ONCARD_GAIN_UNITY << 15;
	unsigned int level;

	if (!chip->on[index])
		return 0;
	for (level = chip->level[index]; level < LEVEL_MAX; level++)
		gain = gain * ONE_DB_LESS >> 32;
	return (gain + BIT(14)) >> 15;
}

/* The card's number of a control's stream. */
static unsigned int stream_of(const struct snd_kcontrol *control)
{
	return control->private_value;
}

static int level_info(struct snd_kcontrol *control,
		      struct snd_ctl_elem_info *info)
{
	info->type = SNDRV_CTL_ELEM_TYPE_INTEGER;
	info->count = 1;
	info->value.integer.max = LEVEL_MAX;
	return 0;
}

static int level_get(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);

	value->value.integer.value[0] = chip->level[stream_of(control)];
	return 0;
}

static int switch_get(struct snd_kcontrol *control,
		      struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);

	value->value.integer.value[0] = chip->on[stream_of(control)];
	return 0;
}

static void write_gain(struct oncard *chip, unsigned int index)
{
	oncard_board_write(chip->board,
			   ONCARD_REG_STREAM(index, ONCARD_STREAM_GAIN),
			   gain_of(chip, index));
}

static int level_put(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);
	unsigned int index = stream_of(control);
	long level = value->value.integer.value[0];
	bool changed;

	if (level < 0 || level > LEVEL_MAX)
		return -EINVAL;
	mutex_lock(&chip->mixer_lock);
	changed = chip->level[index] != level;
	chip->level[index] = level;
	write_gain(chip, index);
	mutex_unlock(&chip->mixer_lock);
	return changed;
}

static int switch_put(struct snd_kcontrol *control,
		      struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);
	unsigned int index = stream_of(control);
	long on = value->value.integer.value[0];
	bool changed;

	if (on < 0 || on > 1)
		return -EINVAL;
	mutex_lock(&chip->mixer_lock);
	changed = chip->on[index] != on;
	chip->on[index] = on;
	write_gain(chip, index);
	mutex_unlock(&chip->mixer_lock);
	return changed;
}

/* By direction: playback, capture. */
static const char *const level_names[] = { "PCM Playback Volume",
					   "Capture Volume" };
static const char *const switch_names[] = { "PCM Playback Switch",
					    "Capture Switch" };

static int add_level(struct oncard *chip, unsigned int index)
{
	const struct snd_kcontrol_new level = {
		.iface = SNDRV_CTL_ELEM_IFACE_MIXER,
		.name = level_names[index & 1],
		.index = index / 2,
		.access = SNDRV_CTL_ELEM_ACCESS_READWRITE |
			  SNDRV_CTL_ELEM_ACCESS_TLV_READ,
		.info = level_info,
		.get = level_get,
		.put = level_put,
		.tlv.p = level_tlv,
		.private_value = index,
	};

	return snd_ctl_add(chip->card, snd_ctl_new1(&level, chip));
}

static int add_switch(struct oncard *chip, unsigned int index)
{
	const struct snd_kcontrol_new on = {
		.iface = SNDRV_CTL_ELEM_IFACE_MIXER,
		.name = switch_names[index & 1],
		.index = index / 2,
		.info = snd_ctl_boolean_mono_info,
		.get = switch_get,
		.put = switch_put,
		.private_value = index,
	};

	return snd_ctl_add(chip->card, snd_ctl_new1(&on, chip));
}

/**
 * oncard_mixer_create() - add the mixer to a card
 * @chip: the card
 *
 * Every stream is switched on, at 0 dB.
 *
 * Context: process context, may sleep.
 * Return: 0 or an errno of snd_ctl_add().
 */
int oncard_mixer_create(struct oncard *chip)
{
	unsigned int index;
	int err = 0;

	for (index = 0; index < ONCARD_STREAMS && !err; index++) {
		chip->level[index] = LEVEL_MAX;
		chip->on[index] = true;
		err = add_level(chip, index);
		if (!err)
			err = add_switch(chip, index);
	}
	return err;
}
