// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls of the loopback, by the names that snd-aloop's have: what a capture hears,
 * what it can know of it, and how fast the clock of a pair goes.
 */
#include <sound/control.h>

#include "board.h"
#include "loopback.h"
#include "oncard.h"
#include "watch.h"

/* A control's pair, and which value of what its capture hears it shows. */
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

/* The pair whose playback a capture hears: of all, the first that runs. */
static unsigned int heard_pair(const struct oncard *chip, unsigned int pair)
{
	unsigned int source = READ_ONCE(chip->loopback[pair].source);
	unsigned int first;

	if (source != ONCARD_SOURCE_MIX)
		return source;
	for (first = 0; first < ONCARD_PAIRS; first++)
		if (READ_ONCE(chip->loopback[first].value[ONCARD_SLAVE_ACTIVE]))
			break;
	return first;
}

static int slave_get(struct snd_kcontrol *control,
		     struct snd_ctl_elem_value *value)
{
	const struct oncard *chip = snd_kcontrol_chip(control);
	enum oncard_slave which = slave_of(control);
	unsigned int heard = heard_pair(chip, pair_of(control));

	value->value.integer.value[0] =
		heard < ONCARD_PAIRS ?
			READ_ONCE(chip->loopback[heard].value[which]) :
			slaves[which].at_first;
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

static void notify(struct oncard *chip, unsigned int pair,
		   enum oncard_slave which)
{
	snd_ctl_notify(chip->card, SNDRV_CTL_EVENT_MASK_VALUE,
		       &chip->loopback[pair].control[which]->id);
}

/* Who listens to a capture that hears the playback is told of what has changed. */
static void set_slave(struct oncard *chip, unsigned int playback,
		      enum oncard_slave which, unsigned int value)
{
	unsigned int pair;

	if (xchg(&chip->loopback[playback].value[which], value) == value)
		return;
	for (pair = 0; pair < ONCARD_PAIRS; pair++) {
		unsigned int source = READ_ONCE(chip->loopback[pair].source);

		if (source == ONCARD_SOURCE_PLAYBACK(playback) ||
		    source == ONCARD_SOURCE_MIX)
			notify(chip, pair, which);
	}
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
 * oncard_loopback_set_up() - note how fast a stream is set up
 * @substream: the stream
 * @samples: in a second; 0: it is not set up
 *
 * Context: any.
 */
void oncard_loopback_set_up(struct snd_pcm_substream *substream, u32 samples)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);

	if (substream->stream == SNDRV_PCM_STREAM_CAPTURE)
		WRITE_ONCE(chip->loopback[substream->number].samples, samples);
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

/* The pair whose clock a capture has. */
static unsigned int clock_of_capture(unsigned int pair, unsigned int source)
{
	return source < ONCARD_PAIRS ? source : pair;
}

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

/**
 * oncard_loopback_clock() - what moves a stream
 * @chip: the card
 * @index: of the stream
 *
 * Context: any.
 * Return: the pair whose clock it has.
 */
unsigned int oncard_loopback_clock(const struct oncard *chip,
				   unsigned int index)
{
	unsigned int pair = index / 2;

	return index & 1 ?
		       clock_of_capture(pair,
					READ_ONCE(chip->loopback[pair].source)) :
		       pair;
}

static void watch_clock(struct oncard *chip, unsigned int clock, u32 shift)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (oncard_loopback_clock(chip, index) == clock)
			oncard_watch_shift(chip, index, shift);
}

