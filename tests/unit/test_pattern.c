// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/pattern.c userspace/inject.c userspace/judge.c userspace/args.c
// sources: userspace/pcm-spec.c userspace/source.c
/*
 * Each fault, injected into a recording of the code, is found as what it is, where
 * it is, and as nothing else; in every format.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "code-frames.h"
#include "inject.h"

#define FRAMES 3000
#define BUFFER 1024
#define PERIOD 128

static void *copy_of(const struct pcm_spec *spec, const void *frames)
{
	void *copy = malloc(FRAMES * pcm_frame_bytes(spec));

	assert_non_null(copy);
	return memcpy(copy, frames, FRAMES * pcm_frame_bytes(spec));
}

/* The only finding of @judge, or one for each of two channels. */
static void check_findings(const struct pattern_judge *judge,
			   const struct injection *injection)
{
	static const int64_t displaced[] = {
		[PATTERN_SHIFTED] = -1,    [PATTERN_REPEATED] = -PERIOD,
		[PATTERN_STALE] = -BUFFER, [PATTERN_LOST] = INJECT_LOST,
		[PATTERN_FOREIGN] = 0,
	};
	const struct pattern_finding *finding = &judge->findings[0];
	bool swapped = injection->fault == PATTERN_SWAPPED;
	char line[256];
	int fault;

	for (fault = 0; fault < PATTERN_FAULTS; fault++)
		if (judge->found[fault] !=
		    (fault == injection->fault ? 1U + swapped : 0)) {
			pattern_describe(judge, finding, line, sizeof(line));
			fail_msg("%s, %u channels, injected %s: %u of %s: %s",
				 pcm_format_name(&judge->spec),
				 judge->spec.channels,
				 inject_names[injection->fault],
				 judge->found[fault],
				 pattern_fault_names[fault], line);
		}
	/* (a sample is the same by chance in 2^-bits of all cases) */
	assert_in_range(finding->frame, injection->frame, injection->frame + 1);
	assert_int_equal(finding->displaced, displaced[injection->fault]);
	assert_int_equal(finding->channel, 0);
	assert_int_equal(finding->channels, swapped ? 1 : judge->spec.channels);
	assert_int_equal(finding->source, swapped ? 1 : 0);
}

static void inject_each(const struct pcm_spec *spec)
{
	void *played = code_frames(spec, FRAMES), *heard;
	struct pattern_judge judge;
	struct injection injection;
	struct refusal why;
	int fault;

	for (fault = 0; fault < PATTERN_FAULTS; fault++) {
		if (fault == PATTERN_SWAPPED && spec->channels == 1)
			continue;
		heard = copy_of(spec, played);
		injection = (struct injection){ .fault = fault,
						.buffer_size = BUFFER,
						.period_size = PERIOD };
		if (injection_make(&injection, spec, heard, FRAMES, &why))
			fail_msg("%s", why.text);
		pattern_judge_init(&judge, spec, played, FRAMES, BUFFER,
				   PERIOD);
		pattern_judge_add(&judge, heard, 0, injection.total);
		check_findings(&judge, &injection);
		free(heard);
	}
	free(played);
}

static void each_fault_is_found_as_what_it_is(void **state)
{
	struct pcm_spec spec = { .rate = 48000 };
	size_t ran = 0;
	int format;

	(void)state;
	for (format = 0; format <= SND_PCM_FORMAT_LAST; format++) {
		if (!pcm_format_usable(format))
			continue;
		spec.format = format;
		for (spec.channels = 1; spec.channels <= 16;
		     spec.channels *= 2, ran++)
			inject_each(&spec);
	}
	assert_true(ran >= 5 * 40);
}

static void nothing_is_found_where_nothing_is_wrong(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_U8, 5, 48000 };
	void *played = code_frames(&spec, FRAMES);
	struct pattern_judge judge;

	(void)state;
	pattern_judge_init(&judge, &spec, played, FRAMES, BUFFER, PERIOD);
	pattern_judge_add(&judge, played, 0, FRAMES);
	pattern_judge_add(&judge, (char *)played + 1000 * 5, 1000, 9);
	assert_int_equal(judge.count, 0);
	free(played);
}

/* A sample, a frame, a channel of a frame: what is small is found all the same. */
static void small_faults_are_found(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_S16_LE, 2, 48000 };
	int16_t *played = code_frames(&spec, FRAMES),
		*heard = copy_of(&spec, played);
	struct pattern_judge judge;

	(void)state;
	heard[2 * 77 + 1] ^= 0x4;
	heard[2 * 2000] = 0;
	memcpy(&heard[2 * (FRAMES - 1)], &heard[2 * (FRAMES - 1 - PERIOD)], 4);
	pattern_judge_init(&judge, &spec, played, FRAMES, BUFFER, PERIOD);
	pattern_judge_add(&judge, heard, 0, FRAMES);
	assert_int_equal(judge.count, 3);
	assert_int_equal(judge.found[PATTERN_FOREIGN], 1);
	assert_int_equal(judge.found[PATTERN_SILENT], 1);
	assert_int_equal(judge.found[PATTERN_REPEATED], 1);
	free(played);
	free(heard);
}

