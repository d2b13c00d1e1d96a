// SPDX-License-Identifier: GPL-2.0-only
/*
 * Revocation: the card is gone, and user space must not reach its memory any more.
 *
 * Each mapping's page table entries are taken away; the VMAs stay, and a touch finds
 * a zeroed page that is this mapping's own. Nobody is killed: who goes on writing
 * samples finds out from the next system call.
 *
 * What makes "no user address reaches the card" true while processes map, fault,
 * fork, split, move and unmap at the same time:
 *
 * - card_device.revoke_lock is held for reading where an entry is made: from the look
 *   at @revoked until the entry is there. Once @revoked is set, under the lock held for
 *   writing, none is made any more, and all that were are there to be found.
 * - unmap_mapping_range() finds all VMAs of the card's address space. mmap() makes the
 *   entries before the kernel links the VMA there. An mmap() that is on its way between the
 *   two is waited for, and for nothing else: no lock is taken that a process can keep.
 * - fork() links the child's VMA behind its parent's before it copies entries, and
 *   VMAs are visited in that order: what was copied before the parent's were taken away
 *   is found in the child. So is what mremap() moves: to a VMA that is linked behind the
 *   old one before that. A VMA is split with the file's lock held.
 *
 * Then the mappings let go of their buffers. A card that was revoked is held by nobody
 * but its owner, who may give it back at once.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rbtree.h>

#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "compat.h"
#include "export.h"
#include "mapping.h"
#include "trace.h"
#include "view.h"

/* The next mapping that is listed with its card, its view referenced. */
static struct card_mapping *next_mapping(struct card_device *card,
					 struct list_head *met)
{
	struct card_mapping *mapping;

	spin_lock_irq(&card->lock);
	mapping = list_first_entry_or_null(&card->mappings, struct card_mapping,
					   listed);
	if (mapping) {
		list_move_tail(&mapping->listed, met);
		kref_get(&mapping->view->kref);
	}
	spin_unlock_irq(&card->lock);
	return mapping;
}

/* Which views have a VMA in the address space, where a look will find it. */
static void see_linked(struct card_device *card)
{
	struct address_space *space = card->space->i_mapping;
	struct rb_node *node;

	i_mmap_lock_read(space);
	for (node = rb_first_cached(&space->i_mmap); node;
	     node = rb_next(node)) {
		const struct vm_area_struct *vma =
			rb_entry(node, struct vm_area_struct, shared.rb);
		const struct file *file = READ_ONCE(vma->vm_file);
		struct card_view *view = file->private_data;

		/* (an open or close of the driver's has his file there meanwhile) */
		if (card_view_is_of(file))
			view->is_linked = true;
	}
	i_mmap_unlock_read(space);
}

static bool is_closed(struct card_view *view)
{
	bool is;

	spin_lock_irq(&view->card->lock);
	is = view->is_closed;
	spin_unlock_irq(&view->card->lock);
	return is;
}

/*
 * Whether nobody holds an mmap lock for writing. Nobody queues for it here: others may keep
 * it for ever, for reading.
 */
static bool is_without_writer(struct mm_struct *mm)
{
#ifdef CONFIG_PREEMPT_RT
	if (!mmap_read_trylock(mm))
		return false;
	mmap_read_unlock(mm);
	return true;
#else
	return !(atomic_long_read(&mm->mmap_lock.count) & 1);
#endif
}

/*
 * Whether the caller holds the mmap lock of its process for writing: then its owner is the
 * task, but for the bit that says that nobody spins for it.
 */
static bool holds_mmap_lock(void)
{
#ifdef CONFIG_PREEMPT_RT
	return false;
#else
	return current->mm && (atomic_long_read(&current->mm->mmap_lock.owner) &
			       ~2UL) == (long)current;
#endif
}

/*
 * Whether the mmap() that made a view has ended: its VMA is linked or gone, the lock that it
 * held is not held so, or by the caller, or its process has come to its end, and takes all
 * VMAs down.
 */
static bool has_ended(struct card_view *view)
{
	return view->is_linked || is_closed(view) ||
	       is_without_writer(view->mm) ||
	       (view->mm == current->mm && holds_mmap_lock()) ||
	       !atomic_read(&view->mm->mm_users);
}

/* Of a VMA that nobody else has; the driver may have narrowed it to one of them. */
static void zap_mappings(struct card_view *view, struct vm_area_struct *vma)
{
	const unsigned long start = vma->vm_start, end = vma->vm_end;
	const struct card_mapping *mapping;

	list_for_each_entry(mapping, &view->mappings, in_view) {
		vma->vm_start = PFN_PHYS(mapping->page);
		vma->vm_end = vma->vm_start + PFN_PHYS(mapping->pages);
		zap_special_vma_range(vma, vma->vm_start,
				      vma->vm_end - vma->vm_start);
	}
	vma->vm_start = start;
	vma->vm_end = end;
}

