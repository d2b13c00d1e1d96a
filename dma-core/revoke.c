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
 * - unmap_mapping_range() finds VMAs by their file. mmap() makes the entries before the
 *   kernel links the VMA to the file, but holds the mmap lock until after that: who
 *   has had that lock once finds the VMA linked, or gone.
 * - fork() links the child's VMA behind its parent's before it copies entries, and
 *   VMAs are visited in that order: what was copied before the parent's were taken away
 *   is found in the child. So is what mremap() moves: to a VMA that is linked behind the
 *   old one before that. A VMA is split with the file's lock held.
 *
 * Then the mappings let go of their buffers. A card that was revoked is held by nobody
 * but its owner, who may give it back at once.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/list_sort.h>
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
			       struct vm_fault *vmf, unsigned long page)
{
	struct page *found = stand_in(mapping, page);

	if (!found)
		return VM_FAULT_OOM;
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, page_to_pfn(found),
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

static struct card_mapping *of_revoking(const struct list_head *entry)
{
	return list_entry(entry, struct card_mapping, revoking);
}

static struct super_block *super_of(const struct card_mapping *mapping)
{
	return mapping->space->host->i_sb;
}

/*
 * The next mapping that is listed with its card, referenced. So is the superblock of
 * its file, which may be closed meanwhile. Not the file itself: the last reference would
 * be dropped here, and its release be run only when this task is back in user space,
 * where a remove() that waits for it never gets.
 */
static struct card_mapping *next_mapping(struct card_device *card,
					 struct list_head *met)
{
	struct card_mapping *mapping;

	spin_lock_irq(&card->lock);
	mapping = list_first_entry_or_null(&card->mappings, struct card_mapping,
					   listed);
	if (mapping) {
		list_move_tail(&mapping->listed, met);
		kref_get(&mapping->kref);
		atomic_inc(&super_of(mapping)->s_active);
	}
	spin_unlock_irq(&card->lock);
	return mapping;
}

static int by_mm(void *priv, const struct list_head *a,
		 const struct list_head *b)
{
	return of_revoking(a)->mm > of_revoking(b)->mm;
}

/*
 * See the head of this file: each mmap() that made one of them has ended after this, and
 * it is known where in the file they lie.
 */
static void wait_until_linked(struct list_head *mappings)
{
	const struct mm_struct *waited_for = NULL;
	struct card_mapping *mapping;

	list_sort(NULL, mappings, by_mm);
	list_for_each_entry(mapping, mappings, revoking) {
		if (mapping->mm == waited_for)
			continue;
		mmap_read_lock(mapping->mm);
		card_mappings_locate(mapping->mm);
		mmap_read_unlock(mapping->mm);
		waited_for = mapping->mm;
	}
}

/* Part of a file; other cards' mappings of it get their entries back by a fault. */
struct file_range {
	struct address_space *space;
	unsigned long first_page;
	unsigned long end_page;
};

static struct file_range range_of(const struct card_mapping *mapping)
{
	unsigned long first_page = READ_ONCE(mapping->file_page);

	return (struct file_range){
		.space = mapping->space,
		.first_page = first_page,
		.end_page = first_page + mapping->pages,
	};
}

static int by_range(void *priv, const struct list_head *a,
		    const struct list_head *b)
{
	struct file_range of_a = range_of(of_revoking(a));
	struct file_range of_b = range_of(of_revoking(b));

	if (of_a.space != of_b.space)
		return of_a.space > of_b.space;
	return of_a.first_page > of_b.first_page;
}

static void unmap_range(const struct file_range *range)
{
	unmap_mapping_range(range->space,
			    (loff_t)range->first_page << PAGE_SHIFT,
			    (loff_t)(range->end_page - range->first_page)
				    << PAGE_SHIFT,
			    1);
}

/* What many have mapped is visited once, not once for each of them. */
static void unmap_all(struct list_head *mappings)
{
	struct card_mapping *mapping;
	struct file_range all = {};

	list_sort(NULL, mappings, by_range);
	list_for_each_entry(mapping, mappings, revoking) {
		struct file_range range = range_of(mapping);

		if (range.space == all.space &&
		    range.first_page <= all.end_page) {
			all.end_page = max(all.end_page, range.end_page);
			continue;
		}
		if (all.space)
			unmap_range(&all);
		all = range;
	}
	if (all.space)
		unmap_range(&all);
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

static void let_go(struct card_mapping *mapping)
{
	struct card_buffer *buffer = card_mapping_take_buffer(mapping);
	struct super_block *super = super_of(mapping);

	list_as_revoked(mapping);
	if (buffer)
		card_buffer_put(buffer);
	card_mapping_put(mapping);
	deactivate_super(super);
}

/* None is added any more. Returns how many there were. */
static unsigned int revoke_mappings(struct card_device *card)
{
	struct card_mapping *mapping, *next;
	unsigned int count = 0;
	LIST_HEAD(mappings);
	LIST_HEAD(met);

	while ((mapping = next_mapping(card, &met))) {
		list_add_tail(&mapping->revoking, &mappings);
		count++;
	}
	wait_until_linked(&mappings);
	unmap_all(&mappings);
	list_for_each_entry_safe(mapping, next, &mappings, revoking)
		let_go(mapping);
	return count;
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
 * The time that it takes grows with the number of VMAs. It does not depend on what the
 * processes do with them, but each process must let go of its mmap lock once. Who calls
 * meanwhile, for the same device, waits for the first to be done.
 *
 * Other VMAs of the same part of a file lose their entries as well: those of
 * dma_map_coherent() get them back, others only by a fault handler of their own.
 *
 * Context: process context, may sleep; with no mmap lock held, nor any lock that the
 * driver's mmap() takes, or an open or close of its vm_ops.
 */
void dma_revoke_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);
	unsigned int mappings;

	if (!card)
		return;
	mutex_lock(&card->revoke_mutex);
	down_write(&card->revoke_lock);
	spin_lock_irq(&card->lock);
	WRITE_ONCE(card->revoked, true);
	spin_unlock_irq(&card->lock);
	up_write(&card->revoke_lock);

	mappings = revoke_mappings(card);
	mutex_unlock(&card->revoke_mutex);
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
