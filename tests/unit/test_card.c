// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/card/card.c sound/card/stream.c
// sources: sound/card/sample.c sound/card/wire.c sound/card/tone.c
// sources: sound/card/engine.c sound/card/descriptor.c sound/card/faults.c
/*
 * The card's model on the host: what the datasheet promises, register by register,
 * without a kernel.
 *
 *	card's memory, at BASE:   | lists | playback buffer | capture buffer |
 *	bus memory, at BUS_BASE:  | anything                                 |
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "card-rig.h"

#define LIST_AT    0x0
#define PLAY_AT    0x1000
#define CAPTURE_AT 0x8000

/* Playback and capture of pair 0, each in one segment of card memory. */
static void describe_loop(struct rig *rig, const struct stream_setup *setup,
			  u32 bytes)
{
	put_narrow(rig->memory + LIST_AT, 0, BASE + PLAY_AT,
		   bytes | ONCARD_DESCRIPTOR_LOCAL);
	put_narrow(rig->memory + LIST_AT + 64, 0, BASE + CAPTURE_AT,
		   bytes | ONCARD_DESCRIPTOR_LOCAL);
	describe_stream(rig, 0, LIST_AT, setup);
	describe_stream(rig, 1, LIST_AT + 64, setup);
}

static void test_identity(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_ID),
			 ONCARD_ID_VALUE);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_PAIRS),
			 ONCARD_PAIRS);
	assert_int_equal(oncard_card_read(&rig->card,
					  ONCARD_REG_MEMORY_BASE_LO),
			 BASE);
	assert_int_equal(oncard_card_read(&rig->card,
					  ONCARD_REG_MEMORY_SIZE_LO),
			 MEMORY);
	assert_int_equal(oncard_card_read(&rig->card, 0xffc), 0);
}

struct format_row {
	const char *name;
	u32 format;
	u32 rate;
	u32 frame_bytes;
};

static const struct format_row formats[] = {
	{ "S16 mono 8 kHz", ONCARD_FORMAT_S16 | 1, 8000, 2 },
	{ "S16 stereo 44.1 kHz", ONCARD_FORMAT_S16 | 2, 44100, 4 },
	{ "S32 mono 48 kHz", ONCARD_FORMAT_S32 | 1, 48000, 4 },
	{ "S32 stereo 192 kHz", ONCARD_FORMAT_S32 | 2, 192000, 8 },
	{ "S16 stereo 11027 Hz", ONCARD_FORMAT_S16 | 2, 11027, 4 },
};

static void loop_once(const struct format_row *row)
{
	struct stream_setup setup = {
		.format = row->format,
		.rate = row->rate,
		.buffer = 400,
		.period = 100,
		.count = 1,
	};
	u32 bytes = 400 * row->frame_bytes;
	struct rig *rig;

	power_on((void **)&rig);
	describe_loop(rig, &setup, bytes);
	fill(rig->memory + PLAY_AT, bytes, row->format);
	/* Off the second's boundary, in steps of no particular size. */
	pass(rig, 777777777);
	run_streams(rig, BIT(0) | BIT(1));
	while (!(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS) &
		 ONCARD_IRQ_PERIOD(1)) ||
	       get_stream(rig, 1, ONCARD_STREAM_POSITION) > 50)
		pass(rig, 613579);
	assert_memory_equal(rig->memory + PLAY_AT, rig->memory + CAPTURE_AT,
			    bytes);
	power_off((void **)&rig);
}

static void test_loopback_is_bit_exact(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < sizeof(formats) / sizeof(formats[0]); row++) {
		loop_once(&formats[row]);
		ran++;
	}
	assert_int_equal(ran, 5);
}

static void test_streams_started_together_move_on_one_tick(void **state)
{
	struct rig *rig = *state;
	u64 step;

	describe_loop(rig, &stereo16, 480 * 4);
	pass(rig, 1234567);
	run_streams(rig, BIT(0) | BIT(1));
	for (step = 1; step < 2000; step += 7) {
		pass(rig, step * 10);
		assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION),
				 get_stream(rig, 1, ONCARD_STREAM_POSITION));
	}
}

