// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's host in the kernel: an hrtimer is its crystal, a spinlock its bus
 * arbiter. To be replaced whole when the model runs outside of the VM.
 *
 * The interrupt is a level: the driver's handler is called from the timer, never
 * from within a register access, and again for as long as the line stays up.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "board.h"
#include "card/card.h"
#include "compat.h"

/* A line that the handler did not take down is presented again after this. */
#define INTERRUPT_AGAIN_NS (100 * NSEC_PER_USEC)

/* Steps to make up for lost time with, between any two of which others have their turn. */
#define STEPS_A_TICK 16

/**
 * struct oncard_board - one hosted card
 * @dev: the device whose DMA addresses the card puts on the bus
 * @lock: the model is single-threaded
 * @card: the model, under @lock
 * @timer: fires at the card's next event
 * @rest_until: ns, until which it does not, under @lock
 * @longest: ns that @lock was held for at most, under @lock
 * @off: unplugged, under @lock: the timer is not to be armed any more, and nobody
 *	answers
 * @irq_off: the line is not listened to, under @lock; so it begins
 * @interrupt: the driver's handler, called in softirq context
 * @data: handed to @interrupt
 */
struct oncard_board {
	struct device *dev;
	spinlock_t lock; /* the model */
	struct oncard_card card;
	struct hrtimer timer;
	u64 rest_until;
	u64 longest;
	bool off;
	bool irq_off;
	void (*interrupt)(void *data);
	void *data;
};

/* The system RAM that answers at a bus address, up to the end of its page. */
static struct page *page_on_bus(struct device *dev, u64 address)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	phys_addr_t phys = domain ? iommu_iova_to_phys(domain, address) :
				    dma_to_phys(dev, address);

	if (!phys || !pfn_valid(PHYS_PFN(phys)))
		return NULL;
	return pfn_to_page(PHYS_PFN(phys));
}

/*
 * A device that does not watch the CPU's caches reads what was written back to memory, and
 * writes to memory behind them; its coherent buffers are mapped past the caches. But the
 * CPU that plays the card's part goes through them: they are to hold nothing of a piece,
 * neither before it is copied nor after.
 */
static void empty_caches(struct device *dev, u64 address, u32 length)
{
	if (dev_is_dma_coherent(dev))
		return;
	dma_sync_single_for_device(dev, address, length, DMA_FROM_DEVICE);
	dma_sync_single_for_cpu(dev, address, length, DMA_FROM_DEVICE);
}

static int bus_copy(struct device *dev, u64 address, void *bytes, u32 length,
		    bool to_bus)
{
	while (length) {
		u32 chunk =
			min_t(u32, length, PAGE_SIZE - offset_in_page(address));
		struct page *page = page_on_bus(dev, address);
		void *memory;

		if (!page)
			return -EFAULT;
		empty_caches(dev, address, chunk);
		memory = kmap_local_page(page) + offset_in_page(address);
		if (to_bus)
			memcpy(memory, bytes, chunk);
		else
			memcpy(bytes, memory, chunk);
		kunmap_local(memory);
		empty_caches(dev, address, chunk);
		address += chunk;
		bytes += chunk;
		length -= chunk;
	}
	return 0;
}

static int bus_read(void *host, u64 address, void *to, u32 length)
{
	struct oncard_board *board = host;

	return bus_copy(board->dev, address, to, length, false);
}

static int bus_write(void *host, u64 address, const void *from, u32 length)
{
	struct oncard_board *board = host;

	return bus_copy(board->dev, address, (void *)from, length, true);
}

static const struct oncard_bus board_bus = {
	.read = bus_read,
	.write = bus_write,
};

/* Interrupts are off for as long as the card works: it is to be known for how long. */
static u64 lock_board(struct oncard_board *board, unsigned long *flags)
	__acquires(&board->lock)
{
	spin_lock_irqsave(&board->lock, *flags);
	return ktime_get_ns();
}

static void unlock_board(struct oncard_board *board, u64 since,
			 unsigned long flags) __releases(&board->lock)
{
	WRITE_ONCE(board->longest, max(board->longest, ktime_get_ns() - since));
	spin_unlock_irqrestore(&board->lock, flags);
}

