/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether N seconds of sound take N seconds, and how late who waits is woken.
 */
#ifndef ONCARD_TIMING_H
#define ONCARD_TIMING_H

#include <stdbool.h>
#include <stdint.h>

/* A straight line through positions over time, by least squares. */
struct timing {
	uint64_t count;
	uint64_t first_frame;
	int64_t first_ns;
	double seconds; /* from the first to the last */
	double mean_x, mean_y; /* s, frames; from the first on */
	double xx, xy, yy; /* sums of squares and products around the means */
};

/* At @ns of CLOCK_MONOTONIC the position is @frame. */
void timing_add(struct timing *timing, uint64_t frame, int64_t ns);

/*
 * By how much the clock of the card is faster than @rate, in parts per million, and
 * how far that may be off: three standard errors. False if there is too little to
 * say anything.
 */
bool timing_ppm(const struct timing *timing, unsigned int rate, double *ppm,
		double *uncertainty);

#define LATENESS_BUCKETS 24

/* Bucket 0 is for less than 1 us, bucket n for less than 2^n us, the last for all. */
struct lateness {
	unsigned long buckets[LATENESS_BUCKETS];
	unsigned long count;
	uint64_t periods; /* whole periods at the last wakeup */
	double sum, max; /* us */
};

/*
 * Who waited for the end of a period, of @period frames, finds the position at
 * @frame: late by what the card has done since the end of the period waited for.
 */
void lateness_add(struct lateness *lateness, uint64_t frame, uint64_t period,
		  unsigned int rate);

/* Positions begin at 0 again. */
void lateness_restart(struct lateness *lateness);

#endif
