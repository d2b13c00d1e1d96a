// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/card/card.c sound/card/stream.c
// sources: sound/card/sample.c sound/card/wire.c sound/card/tone.c
// sources: sound/card/engine.c sound/card/descriptor.c sound/card/faults.c
/*
 * What a capture hears: any playback, all of them, a tone or silence; and frames whose
 * channels lie one after the other in memory.
 *
 *	card's memory:   a page for each stream's list and buffer: | list | buffer |
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "card-rig.h"

#define PART         (MEMORY / ONCARD_STREAMS)
#define BUFFER_AT    64
#define PLAYBACK(n)  (2 * (n))
#define CAPTURE(n)   (2 * (n) + 1)
#define BUFFER_BYTES (480 * 4)

static u8 *buffer_of(struct rig *rig, u32 stream)
{
	return rig->memory + stream * PART + BUFFER_AT;
}

static void describe_part(struct rig *rig, u32 stream,
			  const struct stream_setup *setup, u32 bytes)
{
	put_narrow(rig->memory + stream * PART, 0,
		   BASE + stream * PART + BUFFER_AT,
		   bytes | ONCARD_DESCRIPTOR_LOCAL);
	describe_stream(rig, stream, stream * PART, setup);
}

/* All streams are of 10 ms of S16, and each playback has a sound of its own. */
static void describe_all(struct rig *rig)
{
	u32 stream;

	for (stream = 0; stream < ONCARD_STREAMS; stream++) {
		describe_part(rig, stream, &stereo16, BUFFER_BYTES);
		if (!(stream & 1))
			fill(buffer_of(rig, stream), BUFFER_BYTES, stream + 1);
	}
}

static void hear(struct rig *rig, u32 capture, u32 source)
{
	set_stream(rig, CAPTURE(capture), ONCARD_STREAM_SOURCE, source);
}

static int16_t sample_at(const u8 *bytes)
{
	return bytes[0] | bytes[1] << 8;
}

static void assert_silent(struct rig *rig, u32 stream)
{
	static const u8 silence[BUFFER_BYTES];

	assert_memory_equal(buffer_of(rig, stream), silence, BUFFER_BYTES);
}

static void test_after_power_on_each_hears_its_own(void **state)
{
	struct rig *rig = *state;
	u32 pair;

	describe_all(rig);
	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		assert_int_equal(get_stream(rig, CAPTURE(pair),
					    ONCARD_STREAM_SOURCE),
				 ONCARD_SOURCE_PLAYBACK(pair));
	run_streams(rig, 0xff);
	pass(rig, SECOND / 100);
	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		assert_memory_equal(buffer_of(rig, PLAYBACK(pair)),
				    buffer_of(rig, CAPTURE(pair)),
				    BUFFER_BYTES);
}

static void test_any_capture_hears_any_playback(void **state)
{
	u32 route, pair;

	(void)state;
	/* each of the 256 ways that four captures can be routed */
	for (route = 0; route < 256; route++) {
		struct rig *rig;

		power_on((void **)&rig);
		describe_all(rig);
		for (pair = 0; pair < ONCARD_PAIRS; pair++)
			hear(rig, pair, route >> 2 * pair & 3);
		run_streams(rig, 0xff);
		pass(rig, SECOND / 100);
		for (pair = 0; pair < ONCARD_PAIRS; pair++)
			assert_memory_equal(buffer_of(rig,
						      PLAYBACK(route >> 2 * pair &
							       3)),
					    buffer_of(rig, CAPTURE(pair)),
					    BUFFER_BYTES);
		power_off((void **)&rig);
	}
}

static void test_capture_has_the_clock_of_what_it_hears(void **state)
{
	struct rig *rig = *state;
	int step;

	describe_all(rig);
	hear(rig, 0, ONCARD_SOURCE_PLAYBACK(2));
	hear(rig, 2, ONCARD_SOURCE_PLAYBACK(0));
	set_stream(rig, PLAYBACK(2), ONCARD_STREAM_SHIFT, 101234);
	pass(rig, 7777777);
	run_streams(rig, 0xff);
	for (step = 0; step < 3000; step++) {
		pass(rig, 33333);
		assert_int_equal(get_stream(rig, PLAYBACK(2),
					    ONCARD_STREAM_POSITION),
				 get_stream(rig, CAPTURE(0),
					    ONCARD_STREAM_POSITION));
		assert_int_equal(get_stream(rig, PLAYBACK(0),
					    ONCARD_STREAM_POSITION),
				 get_stream(rig, CAPTURE(2),
					    ONCARD_STREAM_POSITION));
	}
	assert_memory_equal(buffer_of(rig, PLAYBACK(2)),
			    buffer_of(rig, CAPTURE(0)), BUFFER_BYTES);
	assert_memory_equal(buffer_of(rig, PLAYBACK(0)),
			    buffer_of(rig, CAPTURE(2)), BUFFER_BYTES);
}

