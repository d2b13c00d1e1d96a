/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the card's model needs from its surroundings, in the kernel and on the
 * host alike: integer types, 64-bit division, memset, min. Nothing else may be
 * used by the model, so that one source serves the module, the unit tests and a
 * model outside the VM.
 */
#ifndef ONCARD_PLATFORM_H
#define ONCARD_PLATFORM_H

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define BIT(n)    (1U << (n))
#define min(a, b) ((a) < (b) ? (a) : (b))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

#endif /* __KERNEL__ */

#endif /* ONCARD_PLATFORM_H */
