/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What allocating and freeing costs, in instructions: one trace of requests, several
 * allocators. Documentation/bench.md says what is counted, and how.
 */
#ifndef ALLOC_BENCH_H
#define ALLOC_BENCH_H

#include <linux/list.h>
#include <linux/sizes.h>

#include "../../dma-core/page-order.h"

#define BENCH_SIZE     SZ_1G
#define BENCH_PAGES    ((u32)(BENCH_SIZE >> PAGE_SHIFT))
#define BENCH_MOST     64U /* pages in a request */
#define BENCH_NR_RUNS  BENCH_MOST
#define BENCH_NOP_LOAD 1000

/**
 * struct bench_grant - what a request got
 * @count: how many pages
 * @first: the first of them, where they are in a row
 * @nr_runs: in how many runs they are, for the page-order allocator's runs
 * @run: these runs
 * @blocks: likewise, for drm_buddy's blocks
 */
struct bench_grant {
	u32 count;
	u32 first;
	u32 nr_runs;
	struct page_order_run run[BENCH_NR_RUNS];
	struct list_head blocks;
};

/**
 * struct bench_source - an allocator
 * @name: as written to the file "run"
 * @policy: for those that are the page-order allocator
 * @align: likewise
 * @open: make ready, with all of the region free
 * @close: after all is freed. Return: 0; -EUCLEAN when something is amiss
 * @take: what is measured: serve a request. Return: 0 or an errno
 * @give: what is measured, too: free what was taken
 * @runs: where the pages of a grant are, BENCH_NR_RUNS runs at most. Return: how
 *	many. NULL: in a row
 * @metadata: bytes of bookkeeping now, given how many runs are in use
 */
struct bench_source {
	const char *name;
	enum page_order_policy policy;
	u64 align;
	int (*open)(const struct bench_source *source);
	int (*close)(void);
	int (*take)(u32 count, struct bench_grant *grant);
	void (*give)(struct bench_grant *grant);
	u32 (*runs)(const struct bench_grant *grant,
		    struct page_order_run *runs);
	u64 (*metadata)(u32 used_runs);
};

const struct bench_source *bench_source(const char *name);

/* to gauge the measuring itself: does nothing; runs BENCH_NOP_LOAD nops */
extern const struct bench_source bench_nothing, bench_nops;

extern const struct bench_source bench_drm_buddy, bench_drm_buddy_trim;

#endif /* ALLOC_BENCH_H */
