// SPDX-License-Identifier: GPL-2.0-only
// sources: tests/fuzz/page_order_fuzz.c dma-core/page-order.c dma-core/page-order-check.c
/*
 * Replays the fuzzer's corpus of the page-order allocator, so that what it once found
 * its way into is tried again with every run of the tests, without a fuzzer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fuzz/fuzz.h"

#define MAX_SIZE 4096

/* the folder of the corpus, seen from this source */
static void find_corpus(char path[MAX_SIZE])
{
	const char *slash = strrchr(__FILE__, '/');

	snprintf(path, MAX_SIZE, "%.*s../fuzz/corpus/page_order",
		 slash ? (int)(slash - __FILE__ + 1) : 0, __FILE__);
}

static void replay(const char *folder, const char *name)
{
	char path[2 * MAX_SIZE];
	uint8_t *data = test_malloc(MAX_SIZE);
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s cannot be read", path);
	size = fread(data, 1, MAX_SIZE, file);
	if (ferror(file) || fgetc(file) != EOF)
		fail_msg("%s is larger than %d bytes", path, MAX_SIZE);
	fclose(file);
	assert_int_equal(LLVMFuzzerTestOneInput(data, size), 0);
	test_free(data);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void test_every_input_of_the_corpus_is_replayed(void **state)
{
	struct dirent **inputs;
	char folder[MAX_SIZE];
	int i, n, replayed = 0;

	(void)state;
	find_corpus(folder);
	n = scandir(folder, &inputs, is_input, alphasort);
	if (n <= 0)
		fail_msg("no inputs in %s", folder);
	for (i = 0; i < n; i++) {
		replay(folder, inputs[i]->d_name);
		replayed++;
		free(inputs[i]);
	}
	free(inputs);
	print_message("# %d inputs replayed\n", replayed);
	assert_int_equal(replayed, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_input_of_the_corpus_is_replayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
