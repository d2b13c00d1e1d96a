// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers in system RAM: for a card device without declared memory, or when its
 * owner allowed the fallback. The parent allocates them, so that its IOMMU and
 * its mask apply; counting their references is the same as for card memory.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>

#include "internal.h"

static struct device *dma_parent(const struct card_buffer *buffer)
{
	return buffer->card->dev.parent;
}

static void system_give_back(struct card_buffer *buffer)
{
	sg_free_table(&buffer->pages);
	dma_free_attrs(dma_parent(buffer), buffer->size, buffer->cpu_addr,
		       buffer->handle, buffer->attrs);
}

static unsigned long system_pfn(const struct card_buffer *buffer, size_t offset)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(&buffer->pages, sg, i) {
		if (offset < sg->length)
			return page_to_pfn(sg_page(sg)) + PHYS_PFN(offset);
		offset -= sg->length;
	}
	/* Callers have checked the offset against the buffer's size. */
	WARN_ONCE(1, "offset beyond a buffer in system RAM\n");
	return 0;
}

static bool system_has_pages(const struct card_buffer *buffer)
{
	return true;
}

static pgprot_t system_pgprot(const struct card_buffer *buffer, pgprot_t prot)
{
	if (dev_is_dma_coherent(dma_parent(buffer)))
		return prot;
	return pgprot_dmacoherent(prot);
}

static const struct card_buffer_ops system_buffer_ops = {
	.name = "system",
	.give_back = system_give_back,
	.pfn = system_pfn,
	.has_pages = system_has_pages,
	.pgprot = system_pgprot,
};

/*
 * card_system_alloc() - give @buffer system RAM that the parent can reach
 * Context: process context; may sleep if @gfp does, but the list of its page
 * frames is always allocated with GFP_KERNEL.
 * Return: 0, -ENOMEM, or what dma_get_sgtable() of the parent says.
 */
int card_system_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs)
{
	struct device *parent = card->dev.parent;
	int err;

	/* A cookie instead of an address could not be told from another. */
	attrs &= ~DMA_ATTR_NO_KERNEL_MAPPING;
	buffer->ops = &system_buffer_ops;
	buffer->attrs = attrs;
	buffer->cpu_addr = dma_alloc_attrs(parent, buffer->size,
					   &buffer->handle, gfp, attrs);
	if (!buffer->cpu_addr)
		return -ENOMEM;

	err = dma_get_sgtable_attrs(parent, &buffer->pages, buffer->cpu_addr,
				    buffer->handle, buffer->size, attrs);
	if (err)
		dma_free_attrs(parent, buffer->size, buffer->cpu_addr,
			       buffer->handle, attrs);
	return err;
}
