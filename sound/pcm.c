// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCM device. Its buffers are ALSA's of the ordinary kind SNDRV_DMA_TYPE_DEV:
 * that they lie on the card is dma-core's doing.
 *
 * ALSA looks at a stream's state, lets go of its lock, and takes the buffer or prepares
 * the stream. Another thread may start it meanwhile, and the card would go on with what
 * its registers say. So a stream starts only while oncard.prepared says that they
 * describe the buffer that it has.
 *
 * The card is not trusted: what it reports is judged by watch.c before it is used, and a
 * stream that it does not stop is dealt with by runaway.c.
 */
#include <linux/dma-mapping.h>
#include <linux/lockdep.h>
#include <sound/control.h>
#include <sound/pcm_params.h>

#include "board.h"
#include "buffer.h"
#include "compat.h"
#include "hold.h"
#include "irq.h"
#include "list.h"
#include "loopback.h"
#include "oncard.h"
#include "params.h"
#include "pcm-copy.h"
#include "pcm-time.h"
#include "pcm.h"
#include "runaway.h"
#include "trigger.h"
#include "watch.h"

/* Each stream's part of the page of lists. */
#define LIST_BYTES (PAGE_SIZE / ONCARD_STREAMS)

/* A client may have an interrupt as often as this: 16 frames at 48 kHz. */
#define PERIOD_USECS_MIN 333

/* Who asks for nothing gets as much as this at most, see the parameter buffer_max. */
#define BUFFER_USECS_MAX (6 * USEC_PER_SEC)

struct oncard_format {
	snd_pcm_format_t alsa;
	u32 card; /* ONCARD_FORMAT_* */
};

static const struct oncard_format oncard_formats[] = {
	{ SNDRV_PCM_FORMAT_U8, ONCARD_FORMAT_U8 },
	{ SNDRV_PCM_FORMAT_S16_LE, ONCARD_FORMAT_S16 },
	{ SNDRV_PCM_FORMAT_S16_BE, ONCARD_FORMAT_S16 | ONCARD_FORMAT_BIG },
	{ SNDRV_PCM_FORMAT_S24_LE, ONCARD_FORMAT_S24 },
	{ SNDRV_PCM_FORMAT_S24_BE, ONCARD_FORMAT_S24 | ONCARD_FORMAT_BIG },
	{ SNDRV_PCM_FORMAT_S24_3LE, ONCARD_FORMAT_S24_3 },
	{ SNDRV_PCM_FORMAT_S24_3BE, ONCARD_FORMAT_S24_3 | ONCARD_FORMAT_BIG },
	{ SNDRV_PCM_FORMAT_S32_LE, ONCARD_FORMAT_S32 },
	{ SNDRV_PCM_FORMAT_S32_BE, ONCARD_FORMAT_S32 | ONCARD_FORMAT_BIG },
	{ SNDRV_PCM_FORMAT_FLOAT_LE, ONCARD_FORMAT_FLOAT },
	{ SNDRV_PCM_FORMAT_FLOAT_BE, ONCARD_FORMAT_FLOAT | ONCARD_FORMAT_BIG },
	{ SNDRV_PCM_FORMAT_IEC958_SUBFRAME_LE, ONCARD_FORMAT_SUBFRAME },
};

static u64 all_formats(void)
{
	u64 formats = 0;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(oncard_formats); n++)
		formats |= pcm_format_to_bits(oncard_formats[n].alsa);
	return formats;
}

#define FORMATS_OF_3_BYTES (SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S24_3BE)

static const struct snd_pcm_hardware oncard_pcm_hardware = {
	.info = SNDRV_PCM_INFO_MMAP | SNDRV_PCM_INFO_MMAP_VALID |
		SNDRV_PCM_INFO_INTERLEAVED | SNDRV_PCM_INFO_NONINTERLEAVED |
		SNDRV_PCM_INFO_BLOCK_TRANSFER | SNDRV_PCM_INFO_HAS_LINK_ATIME |
		SNDRV_PCM_INFO_HAS_LINK_ABSOLUTE_ATIME |
		SNDRV_PCM_INFO_HAS_LINK_SYNCHRONIZED_ATIME |
		SNDRV_PCM_INFO_PAUSE | SNDRV_PCM_INFO_RESUME |
		SNDRV_PCM_INFO_SYNC_START | SNDRV_PCM_INFO_NO_PERIOD_WAKEUP |
		SNDRV_PCM_INFO_DRAIN_TRIGGER,
	.rates = SNDRV_PCM_RATE_CONTINUOUS,
	.rate_min = ONCARD_RATE_MIN,
	.rate_max = ONCARD_RATE_MAX,
	.channels_min = 1,
	.channels_max = ONCARD_CHANNELS_MAX,
	.period_bytes_min = 16,
	.periods_min = 1,
	.periods_max = 1024,
};

