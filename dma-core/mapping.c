// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: user space's hold on a buffer, in a view (view.c).
 *
 * A mapping is complete when mmap() returns; no page fault is taken on it, before it is
 * revoked. It is made without remap_pfn_range(), because that one's VM_PAT breaks as
 * soon as the mapping's pages are taken away before the mapping.
 *
 * It holds one reference on the buffer, up to a revocation.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "attribute.h"
#include "buffer.h"
#include "card-device.h"
#include "compat.h"
#include "mapping.h"
#include "objects.h"
#include "region.h"
#include "view.h"

/* Mappings that were revoked and are not closed yet, of cards that may be gone. */
static LIST_HEAD(revoked_mappings);
static DEFINE_SPINLOCK(revoked_lock);

/*
 * Takes the buffer off a mapping; the caller inherits its reference. NULL: a close or a
 * revocation has taken it already.
 */
struct card_buffer *card_mapping_take_buffer(struct card_mapping *mapping)
{
	struct card_device *card = mapping->view->card;
	struct card_buffer *buffer;

	spin_lock_irq(&card->lock);
	buffer = mapping->buffer;
	mapping->buffer = NULL;
	if (buffer) {
		buffer->mappings--;
		card->counters.unmapped++;
	}
	spin_unlock_irq(&card->lock);
	return buffer;
}

static void mapping_list(struct card_mapping *mapping)
{
	struct card_device *card = mapping->view->card;

	spin_lock_irq(&card->lock);
	list_add_tail(&mapping->listed, &card->mappings);
	card->counters.mapped++;
	spin_unlock_irq(&card->lock);
}

struct card_mapping *card_mapping_new(struct card_buffer *buffer)
{
	struct card_mapping *mapping =
		kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);

	if (!mapping)
		return NULL;
	mapping->buffer = buffer;
	mapping->attribute = "none";
	INIT_LIST_HEAD(&mapping->listed);
	card_object_created(CARD_OBJECT_MAPPING);
	return mapping;
}

void card_mapping_free(struct card_mapping *mapping)
{
	kfree(mapping);
	card_object_destroyed(CARD_OBJECT_MAPPING, 1);
}

/* --- page table entries ------------------------------------------------------- */

/*
 * Where the kernel keeps the dirty bit (arm64 without hardware management of it), a clean
 * entry is read-only until the first write faults: entries are made dirty.
 */
static pgprot_t dirty_if_writable(const struct vm_area_struct *vma,
				  pgprot_t prot)
{
	if (!(vma->vm_flags & VM_WRITE))
		return prot;
	return pte_pgprot(pte_mkdirty(pfn_pte(0, prot)));
}

/* Of the buffer, whichever others the VMA has: vm_page_prot is that of one of them. */
static pgprot_t prot_of(const struct card_buffer *buffer,
			const struct vm_area_struct *vma)
{
	return dirty_if_writable(vma,
				 buffer->ops
					 ->pgprot(buffer,
						  vm_get_page_prot(vma->vm_flags)));
}

static unsigned long pfn_of(const struct card_mapping *mapping,
			    unsigned long page)
{
	return mapping->buffer->ops->pfn(mapping->buffer,
					 PFN_PHYS(mapping->first_page + page));
}

/*
 * card_mapping_is_away() - whether nobody may reach the memory of a mapping for now
 * Context: with card_device.revoke_lock held, and not revoked.
 */
bool card_mapping_is_away(const struct card_mapping *mapping)
{
	lockdep_assert_held(&mapping->view->card->revoke_lock);
	return mapping->view->card->suspended && mapping->buffer->region;
}

/* card_mapping_insert_page() - put page number @page of a mapping at @address */
vm_fault_t card_mapping_insert_page(const struct card_mapping *mapping,
				    struct vm_area_struct *vma,
				    unsigned long address, unsigned long page)
{
	return vmf_insert_pfn_prot(vma, address, pfn_of(mapping, page),
				   prot_of(mapping->buffer, vma));
}

/* What an entry makes of its page; false: there is none. */
static bool read_prot(struct vm_area_struct *vma, unsigned long address,
		      pgprot_t *prot)
{
	struct follow_pfnmap_args entry = { .vma = vma, .address = address };

	if (follow_pfnmap_start(&entry))
		return false;
	*prot = entry.pgprot;
	follow_pfnmap_end(&entry);
	return true;
}

