// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/card/card.c sound/card/stream.c
// sources: sound/card/sample.c sound/card/wire.c sound/card/tone.c
// sources: sound/card/engine.c sound/card/descriptor.c sound/card/faults.c
/*
 * The card when it is broken: each kind of fault shows where it should, nowhere else,
 * the same way for the same seed, and not any more once it is taken away.
 *
 *	card's memory, at BASE:   | lists | a playback's buffer | the engine's side |
 *	bus memory, at BUS_BASE:  | what the engine copies                          |
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "card-rig.h"

#define PLAY_AT     0x1000
#define ENGINE_LIST 0x800
#define ENGINE_AT   0x8000
#define BUFFER      480
#define PERIOD      120
#define PERIOD_NS   2500000
#define RATE        48000
#define COPY_BYTES  4096
#define MSEC        1000000

static void set(struct rig *rig, u32 reg, u32 value)
{
	oncard_card_write(&rig->card, reg, value);
}

static u32 get(struct rig *rig, u32 reg)
{
	return oncard_card_read(&rig->card, reg);
}

static u32 position(struct rig *rig, u32 stream)
{
	return get(rig, ONCARD_REG_STREAM(stream, ONCARD_STREAM_POSITION));
}

static bool line(struct rig *rig)
{
	return oncard_card_interrupt(&rig->card);
}

static void break_card(struct rig *rig, enum oncard_fault fault)
{
	oncard_faults_set(&rig->card, BIT(fault), 7);
}

static void heal(struct rig *rig)
{
	oncard_faults_set(&rig->card, 0, 0);
}

static void set_up(struct rig *rig, u32 stream)
{
	static const struct stream_setup setup = {
		.format = ONCARD_FORMAT_S16 | 2,
		.rate = RATE,
		.buffer = BUFFER,
		.period = PERIOD,
		.count = 1,
	};
	u32 list = 64 * stream;

	put_narrow(rig->memory + list, 0, BASE + PLAY_AT,
		   BUFFER * 4 | ONCARD_DESCRIPTOR_LOCAL);
	describe_stream(rig, stream, list, &setup);
}

/* Streams 0 and 2 play, with their interrupts enabled. */
static void play(struct rig *rig)
{
	set_up(rig, 0);
	set_up(rig, 2);
	set(rig, ONCARD_REG_IRQ_ENABLE,
	    ONCARD_IRQ_PERIOD(0) | ONCARD_IRQ_PERIOD(2));
	set(rig, ONCARD_REG_RUN_SET, BIT(0) | BIT(2));
}

static void start_copy(struct rig *rig)
{
	put_wide(rig->memory + ENGINE_LIST, 0, BUS_BASE, COPY_BYTES);
	set(rig, ONCARD_REG_ENGINE_LIST_LO, BASE + ENGINE_LIST);
	set(rig, ONCARD_REG_ENGINE_LIST_COUNT, 1);
	set(rig, ONCARD_REG_ENGINE_LIST_MODE,
	    ONCARD_LIST_WIDE | ONCARD_LIST_LOCAL);
	set(rig, ONCARD_REG_ENGINE_MEMORY_LO, BASE + ENGINE_AT);
	set(rig, ONCARD_REG_ENGINE_DIRECTION, ONCARD_ENGINE_TO_CARD);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_START);
}

static void expect_played(struct rig *rig)
{
	heal(rig);
	assert_int_equal(position(rig, 0), position(rig, 2));
	pass(rig, MSEC);
	assert_int_equal(position(rig, 0), position(rig, 2));
	assert_int_equal(get(rig, ONCARD_REG_RUN), BIT(0) | BIT(2));
}

/* --- positions --- */

static void test_stuck_position(void **state)
{
	struct rig *rig = *state;

	play(rig);
	pass(rig, MSEC);
	break_card(rig, ONCARD_FAULT_STUCK_POSITION);
	pass(rig, PERIOD_NS);
	assert_int_equal(position(rig, 0), 48);
	pass(rig, PERIOD_NS);
	assert_int_equal(position(rig, 0), 48);
	assert_true(line(rig));
	set(rig, ONCARD_REG_STREAM(0, ONCARD_STREAM_CONTROL),
	    ONCARD_CONTROL_RESET);
	assert_int_equal(position(rig, 0), 0);
	expect_played(rig);
}

static void test_wild_position(void **state)
{
	struct rig *rig = *state;
	u32 n, outside = 0, large = 0;

	play(rig);
	break_card(rig, ONCARD_FAULT_WILD_POSITION);
	for (n = 0; n < 100; n++) {
		u32 at = position(rig, 0);

		outside += at >= BUFFER;
		large += at >= BIT(31);
	}
	assert_true(outside > 90);
	assert_true(large >= 20 && large <= 80);
	expect_played(rig);
}