static void write_stream(struct oncard *chip, unsigned int index, u32 reg,
			 u32 value)
{
	oncard_board_write(chip->board, ONCARD_REG_STREAM(index, reg), value);
}

static u32 read_stream(struct oncard *chip, unsigned int index, u32 reg)
{
	return oncard_board_read(chip->board, ONCARD_REG_STREAM(index, reg));
}

static u32 interrupts_of(unsigned int index)
{
	return ONCARD_IRQ_PERIOD(index) | ONCARD_IRQ_ERROR(index);
}

static bool is_planar(const struct snd_pcm_hw_params *params)
{
	const struct snd_mask *access =
		hw_param_mask_c(params, SNDRV_PCM_HW_PARAM_ACCESS);

	return !snd_mask_test(access,
			      (__force int)SNDRV_PCM_ACCESS_MMAP_INTERLEAVED) &&
	       !snd_mask_test(access,
			      (__force int)SNDRV_PCM_ACCESS_RW_INTERLEAVED);
}

/* What a stream may have in a second of what its frames consist of. */
static unsigned int most_a_second(const struct snd_pcm_hw_params *params,
				  const struct snd_pcm_hw_rule *rule, int parts)
{
	struct snd_pcm_substream *substream = rule->private;

	if (parts != SNDRV_PCM_HW_PARAM_CHANNELS)
		return ONCARD_STREAM_BYTES_PER_SECOND * 8;
	if (oncard_loopback_is_mixed(snd_pcm_substream_chip(substream),
				     oncard_stream_index(substream)))
		return ONCARD_MIX_SAMPLES_PER_SECOND;
	return is_planar(params) ? ONCARD_PLANAR_SAMPLES_PER_SECOND :
				   ONCARD_STREAM_SAMPLES_PER_SECOND;
}

/* How fast frames can be for their size, and how large for their rate. */
static int rate_of_frame(struct snd_pcm_hw_params *params,
			 struct snd_pcm_hw_rule *rule)
{
	unsigned int parts = hw_param_interval_c(params, rule->deps[0])->min;
	struct snd_interval rate = {
		.max = most_a_second(params, rule, rule->deps[0]) /
		       max(parts, 1U),
		.integer = 1,
	};

	return snd_interval_refine(hw_param_interval(params, rule->var), &rate);
}

static int frame_of_rate(struct snd_pcm_hw_params *params,
			 struct snd_pcm_hw_rule *rule)
{
	unsigned int rate = hw_param_interval_c(params, rule->deps[0])->min;
	struct snd_interval parts = {
		.max = most_a_second(params, rule, rule->var) /
		       max_t(unsigned int, rate, ONCARD_RATE_MIN),
		.integer = 1,
	};

	return snd_interval_refine(hw_param_interval(params, rule->var),
				   &parts);
}

/* Who has more samples than that cannot have one channel after the other. */
static int access_of_samples(struct snd_pcm_hw_params *params,
			     struct snd_pcm_hw_rule *rule)
{
	unsigned int rate = hw_param_interval_c(params, rule->deps[0])->min;
	unsigned int channels = hw_param_interval_c(params, rule->deps[1])->min;
	struct snd_mask interleaved = {};

