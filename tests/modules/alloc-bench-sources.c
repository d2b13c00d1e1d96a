// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocators that the benchmark knows: dma-core's own, by each policy; a bitmap, as
 * the kernel's contiguous memory allocator has it; and gen_pool, of lib/.
 *
 * Callers of the first three lock them, which costs each the same and is left out.
 */
#include <linux/bitmap.h>
#include <linux/genalloc.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/vmalloc.h>

#include "alloc-bench.h"

/* --- the measuring itself ------------------------------------------------------ */

static int open_nothing(const struct bench_source *source)
{
	return 0;
}

static int close_nothing(void)
{
	return 0;
}

static int take_nothing(u32 count, struct bench_grant *grant)
{
	return 0;
}

static void give_nothing(struct bench_grant *grant)
{
}

static int take_nops(u32 count, struct bench_grant *grant)
{
	asm volatile(".rept " __stringify(BENCH_NOP_LOAD) "\n\tnop\n\t.endr");
	return 0;
}

const struct bench_source bench_nothing = {
	.name = "nothing",
	.open = open_nothing,
	.close = close_nothing,
	.take = take_nothing,
	.give = give_nothing,
};

const struct bench_source bench_nops = {
	.name = "nops",
	.open = open_nothing,
	.close = close_nothing,
	.take = take_nops,
	.give = give_nothing,
};

/* --- the page-order allocator -------------------------------------------------- */

static struct page_order order;
static void *order_metadata;
static u64 order_bytes, order_align;

static int order_open(const struct bench_source *source)
{
	const struct page_order_config config = {
		.pages = BENCH_PAGES,
		.policy = source->policy,
	};

	order_align = source->align;
	order_bytes = page_order_bytes(&config);
	order_metadata = order_bytes ? vmalloc(order_bytes) : NULL;
	if (!order_metadata)
		return -ENOMEM;
	return page_order_init(&order, &config, order_metadata);
}

static int order_close(void)
{
	struct page_order_fault fault;
	int err = page_order_check(&order, &fault);

	if (page_order_free_pages(&order) != BENCH_PAGES)
		err = -EUCLEAN;
	vfree(order_metadata);
	return err;
}

static int order_take(u32 count, struct bench_grant *grant)
{
	return page_order_alloc(&order, count, order_align, &grant->first);
}

static void order_give(struct bench_grant *grant)
{
	page_order_free(&order, grant->first, grant->count);
}

static int order_take_runs(u32 count, struct bench_grant *grant)
{
	int n = page_order_alloc_runs(&order, count, BENCH_MOST, grant->run,
				      BENCH_NR_RUNS);

	if (n < 0)
		return n;
	grant->nr_runs = n;
	return 0;
}

static void order_give_runs(struct bench_grant *grant)
{
	u32 n;

	for (n = 0; n < grant->nr_runs; n++)
		page_order_free(&order, grant->run[n].first,
				grant->run[n].count);
}

static u32 order_runs(const struct bench_grant *grant,
		      struct page_order_run *runs)
{
	memcpy(runs, grant->run, grant->nr_runs * sizeof(*runs));
	return grant->nr_runs;
}

static u64 order_metadata_bytes(u32 used_runs)
{
	return sizeof(order) + order_bytes;
}

/* --- a bitmap, as in mm/cma.c -------------------------------------------------- */

static unsigned long *bitmap;

static int bitmap_open(const struct bench_source *source)
{
	bitmap = bitmap_zalloc(BENCH_PAGES, GFP_KERNEL);
	return bitmap ? 0 : -ENOMEM;
}

static int bitmap_close(void)
{
	int err = bitmap_empty(bitmap, BENCH_PAGES) ? 0 : -EUCLEAN;

	bitmap_free(bitmap);
	return err;
}

static int bitmap_take_aligned(u32 count, unsigned long mask,
			       struct bench_grant *grant)
{
	unsigned long first =
		bitmap_find_next_zero_area(bitmap, BENCH_PAGES, 0, count, mask);

	if (first >= BENCH_PAGES)
		return -ENOMEM;
	bitmap_set(bitmap, first, count);
	grant->first = first;
	return 0;
}

static int bitmap_take(u32 count, struct bench_grant *grant)
{
	return bitmap_take_aligned(count, 0, grant);
}

