// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page-order allocator; page-order.h says what it promises.
 *
 * Free memory is kept as buddy blocks: of a power of two of pages (the order says
 * which), aligned to their size, and never two free buddies side by side. The
 * numbers that have to be aligned count from base, not from the first page:
 *
 *	page       0 1 2 3 4  5  6  7  8  9
 *	aligned    6 7 8 9 10 11 12 13 14 15     base = 6, 10 pages
 *	blocks    |. .|. . .  .  .  .  .  . |    of order 1 and of order 3
 *
 * Each page has a tag: here begins a free block of some order, here begins what
 * somebody allocated, or nothing begins here. That is enough to find a buddy, and to
 * tell a free of what was allocated from any other.
 *
 * The free blocks of an order are on a list, or, with PAGE_ORDER_COMPACT, in a map: a
 * bit for each place where one can begin, a bit for each word of these, and so on.
 *
 * A tree over all pages knows what no single block does: the longest run of free
 * pages, wherever its blocks begin and end. A leaf is a word of 64 pages, a bit each.
 * A node of which all is free, or nothing, is "uniform"; what is below it need not be
 * up to date, until tree_open() makes it so before a part of a free block is taken.
 * Hence an operation touches a path or two, however many pages it moves. Most requests
 * need no run, and should not pay for it: a change only marks the nodes above as
 * stale, up to the first that is; tree_refresh() sums up what is when somebody asks.
 */
#include "page-order-internal.h"

/* aligned[n]: a bit for each multiple of 2^n in a word */
static const u64 aligned[WORD_ORDER + 1] = {
	0xffffffffffffffffULL, 0x5555555555555555ULL, 0x1111111111111111ULL,
	0x0101010101010101ULL, 0x0001000100010001ULL, 0x0000000100000001ULL,
	0x0000000000000001ULL,
};

/* The highest order of which a block fits into @count pages, above 0. */
static unsigned int order_within(u64 count)
{
	return fls64(count) - 1;
}

/* The lowest order of which a block holds @count pages, above 0. */
static unsigned int order_above(u32 count)
{
	return fls64(count - 1);
}

/* --- the tree ---------------------------------------------------------------- */

static void node_fill(struct page_order *po, unsigned int level, u64 x,
		      bool free)
{
	*node_at(po, level, x) = uniform_node(level, free);
	if (level == WORD_ORDER)
		*word_at(po, x) = free ? ~0ULL : 0;
}

static struct page_order_node node_of_word(u64 word)
{
	struct page_order_node node = {
		.prefix = ~word ? __ffs64(~word) : WORD_PAGES,
		.suffix = WORD_PAGES - fls64(~word),
		.longest = word_longest(word),
	};

	return node;
}

/* Return: whether it is news. */
static bool node_stale(struct page_order *po, unsigned int level, u64 x)
{
	struct page_order_node *node = node_at(po, level, x);
	bool news = node->longest != STALE;

	node->longest = STALE;
	return news;
}

/* Set or clear bits of a word. Return: whether its node was not stale before. */
static bool word_set(struct page_order *po, u64 x, u64 bits, bool free)
{
	u64 *word = word_at(po, x);

	*word = free ? *word | bits : *word & ~bits;
	return node_stale(po, WORD_ORDER, x);
}

/*
 * tree_set() for pages of several words. Two paths lead up, from the first page and
 * from the last; what lies between them is filled by as few nodes as can be:
 *
 *	level 8     .       x=y
 *	level 7       x               y          a..b: full, not yet filled
 *	level 6   x   [a   .   .   b) y
 *	            |###################|
 *
 * Return: the level where the paths have met.
 */
static unsigned int tree_set_between(struct page_order *po, u64 first, u64 last,
				     bool free)
{
	u64 x = first / WORD_PAGES, y = last / WORD_PAGES;
	u64 a = (first + WORD_PAGES - 1) / WORD_PAGES;
	u64 b = (last + 1) / WORD_PAGES;
	unsigned int level = WORD_ORDER;

	if (x < a)
		word_set(po, x, word_bits(first % WORD_PAGES, 63), free);
	if (y >= b)
		word_set(po, y, word_bits(0, last % WORD_PAGES), free);
	for (;;) {
		if (a < b && a & 1)
			node_fill(po, level, a++, free);
		if (a < b && b & 1)
			node_fill(po, level, --b, free);
		if (x == y && a >= b)
			return level;
		level++;
		x /= 2;
		y /= 2;
		a /= 2;
		b /= 2;
		/* (nodes in [a, b) will be filled as a whole: only those beside them are stale) */
		if (x < a || x >= b)
			node_stale(po, level, x);
		if (x != y && y >= b)
			node_stale(po, level, y);
	}
}

