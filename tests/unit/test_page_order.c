// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/page-order.c dma-core/page-order-check.c
/*
 * The page-order allocator: which pages it hands out, in what order, what it refuses,
 * and that nothing is lost. In the drawings a page is a column; pages that belong
 * together have a letter, free ones a dot, and blocks are set apart by bars.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "dma-core/page-order.h"

#define ROWS(x)   (sizeof(x) / sizeof((x)[0]))
#define UNTOUCHED 0x5555aaaa
#define NO_PAGE   0xffffffff
#define POLICIES  3

struct rig {
	struct page_order po;
	u64 bytes;
	void *metadata;
};

static struct rig begin(struct page_order_config config)
{
	struct rig rig = { .bytes = page_order_bytes(&config) };

	assert_true(rig.bytes > 0);
	rig.metadata = test_malloc(rig.bytes);
	assert_int_equal(page_order_init(&rig.po, &config, rig.metadata), 0);
	return rig;
}

static void sound(const struct rig *rig)
{
	struct page_order_fault fault;

	if (page_order_check(&rig->po, &fault))
		fail_msg("page %u: %s", fault.page, fault.what);
}

static void end(struct rig *rig)
{
	sound(rig);
	test_free(rig->metadata);
}

static u32 alloc(struct rig *rig, u32 count)
{
	u32 first = UNTOUCHED;
	int err = page_order_alloc(&rig->po, count, PAGE_ORDER_NATURAL, &first);

	if (err)
		fail_msg("no %u pages: %d", count, err);
	sound(rig);
	return first;
}

static void give_back(struct rig *rig, u32 first, u32 count)
{
	assert_int_equal(page_order_free(&rig->po, first, count), 0);
	sound(rig);
}

/* allocate single pages, one after the other, and compare with where they lie */
static void singles_are(struct rig *rig, const int *expected)
{
	for (; *expected >= 0; expected++)
		assert_int_equal(alloc(rig, 1), *expected);
}

/*
 *	first ->                       -> last
 *	|. . . . . . . .|        the lower half goes back, the upper one is split
 *	|. . . .|. .|.|a|        1st: 7
 *	|. . . .|. .|b|a|        2nd: 6
 *	|. . . .|.|c|b|a|        3rd: 5, and so on, down to 0
 */
static void test_high_first_hands_out_descending_pages(void **state)
{
	struct rig rig = begin((struct page_order_config){
		.pages = 8, .policy = PAGE_ORDER_HIGH_FIRST });

	(void)state;
	singles_are(&rig, (int[]){ 7, 6, 5, 4, 3, 2, 1, 0, -1 });
	end(&rig);
}

/*
 *	|. . . . . . . .|        the upper half goes back, the lower one is split
 *	|a|.|. .|. . . .|        1st: 0
 *	|a|b|. .|. . . .|        2nd: 1, and so on, up to 7
 */
static void test_low_first_hands_out_ascending_pages(void **state)
{
	struct rig rig = begin((struct page_order_config){
		.pages = 8, .policy = PAGE_ORDER_LOW_FIRST });

	(void)state;
	singles_are(&rig, (int[]){ 0, 1, 2, 3, 4, 5, 6, 7, -1 });
	end(&rig);
}

/*
 *	high first  |. . . .|.|b|a a|   2 pages, then 1
 *	            |. . d d|c|b|a a|   then 1, then 2
 *	low first   |a a|b|c|d d|. .|
 */
static void test_orders_mix_as_blocks_are_split(void **state)
{
	struct rig high = begin((struct page_order_config){
		.pages = 8, .policy = PAGE_ORDER_HIGH_FIRST });
	struct rig low = begin((struct page_order_config){
		.pages = 8, .policy = PAGE_ORDER_LOW_FIRST });

	(void)state;
	assert_int_equal(alloc(&high, 2), 6);
	assert_int_equal(alloc(&high, 1), 5);
	assert_int_equal(alloc(&high, 1), 4);
	assert_int_equal(alloc(&high, 2), 2);
	assert_int_equal(alloc(&low, 2), 0);
	assert_int_equal(alloc(&low, 1), 2);
	assert_int_equal(alloc(&low, 1), 3);
	assert_int_equal(alloc(&low, 2), 4);
	end(&high);
	end(&low);
}

/*
 * Orders 0 to 2 only, as if MAX_ORDER were 3. When the kernel boots it frees memory
 * from the first page on, and what is freed last is on top of the list:
 *
 *	|. . . .|. . . .|. . . .|
 *	                 h g f e      high first: 11, 10, 9, 8, then 7 ...
 *	                 e f g h      low first:  8, 9, 10, 11, then 4 ...
 */
