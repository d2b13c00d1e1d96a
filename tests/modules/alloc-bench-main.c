// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions of allocating and freeing, on a VM whose clock counts them:
 * a cycle is an instruction then, which a known number of nops proves in each run.
 *
 * The trace is drawn before anything is measured, so that all allocators get the same:
 * 1 to 64 pages each until memory is 90 % full (or as asked), then pairs: free what a random slot
 * has, allocate for that slot. A request that fails leaves its slot empty, and the next
 * free of that slot is left out.
 *
 * The code and what it works on being the same in each pass, an operation costs what
 * the cheapest pass says; whatever an interrupt added to another is gone.
 *
 * Debugfs, alloc-bench/: choose seed, pairs and full (percent), write an allocator's name to "run",
 * read "results".
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "alloc-bench.h"

#define MOST_FULL 95 /* what is replaced makes it vary a little */
#define PASSES    3
#define MOST_PAIR 50000U
#define SLOTS     8192U /* enough for 90 % in sizes of 32.5 on average */

/* not measured: the slot was empty */
#define NO_COST 0xffffffff

/**
 * struct trace - what is asked of every allocator
 * @slots: allocations when memory is full
 * @fill: pages of each
 * @slot: for each pair, which of them is freed and replaced
 * @count: for each pair, pages of the new one
 * @hash: of all this
 */
static struct trace {
	u32 slots;
	u32 fill[SLOTS];
	u16 slot[MOST_PAIR];
	u8 count[MOST_PAIR];
	u32 hash;
} trace;

/**
 * struct costs - in instructions, of each pair
 * @take: of the allocation
 * @give: of the free
 * @failed: whether the allocation failed
 */
static struct costs {
	u32 take[MOST_PAIR];
	u32 give[MOST_PAIR];
	DECLARE_BITMAP(failed, MOST_PAIR);
} costs;

/**
 * struct summary - of many costs
 * @count: how many
 * @mean: rounded
 * @median: the middle one
 * @max: the highest
 */
struct summary {
	u32 count;
	u32 mean;
	u32 median;
	u32 max;
};

/**
 * struct results - of a run
 * @source: the allocator; NULL before the first run
 * @seed: of the trace
 * @pairs: in it
 * @full: how full memory shall be, in percent
 * @overhead: instructions of measuring, which are subtracted
 * @nops: what BENCH_NOP_LOAD of them cost
 * @fill_failed: requests that failed before memory was full
 * @apart: requests of pairs that got pages which are not in a row
 * @live: pages in use in the end
 * @metadata: bytes in the end
 * @wrong: pages out of range, or in use already
 * @take: costs of allocations that were served
 * @give: of frees
 * @pair: of pairs of both
 * @failed: of allocations that failed
 */
static struct results {
	const struct bench_source *source;
	u64 seed;
	u32 pairs;
	u32 full;
	u32 overhead;
	u32 nops;
	u32 fill_failed;
	u32 apart;
	u32 live;
	u64 metadata;
	u32 wrong;
	struct summary take;
	struct summary give;
	struct summary pair;
	struct summary failed;
} results;

static struct bench_grant grants[SLOTS]; /* of 0 pages: an empty slot */
static DECLARE_BITMAP(used, BENCH_PAGES);
static u32 used_runs;
static u32 sorted[MOST_PAIR];

static u64 seed = 1;
static u32 pairs = 20000;
static u32 full = 90;
static struct dentry *debugfs;
static DEFINE_MUTEX(lock); /* held while anything is measured, and for results */

/* --- the trace ------------------------------------------------------------------ */

static u32 below(struct rnd_state *random, u32 limit)
{
	return prandom_u32_state(random) % limit;
}

static void draw_fill(struct rnd_state *random)
{
	u32 pages = 0, count;
	u32 most = BENCH_PAGES / 100 * results.full;

	for (trace.slots = 0; trace.slots < SLOTS; trace.slots++) {
		count = 1 + below(random, BENCH_MOST);
		if (pages + count > most)
			break;
		trace.fill[trace.slots] = count;
		pages += count;
	}
}

/*
 * What is freed goes into a bag, and the next request is drawn from it. The bag always
 * has as many sizes, so memory stays as full as it was.
 */
static void draw_pairs(struct rnd_state *random)
{
	static u32 now[SLOTS];
	u32 bag[BENCH_MOST + 1];
	u32 n, slot, drawn;

	memcpy(now, trace.fill, sizeof(now));
	for (n = 0; n < BENCH_MOST; n++)
		bag[n] = n + 1;
	for (n = 0; n < results.pairs; n++) {
		slot = below(random, trace.slots);
		bag[BENCH_MOST] = now[slot];
		drawn = below(random, BENCH_MOST + 1);
		now[slot] = bag[drawn];
		bag[drawn] = bag[BENCH_MOST];
		trace.slot[n] = slot;
		trace.count[n] = now[slot];
	}
}

