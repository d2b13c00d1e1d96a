/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_MAP_H
#define DMA_CORE_MAP_H

#include <linux/types.h>

struct card_buffer;
struct card_device;
struct vm_area_struct;

int card_mapping_create(struct card_device *card, struct vm_area_struct *vma,
			void *cpu_addr, dma_addr_t handle, size_t size);
int card_mapping_create_of(struct card_buffer *buffer,
			   struct vm_area_struct *vma,
			   unsigned long first_page);

#endif /* DMA_CORE_MAP_H */