	if ((u64)rate * channels <= ONCARD_PLANAR_SAMPLES_PER_SECOND)
		return 0;
	snd_mask_set(&interleaved,
		     (__force unsigned int)SNDRV_PCM_ACCESS_MMAP_INTERLEAVED);
	snd_mask_set(&interleaved,
		     (__force unsigned int)SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	return snd_mask_refine(hw_param_mask(params, rule->var), &interleaved);
}

static int limit_frames(struct snd_pcm_substream *substream, int parts)
{
	struct snd_pcm_runtime *runtime = substream->runtime;
	int err = snd_pcm_hw_rule_add(runtime, 0, SNDRV_PCM_HW_PARAM_RATE,
				      rate_of_frame, substream, parts,
				      SNDRV_PCM_HW_PARAM_ACCESS, -1);

	return err < 0 ? err :
			 snd_pcm_hw_rule_add(runtime, 0, parts, frame_of_rate,
					     substream, SNDRV_PCM_HW_PARAM_RATE,
					     SNDRV_PCM_HW_PARAM_ACCESS, -1);
}

static int limit_data(struct snd_pcm_substream *substream)
{
	int err = limit_frames(substream, SNDRV_PCM_HW_PARAM_FRAME_BITS);

	if (err >= 0)
		err = limit_frames(substream, SNDRV_PCM_HW_PARAM_CHANNELS);
	return err < 0 ? err :
			 snd_pcm_hw_rule_add(substream->runtime, 0,
					     SNDRV_PCM_HW_PARAM_ACCESS,
					     access_of_samples, NULL,
					     SNDRV_PCM_HW_PARAM_RATE,
					     SNDRV_PCM_HW_PARAM_CHANNELS, -1);
}

/*
 * A descriptor has whole frames, and what is scattered consists of pages. Where channels
 * lie one after the other, the card wants all of them in one piece.
 */
static int keep_frames_whole(struct snd_pcm_runtime *runtime)
{
	static const unsigned int powers[] = { 1, 2, 4, 8, 16, 32 };
	static const struct snd_pcm_hw_constraint_list channels = {
		.count = ARRAY_SIZE(powers),
		.list = powers,
	};

	if (!oncard_is_scattered())
		return 0;
	runtime->hw.info &= ~SNDRV_PCM_INFO_NONINTERLEAVED;
	runtime->hw.formats &= ~FORMATS_OF_3_BYTES;
	return snd_pcm_hw_constraint_list(runtime, 0,
					  SNDRV_PCM_HW_PARAM_CHANNELS,
					  &channels);
}

static int limit_times(struct snd_pcm_runtime *runtime)
{
	int err = snd_pcm_hw_constraint_minmax(runtime,
					       SNDRV_PCM_HW_PARAM_PERIOD_TIME,
					       PERIOD_USECS_MIN, UINT_MAX);

	if (err < 0 || oncard_params.buffer_max)
		return err;
	return snd_pcm_hw_constraint_minmax(runtime,
					    SNDRV_PCM_HW_PARAM_BUFFER_TIME, 0,
					    BUFFER_USECS_MAX);
}

static int constrain(struct snd_pcm_substream *substream)
{
	struct snd_pcm_runtime *runtime = substream->runtime;
	int err = snd_pcm_hw_constraint_integer(runtime,
						SNDRV_PCM_HW_PARAM_PERIODS);

	if (err >= 0)
		err = limit_data(substream);
	if (err >= 0)
		err = limit_times(runtime);
	if (err >= 0)
		err = keep_frames_whole(runtime);
	return err;
}

static int oncard_pcm_open(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	int err;

	runtime->hw = oncard_pcm_hardware;
	runtime->hw.formats = all_formats();
	/* The card is told where a playback's data ends: see oncard_pcm_ack(). */
	if (substream->stream == SNDRV_PCM_STREAM_PLAYBACK)
		runtime->hw.info |= SNDRV_PCM_INFO_SYNC_APPLPTR;
	runtime->hw.buffer_bytes_max = oncard_buffer_max();
	runtime->hw.period_bytes_max = oncard_buffer_max();
	snd_pcm_set_sync(substream);
	err = constrain(substream);
	if (err < 0)
		return err;
	WRITE_ONCE(chip->substream[oncard_stream_index(substream)], substream);
	return 0;
}

static int oncard_pcm_close(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);

	oncard_enable_interrupts(chip, interrupts_of(index), 0);
	WRITE_ONCE(chip->substream[index], NULL);
	oncard_board_synchronize_irq(chip->board);
	oncard_watch_sync(chip, index);
	return 0;
}

/* What the card and its interrupts do for the stream is over; false: the card goes on. */
static bool stop_stream(struct oncard *chip, unsigned int index)
{
	bool stopped = oncard_stop_stream(chip, index);

	oncard_watch_stop(chip, BIT(index));
	oncard_board_synchronize_irq(chip->board);
	oncard_watch_sync(chip, index);
	return stopped;
}

/* The same, and from here on nothing starts the stream until it is prepared. */
static bool halt_stream(struct oncard *chip,
			struct snd_pcm_substream *substream)
{
	unsigned int index = oncard_stream_index(substream);

