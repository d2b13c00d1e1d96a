/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one frame is made of, and what the card takes. Interleaved, in the
 * machine's own byte order, which for the card's formats must be little endian.
 */
#ifndef ONCARD_PCM_SPEC_H
#define ONCARD_PCM_SPEC_H

#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "S16_LE and S32_LE are written as native integers: a little endian machine is needed"
#endif

#define CARD_CHANNELS_MAX 2
#define CARD_RATE_MIN     8000
#define CARD_RATE_MAX     192000
#define CARD_TAKES \
	"the card takes WAV with S16_LE or S32_LE, 1-2 channels, 8000-192000 Hz"

struct pcm_spec {
	unsigned int sample_bytes; /* 2: S16_LE, 4: S32_LE */
	unsigned int channels;
	unsigned int rate; /* Hz */
};

static inline size_t pcm_frame_bytes(const struct pcm_spec *spec)
{
	return (size_t)spec->sample_bytes * spec->channels;
}

static inline const char *pcm_format_name(const struct pcm_spec *spec)
{
	return spec->sample_bytes == 2 ? "S16_LE" : "S32_LE";
}

/* Sample @index of @frames, counted over all channels. */
static inline int32_t pcm_sample(const struct pcm_spec *spec,
				 const void *frames, uint64_t index)
{
	if (spec->sample_bytes == 2)
		return ((const int16_t *)frames)[index];
	return ((const int32_t *)frames)[index];
}

static inline void pcm_set_sample(const struct pcm_spec *spec, void *frames,
				  uint64_t index, int32_t value)
{
	if (spec->sample_bytes == 2)
		((int16_t *)frames)[index] = (int16_t)value;
	else
		((int32_t *)frames)[index] = value;
}

#endif