static bool interrupts(const struct oncard_board *board)
{
	return oncard_card_interrupt(&board->card) && !board->irq_off;
}

/* Fire at the card's next event; at once when its line is already up. */
static void arm_timer(struct oncard_board *board, u64 when_line_is_up)
{
	u64 event;

	lockdep_assert_held(&board->lock);
	if (board->off)
		return;
	event = interrupts(board) ? when_line_is_up :
				    oncard_card_next_event(&board->card);
	if (event != ONCARD_NO_EVENT)
		hrtimer_start(&board->timer,
			      ns_to_ktime(max(event, board->rest_until)),
			      HRTIMER_MODE_ABS_SOFT);
}

/* Returns whether the card is up to date. */
static bool catch_up(struct oncard_board *board)
{
	unsigned long flags;
	u64 now = lock_board(board, &flags);
	u64 until = min(now,
			board->card.host_now + oncard_card_slice(&board->card));

	if (!board->off)
		oncard_card_step(&board->card, until);
	unlock_board(board, now, flags);
	return until == now || board->off;
}

static void call_handler(struct oncard_board *board)
{
	unsigned long flags;
	bool raised;

	spin_lock_irqsave(&board->lock, flags);
	raised = interrupts(board) && !board->off;
	spin_unlock_irqrestore(&board->lock, flags);
	if (raised)
		board->interrupt(board->data);
}

/* Whatever the streams ask for, the card rests for as long as it has worked. */
static enum hrtimer_restart board_tick(struct hrtimer *timer)
{
	struct oncard_board *board =
		container_of(timer, struct oncard_board, timer);
	u64 began = ktime_get_ns();
	unsigned int steps = 0;
	unsigned long flags;
	u64 now;

	while (!catch_up(board) && ++steps < STEPS_A_TICK)
		;
	call_handler(board);

	spin_lock_irqsave(&board->lock, flags);
	now = ktime_get_ns();
	board->rest_until = now + (now - began);
	arm_timer(board, now + INTERRUPT_AGAIN_NS);
	spin_unlock_irqrestore(&board->lock, flags);
	return HRTIMER_NORESTART;
}

/**
 * oncard_board_read() - read a register of the card
 * @board: the board
 * @reg: ONCARD_REG_*
 *
 * Context: any.
 * Return: the register's value at this moment; once the card is unplugged, all ones.
 */
u32 oncard_board_read(struct oncard_board *board, u32 reg)
{
	u32 value = ONCARD_NOBODY;
	unsigned long flags;
	u64 now = lock_board(board, &flags);

	if (!board->off) {
		if (oncard_card_is_timed(reg))
			oncard_card_step(&board->card, now);
		value = oncard_card_read(&board->card, reg);
	}
	unlock_board(board, now, flags);
	return value;
}

/**
 * oncard_board_write() - write a register of the card
 * @board: the board
 * @reg: ONCARD_REG_*
 * @value: what to write
 *
 * Memory that the driver wrote before is visible to the card after. Once the card is
 * unplugged, the write goes nowhere.
 *
 * Context: any.
 */
void oncard_board_write(struct oncard_board *board, u32 reg, u32 value)
{
	unsigned long flags;
	u64 now;

	wmb(); /* descriptors before the write that makes the card fetch them */
	now = lock_board(board, &flags);
	if (!board->off) {
		if (oncard_card_is_timed(reg))
			oncard_card_step(&board->card, now);
		oncard_card_write(&board->card, reg, value);
		arm_timer(board, now);
	}
	unlock_board(board, now, flags);
}

/**
 * oncard_board_longest() - how long the card has kept interrupts off
 * @board: the board
 *
 * Context: any.
 * Return: ns, at most, since it was created.
 */
u64 oncard_board_longest(struct oncard_board *board)
{
	return READ_ONCE(board->longest);
}

/**
 * oncard_board_synchronize_irq() - wait for a running interrupt handler
 * @board: the board
 *
 * Context: process context, may sleep.
 */
