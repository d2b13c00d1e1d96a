// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings: user space's hold on a buffer.
 *
 * A mapping is complete when mmap() returns; no page fault is taken on it, before it is
 * revoked. It is made with vmf_insert_pfn_prot() and not with remap_pfn_range(), because
 * the latter's VM_PAT breaks as soon as the mapping's pages are taken away before the
 * mapping.
 *
 * One struct card_mapping serves the VMA that mmap() made and all that descend
 * from it by fork() and by splitting; it holds one reference on the buffer, up to
 * a revocation, and one on this module until the last of them is closed.
 *
 * A driver's subsystem may have set vm_ops and vm_private_data before it called
 * us (ALSA counts its mappings that way); its open and close are called through.
 * Not for a child's copy of the mapping, though: that must not keep the parent from
 * freeing its buffer for as long as the child lives, and needs not, since the buffer
 * outlives its owner's free.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "compat.h"
#include "internal.h"
#include "mapping.h"
#include "trace.h"

static const struct vm_operations_struct card_vm_ops;

/*
 * Whoever takes the buffer off a mapping drops its reference; NULL: somebody has. One
 * that was not listed, because a revocation came first, was not counted either.
 */
struct card_buffer *card_mapping_take_buffer(struct card_mapping *mapping)
{
	struct card_device *card = mapping->card;
	struct card_buffer *buffer;

	spin_lock_irq(&card->lock);
	buffer = mapping->buffer;
	mapping->buffer = NULL;
	if (buffer && !list_empty(&mapping->listed)) {
		buffer->mappings--;
		card->counters.unmapped++;
	}
	spin_unlock_irq(&card->lock);
	return buffer;
}

static void mapping_list(struct card_mapping *mapping)
{
	struct card_device *card = mapping->card;

	spin_lock_irq(&card->lock);
	list_add_tail(&mapping->listed, &card->mappings);
	mapping->buffer->mappings++;
	card->counters.mapped++;
	spin_unlock_irq(&card->lock);
}

static void mapping_release(struct kref *kref)
{
	struct card_mapping *mapping =
		container_of(kref, struct card_mapping, kref);

	card_stand_ins_free(mapping);
	iput(mapping->space->host);
	mmdrop(mapping->mm);
	put_device(&mapping->card->dev);
	kfree(mapping);
	card_object_destroyed(CARD_OBJECT_MAPPING, 1);
	/* (the code that runs stays: the VMA's file holds it, or who revokes) */
	module_put(THIS_MODULE);
}

void card_mapping_put(struct card_mapping *mapping)
{
	kref_put(&mapping->kref, mapping_release);
}

/* The last VMA is closed. */
static void mapping_end(struct card_mapping *mapping)
{
	struct card_device *card = mapping->card;
	struct card_buffer *buffer = card_mapping_take_buffer(mapping);

	spin_lock_irq(&card->lock);
	card_mapping_unlist(mapping);
	spin_unlock_irq(&card->lock);
	if (buffer) {
		trace_dma_card_unmap(&card->dev, buffer->ops->name,
				     buffer->handle, buffer->size);
		card_buffer_put(buffer);
	}
	card_mapping_put(mapping);
}

/*
 * Drivers may give vm_pgoff another value once the buffer is mapped: UIO does, the map's
 * number. A VMA that is whole tells what it is, and each one comes by here before it
 * is cut.
 */
static void note_file_page(struct card_mapping *mapping,
			   struct vm_area_struct *vma)
{
	if (vma_pages(vma) == mapping->pages)
		WRITE_ONCE(mapping->file_page, vma->vm_pgoff);
}

/*
 * card_mappings_locate() - see where in their files an mm's mappings lie
 * Context: with the mmap lock held, at least for reading.
 */
void card_mappings_locate(struct mm_struct *mm)
{
	VMA_ITERATOR(vmas, mm, 0);
	struct vm_area_struct *vma;

	/* At its end nobody uses an mm, and its VMAs are not for looking at. */
	if (!atomic_read(&mm->mm_users))
		return;
	for_each_vma(vmas, vma)
		if (vma->vm_ops == &card_vm_ops)
			note_file_page(vma->vm_private_data, vma);
}

