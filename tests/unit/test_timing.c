// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/timing.c
/*
 * A clock that is off is found to be, by how much, and how far that can be trusted;
 * wakeups are as late as they are.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <cmocka.h>

#include "timing.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define RATE          48000

/* @seconds of a clock that is @ppm fast, seen every 10 ms, and @jitter frames off. */
static struct timing watch(unsigned int seconds, double ppm, int jitter)
{
	struct timing timing = { 0 };
	unsigned int i;
	double frame;

	for (i = 0; i < 100 * seconds; i++) {
		frame = 0.01 * i * RATE * (1 + ppm / 1e6);
		timing_add(&timing,
			   (uint64_t)(frame + 0.5) + 1000 +
				   (uint64_t)(i * 7919 % 101) * jitter / 100,
			   5000000000LL + i * 10000000LL);
	}
	return timing;
}

static void a_clock_that_is_off_is_measured(void **state)
{
	static const struct {
		unsigned int seconds;
		double ppm;
		int jitter;
	} rows[] = {
		{ 1, 0, 0 },     { 10, 100, 0 },   { 10, -100, 48 },
		{ 60, 1.5, 48 }, { 10, 50000, 5 }, { 3600, 0.1, 480 },
	};
	double ppm, off;
	size_t r;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++) {
		struct timing timing =
			watch(rows[r].seconds, rows[r].ppm, rows[r].jitter);

		assert_true(timing_ppm(&timing, RATE, &ppm, &off));
		assert_true(fabs(ppm - rows[r].ppm) <= off + 0.1);
		assert_true(off < 100.0 * (rows[r].jitter + 1));
	}
}

static void too_little_says_nothing(void **state)
{
	struct timing timing = { 0 };
	double ppm, off;

	(void)state;
	assert_false(timing_ppm(&timing, RATE, &ppm, &off));
	timing_add(&timing, 0, 1000);
	timing_add(&timing, 48, 2000);
	assert_false(timing_ppm(&timing, RATE, &ppm, &off));
	timing = (struct timing){ 0 };
	timing_add(&timing, 5, 1000); /* it stands still */
	timing_add(&timing, 5, 2000);
	timing_add(&timing, 5, 3000);
	assert_false(timing_ppm(&timing, RATE, &ppm, &off));
}

static void lateness_is_from_the_period_waited_for(void **state)
{
	static const struct {
		uint64_t frame; /* periods of 480: 10 ms */
		int bucket; /* -1: nothing was waited for */
	} rows[] = {
		{ 100, -1 }, /* before the first has ended */
		{ 480, 0 },        { 961, 5 }, /* 20.8 us */
		{ 970, -1 }, /* in the same period */
		{ 1440 + 48, 10 }, /* 1 ms */
		{ 2400, 14 }, /* one was slept through: 10 ms */
	};
	struct lateness lateness = { 0 };
	unsigned long count = 0;
	size_t r;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++) {
		lateness_add(&lateness, rows[r].frame, 480, RATE);
		if (rows[r].bucket < 0)
			continue;
		count++;
		assert_int_equal(lateness.buckets[rows[r].bucket], 1);
	}
	assert_int_equal(lateness.count, count);
	assert_true(fabs(lateness.max - 10000) < 1);
	lateness_restart(&lateness);
	lateness_add(&lateness, 480, 480, RATE);
	assert_int_equal(lateness.buckets[0], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_off_is_measured),
		cmocka_unit_test(too_little_says_nothing),
		cmocka_unit_test(lateness_is_from_the_period_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
