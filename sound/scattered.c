// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that are scattered over system RAM: larger than what can be had in one
 * piece, with a descriptor for each segment.
 */
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <sound/pcm_params.h>

#include "buffer.h"
#include "list.h"
#include "oncard.h"
#include "params.h"
#include "scattered.h"

/* A list for the worst case, single pages; itself it has to be in one piece. */
static size_t list_bytes(const struct oncard *chip)
{
	return oncard_buffer_max() / PAGE_SIZE * oncard_descriptor_bytes(chip);
}

/**
 * oncard_scattered_create() - take the lists of all streams
 * @chip: the card, its mask negotiated
 *
 * In advance: when a buffer is in many pieces, memory for its list would be, too.
 * Nothing is done where buffers are not scattered.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oncard_scattered_create(struct oncard *chip)
{
	unsigned int index;

	if (!oncard_is_scattered())
		return 0;
	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct oncard_buffer *buffer = &chip->buffer[index];

		buffer->list = dma_alloc_coherent(chip->dma, list_bytes(chip),
						  &buffer->list_handle,
						  GFP_KERNEL);
		if (!buffer->list) {
			oncard_scattered_destroy(chip);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * oncard_scattered_destroy() - undo oncard_scattered_create()
 * @chip: the card; nothing is done for streams without a list
 *
 * Context: process context, may sleep.
 */
void oncard_scattered_destroy(struct oncard *chip)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct oncard_buffer *buffer = &chip->buffer[index];

		if (buffer->list)
			dma_free_coherent(chip->dma, list_bytes(chip),
					  buffer->list, buffer->list_handle);
		buffer->list = NULL;
	}
}

static int write_list(struct oncard *chip, struct oncard_buffer *buffer)
{
	struct snd_dma_buffer *dma = &buffer->dma;
	struct scatterlist *sg;
	struct sg_table table;
	unsigned int n;
	int err;

	err = dma_get_sgtable(chip->dma, &table, dma->area, dma->addr,
			      dma->bytes);
	if (err)
		return err;
	for_each_sgtable_dma_sg(&table, sg, n)
		oncard_write_descriptor(chip, buffer->list, n,
					sg_dma_address(sg), sg_dma_len(sg));
	buffer->segments = table.nents;
	sg_free_table(&table);
	return 0;
}

/**
 * oncard_scattered_free() - give a stream's buffer back
 * @chip: the card
 * @buffer: the stream's buffer; nothing is done without one
 *
 * Context: process context, may sleep. The stream is stopped.
 */
void oncard_scattered_free(struct oncard *chip, struct oncard_buffer *buffer)
{
	struct snd_dma_buffer *dma = &buffer->dma;

	buffer->segments = 0;
	if (dma->area)
		dma_free_scattered(chip->dma, dma->bytes, dma->area, dma->addr);
	dma->area = NULL;
}

/**
 * oncard_scattered_alloc() - take a stream's buffer and write its list
 * @chip: the card
 * @buffer: the stream's buffer; one that it has is given back
 * @bytes: of the buffer, at most oncard_buffer_max()
 *
 * Context: process context, may sleep. The stream is stopped.
 * Return: 0 or -ENOMEM.
 */
int oncard_scattered_alloc(struct oncard *chip, struct oncard_buffer *buffer,
			   size_t bytes)
{
	struct snd_dma_buffer *dma = &buffer->dma;
	int err;

	oncard_scattered_free(chip, buffer);
	dma->dev.type = SNDRV_DMA_TYPE_DEV;
	dma->dev.dev = chip->dma;
	dma->bytes = bytes;
	dma->area =
		dma_alloc_scattered(chip->dma, bytes, &dma->addr, GFP_KERNEL);
	if (!dma->area)
		return -ENOMEM;
	err = write_list(chip, buffer);
	if (err)
		oncard_scattered_free(chip, buffer);
	return err;
}
