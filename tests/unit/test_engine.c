// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/card/card.c sound/card/stream.c
// sources: sound/card/sample.c sound/card/wire.c sound/card/tone.c
// sources: sound/card/engine.c sound/card/descriptor.c sound/card/faults.c
/*
 * The card's copy engine on the host: what the datasheet promises of transfers.
 *
 *	card's memory, at BASE:   | list |      | the card's side, at CARD_AT |
 *	bus memory, at BUS_BASE:  | the pieces                     | a list   |
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "card-rig.h"

#define CARD_AT    0x8000
#define BUS_LIST   0xc000
#define ON_CARD    ONCARD_DESCRIPTOR_LOCAL
#define USEC       1000
#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static void set(struct rig *rig, u32 reg, u32 value)
{
	oncard_card_write(&rig->card, reg, value);
}

static u32 get(struct rig *rig, u32 reg)
{
	return oncard_card_read(&rig->card, reg);
}

static void describe(struct rig *rig, u64 list, u32 count, u32 mode,
		     u32 direction)
{
	set(rig, ONCARD_REG_ENGINE_LIST_LO, list);
	set(rig, ONCARD_REG_ENGINE_LIST_HI, list >> 32);
	set(rig, ONCARD_REG_ENGINE_LIST_COUNT, count);
	set(rig, ONCARD_REG_ENGINE_LIST_MODE, mode);
	set(rig, ONCARD_REG_ENGINE_MEMORY_LO, BASE + CARD_AT);
	set(rig, ONCARD_REG_ENGINE_MEMORY_HI, 0);
	set(rig, ONCARD_REG_ENGINE_DIRECTION, direction);
}

static void start(struct rig *rig)
{
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_START);
}

/* A wide list of one piece on the bus, the list in the card's memory. */
static void describe_one(struct rig *rig, u64 address, u32 length,
			 u32 direction)
{
	put_wide(rig->memory, 0, address, length);
	describe(rig, BASE, 1, ONCARD_LIST_WIDE | ONCARD_LIST_LOCAL, direction);
}

static void run_to_end(struct rig *rig)
{
	u32 steps = 0;

	while (get(rig, ONCARD_REG_ENGINE_STATUS) == ONCARD_ENGINE_RUNNING) {
		pass(rig, oncard_card_next_event(&rig->card) - rig->now);
		assert_true(++steps < 1000);
	}
}

static void expect_end(struct rig *rig, const char *name, u32 error, u32 bytes)
{
	u32 irq = error ? ONCARD_IRQ_ENGINE_ERROR : ONCARD_IRQ_ENGINE_DONE;
	u32 status = error ? ONCARD_ENGINE_FAILED : ONCARD_ENGINE_DONE;

	if (get(rig, ONCARD_REG_ENGINE_ERROR) != error)
		fail_msg("%s: error %u, not %u", name,
			 get(rig, ONCARD_REG_ENGINE_ERROR), error);
	if (get(rig, ONCARD_REG_ENGINE_DONE_LO) != bytes)
		fail_msg("%s: %u bytes, not %u", name,
			 get(rig, ONCARD_REG_ENGINE_DONE_LO), bytes);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_HI), 0);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS), status);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), irq);
	assert_true(oncard_card_next_event(&rig->card) == ONCARD_NO_EVENT);
}

struct piece {
	u32 at;
	u32 length; /* as in a descriptor */
};

struct transfer_row {
	const char *name;
	struct piece pieces[4];
	bool list_on_bus;
	u32 direction;
};

static const struct transfer_row transfers[] = {
	{ "one piece", { { 0x100, 4096 } }, false, ONCARD_ENGINE_TO_CARD },
	{ "one piece out", { { 0x100, 4096 } }, false, ONCARD_ENGINE_FROM_CARD },
	{ "one byte", { { 0x101, 1 } }, false, ONCARD_ENGINE_TO_CARD },
	{ "odd lengths, out of order",
	  { { 0x3001, 4095 }, { 0x103, 1 }, { 0x5007, 777 }, { 0x200, 3 } },
	  false,
	  ONCARD_ENGINE_TO_CARD },
	{ "the same out",
	  { { 0x3001, 4095 }, { 0x103, 1 }, { 0x5007, 777 }, { 0x200, 3 } },
	  false,
	  ONCARD_ENGINE_FROM_CARD },
	{ "more than a step",
	  { { 0, 20001 }, { 0x5000, 11000 } },
	  false,
	  ONCARD_ENGINE_TO_CARD },
	{ "a list on the bus",
	  { { 0x100, 99 }, { 0x50, 9 } },
	  true,
	  ONCARD_ENGINE_FROM_CARD },
	{ "pieces on the card, too",
	  { { 0x3001, 95 | ON_CARD }, { 0x103, 17 }, { 0x6000, 8 | ON_CARD } },
	  false,
	  ONCARD_ENGINE_TO_CARD },
	{ "out to pieces on the card",
	  { { 0x3001, 95 | ON_CARD }, { 0x103, 17 } },
	  false,
	  ONCARD_ENGINE_FROM_CARD },
};