/* The buffer's page that lies at a page of the file; false: none that was mapped. */
static bool find_page(struct card_mapping *mapping, struct vm_area_struct *vma,
		      unsigned long file_page, unsigned long *page)
{
	unsigned long into_mapping;

	note_file_page(mapping, vma);
	into_mapping = file_page - READ_ONCE(mapping->file_page);
	*page = mapping->first_page + into_mapping;
	return into_mapping < mapping->pages;
}

/* The caller's own open or close finds its own vm_private_data in the VMA. */
static void call_outer(struct vm_area_struct *vma, struct card_mapping *mapping,
		       void (*call)(struct vm_area_struct *vma))
{
	if (!call || vma->vm_mm != mapping->mm)
		return;
	vma->vm_private_data = mapping->outer_data;
	call(vma);
	vma->vm_private_data = mapping;
}

static void mapping_open(struct vm_area_struct *vma)
{
	struct card_mapping *mapping = vma->vm_private_data;

	note_file_page(mapping, vma);
	refcount_inc(&mapping->vmas);
	if (mapping->outer_ops)
		call_outer(vma, mapping, mapping->outer_ops->open);
}

static int mapping_may_split(struct vm_area_struct *vma, unsigned long address)
{
	note_file_page(vma->vm_private_data, vma);
	return 0;
}

/*
 * Where mmap() fails after it was made here, the kernel closes the VMA before it takes
 * the entries away: nothing may reach a buffer that goes back now. At an exit, when
 * nobody uses the mm any more, they are gone.
 */
static void zap_what_is_left(struct vm_area_struct *vma)
{
	if (atomic_read(&vma->vm_mm->mm_users))
		zap_special_vma_range(vma, vma->vm_start,
				      vma->vm_end - vma->vm_start);
}

static void mapping_close(struct vm_area_struct *vma)
{
	struct card_mapping *mapping = vma->vm_private_data;

	if (mapping->outer_ops)
		call_outer(vma, mapping, mapping->outer_ops->close);
	if (!refcount_dec_and_test(&mapping->vmas))
		return;
	zap_what_is_left(vma);
	mapping_end(mapping);
}

static vm_fault_t insert_page(struct vm_area_struct *vma, unsigned long address,
			      const struct card_buffer *buffer,
			      unsigned long page)
{
	unsigned long pfn = buffer->ops->pfn(buffer, page << PAGE_SHIFT);

	return vmf_insert_pfn_prot(vma, address, pfn, vma->vm_page_prot);
}

/*
 * Not for a live mapping, which is complete; but who takes pages away by the file, as
 * for another card's revocation, may have met this one's.
 */
static vm_fault_t mapping_fault(struct vm_fault *vmf)
{
	struct card_mapping *mapping = vmf->vma->vm_private_data;
	struct card_device *card = mapping->card;
	unsigned long page;
	vm_fault_t fault;

	if (!find_page(mapping, vmf->vma, vmf->pgoff, &page))
		return VM_FAULT_SIGBUS;
	down_read(&card->revoke_lock);
	fault = card->revoked ? card_stand_in_fault(mapping, vmf, page) :
				insert_page(vmf->vma, vmf->address,
					    mapping->buffer, page);
	up_read(&card->revoke_lock);
	return fault;
}

/* Through the kernel's mapping of the same bytes. */
static int buffer_access(const struct card_buffer *buffer, size_t offset,
			 void *bytes, int length, bool write)
{
	void *memory = buffer->cpu_addr + offset;

	if (write)
		memcpy(memory, bytes, length);
	else
		memcpy(bytes, memory, length);
	return length;
}

/* ptrace and /proc/pid/mem */
static int mapping_access(struct vm_area_struct *vma, unsigned long address,
			  void *bytes, int length, int write)
{
	struct card_mapping *mapping = vma->vm_private_data;
	unsigned long page, into_vma = PHYS_PFN(address - vma->vm_start);
	unsigned int offset = offset_in_page(address);
	struct card_device *card = mapping->card;

	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EACCES;
	if (!find_page(mapping, vma, vma->vm_pgoff + into_vma, &page))
		return -EFAULT;
	length = min_t(unsigned long, length, vma->vm_end - address);
	down_read(&card->revoke_lock);
	if (card->revoked)
		length = card_stand_in_access(mapping, page, offset, bytes,
					      length, write);
	else
		length = buffer_access(mapping->buffer, PFN_PHYS(page) + offset,
				       bytes, length, write);
	up_read(&card->revoke_lock);
	return length;
}

