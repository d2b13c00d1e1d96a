/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What plain C needs from its surroundings, in the kernel and on the host alike:
 * integer types, errnos, 64-bit division, the first and the last bit that is set,
 * memset, min. A source that uses nothing else serves the modules, the unit tests
 * and a model outside of the VM.
 */
#ifndef DMA_CORE_PLAIN_H
#define DMA_CORE_PLAIN_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef u32 gfp_t;

#define BIT(n)    (1U << (n))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

/* the number of the lowest bit that is set; @word is not 0 */
static inline unsigned long __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

/* the number of the highest bit that is set, plus 1; 0 for 0 */
static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

#endif /* __KERNEL__ */

#endif /* DMA_CORE_PLAIN_H */
