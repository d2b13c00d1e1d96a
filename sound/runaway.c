// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card that does not stop when it is told to: it may go on reading, and writing, what
 * its descriptors name. So the buffer of a stream that goes on is given back to nobody
 * before the stream has stopped after all, or the card is switched off.
 *
 * The card's word is all that there is: one that says it stopped, and lies, is for an
 * IOMMU to keep in. Of a card that changes its mind, nothing is believed that it does
 * not say several times over.
 */
#include <linux/iopoll.h>

#include "board.h"
#include "buffer.h"
#include "oncard.h"
#include "runaway.h"
#include "watch.h"

/* How long a stream that is told to stop may take. */
#define STOP_USECS (100 * USEC_PER_MSEC)

static bool is_stopped(struct oncard *chip, unsigned int index)
{
	unsigned int n;

	if (oncard_board_unplugged(chip->board))
		return true;
	for (n = 0; n < ONCARD_CONFIRMATIONS; n++)
		if (oncard_board_read(chip->board, ONCARD_REG_RUN) & BIT(index))
			return false;
	return true;
}

/**
 * oncard_stop_stream() - stop a stream, and make sure
 * @chip: the card
 * @index: of the stream
 *
 * Context: process context, may sleep.
 * Return: false when the card goes on, which was reported.
 */
bool oncard_stop_stream(struct oncard *chip, unsigned int index)
{
	bool stopped;

	oncard_board_write(chip->board, ONCARD_REG_RUN_CLEAR, BIT(index));
	if (!read_poll_timeout(is_stopped, stopped, stopped, 1000, STOP_USECS,
			       false, chip, index))
		return true;
	if (!oncard_silent(chip))
		oncard_report(chip, "stream %u goes on after it was stopped\n",
			      index);
	return false;
}

/**
 * oncard_report_kept() - say that a buffer is kept
 * @chip: the card
 * @substream: whose stream did not stop
 * @buffer: was its buffer
 *
 * Context: any.
 */
void oncard_report_kept(struct oncard *chip,
			struct snd_pcm_substream *substream,
			const struct snd_dma_buffer *buffer)
{
	dev_err(chip->dev,
		"stream %u: its buffer of %zu bytes is kept until the card has stopped\n",
		oncard_stream_index(substream), buffer->bytes);
}

/**
 * oncard_keep_buffer() - take a buffer from ALSA that the card may still reach
 * @chip: the card
 * @substream: its stream did not stop; it is left without a buffer
 *
 * Context: process context, may sleep.
 */
void oncard_keep_buffer(struct oncard *chip,
			struct snd_pcm_substream *substream)
{
	struct snd_dma_buffer *buffer = substream->runtime->dma_buffer_p;

	if (!buffer)
		return;
	oncard_pcm_set_buffer(substream, NULL, 0);
	oncard_report_kept(chip, substream, buffer);
}