static void test_rate_is_exact_over_an_hour(void **state)
{
	struct rig *rig = *state;
	struct stream_setup setup = {
		.format = ONCARD_FORMAT_S16 | 1,
		.rate = 8000,
		.buffer = 1600,
		.period = 800,
		.count = 1,
	};
	u32 tenths, periods = 0;

	/* A period each tenth of a second: 36000 in an hour, not one more. */
	describe_loop(rig, &setup, 1600 * 2);
	run_streams(rig, BIT(0));
	for (tenths = 0; tenths < 36000; tenths++) {
		pass(rig, SECOND / 10);
		if (oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS) & 1)
			periods++;
		oncard_card_write(&rig->card, ONCARD_REG_IRQ_STATUS, ~0U);
	}
	assert_int_equal(periods, 36000);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), 0);
}

static void test_long_period_is_no_stall(void **state)
{
	struct rig *rig = *state;
	struct stream_setup setup = {
		.format = ONCARD_FORMAT_S16 | 1,
		.rate = 8000,
		.buffer = 12000,
		.period = 12000,
		.count = 1,
	};
	u64 start = rig->now;
	u32 steps = 0;

	/* 1.5 s, stepped only when the card asks for it */
	describe_loop(rig, &setup, 12000 * 2);
	run_streams(rig, BIT(0));
	while (!(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS) & 1)) {
		pass(rig, oncard_card_next_event(&rig->card) - rig->now);
		assert_true(++steps < 100);
	}
	assert_int_equal(rig->now - start, 1500000000);
}

static void test_next_event_is_the_period_boundary(void **state)
{
	struct rig *rig = *state;
	u64 event;

	assert_true(oncard_card_next_event(&rig->card) == ONCARD_NO_EVENT);
	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	event = oncard_card_next_event(&rig->card);
	/* 120 frames at 48 kHz */
	assert_int_equal(event - rig->now, 2500000);
	pass(rig, 2499999);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS),
			 0);
	pass(rig, 1);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS),
			 ONCARD_IRQ_PERIOD(0));
}

static void test_interrupt_line_follows_enable_and_acknowledge(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	pass(rig, 3000000);
	assert_false(oncard_card_interrupt(&rig->card));
	oncard_card_write(&rig->card, ONCARD_REG_IRQ_ENABLE,
			  ONCARD_IRQ_PERIOD(0));
	assert_true(oncard_card_interrupt(&rig->card));
	oncard_card_write(&rig->card, ONCARD_REG_IRQ_STATUS,
			  ONCARD_IRQ_PERIOD(1));
	assert_true(oncard_card_interrupt(&rig->card));
	oncard_card_write(&rig->card, ONCARD_REG_IRQ_STATUS,
			  ONCARD_IRQ_PERIOD(0));
	assert_false(oncard_card_interrupt(&rig->card));
}

static void test_pause_keeps_the_position(void **state)
{
	struct rig *rig = *state;
	u32 position;

	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	pass(rig, 1000000);
	oncard_card_write(&rig->card, ONCARD_REG_RUN_CLEAR, BIT(0));
	position = get_stream(rig, 0, ONCARD_STREAM_POSITION);
	assert_int_equal(position, 48);
	pass(rig, SECOND);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), position);
	run_streams(rig, BIT(0));
	pass(rig, 1000000);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), 96);
}

static void test_capture_alone_records_silence(void **state)
{
	struct rig *rig = *state;
	u8 silence[480 * 4] = { 0 };

	describe_loop(rig, &stereo16, 480 * 4);
	fill(rig->memory + CAPTURE_AT, 480 * 4, 1);
	run_streams(rig, BIT(1));
	pass(rig, SECOND / 100);
	assert_memory_equal(rig->memory + CAPTURE_AT, silence, 480 * 4);
}

static void test_other_rate_hears_silence(void **state)
{
	struct rig *rig = *state;
	struct stream_setup slow = stereo16;
	u8 silence[240 * 4] = { 0 };

	slow.rate = 24000;
	describe_loop(rig, &stereo16, 480 * 4);
	describe_stream(rig, 1, LIST_AT + 64, &slow);
	fill(rig->memory + PLAY_AT, 480 * 4, 2);
	fill(rig->memory + CAPTURE_AT, 480 * 4, 3);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 100);
	assert_memory_equal(rig->memory + CAPTURE_AT, silence, 240 * 4);
}

