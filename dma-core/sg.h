/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_SG_H
#define DMA_CORE_SG_H

#include <linux/dma-direction.h>

struct device;
struct scatterlist;

int card_map_sg(struct device *dev, struct scatterlist *list, int entries,
		enum dma_data_direction dir, unsigned long attrs);
void card_unmap_sg(struct device *dev, struct scatterlist *list, int entries,
		   enum dma_data_direction dir, unsigned long attrs);
void card_sync_sg_for_cpu(struct device *dev, struct scatterlist *list,
			  int entries, enum dma_data_direction dir);
void card_sync_sg_for_device(struct device *dev, struct scatterlist *list,
			     int entries, enum dma_data_direction dir);

#endif /* DMA_CORE_SG_H */