/*
 * A driver may see within its mmap() that the card is gone. Nobody else has the VMA then, and
 * it is waited for in vain. A VMA of an earlier mmap() of this task is linked, or it is gone
 * and has put the view's file: it may be that only the release is still to come.
 * Return: whether the caller is in the mmap() that made a view; its pages are taken away.
 */
static bool is_in_mmap(struct card_view *view)
{
	struct vm_area_struct *vma;

	if (view->mapper != current || view->mm != current->mm ||
	    !holds_mmap_lock())
		return false;
	vma = view->vma;
	if (!vma || !file_count(view->file))
		return false;
	zap_mappings(view, vma);
	return true;
}

/*
 * An mmap() that is under way holds the mmap lock for writing, waits for no user, and tells
 * nobody when it ends: it is looked at again and again.
 * Return: whether there was one.
 */
static bool wait_until_linked(struct card_device *card,
			      const struct list_head *mappings)
{
	const struct card_mapping *mapping;
	bool were_all = true;

	list_for_each_entry(mapping, mappings, revoking) {
		if (mapping->view->is_linked || is_in_mmap(mapping->view))
			continue;
		were_all = false;
		while (!has_ended(mapping->view)) {
			WRITE_ONCE(card->awaits_mmap, true);
			usleep_range(100, 1000);
			see_linked(card);
		}
	}
	WRITE_ONCE(card->awaits_mmap, false);
	return !were_all;
}

static void unmap_all(struct card_device *card)
{
	unmap_mapping_range(card->space->i_mapping, 0, 0, 1);
}

static void let_go(struct card_mapping *mapping)
{
	struct card_buffer *buffer = card_mapping_take_buffer(mapping);

	card_mapping_list_revoked(mapping);
	if (buffer)
		card_buffer_put(buffer);
	card_view_put(mapping->view);
}

/*
 * Takes the entries of all mappings away, while nobody makes any.
 * Return: how many mappings there were. They are in @mappings by their member revoking, with
 * a reference on their view, and in @met in place of card_device.mappings.
 */
static unsigned int take_entries(struct card_device *card,
				 struct list_head *mappings,
				 struct list_head *met)
{
	struct card_mapping *mapping;
	unsigned int count = 0;

	while ((mapping = next_mapping(card, met))) {
		list_add_tail(&mapping->revoking, mappings);
		count++;
	}
	/* What is linked now goes at once, whatever is waited for then. */
	see_linked(card);
	unmap_all(card);
	if (wait_until_linked(card, mappings))
		unmap_all(card);
	return count;
}

/* None is added any more. Returns how many there were. */
static unsigned int revoke_mappings(struct card_device *card)
{
	struct card_mapping *mapping, *next;
	LIST_HEAD(mappings);
	LIST_HEAD(met);
	unsigned int count = take_entries(card, &mappings, &met);

	list_for_each_entry_safe(mapping, next, &mappings, revoking)
		let_go(mapping);
	return count;
}

/* Others are added meanwhile, of memory that is away. */
static unsigned int suspend_mappings(struct card_device *card)
{
	struct card_mapping *mapping, *next;
	LIST_HEAD(mappings);
	LIST_HEAD(met);
	unsigned int count = take_entries(card, &mappings, &met);

	spin_lock_irq(&card->lock);
	list_splice(&met, &card->mappings);
	spin_unlock_irq(&card->lock);
	list_for_each_entry_safe(mapping, next, &mappings, revoking)
		card_view_put(mapping->view);
	return count;
}

/*
 * Returns false where it is left to who is at it, who waits for the mmap() that the caller
 * is in.
 */
static bool begin_revoking(struct card_device *card)
{
	if (!holds_mmap_lock()) {
		mutex_lock(&card->revoke_mutex);
		return true;
	}
	while (!mutex_trylock(&card->revoke_mutex)) {
		if (READ_ONCE(card->awaits_mmap))
			return false;
		usleep_range(100, 1000);
	}
	return true;
}

static void set_revoked(struct card_device *card)
{
	down_write(&card->revoke_lock);
	spin_lock_irq(&card->lock);
	WRITE_ONCE(card->revoked, true);
	spin_unlock_irq(&card->lock);
	up_write(&card->revoke_lock);
	wake_up_all(&card->resumed);
}

static void revoke_all(struct card_device *card)
{
	unsigned int mappings;

	lockdep_assert_held(&card->revoke_mutex);
	mappings = revoke_mappings(card);
	card_exports_revoke(card);
	trace_dma_revoke_card_memory(&card->dev, mappings);
}

