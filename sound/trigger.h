/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_TRIGGER_H
#define SND_ONCARD_TRIGGER_H

struct snd_pcm_substream;

void oncard_trigger_prepare(struct snd_pcm_substream *substream);
int oncard_pcm_ack(struct snd_pcm_substream *substream);
int oncard_pcm_trigger(struct snd_pcm_substream *substream, int command);

#endif /* SND_ONCARD_TRIGGER_H */
