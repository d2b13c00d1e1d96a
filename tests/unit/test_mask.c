// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/mask.c dma-core/window.c
/*
 * The mask decision, in rows: what the card can do, where RAM ends, where the card's
 * memory ends for the card, and what has to come out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dma-core/mask.h"
#include "dma-core/window.h"

#define ONES(n) ((n) == 64 ? ~0ULL : (1ULL << ((n) % 64)) - 1)
#define ROWS(x) (sizeof(x) / sizeof((x)[0]))

#define NONE   DMA_BOUNCE_NONE
#define BUFFER DMA_BOUNCE_BUFFERS
#define MAYBE  DMA_BOUNCE_UNRELIABLE

struct choice_row {
	const char *name;
	u64 widest;
	u64 ram;
	u64 card_end; /* the last address of the card's memory; 0 without any */
	bool translated;
	int err;
	u64 mask;
	unsigned int descriptor_bits;
	enum dma_bounce bounce;
};

static const struct choice_row choice_rows[] = {
	/* 512 MiB of RAM, no card memory */
	{ "24 bits, small RAM", ONES(24), ONES(29), 0, false, 0, ONES(24), 32,
	  MAYBE },
	{ "28 bits, small RAM", ONES(28), ONES(29), 0, false, 0, ONES(28), 32,
	  MAYBE },
	{ "29 bits do", ONES(29), ONES(29), 0, false, 0, ONES(29), 32, NONE },
	{ "32 bits, small RAM", ONES(32), ONES(29), 0, false, 0, ONES(29), 32,
	  NONE },
	{ "64 bits, small RAM", ONES(64), ONES(29), 0, false, 0, ONES(29), 32,
	  NONE },
	/* RAM above 4 GiB */
	{ "32 bits, large RAM", ONES(32), ONES(33), 0, false, 0, ONES(32), 32,
	  BUFFER },
	{ "31 bits, large RAM", ONES(31), ONES(33), 0, false, 0, ONES(31), 32,
	  MAYBE },
	{ "36 bits, large RAM", ONES(36), ONES(33), 0, false, 0, ONES(33), 64,
	  NONE },
	{ "64 bits, all RAM there can be", ONES(64), ONES(64), 0, false, 0,
	  ONES(64), 64, NONE },
	{ "40 bits, RAM beyond", ONES(40), ONES(46), 0, false, 0, ONES(40), 64,
	  BUFFER },
	/* behind an IOMMU */
	{ "24 bits, translated", ONES(24), ONES(32), 0, true, 0, ONES(24), 32,
	  NONE },
	{ "64 bits, translated", ONES(64), ONES(32), 0, true, 0, ONES(32), 32,
	  NONE },
	{ "translated, card memory above", ONES(64), ONES(32), 0x40ffffffff,
	  true, 0, ONES(39), 64, NONE },
	/* card memory */
	{ "a BAR below RAM's end", ONES(64), ONES(33), 0x83ffffff, false, 0,
	  ONES(33), 64, NONE },
	{ "a BAR above RAM", ONES(64), ONES(29), 0x38ffffffff, false, 0,
	  ONES(38), 64, NONE },
	{ "a BAR above a narrow card", ONES(32), ONES(29), 0x38ffffffff, false,
	  -ERANGE, 0, 0, 0 },
	{ "a BAR above RAM, one bit short", ONES(37), ONES(29), 0x38ffffffff,
	  false, -ERANGE, 0, 0, 0 },
	{ "a BAR above RAM, it just fits", ONES(38), ONES(29), 0x38ffffffff,
	  false, 0, ONES(38), 64, NONE },
	{ "a region at bus address 0", ONES(24), ONES(29), 0x3fffff, false, 0,
	  ONES(24), 32, MAYBE },
	{ "one page at bus address 0", ONES(64), ONES(29), 0xfff, false, 0,
	  ONES(29), 32, NONE },
	{ "a region at 0 that is too large", ONES(24), ONES(29), 0x3ffffff,
	  false, -ERANGE, 0, 0, 0 },
	{ "a region that ends at 2^32", ONES(64), ONES(29), 0xffffffff, false,
	  0, ONES(32), 32, NONE },
	{ "a byte more", ONES(64), ONES(29), 0x100000000, false, 0, ONES(33),
	  64, NONE },
	{ "a region that ends at 2^64", ONES(64), ONES(33), ~0ULL, false, 0,
	  ONES(64), 64, NONE },
	{ "a region that ends at 2^64, 63 bits", ONES(63), ONES(33), ~0ULL,
	  false, -ERANGE, 0, 0, 0 },
	{ "translated, a region that ends at 2^64", ONES(64), ONES(32), ~0ULL,
	  true, 0, ONES(64), 64, NONE },
	/* what is no mask */
	{ "no bits", 0, ONES(33), 0, false, -EINVAL, 0, 0, 0 },
	{ "gaps", 0xff00ff, ONES(33), 0, false, -EINVAL, 0, 0, 0 },
	{ "nothing below", ~0ULL << 32, ONES(33), 0, false, -EINVAL, 0, 0, 0 },
	{ "one bit, not the lowest", 1ULL << 32, ONES(33), 0, false, -EINVAL, 0,
	  0, 0 },
};

static void expect_choice(const struct choice_row *row)
{
	const struct card_mask_needs needs = {
		.widest = row->widest,
		.system_ram = row->ram,
		.card_memory = card_mask_covering(row->card_end),
		.translated = row->translated,
	};
	struct dma_mask_choice choice = { .mask = 0x5555 };
	int err = card_mask_choose(&needs, &choice);

	if (err != row->err)
		fail_msg("%s: %d, not %d", row->name, err, row->err);
	if (err && choice.mask != 0x5555)
		fail_msg("%s: written after an error", row->name);
	if (err)
		return;
	if (choice.mask != row->mask ||
	    choice.descriptor_bits != row->descriptor_bits ||
	    choice.bounce != row->bounce)
		fail_msg("%s: mask %#llx, %u bits, bounce %d", row->name,
			 (unsigned long long)choice.mask,
			 choice.descriptor_bits, choice.bounce);
	assert_true(choice.widest == row->widest &&
		    choice.system_ram == row->ram &&
		    choice.card_memory == needs.card_memory &&
		    choice.translated == row->translated);
}

static void test_choice(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(choice_rows); row++, ran++)
		expect_choice(&choice_rows[row]);
	assert_int_equal(ran, 30);
}

/* What a mask has to let through, it lets through, and half of it does not. */
static void test_covering_mask_is_the_narrowest(void **state)
{
	unsigned int bit;

	(void)state;
	assert_int_equal(card_mask_covering(0), 0);
	for (bit = 0; bit < 64; bit++) {
		u64 lowest = 1ULL << bit, highest = ONES(bit + 1);

		assert_true(card_mask_covering(lowest) == highest);
		assert_true(card_mask_covering(highest) == highest);
		assert_true(card_mask_covering(lowest | 1) == highest);
	}
}

/* A window moved up by a page asks for a wider mask exactly when it has to. */
static void test_mask_follows_the_window(void **state)
{
	struct card_window window = { 0xf8000000, 0xfff00000, 0x100000 };

	(void)state;
	assert_true(card_mask_covering(card_window_last_device_addr(&window)) ==
		    ONES(32));
	window.device_addr += 4096;
	assert_true(card_mask_covering(card_window_last_device_addr(&window)) ==
		    ONES(33));
	window.device_addr = -window.size;
	assert_true(card_mask_covering(card_window_last_device_addr(&window)) ==
		    ONES(64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_covering_mask_is_the_narrowest),
		cmocka_unit_test(test_mask_follows_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