/* The streams are never held to a slower pace than the card has. */
static void set_shift(struct oncard *chip, unsigned int pair, u32 shift)
{
	u32 reg = ONCARD_REG_STREAM(2 * pair, ONCARD_STREAM_SHIFT);
	bool faster = shift > chip->loopback[pair].shift;

	if (faster)
		watch_clock(chip, pair, shift);
	oncard_board_write(chip->board, reg, shift);
	if (!faster)
		watch_clock(chip, pair, shift);
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

/* --- what a capture hears --- */

static const char *const sources[] = {
	[ONCARD_SOURCE_PLAYBACK(0)] = "Playback 0",
	[ONCARD_SOURCE_PLAYBACK(1)] = "Playback 1",
	[ONCARD_SOURCE_PLAYBACK(2)] = "Playback 2",
	[ONCARD_SOURCE_PLAYBACK(3)] = "Playback 3",
	[ONCARD_SOURCE_MIX] = "Mix",
	[ONCARD_SOURCE_TONE] = "Tone",
	[ONCARD_SOURCE_SILENCE] = "Silence",
};

static int source_info(struct snd_kcontrol *control,
		       struct snd_ctl_elem_info *info)
{
	return snd_ctl_enum_info(info, 1, ARRAY_SIZE(sources), sources);
}

static int source_get(struct snd_kcontrol *control,
		      struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);

	value->value.enumerated.item[0] =
		chip->loopback[pair_of(control)].source;
	return 0;
}

/* From one clock to the other, a stream is not held to a slower pace than it has. */
static void set_source(struct oncard *chip, unsigned int pair, u32 source)
{
	unsigned int capture = 2 * pair + 1;
	u32 before = chip->loopback[oncard_loopback_clock(chip, capture)].shift;
	u32 after = chip->loopback[clock_of_capture(pair, source)].shift;
	unsigned int which;

	if (after > before)
		oncard_watch_shift(chip, capture, after);
	oncard_board_write(chip->board,
			   ONCARD_REG_STREAM(capture, ONCARD_STREAM_SOURCE),
			   source);
	if (after < before)
		oncard_watch_shift(chip, capture, after);
	WRITE_ONCE(chip->loopback[pair].source, source);
	for (which = 0; which < ONCARD_SLAVE_VALUES; which++)
		notify(chip, pair, which);
}

/**
 * oncard_loopback_is_mixed() - whether a stream hears all playbacks
 * @chip: the card
 * @index: of the stream
 *
 * Context: any.
 * Return: true of a capture that is told to; it may be told otherwise at any moment.
 */
bool oncard_loopback_is_mixed(const struct oncard *chip, unsigned int index)
{
	return index & 1 &&
	       READ_ONCE(chip->loopback[index / 2].source) == ONCARD_SOURCE_MIX;
}

static int source_put(struct snd_kcontrol *control,
		      struct snd_ctl_elem_value *value)
{
	struct oncard *chip = snd_kcontrol_chip(control);
	unsigned int pair = pair_of(control);
	unsigned int source = value->value.enumerated.item[0];
	bool changed;

	if (source >= ARRAY_SIZE(sources))
		return -EINVAL;
	/* (what hw_params refuses the other way round) */
	if (source == ONCARD_SOURCE_MIX &&
	    READ_ONCE(chip->loopback[pair].samples) >
		    ONCARD_MIX_SAMPLES_PER_SECOND)
		return -EBUSY;
	mutex_lock(&chip->mixer_lock);
	changed = chip->loopback[pair].source != source;
	if (changed)
		set_source(chip, pair, source);
	mutex_unlock(&chip->mixer_lock);
	return changed;
}

static int add_source(struct oncard *chip, unsigned int pair)
{
	const struct snd_kcontrol_new source = {
		.iface = SNDRV_CTL_ELEM_IFACE_MIXER,
		.name = "Input Source",
		.index = pair,
		.info = source_info,
		.get = source_get,
		.put = source_put,
		.private_value = private_value(pair, 0),
	};

	chip->loopback[pair].source = ONCARD_SOURCE_PLAYBACK(pair);
	return snd_ctl_add(chip->card, snd_ctl_new1(&source, chip));
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
		err = add_source(chip, pair);
		if (!err)
			err = add_shift(chip, pair);
		for (which = 0; which < ONCARD_SLAVE_VALUES && !err; which++)
			err = add_slave(chip, pair, which);
	}
	return err;
}
