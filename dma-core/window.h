/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A window: the same bytes, seen by the CPU at one physical address and by the
 * card at another one. Plain C; the only place where one becomes the other.
 */
#ifndef DMA_CORE_WINDOW_H
#define DMA_CORE_WINDOW_H

#include "plain.h"

/**
 * struct card_window - memory of a card, as two sides see it
 * @phys_addr: of its first byte, for the CPU
 * @device_addr: of its first byte, for the card
 * @size: bytes; above 0, and passing the end of neither address space
 */
struct card_window {
	u64 phys_addr;
	u64 device_addr;
	u64 size;
};

int card_window_check(const struct card_window *window, u64 page_size,
		      u64 phys_max, u64 device_max);
bool card_ranges_overlap(u64 a, u64 a_size, u64 b, u64 b_size);
int card_window_to_device(const struct card_window *window, u64 phys_addr,
			  u64 size, u64 *device_addr);
int card_window_to_phys(const struct card_window *window, u64 device_addr,
			u64 size, u64 *phys_addr);
u64 card_window_last_device_addr(const struct card_window *window);

#endif /* DMA_CORE_WINDOW_H */