static void test_jumping_position(void **state)
{
	struct rig *rig = *state;
	u32 n, at, last = BUFFER, jumps = 0;

	play(rig);
	break_card(rig, ONCARD_FAULT_JUMPING_POSITION);
	for (n = 0; n < 100; n++) {
		at = position(rig, 0);
		assert_true(at < BUFFER);
		jumps += at != last;
		last = at;
	}
	assert_true(jumps > 50);
	/* a stream without a buffer has nowhere to jump */
	assert_int_equal(position(rig, 5), 0);
	expect_played(rig);
}

/* --- interrupts --- */

static void test_lost_interrupts(void **state)
{
	struct rig *rig = *state;

	play(rig);
	break_card(rig, ONCARD_FAULT_LOST_INTERRUPTS);
	pass(rig, PERIOD_NS);
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS),
			 ONCARD_IRQ_PERIOD(0) | ONCARD_IRQ_PERIOD(2));
	assert_false(line(rig));
	heal(rig);
	assert_true(line(rig));
}

static void test_flood_interrupts(void **state)
{
	struct rig *rig = *state;

	play(rig);
	break_card(rig, ONCARD_FAULT_FLOOD_INTERRUPTS);
	assert_true(line(rig));
	/* pair 0 is flooded, pair 1 is not */
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), ONCARD_IRQ_PERIOD(0));
	set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
	assert_true(line(rig));
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), ONCARD_IRQ_PERIOD(0));
	/* a driver can mask what floods */
	set(rig, ONCARD_REG_IRQ_ENABLE, ONCARD_IRQ_PERIOD(2));
	assert_false(line(rig));
	pass(rig, PERIOD_NS);
	assert_true(line(rig));
	set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
	assert_false(line(rig));
	expect_played(rig);
}

static void test_stuck_line(void **state)
{
	struct rig *rig = *state;

	break_card(rig, ONCARD_FAULT_STUCK_LINE);
	set(rig, ONCARD_REG_IRQ_ENABLE, 0);
	assert_true(line(rig));
	assert_int_equal(get(rig, ONCARD_REG_IRQ_STATUS), 0);
	heal(rig);
	assert_false(line(rig));
}

static void test_bad_errors(void **state)
{
	struct rig *rig = *state;
	u32 n, raised = 0, code;

	play(rig);
	break_card(rig, ONCARD_FAULT_BAD_ERRORS);
	for (n = 0; n < 1000; n++) {
		pass(rig, 1000);
		raised |= get(rig, ONCARD_REG_IRQ_STATUS);
		set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
	}
	assert_int_equal(raised & 0xff0000, 0xff0000);
	code = get(rig, ONCARD_REG_STREAM(0, ONCARD_STREAM_ERROR));
	assert_int_not_equal(code,
			     get(rig,
				 ONCARD_REG_STREAM(0, ONCARD_STREAM_ERROR)));
	expect_played(rig);
	assert_int_equal(get(rig, ONCARD_REG_STREAM(0, ONCARD_STREAM_ERROR)),
			 ONCARD_ERROR_NONE);
}

/* --- the whole card --- */

static void test_never_stops(void **state)
{
	struct rig *rig = *state;

	play(rig);
	start_copy(rig);
	break_card(rig, ONCARD_FAULT_NEVER_STOPS);
	set(rig, ONCARD_REG_RUN_CLEAR, ~0U);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);
	assert_int_equal(get(rig, ONCARD_REG_RUN), BIT(0) | BIT(2));
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_RUNNING);
	heal(rig);
	set(rig, ONCARD_REG_RUN_CLEAR, ~0U);
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);
	assert_int_equal(get(rig, ONCARD_REG_RUN), 0);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_IDLE);
}

static void test_all_ones(void **state)
{
	struct rig *rig = *state;
	u32 reg;

	play(rig);
	break_card(rig, ONCARD_FAULT_ALL_ONES);
	for (reg = 0; reg < 0x400; reg += 4)
		assert_int_equal(get(rig, reg), ~0U);
	pass(rig, PERIOD_NS);
	assert_false(line(rig));
	set(rig, ONCARD_REG_RUN_CLEAR, ~0U);
	set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
	heal(rig);
	assert_int_equal(get(rig, ONCARD_REG_ID), ONCARD_ID_VALUE);
	assert_int_equal(get(rig, ONCARD_REG_RUN), BIT(0) | BIT(2));
	assert_true(line(rig));
}