static int bitmap_take_natural(u32 count, struct bench_grant *grant)
{
	return bitmap_take_aligned(count, roundup_pow_of_two(count) - 1, grant);
}

static void bitmap_give(struct bench_grant *grant)
{
	bitmap_clear(bitmap, grant->first, grant->count);
}

static u64 bitmap_metadata(u32 used_runs)
{
	return BITS_TO_LONGS(BENCH_PAGES) * sizeof(long);
}

/* --- gen_pool ------------------------------------------------------------------ */

/* its addresses only have to differ from 0, which means that there was none */
#define POOL_BASE BENCH_SIZE

static struct gen_pool *pool;

static int pool_open(const struct bench_source *source)
{
	int err;

	pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	if (!pool)
		return -ENOMEM;
	err = gen_pool_add(pool, POOL_BASE, BENCH_SIZE, NUMA_NO_NODE);
	if (err)
		gen_pool_destroy(pool);
	return err;
}

static int pool_close(void)
{
	if (gen_pool_avail(pool) != gen_pool_size(pool))
		return -EUCLEAN;
	gen_pool_destroy(pool);
	return 0;
}

static int pool_take(u32 count, struct bench_grant *grant)
{
	unsigned long address =
		gen_pool_alloc(pool, (size_t)count << PAGE_SHIFT);

	if (!address)
		return -ENOMEM;
	grant->first = (address - POOL_BASE) >> PAGE_SHIFT;
	return 0;
}

static void pool_give(struct bench_grant *grant)
{
	gen_pool_free(pool,
		      POOL_BASE + ((unsigned long)grant->first << PAGE_SHIFT),
		      (size_t)grant->count << PAGE_SHIFT);
}

static u64 pool_metadata(u32 used_runs)
{
	return sizeof(*pool) + sizeof(struct gen_pool_chunk) +
	       BITS_TO_LONGS(BENCH_PAGES) * sizeof(long);
}

/* --- all of them --------------------------------------------------------------- */

#define PAGE_ORDER_SOURCE(called, by, aligned)                                \
	{                                                                     \
		.name = called, .policy = by, .align = aligned,               \
		.open = order_open, .close = order_close, .take = order_take, \
		.give = order_give, .metadata = order_metadata_bytes,         \
	}

#define BITMAP_SOURCE(called, taken_by)                                     \
	{                                                                   \
		.name = called, .open = bitmap_open, .close = bitmap_close, \
		.take = taken_by, .give = bitmap_give,                      \
		.metadata = bitmap_metadata,                                \
	}

static const struct bench_source sources[] = {
	{
		.name = "compact-runs",
		.policy = PAGE_ORDER_COMPACT,
		.open = order_open,
		.close = order_close,
		.take = order_take_runs,
		.give = order_give_runs,
		.runs = order_runs,
		.metadata = order_metadata_bytes,
	},
	PAGE_ORDER_SOURCE("compact", PAGE_ORDER_COMPACT, PAGE_ORDER_NATURAL),
	PAGE_ORDER_SOURCE("compact-anywhere", PAGE_ORDER_COMPACT, 1),
	PAGE_ORDER_SOURCE("low-first", PAGE_ORDER_LOW_FIRST,
			  PAGE_ORDER_NATURAL),
	PAGE_ORDER_SOURCE("high-first", PAGE_ORDER_HIGH_FIRST,
			  PAGE_ORDER_NATURAL),
	BITMAP_SOURCE("bitmap", bitmap_take_natural),
	BITMAP_SOURCE("bitmap-anywhere", bitmap_take),
	{
		.name = "gen-pool",
		.open = pool_open,
		.close = pool_close,
		.take = pool_take,
		.give = pool_give,
		.metadata = pool_metadata,
	},
};

/**
 * bench_source() - an allocator by its name
 * @name: with or without a line's end
 *
 * Context: any.
 * Return: it, or NULL.
 */
const struct bench_source *bench_source(const char *name)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sources); n++)
		if (sysfs_streq(name, sources[n].name))
			return &sources[n];
	if (!IS_ENABLED(CONFIG_DRM_BUDDY))
		return NULL;
	if (sysfs_streq(name, bench_drm_buddy.name))
		return &bench_drm_buddy;
	if (sysfs_streq(name, bench_drm_buddy_trim.name))
		return &bench_drm_buddy_trim;
	return NULL;
}
