// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/oncardN: scatter/gather I/O between user memory and memory on the card.
 *
 * Each open file has a buffer in the card's memory, zeroed, until its last close.
 * write() and its kin have the copy engine fetch the caller's own pages into it,
 * read() and its kin have them written from it: pages are pinned, mapped for the
 * card, and named in descriptors, one for each DMA segment. The CPU copies nothing.
 *
 * Files that are open when the card is taken down get -ENODEV, and nothing waits for
 * them; ALSA counts them among the card's.
 *
 * Promised: a page is unpinned only after the card has let go of it, whether the
 * transfer ended, failed, or its process was killed. Each transfer ends with an abort,
 * and the card saying several times over that it has stopped. Where it does not, the
 * pages stay pinned, and the file's memory on the card is given to nobody, until it has
 * stopped after all, or is switched off; the node does nothing meanwhile.
 *
 * The card is not trusted: it may report any status, count or error, never be done, be
 * done too early, or interrupt for no reason or not at all.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/iopoll.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "board.h"
#include "compat.h"
#include "copy.h"
#include "hold.h"
#include "irq.h"
#include "list.h"
#include "oncard.h"
#include "params.h"
#include "watch.h"

/* What one transfer takes at most: 4 MiB of whole pages. */
#define ROUND_PAGES 1024
#define LIST_BYTES  (ROUND_PAGES * ONCARD_DESCRIPTOR_WIDE_BYTES)

/* Thousands of times what a transfer should take, for an emulated machine. */
#define TRANSFER_SECONDS 10

/* How long an interrupt is waited for before the card is asked. */
#define SLICE_JIFFIES (HZ / 10)

/* A transfer has one interrupt; with so many, they are masked. */
#define INTERRUPTS_MAX 16

/* How long an aborted engine may take to stop. */
#define ABORT_USECS (100 * USEC_PER_MSEC)

#define ENGINE_INTERRUPTS (ONCARD_IRQ_ENGINE_DONE | ONCARD_IRQ_ENGINE_ERROR)

enum copy_counter {
	COPY_REQUESTS,
	COPY_BYTES_IN,
	COPY_BYTES_OUT,
	COPY_PAGES_PINNED,
	COPY_PAGES_UNPINNED,
	COPY_SEGMENTS,
	COPY_DESCRIPTORS,
	COPY_ABORTED,
	COPY_ERRORS,
	COPY_COUNTERS,
};

static const char *const counter_names[COPY_COUNTERS] = {
	[COPY_REQUESTS] = "requests",
	[COPY_BYTES_IN] = "bytes_in",
	[COPY_BYTES_OUT] = "bytes_out",
	[COPY_PAGES_PINNED] = "pages_pinned",
	[COPY_PAGES_UNPINNED] = "pages_unpinned",
	[COPY_SEGMENTS] = "segments",
	[COPY_DESCRIPTORS] = "descriptors",
	[COPY_ABORTED] = "aborted",
	[COPY_ERRORS] = "errors",
};

/**
 * struct copy_file - an open file
 * @copy: the node
 * @listed: in oncard_copy.files
 * @size: bytes of @buffer
 * @buffer: on the card; NULL once the card is gone, as is @list
 * @handle: its address as the card sees it
 * @list: descriptors of the transfer that runs, under @copy's lock
 * @list_handle: its address as the card sees it
 * @closed: it is closed, and waits for the card to let go of its memory
 */
struct copy_file {
	struct oncard_copy *copy;
	struct list_head listed;
	size_t size;
	void *buffer;
	dma_addr_t handle;
	void *list;
	dma_addr_t list_handle;
	bool closed;
};

/* A page is taken for 64 lines, or for fewer where the caches have longer ones. */
#define LINE_BYTES max_t(size_t, PAGE_SIZE / 64, dma_get_cache_alignment())

/**
 * struct copy_piece - where in a page the card is going to write
 * @same_hash: in copy_lines.by_page
 * @page: the page
 * @lines: of the page, a bit each
 */
struct copy_piece {
	struct hlist_node same_hash;
	struct page *page;
	u64 lines;
};

/**
 * struct copy_lines - the cache lines that the card is going to write to
 * @by_page: all pieces that are used
 * @piece: of each page of the round
 *
 * A line may be in one entry of a list only: caches that do not watch the bus write a
 * line back over what the card wrote by the other.
 */