static int sum_of(struct rig *rig, u32 playbacks, u32 n)
{
	int sum = 0;
	u32 pair;

	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		if (playbacks & BIT(pair))
			sum += sample_at(buffer_of(rig, PLAYBACK(pair)) +
					 2 * n);
	return min(max(sum, -32768), 32767);
}

static void test_mix_is_the_sum_and_never_wraps(void **state)
{
	u32 playbacks, n;

	(void)state;
	for (playbacks = 0; playbacks < 16; playbacks++) {
		struct rig *rig;
		u32 limited = 0;

		power_on((void **)&rig);
		describe_all(rig);
		hear(rig, 1, ONCARD_SOURCE_MIX);
		hear(rig, 3, ONCARD_SOURCE_MIX);
		for (n = 0; n < ONCARD_PAIRS; n++)
			if (playbacks & BIT(n))
				run_streams(rig, BIT(PLAYBACK(n)));
		run_streams(rig, BIT(CAPTURE(1)) | BIT(CAPTURE(3)));
		pass(rig, SECOND / 100);
		for (n = 0; n < BUFFER_BYTES / 2; n++) {
			int sum = sum_of(rig, playbacks, n);

			limited += sum == 32767 || sum == -32768;
			assert_int_equal(sample_at(buffer_of(rig, CAPTURE(1)) +
						   2 * n),
					 sum);
		}
		if (playbacks == 15)
			assert_in_range(limited, 10, BUFFER_BYTES / 2);
		assert_memory_equal(buffer_of(rig, CAPTURE(1)),
				    buffer_of(rig, CAPTURE(3)), BUFFER_BYTES);
		power_off((void **)&rig);
	}
}

/* Half of the first, all of the second, and half of what comes of it. */
static void test_mix_has_the_gain_of_each(void **state)
{
	struct rig *rig = *state;
	u32 n;

	describe_all(rig);
	hear(rig, 0, ONCARD_SOURCE_MIX);
	set_stream(rig, PLAYBACK(0), ONCARD_STREAM_GAIN, ONCARD_GAIN_UNITY / 2);
	set_stream(rig, CAPTURE(0), ONCARD_STREAM_GAIN, ONCARD_GAIN_UNITY / 2);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(PLAYBACK(1)) | BIT(CAPTURE(0)));
	pass(rig, SECOND / 100);
	for (n = 0; n < BUFFER_BYTES / 2; n++) {
		int first = sample_at(buffer_of(rig, PLAYBACK(0)) + 2 * n);
		int second = sample_at(buffer_of(rig, PLAYBACK(1)) + 2 * n);
		double sum = first / 2.0 + second;

		sum = min(max(sum, -32768), 32768) / 2;
		assert_in_range(sample_at(buffer_of(rig, CAPTURE(0)) + 2 * n) +
					65536,
				(int)floor(sum) + 65536 - 1,
				(int)ceil(sum) + 65536);
	}
}

/* One channel is on all, one of three is heard nowhere else, and formats may differ. */
static void test_mix_of_other_channels_and_formats(void **state)
{
	struct stream_setup mono = stereo16, three = stereo16;
	struct rig *rig = *state;
	u32 frame;

	describe_all(rig);
	mono.format = ONCARD_FORMAT_S32 | ONCARD_FORMAT_BIG | 1;
	three.format = ONCARD_FORMAT_S16 | 3;
	describe_part(rig, PLAYBACK(0), &mono, 480 * 4);
	describe_part(rig, PLAYBACK(1), &three, 480 * 6);
	fill(buffer_of(rig, PLAYBACK(1)), 480 * 6, 77);
	hear(rig, 2, ONCARD_SOURCE_MIX);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(PLAYBACK(1)) | BIT(CAPTURE(2)));
	pass(rig, SECOND / 100);
	for (frame = 0; frame < 480; frame++) {
		const u8 *one = buffer_of(rig, PLAYBACK(0)) + 4 * frame;
		const u8 *others = buffer_of(rig, PLAYBACK(1)) + 6 * frame;
		const u8 *heard = buffer_of(rig, CAPTURE(2)) + 4 * frame;
		u32 channel;

		for (channel = 0; channel < 2; channel++) {
			int sum = (int16_t)(one[0] << 8 | one[1]) +
				  sample_at(others + 2 * channel);

			sum = min(max(sum, -32768), 32767);
			assert_int_equal(sample_at(heard + 2 * channel), sum);
		}
	}
}

