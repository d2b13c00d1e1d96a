/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the frames to play come from: a generator or a WAV file, behind one
 * table of operations. A generator gives the same frames again for the same
 * spec and seed.
 */
#ifndef ONCARD_SOURCE_H
#define ONCARD_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "pcm-spec.h"

struct source;

struct source_ops {
	const char *name;
	/* Writes the next @count frames. Returns how many there were. */
	size_t (*fill)(struct source *source, void *frames, size_t count);
	void (*close)(struct source *source); /* may be NULL */
};

struct source {
	const struct source_ops *ops;
	struct pcm_spec spec;
	uint64_t frame; /* the next one */
	uint64_t seed; /* of the noise, never 0 */
	void *file; /* of a WAV */
	uint64_t file_frames;
};

/*
 * The generators: "sine" (440 Hz, each channel an octave above the one before),
 * "ramp" (a saw tooth through every 16-bit value), "noise" (xorshift64* from a
 * seed), "counter" (the samples are numbered from 1, so that a page, a frame or
 * a channel in the wrong place shows; in 16 bits it starts again after 65521, a
 * prime, so that it never lines up with pages), "code" (64 bits in a row of one
 * channel, CODE_BITS, say which frames of which channel they are, in any format;
 * no sample is silent, no two of one frame are equal).
 */
#define CODE_BITS 64

const struct source_ops *source_find(const char *name);

/* Their names, for messages; ends in NULL. */
extern const char *const source_names[];

/* A generator; a @seed of 0 stands for a fixed one. */
void source_init(struct source *source, const struct source_ops *ops,
		 const struct pcm_spec *spec, uint64_t seed);

size_t source_fill(struct source *source, void *frames, size_t count);
void source_close(struct source *source);

#endif
