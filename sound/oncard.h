/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside snd-oncard.
 */
#ifndef SND_ONCARD_H
#define SND_ONCARD_H

#include <linux/hrtimer.h>
#include <linux/ratelimit.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include <dma-core/card-memory.h>
#include "board.h"
#include "card/regs.h"
#include "pace.h"

struct iov_iter;
struct seq_file;

#define ONCARD_NAME "snd-oncard"

/* A list page and one small buffer in each direction. */
#define ONCARD_MEMORY_MIN SZ_128K

/* A stream's buffer: what a client gets that asks for all; and what buffer_max= allows. */
#define ONCARD_BUFFER_DEFAULT SZ_1M
#define ONCARD_BUFFER_MIN     SZ_64K
#define ONCARD_BUFFER_MAX     SZ_256M

/* An open file's buffer on the card. */
#define ONCARD_COPY_SIZE     SZ_1M
#define ONCARD_COPY_SIZE_MAX SZ_1G

/* How user space gets at a buffer. */
enum oncard_mmap {
	ONCARD_MMAP_COHERENT, /* dma_map_coherent() in mmap() */
	ONCARD_MMAP_NOPAGE, /* a page per fault, the way of 2004 */
};

/* Where buffers lie. */
enum oncard_buffers {
	ONCARD_BUFFERS_CARD,
	ONCARD_BUFFERS_SYSTEM, /* in one piece */
	ONCARD_BUFFERS_SCATTERED, /* in system RAM, in as few pieces as there are */
};

/**
 * struct oncard_params - the module's parameters, checked
 * @mmap: how user space gets at a buffer
 * @buffers: where buffers lie
 * @phys_addr: of a range kept from the kernel, with @has_range
 * @has_range: use the range instead of a PCI card
 * @size: bytes of the range, or of simulated memory; 0: not given
 * @card_addr: at which a card sees its memory
 * @address_bits: address lines of a card
 * @copy_size: bytes of the buffer that an open file has
 * @buffer_max: bytes that a stream's buffer has at most; 0: not given
 */
struct oncard_params {
	enum oncard_mmap mmap;
	enum oncard_buffers buffers;
	phys_addr_t phys_addr;
	bool has_range;
	size_t size;
	u64 card_addr;
	unsigned int address_bits;
	size_t copy_size;
	size_t buffer_max;
};

extern struct oncard_params oncard_params;
extern unsigned long oncard_max_alloc_per_card;

/*
 * Whether buffers are in pieces, with a descriptor for each. A fault handler needs pages
 * that have a count each: those of dma_alloc_scattered() have, those of
 * dma_alloc_coherent() need not (since 6.2 it takes no __GFP_COMP).
 */
static inline bool oncard_is_scattered(void)
{
	return oncard_params.buffers == ONCARD_BUFFERS_SCATTERED ||
	       (oncard_params.buffers == ONCARD_BUFFERS_SYSTEM &&
		oncard_params.mmap == ONCARD_MMAP_NOPAGE);
}

static inline size_t oncard_buffer_max(void)
{
	return oncard_params.buffer_max ?: ONCARD_BUFFER_DEFAULT;
}

struct oncard_copy;

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

/**
 * struct oncard_watch - what a stream is held to while it runs
 * @chip: the card
 * @index: of the stream
 * @timer: looks at it
 * @running: it is watched
 * @rate: Hz
 * @shift: of its pair's clock, ONCARD_STREAM_SHIFT
 * @buffer: frames
 * @period: frames
 * @wakeups: it has to interrupt
 * @position: that was believed last
 * @pace: of the position
 * @paused: ns, when it was paused; 0: it was not since it was prepared
 * @moved: ns, when the position had changed last
 * @still: looks since then
 * @interrupts: their pace
 * @heard: ns, when the last one came
 * @unheard: looks since then
 * @asked: jiffies, when ALSA asked for the position last; less what it stood still since
 * @halted: jiffies, when it was stopped, paused or suspended
 */
struct oncard_watch {
	struct oncard *chip;
	unsigned int index;
	struct hrtimer timer;
	bool running;
	u32 rate;
	u32 shift;
	u32 buffer;
	u32 period;
	bool wakeups;
	u32 position;
	struct oncard_pace pace;
	u64 paused;
	u64 moved;
	unsigned int still;
	struct oncard_pace interrupts;
	u64 heard;
	unsigned int unheard;
	unsigned long asked;
	unsigned long halted;
};

/* What a capture can know of the playback that it hears. */
enum oncard_slave {
	ONCARD_SLAVE_ACTIVE,
	ONCARD_SLAVE_FORMAT,
	ONCARD_SLAVE_RATE,
	ONCARD_SLAVE_CHANNELS,
	ONCARD_SLAVE_VALUES,
};

/**
 * struct oncard_loopback - what the controls of a pair say
 * @value: of its playback, by enum oncard_slave
 * @control: that shows it
 * @shift: of its clock, ONCARD_STREAM_SHIFT
 */
struct oncard_loopback {
	unsigned int value[ONCARD_SLAVE_VALUES];
	struct snd_kcontrol *control[ONCARD_SLAVE_VALUES];
	u32 shift;
};

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
 * @mixer_lock: guards @level, @on and the shifts of @loopback, and their registers
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