/* Tell the tree that pages are free, or are not any more: tree_flip() in full. */
static void tree_set(struct page_order *po, u32 page, u32 count, bool free)
{
	u64 first = po->base + page;
	u64 last = first + count - 1;
	unsigned int level = WORD_ORDER;
	u64 x = first / WORD_PAGES;
	bool news;

	if (x == last / WORD_PAGES) {
		news = word_set(po, x,
				word_bits(first % WORD_PAGES,
					  last % WORD_PAGES),
				free);
	} else {
		level = tree_set_between(po, first, last, free);
		news = true;
	}
	for (x = first >> level; news && level < po->top;) {
		x /= 2;
		news = node_stale(po, ++level, x);
	}
}

/* Pages that were used are free now, or the other way round. */
static inline void tree_flip(struct page_order *po, u32 page, u32 count,
			     bool free)
{
	u64 at = po->base + page;
	u64 x = at / WORD_PAGES;

	if (at % WORD_PAGES + count <= WORD_PAGES &&
	    node_at(po, WORD_ORDER, x)->longest == STALE)
		*word_at(po, x) ^= ~0ULL >> (WORD_PAGES - count)
						    << at % WORD_PAGES;
	else
		tree_set(po, page, count, free);
}

/* Bring the tree up to date down to a free page, from a level on. */
static void tree_open_path(struct page_order *po, u64 at, unsigned int level)
{
	for (; level > WORD_ORDER; level--) {
		u64 low = at >> level << 1;

		if (!node_is_free(node_at(po, level, at >> level), level))
			continue;
		node_fill(po, level - 1, low, true);
		node_fill(po, level - 1, low + 1, true);
	}
}

/*
 * Make ready for tree_set() of free pages, which begin and end in blocks of at most
 * @order. Above a block a node can be uniform only where the orders end.
 */
static void tree_open(struct page_order *po, u32 page, u32 count,
		      unsigned int order)
{
	unsigned int level = order < po->max_order ? order : po->top;
	u64 first = po->base + page;
	u64 last = first + count - 1;

	tree_open_path(po, first, level);
	if (first / WORD_PAGES != last / WORD_PAGES)
		tree_open_path(po, last, level);
}

/* Sum up what has changed. Stale nodes are below stale ones, so none is missed. */
static void tree_refresh(struct page_order *po)
{
	unsigned int level = po->top;
	u64 x = po->base >> level;

	while (po->root->longest == STALE) {
		struct page_order_node *node = node_at(po, level, x);
		struct page_order_node *low;

		if (level == WORD_ORDER) {
			*node = node_of_word(*word_at(po, x));
		} else {
			low = node_at(po, level - 1, 2 * x);
			if (low->longest == STALE || low[1].longest == STALE) {
				level--;
				x = 2 * x + (low->longest != STALE);
				continue;
			}
			*node = node_of_two(po, level, x);
		}
		level++;
		x /= 2;
	}
}

/* The lowest run of at least @count free pages; there is one. */
static u32 tree_run(const struct page_order *po, u32 count)
{
	unsigned int level = po->top;
	u64 x = po->base >> level;

	while (level > WORD_ORDER) {
		const struct page_order_node *low;

		if (node_is_free(node_at(po, level, x), level))
			return (x << level) - po->base;
		level--;
		x *= 2;
		low = node_at(po, level, x);
		if (low->longest >= count)
			continue;
		x++;
		if (low->suffix + low[1].prefix >= count)
			return (x << level) - low->suffix - po->base;
	}
	return (x << level) + __ffs64(word_starts(*word_at(po, x), count)) -
	       po->base;
}

/* --- blocks ------------------------------------------------------------------ */

static void list_add(struct page_order *po, u32 page, unsigned int order)
{
	u32 next = po->head[order];

	po->link[page] = next;
	po->prev[page] = NO_PAGE;
	if (next != NO_PAGE)
		po->prev[next] = page;
	po->head[order] = page;
	po->orders |= 1U << order;
}