/**
 * struct filling - a mapping whose pages are put into a VMA
 * @mapping: the mapping
 * @mm: of the VMA
 * @prot: of its entries
 * @page: of the mapping, the next one
 * @first_pfn: the page frame of the first one
 */
struct filling {
	const struct card_mapping *mapping;
	struct mm_struct *mm;
	pgprot_t prot;
	unsigned long page;
	unsigned long first_pfn;
};

static int fill_entry(struct filling *filling, pte_t *entry,
		      unsigned long address, unsigned long pfn)
{
	if (!pte_none(ptep_get(entry)))
		return -EBUSY;
	set_pte_at(filling->mm, address, entry,
		   pte_mkspecial(pfn_pte(pfn, filling->prot)));
	filling->page++;
	return 0;
}

static int fill_in_a_row(pte_t *entry, unsigned long address, void *data)
{
	struct filling *filling = data;

	return fill_entry(filling, entry, address,
			  filling->first_pfn + filling->page);
}

static int fill_scattered(pte_t *entry, unsigned long address, void *data)
{
	struct filling *filling = data;

	return fill_entry(filling, entry, address,
			  pfn_of(filling->mapping, filling->page));
}

/* Between two pieces of it others may run. */
#define FILLED_AT_A_TIME SZ_64M

static int fill_range(struct filling *filling, unsigned long address,
		      unsigned long end)
{
	pte_fn_t fill = filling->mapping->buffer->frames ? fill_scattered :
							   fill_in_a_row;
	int err = 0;

	for (; address < end && !err; address += FILLED_AT_A_TIME) {
		err = apply_to_page_range(filling->mm, address,
					  min_t(unsigned long, end - address,
						FILLED_AT_A_TIME),
					  fill, filling);
		cond_resched();
	}
	return err;
}

/* What the region's memory was given before, when the same was asked for. */
static bool recall_prot(struct card_mapping *mapping, pgprot_t asked,
			pgprot_t *given)
{
	struct card_region *region = mapping->buffer->region;
	spinlock_t *lock = &mapping->view->card->lock;
	bool recalled;

	if (!region)
		return false;
	spin_lock_irq(lock);
	recalled = pgprot_val(region->asked) == pgprot_val(asked);
	*given = region->given;
	spin_unlock_irq(lock);
	return recalled;
}

static void remember_prot(struct card_mapping *mapping, pgprot_t asked,
			  pgprot_t given)
{
	struct card_region *region = mapping->buffer->region;
	spinlock_t *lock = &mapping->view->card->lock;

	if (!region)
		return;
	spin_lock_irq(lock);
	region->asked = asked;
	region->given = given;
	spin_unlock_irq(lock);
}

/*
 * The architecture may make another attribute of what it is asked for, the same for all
 * pages of a buffer: the first page's entry tells it.
 */
