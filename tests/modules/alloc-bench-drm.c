// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator of the kernel's graphics drivers, called as i915 calls it: for pages
 * that may lie apart, and for pages in a row, which are a block of a power of two with
 * what is too much of it trimmed off.
 */
#include <linux/log2.h>

#include "alloc-bench.h"
#include "gpu-buddy.h"

static struct gpu_buddy buddy;

static int drm_open(const struct bench_source *source)
{
	return gpu_buddy_init(&buddy, BENCH_SIZE, PAGE_SIZE);
}

static int drm_close(void)
{
	int err = buddy.avail == buddy.size ? 0 : -EUCLEAN;

	gpu_buddy_fini(&buddy);
	return err;
}

static int drm_take_block(u64 size, u64 align, struct bench_grant *grant)
{
	INIT_LIST_HEAD(&grant->blocks);
	return gpu_buddy_alloc_blocks(&buddy, 0, buddy.size, size, align,
				      &grant->blocks, 0);
}

static int drm_take(u32 count, struct bench_grant *grant)
{
	return drm_take_block((u64)count << PAGE_SHIFT, PAGE_SIZE, grant);
}

static int drm_take_trim(u32 count, struct bench_grant *grant)
{
	u64 size = (u64)roundup_pow_of_two(count) << PAGE_SHIFT;
	int err = drm_take_block(size, size, grant);

	if (err || is_power_of_2(count))
		return err;
	err = gpu_buddy_block_trim(&buddy, NULL, (u64)count << PAGE_SHIFT,
				   &grant->blocks);
	if (err)
		gpu_buddy_free_list(&buddy, &grant->blocks, 0);
	return err;
}

static void drm_give(struct bench_grant *grant)
{
	gpu_buddy_free_list(&buddy, &grant->blocks, 0);
}

static u32 drm_runs(const struct bench_grant *grant,
		    struct page_order_run *runs)
{
	struct gpu_buddy_block *block;
	u32 n = 0;

	list_for_each_entry(block, &grant->blocks, link) {
		if (n == BENCH_NR_RUNS)
			return 0;
		runs[n].first = gpu_buddy_block_offset(block) >> PAGE_SHIFT;
		runs[n++].count = gpu_buddy_block_size(&buddy, block) >>
				  PAGE_SHIFT;
	}
	return n;
}

static bool is_split(const struct gpu_buddy_block *block)
{
	return (block->header & GPU_BUDDY_HEADER_STATE) == GPU_BUDDY_SPLIT;
}

/* Blocks of a binary tree: a block's parent is split, its children may be. */
static u64 blocks_below(struct gpu_buddy_block *block)
{
	struct gpu_buddy_block *root = block;
	u64 blocks = 1;

	for (;;) {
		if (is_split(block)) {
			block = block->left;
			blocks++;
			continue;
		}
		while (block != root && block == block->parent->right)
			block = block->parent;
		if (block == root)
			return blocks;
		block = block->parent->right;
		blocks++;
	}
}

/*
 * And what it finds the free ones by: for each order the head of a list or, later, the
 * roots of two trees.
 */
static u64 drm_metadata(u32 used_runs)
{
	u64 blocks = 0;
	unsigned int n;

	for (n = 0; n < buddy.n_roots; n++)
		blocks += blocks_below(buddy.roots[n]);
	return sizeof(buddy) + blocks * sizeof(struct gpu_buddy_block) +
	       buddy.n_roots * sizeof(*buddy.roots) +
	       (buddy.max_order + 1) * 2 * sizeof(void *);
}

const struct bench_source bench_drm_buddy = {
	.name = "drm-buddy",
	.open = drm_open,
	.close = drm_close,
	.take = drm_take,
	.give = drm_give,
	.runs = drm_runs,
	.metadata = drm_metadata,
};

const struct bench_source bench_drm_buddy_trim = {
	.name = "drm-buddy-trim",
	.open = drm_open,
	.close = drm_close,
	.take = drm_take_trim,
	.give = drm_give,
	.runs = drm_runs,
	.metadata = drm_metadata,
};
