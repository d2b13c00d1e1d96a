// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/window.c
/*
 * Windows: the CPU's addresses and the card's, at every edge that either can have.
 *
 *	CPU     0 ---- RAM ---- | BAR below RAM's end | ---- RAM ---- | BAR above RAM | -- 2^64
 *	card    | region at 0 | ------------- | anywhere | ------------ | region to 2^64 |
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dma-core/window.h"

#define PAGE    4096ULL
#define MIB     (1ULL << 20)
#define GIB     (1ULL << 30)
#define LAST    (~0ULL)
#define ROWS(x) (sizeof(x) / sizeof((x)[0]))

struct check_row {
	const char *name;
	struct card_window window;
	u64 phys_max;
	u64 device_max;
	int err;
};

static const struct check_row check_rows[] = {
	{ "a BAR below 4 GiB",
	  { 0xf8000000, 0x80000000, 64 * MIB },
	  LAST,
	  LAST,
	  0 },
	{ "a BAR above RAM",
	  { 0x3800000000, 0x80000000, 4 * GIB },
	  LAST,
	  LAST,
	  0 },
	{ "the card's 0", { 0xf8000000, 0, 64 * MIB }, LAST, LAST, 0 },
	{ "the CPU's 0", { 0, 0x80000000, PAGE }, LAST, LAST, 0 },
	{ "ends at 2^64 for the card",
	  { 0xf8000000, -64 * MIB, 64 * MIB },
	  LAST,
	  LAST,
	  0 },
	{ "ends at 2^64 for both", { -PAGE, -PAGE, PAGE }, LAST, LAST, 0 },
	{ "ends at 2^32 of a 32-bit card",
	  { 0xf8000000, 0xfffff000, PAGE },
	  LAST,
	  0xffffffff,
	  0 },
	{ "empty", { 0xf8000000, 0x80000000, 0 }, LAST, LAST, -EINVAL },
	{ "part of a page",
	  { 0xf8000000, 0x80000000, PAGE + 1 },
	  LAST,
	  LAST,
	  -EINVAL },
	{ "less than a page",
	  { 0xf8000000, 0x80000000, PAGE / 2 },
	  LAST,
	  LAST,
	  -EINVAL },
	{ "unaligned for the CPU",
	  { 0xf8000800, 0x80000000, PAGE },
	  LAST,
	  LAST,
	  -EINVAL },
	{ "unaligned for the card",
	  { 0xf8000000, 0x80000010, PAGE },
	  LAST,
	  LAST,
	  -EINVAL },
	{ "wraps for the card",
	  { 0xf8000000, -PAGE, 2 * PAGE },
	  LAST,
	  LAST,
	  -EOVERFLOW },
	{ "wraps for the CPU",
	  { -PAGE, 0x80000000, 2 * PAGE },
	  LAST,
	  LAST,
	  -EOVERFLOW },
	{ "all but the first page", { PAGE, PAGE, -PAGE }, LAST, LAST, 0 },
	{ "wraps for one", { 2 * PAGE, PAGE, -PAGE }, LAST, LAST, -EOVERFLOW },
	{ "passes a 32-bit card's end",
	  { 0xf8000000, 0xfffff000, 2 * PAGE },
	  LAST,
	  0xffffffff,
	  -EOVERFLOW },
	{ "beyond a 32-bit card's end",
	  { 0xf8000000, 0x100000000, PAGE },
	  LAST,
	  0xffffffff,
	  -EOVERFLOW },
	{ "beyond a 36-bit CPU's end",
	  { 0x1000000000, 0, PAGE },
	  0xfffffffff,
	  LAST,
	  -EOVERFLOW },
};

static void test_window_can_be_or_not(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(check_rows); row++, ran++) {
		const struct check_row *check = &check_rows[row];
		int err = card_window_check(&check->window, PAGE,
					    check->phys_max, check->device_max);

		if (err != check->err)
			fail_msg("%s: %d, not %d", check->name, err,
				 check->err);
	}
	assert_int_equal(ran, 19);
}

struct overlap_row {
	u64 a, a_size, b, b_size;
	bool overlap;
};

static const struct overlap_row overlap_rows[] = {
	{ 0, PAGE, 0, PAGE, true },
	{ 0, PAGE, PAGE, PAGE, false },
	{ 0, PAGE + 1, PAGE, PAGE, true },
	{ 0, 3 * PAGE, PAGE, PAGE, true },
	{ -PAGE, PAGE, 0, PAGE, false },
	{ -PAGE, PAGE, -2 * PAGE, PAGE, false },
	{ -PAGE, PAGE, -2 * PAGE, 2 * PAGE, true },
	{ -PAGE, PAGE, -1, 1, true },
	{ 0, LAST, LAST, 1, false },
	{ 0, LAST, LAST - 1, 1, true },
};

static void test_overlap_is_the_same_both_ways(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(overlap_rows); row++, ran++) {
		const struct overlap_row *o = &overlap_rows[row];

		if (card_ranges_overlap(o->a, o->a_size, o->b, o->b_size) !=
			    o->overlap ||
		    card_ranges_overlap(o->b, o->b_size, o->a, o->a_size) !=
			    o->overlap)
			fail_msg("row %zu: not %d", row, o->overlap);
	}
	assert_int_equal(ran, 10);
}

struct translation_row {
	const char *name;
	struct card_window window;
	u64 from;
	u64 size;
	int err;
	u64 to;
};

/* from the CPU's address to the card's */
static const struct translation_row to_device_rows[] = {
	{ "first byte",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf8000000,
	  1,
	  0,
	  0x80000000 },
	{ "last byte",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf80fffff,
	  1,
	  0,
	  0x800fffff },
	{ "all of it",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf8000000,
	  MIB,
	  0,
	  0x80000000 },
	{ "the byte before",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf7ffffff,
	  1,
	  -ENXIO,
	  0 },
	{ "the byte after",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf8100000,
	  1,
	  -ENXIO,
	  0 },
	{ "nothing", { 0xf8000000, 0x80000000, MIB }, 0xf8000000, 0, -ENXIO, 0 },
	{ "begins before",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf7ffffff,
	  2,
	  -EINVAL,
	  0 },
	{ "ends after",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf80fffff,
	  2,
	  -EINVAL,
	  0 },
	{ "all around it",
	  { 0xf8000000, 0x80000000, MIB },
	  0xf0000000,
	  GIB,
	  -EINVAL,
	  0 },
	{ "the card's own address",
	  { 0xf8000000, 0x80000000, MIB },
	  0x80000000,
	  1,
	  -ENXIO,
	  0 },
	{ "a BAR above RAM",
	  { 0x3800000000, 0x80000000, 4 * GIB },
	  0x38ffffffff,
	  1,
	  0,
	  0x17fffffff },
	{ "to the card's 0",
	  { 0xf8000000, 0, 64 * MIB },
	  0xf8000000,
	  PAGE,
	  0,
	  0 },
	{ "from the CPU's 0", { 0, 0x80000000, PAGE }, 0, PAGE, 0, 0x80000000 },
	{ "before a window at 0", { 0, 0x80000000, PAGE }, LAST, 1, -ENXIO, 0 },
	{ "to 2^64", { 0xf8000000, -MIB, MIB }, 0xf80ff000, PAGE, 0, -PAGE },
	{ "beyond 2^64", { 0xf8000000, -MIB, MIB }, 0xf8100000, PAGE, -ENXIO, 0 },
	{ "from what ends at 2^64", { -MIB, 0, MIB }, LAST, 1, 0, MIB - 1 },
	{ "0, to what ends at 2^64", { -MIB, 0, MIB }, 0, 1, -ENXIO, 0 },
};

