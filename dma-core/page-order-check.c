// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the page-order allocator's bookkeeping is in order. For tests: no part of
 * the module that drivers use.
 *
 * All of it is derived once more from what begins at each page; only a node's two
 * halves are summed up by the allocator's own hand.
 */
#include "page-order-internal.h"

static int broken(struct page_order_fault *fault, u32 page, const char *what)
{
	fault->page = page;
	fault->what = what;
	return -EUCLEAN;
}

/* The lowest node that covers a page and is up to date if the tree is. */
static unsigned int level_of(const struct page_order *po, u64 at)
{
	const struct page_order_node *node;
	unsigned int level;

	for (level = po->top; level > WORD_ORDER; level--) {
		node = node_at(po, level, at >> level);
		if (!node->longest || node_is_free(node, level))
			break;
	}
	return level;
}

/* Where the @size pages are not as the tree says: that page; or their end. */
static u32 tree_differs(const struct page_order *po, u32 page, u32 size,
			bool free)
{
	u64 at = po->base + page, end = at + size;

	while (at < end) {
		unsigned int level = level_of(po, at);
		u64 node_end = ((at >> level) + 1) << level;
		u64 last = min(node_end, end) - 1;
		u64 wrong;

		if (level > WORD_ORDER) {
			if (free != !!node_at(po, level, at >> level)->longest)
				break;
		} else {
			wrong = *word_at(po, at / WORD_PAGES);
			wrong = free ? ~wrong : wrong;
			wrong &= word_bits(at % WORD_PAGES, last % WORD_PAGES);
			if (wrong) {
				at += __ffs64(wrong) - at % WORD_PAGES;
				break;
			}
		}
		at = last + 1;
	}
	return at - po->base;
}

/* Whether its list or its map leads to a block, as far as can be seen from it. */
static bool is_listed(const struct page_order *po, u32 page, unsigned int order)
{
	u32 prev, bit;

	if (po->prev) {
		prev = po->prev[page];
		if (prev == NO_PAGE)
			return po->head[order] == page;
		return prev < po->pages && po->link[prev] == page;
	}
	bit = map_bit(po, page, order);
	return po->maps[po->map_at[order] + bit / WORD_PAGES] >>
		       bit % WORD_PAGES &
	       1;
}

/* What begins at a page, from one to the next. Return: its pages; 0: @fault */
static u32 check_extent(const struct page_order *po, u32 page,
			struct page_order_fault *fault)
{
	bool free = tag_is_free(po->tag[page]);
	unsigned int order = order_of_tag(po->tag[page]);
	u32 left = po->pages - page;
	u32 size, i;

	if (po->tag[page] == TAG_INSIDE)
		return broken(fault, page, "nothing begins here"), 0;
	if (free && (order > po->max_order || 1U << order > left))
		return broken(fault, page, "no block has such an order"), 0;
	size = free ? 1U << order : po->link[page];
	if (!size || size > left)
		return broken(fault, page, "no allocation has such a size"), 0;
	if (free && (po->base + page) & (size - 1))
		return broken(fault, page, "a block is not aligned"), 0;
	if (free && order < po->max_order &&
	    is_block(po, buddy_of(po, page, order), order))
		return broken(fault, page, "buddies have not coalesced"), 0;
	for (i = 1; i < size; i++)
		if (po->tag[page + i] != TAG_INSIDE)
			return broken(fault, page + i, "it begins twice"), 0;
	if (free && !is_listed(po, page, order))
		return broken(fault, page, "a block cannot be found"), 0;
	i = tree_differs(po, page, size, free);
	if (i != page + size)
		return broken(fault, i, "the tree says otherwise"), 0;
	return size;
}

static int check_list(const struct page_order *po, unsigned int order,
		      u32 blocks, struct page_order_fault *fault)
{
	u32 page, prev = NO_PAGE;

	for (page = po->head[order]; page != NO_PAGE; page = po->link[page]) {
		if (page >= po->pages || po->tag[page] != free_tag(order))
			return broken(fault, prev == NO_PAGE ? page : prev,
				      "a list leads to what is no such block");
		if (po->prev[page] != prev)
			return broken(fault, page, "a list has two ways in");
		/* (so that a circle ends) */
		if (!blocks--)
			return broken(fault, page, "a list is too long");
		prev = page;
	}
	if (blocks)
		return broken(fault, 0, "a list is too short");
	return 0;
}

