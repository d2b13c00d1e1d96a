// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver's mmap() calls: buffers are put into a VMA, each as a mapping (mapping.c) in
 * the VMA's view (view.c). And dma_coherent_page(), for fault handlers of the old kind.
 */
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "compat.h"
#include "map.h"
#include "mapping.h"
#include "quota.h"
#include "trace.h"
#include "view.h"

#define VIEW_VM_FLAGS (VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP)

/**
 * struct card_part - what is to be mapped
 * @cpu_addr: of the buffer
 * @handle: of the buffer
 * @size: bytes of the buffer that the caller says it has; 0: all that it has
 * @address: where in the process, the first page of it
 * @first_page: of the buffer
 * @pages: how many
 */
struct card_part {
	void *cpu_addr;
	dma_addr_t handle;
	size_t size;
	unsigned long address;
	unsigned long first_page;
	unsigned long pages;
};

/* A view for a VMA: the one that it has, or a new one, not yet installed. */
static struct card_view *view_for(struct card_device *card,
				  struct vm_area_struct *vma)
{
	struct card_view *view;

	if (!card_view_is_of(vma->vm_file))
		return card_view_new(card, vma);
	view = vma->vm_file->private_data;
	if (view->card != card) {
		CALLER_ERRED(&card->dev,
			     "this VMA has a buffer of %s in it; map those of another device by another mmap()\n",
			     dev_name(&view->card->dev));
		return ERR_PTR(-EINVAL);
	}
	if (!card_view_is_intact(vma)) {
		CALLER_ERRED(&card->dev,
			     "vm_ops were changed since a buffer was mapped into this VMA; set them before\n");
		return ERR_PTR(-EINVAL);
	}
	return view;
}

/* Takes over the caller's reference on the buffer, if it succeeds. */
static int add_mapping(struct card_view *view, struct card_mapping *mapping,
		       struct vm_area_struct *vma)
{
	const vm_flags_t added = VIEW_VM_FLAGS & ~vma->vm_flags;
	const pgprot_t prot = vma->vm_page_prot;
	const struct card_buffer *buffer = mapping->buffer;
	int err;

	vm_flags_set(vma, VIEW_VM_FLAGS);
	vma->vm_page_prot =
		buffer->ops->pgprot(buffer, vm_get_page_prot(vma->vm_flags));
	mapping->view = view;
	err = card_mapping_fill(mapping, vma);
	if (!err) {
		view->is_mixed |= !list_empty(&view->mappings) &&
				  pgprot_val(vma->vm_page_prot) !=
					  pgprot_val(prot);
		list_add_tail(&mapping->in_view, &view->mappings);
		return 0;
	}
	vma->vm_page_prot = prot;
	vm_flags_clear(vma, added);
	return err;
}

static int map_buffer(struct card_device *card, struct vm_area_struct *vma,
		      struct card_buffer *buffer, const struct card_part *part)
{
	struct card_mapping *mapping;
	struct card_view *view = view_for(card, vma);
	bool is_new = !card_view_is_of(vma->vm_file);
	int err;

	if (IS_ERR(view))
		return PTR_ERR(view);
	err = card_quota_charge(buffer, &buffer->mappings);
	if (err)
		goto put_view;
	err = -ENOMEM;
	mapping = card_mapping_new(buffer);
	if (!mapping)
		goto uncharge;
	mapping->page = PHYS_PFN(part->address);
	mapping->first_page = part->first_page;
	mapping->pages = part->pages;
	err = add_mapping(view, mapping, vma);
	if (err)
		goto free_mapping;
	if (is_new)
		card_view_install(view, vma);
	trace_dma_map_coherent(&card->dev, buffer->ops->name, part->handle,
			       part->size ?: buffer->size, part->first_page,
			       part->pages, buffer->attribute,
			       mapping->attribute);
	return 0;

free_mapping:
	card_mapping_free(mapping);
uncharge:
	card_quota_uncharge(buffer, &buffer->mappings);
put_view:
	if (is_new)
		fput(view->file);
	return err;
}