static const struct vm_operations_struct card_vm_ops = {
	.open = mapping_open,
	.may_split = mapping_may_split,
	.close = mapping_close,
	.fault = mapping_fault,
	.access = mapping_access,
};

static int insert_pages(struct vm_area_struct *vma,
			const struct card_buffer *buffer)
{
	unsigned long page, pages = vma_pages(vma);
	vm_fault_t fault;

	for (page = 0; page < pages; page++) {
		fault = insert_page(vma, vma->vm_start + page * PAGE_SIZE,
				    buffer, vma->vm_pgoff + page);
		if (fault & VM_FAULT_ERROR)
			return fault & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

static int check_vma(struct vm_area_struct *vma, size_t size)
{
	unsigned long pages = PAGE_ALIGN(size) >> PAGE_SHIFT;

	/* Copy-on-write would leave the client writing to a page of its own. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -ENXIO;
	return 0;
}

/* Takes over the caller's reference on @buffer, if it succeeds. */
static struct card_mapping *mapping_new(struct vm_area_struct *vma,
					struct card_buffer *buffer)
{
	struct card_mapping *mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);

	if (!mapping)
		return NULL;
	kref_init(&mapping->kref);
	refcount_set(&mapping->vmas, 1);
	mapping->card = buffer->card;
	get_device(&mapping->card->dev);
	mapping->buffer = buffer;
	mapping->space = vma->vm_file->f_mapping;
	ihold(mapping->space->host);
	mapping->file_page = vma->vm_pgoff;
	mapping->first_page = vma->vm_pgoff;
	mapping->pages = vma_pages(vma);
	mapping->mm = vma->vm_mm;
	mmgrab(mapping->mm);
	mapping->pid = task_tgid_nr(current);
	mapping->outer_ops = vma->vm_ops;
	mapping->outer_data = vma->vm_private_data;
	INIT_LIST_HEAD(&mapping->listed);
	xa_init(&mapping->stand_ins);
	card_object_created(CARD_OBJECT_MAPPING);
	__module_get(THIS_MODULE);
	return mapping;
}

/* From the look at @revoked until all pages are there, no revocation begins. */
static int mapping_fill(struct card_mapping *mapping,
			struct vm_area_struct *vma)
{
	struct card_device *card = mapping->card;
	struct card_buffer *buffer = mapping->buffer;
	int err = -ENODEV;

	down_read(&card->revoke_lock);
	if (!card->revoked) {
		mapping_list(mapping);
		err = insert_pages(vma, buffer);
	}
	up_read(&card->revoke_lock);
	return err;
}

/* Takes over the caller's reference on @buffer, also when it fails. */
static int mapping_create(struct vm_area_struct *vma,
			  struct card_buffer *buffer)
{
	struct card_mapping *mapping = mapping_new(vma, buffer);
	int err;

	if (!mapping) {
		card_buffer_put(buffer);
		return -ENOMEM;
	}
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = buffer->ops->pgprot(buffer, vma->vm_page_prot);
	err = mapping_fill(mapping, vma);
	if (err) {
		/* mmap() will fail; nothing may reach memory freed after it. */
		zap_special_vma_range(vma, vma->vm_start,
				      vma->vm_end - vma->vm_start);
		mapping_end(mapping);
		return err;
	}
	vma->vm_private_data = mapping;
	vma->vm_ops = &card_vm_ops;
	return 0;
}

/* The dma_mmap_coherent() of a card device. */
int card_mapping_create(struct card_device *card, struct vm_area_struct *vma,
			void *cpu_addr, dma_addr_t handle, size_t size)
{
	struct card_buffer *buffer;
	const char *memory;
	int err = check_vma(vma, size);

	if (err)
		return err;
	if (card_is_revoked(card))
		return -ENODEV;
	buffer = card_buffer_get(card, cpu_addr, handle, size);
	if (!buffer)
		return -EINVAL;
	memory = buffer->ops->name;
	err = buffer->ops->load_pfns(buffer);
	if (err) {
		card_buffer_put(buffer);
		return err;
	}
	err = mapping_create(vma, buffer);
	if (err)
		return err;
	trace_dma_map_coherent(&card->dev, memory, handle, size, vma->vm_pgoff,
			       vma_pages(vma));
	return 0;
}

/**
 * dma_map_coherent() - map a coherent DMA buffer into user space
 * @dev: the device that the buffer was allocated for
 * @vma: where to map it, in the driver's mmap(); vm_pgoff is the first page of
 *	the buffer to map
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @size: bytes of the buffer that may be mapped, at most what was allocated
 *
 * Maps the part of the buffer that @vma covers, wherever it lies: on the card,
 * with no struct page behind it, or in system RAM. The mapping is complete on
 * return and has the cache attribute of the kernel's mapping. It holds the
 * buffer: freed while it is mapped, the memory goes back with the last unmap, or when
 * dma_revoke_card_memory() takes it away from user space.
 * The driver needs no fault handler. Where vm_ops are set already, their open and
 * close go on being called, with their vm_private_data, for the VMAs of the process
 * that called mmap().
 *
 * This is what the driver's mmap() does last: it must not fail any more, nor set
 * vm_ops or vm_private_data. A mapping for which that is done is never seen to be
 * closed, and holds its buffer until the card is revoked, and this module for good.
 * vm_pgoff may be given another value.
 *
 * For a device that is no card device this is dma_mmap_coherent().
 *
 * Context: process context with the mmap lock held for writing, may sleep.
 * Return: 0; -EINVAL for a private mapping, or (with a warning) a buffer that
 * was not allocated so; -ENODEV once the card was revoked; -ENXIO when @vma reaches
 * beyond @size; -ENOMEM; -EFAULT when the architecture refuses a page; for system
 * RAM an errno of dma_get_sgtable(). After an error nothing is mapped.
 */
int dma_map_coherent(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size)
{
	return dma_mmap_coherent(dev, vma, cpu_addr, handle, size);
}
EXPORT_SYMBOL_GPL(dma_map_coherent);

/**
 * dma_coherent_page() - the struct page behind a byte of a coherent buffer
 * @dev: the card device that the buffer was allocated for
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @offset: into the buffer, in bytes
 *
 * What a fault handler of the old kind asks for, and why it fails: memory on a
 * card has no struct page. New drivers call dma_map_coherent().
 *
 * The page comes without a reference and is the buffer's for as long as that is.
 * Pages that have no reference count of their own (the tail of a block that is not
 * compound) are none that a handler could return.
 *
 * Context: process context, may sleep.
 * Return: the page, or NULL where there is none, where @offset lies outside of
 * the buffer, once the card was revoked, or (with a warning) when the buffer was not
 * allocated so.
 */
struct page *dma_coherent_page(struct device *dev, void *cpu_addr,
			       dma_addr_t handle, size_t offset)
{
	struct card_device *card = expect_card_device(dev);
	struct card_buffer *buffer;
	struct page *page = NULL;

	if (!card || card_is_revoked(card))
		return NULL;
	buffer = card_buffer_get(card, cpu_addr, handle, 0);
	if (!buffer)
		return NULL;
	if (offset < PAGE_ALIGN(buffer->size) &&
	    buffer->ops->has_pages(buffer) && !buffer->ops->load_pfns(buffer)) {
		unsigned long pfn =
			buffer->ops->pfn(buffer, offset & PAGE_MASK);

		if (pfn_valid(pfn) && page_count(pfn_to_page(pfn)))
			page = pfn_to_page(pfn);
	}
	card_buffer_put(buffer);
	return page;
}
EXPORT_SYMBOL_GPL(dma_coherent_page);

/* For debugfs: a line per mapping. */
void card_mappings_show(struct seq_file *seq, struct card_device *card)
{
	const struct card_mapping *mapping;

	spin_lock_irq(&card->lock);
	list_for_each_entry(mapping, &card->mappings, listed) {
		const struct card_buffer *buffer = mapping->buffer;

		if (!buffer)
			continue;
		seq_printf(seq,
			   "memory=%s handle=%pad first_page=%lu pages=%lu vmas=%u freed=%d pid=%d\n",
			   buffer->ops->name, &buffer->handle,
			   mapping->first_page, mapping->pages,
			   refcount_read(&mapping->vmas), buffer->freed,
			   mapping->pid);
	}
	spin_unlock_irq(&card->lock);
}