static void test_largest_blocks_go_from_the_top_as_after_boot(void **state)
{
	struct rig high = begin((struct page_order_config){
		.pages = 12, .policy = PAGE_ORDER_HIGH_FIRST, .nr_orders = 3 });
	struct rig low = begin((struct page_order_config){
		.pages = 12, .policy = PAGE_ORDER_LOW_FIRST, .nr_orders = 3 });

	(void)state;
	assert_int_equal(page_order_largest_block(&high.po), 4);
	assert_int_equal(page_order_largest_run(&high.po), 12);
	singles_are(&high, (int[]){ 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1 });
	singles_are(&low, (int[]){ 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3, -1 });
	end(&high);
	end(&low);
}

/*
 *	|a|a|a|a|a|a|a|a|        all allocated, one by one
 *	|a|a|.|a|a|.|.|a|        freed: 2, 6, 5; no two are buddies
 *	       3   1 2           lists: what was freed last comes first
 *	       1   2 3           compact: the lowest
 */
static void test_reuse_is_last_freed_first_or_lowest(void **state)
{
	static const int order[POLICIES][4] = {
		[PAGE_ORDER_HIGH_FIRST] = { 5, 6, 2, -1 },
		[PAGE_ORDER_LOW_FIRST] = { 5, 6, 2, -1 },
		[PAGE_ORDER_COMPACT] = { 2, 5, 6, -1 },
	};
	unsigned int policy, i;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = 8, .policy = policy });

		for (i = 0; i < 8; i++)
			alloc(&rig, 1);
		give_back(&rig, 2, 1);
		give_back(&rig, 6, 1);
		give_back(&rig, 5, 1);
		singles_are(&rig, order[policy]);
		end(&rig);
	}
}

/*
 *	|a|.|. .|. . . .|. . . . . . . .|   1 page of 16
 *	|a|b|. .|c c c c|. . . . . . . .|   1 more: the block of 1; 4: that of 4
 *	|a|b|. .|c c c c|d d d d|. . . .|   4 more: nothing smaller than 8
 *	|a|b|e .|c c c c|d d d d|. . . .|   1 more: of the block of 2
 */
static void test_compact_takes_the_smallest_block_that_suffices(void **state)
{
	struct rig rig = begin((struct page_order_config){
		.pages = 16, .policy = PAGE_ORDER_COMPACT });

	(void)state;
	assert_int_equal(alloc(&rig, 1), 0);
	assert_int_equal(alloc(&rig, 1), 1);
	assert_int_equal(alloc(&rig, 4), 4);
	assert_int_equal(alloc(&rig, 4), 8);
	assert_int_equal(alloc(&rig, 1), 2);
	end(&rig);
}

/*
 *	|a a a a a|.|. .|        5 pages of 8 leave 3
 *	|a a a a a|b|c c|        which are there for others
 *	|. . . . .|b|c c|        and come back
 */
static void test_a_request_costs_what_it_asks_for(void **state)
{
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = 8, .policy = policy });

		assert_int_equal(alloc(&rig, 5), 0);
		assert_int_equal(page_order_free_pages(&rig.po), 3);
		assert_int_equal(page_order_largest_run(&rig.po), 3);
		assert_int_equal(page_order_largest_block(&rig.po), 2);
		assert_int_equal(alloc(&rig, 1), 5);
		assert_int_equal(alloc(&rig, 2), 6);
		assert_int_equal(page_order_free_pages(&rig.po), 0);
		assert_int_equal(page_order_largest_run(&rig.po), 0);
		assert_int_equal(page_order_largest_block(&rig.po), 0);
		give_back(&rig, 0, 5);
		assert_int_equal(page_order_largest_run(&rig.po), 5);
		assert_int_equal(page_order_largest_block(&rig.po), 4);
		end(&rig);
	}
}

/*
 *	|a a a a a|b|c|d|        5 pages, and others behind them
 *	|. . . .|.|b|c|d|        freed: no block of 8
 *	|e e e e e|b|c|d|        but a hole, into which 5 pages fit
 */
static void test_what_was_freed_can_be_had_again(void **state)
{
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = 16, .policy = policy });
		u32 at = alloc(&rig, 5);

		while (page_order_free_pages(&rig.po))
			alloc(&rig, 1);
		give_back(&rig, at, 5);
		assert_int_equal(alloc(&rig, 5), at);
		end(&rig);
	}
}

/*
 * Holes of 3 pages, at a multiple of 4, and what only looks like one. Whichever way the
 * blocks are looked through, the one hole is found.
 *
 *	|a a . .|. . a .|. a . .|. . . a|a a a a|        page 12
 */
static void test_the_only_hole_is_found(void **state)
{
	static const char map[] = "aa....a..a.....aaaaa";
	u32 pages = sizeof(map) - 1, page, first;
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = pages, .origin = 1 << 20, .policy = policy });

		for (page = 0; page < pages; page++)
			alloc(&rig, 1);
		for (page = 0; page < pages; page++)
			if (map[page] == '.')
				give_back(&rig, page, 1);
		assert_int_equal(page_order_largest_block(&rig.po), 2);
		assert_int_equal(alloc(&rig, 3), 12);
		first = UNTOUCHED;
		assert_int_equal(page_order_alloc(&rig.po, 3,
						  PAGE_ORDER_NATURAL, &first),
				 -ENOMEM);
		assert_int_equal(first, UNTOUCHED);
		end(&rig);
	}
}

