// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/merge.c
/*
 * Merging, at every limit: adjacency, length, boundary, 32 bits, 64 bits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dma-core/merge.h"

#define ROWS(x) (sizeof(x) / sizeof((x)[0]))
#define K64     0x10000ULL
#define NO_MAX  ~0ULL
#define NO_EDGE ~0ULL

struct grow_row {
	const char *name;
	struct segment_limits limits;
	u64 address, length, next, next_length;
	bool grows;
};

static const struct grow_row rows[] = {
	{ "side by side",
	  { K64, NO_EDGE },
	  0x1000,
	  0x1000,
	  0x2000,
	  0x1000,
	  true },
	{ "a byte between",
	  { K64, NO_EDGE },
	  0x1000,
	  0x1000,
	  0x2001,
	  0x1000,
	  false },
	{ "a byte in common",
	  { K64, NO_EDGE },
	  0x1000,
	  0x1000,
	  0x1fff,
	  0x1000,
	  false },
	{ "the other way round",
	  { K64, NO_EDGE },
	  0x2000,
	  0x1000,
	  0x1000,
	  0x1000,
	  false },
	{ "the same twice",
	  { K64, NO_EDGE },
	  0x1000,
	  0x1000,
	  0x1000,
	  0x1000,
	  false },
	{ "odd bytes", { K64, NO_EDGE }, 0x1001, 3, 0x1004, 5, true },
	{ "as long as may be",
	  { K64, NO_EDGE },
	  0x1000,
	  K64 - 1,
	  0x1000 + K64 - 1,
	  1,
	  true },
	{ "a byte too long",
	  { K64, NO_EDGE },
	  0x1000,
	  K64 - 1,
	  0x1000 + K64 - 1,
	  2,
	  false },
	{ "too long already",
	  { K64, NO_EDGE },
	  0x1000,
	  K64,
	  0x1000 + K64,
	  1,
	  false },
	{ "up to a boundary",
	  { NO_MAX, K64 - 1 },
	  0xe000,
	  0x1000,
	  0xf000,
	  0x1000,
	  true },
	{ "a byte across it",
	  { NO_MAX, K64 - 1 },
	  0xe000,
	  0x1000,
	  0xf000,
	  0x1001,
	  false },
	{ "it lies between",
	  { NO_MAX, K64 - 1 },
	  0xf000,
	  0x1000,
	  0x10000,
	  0x1000,
	  false },
	{ "from it on",
	  { NO_MAX, K64 - 1 },
	  0x10000,
	  0x1000,
	  0x11000,
	  0x1000,
	  true },
	{ "across already",
	  { NO_MAX, K64 - 1 },
	  0xf000,
	  0x2000,
	  0x11000,
	  0x1000,
	  false },
	{ "the boundary at 4 GiB",
	  { NO_MAX, 0xffffffff },
	  0xfffff000,
	  0x1000,
	  0x100000000,
	  0x1000,
	  false },
	{ "no boundary at 4 GiB",
	  { NO_MAX, NO_EDGE },
	  0xfffff000,
	  0x1000,
	  0x100000000,
	  0x1000,
	  true },
	{ "32 bits of length",
	  { NO_MAX, NO_EDGE },
	  0,
	  0xfffff000,
	  0xfffff000,
	  0xfff,
	  true },
	{ "33 bits of length",
	  { NO_MAX, NO_EDGE },
	  0,
	  0xfffff000,
	  0xfffff000,
	  0x1000,
	  false },
	{ "to the last address",
	  { NO_MAX, NO_EDGE },
	  -0x2000ULL,
	  0x1000,
	  -0x1000ULL,
	  0x1000,
	  true },
	{ "beyond the last address",
	  { NO_MAX, NO_EDGE },
	  -0x2000ULL,
	  0x1000,
	  -0x1000ULL,
	  0x1001,
	  false },
	{ "round the end",
	  { NO_MAX, NO_EDGE },
	  -0x1000ULL,
	  0x1000,
	  0,
	  0x1000,
	  false },
};

static void test_neighbours_become_one_within_the_limits(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(rows); row++, ran++) {
		const struct grow_row *r = &rows[row];

		if (segment_may_grow(&r->limits, r->address, r->length, r->next,
				     r->next_length) != r->grows)
			fail_msg("%s: not %d", r->name, r->grows);
	}
	assert_int_equal(ran, 21);
}

struct longest_row {
	const char *name;
	struct segment_limits limits;
	u64 address;
	u64 length;
	u64 longest;
};

static const struct longest_row longest_rows[] = {
	{ "all of it", { NO_MAX, NO_EDGE }, 0x1000, 0x3000, 0x3000 },
	{ "a byte", { NO_MAX, NO_EDGE }, 0, 1, 1 },
	{ "size_max", { 0x2000, NO_EDGE }, 0x1000, 0x3000, 0x2000 },
	{ "up to the boundary", { NO_MAX, 0xffff }, 0xf000, 0x3000, 0x1000 },
	{ "from the boundary on", { NO_MAX, 0xffff }, 0x10000, 0x3000, 0x3000 },
	{ "from boundary to boundary",
	  { NO_MAX, 0xffff },
	  0x10000,
	  0x30000,
	  0x10000 },
	{ "the narrower of two", { 0x800, 0xffff }, 0xf000, 0x3000, 0x800 },
	{ "32 bits of length",
	  { NO_MAX, NO_EDGE },
	  0,
	  0x100000000ULL,
	  0xffffffff },
	{ "to the last address",
	  { NO_MAX, NO_EDGE },
	  -0x1000ULL,
	  0x1000,
	  0x1000 },
	{ "to the last address, from a boundary",
	  { NO_MAX, 0xfff },
	  -0x1000ULL,
	  0x1000,
	  0x1000 },
};

static void test_a_piece_is_cut_at_the_limits(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(longest_rows); row++, ran++) {
		const struct longest_row *r = &longest_rows[row];

		if (segment_longest(&r->limits, r->address, r->length) !=
		    r->longest)
			fail_msg("%s", r->name);
	}
	assert_int_equal(ran, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_neighbours_become_one_within_the_limits),
		cmocka_unit_test(test_a_piece_is_cut_at_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