static void test_mono_and_width_conversion(void **state)
{
	struct rig *rig = *state;
	struct stream_setup wide = stereo16;
	u32 frame;

	/* S16 stereo is heard by an S32 mono capture: left, left-justified. */
	wide.format = ONCARD_FORMAT_S32 | 1;
	describe_loop(rig, &stereo16, 480 * 4);
	describe_stream(rig, 1, LIST_AT + 64, &wide);
	fill(rig->memory + PLAY_AT, 480 * 4, 4);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 100);
	for (frame = 0; frame < 480; frame++) {
		const u8 *left = rig->memory + PLAY_AT + 4 * frame;
		const u8 *heard = rig->memory + CAPTURE_AT + 4 * frame;

		assert_int_equal(heard[0], 0);
		assert_int_equal(heard[1], 0);
		assert_int_equal(heard[2], left[0]);
		assert_int_equal(heard[3], left[1]);
	}
}

/* S32 mono is heard in both channels of S16 stereo. */
static void test_mono_reaches_every_channel(void **state)
{
	struct rig *rig = *state;
	struct stream_setup mono = stereo16;
	u32 frame;

	mono.format = ONCARD_FORMAT_S32 | 1;
	describe_loop(rig, &mono, 480 * 4);
	describe_stream(rig, 1, LIST_AT + 64, &stereo16);
	fill(rig->memory + PLAY_AT, 480 * 4, 4);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 100);
	for (frame = 0; frame < 480; frame++) {
		const u8 *played = rig->memory + PLAY_AT + 4 * frame;
		const u8 *heard = rig->memory + CAPTURE_AT + 4 * frame;

		assert_memory_equal(heard, played + 2, 2);
		assert_memory_equal(heard + 2, played + 2, 2);
	}
}

/*
 * The buffer in three pieces, out of order, in card memory and on the bus:
 *
 *	frames 0-159: bus + 0x100   160-319: card + 0x2000   320-479: bus + 0x4000
 */
static void test_scattered_buffer_in_wide_descriptors(void **state)
{
	struct rig *rig = *state;
	struct stream_setup setup = stereo16;
	u8 played[480 * 4];

	setup.count = 3;
	setup.mode = ONCARD_LIST_WIDE;
	describe_loop(rig, &stereo16, 480 * 4);
	put_wide(rig->memory + 128, 0, BUS_BASE + 0x100, 640);
	put_wide(rig->memory + 128, 1, BASE + 0x2000,
		 640 | ONCARD_DESCRIPTOR_LOCAL);
	put_wide(rig->memory + 128, 2, BUS_BASE + 0x4000, 640);
	describe_stream(rig, 0, 128, &setup);
	fill(played, sizeof(played), 5);
	memcpy(rig->bus + 0x100, played, 640);
	memcpy(rig->memory + 0x2000, played + 640, 640);
	memcpy(rig->bus + 0x4000, played + 1280, 640);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 100);
	assert_memory_equal(rig->memory + CAPTURE_AT, played, sizeof(played));
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_FETCHED_LO),
			 4);
}

struct bad_row {
	const char *name;
	u32 reg;
	u32 value;
	u32 error;
};

static const struct bad_row bad_registers[] = {
	{ "no format", ONCARD_STREAM_FORMAT, 0, ONCARD_ERROR_CONFIG },
	{ "unknown format", ONCARD_STREAM_FORMAT, 0x802, ONCARD_ERROR_CONFIG },
	{ "no channel", ONCARD_STREAM_FORMAT, 0x200, ONCARD_ERROR_CONFIG },
	{ "33 channels", ONCARD_STREAM_FORMAT, 0x221, ONCARD_ERROR_CONFIG },
	{ "unknown bit", ONCARD_STREAM_FORMAT, 0x4202, ONCARD_ERROR_CONFIG },
	{ "too slow", ONCARD_STREAM_RATE, 7999, ONCARD_ERROR_CONFIG },
	{ "too fast", ONCARD_STREAM_RATE, 768001, ONCARD_ERROR_CONFIG },
	{ "no buffer", ONCARD_STREAM_BUFFER, 0, ONCARD_ERROR_CONFIG },
	{ "no period", ONCARD_STREAM_PERIOD, 0, ONCARD_ERROR_CONFIG },
	{ "period beyond", ONCARD_STREAM_PERIOD, 481, ONCARD_ERROR_CONFIG },
	{ "empty list", ONCARD_STREAM_LIST_COUNT, 0, ONCARD_ERROR_CONFIG },
	{ "endless list", ONCARD_STREAM_LIST_COUNT, ~0U, ONCARD_ERROR_CONFIG },
	{ "list too long", ONCARD_STREAM_LIST_COUNT, 2, ONCARD_ERROR_LENGTH },
	{ "buffer longer than list", ONCARD_STREAM_BUFFER, 481,
	  ONCARD_ERROR_LENGTH },
	{ "list longer than buffer", ONCARD_STREAM_BUFFER, 479,
	  ONCARD_ERROR_LENGTH },
	{ "list nowhere", ONCARD_STREAM_LIST_LO, BASE + MEMORY - 4,
	  ONCARD_ERROR_ADDRESS },
	{ "list below memory", ONCARD_STREAM_LIST_LO, BASE - 8,
	  ONCARD_ERROR_ADDRESS },
	{ "list on a bus where nothing is", ONCARD_STREAM_LIST_MODE, 0,
	  ONCARD_ERROR_ADDRESS },
};