/*
 * Memory so large that the map of pairs has several levels, with a pair at its begin
 * and the only hole as far behind it as each level reaches:
 *
 *	|. . a a|b b b b|b b b b| ... |. . . c|b b b b| ...
 */
static void test_a_hole_is_found_however_far_away(void **state)
{
	static const u32 holes[] = { 4, 128, 8064, 8192, 16384, 65532 };
	u32 pages = 1 << 16, page, count, first;
	size_t row;

	(void)state;
	for (row = 0; row < ROWS(holes); row++) {
		struct rig rig = begin((struct page_order_config){
			.pages = pages, .policy = PAGE_ORDER_COMPACT });

		for (page = 0; page < pages; page += count) {
			count = page == 0 || page == 2 || page == holes[row] ?
					2 :
					4;
			if (page / 4 == holes[row] / 4 && page % 4 > 1)
				count = 1;
			assert_int_equal(page_order_alloc(&rig.po, count, 1,
							  &first),
					 0);
			assert_int_equal(first, page);
		}
		give_back(&rig, 0, 2);
		give_back(&rig, holes[row], 2);
		give_back(&rig, holes[row] + 2, 1);
		assert_int_equal(alloc(&rig, 3), holes[row]);
		assert_int_equal(alloc(&rig, 2), 0);
		end(&rig);
	}
}

/*
 * More pairs of pages than are looked at, none of which has a third page behind it, and
 * far from all of them a run of 6, in which 3 can be aligned whatever it begins with:
 *
 *	|x . . .|. . . x|. . x x|. . x x|. . x x| ...     freed first, or lying highest
 */
static void test_a_run_with_room_is_found_behind_many_blocks(void **state)
{
	u32 pages = 4 * (2 * PAGE_ORDER_HOLE_STEPS + 2), page, run, first;
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = pages, .policy = policy });

		for (page = 0; page < pages; page++)
			assert_int_equal(page_order_alloc(&rig.po, 1, 1,
							  &first),
					 0);
		run = pages - 8;
		for (page = run + 1; page < run + 7; page++)
			page_order_free(&rig.po, page, 1);
		for (page = 0; page < run; page++)
			if (page % 4 < 2)
				page_order_free(&rig.po, page, 1);
		assert_int_equal(page_order_largest_block(&rig.po), 2);
		assert_int_equal(alloc(&rig, 3), run + 4);
		end(&rig);
	}
}

struct alignment_row {
	const char *name;
	u32 pages;
	u64 origin;
	u32 count;
	u64 align;
	int err;
	u32 first;
};

/*
 * The origin is what page 0 counts as:
 *
 *	origin 5    5  6 7  8 . . . . . . .  16 . . .  20
 *	page        0  1 2  3 . . . . . . .  11 . . .  15
 *	           |.|. .|. . . . . . . .|. . . .|.|
 *	4 pages                            a a a a          the smallest block
 *	8 pages            b b b b b b b b
 */
static const struct alignment_row alignment_rows[] = {
	{ "natural", 16, 5, 4, PAGE_ORDER_NATURAL, 0, 11 },
	{ "natural, 3 pages", 16, 5, 3, PAGE_ORDER_NATURAL, 0, 11 },
	{ "natural, 8 pages", 16, 5, 8, PAGE_ORDER_NATURAL, 0, 3 },
	{ "more than natural", 16, 5, 1, 16, 0, 11 },
	{ "less than natural", 16, 5, 5, 1, 0, 3 },
	{ "none, all of it", 16, 5, 16, 1, 0, 0 },
	{ "two, nearly all of it", 16, 5, 15, 2, 0, 1 },
	{ "two, too much", 16, 5, 16, 2, -ENOMEM, 0 },
	{ "no such address inside", 16, 5, 1, 32, -ENOMEM, 0 },
	{ "far above the memory's size", 16, 4090, 2, 4096, 0, 6 },
	{ "all, of no power of two", 7, 64, 7, PAGE_ORDER_NATURAL, 0, 0 },
	{ "the same, unaligned", 7, 65, 7, PAGE_ORDER_NATURAL, -ENOMEM, 0 },
	{ "768 pages of 1024", 1000, 4096, 768, PAGE_ORDER_NATURAL, 0, 0 },
	{ "the upper end of addresses", 8, -8, 8, PAGE_ORDER_NATURAL, 0, 0 },
	{ "around the upper end", 8, -4, 4, 1ULL << 63, 0, 4 },
	{ "an alignment that is none", 16, 0, 1, 3, -EINVAL, 0 },
	{ "no pages", 16, 0, 0, PAGE_ORDER_NATURAL, -EINVAL, 0 },
	{ "more than there is", 16, 0, 17, 1, -ENOMEM, 0 },
};

