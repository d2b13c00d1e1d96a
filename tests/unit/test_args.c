// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/args.c
/*
 * What a command line says is taken exactly, or refused with what is allowed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "args.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void numbers_are_taken_whole(void **state)
{
	static const struct {
		const char *text;
		unsigned long long min, max;
		int status; /* 0: taken */
		unsigned long long value;
	} rows[] = {
		{ "1", 1, 2, 0, 1 },
		{ "2", 1, 2, 0, 2 },
		{ "08", 1, 9, 0, 8 },
		{ "18446744073709551615", 1, UINT64_MAX, 0, UINT64_MAX },
		{ "0", 1, 2, EX_USAGE, 0 },
		{ "3", 1, 2, EX_USAGE, 0 },
		{ "18446744073709551616", 1, UINT64_MAX, EX_USAGE, 0 },
		{ "-1", 0, UINT64_MAX, EX_USAGE, 0 },
		{ "+1", 0, 9, EX_USAGE, 0 },
		{ " 1", 0, 9, EX_USAGE, 0 },
		{ "1 ", 0, 9, EX_USAGE, 0 },
		{ "1k", 0, 9, EX_USAGE, 0 },
		{ "1.0", 0, 9, EX_USAGE, 0 },
		{ "0x1", 0, 9, EX_USAGE, 0 },
		{ "", 0, 9, EX_USAGE, 0 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		unsigned long long value = 77;
		struct refusal why = { 0 };

		assert_int_equal(parse_number("--rate", rows[r].text,
					      rows[r].min, rows[r].max, &value,
					      &why),
				 rows[r].status ? -1 : 0);
		assert_int_equal(why.status, rows[r].status);
		assert_int_equal(value, rows[r].status ? 77 : rows[r].value);
		if (rows[r].status)
			assert_non_null(strstr(why.text, "--rate"));
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static void numbers_have_their_type(void **state)
{
	struct refusal why = { 0 };
	unsigned int small = 77;
	uint64_t large = 77;

	(void)state;
	assert_int_equal(parse_uint("--rate", "4294967295", 0, UINT32_MAX,
				    &small, &why),
			 0);
	assert_int_equal(small, UINT32_MAX);
	assert_int_equal(parse_uint("--rate", "4294967296", 0, UINT32_MAX,
				    &small, &why),
			 -1);
	assert_int_equal(small, UINT32_MAX);
	assert_int_equal(parse_uint64("--seed", "18446744073709551615", 1,
				      UINT64_MAX, &large, &why),
			 0);
	assert_int_equal(large, UINT64_MAX);
	assert_int_equal(parse_uint64("--seed", "0", 1, UINT64_MAX, &large,
				      &why),
			 -1);
	assert_int_equal(large, UINT64_MAX);
	assert_int_equal(why.status, EX_USAGE);
}

static void seconds_are_above_zero(void **state)
{
	static const struct {
		const char *text;
		double value; /* 0: refused */
	} rows[] = {
		{ "1", 1 },   { "0.5", 0.5 }, { "10", 10 },   { "1e-3", 0.001 },
		{ "0", 0 },   { "0.0", 0 },   { "10.1", 0 },  { "-1", 0 },
		{ "nan", 0 }, { "inf", 0 },   { "1e999", 0 }, { "1s", 0 },
		{ "", 0 },    { " 1", 0 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		double value = 77;
		struct refusal why = { 0 };
		int err = parse_seconds("--duration", rows[r].text, 10, &value,
					&why);

		assert_int_equal(err, rows[r].value > 0 ? 0 : -1);
		assert_int_equal(why.status, err ? EX_USAGE : 0);
		assert_true(value == (err ? 77 : rows[r].value));
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static void a_refused_choice_lists_what_is_allowed(void **state)
{
	static const char *const names[] = { "mmap", "rw", NULL };
	static const struct {
		const char *text;
		int index; /* -1: refused */
	} rows[] = {
		{ "mmap", 0 },  { "rw", 1 },   { "", -1 },
		{ "MMAP", -1 }, { "mma", -1 }, { "mmapp", -1 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		struct refusal why = { 0 };
		int index = -1;
		int err = parse_choice("--access", rows[r].text, names, &index,
				       &why);

		assert_int_equal(err, rows[r].index < 0 ? -1 : 0);
		assert_int_equal(index, rows[r].index);
		if (err)
			assert_non_null(strstr(why.text, "allowed: mmap, rw"));
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_taken_whole),
		cmocka_unit_test(numbers_have_their_type),
		cmocka_unit_test(seconds_are_above_zero),
		cmocka_unit_test(a_refused_choice_lists_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
