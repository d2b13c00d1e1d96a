// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "pcm-spec.h"

#define IEC958_BITS  24 /* of a subframe of 32 bits, */
#define IEC958_SHIFT 4 /* behind its preamble */

static bool is_iec958(snd_pcm_format_t format)
{
	return format == SND_PCM_FORMAT_IEC958_SUBFRAME_LE ||
	       format == SND_PCM_FORMAT_IEC958_SUBFRAME_BE;
}

bool pcm_format_usable(snd_pcm_format_t format)
{
	return snd_pcm_format_linear(format) == 1 ||
	       snd_pcm_format_float(format) == 1 || is_iec958(format);
}

void pcm_format_list(char *text, size_t size)
{
	size_t used = 0;
	int format;

	text[0] = '\0';
	for (format = 0; format <= SND_PCM_FORMAT_LAST; format++)
		if (pcm_format_usable(format) && used < size)
			used += (size_t)snprintf(text + used, size - used,
						 "%s%s", used ? " " : "",
						 snd_pcm_format_name(format));
}

unsigned int pcm_value_bits(snd_pcm_format_t format)
{
	int width = snd_pcm_format_width(format);

	if (is_iec958(format))
		return IEC958_BITS;
	if (snd_pcm_format_float(format) == 1)
		return width == 32 ? 24 : 32;
	return width < 32 ? (unsigned int)width : 32;
}

int64_t pcm_sample(const struct pcm_spec *spec, const void *frames,
		   uint64_t index)
{
	size_t bytes = pcm_sample_bytes(spec), i;
	const unsigned char *at = (const unsigned char *)frames + index * bytes;
	unsigned int unused = 64 - 8 * (unsigned int)bytes;
	bool big = snd_pcm_format_big_endian(spec->format) == 1;
	uint64_t word = 0;

	for (i = 0; i < bytes; i++)
		word = word << 8 | at[big ? i : bytes - 1 - i];
	if (snd_pcm_format_signed(spec->format) == 1)
		return (int64_t)(word << unused) >> unused;
	return (int64_t)word;
}

void pcm_set_sample(const struct pcm_spec *spec, void *frames, uint64_t index,
		    int64_t value)
{
	size_t bytes = pcm_sample_bytes(spec), i;
	unsigned char *at = (unsigned char *)frames + index * bytes;
	bool big = snd_pcm_format_big_endian(spec->format) == 1;
	uint64_t word = (uint64_t)value;

	for (i = 0; i < bytes; i++, word >>= 8)
		at[big ? bytes - 1 - i : i] = (unsigned char)word;
}

/* Digits that a float does not have are cut off first: nothing is rounded. */
static int64_t float_from_s32(snd_pcm_format_t format, int32_t value)
{
	double wide = (double)value / 0x1p31;
	float narrow = (float)(value >> 8) / 0x1p23f;
	int64_t word = 0;
	uint32_t half;

	if (snd_pcm_format_width(format) == 64) {
		memcpy(&word, &wide, sizeof(wide));
		return word;
	}
	memcpy(&half, &narrow, sizeof(half));
	return half;
}

int64_t pcm_from_s32(const struct pcm_spec *spec, int32_t value)
{
	unsigned int bits = pcm_value_bits(spec->format);
	int64_t cut = value >> (32 - bits);

	if (snd_pcm_format_float(spec->format) == 1)
		return float_from_s32(spec->format, value);
	if (is_iec958(spec->format))
		return (cut & ((1 << IEC958_BITS) - 1)) << IEC958_SHIFT;
	if (snd_pcm_format_unsigned(spec->format) == 1)
		return cut + (1LL << (bits - 1));
	return cut;
}