struct copy_lines {
	DECLARE_HASHTABLE(by_page, 8);
	struct copy_piece piece[];
};

/**
 * struct copy_round - what one transfer moves
 * @opened: the file
 * @copy: the node
 * @dir: DMA_TO_DEVICE into the card's memory, DMA_FROM_DEVICE out of it
 * @pages: of the caller, pinned; one may appear more than once
 * @table: a piece of each page, in order
 * @count: of pages, and of entries in @table that are used
 * @last: the last of these entries
 * @segments: that @table was mapped to
 * @bytes: in all pieces
 * @lines: while the list for DMA_FROM_DEVICE is made; else NULL
 * @abandoned: the card may still reach the pages
 */
struct copy_round {
	struct copy_file *opened;
	struct oncard_copy *copy;
	enum dma_data_direction dir;
	struct page **pages;
	struct sg_table table;
	unsigned int count;
	struct scatterlist *last;
	int segments;
	size_t bytes;
	struct copy_lines *lines;
	bool abandoned;
};

/**
 * struct oncard_copy - a card's copy engine and its node
 * @chip: the card
 * @misc: the node
 * @name: its name
 * @lock: one transfer at a time; guards the engine's registers, @abandoned, @files and
 *	whether these have memory
 * @files: that are open
 * @stopped: woken by the engine's interrupt
 * @interrupted: it came, since it was waited for last
 * @interrupts: how often, since the transfer began
 * @abandoned: what the engine did not let go of; without pages when there is nothing
 * @registered: user space can find the node
 * @counter: since the card was bound
 */
struct oncard_copy {
	struct oncard *chip;
	struct miscdevice misc;
	char name[16];
	struct mutex lock; /* one transfer at a time */
	struct list_head files;
	wait_queue_head_t stopped;
	bool interrupted;
	unsigned int interrupts;
	struct copy_round abandoned;
	bool registered;
	atomic64_t counter[COPY_COUNTERS];
};

static void count(struct oncard_copy *copy, enum copy_counter which, u64 more)
{
	atomic64_add(more, &copy->counter[which]);
}

static u32 read_engine(struct oncard_copy *copy, u32 reg)
{
	return oncard_board_read(copy->chip->board, reg);
}

static void write_engine(struct oncard_copy *copy, u32 reg, u32 value)
{
	oncard_board_write(copy->chip->board, reg, value);
}

static u32 engine_status(struct oncard_copy *copy)
{
	return read_engine(copy, ONCARD_REG_ENGINE_STATUS);
}

/* --- the caller's pages --- */

/* Whether a piece has a cache line for itself in this round; then it is part of it. */
static bool claim_lines(struct copy_round *round, struct page *page,
			size_t offset, size_t length)
{
	u64 lines = GENMASK_ULL((offset + length - 1) / LINE_BYTES,
				offset / LINE_BYTES);
	unsigned long key = (unsigned long)page;
	struct copy_piece *piece;

	hash_for_each_possible(round->lines->by_page, piece, same_hash, key)
		if (piece->page == page && piece->lines & lines)
			return false;
	piece = &round->lines->piece[round->count];
	piece->page = page;
	piece->lines = lines;
	hash_add(round->lines->by_page, &piece->same_hash, key);
	return true;
}

/*
 * An entry for each page of a piece of user memory that was pinned last. Returns how
 * many bytes have one: the next must not be in this round.
 */
static size_t add_pieces(struct copy_round *round, size_t bytes, size_t offset)
{
	size_t added = 0;

	while (added < bytes) {
		size_t length =
			min_t(size_t, bytes - added, PAGE_SIZE - offset);
		struct page *page = round->pages[round->count];

		if (round->lines && !claim_lines(round, page, offset, length))
			break;
		round->last = round->last ? sg_next(round->last) :
					    round->table.sgl;
		sg_set_page(round->last, page, length, offset);
		round->count++;
		added += length;
		offset = 0;
	}
	round->bytes += added;
	return added;
}

/* Pages that were pinned for this round, and are for the next. */
static void put_back(struct copy_round *round, struct iov_iter *iter,
		     unsigned int pages, size_t bytes)
{
	unpin_user_pages(round->pages + round->count, pages);
	count(round->copy, COPY_PAGES_UNPINNED, pages);
	iov_iter_revert(iter, bytes);
}

