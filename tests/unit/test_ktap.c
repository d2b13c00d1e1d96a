// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/ktap.c
/*
 * The verdict: nothing but everything planned, run and passed is a 0.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ktap.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each letter of @results is one: p(ass), f(ail), s(kip). */
static int play(FILE *out, unsigned int plan, const char *results)
{
	struct ktap ktap;

	ktap_begin(&ktap, out, plan);
	for (; *results; results++) {
		if (*results == 's')
			ktap_skip(&ktap, "it holds", "no card");
		else
			ktap_result(&ktap, *results == 'p', "it holds");
	}
	return ktap_end(&ktap);
}

static void status_follows_from_the_counts(void **state)
{
	static const struct {
		unsigned int plan;
		const char *results;
		int status;
	} rows[] = {
		{ 1, "p", 0 },   { 3, "ppp", 0 },
		{ 2, "ps", 0 },  { 1, "f", 1 },
		{ 3, "ppf", 1 }, { 3, "fpp", 1 },
		{ 3, "fff", 1 }, { 2, "sf", 1 },
		{ 3, "pp", 1 }, /* one was not run */
		{ 2, "ppp", 1 }, /* one was not planned */
		{ 1, "", 1 },    { 0, "", 1 }, /* nothing is no pass */
		{ 3, "pf", 1 },
	};
	size_t r, ran = 0;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rows); r++, ran++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		assert_int_equal(play(out, rows[r].plan, rows[r].results),
				 rows[r].status);
		fclose(out);
		free(text);
	}
	assert_int_equal(ran, ARRAY_SIZE(rows));
}

static void output_is_ktap(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	assert_int_equal(play(out, 4, "pfs"), 1);
	fclose(out);
	assert_string_equal(text, "KTAP version 1\n"
				  "1..4\n"
				  "ok 1 it holds\n"
				  "not ok 2 it holds\n"
				  "ok 3 it holds # SKIP no card\n"
				  "# planned 4, run 3: incomplete\n"
				  "# Totals: pass:1 fail:1 skip:1\n");
	free(text);
}

/* A result that nobody could read is no pass. */
static void a_full_disk_is_a_failure(void **state)
{
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_int_equal(play(out, 1, "p"), 1);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_follows_from_the_counts),
		cmocka_unit_test(output_is_ktap),
		cmocka_unit_test(a_full_disk_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
