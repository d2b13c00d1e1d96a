/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page-order allocator: a buddy allocator in units of pages, for any range of
 * pages: a card's region, or an arena of system pages.
 *
 * - Nothing is stored in the pages. All bookkeeping lies in metadata that the
 *   caller provides: below 10 bytes a page, with PAGE_ORDER_COMPACT below 6, and
 *   some hundred in any case.
 * - Pages are numbered from 0. Alignment counts from an origin of the caller's, such
 *   as the card's page number of page 0, which need not be aligned itself.
 * - A request costs what it asks for: 5 pages, not 8. A free has to name exactly
 *   what was allocated; anything else is refused and changes nothing.
 * - Allocating and freeing take O(log pages) steps, however full the memory is. With
 *   nr_orders set, what is larger than the largest block takes a step more for each
 *   such block that there is.
 * - Some calls need the longest run of free pages: page_order_alloc_runs(),
 *   page_order_largest_run(), and page_order_alloc() where no block suffices and a
 *   short look at the blocks there are does not settle it. They first refresh the stale
 *   part of the tree: O(log pages) for each change since the last refresh, at most
 *   O(pages / 64).
 *
 * When there is free memory and a request may still fail: see page_order_alloc().
 *
 * Locking is the caller's: no two calls at once for one allocator. No call sleeps
 * or allocates, so that any lock will do.
 */
#ifndef DMA_CORE_PAGE_ORDER_H
#define DMA_CORE_PAGE_ORDER_H

#include "plain.h"

/**
 * enum page_order_policy - which pages are handed out first
 * @PAGE_ORDER_HIGH_FIRST: the upper half of a split block, as the kernel did before
 *	2004: pages that are allocated one by one come in descending order
 * @PAGE_ORDER_LOW_FIRST: the lower half, as the kernel does since then: they come
 *	in ascending order
 * @PAGE_ORDER_COMPACT: the smallest block that suffices and among these the one
 *	that lies lowest, whenever it was freed; of it the lower half
 *
 * With the first two, the block of its order that was freed last is reused first,
 * as in the kernel, whose lists per CPU are not imitated.
 */
enum page_order_policy {
	PAGE_ORDER_HIGH_FIRST,
	PAGE_ORDER_LOW_FIRST,
	PAGE_ORDER_COMPACT,
};

/**
 * struct page_order_config - what an allocator manages, and how
 * @pages: how many pages, above 0
 * @origin: what page 0 counts as where alignment is concerned
 * @policy: which pages are handed out first
 * @nr_orders: how many orders of blocks there are, as MAX_ORDER was in the kernel:
 *	with 11, blocks coalesce up to 1024 pages; 0: as far as the memory goes
 */
struct page_order_config {
	u32 pages;
	u64 origin;
	enum page_order_policy policy;
	unsigned int nr_orders;
};

/**
 * struct page_order_run - pages in a row
 * @first: the first one
 * @count: how many
 */
struct page_order_run {
	u32 first;
	u32 count;
};

/**
 * struct page_order_fault - what page_order_check() found
 * @page: where
 * @what: which invariant is broken; a constant
 */
struct page_order_fault {
	u32 page;
	const char *what;
};

/* a node covers 64 pages or more: 2^6 to 2^33 */
#define PAGE_ORDER_LEVELS 34
/* a block has 1 page or more: 2^0 to 2^31 */
#define PAGE_ORDER_ORDERS 32

/**
 * struct page_order_node - what is free in an aligned power of two of pages
 * @prefix: free pages at its begin
 * @suffix: free pages at its end
 * @longest: free pages in a row anywhere in it
 */
struct page_order_node {
	u32 prefix;
	u32 suffix;
	u32 longest;
};

/**
 * struct page_order - an allocator; all of it is private, for page-order.c
 * @pages: how many it manages
 * @free: how many of them are free
 * @base: @origin, modulo what alignment inside of the memory can depend on
 * @origin: as configured
 * @policy: as configured
 * @max_order: the highest order that a block can have
 * @top: the level of the root; a node of level n covers 2^n pages
 * @level: where the nodes of a level begin, so that the one for page number s,
 *	counted from 0 of @base, is nodes[level[n] + (s >> n)], modulo 2^32
 * @root: the node that covers everything
 * @nodes: the tree
 * @words: a bit a page, set when it is free; the leaves of the tree
 * @link: of a free block: the next on its list; of an allocation: its pages
 * @prev: of a free block: the one before; NULL without lists
 * @tag: what begins at a page
 * @orders: bit n is set when there is a free block of order n
 * @head: the first block on the list of each order
 * @maps: where the blocks are that are on no lists, a map for each order
 * @map_at: where the map of each order begins
 * @map_bits: how many blocks it is for
 */
struct page_order {
	u32 pages;
	u32 free;
	u64 base;
	u64 origin;
	enum page_order_policy policy;
	unsigned int max_order;
	unsigned int top;
	u32 level[PAGE_ORDER_LEVELS];
	struct page_order_node *root;
	struct page_order_node *nodes;
	u64 *words;
	u32 *link;
	u32 *prev;
	u8 *tag;
	u32 orders;
	u32 head[PAGE_ORDER_ORDERS];
	u64 *maps;
	u32 map_at[PAGE_ORDER_ORDERS];
	u32 map_bits[PAGE_ORDER_ORDERS];
};

/*
 * How many steps page_order_alloc() takes to find a hole by the blocks that there are: a
 * look at a block, at what follows it, or at a word of 64 blocks. Costs about what it
 * takes to sum up runs, which is what comes next.
 */
#define PAGE_ORDER_HOLE_STEPS 128

/* as an alignment: the power of two that is not below the number of pages */
#define PAGE_ORDER_NATURAL 0

u64 page_order_bytes(const struct page_order_config *config);
int page_order_init(struct page_order *po,
		    const struct page_order_config *config, void *metadata);
int page_order_alloc(struct page_order *po, u32 count, u64 align, u32 *first);
int page_order_alloc_runs(struct page_order *po, u32 count, u32 max_run,
			  struct page_order_run *runs, u32 max_runs);
int page_order_free(struct page_order *po, u32 first, u32 count);
u32 page_order_free_pages(const struct page_order *po);
u32 page_order_largest_block(const struct page_order *po);
u32 page_order_largest_run(struct page_order *po);

/* for tests, which link page-order-check.c; no part of the module */
int page_order_check(const struct page_order *po,
		     struct page_order_fault *fault);

#endif /* DMA_CORE_PAGE_ORDER_H */