static void test_translation_and_back(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(to_device_rows); row++, ran++) {
		const struct translation_row *t = &to_device_rows[row];
		const u64 untouched = 0x5555;
		/* the same window with the sides exchanged */
		const struct card_window mirrored = { t->window.device_addr,
						      t->window.phys_addr,
						      t->window.size };
		u64 device = untouched, phys = untouched;
		int err;

		err = card_window_to_device(&t->window, t->from, t->size,
					    &device);
		if (err != t->err)
			fail_msg("%s: %d, not %d", t->name, err, t->err);
		if (device != (t->err ? untouched : t->to))
			fail_msg("%s: %#llx", t->name,
				 (unsigned long long)device);
		err = card_window_to_phys(&mirrored, t->from, t->size, &phys);
		if (err != t->err || phys != device)
			fail_msg("%s, mirrored: %d", t->name, err);
		if (t->err)
			continue;
		assert_int_equal(card_window_to_phys(&t->window, device,
						     t->size, &phys),
				 0);
		if (phys != t->from)
			fail_msg("%s, and back: %#llx", t->name,
				 (unsigned long long)phys);
	}
	assert_int_equal(ran, 18);
}

static void test_last_address_does_not_wrap(void **state)
{
	const struct card_window at_zero = { 0xf8000000, 0, PAGE };
	const struct card_window to_the_end = { 0xf8000000, -MIB, MIB };

	(void)state;
	assert_int_equal(card_window_last_device_addr(&at_zero), PAGE - 1);
	assert_true(card_window_last_device_addr(&to_the_end) == LAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window_can_be_or_not),
		cmocka_unit_test(test_overlap_is_the_same_both_ways),
		cmocka_unit_test(test_translation_and_back),
		cmocka_unit_test(test_last_address_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
