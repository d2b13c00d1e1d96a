// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "source.h"

#define SINE_HZ        440
#define COUNTER_PERIOD 65521 /* the largest prime below 2^16 */
#define SEED_FIXED     0x6f6e63617264ULL

/*
 * sin(2 pi @turn) for a @turn of 0 to 1: the argument is folded to a quarter of
 * a turn, where eight terms are exact to 1e-12. The same bits on every machine
 * and without libm.
 */
static double sine_of_turn(double turn)
{
	double x, square, term, sum;
	double sign = 1.0;
	int n;

	if (turn >= 0.5) {
		turn -= 0.5;
		sign = -1.0;
	}
	if (turn > 0.25)
		turn = 0.5 - turn;
	x = turn * 6.283185307179586476925;
	square = x * x;
	term = x;
	sum = x;
	for (n = 1; n < 9; n++) {
		term *= -square / ((2 * n) * (2 * n + 1));
		sum += term;
	}
	return sign * sum;
}

static int32_t sine_sample(struct source *s, uint64_t frame,
			   unsigned int channel)
{
	uint64_t phase = frame * ((uint64_t)SINE_HZ << channel) % s->spec.rate;
	double half = s->spec.sample_bytes == 2 ? 0x1p14 : 0x1p30;

	return (int32_t)(half * sine_of_turn((double)phase / s->spec.rate));
}

static int32_t ramp_sample(struct source *s, uint64_t frame,
			   unsigned int channel)
{
	uint16_t step = (uint16_t)(frame + 1 + 0x4000 * (uint64_t)channel);

	if (s->spec.sample_bytes == 2)
		return (int16_t)step;
	return (int32_t)((uint32_t)step << 16);
}

static int32_t noise_sample(struct source *s, uint64_t frame,
			    unsigned int channel)
{
	uint64_t x = s->seed;

	(void)frame;
	(void)channel;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	s->seed = x;
	x = x * 0x2545f4914f6cdd1dULL >> 32;
	return s->spec.sample_bytes == 2 ? (int16_t)(x >> 16) :
					   (int32_t)(uint32_t)x;
}

static int32_t counter_sample(struct source *s, uint64_t frame,
			      unsigned int channel)
{
	uint64_t index = frame * s->spec.channels + channel;

	if (s->spec.sample_bytes == 2)
		return (int16_t)(uint16_t)(1 + index % COUNTER_PERIOD);
	return (int32_t)(uint32_t)(1 + index);
}

typedef int32_t (*sample_fn)(struct source *s, uint64_t frame,
			     unsigned int channel);

static size_t generate(struct source *s, void *frames, size_t count,
		       sample_fn sample)
{
	size_t i, at = 0;
	unsigned int c;

	for (i = 0; i < count; i++)
		for (c = 0; c < s->spec.channels; c++)
			pcm_set_sample(&s->spec, frames, at++,
				       sample(s, s->frame + i, c));
	s->frame += count;
	return count;
}

static size_t sine_fill(struct source *s, void *frames, size_t count)
{
	return generate(s, frames, count, sine_sample);
}

static size_t ramp_fill(struct source *s, void *frames, size_t count)
{
	return generate(s, frames, count, ramp_sample);
}

static size_t noise_fill(struct source *s, void *frames, size_t count)
{
	return generate(s, frames, count, noise_sample);
}

static size_t counter_fill(struct source *s, void *frames, size_t count)
{
	return generate(s, frames, count, counter_sample);
}

static const struct source_ops generators[] = {
	{ .name = "sine", .fill = sine_fill },
	{ .name = "ramp", .fill = ramp_fill },
	{ .name = "noise", .fill = noise_fill },
	{ .name = "counter", .fill = counter_fill },
};

const char *const source_names[] = { "sine", "ramp", "noise", "counter", NULL };

const struct source_ops *source_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(generators) / sizeof(generators[0]); i++)
		if (!strcmp(generators[i].name, name))
			return &generators[i];
	return NULL;
}

void source_init(struct source *s, const struct source_ops *ops,
		 const struct pcm_spec *spec, uint64_t seed)
{
	*s = (struct source){ .ops = ops,
			      .spec = *spec,
			      .seed = seed ? seed : SEED_FIXED };
}

size_t source_fill(struct source *s, void *frames, size_t count)
{
	return s->ops->fill(s, frames, count);
}

void source_close(struct source *s)
{
	if (s->ops && s->ops->close)
		s->ops->close(s);
	s->ops = NULL;
}