/* Whether a bit of a map's first words is as it should be. */
static bool map_bit_right(const struct page_order *po, unsigned int order,
			  u32 bit, bool is, u32 *page)
{
	u64 first = ((po->base >> order) + bit) << order;

	/* (the first bit can stand for where memory has not yet begun) */
	*page = max(first, po->base) - po->base;
	return is == (first >= po->base && po->tag[*page] == free_tag(order));
}

/* Each bit stands for a block, or for a word below with a bit in it. */
static int check_map(const struct page_order *po, unsigned int order,
		     struct page_order_fault *fault)
{
	const u64 *map = po->maps + po->map_at[order], *below = NULL;
	u32 bits = po->map_bits[order], bit, page;

	for (;; bits = words_for(bits)) {
		for (bit = 0; bit < bits; bit++) {
			bool is = map[bit / WORD_PAGES] >> bit % WORD_PAGES & 1;

			if (below && is != !!below[bit])
				return broken(fault, 0,
					      "a map does not sum up its words");
			if (!below && !map_bit_right(po, order, bit, is, &page))
				return broken(fault, page,
					      "a map has another block");
		}
		if (bits <= WORD_PAGES)
			return 0;
		below = map;
		map += words_for(bits);
	}
}

static int check_orders(const struct page_order *po, const u32 *blocks,
			struct page_order_fault *fault)
{
	unsigned int order;
	int err = 0;

	for (order = 0; order <= po->max_order && !err; order++) {
		if (!blocks[order] != !(po->orders >> order & 1))
			return broken(fault, 0, "the orders in use are others");
		err = po->prev ? check_list(po, order, blocks[order], fault) :
				 check_map(po, order, fault);
	}
	return err;
}

/* By looking at each page. */
static struct page_order_node node_by_bits(u64 word)
{
	struct page_order_node node = { 0 };
	u32 run = 0;
	u32 bit;

	for (bit = 0; bit < WORD_PAGES; bit++) {
		run = word >> bit & 1 ? run + 1 : 0;
		if (run == bit + 1)
			node.prefix = run;
		node.longest = max(node.longest, run);
	}
	node.suffix = run;
	return node;
}

/*
 * What a node should be; a stale one, as it is. Only a uniform one can have others
 * below it that are wrong.
 */
static struct page_order_node node_right(const struct page_order *po,
					 unsigned int level, u64 x)
{
	struct page_order_node node = *node_at(po, level, x);

	if (node.longest == STALE)
		return node;
	if (level == WORD_ORDER)
		return node_by_bits(*word_at(po, x));
	if (node.longest && !node_is_free(&node, level))
		return node_of_two(po, level, x);
	return uniform_node(level, node.longest);
}

static int check_tree(const struct page_order *po,
		      struct page_order_fault *fault)
{
	u64 x, last = po->base + po->pages - 1;
	unsigned int level;

	for (level = WORD_ORDER; level <= po->top; level++) {
		for (x = po->base >> level; x <= last >> level; x++) {
			struct page_order_node is = *node_at(po, level, x);
			struct page_order_node right = node_right(po, level, x);
			u64 page = max(x << level, po->base) - po->base;

			if (is.prefix != right.prefix ||
			    is.suffix != right.suffix ||
			    is.longest != right.longest)
				return broken(fault, page,
					      "a node does not sum up its pages");
		}
	}
	return 0;
}

/**
 * page_order_check() - whether all invariants hold; for tests
 * @po: the allocator
 * @fault: what is wrong, and where; written when something is
 *
 * Context: any; the caller's lock held. O(pages), unlike all else here.
 * Return: 0; -EUCLEAN with @fault.
 */
int page_order_check(const struct page_order *po,
		     struct page_order_fault *fault)
{
	u32 blocks[PAGE_ORDER_ORDERS] = { 0 };
	u32 page, size, free = 0;
	int err;

	for (page = 0; page < po->pages; page += size) {
		size = check_extent(po, page, fault);
		if (!size)
			return -EUCLEAN;
		if (tag_is_free(po->tag[page])) {
			free += size;
			blocks[order_of_tag(po->tag[page])]++;
		}
	}
	if (free != po->free)
		return broken(fault, 0, "the number of free pages is wrong");
	err = check_tree(po, fault);
	return err ? err : check_orders(po, blocks, fault);
}