/* Both memories are what they were, but for what the transfer has to change. */
static void expect_moved(struct rig *rig, const struct transfer_row *row,
			 u8 *memory, u8 *bus_memory)
{
	u8 *side = memory + CARD_AT;
	u32 n;

	for (n = 0; n < ROWS(row->pieces) && row->pieces[n].length; n++) {
		const struct piece *piece = &row->pieces[n];
		u32 length = piece->length & ~ON_CARD;
		u8 *at = piece->at +
			 (piece->length & ON_CARD ? memory : bus_memory);

		if (row->direction == ONCARD_ENGINE_TO_CARD)
			memcpy(side, at, length);
		else
			memcpy(at, side, length);
		side += length;
	}
	if (memcmp(rig->memory, memory, MEMORY) ||
	    memcmp(rig->bus, bus_memory, MEMORY))
		fail_msg("%s: moved something else", row->name);
}

static u32 put_pieces(struct rig *rig, const struct transfer_row *row,
		      u32 *count)
{
	u8 *list = row->list_on_bus ? rig->bus + BUS_LIST : rig->memory;
	u32 bytes = 0;

	for (*count = 0; *count < ROWS(row->pieces); (*count)++) {
		const struct piece *piece = &row->pieces[*count];
		u64 base = piece->length & ON_CARD ? BASE : BUS_BASE;

		if (!piece->length)
			break;
		put_wide(list, *count, base + piece->at, piece->length);
		bytes += piece->length & ~ON_CARD;
	}
	return bytes;
}

static void transfer_once(const struct transfer_row *row)
{
	u8 *memory = malloc(MEMORY), *bus_memory = malloc(MEMORY);
	bool on_bus = row->list_on_bus;
	u32 bytes, count;
	struct rig *rig;

	power_on((void **)&rig);
	fill(rig->memory, MEMORY, 1);
	fill(rig->bus, MEMORY, 2);
	bytes = put_pieces(rig, row, &count);
	memcpy(memory, rig->memory, MEMORY);
	memcpy(bus_memory, rig->bus, MEMORY);
	describe(rig, on_bus ? BUS_BASE + BUS_LIST : BASE, count,
		 ONCARD_LIST_WIDE | (on_bus ? 0 : ONCARD_LIST_LOCAL),
		 row->direction);
	start(rig);
	run_to_end(rig);
	expect_end(rig, row->name, ONCARD_ERROR_NONE, bytes);
	assert_int_equal(get(rig, ONCARD_REG_FETCHED_LO), count);
	expect_moved(rig, row, memory, bus_memory);
	power_off((void **)&rig);
	free(memory);
	free(bus_memory);
}

static void test_transfers_move_what_the_list_names(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(transfers); row++) {
		transfer_once(&transfers[row]);
		ran++;
	}
	assert_int_equal(ran, 9);
}

static void test_narrow_descriptors(void **state)
{
	struct rig *rig = *state;

	fill(rig->memory + 0x4000, 100, 3);
	put_narrow(rig->memory, 0, BASE + 0x4000, 60 | ONCARD_DESCRIPTOR_LOCAL);
	put_narrow(rig->memory, 1, BASE + 0x403c, 40 | ONCARD_DESCRIPTOR_LOCAL);
	describe(rig, BASE, 2, ONCARD_LIST_LOCAL, ONCARD_ENGINE_TO_CARD);
	start(rig);
	run_to_end(rig);
	expect_end(rig, "narrow", ONCARD_ERROR_NONE, 100);
	assert_memory_equal(rig->memory + 0x4000, rig->memory + CARD_AT, 100);
}

