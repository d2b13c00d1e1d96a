// SPDX-License-Identifier: GPL-2.0-only
/*
 * What read() and write() move, and the silence that ALSA puts into a buffer.
 *
 * ALSA's own way is a plain copy to and from runtime->dma_area. The card's memory can
 * go while a call is in the middle of it, waiting for a page of user memory that
 * somebody else serves, for as long as that takes. So the copy is made in pieces,
 * each while the card is held, and user memory is faulted in between them.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <sound/pcm.h>

#include "hold.h"
#include "oncard.h"
#include "pcm-copy.h"

/*
 * Where a channel's byte lies, as ALSA reckons; interleaved ones have but one. NULL: the
 * stream has lost its buffer, which can happen at any moment and leaves the memory
 * where it is, see oncard_keep_buffer().
 */
static void *area_at(struct snd_pcm_runtime *runtime, int channel,
		     unsigned long position)
{
	void *area = READ_ONCE(runtime->dma_area);

	if (!area)
		return NULL;
	return area + position +
	       channel * (runtime->dma_bytes / runtime->channels);
}

/* As much as can be moved without a page fault. */
static size_t move_resident(void *area, size_t bytes, struct iov_iter *iter,
			    bool to_card)
{
	size_t moved;

	pagefault_disable();
	moved = to_card ? copy_from_iter(area, bytes, iter) :
			  copy_to_iter(area, bytes, iter);
	pagefault_enable();
	return moved;
}

static bool fault_in(struct iov_iter *iter, size_t bytes, bool to_card)
{
	size_t missing = to_card ? fault_in_iov_iter_readable(iter, bytes) :
				   fault_in_iov_iter_writeable(iter, bytes);

	return missing < bytes;
}

/**
 * oncard_pcm_copy() - move samples between a buffer and who reads or writes
 * @substream: the stream, set up
 * @channel: which, where these are not interleaved; or else 0
 * @position: in the channel's part of the buffer, in bytes
 * @iter: what to write, or where to read to
 * @bytes: how many
 *
 * Context: process context, may sleep.
 * Return: 0; -EFAULT; -EBADFD when the stream has lost its buffer; -EINTR for a process
 * that is being killed; -ENODEV once the card is gone.
 */
int oncard_pcm_copy(struct snd_pcm_substream *substream, int channel,
		    unsigned long position, struct iov_iter *iter,
		    unsigned long bytes)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	bool to_card = substream->stream == SNDRV_PCM_STREAM_PLAYBACK;

	while (bytes) {
		size_t moved = 0, piece = min_t(size_t, bytes, PAGE_SIZE);
		void *area;
		int held;

		if (!oncard_chip_enter(chip, &held))
			return -ENODEV;
		area = area_at(substream->runtime, channel, position);
		if (area)
			moved = move_resident(area, piece, iter, to_card);
		oncard_chip_exit(chip, held);
		if (!area)
			return -EBADFD;
		if (!moved && !fault_in(iter, piece, to_card))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		position += moved;
		bytes -= moved;
	}
	return 0;
}

/**
 * oncard_pcm_fill_silence() - silence a part of a buffer
 * @substream: the stream, set up
 * @channel: which, where these are not interleaved; or else 0
 * @position: in the channel's part of the buffer, in bytes
 * @bytes: how many
 *
 * Context: any.
 * Return: 0, also when the buffer is being taken away, or is gone with its card: ALSA
 * takes any error for a bug.
 */
int oncard_pcm_fill_silence(struct snd_pcm_substream *substream, int channel,
			    unsigned long position, unsigned long bytes)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	void *area;
	int held;

	if (!oncard_chip_enter(chip, &held))
		return 0;
	area = area_at(runtime, channel, position);
	if (area && test_bit(oncard_stream_index(substream), &chip->prepared))
		snd_pcm_format_set_silence(runtime->format, area,
					   bytes_to_samples(runtime, bytes));
	oncard_chip_exit(chip, held);
	return 0;
}