static void test_other_clock_is_not_in_the_mix(void **state)
{
	struct stream_setup slow = stereo16;
	struct rig *rig = *state;

	describe_all(rig);
	slow.rate = 44100;
	describe_part(rig, PLAYBACK(1), &slow, BUFFER_BYTES);
	set_stream(rig, PLAYBACK(2), ONCARD_STREAM_SHIFT, ONCARD_SHIFT_MAX);
	hear(rig, 0, ONCARD_SOURCE_MIX);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(PLAYBACK(1)) |
				 BIT(PLAYBACK(2)) | BIT(CAPTURE(0)));
	pass(rig, SECOND / 100);
	assert_memory_equal(buffer_of(rig, PLAYBACK(0)),
			    buffer_of(rig, CAPTURE(0)), BUFFER_BYTES);
}

/* Three channels of 1 byte at 768 kHz are too many samples, two are not. */
static void test_too_fast_is_not_in_the_mix(void **state)
{
	struct stream_setup two = stereo16, three = stereo16;
	struct rig *rig = *state;

	describe_all(rig);
	two.format = ONCARD_FORMAT_U8 | 2;
	three.format = ONCARD_FORMAT_U8 | 3;
	two.rate = 768000;
	three.rate = 768000;
	describe_part(rig, PLAYBACK(0), &three, 480 * 3);
	describe_part(rig, PLAYBACK(1), &two, 480 * 2);
	describe_part(rig, CAPTURE(0), &two, 480 * 2);
	describe_part(rig, CAPTURE(1), &three, 480 * 3);
	hear(rig, 0, ONCARD_SOURCE_MIX);
	hear(rig, 1, ONCARD_SOURCE_MIX);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(PLAYBACK(1)) | BIT(CAPTURE(0)) |
				 BIT(CAPTURE(1)));
	pass(rig, SECOND / 100);
	assert_memory_equal(buffer_of(rig, PLAYBACK(1)),
			    buffer_of(rig, CAPTURE(0)), 480 * 2);
	for (u32 n = 0; n < 480 * 3; n++)
		assert_int_equal(buffer_of(rig, CAPTURE(1))[n], 0x80);
}

static void test_silence_and_what_does_not_run(void **state)
{
	struct rig *rig = *state;
	u32 pair;

	describe_all(rig);
	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		memset(buffer_of(rig, CAPTURE(pair)), 0x55, BUFFER_BYTES);
	hear(rig, 0, ONCARD_SOURCE_SILENCE);
	hear(rig, 1, ~0U);
	hear(rig, 2, ONCARD_SOURCE_PLAYBACK(3));
	assert_int_equal(get_stream(rig, CAPTURE(1), ONCARD_STREAM_SOURCE),
			 ONCARD_SOURCE_SILENCE);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(PLAYBACK(1)) | BIT(CAPTURE(0)) |
				 BIT(CAPTURE(1)) | BIT(CAPTURE(2)));
	pass(rig, SECOND / 100);
	for (pair = 0; pair < 3; pair++)
		assert_silent(rig, CAPTURE(pair));
}

/* Streams go on in time, whatever they are told to hear meanwhile. */
static void test_source_changes_while_it_runs(void **state)
{
	struct rig *rig = *state;
	u32 step;

	describe_all(rig);
	set_stream(rig, PLAYBACK(1), ONCARD_STREAM_SHIFT, ONCARD_SHIFT_MAX);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(CAPTURE(0)));
	for (step = 1; step <= 480; step++) {
		hear(rig, 0,
		     step % 7 == 1 ? ONCARD_SOURCE_PLAYBACK(2) : step % 7);
		if (get_stream(rig, CAPTURE(0), ONCARD_STREAM_SOURCE) == 1)
			hear(rig, 0, ONCARD_SOURCE_PLAYBACK(3));
		pass(rig, SECOND / 48000 + (step % 3 > 0));
		assert_int_equal(get_stream(rig, PLAYBACK(0),
					    ONCARD_STREAM_POSITION),
				 get_stream(rig, CAPTURE(0),
					    ONCARD_STREAM_POSITION));
	}
	assert_int_equal(get_stream(rig, PLAYBACK(0), ONCARD_STREAM_ERROR), 0);
	assert_int_equal(get_stream(rig, CAPTURE(0), ONCARD_STREAM_ERROR), 0);
}