static void test_alignment_counts_from_the_origin(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(alignment_rows); row++, ran++) {
		const struct alignment_row *r = &alignment_rows[row];
		struct rig rig = begin((struct page_order_config){
			.pages = r->pages,
			.origin = r->origin,
			.policy = PAGE_ORDER_COMPACT });
		u32 first = UNTOUCHED;
		int err = page_order_alloc(&rig.po, r->count, r->align, &first);

		if (err != r->err)
			fail_msg("%s: %d, not %d", r->name, err, r->err);
		if (first != (err ? UNTOUCHED : r->first))
			fail_msg("%s: page %u", r->name, first);
		end(&rig);
	}
	assert_int_equal(ran, 18);
}

static u32 next_random(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/*
 *	|. . . . . . . . . . . . . . . .|   as at first
 *	|c|a a a|e e|b b b b b|.|d|. . .|   whatever was allocated
 *	|. . . . . . . . . . . . . . . .|   and freed, in whatever order
 */
static void coalesces(const struct page_order_config *config, u32 *seed)
{
	struct rig rig = begin(*config);
	struct page_order_run held[300];
	u8 *tags = test_malloc(config->pages);
	u32 n, i;

	memcpy(tags, rig.po.tag, config->pages);
	for (n = 0; n < ROWS(held); n++) {
		held[n].count = 1 + next_random(seed) % 24;
		if (page_order_alloc(&rig.po, held[n].count, 0, &held[n].first))
			break;
	}
	sound(&rig);
	for (; n; held[i] = held[--n]) {
		i = next_random(seed) % n;
		assert_int_equal(page_order_free(&rig.po, held[i].first,
						 held[i].count),
				 0);
	}
	assert_int_equal(page_order_free_pages(&rig.po), config->pages);
	assert_memory_equal(tags, rig.po.tag, config->pages);
	test_free(tags);
	end(&rig);
}

static void test_all_coalesces_in_any_order_of_frees(void **state)
{
	u32 seed = time(NULL), round;

	(void)state;
	print_message("# seed %u\n", seed);
	for (round = 0; round < 300; round++) {
		struct page_order_config config = {
			.pages = 1 + next_random(&seed) % 700,
			.origin = next_random(&seed) % 5000,
			.policy = next_random(&seed) % POLICIES,
			.nr_orders = next_random(&seed) % 12,
		};

		coalesces(&config, &seed);
	}
}

struct bad_free_row {
	const char *name;
	u32 first;
	u32 count;
	int err;
};

/*
 *	page  0       4         8 . . . . . . 15
 *	     |a a a a|b b b .|c|.|. .|. . . .|
 */
static const struct bad_free_row bad_free_rows[] = {
	{ "less than all", 0, 3, -EINVAL },
	{ "more than all", 4, 4, -EINVAL },
	{ "two at once", 0, 7, -EINVAL },
	{ "nothing", 0, 0, -EINVAL },
	{ "the end of one", 1, 3, -ENOENT },
	{ "what is free", 12, 4, -ENOENT },
	{ "what begins free", 7, 2, -ENOENT },
	{ "the second page", 5, 1, -ENOENT },
	{ "beyond the end", 16, 1, -ENXIO },
	{ "across the end", 15, 2, -ENXIO },
	{ "so much that it wraps", 4, 0xffffffff, -ENXIO },
	{ "no page", NO_PAGE, 1, -ENXIO },
};

static void refuses(struct rig *rig, const struct bad_free_row *row)
{
	struct page_order before = rig->po;
	void *metadata = test_malloc(rig->bytes);
	int err;

	memcpy(metadata, rig->metadata, rig->bytes);
	err = page_order_free(&rig->po, row->first, row->count);
	if (err != row->err)
		fail_msg("%s: %d, not %d", row->name, err, row->err);
	assert_memory_equal(&before, &rig->po, sizeof(before));
	assert_memory_equal(metadata, rig->metadata, rig->bytes);
	test_free(metadata);
}

static void test_a_wrong_free_is_refused_and_changes_nothing(void **state)
{
	const struct bad_free_row twice = { "twice", 4, 3, -ENOENT };
	size_t row, ran = 0;
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = 16, .policy = policy });
		u32 i;

		/* (in the same places, whatever the policy) */
		for (i = 0; i < 16; i++)
			alloc(&rig, 1);
		for (i = 0; i < 16; i++)
			give_back(&rig, i, 1);
		assert_int_equal(page_order_alloc_runs(&rig.po, 4, 4,
						       &(struct page_order_run){
							       0 },
						       1),
				 1);
		assert_int_equal(page_order_alloc_runs(&rig.po, 3, 4,
						       &(struct page_order_run){
							       0 },
						       1),
				 1);
		for (row = 0; row < ROWS(bad_free_rows); row++, ran++)
			refuses(&rig, &bad_free_rows[row]);
		give_back(&rig, 4, 3);
		refuses(&rig, &twice);
		give_back(&rig, 0, 4);
		assert_int_equal(page_order_largest_run(&rig.po), 16);
		end(&rig);
	}
	assert_int_equal(ran, 12 * POLICIES);
}

