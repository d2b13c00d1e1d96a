/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream that the card does not stop.
 */
#ifndef SND_ONCARD_RUNAWAY_H
#define SND_ONCARD_RUNAWAY_H

#include <linux/types.h>

struct oncard;
struct snd_dma_buffer;
struct snd_pcm_substream;

bool oncard_stop_stream(struct oncard *chip, unsigned int index);
void oncard_report_kept(struct oncard *chip,
			struct snd_pcm_substream *substream,
			const struct snd_dma_buffer *buffer);
void oncard_keep_buffer(struct oncard *chip,
			struct snd_pcm_substream *substream);

#endif /* SND_ONCARD_RUNAWAY_H */