struct bad_register {
	const char *name;
	u32 reg;
	u32 value;
	u32 error;
};

/* In a transfer of 1000 bytes that would otherwise work */
static const struct bad_register bad_registers[] = {
	{ "no descriptors", ONCARD_REG_ENGINE_LIST_COUNT, 0,
	  ONCARD_ERROR_CONFIG },
	{ "too many", ONCARD_REG_ENGINE_LIST_COUNT, 65537,
	  ONCARD_ERROR_CONFIG },
	{ "an unknown mode", ONCARD_REG_ENGINE_LIST_MODE, 7,
	  ONCARD_ERROR_CONFIG },
	{ "a third direction", ONCARD_REG_ENGINE_DIRECTION, 2,
	  ONCARD_ERROR_CONFIG },
	{ "list nowhere", ONCARD_REG_ENGINE_LIST_LO, BASE + MEMORY - 8,
	  ONCARD_ERROR_ADDRESS },
	{ "list on a bus where nothing is", ONCARD_REG_ENGINE_LIST_MODE, 1,
	  ONCARD_ERROR_ADDRESS },
	{ "memory below the card's", ONCARD_REG_ENGINE_MEMORY_LO, BASE - 1,
	  ONCARD_ERROR_ADDRESS },
	{ "memory past the card's end", ONCARD_REG_ENGINE_MEMORY_LO,
	  BASE + MEMORY - 999, ONCARD_ERROR_ADDRESS },
	{ "memory beyond the card", ONCARD_REG_ENGINE_MEMORY_HI, 1,
	  ONCARD_ERROR_ADDRESS },
	{ "memory beyond the address lines", ONCARD_REG_ENGINE_MEMORY_HI, 0x20,
	  ONCARD_ERROR_WIDTH },
	{ "list beyond the address lines", ONCARD_REG_ENGINE_LIST_HI, 0x20,
	  ONCARD_ERROR_WIDTH },
};

static void test_bad_registers_move_nothing(void **state)
{
	u8 before[MEMORY];
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(bad_registers); row++) {
		const struct bad_register *bad = &bad_registers[row];
		struct rig *rig;

		power_on((void **)&rig);
		rig->card.address_bits = 37;
		fill(rig->bus, MEMORY, 4);
		describe_one(rig, BUS_BASE, 1000, ONCARD_ENGINE_TO_CARD);
		set(rig, bad->reg, bad->value);
		memcpy(before, rig->memory, MEMORY);
		start(rig);
		run_to_end(rig);
		expect_end(rig, bad->name, bad->error, 0);
		assert_memory_equal(before, rig->memory, MEMORY);
		power_off((void **)&rig);
		ran++;
	}
	assert_int_equal(ran, 11);
}

struct bad_descriptor {
	const char *name;
	u64 address;
	u32 length;
	u32 fourth;
	u32 error;
};

/* The second of two, behind a good one of 100 bytes */
static const struct bad_descriptor bad_descriptors[] = {
	{ "no length", BUS_BASE, 0, 0, ONCARD_ERROR_DESCRIPTOR },
	{ "no length on the card", BASE, ONCARD_DESCRIPTOR_LOCAL, 0,
	  ONCARD_ERROR_DESCRIPTOR },
	{ "a fourth word", BUS_BASE, 8, 1, ONCARD_ERROR_DESCRIPTOR },
	{ "bus where nothing is", BUS_BASE - 100, 8, 0, ONCARD_ERROR_ADDRESS },
	{ "before the card's memory", BASE - 1, 8 | ONCARD_DESCRIPTOR_LOCAL, 0,
	  ONCARD_ERROR_ADDRESS },
	{ "past its end", BASE + MEMORY - 7, 8 | ONCARD_DESCRIPTOR_LOCAL, 0,
	  ONCARD_ERROR_ADDRESS },
	{ "longer than the card's side", BUS_BASE, MEMORY - CARD_AT - 99, 0,
	  ONCARD_ERROR_ADDRESS },
	{ "the longest", BUS_BASE, ONCARD_DESCRIPTOR_LENGTH_MASK, 0,
	  ONCARD_ERROR_ADDRESS },
	{ "one line too many", 0x2000000000 - 7, 8, 0, ONCARD_ERROR_WIDTH },
	{ "passes 2^64", ~0ULL - 6, 8, 0, ONCARD_ERROR_WIDTH },
};

