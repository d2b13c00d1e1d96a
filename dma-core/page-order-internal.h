/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page-order allocator and its checker both know of the bookkeeping, and how
 * words of 64 pages are looked through. page-order.c says what all of it is for.
 */
#ifndef DMA_CORE_PAGE_ORDER_INTERNAL_H
#define DMA_CORE_PAGE_ORDER_INTERNAL_H

#include "page-order.h"

#define WORD_ORDER 6
#define WORD_PAGES 64

/* ends a list; no page has this number */
#define NO_PAGE 0xffffffff

/* as the longest run of a node: to be summed up anew; so are all above it */
#define STALE 0xffffffff

/* what a page's tag can say, apart from free_tag() */
#define TAG_INSIDE 0
#define TAG_USED   0x80

static inline u8 free_tag(unsigned int order)
{
	return order + 1;
}

static inline unsigned int order_of_tag(u8 tag)
{
	return tag - 1;
}

static inline bool tag_is_free(u8 tag)
{
	return tag != TAG_INSIDE && tag != TAG_USED;
}

/* --- words: 64 pages, a bit each ------------------------------------------- */

/* The bits from @from to @to, both included. */
static inline u64 word_bits(unsigned int from, unsigned int to)
{
	return ~0ULL << from & ~0ULL >> (WORD_PAGES - 1 - to);
}

/* Where @count ones in a row begin, above 0: these, and others that follow. */
static inline u64 word_starts(u64 word, u32 count)
{
	u32 have, more;

	for (have = 1; have < count; have += more) {
		more = min(have, count - have);
		word &= word >> more;
	}
	return word;
}

/* The longest row of ones: doubled while it can be, then refined. */
static inline u32 word_longest(u64 word)
{
	u64 of[WORD_ORDER], next; /* of[n]: where 2^n ones begin */
	unsigned int n = 0;
	u32 longest;

	if (!word || !~word)
		return word ? WORD_PAGES : 0;
	of[0] = word;
	while (n < WORD_ORDER - 1) {
		next = of[n] & (of[n] >> (1U << n));
		if (!next)
			break;
		of[++n] = next;
	}
	word = of[n];
	longest = 1U << n;
	while (n--) {
		next = word & (of[n] >> longest);
		if (!next)
			continue;
		word = next;
		longest += 1U << n;
	}
	return longest;
}

/* --- the tree ---------------------------------------------------------------- */

static inline struct page_order_node *node_at(const struct page_order *po,
					      unsigned int level, u64 x)
{
	return &po->nodes[(u32)(po->level[level] + (u32)x)];
}

static inline u64 *word_at(const struct page_order *po, u64 x)
{
	return &po->words[(u32)(po->level[WORD_ORDER] + (u32)x)];
}

static inline bool node_is_free(const struct page_order_node *node,
				unsigned int level)
{
	return node->longest == 1ULL << level;
}

static inline struct page_order_node uniform_node(unsigned int level, bool free)
{
	u32 pages = free ? 1U << level : 0;
	struct page_order_node node = {
		.prefix = pages,
		.suffix = pages,
		.longest = pages,
	};

	return node;
}

static inline struct page_order_node node_of_two(const struct page_order *po,
						 unsigned int level, u64 x)
{
	const struct page_order_node *low = node_at(po, level - 1, 2 * x);
	const struct page_order_node *high = low + 1;
	u64 half = 1ULL << (level - 1);
	struct page_order_node node = {
		.prefix = low->prefix,
		.suffix = high->suffix,
		.longest = max(low->longest, high->longest),
	};

	node.longest = max(node.longest, low->suffix + high->prefix);
	if (node.prefix == half)
		node.prefix += high->prefix;
	if (node.suffix == half)
		node.suffix += low->suffix;
	return node;
}

/* --- blocks ------------------------------------------------------------------ */

/* Which bit of its order's map a block is. */
static inline u32 map_bit(const struct page_order *po, u32 page,
			  unsigned int order)
{
	return ((po->base + page) >> order) - (po->base >> order);
}

static inline u32 words_for(u32 bits)
{
	return (bits - 1) / WORD_PAGES + 1;
}

/* Where the buddy of a block begins; it need not lie in the memory. */
static inline u64 buddy_of(const struct page_order *po, u32 page,
			   unsigned int order)
{
	return ((po->base + page) ^ 1ULL << order) - po->base;
}

static inline bool is_block(const struct page_order *po, u64 page,
			    unsigned int order)
{
	return page < po->pages && po->tag[page] == free_tag(order);
}

#endif /* DMA_CORE_PAGE_ORDER_INTERNAL_H */