void oncard_board_synchronize_irq(struct oncard_board *board)
{
	unsigned long flags;

	hrtimer_cancel(&board->timer);
	spin_lock_irqsave(&board->lock, flags);
	arm_timer(board, ktime_get_ns());
	spin_unlock_irqrestore(&board->lock, flags);
}

/**
 * oncard_board_enable_irq() - listen to the card's line, or do not
 * @board: the board
 * @enable: whether to
 *
 * Context: any. A handler that runs is not waited for.
 */
void oncard_board_enable_irq(struct oncard_board *board, bool enable)
{
	unsigned long flags;

	spin_lock_irqsave(&board->lock, flags);
	board->irq_off = !enable;
	arm_timer(board, ktime_get_ns());
	spin_unlock_irqrestore(&board->lock, flags);
}

/**
 * oncard_board_set_faults() - break the card, or mend it
 * @board: the board
 * @kinds: bits of enum oncard_fault
 * @seed: for what is made up
 *
 * Context: any.
 */
void oncard_board_set_faults(struct oncard_board *board, u32 kinds, u64 seed)
{
	unsigned long flags;

	spin_lock_irqsave(&board->lock, flags);
	if (!board->off)
		oncard_card_step(&board->card, ktime_get_ns());
	oncard_faults_set(&board->card, kinds, seed);
	arm_timer(board, ktime_get_ns());
	spin_unlock_irqrestore(&board->lock, flags);
}

/**
 * oncard_board_faults() - say what is wrong with the card
 * @board: the board
 *
 * Context: any.
 * Return: bits of enum oncard_fault.
 */
u32 oncard_board_faults(struct oncard_board *board)
{
	return READ_ONCE(board->card.faults.kinds);
}

/**
 * oncard_board_create() - put a card on a board and power it on
 * @dev: the device whose DMA addresses the card puts on the bus
 * @memory: the card's memory
 * @interrupt: called in softirq context while the card's line is up, from
 *	oncard_board_enable_irq() on
 * @data: handed to @interrupt
 *
 * Context: process context, may sleep.
 * Return: the board, or ERR_PTR(-ENOMEM).
 */
struct oncard_board *oncard_board_create(struct device *dev,
					 const struct oncard_memory *memory,
					 void (*interrupt)(void *data),
					 void *data)
{
	struct oncard_board *board = kzalloc(sizeof(*board), GFP_KERNEL);

	if (!board)
		return ERR_PTR(-ENOMEM);
	board->card.memory =
		memremap(memory->phys_addr, memory->size,
			 memory->cached ? MEMREMAP_WB : MEMREMAP_WC);
	if (!board->card.memory) {
		kfree(board);
		return ERR_PTR(-ENOMEM);
	}
	board->dev = dev;
	board->interrupt = interrupt;
	board->data = data;
	board->irq_off = true;
	spin_lock_init(&board->lock);
	hrtimer_setup(&board->timer, board_tick, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	board->card.bus = &board_bus;
	board->card.host = board;
	board->card.memory_base = memory->card_addr;
	board->card.memory_size = memory->size;
	board->card.address_bits = memory->address_bits;
	oncard_card_power_on(&board->card, ktime_get_ns());
	return board;
}

/**
 * oncard_board_unplug() - take the card out
 * @board: the board
 *
 * The card stops where it is, and reaches no memory any more. Register accesses that
 * still come find nobody.
 *
 * Context: process context, may sleep. The handler does not run after return.
 */
void oncard_board_unplug(struct oncard_board *board)
{
	spin_lock_irq(&board->lock);
	WRITE_ONCE(board->off, true);
	spin_unlock_irq(&board->lock);
	hrtimer_cancel(&board->timer);
	memunmap(board->card.memory);
	board->card.memory = NULL;
}

/**
 * oncard_board_unplugged() - whether the card was taken out
 * @board: the board
 *
 * Context: any.
 * Return: true when it was: it reaches no memory.
 */
bool oncard_board_unplugged(struct oncard_board *board)
{
	return READ_ONCE(board->off);
}

/**
 * oncard_board_destroy() - undo oncard_board_create()
 * @board: the board, unplugged; no register access may follow
 *
 * Context: any.
 */
void oncard_board_destroy(struct oncard_board *board)
{
	kfree(board);
}