/*
 * Pin the next pages of @iter, @limit at most. What precedes an address that cannot
 * be pinned is still moved; the next round then begins with that address.
 */
static int pin_pages(struct copy_round *round, struct iov_iter *iter,
		     unsigned int limit)
{
	while (round->count < limit && iov_iter_count(iter)) {
		struct page **pages = round->pages + round->count;
		unsigned int before = round->count, pinned;
		size_t offset, added;
		ssize_t bytes;

		bytes = iov_iter_extract_pages(iter, &pages,
					       iov_iter_count(iter),
					       limit - round->count, 0,
					       &offset);
		if (bytes <= 0)
			return round->count ? 0 : bytes ?: -EFAULT;
		pinned = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);
		count(round->copy, COPY_PAGES_PINNED, pinned);
		added = add_pieces(round, bytes, offset);
		if (added < bytes) {
			put_back(round, iter, before + pinned - round->count,
				 bytes - added);
			break;
		}
	}
	return 0;
}

static int map_pages(struct copy_round *round)
{
	sg_mark_end(round->last);
	round->segments = dma_map_sg(round->copy->chip->dma, round->table.sgl,
				     round->count, round->dir);
	if (round->segments > 0) {
		count(round->copy, COPY_SEGMENTS, round->segments);
		return 0;
	}
	dev_err_ratelimited(round->copy->chip->dev,
			    "copying: %u pages cannot be mapped for the card\n",
			    round->count);
	count(round->copy, COPY_ERRORS, 1);
	return -EIO;
}

static void unmap_pages(struct copy_round *round)
{
	dma_unmap_sg(round->copy->chip->dma, round->table.sgl, round->count,
		     round->dir);
}

static void unpin_pages(struct copy_round *round)
{
	if (!round->count)
		return;
	unpin_user_pages_dirty_lock(round->pages, round->count,
				    round->dir == DMA_FROM_DEVICE);
	count(round->copy, COPY_PAGES_UNPINNED, round->count);
}

/* A list of the next pages of @iter, as many as one transfer may move. */
static int list_pages(struct copy_round *round, struct iov_iter *iter,
		      unsigned int limit)
{
	struct copy_lines *lines = NULL;
	int err;

	if (round->dir == DMA_FROM_DEVICE) {
		lines = kvzalloc(struct_size(lines, piece, limit), GFP_KERNEL);
		if (!lines)
			return -ENOMEM;
	}
	round->lines = lines;
	err = pin_pages(round, iter, limit);
	round->lines = NULL;
	kvfree(lines);
	return err;
}

static int take_pages(struct copy_round *round, struct iov_iter *iter)
{
	unsigned int limit = iov_iter_npages(iter, ROUND_PAGES);
	int err;

	round->pages = kvmalloc_array(limit, sizeof(*round->pages), GFP_KERNEL);
	if (!round->pages)
		return -ENOMEM;
	err = sg_alloc_table(&round->table, limit, GFP_KERNEL);
	if (err)
		goto free_pages;
	err = list_pages(round, iter, limit);
	if (!err)
		return 0;
	sg_free_table(&round->table);
free_pages:
	kvfree(round->pages);
	return err;
}

static void return_pages(struct copy_round *round)
{
	unpin_pages(round);
	sg_free_table(&round->table);
	kvfree(round->pages);
}

/* --- an open file's memory --- */

static int alloc_memory(struct copy_file *opened)
{
	struct device *dma = opened->copy->chip->dma;

	opened->buffer = dma_alloc_coherent(dma, opened->size, &opened->handle,
					    GFP_KERNEL);
	if (!opened->buffer)
		return -ENOMEM;
	opened->list = dma_alloc_coherent(dma, LIST_BYTES, &opened->list_handle,
					  GFP_KERNEL);
	if (opened->list)
		return 0;
	dma_free_coherent(dma, opened->size, opened->buffer, opened->handle);
	return -ENOMEM;
}

static void free_memory(struct copy_file *opened)
{
	struct device *dma = opened->copy->chip->dma;

	lockdep_assert_held(&opened->copy->lock);
	if (!opened->buffer)
		return;
	dma_free_coherent(dma, LIST_BYTES, opened->list, opened->list_handle);
	dma_free_coherent(dma, opened->size, opened->buffer, opened->handle);
	opened->list = NULL;
	opened->buffer = NULL;
}

