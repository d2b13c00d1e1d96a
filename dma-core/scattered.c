// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scattered buffers: system RAM in as few pieces as the machine has, for devices
 * that follow a list of descriptors. One piece for the CPU and for user space; for
 * the device, the segments that dma_get_sgtable() tells.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "buffer.h"
#include "card-device.h"
#include "compat.h"
#include "quota.h"

/* More could not even be listed: kvmalloc() takes no more bytes. */
#define PAGES_MAX (INT_MAX / sizeof(struct page *))

static unsigned int page_count_of(const struct card_buffer *buffer)
{
	return PAGE_ALIGN(buffer->size) >> PAGE_SHIFT;
}

static void free_pieces(struct page **pages, unsigned int count)
{
	while (count--)
		__free_page(pages[count]);
	kvfree(pages);
}

/* A piece of up to @left pages; in single pages, what is too much given back. */
static unsigned int take_piece(struct page **pages, unsigned int left,
			       unsigned int order, gfp_t gfp)
{
	unsigned int n, count = 1U << order;
	struct page *piece = alloc_pages(gfp, order);

	if (!piece)
		return 0;
	split_page(piece, order);
	for (n = 0; n < count; n++) {
		if (n < left)
			pages[n] = piece + n;
		else
			__free_page(piece + n);
	}
	return min(count, left);
}

static int by_frame(const void *a, const void *b)
{
	unsigned long left = page_to_pfn(*(struct page *const *)a);
	unsigned long right = page_to_pfn(*(struct page *const *)b);

	return left < right ? -1 : left > right;
}

/*
 * The largest pieces first; nothing is swapped out to have one. In order of their
 * frames, so that pieces which lie side by side are one.
 */
static struct page **take_pieces(unsigned int count, gfp_t gfp)
{
	const gfp_t large =
		(gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_RETRY_MAYFAIL)) |
		__GFP_NOWARN;
	struct page **pages =
		kvcalloc(count, sizeof(*pages), GFP_KERNEL | GFP_CHARGED);
	unsigned int order = MAX_PAGE_ORDER;
	unsigned int taken = 0;

	if (!pages)
		return NULL;
	while (taken < count) {
		unsigned int left = count - taken, got;

		order = min_t(unsigned int, order, get_order(left * PAGE_SIZE));
		got = take_piece(pages + taken, left, order,
				 order ? large : gfp);
		taken += got;
		if (!got && !order--) {
			free_pieces(pages, taken);
			return NULL;
		}
	}
	sort(pages, count, sizeof(*pages), by_frame, NULL);
	return pages;
}

static void scattered_give_back(struct card_buffer *buffer)
{
	dma_unmap_sgtable(&buffer->card->dev, &buffer->pages, DMA_BIDIRECTIONAL,
			  0);
	sg_free_table(&buffer->pages);
	vunmap(buffer->cpu_addr);
	free_pieces(buffer->frames, page_count_of(buffer));
}

static int scattered_load_pfns(struct card_buffer *buffer)
{
	return 0;
}

static unsigned long scattered_pfn(const struct card_buffer *buffer,
				   size_t offset)
{
	return page_to_pfn(buffer->frames[PHYS_PFN(offset)]);
}

/* An entry a page: joining them within the limits is dma_map_sg()'s. */
static int list_pages(const struct card_buffer *buffer, struct sg_table *table,
		      size_t size)
{
	return sg_alloc_table_from_pages_segment(table, buffer->frames,
						 PAGE_ALIGN(size) >> PAGE_SHIFT,
						 0, size, PAGE_SIZE,
						 GFP_KERNEL | GFP_CHARGED);
}

/* The pages and, beside them, the segments; both end where @size says. */
static int scattered_get_sgtable(struct card_buffer *buffer,
				 struct sg_table *table, size_t size)
{
	struct scatterlist *from, *to;
	unsigned int n, segments = 0;
	size_t left = size;
	int err;

	err = list_pages(buffer, table, size);
	if (err)
		return err;
	to = table->sgl;
	for_each_sgtable_dma_sg(&buffer->pages, from, n) {
		sg_dma_address(to) = sg_dma_address(from);
		sg_dma_len(to) = min_t(size_t, left, sg_dma_len(from));
		left -= sg_dma_len(to);
		segments++;
		if (!left)
			break;
		to = sg_next(to);
	}
	table->nents = segments;
	return 0;
}

static bool scattered_has_pages(const struct card_buffer *buffer)
{
	return true;
}

static pgprot_t scattered_pgprot(const struct card_buffer *buffer,
				 pgprot_t prot)
{
	return prot;
}

static const struct card_buffer_ops scattered_buffer_ops = {
	.name = "scattered",
	.give_back = scattered_give_back,
	.load_pfns = scattered_load_pfns,
	.pfn = scattered_pfn,
	.get_sgtable = scattered_get_sgtable,
	.has_pages = scattered_has_pages,
	.pgprot = scattered_pgprot,
};

/* A zone that the mask reaches; see is_bounced(). */
static gfp_t zone_under_mask(struct card_device *card)
{
	u64 mask = dma_get_mask(&card->dev);

	if (card_is_translated(card) ||
	    dma_get_required_mask(card->dev.parent) <= mask)
		return 0;
	return mask >= DMA_BIT_MASK(32) ? GFP_DMA32 : GFP_DMA;
}