/* What can be seen of a VMA that none of this works for. */
static int check_vma(struct card_device *card, const struct vm_area_struct *vma)
{
	/* Copy-on-write would leave the client writing to a page of its own. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_MIXEDMAP) {
		CALLER_ERRED(&card->dev,
			     "this VMA has VM_MIXEDMAP set, for memory with pages; leave its flags to this call\n");
		return -EINVAL;
	}
	/* A list's head points to itself, and that of a copy to where it was. */
	if (!list_empty(&vma->anon_vma_chain)) {
		CALLER_ERRED(&card->dev,
			     "this is a copy of a VMA, of which nobody would see that it is closed; map parts of the VMA itself by dma_map_coherent_part()\n");
		return -EINVAL;
	}
	return 0;
}

/* The caller's reference on the buffer is taken over. */
static int map_taken(struct card_device *card, struct vm_area_struct *vma,
		     struct card_buffer *buffer, const struct card_part *part)
{
	int err = buffer->ops->load_pfns(buffer);

	if (!err)
		err = map_buffer(card, vma, buffer, part);
	if (err)
		card_buffer_put(buffer);
	return err;
}

/* To the end of the last page, which is the buffer's alone. */
static bool is_within(const struct card_part *part, size_t size)
{
	const unsigned long pages = PHYS_PFN(PAGE_ALIGN(size));

	return part->first_page < pages &&
	       part->pages <= pages - part->first_page;
}

static int map_part(struct card_device *card, struct vm_area_struct *vma,
		    const struct card_part *part)
{
	struct card_buffer *buffer;
	int err = check_vma(card, vma);

	if (err)
		return err;
	if (part->size && !is_within(part, part->size))
		return -ENXIO;
	if (card_is_revoked(card))
		return -ENODEV;
	buffer =
		card_buffer_get(card, part->cpu_addr, part->handle, part->size);
	if (!buffer)
		return card_is_revoked(card) ? -ENODEV : -EINVAL;
	if (!is_within(part, buffer->size)) {
		card_buffer_put(buffer);
		return -ENXIO;
	}
	return map_taken(card, vma, buffer, part);
}

/*
 * card_mapping_create_of() - map a buffer, from a page of it on
 * @buffer: the buffer, referenced, which reference is taken over
 * @first_page: and all that the VMA has room for; the caller has seen that it has so many
 * Context: process context with the mmap lock held for writing, may sleep.
 * Return: as dma_map_coherent().
 */
int card_mapping_create_of(struct card_buffer *buffer,
			   struct vm_area_struct *vma, unsigned long first_page)
{
	const struct card_part part = {
		.handle = buffer->handle,
		.size = buffer->size,
		.address = vma->vm_start,
		.first_page = first_page,
		.pages = vma_pages(vma),
	};
	int err = check_vma(buffer->card, vma);

	if (err)
		card_buffer_put(buffer);
	else
		err = map_taken(buffer->card, vma, buffer, &part);
	return err;
}

/* The dma_mmap_coherent() of a card device. */
int card_mapping_create(struct card_device *card, struct vm_area_struct *vma,
			void *cpu_addr, dma_addr_t handle, size_t size)
{
	const struct card_part part = {
		.cpu_addr = cpu_addr,
		.handle = handle,
		.size = size,
		.address = vma->vm_start,
		.first_page = vma->vm_pgoff,
		.pages = vma_pages(vma),
	};

	return size ? map_part(card, vma, &part) : -ENXIO;
}