static void list_del(struct page_order *po, u32 page, unsigned int order)
{
	u32 next = po->link[page], prev = po->prev[page];

	if (next != NO_PAGE)
		po->prev[next] = prev;
	if (prev != NO_PAGE)
		po->link[prev] = next;
	else
		po->head[order] = next;
	if (po->head[order] == NO_PAGE)
		po->orders &= ~(1U << order);
}

/*
 * A map begins with the bits of the blocks and ends with a single word. Most words
 * have other bits set, so that nothing changes above them.
 */
static void map_add(struct page_order *po, u32 page, unsigned int order)
{
	u32 bit = map_bit(po, page, order), bits = po->map_bits[order];
	u64 *map = po->maps + po->map_at[order];

	for (;;) {
		u64 *word = map + bit / WORD_PAGES, before = *word;

		*word = before | 1ULL << bit % WORD_PAGES;
		if (before)
			return;
		if (bits <= WORD_PAGES)
			break;
		bits = words_for(bits);
		map += bits;
		bit /= WORD_PAGES;
	}
	po->orders |= 1U << order;
}

static void map_del(struct page_order *po, u32 page, unsigned int order)
{
	u32 bit = map_bit(po, page, order), bits = po->map_bits[order];
	u64 *map = po->maps + po->map_at[order];

	for (;;) {
		u64 *word = map + bit / WORD_PAGES;

		*word &= ~(1ULL << bit % WORD_PAGES);
		if (*word)
			return;
		if (bits <= WORD_PAGES)
			break;
		bits = words_for(bits);
		map += bits;
		bit /= WORD_PAGES;
	}
	po->orders &= ~(1U << order);
}

/* The next word of a map that has bits, from one on. Return: which, or NO_PAGE */
static u32 map_next(const struct page_order *po, unsigned int order, u32 n)
{
	const u64 *map = po->maps + po->map_at[order], *below[6];
	u32 words = words_for(po->map_bits[order]);
	unsigned int level = 0;

	while (n >= words || !map[n]) {
		u64 more;

		if (words == 1)
			return NO_PAGE;
		below[level] = map;
		map += words;
		n++;
		more = n < words ? map[n / WORD_PAGES] >> n % WORD_PAGES : 0;
		if (more) {
			n += __ffs64(more);
			map = below[level];
			break;
		}
		level++;
		n = n / WORD_PAGES + 1;
		words = words_for(words);
	}
	while (level--) {
		n = n * WORD_PAGES + __ffs64(map[n]);
		map = below[level];
	}
	return n;
}

/* Which page a bit of an order's map stands for. */
static u32 page_of_bit(const struct page_order *po, unsigned int order, u32 bit)
{
	return (bit << order) - (u32)(po->base & ((1ULL << order) - 1));
}

/* Of an order that has blocks, the one to take. */
static u32 block_first(const struct page_order *po, unsigned int order)
{
	const u64 *map = po->maps + po->map_at[order];
	u32 n;

	if (po->prev)
		return po->head[order];
	n = map_next(po, order, 0);
	return page_of_bit(po, order, n * WORD_PAGES + __ffs64(map[n]));
}

static void block_add(struct page_order *po, u32 page, unsigned int order)
{
	po->tag[page] = free_tag(order);
	if (po->prev)
		list_add(po, page, order);
	else
		map_add(po, page, order);
}

static void block_del(struct page_order *po, u32 page, unsigned int order)
{
	po->tag[page] = TAG_INSIDE;
	if (po->prev)
		list_del(po, page, order);
	else
		map_del(po, page, order);
}

/* The order of the largest block of at most @count pages that begins or ends here. */
static unsigned int block_order(const struct page_order *po, u32 page,
				u32 count)
{
	unsigned int order = min(order_within(count), po->max_order);
	u64 at = po->base + page;
	unsigned int here = at ? __ffs64(at) : order;

	return min(order, here);
}

/* Add pages that have no free buddies outside of themselves. */
static void blocks_add(struct page_order *po, u32 page, u32 count)
{
	while (count) {
		unsigned int order = block_order(po, page, count);

		block_add(po, page, order);
		page += 1U << order;
		count -= 1U << order;
	}
}

