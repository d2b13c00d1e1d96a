// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card from probe to remove, wherever its memory comes from.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <sound/initval.h>

#include "board.h"
#include "buffer.h"
#include "chip.h"
#include "copy.h"
#include "debugfs.h"
#include "list.h"
#include "loopback.h"
#include "misbehave.h"
#include "mixer.h"
#include "oncard.h"
#include "params.h"
#include "pcm.h"
#include "scattered.h"
#include "watch.h"

static int index[SNDRV_CARDS] = SNDRV_DEFAULT_IDX;
static char *id[SNDRV_CARDS] = SNDRV_DEFAULT_STR;
static bool enable[SNDRV_CARDS] = SNDRV_DEFAULT_ENABLE_PNP;

module_param_array(index, int, NULL, 0444);
MODULE_PARM_DESC(index, "Index value for the card");
module_param_array(id, charp, NULL, 0444);
MODULE_PARM_DESC(id, "ID string for the card");
module_param_array(enable, bool, NULL, 0444);
MODULE_PARM_DESC(enable, "Enable the card");

/*
 * Under probe_lock: which elements of index[], id[] and enable[] are taken. That of a card
 * which is not enabled stays taken.
 */
static DEFINE_MUTEX(probe_lock);
static DECLARE_BITMAP(slots, SNDRV_CARDS);

/*
 * Under probe_lock, too: whether cards are let in, which is not so before all that can
 * fail in the module's init is done: who opens a card does not keep a module whose init
 * fails from being freed.
 */
static bool admitting;

/* Cards that ALSA has not freed: the last close lets go of this module before that. */
static atomic_t unfreed = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(all_freed);

/**
 * oncard_chips_admit() - let cards in: nothing of the module's init fails any more
 *
 * Before this, a probe says -ENODEV.
 *
 * Context: process context, may sleep.
 */
void oncard_chips_admit(void)
{
	mutex_lock(&probe_lock);
	admitting = true;
	mutex_unlock(&probe_lock);
}

static int check_memory(struct device *dev, const struct oncard_memory *memory)
{
	if (memory->size < ONCARD_MEMORY_MIN) {
		dev_err(dev,
			"the card has %zu bytes of memory; %d are needed\n",
			memory->size, ONCARD_MEMORY_MIN);
		return -EINVAL;
	}
	if (memory->size - 1 > U64_MAX - memory->card_addr) {
		dev_err(dev,
			"card_addr=%#llx: %zu bytes of memory pass the end of the card's addresses\n",
			memory->card_addr, memory->size);
		return -EINVAL;
	}
	return 0;
}

/* Buffers in system RAM come from a card device that was declared no memory. */
static int declare_memory(struct oncard *chip)
{
	const struct oncard_memory *memory = &chip->memory;

	if (oncard_params.buffers != ONCARD_BUFFERS_CARD)
		return 0;
	return dma_declare_card_memory(chip->dma, memory->phys_addr,
				       memory->card_addr, memory->size,
				       memory->cached ? DMA_CARD_MEMORY_CACHED :
							0);
}

static int negotiate_mask(struct oncard *chip)
{
	u32 bits = chip->memory.address_bits;
	int err =
		dma_negotiate_mask(chip->dma, DMA_BIT_MASK(bits), &chip->mask);

	if (err == -ERANGE)
		dev_err(chip->dev,
			"the card's %u address bits do not reach its %zu bytes of memory at %#llx\n",
			bits, chip->memory.size, chip->memory.card_addr);
	if (err)
		return err;
	dev_info(chip->dev,
		 "%u address bits, mask %#llx: descriptors of %u bytes\n", bits,
		 chip->mask.mask, oncard_descriptor_bytes(chip));
	return 0;
}

/* Others may still refer to the struct device when it is destroyed: our reference goes last. */
static void destroy_dma_device(struct oncard *chip)
{
	dma_destroy_card_device(chip->dma);
	put_device(chip->dma);
}

static int create_dma_device(struct oncard *chip)
{
	int err;

	chip->dma = dma_create_card_device(chip->dev);
	if (IS_ERR(chip->dma))
		return PTR_ERR(chip->dma);
	get_device(chip->dma);
	err = declare_memory(chip);
	if (!err)
		err = negotiate_mask(chip);
	if (err) {
		destroy_dma_device(chip);
		return err;
	}
	/* Where this fails, segments are shorter than they might be. */
	dma_set_max_seg_size(chip->dma, ONCARD_DESCRIPTOR_LENGTH_MASK);
	return 0;
}

