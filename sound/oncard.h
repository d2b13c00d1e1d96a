/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside snd-oncard: one card.
 */
#ifndef SND_ONCARD_H
#define SND_ONCARD_H

#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include <dma-core/card-memory.h>
#include "board.h"
#include "buffer.h"
#include "card/regs.h"
#include "loopback.h"
#include "watch.h"

struct dentry;
struct oncard_copy;

#define ONCARD_NAME "snd-oncard"

/**
 * struct oncard - one sound card
 * @card: ALSA's
 * @pcm: its PCM device
 * @slot: its number among this driver's cards
 * @dev: the PCI function or platform device
 * @dma: the card device of dma-core: what the buffers are allocated for
 * @board: registers and interrupt
 * @memory: where the card's memory lies
 * @mask: what was negotiated for @dma
 * @debugfs: this card's folder
 * @gone: taken down; see oncard_chip_enter()
 * @in_use: who uses the card's memory, or the device for DMA
 * @lists: one page of descriptor lists, a part per stream
 * @lists_handle: its address as the card sees it
 * @lock: guards @irq_enable and its register
 * @irq_enable: ONCARD_IRQ_* of the copy engine and of the streams that are prepared
 * @substream: the open substreams, by the card's stream number
 * @prepared: streams whose registers describe their buffer, a bit each; cleared under
 *	the substream's lock
 * @buffer_lock: guards which buffer a substream's runtime has, and is held while a stream
 *	is prepared for it
 * @buffer: their buffers, each until its stream has stopped
 * @descriptors: in the list that each stream was prepared with last
 * @copy: the copy engine and its node; NULL when buffers lie in system RAM
 * @watch: what the streams are held to
 * @mixer_lock: guards @level, @on, the sources and shifts of @loopback, and their registers
 * @level: volume of each stream, as its control has it
 * @on: switch of each stream
 * @loopback: controls of each pair
 * @silent: bit 0: the card does not answer, though nobody took it down
 * @spurious: interrupts without a cause, one after the other
 * @reports: how often a misbehaving card is worth a line in the log
 */
struct oncard {
	struct snd_card *card;
	struct snd_pcm *pcm;
	unsigned int slot;
	struct device *dev;
	struct device *dma;
	struct oncard_board *board;
	struct oncard_memory memory;
	struct dma_mask_choice mask;
	struct dentry *debugfs;
	bool gone;
	struct srcu_struct in_use;
	void *lists;
	dma_addr_t lists_handle;
	spinlock_t lock; /* the interrupt mask */
	u32 irq_enable;
	struct snd_pcm_substream *substream[ONCARD_STREAMS];
	unsigned long prepared;
	struct mutex buffer_lock; /* which buffer a runtime has */
	struct oncard_buffer buffer[ONCARD_STREAMS];
	unsigned int descriptors[ONCARD_STREAMS];
	struct oncard_copy *copy;
	struct oncard_watch watch[ONCARD_STREAMS];
	struct mutex mixer_lock; /* volumes and switches */
	unsigned char level[ONCARD_STREAMS];
	bool on[ONCARD_STREAMS];
	struct oncard_loopback loopback[ONCARD_PAIRS];
	unsigned long silent;
	unsigned int spurious;
	struct ratelimit_state reports;
};

/**
 * oncard_stream_index() - the card's number for a stream
 * @substream: of this driver
 *
 * Context: any.
 * Return: less than ONCARD_STREAMS.
 */
static inline unsigned int oncard_stream_index(const struct snd_pcm_substream
						       *substream)
{
	return 2 * substream->number +
	       (substream->stream == SNDRV_PCM_STREAM_CAPTURE);
}

#endif /* SND_ONCARD_H */