static void draw_trace(void)
{
	struct rnd_state random;
	u32 n;

	memset(&trace, 0, sizeof(trace));
	prandom_seed_state(&random, results.seed);
	/* the generator's first numbers show how near two seeds are */
	for (n = 0; n < 16; n++)
		below(&random, 1);
	draw_fill(&random);
	draw_pairs(&random);
	trace.hash = jhash(&trace, sizeof(trace), 0);
}

/* --- whether pages are handed out once ------------------------------------------ */

static u32 runs_of(const struct bench_grant *grant, struct page_order_run *runs)
{
	if (results.source->runs)
		return results.source->runs(grant, runs);
	runs->first = grant->first;
	runs->count = grant->count;
	return 1;
}

static bool is_free_run(const struct page_order_run *run)
{
	u32 end = run->first + run->count;

	return run->first < BENCH_PAGES &&
	       run->count <= BENCH_PAGES - run->first &&
	       find_next_bit(used, end, run->first) >= end;
}

/* Return: whether the pages are in a row. */
static bool note_taken(const struct bench_grant *grant)
{
	struct page_order_run runs[BENCH_NR_RUNS];
	u32 n, count = runs_of(grant, runs), pages = 0;
	bool in_row = true;

	for (n = 0; n < count; n++) {
		if (!is_free_run(&runs[n])) {
			results.wrong++;
			continue;
		}
		bitmap_set(used, runs[n].first, runs[n].count);
		pages += runs[n].count;
		if (n && runs[n - 1].first + runs[n - 1].count != runs[n].first)
			in_row = false;
	}
	if (pages != grant->count)
		results.wrong++;
	used_runs += count;
	results.live += pages;
	return in_row;
}

static void note_given(const struct bench_grant *grant)
{
	struct page_order_run runs[BENCH_NR_RUNS];
	u32 n, count = runs_of(grant, runs);

	for (n = 0; n < count; n++)
		if (runs[n].first < BENCH_PAGES)
			bitmap_clear(used, runs[n].first, runs[n].count);
	used_runs -= count;
	results.live -= grant->count;
}

/* --- measuring ------------------------------------------------------------------ */

static noinline u32 measure_take(const struct bench_source *source, u32 count,
				 struct bench_grant *grant, int *err)
{
	cycles_t begin = get_cycles();

	*err = source->take(count, grant);
	return get_cycles() - begin;
}

static noinline u32 measure_give(const struct bench_source *source,
				 struct bench_grant *grant)
{
	cycles_t begin = get_cycles();

	source->give(grant);
	return get_cycles() - begin;
}

static u32 cheapest(const struct bench_source *source)
{
	struct bench_grant grant;
	u32 n, least = NO_COST;
	int err;

	for (n = 0; n < 100; n++)
		least = min(least, measure_take(source, 1, &grant, &err));
	return least;
}

static void gauge(void)
{
	results.overhead = cheapest(&bench_nothing);
	results.nops = cheapest(&bench_nops) - results.overhead;
}

/* Allocate for a slot, which is empty. Return: the cost; @failed is set or not. */
static u32 take(u32 slot, u32 count, bool *failed, bool *in_row)
{
	struct bench_grant *grant = &grants[slot];
	int err;
	u32 cost = measure_take(results.source, count, grant, &err);

	*failed = err;
	*in_row = true;
	grant->count = err ? 0 : count;
	if (!err)
		*in_row = note_taken(grant);
	return cost;
}

/* Return: the cost, or NO_COST */
static u32 give(u32 slot)
{
	struct bench_grant *grant = &grants[slot];
	u32 cost;

	if (!grant->count)
		return NO_COST;
	note_given(grant);
	cost = measure_give(results.source, grant);
	grant->count = 0;
	return cost;
}

static void fill(void)
{
	bool failed, in_row;
	u32 slot;

	results.fill_failed = 0;
	for (slot = 0; slot < trace.slots; slot++) {
		take(slot, trace.fill[slot], &failed, &in_row);
		results.fill_failed += failed;
	}
}

static void measure_pairs(void)
{
	bool failed, in_row;
	u32 n;

	results.apart = 0;
	for (n = 0; n < results.pairs; n++) {
		u32 slot = trace.slot[n];

		costs.give[n] = min(costs.give[n], give(slot));
		costs.take[n] = min(costs.take[n], take(slot, trace.count[n],
							&failed, &in_row));
		assign_bit(n, costs.failed, failed);
		results.apart += !in_row;
		cond_resched();
	}
}

static int pass(void)
{
	int err = results.source->open(results.source);
	u32 slot, live;

	if (err)
		return err;
	bitmap_zero(used, BENCH_PAGES);
	used_runs = 0;
	results.live = 0;
	fill();
	measure_pairs();
	results.metadata = results.source->metadata(used_runs);
	live = results.live;
	for (slot = 0; slot < trace.slots; slot++)
		give(slot);
	if (results.live || !bitmap_empty(used, BENCH_PAGES))
		results.wrong++;
	results.live = live;
	return results.source->close();
}