static void expect_refused(struct rig *rig, const char *name, u32 error)
{
	run_streams(rig, BIT(0));
	pass(rig, SECOND / 50);
	if (get_stream(rig, 0, ONCARD_STREAM_ERROR) != error)
		fail_msg("%s: error %u, not %u", name,
			 get_stream(rig, 0, ONCARD_STREAM_ERROR), error);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN), 0);
	assert_true(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS) &
		    ONCARD_IRQ_ERROR(0));
}

struct load_row {
	u32 format; /* and channels */
	u32 rate;
	u32 error;
};

static const struct load_row loads[] = {
	{ ONCARD_FORMAT_S32 | 32, 48000, ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_S32 | 32, 48001, ONCARD_ERROR_CONFIG },
	{ ONCARD_FORMAT_S24_3 | 2, 768000, ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_S24_3 | 3, 768000, ONCARD_ERROR_CONFIG },
	{ ONCARD_FORMAT_S16 | 4, 768000, ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_U8 | 4, 768000, ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_U8 | 5, 768000, ONCARD_ERROR_CONFIG },
	{ ONCARD_FORMAT_U8 | 32, 96000, ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_U8 | 32, 96001, ONCARD_ERROR_CONFIG },
	{ ONCARD_FORMAT_PLANAR | ONCARD_FORMAT_U8 | 32, 48000,
	  ONCARD_ERROR_NONE },
	{ ONCARD_FORMAT_PLANAR | ONCARD_FORMAT_U8 | 32, 48001,
	  ONCARD_ERROR_CONFIG },
};

static void test_a_second_has_so_many_bytes_and_samples(void **state)
{
	struct stream_setup setup = stereo16;
	size_t row;

	(void)state;
	for (row = 0; row < sizeof(loads) / sizeof(loads[0]); row++) {
		struct rig *rig;

		power_on((void **)&rig);
		setup.format = loads[row].format;
		setup.rate = loads[row].rate;
		describe_stream(rig, 0, LIST_AT, &setup);
		run_streams(rig, BIT(0));
		if (get_stream(rig, 0, ONCARD_STREAM_ERROR) != loads[row].error)
			fail_msg("format 0x%x at %u Hz: error %u, not %u",
				 setup.format, setup.rate,
				 get_stream(rig, 0, ONCARD_STREAM_ERROR),
				 loads[row].error);
		power_off((void **)&rig);
	}
}

static void test_bad_registers_stop_the_stream(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < sizeof(bad_registers) / sizeof(bad_registers[0]);
	     row++) {
		const struct bad_row *bad = &bad_registers[row];
		struct rig *rig;

		power_on((void **)&rig);
		describe_loop(rig, &stereo16, 480 * 4);
		set_stream(rig, 0, bad->reg, bad->value);
		set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
		expect_refused(rig, bad->name, bad->error);
		power_off((void **)&rig);
		ran++;
	}
	assert_int_equal(ran, 18);
}

struct bad_descriptor {
	const char *name;
	u32 address;
	u32 length;
	u32 error;
};

static const struct bad_descriptor bad_descriptors[] = {
	{ "no length", BASE + PLAY_AT, ONCARD_DESCRIPTOR_LOCAL,
	  ONCARD_ERROR_DESCRIPTOR },
	{ "part of a frame", BASE + PLAY_AT, 1922 | ONCARD_DESCRIPTOR_LOCAL,
	  ONCARD_ERROR_DESCRIPTOR },
	{ "past the memory's end", BASE + MEMORY - 1000,
	  1920 | ONCARD_DESCRIPTOR_LOCAL, ONCARD_ERROR_ADDRESS },
	{ "before the memory", BASE - 4, 1920 | ONCARD_DESCRIPTOR_LOCAL,
	  ONCARD_ERROR_ADDRESS },
	{ "last address there is", 0xfffffffc, 1920 | ONCARD_DESCRIPTOR_LOCAL,
	  ONCARD_ERROR_ADDRESS },
	{ "bus where nothing is", 0x1000, 1920, ONCARD_ERROR_ADDRESS },
};