/*
 *	1 page    |.|
 *	6 pages   |. . . .|. .|
 *	7 from 3      |.|. . . .|. .|       and so on
 */
static void test_memory_of_any_size_can_be_used_to_the_last_page(void **state)
{
	struct page_order_config config = { 0 };
	unsigned int policy;
	u32 i, first;

	(void)state;
	for (config.pages = 1; config.pages <= 150; config.pages++) {
		for (policy = 0; policy < POLICIES; policy++) {
			struct rig rig;

			config.policy = policy;
			config.origin = config.pages * 7 % 200;
			rig = begin(config);
			sound(&rig);
			assert_int_equal(page_order_largest_run(&rig.po),
					 config.pages);
			for (i = 0; i < config.pages; i++)
				assert_int_equal(page_order_alloc(&rig.po, 1, 0,
								  &first),
						 0);
			assert_int_equal(page_order_alloc(&rig.po, 1, 0,
							  &first),
					 -ENOMEM);
			sound(&rig);
			for (i = 0; i < config.pages; i++)
				assert_int_equal(page_order_free(&rig.po, i, 1),
						 0);
			assert_int_equal(page_order_free_pages(&rig.po),
					 config.pages);
			end(&rig);
		}
	}
}

static void test_what_cannot_be_managed_is_refused(void **state)
{
	static const struct page_order_config refused[] = {
		{ .pages = 0 },
		{ .pages = 8, .policy = PAGE_ORDER_COMPACT + 1 },
		{ .pages = 8, .nr_orders = 33 },
	};
	struct page_order po;
	size_t row;

	(void)state;
	for (row = 0; row < ROWS(refused); row++) {
		assert_true(page_order_bytes(&refused[row]) == 0);
		assert_int_equal(page_order_init(&po, &refused[row], NULL),
				 -EINVAL);
	}
}

static void test_metadata_is_small(void **state)
{
	static const u32 pages[] = { 16384, 262144, 1 << 20, 0xffffffff };
	unsigned int policy;
	size_t row;

	(void)state;
	for (row = 0; row < ROWS(pages); row++) {
		for (policy = 0; policy < POLICIES; policy++) {
			struct page_order_config config = {
				.pages = pages[row],
				.origin = 0x123456789,
				.policy = policy,
			};
			u64 bytes = page_order_bytes(&config);

			assert_true(bytes >= pages[row] * 5ULL);
			assert_true(bytes <= pages[row] * 10ULL);
		}
	}
}

/*
 *	|a . . a . . . a|a . . . . a a .|   free runs of 2, 3, 4 and 1 pages
 *	                   1 1 1 1          4 pages: 1 run, across blocks of 1, 2 and 1
 *	           2 2 2   1 1 1 1          7 pages: 2 runs
 *	   3       2 2 2   1 1 1 1          8 pages: 3 runs, the last as low as it can be
 */
static void test_runs_are_the_longest_there_are(void **state)
{
	static const u32 used[] = { 0, 3, 7, 8, 13, 14 };
	struct rig rig = begin((struct page_order_config){
		.pages = 16, .policy = PAGE_ORDER_LOW_FIRST });
	struct page_order_run runs[4];
	u32 i;

	(void)state;
	for (i = 0; i < 16; i++)
		alloc(&rig, 1);
	for (i = 0; i < 16; i++)
		page_order_free(&rig.po, i, 1);
	for (i = 0; i < 16; i++)
		alloc(&rig, 1);
	for (i = 0; i < 16; i++) {
		size_t j;

		for (j = 0; j < ROWS(used) && used[j] != i; j++)
			;
		if (j == ROWS(used))
			give_back(&rig, i, 1);
	}
	assert_int_equal(page_order_largest_block(&rig.po), 2);
	assert_int_equal(page_order_largest_run(&rig.po), 4);

	assert_int_equal(page_order_alloc_runs(&rig.po, 4, 16, runs, 4), 1);
	assert_int_equal(runs[0].first, 9);
	give_back(&rig, 9, 4);
	assert_int_equal(page_order_alloc_runs(&rig.po, 7, 16, runs, 4), 2);
	assert_int_equal(runs[1].first, 4);
	give_back(&rig, 9, 4);
	give_back(&rig, 4, 3);
	assert_int_equal(page_order_alloc_runs(&rig.po, 8, 16, runs, 4), 3);
	assert_int_equal(runs[2].first, 1);
	assert_int_equal(runs[2].count, 1);
	end(&rig);
}

