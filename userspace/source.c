// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "source.h"

#define SINE_HZ        440
#define OCTAVES        8
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
	uint64_t phase =
		frame * ((uint64_t)SINE_HZ << channel % OCTAVES) % s->spec.rate;

	return (int32_t)(0x1p30 * sine_of_turn((double)phase / s->spec.rate));
}

static int32_t ramp_sample(struct source *s, uint64_t frame,
			   unsigned int channel)
{
	uint16_t step = (uint16_t)(frame + 1 + 0x4000 * (uint64_t)channel);

	(void)s;
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
	return (int32_t)(uint32_t)(x * 0x2545f4914f6cdd1dULL >> 32);
}

/* The number of the lowest bits that the format has, with these on the left. */
static int32_t from_number(const struct source *s, uint64_t number)
{
	unsigned int bits = pcm_value_bits(s->spec.format);

	return (int32_t)((uint32_t)number << (32 - bits));
}

/* What no number in the format's bits exceeds. */
static uint64_t numbers(const struct source *s)
{
	return (1ULL << pcm_value_bits(s->spec.format)) - 1;
}

static int32_t counter_sample(struct source *s, uint64_t frame,
			      unsigned int channel)
{
	uint64_t index = frame * s->spec.channels + channel;
	uint64_t period = numbers(s);

	if (period == UINT16_MAX)
		period = COUNTER_PERIOD;
	return from_number(s, 1 + index % period);
}

/* A number at random that is always the same for a frame (splitmix64). */
static uint64_t number_of_frame(uint64_t frame)
{
	uint64_t x = (frame + 1) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/*
 * Never 0, so never silent. The channels of a frame stand at equal distances: no
 * two are the same.
 */
static int32_t code_sample(struct source *s, uint64_t frame,
			   unsigned int channel)
{
	uint64_t count = numbers(s);
	uint64_t apart = count / s->spec.channels;

	return from_number(s, 1 + (number_of_frame(frame) % count +
				   channel * apart) %
					      count);
}

/* Gives what pcm_from_s32() takes. */
typedef int32_t (*sample_fn)(struct source *s, uint64_t frame,
			     unsigned int channel);

static size_t generate(struct source *s, void *frames, size_t count,
		       sample_fn sample)
{
	size_t i, at = 0;
	unsigned int c;
	int32_t value;

	for (i = 0; i < count; i++)
		for (c = 0; c < s->spec.channels; c++) {
			value = sample(s, s->frame + i, c);
			pcm_set_sample(&s->spec, frames, at++,
				       pcm_from_s32(&s->spec, value));
		}
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

static size_t code_fill(struct source *s, void *frames, size_t count)
{
	return generate(s, frames, count, code_sample);
}

static const struct source_ops generators[] = {
	{ .name = "sine", .fill = sine_fill },
	{ .name = "ramp", .fill = ramp_fill },
	{ .name = "noise", .fill = noise_fill },
	{ .name = "counter", .fill = counter_fill },
	{ .name = "code", .fill = code_fill },
};

const char *const source_names[] = { "sine",    "ramp", "noise",
				     "counter", "code", NULL };

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