static void test_bad_descriptors_stop_the_stream(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0;
	     row < sizeof(bad_descriptors) / sizeof(bad_descriptors[0]);
	     row++) {
		const struct bad_descriptor *bad = &bad_descriptors[row];
		struct rig *rig;

		power_on((void **)&rig);
		describe_loop(rig, &stereo16, 480 * 4);
		put_narrow(rig->memory + LIST_AT, 0, bad->address, bad->length);
		expect_refused(rig, bad->name, bad->error);
		power_off((void **)&rig);
		ran++;
	}
	assert_int_equal(ran, 6);
}

struct width_row {
	const char *name;
	u64 list;
	u64 address;
	u32 bits;
	u32 error;
};

/* a segment of 1920 bytes; the list lies on the bus, in wide descriptors */
static const struct width_row width_rows[] = {
	{ "bus needs 37 bits", BUS_BASE, BUS_BASE + 0x1000, 37,
	  ONCARD_ERROR_NONE },
	{ "one line too few", BUS_BASE, BUS_BASE + 0x1000, 36,
	  ONCARD_ERROR_WIDTH },
	{ "24 lines", BUS_BASE, BUS_BASE + 0x1000, 24, ONCARD_ERROR_WIDTH },
	{ "ends with the last line", BUS_BASE, 0x2000000000 - 1920, 37,
	  ONCARD_ERROR_ADDRESS },
	{ "ends one byte later", BUS_BASE, 0x2000000000 - 1916, 37,
	  ONCARD_ERROR_WIDTH },
	{ "passes 2^64", BUS_BASE, ~0ULL - 1915, 64, ONCARD_ERROR_WIDTH },
	{ "ends at 2^64", BUS_BASE, ~0ULL - 1919, 64, ONCARD_ERROR_ADDRESS },
	{ "list out of reach", 0x2000000000, BUS_BASE, 37, ONCARD_ERROR_WIDTH },
	{ "list passes 2^64", ~0ULL - 14, BUS_BASE, 64, ONCARD_ERROR_WIDTH },
};

/* An address that has more bits than the card is not cut off: it stops the stream. */
static void test_card_keeps_to_its_address_lines(void **state)
{
	size_t row, ran = 0;

	(void)state;
	for (row = 0; row < sizeof(width_rows) / sizeof(width_rows[0]); row++) {
		const struct width_row *width = &width_rows[row];
		struct rig *rig;

		power_on((void **)&rig);
		rig->card.address_bits = width->bits;
		assert_int_equal(oncard_card_read(&rig->card,
						  ONCARD_REG_ADDRESS_BITS),
				 width->bits);
		describe_loop(rig, &stereo16, 480 * 4);
		put_wide(rig->bus, 0, width->address, 1920);
		set_stream(rig, 0, ONCARD_STREAM_LIST_LO, width->list);
		set_stream(rig, 0, ONCARD_STREAM_LIST_HI, width->list >> 32);
		set_stream(rig, 0, ONCARD_STREAM_LIST_MODE, ONCARD_LIST_WIDE);
		set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
		if (width->error) {
			expect_refused(rig, width->name, width->error);
		} else {
			run_streams(rig, BIT(0));
			pass(rig, SECOND / 50);
			assert_int_equal(get_stream(rig, 0,
						    ONCARD_STREAM_ERROR),
					 0);
			assert_int_equal(oncard_card_read(&rig->card,
							  ONCARD_REG_RUN),
					 BIT(0));
		}
		power_off((void **)&rig);
		ran++;
	}
	assert_int_equal(ran, 9);
}

static void test_stream_must_be_reset_after_description(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	set_stream(rig, 0, ONCARD_STREAM_FORMAT, ONCARD_FORMAT_S32 | 2);
	expect_refused(rig, "not reset", ONCARD_ERROR_CONFIG);
}