/* What was checked is what is used: a register may hold another value next time. */
static int check_identity(struct oncard *chip)
{
	u32 value = oncard_board_read(chip->board, ONCARD_REG_ID);
	u32 bits = oncard_board_read(chip->board, ONCARD_REG_ADDRESS_BITS);

	if (value == ONCARD_NOBODY) {
		dev_err(chip->dev,
			"the card does not answer: its registers read all ones\n");
		return -ENODEV;
	}
	if (value != ONCARD_ID_VALUE) {
		dev_err(chip->dev, "the card says it is %#x, not %#x\n", value,
			ONCARD_ID_VALUE);
		return -ENODEV;
	}
	if (bits < ONCARD_ADDRESS_BITS_MIN || bits > ONCARD_ADDRESS_BITS_MAX) {
		dev_err(chip->dev,
			"the card says it has %u address bits; %u to %u can be\n",
			bits, ONCARD_ADDRESS_BITS_MIN, ONCARD_ADDRESS_BITS_MAX);
		return -ENODEV;
	}
	chip->memory.address_bits = bits;
	return 0;
}

/* The card's interrupt, in softirq context. */
static void chip_interrupt(void *data)
{
	struct oncard *chip = data;
	u32 status = oncard_board_read(chip->board, ONCARD_REG_IRQ_STATUS);

	status = oncard_watch_interrupts(chip, status);
	oncard_board_write(chip->board, ONCARD_REG_IRQ_STATUS, status);
	oncard_pcm_interrupt(chip, status);
	oncard_copy_interrupt(chip, status);
}

static int start_hardware(struct oncard *chip)
{
	int err;

	chip->board = oncard_board_create(chip->dev, &chip->memory,
					  chip_interrupt, chip);
	if (IS_ERR(chip->board))
		return PTR_ERR(chip->board);
	oncard_misbehave_power_on(chip->board);
	oncard_board_enable_irq(chip->board, true);
	err = check_identity(chip);
	if (err)
		goto destroy_board;
	err = create_dma_device(chip);
	if (err)
		goto destroy_board;
	chip->lists = dma_alloc_coherent(chip->dma, PAGE_SIZE,
					 &chip->lists_handle, GFP_KERNEL);
	if (!chip->lists) {
		err = -ENOMEM;
		goto destroy_dma;
	}
	err = oncard_copy_create(chip);
	if (err)
		goto free_lists;
	err = oncard_scattered_create(chip);
	if (err)
		goto destroy_copy;
	oncard_debugfs_add(chip);
	return 0;

destroy_copy:
	oncard_copy_destroy(chip);
free_lists:
	dma_free_coherent(chip->dma, PAGE_SIZE, chip->lists,
			  chip->lists_handle);
destroy_dma:
	destroy_dma_device(chip);
destroy_board:
	oncard_board_unplug(chip->board);
	oncard_board_destroy(chip->board);
	return err;
}

/* Everything that needs the device, the card or its memory, whatever files are open. */
static void stop_hardware(struct oncard *chip)
{
	oncard_debugfs_remove(chip);
	WRITE_ONCE(chip->gone, true);
	oncard_copy_unplug(chip);
	synchronize_srcu(&chip->in_use);
	oncard_board_unplug(chip->board);
	dma_revoke_card_memory(chip->dma);
	oncard_buffers_free(chip);
	oncard_copy_release(chip);
	oncard_scattered_destroy(chip);
	dma_free_coherent(chip->dma, PAGE_SIZE, chip->lists,
			  chip->lists_handle);
	dma_destroy_card_device(chip->dma);
}

/* ALSA calls this when the last file of the card is closed. */
static void free_chip(struct snd_card *card)
{
	struct oncard *chip = card->private_data;

	oncard_copy_destroy(chip);
	oncard_watch_destroy(chip);
	oncard_board_destroy(chip->board);
	put_device(chip->dma);
	cleanup_srcu_struct(&chip->in_use);
	if (atomic_dec_and_test(&unfreed))
		wake_up(&all_freed);
}

/**
 * oncard_chips_wait() - wait until all cards that were removed are freed
 *
 * For the module's exit: nobody has a file of theirs open by then, so nobody is waited
 * for but a close that comes to its end.
 *
 * Context: process context, may sleep.
 */
void oncard_chips_wait(void)
{
	wait_event(all_freed, !atomic_read(&unfreed));
}

