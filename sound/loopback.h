/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a capture hears, and what it can know of it.
 */
#ifndef SND_ONCARD_LOOPBACK_H
#define SND_ONCARD_LOOPBACK_H

#include <linux/types.h>

struct oncard;
struct snd_kcontrol;
struct snd_pcm_substream;

/* What a capture can know of the playback that it hears. */
enum oncard_slave {
	ONCARD_SLAVE_ACTIVE,
	ONCARD_SLAVE_FORMAT,
	ONCARD_SLAVE_RATE,
	ONCARD_SLAVE_CHANNELS,
	ONCARD_SLAVE_VALUES,
};

/**
 * struct oncard_loopback - what the controls of a pair say
 * @value: of its playback, by enum oncard_slave
 * @control: of its capture, that shows what this hears
 * @source: what its capture hears, ONCARD_STREAM_SOURCE
 * @samples: of its capture in a second; 0: it is not set up
 * @shift: of its clock, ONCARD_STREAM_SHIFT
 */
struct oncard_loopback {
	unsigned int value[ONCARD_SLAVE_VALUES];
	struct snd_kcontrol *control[ONCARD_SLAVE_VALUES];
	u32 source;
	u32 samples;
	u32 shift;
};

int oncard_loopback_create(struct oncard *chip);
bool oncard_loopback_is_mixed(const struct oncard *chip, unsigned int index);
unsigned int oncard_loopback_clock(const struct oncard *chip,
				   unsigned int index);
void oncard_loopback_describe(struct snd_pcm_substream *substream);
void oncard_loopback_set_up(struct snd_pcm_substream *substream, u32 samples);
void oncard_loopback_run(struct oncard *chip, u32 streams, bool active);

#endif /* SND_ONCARD_LOOPBACK_H */