static void test_write_between_registers_has_no_effect(void **state)
{
	struct rig *rig = *state;
	u32 reg;

	describe_loop(rig, &stereo16, 480 * 4);
	for (reg = 0; reg < ONCARD_STREAM_STRIDE; reg++)
		if (reg % 4)
			set_stream(rig, 0, reg, ~0U);
	set_stream(rig, 0, ONCARD_STREAM_POSITION, 7);
	set_stream(rig, 0, ONCARD_STREAM_ERROR, 7);
	set_stream(rig, 0, 0x38, 7);
	run_streams(rig, BIT(0));
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN), BIT(0));
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_ERROR), 0);
}

struct end_row {
	u32 played; /* frames, before the end is written */
	u32 from;
	u32 frames;
	u32 heard; /* frames of data, of 960 */
};

static const struct end_row ends[] = {
	{ 0, 0, 0, 0 },        { 0, 0, 1, 1 },       { 0, 0, 479, 479 },
	{ 0, 0, 480, 480 },    { 48, 48, 96, 144 },  { 96, 48, 96, 144 },
	{ 192, 48, 96, 192 },  { 96, 48, 480, 528 }, { 96, 400, 200, 120 },
	{ 528, 48, 100, 628 }, { 96, 96, ~0U, 960 },
};

/* What lies behind the end of data is not heard, and periods go on. */
static void hear_end(const struct end_row *end)
{
	static const u8 silence[960 * 4];
	struct stream_setup twice = stereo16;
	u8 expected[960 * 4];
	struct rig *rig;

	power_on((void **)&rig);
	twice.buffer = 960;
	describe_loop(rig, &stereo16, 480 * 4);
	put_narrow(rig->memory + LIST_AT + 64, 0, BASE + CAPTURE_AT,
		   960 * 4 | ONCARD_DESCRIPTOR_LOCAL);
	describe_stream(rig, 1, LIST_AT + 64, &twice);
	fill(rig->memory + PLAY_AT, 480 * 4, 7);
	memcpy(expected, rig->memory + PLAY_AT, 480 * 4);
	memcpy(expected + 480 * 4, rig->memory + PLAY_AT, 480 * 4);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, end->played * SECOND / 48000);
	set_stream(rig, 0, ONCARD_STREAM_END_FROM, end->from);
	set_stream(rig, 0, ONCARD_STREAM_END, end->frames);
	pass(rig, (960 - end->played) * SECOND / 48000);
	assert_memory_equal(rig->memory + CAPTURE_AT, expected, 4 * end->heard);
	assert_memory_equal(rig->memory + CAPTURE_AT + 4 * end->heard, silence,
			    4 * (960 - end->heard));
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), 0);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN),
			 BIT(0) | BIT(1));
	power_off((void **)&rig);
}

static void test_silence_behind_the_end_of_data(void **state)
{
	size_t row;

	(void)state;
	for (row = 0; row < sizeof(ends) / sizeof(ends[0]); row++)
		hear_end(&ends[row]);
	assert_int_equal(row, 11);
}

static void test_reset_forgets_the_end(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	set_stream(rig, 0, ONCARD_STREAM_END_FROM, 5);
	set_stream(rig, 0, ONCARD_STREAM_END, 7);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_END_FROM), 5);
	set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_END_FROM), 0);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_END), ONCARD_NO_END);
}

static void test_running_stream_is_latched(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	set_stream(rig, 0, ONCARD_STREAM_RATE, 8000);
	set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_RATE), 48000);
	pass(rig, 1000000);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), 48);
}

static void test_stalled_host_stops_the_clock(void **state)
{
	struct rig *rig = *state;
	u64 slice, frames;

	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	slice = oncard_card_slice(&rig->card);
	rig->now += 3600 * SECOND;
	oncard_card_step(&rig->card, rig->now);
	frames = slice * 48000 / SECOND;
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION),
			 frames % 480);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_FETCHED_LO),
			 1 + (frames - 1) / 480);
	/* and from there on it goes on in time */
	pass(rig, SECOND / 10);
	assert_in_range(get_stream(rig, 0, ONCARD_STREAM_POSITION),
			frames % 480, frames % 480 + 1);
}

static void test_capture_writes_nothing_but_its_buffer(void **state)
{
	struct rig *rig = *state;
	u8 before[MEMORY];

	describe_loop(rig, &stereo16, 480 * 4);
	fill(rig->memory + PLAY_AT, 480 * 4, 6);
	memcpy(before, rig->memory, MEMORY);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 10);
	assert_memory_equal(before, rig->memory, CAPTURE_AT);
	assert_memory_equal(before + CAPTURE_AT + 480 * 4,
			    rig->memory + CAPTURE_AT + 480 * 4,
			    MEMORY - CAPTURE_AT - 480 * 4);
}