/* The nodes come last, ALSA's after the one that is more likely to be refused. */
static int create_card(struct oncard *chip)
{
	struct snd_card *card = chip->card;
	int err;

	strscpy(card->driver, "oncard", sizeof(card->driver));
	strscpy(card->shortname, "oncard", sizeof(card->shortname));
	strscpy(card->mixername, "oncard", sizeof(card->mixername));
	snprintf(card->longname, sizeof(card->longname),
		 "oncard at %s, %zu KiB of memory", dev_name(chip->dev),
		 chip->memory.size / SZ_1K);
	err = snd_component_add(card, "oncard");
	if (!err)
		err = oncard_pcm_create(chip);
	if (!err)
		err = oncard_mixer_create(chip);
	if (!err)
		err = oncard_loopback_create(chip);
	if (err)
		return err;
	err = oncard_copy_register(chip);
	if (err)
		return err;
	err = snd_card_register(card);
	if (err) {
		oncard_pcm_unregister(chip);
		dev_err(chip->dev,
			"ALSA does not take the card: %d; when the reason is gone, bind it again\n",
			err);
	}
	return err;
}

/*
 * In this order: new calls find no card, and running streams stop; calls that are under
 * way come to their end; then nobody is left who uses what goes.
 */
static void take_down(struct oncard *chip)
{
	oncard_copy_unregister(chip);
	snd_card_disconnect(chip->card);
	stop_hardware(chip);
	snd_card_free_when_closed(chip->card);
}

static int probe_slot(struct device *dev, const struct oncard_memory *memory,
		      unsigned int slot, struct oncard **created)
{
	struct snd_card *card;
	struct oncard *chip;
	int err;

	err = check_memory(dev, memory);
	if (err)
		return err;
	err = snd_card_new(dev, index[slot], id[slot], THIS_MODULE,
			   sizeof(*chip), &card);
	if (err)
		return err;
	chip = card->private_data;
	chip->card = card;
	chip->dev = dev;
	chip->memory = *memory;
	spin_lock_init(&chip->lock);
	mutex_init(&chip->buffer_lock);
	mutex_init(&chip->mixer_lock);
	oncard_watch_create(chip);
	err = init_srcu_struct(&chip->in_use);
	if (err)
		goto free_card;
	err = start_hardware(chip);
	if (err)
		goto cleanup_srcu;
	card->private_free = free_chip;
	atomic_inc(&unfreed);
	err = create_card(chip);
	if (err)
		goto take_down;
	*created = chip;
	return 0;

take_down:
	take_down(chip);
	return err;
cleanup_srcu:
	cleanup_srcu_struct(&chip->in_use);
free_card:
	snd_card_free(card);
	return err;
}

static int take_slot(struct device *dev, const struct oncard_memory *memory,
		     struct oncard **created)
{
	unsigned int slot = find_first_zero_bit(slots, SNDRV_CARDS);
	int err;

	lockdep_assert_held(&probe_lock);
	if (!admitting || slot >= SNDRV_CARDS)
		return -ENODEV;
	if (!enable[slot]) {
		dev_info(dev, "not used: enable=0 for card %u\n", slot);
		set_bit(slot, slots);
		return -ENOENT;
	}
	err = probe_slot(dev, memory, slot, created);
	if (err)
		return err;
	(*created)->slot = slot;
	set_bit(slot, slots);
	return 0;
}

/**
 * oncard_chip_probe() - bring up a card
 * @dev: the device that it is
 * @memory: where its memory lies; copied
 * @created: the card, on success
 *
 * Context: process context, may sleep.
 * Return: 0; -ENOENT when the card is disabled by a parameter, -ENODEV when
 * there are too many, none are let in, or it is not a card, -EINVAL when its memory is too small,
 * or an errno of ALSA or the DMA API.
 */
int oncard_chip_probe(struct device *dev, const struct oncard_memory *memory,
		      struct oncard **created)
{
	int err;

	mutex_lock(&probe_lock);
	err = take_slot(dev, memory, created);
	mutex_unlock(&probe_lock);
	return err;
}

/**
 * oncard_chip_remove() - take a card down
 * @chip: the card
 *
 * Does not wait for anybody to close or unmap anything. Mappings of the card's memory
 * are taken away; @chip itself goes with the last close of its files.
 *
 * Context: process context, may sleep.
 */
void oncard_chip_remove(struct oncard *chip)
{
	unsigned int slot = chip->slot;

	take_down(chip);
	mutex_lock(&probe_lock);
	clear_bit(slot, slots);
	mutex_unlock(&probe_lock);
}

/* ALSA suspends the streams; the card's registers and memory keep what they have. */
static int oncard_suspend(struct device *dev)
{
	struct oncard *chip = dev_get_drvdata(dev);

	snd_power_change_state(chip->card, SNDRV_CTL_POWER_D3hot);
	return 0;
}

static int oncard_resume(struct device *dev)
{
	struct oncard *chip = dev_get_drvdata(dev);

	snd_power_change_state(chip->card, SNDRV_CTL_POWER_D0);
	return 0;
}

const struct dev_pm_ops oncard_pm_ops = { SYSTEM_SLEEP_PM_OPS(oncard_suspend,
							      oncard_resume) };
