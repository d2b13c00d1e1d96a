// SPDX-License-Identifier: GPL-2.0-only
/*
 * The streams' buffers. They are the driver's and not managed by ALSA, which gives
 * a buffer back with the last close: a card that is taken out takes them with it, and a
 * stream that does not stop keeps its own.
 */
#include <linux/dma-mapping.h>
#include <sound/memalloc.h>

#include "oncard.h"

/**
 * oncard_buffer_free() - give a stream's buffer back
 * @chip: the card, held with oncard_chip_enter() or being taken down
 * @index: of the stream; nothing is done for one without a buffer
 *
 * Context: process context, may sleep. The stream is stopped, and its buffer in no
 * runtime.
 */
void oncard_buffer_free(struct oncard *chip, unsigned int index)
{
	struct oncard_buffer *buffer = &chip->buffer[index];

	if (oncard_is_scattered()) {
		oncard_scattered_free(chip, buffer);
		return;
	}
	if (buffer->dma.area)
		snd_dma_free_pages(&buffer->dma);
	buffer->dma.area = NULL;
}

/**
 * oncard_buffer_alloc() - take a stream's buffer
 * @chip: the card, held with oncard_chip_enter()
 * @index: of the stream; a buffer that it still has is given back
 * @bytes: of the buffer, which is zeroed
 *
 * Context: process context, may sleep. The stream is stopped.
 * Return: 0 or -ENOMEM.
 */
int oncard_buffer_alloc(struct oncard *chip, unsigned int index, size_t bytes)
{
	struct oncard_buffer *buffer = &chip->buffer[index];
	int err;

	oncard_buffer_free(chip, index);
	if (oncard_is_scattered())
		return oncard_scattered_alloc(chip, buffer, bytes);
	err = snd_dma_alloc_pages(SNDRV_DMA_TYPE_DEV, chip->dma, bytes,
				  &buffer->dma);
	if (err)
		buffer->dma.area = NULL;
	return err;
}

/**
 * oncard_buffers_free() - give all streams' buffers back
 * @chip: the card, unplugged
 *
 * Context: process context, may sleep.
 */
void oncard_buffers_free(struct oncard *chip)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		oncard_buffer_free(chip, index);
}