/**
 * dma_revoke_card_memory() - the card is gone: take its memory away from user space
 * @dev: the card device
 *
 * When this returns, no user address reaches a buffer of @dev any more, on the card
 * or in system RAM, in whatever way it was mapped by dma_map_coherent(). The
 * processes go on: a touch finds zeroed pages of their own. Pages that a fault handler
 * of the old kind took from dma_coherent_page() are struct pages, and stay with the
 * process that has them, as such pages do.
 *
 * Devices that were given a buffer by dma_export_coherent() are told, which ends their use
 * of it; it is waited for their fences, ten seconds at the most, and for parts of the kernel
 * that have called dma_buf_vmap(), as long as it takes.
 *
 * This is final for @dev. Nothing is allocated, mapped or declared any more. Buffers
 * that were freed while they were mapped are given back here; those that are still
 * owned stay until their owner frees them, or dma_destroy_card_device() takes them
 * back. What is left of mappings holds this module, and nothing of the card.
 *
 * The time that it takes grows with the number of VMAs. It does not depend on what the
 * processes do, but an mmap() of a buffer that is under way is waited for. Who calls
 * meanwhile, for the same device, waits for the first to be done.
 *
 * VMAs that were not made by these calls are not touched.
 *
 * Context: process context, may sleep; with no lock held that the driver's mmap() takes, or an
 * open or close of its vm_ops. Within an mmap() of the driver's it may be called, and takes
 * what was mapped there as well; where somebody else revokes or suspends meanwhile and waits
 * for that mmap(), it is left to him, and done when he is. Otherwise with no mmap lock held.
 */
void dma_revoke_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);
	bool is_ours;

	if (!card)
		return;
	is_ours = begin_revoking(card);
	set_revoked(card);
	if (!is_ours)
		return;
	revoke_all(card);
	mutex_unlock(&card->revoke_mutex);
}
EXPORT_SYMBOL_GPL(dma_revoke_card_memory);

/* Returns whether it was the other way. */
static bool set_suspended(struct card_device *card, bool suspended)
{
	bool changes;

	down_write(&card->revoke_lock);
	changes = card->suspended != suspended && !card->revoked;
	if (changes)
		WRITE_ONCE(card->suspended, suspended);
	up_write(&card->revoke_lock);
	return changes;
}

/**
 * dma_suspend_card_memory() - keep user space from a card's memory for a while
 * @dev: the card device
 *
 * For a reset, or a device in D3, while which the card's memory does not answer. When this
 * returns, no user address reaches it. A process that touches it waits until
 * dma_resume_card_memory(), or until it gets a signal; then it finds what the memory
 * holds by then. It waits with no lock of the kernel's memory management held, and
 * with those of a driver that it was called by: copy_from_user() in an ioctl(), for example. A
 * debugger gets EIO. mmap() works, and so do fork(), munmap() and mremap().
 *
 * Devices that were given a buffer by dma_export_coherent() are told, and their fences are
 * waited for, as by dma_revoke_card_memory(); they get -EAGAIN when they map it meanwhile.
 *
 * System RAM stays within reach. What the kernel does is the driver's matter: it allocates
 * no card memory meanwhile, since that is zeroed; and who has called dma_buf_vmap() has the
 * memory's address.
 *
 * Nothing happens for a card that is suspended already, or was revoked: one resumption ends
 * any number of suspensions. A revocation may come at any time, and wakes all who wait.
 *
 * Context: process context, may sleep; with no mmap lock held, nor any lock that the
 * driver's mmap() takes, or an open or close of its vm_ops. Called within an mmap(), it warns
 * and does nothing.
 */
void dma_suspend_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);

	if (!card)
		return;
	if (holds_mmap_lock()) {
		CALLER_ERRED(dev,
			     "suspended with an mmap lock held, as in mmap(): a work item can do it\n");
		return;
	}
	mutex_lock(&card->revoke_mutex);
	if (set_suspended(card, true)) {
		trace_dma_suspend_card_memory(dev, suspend_mappings(card));
		card_exports_move(card);
	}
	/* (who revoked within an mmap() that was waited for has left it to us) */
	if (card_is_revoked(card))
		revoke_all(card);
	mutex_unlock(&card->revoke_mutex);
}
EXPORT_SYMBOL_GPL(dma_suspend_card_memory);

/**
 * dma_resume_card_memory() - undo dma_suspend_card_memory()
 * @dev: the card device
 *
 * The pages come back by page faults, many with each. Devices that were given a buffer are
 * told again, and can map it. Nothing happens for a card that is
 * not suspended, or was revoked.
 *
 * Context: process context, may sleep. Within an mmap() of the driver's it may be called; where
 * a suspension waits for that mmap(), it ends with that.
 */
void dma_resume_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);
	bool is_ours;

	if (!card)
		return;
	is_ours = begin_revoking(card);
	if (set_suspended(card, false)) {
		wake_up_all(&card->resumed);
		/* (he who suspends has not told importers yet) */
		if (is_ours)
			card_exports_move(card);
	}
	if (is_ours)
		mutex_unlock(&card->revoke_mutex);
}
EXPORT_SYMBOL_GPL(dma_resume_card_memory);