static void free_file(struct copy_file *opened)
{
	free_memory(opened);
	list_del(&opened->listed);
	kfree(opened);
}

/* --- the engine --- */

static void write_list(struct copy_round *round)
{
	struct oncard *chip = round->copy->chip;
	struct scatterlist *entry;
	int i;

	lockdep_assert_held(&round->copy->lock);
	for_each_sg(round->table.sgl, entry, round->segments, i)
		oncard_write_descriptor(chip, round->opened->list, i,
					sg_dma_address(entry),
					sg_dma_len(entry));
	count(round->copy, COPY_DESCRIPTORS, round->segments);
}

static void start_engine(struct copy_round *round, size_t offset)
{
	struct copy_file *opened = round->opened;
	struct oncard_copy *copy = round->copy;
	dma_addr_t memory = opened->handle + offset;
	u32 direction = round->dir == DMA_TO_DEVICE ? ONCARD_ENGINE_TO_CARD :
						      ONCARD_ENGINE_FROM_CARD;

	lockdep_assert_held(&copy->lock);
	write_engine(copy, ONCARD_REG_ENGINE_LIST_LO,
		     lower_32_bits(opened->list_handle));
	write_engine(copy, ONCARD_REG_ENGINE_LIST_HI,
		     upper_32_bits(opened->list_handle));
	write_engine(copy, ONCARD_REG_ENGINE_LIST_COUNT, round->segments);
	write_engine(copy, ONCARD_REG_ENGINE_LIST_MODE,
		     oncard_list_mode(copy->chip));
	write_engine(copy, ONCARD_REG_ENGINE_MEMORY_LO, lower_32_bits(memory));
	write_engine(copy, ONCARD_REG_ENGINE_MEMORY_HI, upper_32_bits(memory));
	write_engine(copy, ONCARD_REG_ENGINE_DIRECTION, direction);

	/* Masked between transfers, there is no flood of interrupts then. */
	WRITE_ONCE(copy->interrupted, false);
	WRITE_ONCE(copy->interrupts, 0);
	write_engine(copy, ONCARD_REG_IRQ_STATUS, ENGINE_INTERRUPTS);
	oncard_watch_line(copy->chip);
	oncard_enable_interrupts(copy->chip, 0, ENGINE_INTERRUPTS);
	write_engine(copy, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_START);
}

/* Whether the card says, several times over, one and the same: that it stopped. */
static bool engine_stopped(struct oncard_copy *copy, u32 *status)
{
	unsigned int n;

	*status = engine_status(copy);
	for (n = 1; n < ONCARD_CONFIRMATIONS; n++)
		if (engine_status(copy) != *status)
			return false;
	return *status == ONCARD_ENGINE_IDLE || *status == ONCARD_ENGINE_DONE ||
	       *status == ONCARD_ENGINE_FAILED;
}

/* Returns whether the card reaches nothing any more; then @status is what it was. */
static bool stop_engine(struct oncard_copy *copy, u32 *status)
{
	bool stopped;

	lockdep_assert_held(&copy->lock);
	write_engine(copy, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);
	return !read_poll_timeout(engine_stopped, stopped, stopped, 100,
				  ABORT_USECS, false, copy, status);
}

/* The pages and their mapping move to copy->abandoned: the caller must not free them. */
static void abandon(struct copy_round *round)
{
	struct oncard_copy *copy = round->copy;

	lockdep_assert_held(&copy->lock);
	dev_err(copy->chip->dev,
		"copying: the card goes on after an abort; %u pages stay pinned\n",
		round->count);
	copy->abandoned = *round;
	round->abandoned = true;
}

/* The card has let go of what was abandoned. */
static void release_abandoned(struct oncard_copy *copy)
{
	struct copy_round round = copy->abandoned;

	if (!round.pages)
		return;
	memset(&copy->abandoned, 0, sizeof(copy->abandoned));
	unmap_pages(&round);
	return_pages(&round);
	if (round.opened->closed)
		free_file(round.opened);
}