static void test_fickle(void **state)
{
	struct rig *rig = *state;
	u32 n, id, right = 0;

	break_card(rig, ONCARD_FAULT_FICKLE);
	for (n = 0; n < 1000; n++) {
		id = get(rig, ONCARD_REG_ID);
		right += id == ONCARD_ID_VALUE;
		id ^= ONCARD_ID_VALUE;
		/* one bit is wrong, or none */
		assert_int_equal(id & (id - 1), 0);
	}
	assert_true(right >= 400 && right <= 600);
	heal(rig);
	for (n = 0; n < 100; n++)
		assert_int_equal(get(rig, ONCARD_REG_ID), ONCARD_ID_VALUE);
}

/* --- the copy engine --- */

static void test_engine_hangs(void **state)
{
	struct rig *rig = *state;

	break_card(rig, ONCARD_FAULT_ENGINE_HANGS);
	start_copy(rig);
	pass(rig, SECOND);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_RUNNING);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), 0);
	assert_true(oncard_card_next_event(&rig->card) == ONCARD_NO_EVENT);
	heal(rig);
	pass(rig, MSEC);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_DONE);
}

static void test_engine_early(void **state)
{
	struct rig *rig = *state;

	set(rig, ONCARD_REG_IRQ_ENABLE, ONCARD_IRQ_ENGINE_DONE);
	break_card(rig, ONCARD_FAULT_ENGINE_EARLY);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_IDLE);
	start_copy(rig);
	pass(rig, 1000);
	assert_true(line(rig));
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_DONE);
	assert_true(get(rig, ONCARD_REG_ENGINE_DONE_LO) < COPY_BYTES);
	/* an abort finds it out */
	set(rig, ONCARD_REG_ENGINE_CONTROL, ONCARD_ENGINE_ABORT);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_STATUS),
			 ONCARD_ENGINE_IDLE);
}

static void test_engine_twice(void **state)
{
	struct rig *rig = *state;
	u32 copies;

	set(rig, ONCARD_REG_IRQ_ENABLE, ONCARD_IRQ_ENGINE_DONE);
	break_card(rig, ONCARD_FAULT_ENGINE_TWICE);
	for (copies = 0; copies < 2; copies++) {
		start_copy(rig);
		pass(rig, MSEC);
		assert_true(line(rig));
		set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
		assert_true(line(rig));
		set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
		assert_false(line(rig));
	}
	heal(rig);
	start_copy(rig);
	pass(rig, MSEC);
	set(rig, ONCARD_REG_IRQ_STATUS, ~0U);
	assert_false(line(rig));
}

static void test_engine_overcounts(void **state)
{
	struct rig *rig = *state;

	break_card(rig, ONCARD_FAULT_ENGINE_OVERCOUNTS);
	start_copy(rig);
	pass(rig, MSEC);
	assert_true(get(rig, ONCARD_REG_ENGINE_DONE_LO) > COPY_BYTES);
	heal(rig);
	assert_int_equal(get(rig, ONCARD_REG_ENGINE_DONE_LO), COPY_BYTES);
}

/* --- all of them --- */

static void test_faults_combine(void **state)
{
	struct rig *rig = *state;

	play(rig);
	oncard_faults_set(&rig->card,
			  BIT(ONCARD_FAULT_LOST_INTERRUPTS) |
				  BIT(ONCARD_FAULT_NEVER_STOPS) |
				  BIT(ONCARD_FAULT_STUCK_POSITION),
			  1);
	pass(rig, PERIOD_NS);
	set(rig, ONCARD_REG_RUN_CLEAR, ~0U);
	assert_false(line(rig));
	assert_int_equal(position(rig, 0), 0);
	assert_int_equal(get(rig, ONCARD_REG_RUN), BIT(0) | BIT(2));
}

/* A checksum of what a card with every fault but all-ones shows for a while. */
static u64 observe(u64 seed)
{
	u32 kinds = (BIT(ONCARD_FAULTS) - 1) & ~BIT(ONCARD_FAULT_ALL_ONES);
	u64 sum = 0;
	struct rig *rig;
	u32 n, reg;

	power_on((void **)&rig);
	play(rig);
	start_copy(rig);
	oncard_faults_set(&rig->card, kinds, seed);
	for (n = 0; n < 20; n++) {
		pass(rig, 777777);
		for (reg = 0; reg < 0x200; reg += 4)
			sum = sum * 31 + get(rig, reg);
	}
	power_off((void **)&rig);
	return sum;
}

