// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging: what lies side by side in memory becomes one segment, as far as the
 * device's limits let it.
 *
 *	list        | 4096 | 4096 | 512 |   | 4096 |
 *	memory      ####################....########
 *	segments    |        8704       |   | 4096 |
 */
#include "merge.h"

/* A segment's length is 32 bits wide, whatever a device can do. */
#define LENGTH_MAX 0xffffffffULL

/**
 * segment_within() - whether a segment keeps to the limits
 * @limits: of the device
 * @address: of its first byte
 * @length: bytes, above 0
 *
 * Context: any.
 * Return: whether it does; never when it passes the end of the address space.
 */
bool segment_within(const struct segment_limits *limits, u64 address,
		    u64 length)
{
	u64 last = address + (length - 1);

	return length <= LENGTH_MAX && length <= limits->size_max &&
	       last >= address && !((address ^ last) & ~limits->boundary_mask);
}

/**
 * segment_may_grow() - whether a segment may take in the piece that follows it
 * @limits: of the device
 * @address: of the segment's first byte
 * @length: of the segment, above 0, at most 32 bits
 * @next_address: of the piece's first byte
 * @next_length: of the piece, above 0, at most 32 bits
 *
 * Context: any.
 * Return: whether they lie side by side and keep to the limits together.
 */
bool segment_may_grow(const struct segment_limits *limits, u64 address,
		      u64 length, u64 next_address, u64 next_length)
{
	return next_address - address == length && next_address > address &&
	       segment_within(limits, address, length + next_length);
}

/**
 * segment_longest() - how much of a piece fits one segment
 * @limits: of the device
 * @address: of the piece's first byte
 * @length: of the piece, above 0; it does not pass the end of the address space
 *
 * Context: any.
 * Return: bytes, above 0.
 */
u64 segment_longest(const struct segment_limits *limits, u64 address,
		    u64 length)
{
	u64 to_boundary =
		limits->boundary_mask - (address & limits->boundary_mask);

	length = min(length, limits->size_max);
	length = min(length, LENGTH_MAX);
	/* (1 less, so that the whole address space is no overflow) */
	return min(length - 1, to_boundary) + 1;
}
