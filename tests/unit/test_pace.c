// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/pace.c
/*
 * What fits the time that has passed, and what does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sound/pace.h"

#define MSEC  1000000ULL
#define SLACK MSEC

static struct oncard_pace pace;

/* A look that takes no time, @passed after the last one. */
static bool look(u64 passed, u64 moved)
{
	u64 now = pace.since + passed;

	return oncard_pace_advance(&pace, now, now, moved, SLACK);
}

static void test_in_time(void **state)
{
	int n;

	(void)state;
	oncard_pace_start(&pace, 5);
	for (n = 0; n < 100000; n++)
		assert_true(look(n % 7 * MSEC, n % 7 * MSEC));
	assert_int_equal(pace.ahead, 0);
}

static void test_a_leap_shows_at_once(void **state)
{
	(void)state;
	oncard_pace_start(&pace, 5);
	assert_true(look(10 * MSEC, 10 * MSEC));
	assert_false(look(MSEC, 10 * MSEC));
}

static void test_slack_is_granted_once(void **state)
{
	int n = 0;

	(void)state;
	oncard_pace_start(&pace, 5);
	assert_true(look(0, SLACK));
	assert_false(look(0, 1));
	/* nor does it come back by looking often: a tenth too fast is too fast */
	oncard_pace_start(&pace, 5);
	while (look(MSEC, MSEC * 11 / 10))
		assert_true(++n < 20);
}

static void test_a_clock_may_be_a_little_off(void **state)
{
	int n;

	(void)state;
	oncard_pace_start(&pace, 5);
	for (n = 0; n < 100000; n++)
		assert_true(look(MSEC, MSEC + MSEC / 100));
}

/* What a card was behind, it may not make up for later. */
static void test_standing_still_earns_nothing(void **state)
{
	(void)state;
	oncard_pace_start(&pace, 5);
	assert_true(look(1000 * MSEC, 0));
	assert_false(look(MSEC, 100 * MSEC));
}

static void test_a_pause_earns_nothing(void **state)
{
	(void)state;
	oncard_pace_start(&pace, 5);
	assert_true(look(MSEC, MSEC));
	oncard_pace_skip(&pace, 1000 * MSEC);
	assert_false(look(MSEC, 100 * MSEC));
}

/* A look may take any time, and it is not known when in it the card answered. */
static void test_slow_looks(void **state)
{
	u64 now = 1000 * MSEC;

	(void)state;
	oncard_pace_start(&pace, now);
	/* answered late in the first look, early in the second, late in the third */
	assert_true(oncard_pace_advance(&pace, now + MSEC, now + 50 * MSEC,
					50 * MSEC, SLACK));
	assert_true(oncard_pace_advance(&pace, now + 50 * MSEC, now + 90 * MSEC,
					0, SLACK));
	assert_true(oncard_pace_advance(&pace, now + 90 * MSEC,
					now + 130 * MSEC, 80 * MSEC, SLACK));
}

/* Time that seems to go backwards is no time. */
static void test_time_backwards(void **state)
{
	(void)state;
	oncard_pace_start(&pace, 1000 * MSEC);
	assert_true(oncard_pace_advance(&pace, 0, 0, 0, SLACK));
	oncard_pace_start(&pace, 1000 * MSEC);
	assert_false(oncard_pace_advance(&pace, 0, 0, SLACK + 1, SLACK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_time),
		cmocka_unit_test(test_a_leap_shows_at_once),
		cmocka_unit_test(test_slack_is_granted_once),
		cmocka_unit_test(test_a_clock_may_be_a_little_off),
		cmocka_unit_test(test_standing_still_earns_nothing),
		cmocka_unit_test(test_a_pause_earns_nothing),
		cmocka_unit_test(test_slow_looks),
		cmocka_unit_test(test_time_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
