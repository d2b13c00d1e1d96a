// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the page lab's pages come from: an arena of system pages that the page-order
 * allocator manages by one of its policies, or the kernel's own allocator.
 *
 * The arena's pages are numbered in the order of their physical addresses. What is in
 * use is noted here, too, apart from the allocator's own bookkeeping.
 */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "page-lab.h"

#define BLOCK_ORDER 10U
#define BLOCK_PAGES 1024U
#define BLOCKS      (LAB_PAGES / BLOCK_PAGES)

/* blocks had these orders before 2004: 0 to 10 */
#define KERNEL_ORDERS 11

/* what the kernel keeps, so that the lab meets no watermark */
#define KERNEL_RESERVE 4096U

#define LAB_GFP (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)

/**
 * struct arena - pages that the page-order allocator hands out
 * @frame: the first page frame of each block, ascending
 * @blocks: how many there are
 * @order: the allocator
 * @metadata: its own
 * @used: a bit a page
 * @wrong: how often a page was handed out that was in use
 */
static struct arena {
	unsigned long frame[BLOCKS];
	unsigned int blocks;
	struct page_order order;
	void *metadata;
	DECLARE_BITMAP(used, LAB_PAGES);
	unsigned int wrong;
} arena;

/* --- the arena --------------------------------------------------------------- */

static int compare_frames(const void *a, const void *b)
{
	unsigned long left = *(const unsigned long *)a;
	unsigned long right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

static unsigned long frame_of(u32 number)
{
	return arena.frame[number / BLOCK_PAGES] + number % BLOCK_PAGES;
}

static void free_frames(unsigned long frame, u32 count)
{
	while (count--)
		__free_page(pfn_to_page(frame++));
}

/**
 * page_lab_destroy_arena() - free the arena's pages
 *
 * Context: may sleep.
 */
void page_lab_destroy_arena(void)
{
	while (arena.blocks)
		free_frames(arena.frame[--arena.blocks], BLOCK_PAGES);
}

/**
 * page_lab_create_arena() - allocate the arena's pages
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int page_lab_create_arena(void)
{
	while (arena.blocks < BLOCKS) {
		struct page *page = alloc_pages(LAB_GFP, BLOCK_ORDER);

		if (!page) {
			page_lab_destroy_arena();
			return -ENOMEM;
		}
		split_page(page, BLOCK_ORDER);
		arena.frame[arena.blocks++] = page_to_pfn(page);
	}
	sort(arena.frame, BLOCKS, sizeof(arena.frame[0]), compare_frames, NULL);
	return 0;
}

static int arena_open(const struct page_source *source)
{
	const struct page_order_config config = {
		.pages = LAB_PAGES,
		.policy = source->policy,
		.nr_orders = source->nr_orders,
	};
	u64 size = page_order_bytes(&config);

	arena.metadata = size ? vmalloc(size) : NULL;
	if (!arena.metadata)
		return -ENOMEM;
	bitmap_zero(arena.used, LAB_PAGES);
	arena.wrong = 0;
	return page_order_init(&arena.order, &config, arena.metadata);
}

static int arena_close(void)
{
	struct page_order_fault fault;
	int err = 0;

	if (arena.wrong || !bitmap_empty(arena.used, LAB_PAGES) ||
	    page_order_free_pages(&arena.order) != LAB_PAGES ||
	    page_order_check(&arena.order, &fault))
		err = -EUCLEAN;
	vfree(arena.metadata);
	arena.metadata = NULL;
	return err;
}

static void note_taken(const struct page_order_run *run)
{
	u32 end = run->first + run->count;

	if (end > LAB_PAGES || find_next_bit(arena.used, end, run->first) < end)
		arena.wrong++;
	else
		bitmap_set(arena.used, run->first, run->count);
}

static int arena_take(u32 count, struct page_order_run *run)
{
	int err = page_order_alloc(&arena.order, count, PAGE_ORDER_NATURAL,
				   &run->first);

	if (err)
		return err;
	run->count = count;
	note_taken(run);
	return 0;
}

static int arena_take_runs(u32 count, struct page_order_run *runs, u32 max)
{
	int n, taken = page_order_alloc_runs(&arena.order, count, LIST_PAGES,
					     runs, max);

	for (n = 0; n < taken; n++)
		note_taken(&runs[n]);
	return taken;
}

static void arena_give(const struct page_order_run *run)
{
	if (page_order_free(&arena.order, run->first, run->count))
		arena.wrong++;
	else
		bitmap_clear(arena.used, run->first, run->count);
}

static struct page *arena_page(u32 number)
{
	return pfn_to_page(frame_of(number));
}

/* Where the free pages that lie side by side in memory end. */
static u32 free_end(u32 number)
{
	u32 end = find_next_bit(arena.used, LAB_PAGES, number);
	u32 next = round_up(number + 1, BLOCK_PAGES);

	for (; next < end; next += BLOCK_PAGES)
		if (frame_of(next) != frame_of(next - 1) + 1)
			return next;
	return end;
}

/*
 * The fewest segments in which any allocator could hand out @pages of what is free:
 * of free pages side by side, cut into as few pieces as a segment allows, the largest
 * pieces. As a buffer may end within such a piece, it is a lower bound.
 */
static u32 arena_best(u32 pages)
{
	u32 pieces[LIST_PAGES + 1] = {}; /* by length */
	u32 number, end, length, best = 0;

	for (number = 0; number < LAB_PAGES; number = end) {
		number = find_next_zero_bit(arena.used, LAB_PAGES, number);
		if (number == LAB_PAGES)
			break;
		end = free_end(number);
		pieces[LIST_PAGES] += (end - number) / LIST_PAGES;
		pieces[(end - number) % LIST_PAGES]++;
	}
	for (length = LIST_PAGES; length && pages; length--) {
		u32 count = min(pieces[length], DIV_ROUND_UP(pages, length));

		best += count;
		pages -= min(pages, count * length);
	}
	return best;
}

/* --- the kernel's allocator -------------------------------------------------- */

static LIST_HEAD(held);

/* Leave it as many pages as the arena has, in blocks as whole as they are. */
static int kernel_open(const struct page_source *source)
{
	struct sysinfo info;
	struct page *page;

	for (;;) {
		si_meminfo(&info);
		if (info.freeram < LAB_PAGES + KERNEL_RESERVE + BLOCK_PAGES)
			break;
		page = alloc_pages(LAB_GFP, BLOCK_ORDER);
		if (!page)
			break;
		list_add(&page->lru, &held);
	}
	return info.freeram < LAB_PAGES + KERNEL_RESERVE ? -ENOMEM : 0;
}

static int kernel_close(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &held, lru) {
		list_del(&page->lru);
		__free_pages(page, BLOCK_ORDER);
	}
	return 0;
}