static void test_failing_capture_stops(void **state)
{
	struct rig *rig = *state;

	/* what is recorded goes to where nothing answers */
	describe_loop(rig, &stereo16, 480 * 4);
	put_narrow(rig->memory + LIST_AT + 64, 0, 0x1000, 480 * 4);
	run_streams(rig, BIT(0) | BIT(1));
	pass(rig, SECOND / 100);
	assert_int_equal(get_stream(rig, 1, ONCARD_STREAM_ERROR),
			 ONCARD_ERROR_ADDRESS);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN), BIT(0));
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS) &
				 ONCARD_IRQ_ERROR(1),
			 ONCARD_IRQ_ERROR(1));

	/* an error stays until the stream is reset */
	run_streams(rig, BIT(1));
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN), BIT(0));
	assert_int_equal(get_stream(rig, 1, ONCARD_STREAM_ERROR),
			 ONCARD_ERROR_ADDRESS);
}

static void test_what_has_no_effect(void **state)
{
	struct rig *rig = *state;
	u32 played;

	describe_loop(rig, &stereo16, 480 * 4);
	run_streams(rig, BIT(0));
	pass(rig, SECOND / 400);
	played = get_stream(rig, 0, ONCARD_STREAM_POSITION);
	assert_int_equal(played, 120);

	/* to start what runs, to reset it, a register that there is not */
	run_streams(rig, BIT(0));
	set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	set_stream(rig, 1, ONCARD_STREAM_POSITION, 7);
	oncard_card_write(&rig->card, 0xffc, ~0U);
	oncard_card_write(&rig->card, ONCARD_REG_ID, 0);
	/* and a step into the past */
	oncard_card_step(&rig->card, rig->now - 1);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION), played);
	assert_int_equal(get_stream(rig, 1, ONCARD_STREAM_POSITION), 0);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_RUN), BIT(0));
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_ID),
			 ONCARD_ID_VALUE);
}

/* --- clocks that are shifted --- */

struct shift_row {
	u32 written;
	u32 shift;
	u32 position; /* of 48 kHz in a buffer of 480, after 1.001 s */
};

static const struct shift_row shifts[] = {
	{ 100000, 100000, 48048 % 480 }, { 120000, 120000, 57657 % 480 },
	{ 80000, 80000, 38438 % 480 },   { 99999, 99999, 48047 % 480 },
	{ 100001, 100001, 48048 % 480 }, { 79999, 80000, 38438 % 480 },
	{ 0, 80000, 38438 % 480 },       { ~0U, 120000, 57657 % 480 },
};

static void shift_once(const struct shift_row *row)
{
	struct rig *rig;

	power_on((void **)&rig);
	pass(rig, 777777777);
	describe_loop(rig, &stereo16, 480 * 4);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_SHIFT),
			 ONCARD_SHIFT_NONE);
	set_stream(rig, 1, ONCARD_STREAM_SHIFT, row->written);
	set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_SHIFT), row->shift);
	assert_int_equal(get_stream(rig, 1, ONCARD_STREAM_SHIFT), row->shift);
	assert_int_equal(get_stream(rig, 2, ONCARD_STREAM_SHIFT),
			 ONCARD_SHIFT_NONE);
	run_streams(rig, BIT(0) | BIT(1));
	/* in steps in which a clock has no whole ns, and a second at once */
	for (int step = 0; step < 1000; step++)
		pass(rig, 1001);
	pass(rig, SECOND - 1000);
	/* (the card's clock stood at a frame's part when the streams were started) */
	assert_in_range((get_stream(rig, 0, ONCARD_STREAM_POSITION) + 1 -
			 row->position) %
				480,
			0, 2);
	assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION),
			 get_stream(rig, 1, ONCARD_STREAM_POSITION));
	power_off((void **)&rig);
}

static void test_shifted_clock_is_exact(void **state)
{
	(void)state;
	for (u32 n = 0; n < sizeof(shifts) / sizeof(shifts[0]); n++)
		shift_once(&shifts[n]);
}

static void test_shifted_period_ends_on_time(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	set_stream(rig, 0, ONCARD_STREAM_SHIFT, 80000);
	run_streams(rig, BIT(0));
	/* 120 frames at 38.4 kHz */
	assert_int_equal(oncard_card_next_event(&rig->card) - rig->now,
			 3125000);
	pass(rig, 3124999);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS),
			 0);
	assert_int_equal(oncard_card_next_event(&rig->card) - rig->now, 1);
	pass(rig, 1);
	assert_int_equal(oncard_card_read(&rig->card, ONCARD_REG_IRQ_STATUS),
			 ONCARD_IRQ_PERIOD(0));
}

