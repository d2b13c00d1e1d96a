// SPDX-License-Identifier: GPL-2.0-only
// sources: sound/card/sample.c
/*
 * Samples in memory and what they are worth, in each format and both orders of bytes: a
 * table, and that what was loaded is stored as it was.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

struct row {
	u32 format;
	u8 bytes[4]; /* in little order */
	s32 value;
	bool is_lossy; /* another sample has the same worth */
};

static const struct row rows[] = {
	{ ONCARD_FORMAT_U8, { 0x80 }, 0, false },
	{ ONCARD_FORMAT_U8, { 0xff }, 0x7f000000, false },
	{ ONCARD_FORMAT_U8, { 0x00 }, (s32)0x80000000, false },
	{ ONCARD_FORMAT_S16, { 0x34, 0x12 }, 0x12340000, false },
	{ ONCARD_FORMAT_S16, { 0x34, 0x92 }, (s32)0x92340000, false },
	{ ONCARD_FORMAT_S24_3, { 0x56, 0x34, 0x12 }, 0x12345600, false },
	{ ONCARD_FORMAT_S24_3, { 0x56, 0x34, 0x92 }, (s32)0x92345600, false },
	{ ONCARD_FORMAT_S24, { 0x56, 0x34, 0x12, 0x00 }, 0x12345600, false },
	{ ONCARD_FORMAT_S24,
	  { 0x56, 0x34, 0x92, 0xff },
	  (s32)0x92345600,
	  false },
	{ ONCARD_FORMAT_S24, { 0x56, 0x34, 0x12, 0x77 }, 0x12345600, true },
	{ ONCARD_FORMAT_S32, { 0x78, 0x56, 0x34, 0x12 }, 0x12345678, false },
	{ ONCARD_FORMAT_S32,
	  { 0x78, 0x56, 0x34, 0x92 },
	  (s32)0x92345678,
	  false },
	/* 0, 0.5, -0.5, -1, 1 and beyond, infinity, no number, less than a sample */
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0, 0 }, 0, false },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0, 0x3f }, 0x40000000, false },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0, 0xbf }, (s32)0xc0000000, false },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0x80, 0xbf }, (s32)0x80000000, false },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0x80, 0x3f }, 0x7fffffff, true },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0, 0x40 }, 0x7fffffff, true },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0x80, 0x7f }, 0x7fffffff, true },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0xc0, 0x7f }, 0, true },
	{ ONCARD_FORMAT_FLOAT, { 0, 0, 0, 0x2f }, 0, true },
	{ ONCARD_FORMAT_FLOAT, { 1, 0, 0, 0x3f }, 0x40000080, false },
};

static void swap(u8 *bytes, u32 length)
{
	u32 n;

	for (n = 0; n < length / 2; n++) {
		u8 other = bytes[length - 1 - n];

		bytes[length - 1 - n] = bytes[n];
		bytes[n] = other;
	}
}

static void check_row(const struct row *row, u32 order)
{
	u32 format = row->format | order, length = oncard_sample_bytes(format);
	u8 bytes[4], stored[5] = { 0, 0, 0, 0, 0xa5 };
	s32 value;

	memcpy(bytes, row->bytes, sizeof(bytes));
	if (order)
		swap(bytes, length);
	oncard_samples_load(format, bytes, &value, 1);
	if (value != row->value)
		fail_msg("format %#x, %02x %02x %02x %02x: %#x, not %#x",
			 format, bytes[0], bytes[1], bytes[2], bytes[3], value,
			 row->value);
	memset(stored + length, 0xa5, sizeof(stored) - length);
	oncard_samples_store(format, stored, &value, 1);
	assert_int_equal(stored[length], 0xa5);
	if (!row->is_lossy)
		assert_memory_equal(stored, bytes, length);
}

static void test_each_format_in_both_orders(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < ROWS(rows); n++) {
		check_row(&rows[n], 0);
		check_row(&rows[n], ONCARD_FORMAT_BIG);
	}
}

/* All rows of a format at once. */
static void check_all_of(u32 format, u32 order)
{
	const u32 length = oncard_sample_bytes(format);
	u8 bytes[4 * ROWS(rows)], stored[4 * ROWS(rows) + 1];
	s32 values[ROWS(rows) + 1];
	const struct row *taken[ROWS(rows)];
	u32 count = 0, n;

	for (n = 0; n < ROWS(rows); n++) {
		if (rows[n].format != format || rows[n].is_lossy)
			continue;
		memcpy(bytes + count * length, rows[n].bytes, length);
		if (order)
			swap(bytes + count * length, length);
		taken[count++] = &rows[n];
	}
	assert_true(count > 1);
	values[count] = 0x5aa5;
	oncard_samples_load(format | order, bytes, values, count);
	for (n = 0; n < count; n++)
		assert_int_equal(values[n], taken[n]->value);
	stored[count * length] = 0xa5;
	oncard_samples_store(format | order, stored, values, count);
	assert_memory_equal(stored, bytes, count * length);
	assert_int_equal(stored[count * length], 0xa5);
	assert_int_equal(values[count], 0x5aa5);
}

static void test_many_at_once(void **state)
{
	u32 format;

	(void)state;
	for (format = ONCARD_FORMAT_U8; format < ONCARD_FORMAT_SUBFRAME;
	     format += ONCARD_FORMAT_U8) {
		check_all_of(format, 0);
		check_all_of(format, ONCARD_FORMAT_BIG);
	}
}

static void test_silence_is_worth_nothing(void **state)
{
	static const u32 formats[] = {
		ONCARD_FORMAT_U8,  ONCARD_FORMAT_S16, ONCARD_FORMAT_S24_3,
		ONCARD_FORMAT_S24, ONCARD_FORMAT_S32, ONCARD_FORMAT_FLOAT,
	};
	u8 bytes[4];
	s32 value;
	size_t n;

	(void)state;
	for (n = 0; n < ROWS(formats); n++) {
		memset(bytes, oncard_sample_silence(formats[n]), sizeof(bytes));
		oncard_samples_load(formats[n], bytes, &value, 1);
		assert_int_equal(value, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_format_in_both_orders),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_silence_is_worth_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