/* Whether the engine can be used, perhaps after having been stuck. */
static int check_engine(struct oncard_copy *copy)
{
	u32 status;

	lockdep_assert_held(&copy->lock);
	if (oncard_silent(copy->chip))
		return -ENODEV;
	if (!copy->abandoned.pages)
		return 0;
	if (!stop_engine(copy, &status))
		return -EIO;
	dev_info(copy->chip->dev,
		 "copying: the card has stopped; %u pages are unpinned\n",
		 copy->abandoned.count);
	release_abandoned(copy);
	return 0;
}

/*
 * Sleeps until the card says that the transfer ended, in any way, or time is up. A
 * removal ends it early, or a fatal signal, with @signal set. A card that does not
 * interrupt is asked.
 */
static u32 wait_for_engine(struct oncard_copy *copy, int *signal)
{
	unsigned long end = jiffies + TRANSFER_SECONDS * HZ;
	bool late = false;
	u32 status;
	long left;

	do {
		left = wait_event_killable_timeout(copy->stopped,
						   READ_ONCE(copy->interrupted) ||
							   READ_ONCE(copy->chip
									     ->gone),
						   SLICE_JIFFIES);
		WRITE_ONCE(copy->interrupted, false);
		status = engine_status(copy);
		if (left < 0) {
			*signal = left;
			return status;
		}
		if (READ_ONCE(copy->chip->gone))
			return status;
		if (status == ONCARD_ENGINE_RUNNING)
			continue;
		if (left || READ_ONCE(copy->interrupts) > INTERRUPTS_MAX)
			return status;
		if (late)
			break;
		late = true; /* the interrupt may be on its way */
	} while (time_before(jiffies, end));
	if (status == ONCARD_ENGINE_DONE)
		oncard_report(copy->chip,
			      "copying: the card did not interrupt\n");
	return status;
}

static u64 bytes_done(struct oncard_copy *copy)
{
	u64 high = read_engine(copy, ONCARD_REG_ENGINE_DONE_HI);

	return high << 32 | read_engine(copy, ONCARD_REG_ENGINE_DONE_LO);
}

/* What the card said at the end: @status, then @later, when it was told to stop. */
static int judge_end(struct copy_round *round, u32 status, u32 later, u64 done)
{
	struct oncard *chip = round->copy->chip;

	if (status == ONCARD_ENGINE_DONE && later == status &&
	    done == round->bytes)
		return 0;
	count(round->copy, COPY_ERRORS, 1);
	if (oncard_silent(chip))
		return -ENODEV;
	if (status == ONCARD_ENGINE_FAILED)
		oncard_report(chip, "copying: the card reports error %u\n",
			      read_engine(round->copy,
					  ONCARD_REG_ENGINE_ERROR));
	else if (status == ONCARD_ENGINE_RUNNING)
		oncard_report(chip, "copying: not done after %u seconds\n",
			      TRANSFER_SECONDS);
	else if (status != ONCARD_ENGINE_DONE)
		oncard_report(chip,
			      "copying: the card's engine has status %#x\n",
			      status);
	else if (later != status)
		oncard_report(chip,
			      "copying: said to be done, the card had status %#x\n",
			      later);
	else
		oncard_report(chip,
			      "copying: the card claims %llu bytes of %zu\n",
			      done, round->bytes);
	return -EIO;
}

/*
 * Runs one transfer. On return the engine has stopped; or the round was abandoned, and keeps
 * its pages pinned.
 */
static int run_engine(struct copy_round *round, size_t offset)
{
	struct oncard_copy *copy = round->copy;
	u32 status, later;
	int signal = 0;
	u64 done;

	start_engine(round, offset);
	status = wait_for_engine(copy, &signal);
	done = bytes_done(copy);
	oncard_enable_interrupts(copy->chip, ENGINE_INTERRUPTS, 0);
	if (!stop_engine(copy, &later)) {
		count(copy, COPY_ERRORS, 1);
		abandon(round);
		return oncard_silent(copy->chip) ? -ENODEV : -EIO;
	}
	if (READ_ONCE(copy->chip->gone))
		return -ENODEV;
	if (!signal || status != ONCARD_ENGINE_RUNNING)
		return judge_end(round, status, later, done);
	count(copy, COPY_ABORTED, 1);
	return signal;
}

static int transfer(struct copy_round *round, size_t offset)
{
	struct oncard_copy *copy = round->copy;
	int err;

	if (mutex_lock_interruptible(&copy->lock))
		return -ERESTARTSYS;
	err = check_engine(copy) ?: map_pages(round);
	if (!err) {
		write_list(round);
		err = run_engine(round, offset);
		if (!round->abandoned)
			unmap_pages(round);
	}
	mutex_unlock(&copy->lock);
	return err;
}