static void test_bad_descriptors_end_the_transfer(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < ROWS(bad_descriptors); row++) {
		const struct bad_descriptor *bad = &bad_descriptors[row];
		u8 behind[MEMORY - CARD_AT - 100] = { 0 };
		struct rig *rig;

		power_on((void **)&rig);
		rig->card.address_bits = 37;
		fill(rig->bus, MEMORY, 5);
		describe_one(rig, BUS_BASE, 100, ONCARD_ENGINE_TO_CARD);
		put_wide(rig->memory, 1, bad->address, bad->length);
		put_le32(rig->memory + 28, bad->fourth);
		set(rig, ONCARD_REG_ENGINE_LIST_COUNT, 2);
		start(rig);
		run_to_end(rig);
		expect_end(rig, bad->name, bad->error, 100);
		assert_memory_equal(rig->bus, rig->memory + CARD_AT, 100);
		assert_memory_equal(behind, rig->memory + CARD_AT + 100,
				    sizeof(behind));
		power_off((void **)&rig);
		ran++;
	}
	assert_int_equal(ran, 10);
}

static void test_a_transfer_takes_its_time(void **state)
{
	struct rig *rig = *state;

	/* 16 bytes of descriptor and 3056 of memory: 3 us */
	describe_one(rig, BUS_BASE, 3056, ONCARD_ENGINE_TO_CARD);
	start(rig);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_RUNNING);
	pass(rig, 2 * USEC);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 2032);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);
	assert_int_equal(oncard_card_next_event(&rig->card) - rig->now, USEC);
	pass(rig, USEC - 1);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);
	pass(rig, 1);
	expect_end(rig, "3 us", ONCARD_ERROR_NONE, 3056);
}

static void test_a_step_is_bounded(void **state)
{
	struct rig *rig = *state;
	u32 n, done;

	/* A late step does not catch up. */
	describe_one(rig, BUS_BASE, 0x8000, ONCARD_ENGINE_TO_CARD);
	start(rig);
	assert_int_equal(oncard_card_next_event(&rig->card) - rig->now,
			 16 * USEC);
	pass(rig, SECOND);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 16384 - 16);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);

	/* Descriptors count, so that crumbs are no way around it. */
	for (n = 0; n < 1024; n++)
		put_wide(rig->bus, n, BUS_BASE + 0x8000, 1);
	describe(rig, BUS_BASE, 1024, ONCARD_LIST_WIDE, ONCARD_ENGINE_TO_CARD);
	start(rig);
	pass(rig, SECOND);
	done = get(rig, ONCARD_REG_ENGINE_DONE_LO);
	assert_true(done >= 900 && done <= 1000);
	run_to_end(rig);
	expect_end(rig, "crumbs", ONCARD_ERROR_NONE, 1024);
}

static void test_time_is_exact_after_a_year(void **state)
{
	struct rig *rig = *state;

	rig->card.clock = 366 * 86400 * SECOND;
	describe_one(rig, BUS_BASE, 3056, ONCARD_ENGINE_FROM_CARD);
	start(rig);
	pass(rig, 3 * USEC - 1);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);
	pass(rig, 1);
	expect_end(rig, "a year", ONCARD_ERROR_NONE, 3056);
}

static void test_abort_stops_at_once(void **state)
{
	struct rig *rig = *state;
	u8 before[MEMORY];

	describe_one(rig, BUS_BASE, 0x3000, ONCARD_ENGINE_FROM_CARD);
	fill(rig->memory + CARD_AT, 0x3000, 6);
	start(rig);
	pass(rig, USEC);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_IDLE);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 1008);
	assert_true(oncard_card_next_event(&rig->card) == ONCARD_NO_EVENT);
	memcpy(before, rig->bus, MEMORY);
	pass(rig, SECOND);
	assert_memory_equal(before, rig->bus, MEMORY);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);

	/* and it can be started again, from the beginning */
	start(rig);
	run_to_end(rig);
	expect_end(rig, "again", ONCARD_ERROR_NONE, 0x3000);
	assert_memory_equal(rig->bus, rig->memory + CARD_AT, 0x3000);
}

