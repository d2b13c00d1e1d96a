/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which neighbours in a scatterlist may become one segment. Plain C.
 */
#ifndef DMA_CORE_MERGE_H
#define DMA_CORE_MERGE_H

#include "plain.h"

/**
 * struct segment_limits - what a device's segment may be
 * @size_max: bytes, above 0
 * @boundary_mask: no segment has addresses on both sides of a multiple of this + 1
 */
struct segment_limits {
	u64 size_max;
	u64 boundary_mask;
};

bool segment_within(const struct segment_limits *limits, u64 address,
		    u64 length);
bool segment_may_grow(const struct segment_limits *limits, u64 address,
		      u64 length, u64 next_address, u64 next_length);
u64 segment_longest(const struct segment_limits *limits, u64 address,
		    u64 length);

#endif /* DMA_CORE_MERGE_H */
