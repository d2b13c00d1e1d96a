// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/card-pages.c dma-core/page-order.c dma-core/page-order-check.c
/*
 * The pages of a region: single pages that were freed are handed out again first, and none
 * of them is ever missing to who asks for more, or for figures.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dma-core/card-pages.h"

#define PAGES 256

struct rig {
	struct card_pages pages;
	void *metadata;
	u8 used[PAGES];
};

static int begin(void **state)
{
	const struct page_order_config config = {
		.pages = PAGES,
		.policy = PAGE_ORDER_COMPACT,
	};
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->metadata = malloc(page_order_bytes(&config));
	*state = rig;
	return card_pages_init(&rig->pages, &config, rig->metadata);
}

static int end(void **state)
{
	struct rig *rig = *state;
	struct page_order_fault fault;
	int err = page_order_check(&rig->pages.order, &fault);

	free(rig->metadata);
	free(rig);
	return err;
}

static bool try_alloc(struct rig *rig, u32 count, u32 *first)
{
	u32 page;

	if (card_pages_alloc(&rig->pages, count, first))
		return false;
	assert_true(*first + count <= PAGES);
	for (page = *first; page < *first + count; page++) {
		assert_false(rig->used[page]);
		rig->used[page] = 1;
	}
	return true;
}

static u32 alloc(struct rig *rig, u32 count)
{
	u32 first;

	assert_true(try_alloc(rig, count, &first));
	return first;
}

static void give_back(struct rig *rig, u32 first, u32 count)
{
	memset(rig->used + first, 0, count);
	assert_int_equal(card_pages_free(&rig->pages, first, count), 0);
}

static void a_page_comes_again(void **state)
{
	struct rig *rig = *state;
	u32 first = alloc(rig, 1), second = alloc(rig, 1);

	give_back(rig, second, 1);
	give_back(rig, first, 1);
	assert_int_equal(alloc(rig, 1), first);
	assert_int_equal(alloc(rig, 1), second);
}

static void free_ones_count(void **state)
{
	struct rig *rig = *state;
	u32 page = alloc(rig, 1);

	assert_int_equal(card_pages_free_count(&rig->pages), PAGES - 1);
	give_back(rig, page, 1);
	assert_int_equal(card_pages_free_count(&rig->pages), PAGES);
}

/* All are freed one by one, more of them than are kept. */
static void all_can_be_had_in_a_row(void **state)
{
	struct rig *rig = *state;
	u32 page;

	for (page = 0; page < PAGES; page++)
		alloc(rig, 1);
	for (page = 0; page < PAGES; page++)
		give_back(rig, page, 1);
	assert_int_equal(alloc(rig, PAGES), 0);
}

static void the_longest_row_has_them(void **state)
{
	struct rig *rig = *state;

	give_back(rig, alloc(rig, 1), 1);
	assert_int_equal(card_pages_largest_run(&rig->pages), PAGES);
	give_back(rig, alloc(rig, 1), 1);
	assert_int_equal(card_pages_largest_block(&rig->pages), PAGES);
}

static void no_more_than_there_are(void **state)
{
	struct rig *rig = *state;
	u32 first = 77;

	alloc(rig, PAGES);
	assert_int_equal(card_pages_alloc(&rig->pages, 1, &first), -ENOMEM);
	assert_int_equal(first, 77);
	assert_int_equal(card_pages_alloc(&rig->pages, 0, &first), -EINVAL);
}

/* At random: nobody gets what somebody has, and what is free is counted right. */
static void at_random(void **state)
{
	struct rig *rig = *state;
	u32 first[64] = { 0 }, count[64] = { 0 }, has = 0;
	unsigned int step, at;

	srand(1);
	for (step = 0; step < 100000; step++) {
		at = rand() % 64;
		if (count[at]) {
			give_back(rig, first[at], count[at]);
			has -= count[at];
			count[at] = 0;
		} else {
			u32 wanted = rand() % 4 ? 1 : 1 + rand() % 16;

			if (!try_alloc(rig, wanted, &first[at]))
				continue;
			count[at] = wanted;
			has += wanted;
		}
		assert_int_equal(card_pages_free_count(&rig->pages),
				 PAGES - has);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_comes_again),      TEST(free_ones_count),
		TEST(all_can_be_had_in_a_row), TEST(the_longest_row_has_them),
		TEST(no_more_than_there_are),  TEST(at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