/*
 *	|. . . . . . . .|        8 pages, at most 3 in a run
 *	|1 1 1 2 2 2 3 3|        3 runs, one behind the other
 */
static void test_runs_are_no_longer_than_they_may_be(void **state)
{
	struct rig rig = begin((struct page_order_config){
		.pages = 8, .policy = PAGE_ORDER_HIGH_FIRST });
	struct page_order_run runs[3];

	(void)state;
	assert_int_equal(page_order_alloc_runs(&rig.po, 8, 3, runs, 3), 3);
	assert_true(runs[0].first == 0 && runs[0].count == 3);
	assert_true(runs[1].first == 3 && runs[1].count == 3);
	assert_true(runs[2].first == 6 && runs[2].count == 2);
	give_back(&rig, 3, 3);
	assert_int_equal(page_order_free(&rig.po, 0, 8), -EINVAL);
	give_back(&rig, 6, 2);
	give_back(&rig, 0, 3);
	end(&rig);
}

/*
 *	|a . . a . a a .|        4 free pages, no more than 2 in a row
 *	   1 1   2     3         in at most 2 runs: none at all, rather than 3 pages
 */
static void test_runs_are_all_or_nothing(void **state)
{
	unsigned int policy;

	(void)state;
	for (policy = 0; policy < POLICIES; policy++) {
		struct rig rig = begin((struct page_order_config){
			.pages = 8, .policy = policy });
		struct page_order_run runs[4];
		u8 tags[8];
		u32 i;

		for (i = 0; i < 8; i++)
			alloc(&rig, 1);
		give_back(&rig, 1, 1);
		give_back(&rig, 2, 1);
		give_back(&rig, 4, 1);
		give_back(&rig, 7, 1);
		memcpy(tags, rig.po.tag, 8);
		assert_int_equal(page_order_alloc_runs(&rig.po, 4, 8, runs, 2),
				 -ENOSPC);
		assert_int_equal(page_order_alloc_runs(&rig.po, 5, 8, runs, 4),
				 -ENOMEM);
		assert_int_equal(page_order_alloc_runs(&rig.po, 0, 8, runs, 4),
				 -EINVAL);
		assert_int_equal(page_order_alloc_runs(&rig.po, 4, 0, runs, 4),
				 -EINVAL);
		assert_int_equal(page_order_alloc_runs(&rig.po, 4, 8, runs, 0),
				 -EINVAL);
		assert_memory_equal(tags, rig.po.tag, 8);
		assert_int_equal(page_order_free_pages(&rig.po), 4);
		sound(&rig);
		assert_int_equal(page_order_alloc_runs(&rig.po, 4, 8, runs, 3),
				 3);
		end(&rig);
	}
}

/*
 * How many runs it takes at least, by trying how many pages each stretch of free
 * ones could give: 2^SMALL memories, bit by bit used or free.
 */
#define SMALL 10

static u32 fewest(u32 free_map, u32 count, u32 max_run)
{
	u32 best[SMALL + 1], page, run, n, take;

	for (n = 0; n <= SMALL; n++)
		best[n] = n ? SMALL + 1 : 0;
	for (page = 0; page < SMALL; page += run + 1) {
		for (run = 0;
		     page + run < SMALL && free_map >> (page + run) & 1;)
			run++;
		for (n = SMALL; n > 0; n--)
			for (take = 1; take <= min(run, n); take++)
				best[n] = min(best[n],
					      best[n - take] + (take + max_run -
								1) / max_run);
	}
	return best[count];
}

static void as_few_as_can_be(struct rig *rig, u32 free_map, u32 max_run)
{
	struct page_order_run runs[SMALL];
	u32 count;

	for (count = 1; count <= SMALL; count++) {
		u32 least = fewest(free_map, count, max_run);
		int n = page_order_alloc_runs(&rig->po, count, max_run, runs,
					      SMALL);

		if (least > SMALL) {
			assert_int_equal(n, -ENOMEM);
			continue;
		}
		if (n != (int)least)
			fail_msg("map %#x, %u pages, runs of %u: %d, not %u",
				 free_map, count, max_run, n, least);
		while (n--)
			assert_int_equal(page_order_free(&rig->po,
							 runs[n].first,
							 runs[n].count),
					 0);
		if (least > 1)
			assert_int_equal(page_order_alloc_runs(&rig->po, count,
							       max_run, runs,
							       least - 1),
					 -ENOSPC);
	}
}