	snd_pcm_stream_lock_irq(substream);
	clear_bit(index, &chip->prepared);
	snd_pcm_stream_unlock_irq(substream);
	return stop_stream(chip, index);
}

/*
 * Stops the stream. If the card goes on nevertheless, the buffer stays allocated, so that
 * nobody else gets memory that the card still uses.
 */
static void let_go_of_buffer(struct oncard *chip,
			     struct snd_pcm_substream *substream)
{
	if (!halt_stream(chip, substream))
		oncard_keep_buffer(chip, substream);
}

static bool is_suspended(struct snd_pcm_substream *substream)
{
	bool is;

	snd_pcm_stream_lock_irq(substream);
	is = substream->runtime->state == SNDRV_PCM_STATE_SUSPENDED;
	snd_pcm_stream_unlock_irq(substream);
	return is;
}

/*
 * ALSA asks for this before it gives a buffer back, or has the stream prepared again.
 * It may also believe a linked stream stopped that was started with its group. Of one
 * that it has suspended, the registers stay as they are: it may be resumed.
 */
static int oncard_pcm_sync_stop(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);

	if (!is_suspended(substream) ||
	    !stop_stream(chip, oncard_stream_index(substream)))
		let_go_of_buffer(chip, substream);
	return 0;
}

/*
 * First the buffer is taken from ALSA, then the stream halted. Until it is closed, its
 * group may prepare a linked stream, and start it, at any moment; who does so from now on
 * finds none. Returns whether there was one that the card does not use any more.
 */
static bool take_from_alsa(struct oncard *chip,
			   struct snd_pcm_substream *substream)
{
	struct snd_dma_buffer *buffer = substream->runtime->dma_buffer_p;
	bool stopped;

	oncard_pcm_set_buffer(substream, NULL, 0);
	stopped = halt_stream(chip, substream);
	if (buffer && !stopped)
		oncard_report_kept(chip, substream, buffer);
	return buffer && stopped;
}

static int oncard_pcm_hw_free(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);
	int held;

	oncard_loopback_set_up(substream, 0);
	/* (of a card that is gone, all have been given back) */
	if (take_from_alsa(chip, substream) && oncard_chip_enter(chip, &held)) {
		oncard_buffer_free(chip, index);
		oncard_chip_exit(chip, held);
	}
	return 0;
}

/* Why a stream cannot be used, of which the card does not let go. */
static int unusable(struct oncard *chip)
{
	return oncard_silent(chip) ? -ENODEV : -EIO;
}

static int take_buffer(struct snd_pcm_substream *substream,
		       struct snd_pcm_hw_params *params)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);
	size_t bytes = params_buffer_bytes(params);
	int err;

	if (!halt_stream(chip, substream))
		return unusable(chip);
	oncard_pcm_set_buffer(substream, NULL, 0);
	err = oncard_buffer_alloc(chip, index, bytes);
	if (err)
		return err;
	/* (whole pages were taken) */
	oncard_pcm_set_buffer(substream, &chip->buffer[index].dma, bytes);
	return 0;
}

/*
 * Without wakeups, ALSA counts the buffers that went by unseen, each by its whole
 * jiffies: of one that takes none it would count for ever, with interrupts off.
 */
static bool too_short_unwoken(const struct snd_pcm_hw_params *params)
{
	return params->flags & SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP &&
	       params_buffer_size(params) <
		       DIV_ROUND_UP(params_rate(params), HZ);
}

static int oncard_pcm_hw_params(struct snd_pcm_substream *substream,
				struct snd_pcm_hw_params *params)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	int held, err;

	if (too_short_unwoken(params))
		return -EINVAL;
	if (!oncard_chip_enter(chip, &held))
		return -ENODEV;
	err = take_buffer(substream, params);
	if (!err)
		oncard_loopback_set_up(substream,
				       params_rate(params) *
					       params_channels(params));
	oncard_chip_exit(chip, held);
	return err;
}

static bool is_interleaved(const struct snd_pcm_runtime *runtime)
{
	return runtime->access == SNDRV_PCM_ACCESS_MMAP_INTERLEAVED ||
	       runtime->access == SNDRV_PCM_ACCESS_RW_INTERLEAVED;
}

