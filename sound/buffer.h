/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buffers of streams.
 */
#ifndef SND_ONCARD_BUFFER_H
#define SND_ONCARD_BUFFER_H

#include <linux/types.h>
#include <sound/memalloc.h>

struct oncard;
struct snd_pcm_substream;

/**
 * struct oncard_buffer - a stream's buffer
 * @dma: for ALSA; without an area while there is none
 * @list: where buffers are scattered, descriptors, as many as it could take
 * @list_handle: their address for the card
 * @segments: descriptors of @dma in @list
 * @charged: bytes of system RAM that count for max_alloc_per_card
 */
struct oncard_buffer {
	struct snd_dma_buffer dma;
	void *list;
	dma_addr_t list_handle;
	unsigned int segments;
	size_t charged;
};

int oncard_buffer_alloc(struct oncard *chip, unsigned int index, size_t bytes);
void oncard_buffer_free(struct oncard *chip, unsigned int index);
void oncard_buffers_free(struct oncard *chip);
void oncard_pcm_set_buffer(struct snd_pcm_substream *substream,
			   struct snd_dma_buffer *buffer, size_t bytes);

#endif /* SND_ONCARD_BUFFER_H */