static void test_a_running_engine_is_latched(void **state)
{
	static const u32 registers[] = {
		ONCARD_REG_ENGINE_LIST_LO,    ONCARD_REG_ENGINE_LIST_HI,
		ONCARD_REG_ENGINE_LIST_COUNT, ONCARD_REG_ENGINE_LIST_MODE,
		ONCARD_REG_ENGINE_MEMORY_LO,  ONCARD_REG_ENGINE_MEMORY_HI,
		ONCARD_REG_ENGINE_DIRECTION,  ONCARD_REG_ENGINE_STATUS,
		ONCARD_REG_ENGINE_ERROR,      ONCARD_REG_ENGINE_DONE_LO,
		ONCARD_REG_ENGINE_DONE_HI,
	};
	struct rig *rig = *state;
	size_t n, ran = 0;

	describe_one(rig, BUS_BASE, 0x3000, ONCARD_ENGINE_TO_CARD);
	fill(rig->bus, 0x3000, 7);
	start(rig);
	pass(rig, USEC);
	for (n = 0; n < ROWS(registers); n++) {
		u32 value = get(rig, registers[n]);

		set(rig, registers[n], ~value);
		assert_int_equal(get(rig, registers[n]), value);
		ran++;
	}
	assert_int_equal(ran, 11);
	start(rig);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 1008);
	run_to_end(rig);
	expect_end(rig, "latched", ONCARD_ERROR_NONE, 0x3000);
	assert_memory_equal(rig->bus, rig->memory + CARD_AT, 0x3000);
}

static void test_registers_read_back_and_control_does_not(void **state)
{
	struct rig *rig = *state;

	describe(rig, 0x123456789abcdef0, 17, 3, ONCARD_ENGINE_FROM_CARD);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_LIST_LO), 0x9abcdef0);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_LIST_HI), 0x12345678);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_LIST_COUNT), 17);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_LIST_MODE), 3);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_MEMORY_LO), BASE + CARD_AT);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DIRECTION),
			 ONCARD_ENGINE_FROM_CARD);
	/* Neither both bits at once nor others start it. */
	set(rig, ONCARD_REG_ENGINE_CONTROL,
	    ONCARD_ENGINE_START | ONCARD_ENGINE_ABORT);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_START | BIT(7));
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_CONTROL), 0);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_IDLE);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);
}

static void test_the_line_follows_the_engine(void **state)
{
	struct rig *rig = *state;

	set(rig, ONCARD_REG_IRQ_ENABLE, ONCARD_IRQ_ENGINE_DONE);
	describe_one(rig, BUS_BASE, 10, ONCARD_ENGINE_TO_CARD);
	start(rig);
	assert_false(oncard_card_interrupt(&rig->card));
	run_to_end(rig);
	assert_true(oncard_card_interrupt(&rig->card));
	set(rig, ONCARD_REG_IRQ_STATUS, ONCARD_IRQ_ENGINE_DONE);
	assert_false(oncard_card_interrupt(&rig->card));
	/* An error clears with the next start; it has no say over the line here. */
	set(rig, ONCARD_REG_ENGINE_LIST_COUNT, 0);
	start(rig);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_ERROR),
			 ONCARD_ERROR_CONFIG);
	assert_false(oncard_card_interrupt(&rig->card));
	set(rig, ONCARD_REG_IRQ_STATUS, ONCARD_IRQ_ENGINE_ERROR);
	set(rig, ONCARD_REG_ENGINE_LIST_COUNT, 1);
	start(rig);
	run_to_end(rig);
	expect_end(rig, "after an error", ONCARD_ERROR_NONE, 10);
}

/* More than 4 GiB take longer than a test may: the register is read, and not waited for. */
static void test_done_has_two_halves(void **state)
{
	struct rig *rig = *state;

	rig->card.engine.done = 0x123456789aULL;
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 0x3456789a);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_HI), 0x12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transfers_move_what_the_list_names),
		CARD_TEST(test_narrow_descriptors),
		cmocka_unit_test(test_bad_registers_move_nothing),
		cmocka_unit_test(test_bad_descriptors_end_the_transfer),
		CARD_TEST(test_a_transfer_takes_its_time),
		CARD_TEST(test_a_step_is_bounded),
		CARD_TEST(test_time_is_exact_after_a_year),
		CARD_TEST(test_done_has_two_halves),
		CARD_TEST(test_abort_stops_at_once),
		CARD_TEST(test_a_running_engine_is_latched),
		CARD_TEST(test_registers_read_back_and_control_does_not),
		CARD_TEST(test_the_line_follows_the_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