/*
 * Whether the card was given a copy of some piece, which would not be coherent: where
 * all DMA is bounced (swiotlb=force, the memory of an encrypted guest), or a piece lies
 * above the mask all the same. Behind an IOMMU whole pages are not.
 */
static bool is_bounced(const struct card_buffer *buffer)
{
	struct scatterlist *segment;
	int i;

	if (card_is_translated(buffer->card))
		return false;
	for_each_sgtable_dma_sg(&buffer->pages, segment, i)
		if (dma_need_sync(buffer->card->dev.parent,
				  sg_dma_address(segment)))
			return true;
	return false;
}

static int map_pieces(struct card_buffer *buffer)
{
	unsigned int count = page_count_of(buffer);
	int err;

	buffer->cpu_addr = vmap(buffer->frames, count, VM_MAP, PAGE_KERNEL);
	if (!buffer->cpu_addr)
		return -ENOMEM;
	err = list_pages(buffer, &buffer->pages, buffer->size);
	if (err)
		goto unmap_kernel;
	err = dma_map_sgtable(&buffer->card->dev, &buffer->pages,
			      DMA_BIDIRECTIONAL, 0);
	if (err)
		goto free_table;
	if (is_bounced(buffer)) {
		dev_err_ratelimited(&buffer->card->dev,
				    "%zu bytes of scattered memory would go through bounce buffers, and not be coherent\n",
				    buffer->size);
		err = -EOPNOTSUPP;
		goto unmap_card;
	}
	buffer->handle = sg_dma_address(buffer->pages.sgl);
	return 0;

unmap_card:
	dma_unmap_sgtable(&buffer->card->dev, &buffer->pages, DMA_BIDIRECTIONAL,
			  0);
free_table:
	sg_free_table(&buffer->pages);
unmap_kernel:
	vunmap(buffer->cpu_addr);
	return err;
}

/*
 * scattered_alloc() - give @buffer system RAM in as few pieces as there are
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP where caches would have to be maintained, or
 * bounce buffers used.
 */
static int scattered_alloc(struct card_device *card, struct card_buffer *buffer,
			   gfp_t gfp, unsigned long attrs)
{
	int err;

	if (!dev_is_dma_coherent(card->dev.parent)) {
		dev_err_ratelimited(&card->dev,
				    "no scattered memory: the device does not watch the caches, and these pages are mapped through them\n");
		return -EOPNOTSUPP;
	}
	if (buffer->size > PAGES_MAX * PAGE_SIZE)
		return -ENOMEM;
	/* (the zone follows from the mask, and pages are split) */
	gfp &= ~(GFP_ZONEMASK | __GFP_COMP);
	buffer->ops = &scattered_buffer_ops;
	buffer->frames = take_pieces(page_count_of(buffer),
				     gfp | GFP_CHARGED | __GFP_ZERO |
					     zone_under_mask(card));
	if (!buffer->frames)
		return -ENOMEM;
	err = map_pieces(buffer);
	if (err)
		free_pieces(buffer->frames, page_count_of(buffer));
	return err;
}

/**
 * dma_alloc_scattered() - coherent system RAM that need not be in one piece
 * @dev: a card device, with its segment limits set
 * @size: bytes
 * @handle: the DMA address of the first byte, which with @size and the CPU's
 *	address is the buffer's name
 * @gfp: GFP_KERNEL and its kin
 *
 * For buffers that are too large to be had in one piece, and devices that follow
 * descriptors: dma_get_sgtable() tells the segments, as few as the memory allows, in
 * its DMA fields. For the CPU it is one buffer; dma_map_coherent() maps it,
 * dma_free_scattered() frees it.
 *
 * Context: process context, may sleep.
 * Return: the CPU's address; NULL when there is not so much memory below the
 * mask, on a machine whose caches would need maintenance or whose DMA is bounced, once
 * the card was revoked, or (with a warning) when @dev is no card device or @size is 0.
 */
void *dma_alloc_scattered(struct device *dev, size_t size, dma_addr_t *handle,
			  gfp_t gfp)
{
	struct card_device *card = expect_card_device(dev);

	return card ? card_buffer_alloc(card, size, handle, gfp, 0,
					scattered_alloc) :
		      NULL;
}
EXPORT_SYMBOL_GPL(dma_alloc_scattered);

/**
 * dma_free_scattered() - free what dma_alloc_scattered() gave
 * @dev: the card device
 * @size: bytes, as asked for
 * @cpu_addr: as it was returned
 * @handle: as it was stored
 *
 * As dma_free_coherent(), mapped or not. (That does it as well, but the DMA API's own
 * debugging does not know where the buffer came from.)
 *
 * Context: process context, may sleep.
 */
void dma_free_scattered(struct device *dev, size_t size, void *cpu_addr,
			dma_addr_t handle)
{
	struct card_device *card = expect_card_device(dev);

	if (card)
		card_buffer_free(card, size, cpu_addr, handle);
}
EXPORT_SYMBOL_GPL(dma_free_scattered);