/**
 * dma_map_coherent() - map a coherent DMA buffer into user space
 * @dev: the device that the buffer was allocated for
 * @vma: where to map it, in the driver's mmap(); vm_pgoff is the first page of
 *	the buffer to map
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @size: bytes of the buffer that may be mapped, at most to the end of the last page of
 *	what was allocated
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
 * The VMA is not the driver's any more: it maps a file of this module, and vm_ops and
 * vm_private_data are set. What the driver wants to set, it sets before. vm_pgoff and
 * vm_private_data may be given other values. Its mmap() may still fail, and then nothing is
 * left.
 *
 * Several buffers, or parts of them, can be mapped into one VMA, with no page in it twice:
 * by dma_map_coherent_part(), or by this call with vm_start and vm_end narrowed for each of
 * them. All are of one device. The VMA itself must be given, not a copy of it.
 *
 * For a device that is no card device this is dma_mmap_coherent().
 *
 * Context: process context with the mmap lock held for writing, may sleep.
 * Return: 0; -EINVAL for a private mapping, or (with a warning) a buffer that
 * was not allocated so, a copy of a VMA, a VMA with buffers of another device or one whose
 * vm_ops were changed after such a call; -ENODEV once the card was revoked;
 * -ENXIO when @vma reaches beyond @size; -EBUSY when a page is mapped there already; -ENOMEM;
 * -ENFILE when the system has too many open files; -EDQUOT when an ordinary user would have
 * more mapped than his share of the card's memory, or of RAM; -EFAULT when the architecture
 * refuses a page; for system RAM an errno of dma_get_sgtable(). After an error nothing was
 * mapped by this call.
 */
int dma_map_coherent(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size)
{
	return dma_mmap_coherent(dev, vma, cpu_addr, handle, size);
}
EXPORT_SYMBOL_GPL(dma_map_coherent);

/**
 * dma_map_coherent_part() - map a part of a coherent DMA buffer into a part of a VMA
 * @dev: the card device that the buffer was allocated for
 * @vma: where to map it, in the driver's mmap()
 * @into_vma: bytes from the VMA's start, whole pages
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @offset: into the buffer, in bytes, whole pages
 * @bytes: how many, rounded up to whole pages; @offset and @bytes stay within the last page
 *	of what was allocated
 *
 * For a VMA that shows several buffers: called once for each of them, at places that do
 * not overlap. vm_pgoff says nothing here. A page of the VMA that nothing was mapped to
 * is none: SIGBUS. Everything else is as dma_map_coherent() has it.
 *
 * Context: process context with the mmap lock held for writing, may sleep.
 * Return: as dma_map_coherent(); -EINVAL as well (with a warning) when @into_vma or @offset is
 * not of whole pages, @bytes is 0, or @dev is no card device; -ENXIO when the part reaches
 * beyond the VMA or the buffer.
 */
int dma_map_coherent_part(struct device *dev, struct vm_area_struct *vma,
			  unsigned long into_vma, void *cpu_addr,
			  dma_addr_t handle, size_t offset, size_t bytes)
{
	struct card_device *card = expect_card_device(dev);
	const unsigned long in_vma = vma->vm_end - vma->vm_start;
	struct card_part part = {
		.cpu_addr = cpu_addr,
		.handle = handle,
		.address = vma->vm_start + into_vma,
		.first_page = PHYS_PFN(offset),
	};
	size_t end;

	if (!card)
		return -EINVAL;
	if (!bytes || offset_in_page(into_vma) || offset_in_page(offset)) {
		CALLER_ERRED(dev,
			     "mapping %zu bytes from byte %zu of a buffer at byte %lu of a VMA: offsets must be multiples of a page, and the bytes above 0\n",
			     bytes, offset, into_vma);
		return -EINVAL;
	}
	if (into_vma >= in_vma || bytes > in_vma - into_vma ||
	    check_add_overflow(offset, bytes, &end))
		return -ENXIO;
	part.pages = PHYS_PFN(PAGE_ALIGN(bytes));
	return map_part(card, vma, &part);
}
EXPORT_SYMBOL_GPL(dma_map_coherent_part);

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
 * The page comes with a reference, taken while the buffer has it: whoever frees the buffer
 * meanwhile, it is nobody else's page before put_page(). Handed to the kernel as
 * vm_fault.page, it is put when it is unmapped.
 * Pages that have no reference count of their own are none that a handler could return:
 * in system RAM, all but the first page of a block that dma_alloc_coherent() took (since
 * 6.2 it refuses __GFP_COMP). dma_alloc_scattered() gives each page a count.
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

		if (pfn_valid(pfn) && get_page_unless_zero(pfn_to_page(pfn)))
			page = pfn_to_page(pfn);
	}
	card_buffer_put(buffer);
	return page;
}
EXPORT_SYMBOL_GPL(dma_coherent_page);
