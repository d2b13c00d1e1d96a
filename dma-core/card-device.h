/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dma-core: the card device, and who holds whom.
 *
 *	view: mapping --> buffer --> region --> card device --> parent
 *
 * Each arrow is a reference; the object on the right outlives the one on the
 * left. A view, which holds the mappings of one mmap(), refers to the card device itself:
 * once that was revoked, the mappings have no buffer any more, and the device is an empty
 * shell. The owner's dma_alloc_coherent() is one more
 * reference on the buffer, the declaration one more on the region,
 * dma_create_card_device() one more on the device.
 */
#ifndef DMA_CORE_CARD_DEVICE_H
#define DMA_CORE_CARD_DEVICE_H

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <dma-core/card-memory.h>

struct dentry;
struct inode;

/**
 * struct card_counters - what happened on a card device since its creation
 * @allocated: buffers handed out
 * @freed: buffers whose memory went back
 * @deferred: buffers their owner freed while they were mapped, or exported
 * @exhausted: requests that card memory could not serve
 * @fallen_back: of those, requests served from system RAM as the owner allowed
 * @mapped: user mappings made
 * @unmapped: user mappings that let go of their buffer
 * @revoked: of those, mappings that were taken away
 * @exported: dma-bufs made
 * @reclaimed: buffers their owner had not freed when the revoked card was destroyed
 * @lists: scatterlists mapped
 * @entries: their entries
 * @segments: what these became
 * @longest_run: the most entries that became one segment, where they were joined here
 */
struct card_counters {
	u64 allocated;
	u64 freed;
	u64 deferred;
	u64 exhausted;
	u64 fallen_back;
	u64 mapped;
	u64 unmapped;
	u64 revoked;
	u64 exported;
	u64 reclaimed;
	u64 lists;
	u64 entries;
	u64 segments;
	u64 longest_run;
};

/**
 * struct card_span - addresses that some ranges lie between
 * @first: of the lowest one; above @last while there is none
 * @last: of the highest one
 */
struct card_span {
	u64 first;
	u64 last;
};

/**
 * struct card_device - a device whose DMA API serves card memory
 * @dev: what drivers hold
 * @choice: of the last dma_negotiate_mask(), under @lock; all 0 before
 * @declared: card memory was declared at least once; from then on an allocation takes system
 *	RAM only if the owner allowed it
 * @lock: guards @revoked, @allocating, @regions, @buffers, @owned, @mappings, @exports,
 *	@counters and the lists' members
 * @revoke_lock: held for reading while pages are put into user space, and for writing
 *	to set @revoked and @suspended
 * @revoke_mutex: held by who revokes, suspends or resumes
 * @awaits_mmap: he waits for an mmap() that is under way
 * @revoked: the card is gone; nothing is allocated or mapped any more
 * @suspended: no user reaches card memory, until it is resumed
 * @resumed: woken when it is no more, or @revoked
 * @allocating: allocations on their way that have seen @revoked unset
 * @idle: woken when there is nothing allocating and no buffer, once @revoked
 * @regions: declared memory, in order of declaration
 * @phys_span: from the first to the last byte of it, for the CPU; read without @lock
 * @handle_span: the same for the card, of what has one address space with the bus
 * @buffers: every buffer whose memory is not given back yet
 * @mappings: every user mapping that no revocation has met
 * @exports: every dma-buf that no revocation has met
 * @vunmapped: woken when the kernel's use of a dma-buf has ended
 * @owned: buffers not yet freed by their owner, by their CPU address
 * @counters: what debugfs shows
 * @limited: allocations of the parent's that are to lie below @limit, under @lock
 * @limit: for the parent's coherent mask, meanwhile; otherwise U64_MAX
 * @alike: what the parent's platform is asked about masks for; nothing else
 * @debugfs: this device's folder
 * @space: its address space is that of all user mappings
 */
struct card_device {
	struct device dev;
	struct dma_mask_choice choice;
	bool declared;
	spinlock_t lock; /* the lists, and what is counted */
	struct rw_semaphore revoke_lock;
	struct mutex revoke_mutex; /* one revocation at a time */
	bool awaits_mmap;
	bool revoked;
	bool suspended;
	wait_queue_head_t resumed;
	unsigned int allocating;
	wait_queue_head_t idle;
	struct list_head regions;
	struct card_span phys_span;
	struct card_span handle_span;
	struct list_head buffers;
	struct list_head mappings;
	struct list_head exports;
	wait_queue_head_t vunmapped;
	struct rb_root owned;
	struct card_counters counters;
	unsigned int limited;
	u64 limit;
	struct device alike;
	struct dentry *debugfs;
	struct inode *space;
};

extern const struct device_type card_device_type;

/* The card device that @dev is, or NULL when it is another kind of device. */
static inline struct card_device *to_card_device(struct device *dev)
{
	if (!dev || dev->type != &card_device_type)
		return NULL;
	return container_of(dev, struct card_device, dev);
}

/*
 * Without a lock. @revoked is set before anything is taken away: true may be returned while
 * the revocation still runs, and false is out of date as soon as it is returned.
 */
static inline bool card_is_revoked(const struct card_device *card)
{
	return READ_ONCE(card->revoked);
}

struct card_device *expect_card_device(struct device *dev);
bool card_is_device_translated(struct device *dev);
bool card_is_translated(const struct card_device *card);

#endif /* DMA_CORE_CARD_DEVICE_H */
