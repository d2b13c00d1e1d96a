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

/* What is full scale or more, and what is less than a sample can show. */
static s32 from_extreme_float(u32 bits)
{
	u32 exponent = bits >> FLOAT_MANTISSA_BITS & FLOAT_EXPONENT_MAX;
	u32 fraction = bits & (BIT(FLOAT_MANTISSA_BITS) - 1);

	if (exponent < FLOAT_EXPONENT_ONE ||
	    (exponent == FLOAT_EXPONENT_MAX && fraction))
		return 0;
	return 0x7fffffff + (bits >> 31);
}

static inline s32 from_float(u32 bits)
{
	u32 exponent = bits << 1 >> (FLOAT_MANTISSA_BITS + 1);
	u32 below = FLOAT_EXPONENT_ONE -
		    exponent; /* full scale, in powers of two */
	s32 sign = (s32)bits >> 31; /* 0, or all ones */
	u32 magnitude;

	if (below - 1 > 30)
		return from_extreme_float(bits);
	magnitude = (bits << (31 - FLOAT_MANTISSA_BITS) | BIT(31)) >> below;
	return (magnitude ^ sign) - sign;
}

static inline u32 to_float(s32 sample)
{
	s32 sign = sample >> 31; /* 0, or all ones */
	u32 magnitude = (sample ^ sign) - (u32)sign;
	u32 bits = fls64(magnitude);
	u32 mantissa;

	if (!magnitude)
		return 0;
	mantissa = magnitude << (32 - bits) >> (31 - FLOAT_MANTISSA_BITS);
	/* (the mantissa's first bit, which goes without saying, is one of the exponent) */
	return ((u32)sign & BIT(31)) + mantissa +
	       ((FLOAT_EXPONENT_ONE - 33 + bits) << FLOAT_MANTISSA_BITS);
}

/* --- numbers of one to four bytes ------------------------------------------------------ */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LITTLE_32(number) (number)
#define BIG_32(number)    __builtin_bswap32(number)
#else
#define LITTLE_32(number) __builtin_bswap32(number)
#define BIG_32(number)    (number)
#endif

/* (the compiler makes one access of what reads) */
static inline u32 little_16(const u8 *at)
{
	return at[0] | (u32)at[1] << 8;
}

static inline u32 little_24(const u8 *at)
{
	return little_16(at) | (u32)at[2] << 16;
}

static inline u32 little_32(const u8 *at)
{
	return little_16(at) | little_16(at + 2) << 16;
}

static inline u32 big_16(const u8 *at)
{
	return (u32)at[0] << 8 | at[1];
}

static inline u32 big_24(const u8 *at)
{
	return big_16(at) << 8 | at[2];
}

static inline u32 big_32(const u8 *at)
{
	return big_16(at) << 16 | big_16(at + 2);
}

static inline void put_little_16(u8 *to, u32 number)
{
	to[0] = number;
	to[1] = number >> 8;
}

static inline void put_little_24(u8 *to, u32 number)
{
	put_little_16(to, number);
	to[2] = number >> 16;
}

static inline void put_little_32(u8 *to, u32 number)
{
	number = LITTLE_32(number);
	memcpy(to, &number, sizeof(number));
}

static inline void put_big_16(u8 *to, u32 number)
{
	to[0] = number >> 8;
	to[1] = number;
}

static inline void put_big_24(u8 *to, u32 number)
{
	put_big_16(to, number >> 8);
	to[2] = number;
}

static inline void put_big_32(u8 *to, u32 number)
{
	number = BIG_32(number);
	memcpy(to, &number, sizeof(number));
}

/* --- loops over samples ------------------------------------------------------------------ */

/* How many bits of a sample a signed format cuts off. */
static u32 bits_cut_off(u32 format)
{
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_S16:
		return 16;
	case ONCARD_FORMAT_S24:
	case ONCARD_FORMAT_S24_3:
		return 8;
	default:
		return 0;
	}
}

/* Each loop does one thing: VALUE of the bytes at @at, or VALUE of samples[n] to @to. */
#define READ_EACH(size, value)                          \
	do {                                            \
		for (n = 0; n < count; n++, at += size) \
			samples[n] = (value);           \
	} while (0)

