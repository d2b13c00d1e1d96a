// SPDX-License-Identifier: GPL-2.0-only
/*
 * The streams' buffers. They are the driver's and not managed by ALSA, which gives
 * a buffer back with the last close: a card that is taken out takes them with it, and a
 * stream that does not stop keeps its own.
 */
#include <linux/dma-mapping.h>
#include <sound/memalloc.h>

#include "buffer.h"
#include "oncard.h"
#include "params.h"
#include "scattered.h"

static bool is_system_ram(void)
{
	return oncard_params.buffers != ONCARD_BUFFERS_CARD;
}

/*
 * Only what ALSA allocates itself is held to snd-pcm's max_alloc_per_card, which nobody
 * else can read: it is a parameter here, too. What is counted is ALSA's.
 */
static int charge(struct oncard *chip, struct oncard_buffer *buffer,
		  size_t bytes)
{
	struct snd_card *card = chip->card;
	int err = 0;

	if (!is_system_ram())
		return 0;
	mutex_lock(&card->memory_mutex);
	if (oncard_max_alloc_per_card &&
	    card->total_pcm_alloc_bytes + bytes > oncard_max_alloc_per_card)
		err = -ENOMEM;
	else
		card->total_pcm_alloc_bytes += bytes;
	mutex_unlock(&card->memory_mutex);
	if (!err)
		buffer->charged = bytes;
	else
		dev_info_ratelimited(chip->dev,
				     "a buffer of %zu bytes is refused: all of the card's would have more than max_alloc_per_card=%lu\n",
				     bytes, oncard_max_alloc_per_card);
	return err;
}

static void uncharge(struct oncard *chip, struct oncard_buffer *buffer)
{
	struct snd_card *card = chip->card;

	mutex_lock(&card->memory_mutex);
	card->total_pcm_alloc_bytes -= buffer->charged;
	mutex_unlock(&card->memory_mutex);
	buffer->charged = 0;
}

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

	uncharge(chip, buffer);
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
	err = charge(chip, buffer, bytes);
	if (err)
		return err;
	if (oncard_is_scattered())
		err = oncard_scattered_alloc(chip, buffer, bytes);
	else
		err = snd_dma_alloc_pages(SNDRV_DMA_TYPE_DEV, chip->dma, bytes,
					  &buffer->dma);
	if (err) {
		buffer->dma.area = NULL;
		uncharge(chip, buffer);
	}
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

/**
 * oncard_pcm_set_buffer() - change which buffer ALSA knows of
 * @substream: the stream
 * @buffer: the buffer, or NULL
 * @bytes: of it that are used
 *
 * Context: process context, may sleep. What mmap() sees of it, it sees in whole.
 */
void oncard_pcm_set_buffer(struct snd_pcm_substream *substream,
			   struct snd_dma_buffer *buffer, size_t bytes)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);

	mutex_lock(&chip->buffer_lock);
	snd_pcm_set_runtime_buffer(substream, buffer);
	substream->runtime->dma_bytes = bytes;
	mutex_unlock(&chip->buffer_lock);
}