/*
 * As __free_pages_bulk(): coalesce with free buddies, and on top of the list. From the
 * last page on, so that what coalesces with the pages before it need not be added.
 */
static void blocks_free(struct page_order *po, u32 first, u32 count)
{
	u32 end = first + count;

	while (end > first) {
		unsigned int order = block_order(po, end, end - first);
		u32 page = end - (1U << order);

		for (; order < po->max_order; order++) {
			u64 buddy = buddy_of(po, page, order);

			if (buddy < first || buddy >= page) {
				if (!is_block(po, buddy, order))
					break;
				block_del(po, buddy, order);
			}
			page = min(page, (u32)buddy);
		}
		block_add(po, page, order);
		end = page;
	}
}

/*
 * Split a block until it has the order that is wanted, and give back the halves.
 *
 * Which half stays decides what order a row of small requests comes in, and with it
 * whether the pages of a buffer can be merged into few segments. expand() of the
 * kernel kept the upper one until 2004 (40 merges among 32,000 segments, as then
 * reported), and has kept the lower one since (merges more than half of them).
 */
static u32 expand(struct page_order *po, u32 page, unsigned int from,
		  unsigned int to)
{
	while (from > to) {
		u32 upper = page + (1U << --from);

		if (po->policy == PAGE_ORDER_HIGH_FIRST) {
			block_add(po, page, from);
			page = upper;
		} else {
			block_add(po, upper, from);
		}
	}
	return page;
}

/* Pages that are in no block any more become an allocation. */
static void mark_used(struct page_order *po, u32 first, u32 count)
{
	po->tag[first] = TAG_USED;
	po->link[first] = count;
	po->free -= count;
	tree_flip(po, first, count, false);
}

/* Allocate from a block of order @from, aligned to @order. */
static u32 alloc_from_block(struct page_order *po, u32 count,
			    unsigned int order, unsigned int from)
{
	u32 block = block_first(po, from);
	u32 first;

	block_del(po, block, from);
	first = expand(po, block, from, order);
	if (count != 1U << order)
		blocks_add(po, first + count, (1U << order) - count);
	if (from > WORD_ORDER || from == po->max_order)
		tree_open(po, first, count, from);
	mark_used(po, first, count);
	return first;
}

/* The free block that a free page lies in. */
static u32 block_around(const struct page_order *po, u32 page)
{
	unsigned int order;

	for (order = 0; order < po->max_order; order++) {
		u64 at = ((po->base + page) >> order << order) - po->base;

		if (at < po->pages && po->tag[at] == free_tag(order))
			return at;
	}
	return ((po->base + page) >> order << order) - po->base;
}

/* Allocate pages that are all free, of whichever blocks they are. */
static void alloc_at(struct page_order *po, u32 first, u32 count)
{
	u32 end = first + count;
	u32 block, next;

	for (block = block_around(po, first); block < end; block = next) {
		unsigned int order = order_of_tag(po->tag[block]);

		next = block + (1U << order);
		block_del(po, block, order);
		if (block < first)
			blocks_add(po, block, first - block);
		if (next > end)
			blocks_add(po, end, next - end);
	}
	tree_open(po, first, count, po->max_order);
	mark_used(po, first, count);
}

/* Whether pages are free, the first of which begins a block. */
static bool room_at(const struct page_order *po, u32 page, u32 count)
{
	u64 at = page, end = at + count;

	for (; at < end; at += 1U << order_of_tag(po->tag[at]))
		if (at >= po->pages || !tag_is_free(po->tag[at]))
			return false;
	return true;
}

/**
 * struct hole - a place for pages, aligned, where no block is as aligned
 * @count: how many pages
 * @align: of the first one; at least @count
 * @steps: how many may still be taken to find it; 0: the search was given up
 * @first: where it is; NO_PAGE until it is found
 */
struct hole {
	u32 count;
	u64 align;
	u32 steps;
	u32 first;
};

/* Return: whether there was one left. */
static inline bool take_step(struct hole *hole)
{
	if (!hole->steps)
		return false;
	hole->steps--;
	return true;
}

/* Return: whether the search is over. */
static inline bool hole_at(const struct page_order *po, struct hole *hole,
			   u32 page)
{
	if ((po->origin + page) & (hole->align - 1))
		return false;
	if (!take_step(hole))
		return true;
	if (!room_at(po, page, hole->count))
		return false;
	hole->first = page;
	return true;
}