static u32 format_register(const struct snd_pcm_runtime *runtime)
{
	u32 layout = is_interleaved(runtime) ? 0 : ONCARD_FORMAT_PLANAR;
	unsigned int n;

	/* (a format that is not there is one that hw_params refuses) */
	for (n = 0; n < ARRAY_SIZE(oncard_formats); n++)
		if (oncard_formats[n].alsa == runtime->format)
			return oncard_formats[n].card | layout |
			       runtime->channels;
	return 0;
}

/* The list of one descriptor for a buffer in one piece, in the stream's part. */
static dma_addr_t write_single(struct oncard *chip, unsigned int index,
			       struct snd_pcm_runtime *runtime)
{
	bool on_card = oncard_params.buffers == ONCARD_BUFFERS_CARD;
	u32 length = frames_to_bytes(runtime, runtime->buffer_size) |
		     (on_card ? ONCARD_DESCRIPTOR_LOCAL : 0);

	oncard_write_descriptor(chip, chip->lists + index * LIST_BYTES, 0,
				runtime->dma_addr, length);
	chip->descriptors[index] = 1;
	return chip->lists_handle + index * LIST_BYTES;
}

/* One of many was written when the buffer was taken. */
static dma_addr_t use_scattered(struct oncard *chip, unsigned int index)
{
	chip->descriptors[index] = chip->buffer[index].segments;
	return chip->buffer[index].list_handle;
}

static void write_list(struct oncard *chip, unsigned int index,
		       struct snd_pcm_runtime *runtime)
{
	dma_addr_t handle = oncard_is_scattered() ?
				    use_scattered(chip, index) :
				    write_single(chip, index, runtime);

	write_stream(chip, index, ONCARD_STREAM_LIST_LO, lower_32_bits(handle));
	write_stream(chip, index, ONCARD_STREAM_LIST_HI, upper_32_bits(handle));
	write_stream(chip, index, ONCARD_STREAM_LIST_COUNT,
		     chip->descriptors[index]);
	write_stream(chip, index, ONCARD_STREAM_LIST_MODE,
		     oncard_list_mode(chip));
}

/*
 * ALSA gives up a call that waits a tenth longer than a buffer takes, with -EIO. The clock of
 * a pair may be slower than that; and of a card that does not interrupt any more, the watch
 * makes an xrun, which a client can recover from, after four periods and some seconds.
 */
static long patience_ms(const struct snd_pcm_runtime *runtime)
{
	u64 slowest = (u64)runtime->buffer_size * ONCARD_SHIFT_NONE;

	slowest = div_u64(slowest * MSEC_PER_SEC, ONCARD_SHIFT_MIN);
	return 4 * MSEC_PER_SEC + div_u64(5 * slowest, runtime->rate);
}

/* From the look at its buffer until it is prepared, nobody takes that away. */
static int set_up_stream(struct oncard *chip,
			 struct snd_pcm_substream *substream)
{
	struct snd_pcm_runtime *runtime = substream->runtime;
	unsigned int index = oncard_stream_index(substream);

	lockdep_assert_held(&chip->buffer_lock);
	if (oncard_silent(chip) || !halt_stream(chip, substream) ||
	    !runtime->dma_area)
		return unusable(chip);
	oncard_watch_prepare(chip, index, runtime);
	write_stream(chip, index, ONCARD_STREAM_FORMAT,
		     format_register(runtime));
	write_stream(chip, index, ONCARD_STREAM_RATE, runtime->rate);
	write_stream(chip, index, ONCARD_STREAM_BUFFER, runtime->buffer_size);
	write_stream(chip, index, ONCARD_STREAM_PERIOD, runtime->period_size);
	write_list(chip, index, runtime);
	write_stream(chip, index, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);

	oncard_board_write(chip->board, ONCARD_REG_IRQ_STATUS,
			   interrupts_of(index));
	substream->wait_time = patience_ms(runtime);
	oncard_trigger_prepare(substream);
	oncard_loopback_describe(substream);
	set_bit(index, &chip->prepared);
	return 0;
}

static int oncard_pcm_prepare(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	int held, err;

	if (!oncard_chip_enter(chip, &held))
		return -ENODEV;
	mutex_lock(&chip->buffer_lock);
	err = set_up_stream(chip, substream);
	mutex_unlock(&chip->buffer_lock);
	oncard_chip_exit(chip, held);
	return err;
}

static snd_pcm_uframes_t oncard_pcm_pointer(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);
	u32 position;

	oncard_pcm_time_by_position(substream);
	chip->watch[index].asked = jiffies;
	if (oncard_watch_position(chip, index, &position))
		return position;
	return SNDRV_PCM_POS_XRUN;
}