/* What is no power of two is cut off from a block, as in alloc_pages_exact(). */
static int kernel_take(u32 count, struct page_order_run *run)
{
	unsigned int order = order_base_2(count);
	struct page *page = alloc_pages(LAB_GFP, order);

	if (!page)
		return -ENOMEM;
	run->first = page_to_pfn(page);
	run->count = count;
	if (!is_power_of_2(count)) {
		split_page(page, order);
		free_frames(run->first + count, (1U << order) - count);
	}
	return 0;
}

static void kernel_give(const struct page_order_run *run)
{
	if (is_power_of_2(run->count))
		__free_pages(pfn_to_page(run->first), ilog2(run->count));
	else
		free_frames(run->first, run->count);
}

static struct page *kernel_page(u32 number)
{
	return pfn_to_page(number);
}

/* --- all of them ------------------------------------------------------------- */

static const struct page_source sources[] = {
	{
		.name = "high-first",
		.policy = PAGE_ORDER_HIGH_FIRST,
		.nr_orders = KERNEL_ORDERS,
		.open = arena_open,
		.close = arena_close,
		.take = arena_take,
		.give = arena_give,
		.page = arena_page,
		.best = arena_best,
	},
	{
		.name = "low-first",
		.policy = PAGE_ORDER_LOW_FIRST,
		.nr_orders = KERNEL_ORDERS,
		.open = arena_open,
		.close = arena_close,
		.take = arena_take,
		.give = arena_give,
		.page = arena_page,
		.best = arena_best,
	},
	{
		.name = "compact",
		.policy = PAGE_ORDER_COMPACT,
		.open = arena_open,
		.close = arena_close,
		.take = arena_take,
		.take_runs = arena_take_runs,
		.give = arena_give,
		.page = arena_page,
		.best = arena_best,
	},
	{
		.name = "kernel",
		.open = kernel_open,
		.close = kernel_close,
		.take = kernel_take,
		.give = kernel_give,
		.page = kernel_page,
	},
};

/**
 * page_lab_source() - an allocator by its name
 * @name: with or without a line's end
 *
 * Context: any.
 * Return: it, or NULL.
 */
const struct page_source *page_lab_source(const char *name)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sources); n++)
		if (sysfs_streq(name, sources[n].name))
			return &sources[n];
	return NULL;
}