static bool hole_on_list(const struct page_order *po, struct hole *hole,
			 unsigned int order)
{
	u32 page;

	for (page = po->head[order]; page != NO_PAGE; page = po->link[page])
		if (!take_step(hole) || hole_at(po, hole, page))
			return true;
	return false;
}

/* Likewise, past blocks that are not aligned, as a word shows at a glance. */
static bool hole_in_map(const struct page_order *po, struct hole *hole,
			unsigned int order)
{
	const u64 *map = po->maps + po->map_at[order];
	/* (base says nothing of an alignment that repeats beyond the memory) */
	u64 near = min(hole->align, 2ULL << order_within(po->pages));
	u32 apart = min(order_within(near) - order, 6U);
	u64 some = aligned[apart] << (-(po->base >> order) % (1U << apart));
	u32 n;

	for (n = map_next(po, order, 0); n != NO_PAGE;
	     n = map_next(po, order, n + 1)) {
		u64 word = map[n] & some;

		if (!take_step(hole))
			return true;
		for (; word; word &= word - 1) {
			u32 bit = n * WORD_PAGES + __ffs64(word);

			if (hole_at(po, hole, page_of_bit(po, order, bit)))
				return true;
		}
	}
	return false;
}

/*
 * Look for pages that are free and begin aligned although there is no block of that
 * alignment: 5 pages where 5 were freed and the next 3 are in use.
 *
 *	|. . . .|.|b|c|d|        as far as orders go, no block of 8
 *
 * Such a place begins with a block, of more than half of the pages: a larger one, of
 * which the place is but a part, would be as aligned. So none is missed when all of
 * these blocks are looked at, which is to say, unless steps run out.
 */
static bool find_hole(const struct page_order *po, struct hole *hole)
{
	u32 order = min(order_within(hole->count), po->max_order);
	u32 end = min(order_within(hole->align), po->max_order + 1);
	bool over = false;

	for (; order < end && !over; order++)
		over = po->prev ? hole_on_list(po, hole, order) :
				  hole_in_map(po, hole, order);
	return hole->first != NO_PAGE;
}

/* There is no block for it; perhaps there are pages. */
static int alloc_in_hole(struct page_order *po, u32 count, u64 align,
			 u32 *first)
{
	struct hole hole = {
		.count = count,
		.align = align,
		.steps = PAGE_ORDER_HOLE_STEPS,
		.first = NO_PAGE,
	};
	u64 roomy = count + (align - 1);

	if (align < count || !find_hole(po, &hole)) {
		if (align > po->pages || (align >= count && hole.steps))
			return -ENOMEM;
		tree_refresh(po);
		if (roomy > po->root->longest)
			return -ENOMEM;
		hole.first = tree_run(po, roomy);
		hole.first += -(po->origin + hole.first) & (align - 1);
	}
	alloc_at(po, hole.first, count);
	*first = hole.first;
	return 0;
}

/* --- what callers see -------------------------------------------------------- */

/* The nodes of a level are there in pairs, so that each has a sibling. */
static u64 first_node(const struct page_order *po, unsigned int level)
{
	return po->base >> level & ~1ULL;
}

static u64 nodes_of(const struct page_order *po, unsigned int level)
{
	u64 last = po->base + po->pages - 1;

	return (last >> level | 1) - first_node(po, level) + 1;
}

/* Where everything lies. Return: the number of nodes, or 0 if it cannot be. */
static u64 lay_out(struct page_order *po,
		   const struct page_order_config *config)
{
	unsigned int level;
	u64 nodes = 0, last;

	memset(po, 0, sizeof(*po));
	if (!config->pages || config->policy > PAGE_ORDER_COMPACT ||
	    config->nr_orders > 32)
		return 0;
	po->pages = config->pages;
	po->origin = config->origin;
	po->policy = config->policy;
	po->max_order = order_within(po->pages);
	po->base = po->origin & ((2ULL << po->max_order) - 1);
	if (config->nr_orders)
		po->max_order = min(po->max_order, config->nr_orders - 1);
	last = po->base + po->pages - 1;
	for (level = WORD_ORDER;; level++) {
		po->level[level] = nodes - first_node(po, level);
		nodes += nodes_of(po, level);
		if (po->base >> level == last >> level)
			break;
	}
	po->top = level;
	return nodes;
}