#define WRITE_EACH(size, put, value)                    \
	do {                                            \
		for (n = 0; n < count; n++, to += size) \
			put(to, value);                 \
	} while (0)

static void read_little(u32 format, const u8 *at, s32 *samples, u32 count)
{
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 2:
		READ_EACH(2, little_16(at) << cut_off);
		break;
	case 3:
		READ_EACH(3, little_24(at) << cut_off);
		break;
	case 4:
		READ_EACH(4, little_32(at) << cut_off);
		break;
	}
}

static void read_big(u32 format, const u8 *at, s32 *samples, u32 count)
{
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 2:
		READ_EACH(2, big_16(at) << cut_off);
		break;
	case 3:
		READ_EACH(3, big_24(at) << cut_off);
		break;
	case 4:
		READ_EACH(4, big_32(at) << cut_off);
		break;
	}
}

static void read_floats(u32 format, const u8 *at, s32 *samples, u32 count)
{
	u32 n;

	if (format & ONCARD_FORMAT_BIG)
		READ_EACH(4, from_float(big_32(at)));
	else
		READ_EACH(4, from_float(little_32(at)));
}

/* (without a sign, half of the scale is silence) */
static void read_unsigned(const u8 *at, s32 *samples, u32 count)
{
	u32 n;

	READ_EACH(1, (u32)(*at ^ 0x80) << 24);
}

static void write_little(u32 format, u8 *to, const s32 *samples, u32 count)
{
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 2:
		WRITE_EACH(2, put_little_16, samples[n] >> cut_off);
		break;
	case 3:
		WRITE_EACH(3, put_little_24, samples[n] >> cut_off);
		break;
	case 4:
		WRITE_EACH(4, put_little_32, samples[n] >> cut_off);
		break;
	}
}

static void write_big(u32 format, u8 *to, const s32 *samples, u32 count)
{
	const u32 cut_off = bits_cut_off(format);
	u32 n;

	switch (oncard_sample_bytes(format)) {
	case 2:
		WRITE_EACH(2, put_big_16, samples[n] >> cut_off);
		break;
	case 3:
		WRITE_EACH(3, put_big_24, samples[n] >> cut_off);
		break;
	case 4:
		WRITE_EACH(4, put_big_32, samples[n] >> cut_off);
		break;
	}
}

static void write_floats(u32 format, u8 *to, const s32 *samples, u32 count)
{
	u32 n;

	if (format & ONCARD_FORMAT_BIG)
		WRITE_EACH(4, put_big_32, to_float(samples[n]));
	else
		WRITE_EACH(4, put_little_32, to_float(samples[n]));
}

static void write_unsigned(u8 *to, const s32 *samples, u32 count)
{
	u32 n;

	for (n = 0; n < count; n++)
		to[n] = (u32)samples[n] >> 24 ^ 0x80;
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
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_SUBFRAME:
		memset(samples, 0, count * sizeof(*samples));
		break;
	case ONCARD_FORMAT_FLOAT:
		read_floats(format, bytes, samples, count);
		break;
	case ONCARD_FORMAT_U8:
		read_unsigned(bytes, samples, count);
		break;
	default:
		if (format & ONCARD_FORMAT_BIG)
			read_big(format, bytes, samples, count);
		else
			read_little(format, bytes, samples, count);
	}
}

/**
 * oncard_samples_store() - write samples
 * @format: ONCARD_STREAM_FORMAT, valid
 * @bytes: where to
 * @samples: left-justified; IEC 60958 subframes become silence
 * @count: how many
 */
void oncard_samples_store(u32 format, u8 *bytes, const s32 *samples, u32 count)
{
	switch (format & ONCARD_FORMAT_SAMPLE_MASK) {
	case ONCARD_FORMAT_SUBFRAME:
		memset(bytes, 0, count * oncard_sample_bytes(format));
		break;
	case ONCARD_FORMAT_FLOAT:
		write_floats(format, bytes, samples, count);
		break;
	case ONCARD_FORMAT_U8:
		write_unsigned(bytes, samples, count);
		break;
	default:
		if (format & ONCARD_FORMAT_BIG)
			write_big(format, bytes, samples, count);
		else
			write_little(format, bytes, samples, count);
	}
}
