// SPDX-License-Identifier: GPL-2.0
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
 * - unmap_mapping_range() finds VMAs by their file. mmap() makes the entries before the
 *   kernel links the VMA to the file, but holds the mmap lock until after that: who
 *   has had that lock once finds the VMA linked, or gone.
 * - fork() links the child's VMA behind its parent's before it copies entries, and
 *   VMAs are visited in that order: what was copied before the parent's were taken away
 *   is found in the child. Splitting and moving hold the file's lock.
 *
 * Then the mapping lets go of its buffer. A card that was revoked is held by nobody
 * but its owner, who may give it back at once.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "internal.h"
#include "mapping.h"
#include "trace.h"

/* Mappings that were revoked and are not closed yet, of cards that may be gone. */
static LIST_HEAD(revoked_mappings);
static DEFINE_SPINLOCK(revoked_lock);

/* --- what a touch finds ------------------------------------------------------- */

/* Charged to who touches it. */
static struct page *new_stand_in(struct card_mapping *mapping,
				 unsigned long number)
{
	struct page *page =
		alloc_page(GFP_HIGHUSER | __GFP_ZERO | __GFP_ACCOUNT);
	void *old;

	if (!page)
		return NULL;
	old = xa_cmpxchg(&mapping->stand_ins, number, NULL, page, GFP_KERNEL);
	if (!old) {
		card_object_created(CARD_OBJECT_STAND_IN);
		return page;
	}
	__free_page(page);
	return xa_is_err(old) ? NULL : old;
}

/* The page that takes the place of the buffer's page @number; NULL without memory. */
static struct page *stand_in(struct card_mapping *mapping, unsigned long number)
{
	return xa_load(&mapping->stand_ins, number) ?:
		       new_stand_in(mapping, number);
}

/* Never with the cache attribute of the card's memory: it is RAM like any other. */
vm_fault_t card_stand_in_fault(struct card_mapping *mapping,
			       struct vm_fault *vmf)
{
	struct page *page = stand_in(mapping, vmf->pgoff);

	if (!page)
		return VM_FAULT_OOM;
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, page_to_pfn(page),
				   vm_get_page_prot(vmf->vma->vm_flags));
}

/*
 * ptrace's view of the same page
 * Return: how many bytes, up to the page's end; -ENOMEM.
 */
int card_stand_in_access(struct card_mapping *mapping, unsigned long page,
			 unsigned int offset, void *bytes, int length,
			 bool write)
{
	struct page *found = stand_in(mapping, page);
	void *memory;

	if (!found)
		return -ENOMEM;
	length = min_t(int, length, PAGE_SIZE - offset);
	memory = kmap_local_page(found);
	if (write)
		memcpy(memory + offset, bytes, length);
	else
		memcpy(bytes, memory + offset, length);
	kunmap_local(memory);
	return length;
}

void card_stand_ins_free(struct card_mapping *mapping)
{
	unsigned long number, count = 0;
	struct page *page;

	xa_for_each(&mapping->stand_ins, number, page) {
		__free_page(page);
		count++;
	}
	xa_destroy(&mapping->stand_ins);
	card_object_destroyed(CARD_OBJECT_STAND_IN, count);
}

/* --- revoking --------------------------------------------------------------------- */

/* The next mapping that is not revoked yet, and its file; both referenced. */
static struct card_mapping *next_mapping(struct card_device *card)
{
	struct card_mapping *mapping;

	spin_lock_irq(&card->lock);
	mapping = list_first_entry_or_null(&card->mappings, struct card_mapping,
					   listed);
	if (mapping) {
		kref_get(&mapping->kref);
		get_file(mapping->file);
	}
	spin_unlock_irq(&card->lock);
	return mapping;
}

/* See the head of this file: an mmap() that made it has ended after this. */
static void wait_until_linked(struct card_mapping *mapping)
{
	mmap_read_lock(mapping->mm);
	mmap_read_unlock(mapping->mm);
}

/* A close that comes meanwhile has taken it off its list. */
static void list_as_revoked(struct card_mapping *mapping)
{
	struct card_device *card = mapping->card;

	spin_lock_irq(&card->lock);
	if (!list_empty(&mapping->listed)) {
		spin_lock(&revoked_lock);
		list_move_tail(&mapping->listed, &revoked_mappings);
		spin_unlock(&revoked_lock);
		card->counters.revoked++;
	}
	spin_unlock_irq(&card->lock);
}

/* Called for a mapping that is closed, with card_device.lock held. */
void card_mapping_unlist(struct card_mapping *mapping)
{
	spin_lock(&revoked_lock);
	list_del_init(&mapping->listed);
	spin_unlock(&revoked_lock);
}

static void revoke_mapping(struct card_mapping *mapping)
{
	struct file *file = mapping->file;
	struct card_buffer *buffer;

	wait_until_linked(mapping);
	/* (of other cards' mappings by the same file, a fault brings them back) */
	unmap_mapping_range(file->f_mapping,
			    (loff_t)mapping->first_page << PAGE_SHIFT,
			    (loff_t)mapping->pages << PAGE_SHIFT, 1);
	buffer = card_mapping_take_buffer(mapping);
	list_as_revoked(mapping);
	if (buffer)
		card_buffer_put(buffer);
	fput(file);
	card_mapping_put(mapping);
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
 * This is final for @dev. Nothing is allocated, mapped or declared any more. Buffers
 * that were freed while they were mapped are given back here; those that are still
 * owned stay until their owner frees them, or dma_destroy_card_device() takes them
 * back. What is left of mappings holds this module, and nothing of the card.
 *
 * The time that it takes does not depend on what the processes do with the mappings,
 * but each must let go of its mmap lock once.
 *
 * Context: process context, may sleep; no mmap lock held.
 */
void dma_revoke_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);
	struct card_mapping *mapping;
	unsigned int mappings = 0;

	if (!card)
		return;
	down_write(&card->revoke_lock);
	spin_lock_irq(&card->lock);
	WRITE_ONCE(card->revoked, true);
	spin_unlock_irq(&card->lock);
	up_write(&card->revoke_lock);

	while ((mapping = next_mapping(card))) {
		revoke_mapping(mapping);
		mappings++;
	}
	trace_dma_revoke_card_memory(dev, mappings);
}
EXPORT_SYMBOL_GPL(dma_revoke_card_memory);

/* For debugfs: who still has what a card took away, and so keeps the module. */
void card_revoked_show(struct seq_file *seq)
{
	struct card_mapping *mapping;
	unsigned long number, stand_ins;
	void *page;

	spin_lock_irq(&revoked_lock);
	list_for_each_entry(mapping, &revoked_mappings, listed) {
		stand_ins = 0;
		xa_for_each(&mapping->stand_ins, number, page)
			stand_ins++;
		seq_printf(seq,
			   "device=%s first_page=%lu pages=%lu vmas=%u stand_ins=%lu pid=%d\n",
			   dev_name(&mapping->card->dev), mapping->first_page,
			   mapping->pages, refcount_read(&mapping->vmas),
			   stand_ins, mapping->pid);
	}
	spin_unlock_irq(&revoked_lock);
}