/* --- what came out -------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	u32 left = *(const u32 *)a, right = *(const u32 *)b;

	return left < right ? -1 : left > right;
}

/* Of the first @count in sorted[], which get sorted here. */
static struct summary summarize(u32 count)
{
	struct summary summary = { .count = count };
	u64 sum = 0;
	u32 n;

	if (!count)
		return summary;
	sort(sorted, count, sizeof(sorted[0]), compare, NULL);
	for (n = 0; n < count; n++)
		sum += sorted[n];
	summary.mean = div_u64(sum + count / 2, count);
	summary.median = sorted[count / 2];
	summary.max = sorted[count - 1];
	return summary;
}

static u32 take_cost(u32 n, bool failed)
{
	if (test_bit(n, costs.failed) != failed)
		return NO_COST;
	return costs.take[n] - results.overhead;
}

static u32 served_cost(u32 n)
{
	return take_cost(n, false);
}

static u32 failed_cost(u32 n)
{
	return take_cost(n, true);
}

static u32 give_cost(u32 n)
{
	if (costs.give[n] == NO_COST)
		return NO_COST;
	return costs.give[n] - results.overhead;
}

static u32 pair_cost(u32 n)
{
	u32 take = served_cost(n), give = give_cost(n);

	return take == NO_COST || give == NO_COST ? NO_COST : take + give;
}

static struct summary summary_of(u32 (*cost)(u32 n))
{
	u32 n, count = 0;

	for (n = 0; n < results.pairs; n++) {
		sorted[count] = cost(n);
		count += sorted[count] != NO_COST;
	}
	return summarize(count);
}

static int run_bench(const struct bench_source *source)
{
	unsigned int n;
	int err = 0;

	results = (struct results){
		.source = source,
		.seed = seed,
		.pairs = pairs,
		.full = full,
	};
	draw_trace();
	memset(&costs, 0xff, sizeof(costs));
	gauge();
	for (n = 0; n < PASSES && !err; n++)
		err = pass();
	if (err) {
		results.source = NULL;
		return err;
	}
	results.take = summary_of(served_cost);
	results.give = summary_of(give_cost);
	results.pair = summary_of(pair_cost);
	results.failed = summary_of(failed_cost);
	return 0;
}

/* --- debugfs -------------------------------------------------------------------- */

static ssize_t run_write(struct file *file, const char __user *text,
			 size_t count, loff_t *position)
{
	const struct bench_source *source;
	char name[32] = "";
	int err = -EINVAL;

	if (count >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, text, count))
		return -EFAULT;
	source = bench_source(name);
	if (!source)
		return -EINVAL;
	mutex_lock(&lock);
	if (pairs && pairs <= MOST_PAIR && full && full <= MOST_FULL)
		err = run_bench(source);
	mutex_unlock(&lock);
	return err ?: count;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static void show_summary(struct seq_file *seq, const char *what,
			 const struct summary *summary)
{
	seq_printf(seq, "%ss=%u\n%s=%u\n%s_median=%u\n%s_max=%u\n", what,
		   summary->count, what, summary->mean, what, summary->median,
		   what, summary->max);
}

static int results_show(struct seq_file *seq, void *unused)
{
	mutex_lock(&lock);
	if (results.source) {
		seq_printf(seq, "source=%s\nseed=%llu\npairs=%u\ntrace=%08x\n",
			   results.source->name, results.seed, results.pairs,
			   trace.hash);
		seq_printf(seq, "full=%u\npages=%u\n", results.full,
			   BENCH_PAGES);
		seq_printf(seq, "overhead=%u\nnops=%u\nfill_failed=%u\n",
			   results.overhead, results.nops, results.fill_failed);
		seq_printf(seq, "apart=%u\nlive=%u\nmetadata=%llu\nwrong=%u\n",
			   results.apart, results.live, results.metadata,
			   results.wrong);
		show_summary(seq, "alloc", &results.take);
		show_summary(seq, "free", &results.give);
		show_summary(seq, "both", &results.pair);
		show_summary(seq, "fail", &results.failed);
	}
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(results);

static int __init alloc_bench_init(void)
{
	debugfs = debugfs_create_dir("alloc-bench", NULL);
	debugfs_create_u64("seed", 0600, debugfs, &seed);
	debugfs_create_u32("pairs", 0600, debugfs, &pairs);
	debugfs_create_u32("full", 0600, debugfs, &full);
	debugfs_create_file("run", 0200, debugfs, NULL, &run_fops);
	debugfs_create_file("results", 0400, debugfs, NULL, &results_fops);
	return 0;
}

static void __exit alloc_bench_exit(void)
{
	debugfs_remove(debugfs);
}

module_init(alloc_bench_init);
module_exit(alloc_bench_exit);

MODULE_DESCRIPTION("Counts what allocating and freeing pages costs");
MODULE_LICENSE("GPL");