/* Where the maps lie. Return: the words that they take. */
static u64 lay_out_maps(struct page_order *po)
{
	u64 last = po->base + po->pages - 1;
	unsigned int order;
	u32 words = 0, bits;

	if (po->policy != PAGE_ORDER_COMPACT)
		return 0;
	for (order = 0; order <= po->max_order; order++) {
		bits = (last >> order) - (po->base >> order) + 1;
		po->map_bits[order] = bits;
		po->map_at[order] = words;
		for (; bits > WORD_PAGES; bits = words_for(bits))
			words += words_for(bits);
		words++;
	}
	return words;
}

/* Put everything into its place, if there is one. Return: bytes */
static u64 place(struct page_order *po, const struct page_order_config *config,
		 void *metadata)
{
	u64 nodes = lay_out(po, config), maps, bytes;
	u64 words = nodes_of(po, WORD_ORDER);
	bool lists = po->policy != PAGE_ORDER_COMPACT;

	if (!nodes)
		return 0;
	maps = lay_out_maps(po);
	bytes = (words + maps) * sizeof(*po->words);
	bytes += nodes * sizeof(*po->nodes);
	bytes += (u64)po->pages * (sizeof(*po->link) + sizeof(*po->tag));
	if (lists)
		bytes += (u64)po->pages * sizeof(*po->prev);
	if (!metadata)
		return bytes;
	po->words = metadata;
	po->maps = po->words + words;
	po->nodes = (struct page_order_node *)(po->maps + maps);
	po->root = node_at(po, po->top, po->base >> po->top);
	po->link = (u32 *)(po->nodes + nodes);
	po->prev = lists ? po->link + po->pages : NULL;
	po->tag = (u8 *)(po->link + po->pages);
	if (lists)
		po->tag = (u8 *)(po->prev + po->pages);
	return bytes;
}

/**
 * page_order_bytes() - how much metadata an allocator needs
 * @config: what it is to manage, and how
 *
 * About 9.5 bytes a page, with PAGE_ORDER_COMPACT 5.8, and some hundred.
 *
 * Context: any.
 * Return: bytes; 0 when page_order_init() refuses @config.
 */
u64 page_order_bytes(const struct page_order_config *config)
{
	struct page_order po;

	return place(&po, config, NULL);
}

/**
 * page_order_init() - begin with all pages free
 * @po: the allocator; the caller's, as is @metadata. There is nothing to undo
 * @config: what it manages, and how
 * @metadata: page_order_bytes() of memory, aligned to 8 bytes; need not be zeroed
 *
 * Context: any. Takes as long as to zero the metadata.
 * Return: 0; -EINVAL when there are no pages, the policy is none, or there are more
 * than 32 orders.
 */
int page_order_init(struct page_order *po,
		    const struct page_order_config *config, void *metadata)
{
	u64 bytes = place(po, config, metadata);
	unsigned int order;

	if (!bytes)
		return -EINVAL;
	memset(metadata, 0, bytes);
	for (order = 0; order < PAGE_ORDER_ORDERS; order++)
		po->head[order] = NO_PAGE;
	/* as when the kernel boots: what is freed last lies highest */
	blocks_add(po, 0, po->pages);
	po->free = po->pages;
	tree_set(po, 0, po->pages, true);
	return 0;
}

/**
 * page_order_alloc() - allocate pages in a row
 * @po: the allocator
 * @count: how many, above 0
 * @align: what the first page, counted from the origin, shall be a multiple of: a
 *	power of two, or PAGE_ORDER_NATURAL for that which is not below @count
 * @first: the first page, from 0 on; written on success only
 *
 * Succeeds whenever there is, inside of the memory,
 * - a free block, aligned to its size, that is not below @count and @align, as far
 *   as orders go; or
 * - a free run of @count + @align - 1 pages.
 * Apart from that, where @align is not below @count, holes into which the pages just
 * fit are looked for, and found unless that takes more than PAGE_ORDER_HOLE_STEPS: then
 * there can be such a hole and the request still fail.
 *
 * Context: any; the caller's lock held.
 * Return: 0; -EINVAL when @count is 0 or @align no power of two; -ENOMEM.
 */
