/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_PCM_COPY_H
#define SND_ONCARD_PCM_COPY_H

struct iov_iter;
struct snd_pcm_substream;

int oncard_pcm_copy(struct snd_pcm_substream *substream, int channel,
		    unsigned long position, struct iov_iter *iter,
		    unsigned long bytes);
int oncard_pcm_fill_silence(struct snd_pcm_substream *substream, int channel,
			    unsigned long position, unsigned long bytes);

#endif /* SND_ONCARD_PCM_COPY_H */