/* The way of the article: mapped in whole, no fault to come. */
static int oncard_pcm_mmap(struct snd_pcm_substream *substream,
			   struct vm_area_struct *vma)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	int err;

	mutex_lock(&chip->buffer_lock);
	err = runtime->dma_area ?
		      dma_map_coherent(chip->dma, vma, runtime->dma_area,
				       runtime->dma_addr, runtime->dma_bytes) :
		      -EBADFD;
	mutex_unlock(&chip->buffer_lock);
	return err;
}

/*
 * The way before it: one page after the other, when it is touched. ALSA's own fault handler
 * asks the driver for a page, and takes a reference on it afterwards, when the buffer may
 * have been freed meanwhile. Here the page has one before the buffer can go.
 */
static vm_fault_t nopage_fault(struct vm_fault *vmf)
{
	struct snd_pcm_substream *substream = vmf->vma->vm_private_data;
	struct oncard *chip = snd_pcm_substream_chip(substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	struct page *page = NULL;

	mutex_lock(&chip->buffer_lock);
	if (runtime->dma_area)
		page = dma_coherent_page(chip->dma, runtime->dma_area,
					 runtime->dma_addr,
					 PFN_PHYS(vmf->pgoff));
	mutex_unlock(&chip->buffer_lock);
	if (!page)
		return VM_FAULT_SIGBUS;
	vmf->page = page;
	return 0;
}

/* As ALSA's own: while a VMA is counted, the buffer is not freed by hw_free. */
static void nopage_open(struct vm_area_struct *vma)
{
	struct snd_pcm_substream *substream = vma->vm_private_data;

	atomic_inc(&substream->mmap_count);
}

static void nopage_close(struct vm_area_struct *vma)
{
	struct snd_pcm_substream *substream = vma->vm_private_data;

	atomic_dec(&substream->mmap_count);
}

static const struct vm_operations_struct nopage_vm_ops = {
	.open = nopage_open,
	.close = nopage_close,
	.fault = nopage_fault,
};

static int oncard_pcm_mmap_nopage(struct snd_pcm_substream *substream,
				  struct vm_area_struct *vma)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	int held;

	if (!oncard_chip_enter(chip, &held))
		return -ENODEV;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_private_data = substream;
	vma->vm_ops = &nopage_vm_ops;
	oncard_chip_exit(chip, held);
	return 0;
}

DEFINE_COPY_OPS(oncard_pcm_copy);

#define ONCARD_PCM_OPS                                                    \
	.open = oncard_pcm_open, .close = oncard_pcm_close,               \
	.hw_params = oncard_pcm_hw_params, .hw_free = oncard_pcm_hw_free, \
	.prepare = oncard_pcm_prepare, .trigger = oncard_pcm_trigger,     \
	.sync_stop = oncard_pcm_sync_stop, .pointer = oncard_pcm_pointer, \
	.ack = oncard_pcm_ack, .fill_silence = oncard_pcm_fill_silence,   \
	.get_time_info = oncard_pcm_time_info, COPY_OPS(oncard_pcm_copy)

static const struct snd_pcm_ops oncard_pcm_coherent_ops = {
	ONCARD_PCM_OPS,
	.mmap = oncard_pcm_mmap,
};

static const struct snd_pcm_ops oncard_pcm_nopage_ops = {
	ONCARD_PCM_OPS,
	.mmap = oncard_pcm_mmap_nopage,
};

static void stream_failed(struct oncard *chip, unsigned int index,
			  struct snd_pcm_substream *substream)
{
	oncard_report(chip, "stream %u: the card reports error %u\n", index,
		      read_stream(chip, index, ONCARD_STREAM_ERROR));
	if (substream)
		snd_pcm_stop_xrun(substream);
}

/**
 * oncard_pcm_interrupt() - the streams' part of the card's interrupt
 * @chip: the card
 * @status: ONCARD_IRQ_* that happened, acknowledged
 *
 * Context: softirq.
 */
void oncard_pcm_interrupt(struct oncard *chip, u32 status)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct snd_pcm_substream *substream =
			READ_ONCE(chip->substream[index]);

		if (status & ONCARD_IRQ_ERROR(index))
			stream_failed(chip, index, substream);
		else if (status & ONCARD_IRQ_PERIOD(index) && substream)
			snd_pcm_period_elapsed(substream);
	}
}

