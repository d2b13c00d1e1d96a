// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of every format as left-justified 32-bit integers, and back. What has more
 * bits than fit is cut off, what is louder than full scale is full scale.
 */
#include "sample.h"

#define FLOAT_MANTISSA_BITS 23
#define FLOAT_EXPONENT_ONE  127 /* of 1.0 */
#define FLOAT_EXPONENT_MAX  255 /* infinities, and what is no number */

/**
 * oncard_sample_bytes() - what a sample takes
 * @format: ONCARD_STREAM_FORMAT
 *
 * Return: bytes, or 0 for a format that there is not.
 */
u32 oncard_sample_bytes(u32 format)
{
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_U8:
		return 1;
	case ONCARD_FORMAT_S16:
		return 2;
	case ONCARD_FORMAT_S24_3:
		return 3;
	case ONCARD_FORMAT_S24:
	case ONCARD_FORMAT_S32:
	case ONCARD_FORMAT_FLOAT:
	case ONCARD_FORMAT_SUBFRAME:
		return 4;
	default:
		return 0;
	}
}

/**
 * oncard_sample_silence() - what silence consists of
 * @format: ONCARD_STREAM_FORMAT
 *
 * Return: every byte of it.
 */
u8 oncard_sample_silence(u32 format)
{
	return (format & ONCARD_FORMAT_SAMPLE_MASK) == ONCARD_FORMAT_U8 ? 0x80 :
									  0;
}

/* Sign and magnitude, which for full scale below zero is 2^31. */
static s32 with_sign(u32 magnitude, bool negative)
{
	if (negative)
		return magnitude > 0x7fffffff ? (s32)0x80000000 :
						-(s32)magnitude;
	return min(magnitude, 0x7fffffffU);
}

static s32 from_float(u32 bits)
{
	u32 exponent = bits >> FLOAT_MANTISSA_BITS & FLOAT_EXPONENT_MAX;
	u32 fraction = bits & (BIT(FLOAT_MANTISSA_BITS) - 1);
	u32 mantissa = fraction | BIT(FLOAT_MANTISSA_BITS);
	bool negative = bits >> 31;
	u32 below; /* full scale, in powers of two */

	if (exponent == FLOAT_EXPONENT_MAX && fraction)
		return 0;
	if (exponent >= FLOAT_EXPONENT_ONE)
		return with_sign(BIT(31), negative);
	below = FLOAT_EXPONENT_ONE - exponent;
	if (below > 31)
		return 0;
	return with_sign(mantissa << (31 - FLOAT_MANTISSA_BITS) >> below,
			 negative);
}

static u32 to_float(s32 sample)
{
	u32 magnitude = sample < 0 ? -(u32)sample : (u32)sample;
	u32 exponent = FLOAT_EXPONENT_ONE;
	u32 sign = sample < 0 ? BIT(31) : 0;

	if (!magnitude)
		return 0;
	while (!(magnitude & BIT(31))) {
		magnitude <<= 1;
		exponent--;
	}
	magnitude &= ~BIT(31);
	return sign | exponent << FLOAT_MANTISSA_BITS |
	       magnitude >> (31 - FLOAT_MANTISSA_BITS);
}

/**
 * oncard_sample_load() - read a sample
 * @format: ONCARD_STREAM_FORMAT, valid
 * @bytes: the sample
 *
 * Return: the sample, left-justified; of an IEC 60958 subframe, silence.
 */
s32 oncard_sample_load(u32 format, const u8 *bytes)
{
	u32 length = oncard_sample_bytes(format);
	u32 value = 0, n;

	for (n = 0; n < length; n++)
		value = value << 8 |
			bytes[format & ONCARD_FORMAT_BIG ? n : length - 1 - n];
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_U8:
		return (s32)((value ^ 0x80) << 24);
	case ONCARD_FORMAT_S16:
		return (s32)(value << 16);
	case ONCARD_FORMAT_S24:
	case ONCARD_FORMAT_S24_3:
		return (s32)(value << 8);
	case ONCARD_FORMAT_S32:
		return (s32)value;
	case ONCARD_FORMAT_FLOAT:
		return from_float(value);
	default:
		return 0;
	}
}

static u32 encode(u32 format, s32 sample)
{
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_U8:
		return (u32)sample >> 24 ^ 0x80;
	case ONCARD_FORMAT_S16:
		return (u32)sample >> 16;
	case ONCARD_FORMAT_S24:
	case ONCARD_FORMAT_S24_3:
		return (u32)(sample >> 8);
	case ONCARD_FORMAT_S32:
		return (u32)sample;
	case ONCARD_FORMAT_FLOAT:
		return to_float(sample);
	default:
		return 0;
	}
}

/**
 * oncard_sample_store() - write a sample
 * @format: ONCARD_STREAM_FORMAT, valid
 * @bytes: where to
 * @sample: left-justified; an IEC 60958 subframe becomes silence
 */
void oncard_sample_store(u32 format, u8 *bytes, s32 sample)
{
	u32 length = oncard_sample_bytes(format);
	u32 value = encode(format, sample);
	u32 n;

	for (n = 0; n < length; n++) {
		bytes[format & ONCARD_FORMAT_BIG ? length - 1 - n : n] = value;
		value >>= 8;
	}
}
