/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that come again with the same seed.
 */
#ifndef ONCARD_DICE_H
#define ONCARD_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state; /* never 0 */
};

/* splitmix64: seeds that are near each other begin far apart. */
static inline void dice_seed(struct dice *dice, uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15ULL;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebULL;
	seed ^= seed >> 31;
	dice->state = seed ? seed : 1;
}

/* xorshift64* */
static inline uint64_t dice_next(struct dice *dice)
{
	uint64_t x = dice->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	dice->state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/* 0 to @limit - 1 */
static inline unsigned int dice_below(struct dice *dice, unsigned int limit)
{
	return (unsigned int)((dice_next(dice) >> 32) % limit);
}

static inline bool dice_one_in(struct dice *dice, unsigned int chances)
{
	return dice_below(dice, chances) == 0;
}

#endif
