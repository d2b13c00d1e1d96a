// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that are scattered over system RAM: larger than what can be had in one
 * piece, with a descriptor for each segment.
 */
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>
#include <sound/pcm_params.h>

#include "oncard.h"

static void free_list(struct oncard *chip, struct oncard_scattered *scattered)
{
	if (scattered->list)
		dma_free_coherent(chip->dma, scattered->list_bytes,
				  scattered->list, scattered->list_handle);
	scattered->list = NULL;
	scattered->segments = 0;
}

static int write_list(struct oncard *chip, struct oncard_scattered *scattered)
{
	struct snd_dma_buffer *buffer = &scattered->buffer;
	struct scatterlist *sg;
	struct sg_table table;
	unsigned int n;
	int err;

	err = dma_get_sgtable(chip->dma, &table, buffer->area, buffer->addr,
			      buffer->bytes);
	if (err)
		return err;
	scattered->list_bytes = table.nents * oncard_descriptor_bytes(chip);
	scattered->list = dma_alloc_coherent(chip->dma, scattered->list_bytes,
					     &scattered->list_handle,
					     GFP_KERNEL);
	if (scattered->list) {
		for_each_sgtable_dma_sg(&table, sg, n)
			oncard_write_descriptor(chip, scattered->list, n,
						sg_dma_address(sg),
						sg_dma_len(sg));
		scattered->segments = table.nents;
	}
	sg_free_table(&table);
	return scattered->list ? 0 : -ENOMEM;
}

/**
 * oncard_scattered_free() - give a stream's buffer back
 * @chip: the card
 * @scattered: the stream's buffer; nothing is done without one
 *
 * Context: process context, may sleep. The stream is stopped.
 */
void oncard_scattered_free(struct oncard *chip,
			   struct oncard_scattered *scattered)
{
	struct snd_dma_buffer *buffer = &scattered->buffer;

	free_list(chip, scattered);
	if (buffer->area)
		dma_free_coherent(chip->dma, buffer->bytes, buffer->area,
				  buffer->addr);
	buffer->area = NULL;
}

/**
 * oncard_scattered_alloc() - take a stream's buffer and write its list
 * @chip: the card
 * @scattered: the stream's buffer; one that it has is given back
 * @bytes: of the buffer
 *
 * Context: process context, may sleep. The stream is stopped.
 * Return: 0 or -ENOMEM.
 */
int oncard_scattered_alloc(struct oncard *chip,
			   struct oncard_scattered *scattered, size_t bytes)
{
	struct snd_dma_buffer *buffer = &scattered->buffer;
	int err;

	oncard_scattered_free(chip, scattered);
	buffer->dev.type = SNDRV_DMA_TYPE_DEV;
	buffer->dev.dev = chip->dma;
	buffer->bytes = bytes;
	buffer->area = dma_alloc_scattered(chip->dma, bytes, &buffer->addr,
					   GFP_KERNEL);
	if (!buffer->area)
		return -ENOMEM;
	err = write_list(chip, scattered);
	if (err)
		oncard_scattered_free(chip, scattered);
	return err;
}
