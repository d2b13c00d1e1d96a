// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages of a region: see card-pages.h.
 */
#include "card-pages.h"

int card_pages_init(struct card_pages *pages,
		    const struct page_order_config *config, void *metadata)
{
	pages->nr_kept = 0;
	return page_order_init(&pages->order, config, metadata);
}

/* Return: whether there were any. */
static bool give_back_kept(struct card_pages *pages)
{
	bool any = pages->nr_kept;

	while (pages->nr_kept)
		page_order_free(&pages->order, pages->kept[--pages->nr_kept],
				1);
	return any;
}

/*
 * card_pages_alloc() - as page_order_alloc() with PAGE_ORDER_NATURAL
 * @count: how many, above 0
 * @first: written on success only
 * Return: 0; -EINVAL, -ENOMEM.
 */
int card_pages_alloc(struct card_pages *pages, u32 count, u32 *first)
{
	int err;

	if (count == 1 && pages->nr_kept) {
		*first = pages->kept[--pages->nr_kept];
		return 0;
	}
	err = page_order_alloc(&pages->order, count, PAGE_ORDER_NATURAL, first);
	if (err == -ENOMEM && give_back_kept(pages))
		err = page_order_alloc(&pages->order, count, PAGE_ORDER_NATURAL,
				       first);
	return err;
}

/*
 * card_pages_free() - what card_pages_alloc() gave, as a whole
 * Return: 0; as page_order_free(), where it is more than a page.
 */
int card_pages_free(struct card_pages *pages, u32 first, u32 count)
{
	if (count != 1 || pages->nr_kept == CARD_PAGES_KEPT)
		return page_order_free(&pages->order, first, count);
	pages->kept[pages->nr_kept++] = first;
	return 0;
}

u32 card_pages_free_count(const struct card_pages *pages)
{
	return page_order_free_pages(&pages->order) + pages->nr_kept;
}

/* A power of two, aligned to itself. */
u32 card_pages_largest_block(struct card_pages *pages)
{
	give_back_kept(pages);
	return page_order_largest_block(&pages->order);
}

u32 card_pages_largest_run(struct card_pages *pages)
{
	give_back_kept(pages);
	return page_order_largest_run(&pages->order);
}