/* While the card is there, which must not depend on what user memory does. */
static int move_pages(struct copy_round *round, size_t offset)
{
	int held, err;

	if (!oncard_chip_enter(round->copy->chip, &held))
		return -ENODEV;
	err = transfer(round, offset);
	oncard_chip_exit(round->copy->chip, held);
	return err;
}

/* Returns how many bytes were moved: all that one transfer takes, or an errno. */
static ssize_t copy_round(struct copy_file *opened, struct iov_iter *iter,
			  size_t offset)
{
	struct copy_round round = {
		.opened = opened,
		.copy = opened->copy,
		.dir = iov_iter_rw(iter) == WRITE ? DMA_TO_DEVICE :
						    DMA_FROM_DEVICE,
	};
	int err = take_pages(&round, iter);

	if (err)
		return err;
	err = move_pages(&round, offset);
	if (!round.abandoned)
		return_pages(&round);
	if (err) {
		iov_iter_revert(iter, round.bytes);
		return err;
	}
	count(round.copy,
	      round.dir == DMA_TO_DEVICE ? COPY_BYTES_IN : COPY_BYTES_OUT,
	      round.bytes);
	return round.bytes;
}

/* --- the node --- */

static ssize_t copy_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct copy_file *opened = iocb->ki_filp->private_data;
	ssize_t done = 0, moved = 0;

	/* Memory of the kernel, from splice() and the like, is not for pinning. */
	if (!user_backed_iter(iter))
		return -EINVAL;
	count(opened->copy, COPY_REQUESTS, 1);
	if (!iov_iter_count(iter))
		return 0;
	if (iocb->ki_pos >= opened->size)
		return iov_iter_rw(iter) == WRITE ? -ENOSPC : 0;

	iov_iter_truncate(iter, opened->size - iocb->ki_pos);
	while (iov_iter_count(iter)) {
		moved = copy_round(opened, iter, iocb->ki_pos);
		if (moved < 0)
			break;
		iocb->ki_pos += moved;
		done += moved;
	}
	return done ?: moved;
}

static loff_t copy_llseek(struct file *file, loff_t offset, int whence)
{
	struct copy_file *opened = file->private_data;

	return fixed_size_llseek(file, offset, whence, opened->size);
}

/*
 * ALSA counts the file among the card's: it is closed before the card is freed, and
 * gets -ENODEV for all but its close once the card is being removed.
 */
static int copy_open(struct inode *inode, struct file *file)
{
	struct oncard_copy *copy =
		container_of(file->private_data, struct oncard_copy, misc);
	struct snd_card *card = copy->chip->card;
	struct copy_file *opened = kzalloc(sizeof(*opened), GFP_KERNEL);
	int err;

	if (!opened)
		return -ENOMEM;
	opened->copy = copy;
	opened->size = oncard_params.copy_size;
	err = snd_card_file_add(card, file);
	if (err)
		goto free_opened;
	err = alloc_memory(opened);
	if (err)
		goto remove_file;
	mutex_lock(&copy->lock);
	list_add(&opened->listed, &copy->files);
	mutex_unlock(&copy->lock);
	file->private_data = opened;
	return 0;

remove_file:
	snd_card_file_remove(card, file);
free_opened:
	kfree(opened);
	return err;
}

static int copy_release(struct inode *inode, struct file *file)
{
	struct copy_file *opened = file->private_data;
	struct oncard_copy *copy = opened->copy;
	struct snd_card *card = copy->chip->card;
	bool in_use;

	mutex_lock(&copy->lock);
	in_use = copy->abandoned.pages && copy->abandoned.opened == opened;
	opened->closed = in_use;
	if (!in_use)
		free_file(opened);
	mutex_unlock(&copy->lock);
	/* Last: with it, the card may be gone. */
	return snd_card_file_remove(card, file);
}

static const struct file_operations copy_fops = {
	.owner = THIS_MODULE,
	.open = copy_open,
	.release = copy_release,
	.llseek = copy_llseek,
	.read_iter = copy_iter,
	.write_iter = copy_iter,
};