/* What the capture hears in a tenth of a second, and a buffer that holds as much. */
static void hear_tone(u32 rate, u32 channels, u32 gain)
{
	static const double full_scale = 2147483648.0;
	const u32 frames = 400;
	struct stream_setup setup = {
		.format = ONCARD_FORMAT_S32 | channels,
		.rate = rate,
		.buffer = frames,
		.period = frames,
		.count = 1,
	};
	struct rig *rig;
	u32 frame, channel;

	power_on((void **)&rig);
	describe_part(rig, CAPTURE(0), &setup, frames * channels * 4);
	hear(rig, 0, ONCARD_SOURCE_TONE);
	set_stream(rig, CAPTURE(0), ONCARD_STREAM_GAIN, gain);
	run_streams(rig, BIT(CAPTURE(0)));
	while (get_stream(rig, CAPTURE(0), ONCARD_STREAM_POSITION) <
	       frames - 10)
		pass(rig, SECOND / rate);
	for (frame = 0; frame < frames - 10; frame++) {
		double expected = 0.5 * gain / ONCARD_GAIN_UNITY *
				  sin(2 * M_PI * ONCARD_TONE_HZ * frame / rate);

		for (channel = 0; channel < channels; channel++) {
			const u8 *at = buffer_of(rig, CAPTURE(0)) +
				       4 * (channels * frame + channel);
			double heard = (s32)(at[0] | at[1] << 8 | at[2] << 16 |
					     (u32)at[3] << 24) /
				       full_scale;

			/* 80 dB below full scale */
			assert_true(fabs(heard - expected) < 0.0001);
		}
	}
	power_off((void **)&rig);
}

static void test_tone_is_a_sine_of_1_khz(void **state)
{
	(void)state;
	hear_tone(8000, 1, ONCARD_GAIN_UNITY);
	hear_tone(44100, 2, ONCARD_GAIN_UNITY);
	hear_tone(48000, 3, ONCARD_GAIN_UNITY / 2);
	hear_tone(768000, 2, ONCARD_GAIN_UNITY);
}

static void test_what_is_mixed_takes_more_time(void **state)
{
	struct rig *rig = *state;
	u64 alone, mixed, tone;

	describe_all(rig);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(CAPTURE(0)));
	alone = oncard_card_slice(&rig->card);
	hear(rig, 0, ONCARD_SOURCE_TONE);
	tone = oncard_card_slice(&rig->card);
	hear(rig, 0, ONCARD_SOURCE_MIX);
	mixed = oncard_card_slice(&rig->card);
	assert_true(mixed < tone);
	assert_true(tone < alone);
}

/* --- one channel after the other --- */

static const u32 sample_formats[] = { ONCARD_FORMAT_U8, ONCARD_FORMAT_S16,
				      ONCARD_FORMAT_S24_3, ONCARD_FORMAT_S32 };

static const u8 *sample_of(struct rig *rig, u32 stream, u32 channels, u32 size,
			   u32 frame, u32 channel)
{
	bool planar = get_stream(rig, stream, ONCARD_STREAM_FORMAT) &
		      ONCARD_FORMAT_PLANAR;
	u32 n = planar ? channel * get_stream(rig, stream,
					      ONCARD_STREAM_BUFFER) +
				 frame :
			 frame * channels + channel;

	return buffer_of(rig, stream) + size * n;
}

static void loop_planar(u32 format, u32 channels, bool play, bool record)
{
	struct stream_setup setup = {
		.format = format | channels,
		.rate = 48000,
		.buffer = 60,
		.period = 20,
		.count = 1,
	};
	u32 size = format == ONCARD_FORMAT_S24_3 ? 3 :
		   format == ONCARD_FORMAT_S32   ? 4 :
						   format >> 8;
	u32 bytes = 60 * channels * size;
	u32 frame, channel;
	struct rig *rig;

	power_on((void **)&rig);
	setup.format |= play ? ONCARD_FORMAT_PLANAR : 0;
	describe_part(rig, PLAYBACK(0), &setup, bytes);
	setup.format = format | channels | (record ? ONCARD_FORMAT_PLANAR : 0);
	describe_part(rig, CAPTURE(0), &setup, bytes);
	fill(buffer_of(rig, PLAYBACK(0)), bytes, channels);
	run_streams(rig, BIT(PLAYBACK(0)) | BIT(CAPTURE(0)));
	/* twice round, in steps of no particular size */
	while (rig->now < SECOND / 400)
		pass(rig, 61357);
	assert_int_equal(get_stream(rig, CAPTURE(0), ONCARD_STREAM_ERROR), 0);
	for (frame = 0; frame < 60; frame++)
		for (channel = 0; channel < channels; channel++)
			assert_memory_equal(sample_of(rig, PLAYBACK(0),
						      channels, size, frame,
						      channel),
					    sample_of(rig, CAPTURE(0), channels,
						      size, frame, channel),
					    size);
	power_off((void **)&rig);
}

