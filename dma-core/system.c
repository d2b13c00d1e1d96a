// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers in system RAM: for a card device without declared memory, or when its
 * owner allowed the fallback. The parent allocates them, so that its IOMMU and
 * its mask apply; counting their references is the same as for card memory.
 */
#include <linux/cc_platform.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>

#include "buffer.h"
#include "card-device.h"
#include "quota.h"
#include "region.h"
#include "system.h"

/*
 * The parent shares the card device's streaming mask, but each device has a
 * coherent mask of its own, and the parent's has to be the card device's.
 */
static void set_parents_mask(struct card_device *card)
{
	lockdep_assert_held(&card->lock);
	card->dev.parent->coherent_dma_mask =
		min(card->dev.coherent_dma_mask, card->limit);
}

struct device *card_allocating_parent(struct card_device *card)
{
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	set_parents_mask(card);
	spin_unlock_irqrestore(&card->lock, flags);
	return card->dev.parent;
}

/*
 * The same, for one more try, with addresses up to @limit only: away from card memory, for
 * a card that could not tell the two apart. Who allocates meanwhile does so there, too.
 * card_allocated_below() ends it.
 */
void card_allocating_below(struct card_device *card, u64 limit)
{
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	card->limited++;
	card->limit = min(card->limit, limit);
	set_parents_mask(card);
	spin_unlock_irqrestore(&card->lock, flags);
}

void card_allocated_below(struct card_device *card)
{
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	if (!--card->limited)
		card->limit = U64_MAX;
	set_parents_mask(card);
	spin_unlock_irqrestore(&card->lock, flags);
}

static struct device *dma_parent(const struct card_buffer *buffer)
{
	return buffer->card->dev.parent;
}

/* Charged to who asks for it, wherever the platform takes it from the page allocator. */
static int take_from_parent(struct card_buffer *buffer, gfp_t gfp)
{
	buffer->cpu_addr = dma_alloc_attrs(dma_parent(buffer), buffer->size,
					   &buffer->handle, gfp | GFP_CHARGED,
					   buffer->attrs);
	return buffer->cpu_addr ? 0 : -ENOMEM;
}

static void free_to_parent(struct card_buffer *buffer)
{
	dma_free_attrs(dma_parent(buffer), buffer->size, buffer->cpu_addr,
		       buffer->handle, buffer->attrs);
}

static void system_give_back(struct card_buffer *buffer)
{
	kvfree(buffer->frames);
	sg_free_table(&buffer->pages);
	free_to_parent(buffer);
}

static int system_get_sgtable(struct card_buffer *buffer,
			      struct sg_table *table, size_t size)
{
	return dma_get_sgtable_attrs(dma_parent(buffer), table,
				     buffer->cpu_addr, buffer->handle, size,
				     buffer->attrs);
}

/* Of memory in several segments, which an IOMMU puts in a row. */
static int list_frames(struct card_buffer *buffer)
{
	struct sg_page_iter page;
	size_t n = 0;

	buffer->frames = kvmalloc_array(PHYS_PFN(PAGE_ALIGN(buffer->size)),
					sizeof(*buffer->frames),
					GFP_KERNEL | GFP_CHARGED);
	if (!buffer->frames)
		return -ENOMEM;
	for_each_sgtable_page(&buffer->pages, &page, 0)
		buffer->frames[n++] = sg_page_iter_page(&page);
	return 0;
}

static int load_pfns(struct card_buffer *buffer)
{
	int err = system_get_sgtable(buffer, &buffer->pages, buffer->size);

	if (err || buffer->pages.orig_nents == 1)
		return err;
	err = list_frames(buffer);
	if (err)
		sg_free_table(&buffer->pages);
	return err;
}

static DEFINE_MUTEX(load_lock);

/* Not when allocating, which may be atomic: dma_get_sgtable() is not. */
static int system_load_pfns(struct card_buffer *buffer)
{
	int err = 0;

	mutex_lock(&load_lock);
	if (!buffer->pages.sgl)
		err = load_pfns(buffer);
	mutex_unlock(&load_lock);
	return err;
}

static unsigned long system_pfn(const struct card_buffer *buffer, size_t offset)
{
	if (buffer->frames)
		return page_to_pfn(buffer->frames[PHYS_PFN(offset)]);
	return page_to_pfn(sg_page(buffer->pages.sgl)) + PHYS_PFN(offset);
}

static bool system_has_pages(const struct card_buffer *buffer)
{
	return true;
}

/*
 * What the parent's dma_alloc_coherent() gave the kernel's mapping: where the device does
 * not watch the caches, that is an alias of the pages which does not use them.
 */
static pgprot_t system_pgprot(const struct card_buffer *buffer, pgprot_t prot)
{
	/* Memory that a device may read is not encrypted; an IOMMU's domain has that as it is. */
	if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT) &&
	    !card_is_translated(buffer->card))
		prot = pgprot_decrypted(prot);
	if (dev_is_dma_coherent(dma_parent(buffer)))
		return prot;
	if (IS_ENABLED(CONFIG_ARCH_HAS_DMA_WRITE_COMBINE) &&
	    buffer->attrs & DMA_ATTR_WRITE_COMBINE)
		return pgprot_writecombine(prot);
	return pgprot_dmacoherent(prot);
}

static const struct card_buffer_ops system_buffer_ops = {
	.name = "system",
	.give_back = system_give_back,
	.load_pfns = system_load_pfns,
	.pfn = system_pfn,
	.get_sgtable = system_get_sgtable,
	.has_pages = system_has_pages,
	.pgprot = system_pgprot,
};

/*
 * card_system_alloc() - give @buffer system RAM that the parent can reach
 * Context: any that @gfp allows.
 * Return: 0 or -ENOMEM.
 */
int card_system_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs)
{
	u64 limit;
	int err;

	/* A cookie instead of an address could not be told from another. */
	attrs &= ~(DMA_ATTR_NO_KERNEL_MAPPING | DMA_CARD_ATTR_SYSTEM_RAM);
	buffer->ops = &system_buffer_ops;
	buffer->attrs = attrs;
	card_allocating_parent(card);
	if (take_from_parent(buffer, gfp))
		return -ENOMEM;
	limit = card_limit_below(card, buffer->handle, buffer->size);
	if (limit == U64_MAX)
		return 0;
	free_to_parent(buffer);
	if (!limit)
		return -ENOMEM;
	card_allocating_below(card, limit);
	err = take_from_parent(buffer, gfp);
	card_allocated_below(card);
	if (err || card_handle_is_clear(card, buffer->handle, buffer->size))
		return err;
	free_to_parent(buffer);
	return -ENOMEM;
}
