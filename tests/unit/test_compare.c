// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/compare.c userspace/image.c userspace/judge.c
// sources: userspace/pcm-spec.c userspace/source.c
/*
 * A sound is found in a recording of it, and in an image of the card's memory.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compare.h"
#include "image.h"
#include "source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FRAMES        20000

static const struct pcm_spec specs[] = {
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 1, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 2, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate = 48000 },
};

static void *sound_of(const char *name, const struct pcm_spec *spec)
{
	void *frames = calloc(FRAMES, pcm_frame_bytes(spec));
	struct source source;

	assert_non_null(frames);
	source_init(&source, source_find(name), spec, 1);
	source_fill(&source, frames, FRAMES);
	return frames;
}

/*
 *	original   | lead: silent | sound ...                       |
 *	recording  | before: silent | "count" frames from "from" | after: silent |
 */
static void recordings_are_judged(void **state)
{
	static const struct {
		uint64_t lead, before, from, count, after;
		int64_t wrong; /* frame of the original, -1: none */
		enum comparison_result result;
		uint64_t equal; /* for IDENTICAL and DIFFERENT */
	} rows[] = {
		{ 0, 0, 0, FRAMES, 0, -1, COMPARE_IDENTICAL, FRAMES },
		{ 0, 1234, 0, FRAMES, 500, -1, COMPARE_IDENTICAL, FRAMES },
		{ 0, 9, 0, FRAMES, 500, FRAMES - 1, COMPARE_DIFFERENT,
		  FRAMES - 1 },
		{ 0, 1234, 0, FRAMES, 0, -1, COMPARE_IDENTICAL, FRAMES },
		{ 50, 1234, 0, FRAMES, 0, -1, COMPARE_IDENTICAL, FRAMES },
		{ 50, 0, 0, FRAMES, 0, -1, COMPARE_IDENTICAL, FRAMES },
		{ 50, 0, 10, FRAMES - 10, 0, -1, COMPARE_STARTS_LATE, 0 },
		{ 0, 9, 0, FRAMES, 0, 1, COMPARE_DIFFERENT, 1 },
		{ 0, 9, 0, FRAMES, 0, FRAMES - 1, COMPARE_DIFFERENT,
		  FRAMES - 1 },
		{ 0, 9, 1, FRAMES - 1, 0, -1, COMPARE_DIFFERENT, 0 },
		{ 0, 9, 0, FRAMES - 1, 0, -1, COMPARE_ENDS_EARLY, FRAMES - 1 },
		{ 0, 9, 0, 1, 0, -1, COMPARE_ENDS_EARLY, 1 },
		{ 0, 9, 0, 0, 0, -1, COMPARE_RECORDING_SILENT, 0 },
		{ FRAMES, 9, 0, FRAMES, 0, -1, COMPARE_ORIGINAL_SILENT, 0 },
	};
	size_t s, r, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++)
		for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
			size_t bytes = pcm_frame_bytes(&specs[s]);
			char *original = sound_of("noise", &specs[s]);
			uint64_t total =
				rows[r].before + rows[r].count + rows[r].after;
			char *rec = calloc(total + 1, bytes);
			struct comparison c;

			assert_non_null(rec);
			memset(original, 0, rows[r].lead * bytes);
			memcpy(rec + rows[r].before * bytes,
			       original + rows[r].from * bytes,
			       rows[r].count * bytes);
			if (rows[r].wrong >= 0)
				rec[(rows[r].before + (uint64_t)rows[r].wrong) *
				    bytes] ^= 1;
			c = compare_recording(&specs[s], original, FRAMES, rec,
					      total);
			assert_int_equal(c.result, rows[r].result);
			assert_int_equal(c.equal, rows[r].equal);
			if (c.result == COMPARE_IDENTICAL)
				assert_int_equal(c.offset, rows[r].before);
			if (c.result == COMPARE_DIFFERENT)
				assert_int_equal(c.first.frame, rows[r].equal);
			free(original);
			free(rec);
		}
	assert_int_equal(ran, ARRAY_SIZE(specs) * ARRAY_SIZE(rows));
}

#define IMAGE_SIZE (64 * IMAGE_PAGE)
#define RING_AT    (5 * IMAGE_PAGE)

/* Lays frames @from to @to of the sound into a ring of @ring frames. */
static void lay(char *image, const struct pcm_spec *spec, const char *sound,
		uint64_t from, uint64_t to, uint64_t ring)
{
	size_t bytes = pcm_frame_bytes(spec);

	for (; from < to; from++)
		memcpy(image + RING_AT + from % ring * bytes,
		       sound + from * bytes, bytes);
}