/* Whatever comes, the judge comes to an end, and says that there is more. */
static void garbage_has_an_end(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_U8, 8, 48000 };
	unsigned char *played = code_frames(&spec, FRAMES),
		      *heard = copy_of(&spec, played);
	struct pattern_judge judge;
	size_t i;

	(void)state;
	for (i = 0; i < FRAMES; i++)
		heard[8 * i + i % 8] = 0x80;
	pattern_judge_init(&judge, &spec, played, FRAMES, BUFFER, PERIOD);
	pattern_judge_add(&judge, heard, 0, FRAMES);
	assert_int_equal(judge.count, PATTERN_FINDINGS);
	assert_true(judge.more);
	memset(heard, 0x11, FRAMES * 8);
	pattern_judge_init(&judge, &spec, played, FRAMES, BUFFER, PERIOD);
	pattern_judge_add(&judge, heard, 0, FRAMES);
	assert_true(judge.found[PATTERN_FOREIGN]);
	free(played);
	free(heard);
}

static void a_delay_is_measured(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_S24_3BE, 2, 48000 };
	void *played = code_frames(&spec, FRAMES),
	     *heard = copy_of(&spec, played);
	struct injection injection = { .fault = INJECT_DELAY,
				       .buffer_size = BUFFER,
				       .period_size = PERIOD };
	struct pattern_judge judge;
	struct refusal why;
	uint64_t frame = 1;

	(void)state;
	pattern_judge_init(&judge, &spec, played, FRAMES, BUFFER, PERIOD);
	assert_true(pattern_find_start(&judge, heard, FRAMES, &frame));
	assert_int_equal(frame, 0);
	assert_int_equal(injection_make(&injection, &spec, heard, FRAMES, &why),
			 0);
	assert_true(pattern_find_start(&judge, heard, FRAMES, &frame));
	assert_int_equal(frame, INJECT_DELAYED);
	assert_false(pattern_find_start(&judge, heard, INJECT_DELAYED, &frame));
	free(played);
	free(heard);
}

static int compare_windows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* In the narrowest format: no eight samples in a row come twice in a channel. */
static void no_window_comes_twice(void **state)
{
	enum {
		COUNT = 1 << 20,
		WINDOW = CODE_BITS / 8
	};
	const struct pcm_spec spec = { SND_PCM_FORMAT_U8, 1, 48000 };
	unsigned char *frames = malloc(COUNT);
	uint64_t *windows = calloc(COUNT, sizeof(*windows));
	struct source source;
	size_t i;

	(void)state;
	source_init(&source, source_find("code"), &spec, 0);
	source_fill(&source, frames, COUNT);
	for (i = 0; i + WINDOW <= COUNT; i++)
		memcpy(&windows[i], &frames[i], WINDOW);
	qsort(windows, COUNT - WINDOW + 1, sizeof(*windows), compare_windows);
	for (i = 1; i + WINDOW <= COUNT; i++)
		assert_true(windows[i] != windows[i - 1]);
	free(windows);
	free(frames);
}

/* No sample is silent, and no two channels of a frame are the same. */
static void channels_differ_in_each_frame(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_U8, 32, 48000 };
	unsigned char *frames = code_frames(&spec, FRAMES);
	size_t i, a, b;

	(void)state;
	for (i = 0; i < 1000; i++)
		for (a = 0; a < 32; a++) {
			assert_int_not_equal(frames[32 * i + a], 0x80);
			for (b = 0; b < a; b++)
				assert_int_not_equal(frames[32 * i + a],
						     frames[32 * i + b]);
		}
	free(frames);
}

static void what_is_too_short_is_left_alone(void **state)
{
	const struct pcm_spec spec = { SND_PCM_FORMAT_S16_LE, 1, 48000 };
	void *played = code_frames(&spec, FRAMES),
	     *heard = copy_of(&spec, played);
	struct injection injection = { .fault = PATTERN_STALE,
				       .buffer_size = FRAMES,
				       .period_size = PERIOD };
	struct refusal why = { 0 };

	(void)state;
	assert_int_equal(injection_make(&injection, &spec, heard, FRAMES, &why),
			 -1);
	assert_int_equal(why.status, EX_USAGE);
	injection.fault = PATTERN_SWAPPED;
	injection.buffer_size = BUFFER;
	assert_int_equal(injection_make(&injection, &spec, heard, FRAMES, &why),
			 -1);
	assert_memory_equal(played, heard, FRAMES * 2);
	free(played);
	free(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_found_as_what_it_is),
		cmocka_unit_test(nothing_is_found_where_nothing_is_wrong),
		cmocka_unit_test(small_faults_are_found),
		cmocka_unit_test(garbage_has_an_end),
		cmocka_unit_test(a_delay_is_measured),
		cmocka_unit_test(no_window_comes_twice),
		cmocka_unit_test(channels_differ_in_each_frame),
		cmocka_unit_test(what_is_too_short_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
