// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page lab's workload, the same for every allocator. Whichever way they are
 * served, requests come in the same order, drawn from the seed.
 *
 * Ageing: memory fills up and empties again, by allocations of 1 to 16 pages that are
 * freed in random order, and in the end a part of it stays in use.
 * Filling: buffers get page after page, and between two pages somebody else may
 * allocate 1 to 4 pages, or free some.
 */
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "page-lab.h"

#define AGE_ROUNDS 16
#define AGE_PAGES  16 /* in an allocation, at most */
#define AGE_FULL   (LAB_PAGES / 100 * 80)
#define AGE_LEFT   (LAB_PAGES / 100 * 40)

#define OTHERS_PAGES 4 /* likewise */
#define OTHERS_MAX   4096U

static u32 below(struct page_lab_workload *load, u32 limit)
{
	return prandom_u32_state(&load->random) % limit;
}

/* The generator's first numbers show how near two seeds are. */
static void seed_random(struct page_lab_workload *load)
{
	unsigned int n;

	prandom_seed_state(&load->random, load->setup.seed);
	for (n = 0; n < 16; n++)
		below(load, 1);
}

/* --- allocations that come and go -------------------------------------------- */

/* Who gets no block as large as wanted takes half of it. */
static int crowd_take(struct page_lab_workload *load,
		      struct page_lab_crowd *crowd, u32 count)
{
	int err;

	for (;;) {
		err = load->source->take(count, &crowd->run[crowd->count]);
		if (!err)
			break;
		if (count == 1)
			return err;
		count /= 2;
		load->halved++;
	}
	crowd->count++;
	crowd->pages += count;
	return 0;
}

static void crowd_give(struct page_lab_workload *load,
		       struct page_lab_crowd *crowd)
{
	struct page_order_run *run = &crowd->run[below(load, crowd->count)];

	load->source->give(run);
	crowd->pages -= run->count;
	*run = crowd->run[--crowd->count];
}

static void crowd_leave(struct page_lab_workload *load,
			struct page_lab_crowd *crowd)
{
	while (crowd->count)
		crowd_give(load, crowd);
	kvfree(crowd->run);
}

static int age(struct page_lab_workload *load)
{
	unsigned int round;
	int err;

	for (round = 0; round < AGE_ROUNDS; round++) {
		while (load->old.pages < AGE_FULL) {
			err = crowd_take(load, &load->old,
					 1 + below(load, AGE_PAGES));
			if (err)
				return err;
		}
		while (load->old.pages > AGE_LEFT)
			crowd_give(load, &load->old);
		cond_resched();
	}
	return 0;
}

/* As many are freed as are allocated, in the long run. */
static int others_come_and_go(struct page_lab_workload *load)
{
	struct page_lab_crowd *others = &load->others;

	if (below(load, 100) >= load->setup.others)
		return 0;
	if (others->count == OTHERS_MAX || (others->count && below(load, 2))) {
		crowd_give(load, others);
		return 0;
	}
	return crowd_take(load, others, 1 + below(load, OTHERS_PAGES));
}

/* --- buffers ----------------------------------------------------------------- */

static int fill_whole(struct page_lab_workload *load,
		      struct page_lab_buffer *buffer)
{
	int runs =
		load->source->take_runs(buffer->pages, buffer->run, LIST_PAGES);

	if (runs < 0)
		return runs;
	buffer->runs = runs;
	return 0;
}

static int add_page(struct page_lab_workload *load,
		    struct page_lab_buffer *buffer)
{
	int err = load->source->take(1, &buffer->run[buffer->runs]);

	if (!err)
		buffer->runs++;
	return err;
}

static int fill_buffer(struct page_lab_workload *load,
		       struct page_lab_buffer *buffer)
{
	bool whole = load->source->take_runs;
	int err = whole ? fill_whole(load, buffer) : 0;
	u32 page;

	for (page = 0; page < buffer->pages && !err; page++) {
		if (!whole)
			err = add_page(load, buffer);
		if (!err)
			err = others_come_and_go(load);
	}
	return err;
}

static int fill(struct page_lab_workload *load)
{
	u32 left = load->setup.pages;
	int err;

	while (left) {
		struct page_lab_buffer *buffer = &load->buffer[load->buffers++];

		buffer->pages = min(left, LIST_PAGES);
		left -= buffer->pages;
		err = fill_buffer(load, buffer);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static void empty(struct page_lab_workload *load,
		  const struct page_lab_buffer *buffer)
{
	u32 n;

	for (n = 0; n < buffer->runs; n++)
		load->source->give(&buffer->run[n]);
}

/* --- all of it --------------------------------------------------------------- */

static int make_room(struct page_lab_workload *load)
{
	u32 buffers = DIV_ROUND_UP(load->setup.pages, LIST_PAGES);

	load->old.run = kvcalloc(AGE_FULL + AGE_PAGES, sizeof(*load->old.run),
				 GFP_KERNEL);
	load->others.run =
		kvcalloc(OTHERS_MAX, sizeof(*load->others.run), GFP_KERNEL);
	load->buffer = kvcalloc(buffers, sizeof(*load->buffer), GFP_KERNEL);
	return load->old.run && load->others.run && load->buffer ? 0 : -ENOMEM;
}

/**
 * page_lab_begin() - run the workload, up to the point where all buffers are filled
 * @load: is overwritten; needs page_lab_end() in any case
 * @source: where pages come from
 * @setup: what was chosen
 *
 * Context: may sleep; one at a time.
 * Return: 0 or an errno, -ENOMEM above all.
 */
int page_lab_begin(struct page_lab_workload *load,
		   const struct page_source *source,
		   const struct page_lab_setup *setup)
{
	int err;

	*load = (struct page_lab_workload){ .setup = *setup };
	seed_random(load);
	err = make_room(load);
	if (err)
		return err;
	load->source = source;
	err = source->open(source);
	if (!err && setup->aged)
		err = age(load);
	if (err)
		return err;
	if (source->best)
		load->best = max(source->best(setup->pages),
				 DIV_ROUND_UP(setup->pages, LIST_PAGES));
	return fill(load);
}

/**
 * page_lab_end() - free everything again
 * @load: the workload
 *
 * Context: may sleep.
 * Return: 0; -EUCLEAN when the allocator does not have all its pages back.
 */
int page_lab_end(struct page_lab_workload *load)
{
	while (load->buffers)
		empty(load, &load->buffer[--load->buffers]);
	kvfree(load->buffer);
	crowd_leave(load, &load->others);
	crowd_leave(load, &load->old);
	return load->source ? load->source->close() : 0;
}
