// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "timing.h"

void timing_add(struct timing *t, uint64_t frame, int64_t ns)
{
	double x, y, dx, dy;

	if (!t->count) {
		t->first_frame = frame;
		t->first_ns = ns;
	}
	x = (double)(ns - t->first_ns) / 1e9;
	y = (double)(int64_t)(frame - t->first_frame);
	t->seconds = x;
	t->count++;
	dx = x - t->mean_x;
	dy = y - t->mean_y;
	t->mean_x += dx / (double)t->count;
	t->mean_y += dy / (double)t->count;
	t->xx += dx * (x - t->mean_x);
	t->xy += dx * (y - t->mean_y);
	t->yy += dy * (y - t->mean_y);
}

bool timing_ppm(const struct timing *t, unsigned int rate, double *ppm,
		double *uncertainty)
{
	double slope, rest;

	if (t->count < 3 || t->xx <= 0 || t->xy <= 0)
		return false;
	slope = t->xy / t->xx;
	rest = t->yy - slope * t->xy; /* squares that the line leaves */
	if (rest < 0)
		rest = 0;
	*ppm = (slope / rate - 1) * 1e6;
	*uncertainty = 3e6 * sqrt(rest / (double)(t->count - 2) / t->xx) / rate;
	return true;
}

void lateness_add(struct lateness *l, uint64_t frame, uint64_t period,
		  unsigned int rate)
{
	uint64_t periods = frame / period;
	unsigned int bucket = 0;
	double us;

	if (periods <= l->periods)
		return; /* woken by something else */
	us = (double)(frame - (l->periods + 1) * period) * 1e6 / rate;
	l->periods = periods;
	while (bucket < LATENESS_BUCKETS - 1 && us >= (double)(1UL << bucket))
		bucket++;
	l->buckets[bucket]++;
	l->count++;
	l->sum += us;
	if (us > l->max)
		l->max = us;
}

void lateness_restart(struct lateness *l)
{
	l->periods = 0;
}