static void test_a_seed_says_all(void **state)
{
	(void)state;
	assert_true(observe(1) == observe(1));
	assert_true(observe(0) == observe(1));
	assert_true(observe(2) == observe(2));
	assert_false(observe(1) == observe(2));
}

/*
 * What a broken card may not do is reach memory that no descriptor named: the model
 * of a hostile card is no reason for a host to crash.
 */
static void test_any_fault_keeps_to_its_buffers(void **state)
{
	struct rig *rig = *state;
	u8 before[MEMORY];
	u32 n;

	fill(rig->bus, MEMORY, 3);
	fill(rig->memory, MEMORY, 4);
	play(rig);
	start_copy(rig);
	memcpy(before, rig->memory, MEMORY);
	oncard_faults_set(&rig->card, BIT(ONCARD_FAULTS) - 1, 9);
	for (n = 0; n < 1000; n++)
		pass(rig, 123457);
	assert_memory_equal(before, rig->memory, ENGINE_AT);
	assert_memory_equal(before + ENGINE_AT + COPY_BYTES,
			    rig->memory + ENGINE_AT + COPY_BYTES,
			    MEMORY - ENGINE_AT - COPY_BYTES);
}

/* --- names --- */

struct words_row {
	const char *text;
	int err;
	u32 kinds;
	u64 seed;
	const char *bad;
};

static const struct words_row rows[] = {
	{ "", 0, 0, 1, NULL },
	{ "none", 0, 0, 1, NULL },
	{ "none\n", 0, 0, 1, NULL },
	{ "fickle\n", 0, BIT(ONCARD_FAULT_FICKLE), 1, NULL },
	{ " fickle,all-ones ", 0,
	  BIT(ONCARD_FAULT_FICKLE) | BIT(ONCARD_FAULT_ALL_ONES), 1, NULL },
	{ "seed=18 stuck-line", 0, BIT(ONCARD_FAULT_STUCK_LINE), 18, NULL },
	{ "seed=1152921504606846975", 0, 0, 1152921504606846975, NULL },
	{ "stuck", -EINVAL, 0, 1, "stuck" },
	{ "stuck-lines", -EINVAL, 0, 1, "stuck-lines" },
	{ "fickle wild", -EINVAL, BIT(ONCARD_FAULT_FICKLE), 1, "wild" },
	{ "seed=", -EINVAL, 0, 1, "seed=" },
	{ "seed=0", -EINVAL, 0, 0, "seed=0" },
	{ "seed=x", -EINVAL, 0, 1, "seed=x" },
	{ "seed=-1", -EINVAL, 0, 1, "seed=-1" },
	{ "seed=99999999999999999999", -EINVAL, 0, 1,
	  "seed=99999999999999999999" },
};

static void parse_row(const struct words_row *row)
{
	struct oncard_fault_words words;

	if (oncard_faults_parse(row->text, &words) != row->err)
		fail_msg("'%s' does not give %d", row->text, row->err);
	if (words.kinds != row->kinds || words.seed != row->seed)
		fail_msg("'%s' gives kinds %#x, seed %llu", row->text,
			 words.kinds, (unsigned long long)words.seed);
	if (!row->bad) {
		assert_null(words.bad);
		return;
	}
	assert_int_equal(words.bad_length, strlen(row->bad));
	assert_memory_equal(words.bad, row->bad, words.bad_length);
}

static void test_words(void **state)
{
	u32 n;

	(void)state;
	for (n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
		parse_row(&rows[n]);
}

static void test_every_kind_has_a_name(void **state)
{
	struct oncard_fault_words words;
	u32 kind;

	(void)state;
	for (kind = 0; kind < ONCARD_FAULTS; kind++) {
		assert_non_null(oncard_fault_names[kind]);
		assert_int_equal(oncard_faults_parse(oncard_fault_names[kind],
						     &words),
				 0);
		assert_int_equal(words.kinds, BIT(kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(test_stuck_position),
		CARD_TEST(test_wild_position),
		CARD_TEST(test_jumping_position),
		CARD_TEST(test_lost_interrupts),
		CARD_TEST(test_flood_interrupts),
		CARD_TEST(test_stuck_line),
		CARD_TEST(test_bad_errors),
		CARD_TEST(test_never_stops),
		CARD_TEST(test_all_ones),
		CARD_TEST(test_fickle),
		CARD_TEST(test_engine_hangs),
		CARD_TEST(test_engine_early),
		CARD_TEST(test_engine_twice),
		CARD_TEST(test_engine_overcounts),
		CARD_TEST(test_faults_combine),
		cmocka_unit_test(test_a_seed_says_all),
		CARD_TEST(test_any_fault_keeps_to_its_buffers),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
