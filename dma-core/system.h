/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_SYSTEM_H
#define DMA_CORE_SYSTEM_H

#include <linux/types.h>

struct card_buffer;
struct card_device;
struct device;

struct device *card_allocating_parent(struct card_device *card);
void card_allocating_below(struct card_device *card, u64 limit);
void card_allocated_below(struct card_device *card);
int card_system_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs);

#endif /* DMA_CORE_SYSTEM_H */
