// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/judge.c userspace/pcm-spec.c
/*
 * What oncard-play judges by: frames, positions, pages, flags of a mapping.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "judge.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FRAMES        5000

static const struct pcm_spec specs[] = {
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 1, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 2, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S32_LE, .channels = 1, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate = 48000 },
};

/* Samples numbered from 1. Freed by the caller. */
static void *numbered(const struct pcm_spec *spec, uint64_t frames)
{
	void *memory = malloc(frames * pcm_frame_bytes(spec));
	uint64_t i;

	assert_non_null(memory);
	for (i = 0; i < frames * spec->channels; i++)
		pcm_set_sample(spec, memory, i, (int32_t)(i + 1));
	return memory;
}

static const void *at(const struct pcm_spec *spec, const void *frames,
		      uint64_t frame)
{
	return (const char *)frames + frame * pcm_frame_bytes(spec);
}

/* Gives @frames of @got to the judge, @piece at a time. */
static void give(struct frame_judge *judge, const void *got, uint64_t frames,
		 uint64_t piece)
{
	uint64_t done, now;

	for (done = 0; done < frames; done += now) {
		now = frames - done < piece ? frames - done : piece;
		frame_judge_add(judge, at(&judge->spec, got, done), now);
	}
}

/* One flipped bit is found, in whatever piece, channel and frame it is. */
static void a_single_wrong_sample_is_named(void **state)
{
	static const struct {
		uint64_t frame, piece;
	} rows[] = {
		{ 0, FRAMES },    { 1, FRAMES },     { 1023, FRAMES },
		{ 1024, FRAMES }, { 1025, 1024 },    { 4095, 1 },
		{ 4096, 4096 },   { FRAMES - 1, 7 }, { FRAMES - 1, FRAMES },
	};
	size_t s, r, ran = 0;
	unsigned int channel;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++) {
		const struct pcm_spec *spec = &specs[s];
		void *expected = numbered(spec, FRAMES);
		void *got = numbered(spec, FRAMES);

		for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
			uint64_t index;
			struct frame_judge judge;
			int32_t right;

			channel = (unsigned int)r % spec->channels;
			index = rows[r].frame * spec->channels + channel;
			right = pcm_sample(spec, got, index);
			pcm_set_sample(spec, got, index, right ^ 0x100);
			frame_judge_init(&judge, spec, expected, FRAMES);
			give(&judge, got, FRAMES, rows[r].piece);
			pcm_set_sample(spec, got, index, right);

			assert_false(frame_judge_ok(&judge));
			assert_int_equal(judge.compared, FRAMES);
			assert_int_equal(judge.different, 1);
			assert_int_equal(judge.first.frame, rows[r].frame);
			assert_int_equal(judge.first.channel, channel);
			assert_int_equal(judge.first.expected, right);
			assert_int_equal(judge.first.got, right ^ 0x100);
		}
		free(expected);
		free(got);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs) * ARRAY_SIZE(rows));
}

static void equal_frames_pass_whole_only(void **state)
{
	static const struct {
		uint64_t total, given, piece;
		bool ok;
	} rows[] = {
		{ FRAMES, FRAMES, FRAMES, true },
		{ FRAMES, FRAMES, 1, true },
		{ FRAMES, FRAMES, 1025, true },
		{ 1, 1, 1, true },
		{ FRAMES, FRAMES - 1, FRAMES, false }, /* one is missing */
		{ FRAMES - 1, FRAMES, FRAMES, false }, /* one too many */
		{ FRAMES - 1, FRAMES, 1, false },
		{ FRAMES, 0, 1, false },
		{ 0, 0, 1, false }, /* nothing is no pass */
	};
	size_t s, r, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++) {
		void *frames = numbered(&specs[s], FRAMES);

		for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
			struct frame_judge judge;

			frame_judge_init(&judge, &specs[s], frames,
					 rows[r].total);
			give(&judge, frames, rows[r].given, rows[r].piece);
			assert_int_equal(frame_judge_ok(&judge), rows[r].ok);
			assert_int_equal(judge.different, 0);
		}
		free(frames);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs) * ARRAY_SIZE(rows));
}

/*
 *	played    | 0 .. 999 | 1000 ..             |
 *	recorded  | 0 .. 999 | from ..             |
 */
static void frames_from_elsewhere_are_recognised(void **state)
{
	static const struct {
		uint64_t from, count;
	} rows[] = {
		{ 1001, 2999 }, /* one lost */
		{ 999, 3000 }, /* one repeated */
		{ 2024, 1976 }, /* a page swapped */
		{ 0, 3000 }, /* from the start again */
		{ 1001, 32 }, /* no less than WHENCE_BYTES */
		{ 1001, 7 }, /* too few to say */
	};
	size_t s, r, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++) {
		void *frames = numbered(&specs[s], 4000);

		for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
			struct frame_judge judge;
			uint64_t whence = 77;

			frame_judge_init(&judge, &specs[s], frames, 4000);
			frame_judge_add(&judge, frames, 1000);
			frame_judge_add(&judge,
					at(&specs[s], frames, rows[r].from),
					rows[r].count);
			assert_int_equal(judge.first.frame, 1000);
			assert_int_equal(frame_judge_whence(&judge, &whence),
					 rows[r].count >= 32);
			assert_int_equal(whence, rows[r].count >= 32 ?
							 rows[r].from :
							 77);
		}
		free(frames);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs) * ARRAY_SIZE(rows));
}