static int insert_first(const struct card_mapping *mapping,
			struct vm_area_struct *vma, unsigned long address,
			pgprot_t *prot)
{
	vm_fault_t fault;

	if (read_prot(vma, address, prot))
		return -EBUSY;
	fault = card_mapping_insert_page(mapping, vma, address, 0);
	if (!(fault & VM_FAULT_ERROR) && read_prot(vma, address, prot))
		return 0;
	zap_special_vma_range(vma, address, PAGE_SIZE);
	return fault & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

static int insert_pages(struct card_mapping *mapping,
			struct vm_area_struct *vma)
{
	struct filling filling = {
		.mapping = mapping,
		.mm = vma->vm_mm,
		.first_pfn = pfn_of(mapping, 0),
	};
	const pgprot_t asked = prot_of(mapping->buffer, vma);
	unsigned long address = PFN_PHYS(mapping->page);
	int err;

	if (!recall_prot(mapping, asked, &filling.prot)) {
		err = insert_first(mapping, vma, address, &filling.prot);
		if (err)
			return err;
		filling.page = 1;
		remember_prot(mapping, asked, filling.prot);
	}
	mapping->attribute = card_attribute(filling.prot);
	err = fill_range(&filling, address + PFN_PHYS(filling.page),
			 address + PFN_PHYS(mapping->pages));
	if (err && filling.page)
		zap_special_vma_range(vma, address, PFN_PHYS(filling.page));
	return err;
}

/* Whether its view has another mapping at one of its pages. */
static bool is_taken(const struct card_mapping *mapping)
{
	const struct card_mapping *other;

	list_for_each_entry(other, &mapping->view->mappings, in_view)
		if (card_ranges_overlap(other->page, other->pages,
					mapping->page, mapping->pages))
			return true;
	return false;
}

/* Of memory that is away nothing is inserted: it comes by page faults, once it is back. */
static int put_into(struct card_mapping *mapping, struct vm_area_struct *vma)
{
	struct card_view *view = mapping->view;

	view->was_away |= card_mapping_is_away(mapping);
	/* (otherwise the entries tell) */
	if (view->was_away && is_taken(mapping))
		return -EBUSY;
	return card_mapping_is_away(mapping) ? 0 : insert_pages(mapping, vma);
}

/* From the look at @revoked until the mapping is listed, no revocation begins. */
int card_mapping_fill(struct card_mapping *mapping, struct vm_area_struct *vma)
{
	struct card_device *card = mapping->view->card;
	int err = -ENODEV;

	down_read(&card->revoke_lock);
	if (!card->revoked) {
		err = put_into(mapping, vma);
		if (!err)
			mapping_list(mapping);
	}
	up_read(&card->revoke_lock);
	return err;
}

/* --- once it is revoked, or closed ------------------------------------------------- */

/* A close that comes meanwhile has taken it off its list. */
void card_mapping_list_revoked(struct card_mapping *mapping)
{
	struct card_device *card = mapping->view->card;

	spin_lock_irq(&card->lock);
	if (!list_empty(&mapping->listed)) {
		spin_lock(&revoked_lock);
		list_move_tail(&mapping->listed, &revoked_mappings);
		spin_unlock(&revoked_lock);
		card->counters.revoked++;
	}
	spin_unlock_irq(&card->lock);
}

/* Called for a mapping that is closed. */
void card_mapping_unlist(struct card_mapping *mapping)
{
	lockdep_assert_held(&mapping->view->card->lock);
	spin_lock(&revoked_lock);
	list_del_init(&mapping->listed);
	spin_unlock(&revoked_lock);
}

/* --- for debugfs --------------------------------------------------------------------- */

/* A line per mapping. */
void card_mappings_show(struct seq_file *seq, struct card_device *card)
{
	const struct card_mapping *mapping;

	spin_lock_irq(&card->lock);
	list_for_each_entry(mapping, &card->mappings, listed) {
		const struct card_buffer *buffer = mapping->buffer;

		if (!buffer)
			continue;
		seq_printf(seq,
			   "memory=%s handle=%pad size=%zu first_page=%lu pages=%lu vmas=%ld freed=%d pid=%d kernel=%s user=%s\n",
			   buffer->ops->name, &buffer->handle, buffer->size,
			   mapping->first_page, mapping->pages,
			   file_count(mapping->view->file), buffer->freed,
			   mapping->view->pid, buffer->attribute,
			   mapping->attribute);
	}
	spin_unlock_irq(&card->lock);
}

/* Who still has what a card took away, and so keeps the module. */
void card_revoked_show(struct seq_file *seq)
{
	struct card_mapping *mapping;
	unsigned long number, stand_ins;
	void *page;

	spin_lock_irq(&revoked_lock);
	list_for_each_entry(mapping, &revoked_mappings, listed) {
		struct card_view *view = mapping->view;

		stand_ins = 0;
		xa_for_each_range(&view->stand_ins, number, page, mapping->page,
				  mapping->page + mapping->pages - 1)
			stand_ins++;
		seq_printf(seq,
			   "device=%s first_page=%lu pages=%lu vmas=%ld stand_ins=%lu pid=%d\n",
			   dev_name(&view->card->dev), mapping->first_page,
			   mapping->pages, file_count(view->file), stand_ins,
			   view->pid);
	}
	spin_unlock_irq(&revoked_lock);
}
