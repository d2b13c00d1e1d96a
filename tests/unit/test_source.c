// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/source.c userspace/pcm-spec.c
/*
 * The generators: what they give is known, and the same again.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FRAMES        70000

static const struct pcm_spec specs[] = {
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 1, .rate = 8000 },
	{ .format = SND_PCM_FORMAT_S16_LE, .channels = 2, .rate = 48000 },
	{ .format = SND_PCM_FORMAT_S32_LE, .channels = 1, .rate = 44100 },
	{ .format = SND_PCM_FORMAT_S32_LE, .channels = 2, .rate = 192000 },
};

/* @frames of the generator, @piece at a time. Freed by the caller. */
static void *generate(const char *name, const struct pcm_spec *spec,
		      uint64_t seed, size_t frames, size_t piece)
{
	size_t bytes = pcm_frame_bytes(spec), done, now;
	struct source source;
	char *memory = malloc(frames * bytes);

	assert_non_null(memory);
	assert_non_null(source_find(name));
	source_init(&source, source_find(name), spec, seed);
	for (done = 0; done < frames; done += now) {
		now = frames - done < piece ? frames - done : piece;
		assert_int_equal(source_fill(&source, memory + done * bytes,
					     now),
				 now);
	}
	source_close(&source);
	return memory;
}

static void every_name_has_its_generator(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; source_names[i]; i++) {
		assert_non_null(source_find(source_names[i]));
		assert_string_equal(source_find(source_names[i])->name,
				    source_names[i]);
	}
	assert_int_equal(i, 5);
	assert_null(source_find("saw"));
	assert_null(source_find(""));
}

/* However it is asked for, whole or in pieces, and for the second time. */
static void generators_repeat_themselves(void **state)
{
	static const size_t pieces[] = { 1, 1000, 4096, FRAMES };
	size_t n, s, p, ran = 0;

	(void)state;
	for (n = 0; source_names[n]; n++)
		for (s = 0; s < ARRAY_SIZE(specs); s++) {
			size_t bytes = FRAMES * pcm_frame_bytes(&specs[s]);
			void *whole = generate(source_names[n], &specs[s], 7,
					       FRAMES, FRAMES);

			for (p = 0; p < ARRAY_SIZE(pieces); p++, ran++) {
				void *again = generate(source_names[n],
						       &specs[s], 7, FRAMES,
						       pieces[p]);

				assert_memory_equal(whole, again, bytes);
				free(again);
			}
			free(whole);
		}
	assert_int_equal(ran, 5 * ARRAY_SIZE(specs) * ARRAY_SIZE(pieces));
}