static void test_planar_is_bit_exact(void **state)
{
	u32 n, channels, sides;

	(void)state;
	for (n = 0; n < 4; n++)
		for (channels = 1; channels <= 32; channels++)
			for (sides = 0; sides < 4; sides++)
				loop_planar(sample_formats[n], channels,
					    sides & 1, sides & 2);
}

struct planar_row {
	const char *name;
	u32 count;
	u32 bytes;
	u32 error;
};

static const struct planar_row planar_rows[] = {
	{ "in one piece", 1, BUFFER_BYTES, ONCARD_ERROR_NONE },
	{ "in two", 2, BUFFER_BYTES / 2, ONCARD_ERROR_CONFIG },
	{ "list too short", 1, BUFFER_BYTES - 4, ONCARD_ERROR_LENGTH },
	{ "list too long", 1, BUFFER_BYTES + 4, ONCARD_ERROR_LENGTH },
};

static void test_planar_lies_in_one_piece(void **state)
{
	struct stream_setup setup = stereo16;
	size_t row;

	(void)state;
	setup.format |= ONCARD_FORMAT_PLANAR;
	for (row = 0; row < sizeof(planar_rows) / sizeof(planar_rows[0]);
	     row++) {
		const struct planar_row *planar = &planar_rows[row];
		struct rig *rig;

		power_on((void **)&rig);
		setup.count = planar->count;
		describe_part(rig, PLAYBACK(0), &setup, planar->bytes);
		run_streams(rig, BIT(PLAYBACK(0)));
		pass(rig, SECOND / 50);
		if (get_stream(rig, PLAYBACK(0), ONCARD_STREAM_ERROR) !=
		    planar->error)
			fail_msg("%s: error %u, not %u", planar->name,
				 get_stream(rig, PLAYBACK(0),
					    ONCARD_STREAM_ERROR),
				 planar->error);
		power_off((void **)&rig);
	}
}

/* Nobody hears it, and it is still looked at: nothing answers at the buffer's end. */
static void test_planar_outside_of_memory(void **state)
{
	struct stream_setup setup = stereo16;
	struct rig *rig = *state;

	setup.format |= ONCARD_FORMAT_PLANAR;
	describe_part(rig, PLAYBACK(0), &setup, BUFFER_BYTES);
	put_narrow(rig->memory, 0, BASE + MEMORY - BUFFER_BYTES / 2 - 64,
		   BUFFER_BYTES | ONCARD_DESCRIPTOR_LOCAL);
	run_streams(rig, BIT(PLAYBACK(0)));
	pass(rig, SECOND / 100);
	assert_int_equal(get_stream(rig, PLAYBACK(0), ONCARD_STREAM_ERROR),
			 ONCARD_ERROR_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(test_after_power_on_each_hears_its_own),
		cmocka_unit_test(test_any_capture_hears_any_playback),
		CARD_TEST(test_capture_has_the_clock_of_what_it_hears),
		cmocka_unit_test(test_mix_is_the_sum_and_never_wraps),
		CARD_TEST(test_mix_has_the_gain_of_each),
		CARD_TEST(test_mix_of_other_channels_and_formats),
		CARD_TEST(test_other_clock_is_not_in_the_mix),
		CARD_TEST(test_too_fast_is_not_in_the_mix),
		CARD_TEST(test_silence_and_what_does_not_run),
		CARD_TEST(test_source_changes_while_it_runs),
		cmocka_unit_test(test_tone_is_a_sine_of_1_khz),
		CARD_TEST(test_what_is_mixed_takes_more_time),
		cmocka_unit_test(test_planar_is_bit_exact),
		cmocka_unit_test(test_planar_lies_in_one_piece),
		CARD_TEST(test_planar_outside_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