/**
 * oncard_copy_show() - print what the copy engine was used for
 * @seq: where to
 * @chip: the card, with a copy engine in use
 *
 * Context: process context.
 */
void oncard_copy_show(struct seq_file *seq, const struct oncard *chip)
{
	int i;

	for (i = 0; i < COPY_COUNTERS; i++)
		seq_printf(seq, "%s=%llu\n", counter_names[i],
			   (u64)atomic64_read(&chip->copy->counter[i]));
}

/**
 * oncard_copy_unplug() - end the transfers of a card that is gone
 * @chip: the card, marked as gone
 *
 * Context: any. Transfers end with -ENODEV; some may still be about to.
 */
void oncard_copy_unplug(struct oncard *chip)
{
	if (chip->copy)
		wake_up_all(&chip->copy->stopped);
}

/**
 * oncard_copy_release() - give back what files have on the card
 * @chip: the card, unplugged: the engine has let go of everything
 *
 * Context: process context, may sleep.
 */
void oncard_copy_release(struct oncard *chip)
{
	struct oncard_copy *copy = chip->copy;
	struct copy_file *opened;

	if (!copy)
		return;
	mutex_lock(&copy->lock);
	release_abandoned(copy);
	list_for_each_entry(opened, &copy->files, listed)
		free_memory(opened);
	mutex_unlock(&copy->lock);
}

/**
 * oncard_copy_interrupt() - the copy engine's part of the card's interrupt
 * @chip: the card
 * @status: ONCARD_IRQ_* that happened, acknowledged
 *
 * Context: softirq.
 */
void oncard_copy_interrupt(struct oncard *chip, u32 status)
{
	struct oncard_copy *copy = chip->copy;

	if (!(status & ENGINE_INTERRUPTS))
		return;
	WRITE_ONCE(copy->interrupts, copy->interrupts + 1);
	if (copy->interrupts > INTERRUPTS_MAX) {
		oncard_enable_interrupts(chip, ENGINE_INTERRUPTS, 0);
		oncard_report(chip,
			      "copying: more interrupts than transfers; masked\n");
	}
	WRITE_ONCE(copy->interrupted, true);
	wake_up(&copy->stopped);
}

/**
 * oncard_copy_create() - prepare the copy engine of a card
 * @chip: the card, its registers and its memory in reach
 *
 * With buffers in system RAM there is nothing on the card to copy to; the card then
 * has no node.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oncard_copy_create(struct oncard *chip)
{
	struct oncard_copy *copy;

	if (oncard_params.buffers != ONCARD_BUFFERS_CARD) {
		dev_info(chip->dev,
			 "no /dev/oncard%d: it reaches memory on the card, which only buffers=card uses\n",
			 chip->card->number);
		return 0;
	}
	copy = kzalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	copy->chip = chip;
	mutex_init(&copy->lock);
	INIT_LIST_HEAD(&copy->files);
	init_waitqueue_head(&copy->stopped);
	chip->copy = copy;
	return 0;
}

/**
 * oncard_copy_destroy() - undo oncard_copy_create()
 * @chip: the card, switched off
 *
 * Context: process context.
 */
void oncard_copy_destroy(struct oncard *chip)
{
	kfree(chip->copy);
}

/**
 * oncard_copy_register() - let user space find the node
 * @chip: the card, ready for use
 *
 * Context: process context, may sleep.
 * Return: 0 or an errno of misc_register().
 */
int oncard_copy_register(struct oncard *chip)
{
	struct oncard_copy *copy = chip->copy;
	int err;

	if (!copy)
		return 0;
	snprintf(copy->name, sizeof(copy->name), "oncard%d",
		 chip->card->number);
	copy->misc.minor = MISC_DYNAMIC_MINOR;
	copy->misc.name = copy->name;
	copy->misc.fops = &copy_fops;
	copy->misc.parent = chip->dev;
	copy->misc.mode = 0600;
	err = misc_register(&copy->misc);
	copy->registered = !err;
	return err;
}

/**
 * oncard_copy_unregister() - undo oncard_copy_register()
 * @chip: the card
 *
 * Context: process context, may sleep. No file is opened after return; files that
 * are open stay so.
 */
void oncard_copy_unregister(struct oncard *chip)
{
	if (chip->copy && chip->copy->registered)
		misc_deregister(&chip->copy->misc);
}