static void test_loopback_is_bit_exact_while_the_clock_shifts(void **state)
{
	struct rig *rig = *state;
	u32 shift = ONCARD_SHIFT_MIN;

	describe_loop(rig, &stereo16, 480 * 4);
	fill(rig->memory + PLAY_AT, 480 * 4, 1);
	run_streams(rig, BIT(0) | BIT(1));
	for (int step = 0; step < 200; step++) {
		set_stream(rig, step & 1, ONCARD_STREAM_SHIFT, shift);
		pass(rig, 99991);
		assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION),
				 get_stream(rig, 1, ONCARD_STREAM_POSITION));
		shift = ONCARD_SHIFT_MIN + (shift * 7U) % 40001;
	}
	assert_memory_equal(rig->memory + PLAY_AT, rig->memory + CAPTURE_AT,
			    480 * 4);
}

/* Pair 1 plays what pair 0 does. */
static void describe_second_pair(struct rig *rig)
{
	describe_stream(rig, 2, LIST_AT, &stereo16);
}

static void test_pair_at_rest_has_the_cards_clock(void **state)
{
	struct rig *rig = *state;

	describe_loop(rig, &stereo16, 480 * 4);
	describe_second_pair(rig);
	set_stream(rig, 0, ONCARD_STREAM_SHIFT, 120000);
	run_streams(rig, BIT(0) | BIT(2));
	pass(rig, 10007);
	assert_true(get_stream(rig, 0, ONCARD_STREAM_POSITION) >=
		    get_stream(rig, 2, ONCARD_STREAM_POSITION));
	oncard_card_write(&rig->card, ONCARD_REG_RUN_CLEAR, BIT(0) | BIT(2));
	set_stream(rig, 0, ONCARD_STREAM_SHIFT, ONCARD_SHIFT_NONE);
	set_stream(rig, 0, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	set_stream(rig, 2, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
	run_streams(rig, BIT(0) | BIT(2));
	for (int step = 0; step < 1000; step++) {
		pass(rig, 3001);
		assert_int_equal(get_stream(rig, 0, ONCARD_STREAM_POSITION),
				 get_stream(rig, 2, ONCARD_STREAM_POSITION));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(test_identity),
		cmocka_unit_test(test_loopback_is_bit_exact),
		CARD_TEST(test_streams_started_together_move_on_one_tick),
		CARD_TEST(test_rate_is_exact_over_an_hour),
		CARD_TEST(test_long_period_is_no_stall),
		CARD_TEST(test_next_event_is_the_period_boundary),
		CARD_TEST(test_interrupt_line_follows_enable_and_acknowledge),
		CARD_TEST(test_pause_keeps_the_position),
		CARD_TEST(test_capture_alone_records_silence),
		CARD_TEST(test_other_rate_hears_silence),
		CARD_TEST(test_mono_and_width_conversion),
		CARD_TEST(test_mono_reaches_every_channel),
		CARD_TEST(test_scattered_buffer_in_wide_descriptors),
		cmocka_unit_test(test_a_second_has_so_many_bytes_and_samples),
		cmocka_unit_test(test_bad_registers_stop_the_stream),
		cmocka_unit_test(test_bad_descriptors_stop_the_stream),
		cmocka_unit_test(test_card_keeps_to_its_address_lines),
		CARD_TEST(test_stream_must_be_reset_after_description),
		CARD_TEST(test_write_between_registers_has_no_effect),
		cmocka_unit_test(test_silence_behind_the_end_of_data),
		CARD_TEST(test_reset_forgets_the_end),
		CARD_TEST(test_running_stream_is_latched),
		CARD_TEST(test_stalled_host_stops_the_clock),
		CARD_TEST(test_capture_writes_nothing_but_its_buffer),
		CARD_TEST(test_failing_capture_stops),
		CARD_TEST(test_what_has_no_effect),
		cmocka_unit_test(test_shifted_clock_is_exact),
		CARD_TEST(test_shifted_period_ends_on_time),
		CARD_TEST(test_loopback_is_bit_exact_while_the_clock_shifts),
		CARD_TEST(test_pair_at_rest_has_the_cards_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