static void test_runs_are_as_few_as_can_be(void **state)
{
	u32 free_map, max_run, page, first;

	(void)state;
	for (free_map = 0; free_map < 1U << SMALL; free_map++) {
		struct rig rig = begin((struct page_order_config){
			.pages = SMALL,
			.origin = free_map % 7,
			.policy = free_map % POLICIES });

		for (page = 0; page < SMALL; page++)
			page_order_alloc(&rig.po, 1, 0, &first);
		for (page = 0; page < SMALL; page++)
			if (free_map >> page & 1)
				page_order_free(&rig.po, page, 1);
		for (max_run = 1; max_run <= 5; max_run++)
			as_few_as_can_be(&rig, free_map, max_run);
		as_few_as_can_be(&rig, free_map, SMALL);
		end(&rig);
	}
}

/* --- the checker ------------------------------------------------------------ */

static void tag_lost(struct rig *rig)
{
	rig->po.tag[2] = 0;
}

static void tag_inside(struct rig *rig)
{
	rig->po.tag[3] = 1;
}

static void tag_too_large(struct rig *rig)
{
	rig->po.tag[2] = 6;
}

static void tag_unaligned(struct rig *rig)
{
	rig->po.tag[1] = 2;
}

static void tag_split(struct rig *rig)
{
	rig->po.tag[8] = 3;
	rig->po.tag[12] = 3;
}

static void size_too_large(struct rig *rig)
{
	rig->po.link[0] = 17;
}

static void size_none(struct rig *rig)
{
	rig->po.link[0] = 0;
}

static void size_wrong(struct rig *rig)
{
	rig->po.link[0] = 2;
}

static void free_wrong(struct rig *rig)
{
	rig->po.free++;
}

static void word_wrong(struct rig *rig)
{
	rig->po.words[0] ^= 1 << 9;
}

static void node_wrong(struct rig *rig)
{
	page_order_largest_run(&rig->po);
	rig->po.root->longest--;
}

static void prefix_wrong(struct rig *rig)
{
	page_order_largest_run(&rig->po);
	rig->po.root->prefix++;
}

static void orders_wrong(struct rig *rig)
{
	rig->po.orders |= 1 << 4;
}

static void head_lost(struct rig *rig)
{
	rig->po.head[3] = NO_PAGE;
}

static void head_wrong(struct rig *rig)
{
	rig->po.head[4] = 4;
	rig->po.orders |= 1 << 4;
}

static void list_goes_on(struct rig *rig)
{
	rig->po.link[8] = 4;
}

static void list_leaves(struct rig *rig)
{
	rig->po.link[8] = 1000000;
}

static void list_circles(struct rig *rig)
{
	rig->po.link[8] = 8;
}

static void prev_wrong(struct rig *rig)
{
	rig->po.prev[8] = 4;
}

static void map_lost(struct rig *rig)
{
	rig->po.maps[rig->po.map_at[3]] = 0;
}

static void map_more(struct rig *rig)
{
	rig->po.maps[rig->po.map_at[0]] |= 1 << 5;
}

struct corruption {
	const char *name;
	enum page_order_policy policy;
	void (*corrupt)(struct rig *rig);
	u32 page;
	const char *what;
};

/*
 *	|a|.|. .|. . . .|. . . . . . . .|   1 page of 16
 */
static const struct corruption corruptions[] = {
	{ "a tag is lost", PAGE_ORDER_LOW_FIRST, tag_lost, 2,
	  "nothing begins here" },
	{ "a tag too many", PAGE_ORDER_LOW_FIRST, tag_inside, 3,
	  "it begins twice" },
	{ "an order too high", PAGE_ORDER_LOW_FIRST, tag_too_large, 2,
	  "no block has such an order" },
	{ "a block unaligned", PAGE_ORDER_LOW_FIRST, tag_unaligned, 1,
	  "a block is not aligned" },
	{ "two buddies", PAGE_ORDER_LOW_FIRST, tag_split, 8,
	  "buddies have not coalesced" },
	{ "a size too large", PAGE_ORDER_LOW_FIRST, size_too_large, 0,
	  "no allocation has such a size" },
	{ "a size of none", PAGE_ORDER_LOW_FIRST, size_none, 0,
	  "no allocation has such a size" },
	{ "a size over a block", PAGE_ORDER_LOW_FIRST, size_wrong, 1,
	  "it begins twice" },
	{ "one free page more", PAGE_ORDER_COMPACT, free_wrong, 0,
	  "the number of free pages is wrong" },
	{ "a bit of the tree", PAGE_ORDER_COMPACT, word_wrong, 9,
	  "the tree says otherwise" },
	{ "a node's longest run", PAGE_ORDER_LOW_FIRST, node_wrong, 0,
	  "a node does not sum up its pages" },
	{ "a node's begin", PAGE_ORDER_LOW_FIRST, prefix_wrong, 0,
	  "a node does not sum up its pages" },
	{ "an order that has none", PAGE_ORDER_LOW_FIRST, orders_wrong, 0,
	  "the orders in use are others" },
	{ "a list without head", PAGE_ORDER_LOW_FIRST, head_lost, 8,
	  "a block cannot be found" },
	{ "a list of another order", PAGE_ORDER_LOW_FIRST, head_wrong, 0,
	  "the orders in use are others" },
	{ "a list into another", PAGE_ORDER_LOW_FIRST, list_goes_on, 8,
	  "a list leads to what is no such block" },
	{ "a list to nowhere", PAGE_ORDER_LOW_FIRST, list_leaves, 8,
	  "a list leads to what is no such block" },
	{ "a list in a circle", PAGE_ORDER_LOW_FIRST, list_circles, 8,
	  "a list has two ways in" },
	{ "a way back to another", PAGE_ORDER_LOW_FIRST, prev_wrong, 8,
	  "a block cannot be found" },
	{ "a map without a block", PAGE_ORDER_COMPACT, map_lost, 8,
	  "a block cannot be found" },
	{ "a map with one more", PAGE_ORDER_COMPACT, map_more, 5,
	  "a map has another block" },
};

