/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages of a region: which of them are free.
 *
 * Most buffers of most drivers are a page. So a few single pages that were freed are kept
 * apart, and handed out again before any block is split, nor does freeing one coalesce
 * anything. Nothing is lost by it: they are given back before a request may fail, and before
 * anybody is told what lies in a row.
 *
 * Locking is the caller's: no two calls at once. No call sleeps or allocates.
 */
#ifndef DMA_CORE_CARD_PAGES_H
#define DMA_CORE_CARD_PAGES_H

#include "page-order.h"

#define CARD_PAGES_KEPT 16

/**
 * struct card_pages - an allocator of pages in a row, each row aligned to its size
 * @order: of all pages; it takes those that are @kept for in use
 * @kept: single pages that are free
 * @nr_kept: how many
 */
struct card_pages {
	struct page_order order;
	u32 kept[CARD_PAGES_KEPT];
	unsigned int nr_kept;
};

int card_pages_init(struct card_pages *pages,
		    const struct page_order_config *config, void *metadata);
int card_pages_alloc(struct card_pages *pages, u32 count, u32 *first);
int card_pages_free(struct card_pages *pages, u32 first, u32 count);
u32 card_pages_free_count(const struct card_pages *pages);
u32 card_pages_largest_block(struct card_pages *pages);
u32 card_pages_largest_run(struct card_pages *pages);

#endif /* DMA_CORE_CARD_PAGES_H */
