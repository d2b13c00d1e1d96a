/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libFuzzer calls, once for each input; a *_fuzz.c defines it.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Return: 0. What is wrong ends the process, so that it cannot be overlooked. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* TESTS_FUZZ_FUZZ_H */