/*
 * The same bytes a sample further are not the same frames: a recording that
 * lost one sample of a stereo sound was played nowhere.
 */
static void a_lost_sample_is_not_a_lost_frame(void **state)
{
	static const struct pcm_spec spec = { SND_PCM_FORMAT_S16_LE, 2, 48000 };
	int16_t *frames = numbered(&spec, 4000);
	struct frame_judge judge;
	uint64_t whence = 77;

	(void)state;
	frame_judge_init(&judge, &spec, frames, 4000);
	frame_judge_add(&judge, frames + 1, 3000);
	assert_int_equal(judge.first.frame, 0);
	assert_false(frame_judge_whence(&judge, &whence));
	assert_int_equal(whence, 77);
	free(frames);
}

static void silence_is_counted_in_whole_frames(void **state)
{
	static const int16_t stereo[] = { 0, 0, 0, 0, 0, 9, 0, 0 };
	static const struct {
		unsigned int channels;
		uint64_t count, silent;
	} rows[] = {
		{ 2, 4, 2 }, { 2, 2, 2 }, { 2, 0, 0 }, { 1, 8, 5 }, { 1, 5, 5 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		struct pcm_spec spec = { SND_PCM_FORMAT_S16_LE,
					 rows[r].channels, 48000 };

		assert_int_equal(frames_silent(&spec, stereo, rows[r].count),
				 rows[r].silent);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

struct look {
	uint64_t appl_ptr;
	int64_t avail;
	int64_t tstamp;
};

static void positions_that_are_wrong_are_counted(void **state)
{
	static const struct {
		const char *what;
		bool capture;
		struct look looks[3]; /* of a buffer of 1000 frames */
		unsigned long backward, outside, time_backward;
		uint64_t hw_ptr;
		bool ok;
	} rows[] = {
		{ "plays",
		  false,
		  { { 1000, 0, 1 }, { 1000, 400, 2 }, { 1400, 300, 3 } },
		  0,
		  0,
		  0,
		  700,
		  true },
		{ "records",
		  true,
		  { { 0, 0, 1 }, { 0, 400, 2 }, { 400, 300, 2 } },
		  0,
		  0,
		  0,
		  700,
		  true },
		{ "stands still",
		  false,
		  { { 1000, 0, 1 }, { 1000, 0, 2 }, { 1000, 0, 3 } },
		  0,
		  0,
		  0,
		  0,
		  false },
		{ "goes back",
		  false,
		  { { 1000, 400, 1 }, { 1000, 399, 2 }, { 1000, 400, 3 } },
		  1,
		  0,
		  0,
		  400,
		  false },
		{ "goes back, capture",
		  true,
		  { { 0, 400, 1 }, { 400, 0, 2 }, { 399, 0, 3 } },
		  1,
		  0,
		  0,
		  400,
		  false },
		{ "plays what was not written",
		  false,
		  { { 1000, 400, 1 }, { 1000, 1001, 2 }, { 1000, 500, 3 } },
		  0,
		  1,
		  0,
		  500,
		  false },
		{ "before what was written",
		  false,
		  { { 1000, -1, 1 }, { 1000, 1, 2 }, { 1000, 2, 3 } },
		  0,
		  1,
		  0,
		  2,
		  false },
		{ "before the start",
		  false,
		  { { 0, 0, 1 }, { 1000, 0, 2 }, { 1000, 1, 3 } },
		  0,
		  1,
		  0,
		  1,
		  false },
		{ "records more than fits",
		  true,
		  { { 0, 1, 1 }, { 0, 1001, 2 }, { 0, 2, 3 } },
		  0,
		  1,
		  0,
		  2,
		  false },
		{ "wild",
		  true,
		  { { 0, 1, 1 }, { 0, INT64_MAX, 2 }, { 0, INT64_MIN, 3 } },
		  0,
		  2,
		  0,
		  1,
		  false },
		{ "time goes back",
		  true,
		  { { 0, 1, 5 }, { 0, 2, 4 }, { 0, 3, 6 } },
		  0,
		  0,
		  1,
		  3,
		  false },
	};
	size_t r, i, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		struct position_judge judge;

		position_judge_init(&judge, rows[r].capture, 1000);
		assert_false(position_judge_ok(&judge)); /* never looked */
		for (i = 0; i < ARRAY_SIZE(rows[r].looks); i++)
			position_judge_add(&judge, rows[r].looks[i].appl_ptr,
					   rows[r].looks[i].avail,
					   rows[r].looks[i].tstamp);
		if (position_judge_ok(&judge) != rows[r].ok)
			fail_msg("%s", rows[r].what);
		assert_int_equal(judge.updates, 3);
		assert_int_equal(judge.backward, rows[r].backward);
		assert_int_equal(judge.outside, rows[r].outside);
		assert_int_equal(judge.time_backward, rows[r].time_backward);
		assert_int_equal(judge.hw_ptr, rows[r].hw_ptr);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static void pages_are_rounded_up(void **state)
{
	static const struct {
		snd_pcm_format_t format;
		unsigned int channels;
		uint64_t frames;
		unsigned long pages;
	} rows[] = {
		{ SND_PCM_FORMAT_S16_LE, 2, 0, 0 },
		{ SND_PCM_FORMAT_S16_LE, 2, 1, 1 },
		{ SND_PCM_FORMAT_S16_LE, 2, 1024, 1 },
		{ SND_PCM_FORMAT_S16_LE, 2, 1025, 2 },
		{ SND_PCM_FORMAT_S16_LE, 1, 2048, 1 },
		{ SND_PCM_FORMAT_S16_LE, 1, 2049, 2 },
		{ SND_PCM_FORMAT_S32_LE, 2, 512, 1 },
		{ SND_PCM_FORMAT_S32_LE, 2, 513, 2 },
		{ SND_PCM_FORMAT_S32_LE, 2, 1ULL << 32, 1UL << 23 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		struct pcm_spec spec = { rows[r].format, rows[r].channels,
					 48000 };

		assert_int_equal(pages_touched(&spec, rows[r].frames, 4096),
				 rows[r].pages);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static const char smaps[] =
	"55d0c0000000-55d0c0002000 r--p 00000000 08:01 42   /bin/oncard-play\n"
	"Size:                  8 kB\n"
	"VmFlags: rd mr mw me sd\n"
	"7f0000000000-7f0000018000 rw-s 00000000 00:06 77   /dev/snd/pcmC0D0p\n"
	"Size:                 96 kB\n"
	"THPeligible:    0\n"
	"VmFlags: rd wr sh mr mw me ms pf io de dd sd\x20\n"
	"7f0000018000-7f0000019000 rw-s 80000000 00:06 77   /dev/snd/pcmC0D0p\n"
	"Size:                  4 kB\n";

static void mapping_is_found_by_its_address(void **state)
{
	static const struct {
		unsigned long address;
		const char *flags; /* NULL: not found */
	} rows[] = {
		{ 0x7f0000000000, "rd wr sh mr mw me ms pf io de dd sd" },
		{ 0x7f0000017fff, "rd wr sh mr mw me ms pf io de dd sd" },
		{ 0x7f0000018000, NULL }, /* has no VmFlags */
		{ 0x7effffffffff, NULL },
		{ 0x55d0c0001000, "rd mr mw me sd" },
		{ 0, NULL },
		{ ~0UL, NULL },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		FILE *file = fmemopen((void *)smaps, strlen(smaps), "r");
		struct vm_area area;
		bool found;

		assert_non_null(file);
		found = vm_area_find(file, rows[r].address, &area);
		fclose(file);
		assert_int_equal(found, !!rows[r].flags);
		if (found)
			assert_string_equal(area.flags, rows[r].flags);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static void missing_flags_are_named(void **state)
{
	static const struct {
		const char *flags, *wanted, *missing;
		unsigned int count;
	} rows[] = {
		{ "rd wr sh pf io de dd", "io pf de dd sh", "", 0 },
		{ "rd wr sh pf io de dd", "io,pf, de", "", 0 },
		{ "rd wr sh de dd", "io pf de dd sh", "io pf", 2 },
		{ "rd wr", "r d", "r d", 2 }, /* whole words only */
		{ "rdx", "rd", "rd", 1 },
		{ "", "io", "io", 1 },
		{ "rd", "", "", 0 },
	};
	char missing[VM_FLAGS_MAX], tight[4];
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		assert_int_equal(vm_flags_missing(rows[r].flags, rows[r].wanted,
						  missing, sizeof(missing)),
				 rows[r].count);
		assert_string_equal(missing, rows[r].missing);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
	/* more than fits is cut off, and counted all the same */
	assert_int_equal(vm_flags_missing("", "aa bb cc dd", tight,
					  sizeof(tight)),
			 4);
	assert_string_equal(tight, "aa ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_single_wrong_sample_is_named),
		cmocka_unit_test(equal_frames_pass_whole_only),
		cmocka_unit_test(frames_from_elsewhere_are_recognised),
		cmocka_unit_test(a_lost_sample_is_not_a_lost_frame),
		cmocka_unit_test(silence_is_counted_in_whole_frames),
		cmocka_unit_test(positions_that_are_wrong_are_counted),
		cmocka_unit_test(pages_are_rounded_up),
		cmocka_unit_test(mapping_is_found_by_its_address),
		cmocka_unit_test(missing_flags_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
