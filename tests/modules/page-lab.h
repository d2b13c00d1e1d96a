/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page lab: one workload, pages from several allocators, and how much of what
 * they hand out dma_map_sg() can merge. Documentation/lab.md describes the workload.
 */
#ifndef PAGE_LAB_H
#define PAGE_LAB_H

#include <linux/prandom.h>

#include "../../dma-core/page-order.h"

struct page;

#define LAB_PAGES 65536U /* that can be allocated: 256 MiB */
#define LIST_PAGES \
	128U /* in a list, and in a segment: what was the most in 2004 */

/**
 * struct page_source - an allocator; pages have numbers of its own
 * @name: as written to the file "run"
 * @policy: of the arena, for those sources that hand out its pages
 * @nr_orders: likewise
 * @open: make ready, with nothing allocated
 * @close: after all is freed. Return: 0; -EUCLEAN when something is amiss
 * @take: pages in a row, their number as alignment; @run is written on success
 * @take_runs: pages in as few runs as can be, not more than @max. Return: how many.
 *	NULL where a buffer has to be asked for page by page
 * @give: free what was taken
 * @page: the page with a number
 * @best: a bound for any allocator, see page_lab_best(); NULL where it is unknown
 */
struct page_source {
	const char *name;
	enum page_order_policy policy;
	unsigned int nr_orders;
	int (*open)(const struct page_source *source);
	int (*close)(void);
	int (*take)(u32 count, struct page_order_run *run);
	int (*take_runs)(u32 count, struct page_order_run *runs, u32 max);
	void (*give)(const struct page_order_run *run);
	struct page *(*page)(u32 number);
	u32 (*best)(u32 pages);
};

/**
 * struct page_lab_setup - what can be chosen
 * @seed: of everything that is random
 * @pages: in lists, in all
 * @aged: whether memory was used before
 * @others: how often, in percent, somebody else calls the allocator between two pages
 */
struct page_lab_setup {
	u64 seed;
	u32 pages;
	bool aged;
	u32 others;
};

/**
 * struct page_lab_buffer - pages that become a list
 * @pages: how many, at most LIST_PAGES
 * @runs: in how many runs they were handed out
 * @run: the runs
 */
struct page_lab_buffer {
	u32 pages;
	u32 runs;
	struct page_order_run run[LIST_PAGES];
};

/**
 * struct page_lab_crowd - allocations, to be freed in random order
 * @run: what was allocated
 * @count: how many
 * @pages: in all
 */
struct page_lab_crowd {
	struct page_order_run *run;
	u32 count;
	u32 pages;
};

/**
 * struct page_lab_workload - what happens to an allocator
 * @source: the allocator
 * @setup: as chosen
 * @random: the state of the random numbers
 * @old: allocations that aged the memory
 * @others: allocations made and freed while buffers are filled
 * @buffer: the buffers
 * @buffers: how many
 * @best: the fewest segments that the buffers could have had; 0: unknown
 * @halved: requests that got half of their pages, since there was no such block
 */
struct page_lab_workload {
	const struct page_source *source;
	struct page_lab_setup setup;
	struct rnd_state random;
	struct page_lab_crowd old;
	struct page_lab_crowd others;
	struct page_lab_buffer *buffer;
	u32 buffers;
	u32 best;
	u32 halved;
};

int page_lab_create_arena(void);
void page_lab_destroy_arena(void);
const struct page_source *page_lab_source(const char *name);

int page_lab_begin(struct page_lab_workload *load,
		   const struct page_source *source,
		   const struct page_lab_setup *setup);
int page_lab_end(struct page_lab_workload *load);

#endif /* PAGE_LAB_H */
