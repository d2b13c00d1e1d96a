/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which DMA mask to take: plain C, of what the card can do and what the platform
 * needs.
 */
#ifndef DMA_CORE_MASK_H
#define DMA_CORE_MASK_H

#include "plain.h"

#include <dma-core/card-memory.h>

/**
 * struct card_mask_needs - what a mask has to satisfy
 * @widest: the addresses that the device can put on its bus
 * @system_ram: the mask that the platform wants for its RAM
 * @card_memory: the mask that covers the card's memory; 0 without any
 * @translated: an IOMMU brings any RAM under any mask
 */
struct card_mask_needs {
	u64 widest;
	u64 system_ram;
	u64 card_memory;
	bool translated;
};

u64 card_mask_covering(u64 address);
int card_mask_choose(const struct card_mask_needs *needs,
		     struct dma_mask_choice *choice);

#endif /* DMA_CORE_MASK_H */