/*
 *	ring  | newer: the last lap up to "to" | older: the lap before |
 */
static void sound_is_found_in_memory(void **state)
{
	static const struct {
		uint64_t from, to, ring;
		uint64_t frame, frames; /* of the longest run */
	} rows[] = {
		{ 0, 8192, 8192, 0, 8192 }, /* just filled */
		{ 0, 12000, 8192, 3808, 0 }, /* see below */
		{ 0, 20000, 8192, 11808, 0 },
		{ 0, 16384, 8192, 8192, 8192 },
		{ 100, 9000, 16384, 100, 8900 }, /* does not start at a page */
		{ 0, 0, 8192, 0, 0 }, /* nothing there */
	};
	size_t s, r, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++)
		for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
			size_t bytes = pcm_frame_bytes(&specs[s]);
			char *sound = sound_of("noise", &specs[s]);
			char *image = calloc(1, IMAGE_SIZE);
			uint64_t frame = rows[r].frame, frames = rows[r].frames;
			uint64_t seam =
				rows[r].to / rows[r].ring * rows[r].ring;
			struct image_run run;

			assert_non_null(image);
			lay(image, &specs[s], sound, rows[r].from, rows[r].to,
			    rows[r].ring);
			run = image_find(&specs[s], image, IMAGE_SIZE, sound,
					 FRAMES);
			if (!frames && rows[r].to) {
				/* cut in two at the ring's end: the longer */
				frames = seam - frame;
				if (rows[r].to - seam > frames) {
					frame = seam;
					frames = rows[r].to - seam;
				}
			}
			assert_int_equal(run.frames, frames);
			if (frames) {
				assert_int_equal(run.frame, frame);
				assert_int_equal(run.offset,
						 RING_AT +
							 frame % rows[r].ring *
								 bytes);
			}
			free(sound);
			free(image);
		}
	assert_int_equal(ran, ARRAY_SIZE(specs) * ARRAY_SIZE(rows));
}

/* The sound's silence is everywhere in empty memory: it is no find. */
static void silence_is_not_found(void **state)
{
	size_t s, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++, ran++) {
		size_t bytes = pcm_frame_bytes(&specs[s]);
		char *sound = sound_of("noise", &specs[s]);
		char *image = calloc(1, IMAGE_SIZE);
		struct image_run run;

		assert_non_null(image);
		memset(sound + 5000 * bytes, 0, 15000 * bytes);
		run = image_find(&specs[s], image, IMAGE_SIZE, sound, FRAMES);
		assert_int_equal(run.frames, 0);

		/* and does not lengthen one */
		lay(image, &specs[s], sound, 1000, 5000, 8192);
		run = image_find(&specs[s], image, IMAGE_SIZE, sound, FRAMES);
		assert_int_equal(run.frame, 1000);
		assert_int_equal(run.frames, 4000);
		free(sound);
		free(image);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs));
}

/* A run that goes to the last byte of the image does not go beyond it. */
static void the_end_of_the_image_is_the_end(void **state)
{
	size_t s, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++, ran++) {
		size_t bytes = pcm_frame_bytes(&specs[s]);
		size_t size = RING_AT + 3000 * bytes + bytes / 2;
		char *sound = sound_of("noise", &specs[s]);
		char *image = calloc(1, size);
		struct image_run run;

		assert_non_null(image);
		memcpy(image + RING_AT, sound, size - RING_AT);
		run = image_find(&specs[s], image, size, sound, FRAMES);
		assert_int_equal(run.frames, 3000);
		free(sound);
		free(image);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs));
}

/* A sine repeats itself: of all its places, the longest run is taken. */
static void repeated_sounds_give_the_longest_run(void **state)
{
	const struct pcm_spec *spec = &specs[1];
	char *sound = sound_of("sine", spec);
	char *image = calloc(1, IMAGE_SIZE);
	struct image_run run;

	(void)state;
	assert_non_null(image);
	lay(image, spec, sound, 1, 16000, 16384);
	run = image_find(spec, image, IMAGE_SIZE, sound, FRAMES);
	assert_true(run.frames >= 15998);
	free(sound);
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recordings_are_judged),
		cmocka_unit_test(sound_is_found_in_memory),
		cmocka_unit_test(silence_is_not_found),
		cmocka_unit_test(the_end_of_the_image_is_the_end),
		cmocka_unit_test(repeated_sounds_give_the_longest_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