static void test_the_checker_names_what_is_broken(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(corruptions); row++, ran++) {
		const struct corruption *c = &corruptions[row];
		struct rig rig = begin((struct page_order_config){
			.pages = 16, .policy = c->policy });
		struct page_order_fault fault = { 0 };

		alloc(&rig, 1);
		c->corrupt(&rig);
		assert_int_equal(page_order_check(&rig.po, &fault), -EUCLEAN);
		if (fault.page != c->page || strcmp(fault.what, c->what))
			fail_msg("%s: page %u: %s", c->name, fault.page,
				 fault.what);
		test_free(rig.metadata);
	}
	assert_int_equal(ran, 21);
}

/*
 * Memory so large that trees and maps have several levels, at every level of them:
 *
 *	level 12  |                                |
 *	level 7   |a . . . . |. . . . .| ..        |
 */
static void test_a_corrupt_level_of_tree_or_map_is_found(void **state)
{
	struct page_order_fault fault = { 0 };
	unsigned int level;
	u32 pages = 1 << 13;

	(void)state;
	for (level = 6; level < 13; level++) {
		struct rig rig = begin((struct page_order_config){
			.pages = pages, .policy = PAGE_ORDER_LOW_FIRST });

		alloc(&rig, 1);
		page_order_largest_run(&rig.po);
		rig.po.nodes[rig.po.level[level]].suffix--;
		assert_int_equal(page_order_check(&rig.po, &fault), -EUCLEAN);
		assert_int_equal(fault.page, 0);
		rig.po.nodes[rig.po.level[level]].suffix++;
		end(&rig);
	}
	for (level = 1; level < 3; level++) {
		struct rig rig = begin((struct page_order_config){
			.pages = pages, .policy = PAGE_ORDER_COMPACT });
		u32 at = pages / 64 + (level == 2 ? pages / 64 / 64 : 0);

		alloc(&rig, 1);
		rig.po.maps[rig.po.map_at[0] + at] ^= 2;
		assert_int_equal(page_order_check(&rig.po, &fault), -EUCLEAN);
		assert_string_equal(fault.what,
				    "a map does not sum up its words");
		rig.po.maps[rig.po.map_at[0] + at] ^= 2;
		end(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_high_first_hands_out_descending_pages),
		cmocka_unit_test(test_low_first_hands_out_ascending_pages),
		cmocka_unit_test(test_orders_mix_as_blocks_are_split),
		cmocka_unit_test(test_largest_blocks_go_from_the_top_as_after_boot),
		cmocka_unit_test(test_reuse_is_last_freed_first_or_lowest),
		cmocka_unit_test(test_compact_takes_the_smallest_block_that_suffices),
		cmocka_unit_test(test_a_request_costs_what_it_asks_for),
		cmocka_unit_test(test_what_was_freed_can_be_had_again),
		cmocka_unit_test(test_the_only_hole_is_found),
		cmocka_unit_test(test_a_hole_is_found_however_far_away),
		cmocka_unit_test(test_a_run_with_room_is_found_behind_many_blocks),
		cmocka_unit_test(test_alignment_counts_from_the_origin),
		cmocka_unit_test(test_all_coalesces_in_any_order_of_frees),
		cmocka_unit_test(test_a_wrong_free_is_refused_and_changes_nothing),
		cmocka_unit_test(test_memory_of_any_size_can_be_used_to_the_last_page),
		cmocka_unit_test(test_what_cannot_be_managed_is_refused),
		cmocka_unit_test(test_metadata_is_small),
		cmocka_unit_test(test_runs_are_the_longest_there_are),
		cmocka_unit_test(test_runs_are_no_longer_than_they_may_be),
		cmocka_unit_test(test_runs_are_all_or_nothing),
		cmocka_unit_test(test_runs_are_as_few_as_can_be),
		cmocka_unit_test(test_the_checker_names_what_is_broken),
		cmocka_unit_test(test_a_corrupt_level_of_tree_or_map_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
