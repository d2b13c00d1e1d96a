/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one frame is made of: interleaved, in any format that alsa-lib knows to be
 * linear, floating point or a subframe of IEC 958. What a format is like is
 * alsa-lib's to say.
 */
#ifndef ONCARD_PCM_SPEC_H
#define ONCARD_PCM_SPEC_H

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCM_CHANNELS_MAX 255
#define PCM_RATE_MAX     10000000 /* Hz */

struct pcm_spec {
	snd_pcm_format_t format;
	unsigned int channels;
	unsigned int rate; /* Hz */
};

/* Can samples of @format be written and judged here? */
bool pcm_format_usable(snd_pcm_format_t format);

/* The names of all that can, with blanks between. */
void pcm_format_list(char *text, size_t size);

static inline size_t pcm_sample_bytes(const struct pcm_spec *spec)
{
	return (size_t)snd_pcm_format_physical_width(spec->format) / 8;
}

static inline size_t pcm_frame_bytes(const struct pcm_spec *spec)
{
	return pcm_sample_bytes(spec) * spec->channels;
}

static inline const char *pcm_format_name(const struct pcm_spec *spec)
{
	return snd_pcm_format_name(spec->format);
}

static inline bool pcm_spec_equal(const struct pcm_spec *a,
				  const struct pcm_spec *b)
{
	return a->format == b->format && a->channels == b->channels &&
	       a->rate == b->rate;
}

/* Bits of a sample that carry its value, at most 32: of a float, its 24 digits. */
unsigned int pcm_value_bits(snd_pcm_format_t format);

/*
 * Sample @index of @frames, counted over all channels, with all bits of its
 * container: a signed number where the format has those.
 */
int64_t pcm_sample(const struct pcm_spec *spec, const void *frames,
		   uint64_t index);

/* The reverse of pcm_sample(): what does not fit is cut off. */
void pcm_set_sample(const struct pcm_spec *spec, void *frames, uint64_t index,
		    int64_t value);

/*
 * What a sample of the spec's format is for a @value with its highest bit on the
 * left: the full range of the format for that of an int32_t. 0 is silence.
 */
int64_t pcm_from_s32(const struct pcm_spec *spec, int32_t value);

#endif
