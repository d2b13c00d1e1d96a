// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of every format as left-justified 32-bit integers, and back. What has more
 * bits than fit is cut off, what is louder than full scale is full scale.
 *
 * A card converts millions of them in a second: what is the same for all is decided
 * outside of the loops, of which each does one thing.
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
	u32 sign = sample < 0 ? BIT(31) : 0;
	u32 below; /* full scale, in powers of two */

	if (!magnitude)
		return 0;
	below = 32 - fls64(magnitude);
	magnitude = magnitude << below & ~BIT(31);
	return sign | (FLOAT_EXPONENT_ONE - below) << FLOAT_MANTISSA_BITS |
	       magnitude >> (31 - FLOAT_MANTISSA_BITS);
}

/* --- numbers of one to four bytes ------------------------------------------------------ */

/* (the compiler makes one access of these) */
static u32 little_16(const u8 *at)
{
	return at[0] | (u32)at[1] << 8;
}

static u32 little_24(const u8 *at)
{
	return little_16(at) | (u32)at[2] << 16;
}

static u32 little_32(const u8 *at)
{
	return little_16(at) | little_16(at + 2) << 16;
}

static u32 big_16(const u8 *at)
{
	return (u32)at[0] << 8 | at[1];
}

static u32 big_24(const u8 *at)
{
	return big_16(at) << 8 | at[2];
}

static u32 big_32(const u8 *at)
{
	return big_16(at) << 16 | big_16(at + 2);
}

static void put_little_16(u8 *to, u32 number)
{
	to[0] = number;
	to[1] = number >> 8;
}

static void put_little_24(u8 *to, u32 number)
{
	put_little_16(to, number);
	to[2] = number >> 16;
}

static void put_little_32(u8 *to, u32 number)
{
	to[0] = number;
	to[1] = number >> 8;
	to[2] = number >> 16;
	to[3] = number >> 24;
}

static void put_big_16(u8 *to, u32 number)
{
	to[0] = number >> 8;
	to[1] = number;
}

static void put_big_24(u8 *to, u32 number)
{
	put_big_16(to, number >> 8);
	to[2] = number;
}

static void put_big_32(u8 *to, u32 number)
{
	to[0] = number >> 24;
	to[1] = number >> 16;
	to[2] = number >> 8;
	to[3] = number;
}

/* --- loops over samples ------------------------------------------------------------------ */

/* How many bits of a sample an integer format cuts off. */
static u32 bits_cut_off(u32 format)
{
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_U8:
		return 24;
	case ONCARD_FORMAT_S16:
		return 16;
	case ONCARD_FORMAT_S24:
	case ONCARD_FORMAT_S24_3:
		return 8;
	default:
		return 0;
	}
}

static void read_numbers(u32 format, const u8 *at, s32 *samples, u32 count)
{
	const bool big = format & ONCARD_FORMAT_BIG;
	/* (silence of what has no sign is half of the scale) */
	const u32 silence = oncard_sample_silence(format);
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 1:
		for (n = 0; n < count; n++)
			samples[n] = (at[n] ^ silence) << cut_off;
		break;
	case 2:
		for (n = 0; n < count; n++, at += 2)
			samples[n] = (big ? big_16(at) : little_16(at))
				     << cut_off;
		break;
	case 3:
		for (n = 0; n < count; n++, at += 3)
			samples[n] = (big ? big_24(at) : little_24(at))
				     << cut_off;
		break;
	case 4:
		for (n = 0; n < count; n++, at += 4)
			samples[n] = (big ? big_32(at) : little_32(at))
				     << cut_off;
		break;
	}
}

static void write_numbers(u32 format, u8 *to, const s32 *samples, u32 count)
{
	const bool big = format & ONCARD_FORMAT_BIG;
	const u32 silence = oncard_sample_silence(format);
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 1:
		for (n = 0; n < count; n++)
			to[n] = samples[n] >> cut_off ^ silence;
		break;
	case 2:
		for (n = 0; n < count; n++, to += 2)
			if (big)
				put_big_16(to, samples[n] >> cut_off);
			else
				put_little_16(to, samples[n] >> cut_off);
		break;
	case 3:
		for (n = 0; n < count; n++, to += 3)
			if (big)
				put_big_24(to, samples[n] >> cut_off);
			else
				put_little_24(to, samples[n] >> cut_off);
		break;
	case 4:
		for (n = 0; n < count; n++, to += 4)
			if (big)
				put_big_32(to, samples[n] >> cut_off);
			else
				put_little_32(to, samples[n] >> cut_off);
		break;
	}
}

/**
 * oncard_samples_load() - read samples
 * @format: ONCARD_STREAM_FORMAT, valid
 * @bytes: the samples
 * @samples: the same, left-justified; of IEC 60958 subframes, silence
 * @count: how many
 */
void oncard_samples_load(u32 format, const u8 *bytes, s32 *samples, u32 count)
{
	u32 n;

	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_SUBFRAME:
		memset(samples, 0, count * sizeof(*samples));
		break;
	case ONCARD_FORMAT_FLOAT:
		read_numbers(format, bytes, samples, count);
		for (n = 0; n < count; n++)
			samples[n] = from_float(samples[n]);
		break;
	default:
		read_numbers(format, bytes, samples, count);
	}
}

/**
 * oncard_samples_store() - write samples
 * @format: ONCARD_STREAM_FORMAT, valid
 * @bytes: where to
 * @samples: left-justified; undefined afterwards. IEC 60958 subframes become silence
 * @count: how many
 */
void oncard_samples_store(u32 format, u8 *bytes, s32 *samples, u32 count)
{
	u32 n;

	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_SUBFRAME:
		memset(bytes, 0, count * oncard_sample_bytes(format));
		break;
	case ONCARD_FORMAT_FLOAT:
		for (n = 0; n < count; n++)
			samples[n] = to_float(samples[n]);
		write_numbers(format, bytes, samples, count);
		break;
	default:
		write_numbers(format, bytes, samples, count);
	}
}