int page_order_alloc(struct page_order *po, u32 count, u64 align, u32 *first)
{
	unsigned int order;
	u32 orders;

	if (!count || align & (align - 1))
		return -EINVAL;
	if (count > po->free)
		return -ENOMEM;
	order = order_above(count);
	if (align == PAGE_ORDER_NATURAL)
		align = 1ULL << order;
	else
		order = max(order, order_within(align));
	orders = order <= po->max_order ? po->orders >> order : 0;
	if (!orders)
		return alloc_in_hole(po, count, align, first);
	*first = alloc_from_block(po, count, order, order + __ffs64(orders));
	return 0;
}

/**
 * page_order_alloc_runs() - allocate pages in as few runs as the memory allows
 * @po: the allocator
 * @count: how many pages, above 0
 * @max_run: how many a run may have at most, above 0
 * @runs: where they are; what is beyond the runs returned is undefined
 * @max_runs: how many of them there may be
 *
 * A run can begin anywhere and span blocks of any order. Each is freed by itself,
 * with page_order_free().
 *
 * Takes from the longest free run each time, and for the last pages from the lowest
 * that suffices. No way needs fewer runs: of n free pages in a row, k runs can take
 * min(n, k * max_run), each no more than the one before, so that what the best k runs
 * take is the sum of the k largest such pieces over all free memory; these are the
 * pieces that are taken here.
 *
 * Context: any; the caller's lock held. O(log pages) for each run, and for each change
 * since runs were last asked for.
 * Return: how many runs; -EINVAL when an argument is 0; -ENOMEM when fewer pages are
 * free; -ENOSPC when it takes more than @max_runs runs. On an error the same pages
 * are free as before, though the order in which they will be handed out may differ.
 */
int page_order_alloc_runs(struct page_order *po, u32 count, u32 max_run,
			  struct page_order_run *runs, u32 max_runs)
{
	u32 n;

	if (!count || !max_run || !max_runs)
		return -EINVAL;
	if (count > po->free)
		return -ENOMEM;
	max_runs = min(max_runs, 0x7fffffffU);
	for (n = 0; count && n < max_runs; n++) {
		u32 most = min(count, max_run);

		tree_refresh(po);
		runs[n].count = min(most, po->root->longest);
		runs[n].first = tree_run(po, runs[n].count);
		alloc_at(po, runs[n].first, runs[n].count);
		count -= runs[n].count;
	}
	if (!count)
		return n;
	while (n--)
		page_order_free(po, runs[n].first, runs[n].count);
	return -ENOSPC;
}

/**
 * page_order_free() - free pages that were allocated together
 * @po: the allocator
 * @first: the first of them, as it was returned
 * @count: how many they were
 *
 * Context: any; the caller's lock held.
 * Return: 0; -EINVAL when what begins at @first has another number of pages;
 * -ENOENT when no allocation begins there (any more); -ENXIO when there are no such
 * pages. On an error nothing has changed.
 */
int page_order_free(struct page_order *po, u32 first, u32 count)
{
	if (first >= po->pages || count > po->pages - first)
		return -ENXIO;
	if (po->tag[first] != TAG_USED)
		return -ENOENT;
	if (po->link[first] != count)
		return -EINVAL;
	po->tag[first] = TAG_INSIDE;
	blocks_free(po, first, count);
	po->free += count;
	tree_flip(po, first, count, true);
	return 0;
}

/**
 * page_order_free_pages() - how many pages are free
 * @po: the allocator
 *
 * Context: any; the caller's lock held.
 * Return: pages.
 */
u32 page_order_free_pages(const struct page_order *po)
{
	return po->free;
}

/**
 * page_order_largest_block() - the size of the largest free block
 * @po: the allocator
 *
 * Context: any; the caller's lock held.
 * Return: pages, a power of two; 0 when none is free.
 */
u32 page_order_largest_block(const struct page_order *po)
{
	return po->orders ? 1U << order_within(po->orders) : 0;
}

/**
 * page_order_largest_run() - how many free pages lie in a row at most
 * @po: the allocator; what it knows of runs is brought up to date
 *
 * Context: any; the caller's lock held.
 * Return: pages.
 */
u32 page_order_largest_run(struct page_order *po)
{
	tree_refresh(po);
	return po->root->longest;
}