static void counter_numbers_its_samples(void **state)
{
	static const struct {
		snd_pcm_format_t format;
		unsigned int channels;
		uint64_t sample;
		int32_t value;
	} rows[] = {
		{ SND_PCM_FORMAT_S16_LE, 1, 0, 1 },
		{ SND_PCM_FORMAT_S16_LE, 2, 1, 2 },
		{ SND_PCM_FORMAT_S16_LE, 2, 4095, 4096 },
		{ SND_PCM_FORMAT_S16_LE, 1, 32767, INT16_MIN },
		{ SND_PCM_FORMAT_S16_LE, 1, 65520,
		  -15 }, /* the 65521st, the last of its kind */
		{ SND_PCM_FORMAT_S16_LE, 1, 65521, 1 },
		{ SND_PCM_FORMAT_S32_LE, 1, 65521, 65522 },
		{ SND_PCM_FORMAT_S32_LE, 2, 139999, 140000 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		struct pcm_spec spec = { rows[r].format, rows[r].channels,
					 48000 };
		void *frames = generate("counter", &spec, 0, FRAMES, FRAMES);

		assert_int_equal(pcm_sample(&spec, frames, rows[r].sample),
				 rows[r].value);
		free(frames);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

/* A page in the place of another never looks like it: no two start alike. */
static void counter_tells_every_page_from_every_other(void **state)
{
	enum {
		PAGE = 4096,
		KEY = 16
	};
	size_t s, a, b, pages, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++, ran++) {
		char *frames =
			generate("counter", &specs[s], 0, FRAMES, FRAMES);

		pages = FRAMES * pcm_frame_bytes(&specs[s]) / PAGE;
		for (a = 0; a < pages; a++)
			for (b = 0; b < a; b++)
				assert_memory_not_equal(frames + a * PAGE,
							frames + b * PAGE, KEY);
		free(frames);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs));
}

static void noise_follows_its_seed(void **state)
{
	static const uint64_t seeds[] = { 1, 2, 3, UINT32_MAX, UINT64_MAX };
	size_t bytes = 1000 * pcm_frame_bytes(&specs[1]);
	void *noise[ARRAY_SIZE(seeds)];
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		noise[i] = generate("noise", &specs[1], seeds[i], 1000, 1000);
	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(noise[i], noise[j], bytes);
	for (i = 0; i < ARRAY_SIZE(seeds); i++)
		free(noise[i]);
}

/* Bits that are stuck in the card's way show: each is seen as 0 and as 1. */
static void noise_moves_every_bit(void **state)
{
	size_t s, i, ran = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(specs); s++, ran++) {
		uint32_t ones = 0, zeros = 0;
		void *frames = generate("noise", &specs[s], 1, 1000, 1000);

		for (i = 0; i < 1000 * specs[s].channels; i++) {
			ones |= (uint32_t)pcm_sample(&specs[s], frames, i);
			zeros |= ~(uint32_t)pcm_sample(&specs[s], frames, i);
		}
		assert_int_equal(ones, UINT32_MAX);
		assert_int_equal(zeros, UINT32_MAX);
		free(frames);
	}
	assert_int_equal(ran, ARRAY_SIZE(specs));
}

/* At an eighth of the rate a sine has its known values at each frame. */
static void sine_is_a_sine(void **state)
{
	static const struct pcm_spec spec = { SND_PCM_FORMAT_S32_LE, 2, 3520 };
	static const double eighths[] = { 0, M_SQRT1_2,  1,  M_SQRT1_2,
					  0, -M_SQRT1_2, -1, -M_SQRT1_2 };
	int32_t *frames = generate("sine", &spec, 0, 800, 800);
	size_t i, ran = 0;

	(void)state;
	for (i = 0; i < 800; i++, ran++) {
		/* the second channel is an octave above */
		assert_true(fabs(frames[2 * i] - 0x1p30 * eighths[i % 8]) < 2);
		assert_true(fabs(frames[2 * i + 1] -
				 0x1p30 * eighths[2 * i % 8]) < 2);
	}
	assert_int_equal(ran, 800);
	free(frames);
}

static void ramp_rises_by_one(void **state)
{
	static const struct pcm_spec spec = { SND_PCM_FORMAT_S16_LE, 2, 48000 };
	uint16_t *frames = generate("ramp", &spec, 0, FRAMES, FRAMES);
	size_t i, ran = 0;

	(void)state;
	for (i = 1; i < FRAMES; i++, ran++) {
		assert_int_equal(frames[2 * i],
				 (uint16_t)(frames[2 * i - 2] + 1));
		assert_int_not_equal(frames[2 * i], frames[2 * i + 1]);
	}
	assert_int_equal(ran, FRAMES - 1);
	free(frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_has_its_generator),
		cmocka_unit_test(generators_repeat_themselves),
		cmocka_unit_test(counter_numbers_its_samples),
		cmocka_unit_test(counter_tells_every_page_from_every_other),
		cmocka_unit_test(noise_follows_its_seed),
		cmocka_unit_test(noise_moves_every_bit),
		cmocka_unit_test(sine_is_a_sine),
		cmocka_unit_test(ramp_rises_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