/* A card that does what it should not; see watch.c. */
#define oncard_report(chip, format, ...)                                \
	do {                                                            \
		struct oncard *reporting = (chip);                      \
		if (__ratelimit(&reporting->reports))                   \
			dev_err(reporting->dev, format, ##__VA_ARGS__); \
	} while (0)

/* What a card has to say so many times before it is believed to have stopped. */
#define ONCARD_CONFIRMATIONS 3

/* chip.c */
int oncard_chip_probe(struct device *dev, const struct oncard_memory *memory,
		      struct oncard **created);
void oncard_chip_remove(struct oncard *chip);
bool oncard_chip_enter(struct oncard *chip, int *held);
void oncard_chip_exit(struct oncard *chip, int held);
extern const struct dev_pm_ops oncard_pm_ops;
void oncard_chips_wait(void);
void oncard_chips_admit(void);
void oncard_enable_interrupts(struct oncard *chip, u32 clear, u32 set);

/* list.c */
unsigned int oncard_descriptor_bytes(const struct oncard *chip);
u32 oncard_list_mode(const struct oncard *chip);
void oncard_write_descriptor(const struct oncard *chip, void *list,
			     unsigned int index, dma_addr_t address,
			     u32 length);

/* pcm.c */
int oncard_pcm_create(struct oncard *chip);
void oncard_pcm_set_buffer(struct snd_pcm_substream *substream,
			   struct snd_dma_buffer *buffer, size_t bytes);
void oncard_pcm_unregister(struct oncard *chip);
unsigned int oncard_stream_index(const struct snd_pcm_substream *substream);
void oncard_pcm_interrupt(struct oncard *chip, u32 status);

/* mixer.c */
int oncard_mixer_create(struct oncard *chip);

/* loopback.c */
int oncard_loopback_create(struct oncard *chip);
void oncard_loopback_describe(struct snd_pcm_substream *substream);
void oncard_loopback_run(struct oncard *chip, u32 streams, bool active);

/* trigger.c */
void oncard_trigger_prepare(struct snd_pcm_substream *substream);
int oncard_pcm_ack(struct snd_pcm_substream *substream);
int oncard_pcm_trigger(struct snd_pcm_substream *substream, int command);

/* transfer.c */
int oncard_pcm_copy(struct snd_pcm_substream *substream, int channel,
		    unsigned long position, struct iov_iter *iter,
		    unsigned long bytes);
int oncard_pcm_fill_silence(struct snd_pcm_substream *substream, int channel,
			    unsigned long position, unsigned long bytes);

/* watch.c */
void oncard_watch_create(struct oncard *chip);
void oncard_watch_destroy(struct oncard *chip);
void oncard_watch_prepare(struct oncard *chip, unsigned int index,
			  const struct snd_pcm_runtime *runtime);
void oncard_watch_start(struct oncard *chip, u32 streams);
void oncard_watch_stop(struct oncard *chip, u32 streams);
void oncard_watch_drain(struct oncard *chip, unsigned int index);
unsigned long oncard_watch_go_on(struct oncard *chip, unsigned int index);
void oncard_watch_sync(struct oncard *chip, unsigned int index);
void oncard_watch_shift(struct oncard *chip, unsigned int index, u32 shift);
bool oncard_watch_position(struct oncard *chip, unsigned int index,
			   u32 *position);
void oncard_watch_line(struct oncard *chip);
u32 oncard_watch_interrupts(struct oncard *chip, u32 status);
bool oncard_silent(struct oncard *chip);

/* runaway.c */
bool oncard_stop_stream(struct oncard *chip, unsigned int index);
void oncard_report_kept(struct oncard *chip,
			struct snd_pcm_substream *substream,
			const struct snd_dma_buffer *buffer);
void oncard_keep_buffer(struct oncard *chip,
			struct snd_pcm_substream *substream);

/* scattered.c */
int oncard_scattered_create(struct oncard *chip);
void oncard_scattered_destroy(struct oncard *chip);
int oncard_scattered_alloc(struct oncard *chip, struct oncard_buffer *buffer,
			   size_t bytes);
void oncard_scattered_free(struct oncard *chip, struct oncard_buffer *buffer);

/* buffer.c */
int oncard_buffer_alloc(struct oncard *chip, unsigned int index, size_t bytes);
void oncard_buffer_free(struct oncard *chip, unsigned int index);
void oncard_buffers_free(struct oncard *chip);

/* copy.c */
int oncard_copy_create(struct oncard *chip);
void oncard_copy_destroy(struct oncard *chip);
int oncard_copy_register(struct oncard *chip);
void oncard_copy_unregister(struct oncard *chip);
void oncard_copy_unplug(struct oncard *chip);
void oncard_copy_release(struct oncard *chip);
void oncard_copy_interrupt(struct oncard *chip, u32 status);
void oncard_copy_show(struct seq_file *seq, const struct oncard *chip);

/* pci.c */
bool oncard_pci_present(void);
int oncard_pci_register(void);
void oncard_pci_unregister(void);

/* debugfs.c */
void oncard_debugfs_init(void);
void oncard_debugfs_exit(void);
void oncard_debugfs_add(struct oncard *chip);
void oncard_debugfs_remove(struct oncard *chip);

/* platform.c */
int oncard_platform_register(void);
void oncard_platform_unregister(void);

#endif /* SND_ONCARD_H */