/*
 * ALSA takes a stream's lock while it has that of the group of linked streams, and does
 * not tell lockdep that these are two.
 */
static void tell_locks_apart(struct snd_pcm *pcm)
{
	static struct lock_class_key stream_lock;
	struct snd_pcm_substream *substream;
	unsigned int direction;

	for (direction = 0; direction < 2; direction++)
		for (substream = pcm->streams[direction].substream; substream;
		     substream = substream->next)
			lockdep_set_class(&substream->self_group.lock,
					  &stream_lock);
}

/* Up to 8 channels; of more, where each is to be heard is not known. */
static const struct snd_pcm_chmap_elem channel_maps[] = {
	{ 1, { SNDRV_CHMAP_MONO } },
	{ 2, { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR } },
	{ 3, { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_LFE } },
	{ 4,
	  { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_RL, SNDRV_CHMAP_RR } },
	{ 5,
	  { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_RL, SNDRV_CHMAP_RR,
	    SNDRV_CHMAP_FC } },
	{ 6,
	  { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_RL, SNDRV_CHMAP_RR,
	    SNDRV_CHMAP_FC, SNDRV_CHMAP_LFE } },
	{ 7,
	  { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_RL, SNDRV_CHMAP_RR,
	    SNDRV_CHMAP_FC, SNDRV_CHMAP_LFE, SNDRV_CHMAP_RC } },
	{ 8,
	  { SNDRV_CHMAP_FL, SNDRV_CHMAP_FR, SNDRV_CHMAP_RL, SNDRV_CHMAP_RR,
	    SNDRV_CHMAP_FC, SNDRV_CHMAP_LFE, SNDRV_CHMAP_SL, SNDRV_CHMAP_SR } },
	{}
};

static snd_kcontrol_get_t *get_known_map;

/*
 * Where a stream has more channels than any map, ALSA's own says -EINVAL, and who lists
 * the card's controls ends there. It has unknown channels, which is what all zeros say.
 */
static int get_channel_map(struct snd_kcontrol *control,
			   struct snd_ctl_elem_value *value)
{
	int err = get_known_map(control, value);

	return err == -EINVAL ? 0 : err;
}

static int add_channel_map(struct snd_pcm *pcm, int direction)
{
	struct snd_pcm_chmap *map;
	int err = snd_pcm_add_chmap_ctls(pcm, direction, channel_maps,
					 ONCARD_CHANNELS_MAX, 0, &map);

	if (err < 0)
		return err;
	get_known_map = map->kctl->get;
	map->kctl->get = get_channel_map;
	return 0;
}

/**
 * oncard_pcm_create() - add the PCM device to a card
 * @chip: the card
 *
 * Context: process context, may sleep.
 * Return: 0 or an errno of ALSA's.
 */
int oncard_pcm_create(struct oncard *chip)
{
	const struct snd_pcm_ops *ops = &oncard_pcm_coherent_ops;
	struct snd_pcm *pcm;
	int err;

	if (oncard_params.mmap == ONCARD_MMAP_NOPAGE)
		ops = &oncard_pcm_nopage_ops;
	err = snd_pcm_new(chip->card, "oncard", 0, ONCARD_PAIRS, ONCARD_PAIRS,
			  &pcm);
	if (err)
		return err;
	pcm->private_data = chip;
	chip->pcm = pcm;
	strscpy(pcm->name, "oncard PCM", sizeof(pcm->name));
	tell_locks_apart(pcm);
	snd_pcm_set_ops(pcm, SNDRV_PCM_STREAM_PLAYBACK, ops);
	snd_pcm_set_ops(pcm, SNDRV_PCM_STREAM_CAPTURE, ops);
	err = add_channel_map(pcm, SNDRV_PCM_STREAM_PLAYBACK);
	return err ?: add_channel_map(pcm, SNDRV_PCM_STREAM_CAPTURE);
}

/**
 * oncard_pcm_unregister() - undo a registration that got half-way
 * @chip: the card, whose registration failed
 *
 * Where ALSA could register one direction and not the other, it takes neither back, and
 * the first would keep the card for ever.
 *
 * Context: process context, may sleep.
 */
void oncard_pcm_unregister(struct oncard *chip)
{
	unsigned int direction;

	/* (says -ENOENT for one that is not registered) */
	for (direction = 0; direction < 2; direction++)
		snd_unregister_device(pcm_device(&chip->pcm->streams[direction]));
}
